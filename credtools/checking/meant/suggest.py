"""Suggest: for each heading that nobody knows the column it means, with the evidence – clear or only likely.

Clear is what a person would take without a second look: the content says it, of one column only, and nothing speaks
against it. What is only likely is asked. What is neither isn't suggested, so that nobody is asked about each column
that a file happens to have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from credtools.checking.lookups import Lookups
from credtools.checking.meant import others
from credtools.checking.meant.dating import dates_meant, has_days
from credtools.checking.meant.earlier import LIKE, Earlier, column_of, likeness
from credtools.checking.meant.found import Meant
from credtools.checking.meant.people import HALF, Named, disagreeing, named
from credtools.checking.meant.search import Search
from credtools.checking.meant.under import Under
from credtools.checking.meant.words import names_persons, of_something_else, speaks_against, speaks_for
from credtools.model import Table
from credtools.recipe import USER_COLUMN, Recipe
from credtools.schema.words import Column
from credtools.text import fold

A_PART = 0.2  # of a column, that may be types, too


@dataclass(frozen=True)
class Suggested:
    """What the headings of a file may mean: `found`, and by which column users are matched then.

    `settled`: nothing is left to ask, so that all of it can be taken at once and shown afterwards. `mistaken`: headings
    whose words mean a column, while their cells don't.
    """

    found: tuple[Meant, ...] = ()
    match_users_by: str = "email"
    settled: bool = False
    mistaken: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_heading(self) -> dict[str, Meant]:
        return {one.heading: one for one in self.found}


def suggest(
    table: Table,
    headings: Mapping[str, str | None],
    columns: Sequence[Column],
    recipe: Recipe,
    lookups: Lookups,
    earlier: Sequence[Earlier] = (),
) -> Suggested:
    """What the headings that nobody knows may mean.

    `headings`: of the file, each with the column that it means already; `columns`: all of the schema; `earlier`: files
    before, the last one first.
    """
    search = _Suggesting(table, headings, columns, recipe, lookups)
    search.from_earlier(earlier)
    search.people()
    search.types()
    search.dates()
    search.media()
    search.numbers()
    search.words_alone()
    search.what_is_left()
    return search.result()


class _Suggesting(Search):
    """One kind of evidence after the other."""

    _types: Mapping[str, int] | None = None

    def from_earlier(self, earlier: Sequence[Earlier]) -> None:
        """What the headings stood for in earlier files with like headings, unless two of them differ."""
        if self.table.reading.heading_line is None:  # the names are ours: all such files have the same
            return
        mine = {fold(heading): heading for heading in (*self.unknown, *self.blank)}
        every = {fold(heading) for heading in self.under}
        like = [one for one in earlier if one.meant and likeness(every, one.headings) >= LIKE]
        for key, heading in mine.items():
            meant = {one.batch: column_of(one.meant, key) for one in like if one.has(key)}
            said = set(meant.values())
            if said == {""} and heading in self.unknown:
                self.refused.add(heading)
            if len(said) != 1 or said == {""}:
                continue
            (column,) = said
            first = next(one for one in like if one.batch in meant)
            way = next((way for way, name in USER_COLUMN.items() if name == column), "")
            if way and (self.has_user or way != first.match_users_by):
                continue
            if self.free(column):
                self.by = way or self.by
                clear = heading in self.blank or self._fits(heading, column)
                self.take(heading, column, f"as in {first.file} (batch {first.batch})", clear=clear)

    def people(self) -> None:
        """Who the rows are about: the column that names users, if no other names other ones."""
        if self.has_user:
            return
        usable = self.left()
        given = [self.under[heading] for heading in self.known.values() if heading in self.under]
        every = named([*usable, *given], self.lookups)
        mine = [one for one in every if one.heading in {under.heading for under in usable}]
        for way in ("email", "external_id", "name"):
            able = [one for one in mine if one.way == way and self.free(one.column)]
            if best := self._best_of(able):
                against = self._against(best, able, every)
                clear = best.share >= HALF and not against and way != "name" and self._may_match_by(way)
                self.by = way
                because = best.because + f"; but {against}" * bool(against)
                self.take(best.heading, best.column, because, clear=clear)
                return

    def _best_of(self, able: Sequence[Named]) -> Named | None:
        def rank(one: Named) -> tuple[bool, bool, float, int]:
            for_it = speaks_for(one.heading, one.column)
            return (not speaks_against(one.heading, one.column), for_it, round(one.share, 1), len(one.under.counts))

        return max(able, key=rank, default=None)

    def _against(self, best: Named, able: Sequence[Named], every: Sequence[Named]) -> str:
        """Why somebody must look at who is meant; '' where all is plain."""
        if speaks_against(best.heading, best.column):
            return "the heading may mean somebody else"
        rivals = [one for one in able if one is not best and not speaks_against(one.heading, best.column)]
        if speaks_for(best.heading, best.column):
            rivals = [one for one in rivals if speaks_for(one.heading, best.column)]
        if rivals:
            return f"so are those under ‘{rivals[0].heading}’"
        fair = [one for one in every if not speaks_against(one.heading, one.column)]
        return disagreeing(best, fair, [self.under[heading] for heading in self.unknown])

    def _may_match_by(self, way: str) -> bool:
        """A recipe that names a column of users isn't turned to another way without a word."""
        return way == self.recipe.match_users_by or not self.recipe.headings

    def types(self) -> None:
        """The column of credential types."""
        column = self.kind("credential_type")
        if not column or not self.free(column):
            return
        left = self.left()
        known = others.types_among(left, self.lookups)
        shares = {one.heading: one.share(known[one.heading]) for one in left}
        able = [one for one in left if shares[one.heading] >= A_PART]
        able.sort(key=lambda one: (not speaks_against(one.heading, column), shares[one.heading]), reverse=True)
        if not able:
            return
        best = able[0]
        whole = others.types_said(best, self.lookups)
        said, filled = best.said(whole)
        because = f"{said:,} of {filled:,} are credential types"
        alone = len(able) == 1 or all(speaks_against(one.heading, column) for one in able[1:])
        if not alone:
            because += f"; but ‘{able[1].heading}’ has types, too"
        fair = alone and not _spoken_against_only(best.heading, column)
        self.take(best.heading, column, because, clear=fair and said >= HALF * filled)

    def dates(self) -> None:
        """Issue and expiration dates."""
        if any(self.free(name) for name in ("issue_date", "expiration_date")):
            known = {
                name: self.under[self.known[name]]
                for name in ("issue_date", "expiration_date")
                if self.known.get(name) in self.under
            }
            known |= {
                one.column: self.under[one.heading]
                for one in self.found.values()
                if one.column in ("issue_date", "expiration_date")
            }
            spoken = self.near(("issue_date", "expiration_date"))
            for one in dates_meant(self.left(), known, self._is_free, self.recipe, self.lookups, spoken):
                if one.clear or one.heading not in self.refused:
                    self.take(one.heading, one.column, one.because, clear=one.clear)

    def _is_free(self, column: str) -> bool:
        return self.free(column)

    def numbers(self) -> None:
        """The numbers of credentials: by words and content, or by how they follow the types."""
        column = "credential_number"
        if not self.free(column):
            return
        able = [one for one in self.left() if others.is_numbers(one)]
        ranks = {one.heading: others.number_rank(one.heading) for one in able}
        for rank in (2, 1, 0, -1):
            some = [one for one in able if ranks[one.heading] == rank and one.heading not in self.refused]
            follows = {one.heading: why for one in some if (why := self._follows_types(one))} if rank < 2 else {}
            if rank == 2 and some:
                because = f"{len(some[0].counts):,} different numbers"
                self.take(some[0].heading, column, because, clear=len(some) == 1)
                return
            if len(follows) == 1 and rank >= 0:
                ((heading, why),) = follows.items()
                self.take(heading, column, why, clear=True)
                return

    def _follows_types(self, under: Under) -> str:
        kind = self.kind("credential_type")
        heading = self.known.get(kind) or next((h for h, one in self.found.items() if one.column == kind), "")
        if heading not in self.under:
            return ""
        types = self.under[heading]
        if self._types is None:
            self._types = others.types_said(types, self.lookups)
        numbered = frozenset(self.lookups.types.index[self.lookups.types["numbered"].astype(bool)].tolist())
        return others.follows_types(under, types, self._types, numbered)

    def media(self) -> None:
        """Names of files."""
        if self.free("media"):
            found = {one.heading: why for one in self.left() if (why := others.media_under(one))}
            for heading, why in list(found.items())[:1]:
                if heading not in self.refused:
                    self.take(heading, "media", why, clear=len(found) == 1)

    def words_alone(self) -> None:
        """What is only near in its words is asked, as it always was."""
        used = self.recipe.columns_in_use([*self.schema.values()])
        free = tuple(name for name in self.schema if self.free(name) and name in used and self._open(name))
        for heading, column in self.near(free).items():
            if heading not in self.found and heading not in self.refused and self.free(column):
                self.take(heading, column, "nearly the same words", clear=self._listed(heading, column))

    def _open(self, name: str) -> bool:
        return self.schema[name].kind != "user" or not self.has_user

    def _listed(self, heading: str, column: str) -> bool:
        choices = self.schema[column].choices
        return bool(choices) and bool(others.chosen_under(self.under[heading], choices))

    def what_is_left(self) -> None:
        """A column that must be there, and a single heading that speaks for it or is the only one left."""
        needed = [name for name, one in self.schema.items() if one.required and one.kind != "user" and self.free(name)]
        for name in needed:
            left = [one.heading for one in self.left()]
            words = [heading for heading in left if speaks_for(heading, name) and not names_persons(heading)]
            if len(words) == 1:
                self.take(words[0], name, "its words say so", clear=False)
            elif len(left) == 1 and others.could_be_types(self.under[left[0]]):
                self.take(left[0], name, "the only heading left", clear=False)

    def _fits(self, heading: str, column: str) -> bool:
        """Whether the cells don't contradict what a heading stood for before."""
        under, kind = self.under[heading], self.schema[column].kind
        if kind == "user":
            return any(one.column == column for one in named([under], self.lookups))
        if kind == "credential_type":
            return under.share(others.types_among([under], self.lookups)[heading]) > 0
        if kind == "date":
            return has_days(under, self.recipe, self.lookups)
        return True

    def _dates_open(self) -> bool:
        """Whether some column of dates may be the issue date, and none is taken for it."""
        name = "issue_date"
        if not self.free(name):
            return False
        left = [one for one in self.left() if one.heading not in self.refused and not of_something_else(one.heading)]
        return any(has_days(one, self.recipe, self.lookups) for one in left)

    def result(self) -> Suggested:
        required = [name for name, one in self.schema.items() if one.required and one.kind != "user"]
        whole = self.has_user and not any(self.free(name) for name in required) and not self._dates_open()
        found = tuple(self.found[heading] for heading in self.under if heading in self.found)
        settled = bool(found) and whole and not self.mistaken and all(one.clear for one in found)
        by = self.by if any(one.column == USER_COLUMN[self.by] for one in found) else self.recipe.match_users_by
        return Suggested(found, by, settled, self.mistaken)


def _spoken_against_only(heading: str, column: str) -> bool:
    return speaks_against(heading, column) and not speaks_for(heading, column)
