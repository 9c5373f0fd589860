from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from credtools.checking.arrow_texts import as_arrow, fold_all, matching
from credtools.checking.days import parse_days
from credtools.model import Review
from credtools.schema.dates import DateFormat
from credtools.schema.destroyed import BEGINS, DESTROYED, how_destroyed
from credtools.schema.placeholders import PLACEHOLDERS, is_placeholder
from credtools.text import fold
from tests.core import LOOKUPS, TODAY, rows

# Rows of few users and types, so that many speak of the same credential.
ROW = st.tuples(
    st.sampled_from(["ana@x.org", "ANA@x.org", "bo@x.org", "cy@x.org", "zoe@x.org", "", "ana\u200b@x.org"]),
    st.sampled_from(["First Aid", "first aid", "Forklift", "Welder", "Diploma", "Badge", "Scuba", "", "Old Type"]),
    st.sampled_from(["2024-01-05", "2024-1-5", "2025-01-05", "2030-01-01", "05/01/2024", "", "x\x00"]),
    st.sampled_from(["", "2024-01-05", "2024-01-04", "2031-01-01", "never", "\u202e"]),
    st.sampled_from(["", "1", "2", "\x07"]),
).map(",".join) | st.sampled_from(["ana@x.org,First Aid", "ana@x.org,First Aid,2024-01-05,,,x", "a,b,c,d,e,f,g"])


def identity(result: Review, row: int) -> tuple[object, ...]:
    return tuple(result.resolved.loc[row, ["user_id", "type_id", "number_key"]])


def told(result: Review) -> dict[int, list[tuple[object, ...]]]:
    """What is said about each row."""
    by_row: dict[int, list[tuple[object, ...]]] = {row: [] for row in range(result.rows)}
    names = ["row", "line", "column", "value", "code", "resolution", "suggestion", "blocks"]
    for row, *rest in result.errors[names].itertuples(index=False, name=None):
        by_row[row].append(tuple(rest))
    return by_row


@settings(max_examples=30, deadline=None)
@given(data=st.data(), lines=st.lists(ROW, min_size=1, max_size=8), other=ROW)
def test_a_row_speaks_for_itself_and_its_credential(data: st.DataObject, lines: list[str], other: str) -> None:
    """Editing one row changes what is said about that row and about rows of the credentials it spoke of, no others."""
    place = data.draw(st.integers(0, len(lines) - 1))
    edited = [*lines[:place], other, *lines[place + 1 :]]
    before, after = rows(*lines), rows(*edited)
    touched = {identity(before, place), identity(after, place)}
    said_before, said_after = told(before), told(after)
    for row in range(len(lines)):
        if row != place and identity(before, row) not in touched:
            assert said_before[row] == said_after[row]
            assert before.codes[row] == after.codes[row]


@settings(max_examples=30, deadline=None)
@given(lines=st.lists(ROW, max_size=8))
def test_rejected_means_a_blocking_error(lines: list[str]) -> None:
    """A row is rejected exactly when it has a blocking error, and its codes are those of its errors."""
    result = rows(*lines)
    errors = result.errors[result.errors["blocks"].astype(bool)]
    codes = [tuple(dict.fromkeys(errors.loc[errors["row"] == row, "code"])) for row in range(result.rows)]
    assert result.codes == codes
    assert result.rejected.tolist() == [bool(why) for why in codes]
    assert result.ready + sum(result.rejected) == result.rows == len(lines)


@settings(max_examples=15, deadline=None)
@given(lines=st.lists(ROW, max_size=6), days=st.integers(-4000, 4000))
def test_today_rejects_nobody(lines: list[str], days: int) -> None:
    """What is accepted today is accepted tomorrow: today only warns."""
    moved = rows(*lines, known=replace(LOOKUPS, today=TODAY + timedelta(days)))
    assert moved.codes == rows(*lines).codes
    assert moved.judgement == rows(*lines).judgement


# --- what is judged all at once is what is judged text by text ------------------------------------------------

TEXTS = st.lists(st.text(st.characters(codec="utf-8")) | st.sampled_from(["a  b", " a", "A "]))
DAYS = st.from_regex(r"[0-3]?[0-9][-/.][01]?[0-9][-/.][0-9]{3,5}", fullmatch=True) | st.dates().map(
    lambda day: f"{day.day}/{day.month:02}/{day.year:04}"
)
FORMATS = st.sampled_from(["DD/MM/YYYY", "D.M.YYYY", "MM-DD-YYYY", "YYYY-MM-DD", "M/D/YYYY", "D MMM YYYY", "YYYYMMDD"])


@given(texts=TEXTS)
def test_folding_all_at_once(texts: list[str]) -> None:
    """Folding a column gives what folding each of its texts gives."""
    assert fold_all(as_arrow(texts)).to_pylist() == [fold(text) for text in texts]


@settings(max_examples=300)
@given(texts=st.lists(DAYS | st.sampled_from(["", "today", "now", "nan", "29/02/2023", "29/02/2024"])), form=FORMATS)
def test_parsing_all_at_once(texts: list[str], form: str) -> None:
    """Reading a column of dates gives what reading each of its texts gives."""
    days = parse_days(as_arrow(texts), DateFormat(form))
    assert [None if np.isnat(day) else day.item().date() for day in days] == [DateFormat(form).parse(t) for t in texts]


BROKEN = st.from_regex(DESTROYED, fullmatch=True)


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(BROKEN | BROKEN.map(lambda text: text[1:]) | st.text(max_size=6)))
def test_what_a_spreadsheet_destroyed_at_once(texts: list[str]) -> None:
    """What begins like nothing destroyed isn't looked at, and is never destroyed."""
    known = [place for place, text in enumerate(texts) if how_destroyed(text)]
    assert matching(as_arrow(texts), DESTROYED, BEGINS).tolist() == known


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(
        # Python doesn't know the letters of later Unicodes, which Arrow may know.
        st.none()
        | st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=4)
        | st.sampled_from(["-", "\u2014", "\u00bd", "\u00ff", *PLACEHOLDERS])
    )
)
def test_placeholders_at_once(texts: list[str | None]) -> None:
    """A placeholder is a known word in any case, or has neither letter nor digit of any alphabet."""
    bare = [
        bool(text) and not any(unicodedata.category(letter)[0] in "LN" for letter in text) for text in map(str, texts)
    ]
    known = [text is not None and (text.lower() in PLACEHOLDERS or bare[k]) for k, text in enumerate(texts)]
    assert is_placeholder(pd.Series(texts, dtype="str")).tolist() == known
