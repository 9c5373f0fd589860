"""Pollutions as the Pollock paper (VLDB 2023) names them, applied to a clean table at random places.

Each takes rows (the headings first) and a Random and gives a `Polluted`: bytes, and the rows that a reader should
find in them. A row with one delimiter too many or too few should be found as it stands: nobody can know what it meant.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Rows = list[list[str]]


@dataclass(frozen=True)
class Polluted:
    """`headings` is None for a file without; `loose`: where a stray mark fell, it may stay in its cell or go."""

    content: bytes
    headings: list[str] | None
    records: Rows
    loose: bool = False

    def score(self, headings: Sequence[str] | None, records: Sequence[Sequence[str]]) -> float:
        """The share of cells recovered exactly, in their column (F1: cells too many count as much as cells lost)."""
        wanted, got = self._cells(self.headings, self.records), self._cells(headings, records)
        return 2 * (wanted & got).total() / max(wanted.total() + got.total(), 1)

    def _cells(
        self, headings: Sequence[str] | None, records: Sequence[Sequence[str]]
    ) -> Counter[tuple[bool, int, str]]:
        rows = [(True, headings)] if headings is not None else []
        rows += [(False, row) for row in records]
        return Counter(
            (is_heading, place, cell.replace('"', "") if self.loose else cell)
            for is_heading, row in rows
            for place, cell in enumerate(row)
        )


def written(
    rows: Rows, *, delimiter: str = ",", quote: str = '"', escape: str = "", end: str = "\n", always: bool = False
) -> str:
    """Rows as delimited text; a quote inside a cell is doubled, or escaped."""
    return "".join(line(row, delimiter, quote, escape, always=always) + end for row in rows)


def line(row: Sequence[str], delimiter: str = ",", quote: str = '"', escape: str = "", *, always: bool = False) -> str:
    return delimiter.join(marked(cell, delimiter, quote, escape, always=always) for cell in row)


def marked(cell: str, delimiter: str, quote: str, escape: str, *, always: bool = False) -> str:
    """A cell as it is written, in quotation marks where it needs them."""
    special = (*delimiter, quote, "\n", "\r") if len(delimiter) == 1 else (*delimiter.strip(), quote, "\n", "\r", "  ")
    needs = always or any(mark in cell for mark in special) or cell != cell.strip()
    if delimiter.isspace() and len(delimiter) > 1:
        needs = needs or not cell
    if not needs:
        return cell
    inner = cell.replace("\\", "\\\\").replace(quote, escape + quote) if escape else cell.replace(quote, quote * 2)
    return f"{quote}{inner}{quote}"


def clean(rows: Rows, rng: Random) -> Polluted:
    return _polluted(written(rows, always=rng.random() < 0.5), rows)


def delimiter(rows: Rows, rng: Random) -> Polluted:
    cut = rng.choice([";", "\t", "|", "^", ", ", "   "])
    return _polluted(written(rows, delimiter=cut), rows)


def quote(rows: Rows, rng: Random) -> Polluted:
    return _polluted(written(rows, quote="'", always=rng.random() < 0.5), rows)


def escape(rows: Rows, rng: Random) -> Polluted:
    """Marks inside cells escaped by a backslash; some cells get such a mark first."""
    rows = [rows[0], *([with_mark(cell, rng) for cell in row] for row in rows[1:])]
    return _polluted(written(rows, escape="\\", always=True), rows)


def with_mark(cell: str, rng: Random) -> str:
    return f'{cell} "{rng.choice(["B", "new", "2nd"])}" unit' if cell and rng.random() < 0.1 else cell


def line_end(rows: Rows, rng: Random) -> Polluted:
    return _polluted(written(rows, end=rng.choice(["\r", "\r\n"])), rows)


def encoding(rows: Rows, rng: Random) -> Polluted:
    name = rng.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp1252"])
    rows = [[cell.encode("cp1252", "ignore").decode("cp1252") for cell in row] for row in rows]
    rows[1][1] += " Café"
    return Polluted(written(rows).encode(name), rows[0], rows[1:])


def preamble(rows: Rows, rng: Random) -> Polluted:
    lines = [
        "Licence holders, all sites",
        "Exported 2026-11-02 by the HR office",
        "Confidential",
        "Status: active, pending",
    ]
    above = rng.sample(lines, rng.randint(1, 3))
    gap = "\n" * rng.randint(0, 1)
    return _polluted("\n".join(above) + "\n" + gap + written(rows), rows)


def several_headings(rows: Rows, rng: Random) -> Polluted:
    """Headings over two lines, or the heading line once more on every page."""
    if rng.random() < 0.5:
        second = [f"{word} {k}" for k, word in enumerate(["name", "of", "kind", "code", "text", "part"] * 9)][
            : len(rows[0])
        ]
        joined = [" ".join(both) for both in zip(rows[0], second, strict=True)]
        return Polluted(written([rows[0], second, *rows[1:]]).encode(), joined, rows[1:])
    page = rng.randint(5, 20)
    again = [
        row for k, record in enumerate(rows[1:]) for row in ([rows[0], record] if k and k % page == 0 else [record])
    ]
    return Polluted(written([rows[0], *again]).encode(), rows[0], rows[1:])


def several_tables(rows: Rows, rng: Random) -> Polluted:
    width = rng.choice([2, len(rows[0]) + 1])
    other = [
        [f"Key {k}" for k in range(width)],
        *([f"{n}", *("meaning",) * (width - 1)] for n in range(rng.randint(3, 9))),
    ]
    return _polluted(written(rows) + "\n" + written(other), rows)


def no_headings(rows: Rows, _rng: Random) -> Polluted:
    return Polluted(written(rows[1:]).encode(), None, rows[1:])


def missing_delimiter(rows: Rows, rng: Random) -> Polluted:
    """Two plain cells of one record run together."""

    def spoil(row: list[str]) -> tuple[str, list[str]] | None:
        places = [k for k in range(len(row) - 1) if all(marked(c, ",", '"', "") == c for c in row[k : k + 2])]
        if not places:
            return None
        k = rng.choice(places)
        merged = [*row[:k], row[k] + row[k + 1], *row[k + 2 :]]
        return line(merged), merged

    return _one_row(rows, rng, spoil)


def extra_delimiter(rows: Rows, rng: Random) -> Polluted:
    """One more delimiter inside or beside a plain cell of one record."""

    def spoil(row: list[str]) -> tuple[str, list[str]] | None:
        places = [k for k, cell in enumerate(row) if marked(cell, ",", '"', "") == cell]
        if not places:
            return None
        k = rng.choice(places)
        at = rng.randint(0, len(row[k]))
        parted = [*row[:k], row[k][:at], row[k][at:], *row[k + 1 :]]
        written_cells = [*(marked(c, ",", '"', "") for c in row[:k]), *parted[k : k + 2]]
        return ",".join([*written_cells, *(marked(c, ",", '"', "") for c in row[k + 1 :])]), parted

    return _one_row(rows, rng, spoil)


def missing_quote(rows: Rows, rng: Random) -> Polluted:
    """One of the two marks around a cell is lost."""
    always = rng.random() < 0.5

    def spoil(row: list[str]) -> tuple[str, list[str]] | None:
        cells = [marked(cell, ",", '"', "", always=always) for cell in row]
        places = [k for k, cell in enumerate(cells) if cell != row[k] and '"' not in row[k]]
        if not places:
            return None
        k = rng.choice(places)
        cells[k] = cells[k][1:] if rng.random() < 0.5 else cells[k][:-1]
        return ",".join(cells), row

    return _one_row(rows, rng, spoil, always=always)


def extra_quote(rows: Rows, rng: Random) -> Polluted:
    """One more mark somewhere in a cell."""
    always = rng.random() < 0.5

    def spoil(row: list[str]) -> tuple[str, list[str]] | None:
        cells = [marked(cell, ",", '"', "", always=always) for cell in row]
        k = rng.randrange(len(cells))
        at = rng.randint(0, len(cells[k]))
        cells[k] = cells[k][:at] + '"' + cells[k][at:]
        return ",".join(cells), row

    return _one_row(rows, rng, spoil, always=always, loose=True)


def end_of_file(rows: Rows, rng: Random) -> Polluted:
    """The last line without its end, or with several."""
    return _polluted(written(rows).removesuffix("\n") + "\n" * rng.choice([0, 2, 3]), rows)


def mixed_line_ends(rows: Rows, rng: Random) -> Polluted:
    """Some lines end in another way than the others."""
    return _polluted("".join(line(row) + rng.choice(["\n", "\n", "\r\n"]) for row in rows), rows)


def few_rows(rows: Rows, rng: Random) -> Polluted:
    """Headings and one or two records."""
    rows = rows[: rng.randint(2, 3)]
    return _polluted(written(rows, delimiter=rng.choice([",", ";", "\t"])), rows)


def several_lines(rows: Rows, rng: Random) -> Polluted:
    """Addresses of several lines in quotation marks, in nearly every record."""
    address = [
        "12 High Street\nSpringfield, IL  62701",
        "Rua A\n\n4000-100  Porto",
        "c/o Li; Wei\nFlat 2\nOslo",
        "Main St 1",
    ]
    k = rng.randrange(len(rows[0]) + 1)
    rows = [[*row[:k], rng.choice(address) if n else "Postal address", *row[k:]] for n, row in enumerate(rows)]
    return _polluted(written(rows, delimiter=rng.choice([",", ";", "\t", "|"]), end=rng.choice(["\n", "\r\n"])), rows)


def long_preamble(rows: Rows, rng: Random) -> Polluted:
    """A page of remarks above, some of them with delimiters."""
    words = [
        "This list, which is public,",
        "is updated every week",
        "see the notes",
        "by the board, the office",
        "and others",
    ]
    above = "".join(f"{rng.choice(words)} {rng.choice(words)} {k}.\n" for k in range(rng.randint(6, 30)))
    return _polluted(above + "\n" * rng.randint(0, 2) + written(rows), rows)


def comments(rows: Rows, rng: Random) -> Polluted:
    lines = ["# exported by LMS 4.2", "# rows: 7, active", "#", "# Confidential"]
    return _polluted("\n".join(lines[: rng.randint(1, 4)]) + "\n" + written(rows), rows)


def footer(rows: Rows, rng: Random) -> Polluted:
    """Totals, counts and notes below."""
    notes = [
        "Total,12",
        "(12 rows affected)",
        "Source: the board, the office",
        "* without trainees",
        "12 rows selected.",
    ]
    return _polluted(written(rows) + "\n" + "\n".join(rng.sample(notes, rng.randint(1, 3))) + "\n", rows)


def trailing_delimiters(rows: Rows, rng: Random) -> Polluted:
    """Each record, or the line of the headings, ends with one delimiter or several."""
    cut = rng.choice([",", ";", "\t"])
    ends = ["\n", cut * rng.randint(1, 4) + "\n"]
    rng.shuffle(ends)
    text = written(rows[:1], delimiter=cut, end=ends[0]) + written(rows[1:], delimiter=cut, end=ends[1])
    return _polluted(text, rows)


def row_names(rows: Rows, rng: Random) -> Polluted:
    """Each record begins with its number, over which there is no heading (R's `write.table`)."""
    cut = rng.choice([",", " ", "\t", ";"])
    rows[1][-1] = rows[1][-1] or "none"  # else the last one could be what is too many
    named = [[str(k), *row] for k, row in enumerate(rows[1:], 1)]
    text = written(rows[:1], delimiter=cut, always=True) + written(named, delimiter=cut, always=True)
    return Polluted(text.encode(), ["col_1", *rows[0]], named)


def group_headings(rows: Rows, rng: Random) -> Polluted:
    """The heading of a group stands over its first column only, as merged cells are exported."""
    width = len(rows[0])
    starts = sorted({0, *rng.sample(range(2, width), min(2, width - 2))})
    groups = [f"Group {chr(65 + starts.index(k))}" if k in starts else "" for k in range(width)]
    carried = [next(groups[j] for j in range(k, -1, -1) if groups[j]) for k in range(width)]
    joined = [f"{group} {name}" for group, name in zip(carried, rows[0], strict=True)]
    return Polluted(written([groups, *rows]).encode(), joined, rows[1:])


def three_headings(rows: Rows, _rng: Random) -> Polluted:
    """The headings are written three times."""
    return _polluted(written([rows[0]] * 2 + rows), rows)


def blank_delimiter(rows: Rows, rng: Random) -> Polluted:
    """One blank between cells, with marks around those that hold one."""
    return _polluted(written(rows, delimiter=" ", always=rng.random() < 0.5), rows)


def rare_delimiter(rows: Rows, rng: Random) -> Polluted:
    cut = rng.choice(["~", "¬", "§", "||", "\x1f", "^", "¦"])
    return _polluted(written(rows, delimiter=cut), rows)


def fixed_width(rows: Rows, rng: Random) -> Polluted:
    """Cells padded to the width of their column, sometimes with a ruler below the headings."""
    rows[1] = [cell or "none" for cell in rows[1]]  # else nothing tells apart the headings of empty columns
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[k]) for row in rows) + 1 for k in range(len(rows[0]))]
    lines = ["".join(cell.ljust(n) for cell, n in zip(row, widths, strict=True)) for row in rows]
    if rng.random() < 0.5:
        lines.insert(1, " ".join("-" * (n - 1) for n in widths))
    return _polluted("\n".join(lines) + "\n", rows)


