"""Formulas: a cell that a spreadsheet would run is made harmless, and restored. The only place that does so.

A spreadsheet runs a cell that begins with = + - @ (also full-width, also after blanks), TAB or CR. Such a cell gets an
apostrophe in front, and so does one that begins with an apostrophe: `restore` takes exactly one away again.
"""

from __future__ import annotations

import re

RUNS_AS_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠']|[\t\r]")  # noqa: RUF001 - full-width signs run, too


def neutralise(text: str) -> str:
    """`text` as no spreadsheet runs it; `restore` gives it back."""
    return f"'{text}" if RUNS_AS_FORMULA.match(text) else text


def restore(text: str) -> str:
    """What `neutralise` was given."""
    return text.removeprefix("'")
