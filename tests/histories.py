"""A small model of what holds over time: two sources, a few credentials, one row for each in a file.

It never asks the registry. What is stored is a list of versions and a list of batches; all else – which versions stand,
what each source said last, what is withdrawn, which rejects are open – is found anew from the batches that aren't
undone, each time. Rows are judged by the rules of docs/how-it-works.md alone.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

COUNTING = ("approved", "not_required")
CONTENT = ("issue", "expires", "number")

Key = tuple[str, str]  # user and type
Blocks = Callable[[Key, str], bool]  # whether a row that isn't accepted may be a credential, by its number


class Content(NamedTuple):
    """What a version says; '' where it says nothing."""

    issue: str
    expires: str
    number: str


@dataclass(frozen=True)
class Row:
    """A row as its source shows it."""

    user: str
    kind: str
    issue: str
    expires: str
    number: str
    status: str = "Active"
    typo: str = ""  # user, kind or issue: which cell is wrong

    @property
    def key(self) -> Key:
        return self.user, self.kind

    def cells(self, columns: tuple[str, ...]) -> dict[str, str]:
        """The cells of these columns as they stand in the file."""
        wrong = {
            "user": {"user": f"{self.user[1:]}{self.user[0]}"},
            "kind": {"kind": f"{self.kind}s old"},
            "issue": {"issue": ".".join(reversed(self.issue.split("-")))},
        }.get(self.typo, {})
        cells = {**{name: getattr(self, name) for name in columns}, **wrong}
        return cells | {"user": f"{cells['user']}@example.org"}


@dataclass
class Version:
    """A version of a credential."""

    id: int
    key: Key
    content: Content
    decision: str
    batch: int
    line: int
    replaces: int | None = None
    erased: bool = False


class Said(NamedTuple):
    """What a row of a batch says: that a version is valid or withdrawn, as far as these columns go."""

    version: int
    state: str
    columns: frozenset[str]
    content: Content


Record = tuple[str, tuple[tuple[str, str], ...]]  # of a source: its cells by column


@dataclass
class Batch:
    """A finished file."""

    id: int
    source: str
    bytes: str
    rows: int
    full: bool
    counts: Counter[str]
    said: dict[Key, Said] = field(default_factory=dict)
    absent: set[Key] = field(default_factory=set)
    rejected: dict[Record, tuple[int, str]] = field(default_factory=dict)  # their lines and what is wrong with them
    passed: dict[Record, tuple[int, int | None]] = field(default_factory=dict)  # their lines and versions
    fixes: dict[Record, int | None] = field(default_factory=dict)  # records whose text changed, by what they became
    waived: set[Record] = field(default_factory=set)  # for good, as it came: those before it were
    undone: bool = False


WAIVERS = {  # by act in which states it is possible, and what follows
    "waive": (("open",), "waived"),
    "waive for good": (("open",), "for good"),
    "reopen": (("waived", "for good"), "open"),
}


@dataclass
class Reject:
    """A record that is rejected: by batch and line."""

    record: Record
    place: tuple[int, int]
    state: str = "open"


@dataclass(frozen=True)
class Word:
    """What a source said last of a credential."""

    state: str
    version: int
    columns: frozenset[str]
    content: Content
    first: int  # the batch in which it was first said anything of it


@dataclass(frozen=True)
class Source:
    """How a source sends."""

    full: bool = False
    share: float = 0.5
    keeps_blanks: bool = False
    has_status: bool = False
    withdraws: bool = False  # what a full list no longer holds


@dataclass
class Verdict:
    """What becomes of a row."""

    name: str
    said: Said | None = None


class Model:
    """The organisation as it must be."""

    def __init__(self, sources: dict[str, Source], pending: frozenset[str]) -> None:
        self.sources, self.pending = sources, pending
        self.versions: list[Version] = []
        self.batches: list[Batch] = []
        self.acts: list[tuple[int, Key, str, str]] = []  # a person's: after how many batches, on which issue date, act
        self.waivers: list[tuple[int, Reject, str]] = []  # after how many batches, on which reject, act
        self.erased: set[str] = set()

    # --- what follows from the batches that stand -----------------------------------------------------------

    @property
    def standing_batches(self) -> list[Batch]:
        return [batch for batch in self.batches if not batch.undone]

    def said(self) -> set[int]:
        """The versions that any batch says, erased ones among them."""
        return {said.version for batch in self.standing_batches for said in batch.said.values()}

    def standing(self) -> list[Version]:
        said = self.said()
        return [one for one in self.versions if one.id in said and not one.erased]

    def words(self, source: str) -> dict[Key, Word]:
        words: dict[Key, Word] = {}
        for batch in self.standing_batches:
            if batch.source != source:
                continue
            for key, said in batch.said.items():
                before = words.get(key)
                columns, content = said.columns, said.content
                if before and before.content.issue == content.issue:  # columns of which it is silent go on
                    kept = {n: getattr(before.content, n) for n in before.columns - said.columns}
                    columns, content = columns | before.columns, content._replace(**kept)
                words[key] = Word(said.state, said.version, columns, content, before.first if before else batch.id)
            for key in batch.absent & words.keys():
                if words[key].state == "valid":
                    words[key] = replace(words[key], state="unlisted")
        gone = {one.key for one in self.versions if one.erased}
        return {key: word for key, word in words.items() if key not in gone}

    def withdrawn(self) -> set[int]:
        """The versions that are withdrawn: by a source, or by a person, who speaks of the credential's issue date."""
        return self._withdrawals()[0]

    def _withdrawals(self) -> tuple[set[int], dict[str, set[int]]]:
        """And by source those that it has withdrawn itself, whatever persons have made of it."""
        persons: set[tuple[Key, str]] = set()
        sources: defaultdict[int, set[str]] = defaultdict(set)
        words: defaultdict[str, dict[Key, tuple[str, int]]] = defaultdict(dict)
        out: defaultdict[str, set[int]] = defaultdict(set)
        for place, batch in enumerate(self.batches, 1):
            if not batch.undone:
                self._acts_of(batch, words[batch.source], out[batch.source], sources)
            for _, key, issue, act in (act for act in self.acts if act[0] == place):
                alike = [one.id for one in self.versions if (one.key, one.content.issue) == (key, issue)]
                (persons.add if act == "withdrawn" else persons.discard)((key, issue))
                for number in alike if act == "reinstated" else ():
                    sources[number].clear()
        held = {one.id for one in self.versions if (one.key, one.content.issue) in persons}
        return held | {number for number, some in sources.items() if some}, out

    def _acts_of(
        self, batch: Batch, words: dict[Key, tuple[str, int]], out: set[int], sources: defaultdict[int, set[str]]
    ) -> None:
        """What a batch withdraws and reinstates; `words`: what its source said of each credential so far."""
        for key, said in batch.said.items():
            if said.state == "withdrawn" and said.version not in out:
                out.add(said.version)
                sources[said.version].add(batch.source)
            elif said.state == "valid" and said.version in out:
                out.discard(said.version)
                sources[said.version].discard(batch.source)
            words[key] = said.state, said.version
        for key in batch.absent & words.keys():
            state, version = words[key]
            if state == "valid" and self.sources[batch.source].withdraws and version not in out:
                out.add(version)
                sources[version].add(batch.source)
            words[key] = ("unlisted" if state == "valid" else state), version

    def place(self, version: Version) -> tuple[int, int]:
        """A batch that stands, and its line, which says a version."""
        said = {
            (batch.id, line) for batch in self.standing_batches for line, v in batch.passed.values() if v == version.id
        }
        return (version.batch, version.line) if (version.batch, version.line) in said else min(said)

    def replaced(self) -> set[int]:
        said = {w.version for name in self.sources for w in self.words(name).values() if w.state == "valid"}
        gone = [one.replaces for one in self.standing() if one.replaces and one.decision in COUNTING]
        dates = [(self.versions[last - 1].key, self.versions[last - 1].content.issue, last) for last in gone]
        return {
            one.id
            for one in self.standing()
            for key, issue, last in dates
            if (one.key, one.content.issue) == (key, issue) and one.id <= last
        } - said

    def newest(self, key: Key, issue: str | None = None) -> Version | None:
        replaced = self.replaced()
        some = [one for one in self.standing() if one.key == key and one.id not in replaced]
        some = [one for one in some if one.decision != "declined"] or some
        some = [one for one in some if issue is None or one.content.issue == issue]
        return max(some, key=lambda one: (one.content.issue, one.id), default=None)

    def counting(self) -> dict[Key, Content]:
        replaced, withdrawn = self.replaced(), self.withdrawn()
        best: dict[Key, Version] = {}
        for one in self.standing():
            if one.decision in COUNTING and one.id not in replaced:
                other = best.get(one.key)
                if not other or (one.content.issue, one.id) >= (other.content.issue, other.id):
                    best[one.key] = one
        return {key: one.content for key, one in best.items() if one.id not in withdrawn}

    def open(self) -> dict[Record, tuple[int, int]]:
        """The records whose reject is open, with batch and line of it."""
        return {one.record: one.place for one in self.rejects() if one.state == "open"}

    def rejects(self) -> list[Reject]:
        """Those that are open or waived."""
        found: list[Reject] = []
        linked: dict[Record, int | None] = {}  # by an undone batch, to a version
        for place, batch in enumerate(self.batches, 1):
            if batch.undone:
                pairs = itertools.product((one.record for one in found), batch.fixes.items())
                linked |= {record: version for record, (later, version) in pairs if is_same(record, later)}
            else:
                found = self._come_again(batch, found, linked)
            for _, reject, act in (act for act in self.waivers if act[0] == place):
                before, after = WAIVERS[act]
                for one in found:
                    of_it = one.place[0] <= reject.place[0] and is_same(one.record, reject.record)
                    if of_it and one.state in before:
                        one.state = after
        return found

    def _come_again(self, batch: Batch, found: list[Reject], linked: dict[Record, int | None]) -> list[Reject]:
        """What is left of some rejects, and what comes to them, with another batch."""
        says = {said.version for said in batch.said.values() if said.state == "valid"}
        right = [*batch.passed, *(later for later in batch.fixes if later[0] == batch.source)]
        new = {
            record: Reject(record, (batch.id, line), "for good" if record in batch.waived else "open")
            for record, (line, _) in batch.rejected.items()
        }
        left = []
        for one in found:
            ours = one.record[0] == batch.source
            again = one.record in linked and ours and linked[one.record] in says
            successor = next((other for record, other in new.items() if is_same(one.record, record)), None)
            if one.state == "open" and (again or any(is_same(one.record, other) for other in right)):
                linked.pop(one.record, None)
            elif successor and one.state != "waived":
                linked.pop(one.record, None)
                successor.state = one.state if successor.state == "open" else successor.state
            else:
                left.append(one)
        return [*left, *new.values()]

    # --- a file ---------------------------------------------------------------------------------------------

    def judge(self, source: str, rows: list[Row], columns: tuple[str, ...], content: str) -> Batch:
        """What becomes of a file, were it finished now; nothing is kept."""
        how = self.sources[source]
        last = [batch for batch in self.standing_batches if batch.source == source and batch.full]
        full = how.full and (not last or len(rows) >= how.share * last[-1].rows)
        batch = Batch(len(self.batches) + 1, source, content, len(rows), full, Counter())
        self._new: list[Version] = []
        self._out = self._withdrawals()[1].get(source, set())
        fine = [row for row in rows if not self._wrong(row) and not (how.has_status and row.status == "Draft")]
        blocked = self._blocked(rows, how, columns) if full else None
        words = self.words(source)
        for line, row in enumerate(rows, 2):
            record: Record = (source, tuple(sorted(row.cells(columns).items())))
            if how.has_status and row.status == "Draft":
                batch.counts["left_out"] += 1
                continue
            if self._wrong(row):
                batch.counts["rejected"] += 1
                batch.rejected[record] = (line, row.typo or "user")
                continue
            verdict = self._verdict(row, columns, how, words.get(row.key), blocked, (batch.id, line))
            batch.counts[verdict.name] += 1
            if verdict.said:
                batch.said[row.key] = verdict.said
            batch.passed[record] = (line, verdict.said.version if verdict.said else None)
        if full and blocked is not None:
            listed = {row.key for row in fine}
            batch.absent = {
                key for key, word in words.items() if key not in listed and not blocked(key, word.content.number)
            }
        self._second_key(batch, rows, columns, words)
        return batch

    def keep(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.versions += self._new
        batch.waived = {one.record for one in self.rejects() if one.place[0] == batch.id and one.state == "for good"}

    def would_change(self, batch: Batch) -> bool:
        """Whether finishing would make any version, word or withdrawal another one."""
        if self._new:
            return True
        before = [self.words(batch.source), self.withdrawn(), {one.id for one in self.standing()}]
        self.batches.append(batch)
        after = [self.words(batch.source), self.withdrawn(), {one.id for one in self.standing()}]
        self.batches.pop()
        return before != after

    def _wrong(self, row: Row) -> bool:
        return bool(row.typo) or row.user in self.erased

    def _blocked(self, rows: list[Row], how: Source, columns: tuple[str, ...]) -> Blocks:
        """Whether a row that wasn't accepted may be a credential."""
        unsure = [row for row in rows if self._wrong(row) or (how.has_status and row.status == "Draft")]
        persons = {row.user for row in unsure if row.typo != "user" and row.user not in self.erased}
        nobodys = [row for row in unsure if row.typo == "user" or row.user in self.erased]
        kinds = {row.kind for row in nobodys if row.typo != "kind"}
        numbers = {row.number for row in nobodys if "number" in columns} - {""}
        return lambda key, number: key[0] in persons or key[1] in kinds or number in numbers

    def _verdict(
        self,
        row: Row,
        columns: tuple[str, ...],
        how: Source,
        word: Word | None,
        blocked: Blocks | None,
        place: tuple[int, int],
    ) -> Verdict:
        """What becomes of a row that is right, at its batch and line."""
        said = frozenset(CONTENT).intersection(columns)
        if how.keeps_blanks:
            said = frozenset(name for name in said if getattr(row, name))
        content = Content(*(getattr(row, name) if name in said else "" for name in CONTENT))
        if how.has_status and row.status == "Revoked":
            return self._withdrawal(row, said, word)

        same = self.newest(row.key, content.issue)
        whole = _over(content, said, same.content) if same else content
        replaced = self._corrected(row, word, blocked)
        if known := self._known(row, content, said, whole, word, correction=replaced is not None):
            return Verdict("unchanged", Said(known[0], "valid", said, _over(content, said, known[1])))
        newest = self.newest(row.key)
        decision = "pending" if row.kind in self.pending else "not_required"
        version = Version(len(self.versions) + len(self._new) + 1, row.key, whole, decision, *place, replaced)
        self._new.append(version)
        older = newest is not None and content.issue < newest.content.issue and replaced is None
        name = "new" if newest is None else "older" if older else "new_versions"
        return Verdict(name, Said(version.id, "valid", said, whole))

    def _corrected(self, row: Row, word: Word | None, blocked: Blocks | None) -> int | None:
        """In a full list the version whose issue date the row corrects."""
        if word is None or blocked is None or word.state != "valid" or row.issue >= word.content.issue:
            return None
        return None if blocked(row.key, word.content.number) else word.version

    def _known(
        self, row: Row, content: Content, said: frozenset[str], whole: Content, word: Word | None, *, correction: bool
    ) -> tuple[int, Content] | None:
        """The version that a row repeats: its source's word, what counts, what was declined, or else an older one."""
        if word and _alike(content, word.content, said):
            return word.version, word.content
        standing = [one for one in self.standing() if one.key == row.key]
        declined = [one for one in standing if one.decision == "declined" and one.content == whole]
        found = declined[-1:]
        if not correction:
            ours = word is not None and word.content.issue == content.issue
            equal = [one for one in standing if _alike(content, one.content, said)]
            off = self.replaced() if word else set()
            kept = [one for one in equal if one.decision != "declined" and one.id not in off]
            newest = self.newest(row.key)
            if newest in kept:
                found = [newest]
            elif not ours and (kept or (equal and equal[-1].decision == "declined")):
                found = [(kept or equal)[-1]]
        return (found[0].id, found[0].content) if found and found[0] else None

    def _withdrawal(self, row: Row, said: frozenset[str], word: Word | None) -> Verdict:
        version, newest = self.newest(row.key, row.issue), self.newest(row.key)
        if version is None and newest and newest.content.issue <= row.issue:
            version = newest
        if version is None:
            return Verdict("left_out")
        before = word if word and word.content.issue == row.issue else None
        if before and before.state == "withdrawn":
            return Verdict("unchanged", Said(before.version, "withdrawn", said, before.content))
        told = Said(version.id, "withdrawn", said, version.content)
        return Verdict("unchanged" if version.id in self._out else "withdrawn", told)

    def _second_key(self, batch: Batch, rows: list[Row], columns: tuple[str, ...], words: dict[Key, Word]) -> None:
        """Open rejects whose record comes no more, and the one row that agrees in all cells without error."""
        known = [*batch.rejected, *batch.passed]
        waiting = {record: place for record, place in self.open().items() if record[0] == batch.source}
        gone = {record: place for record, place in waiting.items() if not any(is_same(record, one) for one in known)}
        records = {row: (batch.source, tuple(sorted(row.cells(columns).items()))) for row in rows}
        followed = [one.record for one in self.rejects() if one.state != "waived" and one.record[0] == batch.source]
        free = [row for row in rows if not any(is_same(record, records[row]) for record in followed)]
        fits: dict[Record, list[Row]] = {}
        for record, (number, _) in gone.items():
            _, wrong = self.batches[number - 1].rejected[record]
            right = {name: text for name, text in record[1] if name != wrong}
            if right.get("user") or right.get("number"):
                fits[record] = [
                    row for row in free if all(row.cells(columns).get(n, "") == t for n, t in right.items())
                ]
        often = Counter(row for some in fits.values() for row in some)
        for record, some in fits.items():
            number = gone[record][0]
            if len(some) > 1:
                beside = self.batches[number - 1].said
                some = [row for row in some if row.key not in beside]  # noqa: PLW2901
            if len(some) != 1 or often[some[0]] != 1:
                continue
            row = some[0]
            place = batch.passed.get(records[row])
            if place is None:
                continue
            version = place[1]
            accepted = any(one.line == place[0] for one in self._new) or self._fresh(batch, row)
            word = words.get(row.key)
            if accepted or (version is not None and (word is None or word.first > number)):
                batch.fixes[record] = version

    def _fresh(self, batch: Batch, row: Row) -> bool:
        """Whether the row withdraws what wasn't withdrawn."""
        said = batch.said.get(row.key)
        return bool(said and said.state == "withdrawn" and said.version not in self._out)

    # --- what people do -------------------------------------------------------------------------------------

    def erase(self, user: str) -> None:
        self.erased.add(user)
        for one in self.versions:
            one.erased |= one.key[0] == user


def is_same(record: Record, later: Record) -> bool:
    """Whether a later record is the same: it says the same in all columns of the earlier."""
    cells = dict(later[1])
    return record[0] == later[0] and all(cells.get(name, "") == text for name, text in record[1])


def _alike(one: Content, other: Content, said: frozenset[str]) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in said)


def _over(content: Content, said: frozenset[str], other: Content) -> Content:
    return Content(*(getattr(content if name in said else other, name) for name in CONTENT))
