"""Deciding: the verbs of the step *Review data*."""

from __future__ import annotations

from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter import facts, proposals
from credtools.jupyter.decisions import Decision, usual_scope
from credtools.jupyter.frame import Frame


class Deciding(Frame):
    """Causes settled, cells typed, decisions changed and taken back; each re-checks at once."""

    def do_accept(self, cause: str) -> None:
        self._decided(self.journey.accept(cause))

    def do_leave(self, cause: str) -> None:
        self._decided(self.journey.leave(cause))

    def do_options(self, cause: str) -> None:
        """What *Choose…* offers for a cause."""
        found = self.journey.cause(cause)
        formats = self.journey.reviewed.date_formats.get(found.column.name, ()) if found.column else ()
        values = found.errors["value"].tolist()
        offer = proposals.offer(found.code, found.column, values, formats, self.registry.lookups())
        told: dict[str, Any] = {
            "kind": offer.kind,
            "choices": offer.choices,
            "free": offer.free,
            "resolution": found.resolution,
            "column": found.column.name if found.column else "",
        }
        if found.column and found.column.kind != "user" and all(values):  # no rule for a blank, nor for a person
            told["usual"] = usual_scope(found.column, found.cells(""))
        self.send({"type": "options", "cause": cause, "name": facts.name(found), **told})

    def do_search(self, text: str, column: str) -> None:
        self.send({"type": "found", "choices": proposals.users_like(text, column, self.registry.lookups())})

    def do_choose(self, cause: str, value: str, scope: str) -> None:
        found = self.journey.cause(cause)
        if found.code == "date_format":
            self._decided(self.journey.add_format(found, value))
        else:
            self._decided(self.journey.replace(found, value.strip(), "rule" if scope == "rule" else "patch"))

    def do_edit(self, cells: list[list[Any]]) -> None:
        decision = self.journey.edit((int(line), str(column), str(new)) for line, column, new in cells)
        self._decided(decision) if decision else self.show()

    def do_undo(self, number: int | None = None) -> None:
        """Takes a decision back: the one of this number, else the last one."""
        if number is None and not self.journey.decisions:
            raise CredtoolsError("There is nothing to undo.")
        taken = self.journey.undo(self.journey.decisions[-1].number if number is None else number)
        self.tell(f"Undone: {facts.sentence(self.journey, taken)}")
        self.show()

    def do_turn(self, number: int) -> None:
        self._decided(self.journey.turn(number))

    def do_more(self) -> None:
        self.shown_causes += facts.MOST_CAUSES
        self.show()

    def _decided(self, decision: Decision) -> None:
        self.tell(facts.sentence(self.journey, decision))
        self.show()
