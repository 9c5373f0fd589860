"""Files: what people take away is written as CSV, which spreadsheets read as UTF-8, or as XLSX."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from credtools import outputs
from credtools.errors import CredtoolsError


class Book(Protocol):
    """A workbook that can be saved."""

    def save(self, path: Path, /) -> object: ...


def write(
    path: Path,
    rows: Iterable[Sequence[str]],
    workbook: Callable[[], Book] | None = None,
    *,
    mode: int = outputs.PRIVATE,
) -> None:
    """Writes rows to a .csv, or what `workbook` makes of them to an .xlsx; in a folder that is made if need be.

    What is there under its name is whole: it is written beside, and takes the place of an earlier file at the end.

    Raises CredtoolsError for another ending, or when it can't be written.
    """
    ending = path.suffix.lower()
    if workbook is None and ending != ".csv":
        raise CredtoolsError("not_csv", name=path.name)
    if ending not in (".csv", ".xlsx"):
        raise CredtoolsError("not_csv_or_xlsx", name=path.name)
    try:
        with outputs.writing(path, mode) as new:
            if workbook and ending == ".xlsx":
                workbook().save(new)
            else:
                with new.open("w", encoding="utf-8-sig", newline="") as file:
                    csv.writer(file).writerows(rows)
    except OSError as problem:
        raise CredtoolsError("export_not_written", path=path, why=problem.strerror) from problem
