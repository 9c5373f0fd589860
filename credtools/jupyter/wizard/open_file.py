"""Open file: the state of one file in the wizard – its batch, the decisions about it, and what follows from them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.wizard import brought
from credtools.jupyter.wizard.causes import Cause, right, stays, suggest
from credtools.jupyter.wizard.decisions import Cell, Decision, Scope, again_of, patches_of, recipe_of, usual_scope
from credtools.jupyter.wizard.errors_told import wrong_dates
from credtools.jupyter.wizard.judged import Judged
from credtools.model import Review
from credtools.recipe import BLANKS, MANUAL, MEANINGS, Recipe, Split, Step
from credtools.registry import Batch, Comparison, Meant, SamePerson, Suggested, compare
from credtools.schema.dates import NEVER, date_format
from credtools.schema.notation import declared
from credtools.text import fold

FIRST_MEDIA = 50  # of each list
STATUS_UNKNOWN = "status_known"
BLANK = "blank"  # what words can mean, beside NEVER and those of a status: the cell counts as blank


class OpenFile(Judged):
    """A batch and the decisions about it; every change is checked at once, what can't be followed changes nothing."""

    def __init__(self, batch: Batch, before: Review | None = None) -> None:
        super().__init__(batch)
        self.comparison: Comparison | None = None
        self.shown_media = FIRST_MEDIA
        self._undone: list[tuple[tuple[Decision, ...], int, Decision]] = []  # what was left then, its place, and itself
        self.asks: dict[int, str] = {}  # decisions whose pattern is offered, and where (grid, cards)
        self.number = itertools.count(1).__next__  # of a decision
        self._assumed: tuple[Meant, ...] | None = None  # None: nobody has looked
        self.asks_headings = False  # somebody wants to say it
        self.base = batch.recipe
        try:
            self.review = batch.review()
        except FileError as problem:
            if problem.code != "heading_required":
                raise
            self.problem = problem
            return
        self._begin()
        if before is not None:
            self.comparison = compare(before, self.review)

    def _begin(self) -> None:
        """The decisions that the batch brings along: rules of its recipe, corrections, and what was left rejected."""
        self.base, self.problem = self.batch.recipe, None
        self._formats = self.reviewed.date_formats
        self.decisions = tuple(brought.decisions(self))
        self.base = brought.without(self.base, self.decisions)

    @property
    def assumed(self) -> tuple[Meant, ...]:
        """The headings that were taken by their content without a question, also of a draft that is opened again."""
        if self._assumed is None:
            self._assumed = self._recalled()
        return self._assumed

    def assume(self, found: Iterable[Meant]) -> None:
        """From now on these are; none once somebody has said what the headings mean."""
        self._assumed = tuple(found)

    def _recalled(self) -> tuple[Meant, ...]:
        recipe = self.batch.recipe
        if self.batch.source != MANUAL or not recipe.headings:
            return ()
        with suppress(CredtoolsError):
            plain = replace(recipe, headings={}, match_users_by=Recipe().match_users_by)
            return self._plain(self.batch.suggested(plain))
        return ()

    def _plain(self, found: Suggested) -> tuple[Meant, ...]:
        """What was found by content and holds."""
        recipe = self.batch.recipe
        same = tuple(one for one in found.found if recipe.headings.get(one.heading) == one.column)
        return same if found.settled else ()

    def accept(self, key: str) -> Decision:
        """Follows the suggestion for a cause. Raises CredtoolsError when there is none."""
        cause = self.cause(key)
        suggested = suggest(cause)
        if suggested is None:
            raise CredtoolsError("no_suggestion")
        if suggested.format:
            return self.add_format(cause, suggested.format)
        return self.replace(cause, suggested.value or None)

    def replace(self, cause: Cause, new: str | None, scope: Scope | None = None) -> Decision:
        """All cells of a cause become `new` (None: each what is suggested for it)."""
        cells = cause.cells(new)
        if not cells or cause.column is None:
            raise CredtoolsError("no_change")
        decision = Decision(self.number(), len(cells), scope or usual_scope(cause.column, cells), cells)
        return self.decide(decision if decision.rules else replace(decision, scope="patch"))

    def add_format(self, cause: Cause, text: str) -> Decision:
        """Dates of the cause's column may also be written like this, in every file of this source."""
        try:
            form, notation = declared(text)
            form = date_format(form, self.batch.recipe.notation.and_also(notation)).text
        except ValueError as problem:
            raise CredtoolsError("format_unusable", why=str(problem)) from problem
        decision = Decision(self.number(), cause.count, "rule", column=cause.column_name, format=form)
        wrong = wrong_dates(self)
        decided = self.decide(replace(decision, notation=notation))
        told = replace(decided, count=len(wrong - wrong_dates(self)))  # of the cells that pass, not of those tried
        self.decisions = tuple(told if one is decided else one for one in self.decisions)
        return told

    def give_meaning(self, key: str, meaning: str) -> Decision:
        """What a cause says means this, in every file of its source. Raises CredtoolsError for anything else."""
        cause = self.cause(key)
        if meaning == BLANK and self.may_be_blank(cause):
            return self.replace(cause, "", "rule")
        decision = Decision(self.number(), cause.count, "rule", column=cause.column_name)
        if meaning == NEVER and cause.may_mean_never:
            return self.decide(replace(decision, never=tuple(dict.fromkeys(cause.errors["value"]))))
        if cause.code != STATUS_UNKNOWN or meaning not in MEANINGS:
            raise CredtoolsError("meaning_unusable")
        return self.decide(replace(decision, word=cause.value, meaning=meaning))

    def say_blanks(self, blanks: str) -> Decision:
        """Blank cells keep or clear the stored values, in every file of this source."""
        if blanks not in BLANKS:
            raise CredtoolsError("blanks_unusable")
        return self.decide(Decision(self.number(), self.losing(), "rule", blanks=blanks))

    def losing(self) -> int:
        """How many rows would lose a stored value."""
        return len({row for row, _ in self.batch.changes().lost})

    def count_again(self, *, again: bool) -> Decision:
        """The rows of this file that equal an older version count again, or stay unchanged."""
        return self.decide(Decision(self.number(), len(self.batch.changes().again), again=again))

    def leave(self, key: str) -> Decision:
        """The rows of a card stay rejected: they are followed until they are accepted."""
        decision = stays(self.causes_of(key), self.number())
        self._keep_left((*self.decisions, decision))
        return decision

    def say_right(self, key: str) -> Decision:
        """What is doubtful is right; it is asked no more."""
        decision = right(self.cause(key), self.number())
        self._keep_left((*self.decisions, decision))
        return decision

    def joined(self, key: str, people: tuple[SamePerson, ...]) -> Decision:
        """The unknown addresses of a card are those of users: the organisation knows it by now."""
        named = {fold(one.address) for one in people}
        rows = sum(c.count for c in self.causes_of(key) if c.key in self.same and fold(c.value) in named)
        decision = Decision(self.number(), rows, people=people)
        self.decisions = (*self.decisions, decision)
        self.look_again()
        return decision

    def look_again(self) -> None:
        """Users have changed: the file is judged again."""
        if self.review is not None:
            self.review = self.batch.again()

    def edit(self, cells: Iterable[tuple[int | str, str, str]]) -> Decision | None:
        """Cells (line, column, text) typed or pasted by hand; None when nothing changes."""
        review, columns = self.reviewed, self.columns
        rows = {label: row for row, label in enumerate(review.table.labels)}
        texts: dict[str, list[str]] = {}
        changed = []
        for line, column, new in cells:
            if line not in rows or column not in columns:
                raise CredtoolsError("cell_locked")
            if column not in texts:
                texts[column] = review.resolved[f"{column}_text"].tolist()
            old = str(texts[column][rows[line]])
            if old != new.strip():
                changed.append(Cell(line, column, old, new.strip()))
        return self.decide(Decision(self.number(), len(changed), "patch", tuple(changed))) if changed else None

    def correct(self, cells: Iterable[Cell]) -> Decision:
        """These cells are corrected, each in its record."""
        corrected = tuple(cells)
        return self.decide(Decision(self.number(), len(corrected), "patch", corrected))

    def in_force(self) -> list[Cell]:
        """The corrections that hold for this file."""
        return brought.patches(self)

    def undo(self, number: int) -> Decision:
        taken = self.decision(number)
        others = tuple(d for d in self.decisions if d is not taken)
        place = self.decisions.index(taken)
        self._taken_back(taken, others)
        self._undone = [*self._undone, (self.decisions, place, taken)]
        return taken

    @property
    def redoable(self) -> bool:
        """Whether something was undone, and nothing was decided since."""
        return bool(self._undone) and self._undone[-1][0] == self.decisions

    def redo(self) -> Decision:
        """Decides again what was undone last. Raises CredtoolsError when there is nothing to redo."""
        if not self.redoable:
            raise CredtoolsError("nothing_to_redo")
        *self._undone, (others, place, taken) = self._undone
        decisions = (*others[:place], taken, *others[place:])
        if taken.people:
            self.decisions = decisions  # who they are is said to the organisation
        elif taken.causes:
            self._keep_left(decisions)
        else:
            self._apply(self.base, decisions)
        return taken

    def _taken_back(self, taken: Decision, others: tuple[Decision, ...]) -> None:
        if taken.people:
            self.decisions = others
            self.look_again()
        elif taken.causes:
            self._keep_left(others, taken.causes)
        else:
            self._apply(self.base, others)

    def turn(self, number: int) -> Decision:
        """Makes a rule of a patch, or a patch of a rule."""
        old = self.decision(number)
        if not old.rules:
            raise CredtoolsError("not_a_rule")
        turned = replace(old, scope="patch" if old.scope == "rule" else "rule")
        if named := turned.names(self.batch.naming):
            raise CredtoolsError("rule_names_somebody", value=named)
        self._apply(self.base, tuple(turned if d is old else d for d in self.decisions))
        return turned

    def use(self, recipe: Recipe) -> None:
        """Goes on with another way to read the file (headings, encoding, date format …); decisions stay."""
        if self.review is None:  # what the batch brings along holds from now on
            self.review = self.batch.use(recipe)
            self._begin()
        else:
            self._apply(recipe, Decision.of_rules(self.decisions, self.base, recipe, self.number))

    def use_media(self, pattern: str) -> None:
        """Files are matched to rows by this pattern, or ('') by the media column."""
        self.base = replace(self.base, media=pattern)
        if pattern != self.batch.recipe.media:
            self._apply(self.base, self.decisions)

    def decide(self, decision: Decision) -> Decision:
        """Takes a decision, which is checked at once; one that can't be followed changes nothing.

        What names somebody is no rule, in no column: cells are corrected for their records only.
        """
        if (named := decision.names(self.batch.naming)) and not decision.cells:
            raise CredtoolsError("rule_names_somebody", value=named)
        taken = replace(decision, scope="patch") if named else decision
        self._apply(self.base, (*self.decisions, taken))
        return taken

    def decision(self, number: int) -> Decision:
        """The decision of this number. Raises CredtoolsError once it is undone."""
        if found := [decision for decision in self.decisions if decision.number == number]:
            return found[0]
        raise CredtoolsError("decision_gone")

    def _apply(self, base: Recipe, decisions: tuple[Decision, ...]) -> None:
        """Recipe and corrections follow from all decisions; what can't be followed leaves everything as it was."""
        recipe = recipe_of(base, decisions, self._formats)
        if _splits(recipe) != _splits(self.batch.recipe) and (patches_of(decisions) or brought.patches(self)):
            raise CredtoolsError("cells_corrected")  # in rows as they are now
        again = recipe.rules != self.batch.recipe.rules  # a correction is guarded by what the rules make of its cell
        if recipe != self.batch.recipe:
            self.review = self.batch.use(recipe)
        wanted, present = patches_of(decisions), {(cell.line, cell.column): cell.new for cell in brought.patches(self)}
        changes: list[tuple[int | str, str, str | None]] = [
            (*place, new) for place, new in wanted.items() if again or present.get(place) != new
        ]
        changes += [(*place, None) for place in present.keys() - wanted.keys()]
        if changes:
            self.review = self.batch.patch_cells(changes)
        if again_of(decisions) != self.batch.counts_again:
            self.batch.count_again(yes=again_of(decisions))
        self.base, self.decisions = base, decisions

    def _keep_left(self, decisions: tuple[Decision, ...], taken_back: Iterable[str] = ()) -> None:
        """Nothing is checked again; what stays as it is is kept with the batch."""
        self.batch.leave((key for decision in decisions for key in decision.causes), taken_back)
        self.decisions = decisions


def _splits(recipe: Recipe) -> list[Step]:
    """What of its rules makes several rows of one."""
    return [rule for rule in recipe.rules if isinstance(rule, Split)]
