from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credtools.schema.dates import DateFormat, date_format, shape

MARCH_5 = date(2024, 3, 5)  # a Tuesday


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("YYYY-MM-DD", "2024-03-05"),
        ("YYYY-M-D", "2024-3-5"),
        ("DD/MM/YYYY", "05/03/2024"),
        ("D/M/YYYY", "5/3/2024"),
        ("MM/DD/YYYY", "03/05/2024"),
        ("DD.MM.YYYY", "05.03.2024"),
        ("D MMM YYYY", "5 Mar 2024"),
        ("D MMMM YYYY", "5 March 2024"),
        ("MMMM D, YYYY", "March 5, 2024"),
        ("ddd, D MMM YYYY", "Tue, 5 Mar 2024"),
        ("dddd, MMMM D, YYYY", "Tuesday, March 5, 2024"),
        ("DD-MMM-YYYY", "05-Mar-2024"),
        ("YYYYMMDD", "20240305"),
    ],
)
def test_every_token_reads_and_writes(form: str, text: str) -> None:
    """Each documented token is read, and written the same way."""
    assert DateFormat(form).parse(text) == MARCH_5
    assert DateFormat(form).write(MARCH_5) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("DD/MM/YYYY", "5/3/2024"),
        ("D/M/YYYY", "05/03/2024"),
        ("YYYY-MM-DD", "2024-3-05"),
        ("D MMM YYYY", "5 March 2024"),
        ("D MMMM YYYY", "05 mar 2024"),
        ("D MMM YYYY", "5 MAR 2024"),
        ("D MMM YYYY", "5  Mar   2024"),
        ("D MMM YYYY", "5 Mar. 2024"),
        ("dddd, MMMM D, YYYY", "tue, mar 5, 2024"),
    ],
)
def test_what_may_differ(form: str, text: str) -> None:
    """Leading zeros may be missing or there, names of months and days long or short, in any case."""
    assert DateFormat(form).parse(text) == MARCH_5


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("DD/MM/YYYY", "05/03/24"),
        ("DD/MM/YYYY", "05-03-2024"),
        ("DD/MM/YYYY", "05.03.2024"),
        ("DD/MM/YYYY", "2024/03/05"),
        ("DD/MM/YYYY", "05/03/2024 00:00"),
        ("DD/MM/YYYY", "005/03/2024"),
        ("DD/MM/YYYY", "05/03/02024"),
        ("DD/MM/YYYY", "05/ 03/2024"),
        ("DD/MM/YYYY", "31/02/2024"),
        ("DD/MM/YYYY", "29/02/2023"),
        ("DD/MM/YYYY", "00/03/2024"),
        ("DD/MM/YYYY", "05/13/2024"),
        ("DD/MM/YYYY", "05/03/0000"),
        ("DD/MM/YYYY", "45356"),
        ("DD/MM/YYYY", "today"),
        ("DD/MM/YYYY", ""),
        ("DD/MM/YYYY", "+5/03/2024"),
        ("DD/MM/YYYY", "\u0660\u0665/\u0660\u0663/\u0662\u0660\u0662\u0664"),
        ("DD/MM/YYYY", "\uff10\uff15/03/2024"),
        ("D MMM YYYY", "5 Mai 2024"),
        ("D MMM YYYY", "5 Marc 2024"),
        ("D MMM YYYY", "5 03 2024"),
        ("D MMM YYYY", "5\u00a0M\u00e4r 2024"),
        ("dddd, MMMM D, YYYY", "Monday, March 5, 2024"),
        ("dddd, MMMM D, YYYY", "March 5, 2024"),
        ("MMMM D, YYYY", "Tuesday, March 5, 2024"),
    ],
)
def test_nothing_is_guessed(form: str, text: str) -> None:
    """Two-digit years, other separators, impossible days, a wrong weekday, foreign digits are no dates."""
    assert DateFormat(form).parse(text) is None


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29), date(1900, 2, 28)])
def test_the_ends_of_the_calendar(day: date) -> None:
    """Every day of the calendar can be written and read again."""
    assert DateFormat("YYYY-MM-DD").parse(DateFormat("YYYY-MM-DD").write(day)) == day


DAY = st.sampled_from(["D", "DD"])
MONTH = st.sampled_from(["M", "MM", "MMM", "MMMM"])
SEPARATOR = st.sampled_from(["/", "-", ".", " ", ", ", " - ", ". "])


@st.composite
def formats(draw: st.DrawFn) -> str:
    """Any order of day, month and year between separators, with a weekday before it or not."""
    parts = draw(st.permutations([draw(DAY), draw(MONTH), "YYYY"]))
    first, second = draw(SEPARATOR), draw(SEPARATOR)
    weekday = draw(st.sampled_from(["", "ddd, ", "dddd, ", "dddd "]))
    return f"{weekday}{parts[0]}{first}{parts[1]}{second}{parts[2]}"


