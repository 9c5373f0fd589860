"""Text: folds for comparing, plural and first_of for counting, quoted for headings, escape: the only such helpers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from html import escape as _escape

DASHES = re.compile("[-\u2010-\u2015\u2043\u2212]")  # hyphen-minus, what NFKC leaves of Unicode's dashes, minus
JOINERS = {0x200C: None, 0x200D: None}  # unseen, but needed in Persian, in Indic scripts and in emoji
MOST_QUOTED, LONGEST_QUOTED = 12, 40  # headings in one sentence, characters in each
# What a heading seldom holds and a record often does: an address, a long number, a day, a tag of a web page.
DATA = re.compile(
    r"\S@\S|\d{5}|\b\d{1,4}([./-])\d{1,2}\1\d{1,4}\b|\b\d{1,2}\W{1,2}[^\W\d]{3,}\W{1,2}\d{4}\b"
    r"|\b[^\W\d]{3,} \d{1,2},? \d{4}\b|</?\w"
)
# What no row of headings has, so that this one may be a record.
RECORD = re.compile(r".*(\S@\S|</?\w).*|\W*\d{5,}\W*|\d{1,4}([./-])\d{1,2}\2\d{1,4}", re.DOTALL)
CELL = "border:1px solid #8886;padding:4px 8px;text-align:left;vertical-align:top"
NAMED = 5  # of many lines


def fold(text: str) -> str:
    """The key under which e-mails, type names and headings are matched: NFKC, trim, squeeze, case fold."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split()).casefold()


def fold_name(text: str) -> str:
    """The key of a file's name: as `fold`, without the joiners that shape letters and that no cell of a file holds."""
    return fold(text) if text.isascii() else fold(text.translate(JOINERS))


def fold_number(text: str) -> str:
    """The key by which numbers of credentials are the same: as `fold`, and blanks and dashes of any kind are one.

    'SC-0041', 'sc 0041' and 'SC \u2013 0041' are one number; 'SC0041' is another, and so is 'SC-41': letters,
    digits and leading zeros stay, and so does what has nothing but dashes.
    """
    key = fold(text)
    return "-".join(DASHES.sub(" ", key).split()) or key


def plural(count: int, noun: str) -> str:
    """`1 row`, `1,234 rows`, as sentences count."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def either(words: Iterable[object]) -> str:
    """`a, b or c`: one of a few."""
    *others, last = [str(word) for word in words]
    return f"{', '.join(others)} or {last}" if others else last


def first_of(words: Iterable[object], most: int) -> str:
    """`a, b and 7 more`: the first words of a list, and how many are left out."""
    every = [str(word) for word in words]
    return ", ".join(every[:most]) + (f" and {len(every) - most:,} more" if len(every) > most else "")


def data_among(headings: Iterable[str], known: Collection[str] = (), people: Collection[str] = ()) -> frozenset[str]:
    """Which of a file's headings are never quoted, because they may be a person's data: headings are content, too.

    Those that look like data, are too long, or are the name, address or ID of somebody (`people`); all but the `known`
    (folded) ones where the row looks like a record.
    """
    asked = [heading for heading in dict.fromkeys(headings) if fold(heading) not in known]
    mine = {heading for heading in asked if heading in people}
    if mine or any(RECORD.fullmatch(heading) for heading in asked):
        return frozenset(asked)
    return frozenset(one for one in asked if len(one) > LONGEST_QUOTED or DATA.search(one))


def quoted(
    headings: Iterable[str],
    hidden: Collection[str] | None = None,
    most: int = MOST_QUOTED,
    spelled: Callable[[str], str] = str,
) -> str:
    """Headings, or names of sheets, as sentences, reports and records quote them; how many more there are.

    `hidden`: which of them may be data, where that is known (see `data_among`).
    """
    every = [heading for heading in headings if heading]
    hidden = data_among(every) if hidden is None else hidden
    shown = [spelled(heading) for heading in every if heading not in hidden]
    untold = len(every) - len(shown)
    looks = f"{untold:,} not shown, because {'it' if untold == 1 else 'they'} may be data"
    return ", ".join([first_of(shown, most)] * bool(shown) + [looks] * bool(untold)) or "none"


def lines_named(lines: Sequence[int]) -> str:
    """'line 7', 'lines 7, 8 and 9', 'lines 1, 2, 3, 4, 5 and 36 more'."""
    shown = [f"{line:,}" for line in lines[:NAMED]]
    if len(shown) == 1:
        return f"line {shown[0]}"
    last = f"{len(lines) - NAMED:,} more" if len(lines) > NAMED else shown.pop()
    return f"lines {', '.join(shown)} and {last}"


def escape(value: object) -> str:
    """`value` as text that a browser shows and never runs."""
    return _escape(str(value), quote=True)


class Shown:
    """A notebook shows such a value as it is printed: escaped, its lines kept."""

    def _repr_html_(self) -> str:
        return f'<div style="white-space:pre-wrap">{escape(self)}</div>'


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """A table with inline styles (a record opened unsigned loses style sheets); every value is escaped."""
    head = "".join(f'<th scope="col" style="{CELL}">{escape(name)}</th>' for name in headings)
    body = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows
    )
    title = f'<caption style="text-align:left;padding:4px 0">{escape(caption)}</caption>' if caption else ""
    return f'<table style="border-collapse:collapse">{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
