"""People: users and credential types that are renamed, merged and taken apart again; as they were on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd

from credtools import store
from credtools.model import Review
from credtools.registry import strangers
from credtools.registry.decisions import Decisions
from credtools.store.writes.merging import Merged


class People(Decisions):
    """Renames and merges; each is one event, and can be taken back. Rows stay as they were written."""

    def rename_person(self, old: str, new: str, *, forget: bool = False) -> Merged:
        """Gives a user another e-mail address; files that still say the old one are understood.

        Args:
            old: the address or External ID.
            new: the address from now on.
            forget: the old one isn't understood any more: it was a mistake.

        Raises:
            RegistryError: nobody is known by the old one, or the new one is somebody's.
        """
        self.require("rename_person")
        return store.merging.rename(self.engine, "person", self.by, old, new, forget=forget)

    def merge_person(self, name: str, into: str, *, dry_run: bool = False) -> Merged:
        """Makes one person of two users (addresses or External IDs): the first becomes part of the second.

        What both have becomes one credential: its newest version counts, and of what one source said of both its later
        batch. `dry_run` only says which. `unmerge_person` takes it back. Raises RegistryError.
        """
        self.require("merge_person")
        return store.merging.merge(self.engine, "person", self.by, name, into, dry_run=dry_run)

    def unmerge_person(self, name: str) -> Merged:
        """Takes a merge back: each has what was written under their own name. Raises RegistryError."""
        self.require("unmerge_person")
        return store.merging.unmerge(self.engine, "person", self.by, name)

    def known_otherwise(self, review: Review) -> pd.DataFrame:
        """Whom a file names by an unknown User ID or address, though it has the other of a known user: `known_as`."""
        return strangers.known_otherwise(self, review)

    def users_on(self, day: date, known_on: int | None = None) -> pd.DataFrame:
        """Users as they were on a day. `known_on`: by what was recorded until the event of this number; None: by now.

        Returns:
            id (int64), email, external_id (str: as of now), known_from (datetime64[s]: the day on which the history of
            the user begins), status, groups, manager (str; missing on days before that).
        """
        return store.reads.as_of(self.at, "users", day, known_on)

    def types_on(self, day: date, known_on: int | None = None) -> pd.DataFrame:
        """Credential types as they were on a day, with their rules, likewise.

        Returns:
            id (int64), known_from (datetime64[s]), name, status, expiry, issue, numbered, media_required,
            approval_required, validity_months, expiry_computed (str, as stored: `true`, `false`, '').
        """
        return store.reads.as_of(self.at, "types", day, known_on)

    def rename_type(self, old: str, new: str) -> Merged:
        """Gives a credential type another name; see `rename_person`."""
        self.require("rename_type")
        return store.merging.rename(self.engine, "type", self.by, old, new)

    def merge_type(self, name: str, into: str, *, dry_run: bool = False) -> Merged:
        """Makes a credential type part of another one, whose rules hold; see `merge_person`."""
        self.require("merge_type")
        return store.merging.merge(self.engine, "type", self.by, name, into, dry_run=dry_run)

    def unmerge_type(self, name: str) -> Merged:
        """Takes a merge of types back; see `unmerge_person`."""
        self.require("unmerge_type")
        return store.merging.unmerge(self.engine, "type", self.by, name)
