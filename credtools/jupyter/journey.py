"""Journey: one file on its way through the wizard – its batch, the decisions about it, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.causes import Cause, blocking
from credtools.jupyter.decisions import Cell, Decision, Place, Scope, patches_of, recipe_of, usual_scope
from credtools.jupyter.proposals import Proposal, propose
from credtools.model import Review, Table
from credtools.recipe import Recipe, apply
from credtools.recipe.steps import Hit, Replace, Rule
from credtools.registry import Batch, Comparison, compare
from credtools.schema.dates import FormatEvidence, date_format, format_evidence
from credtools.schema.words import Column
from credtools.text import fold

Cells = Iterable[tuple[int, str, str]]


class Journey:
    """A batch and the decisions about it; every change re-checks at once, what can't be followed changes nothing."""

    def __init__(self, batch: Batch, before: Review | None = None) -> None:
        self.batch = batch
        self.registry = batch.registry
        self.review: Review | None = None
        self.problem = ""
        self.comparison: Comparison | None = None
        self.decisions: tuple[Decision, ...] = ()
        self._numbers = 0
        self._causes_of: Review | None = None
        self._causes: list[Cause] = []
        self._hits_of: Recipe | None = None
        self._hits: dict[Rule, Hit] = {}
        self._evidence_of: Table | None = None
        self._evidence_in: list[str] = []
        self._evidence: list[FormatEvidence] = []
        self.base = batch.recipe
        try:
            self.review = batch.review()
        except FileError as problem:
            if problem.code != "heading_required":
                raise
            self.problem = str(problem)
            return
        self._begin()
        if before is not None:
            self.comparison = compare(before, self.review)

    def _begin(self) -> None:
        """The decisions that the batch brings along: rules of its recipe, corrections, and what was left rejected."""
        self.base, self.problem = self.batch.recipe, ""
        self._formats = self.reviewed.date_formats
        self.decisions = (*self._rules_before(), *self._patches_before(), *self._left_before())

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The schema's columns in use, by name."""
        schema = self.registry.schema(self.batch.recipe.schema)
        used = self.batch.recipe.columns_in_use(schema.columns)
        return {column.name: column for column in schema.columns if column.name in used}

    @property
    def reviewed(self) -> Review:
        """The review at hand. Raises CredtoolsError while a heading is missing."""
        if self.review is None:
            raise CredtoolsError(self.problem)
        return self.review

    @property
    def hits(self) -> dict[Rule, Hit]:
        """What each rule of the recipe does in this file, with (before, after, rows) of each value."""
        recipe = self.batch.recipe
        if self._hits_of is not recipe:
            columns = self.registry.schema(recipe.schema).columns
            self._hits_of = recipe
            self._hits = {hit.rule: hit for hit in apply(recipe, self.batch.table, columns).hits}
        return self._hits

    def date_evidence(self) -> list[FormatEvidence]:
        """What speaks for each date format in the file; found once, since no decision changes the file."""
        review = self.reviewed
        headings = [heading for heading, column in review.headings.items() if column in review.date_formats]
        if self._evidence_of is not review.table or self._evidence_in != headings:
            texts = [text for heading in headings for text in review.table.frame[heading].tolist()]
            self._evidence_of, self._evidence_in, self._evidence = review.table, headings, format_evidence(texts)
        return self._evidence

    # --- causes ---------------------------------------------------------------------------------------------

    def causes(self) -> list[Cause]:
        """What blocks rows, largest first, apart from what was decided to stay rejected."""
        left = {decision.cause for decision in self.decisions if decision.cause}
        return [cause for cause in self._blocking() if cause.key not in left]

    def _blocking(self) -> list[Cause]:
        if self._causes_of is not self.reviewed:
            self._causes_of, self._causes = self.reviewed, blocking(self.reviewed, self.columns)
        return self._causes

    def cause(self, key: str) -> Cause:
        """The cause of this key. Raises CredtoolsError when it is no more."""
        for cause in self.causes():
            if cause.key == key:
                return cause
        raise CredtoolsError("This cause is no more; look at the list again.")

    def proposal(self, cause: Cause) -> Proposal | None:
        """What *Accept* would do for a cause, if there is evidence for something."""
        formats = self.reviewed.date_formats.get(cause.column.name, ()) if cause.column else ()
        return propose(cause.code, cause.suggestion, cause.errors, formats)

    # --- deciding -------------------------------------------------------------------------------------------

    def accept(self, key: str) -> Decision:
        """Follows the proposal for a cause. Raises CredtoolsError when there is none."""
        cause = self.cause(key)
        proposal = self.proposal(cause)
        if proposal is None:
            raise CredtoolsError("There is no suggestion for this cause; choose a value or reject its rows.")
        if proposal.format:
            return self.add_format(cause, proposal.format)
        return self.replace(cause, proposal.value or None)

    def replace(self, cause: Cause, new: str | None, scope: Scope | None = None) -> Decision:
        """All cells of a cause become `new` (None: each what is suggested for it)."""
        cells = cause.cells(new)
        if not cells or cause.column is None:
            raise CredtoolsError("That would change nothing; choose another value.")
        decision = Decision(self._number(), len(cells), scope or usual_scope(cause.column, cells), cells)
        return self._decide(decision if decision.changeable else replace(decision, scope="patch"))

    def add_format(self, cause: Cause, form: str) -> Decision:
        """Dates of the cause's column may also be written like this, in every file of this source."""
        column = cause.column.name if cause.column else ""
        try:
            form = date_format(form).text
        except ValueError as problem:
            raise CredtoolsError(str(problem)) from problem
        return self._decide(Decision(self._number(), cause.count, "rule", column=column, format=form))

    def leave(self, key: str) -> Decision:
        """The rows of a cause stay rejected: they are followed until they are accepted."""
        decision = self._left(self.cause(key))
        self._keep_left((*self.decisions, decision))
        return decision

    def leave_again(self, before: Journey) -> None:
        """What was left rejected of an earlier attempt stays so, where the same cause is there again."""
        keys = {decision.cause for decision in before.decisions if decision.cause}
        left = [self._left(cause) for cause in self.causes() if cause.key in keys] if keys and self.review else []
        if left:
            self._keep_left((*self.decisions, *left))

    def edit(self, cells: Cells) -> Decision | None:
        """Cells typed or pasted by hand; None when nothing changes."""
        review = self.reviewed
        rows = {int(line): row for row, line in enumerate(review.table.lines)}
        changed = []
        for line, column, new in cells:
            if line not in rows or column not in self.columns:
                raise CredtoolsError("This cell can't be changed here.")
            old = str(review.resolved[f"{column}_text"].iloc[rows[line]])
            if old != new.strip():
                changed.append(Cell(line, column, old, new.strip()))
        if not changed:
            return None
        return self._decide(Decision(self._number(), len(changed), "patch", tuple(changed)))

    def undo(self, number: int) -> Decision:
        """Takes one decision back, whichever it is."""
        taken = self._decision(number)
        others = tuple(d for d in self.decisions if d is not taken)
        self._keep_left(others) if taken.cause else self._apply(self.base, others)
        return taken

    def turn(self, number: int) -> Decision:
        """Makes a rule of a patch, or a patch of a rule."""
        old = self._decision(number)
        if not old.changeable:
            raise CredtoolsError("This can't be a rule: the same value would become several others, or was blank.")
        self._apply(self.base, tuple(d.turned() if d is old else d for d in self.decisions))
        return self._decision(number)

    def use(self, recipe: Recipe) -> None:
        """Goes on with another way to read the file (headings, encoding, date format …); decisions stay."""
        if self.review is None:  # what the batch brings along holds from now on
            self.review = self.batch.use(recipe)
            self._begin()
        else:
            self._apply(recipe, self.decisions)

    def use_media(self, pattern: str) -> None:
        """Files are matched to rows by this pattern, or ('') by the media column."""
        self.base = replace(self.base, media=pattern)
        if pattern != self.batch.recipe.media:
            self._apply(self.base, self.decisions)

    def compare_with(self, before: Review) -> None:
        """Remembers how this file differs from an earlier attempt."""
        self.comparison = compare(before, self.reviewed)

    # --- how ------------------------------------------------------------------------------------------------

    def _decision(self, number: int) -> Decision:
        for decision in self.decisions:
            if decision.number == number:
                return decision
        raise CredtoolsError("This decision was already taken back.")

    def _decide(self, decision: Decision) -> Decision:
        self._apply(self.base, (*self.decisions, decision))
        return decision

    def _apply(self, base: Recipe, decisions: tuple[Decision, ...]) -> None:
        """Recipe and corrections follow from all decisions anew; what can't be followed leaves everything as it was."""
        recipe = recipe_of(base, decisions, self._formats)
        anew = recipe.rules != self.batch.recipe.rules  # a correction is guarded by what the rules make of its cell
        if recipe != self.batch.recipe:
            self.review = self.batch.use(recipe)
        wanted, present = patches_of(decisions), self._present()
        changes: list[tuple[int, str, str | None]] = [(*at, new) for at, new in wanted.items()]
        changes = [c for c in changes if anew or present.get(c[:2]) != c[2]]
        changes += [(*at, None) for at in present.keys() - wanted.keys()]
        if changes:
            self.review = self.batch.patch_cells(changes)
        self.base, self.decisions = base, decisions

    def _keep_left(self, decisions: tuple[Decision, ...]) -> None:
        """Nothing is judged anew; what is left rejected is kept with the batch."""
        self.batch.leave(decision.cause for decision in decisions if decision.cause)
        self.decisions = decisions

    def _left(self, cause: Cause) -> Decision:
        said = f"{cause.title}: ‘{cause.value}’" if cause.value else cause.title
        column = cause.column.name if cause.column else ""
        return Decision(self._number(), cause.count, column=column, cause=cause.key, said=said)

    def _present(self) -> dict[Place, str]:
        found = self.batch.patches
        return {
            (line, column): new
            for line, column, new in zip(*(found[name].tolist() for name in ("line", "column", "new")), strict=True)
        }

    def _rules_before(self) -> list[Decision]:
        """The rules that the recipe already has, with what they do in this file."""
        table, decisions = self.reviewed.table, []
        sources = {column: heading for heading, column in self.reviewed.headings.items() if column}
        replaced = {rule.column for rule in self.base.replacements} & sources.keys()
        folded = {
            name: np.array([fold(text) for text in table.frame[sources[name]].tolist()], dtype=object)
            for name in replaced
        }
        for rule in self.base.rules:
            cells: tuple[Cell, ...] = ()
            if isinstance(rule, Replace) and rule.column in folded:
                rows = np.flatnonzero(folded[rule.column] == fold(rule.old)).tolist()
                cells = tuple(Cell(int(table.lines[row]), rule.column, rule.old, rule.new) for row in rows)
            decisions.append(Decision(self._number(), self.hits[rule].rows, "rule", cells, rule=rule))
        return decisions

    def _patches_before(self) -> list[Decision]:
        """The corrections that were made before, as one decision per column."""
        names = ("line", "column", "old", "new")
        found = [Cell(*row) for row in zip(*(self.batch.patches[name].tolist() for name in names), strict=True)]
        by_column = [[cell for cell in found if cell.column == column] for column in {cell.column: 0 for cell in found}]
        return [Decision(self._number(), len(cells), "patch", tuple(cells)) for cells in by_column]

    def _left_before(self) -> list[Decision]:
        """What somebody has left rejected, where that cause is still there."""
        causes = self._blocking()
        left = self.batch.left(cause.key for cause in causes)
        return [self._left(cause) for cause in causes if cause.key in left]

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers
