"""What the writing verbs take: one frozen, columnar value each, so that a database function can take it as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from credtools.model import Changes, FileWarning, Place, Record, RecordKey


@dataclass(frozen=True)
class Upload:
    """A file that arrives: its bytes, its source, and how it is meant to be read."""

    attempt_id: str
    by: str
    source: str
    file_name: str
    sha256: str
    content: bytes
    part: int
    parts: int
    schema_name: str
    recipe_text: str
    recipe_fingerprint: str
    follows_id: int | None = None


ADDRESS = ("sheet", "line", "piece")  # of a row in its file
NO_ROW = Place(0, 0, 0)  # of a medium that a draft keeps, and that belongs to no row yet


class Scan(NamedTuple):
    """What a medium says beside its row: `verdict` (agrees, differs, nothing; '': not compared), and where, as JSON."""

    verdict: str = ""
    compared: str = ""


@dataclass(frozen=True)
class Kept:
    """What is known of a file whose bytes lie in the folder of blobs, as do those of its copy.

    `notes`: codes; `copy`: what is shown in its place (SHA-256, size, media type); `texts`: what can be read in it, as
    JSON, `whole`: to the end; None: nobody has looked.
    """

    sha256: str
    size: int
    media_type: str
    notes: str = ""
    copy: tuple[str, int, str] | None = None
    texts: str | None = None
    whole: bool = False


class Link(NamedTuple):
    """A medium for a row; `scan`: of a row that is stored."""

    place: Place
    kept: Kept
    file_name: str
    scan: Scan = Scan()


class Correction(NamedTuple):
    """Another value for one cell of a record, which says `old`; `new` None: it is as it came again."""

    record: Record
    column: str
    old: str
    new: str | None


@dataclass(frozen=True)
class Finish:
    """A judged and classified batch, ready to be written in one transaction.

    Columns with one entry per row of the file: `sheet`, `line`, `piece`, `codes`, `raw`; per accepted row, in the order
    of `changes`: `decision`; per rejected row how its record is known, and what it resolved to: `records`,
    `rejected_user`, `rejected_type`. `rules`: row → why the recipe leaves it out.

    `said`: the columns of which the file speaks; `listing`: whether it counts as a full list, which `withdraws` what it
    doesn't hold; `sources`: its source, and those merged into it; `previous`: the batch that these had finished last,
    and `history`: the last event that took something back or moved it, when the changes were found out; `seen`: the
    last event then: as long as it still is, nothing of this needs to be asked again.

    `known`: by each kind and columns by which followed rejects of the source are known, the rows of all records;
    `followed`: those rejects. When others are followed by now, and it matters, all of this is to be found out again.

    `people`: of whom anything is said, or not said any more.

    `errors`: of the rejected rows, in their order, columns as in `Review.reasons`. `answers`: the rejects that a
    correction answers, which must still be open; `fixes`: row → the reject that it fixes, though its record is another.

    `scans`: of each medium that is staged (its place, its SHA-256) what it says beside its row. Where others are staged
    by now all of this is to be found out again.
    """

    batch_id: int
    attempt_id: str
    by: str
    today: date
    revision: int
    judgement: str
    schema_fingerprint: str
    recipe_text: str
    recipe_fingerprint: str
    statistics: str
    changes: Changes
    said: str
    listing: str
    withdraws: bool
    sources: tuple[int, ...]
    previous: int
    history: int
    seen: int
    sheet: list[int]
    line: list[int]
    piece: list[int]
    codes: list[str]
    rules: Mapping[int, str]
    raw: list[str]
    records: list[Record]
    known: Mapping[tuple[int, str], Mapping[RecordKey, int]]
    followed: frozenset[int]
    people: frozenset[int]
    decision: list[str]
    rejected_user: list[int | None]
    rejected_type: list[int | None]
    errors: dict[str, list[Any]]
    answers: tuple[int, ...]
    fixes: dict[int, int]
    scans: Mapping[tuple[Place, str], Scan] = field(default_factory=dict)


class Text(NamedTuple):
    """Another text for one column of one row, found by the values of its key."""

    table: str
    key: dict[str, Any]
    column: str
    text: str


@dataclass(frozen=True)
class Erase:
    """What is erased: numbers of rows, and the texts of other rows without the person whom they named.

    `seen`: the last event when this was found out, so that nothing can come in between; `user`: who becomes nobody, and
    `merged`: who was merged into them; `rows`: those of the ledger (batch, sheet, line, piece) whose raw values and
    salts go; `waiting`: batches that are discarded because they wait on one of the `files`; `unjudged`: these, and
    those that were discarded before; `unplaced`: media of drafts (batch, piece) that have no row yet, and are called
    after the person; `scans`: what these links say beside their rows; `logins`: by an address of the person those that
    were granted as theirs, which are `stand_in`'s then; `runs`: how many folders of runs go, too.
    """

    by: str
    reason: str
    seen: int
    user: int | None = None
    merged: list[int] = field(default_factory=list)
    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    rejects: list[int] = field(default_factory=list)
    patches: list[int] = field(default_factory=list)
    media: list[int] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    unjudged: list[int] = field(default_factory=list)
    unplaced: list[tuple[int, int]] = field(default_factory=list)
    logins: dict[str, list[str]] = field(default_factory=dict)
    stand_in: str = ""
    texts: list[Text] = field(default_factory=list)
    runs: int = 0

    def counts(self) -> dict[str, int]:
        """How much of each kind goes."""
        kinds = ("rows", "versions", "rejects", "patches", "media", "blobs", "files", "waiting", "logins", "texts")
        return {kind: len(getattr(self, kind)) for kind in kinds} | {"runs": self.runs}


class Blank(NamedTuple):
    """The blank cells of a column of a list: by row; what it is called, and what a blank stands for in a new row."""

    cells: Sequence[bool]
    title: str
    default: Any


@dataclass(frozen=True)
class Load:
    """Users or types, column by column, in the columns of their table (without id and keys).

    `absent_from`: the day on which who isn't among them becomes deactivated; None leaves the absent as they are.
    `most_absent`: the largest share of the active that may go that way; `notes`: what
    the reader of the file had to say, as sentences, `warnings` what should be looked at; `today`: since when all this
    is so. `blank`: by column its blank cells; the stored value of such a cell stays, or goes where `blanks` says clear.
    """

    kind: str
    by: str
    columns: dict[str, list[Any]]
    absent_from: date | None = None
    most_absent: float = 1.0
    notes: tuple[str, ...] = ()
    today: date | None = None
    warnings: tuple[FileWarning, ...] = ()
    blank: Mapping[str, Blank] = field(default_factory=dict)
    blanks: str | None = None
