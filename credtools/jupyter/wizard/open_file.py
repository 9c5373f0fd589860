"""Open file: the state of one file in the wizard – its batch, the decisions about it, and what follows from them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.wizard.causes import EXPIRES, Cause, blocking, suggest
from credtools.jupyter.wizard.decisions import Cell, Decision, Scope, again_of, patches_of, recipe_of, usual_scope
from credtools.media.matching import Medium
from credtools.model import Review
from credtools.recipe import BLANKS, MEANINGS, Hit, Recipe, Replace, Step, apply
from credtools.registry import Batch, Comparison, compare
from credtools.schema.dates import NEVER, date_format
from credtools.schema.notation import declared
from credtools.schema.words import Column
from credtools.text import fold

FIRST_MEDIA = 50  # of each list
STATUS_UNKNOWN = "status_known"
T = TypeVar("T")


class OpenFile:
    """A batch and the decisions about it; every change is checked at once, what can't be followed changes nothing."""

    def __init__(self, batch: Batch, before: Review | None = None) -> None:
        self.batch = batch
        self.registry = batch.registry
        self.review: Review | None = None
        self.problem: FileError | None = None  # a heading is missing
        self.comparison: Comparison | None = None
        self.decisions: tuple[Decision, ...] = ()
        self.unplaced: dict[str, tuple[str, Medium, list[Path]]] = {}  # media: their list, what is said, where they lie
        self.shown_media = FIRST_MEDIA
        self._number = itertools.count(1).__next__  # of a decision
        self._kept: dict[object, tuple[object, Any]] = {}
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
        before = (self._rules_before(), self._patches_before(), self._left_before(), self._stored_before())
        self.decisions = tuple(itertools.chain.from_iterable(before))

    @property
    def columns(self) -> dict[str, Column]:
        """The schema's columns in use, by name."""
        recipe, known = self.batch.recipe, self.registry.schema(self.batch.recipe.schema).columns
        used = recipe.columns_in_use(known)
        return self.once("columns", recipe, lambda: {column.name: column for column in known if column.name in used})

    @property
    def reviewed(self) -> Review:
        """The review at hand, as a screen says it. Raises FileError while a heading is missing."""
        review = self.review
        if review is None:
            raise self.problem or CredtoolsError("no_open_file")
        return self.once("screen", review, lambda: review.on("screen"))

    @property
    def hits(self) -> dict[Step, Hit]:
        """What each rule of the recipe does in this file, with (before, after, rows) of each value."""
        recipe, table = self.batch.recipe, self.batch.table
        columns = self.registry.schema(recipe.schema).columns
        return self.once("hits", recipe, lambda: {hit.step: hit for hit in apply(recipe, table, columns).hits})

    def unplaced_medium(self, name: str) -> tuple[Medium, list[Path]]:
        """A medium that found no row, and where it lies. Raises CredtoolsError when it is none of these any more."""
        if name not in self.unplaced:
            raise CredtoolsError("medium_gone")
        return self.unplaced[name][1:]

    def once(self, name: object, basis: object, make: Callable[[], T]) -> T:
        """What `make` makes, kept as long as what it is made of is the same object."""
        if name not in self._kept or self._kept[name][0] is not basis:
            self._kept[name] = basis, make()
        found: T = self._kept[name][1]
        return found

    def warned(self) -> Review:
        """The review with the warnings about what is stored."""
        return self.once("warned", self.batch.changes(), lambda: self.batch.warned().on("screen"))

    def causes(self) -> list[Cause]:
        """What blocks rows, largest first, apart from what was decided to stay rejected."""
        left = {decision.cause for decision in self.decisions if decision.cause}
        return [cause for cause in self._blocking() if cause.key not in left]

    def errors(self) -> int:
        return sum(cause.count for cause in self._blocking())

    def cause(self, key: str) -> Cause:
        """The cause of this key. Raises CredtoolsError when there is no such cause any more."""
        for cause in self.causes():
            if cause.key == key:
                return cause
        raise CredtoolsError("cause_gone")

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
        decision = Decision(self._number(), len(cells), scope or usual_scope(cause.column, cells), cells)
        return self._decide(decision if decision.rules else replace(decision, scope="patch"))

    def add_format(self, cause: Cause, text: str) -> Decision:
        """Dates of the cause's column may also be written like this, in every file of this source."""
        try:
            form, notation = declared(text)
            form = date_format(form, self.batch.recipe.notation.and_also(notation)).text
        except ValueError as problem:
            raise CredtoolsError("format_unusable", why=str(problem)) from problem
        decision = Decision(self._number(), cause.count, "rule", column=cause.column_name, format=form)
        return self._decide(replace(decision, notation=notation))

    def give_meaning(self, key: str, meaning: str) -> Decision:
        """What a cause says means this, in every file of its source. Raises CredtoolsError for anything else."""
        cause = self.cause(key)
        decision = Decision(self._number(), cause.count, "rule", column=cause.column_name)
        if meaning == NEVER and cause.may_mean_never:
            return self._decide(replace(decision, never=tuple(dict.fromkeys(cause.errors["value"]))))
        if cause.code != STATUS_UNKNOWN or meaning not in MEANINGS:
            raise CredtoolsError("meaning_unusable")
        return self._decide(replace(decision, word=cause.value, meaning=meaning))

    def say_blanks(self, blanks: str) -> Decision:
        """Blank cells keep or clear the stored values, in every file of this source."""
        if blanks not in BLANKS:
            raise CredtoolsError("blanks_unusable")
        return self._decide(Decision(self._number(), self._losing(), "rule", blanks=blanks))

    def _losing(self) -> int:
        """How many rows would lose a stored value."""
        return len({row for row, _ in self.batch.changes().lost})

    def count_again(self, *, again: bool) -> Decision:
        """The rows of this file that equal an older version count again, or stay unchanged."""
        return self._decide(Decision(self._number(), len(self.batch.changes().again), again=again))

    def leave(self, key: str) -> Decision:
        """The rows of a cause stay rejected: they are followed until they are accepted."""
        decision = self._left(self.cause(key))
        self._keep_left((*self.decisions, decision))
        return decision

    def edit(self, cells: Iterable[tuple[int | str, str, str]]) -> Decision | None:
        """Cells (line, column, text) typed or pasted by hand; None when nothing changes."""
        review = self.reviewed
        rows = {label: row for row, label in enumerate(review.table.labels)}
        changed = []
        for line, column, new in cells:
            if line not in rows or column not in self.columns:
                raise CredtoolsError("cell_locked")
            old = str(review.resolved[f"{column}_text"].iloc[rows[line]])
            if old != new.strip():
                changed.append(Cell(line, column, old, new.strip()))
        return self._decide(Decision(self._number(), len(changed), "patch", tuple(changed))) if changed else None

    def undo(self, number: int) -> Decision:
        taken = self._decision(number)
        others = tuple(d for d in self.decisions if d is not taken)
        self._keep_left(others) if taken.cause else self._apply(self.base, others)
        return taken

    def turn(self, number: int) -> Decision:
        """Makes a rule of a patch, or a patch of a rule."""
        old = self._decision(number)
        if not old.rules:
            raise CredtoolsError("not_a_rule")
        turned = replace(old, scope="patch" if old.scope == "rule" else "rule")
        self._apply(self.base, tuple(turned if d is old else d for d in self.decisions))
        return turned

    def use(self, recipe: Recipe) -> None:
        """Goes on with another way to read the file (headings, encoding, date format …); decisions stay."""
        if self.review is None:  # what the batch brings along holds from now on
            self.review = self.batch.use(recipe)
            self._begin()
        else:
            self._apply(recipe, Decision.of_rules(self.decisions, self.base, recipe, self._number))

    def use_media(self, pattern: str) -> None:
        """Files are matched to rows by this pattern, or ('') by the media column."""
        self.base = replace(self.base, media=pattern)
        if pattern != self.batch.recipe.media:
            self._apply(self.base, self.decisions)

    def _blocking(self) -> list[Cause]:
        notation = self.batch.recipe.notation
        return self.once("causes", self.reviewed, lambda: blocking(self.reviewed, self.columns, notation))

    def _decision(self, number: int) -> Decision:
        if found := [decision for decision in self.decisions if decision.number == number]:
            return found[0]
        raise CredtoolsError("decision_gone")

    def _decide(self, decision: Decision) -> Decision:
        self._apply(self.base, (*self.decisions, decision))
        return decision

    def _apply(self, base: Recipe, decisions: tuple[Decision, ...]) -> None:
        """Recipe and corrections follow from all decisions; what can't be followed leaves everything as it was."""
        recipe = recipe_of(base, decisions, self._formats)
        again = recipe.rules != self.batch.recipe.rules  # a correction is guarded by what the rules make of its cell
        if recipe != self.batch.recipe:
            self.review = self.batch.use(recipe)
        wanted, present = patches_of(decisions), {(cell.line, cell.column): cell.new for cell in self._patches()}
        changes: list[tuple[int | str, str, str | None]] = [
            (*place, new) for place, new in wanted.items() if again or present.get(place) != new
        ]
        changes += [(*place, None) for place in present.keys() - wanted.keys()]
        if changes:
            self.review = self.batch.patch_cells(changes)
        if again_of(decisions) != self.batch.counts_again:
            self.batch.count_again(yes=again_of(decisions))
        self.base, self.decisions = base, decisions

    def _keep_left(self, decisions: tuple[Decision, ...]) -> None:
        """Nothing is checked again; what is left rejected is kept with the batch."""
        self.batch.leave(decision.cause for decision in decisions if decision.cause)
        self.decisions = decisions

    def _left(self, cause: Cause) -> Decision:
        said = f"{cause.title}: ‘{cause.value}’" if cause.value else cause.title
        return Decision(self._number(), cause.count, column=cause.column_name, cause=cause.key, said=said)

    def _patches(self) -> list[Cell]:
        found = self.batch.patches()[[*Cell.__match_args__]]
        return [Cell(*cell) for cell in found.itertuples(index=False, name=None)]

    def _rules_before(self) -> list[Decision]:
        """The rules that the recipe already has, with what they do in this file."""
        table, decisions = self.reviewed.table, []
        sources = {column: heading for heading, column in self.reviewed.headings.items() if column}
        replaced = {rule.column for rule in self.base.replacements} & sources.keys()
        folded = {name: table.frame[sources[name]].map(fold).to_numpy() for name in replaced}
        for rule in self.base.rules:
            cells: tuple[Cell, ...] = ()
            if isinstance(rule, Replace) and rule.column in folded:
                rows = zip(table.labels, folded[rule.column] == fold(rule.old), strict=True)
                cells = tuple(Cell(label, rule.column, rule.old, rule.new) for label, one in rows if one)
            decisions.append(Decision(self._number(), self.hits[rule].rows, "rule", cells, rule=rule))
        return decisions

    def _patches_before(self) -> list[Decision]:
        """The corrections that were made before, as one decision per column."""
        by_column: dict[str, list[Cell]] = {}
        for cell in self._patches():
            by_column.setdefault(cell.column, []).append(cell)
        return [Decision(self._number(), len(cells), "patch", tuple(cells)) for cells in by_column.values()]

    def _stored_before(self) -> list[Decision]:
        """What was said before about words, blank cells over stored values, and rows that equal an older version."""
        found = []
        if self.base.never:
            rows = int((self.reviewed.resolved[f"{EXPIRES}_state"] == NEVER).sum())
            found.append(Decision(self._number(), rows, "rule", column=EXPIRES, never=self.base.never))
        if self.base.blanks:
            found.append(Decision(self._number(), self._losing(), "rule", blanks=self.base.blanks))
        if (again := self.batch.counts_again) is not None:
            changed = self.batch.changes()
            found.append(Decision(self._number(), len(changed.back if again else changed.again), again=again))
        return found

    def _left_before(self) -> list[Decision]:
        """What somebody has left rejected, where that cause is still there."""
        causes = self._blocking()
        left = self.batch.left(cause.key for cause in causes)
        return [self._left(cause) for cause in causes if cause.key in left]