def ruled(rows: Rows, rng: Random) -> Polluted:
    """As database prompts and Markdown draw a table."""
    rows = [[" ".join(cell.replace("|", "/").split()) for cell in row] for row in rows]
    widths = [max(3, *(len(row[k]) for row in rows)) for k in range(len(rows[0]))]
    padded = [[cell.ljust(n) for cell, n in zip(row, widths, strict=True)] for row in rows]
    outer, cross, edge, border = rng.choice([("|", "|", "|", False), ("|", "+", "+", True), ("", "+", "", False)])
    ruler = edge + cross.join("-" * (n + 2) for n in widths) + edge
    lines = [outer + "|".join(f" {cell} " for cell in row) + outer for row in padded]
    lines = [lines[0], ruler, *lines[1:]]
    return _polluted("\n".join([ruler, *lines, ruler] if border else lines) + "\n", rows)


def record_end(rows: Rows, rng: Random) -> Polluted:
    """A mark ends each record, whose texts have line breaks without quotation marks."""
    rows = [row if not n or rng.random() < 0.7 else [*row[:-1], f"{row[-1]}\nmore"] for n, row in enumerate(rows)]
    rows = [[cell.replace("|", "/").replace('"', "") for cell in row] for row in rows]
    return _polluted("".join("|".join(row) + "!##!\n" for row in rows), rows)


