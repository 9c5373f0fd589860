"""Answers: what an open registry can be asked about all that is stored; reads only."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from credtools import reading, store
from credtools.audit import reports
from credtools.audit.audit import Audit
from credtools.media.looking import of_names
from credtools.registry import exporting, layouts, validity
from credtools.registry.session import Session


class Answers(Session):
    """What an open registry can be asked."""

    def batches(self) -> pd.DataFrame:
        """All batches, newest first; without drafts that were given up for another batch with the same file.

        Returns:
            batch (int64), source, file, state (str), rows, new, new_versions, older, withdrawn, unchanged, rejected,
            left_out, waiting (int64: rows), uploaded_by (str), uploaded_at (datetime64[us, UTC]), finished_by (str,
            '' where it isn't).
        """
        return store.reads.batches(self.engine)

    def uploads(
        self,
        text: str = "",
        *,
        source: str = "",
        state: str = "",
        sha256: str = "",
        batch: int = 0,
        most: int = 50,
        skip: int = 0,
    ) -> store.reads.Uploads:
        """A page of the batches that fit, newest first, with what of each still waits: `found` (how many fit), `rows`.

        Args:
            text: contained in the file's name or the uploader's, or the number of a batch.
            source: as it is called now; with it those that were merged into it.
            state: `draft`, `held`, `finished`, `undone` or `discarded`.
            sha256: of the bytes of its file.
            batch: its number.
            most: how many batches of the page.
            skip: how many newer ones are on pages before.

        Returns:
            `rows`: the columns of `batches`, and part, parts (int64), follows (Int64: which batch), sha256,
            held_because, finished_by (str), finished_at (datetime64[us, UTC]), pending (int64: credentials that wait
            for approval), open (int64: rejected rows), erased (bool: whether the bytes of its file are gone).
        """
        which = {"text": text, "source": source, "state": state, "sha256": sha256, "batch": batch}
        return store.reads.uploads(self.at, which, most, skip)

    def uploaded_from(self) -> list[str]:
        """The names of the sources from which something was uploaded, as they are called now."""
        return store.reads.sources_with_uploads(self.at)

    def same_file(self, path: str | Path) -> pd.DataFrame:
        """The batches with the very bytes of a file, newest first, but discarded ones; columns as `uploads`."""
        sha256 = hashlib.sha256(reading.file_bytes(path)).hexdigest()
        rows = self.uploads(sha256=sha256).rows
        return rows[rows["state"] != "discarded"].reset_index(drop=True)

    def events(self, batch: int) -> pd.DataFrame:
        """What was done with a batch, oldest first: at (datetime64[us, UTC]), by, kind (str: upload, finish …)."""
        return store.reads.events_of(self.at, batch)

    def rejected_rows(self, batch: int, state: str = "", most: int = 50) -> pd.DataFrame:
        """The first rejected rows of a batch (in a state), in the order of its file, a line for each of their errors.

        Returns:
            reject, batch, sheet, line, piece (int64), state, reason (str: why it was waived), fixed_batch (Int64),
            title, resolution (str; missing once it was erased).
        """
        return store.reads.rejected_rows(self.at, batch, state, most)

    def sources(self) -> pd.DataFrame:
        """The sources by name, with their last run; a correction file is none.

        Returns:
            source (str), runs (int64: how many), at (datetime64[us, UTC]), verdict, file (str), every (str: how often
            its recipe expects a file), overdue (datetime64[us, UTC]: since when none has come; missing if none is).
        """
        with self.moment() as now:
            return validity.with_silence(store.reads.runs(now.at), store.reads.last_uploads(now.at), datetime.now(UTC))

    def sources_of(self, path: str | Path) -> list[str]:
        """From which sources this very file was uploaded before, the last one first."""
        return store.reads.sources_of(self.engine, hashlib.sha256(reading.file_bytes(path)).hexdigest())

    def credentials(self) -> pd.DataFrame:
        """All versions of credentials that stand, also pending, declined and withdrawn ones, in the order they came.

        Returns:
            batch, line, credential (int64), user_email, credential_type, credential_number (str), issue_date,
            expiration_date (datetime64[s]), own (str: own columns as JSON), decision (str), withdrawn (bool),
            replaced (bool: another one corrects its issue date), newest (bool: by issue date), external_id (str: the
            user's, '' where there is none; users may lack an address, or share it), sheet, piece (int64, from 1: with
            batch and line where the row is), never (bool: its file said that it doesn't expire; what was uploaded
            before credtools kept that has False).
        """
        return store.reads.credentials(self.engine)

    def expiring(self, days: int) -> pd.DataFrame:
        """The credentials that expire today or within so many days, soonest first; columns as `credentials`.

        Of each the version that counts: the newest one that is approved or needs no approval, unless it is withdrawn; a
        pending successor changes nothing yet. Today is a day of the organisation's time zone.
        """
        return validity.expiring(self.credentials(), self.lookups().today, days)

    def media(self) -> pd.DataFrame:
        """The files of all credentials.

        Returns:
            batch, line, sheet, piece (int64), file, media_type (str), size (int64: bytes), sha256 (str: for `blobs`),
            notes (str: what an approver should know, codes separated by blanks), shown, shown_type (str: what is shown
            in its place, else itself), added_by (str), added_at (datetime64[us, UTC]), scan (str: what it says beside
            its row – agrees, differs, nothing; '': not compared), differs (str: where, as JSON).
        """
        return of_names(store.reads.all_media(self.engine))

    @property
    def audit(self) -> Audit:
        """Questions about rejected rows; reads only."""

        def titles() -> dict[str, str]:
            return {rule.code: rule.title for rule in self.schema("credentials").rules}

        return Audit(self.engine, titles, layouts.Records(self).addresses)

    def report(self, path: str | Path, **filters: Any) -> Path:
        """Writes what the audit found (of the rows that fit the filters) as one .html page that anybody can open.

        Raises CredtoolsError: a filter means nothing here, or the page can't be written.
        """
        return reports.write(path, reports.audit_page(self.audit, filters, own=not self.may("audit")))

    def verify(self, head: str | None = None, since: str | None = None) -> store.Verified:
        """What in the stored history and media doesn't agree with what was chained; empty when everything does.

        Returns:
            The sentences, a list; its `head` is the end of the history (with `seq` and `hash`), where everything
            agrees, and `unseen` says what wasn't looked at.

        Args:
            head: the head of a receipt or backup, as `SEQ:HASH` (16 digits of the hash are enough): it must be one of
                this history, or that was written anew since, or its end is gone. The same is asked of every line of
                the file `heads` that the settings name.
            since: a head up to which everything is known to agree, because an earlier look said so: it must be one of
                this history, and only what was written after it is looked at.

        Raises:
            RegistryError: `head` or `since` is none; or somebody may not read everything (`audit`).
        """
        self.require_all()
        told = str(self.places.heads) if self.places.heads else None
        known, before = (store.heads.parsed(one) if one else None for one in (head, since))
        return store.verify(self.engine, self.blobs, known, told, before)

    def template(self, path: str | Path, schema: str = "credentials") -> Path:
        """Writes the template that people fill in (.csv or .xlsx), in this organisation's words."""
        return exporting.template(self, path, schema)
