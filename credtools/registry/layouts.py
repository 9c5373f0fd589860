"""Layouts: which headings the records of a batch have, and how many fields each should have.

The file shows it; once its bytes are erased, what its run noted, and what is kept of its records.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace

from credtools import store
from credtools.model import Table
from credtools.recipe import Recipe
from credtools.recipe.expectations import Look
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session

READ = {"encoding": "utf-8", "delimiter": ",", "heading_line": 1, "heading_rows": 1, "footer_lines": 0}


def names(session: Session, draft: Draft) -> list[str]:
    """The names of the columns, of those beyond the headings, too."""
    return list(_noted(session, draft).headings if draft.row.erased else reviewing.table(session, draft).frame.columns)


def table(session: Session, draft: Draft) -> Table | None:
    """The table of a batch, once its bytes are erased without records; None when its width can't be known any more."""
    if not draft.row.erased:
        return reviewing.table(session, draft)
    noted = _noted(session, draft)
    widths = {noted.expected_fields} if noted.expected_fields else store.reads.field_counts(session.engine, draft.id)
    if len(widths) != 1:
        return None
    (width,) = widths
    recipe = Recipe(schema=draft.recipe.schema, read=READ)
    read = reviewing.read(session, as_csv([noted.headings]), "headings.csv", recipe, session.lookups())
    return replace(read, expected_fields=width, reading=replace(read.reading, headings=noted.headings[:width]))


def as_csv(records: Iterable[Sequence[str]]) -> bytes:
    """Records as a file of our own, which `READ` reads back."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(records)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _noted(session: Session, draft: Draft) -> Look:
    return Look.from_json(store.reads.look_of(session.engine, draft.id))
