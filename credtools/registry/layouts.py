"""Layouts: under which headings the records of a batch stand, and how many fields each should have.

The file tells; once its bytes are erased, what its run noted, and what is kept of its records.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from credtools import store
from credtools.recipe import Recipe
from credtools.recipe.expectations import Look

if TYPE_CHECKING:
    from credtools.model import Table
    from credtools.registry.batch import Batch

READ = {"encoding": "utf-8", "delimiter": ",", "heading_line": 1, "heading_rows": 1, "footer_lines": 0}


def names(batch: Batch) -> list[str]:
    """The names of the columns, of those beyond the headings, too."""
    return list(_noted(batch).headings if batch.erased else batch.table.frame.columns)


def table(batch: Batch) -> Table | None:
    """The table of a batch, once its bytes are erased without records; None when its width can't be told any more."""
    if not batch.erased:
        return batch.table
    noted = _noted(batch)
    widths = {noted.expected_fields} if noted.expected_fields else store.field_counts(batch.registry.engine, batch.id)
    if len(widths) != 1:
        return None
    (width,) = widths
    read = batch.registry.read(as_csv([noted.headings]), "headings.csv", Recipe(schema=batch.recipe.schema, read=READ))
    return replace(read, expected_fields=width, reading=replace(read.reading, headings=noted.headings[:width]))


def as_csv(records: Iterable[Sequence[str]]) -> bytes:
    """Records as a file of our own, which `READ` reads back."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(records)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _noted(batch: Batch) -> Look:
    return Look.from_json(store.look_of(batch.registry.engine, batch.id))
