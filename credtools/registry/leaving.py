"""Leaving: which causes of errors a person leaves rejected, kept with the batch as digests that hold no value.

A cause is named by its value, which may be a person's address. The digests are salted by the bytes of the file: who
lacks the file can't try addresses, and once its bytes are erased nobody can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from credtools import store

if TYPE_CHECKING:
    from credtools.registry.batch import Batch


def leave(batch: Batch, causes: Iterable[str]) -> None:
    """Keeps these causes, by any names that will be the same again, in the place of those kept before."""
    store.leave(batch.registry.engine, batch.id, batch.registry.by, _sealed(batch, causes).values())


def left(batch: Batch, causes: Iterable[str]) -> frozenset[str]:
    """Those of these causes that are kept as left rejected."""
    kept = store.left(batch.registry.engine, batch.id)
    return frozenset(name for name, seal in _sealed(batch, causes if kept else ()).items() if seal in kept)


def _sealed(batch: Batch, causes: Iterable[str]) -> dict[str, str]:
    names = list(causes)
    if not names:
        return {}
    salt = hashlib.sha256(b"left rejected\0" + store.reads.source_bytes(batch.registry.engine, batch.sha256)).digest()
    return {name: hashlib.sha256(salt + name.encode("utf-8", "replace")).hexdigest() for name in names}
