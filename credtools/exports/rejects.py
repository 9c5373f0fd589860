"""Rejected rows for people, as CSV or XLSX."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.exports.formulas import neutralise

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
REJECT_COLUMNS = (
    *("batch", "source", "line", "state", "heading", "value", "title", "resolution", "suggestion", "code"),
    *("first_seen", "fixed_batch", "fixed_line", "raw"),
)


def write_rejects(rejects: pd.DataFrame, path: str | Path) -> Path:
    """Rejected rows, one line per error, as .csv (UTF-8 with byte-order mark) or .xlsx; readable by the owner only.

    Raises CredtoolsError for another ending, or when the file can't be written.
    """
    path = Path(path)
    cells = rejects[list(REJECT_COLUMNS)].astype("object").map(_cell)
    cells = cells.rename(columns={"resolution": "what to do", "raw": "row as it came"})
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise CredtoolsError(f"Rejects are written as .csv or .xlsx, not as {path.name!r}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        if path.suffix.lower() == ".csv":
            cells.to_csv(path, index=False, encoding="utf-8-sig")
        else:
            cells.to_excel(path, index=False, sheet_name="Rejects")
    except OSError as problem:
        raise CredtoolsError(f"The rejects can't be written to {path}: {problem.strerror}.") from problem
    return path


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NaT:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    visible = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", str(value))
    return neutralise(visible)
