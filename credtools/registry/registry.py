"""Registry: the open database of one organisation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from credtools import reading, store
from credtools.audit import reports, timeline
from credtools.audit.audit import Audit
from credtools.errors import RegistryError
from credtools.model import Review
from credtools.privacy import erase as erasing
from credtools.reading import Source
from credtools.recipe import Recipe
from credtools.recipe.steps import Hit
from credtools.registry import correcting, exporting, judging, loading, organisation, recipes, standing, uploading
from credtools.registry.batch import Batch
from credtools.registry.recipes import RecipeDiff
from credtools.registry.session import Session
from credtools.text import Shown, plural


class Registry(Session, Shown):
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
        shown = self.engine.url.render_as_string(hide_password=True)
        users, types = plural(len(found.users), "user"), plural(len(found.types), "credential type")
        return f"{shown} · {users} · {types} · as {self.by}"

    # --- the organisation -----------------------------------------------------------------------------------

    def set(self, key: str, value: object) -> None:
        """Changes one setting of the organisation. Raises SettingError."""
        parsed = organisation.parse(key, organisation.to_text(value))
        store.set_setting(self.engine, self.by, key, organisation.to_text(parsed))

    def load(
        self, kind: str, file: Source, *, replace: bool = False, yes: bool = False, dry_run: bool = False
    ) -> store.Loaded:
        """Adds or updates `users` or `types`; all rows or none.

        Args:
            kind: `users` or `types`.
            file: as in `upload`.
            replace: who is absent becomes deactivated; refused for more than a tenth of the active without `yes`.
            yes: whoever is absent, however many.
            dry_run: only says what would be done, and who is absent.

        Raises:
            FileError: the file can't be read.
            LoadError: rows aren't right; `errors` has all of them.
            RegistryError: too many are absent, or a type that is in use would change.
        """
        return store.load(self.engine, loading.value(self, kind, file, replace=replace, yes=yes), dry_run=dry_run)

    # --- files ----------------------------------------------------------------------------------------------

    def check(self, file: Source, recipe: Recipe | str | Path | None = None, *, name: str | None = None) -> Review:
        """What a file would be worth, given as in `upload`; stores nothing. Raises FileError, RecipeError."""
        return judging.check(self, *uploading.given(file, recipes.load(recipe), name))

    def hits(self, file: Source, recipe: Recipe | str | Path) -> Sequence[Hit]:
        """What each rule of a recipe does to a file: rows changed, and (before, after, rows) of each value."""
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
    ) -> Batch:
        """A file as a new draft batch (or the held batch of the same bytes, continued).

        Args:
            file: a path, a DataFrame (its columns are the headings), bytes, or a file open for reading bytes.
            recipe: the recipe of its source, or where it lies; None: headings as in the template, source `manual`.
            name: what the file is called here; None: as it is, else `DataFrame` or `unnamed`.
            part: (from 1) takes only those rows of a larger file; `parts` says how many there are.
            attempt: an id by which the outcome can be found even after a crash.

        Raises:
            FileError: the file holds no table or too many rows; nothing is stored then.
        """
        return Batch(self, uploading.upload(self, file, recipes.load(recipe), name, part, attempt))

    def parts(self, file: Source, recipe: Recipe | str | Path | None = None) -> int:
        """How many batches a file makes when it is divided on purpose."""
        return uploading.parts(self, file, recipes.load(recipe))

    def follow(self, batch: Batch | int) -> Batch:
        """The file of a batch as a new draft that follows it, by the same recipe, judged as things are now.

        Finished, what was accepted before is unchanged, and open rejects that pass now are fixed. Raises RegistryError
        when its bytes were erased.
        """
        return Batch(self, uploading.follow(self, judging.opened(self, _number(batch))))

    def batch(self, number: int) -> Batch:
        """The batch of this number. Raises RegistryError when there is none."""
        return Batch(self, judging.opened(self, number))

    def batches(self) -> pd.DataFrame:
        """All batches, newest first."""
        return store.reads.batches(self.engine)

    def sources_of(self, path: str | Path) -> list[str]:
        """From which sources this very file was uploaded before, the last one first."""
        return store.sources_of(self.engine, hashlib.sha256(reading.file_bytes(path)).hexdigest())

    def sources(self) -> pd.DataFrame:
        """Per source: how many runs, the last one's time, verdict and file, and whether a file is overdue.

        `every`: how often its recipe expects a file; `overdue`: since when none has come.
        """
        with self.moment() as now:
            return standing.with_silence(store.reads.runs(now.at), store.last_uploads(now.at), datetime.now(UTC))

    def write_rejects(self, path: str | Path, batch: Batch | int | None = None, **filters: Any) -> int:
        """Writes the open rejects (of one batch) as a correction file, .csv or .xlsx; returns how many.

        `filters`: only those that fit (see `audit`).
        """
        fitting = self.audit.rejects(**{**filters, "state": "open"})["reject"] if filters else None
        only = None if fitting is None else set(fitting.tolist())
        return exporting.rejects(self, path, None if batch is None else _number(batch), only)

    def correct(self, path: str | Path, recipe: Recipe | str | Path | None = None) -> correcting.Corrected:
        """Takes a correction file back: what was corrected is finished in a batch that follows the one it came from.

        `recipe`: instead of the one by which its batch was judged. Raises FileError, RegistryError.
        """
        return correcting.correct(self, path, None if recipe is None else recipes.load(recipe))

    def undo(self, batch: Batch | int) -> int:
        """Takes a finished batch back and reopens the rejects it had fixed; returns how many versions fell.

        Raises RegistryError, naming the later batches, when they build on it.
        """
        return store.undo(self.engine, _number(batch), self.by)

    def template(self, path: str | Path, schema: str = "credentials") -> Path:
        """Writes the template that people fill in (.csv or .xlsx), in this organisation's words."""
        return exporting.template(self, path, schema)

    def export(self, path: str | Path, batch: Batch | int | None = None, *, expiring: int | None = None) -> list[Path]:
        """Writes what was accepted and not declined (of one batch) as clean template files of at most 20,000 rows.

        `expiring`: only what expires within so many days, see there.
        """
        number = None if batch is None else _number(batch)
        found = store.reads.credentials(self.engine, number) if expiring is None else self.expiring(expiring)
        return exporting.accepted(self, path, found if number is None else found[found["batch"] == number])

    # --- decisions ------------------------------------------------------------------------------------------

    def approve(self, batch: Batch | int, lines: Iterable[int] | None = None, note: str = "") -> store.Decided:
        """Approves all pending credentials of a batch that can be approved, or exactly those of some lines.

        All or nothing; returns the lines decided, and per blocked line the reason. Raises RegistryError.
        """
        return self._decide(batch, "approved", note, lines)

    def decline(self, batch: Batch | int, lines: Iterable[int], reason: str) -> store.Decided:
        """Declines the pending credentials of some lines of a batch, with a reason. Raises RegistryError."""
        if not reason.strip():
            raise RegistryError("decline_without_reason")
        return self._decide(batch, "declined", reason, lines)

    def resubmit(self, batch: Batch | int, lines: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Puts declined credentials that some unchanged rows of a batch equal up for decision again, all or none.

        Returns for each line the (batch, line) where its credential is decided. Raises RegistryError.
        """
        return store.resubmit(self.engine, _number(batch), self.by, lines)

    def waive(self, batch: Batch | int, lines: Iterable[int], reason: str) -> tuple[int, ...]:
        """Closes the open rejects on some lines of a batch, with a reason: nobody will correct them."""
        if not reason.strip():
            raise RegistryError("waive_without_reason")
        return store.waive(self.engine, _number(batch), self.by, lines, reason)

    def reopen(self, batch: Batch | int, lines: Iterable[int]) -> tuple[int, ...]:
        """Opens waived rejects again."""
        return store.reopen(self.engine, _number(batch), self.by, lines)

    def _decide(self, batch: Batch | int, decision: str, reason: str, lines: Iterable[int] | None) -> store.Decided:
        four_eyes = self.settings.four_eyes
        return store.decide(
            self.engine, _number(batch), self.by, decision, reason=reason, lines=lines, four_eyes=four_eyes
        )

    # --- looking back ---------------------------------------------------------------------------------------

    @property
    def audit(self) -> Audit:
        """Questions about rejected rows; reads only."""
        return Audit(self.engine, lambda: {rule.code: rule.title for rule in self.schema("credentials").rules})

    def report(self, path: str | Path, **filters: Any) -> Path:
        """Writes what the audit found (of the rows that fit the filters) as one .html page that anybody can open.

        Raises CredtoolsError: a filter means nothing here, or the page can't be written.
        """
        return reports.write(path, reports.audit_page(self.audit, filters))

    def credentials(self) -> pd.DataFrame:
        """All standing versions of all credentials."""
        return store.reads.credentials(self.engine)

    def expiring(self, days: int) -> pd.DataFrame:
        """The credentials that expire today or within so many days, soonest first: of each the version that counts.

        That is the newest one that is approved or needs no approval; a pending successor changes nothing yet. Today is
        a day of the organisation's time zone.
        """
        return standing.expiring(self.credentials(), self.lookups().today, days)

    def history(self, batch: Batch | int, line: int) -> pd.DataFrame:
        """What was done with the credential of a line, oldest first: the part of `audit.row` that is about it.

        Returns:
            at (datetime64[us, UTC]), by (str), version (int64, from 1), batch, line (int64), what (str), before, after
            (str). `what`: uploaded, a changed column, medium, approved, declined (`after`: the reason), resubmitted,
            undone.

        Raises:
            RegistryError: the line wrote no credential.
        """
        return timeline.history(self.engine, _number(batch), line)

    def verify(self) -> list[str]:
        """What in the stored history and media doesn't agree with what was chained; empty when everything does."""
        return store.verify(self.engine, self.blobs)

    def media(self) -> pd.DataFrame:
        """The files of all standing credentials: batch, line, file, media_type, size, sha256, added_by, added_at."""
        return store.all_media(self.engine)

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
        said = reason if dry_run else reason or ""
        return erasing.erase(self._home, person, external_id, said, self._records, dry_run=dry_run)

    def retain(self, *, dry_run: bool = False) -> erasing.Erasure:
        """Erases what is older than the settings `keep_…_days` say; also what an interrupted erasure has left.

        `dry_run` only says what would go.
        """
        return erasing.retain(self._home, self.settings, dry_run=dry_run)

    @property
    def _home(self) -> erasing.Home:
        return erasing.Home(self.engine, self.places.runs, self.blobs, self.by)

    def _records(self, number: int) -> Iterable[tuple[str, str]]:
        """The digest and the cells of each record of a batch."""
        table = self.batch(number).table
        return zip(table.record_digests, table.raw, strict=True)


def _number(batch: Batch | int) -> int:
    return batch.id if isinstance(batch, Batch) else batch
