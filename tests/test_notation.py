"""Notation: years of two digits, months of a declared language, times that are dropped; all by declaration."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credtools.errors import RecipeError
from credtools.recipe import Recipe
from credtools.schema.dates import DateFormat
from credtools.schema.notation import Notation, names, plainly, window
from tests.builders import export, only_sqlite
from tests.clicks import Clicks
from tests.core import HEADINGS, review

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from credtools.registry import Registry

YEARS = (1950, 2049)
DATED = "User email,Credential type,Issue date,Media"
LANGUAGES = ("cs", "da", "de", "el", "en", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "ru", "sv", "tr", "uk", "vi")


def read(form: str, text: str, *months: str, years: tuple[int, int] | None = None) -> str:
    """The day that a text means, '' for none."""
    day = DateFormat(form, Notation(years, months)).parse(text)
    return str(day or "")


# --- years of two digits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("DD-MMM-YY", "01-Jan-25", "2025-01-01"),
        ("DD-MMM-YY", "31-Dec-49", "2049-12-31"),
        ("DD-MMM-YY", "01-Jan-50", "1950-01-01"),
        ("DD/MM/YY", "1/2/99", "1999-02-01"),
        ("YYMMDD", "250131", "2025-01-31"),
        ("[last] MM/YY", "02/28", "2028-02-29"),
        ("DD/MM/YY", "01/02/2025", ""),
        ("DD/MM/YY", "01/02/5", ""),
    ],
)
def test_the_window_says_which_century(form: str, text: str, day: str) -> None:
    """Two digits mean the one year of the window; four digits aren't two."""
    assert read(form, text, years=YEARS) == day


def test_what_the_window_lacks_is_no_date() -> None:
    """A window shorter than a century doesn't guess for the other years."""
    form = DateFormat("DD/MM/YY", Notation(years=(2000, 2039)))
    assert form.parse("01/02/39") == date(2039, 2, 1)
    assert form.parse("01/02/40") is None
    assert not form.lacks_day("01/02/40")  # the calendar isn't to blame
    assert form.lacks_day("31/02/39")


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from(["DD.MM.YY", "D MMM YY", "YYMMDD"]))
def test_every_day_of_the_window_is_read_again(day: date, form: str) -> None:
    """What is written with two digits means the same day again."""
    declared = DateFormat(form, Notation(years=YEARS))
    assert declared.parse(declared.write(day)) == day


@pytest.mark.parametrize("text", ["1950", "2049-1950", "1950-2050", "50-49", "-"])
def test_a_window_is_two_years_less_than_a_century_apart(text: str) -> None:
    """Anything else would leave two digits with two meanings, or none."""
    assert window("1950 – 2049") == YEARS
    with pytest.raises(RecipeError) as refused:
        Recipe.parse(f"years: '{text}'", "hr")
    assert refused.value.reason == "recipe_years"


# --- months of a language ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "language", "day"),
    [
        ("D. MMMM YYYY", "3. März 2025", "de", "2025-03-03"),
        ("D. MMM YYYY", "3. Mär. 2025", "de", "2025-03-03"),
        ("D. MMM YYYY", "3. Mrz 2025", "de", "2025-03-03"),
        ("D. MMMM YYYY", "3. MÄRZ 2025", "de", "2025-03-03"),
        ("D. MMMM YYYY", "3. Ma\u0308rz 2025", "de", "2025-03-03"),  # decomposed, as a Mac writes it
        ("dddd, D. MMMM YYYY", "Montag, 3. März 2025", "de", "2025-03-03"),
        ("dddd, D. MMMM YYYY", "Dienstag, 3. März 2025", "de", ""),
        ("D MMMM YYYY", "15 mai 2025", "fr", "2025-05-15"),
        ("D MMM YYYY", "15 févr. 2025", "fr", "2025-02-15"),
        ("DD-MMM-YYYY", "24-ago-2024", "es", "2024-08-24"),
        ("D MMMM YYYY", "15 MAYIS 2025", "tr", "2025-05-15"),
        ("D MMMM YYYY", "3 ledna 2025", "cs", "2025-01-03"),
        ("MMMM D, YYYY", "leden 3, 2025", "cs", "2025-01-03"),
        ("[last] MMMM YYYY", "Februar 2028", "de", "2028-02-29"),
        ("D MMMM YYYY", "15 March 2025", "de", ""),
        ("D MMMM YYYY", "\uff11\uff15 mai 2025", "fr", ""),  # digits of another width
    ],
)
def test_months_are_those_of_the_declared_language(form: str, text: str, language: str, day: str) -> None:
    """Full and short names in both contexts of CLDR, in any case, with or without a dot; no other language's."""
    assert read(form, text, language) == day
    assert language == "de" or read(form, text) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_is_written_and_read_again(language: str) -> None:
    """In each language a date that is written in it is read from it."""
    for form in ("D MMMM YYYY", "D MMM YYYY", "dddd, D MMMM YYYY"):
        declared = DateFormat(form, Notation(months=(language,)))
        for month in range(1, 13):
            assert declared.parse(declared.write(date(2025, month, 7))) == date(2025, month, 7)


