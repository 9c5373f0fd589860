"""Which format a column of dates is written in: evidence to be shown, and formats that must be chosen on purpose."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credtools.cli.import_files import _dates_lines
from credtools.schema.dates import DateFormat, date_format
from credtools.schema.evidence import FormatEvidence, format_evidence
from tests.core import HEADINGS, review


def test_days_over_twelve_prove() -> None:
    """The evidence counts what a format reads, what proves the order of day and month, and what reads both ways."""
    texts = ["13/02/2024", " 01/02/2024 ", "03/03/2024", "25/12/2023", "", "soon"]
    first, second = format_evidence(texts)
    assert first == FormatEvidence("DD/MM/YYYY", values=5, reads=4, proves=2, both_ways=1)
    assert second == FormatEvidence("MM/DD/YYYY", values=5, reads=2, proves=0, both_ways=1)
    assert str(first) == "DD/MM/YYYY reads 4 of 5 values; 2 prove that the day comes first, 1 read both ways."
    assert str(second) == "MM/DD/YYYY reads 2 of 5 values; 0 prove that the month comes first, 1 read both ways."


def test_formats_of_one_order() -> None:
    """A format that begins with the year or names the month has nothing to prove."""
    (found,) = format_evidence(["2024-03-05", "2024-13-01", "2024-02-01"])
    assert str(found) == "YYYY-MM-DD reads 2 of 3 values."
    best = format_evidence(["Saturday, June 20, 2026", "Monday, June 20, 2026"])
    assert [(e.format, e.reads) for e in best] == [("dddd, MMMM D, YYYY", 1)]


def test_no_evidence() -> None:
    """Numbers, words and nothing at all are dates in no plausible format."""
    assert format_evidence(["45386", "Feb 2026", "n/a", "", "1.5"]) == []


@given(st.lists(st.dates(date(1950, 1, 1), date(2090, 12, 31)), min_size=1, max_size=9))
def test_the_true_format_reads_everything(days: list[date]) -> None:
    """The format in which a column was written is among those that read all of it."""
    for text in "DD/MM/YYYY", "MM-DD-YYYY", "D MMM YYYY", "YYYYMMDD":
        found = format_evidence([DateFormat(text).write(day) for day in days])
        assert text in [e.format for e in found if e.reads == e.values == len(days)]


# --- formats for those who choose them ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("[excel]", "45386", date(2024, 4, 4)),
        ("[excel]", "61", date(1900, 3, 1)),
        ("[excel]", "60", None),
        ("[excel]", "2958465", date(9999, 12, 31)),
        ("[excel]", "73050", date(2099, 12, 31)),
        ("[excel]", "73051", None),
        ("[excel]", "99999", None),
        ("[excel 1904]", "71588", date(2099, 12, 31)),
        ("[excel 1904]", "71589", None),
        ("[excel]", "2958466", None),
        ("[excel]", "45386.5", None),
        ("[excel]", "2024-04-04", None),
        ("[first] MMM YYYY", "Feb 2026", date(2026, 2, 1)),
        ("[last] MMM YYYY", "february 2024", date(2024, 2, 29)),
        ("[last] MM/YYYY", "12/2024", date(2024, 12, 31)),
        ("[last] MM/YYYY", "13/2024", None),
        ("[last] MM/YYYY", "0/2024", None),
        ("[first]YYYY-MM", "2024-02", date(2024, 2, 1)),
    ],
)
def test_day_numbers_and_months(form: str, text: str, day: date | None) -> None:
    """Spreadsheets' day numbers and months without a day are read only in the formats that say so."""
    assert DateFormat(form).parse(text) == day


@pytest.mark.parametrize("form", ["MMM YYYY", "[middle] MMM YYYY", "[first] D MMM YYYY", "YYYY", "[excel] YYYY"])
def test_what_they_may_not_be(form: str) -> None:
    """A month alone must say which of its days is meant, and nothing else goes with it."""
    with pytest.raises(ValueError, match=r"can't be used as a date format"):
        DateFormat(form)


@pytest.mark.parametrize(
    ("form", "text"), [("[excel]", "45351"), ("[first] MMM YYYY", "Feb 2024"), ("[last] MM/YYYY", "02/2024")]
)
def test_they_are_written_too(form: str, text: str) -> None:
    """A date is shown in these formats as they read it."""
    assert DateFormat(form).write(date(2024, 2, 29)) == text


