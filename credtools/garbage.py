"""Garbage: no search for cycles while many small rows are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """Python's collector rests meanwhile.

    Rows are many small tuples without cycles; looking through them took a quarter of an import's time (`make bench`).
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
