"""Alike: with which of many names or addresses one that nobody knows is compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from credtools.model import IntArray

FEW = 2_000  # keys that are all compared


class Alike:
    """The keys of some users; of many only those that begin or end like another key are compared with it."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.count = len(keys)
        cuts = (slice(4), slice(-4, None)) if self.count > FEW else ()
        # As hashes: an equal one by chance costs one comparison.
        self._ends: list[tuple[slice, IntArray]] = [(cut, np.array([hash(key[cut]) for key in keys])) for cut in cuts]

    def places(self, key: str) -> Sequence[int]:
        """Where they are; an end that more than FEW share says nothing."""
        if self.count <= FEW:
            return range(self.count)
        alike = [np.flatnonzero(ends == hash(key[cut])) for cut, ends in self._ends]
        return sorted({place for places in alike if len(places) <= FEW for place in places.tolist()})
