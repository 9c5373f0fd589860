"""How a text is cut into cells: delimiter, quotation mark, escape; and the cells of one line by them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from credtools.errors import FileError

COMMA_BLANK = ", "  # each comma is followed by a blank that belongs to it
BLANK, BLANKS = " ", "  "  # one blank; two blanks or more
ONE_CHARACTER = (",", ";", "\t", "|", BLANK)  # what else may divide a single record
PAIRS = ("||", "::")
COLUMNS = re.compile(r"at( [1-9]\d{0,4})+")  # fixed width: the character at which each column begins, from 1
CUT = "\x1f"  # between cells, in place of more than one character
STAND_INS = ("\ufdd0", "\ufdd1")  # no text holds these: they are no characters
# A line that is drawn under or around headings: two runs of dashes or more, and nothing else.
RULER = re.compile(r"(?=.*(-{3}|={3}))[+|:,;\t ]*[-=]+([+|:,;\t ]+[-=]+)+[+|:,;\t ]*")
EDGES = re.compile(r"^[ \t]*\|(.*)\|[ \t]*(?=\r?$)", re.MULTILINE)  # of a table that is drawn


@dataclass(frozen=True)
class Dialect:
    """`delimiter`: one character; ', '; one of PAIRS; two blanks (for two or more); or 'at 1 6 16' (fixed width).

    `quote`, `escape`: one character or ''. `always`: cells are in quotation marks whether they need them or not, so
    that a mark is never a letter. `drawn`: the table has rulers, and its cells are padded.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    always: bool = False
    drawn: bool = False

    @cached_property
    def columns(self) -> list[int]:
        """Where the columns of a fixed width begin, from 0."""
        return [int(n) - 1 for n in self.delimiter.split()[1:]] if COLUMNS.fullmatch(self.delimiter) else []

    @cached_property
    def cut(self) -> str:
        """The one character between cells of a text that `prepare` has seen."""
        return CUT if self.delimiter in (BLANKS, *PAIRS) or self.columns else self.delimiter[0]

    def reader(self, lines: Iterable[str]) -> Any:
        """Python's strict csv reader for the lines of a text that `prepare` has seen."""
        how: dict[str, Any] = {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        return csv.reader(lines, delimiter=self.cut, skipinitialspace=self.delimiter == COMMA_BLANK, strict=True, **how)

    def prepare(self, text: str) -> str:
        """The text with one character between cells, and with escaped marks as characters that mean nothing."""
        if self.columns:
            return self._at_columns(text)
        if self.drawn and self.delimiter == "|":
            text = EDGES.sub(r"\1", text)
        if self.cut == CUT:
            cut = " {2,}" if self.delimiter == BLANKS else re.escape(self.delimiter)
            q = self.quote
            quoted = rf"(?:^|(?<={re.escape(self.delimiter)})){q}(?:[^{q}]|{q}{q})*{q}(?=$|\r|{cut})|" if q else ""
            text = re.sub(
                rf"{quoted}{cut}", lambda hit: hit[0] if q and hit[0][0] == q else CUT, text, flags=re.MULTILINE
            )
        if self.escape:
            for mark, stand_in in zip((self.escape, self.quote), STAND_INS, strict=True):
                text = text.replace(self.escape + mark, stand_in)
        return text

    def restore(self, texts: pa.LargeStringArray) -> pa.LargeStringArray:
        """Texts with the marks that `prepare` took away, and without the blanks that are drawn around them."""
        for mark, stand_in in zip((self.escape, self.quote), STAND_INS, strict=True) if self.escape else ():
            texts = pc.replace_substring(texts, pattern=stand_in, replacement=mark)
        return pc.utf8_trim(texts, characters=BLANK) if self.drawn else texts

    @property
    def prepares(self) -> bool:
        """Whether `prepare` does anything."""
        return self.cut == CUT or self.drawn or bool(self.escape)

    def _at_columns(self, text: str) -> str:
        """Lines that are cut where columns begin; one that has a word there is a note, if others have none."""
        begins = self.columns[1:]
        lines = re.findall(r"[^\r\n]+", text)
        across = {line for line in lines if any(" " not in line[k - 1 : k + 1] and len(line) > k for k in begins)}
        notes = across if 2 * len(across) < len(lines) else set()

        def cut(found: re.Match[str]) -> str:
            line = found[0]
            ends = [*self.columns, max(len(line), self.columns[-1])]
            return line if line in notes else CUT.join(line[a:b].strip(BLANK) for a, b in pairwise(ends))

        return re.sub(r"[^\r\n]+", cut, text)


def is_ruler(line: str) -> bool:
    """Whether a line is but drawn."""
    return ("---" in line or "===" in line) and RULER.fullmatch(line) is not None


def require_usable(dialect: Dialect, escape: str | None) -> None:
    """Raises FileError for a delimiter or a mark that can't be one."""
    delimiter = dialect.delimiter
    if not (delimiter in (COMMA_BLANK, BLANKS, *PAIRS) or dialect.columns) and (
        len(delimiter) != 1 or delimiter in f'\r\n"{dialect.quote}'
    ):
        raise FileError("unknown_delimiter", delimiter=delimiter)
    if any(b <= a for a, b in pairwise(dialect.columns)):
        raise FileError("unknown_delimiter", delimiter=delimiter)
    for name, mark in (("quote", dialect.quote), ("escape", escape or "")):
        if len(mark) > 1 or (mark and (mark.isspace() or mark == delimiter)):
            raise FileError("unknown_mark", name=name, mark=mark)


def common_width(widths: Iterable[int]) -> int:
    """The number of fields that most records have; a few records of one field are titles and notes.

    Many are, too, where the others follow each other with three fields or more, or with two and more often.
    """
    seen = list(widths)
    several = [width for width in seen if width > 1]
    if 3 * len(several) < len(seen) or not several:
        runs = [(len(list(run)), width) for width, run in groupby(seen) if width > 1]
        best = max(runs, default=(0, 1))
        if best[0] < (ENOUGH if best[1] > 2 else 2 * ENOUGH) or len(several) > 2 * best[0]:
            return 1
    return max(set(several), key=lambda width: (several.count(width), width))


ENOUGH = 3


def line_cells(line: str, dialect: Dialect) -> list[str] | None:
    """The cells of one line on its own, with their marks; None where a quotation mark stays open.

    A quotation mark opens only where a cell begins, and closes only before a delimiter or the end.
    """
    cells: list[str] = []
    open_since = -1
    parts = split_naively(line, dialect)
    if not dialect.quote or dialect.quote not in line:
        return parts
    for place, part in enumerate(parts):
        if dialect.quote not in part:
            if open_since < 0:
                cells.append(part)
        elif open_since < 0:
            mark = part.lstrip(" ").startswith(dialect.quote)
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


def records_of(lines: Sequence[str], dialect: Dialect, most: int) -> tuple[list[list[str]], int]:
    """The records of some prepared lines, each over at most so many; and in how many a mark stays open or unmatched.

    A line that begins an open cell which isn't closed in time is a record of its own, so that the next one is in step
    again; what the last line cuts off isn't counted.
    """
    records: list[list[str]] = []
    faults = at = 0
    while at < len(lines):
        text, end = lines[at], at + 1
        while (cells := line_cells(text, dialect)) is None and end < min(at + most, len(lines)):
            text, end = f"{text}\n{lines[end]}", end + 1
        if cells is None and end == len(lines) and at:
            break
        if cells is None:
            cells, end, faults = split_naively(lines[at], dialect), at + 1, faults + 1
        records.append(cells)
        at = end
    return records, faults
