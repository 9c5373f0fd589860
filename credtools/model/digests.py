"""The digest of a record, and the text over which it runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import count, repeat
from json.encoder import encode_basestring_ascii
from typing import NamedTuple

RecordKey = tuple[str, int]  # the digest of a record, and its place among those that equal it (0 for the first)


class Record(NamedTuple):
    """How a record is known when its source sends it again.

    `kind`: by which rule its digest was made; `columns`: the names of those that it covers, joined by commas.
    """

    digest: str
    ordinal: int
    kind: int
    columns: str

    @property
    def key(self) -> RecordKey:
        return self.digest, self.ordinal


def record_text(which: int | str, cells: Iterable[str]) -> str:
    """Over what the digest of a record runs: which piece of its line it is, and its texts in the columns that count.

    `which`: a number, or the JSON of something else that says it.
    """
    return json_array(cells, which)


def json_array(cells: Iterable[str], first: int | str | None = None) -> str:
    """Texts as `json.dumps` writes them, in less than half its time; `first`: as in `record_text`, if anything."""
    values = [encode_basestring_ascii(cell) for cell in cells]
    return f"[{', '.join(values if first is None else [str(first), *values])}]"


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def numbered(texts: Iterable[str]) -> list[RecordKey]:
    """The digest of each text, and its place among those that equal it."""
    digests = list(map(digest_of, texts))
    if len(set(digests)) == len(digests):
        return list(zip(digests, repeat(0)))
    seen: dict[str, Iterator[int]] = {}
    return [(one, next(seen.setdefault(one, count()))) for one in digests]
