"""What a file is worth."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from credtools.errors import Face, face, remedied
from credtools.model.files import BoolArray, FileWarning, StateArray, Table
from credtools.text import escape, plural, table

if TYPE_CHECKING:
    import pandas as pd


class Explanation(Protocol):
    """Makes errors and causes when they are first asked for, with marks in place of remedies."""

    def errors(self, *, warnings: bool = True) -> pd.DataFrame: ...

    def errors_of(self, codes: Collection[str]) -> pd.DataFrame: ...

    def causes(self, *, warnings: bool = True) -> pd.DataFrame: ...

    def warned(self) -> Sequence[FileWarning]: ...

    def dates(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True)
class Said:
    """An explanation that was made already: what a review takes along when it is pickled."""

    all_errors: pd.DataFrame
    all_causes: pd.DataFrame
    about_all: Sequence[FileWarning] = ()
    dates_read: Sequence[Mapping[str, Any]] = ()

    def dates(self) -> Sequence[Mapping[str, Any]]:
        return self.dates_read

    def warned(self) -> Sequence[FileWarning]:
        return self.about_all

    def errors(self, *, warnings: bool = True) -> pd.DataFrame:
        return self.all_errors if warnings else self.all_errors[self.all_errors["blocks"]].reset_index(drop=True)

    def errors_of(self, codes: Collection[str]) -> pd.DataFrame:
        return self.all_errors[self.all_errors["code"].isin(codes)].reset_index(drop=True)

    def causes(self, *, warnings: bool = True) -> pd.DataFrame:
        return self.all_causes if warnings else self.all_causes[self.all_causes["blocks"]].reset_index(drop=True)


@dataclass(frozen=True, repr=False, eq=False)
class Review:
    """What a file is worth: a pure function of (bytes, recipe, patches, schema, lookups).

    `resolved`: the named, typed columns on which the rules were judged, one row per record; `rejected`: which rows
    have a blocking error; `left_out`: which rows the recipe leaves out, by their status or (`left_out_by`) by which
    rule, which aren't judged otherwise;
    `withdrawn`: which rows say that their credential no longer stands; `said_columns`: the columns of a credential's
    content that the file has (by a heading, a constant or a rule), in the schema's order, `unsaid`: of some of them the
    rows for which it has none (see `Shaped.silent`); `states`: per rule and
    column PASSED, FAILED or NOT_JUDGED; `headings`: each heading of the file and the column it stands for; `hits`:
    per step of the recipe the rows that it changed; `face`: where its sentences are read (None: on the face of the
    process); `origin`: warnings about where the file comes from, and about
    what of its source it no longer shows.

    Two reviews are equal when they judge the same table alike and say the same about it.
    """

    table: Table
    headings: Mapping[str, str | None]
    resolved: pd.DataFrame
    rejected: BoolArray
    left_out: BoolArray
    withdrawn: BoolArray
    said_columns: tuple[str, ...]
    codes: list[tuple[str, ...]]
    states: Mapping[tuple[str, str], StateArray]
    judgement: str
    today: date
    revision: int
    date_formats: Mapping[str, tuple[str, ...]]
    date_formats_from: Mapping[str, str]
    explanation: Explanation
    hits: Mapping[str, int] = field(default_factory=dict)
    face: Face | None = None
    origin: tuple[FileWarning, ...] = ()
    left_out_by: Mapping[int, str] = field(default_factory=dict)
    unsaid: Mapping[str, BoolArray] = field(default_factory=dict)

    def on(self, face: Face) -> Review:
        """The same review, its sentences naming the remedies of a face."""
        return replace(self, face=face)

    @cached_property
    def people(self) -> frozenset[int]:
        """The ids of the users whom its rows mean."""
        known = self.resolved["user_id"].unique() if "user_id" in self.resolved else ()
        return frozenset(int(number) for number in known if number >= 0)

    @cached_property
    def errors(self) -> pd.DataFrame:
        """One row per finding, in the order of the rows.

        Columns: sheet, line, piece (int: where the row is), heading (the file's), column, value, code, title,
        resolution, suggestion, blocks (bool), row (int, from 0), cause (int: the row of `causes`).
        """
        return self._on_face(self.explanation.errors())

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """The blocking ones of `errors`; made without looking at warnings."""
        return self._on_face(self.explanation.errors(warnings=False))

    def errors_of(self, codes: Collection[str]) -> pd.DataFrame:
        """Those of `errors` with these codes; made without writing what is said about others."""
        return self._on_face(self.explanation.errors_of(codes))

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Errors that one decision can settle, largest first, warnings last.

        Columns: code, column, value, pattern, count (int), suggestion, title, resolution, blocks (bool), cause (int).
        """
        return self._on_face(self.explanation.causes())

    @cached_property
    def blocking_causes(self) -> pd.DataFrame:
        """The blocking ones of `causes`, of the same numbers; made without looking at warnings."""
        return self._on_face(self.explanation.causes(warnings=False))

    @cached_property
    def dates(self) -> Sequence[Mapping[str, Any]]:
        """How the dates were read, one entry per date column: column, heading, values, date_cells, evidence.

        `evidence` tells of each format in force, and of others while values remain unread: format, in_force, reads,
        proves (that day or month comes first), both_ways, sentence.
        """
        return self.explanation.dates()

    @cached_property
    def warnings(self) -> tuple[FileWarning, ...]:
        """What should be known about the file as a whole, one of each kind; none holds a cell of the file.

        How it was read, which headings aren't used, and per warning of the schema how many rows have it.
        """
        about_file = (*self.origin, *self.table.reading.noted, *self._unused())
        found = {one.code: one for one in (*about_file, *self.explanation.warned())}
        spoken = self.face or face()
        return tuple(replace(one, sentence=remedied(one.sentence, spoken), example="") for one in found.values())

    def _unused(self) -> Iterator[FileWarning]:
        """The headings that mean nothing here; a blank one only where its column isn't blank."""
        reading, frame = self.table.reading, self.table.frame
        headings = reading.headings or frame.columns[: self.table.expected_fields]
        unused = [
            name
            for k, (name, heading) in enumerate(zip(frame.columns, headings, strict=False))
            if self.headings.get(name) is None and (heading or frame.iloc[:, k].str.strip().any())
        ]
        if unused:
            named = reading.quoted(unused, repr)
            verb = "isn't" if len(unused) == 1 else "aren't"
            sentence = f"{plural(len(unused), 'heading')} {verb} used: {named}. The cells are kept with each row."
            yield FileWarning("headings_unused", len(unused), sentence)

    def _on_face(self, frame: pd.DataFrame) -> pd.DataFrame:
        """With the remedies of the face in place of their marks; of many rows that say the same it is put in once."""
        codes, sentences = frame["resolution"].array.factorize()
        said = sentences.tolist()
        marked = [place for place, text in enumerate(said) if "\ue000" in text]
        if not marked:
            return frame
        sentences[marked] = [remedied(said[place], self.face or face()) for place in marked]
        return frame.assign(resolution=sentences.take(codes))

    @property
    def rows(self) -> int:
        return len(self.rejected)

    @property
    def passed(self) -> BoolArray:
        """Which rows are ready: neither rejected nor left out."""
        return ~(self.rejected | self.left_out)

    @property
    def ready(self) -> int:
        return int(self.passed.sum())

    @property
    def counted(self) -> dict[str, int]:
        """The rows as they are judged: ready, rejected, left_out; together they are all."""
        return {"ready": self.ready, "rejected": int(self.rejected.sum()), "left_out": int(self.left_out.sum())}

    def summary(self, causes: int, cards: int | None = None) -> str:
        """The rows as they are judged and, beside them, so many causes, on one line; `cards`: on how many they lie."""
        ready, rejected, left_out = self.counted.values()
        more = f" · {left_out:,} left out" if left_out else ""
        on = f" on {plural(cards, 'card')}" if cards is not None and cards != causes else ""
        return f"{ready:,} ready · {rejected:,} rejected · {plural(causes, 'cause')}{on}{more}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Review):
            return NotImplemented
        names = ("table", "judgement", "headings", "today", "revision", "date_formats", "date_formats_from", "hits")
        same = all(getattr(self, name) == getattr(other, name) for name in names)
        if not same:
            return False
        one, another = self.explanation, other.explanation
        return one.errors().equals(another.errors()) and one.causes().equals(another.causes())

    def __hash__(self) -> int:
        return hash(self.judgement)

    def __getstate__(self) -> dict[str, Any]:
        """Its values; what was said, but not what it was made of: neither users nor the schema's code go along."""
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        told = self.explanation
        return state | {"explanation": Said(told.errors(), told.causes(), told.warned(), self.dates)}

    def __repr__(self) -> str:
        return self.summary(int(self.causes["blocks"].sum()))

    def _repr_html_(self) -> str:
        """Counts and causes, without any value of the file: what a notebook shows is kept."""
        shown = self.causes.groupby(["code", "title", "column", "blocks"], sort=False)["count"].sum().reset_index()
        rows = [
            (one["count"], one["title"], one["column"], "rejected" if one["blocks"] else "warning")
            for one in shown.to_dict("records")
        ]
        return f"<p>{escape(self)}</p>" + (table(("Rows", "Error", "Column", ""), rows) if rows else "")
