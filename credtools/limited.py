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


@contextmanager
def kept() -> Iterator[None]:
    """What is made meanwhile stays until the process ends, so that the collector never looks through it.

    For the imports of a process that does one thing and ends: a third of their time, most of it spent at its end.
    """
    with collection_paused():
        yield
        gc.freeze()
