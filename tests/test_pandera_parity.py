"""Pandera judges our schemas as we do wherever it judges correctly; where it doesn't, ours is right."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from credtools.errors import SchemaError
from credtools.model import FAILED, NOT_JUDGED, Review
from credtools.schema.words import RECORD
from tests.core import CREDENTIALS, HEADINGS, found, lookups, review, rows, schema_copy
from tests.test_check_properties import ROW

ANA = "ana@x.org,First Aid,2024-01-05,2025-01-05,"


def failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """What Pandera's lazy validation finds, as its own frame; empty when it finds nothing."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as raised:
        return raised.failure_cases
    return pd.DataFrame(columns=["check", "index"])


def ours(result: Review) -> set[tuple[str, int]]:
    failed = {key: (states == FAILED).nonzero()[0] for key, states in result.states.items()}
    return {(code, row) for (code, _), places in failed.items() for row in places.tolist()}


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(ROW, max_size=8), same_day=st.booleans(), by_id=st.booleans())
def test_judged_as_pandera_judges(lines: list[str], same_day: bool, by_id: bool) -> None:  # noqa: FBT001
    """Calling the checks directly finds what Pandera's lazy validation finds: row by row, rule by rule."""
    known = lookups(same_day_expiry=same_day)
    if by_id:
        text = HEADINGS.replace("User email", "User ID") + "".join(f"{line}\n" for line in lines)
        result = review(text, "match_users_by: external_id", known)
    else:
        result = rows(*lines, known=known)
    cases = failures(CREDENTIALS.model.to_schema(), result.resolved)
    assert cases["index"].notna().all()
    assert ours(result) == set(zip(cases["check"], cases["index"].astype(int), strict=True))


@settings(max_examples=20, deadline=None)
@given(lines=st.lists(ROW, min_size=1, max_size=8))
def test_each_column_is_judged_as_pandera_judges_it(lines: list[str]) -> None:
    """Rule by rule and column by column, the truth values are those of Pandera's own Check objects."""
    result = rows(*lines)
    checks = {(check.name, check.statistics["column"]): check for check in CREDENTIALS.model.to_schema().checks}
    for key, states in result.states.items():
        output = checks[key](result.resolved).check_output
        assert (~np.asarray(output)).tolist() == (states == FAILED).tolist()


# --- what Pandera judges wrongly (and what tells us when it no longer does) ------------------------------------


class Dates(pa.DataFrameModel):
    """The plain way to write the rule of two dates."""

    issued: np.dtype("datetime64[ns]") = pa.Field(coerce=True, nullable=True)  # type: ignore[valid-type]
    expires: np.dtype("datetime64[ns]") = pa.Field(coerce=True, nullable=True)  # type: ignore[valid-type]

    @pa.dataframe_check
    def in_order(cls, rows: pd.DataFrame) -> pd.Series:  # noqa: N805 - Pandera's checks are class methods
        return rows["expires"] >= rows["issued"]


BACKWARDS, JUNK = "ana@x.org,First Aid,2024-01-05,2023-01-05,", "bo@x.org,First Aid,n/a,2025-01-05,"


def test_one_bad_date_hides_no_other_rows_fault() -> None:
    """With coercion one unreadable date makes the rule of two dates find nothing in any row; ours finds the row."""
    frame = pd.DataFrame({"issued": ["2024-01-05", "n/a"], "expires": ["2023-01-05", "2025-01-05"]})
    cases = failures(Dates.to_schema(), frame)
    assert not (cases["check"] == "in_order").any() or cases.loc[cases["check"] == "in_order", "index"].isna().all()
    assert {(line, code) for line, _, code in found(rows(BACKWARDS, JUNK))} >= {
        (2, "expires_after_issue"),
        (3, "date_format"),
    }


def test_each_bad_cell_is_told_once() -> None:
    """With coercion each bad cell is reported more than once; ours tells a cell once per rule."""
    cases = failures(Dates.to_schema(), pd.DataFrame({"issued": ["n/a"], "expires": ["2025-01-05"]}))
    assert len(cases) > 1
    assert found(rows(JUNK)) == [(2, "issue_date", "date_format"), (2, "expiration_date", "already_expired")]


def test_a_date_that_is_missing_fails_no_rule_about_it() -> None:
    """A comparison with a missing date is false, so the plain rule blames rows without one; ours doesn't judge them."""
    frame = pd.DataFrame({"issued": [pd.Timestamp(2024, 1, 5)], "expires": [pd.NaT]})
    assert (failures(Dates.to_schema(), frame)["check"] == "in_order").any()
    assert found(rows("ana@x.org,First Aid,2024-01-05,,")) == []
    states = rows(JUNK).states["expires_after_issue", "expiration_date"]
    assert states.tolist() == [NOT_JUDGED]


