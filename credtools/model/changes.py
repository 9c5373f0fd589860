"""What a file changes: its rows beside the versions that are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field
from datetime import date
from typing import NamedTuple

from credtools.text import Shown, plural

ACCEPTED = ("new", "new_version", "older")
VERDICTS = (*ACCEPTED, "unchanged", "rejected")


@dataclass(frozen=True)
class Counts(Shown):
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
        return {"rows": self.rows, "accepted": self.accepted} | asdict(self)

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


class StoredVersion(NamedTuple):
    """A standing version of a credential that a file speaks of; one without any has an entry with version_id None.

    `counter`: the credential's, which a finishing transaction compares and swaps.
    """

    credential_id: int
    counter: int
    key: Key
    version_id: int | None
    content: Content
    decision: str | None


class NewVersion(NamedTuple):
    """A version that an accepted row adds; `credential_id` is None for a credential that doesn't exist yet."""

    row: int
    credential_id: int | None
    counter: int
    key: Key
    content: Content


@dataclass(frozen=True)
class Changes:
    """Review × stored versions: per row a verdict; for accepted rows the version to write.

    `verdict`, `equals` and `repeats` have one entry per row; `writes` are in the order in which the versions are to be
    written (per credential by issue date, then line). `equals`: for unchanged rows the stored version that the row
    equals, or None where it equals an earlier row of the file (`repeats`, a row number). `declined`, `outdated`:
    unchanged rows that equal a declined version, or one that isn't the newest (with the newest one's issue date, if it
    has one).
    """

    verdict: list[str]
    equals: list[int | None]
    repeats: list[int | None]
    writes: list[NewVersion]
    counts: Counts
    declined: tuple[int, ...] = ()
    outdated: Mapping[int, date | None] = field(default_factory=dict)
