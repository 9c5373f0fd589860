"""The values that are handed around: frozen dataclasses, no I/O."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from credtools.errors import plural

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
StateArray = npt.NDArray[np.int8]

ACCEPTED = ("new", "new_version", "older")
VERDICTS = (*ACCEPTED, "unchanged", "rejected")


@dataclass(frozen=True)
class OrganisationSettings:
    """What the organisation has decided; each value changes a verdict or a right (DESIGN §1)."""

    approval_required: bool = True
    media_optional: bool = False
    date_format: str = "YYYY-MM-DD"
    same_day_expiry: bool = True
    expiring_soon_days: int = 30
    four_eyes: bool = False
    time_zone: str = "UTC"
    max_rows: int = 20_000
    keep_source_days: int = 0  # how long bytes of files, raw values, media and records of runs are kept; 0: for ever
    keep_values_days: int = 0
    keep_media_days: int = 0
    keep_runs_days: int = 0


@dataclass(frozen=True)
class Reading:
    """What was assumed to read a file, and where each of its physical lines went (lines count from 1)."""

    encoding: str
    delimiter: str | None
    lines: int
    heading_line: int | None
    sheet: str | None = None
    preamble_lines: tuple[int, ...] = ()
    footer_lines: tuple[int, ...] = ()
    blank_lines: tuple[int, ...] = ()
    repaired_lines: tuple[int, ...] = ()
    heading_lines: tuple[int, ...] = ()
    headings: tuple[str, ...] = ()  # as they stand in the file, trimmed and squeezed; '' for a blank one
    warnings: tuple[str, ...] = ()
    quote: str = '"'
    escape: str = ""
    instruction_lines: tuple[int, ...] = ()
    aside_lines: tuple[int, ...] = ()

    def __str__(self) -> str:
        how = f"sheet {self.sheet!r}" if self.sheet is not None else repr(self.delimiter)
        where = f"headings on line {self.heading_line}" if self.heading_line else "no headings"
        return f"{self.encoding} · {how} · {where}"

    def options(self) -> dict[str, str | int]:
        """What was detected, as the `read:` of a recipe; where footers begin is looked for anew in each file."""
        told: dict[str, str | int] = {}
        if self.delimiter is not None:
            told |= {"encoding": self.encoding, "delimiter": self.delimiter}
            told |= {"quote": self.quote} if self.quote != '"' else {}
            told |= {"escape": self.escape} if self.escape else {}
        if self.sheet is not None:
            told["sheet"] = self.sheet
        told["heading_line"] = self.heading_line or 0
        return told


@dataclass(frozen=True)
class Table:
    """A file as text: one row of `frame` per record, nothing parsed.

    `frame`: text columns named by the file's own headings; `lines`: the physical line on which each record
    starts; `fields`: how many fields it really has (missing cells are empty in `frame`); `raw`: the cells as
    they came, as the text of one JSON array; `date_cells`: for columns of a spreadsheet with real date cells, the
    date that each of their texts stands for, whatever date format is declared.
    """

    frame: pd.DataFrame
    lines: IntArray
    fields: IntArray
    expected_fields: int
    reading: Reading
    sha256: str
    name: str = ""
    date_cells: Mapping[str, Mapping[str, date]] = field(default_factory=dict)

    @cached_property
    def raw(self) -> list[str]:
        columns = [self.frame.iloc[:, k].tolist() for k in range(self.frame.shape[1])]
        counts = self.fields.tolist()
        return [json.dumps(row[:n]) for row, n in zip(zip(*columns, strict=True), counts, strict=True)]

    @cached_property
    def record_digests(self) -> list[str]:
        """SHA-256 of each raw record: how the same record is known when it comes again."""
        return [hashlib.sha256(text.encode()).hexdigest() for text in self.raw]

    @cached_property
    def ordinals(self) -> list[int]:
        """The place of each record among the records of this file that equal it (0 for the first)."""
        seen: Counter[str] = Counter()
        places = []
        for digest in self.record_digests:
            places.append(seen[digest])
            seen[digest] += 1
        return places

    def part(self, number: int, size: int) -> Table:
        """The records of part `number` (from 1) of at most `size` rows; lines keep their numbers."""
        if number == 1 and len(self.lines) <= size:
            return self
        rows = slice((number - 1) * size, number * size)
        beyond = self.lines[number * size :]
        repaired = tuple(line for line in self.reading.repaired_lines if not len(beyond) or line < beyond[0])
        part = Table(
            self.frame.iloc[rows].reset_index(drop=True),
            self.lines[rows],
            self.fields[rows],
            self.expected_fields,
            replace(self.reading, repaired_lines=repaired),
            self.sha256,
            self.name,
            self.date_cells,
        )
        part.__dict__["ordinals"] = self.ordinals[rows]  # equal records in two parts stay different ones
        return part


@dataclass(frozen=True)
class Patch:
    """A correction of one cell of one record, guarded by the value that it replaces."""

    record_digest: str
    ordinal: int
    column: str
    old: str
    new: str


@dataclass(frozen=True, repr=False)
class Review:
    """What a file is worth: a pure function of (bytes, recipe, patches, schema, lookups).

    `resolved`: the named, typed columns on which the rules were judged, one row per record; `rejected`: which rows
    have a blocking error; `states`: per rule and column, 0 passed, 1 failed, 2 not judged; `headings`: each heading
    of the file and the column it stands for; `explain` makes (errors, causes) when they are first asked for,
    `explain_blocking` the same without warnings; `hits`: per rule of the recipe the rows that it changed.
    """

    table: Table
    headings: Mapping[str, str | None]
    resolved: pd.DataFrame
    rejected: BoolArray
    codes: list[tuple[str, ...]]
    states: Mapping[tuple[str, str], StateArray]
    judgement: str
    today: date
    revision: int
    date_formats: Mapping[str, tuple[str, ...]]
    date_formats_from: Mapping[str, str]
    explain: Callable[[], tuple[pd.DataFrame, pd.DataFrame]]
    explain_blocking: Callable[[], tuple[pd.DataFrame, pd.DataFrame]]
    hits: Mapping[str, int] = field(default_factory=dict)
    basis: object = None  # what the next review of the same table may keep; only `checking` looks into it

    @cached_property
    def _explained(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self.explain()

    @property
    def errors(self) -> pd.DataFrame:
        """One row per finding: line, heading, column, value, code, title, resolution, suggestion, blocks, row."""
        return self._explained[0]

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """The blocking ones of `errors`, told without looking at warnings."""
        if "_explained" in vars(self):
            return self.errors[self.errors["blocks"]].reset_index(drop=True)
        return self.explain_blocking()[0]

    @property
    def causes(self) -> pd.DataFrame:
        """Errors that one decision can settle, largest first.

        Columns: code, column, value, pattern, count, suggestion, title, resolution, blocks.
        """
        return self._explained[1]

    @property
    def rows(self) -> int:
        return len(self.rejected)

    @property
    def ready(self) -> int:
        return int((~self.rejected).sum())

    def __repr__(self) -> str:
        causes = int(self.causes["blocks"].sum())
        return f"{self.ready:,} ready · {self.rows - self.ready:,} rejected · {plural(causes, 'cause')}"


@dataclass(frozen=True)
class StoredVersions:
    """What is stored about the credentials that a file speaks of: columns of equal length, oldest first.

    One entry per standing version: its credential (user, type, number key), content, decision, and the
    credential's counter, which a finishing transaction compares and swaps.
    """

    credential_id: list[int] = field(default_factory=list)
    counter: list[int] = field(default_factory=list)
    user_id: list[int] = field(default_factory=list)
    type_id: list[int] = field(default_factory=list)
    number_key: list[str] = field(default_factory=list)
    version_id: list[int | None] = field(default_factory=list)
    issue_date: list[date | None] = field(default_factory=list)
    expiration_date: list[date | None] = field(default_factory=list)
    number: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    decision: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Counts:
    """rows = accepted + unchanged + rejected + waiting; accepted = new + new_versions + older."""

    rows: int = 0
    new: int = 0
    new_versions: int = 0
    older: int = 0
    unchanged: int = 0
    rejected: int = 0
    waiting: int = 0

    @property
    def accepted(self) -> int:
        return self.new + self.new_versions + self.older

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def as_dict(self) -> dict[str, int]:
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            **{k: v for k, v in asdict(self).items() if k != "rows"},
        }

    def __str__(self) -> str:
        return (
            f"{self.new:,} new · {plural(self.new_versions, 'new version')} · {self.older:,} older · "
            f"{self.unchanged:,} unchanged · {self.rejected:,} rejected"
            + (f" · {self.waiting:,} waiting" if self.waiting else "")
        )


class Key(NamedTuple):
    """The identity of a credential."""

    user_id: int
    type_id: int
    number: str


class Content(NamedTuple):
    """What a version says; equal contents make a row *unchanged*."""

    issue_date: date | None
    expiration_date: date | None
    number: str
    own: str


@dataclass(frozen=True)
class Changes:
    """Review × stored versions: per row a verdict; for accepted rows the version to write.

    `verdict` has one entry per row; the other lists one entry per accepted row, in the order in which the
    versions are to be written (per credential by issue date, then line). `credential_id` is None for a
    credential that doesn't exist yet. `equals`: for unchanged rows the stored version that the row equals, or None
    where it equals an earlier row of the file (`repeats`, a row number). `declined`, `outdated`: unchanged rows that
    equal a declined version, or one that isn't the newest (with the newest one's issue date).
    """

    verdict: list[str]
    equals: list[int | None]
    repeats: list[int | None]
    row: list[int]
    credential_id: list[int | None]
    counter: list[int]
    keys: list[Key]
    contents: list[Content]
    counts: Counts
    declined: tuple[int, ...] = ()
    outdated: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What is printed only after COMMIT."""

    batch: int
    file: str
    counts: Counts
    sha256: str
    recipe: str
    schema: str
    judgement: str
    audit_seq: int
    audit_head: str
    replayed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The keys of `receipt` in `credtools import --json`."""
        names = ("sha256", "recipe", "schema", "judgement", "audit_seq", "audit_head")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        again = " (replayed: this file was judged equally before)" if self.replayed else ""
        return (
            f"receipt of batch {self.batch}{again}: {self.counts}\n"
            f"  file {self.file} sha256 {self.sha256[:16]}… · audit {self.audit_seq} head {self.audit_head[:16]}…"
        )


@dataclass(frozen=True, repr=False)
class Outcome:
    """How an unattended run on one file ended: verdict ok | partial | held | failed | unknown."""

    file: str
    verdict: str
    batch: int | None = None
    counts: Counts = Counts()
    held_because: str | None = None
    receipt: Receipt | None = None
    notebook: str | None = None
    problem: str | None = None
    batches: tuple[int, ...] = ()  # all parts of a file that was divided on purpose

    def __str__(self) -> str:
        lines = [f"{self.verdict}: {self.file}", str(self.counts)]
        lines += [str(told) for told in (self.held_because, self.problem, self.receipt) if told]
        return "\n".join(lines)

    __repr__ = __str__

    def as_dict(self) -> dict[str, Any]:
        """The keys of `credtools import --json`."""
        return {
            "file": self.file,
            "verdict": self.verdict,
            "batch": self.batch,
            **self.counts.as_dict(),
            "held_because": self.held_because,
            "receipt": self.receipt.as_dict() if self.receipt else None,
            "replayed": bool(self.receipt and self.receipt.replayed),
            "notebook": self.notebook,
            "problem": self.problem,
            "batches": list(self.batches) or ([self.batch] if self.batch is not None else []),
        }
