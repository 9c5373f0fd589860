"""What is known about a file before it is read: the options of `read`, which are the `read:` of a recipe."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

OPTIONS = (
    *("encoding", "delimiter", "quote", "escape", "record_end", "sheet"),
    *("heading_line", "heading_rows", "footer_lines"),
)
NUMBERS = ("heading_line", "heading_rows", "footer_lines")
MAY_BE_NONE = ("heading_line", "footer_lines", "quote", "escape")  # written 'none' in a recipe


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is known counts; None (or nothing) means: look.

    `record_end`: what ends a record beside the end of its line, in files whose texts may have several lines; `stack`:
    the sheets that are one table, by name, or 'all' that aren't hidden; `heading_line`: the line of the headings, 0 for
    none; `heading_rows`: how many rows they have; `footer_lines`: how many filled records at the end are no records;
    `titles`, `instructions`: the schema's headings and synonyms, and the texts of its template's instruction row, by
    which tables are recognised; `exact`: a text is cut as the other options say, and nothing else is looked for in it;
    `password`: of a protected workbook; it is in no recipe, and shown and kept nowhere.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    record_end: str | None = None
    sheet: str | None = None
    stack: str | Sequence[str] | None = None
    heading_line: int | None = None
    heading_rows: int | None = None
    footer_lines: int | None = None
    titles: Collection[str] = ()
    instructions: Collection[str] = ()
    exact: bool = False
    password: str | None = field(default=None, repr=False)

    @property
    def stacked(self) -> list[str] | None:
        """The names of the sheets that are one table, [] for all; None for a single sheet."""
        if self.stack is None:
            return None
        return [] if self.stack == "all" else [self.stack] if isinstance(self.stack, str) else list(self.stack)


def option_from_text(key: str, text: object) -> str | int | None:
    """An option as a recipe writes it ('none' for nothing), or None where it can't be used."""
    if not isinstance(text, str) or not text:
        return None
    number = key in NUMBERS
    if text == "none" and key in MAY_BE_NONE:
        return 0 if number else ""
    if number:
        return int(text) if re.fullmatch(r"[1-9]\d{0,8}", text) else None
    return text


def option_as_text(option: str | int) -> str | int:
    """An option as a recipe writes it."""
    return "none" if option in ("", 0) else option
