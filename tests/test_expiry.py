"""Expiry: the expiration date that follows from the validity of a type – computed where none is said, else compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from credtools.checking.changes import classify
from credtools.checking.expiry import months_after
from credtools.checking.lookups import Lookups
from credtools.checking.stored import with_stored
from credtools.errors import FileError
from credtools.exports.template import write_template
from tests.builders import load, only_sqlite
from tests.core import HEADINGS as COLUMNS
from tests.core import LOOKUPS, TYPES, review, types
from tests.nights import Nights, codes, company, counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from credtools.registry import Registry
    from tests.conftest import Home

VALIDITY = """\
Name,Expiry,Issue,Numbered,Media required,Approval required,Validity months,Expiry computed
First Aid,required,required,no,no,no,{months},
Forklift,optional,required,no,no,no,24,yes
Induction,never,required,no,no,no,12,yes
Welding,optional,required,no,no,no,12,no
"""
SHORT = "User email,Credential type,Issue date,Credential number"
ANA = ("ana", "First Aid")
ROW = "ana@example.org,First Aid,{},{},{}"


@pytest.fixture
def nights(opened: Callable[..., Registry], home: Home, tmp_path: Path) -> Nights:
    """An organisation in which First Aid is valid for 36 months, Forklift for 24."""
    found = Nights(opened(home.copy_of(company)), tmp_path)
    last(found, 36)
    return found


def last(nights: Nights, months: int) -> None:
    """From now on First Aid is valid for so many months."""
    load(nights.registry, nights.folder, types=VALIDITY.format(months=months))


def known(*rows: tuple[str, str, int | None, bool]) -> Lookups:
    """The usual organisation with types of a name, an expiry, a validity and whether it computes."""
    made: list[tuple[object, ...]] = []
    for number, (name, expiry, *validity) in enumerate(rows, 11):
        made.append((number, name, "active", expiry, "required", False, False, None, *validity))
    return replace(LOOKUPS, types=types(made))


MANY = known(
    ("First Aid", "required", 36, True),
    ("Forklift", "optional", 24, True),
    ("Welder", "optional", 12, False),
    ("Diploma", "never", 12, True),
    ("Badge", "optional", None, True),
)
LONGER = known(("First Aid", "required", 48, True))


# --- the date that follows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2025-01-31", 36, "2028-01-31"),
        ("2025-12-31", 2, "2026-02-28"),
    ],
)
def test_the_end_of_a_month_stays_within_the_month(day: str, months: int, then: str) -> None:
    """31 January and one month more is the last of February, of leap years, too."""
    assert str(months_after(np.array([day], "M8[D]"), np.array([months]))[0]) == then


@given(st.lists(st.tuples(st.dates(), st.integers(1, 1200)), min_size=1, max_size=20))
def test_months_are_added_as_a_calendar_does(given: list[tuple[date, int]]) -> None:
    """All at once they are what one by one they are; what no database can hold is none."""
    found = months_after(np.array([day for day, _ in given], "M8[D]"), np.array([months for _, months in given]))
    for (day, months), then in zip(given, found, strict=True):
        expected = day + relativedelta(months=months) if day.year * 12 + day.month - 1 + months < 120_000 else None
        assert (None if np.isnat(then) else then.item()) == expected


# --- what a row says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "state", "expires", "rejected"),
    [
        ("First Aid,2025-01-31,", "computed", "2028-01-31", False),
        ("Forklift,2024-02-29,", "computed", "2026-02-28", False),
        ("First Aid,2025-01-31,2027-01-01", "given", "2027-01-01", False),
        ("First Aid,2025-01-31,never", "never", "", False),
        ("First Aid,2025-01-31,soon", "malformed", "", True),
        ("First Aid,2025-02-30,", "blank", "", True),  # from no day nothing follows
        ("Welder,2025-01-31,", "blank", "", True),  # must be stated
        ("Diploma,2025-01-31,", "blank", "", False),
        ("Badge,2025-01-31,", "blank", "", False),
    ],
)
def test_a_blank_date_is_computed_where_the_type_says_how(row: str, state: str, expires: str, rejected: bool) -> None:  # noqa: FBT001
    """Only a blank cell of a row with an issue date, and only where the type has a validity and lets it be computed."""
    result = review(f"{COLUMNS}ana@x.org,{row},\n", known=MANY)
    found = result.resolved.iloc[0]
    assert (found["expiration_date_state"], bool(result.rejected[0])) == (state, rejected)
    assert ("" if pd.isna(found["expiration_date"]) else str(found["expiration_date"])[:10]) == expires


def test_a_file_without_the_heading_is_computed_too() -> None:
    """The heading is required only where some row needs it: not when all dates follow from types."""
    result = review("User email,Credential type,Issue date\nana@x.org,First Aid,2025-01-31\n", known=MANY)
    assert [write.content.expiration_date for write in classify(result, []).writes] == [date(2028, 1, 31)]
    with pytest.raises(FileError):
        review("User email,Credential type,Issue date\nana@x.org,Welder,2025-01-31\n", known=MANY)


def test_what_is_computed_and_what_is_unusual_is_told() -> None:
    """Case 02: a computed date, one that isn't the type's, and a never where there is a validity; none blocks."""
    text = (
        "ana@x.org,First Aid,2025-01-31,,\nbo@x.org,First Aid,2025-03-15,2099-03-15,\n"
        "bo@x.org,Forklift,2025-03-15,never,\nana@x.org,Forklift,2025-03-15,2027-03-15,\n"
    )
    result = review(COLUMNS + text, known=MANY)
    told = with_stored(result, classify(result, [])).errors
    assert list(told[["line", "code", "blocks"]].itertuples(index=False, name=None)) == [
        (2, "expiry_computed", False),
        (3, "date_unlikely", False),
        (3, "expiry_unusual", False),
        (4, "expiry_unusual", False),
    ]
    sentence = told["resolution"].iloc[2]
    assert "2099-03-15" in sentence and "2028-03-15" in sentence  # noqa: PT018
    other = review(COLUMNS + "bo@x.org,First Aid,15/03/2025,15/03/2030,\n", "date_format: DD/MM/YYYY", known=MANY)
    [said] = other.errors.loc[other.errors["code"] == "expiry_unusual", "resolution"]
    assert "15/03/2030" in said and "15/03/2028" in said  # noqa: PT018 - as the file writes dates


def test_a_computed_date_is_judged_and_part_of_the_judgement() -> None:
    """Rows with the same computed and stated date say the same; another validity makes another judgement."""
    two = "ana@x.org,First Aid,2025-01-31,,\nana@x.org,First Aid,2025-01-31,2028-01-31,\n"
    result = review(COLUMNS + two, known=MANY)
    assert (result.ready, result.resolved["again"].tolist()) == (2, [False, True])
    longer = review(COLUMNS + two, known=LONGER)
    assert longer.rejected.all()  # not_repeated: now they differ
    blank = COLUMNS + "ana@x.org,First Aid,2025-01-31,,\n"
    assert review(blank, known=MANY).judgement != review(blank, known=LONGER).judgement


def test_a_computed_date_is_not_unlikely() -> None:
    """Only dates that somebody wrote are asked about: what follows from them isn't."""
    result = review(f"{COLUMNS}ana@x.org,Forklift,1940-01-31,,\n", known=MANY)
    unlikely = result.errors[result.errors["code"] == "date_unlikely"]
    assert unlikely["column"].tolist() == ["issue_date"]


