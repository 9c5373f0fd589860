"""Known: what is stored about a credential, as a file under way sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from credtools.checking.rows import Row, beside
from credtools.checking.words import of_date
from credtools.model import Content, StoredVersion, Word


@dataclass
class Known:
    """What is stored about one credential."""

    id: int | None = None
    counter: int = 0
    words: list[Word] = field(default_factory=list)  # the newest first
    versions: list[StoredVersion] = field(default_factory=list)  # the standing ones, oldest first
    written: date | None = None  # the latest issue date of what this file writes; None while it has written nothing

    def beside(self, row: Row) -> Row:
        """The row, speaking of its columns as it does beside the source's word about its issue date."""
        word = of_date(self.words, row.content.issue_date, row.said)
        return row._replace(said=beside(row, word)) if word else row

    def newest(self, issued: date | None = None) -> StoredVersion | None:
        """Of those that weren't replaced, nor declined if there is another, the newest; perhaps of one issue date."""
        if not self.versions:  # as most of a new file
            return None
        some = [one for one in self.versions if not one.replaced]
        some = [one for one in some if one.decision != "declined"] or some
        some = [one for one in some if issued is None or one.content.issue_date == issued]
        return max(some, key=lambda one: (one.content.issue_date or date.min, one.version_id), default=None)

    @property
    def latest(self) -> date | None:
        """The latest issue date of all, those of this file included; None where there is no version."""
        if not self.versions:
            return self.written
        newest = self.newest()
        stored = (newest.content.issue_date or date.min) if newest else None
        return max((one for one in (self.written, stored) if one is not None), default=None)

    def write(self, content: Content) -> None:
        """This file writes a version."""
        self.written = max(self.written or date.min, content.issue_date or date.min)