def test_rows_keep_their_own_number() -> None:
    """Rows that share an index are reported as one; our resolved frame numbers each row, whatever the lines are."""
    schema = pa.DataFrameSchema({"n": pa.Column(int, pa.Check(lambda n: n > 5))})
    twice = pd.DataFrame({"n": [1, 9, 2]}, index=[0, 0, 0])
    assert len(set(failures(schema, twice)["index"])) == 1
    result = rows(BACKWARDS, "bo@x.org,First Aid,2024-01-05,,", BACKWARDS.replace("ana", "bo"))
    assert result.resolved.index.equals(pd.RangeIndex(3))
    assert sorted({line for line, _, code in found(result) if code == "expires_after_issue"}) == [2, 4]


def test_dropping_invalid_rows_drops_no_good_ones() -> None:
    """`drop_invalid_rows` drops good rows that share an index with bad ones; ours rejects the bad rows only."""
    schema = pa.DataFrameSchema({"n": pa.Column(int, pa.Check(lambda n: n > 5))}, drop_invalid_rows=True)
    kept = schema.validate(pd.DataFrame({"n": [1, 9]}, index=[0, 0]), lazy=True)
    assert len(kept) == 0
    assert rows(BACKWARDS, ANA.replace("ana", "bo")).rejected.tolist() == [True, False]


def test_a_rule_that_breaks_refuses_the_file(tmp_path: Path) -> None:
    """A check that raises is reported without a row; ours refuses the file instead of letting its rows pass."""

    def broken(_: pd.Series) -> pd.Series:
        raise ZeroDivisionError

    schema = pa.DataFrameSchema({"n": pa.Column(int, pa.Check(broken))})
    assert failures(schema, pd.DataFrame({"n": [1]}))["index"].isna().all()
    rule = '\n    @rule("Own", on="record", resolution="No.")\n    def own(cls, rows, column):\n        return 1 / 0\n'
    with pytest.raises(SchemaError) as caught:
        review(f"{HEADINGS}{ANA}\n", schema=schema_copy(tmp_path, rules=rule))
    assert (caught.value.reason, caught.value.facts["code"]) == ("rule_failed", "own")


def test_a_rule_about_the_row_is_told_once() -> None:
    """A check of the whole frame is reported once per column of the frame; ours once per row."""
    schema = pa.DataFrameSchema(checks=pa.Check(lambda rows: rows["a"] > rows["b"], name="whole"))
    cases = failures(schema, pd.DataFrame({"a": [1], "b": [2], "c": [3]}))
    assert len(cases) == 3
    assert [f for f in found(rows(ANA, f"{ANA}7")) if f[1] == ""] == [(2, "", "not_repeated"), (3, "", "not_repeated")]


@pytest.mark.parametrize("written", ["2024-04-05", "05/04/2024"])
def test_a_date_means_what_the_declared_format_says(written: str) -> None:
    """Mixed formats of pandas read 2024-04-05 as 4 May once days come first; ours reads it as was declared."""
    assert pd.to_datetime(["2024-04-05"], format="mixed", dayfirst=True)[0] == pd.Timestamp(2024, 5, 4)
    result = rows(f"ana@x.org,First Aid,{written},,", recipe="date_format: [DD/MM/YYYY, YYYY-MM-DD]")
    assert result.resolved["issue_date"].tolist() == [pd.Timestamp(2024, 4, 5)]


def test_impossible_days_are_no_dates() -> None:
    """Arrow reads 31/02/2024 as 2 March; ours calls it no date."""
    import pyarrow.compute as pc

    assert pc.strptime(["31/02/2024"], format="%d/%m/%Y", unit="s")[0].as_py().month == 3
    result = rows("ana@x.org,First Aid,31/02/2024,,", recipe="date_format: DD/MM/YYYY")
    assert found(result) == [(2, "issue_date", "date_format")]


def test_every_rule_is_a_check_of_the_schema() -> None:
    """No rule about a file is only ours: Pandera's schema holds each once per column, under its code."""
    names = [(check.name, check.statistics["column"]) for check in CREDENTIALS.model.to_schema().checks]
    about_files = [rule for rule in CREDENTIALS.rules if not rule.reads_stored]
    assert names == [(rule.code, column) for rule in about_files for column in rule.columns]
    assert any(column == RECORD for _, column in names)
    assert all(re.fullmatch(r"[a-z_]+", code) for code, _ in names)
