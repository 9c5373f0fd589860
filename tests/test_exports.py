"""What people take away: the template, and clean files of what was accepted."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

import credtools as ct
from credtools.errors import CredtoolsError
from credtools.exports import accepted
from credtools.registry import Registry
from tests.builders import ANA, APPROVER, BEN, ZOE, export, load, write

TITLES = ["User email", "Credential type", "Issue date", "Expiration date", "Credential number", "Media"]


def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


# --- the template -------------------------------------------------------------------------------------------


def test_template_says_how_it_is_filled_in(registry: Registry, tmp_path: Path) -> None:
    """The template has the schema's headings and one row of instructions, in the date format in force."""
    registry.set("date_format", "DD/MM/YYYY")
    headings, instructions = lines_of(registry.template(tmp_path / "t.csv"))
    assert headings == TITLES
    assert instructions == [
        "Required: the e-mail address of an active user, for example ana.silva@example.org",
        "Required: the name of a type that exists in this organisation, for example First Aid",
        "Optional: in the organisation's date format, for example 31/12/2026",
        "Optional: blank or never when the credential doesn't expire, for example 31/12/2026",
        "Optional: the number printed on the licence or certificate, for example FA-20931",
        "Optional: names of scans, several separated by ;, for example first-aid.pdf",
    ]


def test_template_speaks_the_profiles_date_format(registry: Registry, tmp_path: Path) -> None:
    """Whose profile has a date format of its own gets the template in it."""
    load(registry, tmp_path, users="Email,Date format\nuploader@example.org,MM/DD/YYYY\n")
    assert "12/31/2026" in registry.template(tmp_path / "t.csv").read_text("utf-8-sig")


def test_workbook_offers_the_organisations_types(registry: Registry, tmp_path: Path) -> None:
    """In the XLSX template types are chosen from a list of the active ones, and date cells hold dates."""
    load(registry, tmp_path, types="Name\nOld Licence\n")
    names = write(tmp_path, "t.csv", "Name,Numbered\nFirst Aid,no\nForklift,no\nLicence,yes\nPassport,no\n=Danger,no\n")
    registry.load("types", names, replace=True, yes=True)
    book = load_workbook(registry.template(tmp_path / "t.xlsx"))
    sheet = book["Template"]
    assert [cell.value for cell in sheet[1]] == TITLES
    offered = [cell.value for cell in book["Choices"]["B"]]
    assert offered == ["First Aid", "Forklift", "Licence", "Passport", "=Danger"]
    assert {cell.data_type for cell in book["Choices"]["B"]} == {"s"}
    validations = {str(v.sqref).partition("3")[0]: v for v in sheet.data_validations.dataValidation}
    assert {letter: v.type for letter, v in validations.items()} == {"B": "list", "C": "date", "D": "date"}
    assert validations["B"].formula1 == "=Choices!$B$1:$B$5"
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.column_dimensions["C"].number_format == r"yyyy\-mm\-dd"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_filled_template_is_accepted(registry: Registry, tmp_path: Path, ending: str) -> None:
    """A filled template goes in as it is, its row of instructions left in."""
    path = registry.template(tmp_path / f"filled.{ending}")
    row = ["ana@example.org", "First Aid", "2024-01-10", "2030-01-10", "0042", ""]
    if ending == "csv":
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(row)
    else:
        book = load_workbook(path)
        book["Template"].append(row)
        book.save(path)
    batch = registry.upload(path)
    assert batch.errors.empty
    assert batch.table.reading.instruction_lines == (2,)
    batch.finish()
    assert registry.credentials()["credential_number"].tolist() == ["0042"]


def test_untouched_template_holds_no_rows(registry: Registry, tmp_path: Path) -> None:
    """Nobody's template is a credential: uploaded empty it is a file without rows."""
    outcome = registry.upload(registry.template(tmp_path / "t.csv")).settle()
    assert outcome.held_because == "The file has headings, but no rows. Check the export at its source."


def test_other_endings_are_refused(registry: Registry, tmp_path: Path) -> None:
    """A template or clean file of a kind that isn't written is refused with those that are."""
    with pytest.raises(CredtoolsError) as caught:
        registry.template(tmp_path / "t.pdf")
    assert (caught.value.reason, caught.value.facts) == ("not_csv_or_xlsx", {"name": "t.pdf"})
    with pytest.raises(CredtoolsError) as caught:
        registry.export(tmp_path / "t.pdf")
    assert (caught.value.reason, caught.value.facts) == ("not_csv", {"name": "t.pdf"})


# --- clean files --------------------------------------------------------------------------------------------


