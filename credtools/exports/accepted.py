"""What was accepted, as clean template files: ready for another system's own bulk upload."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.exports.formulas import neutralise
from credtools.schema.dates import DateFormat
from credtools.schema.words import Column

MOST_ROWS = 20_000  # what bulk uploads of this kind take at a time


def write_accepted(
    path: str | Path, credentials: pd.DataFrame, columns: Sequence[Column], date_format: str
) -> list[Path]:
    """Writes one row per version under the template's headings, in files of at most 20,000 rows.

    `credentials`: columns user_email, credential_type, issue_date, expiration_date, credential_number, own (JSON). A
    second file is called NAME-2.csv, and so on. Returns the files; raises CredtoolsError when one can't be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".csv":
        raise CredtoolsError(f"Clean files are written as .csv, not as {path.name!r}.")
    cells = _cells(credentials, columns, DateFormat(date_format))
    written = []
    for number in range(max(1, math.ceil(len(cells) / MOST_ROWS))):
        place = path if number == 0 else path.with_stem(f"{path.stem}-{number + 1}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow([column.title for column in columns])
                writer.writerows(cells[number * MOST_ROWS : (number + 1) * MOST_ROWS])
        except OSError as problem:
            raise CredtoolsError(f"The clean file can't be written to {place}: {problem.strerror}.") from problem
        written.append(place)
    return written


def _cells(credentials: pd.DataFrame, columns: Sequence[Column], date_format: DateFormat) -> list[tuple[str, ...]]:
    own = [json.loads(text) for text in credentials["own"]]
    texts = []
    for column in columns:
        values = credentials[column.name] if column.name in credentials else [told.get(column.name) for told in own]
        if column.kind == "date":
            days = pd.to_datetime(pd.Series(values, dtype="object")).dt.date
            texts.append(["" if pd.isna(day) else date_format.write(day) for day in days])
        else:
            texts.append([neutralise(_text(value)) for value in values])
    return list(zip(*texts, strict=True))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None or pd.isna(value) else str(value)
