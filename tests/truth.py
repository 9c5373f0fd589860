"""Files with their truth: rows made right, then spoilt on purpose, and what must be found in them.

Nothing here knows how checking works: each fault says itself what it makes wrong, by (line, column, code).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

COLUMNS = (
    *("user_email", "credential_type", "issue_date", "expiration_date", "credential_number"),
    *("media", "level", "status"),
)
EMAIL, TYPE, ISSUE, EXPIRY, NUMBER, MEDIA, LEVEL, STATUS = range(8)
HEADINGS = "User email,Credential type,Issue date,Expiration date,Credential number,Media,Level,Status,Notes\n"
# Issue dates may come day first or month first; expiration dates with the name of the month.
DATES = "date_format: {issue_date: [DD/MM/YYYY, MM/DD/YYYY], expiration_date: D MMM YYYY}\n"
RECIPE = f"""
{DATES}status: {{valid: [Held, In force], withdrawn: [Revoked], leave_out: [Failed]}}
"""
WORDS = {"Held": "valid", "In force": "valid", "Revoked": "withdrawn", "Failed": "leave_out"}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
HIDDEN = ("\x00", "\x07", "\x7f", "\x9d", "\u00ad", "\u200b", "\u202e", "\u2066", "\ufeff")
NO_ISSUE = ("31/02/2024", "2024-03-05", "5/3/24", "05.03.2024", "n/a", "13/13/2024", "0/1/2024", "5/3/2024 x", "45386")
DESTROYED = ("1.23457E+11", "1,23E+14", "#N/A", "########", "=C2+Z9")
PLACEHOLDERS = ("n/a", "N/A", "-", "unknown")
NO_EXPIRY = ("31 Feb 2030", "2030-03-05", "5 Mär 2030", "Mar 5 2030", "whenever", "5 Mar 30", "5Mar2030", "32 Mar 2030")
SPACES = ("", "", "", " ", "  ", "\t", "\u00a0", "\u3000 ")
LEVELS = {"yes": True, "Y": True, "TRUE": True, "1": True, "no": False, "N": False, "false": False, "": None}
WHEN = ("required", "optional", "never")
TOO_LONG = 2_001

Truth = set[tuple[int, str, str]]


@dataclass(frozen=True)
class Kind:
    """A credential type as the organisation made it."""

    name: str
    issue: str
    expiry: str
    numbered: bool
    active: bool


@dataclass
class Row:
    """One row on its way: its cells, what they mean, what is wrong with them."""

    cells: list[str]
    user: str
    kind: Kind | None
    issue: date | None
    expiry: date | None
    level: bool | None
    wrong: set[tuple[str, str]] = field(default_factory=set)
    whole: bool = True  # its credential and content are known
    line: int = 0
    status: str = "valid"

    def blame(self, column: int, code: str, *, broken: bool = True) -> None:
        self.wrong.add((COLUMNS[column], code))
        self.whole &= not broken

    @property
    def version(self) -> tuple[object, ...]:
        number = self.cells[NUMBER] if self.kind and self.kind.numbered else ""
        return self.user, self.kind and self.kind.name, number, self.issue

    @property
    def content(self) -> tuple[object, ...]:
        return self.expiry, self.cells[NUMBER], self.level, self.status

    def leave_out(self) -> None:
        self.status, self.wrong, self.whole = "leave_out", set(), False


@dataclass(frozen=True)
class File:
    """A file, what must be found in it, and the organisation it is for."""

    text: str
    truth: Truth
    repaired: tuple[int, ...]
    users: list[tuple[str, str]]
    kinds: list[Kind]


@dataclass(frozen=True)
class Matrix:
    """A file with its recipe: how many rows it makes, and each finding by line, heading, column and code."""

    text: str
    recipe: str
    truth: list[tuple[int, str, str, str]]
    rows: int
    users: list[tuple[str, str]]
    kinds: list[Kind]


class Maker:
    """Makes one file; the same seed makes the same one."""

    def __init__(self, seed: int, today: date, *, same_day: bool) -> None:
        self.random = Random(seed)  # noqa: S311 - repeatable, not secret
        self.today, self.same_day = today, same_day
        self.kinds = [
            Kind(
                f"Type {issue} {expiry} {'no' if numbered else ''} {k}".replace("  ", " "),
                issue,
                expiry,
                numbered,
                k < 3,
            )
            for issue in WHEN
            for expiry in WHEN
            for numbered in (False, True)
            for k in range(4)  # one in four is deactivated
        ]

        self.active_kinds = [kind for kind in self.kinds if kind.active]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def file(self, rows: int) -> File:
        """A file of so many rows: right ones, spoilt ones, repeats; with noise, and rows of several lines."""
        users = [(f"first.last{k}@mail{k % 7}.example.org", "active") for k in range(rows // 20 + 50)]
        users += [(f"gone.away{k}@example.org", "deactivated") for k in range(40)]
        people = [email for email, status in users if status == "active"]
        made: list[Row] = []
        while len(made) < rows:
            row = self._row(len(made), people)
            made.append(row)
            made += self._again(row) if row.whole and self.chance(0.05) else []
        # The last ones are whole rows: none may look like a footer.
        last = [row for row in made[:rows] if ("", "field_count") not in row.wrong][:20]
        ids = {id(row) for row in last}
        body = [row for row in made[:rows] if id(row) not in ids]
        self.random.shuffle(body)
        text, repaired = self._write([*body, *last])
        truth = {(row.line, column, code) for row in made[:rows] for column, code in row.wrong}
        return File(text, truth | _repeats([*body, *last]), repaired, users, self.kinds)

    # --- one row per person, cells that hold several values -------------------------------------------------

    def matrix(self, lines: int) -> Matrix:
        """A file of so many lines: columns for each of some types, now and then two people in a cell."""
        users = [f"first.last{k}@mail{k % 7}.example.org" for k in range(2 * lines)]
        kinds = self.random.sample(self.active_kinds, 15)
        out, truth, rows, line = io.StringIO(newline=""), [], 0, 2
        writer = csv.writer(out, lineterminator="\n")
        of_pair = {ISSUE: "issued", EXPIRY: "expires", NUMBER: "number"}
        named = [f"{kind.name} {said}" for kind in kinds for said in of_pair.values()]
        writer.writerow(["User email", *named, "Notes"])
        for k in range(lines):
            people = [self._person(user) for user in users[2 * k : 2 * k + (2 if self.chance(0.1) else 1)]]
            people = people[:1] if not all(text for text, _ in people) else people
            cells: list[str] = []
            for place, kind in enumerate(kinds):
                row = self._of_pair(k * len(kinds) + place, kind) if self.chance(0.7) else None
                pair = [row.cells[column] if row else "" for column in of_pair]
                cells += [self.random.choice(SPACES) + cell for cell in pair]
                for _, blamed in people if row and any(pair) else ():
                    rows += 1
                    truth += [(line, "User email", "user_email", code) for code in blamed]
                    heading = {COLUMNS[column]: f"{kind.name} {said}" for column, said in of_pair.items()}
                    truth += [(line, heading[column], column, code) for column, code in row.wrong] if row else []
            note = self.random.choice(("note", "two\nlines", ""))
            writer.writerow(["; ".join(text for text, _ in people), *cells, note])
            line += 1 + note.count("\n")
        pairs = "".join(
            f"  - {{credential_type: {kind.name}, issue_date: {kind.name} issued, "
            f"expiration_date: {kind.name} expires, credential_number: {kind.name} number}}\n"
            for kind in kinds
        )
        recipe = f"{DATES}unpivot:\n{pairs}rules: [{{split: {{column: user_email, by: ;}}}}]\n"
        active = [(user, "active") for user in users] + [
            (f"gone.away{k}@example.org", "deactivated") for k in range(40)
        ]
        return Matrix(out.getvalue(), recipe, sorted(truth), rows, active, self.kinds)

    def _person(self, user: str) -> tuple[str, list[str]]:
        """A cell that names a person, or is spoilt, and what is wrong with it."""
        row = Row([user, *[""] * 7], user, None, None, None, None)
        if self.chance(0.15):
            self._email(row)
        return row.cells[EMAIL], [code for _, code in row.wrong]

    def _of_pair(self, number: int, kind: Kind) -> Row:
        issue = self.today - timedelta(self.random.randint(-20, 3000))
        row = Row(["", kind.name, "", "", f"N-{number}", "", "", ""], "", kind, issue, None, None)
        if self.chance(0.1):
            self._number(row)
        self._dates(row, self.chance(0.15), self.chance(0.15))
        return row

    # --- one row --------------------------------------------------------------------------------------------

    def _row(self, number: int, people: list[str]) -> Row:
        kinds = self.active_kinds
        user, kind = people[number % len(people)], kinds[number // len(people) % len(kinds)]
        issue = self.today - timedelta(self.random.randint(-20, 3000))
        level = self.random.choice(list(LEVELS))
        word = self.random.choices(list(WORDS), (16, 16, 4, 2))[0]
        cells = [user, kind.name, "", "", f"N-{number}", "a.pdf;b.png", level, word]
        row = Row(cells, user, kind, issue, None, LEVELS[level], status=WORDS[word])
        if self.chance(0.03):
            return self._miscounted(row)
        faults = self.random.sample(range(8), self.random.choice((0, 0, 0, 0, 1, 1, 2, 3, 4)))
        spoil = {EMAIL: self._email, TYPE: self._type, NUMBER: self._number, MEDIA: self._media, LEVEL: self._level}
        for column, fault in (spoil | {STATUS: self._status}).items():
            if column in faults:
                fault(row)
        self._dates(row, ISSUE in faults, EXPIRY in faults)
        if row.status == "leave_out":
            row.leave_out()
        return row

    def _miscounted(self, row: Row) -> Row:
        row.wrong, row.whole, row.status = {("", "field_count")}, False, "unknown"
        row.cells = row.cells[: self.random.randint(1, 6)] if self.chance(0.5) else [*row.cells, "note", "more"]
        return row

    def _hide(self, text: str) -> str:
        place = self.random.randint(1, len(text) - 1)
        return text[:place] + self.random.choice(HIDDEN) + text[place:]

    def _email(self, row: Row) -> None:
        fault = self.random.randrange(6)
        gone = f"gone.away{self.random.randrange(40)}@example.org"
        texts = ("", f"x{row.user}", gone, self._hide(row.user), row.user.replace("a", "\u0430"), "x" * TOO_LONG)
        row.cells[EMAIL] = texts[fault]
        row.blame(EMAIL, ("value_required", "user_exists", "user_exists", *["value_readable"] * 3)[fault])

    def _type(self, row: Row) -> None:
        assert row.kind is not None
        fault = self.random.randrange(4)
        if fault == 3:
            row.kind = self.random.choice([kind for kind in self.kinds if not kind.active])
            row.cells[TYPE] = row.kind.name
        else:
            row.cells[TYPE], row.kind = ("", f"{row.kind.name}0", self._hide(row.kind.name))[fault], None
        codes = ("value_required", "credential_type_exists", "value_readable", "credential_type_exists")
        row.blame(TYPE, codes[fault])

    def _number(self, row: Row) -> None:
        if self.chance(0.5):
            row.cells[NUMBER] = self._hide(row.cells[NUMBER])
            row.blame(NUMBER, "value_readable")
            return
        if self.chance(0.2):
            row.cells[NUMBER] = self.random.choice(DESTROYED)
            row.blame(NUMBER, "value_damaged")
            return
        numbered = bool(row.kind and row.kind.numbered)
        if self.chance(0.2):
            row.cells[NUMBER] = self.random.choice(PLACEHOLDERS)
            row.blame(NUMBER, "number_known" if numbered else "number_doubtful", broken=numbered)
            return
        row.cells[NUMBER] = ""
        if row.kind and row.kind.numbered:
            row.blame(NUMBER, "value_required")

    def _media(self, row: Row) -> None:
        row.cells[MEDIA] = self._hide("scan.pdf")
        row.blame(MEDIA, "value_readable", broken=False)

    def _level(self, row: Row) -> None:
        readable = self.chance(0.5)
        row.cells[LEVEL] = "perhaps" if readable else self._hide("yes")
        row.blame(LEVEL, "value_allowed" if readable else "value_readable")

    def _status(self, row: Row) -> None:
        fault = self.random.randrange(3)
        row.cells[STATUS] = ("", "Lent", self._hide(row.cells[STATUS]))[fault]
        row.status = "unknown"
        row.blame(STATUS, ("status_known", "status_known", "value_readable")[fault])

    def _dates(self, row: Row, issue_fault: bool, expiry_fault: bool) -> None:  # noqa: FBT001 - two of a kind
        issue, issue_needed = row.issue, row.kind.issue if row.kind else "optional"
        expiry_needed = row.kind.expiry if row.kind else "optional"
        assert issue is not None
        row.issue = self._date(row, ISSUE, issue, issue_needed, issue_fault)
        days = self.random.choice((-400, -1, 0)) if expiry_fault and self.chance(0.5) else self.random.randint(1, 3000)
        expiry_fault &= days > 0
        row.expiry = self._date(row, EXPIRY, issue + timedelta(days), expiry_needed, expiry_fault)
        if row.issue and row.expiry and (row.expiry < row.issue or (row.expiry == row.issue and not self.same_day)):
            row.blame(EXPIRY, "expires_after_issue", broken=False)
        if row.expiry and row.expiry < self.today:
            row.blame(EXPIRY, "already_expired", broken=False)
        if row.issue and row.issue > self.today:
            row.blame(ISSUE, "issued_in_future", broken=False)

    def _date(self, row: Row, column: int, day: date, needed: str, fault: bool) -> date | None:  # noqa: FBT001
        """Writes a date, or something else, into a cell; gives the day that the row then has."""
        written = self._issue_text(day) if column == ISSUE else self._expiry_text(day)
        if fault:
            kind = self.random.randrange(3)
            junk = self.random.choice(NO_ISSUE if column == ISSUE else NO_EXPIRY)
            row.cells[column] = ("", junk, self._hide(written))[kind]
            if kind == 2:
                row.blame(column, "value_readable")
            elif kind == 1:
                unused = needed == "never"
                row.blame(column, "date_unused" if unused else "date_format", broken=not unused)
            elif needed == "required" and row.status != "withdrawn":  # what no longer stands needs no dates
                row.blame(column, "value_required")
            return None
        if (needed == "never" and self.chance(0.8)) or (needed == "optional" and self.chance(0.2)):
            return None
        row.cells[column] = written
        if needed == "never":
            row.blame(column, "date_unused", broken=False)
            return None
        if column == ISSUE and "/" in written and day.day <= 12 and day.day != day.month:
            row.blame(column, "date_ambiguous", broken=False)
        return day

    def _issue_text(self, day: date) -> str:
        first, second = (day.month, day.day) if day.day > 12 and self.chance(0.3) else (day.day, day.month)
        return f"{first:02}/{second:02}/{day.year}" if self.chance(0.7) else f"{first}/{second}/{day.year}"

    def _expiry_text(self, day: date) -> str:
        month = MONTHS[day.month - 1]
        month = self.random.choice((month, month[:3], month.upper(), month[:3].lower()))
        return f"{day.day:{self.random.choice(('', '02'))}} {month} {day.year:04}"

    # --- the same credential once more ----------------------------------------------------------------------

    def _again(self, row: Row) -> list[Row]:
        """More rows of a credential: the same, and now and then one that contradicts."""
        copies = [self._copy(row) for _ in range(self.random.randint(1, 3))]
        if self.chance(0.4):
            copies[0].level = row.level is not True
            copies[0].cells[LEVEL] = "yes" if copies[0].level else "no"
        if self.chance(0.1) and row.status == "valid":
            copies[0].cells[STATUS], copies[0].status = "Revoked", "withdrawn"
        if self.chance(0.3):
            copies.append(self._copy(row))
            copies[-1].cells[STATUS] = "Failed"
            copies[-1].leave_out()
        return copies

    def _copy(self, row: Row) -> Row:
        return replace(row, cells=list(row.cells), wrong=set(row.wrong))

    # --- the file -------------------------------------------------------------------------------------------

    def _write(self, rows: list[Row]) -> tuple[str, tuple[int, ...]]:
        parts, repaired, line = [HEADINGS], [], 2
        for row in rows:
            if self.chance(0.003):  # a faulty row after a blank line is no other table
                parts.append("\n")
                line += 1
            out = io.StringIO(newline="")
            notes = self.random.choice(("note", "a, b", 'said "yes"', "two\nlines"))
            few = ("", "field_count") in row.wrong
            csv.writer(out, lineterminator="\n").writerow(row.cells if few else [*self._noisy(row), notes])
            row.line = line
            lines = out.getvalue().count("\n")
            if self.chance(0.01):
                repaired.append(line + self.random.randrange(lines))
                row.wrong |= {("", "row_repaired")} if row.status != "leave_out" else set()
            parts.append(out.getvalue())
            line += lines
        return "".join(parts), tuple(repaired)

    def _noisy(self, row: Row) -> list[str]:
        """The cells with other case and white space where neither matters."""
        cells = list(row.cells)
        if self.chance(0.3):
            for column in (EMAIL, TYPE, STATUS):
                cells[column] = self.random.choice((str.upper, str.title, str.casefold))(cells[column])
        if self.chance(0.2):
            cells[TYPE] = cells[TYPE].replace(" ", self.random.choice(("  ", "\t", "\n", "\u00a0 ")))
        if self.chance(0.3):
            cells = [self.random.choice(SPACES) + cell + self.random.choice(SPACES) for cell in cells]
        return cells


def _repeats(rows: list[Row]) -> Truth:
    """What rows of the same credential and issue date say about each other."""
    versions: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        if row.whole:
            versions.setdefault(row.version, []).append(row)
    truth: Truth = set()
    for same in versions.values():
        different = len({row.content for row in same}) > 1
        rows_to_name = same if different else same[1:]
        truth |= {(row.line, "", "not_repeated" if different else "repeated") for row in rows_to_name}
    return truth
