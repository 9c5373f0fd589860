"""Registry: the open database of one organisation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from credtools import store
from credtools.audit import timeline
from credtools.model import Corrected, Line, Review
from credtools.privacy import erase as erasing
from credtools.reading import Source
from credtools.recipe import Hit, Recipe
from credtools.registry import (
    correcting,
    exporting,
    layouts,
    loading,
    looking_again,
    organisation,
    recipes,
    reviewing,
    strangers,
    uploading,
)
from credtools.registry.batch import Batch
from credtools.registry.decisions import number_of
from credtools.registry.recipes import RecipeDiff
from credtools.registry.taking_out import TakingOut
from credtools.text import Shown, plural


class Registry(TakingOut, Shown):
    """The open database of one organisation; `by` is who is at work.

    On SQLite rights are advisory: who may open the file may do everything, and `by` is only a note.

    Example:
        with credtools.open() as registry:
            batch = registry.upload("hr_export.csv", recipe="recipes/hr.yaml")
            print(batch.causes)
            receipt = batch.finish()
    """

    def __repr__(self) -> str:
        if self.closed:
            return "closed registry"
        found = self.lookups()
        shown = store.shown(self.engine.url)
        users, types = plural(len(found.users), "user"), plural(len(found.types), "credential type")
        return f"{shown} · {users} · {types} · as {self.by}"

    # --- the organisation -----------------------------------------------------------------------------------

    def set(self, key: str, value: object) -> None:
        """Changes one setting of the organisation, for example `registry.set("max_rows", 50_000)`.

        Raises:
            SettingError: there is no such setting, or the value can't be used; the sentence says what can.
        """
        parsed = organisation.parse(key, organisation.to_text(value))
        self.require("settings")
        store.set_setting(self.engine, self.by, key, organisation.to_text(parsed))

    def load(
        self,
        kind: str,
        file: Source,
        *,
        recipe: Recipe | str | Path | None = None,
        replace: bool = False,
        yes: bool = False,
        dry_run: bool = False,
        password: str | None = None,
    ) -> store.Loaded:
        """Adds or updates `users` or `types`; all rows or none.

        Args:
            kind: `users` or `types`.
            file: as in `upload`.
            recipe: how to read it, with `schema: users` or `schema: credential_types`, or where that lies; None:
                headings and words as in the template.
            replace: who is absent becomes deactivated; refused for more than a tenth of the active without `yes`.
            yes: whoever is absent, however many.
            dry_run: only says what would be done, and who is absent.
            password: as in `upload`.

        Raises:
            FileError: the file can't be read.
            LoadError: rows aren't right; `errors` has all of them.
            RecipeError: the recipe can't be followed, or is about another kind of file.
            RegistryError: too many are absent, or a type that is in use would change.
        """
        self.require("load")
        read_by = None if recipe is None else recipes.load(recipe)
        value = loading.value(self, kind, file, read_by, replace=replace, yes=yes, password=password)
        return store.load(self.engine, value, dry_run=dry_run)

    # --- files ----------------------------------------------------------------------------------------------

    def check(
        self,
        file: Source,
        recipe: Recipe | str | Path | None = None,
        *,
        name: str | None = None,
        password: str | None = None,
    ) -> Review:
        """What a file would be worth, given as in `upload`; stores nothing.

        Raises:
            FileError: the file holds no table, or lacks a required heading.
            RecipeError: the recipe can't be followed.
        """
        return reviewing.check(self, *uploading.table_of(self, file, recipes.load(recipe), name, password=password))

    def unknown_users(self, review: Review) -> pd.DataFrame:
        """Whom a file names and nobody knows: email, external_id, name (str, '' for not said), rows (int64) of each."""
        return strangers.unknown_users(self, review)

    def write_unknown_users(self, path: str | Path, review: Review) -> int:
        """Writes them as a file of users (.csv or .xlsx) to complete, and to load; returns how many they are."""
        return strangers.write(self, path, review)

    def hits(self, file: Source, recipe: Recipe | str | Path) -> Sequence[Hit]:
        """What each rule of a recipe does to a file, in their order: `rows` changed, `values` (before, after, rows)."""
        return recipes.hits(self, file, recipes.load(recipe))

    def compare_recipes(self, file: Source, first: Recipe | str | Path, second: Recipe | str | Path) -> RecipeDiff:
        """Which rows of a file the second recipe would judge differently from the first; stores nothing."""
        return recipes.compare(self, file, recipes.load(first), recipes.load(second))

    def upload(
        self,
        file: Source,
        recipe: Recipe | str | Path | None = None,
        *,
        name: str | None = None,
        part: int = 0,
        attempt: str | None = None,
        password: str | None = None,
    ) -> Batch:
        """A file as a new draft batch (or the held batch of the same bytes, continued).

        Args:
            file: a path, a DataFrame (its columns are the headings), bytes, or a file open for reading bytes.
            recipe: the recipe of its source, or where it lies; None: headings as in the template, source `manual`.
            name: what the file is called here; None: as it is, else `DataFrame` or `unnamed`.
            part: (from 1) takes only those rows of a larger file; `parts` says how many there are.
            attempt: an id by which the outcome can be found even after a crash.
            password: of a protected workbook; None: the first line of the file that CREDTOOLS_PASSWORD_FILE names. It
                is stored nowhere: known while the registry is open, and asked for again later (`batch`).

        Raises:
            FileError: the file holds no table or too many rows; nothing is stored then.
        """
        found = uploading.Given(file, name, password)
        return Batch(self, uploading.upload(self, found, recipes.load(recipe), part, attempt))

    def parts(self, file: Source, recipe: Recipe | str | Path | None = None) -> int:
        """How many batches a file makes when it is divided on purpose, see `part` of `upload`."""
        return uploading.parts(self, file, recipes.load(recipe))

    def follow(self, batch: Batch | int) -> Batch:
        """The file of a batch as a new draft that follows it, by the same recipe, judged as things are now.

        Finished, what was accepted before is unchanged, and open rejects that pass now are fixed.

        Raises:
            RegistryError: there is no such batch, or its bytes were erased.
        """
        return Batch(self, uploading.follow(self, reviewing.opened(self, number_of(batch))))

    def batch(self, number: int, *, password: str | None = None) -> Batch:
        """The batch of this number; `password`: of its file, see `upload`. Raises RegistryError when there is none."""
        draft = reviewing.opened(self, number_of(number))
        self.passwords |= {} if password is None else {draft.sha256: password}
        return Batch(self, draft)

    def write_rejects(self, path: str | Path, batch: Batch | int | None = None, **filters: Any) -> int:
        """Writes the open rejects as a correction file, which `correct` takes back; returns how many.

        Args:
            path: a file that ends in .csv or .xlsx.
            batch: only those of one batch.
            **filters: only those that fit, as in `audit.rejects`.
        """
        fitting = self.audit.rejects(**{**filters, "state": "open"})["reject"] if filters else None
        only = None if fitting is None else set(fitting.tolist())
        return exporting.rejects(self, path, None if batch is None else number_of(batch), only)

    def correct(
        self, path: str | Path, recipe: Recipe | str | Path | None = None, *, dry_run: bool = False
    ) -> Corrected:
        """Takes a correction file back: what was corrected is finished in a batch that follows the one it came from.

        Args:
            path: the file that `write_rejects` wrote, corrected.
            recipe: instead of the one by which each batch was judged.
            dry_run: only says what would become of each row.

        Raises:
            FileError: it is no correction file, or the file of one of the batches can't be read, for example because
                it needs a password (`batch`).
            RegistryError: somebody else settled the same rows in the same moment; once a batch is finished, `stopped`
                of what is returned.
        """
        if not dry_run:
            self.require("upload")
        chosen = None if recipe is None else recipes.load(recipe)
        return correcting.correct(self, path, chosen, dry_run=dry_run)

    def undo(self, batch: Batch | int, *, dry_run: bool = False, shown: store.Undone | None = None) -> store.Undone:
        """Takes a finished batch back: what no other batch says, too, no longer stands.

        Args:
            batch: the batch, or its number.
            dry_run: only says what would become of it.
            shown: what a dry run has said; nothing is undone when it would do something else by now.

        Returns:
            how many versions fall, how many stay because which batch says the same, how many rejects are open again,
            and what becomes of the credentials (`effects`: a sentence each).

        Raises:
            RegistryError: it isn't finished.
            MovedError: it would do something else than what was shown.
        """
        self.require("undo")
        return store.undo(self.engine, number_of(batch), self.by, self._records, dry_run=dry_run, shown=shown)

    # --- looking back ---------------------------------------------------------------------------------------

    def history(self, batch: Batch | int, line: Line) -> pd.DataFrame:
        """What was done with the credential of a row, oldest first: the part of `audit.row` that is about it.

        `line`: as for `audit.row`.

        Returns:
            at (datetime64[us, UTC]), by (str), version (int64, from 1), batch, line (int64), what (str), before, after
            (str). `what`: uploaded, a changed column, medium, approved, declined, withdrawn, reinstated (`after`: the
            reason, or the batch that did it), undecided (a decision taken back), resubmitted, undone; sheet, piece
            (int64).

        Raises:
            RegistryError: the line wrote no credential, or its pieces wrote several (the sentence names them).
            CredtoolsError: the line isn't written so, or lacks its sheet.
        """
        return timeline.history(self.engine, number_of(batch), line)

    # --- erasing --------------------------------------------------------------------------------------------

    def erase(
        self, person: str = "", reason: str | None = None, *, external_id: str = "", dry_run: bool = False
    ) -> erasing.Erasure:
        """Erases everything of one person, user or not: values, salts, media, files that hold them, records of runs.

        What happened stays (codes, states, times, counts, digests) and still verifies.

        Args:
            person: the e-mail address.
            reason: why, without a name: it stays in the history.
            external_id: instead of the address, the User ID.
            dry_run: only says what would go; a reason that is given is refused as it would be.

        Raises:
            RegistryError: nothing here is theirs, there is no reason or it names them, or traces stay in free space.
        """
        self.require("erase")
        said = reason if dry_run else reason or ""
        return erasing.erase(self._home, person, external_id, said, layouts.Records(self), dry_run=dry_run)

    def look_again(self, progress: looking_again.Progress | None = None, *, decided: bool = False) -> int:
        """Looks at media that were added before what they say was read, and compares them with their rows.

        Those of drafts, and of credentials that wait for a decision; as `credtools upgrade` does. What can't be read
        any more stays as it is. `decided`: those of decided credentials, too; no decision changes.

        Returns:
            how many files were read. `progress` is called with (done, all) after each batch.
        """
        self.require("compare")
        return looking_again.everywhere(self, progress, decided=decided)

    def retain(self, *, dry_run: bool = False) -> erasing.Erasure:
        """Erases what is older than the settings `keep_…_days` say; also what an interrupted erasure has left.

        `dry_run` only says what would go.
        """
        self.require("erase")
        return erasing.retain(self._home, self.settings, dry_run=dry_run)

    @property
    def _home(self) -> erasing.Home:
        return erasing.Home(self.engine, self.places.runs, self.blobs, self.by)
