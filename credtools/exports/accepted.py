"""What was accepted, as clean template files: ready for another system's own bulk upload."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from credtools.exports.files import write
from credtools.exports.formulas import neutralise
from credtools.model import BoolArray
from credtools.schema.dates import NEVER, DateFormat
from credtools.schema.words import Column

MOST_ROWS = 20_000  # what bulk uploads of this kind take at a time


def write_accepted(
    path: str | Path,
    credentials: pd.DataFrame,
    columns: Sequence[Column],
    date_format: str,
    never: Collection[str] = (),
) -> list[Path]:
    """Writes one row per version under the template's headings, in files of at most 20,000 rows.

    `credentials`: columns user_email, credential_type, issue_date, expiration_date, credential_number, own (JSON),
    never (whether a blank expiration date is a statement); `never`: the types of which a blank expiration date would
    not be read as *doesn't expire*. A second file is called NAME-2.csv, and so on. Returns the files; raises
    CredtoolsError when one can't be written.
    """
    path, headings = Path(path), [column.title for column in columns]
    says_never = (credentials["never"] | credentials["credential_type"].isin(list(never))).to_numpy()
    cells = _cells(credentials, columns, DateFormat(date_format), says_never)
    written = []
    for number, start in enumerate(range(0, max(1, len(cells)), MOST_ROWS), 1):
        written.append(path if number == 1 else path.with_stem(f"{path.stem}-{number}"))
        write(written[-1], [headings, *cells[start : start + MOST_ROWS]])
    return written


def _cells(
    credentials: pd.DataFrame, columns: Sequence[Column], date_format: DateFormat, says_never: BoolArray
) -> list[tuple[str, ...]]:
    own = [json.loads(text) for text in credentials["own"]]
    texts = []
    for column in columns:
        values = credentials[column.name] if column.name in credentials else [row.get(column.name) for row in own]
        if column.kind == "date":
            days = pd.to_datetime(pd.Series(values, dtype="object")).dt.date
            blank = np.where(says_never & (column.name == "expiration_date"), NEVER, "").tolist()
            pairs = zip(days, blank, strict=True)
            texts.append([none if pd.isna(day) else date_format.write(day) for day, none in pairs])
        else:
            texts.append([neutralise(_text(value)) for value in values])
    return list(zip(*texts, strict=True))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None or pd.isna(value) else str(value)
