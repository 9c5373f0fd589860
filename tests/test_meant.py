"""What headings mean by what lies under them: taken where it is plain, asked where it could mean something else."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from credtools.checking.meant import Earlier, Suggested, statistics
from credtools.recipe import proposed_name
from tests import core, headed
from tests.headed import (
    BORN,
    CERTIFICATE,
    EMAIL,
    EXPIRES,
    HIRED,
    ISSUED,
    KIND,
    LICENCE,
    MANAGER,
    NAME,
    NUMBER,
    RETIRES,
    SCAN,
    SITE,
    STRANGER,
    Cell,
    content,
    suggested,
    told,
)

ALL = {
    "user_email": EMAIL,
    "credential_type": KIND,
    "issue_date": ISSUED,
    "expiration_date": EXPIRES,
    "credential_number": CERTIFICATE,
}
LANGUAGES = {
    "de": (("E-Mail Adresse", "Kurs", "Ausgestellt am", "Gültig bis", "Ausweis-Nr"), "%d.%m.%Y"),
    "fr": (("Courriel", "Formation", "Délivré le", "Date d'échéance", "N° du certificat"), "%d/%m/%Y"),
    "nl": (("E-mailadres", "Opleiding", "Afgegeven op", "Geldig tot", "Certificaatnummer"), "%d-%m-%Y"),
    "es": (("Correo electrónico", "Curso", "Fecha de emisión", "Válido hasta", "Nº certificado"), "%d/%m/%Y"),
    "none": (("Feld 1", "Feld 2", "Feld 3", "Feld 7", "col_9"), "%Y-%m-%d"),
}


def found(*columns: tuple[str, Cell], rows: int = 200, written: str = headed.German) -> Suggested:
    return suggested(core.table(content(columns, rows, written)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_of_an_export_are_found_in_any_language(language: str) -> None:
    """German, French, Dutch, Spanish, or headings that say nothing: nobody is asked, and each says why."""
    names, written = LANGUAGES[language]
    columns = [*zip(names, ALL.values(), strict=True), ("Standort", SITE)]
    seen = found(*columns, written=written)
    assert told(seen) == dict(zip(names, ALL, strict=True))
    assert seen.settled
    assert all(one.because for one in seen.found)


def test_a_file_without_headings_is_understood() -> None:
    """The names are ours then, and no earlier file of the same names says what they mean."""
    text = content([("", SITE), ("", EMAIL), ("", KIND), ("", ISSUED), ("", EXPIRES), ("", SCAN)], headed=False)
    table = core.table(text)
    assert table.reading.heading_line is None
    before = [Earlier(1, "other.csv", tuple(table.frame), {"col_1": "user_email", "col_4": "expiration_date"})]
    seen = suggested(table, earlier=before)
    assert told(seen) == {
        "col_2": "user_email",
        "col_3": "credential_type",
        "col_4": "issue_date",
        "col_5": "expiration_date",
        "col_6": "media",
    }
    assert seen.settled


def test_evidence_counts_all_rows_and_never_quotes_a_cell() -> None:
    """‘1,926 of 2,003 are users’: of the whole file, not of a sample, and without anybody's data."""
    columns = [("A", lambda row: row.email if row.random.random() < 0.9 else "x@y.example"), ("B", KIND), ("C", ISSUED)]
    table = core.table(content(columns, rows=2_003))
    users = int(table.frame["A"].ne("x@y.example").sum())
    because = suggested(table).by_heading["A"].because
    assert because == f"{users:,} of 2,003 are users of this organisation"
    assert suggested(table).by_heading["C"].because == "2,003 of 2,003 are dates, read as DD.MM.YYYY"


def test_swapped_dates_are_put_right_by_their_order() -> None:
    """Which of two dates is the expiration the rows say, not the order of the columns."""
    seen = found(("F1", EMAIL), ("F2", KIND), ("F3", EXPIRES), ("F4", ISSUED))
    assert told(seen)["F3"] == "expiration_date"
    assert told(seen)["F4"] == "issue_date"
    assert "not before ‘F4’ in" in seen.by_heading["F3"].because


def test_words_against_the_rows_are_asked() -> None:
    """Headings that say the opposite of what the dates do: somebody has to look."""
    seen = found(("E-Mail", EMAIL), ("Type", KIND), ("Gültig bis", ISSUED), ("Ausgestellt am", EXPIRES))
    assert told(seen) == {"Gültig bis": "expiration_date?", "Ausgestellt am": "issue_date?"}
    assert not seen.settled


@pytest.mark.parametrize("name", ["F1", "E-Mail"])
def test_the_managers_of_people_are_not_taken_for_them(name: str) -> None:
    """Two columns of users: without a word that says whose they are it is asked; with it the right one is taken."""
    asked = found((name, EMAIL), ("F2", MANAGER), ("F3", KIND), ("Ausgestellt am", ISSUED))
    if name == "F1":
        assert told(asked)["F1"] == "user_email?"
        assert "so are those under ‘F2’" in asked.by_heading["F1"].because
        assert not asked.settled
    spoken = found(("Login", EMAIL), ("Vorgesetzte/r", MANAGER), ("F3", KIND), ("Ausgestellt am", ISSUED))
    assert told(spoken)["Login"] == "user_email"
    assert "Vorgesetzte/r" not in told(spoken)


@pytest.mark.parametrize("heading", ["Name", "F9"])
def test_only_the_managers_addresses_are_asked_about(heading: str) -> None:
    """Where names beside them say that the rows are about others, the only column of users isn't taken, either."""
    seen = found((heading, NAME), ("F1", MANAGER), ("F2", KIND), ("Ausgestellt am", ISSUED))
    assert told(seen)["F1"] == "user_email?"
    assert "names other users in" in seen.by_heading["F1"].because
    unknown = found(("Vorname", STRANGER), ("F1", MANAGER), ("F2", KIND), ("Ausgestellt am", ISSUED))
    assert told(unknown)["F1"] == "user_email?"
    named = found(("Line manager", MANAGER), ("F2", KIND), ("Ausgestellt am", ISSUED))
    assert told(named)["Line manager"] == "user_email?"
    assert [one.settled for one in (seen, unknown, named)] == [False] * 3


def test_birthdays_are_dates_too() -> None:
    """Alone, or beside the issue date, no column of dates is taken whose heading says nothing."""
    retiring = [("F3", BORN), ("F4", RETIRES)]  # whole years later, and ahead
    for dates in (
        retiring,
        [("F3", BORN)],
        [("F3", BORN), ("F4", ISSUED)],
        [("F3", ISSUED)],
        [("F3", HIRED), ("F4", ISSUED)],
    ):
        seen = found(("F1", EMAIL), ("F2", KIND), *dates)
        assert not seen.settled
        assert "issue_date" not in told(seen).values()
        assert "expiration_date" not in told(seen).values()
    assert "F3" not in told(found(("F1", EMAIL), ("F2", KIND), ("F3", BORN), ("F4", ISSUED)))


def test_other_dates_beside_issue_and_expiration_are_left_alone() -> None:
    """The two that are whole periods apart are meant; a birthday, or the first day of work, is not."""
    seen = found(("F1", EMAIL), ("F2", KIND), ("F3", BORN), ("F4", HIRED), ("F5", ISSUED), ("F6", EXPIRES))
    assert told(seen) == {"F1": "user_email", "F2": "credential_type", "F5": "issue_date", "F6": "expiration_date"}
    assert seen.settled
    spoken = found(("F1", EMAIL), ("F2", KIND), ("Geburtsdatum", BORN), ("Ausstellungsdatum", ISSUED))
    assert told(spoken) == {"F1": "user_email", "F2": "credential_type", "Ausstellungsdatum": "issue_date"}
    assert spoken.settled


def test_equal_evidence_is_asked() -> None:
    """Two issue dates, or two columns of types: the better one is chosen already, and somebody says so."""
    dates = found(("F1", EMAIL), ("F2", KIND), ("F3", ISSUED), ("F4", ISSUED), ("F5", EXPIRES))
    assert told(dates)["F3"] == "issue_date?"
    types = found(("F1", EMAIL), ("F2", KIND), ("F3", KIND), ("Ausgestellt am", ISSUED))
    assert sorted(told(types).values()) == ["credential_type?", "issue_date", "user_email"]
    assert "has types, too" in types.by_heading["F2"].because
    assert [one.settled for one in (dates, types)] == [False] * 2


