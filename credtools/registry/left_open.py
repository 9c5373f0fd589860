"""Left open: what whoever comes back to a draft has to know beside its decisions."""

from __future__ import annotations

from credtools import store
from credtools.media.matching import Medium
from credtools.registry import reviewing, unplaced
from credtools.registry.patched import Patched


class LeftOpen(Patched):
    """The part of a batch for those who come back to it."""

    @property
    def touched(self) -> int:
        """The number of the last event about it (but for media), as stored now: another one, and it was changed."""
        return store.reads.touched(self.registry.at, self.draft.id)

    def unplaced_media(self) -> list[tuple[str, Medium]]:
        """The files that a draft keeps and that belong to no row yet, each with its list (ambiguous or unmatched)."""
        return unplaced.listed(self.registry, reviewing.refresh(self.registry, self.draft))

    def place_medium(self, file: str, line: int | str) -> None:
        """Such a file belongs to this line. Raises RegistryError when either isn't there, FileError when it can't."""
        unplaced.place(self.registry, reviewing.refresh(self.registry, self.draft), file, line)
