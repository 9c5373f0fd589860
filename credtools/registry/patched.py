"""Patched: what a batch answers about single cells and rows – corrected by their records, or rejected by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from credtools.model import Review
from credtools.recipe import REJECTED
from credtools.registry import editing
from credtools.registry.taught import Taught
from credtools.schema.words import RECORD


class Patched(Taught):
    """Corrections of records, kept while these keep coming."""

    def patch(self, line: int | str, column: str, value: str | None) -> Review:
        """Corrects one cell of one record, now and whenever the same record comes from this source; reviews again.

        Args:
            line: the physical line on which the record starts; where the recipe makes several rows of it also which
                one, as `table.labels` has it ('12.3').
            column: the schema's name of the column.
            value: the right text; None takes the correction back.

        Raises RegistryError when there is no such line or column.
        """
        return self.patch_cells([(line, column, value)])

    def patch_cells(self, cells: Iterable[editing.Cell]) -> Review:
        """The same for many cells at once: (line, column, value)."""
        return editing.patch(self.registry, self.draft, cells)

    def reject(self, *lines: int | str, back: bool = False) -> Review:
        """Rejects rows, or takes that back, as a patch does: also when the same record comes again; reviews again."""
        return self.patch_cells([(line, RECORD, None if back else REJECTED) for line in lines])

    def completed(self, line: int | str, fields: Sequence[str]) -> list[editing.Cell]:
        """The corrections (line, column, value) by which a row with a wrong number of fields has these instead.

        One for each heading; nothing is changed yet. Raises RegistryError when it isn't such a row.
        """
        return editing.complete(self.registry, self.draft, line, fields)

    def patches(self) -> pd.DataFrame:
        """The corrections in force: line (int64, or text: '12.3'), column (`record`: the row is rejected), old, new."""
        return editing.in_force(self.registry, self.draft)

    def idle_patches(self) -> pd.DataFrame:
        """The corrections of its source that do nothing in this file, with the reason: column, old, new, why (text)."""
        return editing.idle(self.registry, self.draft)