def test_accepted_rows_come_out_clean(registry: Registry, tmp_path: Path) -> None:
    """A clean file holds what was accepted, in the template's headings and the organisation's date format."""
    registry.set("date_format", "DD/MM/YYYY")
    rows = ("  ANA@example.org ,first  aid,10/01/2024,10/01/2030,", "ben@example.org,Forklift,20/02/2024,,=1+1", ZOE)
    batch = registry.upload(export(tmp_path, *rows))
    batch.finish()
    (path,) = registry.export(tmp_path / "clean.csv", batch)
    assert lines_of(path) == [
        TITLES,
        ["ana@example.org", "First Aid", "10/01/2024", "10/01/2030", "", ""],
        ["ben@example.org", "Forklift", "20/02/2024", "", "'=1+1", ""],
    ]


def test_clean_file_goes_in_unchanged(registry: Registry, tmp_path: Path) -> None:
    """What comes out is accepted without an error; read by the same organisation it changes nothing."""
    registry.upload(export(tmp_path, ANA, BEN)).finish()
    (path,) = registry.export(tmp_path / "clean.csv")
    batch = registry.upload(path)
    assert batch.errors.empty
    assert batch.preview().unchanged == 2


def test_declined_credentials_stay_here(registry: Registry, tmp_path: Path) -> None:
    """A declined credential isn't handed on to another system."""
    registry.upload(export(tmp_path, ANA, BEN)).finish()
    approver = ct.open(registry.engine.url.render_as_string(hide_password=False), by=APPROVER)
    approver.decline(1, lines=[2], reason="no signature")
    approver.engine.dispose()
    (path,) = registry.export(tmp_path / "clean.csv")
    assert [row[0] for row in lines_of(path)[1:]] == ["ben@example.org"]


def test_only_what_counts_now(registry: Registry, tmp_path: Path) -> None:
    """With `current` each credential is there once: without older, pending and withdrawn versions."""
    forklift = "{}@example.org,Forklift,{}-02-20,,"
    for year in (2023, 2024):
        rows = [forklift.format(name, year) for name in ("ben", "cara")]
        registry.upload(export(tmp_path, *rows, ANA)).finish()
    registry.withdraw(2, [3], "revoked")
    (path,) = registry.export(tmp_path / "all.csv")
    assert len(lines_of(path)) - 1 == 3  # two of ben, and ana's, which waits for approval
    (path,) = registry.export(tmp_path / "now.csv", current=True)
    assert [row[:3] for row in lines_of(path)[1:]] == [["ben@example.org", "Forklift", "2024-02-20"]]
    assert lines_of(registry.export(tmp_path / "batch.csv", 1, current=True)[0]) == [TITLES]


def test_many_rows_make_several_files(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file holds more rows than one bulk upload takes; each has the headings."""
    monkeypatch.setattr(accepted, "MOST_ROWS", 2)
    rows = [f"ana@example.org,Licence,2024-01-01,,{number}" for number in range(5)]
    registry.upload(export(tmp_path, *rows)).finish()
    files = registry.export(tmp_path / "clean.csv")
    assert [path.name for path in files] == ["clean.csv", "clean-2.csv", "clean-3.csv"]
    assert [len(lines_of(path)) - 1 for path in files] == [2, 2, 1]
    assert [row[4] for path in files for row in lines_of(path)[1:]] == ["0", "1", "2", "3", "4"]


def test_nothing_accepted_gives_an_empty_template(registry: Registry, tmp_path: Path) -> None:
    """Where nothing was accepted the file has the headings alone."""
    assert lines_of(registry.export(tmp_path / "clean.csv")[0]) == [TITLES]


# --- what was taken away before -----------------------------------------------------------------------------


def test_templates_of_earlier_versions_are_recognised(registry: Registry, tmp_path: Path) -> None:
    """The instruction row of a template that was downloaded a year ago is still no record."""
    old = (
        "Required: the e-mail address of an active user, for example ana.silva@example.org",
        "Required: the name of a type that exists in this organisation, for example First Aid",
        "Optional: in the organisation's date format, for example 2026-12-31",
        "Optional: blank or never when the credential doesn't expire, for example 2026-12-31",
        "Optional: the number printed on the licence or certificate, for example FA-20931",
        "Optional: names of scans, several separated by ;, for example first-aid.pdf",
    )
    quoted = ",".join(f'"{cell}"' for cell in old)
    path = write(tmp_path, "old.csv", ",".join(TITLES) + f"\n{quoted}\nana@example.org,First Aid,2024-01-10,,,\n")
    batch = registry.upload(path)
    assert (batch.table.reading.instruction_lines, batch.table.lines.tolist()) == ((2,), [3])