# --- over time --------------------------------------------------------------------------------------------------


@only_sqlite
@pytest.mark.parametrize("blanks", ["", "blanks: keep\n", "blanks: clear\n"])
def test_a_computed_date_stays_over_the_nights_whatever_the_validity_becomes(nights: Nights, blanks: str) -> None:
    """The same blank again is unchanged; a new validity holds for what is issued, or said first, from then on."""
    nights.recipe("lms", f"date_format: YYYY-MM-DD\n{blanks}")
    first = nights.send("lms", ROW.format("2025-01-31", "", "1"))
    assert (counted(first), codes(first)["expiry_computed"]) == ({"new": 1}, 1)
    again = nights.send("lms", ROW.format("2025-01-31", "", "1"), "dov@example.org,Forklift,2025-01-31,,")
    assert (counted(again), codes(again)["expiry_computed"]) == ({"unchanged": 1, "new": 1}, 1)
    last(nights, 48)
    changed = nights.send("lms", ROW.format("2025-01-31", "", "1"))
    assert (counted(changed), changed.verdict) == ({"unchanged": 1}, "ok")
    assert nights.words("lms")[ANA] == [("valid", "2025-01-31", "2028-01-31", "1")]
    other = nights.send("lms", ROW.format("2025-01-31", "", "2"))  # another number, the same date
    assert (counted(other), "expiry_computed" in codes(other)) == ({"new_versions": 1}, False)
    renewed = nights.send("lms", ROW.format("2026-01-31", "", "2"))
    assert (counted(renewed), codes(renewed).get("value_lost")) == ({"new_versions": 1}, None)
    assert nights.counting()[ANA].expires == "2030-01-31"
    for outcome in (renewed, other, first):
        nights.registry.undo(outcome.batch)
    assert nights.registry.verify() == []


