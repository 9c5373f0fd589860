"""The dialect of a text: what is known counts, the rest is what cuts the *records* of several stretches most evenly.

Three kinds of delimiters are tried in turn, each with stronger evidence: those that files usually have; rare ones,
which must cut nearly every record alike; and blanks, only when nothing else fits.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from credtools.reading.delimited.dialect import (
    BLANK,
    BLANKS,
    COMMA_BLANK,
    ENOUGH,
    Dialect,
    common_width,
    is_ruler,
    records_of,
    require_usable,
)
from credtools.reading.delimited.fixed import find_columns
from credtools.reading.kinds import kind
from credtools.reading.options import Options

USUAL = (",", ";", "\t", "|", "^")
RARE = ("\x14", "\x01", "\x1c", "\x1d", "\x1f", "~", "¬", "¦", "§", "::", ":")
QUOTES = ('"', "'")
THORN = "þ"  # the quotation mark beside \x14
SAID = re.compile(r'"?sep=([^\w\s]|\t)"?\s*', re.IGNORECASE)  # the first line of some exports says the delimiter
RECORD_END = re.compile(r"(?<!#)[!#$%&*@^~<>]{2,6}$|\x1e$")
RECORD_SEPARATOR = "\x1e"
FIRST_LINES, FIRST_CHARACTERS = 100, 100_000
LATER, LATER_LINES, LATER_CHARACTERS = 4, 30, 12_000  # stretches after the first
MOST_LINES = 12  # of a record in a stretch
JUDGED = 80  # records whose cells are looked at
FITS = 0.5  # a score from which on no blanks are looked at
LAST = 1.2  # times better must blanks fit
PLAIN, MOSTLY = 0.9, 0.6  # of the records are cut alike by a delimiter that files rarely have; by several blanks
Stretches = Sequence[Sequence[str]]


def find_dialect(text: str, options: Options) -> Dialect:
    """The dialect of a text. Raises FileError for marks that are told and can't be used."""
    stretches = list(_stretches(text, options.heading_line or 1))
    drawn = not options.exact and any(map(is_ruler, stretches[0]))
    ruled, stretches = stretches, [[line for line in one if not is_ruler(line)] for one in stretches]
    quote, delimiter = options.quote, options.delimiter or _said(stretches[0])
    if delimiter is not None:
        found = Dialect(delimiter, quote if quote is not None else _quote(stretches, delimiter))
    else:
        found = _best(stretches, ruled, quote, options.record_end, drawn=drawn)
    require_usable(found, options.escape)
    escape = _escape(text, found) if options.escape is None else options.escape
    lines = [line for one in stretches for line in one]
    marked = [bool(found.quote) and line[0] == found.quote == line.rstrip()[-1] for line in lines]
    return replace(found, escape=escape, always=sum(marked) > 0.8 * len(lines), drawn=drawn and not found.columns)


