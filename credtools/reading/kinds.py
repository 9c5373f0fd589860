"""What a cell looks like, for recognising tables only: no cell is ever changed by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

NUMBER = re.compile(r"[+-]?[$€£]?\s?\d{1,3}([ ,.']?\d{3})*([.,]\d+)?\s?%?|[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\s*([AaPp][Mm])?Z?)?"
    r"|\d{1,2}:\d{2}(:\d{2})?(\s*[AaPp][Mm])?"
    r"|([A-Za-z]+day,?\s+)?(\d{1,2}[- ])?[A-Za-z]{3,9}\.?[- ](\d{1,2},?[ -]?)?\d{4}|\d{1,2}[- ][A-Za-z]{3}[- ]\d{2,4}"
)
ADDRESS = re.compile(r"(https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+")
NOTHING = {"", "na", "n/a", "null", "none", "nan", "-", "?", "unknown"}
LONGEST = 60
MOST = 0.8  # of a column's filled cells make its kind


@lru_cache(maxsize=4096)
def kind(text: str) -> str:
    """`nothing`, `number`, `date`, `address` (e-mail, web) or `text`."""
    text = text.strip()
    if text.lower() in NOTHING:
        return "nothing"
    if len(text) < LONGEST:
        for name, pattern in (("number", NUMBER), ("date", DATE), ("address", ADDRESS)):
            if pattern.fullmatch(text):
                return name
    return "text"


def column_kinds(rows: Sequence[Sequence[str]], width: int) -> dict[int, str]:
    """The columns that hold plainly numbers, dates or addresses, by what most of their filled cells look like."""
    kinds = {}
    for place in range(width):
        counts = Counter(kind(row[place]) for row in rows if place < len(row))
        counts.pop("nothing", 0)
        if counts:
            name, count = counts.most_common(1)[0]
            if name != "text" and count >= MOST * counts.total():
                kinds[place] = name
    return kinds