@given(form=formats(), day=st.dates())
def test_written_dates_are_read_again(form: str, day: date) -> None:
    """A date that is written in a format is read from it again."""
    assert DateFormat(form).parse(DateFormat(form).write(day)) == day


@given(form=formats(), text=st.text(alphabet="0123456789/-. ,marchpsunte", max_size=20))
def test_what_is_read_means_one_date(form: str, text: str) -> None:
    """Whatever is read as a date carries its own day and its own four-digit year."""
    day = DateFormat(form).parse(text)
    if day is not None:
        numbers = re.findall(r"\d+", text)
        assert f"{day.year:04}" in numbers
        assert str(day.day) in [number.lstrip("0") for number in numbers]


@pytest.mark.parametrize("text", ["2024111", "0241105"])
def test_without_separators_every_digit_counts(text: str) -> None:
    """A missing zero between digits would be a guess (11 January or 1 November?): no date."""
    assert DateFormat("YYYYMMDD").parse(text) is None


@pytest.mark.parametrize("form", ["DMYYYY", "YYYYMD", "YYYYMDD"])
def test_a_format_that_reads_two_ways_never_swaps_day_and_month(form: str) -> None:
    """A format without separators and fixed widths is refused, or at least never reads another day than was written."""
    try:
        declared = DateFormat(form)
    except ValueError:
        return
    assert declared.parse(declared.write(date(2024, 11, 1))) in (None, date(2024, 11, 1))


@pytest.mark.parametrize("form", [" DD/MM/YYYY", "DD/MM/YYYY ", "DD\u2013MM\u2013YYYY"])
def test_an_accepted_format_can_be_met(form: str) -> None:
    """A format that no text could ever meet is refused at once; one that is taken reads what it writes."""
    try:
        declared = DateFormat(form)
    except ValueError:
        return
    assert declared.parse(" ".join(declared.write(MARCH_5).split())) == MARCH_5


INCOMPLETE = (
    "{!r} can't be used as a date format; it needs a day (D or DD), a month (M, MM, MMM or MMMM) and a year (YYYY), "
    "for example DD/MM/YYYY."
)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ("", INCOMPLETE.format("")),
        ("DD/MM", INCOMPLETE.format("DD/MM")),
        ("MM/YYYY", INCOMPLETE.format("MM/YYYY")),
        (
            "DD/MM/YY",
            (
                "'DD/MM/YY' can't be used as a date format while it isn't said which years YY means. Name the first "
                "and the last one in the recipe, for example years: 1950-2049, or use YYYY."
            ),
        ),
        ("dd/mm/yyyy", INCOMPLETE.format("dd/mm/yyyy")),
        ("%d/%m/%Y", INCOMPLETE.format("%d/%m/%Y")),
        ("DD/DD/MM/YYYY", INCOMPLETE.format("DD/DD/MM/YYYY")),
        ("DDD/MM/YYYY", INCOMPLETE.format("DDD/MM/YYYY")),
        ("ddd dddd DD/MM/YYYY", INCOMPLETE.format("ddd dddd DD/MM/YYYY")),
        ("DD of MM YYYY", "'DD of MM YYYY' can't be used as a date format; 'of' means nothing in it."),
        ("DD/MM/YYYY at", "'DD/MM/YYYY at' can't be used as a date format; 'at' means nothing in it."),
        (
            "YYYY\u5e74MM\u6708DD\u65e5",
            "'YYYY\u5e74MM\u6708DD\u65e5' can't be used as a date format; '\u5e74' means nothing in it.",
        ),
    ],
)
def test_a_format_without_day_month_and_year_is_refused(form: str, sentence: str) -> None:
    """A format must name one day, one month and one four-digit year and nothing that it doesn't know."""
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        DateFormat(form)


def test_a_format_is_made_once() -> None:
    """The same text gives the same compiled format: 20,000 rows don't compile it 20,000 times."""
    assert date_format("DD/MM/YYYY") is date_format("DD/MM/YYYY")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("2024-03-05", "9999-99-99"),
        ("5/3/24", "9/9/99"),
        ("5 Mar 2024", "9 AAA 9999"),
        ("Tuesday, March 5, 2024", "AAAA, AAAA 9, 9999"),
        ("n/a", "A/A"),
        ("\u0665_x", "9_A"),
        ("", ""),
        ("9" * 100, "9" * 60),
    ],
)
def test_shape(text: str, seen: str) -> None:
    """The shape shows what a value looks like and hides what it says."""
    assert shape(text) == seen
