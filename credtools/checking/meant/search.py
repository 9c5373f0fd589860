"""Search: the columns of a schema that are free, the headings that are unknown, and what was found of them so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from credtools.checking.lookups import Lookups
from credtools.checking.meant import others
from credtools.checking.meant.found import Meant
from credtools.checking.meant.people import HALF
from credtools.checking.meant.under import Under
from credtools.model import Table
from credtools.reading import suggest_columns
from credtools.recipe import Recipe
from credtools.schema.words import Column
from credtools.text import LONGEST_QUOTED, fold

MOST_COLUMNS = 200  # that are looked at
CONTRADICTED = 20  # rows without a single type under a heading that should have them


class Search:
    """The columns that are free, the headings that are unknown, and what was found of them so far."""

    def __init__(
        self,
        table: Table,
        headings: Mapping[str, str | None],
        columns: Sequence[Column],
        recipe: Recipe,
        lookups: Lookups,
    ) -> None:
        self.table, self.recipe, self.lookups = table, recipe, lookups
        self.schema = {column.name: column for column in columns}
        self.by = recipe.match_users_by
        self.known = {column: heading for heading, column in headings.items() if column}
        self.under = {heading: Under(table, heading) for heading in list(headings)[:MOST_COLUMNS]}
        self.mistaken = self._mistaken(headings)
        for heading in self.mistaken:
            self.known.pop(headings[heading] or "", None)
        unknown = [heading for heading in self.under if headings[heading] is None or heading in self.mistaken]
        kinds = tuple(f"{fold(str(name))} " for name in lookups.types["name"])  # one row per person, columns per type
        unknown = [heading for heading in unknown if not f"{fold(heading)} ".startswith(kinds)]
        self.unknown = [heading for heading in unknown if self.under[heading].sample]
        self.blank = [heading for heading in unknown if not self.under[heading].sample]
        self.found: dict[str, Meant] = {}
        self.refused: set[str] = set()  # headings that stood for nothing in a file like this one

    # --- what is free -----------------------------------------------------------------------------------------

    def free(self, column: str) -> bool:
        """Whether a column of the schema still has no heading."""
        taken = {*self.known, *self.recipe.constants, *(one.column for one in self.found.values())}
        return column in self.schema and column not in taken

    def left(self) -> list[Under]:
        return [self.under[heading] for heading in self.unknown if heading not in self.found]

    def take(self, heading: str, column: str, because: str, *, clear: bool) -> None:
        hidden = heading in self.table.reading.hidden and len(heading) <= LONGEST_QUOTED  # not for its length only
        self.found[heading] = Meant(heading, column, because, clear and not hidden and heading not in self.refused)

    def kind(self, kind: str) -> str:
        """The first column of a kind; '' where the schema has none."""
        return next((name for name, column in self.schema.items() if column.kind == kind), "")

    @property
    def has_user(self) -> bool:
        people = [name for name, column in self.schema.items() if column.kind == "user"]
        return not people or any(not self.free(name) for name in people)

    def near(self, columns: Collection[str]) -> dict[str, str]:
        names = {name: (self.schema[name].title, *self.schema[name].synonyms) for name in columns if self.free(name)}
        asked = [heading for heading in (*self.unknown, *self.blank) if heading not in self.found]
        return suggest_columns(asked, names)

    def _mistaken(self, headings: Mapping[str, str | None]) -> dict[str, str]:
        """Headings whose words mean the type, while none of their cells is one and another column's are."""
        column = self.kind("credential_type")
        heading = self.known.get(column, "")
        if heading not in self.under or fold(heading) in {fold(name) for name in self.recipe.headings}:
            return {}
        if sum(self.under[heading].counts.values()) < CONTRADICTED or others.types_said(
            self.under[heading], self.lookups
        ):
            return {}
        rest = [self.under[one] for one, meant in headings.items() if meant is None and one in self.under]
        known = others.types_among(rest, self.lookups)
        if any(one.share(known[one.heading]) >= HALF for one in rest):
            return {heading: "none of its cells is a credential type"}
        return {}
