"""Wrapped: lines that some program has put into quotation marks as a whole, with those inside doubled."""

from __future__ import annotations

import re
from itertools import islice

from credtools.model import FileWarning
from credtools.reading.options import Options
from credtools.text import plural

DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT, ENOUGH = 50, 3
NEARLY_ALL = 0.9
LINE = re.compile(r"[^\r\n]+")
WHOLE = re.compile(r'"((?:[^"]|"")*)"\s*')  # one cell, whatever cuts


def unwrapped(text: str, options: Options) -> tuple[str, tuple[FileWarning, ...]]:
    """A text with such lines as they were before, and a warning that counts them; any other text as it is.

    Nearly all of the first lines must be so, apart from the headings, and hold as many delimiters as these have: more
    than one, for a cell may hold ‘Okafor, Ben’. The lines keep their numbers.
    """
    if options.quote not in (None, '"') or '"' not in text[: LOOKED_AT * LOOKED_AT]:
        return text, ()
    first, *others = (found[0] for found in islice(LINE.finditer(text), LOOKED_AT)) if text.strip() else ("",)
    inner = [found[1] for line in others if (found := WHOLE.fullmatch(line))]
    head = found[1] if (found := WHOLE.fullmatch(first)) else first
    if len(inner) < max(ENOUGH, NEARLY_ALL * len(others)) or '"' in head:
        return text, ()
    cuts = [options.delimiter] if options.delimiter else DELIMITERS
    alike = (sum(line.count(cut) >= head.count(cut) for line in inner) for cut in cuts if head.count(cut) > 1)
    if max(alike, default=0) < NEARLY_ALL * len(inner):
        return text, ()
    count = 0

    def opened(line: re.Match[str]) -> str:
        nonlocal count
        found = WHOLE.fullmatch(line[0])
        count += found is not None
        return found[1].replace('""', '"') if found else line[0]

    without = LINE.sub(opened, text)
    sentence = (
        f"{plural(count, 'line')} of the file are in quotation marks as a whole, as if each were one cell, and were "
        "read without these. Nothing needs to be done if the columns are right."
    )
    return without, (FileWarning("lines_wrapped", count, sentence),)
