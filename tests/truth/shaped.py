"""Files whose rows aren't one credential each, with their truth: columns for each type, several values in a cell."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from tests.truth.files import SPACES, Made, Maker
from tests.truth.history import remember
from tests.truth.rows import EXPIRY, ISSUE, NUMBER, TYPE, USER, Row
from tests.truth.together import judge_going_in, judge_together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.truth.organisation import Kind

OF_PAIR = {ISSUE: "issued", EXPIRY: "expires", NUMBER: "number"}


class ShapedMaker(Maker):
    """Makes files that a recipe shapes."""

    def _shaped(
        self, lines: Sequence[Sequence[str]], rows: Sequence[Row], recipe: str, dates: Mapping[int, Sequence[str]]
    ) -> Made:
        """`lines`: the cells of each record, the headings first; a row's `line` is its record's place among them."""
        out, starts, line = io.StringIO(newline=""), [], 1
        for cells in lines:
            starts.append(line)
            line += 1 + sum(cell.count("\n") for cell in cells)
            csv.writer(out, lineterminator="\n").writerow(cells)
        for row in rows:
            row.line = starts[row.line]
        judge_together(rows)
        stored = remember(rows, self.random, 0, full=False)
        judge_going_in(rows)
        return self._made(out.getvalue(), recipe, rows, dates, stored=stored)

    # --- one row per person: columns for each of some types, now and then two people in a cell -----------------

    def matrix(self, lines: int) -> Made:
        """So many people, with cells for each of 15 types."""
        kinds = self.random.sample(self.organisation.active_kinds, 15)
        rows: list[Row] = []
        written = [
            [self.style.heading, *(f"{kind.name} {said}" for kind in kinds for said in OF_PAIR.values()), "Notes"]
        ]
        for k in range(lines):
            people = [self._person() for _ in range(2 if self.chance(0.1) else 1)]
            people = people[:1] if not all(one.cells[USER].strip() for one in people) else people
            cells: list[str] = []
            for place, kind in enumerate(kinds):
                row = self._pair(f"N-{k * len(kinds) + place}", kind) if self.chance(0.7) else None
                pair = [row.cells[column] if row else "" for column in OF_PAIR]
                cells += [self.random.choice(SPACES) + cell for cell in pair]
                rows += [self._of(one, row, len(written)) for one in people if row and any(pair)]
            note = self.random.choice(("note", "two\nlines", ""))
            written.append(["; ".join(one.cells[USER] for one in people), *cells, note])
            if len(people) == 1 and k < lines - 20 and self.chance(0.02):  # none of its pairs can be trusted
                written[-1].append("more")
                for row in [row for row in rows if row.line == k + 1]:
                    row.miscount(row.cells)
        pairs = "".join(
            f"  - {{credential_type: {kind.name}, issue_date: {kind.name} issued, "
            f"expiration_date: {kind.name} expires, credential_number: {kind.name} number}}\n"
            for kind in kinds
        )
        recipe = f"unpivot:\n{pairs}rules:\n  - split: {{column: {self.style.by}, by: ;}}\n{self.pad}"
        dates = {column: [f"{kind.name} {OF_PAIR[column]}" for kind in kinds] for column in (ISSUE, EXPIRY)}
        return self._shaped(written, rows, recipe, dates)

    def _person(self) -> Row:
        """A cell that names a person, or is spoilt, and what is wrong with it."""
        user = self.organisation.person()
        row = Row([self.style.person(self.random, user), *[""] * 7], user, None)
        if self.chance(0.15):
            self.faults.user(row)
        return row

    def _pair(self, number: str, kind: Kind) -> Row:
        row = Row(["", kind.name, "", "", number, "", "", ""], None, kind)
        if self.chance(0.1):
            self.faults.number(row)
        self.faults.dates(row, issue_fault=self.chance(0.15), expiry_fault=self.chance(0.15))
        return row

    def _of(self, person: Row, row: Row, record: int) -> Row:
        """The row of a person and a pair."""
        made = row.copy()
        made.user, made.cells[USER], made.line = person.user, person.cells[USER], record
        made.wrong |= person.wrong
        made.known, made.whole = row.known and person.known, row.whole and person.whole
        name = row.kind.name if row.kind else ""
        made.headings = {column: f"{name} {said}" for column, said in OF_PAIR.items()} | {TYPE: ""}
        return made

    # --- several types in a cell, the person only in the first of their records --------------------------------

    def lists(self, lines: int) -> Made:
        """So many records, each of one to four types; their person stands above where the cell is blank."""
        rows: list[Row] = []
        written = [
            [self.style.heading, "Credential types", "Issue date", "Expiration date", "Credential number", "Notes"]
        ]
        person = self._named()
        left: list[Kind] = []
        for k in range(lines):
            again = len(left) > 4 and k < lines - 20 and self.chance(0.4)
            if not again:
                person, left = self._named(), self.random.sample(self.organisation.active_kinds, 16)
            issued = self.faults.issued(None, fault=self.chance(0.1))
            expires = self.faults.expires(None, issued.day, fault=self.chance(0.1))
            number = f"N-{k}" if self.chance(0.9) else ""
            some = []
            for kind in [left.pop() for _ in range(self.random.randint(1, 4))]:
                row = Row([person.cells[USER], kind.name, "", "", number, "", "", ""], person.user, kind, line=k + 1)
                row.headings = {TYPE: "Credential types"}
                self._spoil_type(row)
                row.wrong |= person.wrong
                row.known, row.whole = row.known and person.known, row.whole and person.whole
                if not number and row.kind and row.kind.numbered:
                    row.blame(NUMBER, "value_required", unknown=True)
                row.says(issued, expires, self.faults.today, same_day=self.faults.same_day)
                some.append(row)
            types = self.random.choice(("; ", ";", " ;\n")).join(row.cells[TYPE] for row in some)
            cells = ["" if again else person.cells[USER], types, issued.text, expires.text, number, "note"]
            written.append([self.random.choice(SPACES) + cell for cell in cells])
            rows += some
        recipe = (
            f"headings: {{Credential types: credential_type}}\nfill_down: [{self.style.by}]\n"
            f"rules:\n  - split: {{column: credential_type, by: ;}}\n{self.pad}"
        )
        return self._shaped(written, rows, recipe, {ISSUE: ["Issue date"], EXPIRY: ["Expiration date"]})

    def _named(self) -> Row:
        """A person whose cell isn't blank."""
        while not (row := self._person()).cells[USER]:
            pass
        return row

    def _spoil_type(self, row: Row) -> None:
        if not self.chance(0.1):
            return
        kind, text = row.kind, row.cells[TYPE]
        self.faults.type(row)
        if not row.cells[TYPE]:  # would be no row
            row.kind, row.cells[TYPE], row.wrong, row.known, row.whole = kind, text, set(), True, True
