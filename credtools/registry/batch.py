"""Batch: one uploaded file on its way from draft to finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from credtools import store
from credtools.audit import reports
from credtools.audit.audit import Audit
from credtools.media.compared import Compared
from credtools.media.matching import Attached
from credtools.model import Counts, FileWarning, Line, Outcome, Receipt, Review, Table
from credtools.recipe import Recipe
from credtools.registry import attaching, comparing, editing, finishing, preflight, recipes, reviewing, views
from credtools.registry.draft import Draft
from credtools.registry.left_open import LeftOpen
from credtools.registry.session import Session


class Batch(LeftOpen):
    """One uploaded file: `draft | held | finished | undone | discarded`.

    Review and preview show what finishing will do; `finish` runs the same code again inside its transaction. Two
    batches of the same number are two views of one file: `state` is always what is stored now.

    Attributes:
        registry: the open registry to which it belongs.
        id: its number, by which `registry.batch` finds it.
        file: the name of its file.
        sha256: the digest of its bytes.
    """

    def __init__(self, session: Session, draft: Draft) -> None:
        self.registry = session
        self.draft = draft
        self.id, self.file, self.sha256 = draft.id, draft.file, draft.sha256

    @property
    def source(self) -> str:
        """Whose export it is; `manual` without a recipe. A source that was renamed or merged is called as it is now."""
        return self.draft.source

    @property
    def recipe(self) -> Recipe:
        """How its file is read; `recipe.save(path)` keeps that for the next file."""
        return self.draft.recipe

    @property
    def state(self) -> str:
        """`draft`, `held`, `finished`, `undone` or `discarded`, as stored now."""
        return reviewing.refresh(self.registry, self.draft).state

    @property
    def erased(self) -> bool:
        """Whether the bytes of its file are gone."""
        return bool(reviewing.refresh(self.registry, self.draft).row.erased)

    # --- what the file is worth -----------------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """How many of its credentials wait for a decision."""
        return store.reads.pending(self.registry.at, self.id)

    @property
    def table(self) -> Table:
        """The file as text, read with the recipe's options. Raises RegistryError when its bytes were erased."""
        return reviewing.table(self.registry, self.draft)

    def table_by(self, recipe: Recipe) -> Table:
        """The file as another recipe reads it and makes rows of it; nothing is changed. Raises as `use` does."""
        return reviewing.table_by(self.registry, self.draft, recipe)

    def review(self) -> Review:
        """Every reason for every row, judged once and kept until something changes here.

        Raises FileError (`heading_required`) when a required heading is missing.
        """
        return reviewing.review(self.registry, self.draft)

    @property
    def errors(self) -> pd.DataFrame:
        """Errors and warnings by row, judged once; while the batch waits also warnings about what is stored.

        Columns: sheet, line, piece (int64: where the record starts, and which row of it), heading (the file's), column
        (the schema's), value, code, title, resolution, suggestion (str), blocks (bool: whether it rejects the row), row
        (int64: its number in the file).
        """
        return self.warned().errors

    @property
    def causes(self) -> pd.DataFrame:
        """The same by cause, largest first: what one decision can settle.

        Columns: code, column, value, pattern (str), count (int64: cells), suggestion, title, resolution (str), blocks
        (bool).
        """
        return self.warned().causes

    def warned(self) -> Review:
        """The review with these warnings; `.on("screen")` says it for another face."""
        return reviewing.warned(self.registry, self.draft)

    def replace(self, column: str, values: Mapping[str, str]) -> Review:
        """Replaces old → new values of a column by rules of the draft's recipe, and reviews again.

        For example `batch.replace("credential_type", {"Frist Aid": "First Aid"})`. A value that names a person becomes
        a patch of each row that has it. Raises RegistryError when no row has such a value, or there is no such column.
        """
        return editing.replace(self.registry, self.draft, column, values)

    def never(self, *words: str) -> Review:
        """Lets these words, under the expiration date, mean that the credential doesn't expire; reviews again.

        A rule of the draft's recipe (`never`), for example `batch.never("Lifetime", "N/A")`; case doesn't matter.
        """
        return editing.use(self.registry, self.draft, self.recipe.never_expires(words))

    def use(self, recipe: Recipe) -> Review:
        """Goes on with another recipe (of the same source), kept with the draft, and reviews again.

        Raises RecipeError or FileError when the file can't be judged by it; the draft stays as it was.
        """
        return editing.use(self.registry, self.draft, recipe)

    def again(self) -> Review:
        """Reviews again, with users, types and settings as they are now."""
        return reviewing.again(self.registry, self.draft)

    # --- media ----------------------------------------------------------------------------------------------

    def add_media(
        self,
        paths: str | Path | Sequence[str | Path],
        match: str | attaching.Chosen | None = None,
        progress: attaching.Progress | None = None,
    ) -> Attached:
        """Adds files to the rows they belong to; says of each file what became of it. A draft keeps them until then.

        Args:
            paths: files, folders or zips.
            match: a pattern for their names without the ending (`{user_email}_{credential_type}`), kept in the
                recipe; or which line(s) each of some names belongs to, chosen by hand (only those are looked at);
                None: the recipe's pattern, else the media column.
            progress: called with (done, all) after each file.

        Raises:
            MissingFileError: there is nothing under one of the paths.
            RecipeError: the pattern can't be followed.
            RegistryError: the batch takes no media, or a chosen line or file isn't there.
        """
        return attaching.attach(self.registry, self.draft, paths, match, progress)

    def remove_media(self, *files: str) -> int:
        """Takes files (by name) from a draft again; returns from how many rows. Raises RegistryError once finished."""
        self.registry.require("unstage")
        return store.remove_staged(self.registry.engine, self.id, self.registry.by, files)

    def make_media_optional(self, *, optional: bool = True) -> None:
        """Lets this batch's credentials go without required media (False: as types and organisation ask again)."""
        self.registry.require("media_switch")
        store.switch_media(self.registry.engine, self.id, self.registry.by, optional=True if optional else None)

    @property
    def media_optional(self) -> bool:
        """Whether this batch's credentials may go without required media."""
        return bool(reviewing.refresh(self.registry, self.draft).row.media_optional)

    def media(self) -> pd.DataFrame:
        """The files of its rows.

        Returns:
            sheet, line, piece (int64), file, media_type (str), size (int64: bytes), sha256 (str: for `registry.blobs`),
            notes (str: what an approver should know, codes separated by blanks), shown, shown_type (str: what is shown
            in its place, else itself), added_by (str), added_at (datetime64[us, UTC]), scan (str: what it says beside
            its row – agrees, differs, nothing; '': not compared), differs (str: where, as JSON).
        """
        return comparing.media(self.registry, reviewing.refresh(self.registry, self.draft))

    def compared(self, line: Line) -> dict[str, Compared]:
        """By SHA-256 what the media of a row say beside it, and where; of a draft's beside its rows as they are now."""
        return comparing.beside(self.registry, reviewing.refresh(self.registry, self.draft), line)

    # --- finishing ------------------------------------------------------------------------------------------

    def finish(self) -> Receipt:
        """Writes the batch in one transaction and returns the receipt; a person's click overrides any threshold.

        Raises:
            MovedError: the counts are no longer those of the last preview; look again, then repeat.
            UnknownOutcomeError: the connection was lost during COMMIT; run the same command again.
            RegistryError: a file that was added is no longer the one that is stored.
        """
        return finishing.finish(self.registry, self.draft)

    def settle(self, max_reject_rate: float | None = None) -> Outcome:
        """The unattended finish: finishes, or holds the batch for a person with one sentence why.

        `max_reject_rate`: the threshold, from 0 to 1; None: the recipe's, else 1. Raises FileError when a heading is
        missing and there is no recipe that promised it.
        """
        return finishing.settle(self.registry, self.draft, max_reject_rate)

    def hold(self, because: str) -> Outcome:
        """Sets the batch aside for a person, with the reason: nothing is written, every row waits."""
        return finishing.hold(self.registry, self.draft, because)

    def discard(self) -> None:
        """Gives the whole upload up, a draft or held batch: no row of it is stored or followed."""
        finishing.discard(self.registry, self.draft)

    # --- looking back ---------------------------------------------------------------------------------------

    @property
    def counts(self) -> Counts:
        """The counts of a finished or held batch as stored, of a draft as its review sees them now."""
        drafted = self.state == "draft"
        return reviewing.planned(self.registry, self.draft).counts if drafted else self.draft.counts

    @property
    def receipt(self) -> Receipt | None:
        """The stored receipt of a finished batch."""
        row = reviewing.refresh(self.registry, self.draft).row
        return store.stored_receipt(row) if row.receipt else None

    @property
    def held_because(self) -> str | None:
        """Why the batch waits for a person; None when it doesn't."""
        return self.draft.row.held_because if self.state == "held" else None

    @property
    def warnings(self) -> tuple[FileWarning, ...]:
        """What should be known about its file, as noted when the batch was held or finished: code, count, sentence."""
        return preflight.warnings_of(self.registry, reviewing.refresh(self.registry, self.draft))

    def credentials(self) -> pd.DataFrame:
        """The versions that this batch wrote, with their decisions; columns as `registry.credentials()`."""
        return store.reads.credentials(self.registry.engine, self.id)

    def rejects(self) -> pd.DataFrame:
        """The rejected rows of this batch, one row per error; columns as `registry.audit.rejects()`."""
        return Audit(self.registry.engine).rejects(batch=self.id)

    def summary(self) -> reports.BatchSummary:
        """What the page of this batch is made of."""
        names = ("file", "source", "state", "held_because", "counts", "sha256", "receipt", "warnings")
        return reports.BatchSummary(
            number=self.id,
            recipe=self.recipe.fingerprint,
            rejects=self.rejects(),
            decisions=self.credentials()["decision"].tolist(),
            scans=self.media()["scan"].tolist(),
            **{name: getattr(self, name) for name in names},
        )

    def report(self, path: str | Path) -> Path:
        """Writes what became of the batch as one .html page; raises CredtoolsError when that isn't possible."""
        return reports.write(path, reports.batch_page(self.summary()))

    def save_recipe(self, path: str | Path) -> Path:
        """Saves the recipe, all written out; a batch of `manual` belongs to the source of that name from then on."""
        return recipes.save(self.registry, self.draft, Path(path))

    def recipe_changes(self, path: str | Path) -> list[str]:
        """What `save_recipe` would change in a file that is there: its lines, with + for new and - for gone ones."""
        return recipes.changes(self.registry, self.draft, Path(path))

    # --- showing --------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return views.describe(self.registry, self.draft)

    def rejects_overview(self) -> views.View:
        """How many rows are rejected by which error, for a notebook."""
        return views.rejects(self.rejects(), self.state)

    def overview(self) -> views.View:
        """Counts, what was assumed to read the file, and the causes, for a notebook."""
        return views.overview(self.registry, self.draft)
