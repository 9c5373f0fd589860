"""How a text is cut: delimiter, quotation mark, escape; named in a recipe, else found in a sample of lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from credtools.errors import FileError
from credtools.reading.kinds import kind
from credtools.reading.options import Options

COMMA_BLANK = ", "  # each comma is followed by a blank that belongs to it
BLANKS = "  "  # two blanks or more
DELIMITERS = (",", ";", "\t", "|", "^", BLANKS)
QUOTES = ('"', "'")
SEPARATOR = "\x1f"
STAND_INS = ("\ufdd0", "\ufdd1")  # no text holds these: they are no characters
SAMPLE_LINES = 100
SAMPLE_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """`delimiter`: one character, ', ' or two blanks (for two or more); `quote`, `escape`: one character or ''.

    `always`: cells are in quotation marks whether they need them or not, so that a mark is never a letter.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    always: bool = False

    @property
    def cut(self) -> str:
        """The one character between cells of a text that `prepare` has seen."""
        return SEPARATOR if self.delimiter == BLANKS else self.delimiter[0]

    def reader(self, lines: Iterable[str]) -> Any:
        """Python's strict csv reader for the lines of a text that `prepare` has seen."""
        how: dict[str, Any] = {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        return csv.reader(lines, delimiter=self.cut, skipinitialspace=self.delimiter == COMMA_BLANK, strict=True, **how)

    def prepare(self, text: str) -> str:
        """The text with one character between cells, and with escaped marks as characters that mean nothing."""
        if self.delimiter == BLANKS:
            quoted = rf"{self.quote}[^{self.quote}]*{self.quote}|" if self.quote else ""
            text = re.sub(rf"{quoted} {{2,}}", lambda found: found[0] if found[0].strip() else SEPARATOR, text)
        if self.escape:
            for mark, stand_in in zip((self.escape, self.quote), STAND_INS, strict=True):
                text = text.replace(self.escape + mark, stand_in)
        return text

    def restore(self, texts: pa.LargeStringArray) -> pa.LargeStringArray:
        """Texts with the marks that `prepare` took away."""
        for mark, stand_in in zip((self.escape, self.quote), STAND_INS, strict=True):
            texts = pc.replace_substring(texts, pattern=stand_in, replacement=mark)
        return texts


def find_dialect(text: str, options: Options) -> Dialect:
    """What is known counts; the rest is what cuts a sample most evenly into cells that look like values."""
    first_line, delimiter, quote = options.heading_line or 1, options.delimiter, options.quote
    lines = io.StringIO(text[:SAMPLE_CHARACTERS], newline=None)
    sample = [line.rstrip("\n") for line in islice(lines, first_line - 1, first_line + 4 * SAMPLE_LINES)]
    sample = [line for line in sample if line.strip()][:SAMPLE_LINES]
    if delimiter is not None:
        found = Dialect(delimiter, quote if quote is not None else _quote(sample, delimiter))
    else:
        present = [d for d in DELIMITERS if any(d in line for line in sample)] or [","]
        ways = [Dialect(d, quote if quote is not None else _quote(sample, d)) for d in present]
        found = max(ways, key=lambda way: _score(sample, way)) if len(ways) > 1 else ways[0]
        if found.delimiter == "," and _blank_belongs_to_comma(sample, found.quote):
            found = Dialect(COMMA_BLANK, found.quote)
    _refuse_unusable(found, options.escape)
    escape = _escape(text, found) if options.escape is None else options.escape
    marked = [found.quote and line.startswith(found.quote) and line.rstrip().endswith(found.quote) for line in sample]
    return Dialect(found.delimiter, found.quote, escape, always=sum(map(bool, marked)) > 0.8 * len(sample))


def common_width(widths: Iterable[int]) -> int:
    """The number of fields that most records have; a few records of one field are titles and notes."""
    counts = Counter(widths)
    several = Counter({width: count for width, count in counts.items() if width > 1})
    if 3 * several.total() < counts.total() or not several:
        return max(counts, key=lambda width: (counts[width], width), default=1)
    return max(several, key=lambda width: (several[width], width))


def line_cells(line: str, dialect: Dialect) -> list[str] | None:
    """The cells of one line on its own, with their marks; None where a quotation mark stays open.

    A quotation mark opens only where a cell begins, and closes only before a delimiter or the end.
    """
    cells: list[str] = []
    open_since = -1
    parts = split_naively(line, dialect)
    for place, part in enumerate(parts):
        if open_since < 0:
            mark = dialect.quote and part.lstrip(" ").startswith(dialect.quote)
            if not mark or closes(part, dialect.quote, opening=True):
                cells.append(part)
            else:
                open_since = place
        elif closes(part, dialect.quote):
            cells.append(dialect.cut.join(parts[open_since : place + 1]))
            open_since = -1
    return cells if open_since < 0 else None


def split_naively(line: str, dialect: Dialect) -> list[str]:
    """Every delimiter cuts."""
    parts = line.rstrip("\r\n").split(dialect.cut)
    return [parts[0], *(part.removeprefix(" ") for part in parts[1:])] if dialect.delimiter == COMMA_BLANK else parts


def closes(part: str, quote: str, *, opening: bool = False) -> bool:
    """Whether a part of a quoted cell ends it: an odd number of marks at its end, the opening one not counted."""
    text = part.strip(" ").removeprefix(quote) if opening else part.rstrip(" ")
    return (len(text) - len(text.rstrip(quote))) % 2 == 1


def _score(sample: Sequence[str], dialect: Dialect) -> float:
    rows = [cells for line in map(dialect.prepare, sample) if (cells := line_cells(line, dialect))]
    if not rows:
        return 0.0
    widths = Counter(map(len, rows))
    width = common_width(map(len, rows))
    even = widths[width] / len(sample)
    cells = [cell.strip(dialect.quote) for row in rows[:20] for cell in row]
    return even * even * (1 - 1 / width) * sum(map(_sense, cells)) / len(cells)


def _sense(cell: str) -> float:
    """How much a cell looks like one value."""
    if kind(cell) != "text":
        return 1.0
    return 0.8 if re.fullmatch(r"[\w$#%&().'’/+\-–: ]*", cell) and not cell.startswith(" ") else 0.3


def _quote(sample: Sequence[str], delimiter: str) -> str:
    """The single quotation mark only where it plainly does the work of the double one."""
    text = "\n".join(sample)
    if "'" not in text:
        return '"'
    cut = re.escape(delimiter.strip(" ") or delimiter)
    counts = []
    for quote in QUOTES:
        opened = len(re.findall(rf"(?:^|{cut}) ?{quote}", text, re.MULTILINE))
        closed = len(re.findall(rf"{quote}(?=$| ?{cut})", text, re.MULTILINE))
        counts.append(min(opened, closed))
    return "'" if counts[1] > 1 and counts[1] > 2 * counts[0] else '"'


def _blank_belongs_to_comma(sample: Sequence[str], quote: str) -> bool:
    """Whether each comma outside quotation marks is followed by a blank, or each opening mark preceded by one."""
    text = "\n".join(sample)
    outside = re.sub(rf"{quote}[^{quote}]*{quote}", "x", text) if quote else text
    if ", " not in outside:
        return False
    return not re.search(r",(?! )", outside) or (bool(quote) and f", {quote}" in text and f",{quote}" not in text)


def _escape(text: str, dialect: Dialect) -> str:
    """A backslash before most quotation marks inside cells escapes them."""
    quote, cut = dialect.quote, re.escape(dialect.delimiter)
    if not quote or f"\\{quote}" not in text:
        return ""
    escaped = len(re.findall(rf"\\{quote}(?!\s*(?:{cut}|$))", text, re.MULTILINE))
    doubled = len(re.findall(rf"(?<=[^\\{quote}{cut}\r\n]){quote}{quote}(?!{quote})", text))
    return "\\" if escaped > doubled else ""


def _refuse_unusable(dialect: Dialect, escape: str | None) -> None:
    delimiter = dialect.delimiter
    if delimiter not in (COMMA_BLANK, BLANKS) and (len(delimiter) != 1 or delimiter in f'\r\n"{dialect.quote}'):
        raise FileError("unknown_delimiter", delimiter=delimiter)
    for name, mark in (("quote", dialect.quote), ("escape", escape or "")):
        if len(mark) > 1 or (mark and (mark.isspace() or mark == delimiter)):
            raise FileError("unknown_mark", name=name, mark=mark)
