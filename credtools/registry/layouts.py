"""Layouts: which headings the records of a batch have, and how many fields each should have.

The file shows it; once its bytes are erased, what its run noted, and what is kept of its records.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy import Connection

from credtools import store
from credtools.checking.resolve import content_columns
from credtools.errors import CredtoolsError, FileError
from credtools.model import RecordKey, Table
from credtools.recipe import Recipe, apply
from credtools.recipe.expectations import Look
from credtools.recipe.records import WHOLE_LINE, digest, marks_by
from credtools.recipe.shaping import with_silent
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.schema.loading import SchemaFile
from credtools.store.digests import said_by

READ = {"encoding": "utf-8", "delimiter": ",", "heading_line": 1, "heading_rows": 1, "footer_lines": 0}


def names(session: Session, draft: Draft) -> list[str]:
    """The names of the columns, of those beyond the headings, too.

    Where the file is protected by a password that nobody gave: as its run has noted them. It leaves out those that may
    be data; then FileError is raised.
    """
    noted = list(_noted(session, draft).headings)
    if draft.row.erased:
        return noted
    try:
        with reviewing.naming(draft):
            return list(reviewing.table(session, draft).frame.columns)
    except FileError as problem:
        if problem.reason not in reviewing.LOCKED.values() or not all(noted) or not noted:
            raise
        return noted


def table(session: Session, draft: Draft) -> Table | None:
    """The table of a batch, once its bytes are erased without records; None when its width can't be known any more."""
    if draft.row.erased:
        return _from_notes(session, draft)
    with reviewing.naming(draft):
        return reviewing.with_cells(session, draft)


def places(session: Session, draft: Draft, recipe: Recipe | None = None) -> dict[str, int]:
    """Where in the records of a batch each column of the schema is, by its recipe or another; empty: nobody knows.

    By what its run noted, as long as that is enough: whole files aren't read for it.
    """
    recipe = recipe or draft.recipe
    try:
        enough = draft.row.erased or _noted(session, draft).expected_fields
        found = _from_notes(session, draft) if enough else reviewing.table(session, draft)
        if found is None:
            return {}
        headings = apply(recipe, found, session.schema(recipe.schema).columns).headings
    except CredtoolsError:
        return {}
    where = {heading: place for place, heading in enumerate(found.frame.columns)}
    return {column: where[heading] for heading, column in headings.items() if column}


def cells(places: Mapping[str, int], raw: str) -> dict[str, str]:
    """What a record (the text of a JSON array) says in each column; a cell that it lacks is blank."""
    record = json.loads(raw)
    return {column: record[place] if place < len(record) else "" for column, place in places.items()}


class Records:
    """The records of any batch, for whoever follows them where no session is known."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._earlier: dict[int, list[tuple[int, str]]] = {}

    @classmethod
    def within(cls, session: Session, connection: Connection) -> Records:
        """Those of a transaction under way."""
        return cls(Session.within(connection, session.places, session.by, session.person))

    def raw(self, batch: int) -> list[tuple[int, str]]:
        """As they are in its file, each with its piece."""
        table = reviewing.table(self.session, reviewing.opened(self.session, batch))
        return list(zip(table.pieces.tolist(), table.raw, strict=True))

    def _before(self, batch: int) -> list[tuple[int, str]]:
        """The (piece, record) of the rows of earlier parts of the batch's file."""
        if batch not in self._earlier:
            draft = reviewing.opened(self.session, batch)
            whole = None if draft.row.part == 1 or draft.row.erased else reviewing.table(self.session, draft).whole
            if whole is not None and draft.table is not None:
                rows = list(zip(whole.pieces.tolist(), whole.raw, strict=True))[: draft.table.first]
            else:
                some = store.reads.earlier_parts(self.session.at, draft.row) if draft.row.part > 1 else ()
                kept = (one for number in some for one in store.reads.raw_rows(self.session.at, number))
                rows = [(address[2], raw) for address, raw in kept]
            self._earlier[batch] = rows
        return self._earlier[batch]

    def digests(
        self, batch: int, rows: Iterable[tuple[int, str]], kind: int, columns: str, recipe_of: int | None = None
    ) -> list[str | None]:
        """Those of some (piece, record), of this kind over these columns; none when nobody knows any more.

        None for one of another pair than theirs. `recipe_of`: the batch whose recipe says which heading is which
        column; None: its own.
        """
        draft = reviewing.opened(self.session, batch)
        recipe = draft.recipe if recipe_of is None else reviewing.opened(self.session, recipe_of).recipe
        where = places(self.session, draft, recipe)
        known = bool(where) or kind == WHOLE_LINE
        marks = marks_by(columns, shapes := draft.recipe.shapes)
        marked = [(marks[shapes.pair_of(piece)], raw) for piece, raw in rows] if known else []
        return [digest(kind, columns, raw, cells(where, raw), mark) if mark else None for mark, raw in marked]

    def addresses(
        self, batch: int, kind: int, columns: str, recipe_of: int | None = None
    ) -> dict[RecordKey, tuple[int, int, int]]:
        """Where in a batch each record is that is still kept, by how it is known; see `digests`.

        A part knows its records by their places among equals in the whole file.
        """
        rows = store.reads.raw_rows(self.session.at, batch)
        known = self.digests(batch, [(address[2], raw) for address, raw in rows], kind, columns, recipe_of)
        seen = Counter(self.digests(batch, before, kind, columns, recipe_of) if (before := self._before(batch)) else ())
        found = {}
        for one, (address, _) in zip(known, rows, strict=False):
            if one is not None:
                found[one, seen[one]] = address
                seen[one] += 1
        return found


def _from_notes(session: Session, draft: Draft) -> Table | None:
    noted = _noted(session, draft)
    widths = {noted.expected_fields} if noted.expected_fields else store.reads.field_counts(session.at, draft.id)
    if len(widths) != 1:
        return None
    (width,) = widths
    recipe = Recipe(schema=draft.recipe.schema, read=READ)
    read = reviewing.read(session, as_csv([noted.headings]), "headings.csv", recipe, session.lookups())
    return replace(read, expected_fields=width, reading=replace(read.reading, headings=noted.headings[:width]))


def as_said(session: Session, table: Table, rejects: Sequence[store.reads.Rejected], schema: SchemaFile) -> Table:
    """The table of rejected rows; blank cells of columns that their files didn't say aren't said here either."""
    batches = {number: reviewing.opened(session, number).row.said for number in {one.batch for one in rejects}}
    names = [name for name in content_columns(schema.columns) if name in table.frame]
    spoken = [names if (said := batches[one.batch]) is None else said_by(said, one.piece) for one in rejects]
    return with_silent(table, {name: np.array([name not in some for some in spoken]) for name in names})


def as_csv(records: Iterable[Sequence[str]]) -> bytes:
    """Records as a file of our own, which `READ` reads back."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(records)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _noted(session: Session, draft: Draft) -> Look:
    return Look.from_json(store.reads.look_of(session.at, draft.id))