def test_several_languages_hold_together_unless_they_contradict() -> None:
    """A file with German and French months declares both; a name that is two months is refused with the name."""
    assert read("D MMMM YYYY", "3 März 2025", "de", "fr") == "2025-03-03"
    assert read("D MMMM YYYY", "15 mai 2025", "de", "fr") == "2025-05-15"
    with pytest.raises(ValueError, match="'srp'"):
        names(("cs", "hr"))
    for word in ("klingon", "../de", "xx", ""):
        with pytest.raises(RecipeError) as refused:
            Recipe.parse(f"months: ['{word}']", "hr")
        assert refused.value.reason == "recipe_months"


# --- times ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("YYYY-MM-DD HH:mm:ss", "2025-01-01 00:00:00", "2025-01-01"),
        ("YYYY-MM-DD HH:mm:ss", "2027-12-31 23:59:59.999", "2027-12-31"),
        ("YYYY-MM-DD HH:mm:ss", "2027-12-31", ""),
        ("YYYY-MM-DD HH:mm:ss", "2027-12-31 24:00:00", ""),  # it would be the next day
        ("YYYY-MM-DD HH:mm", "2027-12-31 23:60", ""),
        ("YYYY-MM-DDTHH:mm:ssZ", "2025-01-01T23:30:00Z", "2025-01-01"),
        ("YYYY-MM-DDTHH:mm:ssZ", "2028-01-01T00:00:00+02:00", "2028-01-01"),
        ("YYYY-MM-DDTHH:mm:ssZ", "2025-01-01T00:00:00.000-0530", "2025-01-01"),
        ("YYYY-MM-DDTHH:mm:ss+00:00", "2025-01-01T00:00:00+00:00", "2025-01-01"),
        ("YYYY-MM-DDTHH:mm:ss", "2025-01-01T00:00:00Z", ""),  # a zone that isn't declared
        ("M/D/YYYY h:mm:ss A", "1/15/2025 12:00:00 AM", "2025-01-15"),
        ("M/D/YYYY h:mm:ss A", "1/15/2025 13:00:00 AM", ""),
        ("YYYYMMDDHHmmssZ", "20250115000000Z", "2025-01-15"),
        ("[last] YYYY", "2028", "2028-12-31"),
        ("[first] YYYY", "2028", "2028-01-01"),
    ],
)
def test_times_are_read_and_dropped_only_where_they_are_declared(form: str, text: str, day: str) -> None:
    """The day is the one that is written: no zone ever shifts it."""
    assert read(form, text) == day


# --- in a recipe ------------------------------------------------------------------------------------------------


def test_a_recipe_keeps_what_it_declares() -> None:
    """Written and read again it is the same; without its window YY is refused with a sentence that names it."""
    recipe = Recipe.parse("date_format: DD-MMM-YY\nyears: 1950-2049\nmonths: [de, fr]", "hr")
    assert recipe.notation == Notation(YEARS, ("de", "fr"))
    assert Recipe.parse(recipe.text(), "hr") == recipe
    assert len({recipe.fingerprint, Recipe.parse("date_format: DD-MMM-YY\nyears: 1960-2049", "hr").fingerprint}) == 2
    with pytest.raises(RecipeError, match="years: 1950-2049"):
        Recipe.parse("date_format: DD-MMM-YY", "hr")


MIXED = {  # cases 03, 23 and 27
    "01-Jan-25": "2025-01-01",
    "3. März 2025": "2025-03-03",
    "15 mai 2025": "2025-05-15",
    "2025-01-01T23:30:00Z": "2025-01-01",
    "2025-01-01 23:59:59": "2025-01-01",
    "2025": "2025-01-01",
    "29/02/2025": "",
    "24-ago-2024": "",
}


