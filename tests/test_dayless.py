"""Dates that a spreadsheet shows without a day: no day is made up for them."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from credtools import reading
from credtools.checking import judge
from credtools.model import Review, Table
from credtools.recipe import Recipe
from tests.builders import only_sqlite
from tests.clicks import Clicks
from tests.core import CREDENTIALS, HEADINGS, LOOKUPS

if TYPE_CHECKING:
    from credtools.registry import Registry

DAY = date(2024, 3, 17)


def book(*cells: tuple[object, str], who: str = "ana@x.org") -> bytes:
    """A workbook of credentials whose issue dates are these values, shown by these number formats."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(HEADINGS.strip().split(","))
    for number, (value, shown) in enumerate(cells):
        sheet.append([who, "First Aid", value, None, str(number)])
        sheet.cell(number + 2, 3).number_format = shown
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def table(*cells: tuple[object, str]) -> Table:
    return reading.read_bytes(book(*cells), "book.xlsx", titles=["User email"])


def review(*cells: tuple[object, str], recipe: str = "") -> Review:
    return judge.review(table(*cells), Recipe.parse(recipe, "hr"), CREDENTIALS, LOOKUPS)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("mmm-yy", "Mar 2024"),  # which every file knows without spelling it out
        ("mmm\\-yyyy", "Mar 2024"),
        ("mm/yyyy", "Mar 2024"),
        ("[$-407]mmmm\\ yyyy", "Mar 2024"),
        ("yyyy", "2024"),
    ],
)
def test_a_month_alone_is_incomplete(shown: str, text: str) -> None:
    """What shows month and year, or only the year, blocks the row: nobody said that it is the first."""
    result = review((DAY, shown))
    assert result.table.frame["Issue date"].tolist() == [text]
    assert result.errors[["column", "code", "value", "blocks"]].values.tolist() == [
        ["issue_date", "date_incomplete", text, True]
    ]


@pytest.mark.parametrize(
    "shown", ["yyyy-mm-dd", "d-mmm-yy", "d-mmm", "m/d/yy h:mm", "dd.mm.yyyy", "yyyy-m-d", "General"]
)
def test_a_day_that_is_shown_is_read(shown: str) -> None:
    """Any format with a day is whole, whatever is left out of the year; so is a date in a format that nobody chose."""
    value = DAY if shown != "General" else "2024-03-17"
    assert str(review((value, shown)).resolved["issue_date"][0])[:10] == "2024-03-17"


def test_the_recipe_may_say_which_day_is_meant() -> None:
    """Declared, months and years of a spreadsheet are read like those of a text; whole dates beside them as ever."""
    told = 'date_format: [YYYY-MM-DD, "[last] MMM YYYY", "[last] YYYY"]'
    days = review((DAY, "mmm-yy"), (DAY, "yyyy"), (DAY, "yyyy-mm-dd"), recipe=told).resolved["issue_date"]
    assert [str(day)[:10] for day in days] == ["2024-03-31", "2024-12-31", "2024-03-17"]


def test_zeros_of_a_spreadsheet_stand_for_no_date() -> None:
    """A date cell that holds 0 is neither a day of 1900 nor midnight: rejected, never suggested for an issue date."""
    result = review((0, "dd/mm/yyyy"), (0, "General"))
    assert result.reasons["code"].tolist() == ["date_format"] * 2
    assert result.reasons["suggestion"].tolist() == ["", ""]


@only_sqlite
def test_a_person_chooses_the_day(registry: Registry) -> None:
    """The card offers the last and the first day of the month; the choice is a rule of the recipe."""
    clicks = Clicks(registry)
    clicks.upload("book.xlsx", book((DAY, "mmm-yy"), who="ana@example.org"))
    key = clicks.state["causes"][0]["key"]
    clicks("options", cause=key)
    assert [value for value, _ in clicks.sent[-1]["choices"]] == ["[last] MMM YYYY", "[first] MMM YYYY"]
    clicks("choose", cause=key, value="[last] MMM YYYY", scope="rule")
    batch = clicks.wizard.file.batch
    assert (batch.review().ready, str(batch.review().resolved["issue_date"][0])[:10]) == (1, "2024-03-31")
    assert batch.recipe.formats("issue_date") == ("YYYY-MM-DD", "[last] MMM YYYY")