# --- as a check tells it --------------------------------------------------------------------------------------------


def told(text: str, recipe: str = "") -> dict[str, list[tuple[object, ...]]]:
    """By column the evidence of each format: its name, whether it is in force, reads, proves, both ways."""
    names = ("format", "in_force", "reads", "proves", "both_ways")
    return {
        f"{one['column']} {one['values']}": [tuple(form[name] for name in names) for form in one["evidence"]]
        for one in review(text, recipe).dates
    }


def test_a_check_tells_what_proves_the_order_of_day_and_month() -> None:
    """Per date column of the file the formats in force, over the values that say something."""
    dates = ("13/02/2024,never", "01/02/2024,", "03/03/2024,25/12/2030", "12/11/2024,1/2/2030")
    text = "".join(f"ana@x.org,First Aid,{two},\n" for two in dates)
    assert told(HEADINGS + text, "date_format: DD/MM/YYYY") == {
        "issue_date 4": [("DD/MM/YYYY", True, 4, 1, 2)],
        "expiration_date 2": [("DD/MM/YYYY", True, 2, 1, 1)],
    }


def test_a_check_names_formats_that_read_what_remains() -> None:
    """While a value is unread the best other formats are told, with what must be declared for them."""
    rows = "ana@x.org,First Aid,01/02/2024,3. März 2030,\nana@x.org,First Aid,2024-02-13,,\n"
    assert told(HEADINGS + rows) == {
        "issue_date 2": [
            ("YYYY-MM-DD", True, 1, 1, 0),
            ("DD/MM/YYYY", False, 1, 0, 1),
            ("MM/DD/YYYY", False, 1, 0, 1),
        ],
        "expiration_date 1": [("YYYY-MM-DD", True, 0, 0, 0), ("D. MMMM YYYY (months: de)", False, 1, 1, 0)],
    }
    assert told("User email,Credential type\nana@x.org,Badge\n") == {}


def test_other_formats_are_told_only_where_they_read_more() -> None:
    """What only reads what is read already helps nobody: of the others those that read an unread value come."""
    rows = ("13/02/2024", "01/02/2024", "2 March 2024")
    text = "".join(f"ana@x.org,First Aid,{day},,\n" for day in rows)
    told_of = told(HEADINGS + text, "date_format: DD/MM/YYYY")
    assert told_of["issue_date 3"] == [("DD/MM/YYYY", True, 2, 1, 1), ("D MMM YYYY", False, 1, 1, 0)]


@pytest.mark.parametrize(
    ("days", "recipe", "lines"),
    [
        (("2024-02-13", "2024-01-02"), "", 0),  # nothing to look at
        (("13/02/2024", "25/12/2024"), "date_format: DD/MM/YYYY", 0),  # every value proves it
        (("13/02/2024", "01/02/2024"), "date_format: DD/MM/YYYY", 1),
        (("2024-02-13", "5th May 2024"), "", 1),
    ],
)
def test_a_check_prints_dates_that_somebody_should_look_at(days: tuple[str, ...], recipe: str, lines: int) -> None:
    """A column whose dates are all read, and can be read in one way only, needs no line."""
    text = HEADINGS + "".join(f"ana@x.org,First Aid,{day},,\n" for day in days)
    said = list(_dates_lines(review(text, recipe)))
    assert len(said) == lines
    assert all(line.startswith("Issue date: ") for line in said)


def test_ordinals_are_declared_or_offered() -> None:
    """`Do` is a day as English counts it; a text that counts wrongly, or doesn't, is none; nothing is guessed."""
    form = date_format("MMM Do YYYY")
    days = [date(2025, 1, 1) + timedelta(k) for k in range(365)]
    assert [form.parse(form.write(day)) for day in days] == days
    wrong = ("Jan 5rd 2026", "Jan 1th 2026", "Jan 11st 2026", "Jan 22th 2026", "Jan 5 2026", "Jan 31th 2026")
    assert [text for text in wrong if form.parse(text)] == []
    assert form.parse("January 05TH 2026") == date(2026, 1, 5)
    assert date_format("MMM D YYYY").parse("Jan 5th 2026") is None
    offered = {"Jan 5th 2026": "MMM Do YYYY", "5th March 2026": "Do MMM YYYY", "March 1st, 2026": "MMM Do, YYYY"}
    assert {text: format_evidence([text])[0].format for text in offered} == offered