def test_people_named_by_their_numbers() -> None:
    """Without addresses User IDs match people; a column that only counts the rows names nobody, and names are asked."""
    seen = found(("Feld 1", NUMBER), ("Feld 2", KIND), ("Ausgestellt am", ISSUED))
    assert (told(seen)["Feld 1"], seen.match_users_by, seen.settled) == ("external_id", "external_id", True)
    counting = replace(headed.LOOKUPS, users=headed.LOOKUPS.users.assign(external_id=[str(k) for k in range(1, 169)]))
    rows = iter(range(1, 10_000))
    columns = [("Feld 1", lambda _: str(next(rows))), ("Feld 2", KIND), ("Ausgestellt am", ISSUED)]
    table = core.table(content(columns, rows=168))
    assert "Feld 1" not in told(suggested(table, lookups=counting))
    by_name = found(("Mitarbeiter", NAME), ("Feld 2", KIND), ("Ausgestellt am", ISSUED))
    assert told(by_name)["Mitarbeiter"] == "user_name?"
    assert by_name.match_users_by == "name"


def test_numbers_that_may_be_anything_are_not_suggested() -> None:
    """A telephone number, or digits that nothing connects with the type, aren't numbers of credentials."""
    digits: Cell = lambda row: str(row.random.randint(100_000, 999_999))  # noqa: E731
    seen = found(("F1", EMAIL), ("F2", KIND), ("Ausgestellt am", ISSUED), ("F4", digits), ("Telefon-Nr", digits))
    assert told(seen).keys() == {"F1", "F2", "Ausgestellt am"}
    assert seen.settled


def test_numbers_follow_their_types() -> None:
    """Under a heading that says nothing they are known by how they begin, or by being there for numbered types only."""
    kinds = headed.LOOKUPS.types.assign(numbered=headed.LOOKUPS.types["name"] == "Forklift")
    columns = [("F1", EMAIL), ("F2", KIND), ("Ausgestellt am", ISSUED), ("F4", LICENCE)]
    numbered = suggested(core.table(content(columns)), lookups=replace(headed.LOOKUPS, types=kinds))
    assert (told(numbered)["F4"], numbered.settled) == ("credential_number", True)
    assert "F4" not in told(suggested(core.table(content(columns))))
    assert told(found(*columns[:3], ("F4", CERTIFICATE)))["F4"] == "credential_number"


def test_a_file_whose_words_say_everything_is_asked_nothing() -> None:
    """Other columns of the file are no question: nothing is suggested for them."""
    seen = found(
        *(("User email", EMAIL), ("Credential type", KIND), ("Issue date", ISSUED), ("Expiration date", EXPIRES)),
        *(("Ref", NUMBER), ("Site", SITE), ("Geburtsdatum", BORN)),
    )
    assert (seen.found, seen.settled, dict(seen.mistaken)) == ((), False, {})


def test_words_that_the_cells_contradict() -> None:
    """‘Qualification’ without a single type beside a column full of them: said, chosen otherwise, and asked."""
    seen = found(("E-Mail", EMAIL), ("Qualification", SITE), ("Kurs", KIND), ("Issued on", ISSUED))
    assert told(seen)["Kurs"] == "credential_type"
    assert list(seen.mistaken) == ["Qualification"]
    assert not seen.settled