def sep_line(rows: Rows, rng: Random) -> Polluted:
    """What some spreadsheets want above: the delimiter, said."""
    cut = rng.choice([",", ";", "\t", "|"])
    return _polluted(f"sep={cut}\n" + written(rows, delimiter=cut), rows)


def broken_second_table(rows: Rows, rng: Random) -> Polluted:
    """Another table below, one row of which has a cell too many."""
    width = rng.choice([2, len(rows[0]) + 1])
    other = [[f"Key {k}" for k in range(width)], *([f"{n}", *("meaning",) * (width - 1)] for n in range(4))]
    other[rng.randint(1, 4)].append("more")
    return _polluted(written(rows) + "\n" + written(other), rows)


def row_delimiter(rows: Rows, rng: Random) -> Polluted:
    """One record has another delimiter than the others."""
    other = rng.choice([";", "\t", "|", " "])

    def spoil(row: list[str]) -> tuple[str, list[str]] | None:
        return line(row, other), row

    return _one_row(rows, rng, spoil)


POLLUTIONS: dict[str, Callable[[Rows, Random], Polluted]] = {
    pollute.__name__: pollute
    for pollute in (
        *(clean, delimiter, quote, escape, line_end, encoding, preamble, several_headings, several_tables, no_headings),
        *(missing_delimiter, extra_delimiter, missing_quote, extra_quote),
        *(end_of_file, mixed_line_ends, few_rows, several_lines, long_preamble, comments, footer, trailing_delimiters),
        *(row_names, group_headings, three_headings, blank_delimiter, rare_delimiter, fixed_width, ruled, record_end),
        *(sep_line, broken_second_table, row_delimiter),
    )
}


