"""Found: one heading and the column that it may mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meant:
    """A heading of a file, the column of the schema that it may mean, and why.

    `clear`: nothing else comes into question; else somebody should say.
    """

    heading: str
    column: str
    because: str
    clear: bool
