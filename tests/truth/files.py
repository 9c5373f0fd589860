"""Files with their truth: rows made right, then spoilt on purpose, and what must be found in them.

Nothing here knows how checking works: each fault says itself what it makes wrong.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.truth.faults import LEVELS, PLACEHOLDERS, WORDS, Faults
from tests.truth.history import Stored, remember
from tests.truth.organisation import Organisation
from tests.truth.rows import EXPIRY, ISSUE, LEVEL, NUMBER, RECORD, STATUS, TYPE, USER, Row
from tests.truth.together import judge_going_in, judge_together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tests.truth.organisation import Kind, Person
    from tests.truth.styles import Style

NAMES = ("credential_type", "issue_date", "expiration_date", "credential_number", "media", "level", "status")
HEADINGS = ("Credential type", "Issue date", "Expiration date", "Credential number", "Media", "Level", "Status")
SENT = "status: {valid: [Held, In force], withdrawn: [Revoked], leave_out: [Failed]}\n"
LEAVE_OUT = "  - leave_out: {column: Notes, values: [Draft]}\n"
PAD = "  - pad: {column: external_id, to: 5}\n"
SPACES = ("", "", "", " ", "  ", "\t", "\u00a0", "\u3000 ")
SPOILT = ("user", "type", "number", "media", "level", "status", "issue", "expiry")
HIDING = {"user", "type", "number", "status"}  # of which credential a row speaks
NOTES = ("note", "a, b", 'said "yes"', "two\nlines")

Truth = Counter[tuple[int, str, str, str]]


@dataclass(frozen=True)
class Made:
    """A file with its recipe; each finding that is due by line, heading, column and code; how many rows it makes.

    `repaired`, `date_cells`: what else the reader says of it; `stored`: what was stored before it came.
    """

    text: str
    recipe: str
    truth: Truth
    rows: int
    organisation: Organisation
    date_cells: Mapping[str, Mapping[str, date | None]]
    repaired: tuple[int, ...] = ()
    stored: Stored = field(default_factory=Stored)


class Maker:
    """Makes files; the same seed makes the same ones."""

    def __init__(self, seed: int, today: date, style: Style, *, same_day: bool) -> None:
        self.organisation, self.style = Organisation(), style
        self.faults = Faults(seed, today, style, self.organisation, same_day=same_day)
        self.random, self.chance = self.faults.random, self.faults.chance
        self.pad = PAD if style.by == "external_id" else ""

    def _made(
        self, text: str, recipe: str, rows: Sequence[Row], headings: Mapping[int, Sequence[str]], **more: object
    ) -> Made:
        """`headings`: of each date column those of the file."""
        names, truth = (self.style.by, *NAMES, ""), Truth()
        usual = (self.style.heading, *HEADINGS, "")
        truth.update(
            (row.line, row.headings.get(column, usual[column]), names[column], code)
            for row in rows
            for column, code in row.wrong
        )
        cells = {heading: self.faults.date_cells[column] for column, some in headings.items() for heading in some}
        return Made(text, self.style.recipe + recipe, truth, len(rows), self.organisation, cells, **more)  # type: ignore[arg-type]

    # --- one credential a row -----------------------------------------------------------------------------------

    def file(self, rows: int, *, full: bool = False) -> Made:
        """So many rows: right ones, spoilt ones, repeats, what was stored before; noise, and rows of several lines.

        `full`: all that the source has, where nobody and nothing is unknown – else nothing is said by silence.
        """
        people = [self.organisation.person() for _ in range(rows if full else rows // 20 + 50)]
        made: list[Row] = []
        while len(made) < rows:
            row = self._row(len(made), people, full=full)
            made.append(row)
            made += self._more(row, len(made)) if row.ready and row.whole and not full else []
        # The last ones are whole rows: none may look like a footer.
        last = [row for row in made[:rows] if (RECORD, "field_count") not in row.wrong][:20]
        ids = {id(row) for row in last}
        body = [row for row in made[:rows] if id(row) not in ids]
        self.random.shuffle(body)
        text, repaired = self._write([*body, *last])
        judge_together([*body, *last])
        stored = remember([*body, *last], self.random, 0.3, full=full)
        judge_going_in([*body, *last])
        recipe = f"{SENT}rules:\n{LEAVE_OUT}{self.pad}{'export: full' if full else ''}\n"
        headings = {ISSUE: ["Issue date"], EXPIRY: ["Expiration date"]}
        return self._made(text, recipe, [*body, *last], headings, repaired=repaired, stored=stored)

    def _right(self, user: Person, kind: Kind, number: str) -> Row:
        row = self._undated(user, kind, number)
        self.faults.dates(row)
        return row

    def _undated(self, user: Person, kind: Kind, number: str) -> Row:
        level, word = self.random.choice(list(LEVELS)), self.random.choice(("Held", "In force"))
        cells = [self.style.person(self.random, user), kind.name, "", "", number, "a.pdf;b.png", level, word]
        return Row(cells, user, kind, LEVELS[level], note=self.random.choice(NOTES))

    def _row(self, number: int, people: Sequence[Person], *, full: bool) -> Row:
        kinds = self.organisation.active_kinds
        kind = kinds[number // len(people) % len(kinds)] if not full else self.random.choice(kinds)
        row = self._undated(people[number % len(people)], kind, f"N-{number}")
        if not full and self.chance(0.03):
            few = row.cells[: self.random.randint(1, 6)]
            row.miscount(few if self.chance(0.5) else [*row.cells, "note", "more"])
            return row
        row.cells[STATUS] = self.random.choices(list(WORDS), (16, 16, 4, 0 if full else 2))[0]
        row.status = WORDS[row.cells[STATUS]]
        spoilt = set(self.random.sample(SPOILT, self.random.choice((0, 0, 0, 0, 1, 1, 2, 3, 4))))
        spoilt -= HIDING if full else set()
        for name in SPOILT[:6]:
            if name in spoilt:
                getattr(self.faults, name)(row)
        if row.known and self.chance(0.04):
            self.faults.former(row)
        self.faults.dates(row, issue_fault="issue" in spoilt, expiry_fault="expiry" in spoilt)
        if row.status == "leave_out":
            row.leave_out()
        elif not full and self.chance(0.01):
            row.note = "Draft"
            row.leave_out()
        return row

    def _more(self, row: Row, number: int) -> list[Row]:
        """More rows of a credential: the same, contradictions, renewals; or its number at somebody else."""
        assert row.user
        assert row.kind
        if self.chance(0.05):
            row.copies = True
            return self._again(row)
        told = row.cells[NUMBER]
        if not told.startswith("N-") or not self.chance(0.06):
            return []
        again = self.random.choice((told, told.lower(), told.replace("-", " "), told.replace("-", "\u2013")))
        if self.chance(0.5):
            return [self._right(self.organisation.person(), row.kind, again)]
        renewed = self._right(row.user, row.kind, self.random.choice((again, f"R-{number}")))
        row.copies = renewed.copies = True
        if self.chance(0.2) and not row.kind.numbered:
            renewed.cells[NUMBER] = self.random.choice(PLACEHOLDERS)
            renewed.blame(NUMBER, "number_doubtful", broken=False)
        return [renewed]

    def _again(self, row: Row) -> list[Row]:
        copies = [row.copy() for _ in range(self.random.randint(1, 3))]
        if self.chance(0.4):
            copies[0].level = row.level is not True
            copies[0].cells[LEVEL] = "yes" if copies[0].level else "no"
        if self.chance(0.1) and row.status == "valid" and not row.computed:
            copies[0].cells[STATUS], copies[0].status = "Revoked", "withdrawn"
        if self.chance(0.3):
            copies.append(row.copy())
            copies[-1].cells[STATUS] = "Failed"
            copies[-1].leave_out()
        return copies

    def _write(self, rows: Sequence[Row]) -> tuple[str, tuple[int, ...]]:
        parts, repaired, line = [",".join((self.style.heading, *HEADINGS, "Notes\n"))], [], 2
        for row in rows:
            if self.chance(0.003):  # a faulty row after a blank line is no other table
                parts.append("\n")
                line += 1
            out = io.StringIO(newline="")
            few = (RECORD, "field_count") in row.wrong
            csv.writer(out, lineterminator="\n").writerow(row.cells if few else [*self._noisy(row), row.note])
            row.line = line
            lines = out.getvalue().count("\n")
            if self.chance(0.01):
                repaired.append(line + self.random.randrange(lines))
                row.wrong |= {(RECORD, "row_repaired")} if row.status != "leave_out" else set()
            parts.append(out.getvalue())
            line += lines
        return "".join(parts), tuple(repaired)

    def _noisy(self, row: Row) -> list[str]:
        """The cells with other case and white space where neither matters."""
        cells = list(row.cells)
        if self.chance(0.3):
            for column in (USER, TYPE, STATUS):
                cells[column] = self.random.choice((str.upper, str.title, str.casefold))(cells[column])
        if self.chance(0.2) and "\ufeff" not in cells[TYPE]:  # at the start of a line it is told of the file
            cells[TYPE] = cells[TYPE].replace(" ", self.random.choice(("  ", "\t", "\n", "\u00a0 ")))
        return self._spaced(cells) if self.chance(0.3) else cells

    def _spaced(self, cells: Sequence[str]) -> list[str]:
        return [self.random.choice(SPACES) + cell + self.random.choice(SPACES) for cell in cells]
