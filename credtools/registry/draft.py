"""Draft: what is known about one uploaded file on its way to finished; it asks no database and reads no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from credtools.checking.kept import Kept
from credtools.media.compared import Compared, Facts
from credtools.model import WAITING_STATES, Changes, Counts, FileWarning, Patch, Preview, Review, Table
from credtools.recipe import Mapped, Recipe
from credtools.recipe.records import Records
from credtools.schema.words import Column


@dataclass
class Draft:
    """One uploaded file, and what has been found out about it so far.

    `row` is its batch as it was last read; verbs that decide by its state read it again (`reviewing.refresh`). `basis`:
    from which the next review keeps what hasn't changed; `plan`: the review and the last event for which it is known
    what finishing would do, and that; `told`: the review with warnings about what is stored, for that plan; `shown`:
    the last preview; `mapped`: the table, a recipe and the columns of its schema, the table in these columns, and its
    records; `placed`: the corrections in force, the mapped table, and the row of each; `in_force`: such rows, and what
    is answered about them; `kept`: families of causes;
    `answers`: the rejects that a correction's rows answer; `unattended`: nobody is there to be asked; `noted`: the
    warnings that were noted with the run; `pending`: how many of what it has written wait for a decision; `compared`:
    by SHA-256 and what a row says, what media say beside it.
    """

    row: Any
    recipe: Recipe
    attempt: str
    table: Table | None = None
    review: Review | None = None
    basis: Review | None = None
    plan: tuple[Review, int, Changes] | None = None
    shown: Preview | None = None
    mapped: tuple[Table, Recipe, Sequence[Column], Mapped, Records] | None = None
    placed: tuple[Sequence[Patch], Mapped, list[tuple[Patch, int | None]]] | None = None
    in_force: tuple[object, pd.DataFrame] | None = None
    kept: Kept = field(default_factory=Kept)
    answers: tuple[int, ...] = field(default=())
    unattended: bool = False
    told: tuple[object, Review] | None = None
    compared: dict[tuple[str, Facts], Compared] = field(default_factory=dict)
    noted: tuple[FileWarning, ...] = ()
    pending: int | None = None

    @property
    def id(self) -> int:
        return int(self.row.id)

    @property
    def file(self) -> str:
        return str(self.row.file_name)

    @property
    def source(self) -> str:
        return str(self.row.source)

    @property
    def sha256(self) -> str:
        return str(self.row.sha256)

    @property
    def state(self) -> str:
        return str(self.row.state)

    @property
    def waits(self) -> bool:
        return self.state in WAITING_STATES

    @property
    def counts(self) -> Counts:
        """As stored: zeros until the batch is held or finished."""
        return Counts(*(getattr(self.row, name) for name in Counts.__dataclass_fields__))

    def forget(self) -> None:
        """What was judged no longer counts: the next question judges again."""
        self.review = self.shown = self.plan = None