def test_a_file_of_many_hands_is_read_by_what_its_recipe_declares() -> None:
    """Each writing that is declared is read; of the others no reason is guessed."""
    recipe = """
date_format:
  issue_date:
    [DD-MMM-YY, D. MMMM YYYY, D MMMM YYYY, DD/MM/YYYY, YYYY-MM-DD HH:mm:ss, YYYY-MM-DDTHH:mm:ssZ, "[first] YYYY"]
years: 1950-2049
months: [en, de, fr]
"""
    result = review(HEADINGS + "".join(f'ana@x.org,First Aid,"{text}",,\n' for text in MIXED), recipe)
    days = result.resolved["issue_date"].dt.strftime("%Y-%m-%d").fillna("").tolist()
    assert dict(zip(MIXED, days, strict=True)) == MIXED
    sentences = result.errors[result.errors["code"] == "date_format"]["resolution"].tolist()
    assert ["The calendar has no such day." in sentence for sentence in sentences] == [True, False]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("DD.MM.YY (years: 1950-2049)", "DD.MM.YY (two-digit years mean 1950–2049)"),
        ("dates are also written [excel]", "dates are also written [excel] (day numbers of a spreadsheet)"),
        ("[excel 1904]", "[excel 1904] (day numbers of a spreadsheet that counts from 1904)"),
        ("D. MMMM YYYY (months: de)", "D. MMMM YYYY (months: de)"),
    ],
)
def test_formats_are_said_in_plain_words(text: str, plain: str) -> None:
    """What only recipes call by a name of their own is said as people know it."""
    assert plainly(text) == plain


# --- in the wizard ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "offered", "declares"),
    [
        (("01-Jan-25", "31-Dec-27"), "D-MMM-YY (two-digit years mean 1950–2049)", Notation(YEARS)),
        (("3. März 2025", "2. Mrz. 2028"), "D. MMMM YYYY (months: de)", Notation(months=("en", "de"))),
        (("2025-01-01 00:00:00", "2027-12-31 23:59:59"), "YYYY-MM-DD HH:mm:ss", Notation()),
        (("2025-01-01T23:30:00Z", "2025-01-01T00:00:00.000Z"), "YYYY-MM-DDTHH:mm:ssZ", Notation()),
    ],
)
@only_sqlite
def test_a_click_declares_what_a_format_needs(
    registry: Registry, tmp_path: Path, texts: Sequence[str], offered: str, declares: Notation
) -> None:
    """The card suggests the format with what must be declared for it; the recipe keeps both; undone both are gone."""
    rows = [f"ana@example.org,First Aid,{text}," for text in texts]
    clicks = Clicks(registry)
    clicks.upload("dates.csv", export(tmp_path, *rows, headings=DATED).read_bytes())
    file = clicks.wizard.file
    card = clicks.state["causes"][0]
    assert offered in card["suggestion"] + card["name"]
    assert [texts[0], "2025-03-03" if "März" in texts[0] else "2025-01-01"] in card["changes"]  # its day is shown
    clicks("accept", cause=clicks.state["causes"][0]["key"])
    recipe = file.batch.recipe
    assert (recipe.notation, file.batch.review().ready) == (declares, len(texts))
    assert Recipe.parse(recipe.text(), recipe.source) == recipe
    for decision in file.decisions:
        file.undo(decision.number)
    assert (file.batch.recipe.notation, file.batch.review().ready) == (Notation(), 0)


@only_sqlite
def test_read_as_offers_what_isn_t_declared_yet(registry: Registry, tmp_path: Path) -> None:
    """Where no usual format reads a file, *Read as…* offers months of a language; choosing one declares it."""
    rows = [f"ana@example.org,First Aid,{day}. März 2025," for day in range(1, 9)]
    clicks = Clicks(registry)
    clicks.upload("dates.csv", export(tmp_path, *rows, headings=DATED).read_bytes())
    (choice,) = [one for one in clicks.state["reading"]["choices"] if one["name"] == "date_format"]
    form = "D. MMMM YYYY (months: de)"
    assert form in dict(choice["options"])
    clicks("reading", values={"date_format": form})
    assert clicks.wizard.file.batch.review().ready == len(rows)
