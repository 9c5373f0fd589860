"""Hits: what the rules of a recipe did to a file; and the rows that one leaves out, by any heading of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from credtools.errors import FileError
from credtools.model import BoolArray, Table
from credtools.recipe.step import Step
from credtools.recipe.steps import LeaveOut
from credtools.text import first_of, fold

NAMED = 5


@dataclass(frozen=True)
class Hit:
    """What a step did to a file: how many rows it changed, and (before, after, rows) of each value."""

    step: Step
    rows: int
    changes: tuple[tuple[str, str, int], ...]

    @property
    def label(self) -> str:
        """The step as a recipe writes it, on one line."""
        kind, keys = next(iter(self.step.written().items()))
        return f"{kind}: {_flow(keys)}"


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    return str(value) if str(value).isprintable() and str(value) == str(value).strip() else repr(value)


def left_out_by(step: LeaveOut, texts: pd.Series) -> tuple[BoolArray, Hit]:
    words = {fold(word) for word in step.words}
    codes, distinct = pd.factorize(texts)
    said = [str(text) for text in distinct]
    meant = np.array([fold(text) in words for text in said], dtype=np.bool_)
    rows = np.bincount(codes, minlength=len(said)).tolist()
    changes = tuple((text, "left out", count) for text, one, count in zip(said, meant, rows, strict=True) if one)
    return meant[codes], Hit(step, sum(count for *_, count in changes), changes)


def heading_by_which(step: LeaveOut, table: Table, headings: Iterable[str]) -> str:
    """The heading by which rows are left out. Raises FileError where the file lacks it: they would all go in."""
    found = next((heading for heading in headings if fold(heading) == fold(step.column)), None)
    if found is None:
        raise FileError("leave_out_heading_missing", **missing(table, step.column))
    return found


def missing(table: Table, *names: str) -> dict[str, object]:
    line = table.reading.heading_line
    where = f"The heading row (line {line})" if line else "The file"
    found = table.reading.quoted(table.reading.headings)
    return {"line": line, "where": where, "wanted": first_of(map(repr, names), NAMED), "names": found}
