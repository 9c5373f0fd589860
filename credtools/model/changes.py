"""What a file changes: its rows beside the versions that are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from credtools.text import Shown, plural

ACCEPTED = ("new", "new_version", "older", "withdrawn")
VERDICTS = (*ACCEPTED, "unchanged", "rejected", "left_out")
SAYING = (*ACCEPTED, "unchanged")  # verdicts on rows that say the version that they name
COUNTED = ("new", "new_versions", "older", "withdrawn", "unchanged", "rejected", "left_out", "waiting")  # are the rows


@dataclass(frozen=True)
class Counts(Shown):
    """How many rows became what.

    rows = accepted + unchanged + rejected + left_out + waiting; accepted = new + new_versions + older + withdrawn.
    """

    rows: int = 0
    new: int = 0
    new_versions: int = 0
    older: int = 0
    unchanged: int = 0
    rejected: int = 0
    waiting: int = 0
    left_out: int = 0
    withdrawn: int = 0

    @property
    def accepted(self) -> int:
        return self.new + self.new_versions + self.older + self.withdrawn

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def as_dict(self) -> dict[str, int]:
        counts = asdict(self)
        return {"rows": self.rows, "accepted": self.accepted} | {name: counts[name] for name in COUNTED}

    def __str__(self) -> str:
        return (
            f"{self.new:,} new · {plural(self.new_versions, 'new version')} · {self.older:,} older · "
            + (f"{self.withdrawn:,} withdrawn · " if self.withdrawn else "")
            + f"{self.unchanged:,} unchanged · {self.rejected:,} rejected"
            + (f" · {self.left_out:,} left out" if self.left_out else "")
            + (f" · {self.waiting:,} waiting" if self.waiting else "")
        )


@dataclass(frozen=True, eq=False)
class Preview(Counts):
    """Counts, and what they don't say, a sentence each: `remarks`. It equals what has the same counts."""

    remarks: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counts) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash(tuple(self.as_dict().values()))

    def moved(self, other: Preview) -> bool:
        """Whether the other one has other counts or says something else."""
        return self != other or self.remarks != other.remarks

    def __str__(self) -> str:
        return "\n".join((super().__str__(), *self.remarks))


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

    `counter`: the credential's, which a finishing transaction compares and swaps; `replaced`: another one corrects its
    issue date; `withdrawn`: '' or by whom: source (the one that is asked for), other; `never`: it was said that it
    doesn't expire.
    """

    credential_id: int
    counter: int
    key: Key
    version_id: int | None
    content: Content
    decision: str | None
    replaced: bool = False
    withdrawn: str = ""
    never: bool = False


class Word(NamedTuple):
    """What a source said last about a credential, for one issue date.

    `state`: valid, withdrawn or unlisted; `said`: the columns of which it ever spoke; `content`: what it said of them,
    and of others what its version says; `newest`: whether nothing newer is stored; `withdrawn`: its version, as above.
    """

    credential_id: int
    counter: int
    key: Key
    state: str
    version_id: int
    said: frozenset[str]
    content: Content
    decision: str
    newest: bool
    withdrawn: str
    first_said: datetime


class Entry(NamedTuple):
    """A word as it will be: of the version of a row that is written, or of one that is stored."""

    state: str
    row: int | None
    version_id: int | None
    said: frozenset[str]
    content: Content


class Spoken(NamedTuple):
    """All that a source now says about a credential, the newest issue date first.

    `credential_id`: None for one that doesn't exist yet; `first_said`: None where the source speaks of it first.
    """

    credential_id: int | None
    entries: tuple[Entry, ...]
    first_said: datetime | None


class NewVersion(NamedTuple):
    """A version that an accepted row adds; `credential_id` is None for a credential that doesn't exist yet.

    `said`: the columns that the row says; the others come from the version `inherits_id`. `replaces_id`: the version
    whose issue date it corrects; `never`: its blank expiration date is a statement.
    """

    row: int
    credential_id: int | None
    counter: int
    key: Key
    content: Content
    said: frozenset[str] | None = None
    inherits_id: int | None = None
    replaces_id: int | None = None
    never: bool = False


class Act(NamedTuple):
    """A version is withdrawn or reinstated, because a row says so, or because none does (row None).

    Each is the source's own: what persons and other sources do to the version holds beside it.
    """

    act: str
    version_id: int
    row: int | None


@dataclass(frozen=True)
class Changes:
    """Review × stored versions and words: per row a verdict; for accepted rows the version to write.

    `verdict`, `equals` and `repeats` have one entry per row; `writes` are in the order in which the versions are to be
    written (per credential by issue date, then line). `equals`: for unchanged, withdrawn and left-out rows the stored
    version of which the row speaks, or None where it equals an earlier row of the file (`repeats`, a row number) or
    speaks of none. `words`: of which credentials the source now says something else than before; `absent`: words of
    credentials that a full list doesn't hold, `unlisted`: those of them that it held so far; `unread`: credentials that
    may be under these headings, which aren't read any more; `acts`: what is withdrawn and reinstated.

    What is said about rows: `declined`, they equal a declined version; `outdated`, they are or equal one that isn't the
    newest (with the newest one's issue date, if it has one); `others`, they repeat what their source said, but
    another's word counts; `over`, they count from now on in place of this version, `taken_over` if another source says
    that one; `back`, they say again what an older version says and count again; `again`, they equal an older one of the
    newest one's issue date and would count again if a person said so; `corrected`, they correct this issue date;
    `computed`, they write an expiration date that was computed; `unused`, what is stored stays in place of the one that
    was computed for them; `lost`, a blank cell of (row, column) stands over this
    value, and `blanks` (keep | clear), what the recipe says of such cells; `shared`, this other user holds their
    number, too; `rules`: by which rule a row is left out.
    """

    verdict: list[str]
    equals: list[int | None]
    repeats: list[int | None]
    writes: list[NewVersion]
    counts: Counts
    declined: tuple[int, ...] = ()
    outdated: Mapping[int, date | None] = field(default_factory=dict)
    others: tuple[int, ...] = ()
    over: Mapping[int, int] = field(default_factory=dict)
    taken_over: tuple[int, ...] = ()
    back: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    corrected: Mapping[int, date] = field(default_factory=dict)
    reinstated: tuple[int, ...] = ()
    computed: tuple[int, ...] = ()
    unused: tuple[int, ...] = ()
    lost: Mapping[tuple[int, str], str] = field(default_factory=dict)
    blanks: str | None = None
    rules: Mapping[int, str] = field(default_factory=dict)
    words: tuple[Spoken, ...] = ()
    absent: tuple[Word, ...] = ()
    unlisted: tuple[Word, ...] = ()
    unread: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()
    shared: Mapping[int, int] = field(default_factory=dict)

    @property
    def alters(self) -> bool:
        """Whether any version, word or withdrawal would be another one."""
        return bool(self.writes or self.words or self.unlisted or self.acts)
