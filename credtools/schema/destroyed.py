"""Destroyed: what a spreadsheet writes in place of a value that can't be told from it any more.

Only what nobody means is one of these, so that an honest value is never refused:

- a number in scientific notation with a sign in its exponent, and a decimal mark or a plus: 1.23457E+11, 5,00E+15,
  1E+11. A spreadsheet shows numbers of more than 11 digits like that, and saves them so (General format: ECMA-376-1,
  18.8.30, and support.microsoft.com, "Keeping leading zeros and large numbers"). 1E5, 12E5, 2E-05 may be numbers of
  licences and stay.
- an error value: #N/A, #REF!, #DIV/0!, #NAME? (ECMA-376-1, 18.17.3, and the later #SPILL!, #CALC!, … of the same
  form), also in other languages: #NV, #N/D, #WERT!, #¡VALOR!; LibreOffice's Err:502.
- three or more # and nothing else: the column was too narrow to show the value.
- the day 0 of January 1900: a blank cell that was taken for a date.
- a formula that names a cell or a function: its value wasn't saved. =1+1 and ="0012" stay.
"""

from __future__ import annotations

import re
from typing import Literal

How = Literal["shortened", "failed", "narrow", "zero", "unsaved"]
PATTERNS: dict[How, str] = {  # for RE2, too
    "shortened": r"[+-]?\d(?:[.,]\d+[Ee][+-]|[Ee]\+)\d{2,3}",
    "failed": r"#(?:N/A|NV|N/D|GETTING_DATA|[¡¿]?[A-ZÀ-Þ][A-ZÀ-Þ/0_]+[!?])|Err:\d{3}",
    "narrow": r"#{3,}",
    "unsaved": r"=[-+(]*(?:'[^']+'!)?\$?[A-Z]{1,3}\$?\d.*|=[-+(]*[A-Z][A-Z0-9.]*[(!].*",
    "zero": r"0?0[-/. ]0?1[-/. ]1900|0?1/0?0/1900|1900[-/.]0?1[-/.]0?0",
}
DESTROYED = f"^(?:{'|'.join(PATTERNS.values())})$"
BEGINS = b"+-0123456789#E="  # with which all of them begin


def how_destroyed(text: str) -> How | None:
    """In which of these ways a text is destroyed, or None."""
    return next((how for how, pattern in PATTERNS.items() if re.fullmatch(pattern, text, re.ASCII)), None)
