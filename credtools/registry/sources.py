"""Sources: renamed, made part of one another, and taken apart again."""

from __future__ import annotations

from sqlalchemy import Connection

from credtools import store
from credtools.registry import layouts
from credtools.registry.people import People


class Sources(People):
    """Renames and merges of sources; each is one event, and can be taken back."""

    def rename_source(self, old: str, new: str) -> store.Renamed:
        """Gives a source another name, for example because its recipe is called so now.

        Files that still come under the old name belong to it, and say so (warning `source_came_as`).

        Raises:
            RegistryError: there is no such source, the name is taken or can't be used, or the source is `manual` or
                part of another one.
        """
        self.require("rename_source")
        return store.rename_source(self.engine, self.by, old, new)

    def merge_source(self, old: str, into: str) -> store.Renamed:
        """Makes a source part of another one: what both said last becomes one, of two words the later batch's holds.

        Rows stay where they are: `unmerge_source` takes it back.

        Raises:
            RegistryError: one of them isn't known, is `manual`, or part of another one already; or both are the same.
        """
        self.require("merge_source")
        return store.merge_source(self.engine, self.by, old, into)

    def unmerge_source(self, old: str) -> store.Renamed:
        """Takes a merge back: the source has what came under its own name, before and since.

        Raises:
            RegistryError: there is no such source, or it isn't part of another one.
        """
        self.require("unmerge_source")
        return store.unmerge_source(self.engine, self.by, old, self._records)

    def _records(self, connection: Connection) -> store.Known:
        return layouts.Records.within(self, connection).addresses