@only_sqlite
def test_without_the_heading_what_is_stored_goes_on(nights: Nights) -> None:
    """For the same issue date the stored date is inherited, for another one it is computed."""
    nights.send("lms", ROW.format("2025-01-31", "2026-01-31", "1"))
    told = nights.send("lms", "ana@example.org,First Aid,2025-01-31,2", headings=SHORT)
    assert (counted(told), nights.counting()[ANA].expires) == ({"new_versions": 1}, "2026-01-31")
    assert "expiry_computed" not in codes(told)
    told = nights.send("lms", "ana@example.org,First Aid,2026-01-31,2", headings=SHORT)
    assert (counted(told), nights.counting()[ANA].expires) == ({"new_versions": 1}, "2029-01-31")


@only_sqlite
@pytest.mark.parametrize("stated", ["2026-01-31", "never"])
def test_a_blank_over_what_was_stated_is_asked_about(nights: Nights, stated: str) -> None:
    """A computed date takes no stated one's place silently: held, kept or – said on purpose – computed."""
    nights.send("lms", ROW.format("2025-01-31", stated, "1"))
    held = nights.send("lms", ROW.format("2025-01-31", "", "1"))
    assert (held.verdict, codes(held)["value_lost"]) == ("held", 1)
    nights.recipe("lms", "date_format: YYYY-MM-DD\nblanks: keep\n")
    assert counted(nights.send("lms", ROW.format("2025-01-31", "", "1"))) == {"unchanged": 1}
    nights.recipe("lms", "date_format: YYYY-MM-DD\nblanks: clear\n")
    other = "ben@example.org,Induction,2025-01-31,,"
    assert counted(nights.send("lms", ROW.format("2025-01-31", "", "1"), other)) == {"new_versions": 1, "new": 1}
    assert nights.counting()[ANA].expires == "2028-01-31"
    assert counted(nights.send("lms", other, ROW.format("2025-01-31", "", "1"))) == {"unchanged": 2}
    assert counted(nights.send("lms", ROW.format("2025-01-31", "2026-01-31", "1"))) == {"new_versions": 1}
    assert nights.registry.verify() == []


@only_sqlite
def test_a_source_that_is_silent_takes_over_what_counts(nights: Nights) -> None:
    """A source that speaks first of what another stated is asked, too; one that equals what is stored is unchanged."""
    nights.send("hr", ROW.format("2025-01-31", "2026-01-31", "1"), "ben@example.org,First Aid,2025-01-31,2028-01-31,")
    told = nights.send("lms", "ben@example.org,First Aid,2025-01-31,,")
    assert counted(told) == {"unchanged": 1}
    assert nights.send("lms", ROW.format("2025-01-31", "", "1")).verdict == "held"


@only_sqlite
@pytest.mark.parametrize(("stated", "says"), [("never", 0), ("2031-01-31", 0), ("", 1)])
def test_nothing_is_said_of_a_computed_date_that_is_not_used(nights: Nights, stated: str, says: int) -> None:
    """A blank cell beside a stored date or *never* that stays is no expired credential; a date that is used is one."""
    nights.recipe("lms", "date_format: YYYY-MM-DD\nblanks: keep\n")
    nights.send("lms", ROW.format("2020-01-31", stated, "1"))
    blank = ROW.format("2020-01-31", "", "1")
    again = nights.send("lms", blank, blank, "dov@example.org,Forklift,2019-01-31,,")
    assert (counted(again), codes(again).get("already_expired")) == ({"unchanged": 2, "new": 1}, 2 * says + 1)
    other = nights.send("lms", ROW.format("2020-01-31", "", "2"))
    assert (counted(other), codes(other).get("already_expired", 0)) == ({"new_versions": 1}, says)
    silent = nights.send("lms", "ana@example.org,First Aid,2020-01-31,3", headings=SHORT)
    assert (counted(silent), codes(silent).get("already_expired", 0)) == ({"new_versions": 1}, says)


# --- types ------------------------------------------------------------------------------------------------------


@only_sqlite
def test_a_type_says_whether_it_computes(nights: Nights, tmp_path: Path) -> None:
    """The template asks for it; blank means yes; what a clean export writes comes back as it was."""
    assert nights.registry.lookups().types.set_index("name")["expiry_computed"].to_dict() == {
        "First Aid": True,
        "Forklift": True,
        "Induction": True,
        "Welding": False,
        "Scaffolding": True,
    }
    text = write_template(tmp_path / "types.csv", TYPES.columns, [], "YYYY-MM-DD").read_text("utf-8-sig")
    assert "Expiry computed" in text.splitlines()[0]
    nights.send("lms", ROW.format("2025-01-31", "never", ""), "ana@example.org,Forklift,2025-01-31,,")
    (path,) = nights.registry.export(tmp_path / "out.csv")
    batch = nights.registry.upload(path)
    assert str(batch.preview()) == "0 new · 0 new versions · 0 older · 2 unchanged · 0 rejected"
