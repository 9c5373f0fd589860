"""Files: what people take away is written as CSV, which spreadsheets read as UTF-8, or as XLSX."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from credtools.errors import CredtoolsError

if TYPE_CHECKING:
    from openpyxl import Workbook


def write(
    path: Path, rows: Iterable[Sequence[str]], workbook: Callable[[], Workbook] | None = None, *, private: bool = False
) -> None:
    """Writes rows to a .csv, or what `workbook` makes of them to an .xlsx; in a folder that is made if need be.

    `private`: readable by the owner only. Raises CredtoolsError for another ending, or when it can't be written.
    """
    ending = path.suffix.lower()
    if workbook is None and ending != ".csv":
        raise CredtoolsError("not_csv", name=path.name)
    if ending not in (".csv", ".xlsx"):
        raise CredtoolsError("not_csv_or_xlsx", name=path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if private:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        if workbook and ending == ".xlsx":
            workbook().save(path)
        else:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(rows)
    except OSError as problem:
        raise CredtoolsError("export_not_written", path=path, why=problem.strerror) from problem
