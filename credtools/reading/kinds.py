"""What a cell looks like, for recognising tables only: no cell is ever changed by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, zip_longest

NUMBER = re.compile(r"[+-]?[$€£]?\s?\d{1,3}([ ,.']?\d{3})*([.,]\d+)?\s?%?|[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\s*([AaPp][Mm])?Z?)?"
    r"|\d{1,2}:\d{2}(:\d{2})?(\s*[AaPp][Mm])?"
    r"|([A-Za-z]+day,?\s+)?(\d{1,2}[- ])?[A-Za-z]{3,9}\.?[- ](\d{1,2},?[ -]?)?\d{4}|\d{1,2}[- ][A-Za-z]{3}[- ]\d{2,4}"
)
ADDRESS = re.compile(r"(https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+")
YEAR = re.compile(r"\s*(19|20)\d\d\s*")  # a number that may be a heading
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
    for place, column in enumerate(islice(zip_longest(*rows, fillvalue=""), width)):
        counts = Counter(map(kind, column))
        counts.pop("nothing", 0)
        if counts:
            name, count = counts.most_common(1)[0]
            if name != "text" and count >= MOST * counts.total():
                kinds[place] = name
    return kinds


def is_prose(row: Sequence[str]) -> bool:
    """Whether what cuts a row is punctuation: a blank follows each delimiter."""
    return len(row) > 1 and all(cell.startswith(" ") for cell in row[1:])


def is_data(row: Sequence[str], others: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a row looks like those below it in every column that plainly has a kind."""
    kinds = column_kinds(others or [row], width)
    values = {place: kind(row[place]) for place in kinds if place < len(row)}
    plain = [place for place, found in values.items() if found == kinds[place] and not YEAR.fullmatch(row[place])]
    return bool(plain) and all(found in (kinds[place], "nothing") for place, found in values.items())


def is_unlike(row: Sequence[str], below: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a row is text in every column of numbers, dates and addresses, and new in every column that repeats."""
    kinds = column_kinds(below, width)
    values = list(map(set, zip(*below, strict=True)))
    repeating = [place for place in range(width) if 3 * len(values[place] - {""}) <= len(below) and any(values[place])]
    stands_out = all(kind(row[place]) == "text" for place in kinds)
    known = any(cell and cell in values[place] for place, cell in enumerate(row))
    return (
        stands_out and not known and bool(kinds) and len({*kinds, *repeating}) > 2 and is_data(below[0], below, width)
    )