def _polluted(text: str, rows: Rows) -> Polluted:
    return Polluted(text.encode(), rows[0], rows[1:])


def _one_row(
    rows: Rows,
    rng: Random,
    spoil: Callable[[list[str]], tuple[str, list[str]] | None],
    *,
    always: bool = False,
    loose: bool = False,
) -> Polluted:
    """The file with one record spoilt, the first after a random place that can be."""
    lines, found = [line(row, always=always) for row in rows], [row[:] for row in rows]
    start = rng.randrange(1, len(rows))
    for k in [*range(start, len(rows)), *range(1, start)]:
        if (spoilt := spoil(rows[k])) is not None:
            lines[k], found[k] = spoilt
            break
    return Polluted(("\n".join(lines) + "\n").encode(), found[0], found[1:], loose)


def sample(text: str, rng: Random, *, records: int, delimiter: str = ",") -> Rows:
    """Headings and some consecutive records of a clean file, without columns that have no heading, no line breaks."""
    rows = [
        row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(c.strip() for c in row)
    ]
    named = [k for k, heading in enumerate(rows[0]) if heading.strip()]
    start = rng.randrange(1, max(2, len(rows) - records))
    return [[" ".join(row[k].split()) for k in named] for row in [rows[0], *rows[start : start + records]]]
