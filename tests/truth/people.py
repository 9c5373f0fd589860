"""A list of users with its truth: people by address and ID, spoilt and doubled."""

from __future__ import annotations

import csv
import io
from collections import Counter
from random import Random

from tests.truth.faults import DESTROYED, HIDDEN

HEADINGS = {
    "email": "Email",
    "external_id": "External ID",
    "name": "Name",
    "status": "Status",
    "deactivated_on": "Deactivated on",
    "date_format": "Date format",
}
JUNK = {
    "email": (("no.address{}", "a b{}@example.org", "two@at{}@example.org"), "email_valid"),
    "status": (("gone", "activ", "deactivated?"), "status_known"),
    "deactivated_on": (("2024-02-30", "05.03.2024", "yesterday"), "date_format_known"),
    "date_format": (("DD/MM", "YYYY", "Q/M/YYYY"), "value_allowed"),
}
RIGHT = {
    "status": ("", "active", "Active", "DEACTIVATED"),
    "deactivated_on": ("", "", "2024-02-29", "2023-1-5"),
    "date_format": ("", "DD/MM/YYYY", "D MMM YYYY"),
}

Finding = tuple[int, str, str, str]


class PeopleMaker:
    """Makes one list; the same seed makes the same one."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - repeatable, not secret

    def people(self, rows: int) -> tuple[str, Counter[Finding]]:
        """So many rows, and each finding that is due by line, heading, column and code."""
        out, truth = io.StringIO(newline=""), Counter[Finding]()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADINGS.values())
        right: list[tuple[int, dict[str, str]]] = []  # of whom nothing is wrong, and who aren't doubled yet
        for line in range(2, rows + 2):
            cells = {"email": f"first.last{line}@example.org", "external_id": f"K{line:06}", "name": f"Name {line}"}
            cells |= {name: self.random.choice(texts) for name, texts in RIGHT.items()}
            written = list(cells.values())
            if self.random.random() < 0.01 and line < rows - 20:
                wrong = [(line, "", "field_count")]
                written = written[: self.random.randint(1, 3)] if self.random.random() < 0.5 else [*written, "more"]
            elif right and self.random.random() < 0.05:
                wrong, written = self._twin(cells, line, right), list(cells.values())
            else:
                wrong, written = self._spoil(cells, line), list(cells.values())
                right += [(line, cells)] if not wrong and cells["email"] else []
            truth.update((at, HEADINGS.get(column, ""), column, code) for at, column, code in wrong)
            writer.writerow(written)
        return out.getvalue(), truth

    def _spoil(self, cells: dict[str, str], line: int) -> list[tuple[int, str, str]]:
        """Faults of up to three cells; rows without an address, or an ID, or both."""
        wrong = []
        for name in self.random.sample(list(cells), self.random.choice((0, 0, 0, 1, 2, 3))):
            text = cells[name] or "xy"
            junk, code = JUNK.get(name, (("",), ""))
            faults = [
                (self.random.choice(junk).format(line), code),
                (text[:1] + self.random.choice(HIDDEN) + text[1:], "value_readable"),
            ]
            if name != "status":  # whose words are no values
                faults.append((self.random.choice(DESTROYED), "value_damaged"))
            if name == "email":
                faults.append(("", ""))
            cells[name], code = self.random.choice(faults)
            wrong += [(line, name, code)] if code else []
        if not cells["email"] and not cells["external_id"]:
            wrong.append((line, "", "user_identified"))
        return wrong

    def _twin(
        self, cells: dict[str, str], line: int, right: list[tuple[int, dict[str, str]]]
    ) -> list[tuple[int, str, str]]:
        """A row with the address, or the ID, of another one; people who share an address have IDs of their own."""
        other, theirs = right.pop(self.random.randrange(len(right)))
        if theirs["external_id"] and self.random.random() < 0.4:
            cells["external_id"] = theirs["external_id"]
            return [(at, "external_id", "external_id_unique") for at in (other, line)]
        cells["email"] = theirs["email"].upper()
        cells["external_id"] = self.random.choice((cells["external_id"], ""))
        told_apart = bool(theirs["external_id"] and cells["external_id"])
        return [] if told_apart else [(at, "email", "not_repeated") for at in (other, line)]