def _stretches(text: str, first_line: int) -> Iterator[list[str]]:
    """The first lines, and some from several later places (each without the part of a line with which it begins)."""
    head = io.StringIO(text[:FIRST_CHARACTERS], newline=None)
    lines = (line.rstrip("\n") for line in islice(head, first_line - 1, first_line + 4 * FIRST_LINES))
    yield list(islice((line for line in lines if line.strip()), FIRST_LINES))
    past = head.tell()
    if len(text) - past < LATER * LATER_CHARACTERS:
        if more := _whole_lines(text[past:]):
            yield more[: LATER * LATER_LINES]
        return
    for place in range(past, len(text) - LATER_CHARACTERS, (len(text) - past) // LATER):
        yield _whole_lines(text[place : place + LATER_CHARACTERS])[:LATER_LINES]


def _whole_lines(text: str) -> list[str]:
    return [line for line in text.replace("\r", "\n").split("\n")[1:-1] if line.strip()]


def _said(lines: Sequence[str]) -> str | None:
    """The delimiter that the first line says, where the next has it."""
    said = SAID.fullmatch(lines[0]) if len(lines) > 1 else None
    return said[1] if said and said[1] in lines[1] else None


def find_record_end(text: str) -> str:
    """The mark that ends the records of a text beside the ends of lines: the headings', and most lines', or ''."""
    if RECORD_SEPARATOR in text and not ("\n" in text or "\r" in text):
        return RECORD_SEPARATOR
    stretches = _stretches(text, 1)
    first = next(stretches)
    ends = [end[0] for line in first[:ENOUGH] if (end := RECORD_END.search(line.rstrip()))]
    found = next((end for end in ends if len(set(end)) > 1 or end == RECORD_SEPARATOR), "")
    if not found:
        return ""
    lines = [line.rstrip() for one in (first, *stretches) for line in one]
    return found if sum(line.endswith(found) for line in lines) > max(1, len(lines) / 2) else ""


def _best(stretches: Stretches, ruled: Stretches, quote: str | None, end: str | None, *, drawn: bool) -> Dialect:
    """What fits best of the usual ones; what is rarer must fit better.

    `ruled`: the stretches with their rulers; `end`: what ends records, which is no delimiter.
    """
    text = "\n".join(line for one in stretches for line in one)

    def judged(delimiter: str) -> _Judged:
        mark = quote if quote is not None else _quote(stretches, delimiter)
        return _Judged(stretches, Dialect(delimiter, mark, drawn=drawn))

    ways = [judged(one) for one in USUAL if one in text and one != end] or [judged(",")]
    ways += [way for d in RARE if d in text and (way := judged(d)).is_plain(text)]
    best = max(ways, key=lambda way: way.score)
    if best.score < FITS and BLANK in text:
        blanks = [judged(delimiter) for delimiter in (BLANKS, BLANK) if delimiter in text]
        if columns := find_columns(ruled):
            blanks.insert(0, _Judged(stretches, Dialect(columns, "")))
        better = max((way for way in blanks if way.is_plain(text)), key=lambda way: way.score, default=best)
        best = better if better.score > LAST * best.score else best
    found = best.dialect
    if found.delimiter == "," and _blank_belongs_to_comma(text, found.quote):
        return replace(found, delimiter=COMMA_BLANK)
    if found.delimiter == "|" and not drawn and not re.search(r"(?<!\|)(\|\|)*\|(?!\|)", text):  # never one alone
        return replace(found, delimiter="||")
    return found


class _Judged:
    """What a dialect makes of the stretches: `even` is the share of records with the usual number of fields."""

    def __init__(self, stretches: Stretches, dialect: Dialect) -> None:
        self.dialect = dialect
        records: list[list[str]] = []
        faults = 0
        for number, lines in enumerate(stretches):
            some, more = _records(lines, dialect)
            records += some[1:] if number else some  # a later stretch may begin within a record
            faults += more
        counts = Counter(map(len, records))
        single = counts.pop(1, 0)
        self.records = records
        self.width = max(counts, key=lambda width: (counts[width], width), default=1)
        self.even = counts[self.width] / (counts.total() + single) if counts else 0.0
        # Titles and notes have one field under every delimiter: they count less where others follow each other evenly.
        is_table = common_width(map(len, records)) > 1
        even = counts[self.width] / (counts.total() + single * (0.3 if is_table else 1)) if counts else 0.0
        step = -(-len(records) // JUDGED) or 1
        cells = [cell for row in records[::step] if len(row) == self.width for cell in row]
        cells = [(cell.strip(BLANK) if dialect.drawn else cell).strip(dialect.quote) for cell in cells]
        self.padded = sum("  " in cell for cell in cells) / max(1, len(cells))
        sense = sum(map(_sense, cells)) / len(cells) if cells else 0.0
        self.score = even * even * (1 - 1 / self.width) * sense * (1 - faults / (2 * len(records)) if records else 0)

    def is_plain(self, text: str) -> bool:
        """Whether the evidence is strong enough for a delimiter that is rare, or that cuts words, too."""
        delimiter, head, most = self.dialect.delimiter, self.records[:1], len(self.records)
        if delimiter == BLANKS:
            return self.even > MOSTLY
        if self.dialect.columns:  # which cut all that is padded
            return self.padded < 1 - PLAIN
        if self.even < PLAIN * (1 - 1 / (most + 1)):  # what few records can't have, for the headings may differ
            return False
        if delimiter == ":":  # no times, and no 'name: value'
            return self.even == 1 and self.width >= ENOUGH and ": " not in text and _all_text(head[0])
        if delimiter == BLANK:  # no words
            told = len(head[0]) in (self.width, self.width - 1) and all(head[0]) and most >= ENOUGH
            return told and (self.dialect.quote in text or self.width >= ENOUGH)
        return True


def _all_text(row: Sequence[str]) -> bool:
    return all(kind(cell) == "text" for cell in row)


def _records(lines: Sequence[str], dialect: Dialect) -> tuple[list[list[str]], int]:
    """The records of some lines, quickly where all marks match; in how many they don't."""
    prepared = [dialect.prepare(line) for line in lines] if dialect.prepares else lines
    after_blank = re.compile(rf"(?:^|{re.escape(dialect.cut)}) +{re.escape(dialect.quote)}")  # csv sees it otherwise
    if not dialect.quote or not any(BLANK + dialect.quote in one and after_blank.search(one) for one in prepared):
        try:
            records = list(dialect.reader(prepared))
        except csv.Error:  # a mark that doesn't match, or a cell of more characters than csv takes
            records = []
        if len(records) == len(prepared):  # each on its own line
            return records, 0
    return records_of(prepared, dialect, MOST_LINES)


def _sense(cell: str) -> float:
    """How much a cell looks like one value."""
    if kind(cell) != "text":
        return 1.0
    plain = re.fullmatch(r"[\w$#%&().'’/+\-–: ]*", cell) and not cell.startswith(" ") and "  " not in cell.rstrip()
    return 0.8 if plain else 0.3


def _quote(stretches: Stretches, delimiter: str) -> str:
    """The single quotation mark, or the thorn, only where it plainly does the work of the double one."""
    text = "\n".join(line for one in stretches for line in one)
    if delimiter == "\x14" and THORN in text:
        return THORN
    if "'" not in text:
        return '"'
    cut = re.escape(delimiter.strip(" ") or delimiter)
    counts = []
    for quote in QUOTES:
        opened = len(re.findall(rf"(?:^|{cut}) ?{quote}", text, re.MULTILINE))
        closed = len(re.findall(rf"{quote}(?=$| ?{cut})", text, re.MULTILINE))
        counts.append(min(opened, closed))
    return "'" if counts[1] > 1 and counts[1] > 2 * counts[0] else '"'


def _blank_belongs_to_comma(text: str, quote: str) -> bool:
    """Whether each comma outside quotation marks is followed by a blank, or each opening mark preceded by one."""
    outside = re.sub(rf"{quote}[^{quote}]*{quote}", "x", text) if quote else text
    if ", " not in outside:
        return False
    return not re.search(r",(?! )", outside) or (bool(quote) and f", {quote}" in text and f",{quote}" not in text)


def _escape(text: str, dialect: Dialect) -> str:
    """A backslash before most quotation marks inside cells escapes them."""
    quote, cut = dialect.quote, re.escape(dialect.delimiter)
    if not quote or "\\" not in text or f"\\{quote}" not in text:
        return ""
    escaped = len(re.findall(rf"\\{quote}(?!\s*(?:{cut}|$))", text, re.MULTILINE))
    doubled = len(re.findall(rf"(?<=[^\\{quote}{cut}\r\n]){quote}{quote}(?!{quote})", text))
    return "\\" if escaped > doubled else ""
