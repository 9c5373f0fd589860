"""Faults: each spoils one cell of a row, and says itself what that makes wrong."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from tests.truth.rows import BLANK, EXPIRY, ISSUE, LEVEL, MEDIA, NUMBER, STATUS, TYPE, USER, Row, Said

if TYPE_CHECKING:
    from tests.truth.organisation import Kind, Organisation
    from tests.truth.styles import Style

HIDDEN = ("\x00", "\x07", "\x7f", "\x9d", "\u00ad", "\u200b", "\u202e", "\u2066", "\ufeff")
DESTROYED = ("1.23457E+11", "1,23E+14", "########", "#N/A", "#¡VALOR!", "=C2+Z9", "00/01/1900")
ANY_CASE = DESTROYED[:3]  # destroyed in whatever case
PLACEHOLDERS = ("n/a", "N/A", "-", "unknown", "Not known", "\u2014")
LEVELS = {"yes": True, "Y": True, "TRUE": True, "1": True, "no": False, "N": False, "false": False, "": None}
WORDS = {"Held": "valid", "In force": "valid", "Revoked": "withdrawn", "Failed": "leave_out"}
TOO_LONG = 2_001


class Faults:
    """Makes single rows, right and spoilt ones; `date_cells`: what a spreadsheet knows of texts, by column."""

    def __init__(self, seed: int, today: date, style: Style, organisation: Organisation, *, same_day: bool) -> None:
        self.random = Random(seed)  # noqa: S311 - repeatable, not secret
        self.today, self.style, self.organisation, self.same_day = today, style, organisation, same_day
        self.date_cells: defaultdict[int, dict[str, date | None]] = defaultdict(dict)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def hide(self, text: str) -> str:
        place = self.random.randint(1, len(text) - 1)
        return text[:place] + self.random.choice(HIDDEN) + text[place:]

    # --- who and what -----------------------------------------------------------------------------------------

    def user(self, row: Row) -> None:
        assert row.user is not None
        style, right, gone = self.style, row.user.email, self.random.choice(self.organisation.gone)
        text = {"user_email": right, "external_id": row.user.external_id, "user_name": row.user.name}[style.by]
        of_gone = style.person(self.random, gone)
        faults = [
            ("", "value_required"),
            (f"x{text}", "user_exists"),
            (of_gone, "user_exists"),
            (self.random.choice(ANY_CASE), "value_damaged"),
            (self.hide(text), "value_readable"),
            ("x" * TOO_LONG, "value_readable"),
        ]
        if style.by == "user_email":
            faults.append((right.replace("a", "\u0430"), "value_readable"))
        if style.by == "user_name":
            faults.append((self.random.choice(self.organisation.twins).name, "user_exists"))
        row.cells[USER], code = self.random.choice(faults)
        row.blame(USER, code, unknown=True)

    def former(self, row: Row) -> None:
        """No fault: who and what is meant is understood, and told."""
        if row.user and (text := self.style.former(row.user)) and self.chance(0.7):
            row.cells[USER] = text
            row.blame(USER, "former_name", broken=False)
        elif row.kind:
            row.cells[TYPE] = row.kind.former
            row.blame(TYPE, "former_name", broken=False)

    def type(self, row: Row) -> None:
        assert row.kind is not None
        fault = self.random.randrange(5)
        if fault == 0:
            row.kind = self.random.choice([kind for kind in self.organisation.kinds if not kind.active])
            row.cells[TYPE] = row.kind.name
            row.blame(TYPE, "credential_type_exists", unknown=True)
            return
        name, row.kind = row.kind.name, None
        row.cells[TYPE] = ("", f"{name}0", self.hide(name), self.random.choice(ANY_CASE))[fault - 1]
        codes = ("value_required", "credential_type_exists", "value_readable", "value_damaged")
        row.blame(TYPE, codes[fault - 1], unknown=True)

    def number(self, row: Row) -> None:
        numbered = bool(row.kind and row.kind.numbered)
        fault = self.random.randrange(4)
        hidden = self.hide(row.cells[NUMBER])
        row.cells[NUMBER] = (hidden, self.random.choice(DESTROYED), self.random.choice(PLACEHOLDERS), "")[fault]
        if fault < 2:
            row.blame(NUMBER, ("value_readable", "value_damaged")[fault], unknown=numbered)
        elif fault == 2:
            row.blame(NUMBER, "number_known" if numbered else "number_doubtful", broken=numbered)
        elif numbered:
            row.blame(NUMBER, "value_required", unknown=True)

    def media(self, row: Row) -> None:
        row.cells[MEDIA] = self.hide("scan.pdf")
        row.blame(MEDIA, "value_readable", broken=False)

    def level(self, row: Row) -> None:
        fault = self.random.randrange(3)
        row.cells[LEVEL] = ("perhaps", self.hide("yes"), self.random.choice(DESTROYED))[fault]
        row.blame(LEVEL, ("value_allowed", "value_readable", "value_damaged")[fault])

    def status(self, row: Row) -> None:
        fault = self.random.randrange(3)
        row.cells[STATUS] = ("", "Lent", self.hide(row.cells[STATUS]))[fault]
        row.status = "unknown"
        row.blame(STATUS, ("status_known", "status_known", "value_readable")[fault], unknown=True)

    # --- dates --------------------------------------------------------------------------------------------------

    def dates(self, row: Row, *, issue_fault: bool = False, expiry_fault: bool = False) -> None:
        """Both dates, as the type of the row has them; `expiry_fault`: also an expiration before the issue."""
        issued = self.issued(row.kind, fault=issue_fault)
        row.says(issued, self.expires(row.kind, issued.day, fault=expiry_fault), self.today, same_day=self.same_day)

    def issued(self, kind: Kind | None, *, fault: bool = False) -> Said:
        day = self.today - timedelta(self.random.randint(-20, 3000))
        if self.style.century and self.chance(0.01):
            day = day.replace(year=self.random.randint(1900, 1949), day=1)
        if fault:
            return self._junk(ISSUE, day, self.style.issue(self.random, day))
        if kind and self._says_none(kind.issue):
            return BLANK
        if self.chance(0.01):
            return self._date_cell(ISSUE, day)
        text = self.style.issue(self.random, day)
        return Said(text, day, two_ways=self.style.is_ambiguous(day))

    def expires(self, kind: Kind | None, issued: date | None, *, fault: bool = False) -> Said:
        issued = issued or self.today
        day = issued + timedelta(self.random.randint(1, 3000))
        early = fault and self.chance(0.5)
        if early:
            day = issued + timedelta(self.random.choice((-400, -1, 0)))
        elif fault:
            return self._junk(EXPIRY, day, self.style.expiry(self.random, day))
        elif self.chance(0.02):
            return Said(self.random.choice(self.style.never), how="never")
        elif kind and ((kind.follows and self.chance(0.6)) or self._says_none(kind.expiry_needed)):
            return BLANK
        elif self.chance(0.01):
            day = self.today.replace(year=self.today.year + self.random.randint(51, 90), day=1)
        elif self.chance(0.01):
            return self._date_cell(EXPIRY, day)
        return Said(self.style.expiry(self.random, day), day)

    def _says_none(self, needed: str) -> bool:
        return (needed == "never" and self.chance(0.8)) or (needed == "optional" and self.chance(0.2))

    def _date_cell(self, column: int, day: date) -> Said:
        """A real date of a spreadsheet, shown in no declared format."""
        self.date_cells[column][f"{day} 00:00:00"] = day
        return Said(f"{day} 00:00:00", day)

    def _junk(self, column: int, day: date, written: str) -> Said:
        how = self.random.choice(("blank", "bad", "bad", "hidden", "destroyed", "dayless"))
        if how == "dayless":
            self.date_cells[column][f"{day:%Y/%m}"] = None
        junk = self.style.no_issue if column == ISSUE else self.style.no_expiry
        texts = {"bad": junk, "hidden": (self.hide(written),), "destroyed": DESTROYED, "dayless": (f"{day:%Y/%m}",)}
        return Said(self.random.choice(texts.get(how, ("",))), how=how)
