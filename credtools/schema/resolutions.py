"""Resolutions: the sentences of shared rules that depend on more than one value of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from credtools.schema.destroyed import how_destroyed
from credtools.schema.words import LONGEST

Row = Mapping[str, Any]
AGAIN = "in the spreadsheet where it comes from, and export again"
CURES = {  # by how a value was destroyed: what happened, and what to do
    "shortened": (
        "a spreadsheet has shortened a long number, and its last digits are lost",
        f"Format the column as text or as a whole number {AGAIN}.",
    ),
    "failed": (
        "a formula failed, and this is its error",
        f"Correct the formula {AGAIN}, or leave the cell blank.",
    ),
    "narrow": (
        "the column was too narrow to show the value",
        f"Make the column wider {AGAIN}.",
    ),
    "unsaved": (
        "the formula was saved without its value",
        "Open and save the file in a spreadsheet program, and upload it again.",
    ),
    "zero": (
        "this is how a spreadsheet shows a blank cell that it takes for a date",
        f"Enter the date {AGAIN}, or leave the cell blank.",
    ),
}


def unreadable(row: Row) -> str:
    """The usual resolution for values in the state *unreadable*."""
    if len(row["value"]) > LONGEST:
        return (
            f"{row['title']} has {len(row['value']):,} characters, but at most {LONGEST:,} can be kept. Shorten it, or "
            "look for a missing quotation mark there."
        )
    return (
        f"{row['title']} contains invisible or look-alike characters{row['confusable']}: {row['value_escaped']}. "
        f"{row['nearest']}Retype the value."
    )


def unknown_word(row: Row) -> str:
    """The usual resolution for a status whose word the recipe doesn't know."""
    said, word = (f"is {row['value']!r}", "the word") if row["value"] else ("is blank", "a blank cell")
    return (
        f"{row['title']} {said}, but the recipe knows only these words: {row['choices']}. {row['nearest']}Correct the "
        f"row, or say what {word} means{row['remedy']['say_status']}."
    )


def superseded(row: Row) -> str:
    """The usual resolution for a row that equals an older version."""
    day = row["stored_newest_issue"]
    issued: str = f", issued on {day:%Y-%m-%d}," if pd.notna(day) else ""
    return (
        f"The row is an earlier version of its credential; the newest one{issued} stays. Nothing needs to be done "
        "unless this one is right; then undo the upload with the newer one first."
    )


def corrected(row: Row) -> str:
    """The usual resolution for a row that takes the place of one with a later issue date."""
    return (
        f"The source lists this credential no longer as issued on {row['stored_issue']:%Y-%m-%d}, but on "
        f"{row['issue_date_text']}: the row corrects that version and counts in its place. Nothing needs to be done "
        "unless both are right."
    )


def lost(row: Row) -> str:
    """The usual resolution for a blank cell over a stored value."""
    return (
        f"{row['title']} is blank here, but {row[row['column'] + '_lost']!r} is stored, and would be lost. Fill it in, "
        f"or say what blank cells of this source mean{row['remedy']['say_blanks']}."
    )


def cleared(row: Row) -> str:
    """The usual resolution for a blank cell over a stored value where it is known what blank cells mean."""
    return (
        f"{row['title']} is blank here, so {row[row['column'] + '_lost']!r}, which was stored, no longer counts. "
        "Nothing needs to be done."
    )


def destroyed(row: Row) -> str:
    """The usual resolution for what a spreadsheet made of a value."""
    value = row["value"]
    happened, cure = CURES[how_destroyed(value) or ("unsaved" if value.startswith("=") else "failed")]
    return f"{row['title']} is {value!r}: {happened}. {cure}"
