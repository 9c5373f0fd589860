"""Like: "the same for all like these" – what a decision, or a card of several causes, says of other values.

What would change is shown value by value, each with a tick; only then one click changes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.grid import packed
from credtools.jupyter.wizard.cards import name_of
from credtools.jupyter.wizard.causes import choices
from credtools.jupyter.wizard.decisions import Cell, Decision, comes_again, pattern_said, usual_scope
from credtools.jupyter.wizard.errors_told import errors_of, fixed, passing, wrong_dates
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.jupyter.wizard.together import Together
from credtools.jupyter.wizard.told import sentence
from credtools.jupyter.wizard.upload import UploadStep
from credtools.model import Review
from credtools.registry import Proposal, ValueChange
from credtools.schema.words import Column
from credtools.text import fold, plural

TITLE = "The same for all like these"
WHOLE = "It becomes a rule, for every file of this source."
EACH_TICKED = "Each ticked value becomes a rule, for every file of this source."
ALL_OR_EACH = "All ticked: it becomes a rule, for every file of this source. Otherwise each ticked value becomes one."
ALL_OR_RECORDS = "All ticked: it becomes a rule, for every file of this source. Otherwise only these records change."
IN_RECORDS = "No rule: the values are corrected in these records only."
NAMES_NOBODY = "A recipe names no person: each is corrected in these records only."
EACH, CHOOSE = "each what is suggested for it", "choose what they become"
MOST_EXAMPLES = 20  # values that a decision changes: of more no pattern is asked for


class LikeStep(UploadStep):
    """The verbs about patterns on the page `review`."""

    _shown: tuple[Review, Sequence[Proposal]] | None = None  # what the open dialog shows, of which review

    def show(self) -> None:
        super().show()
        if self.step == "review":  # found out once the decision is shown
            self.send({"type": "offer", "offer": self._offer()})

    def do_like(self, cause: str = "", way: int = 0, value: str = "") -> None:
        """What a card of several causes (or, without one, the last decision) would change, value by value."""
        file, become = self.file, None
        if cause:
            card = file.card(cause)
            title, become = name_of(card), self._become(card, value)
            proposals = ways(card, value)
        else:
            title, proposals = TITLE, self._proposals()
        if not proposals:
            raise CredtoolsError("cause_gone")
        chosen = proposals[way]
        self._shown = file.reviewed, proposals
        told = {
            "title": title,
            "lines": [*([] if cause else [f"{chosen.pattern}."]), holds_for(file.columns[chosen.column], chosen)],
            "ways": [way_of(one) for one in proposals],
            "way": way,
            "whole": chosen.kind == "split",
            "become": become,
            "needs": bool(become) and not any(one.old != one.new for one in chosen.changes),
        }
        items = [(one.old, one.new, one.rows, one.passes) for one in chosen.changes]
        self.send({"type": "like", "cause": cause, **told}, [packed({"items": items})])

    def do_follow(self, way: int, off: list[int]) -> str:
        """What was shown is done, without these places of the list."""
        shown, self._shown = self._shown, None
        if shown is None or shown[0] is not self.file.reviewed:
            raise CredtoolsError("cause_gone")
        return self._decide(follow, self.file, shown[1][way], off)

    def do_no_offer(self) -> str:
        """Only what was decided, no pattern."""
        self.file.asks.clear()
        return ""

    def _decide(self, decide: Callable[..., Decision | None], *given: Any) -> str:
        """Takes a decision; returns what it was, and how many errors are fixed by it."""
        before, wrong = errors_of(self.file), wrong_dates(self.file)
        decision = decide(*given)
        if decision is None:
            return ""
        self.file.asks[decision.number] = "grid" if decide == self.file.edit else "cards"
        if decision.format or (decision.pattern and decision.pattern.formats):
            return f"{sentence(self.file, decision)} {passing(wrong, wrong_dates(self.file))}"
        return f"{sentence(self.file, decision)} {fixed(before, errors_of(self.file))}"

    def _become(self, card: Together, value: str) -> dict[str, Any] | None:
        """What all values of a card can become instead; `value`: what was chosen."""
        offered = choices(card.causes[0], self.registry.lookups(), self.file.batch.recipe.status)
        if offered["kind"] != "list":
            return None
        return {"choices": [("", EACH if card.proposal else CHOOSE), *offered["choices"]], "value": value}

    def _proposals(self) -> Sequence[Proposal]:
        """What the last decision offers, if it was made here."""
        file = self.file
        decision = file.decisions[-1] if file.decisions else None
        if decision is None or decision.number not in file.asks:
            return ()
        return file.once(("like", decision.number), file.reviewed, lambda: alike(file, decision))

    def _offer(self) -> dict[str, Any] | None:
        """What is said of it."""
        if not (proposals := self._proposals()):
            return None
        decision = self.file.decisions[-1]
        mine = {fold(cell.old) for cell in decision.cells}
        more = sum(fold(change.old) not in mine for change in proposals[0].changes)
        what, at = str(proposals[0].pattern), self.file.asks[decision.number]
        return {"at": at, "what": what, "more": plural(more, "more value")}


def alike(file: OpenFile, decision: Decision) -> Sequence[Proposal]:
    """The patterns that a decision follows and that change other values, too, the best first."""
    for column in dict.fromkeys(cell.column for cell in decision.cells):
        examples = {cell.old: cell.new for cell in decision.cells if cell.column == column and cell.old}
        if not 0 < len(examples) <= MOST_EXAMPLES:
            continue
        mine = {fold(old) for old in examples}
        found = [one for one in file.batch.like(column, examples) if one.pattern and not one.pattern.of_values]
        if some := [one for one in found if any(fold(change.old) not in mine for change in one.changes)]:
            return some
    return ()


def holds_for(column: Column, proposal: Proposal) -> str:
    """What becomes of the values that are ticked: a rule for all files, or corrections of these records."""
    pattern = proposal.pattern
    if proposal.kind == "split":
        return WHOLE
    if pattern and not pattern.of_values:
        return ALL_OR_EACH if comes_again(column) else ALL_OR_RECORDS
    if comes_again(column) or (pattern and pattern.never):
        return EACH_TICKED
    return NAMES_NOBODY if column.kind == "user" else IN_RECORDS


def way_of(proposal: Proposal) -> str:
    """What is done, where several ways can be chosen."""
    if proposal.pattern:
        return "They mean: never expires" if proposal.pattern.never else str(proposal.pattern)
    return "No value: the cells become blank" if all(not one.new for one in proposal.changes) else "Each as suggested"


def ways(card: Together, value: str) -> Sequence[Proposal]:
    """What settles a card of several causes; `value`: what all of them become."""
    column, counts = card.causes[0].column_name, Counter(text for one in card.causes for text in one.errors["value"])
    if card.proposal and not value:
        blank = _all_become(column, counts, "", passes=True)
        return [card.proposal, blank] if card.may_mean_never else [card.proposal]
    return [_all_become(column, counts, value or None, passes=bool(value))]


def _all_become(column: str, counts: Mapping[str, int], new: str | None, *, passes: bool) -> Proposal:
    """Each of some values (with its rows) becomes `new`; None: nobody has said what."""
    pairs = [(old, old if new is None else new, rows) for old, rows in sorted(counts.items(), key=lambda one: -one[1])]
    changes = tuple(ValueChange(old, to, rows, passes=passes) for old, to, rows in pairs)
    return Proposal(column, None, changes)


def follow(file: OpenFile, proposal: Proposal, off: Collection[int] = ()) -> Decision:
    """What was proposed, without the changes in some places: all of it as a rule for every file, some as values.

    Raises CredtoolsError when nothing is left.
    """
    some = [change for place, change in enumerate(proposal.changes) if place not in off]
    if not some:
        raise CredtoolsError("nothing_chosen")
    column, pattern = file.columns[proposal.column], proposal.pattern
    decision = Decision(file.number(), sum(change.rows for change in some), "rule", column=column.name)
    if pattern and pattern.never:
        return file.decide(replace(decision, never=tuple(change.old for change in some)))
    if pattern and not pattern.of_values and not off:
        return file.decide(replace(decision, pattern=pattern, said=pattern_said(column.title, pattern, some)))
    recipe, formats = file.batch.recipe, file.reviewed.date_formats
    texts = {change.old: recipe.in_file(column.name, change.new, formats) for change in some}
    held, labels = file.reviewed.resolved[f"{column.name}_text"].tolist(), file.reviewed.table.labels
    cells = tuple(
        Cell(labels[row], column.name, text, texts[text])
        for row, text in enumerate(held)
        if texts.get(text, text) != text
    )
    if not cells:
        raise CredtoolsError("no_change")
    scope = usual_scope(column, cells)
    return file.decide(Decision(decision.number, len(cells), scope, cells))
