"""Batch: one uploaded file on its way from draft to finished."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from credtools import store
from credtools.checking import judge, plan
from credtools.errors import CredtoolsError, MovedError, RegistryError, UnknownOutcomeError
from credtools.limited import collection_paused
from credtools.media import Attached
from credtools.model import Changes, Counts, Outcome, Receipt, Review, Table
from credtools.recipe import Recipe
from credtools.recipe.expectations import Finding
from credtools.registry import attaching, editing, finishing, leaving, preflight, views
from credtools.text import escape

if TYPE_CHECKING:
    from credtools.registry.registry import Registry

WAITING = ("draft", "held")
TRIES = 20  # how often a write is repeated when others write at the same time
PAUSE = 0.05  # seconds, at most, before each repeat: whoever was in the way gets on


class Batch:
    """One uploaded file: `draft | held | finished | undone | discarded`.

    Review and preview show what finishing will do; `finish` runs the same code again inside its transaction.
    """

    def __init__(self, registry: Registry, number: int, table: Table | None = None, attempt: str | None = None) -> None:
        self.registry = registry
        self.id = number
        row = self._row
        self.file: str = row.file_name
        self.source: str = row.source
        self.sha256: str = row.sha256
        self.attempt: str = attempt or row.attempt_id
        self.recipe = Recipe.parse(row.recipe_text, source=row.source)
        self._table = table
        self._review: Review | None = None
        self._earlier: Review | None = None  # from which the next one keeps what hasn't changed
        self._shown: Counts | None = None
        self.answers: tuple[int, ...] = ()  # of a follow-up: the rejects that its rows correct

    @property
    def _row(self) -> Any:
        return store.reads.batch(self.registry.engine, self.id)

    @property
    def state(self) -> str:
        return str(self._row.state)

    @property
    def erased(self) -> bool:
        """Whether the bytes of its file are gone."""
        return store.reads.is_erased(self.registry.engine, self.sha256)

    # --- what the file is worth -----------------------------------------------------------------------------

    @property
    def table(self) -> Table:
        """The file as text, read with the recipe's options."""
        if self._table is None:
            content = store.reads.source_bytes(self.registry.engine, self._row.sha256)
            whole = self.registry.read(content, self.file, self.recipe)
            self._table = whole.part(self._row.part, self.registry.settings.max_rows)
        return self._table

    def review(self) -> Review:
        """Every reason for every row. Raises FileError when a required heading is missing."""
        if self._review is None:
            registry = self.registry
            patches = store.reads.patches(registry.engine, self.source)
            schema = registry.schema(self.recipe.schema)
            known = self.table, self.recipe, schema, registry.lookups(), patches
            self._review = self._earlier = judge.review(*known, before=self._earlier)
        return self._review

    @property
    def errors(self) -> pd.DataFrame:
        """Errors and warnings by row: line, heading, column, value, code, title, resolution, suggestion, blocks.

        While the batch waits also warnings about what is stored (`older_than_stored`, `declined_before`) and
        `media_missing`.
        """
        return self._warned().errors

    @property
    def causes(self) -> pd.DataFrame:
        """The same by cause, largest first, with counts."""
        return self._warned().causes

    def _warned(self) -> Review:
        """The review with warnings about what is stored, as long as they can matter."""
        review = self.review()
        if self.state not in WAITING:
            return review
        found = self._changes()
        return attaching.with_warnings(self.registry, plan.with_warnings(review, found), found, self)

    def replace(self, column: str, values: Mapping[str, str]) -> Review:
        """Replaces old → new values of a column: by rules of the draft's recipe; reviews again.

        A value that names a person becomes a patch of each row that has it: a recipe holds no personal values. Raises
        RegistryError when no row has such a value, or there is no such column.
        """
        cells = editing.cells_with(self, column, values)
        if self.registry.schema(self.recipe.schema).column(column).kind == "user":
            return self.patch_cells(cells)
        return self.use(self.recipe.replacing(column, values))

    def use(self, recipe: Recipe) -> Review:
        """Goes on with another recipe (of the same source), kept with the draft, and reviews again.

        Raises RecipeError or FileError when the file can't be read or judged by it; the draft stays as it was then.
        """
        recipe = dataclasses.replace(recipe, source=self.source)
        before = self.recipe, self._table, self._review
        if recipe.read != self.recipe.read:
            self._table = None
        self.recipe = recipe
        try:
            review = self.again()
        except CredtoolsError:
            self.recipe, self._table, self._review = before
            raise
        store.amend(self.registry.engine, self.id, self.registry.by, recipe)
        return review

    def patch(self, line: int, column: str, value: str | None) -> Review:
        """Corrects one cell of one record, now and whenever the same record comes from this source; reviews again.

        None takes the correction back. Raises RegistryError when there is no such line or column.
        """
        return self.patch_cells([(line, column, value)])

    def patch_cells(self, cells: Iterable[tuple[int, str, str | None]]) -> Review:
        """The same for many cells at once: (line, column, value)."""
        store.patch(self.registry.engine, editing.patches(self, cells))
        return self.again()

    @property
    def patches(self) -> pd.DataFrame:
        """The corrections in force for this file: line, column, old, new."""
        return editing.in_force(self)

    def again(self) -> Review:
        """Reviews again, with the lookups as they are now."""
        self._review = None
        self._shown = None
        return self.review()

    def leave(self, causes: Iterable[str]) -> None:
        """Keeps which causes (by the caller's names for them) stay rejected, in the place of those kept before."""
        leaving.leave(self, causes)

    def left(self, causes: Iterable[str]) -> frozenset[str]:
        """Those of these causes whose rows somebody has decided to leave rejected."""
        return leaving.left(self, causes)

    @property
    def idle_patches(self) -> pd.DataFrame:
        """The corrections of its source that do nothing in this file, with the reason: column, old, new, why."""
        return editing.idle(self)

    def preflight(self) -> list[Finding]:
        """What is unlike the last files of its source, each in one sentence; `holds` by what the recipe expects."""
        return preflight.findings(self)

    def why_hold(self, max_reject_rate: float | None = None) -> list[str]:
        """What would hold this batch without a person, one sentence for each reason; the threshold as in `settle`."""
        return preflight.why_hold(self, max_reject_rate)

    # --- media ----------------------------------------------------------------------------------------------

    def add_media(
        self,
        paths: str | Path | Sequence[str | Path],
        match: str | attaching.Chosen | None = None,
        progress: attaching.Progress | None = None,
    ) -> Attached:
        """Adds files, folders or zips to the rows they belong to; says of each file what became of it.

        `match`: a pattern for their names without the ending (`{user_email}_{credential_type}`), kept in the recipe; or
        which line(s) each of some names belongs to, chosen by hand (only those are looked at); None: the recipe's
        pattern, else the media column. A draft keeps them until it is finished. `progress` is told (done, all).
        Raises MissingFileError, RecipeError for the pattern, RegistryError.
        """
        given = [paths] if isinstance(paths, str | Path) else paths
        return attaching.attach(self, given, match, progress)

    def remove_media(self, *files: str) -> int:
        """Takes files (by name) from a draft again; returns from how many rows. Raises RegistryError once finished."""
        return store.remove_staged(self.registry.engine, self.id, self.registry.by, files)

    def make_media_optional(self, *, optional: bool = True) -> None:
        """Lets this batch's credentials go without required media (False: as types and organisation ask again)."""
        store.switch_media(self.registry.engine, self.id, self.registry.by, optional=True if optional else None)

    @property
    def media_optional(self) -> bool:
        return bool(self._row.media_optional)

    @property
    def media(self) -> pd.DataFrame:
        """The files of its rows: line, file, media_type, size, sha256 (for `registry.blobs`), added_by, added_at."""
        return store.media_of(self.registry.engine, self.id)

    # --- what finishing will do -----------------------------------------------------------------------------

    def preview(self) -> Counts:
        """What finishing would do now, in counts; `finish` refuses if they move in between."""
        self._shown = self._changes().counts
        return self._shown

    def _changes(self) -> Changes:
        with collection_paused():
            return self.registry.changes(self.review())

    # --- writing --------------------------------------------------------------------------------------------

    def finish(self) -> Receipt:
        """Writes the batch in one transaction and returns the receipt; a person's click overrides any threshold.

        Raises MovedError when the counts are no longer those of the last preview (look again, then repeat),
        UnknownOutcomeError when the connection was lost during COMMIT, RegistryError when a file that was added is no
        longer the one that is stored.
        """
        attaching.require_blobs(self)
        with collection_paused():
            return self._finish()

    def _finish(self) -> Receipt:
        for _ in range(TRIES):
            found = self._changes()
            if self._shown is not None and found.counts != self._shown:
                before, self._shown = self._shown, None
                raise MovedError(
                    f"The numbers have moved since the preview, so nothing was written. Before: {before}. Now: "
                    f"{found.counts}. Look at the preview again, then finish."
                )
            value = finishing.value(self, self.review(), found)
            try:
                return store.finish(self.registry.engine, value)
            except MovedError:
                self._review = None
                time.sleep(random.random() * PAUSE)  # noqa: S311 - no secret
            except UnknownOutcomeError as lost:
                return self._settled(value.judgement, lost)
        raise MovedError("Others keep changing the same credentials; nothing was written. Try again in a moment.")

    def _settled(self, judgement: str, lost: UnknownOutcomeError) -> Receipt:
        """After a COMMIT without an answer: the receipt, if the batch was written."""
        try:
            written = store.settled(self.registry.engine, self.id, judgement)
            row = self._row
        except RegistryError:
            raise lost from None
        if written:
            return store.stored_receipt(row)
        raise RegistryError("The connection was lost and nothing was written; run the same command again.")

    def settle(self, max_reject_rate: float | None = None) -> Outcome:
        """The unattended finish: finishes, or holds the batch for a person with one sentence why.

        The threshold: the argument, else the recipe's, else 1. Raises FileError when a heading is missing and there
        is no recipe that promised it.
        """
        try:
            if reasons := self.why_hold(max_reject_rate):
                return self.hold(" ".join(reasons))
            return finishing.outcome_of_receipt(self.file, self.finish())
        except UnknownOutcomeError:
            raise
        except CredtoolsError:
            if self.state == "draft":
                self.discard()
            raise

    def hold(self, because: str) -> Outcome:
        """Sets the batch aside for a person: no ledger, no rejects, every row waits."""
        rows = len(self.table.lines)
        held = store.hold(
            self.registry.engine,
            self.id,
            self.registry.by,
            attempt_id=self.attempt,
            rows=rows,
            because=because,
            statistics=finishing.statistics(self),
        )
        return Outcome(self.file, "held", held, Counts(rows=rows, waiting=rows), held_because=because)

    def discard(self) -> None:
        """Gives the draft or held batch up."""
        store.discard(self.registry.engine, self.id, self.registry.by)

    # --- looking back ---------------------------------------------------------------------------------------

    @property
    def counts(self) -> Counts:
        """The counts of a finished or held batch as stored, of a draft as its review sees them now."""
        row = self._row
        if row.state == "draft":
            return self._changes().counts
        return Counts(*(getattr(row, name) for name in Counts.__dataclass_fields__))

    @property
    def receipt(self) -> Receipt | None:
        """The stored receipt of a finished batch."""
        row = self._row
        return store.stored_receipt(row) if row.receipt else None

    @property
    def held_because(self) -> str | None:
        return self._row.held_because if self.state == "held" else None

    def credentials(self) -> pd.DataFrame:
        """The versions that this batch wrote, with their decisions."""
        return store.reads.credentials(self.registry.engine, self.id)

    def save_recipe(self, path: str | Path) -> Path:
        """Saves the recipe with what was detected and decided, so that it replays alone."""
        return finishing.complete_recipe(self).save(path)

    def recipe_changes(self, path: str | Path) -> list[str]:
        """What `save_recipe` would change in a file that is there: its lines, with + for new and - for gone ones."""
        return finishing.recipe_changes(self, Path(path))

    def rejects(self) -> pd.DataFrame:
        """The rejected rows of this batch, one row per error."""
        return self.registry.audit.rejects(batch=self.id)

    # --- showing --------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return finishing.describe(self)

    def _repr_html_(self) -> str:
        return f"<p>{escape(finishing.describe(self))}</p>"

    def rejects_overview(self) -> views.View:
        """How many rows are rejected by which error, for a notebook."""
        return views.rejects(self.rejects(), self.state)

    def overview(self) -> views.View:
        """Counts, what was assumed to read the file, and the causes, for a notebook."""
        return views.overview(self)
