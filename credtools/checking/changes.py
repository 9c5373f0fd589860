"""Changes: Review × what is stored → new / new version / older / unchanged / withdrawn / rejected / left out.

A credential is user + type (+ number where the type is numbered); its content is dates, number and own columns. What is
news is judged against what the same source said last (its word); a source that never spoke of a credential is compared
with what is stored. Versions order by issue date (none first), then arrival. Columns of which the file doesn't speak
are neither compared nor changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from credtools.checking.content import alike, completed
from credtools.checking.content import same as same_content
from credtools.checking.expiry import EXPIRES
from credtools.checking.known import Known
from credtools.checking.listing import Listing
from credtools.checking.rows import Row, Sending, losing, repeats, rows_of, says_never, stated
from credtools.checking.words import of_date, said_now, unlike
from credtools.model import (
    Act,
    Changes,
    Content,
    Counts,
    Entry,
    Key,
    NewVersion,
    Review,
    Spoken,
    StoredVersion,
    Word,
)
from credtools.text import fold_number

BY_SOURCE = "source"


def classify(
    review: Review,
    stored: Iterable[StoredVersion],
    words: Sequence[Word] = (),
    sending: Sending | None = None,
    rows: Sequence[Row] | None = None,
    again: Mapping[int, Word] | None = None,
) -> Changes:
    """What finishing would do to each row; it serves preview and finish.

    `stored`: the versions of the users of all rows that don't just repeat a word, oldest first; `words`: what the
    source said last of the credentials of the file's users, of a full list of all; `rows`, `again`: as `rows_of` and
    `repeats` gave them.
    """
    sending = sending or Sending()
    rows = rows_of(review, sending) if rows is None else rows
    again = repeats(rows, words) if again is None else again
    return _Classifying(review, stored, words, sending, rows, again).changes()


class _Classifying:
    """One file under way: what becomes of its rows, credential by credential."""

    def __init__(
        self,
        review: Review,
        stored: Iterable[StoredVersion],
        words: Sequence[Word],
        sending: Sending,
        rows: Sequence[Row],
        again: Mapping[int, Word],
    ) -> None:
        self.sending, self.rows, self.words, self.again = sending, rows, words, again
        self.listing = Listing.of(review, rows, sending.parts, sending.unread) if sending.full else None
        self.verdict = ["rejected"] * review.rows
        for place in np.flatnonzero(review.left_out).tolist():
            self.verdict[place] = "left_out"
        self.equals: list[int | None] = [None] * review.rows
        self.repeats: list[int | None] = [None] * review.rows
        self.writes: list[NewVersion] = []
        self.acts: list[Act] = []
        self.spoken: list[Spoken] = []
        self.remarks: defaultdict[str, list[int]] = defaultdict(list)
        self.outdated: dict[int, date | None] = {}
        self.over: dict[int, int] = {}
        self.corrected: dict[int, date] = {}
        self.lost: dict[tuple[int, str], str] = {}
        self.rules: dict[int, str] = {}
        self.known: defaultdict[Key, Known] = defaultdict(Known)
        for version in stored:
            known = self.known[version.key]
            known.id, known.counter = version.credential_id, version.counter
            known.versions += [version] if version.version_id is not None else []
        for word in words:
            known = self.known[word.key]
            known.id, known.counter = word.credential_id, word.counter
            known.words.append(word)
        self.rows = [self.known[row.key].beside(row) if row.computed else row for row in self.rows]

    def changes(self) -> Changes:
        by_key: defaultdict[Key, list[Row]] = defaultdict(list)
        for row in self.rows:
            by_key[row.key].append(row)
        for key, all_rows in by_key.items():
            known, rows = self.known[key], self._different(all_rows)
            entries = self._credential(known, rows)
            alone = len(rows) == len(known.words) == 1
            if self.sending.remembers and entries and not (alone and self._says_nothing_new(rows[0])):
                self._speak(known, entries)
        unused = set(self.remarks["unused"])
        for place, same in enumerate(self.repeats):
            if same in unused:
                self.remarks["unused"].append(place)
            if same is not None and (self.equals[same] is not None or same in self.rules):
                self.equals[place], self.repeats[place] = self.equals[same], None  # of what is stored, or of nothing
                if self.verdict[same] in ("withdrawn", "left_out") or same in self.rules:
                    self.verdict[place] = "left_out" if self.verdict[same] == "left_out" else "unchanged"
                    self.rules[place] = self.rules.get(same, "withdrawn")
        remarks: dict[str, Any] = {name: tuple(rows) for name, rows in self.remarks.items()}
        absent = self.listing.absent(self.words) if self.listing else ()
        unread = self.listing.unread_ones(self.words) if self.listing else ()
        of, names = Counter(self.verdict), ("new", "older", "unchanged", "rejected", "left_out", "withdrawn")
        return Changes(
            *(self.verdict, self.equals, self.repeats, self.writes),
            Counts(len(self.verdict), new_versions=of["new_version"], **{name: of[name] for name in names}),
            **remarks,
            outdated=self.outdated,
            over=self.over,
            corrected=self.corrected,
            lost=self.lost,
            blanks=self.sending.blanks,
            rules=self.rules,
            words=tuple(self.spoken),
            absent=absent,
            unlisted=tuple(one for one in absent if one.state == "valid"),
            unread={number: self.sending.unread[number] for number in unread},
            acts=tuple(self.acts),
        )

    def _different(self, rows: list[Row]) -> list[Row]:
        """Those rows of one credential that don't say the same as an earlier one."""
        first: dict[tuple[Content, bool], Row] = {}
        for row in rows:
            content = row.content
            if content.number and len(rows) > 1:
                content = content._replace(number=fold_number(content.number))
            earlier = first.setdefault((content, row.withdrawn), row)
            if earlier is not row:
                self.verdict[row.number], self.repeats[row.number] = "unchanged", earlier.number
        return list(first.values())

    # --- one credential ----------------------------------------------------------------------------------------

    def _credential(self, known: Known, rows: list[Row]) -> list[Entry]:
        """What its rows are worth; returns what the file now says of it."""
        entries: list[Entry] = []
        news: list[Row] = []
        for row in rows:
            word = self.again.get(row.number)
            if word is not None:
                entries.append(self._unchanged(row, word))
                if word.decision == "declined":
                    self.remarks["declined"].append(row.number)
                elif not word.newest and word is known.words[0]:
                    self.remarks["others"].append(row.number)
            elif row.withdrawn:
                entries += self._withdrawn(row, known)
            else:
                news.append(row)
        listed = {row.content.issue_date for row in rows}
        news.sort(key=lambda row: (row.content.issue_date or date.min, row.number))
        return entries + [self._compared(row, known, listed, alone=len(news) == 1) for row in news]

    def _unchanged(self, row: Row, version: StoredVersion | Word) -> Entry:
        """A row that is valid; what its own source had withdrawn counts again."""
        self.verdict[row.number], self.equals[row.number] = "unchanged", version.version_id
        self._look_at_expiry(row, version.content)
        if version.withdrawn == BY_SOURCE and self.sending.remembers and version.version_id is not None:
            self.acts.append(Act("reinstated", version.version_id, row.number))
            self.remarks["reinstated"].append(row.number)
        return Entry("valid", None, version.version_id, row.said, version.content)

    def _withdrawn(self, row: Row, known: Known) -> list[Entry]:
        """The version of its issue date is withdrawn, or an earlier newest one; else there is nothing to withdraw."""
        issued = row.content.issue_date if "issue_date" in row.said else None
        before = of_date(known.words, issued, row.said)
        if before and before.state == "withdrawn":  # whatever others have said since
            self.verdict[row.number], self.rules[row.number] = "unchanged", "withdrawn"
            self.equals[row.number] = before.version_id
            return [Entry("withdrawn", None, before.version_id, row.said, before.content)]
        version, newest = known.newest(issued), known.newest()
        if version is None and issued and newest and (newest.content.issue_date or date.min) <= issued:
            version = newest
        if version is None or version.version_id is None:
            self.verdict[row.number], self.rules[row.number] = "left_out", "withdrawn_unknown"
            return []
        self.verdict[row.number], self.equals[row.number] = "withdrawn", version.version_id
        if version.withdrawn == BY_SOURCE:
            self.verdict[row.number], self.rules[row.number] = "unchanged", "withdrawn"
        else:
            self.acts.append(Act("withdrawn", version.version_id, row.number))
        return [Entry("withdrawn", None, version.version_id, row.said, version.content)]

    def _compared(self, row: Row, known: Known, listed: set[date | None], *, alone: bool) -> Entry:
        """A row that doesn't repeat its source's word: valid again, a correction, or compared with what is stored."""
        if not (known.words or known.versions):
            return self._write(row, known, row.content, None, None, None)
        issued = row.content.issue_date
        before = of_date(known.words, issued, row.said)
        if before and before.state != "valid" and alike(row.content, before.content, row.said):
            return self._unchanged(row, before)
        replaced = self._replaced(row, known, listed) if alone and not before else None
        if not replaced and (equal := self._equal(row, known, before)):
            return self._unchanged(row, equal)
        same = known.newest(issued if "issue_date" in row.said else None)
        content = completed(row.content, row.said, same.content) if same else row.content
        declined = [one for one in known.versions if one.decision == "declined" and same_content(one.content, content)]
        if declined:
            self.remarks["declined"].append(row.number)
            return self._unchanged(row, declined[-1])
        return self._write(row, known, content, same, before, replaced)

    def _replaced(self, row: Row, known: Known, listed: set[date | None]) -> Word | None:
        """In a full list: the one word with a later issue date that the list no longer holds."""
        gone = [one for one in known.words if one.content.issue_date not in listed and one.state == "valid"]
        if self.listing is None or len(gone) != 1 or gone[0] not in self.listing.absent(gone, row.key):
            return None
        issued, later = row.content.issue_date, gone[0].content.issue_date
        return gone[0] if issued and later and issued < later else None

    def _equal(self, row: Row, known: Known, before: Word | None) -> StoredVersion | None:
        """The stored version that the row equals: the newest, else an older one whose issue date is news."""
        newest = known.newest()
        equal = [one for one in known.versions if alike(row.content, one.content, row.said)]
        kept = [one for one in equal if one.decision != "declined" and not (known.words and one.replaced)]
        if newest in kept:
            return newest
        if before or not (kept or equal):
            return None
        if not kept:
            if equal[-1].decision != "declined":
                return None
            self.remarks["declined"].append(row.number)
            return equal[-1]
        issued = newest.content.issue_date if newest else None
        if newest and kept[-1].content.issue_date == issued and not self.sending.remembers:
            if self.sending.counts_again:
                return None
            self.remarks["again"].append(row.number)
        self.outdated[row.number] = issued
        return kept[-1]

    def _write(
        self,
        row: Row,
        known: Known,
        content: Content,
        same: StoredVersion | None,
        before: Word | None,
        replaced: Word | None,
    ) -> Entry:
        """The row becomes a version; `same`: the one of its issue date from which it takes what it doesn't say."""
        latest, newest = known.latest, known.newest()
        older = latest is not None and (content.issue_date or date.min) < latest and not replaced
        verdict = "new" if latest is None else "older" if older else "new_version"
        self.verdict[row.number] = verdict
        if older:
            self.outdated[row.number] = None if latest == date.min else latest
        elif newest and newest.version_id is not None:
            self.over[row.number] = newest.version_id
        known.write(content)
        if row.computed:
            self._look_at_expiry(row, content)
        origin = same.version_id if same and content != row.content else None, replaced.version_id if replaced else None
        if row.computed and (EXPIRES in row.said or not same):
            self.remarks["computed"].append(row.number)
        said = stated(row, before) if row.computed else row.said
        never = says_never(row, content, same, self.sending.blanks)
        version = NewVersion(row.number, known.id, known.counter, row.key, content, said, *origin, never)
        self.writes.append(version)
        if replaced and replaced.content.issue_date:
            self.corrected[row.number] = replaced.content.issue_date
        if known.versions and any(same_content(one.content, content) for one in known.versions):
            self.remarks["back"].append(row.number)
        if verdict == "new_version" and (base := before or replaced or same):
            found = losing(row, content, base.content, known.words[:1] if base is same else ())
            self.lost |= {(row.number, name): old for name, old in found.items()}
        return Entry("valid", row.number, None, said, content)

    def _look_at_expiry(self, row: Row, content: Content) -> None:
        """Whether the row's computed date is used, by the content that the credential then has."""
        if row.computed and content.expiration_date != row.content.expiration_date:
            self.remarks["unused"].append(row.number)

    def _says_nothing_new(self, row: Row) -> bool:
        """Whether a row, the only one about its credential, adds nothing to the only word."""
        word = self.again.get(row.number)
        return word is not None and row.said <= word.said

    def _speak(self, known: Known, entries: Sequence[Entry]) -> None:
        """What the file says takes the place of the words, if it is something else."""
        now = said_now(known.words, entries, partial=self.sending.partial)
        if unlike(known.words, now):
            first_said = known.words[0].first_said if known.words else None
            self.spoken.append(Spoken(known.id, now, first_said))
