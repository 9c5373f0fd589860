"""Shapes: what a recipe says of files whose rows aren't one credential each, and how it is written.

`unpivot`: one row per person → one per credential; `fill_down`: blank cells below a value repeat it; `sections`: a row
with a single filled cell says something of the rows below it; `sheets`: the sheets of a workbook are one table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from credtools.errors import RecipeError
from credtools.model import Pair
from credtools.text import fold

TYPE = "credential_type"
ALL = "all"
MOST_PAIRS = 500


@dataclass(frozen=True)
class Stack:
    """Sheets of one workbook as one table: these (() for all that aren't hidden), the name of each in a column."""

    names: tuple[str, ...] = ()
    name_as: str = ""

    def written(self) -> dict[str, Any]:
        return {"stack": list(self.names) or ALL} | ({"name_as": self.name_as} if self.name_as else {})


@dataclass(frozen=True)
class Shapes:
    """How rows are made of the records of a file; without any, each record is a row.

    `unpivot`: per credential its type, and the heading of each of its columns.
    """

    unpivot: tuple[tuple[str, Mapping[str, str]], ...] = ()
    fill_down: tuple[str, ...] = ()
    sections: str = ""
    sheets: Stack | None = None

    def __bool__(self) -> bool:
        return self != Shapes()

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns that unpivoting fills."""
        names = dict.fromkeys(name for _, headings in self.unpivot for name in headings)
        return (TYPE, *names) if self.unpivot else ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The schema's columns that shaping fills."""
        more = (self.sections, self.sheets.name_as if self.sheets else "")
        return tuple(dict.fromkeys(name for name in (*self.targets, *more) if name))

    @cached_property
    def marks(self) -> list[int]:
        """Per credential of `unpivot` which one of its type it is, from 1: by that its records were known once."""
        seen: Counter[str] = Counter()
        found = []
        for kind, _ in self.unpivot:
            seen[kind] += 1
            found.append(seen[kind])
        return found

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of columns of `unpivot`: by their headings, and whether they are alone, their records are known."""
        pairs = [(fold(kind), tuple(map(fold, pair.values()))) for kind, pair in self.unpivot]
        of_type = Counter(kind for kind, _ in pairs)
        return tuple(Pair(kind, of_type[kind] == 1, headings) for kind, headings in pairs)

    def pair_of(self, piece: int) -> int:
        """Which of them a piece of a record is made of (see `shaping`)."""
        return (piece - 1) % (len(self.unpivot) or 1)

    def written(self) -> dict[str, Any]:
        """The keys of the recipe."""
        return {
            "sheets": self.sheets.written() if self.sheets else None,
            "sections": self.sections,
            "fill_down": list(self.fill_down),
            "unpivot": [{TYPE: kind, **headings} for kind, headings in self.unpivot],
        }


def unpivot(value: object, source: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The `unpivot` of a recipe. Raises RecipeError with the number of the entry to blame."""
    if not isinstance(value, list) or len(value) > MOST_PAIRS:
        raise RecipeError("unpivot_no_list", source=source, allowed=MOST_PAIRS)
    pairs = []
    taken: dict[str, int] = {}
    for number, pair in enumerate(value, 1):
        texts = isinstance(pair, dict) and all(isinstance(text, str) and text for text in pair.values())
        if not texts or TYPE not in pair or len(pair) == 1:
            raise RecipeError("unpivot_unusable", source=source, number=number)
        for heading in (text for name, text in pair.items() if name != TYPE):
            if taken.setdefault(heading, number) != number:
                first = taken[heading]
                raise RecipeError("unpivot_twice", source=source, heading=heading, first=first, second=number)
        pairs.append((pair[TYPE], {name: text for name, text in pair.items() if name != TYPE}))
    return tuple(pairs)


def fill_down(value: object, source: str) -> tuple[str, ...]:
    """The `fill_down` of a recipe: columns of the schema, or headings. Raises RecipeError."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise RecipeError("fill_down_no_list", source=source)
    return tuple(dict.fromkeys(names))


def sections(value: object, source: str) -> str:
    """The `sections` of a recipe: the column that its section rows fill. Raises RecipeError."""
    if not isinstance(value, str):
        raise RecipeError("sections_no_column", source=source)
    return value


def sheets(value: object, source: str) -> Stack:
    """The `sheets` of a recipe. Raises RecipeError."""
    names = value.get("stack") if isinstance(value, dict) else None
    name_as = value.get("name_as", "") if isinstance(value, dict) else None
    usable = names == ALL or (isinstance(names, list) and names and all(isinstance(n, str) and n for n in names))
    if not usable or not isinstance(name_as, str) or not value.keys() <= {"stack", "name_as"}:  # type: ignore[attr-defined]
        raise RecipeError("sheets_unusable", source=source)
    return Stack(() if names == ALL else tuple(dict.fromkeys(names)), name_as)  # type: ignore[arg-type]


KEYS = {"sheets": sheets, "sections": sections, "fill_down": fill_down, "unpivot": unpivot}