def test_an_earlier_file_of_like_headings_answers() -> None:
    """What a heading stood for before isn't asked again, nor what stood for nothing; not against the cells."""
    columns = [("F1", EMAIL), ("F2", MANAGER), ("F3", KIND), ("F4", HIRED), ("F5", ISSUED)]
    table = core.table(content(columns))
    assert not suggested(table).settled
    meant = {"F1": "user_email", "F3": "credential_type", "F5": "issue_date"}
    before = Earlier(7, "october.csv", tuple(table.frame), meant)
    seen = suggested(table, earlier=[before])
    assert told(seen) == meant
    assert seen.settled
    assert seen.by_heading["F5"].because == "as in october.csv (batch 7)"
    other = replace(before, batch=8, meant={**meant, "F1": "", "F2": "user_email"})
    assert not suggested(table, earlier=[other, before]).settled
    assert not suggested(table, earlier=[replace(before, headings=("F1", "x", "y", "z"))]).settled
    wrong = replace(before, meant={**meant, "F5": "credential_type", "F3": "issue_date"})
    assert not suggested(table, earlier=[wrong]).settled
    moved = replace(before, meant={"F3": "credential_type", "F4": "issue_date"})  # F5 stood for nothing
    assert "F5" not in told(suggested(table, earlier=[moved]))


def test_headings_that_may_be_data_are_never_taken_unseen() -> None:
    """A first record that was read as the headings would be kept in the recipe: somebody must look."""
    text = content([("", EMAIL), ("", KIND), ("", ISSUED), ("", EXPIRES)], headed=False)
    table = core.table(text, heading_line=1)
    seen = suggested(table)
    assert set(table.frame) <= table.reading.hidden
    assert [one.column for one in seen.found] == ["user_email", "issue_date", "expiration_date"]
    assert [one.clear for one in seen.found] == [False] * 3
    assert not seen.settled


def test_twenty_thousand_rows_of_sixty_four_columns_take_no_time() -> None:
    """A sample finds the columns, and only those are counted as a whole."""
    texts: list[Cell] = [
        lambda row: str(row.random.random()),
        lambda row: f"remark {row.random.randint(1, 9)}",
        HIRED,
        STRANGER,
    ]
    more = [(f"x{k}", texts[k % 4]) for k in range(57)]
    columns = [("F1", EMAIL), ("F2", KIND), ("F3", ISSUED), ("F4", EXPIRES), ("F5", NAME), ("F6", BORN), ("F7", SITE)]
    small = content([*columns, *more], rows=500).splitlines()
    table = core.table("\n".join([small[0], *small[1:] * 40]))
    assert table.frame.shape == (20_000, 64)
    began = time.process_time()
    seen = suggested(table)
    spent = time.process_time() - began
    assert told(seen) == {"F1": "user_email", "F2": "credential_type", "F3": "issue_date", "F4": "expiration_date"}
    assert spent < 2, "it takes about 0.2 s"


def test_a_column_in_numbers() -> None:
    """Filled, different, most frequent, lengths; blank cells don't count."""
    table = core.table("a;b\nx;1\n;1\nx ;1\nyy;1\n")
    seen = statistics(table, "a")
    assert (seen.rows, seen.filled, seen.different, seen.most) == (4, 3, 2, (("x", 2), ("yy", 1)))
    assert (seen.shortest, seen.longest) == (1, 2)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("hr_export_2026-11.csv", "hr_export"),
        ("Export HR 11-2026.xlsx", "Export_HR"),
        ("qualifikationen_Nov 2026 (2).xlsx", "qualifikationen"),
        ("KW48_kurse.csv", "kurse"),
        ("hr-export-2026-11-30T0815.csv", "hr-export"),
        ("export_20261130_081530.csv", "export"),
        ("report_v2_final.csv", "report"),
        ("..\\x/Übersicht März 2026.ods", "Übersicht"),
        ("2026-11.csv", "recipe"),
        ("manual.csv", "manual_2"),
        ("hr1.csv", "hr1"),
        ("licences_août.csv", "licences"),
        ("Kurse maerz.xlsx", "Kurse"),
        ("uprawnienia_styczeń_2026.csv", "uprawnienia"),
        ("check_out.csv", "check_out"),  # 'out' is October in Portuguese, and a word
    ],
)
def test_the_name_of_a_recipe_is_that_of_its_file(file: str, name: str) -> None:
    """Without what differs each month: dates, counters, versions; never `manual`, never a path."""
    assert proposed_name(file) == name
    assert proposed_name(file, {name}.__contains__) != name
