"""Damage: what a spreadsheet, and no person, made of a cell: dates rewritten, zeros lost, letters replaced.

Only looked for in correction files, where what the cell held before is known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from credtools.exports.formulas import neutralise, restore
from credtools.schema.dates import DateFormat, date_format
from credtools.schema.destroyed import how_destroyed
from credtools.schema.evidence import PLAUSIBLE
from credtools.schema.notation import MONTHS

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
NUMBER = re.compile(r"[+-]?\d[\d, ]*(\.\d+)?(E[+-]?\d+)?%?", re.IGNORECASE)
SHORT_YEAR = re.compile(r"(?<=[^\d:])(\d\d)$")
PAIR = re.compile(r"(\d{1,2})[-/. ](\d{1,2}|\d{4})\.?")
NAMED = re.compile(r"(?:(\d{1,2})[-. ]*)?([a-z]{3,9})[-. ]*(\d{1,4})?", re.IGNORECASE)
CELL = date_format("YYYY-MM-DD")  # how reading writes a date cell, and so a correction file
LONGEST = 60  # characters of what a spreadsheet takes for a number or date


def shown(text: str) -> str:
    """A cell as a correction file shows it: control characters visible, formulas neutralised."""
    return neutralise(_written_out(text))


def _written_out(text: str) -> str:
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def undamaged(
    came: str,
    now: str,
    day: date | None = None,
    *,
    was: date | None = None,
    wrong: bool = False,
    formats: Sequence[DateFormat] = (),
) -> tuple[str, bool]:
    """What a cell that held `came` and now reads `now` is meant to be; and whether a spreadsheet's damage was undone.

    `day`: the date, where it is a real date cell; `was`: the date, where `came` was one, which may also be corrected in
    the form in which it is written (`CELL`); `wrong`: whether `came` had an error, so that a change is expected;
    `formats`: the date formats in force where the column holds dates. A wrong cell that was only rewritten stays as it
    came: a date must not become right by the spreadsheet's own reading of it. What can't be told any more (see
    `schema.destroyed`) stays, for the rule that refuses it.
    """
    # The apostrophe of `neutralise` is taken for a spreadsheet's own when the file is read.
    untouched = now in (came, _written_out(came)) or now.replace("\r\n", "\n") == shown(came).replace("\r\n", "\n")
    if untouched and (day is None or was is not None or not (wrong and formats)):  # else a text became a date cell
        return came, False
    typed = restore(now) if neutralise(restore(now)) == now else now
    before = days(came) if was is None else {was}
    meant = day or (CELL.parse(typed) if was is not None and formats else None)
    if meant is not None:
        by_itself = meant in before or (not before and (meant.month, meant.day) in _day_and_month(came))
        if by_itself and (was is not None or not (wrong and formats and len(before) == 1)):
            return came, True
        return (formats[0].write(meant) if formats else typed), False
    by_itself = came.casefold() == typed.casefold() in ("true", "false")
    by_itself |= how_destroyed(typed) not in (None, "shortened")  # nobody types that into a right cell
    if not wrong and (by_itself or _blanks_aside(now) in map(_blanks_aside, (came, shown(came)))):
        return came, True
    if before & {form.parse(typed) for form in formats}:
        return (typed, False) if wrong else (came, True)
    return (came, True) if _rewritten(came, typed) else (typed, False)


def _blanks_aside(text: str) -> str:
    """Without what a spreadsheet drops: tabs, the kind of line end, blanks at the ends and side by side."""
    return " ".join(text.replace("\t", "").split())


def _rewritten(came: str, now: str) -> bool:
    if not came.isascii() and came.encode("cp1252", "replace").decode("cp1252") == now:
        return True  # saved in a Western encoding, which has a ? for letters that it lacks
    if max(len(came), len(now)) > LONGEST:
        return False
    before, after = days(came), days(now)
    if before or _same_number(came, now):
        return bool(before & after) or _same_number(came, now)
    shortened = _day_and_month(now, named=True) | {(day.month, day.day) for day in after}
    return bool(_day_and_month(came) & shortened)


def _same_number(came: str, now: str) -> bool:
    """The same number with fewer digits: zeros in front or behind, or what is beyond those that are shown.

    Read with a decimal point, or both with a decimal comma.
    """
    points = (came, now), (came.replace(",", "."), now.replace(",", "."))
    return not re.match(r"[+-]?0\d", now) and any(_rounded(*texts) for texts in points)


def _rounded(came: str, now: str) -> bool:
    if not (NUMBER.fullmatch(came) and NUMBER.fullmatch(now)):
        return False
    before, after = (float(re.sub(r"[, %]", "", text)) / (100 if "%" in text else 1) for text in (came, now))
    mantissa, exponent, power = now.upper().partition("E")
    if not exponent:
        return math.isclose(before, after, rel_tol=1e-14)
    return abs(before - after) <= 0.5001 * 10.0 ** (int(power) - len(mantissa.partition(".")[2]))


@lru_cache(maxsize=4096)
def days(text: str) -> frozenset[date]:
    """Every date that a text can mean, in any usual format, with a year of two digits, too."""
    text = " ".join(text.split()).removesuffix(" 00:00:00").removesuffix(" 00:00")
    if not text or len(text) > LONGEST or not any(c.isdigit() for c in text):
        return frozenset()
    texts = [text, *(SHORT_YEAR.sub(rf"{century}\1", text) for century in (19, 20))]
    found = (date_format(form).parse(one) for one in texts for form in PLAUSIBLE)
    return frozenset(day for day in found if day)


def _day_and_month(text: str, *, named: bool = False) -> set[tuple[int, int]]:
    """What 1-2, 3/2024 or MAR1 become when they are taken for dates: (month, day)."""
    if not named and (pair := PAIR.fullmatch(text)):
        first, second = int(pair[1]), int(pair[2])
        return {(first, 1)} if len(pair[2]) == len("2024") else {(first, second), (second, first)}
    name = NAMED.fullmatch(text)
    month = next((k for k, full in enumerate(MONTHS, 1) if name and name[2].lower() in (full, full[:3])), 0)
    if not name or not month:
        return set()
    return {(month, int(number)) for number in (name[1], name[3]) if number} | {(month, 1)}
