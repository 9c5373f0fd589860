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
from credtools.registry import exporting, layouts, validity
from credtools.registry.session import Session


class Answers(Session):
    """What an open registry can be asked."""

    def batches(self) -> pd.DataFrame:
        """All batches, newest first; without drafts that were given up for another batch with the same file.

        Returns:
            batch (int64), source, file, state (str), rows, new, new_versions, older, withdrawn, unchanged, rejected,
            left_out, waiting (int64: rows), uploaded_by (str), uploaded_at (datetime64[us, UTC]).
        """
        return store.reads.batches(self.engine)

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
            batch and line where the row is).
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
            batch, line (int64), file, media_type (str), size (int64: bytes), sha256 (str: for `blobs`), added_by (str),
            added_at (datetime64[us, UTC]), sheet, piece (int64).
        """
        return store.reads.all_media(self.engine)

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
        return reports.write(path, reports.audit_page(self.audit, filters))

    def verify(self) -> list[str]:
        """What in the stored history and media doesn't agree with what was chained; empty when everything does."""
        return store.verify(self.engine, self.blobs)

    def template(self, path: str | Path, schema: str = "credentials") -> Path:
        """Writes the template that people fill in (.csv or .xlsx), in this organisation's words."""
        return exporting.template(self, path, schema)
