"""What the writing verbs take: one frozen, columnar value each, so that a database function can take it as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from credtools.model import Counts


@dataclass(frozen=True)
class Draft:
    """A file that arrives: its bytes, its source, and how it is meant to be read."""

    attempt_id: str
    by: str
    source: str
    file_name: str
    sha256: str
    content: bytes
    part: int
    schema_name: str
    recipe_text: str
    recipe_fingerprint: str
    follows_id: int | None = None


@dataclass(frozen=True)
class Finish:
    """A judged and classified batch, ready to be written in one transaction.

    Four groups of columns: one entry per row of the file; per accepted row (`row` points into the first group, in
    the order in which versions are written); per rejected row, in their order; per error of a rejected row
    (`error_row` likewise).
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
    counts: Counts
    statistics: str
    # per row of the file
    line: list[int]
    verdict: list[str]
    codes: list[str]
    raw: list[str]
    record_digest: list[str]
    ordinal: list[int]
    equals: list[int | None]
    repeats: list[int | None]
    # per accepted row
    row: list[int] = field(default_factory=list)
    credential_id: list[int | None] = field(default_factory=list)
    counter: list[int] = field(default_factory=list)
    user_id: list[int] = field(default_factory=list)
    type_id: list[int] = field(default_factory=list)
    number_key: list[str] = field(default_factory=list)
    issue_date: list[date | None] = field(default_factory=list)
    expiration_date: list[date | None] = field(default_factory=list)
    number: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    decision: list[str] = field(default_factory=list)
    # per rejected row: the user and the type that it resolved to
    rejected_user: list[int | None] = field(default_factory=list)
    rejected_type: list[int | None] = field(default_factory=list)
    # per error of a rejected row
    error_row: list[int] = field(default_factory=list)
    error_code: list[str] = field(default_factory=list)
    error_column: list[str] = field(default_factory=list)
    error_heading: list[str] = field(default_factory=list)
    error_title: list[str] = field(default_factory=list)
    error_value: list[str] = field(default_factory=list)
    error_resolution: list[str] = field(default_factory=list)
    error_suggestion: list[str] = field(default_factory=list)
    # the rejects that a correction answers, which must still be open
    answers: tuple[int, ...] = ()
    # row → the open reject that it fixes, though its record is another one
    fixes: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Patches:
    """Corrections of single cells, column by column: record, column, the value replaced, the new one or None."""

    batch_id: int
    by: str
    record_digest: list[str] = field(default_factory=list)
    ordinal: list[int] = field(default_factory=list)
    column: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    new: list[str | None] = field(default_factory=list)


@dataclass(frozen=True)
class Media:
    """Files for rows of a batch, one entry per row and file; their blobs are on the disk already."""

    batch_id: int
    by: str
    line: list[int] = field(default_factory=list)
    sha256: list[str] = field(default_factory=list)
    file_name: list[str] = field(default_factory=list)
    media_type: list[str] = field(default_factory=list)
    size: list[int] = field(default_factory=list)


class Text(NamedTuple):
    """Another text for one column of one row, found by the values of its key."""

    table: str
    key: dict[str, Any]
    column: str
    text: str


@dataclass(frozen=True)
class Erase:
    """What is erased: numbers of rows, and the texts of other rows without the person whom they named.

    `seen`: the last event when this was found out, so that nothing can come in between; `user`: who becomes nobody;
    `rows`: those of the ledger (batch, line) whose raw values and salts go; `waiting`: batches that are discarded
    because they wait on one of the `files`; `unjudged`: these, and those that were discarded before; `runs`: how many
    folders of runs go, too.
    """

    by: str
    reason: str
    seen: int
    user: int | None = None
    rows: list[tuple[int, int]] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    rejects: list[int] = field(default_factory=list)
    patches: list[int] = field(default_factory=list)
    media: list[int] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    unjudged: list[int] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    runs: int = 0

    def counts(self) -> dict[str, int]:
        """How much of each kind goes."""
        kinds = ("rows", "versions", "rejects", "patches", "media", "blobs", "files", "waiting", "texts")
        return {kind: len(getattr(self, kind)) for kind in kinds} | {"runs": self.runs}


@dataclass(frozen=True)
class Load:
    """Users or types, column by column, in the columns of their table (without id).

    `absent_from`: the day on which who isn't among them becomes deactivated; None leaves the absent as they are.
    `most_absent`: the largest share of the active that may go that way; `notes`: what
    the reader of the file had to say, as sentences.
    """

    kind: str
    by: str
    key: str
    columns: dict[str, list[Any]]
    absent_from: date | None = None
    most_absent: float = 1.0
    notes: tuple[str, ...] = ()
