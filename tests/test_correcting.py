"""The correction file: out as it came, through a spreadsheet, and back as a follow-up batch."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

import credtools as ct
from credtools.cli import main
from credtools.cli.import_files import outcome_lines
from credtools.errors import CredtoolsError, FileError, RegistryError
from credtools.exports.corrections import is_correction
from credtools.exports.damage import shown, undamaged
from credtools.model import Receipt
from credtools.registry import Registry, finishing, follow_ups
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.runs.importing import Run
from credtools.schema.dates import date_format
from tests.builders import ANA, APPROVER, BEN, CARA, ZOE, export, load, only_sqlite, states, write

WRONG_TYPE = "ben@example.org,Frist Aid,2024-05-06,,007"
Rows = list[dict[str, str]]


def rows_in(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def put_back(
    path: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8", headings: Sequence[str] = ()
) -> Path:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, headings or list(rows[0]), delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding, "replace"))
    return path


def rejects_of(registry: Registry) -> list[tuple[int, str]]:
    found = registry.audit.rejects().drop_duplicates("reject")
    return list(zip(found["reject"].tolist(), found["state"].tolist(), strict=True))


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    """The correction file of a batch with two wrong rows (lines 3 and 4) and two right ones."""
    registry.upload(export(tmp_path, ANA, ZOE, WRONG_TYPE, BEN)).finish()
    assert registry.write_rejects(tmp_path / "wrong.csv") == 2
    return tmp_path / "wrong.csv"


# --- the way out --------------------------------------------------------------------------------------------


def test_rows_go_out_as_they_came(out: Path) -> None:
    """Only wrong rows, each as it came under the file's own headings, with a key, the reasons and suggestions."""
    first, second = rows_in(out)
    assert list(second) == [
        *("credtools row", "User email", "Credential type", "Issue date", "Expiration date", "Credential number"),
        *("credtools reasons", "credtools suggestions", "credtools source", "credtools file"),
    ]
    assert [second[name] for name in list(second)[1:6]] == WRONG_TYPE.split(",")
    assert second["credtools reasons"].startswith("Credential type: ")
    assert second["credtools suggestions"] == "Credential type: First Aid"
    assert (second["credtools source"], second["credtools file"]) == ("manual", "export.csv")
    assert first["credtools row"].startswith("R1-")
    assert oct(out.stat().st_mode)[-3:] == "600"


def test_the_workbook_holds_text_only(registry: Registry, out: Path) -> None:
    """In XLSX each cell is text, so zeros stay; wrong cells are coloured; keys can't be typed over."""
    registry.write_rejects(out.with_suffix(".xlsx"))
    sheet = load_workbook(out.with_suffix(".xlsx")).active
    assert {(cell.data_type, cell.number_format) for row in sheet.iter_rows() for cell in row if cell.value} == {
        ("s", "@")
    }
    assert sheet["F3"].value == "007"
    assert sheet["C3"].fill.fgColor.rgb == "FFFDE2DD"
    assert sheet["D3"].fill.fill_type is None
    assert [(v.formula1, str(v.sqref)) for v in sheet.data_validations.dataValidation] == [("FALSE", "A2:A3")]


def test_other_endings_are_refused(registry: Registry, tmp_path: Path) -> None:
    """Rejects are written as .csv or .xlsx only."""
    with pytest.raises(CredtoolsError) as caught:
        registry.write_rejects(tmp_path / "a.txt")
    assert (caught.value.reason, caught.value.facts) == ("not_csv_or_xlsx", {"name": "a.txt"})


# --- the way back -------------------------------------------------------------------------------------------


def test_a_corrected_row_is_fixed(registry: Registry, out: Path) -> None:
    """A mended row is accepted in a batch that follows the first, and its old reject is fixed by exactly that row."""
    rows = rows_in(out)
    rows[1]["Credential type"] = "First Aid"
    done = registry.correct(put_back(out, rows))
    assert str(done) == "1 fixed · 0 still wrong · 0 newly wrong · 1 untouched · 0 left out"
    assert (done.fixed, done.untouched) == ((2,), (1,))
    assert done.receipts[0].counts.as_dict()["new"] == 1
    assert registry.batch(2).draft.row.follows_id == 1
    found = registry.audit.rejects().drop_duplicates("reject").set_index("reject")
    assert found.loc[2, ["state", "fixed_batch", "fixed_line"]].tolist() == ["fixed", 2, 2]
    assert found.loc[1, "state"] == "open"
    assert registry.verify() == []


def test_a_second_time_changes_nothing(registry: Registry, out: Path) -> None:
    """The same correction file again finds its rows settled, and writes nothing."""
    rows = rows_in(out)
    rows[1]["Credential type"] = "First Aid"
    registry.correct(put_back(out, rows))
    again = registry.correct(out)
    assert again.problems == ((3, follow_ups.NOT_OPEN.format("fixed")),)
    assert (again.untouched, again.receipts) == ((1,), ())
    assert states(registry) == ["finished", "finished"]


def test_still_wrong_and_newly_wrong(registry: Registry, out: Path) -> None:
    """A row with an error that it had is still wrong, one with others only newly wrong; both stay followed."""
    rows = rows_in(out)
    rows[0]["User email"] = "zoe@example.com"
    rows[1]["Credential type"] = "First Aid"
    rows[1]["Issue date"] = "soon"
    done = registry.correct(put_back(out, rows))
    assert (done.still_wrong, done.newly_wrong, done.fixed) == ((1,), (2,), ())
    assert rejects_of(registry) == [(1, "superseded"), (2, "superseded"), (3, "open"), (4, "open")]
    rows[1]["Issue date"] = "2024-05-06"  # corrected once more in the first file, which is older than the rejects
    sentence = follow_ups.OTHERS
    assert registry.correct(put_back(out, rows)).problems == ((3, sentence),)
    registry.write_rejects(out)
    rows = rows_in(out)
    rows[1]["Issue date"] = "2024-05-06"
    assert registry.correct(put_back(out, rows)).fixed == (4,)
    assert rejects_of(registry)[3] == (4, "fixed")
    assert registry.verify() == []


def test_the_same_wrong_record_comes_again(registry: Registry, out: Path, tmp_path: Path) -> None:
    """What was corrected is a patch of its record: the next export of the source needs no hand."""
    rows = rows_in(out)
    rows[1]["Credential type"] = "First Aid"
    registry.correct(put_back(out, rows))
    later = registry.upload(export(tmp_path, BEN, WRONG_TYPE, name="later.csv"))
    assert later.patches().to_dict("records") == [
        {"line": 3, "column": "credential_type", "old": "Frist Aid", "new": "First Aid"}
    ]
    assert later.finish().counts.as_dict()["unchanged"] == 2


def test_still_wrong_records_are_not_followed_twice(registry: Registry, out: Path, tmp_path: Path) -> None:
    """When the source sends a record again whose correction was wrong, there is still one open reject."""
    rows = rows_in(out)[:1]
    rows[0]["User email"] = "zoe@example.com"
    registry.correct(put_back(out, rows))
    registry.upload(export(tmp_path, BEN, ZOE, name="later.csv")).finish()
    assert rejects_of(registry) == [(1, "superseded"), (2, "open"), (3, "superseded"), (4, "open")]


def test_an_untouched_row_that_is_right_now(registry: Registry, out: Path, tmp_path: Path) -> None:
    """A row that nobody changed is fixed when the organisation has learnt what it lacked."""
    registry.load("users", write(tmp_path, "u.csv", "Email\nzoe@example.org\n"))
    done = registry.correct(out)
    assert (done.fixed, done.untouched) == ((1,), (2,))


def test_undo_of_a_follow_up(registry: Registry, out: Path) -> None:
    """A follow-up that is taken back opens its rejects again."""
    rows = rows_in(out)
    rows[1]["Credential type"] = "First Aid"
    done = registry.correct(put_back(out, rows))
    registry.undo(done.receipts[0].batch)
    assert rejects_of(registry) == [(1, "open"), (2, "open")]


def test_a_field_too_many_is_corrected(registry: Registry, tmp_path: Path) -> None:
    """A row with too many fields goes out with all of them, and is right once they stand where they belong."""
    registry.upload(export(tmp_path, BEN, "ana@example.org,First,Aid,2024-01-10,,,")).finish()
    registry.write_rejects(tmp_path / "wrong.csv")
    rows = rows_in(tmp_path / "wrong.csv")
    assert {"col_6": "", "col_7": ""}.items() <= rows[0].items()
    rows[0] |= {"Credential type": "First Aid", "Issue date": "2024-01-10", "Expiration date": ""}
    assert registry.correct(put_back(tmp_path / "wrong.csv", rows)).fixed == (1,)


def test_two_sources_in_one_file(registry: Registry, tmp_path: Path) -> None:
    """Rejects of several batches go out together; each comes back as the follow-up of its own batch."""
    hr = write(tmp_path, "hr.yaml", "headings: {E-Mail: user_email, Kind: credential_type, From: issue_date}\n")
    registry.upload(export(tmp_path, ANA, ZOE)).finish()
    registry.upload(export(tmp_path, "ben@example.org,Fork,2024-01-01", headings="E-Mail,Kind,From"), hr).finish()
    registry.write_rejects(tmp_path / "wrong.csv")
    rows = rows_in(tmp_path / "wrong.csv")
    rows[0]["User email"] = "cara@example.org"
    rows[1]["Kind"] = "Forklift"
    done = registry.correct(put_back(tmp_path / "wrong.csv", rows))
    assert done.fixed == (1, 2)
    assert [registry.batch(n).draft.row.follows_id for n in (3, 4)] == [1, 2]
    assert [registry.batch(n).source for n in (3, 4)] == ["manual", "hr"]


def test_a_correction_is_no_delivery(registry: Registry, out: Path, tmp_path: Path) -> None:
    """Whoever looks when a source has sent last isn't told of corrections; a run that failed is told."""
    before = registry.sources().to_dict("records")
    rows = rows_in(out)
    rows[1]["Credential type"] = "First Aid"
    registry.correct(put_back(out, rows))
    assert registry.sources().to_dict("records") == before
    finishing.note_failure(registry, "next.csv")
    assert registry.sources()[["runs", "verdict", "file"]].to_numpy().tolist() == [[2, "failed", "next.csv"]]
    later = registry.upload(export(tmp_path, BEN, name="later.csv"))
    later.finish()
    registry.follow(later.id).finish()
    assert registry.sources()["runs"].tolist() == [4]


def test_two_people_correct_the_same_row(registry: Registry, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes second in the same moment writes nothing, and is told so."""
    rows = rows_in(out)
    rows[1]["Credential type"] = "First Aid"
    put_back(out, rows)
    finish = finishing.finish

    def later(session: Session, draft: Draft) -> Receipt:
        monkeypatch.setattr(finishing, "finish", finish)
        rows[1]["Credential type"] = "Forklift"
        assert registry.correct(put_back(out, rows)).fixed == (2,)
        return finish(session, draft)

    monkeypatch.setattr(finishing, "finish", later)
    with pytest.raises(RegistryError) as caught:
        registry.correct(out)
    assert caught.value.reason == "rejects_settled"
    assert states(registry) == ["finished", "discarded", "finished"]
    assert registry.verify() == []


# --- what comes back damaged --------------------------------------------------------------------------------


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16")])
def test_any_kind_of_csv(registry: Registry, out: Path, delimiter: str, encoding: str) -> None:
    """Marks of byte order, semicolons, other encodings, other orders of columns and rows change nothing."""
    rows = rows_in(out)[::-1]
    rows[0]["Credential type"] = "First Aid"
    headings = sorted(rows[0])
    done = registry.correct(put_back(out, rows, delimiter=delimiter, encoding=encoding, headings=headings))
    assert (done.fixed, done.untouched, done.repaired, done.problems) == ((2,), (1,), (), ())


def test_deleted_rows_and_columns(registry: Registry, out: Path) -> None:
    """A deleted row stays open and is counted; a deleted column counts as it came."""
    rows = rows_in(out)[1:]
    rows[0]["Credential type"] = "First Aid"
    headings = ["credtools row", "Credential type"]
    done = registry.correct(put_back(out, rows, headings=headings))
    assert (done.fixed, done.left_out) == ((2,), (1,))
    assert registry.credentials()["credential_number"].tolist()[-1] == "007"


def test_lost_zeros_and_rewritten_dates_are_repaired(registry: Registry, out: Path) -> None:
    """What only a spreadsheet has rewritten counts as it came, and each such cell is named."""
    rows = rows_in(out)
    rows[1] |= {"Credential type": "First Aid", "Issue date": "06/05/24", "Credential number": "7"}
    done = registry.correct(put_back(out, rows))
    assert (done.fixed, done.repaired) == ((2,), ((3, "Issue date"), (3, "Credential number")))
    stored = registry.credentials().iloc[-1]
    assert (str(stored["issue_date"].date()), stored["credential_number"]) == ("2024-05-06", "007")


@pytest.mark.parametrize(
    "key", ["", "R1", "R1-AAAAAAAAAA", "R9-AAAAAAAAAA", "=R1", "R\u0661-AAAAAAAAAA", "R" + "9" * 30]
)
def test_keys_that_nobody_gave_out(registry: Registry, out: Path, key: str) -> None:
    """A row whose key was changed, forged or lost is named and left out."""
    rows = rows_in(out)
    rows[0]["credtools row"] = key
    done = registry.correct(put_back(out, rows))
    assert done.problems == ((2, follow_ups.NOT_OURS),)
    assert done.left_out == (1,)


def test_a_copied_row_and_an_emptied_one(registry: Registry, out: Path) -> None:
    """A row that stands there twice is taken once; a row without content is not taken."""
    rows = rows_in(out)
    for name in list(rows[1])[1:6]:
        rows[1][name] = ""
    done = registry.correct(put_back(out, [*rows, rows[0]]))
    assert done.problems == (
        (3, follow_ups.EMPTIED),
        (4, follow_ups.TWICE),
    )


def test_another_file_is_no_correction_file(registry: Registry, tmp_path: Path) -> None:
    """A file without the column of keys is refused with what to do."""
    with pytest.raises(FileError) as caught:
        registry.correct(export(tmp_path, ANA))
    assert caught.value.reason == "not_a_correction_file"
    assert caught.value.facts == {"name": "export.csv", "key": "credtools row"}


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@given(CELLS | st.sampled_from(["=1+1", "'x", "''", "-5", "＝1", " =x", "\t=x", "007", "1E5", "a\r\nb", "\x0b"]))  # noqa: RUF001
def test_what_nobody_touched_is_byte_exact(text: str) -> None:
    """Whatever a cell holds, its shown form comes back as exactly what came."""
    assert undamaged(text, shown(text)) == (text, False)
    assert undamaged(text, shown(text), wrong=True) == (text, False)


@pytest.mark.parametrize(
    ("came", "now"),
    [
        *[("007", "7"), ("1.50", "1.5"), ("12345678901234567890", "1.23456789012346E+19"), ("1E5", "100000")],
        *[("03/05/2024", "2024-05-03"), ("03/05/2024", "3/5/24"), ("2024-05-03", "03.05.2024"), ("1-2", "02. Jan")],
        *[("1-2", "2026-01-02"), ("MAR1", "01-Mar"), ("3/2024", "01.03.2024"), ("Łukasz", "?ukasz")],
        *[("1E5", "1,00E+05"), ("123456789012345", "1,23457E+14"), ("123456789012345", "1.23E+14"), ("1.50", "1,5")],
        *[("2024-05-03", "########"), ("007", "#N/A")],
        *[("true", "TRUE"), ("a \r\n b", "a\nb"), (" x", "x"), ("3 May 2024", "03-May-24")],
    ],
)
def test_damage(came: str, now: str) -> None:
    """What a spreadsheet does by itself to a right cell is undone."""
    assert undamaged(came, now) == (came, True)


@pytest.mark.parametrize(
    ("came", "now"),
    [
        ("123456789012345", "1,24E+14"),
        ("7", "007"),
        ("2024-05-03", "2024-05-04"),
        ("a", "b"),
        ("", "7"),
        ("007", "8"),
        ("1-2", "2-1"),
        ("x", "'x"),
    ],
)
def test_edits(came: str, now: str) -> None:
    """What no spreadsheet does by itself is somebody's correction."""
    assert undamaged(came, now) == (now, False)


@pytest.mark.parametrize(
    ("came", "now", "meant"),
    [
        ("2024-05-03", "03/05/2024", ("03/05/2024", False)),  # corrected into the format in force
        ("2024-05-03", "5/3/2024", ("2024-05-03", True)),  # the American way: would be another day
        ("5.3.2024", "2024-03-05", ("5.3.2024", True)),
        ("soon", "03/05/2024", ("03/05/2024", False)),
    ],
)
def test_a_wrong_date_never_becomes_right_by_itself(came: str, now: str, meant: tuple[str, bool]) -> None:
    """A wrong date is corrected by writing the same or another day in the format in force, not by a rewriting."""
    assert undamaged(came, now, wrong=True, formats=(date_format("DD/MM/YYYY"),)) == meant


# --- at the prompt ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_at_the_prompt(registry: Registry, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`credtools rejects -o` and `credtools correct` do the same; --json counts and names everything."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string())
    written = CliRunner().invoke(main, ["rejects", "-o", str(out), "--force"])
    assert written.stdout == f"2 open rejects written to {out}. Correct the file, then: credtools correct {out}\n"
    rows = rows_in(out)
    rows[1] |= {"Credential type": "First Aid", "Credential number": "7"}
    put_back(out, rows)
    done = CliRunner().invoke(main, ["correct", str(out), "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert [told[name] for name in ("fixed", "still_wrong", "newly_wrong", "untouched", "left_out")] == [1, 0, 0, 1, 0]
    assert told["repaired"] == [{"line": 3, "heading": "Credential number"}]
    assert (told["batches"][0]["batch"], told["batches"][0]["new"]) == (2, 1)
    again = CliRunner().invoke(main, ["correct", str(out)])
    assert again.exit_code == 1
    assert again.stdout.splitlines()[:2] == [
        "0 fixed · 0 still wrong · 0 newly wrong · 1 untouched · 0 left out",
        "  line 3: This row is fixed by now; it was skipped.",
    ]


@only_sqlite
def test_why_rows_stay_rejected_and_what_is_next(
    registry: Registry, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the prompt: the errors of rows that were changed, by their lines; what waits for approval, and the command."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string())
    rows = rows_in(out)
    rows[0] |= {"User email": "ana@example.org", "Issue date": "2024-04-31"}
    rows[1]["Credential type"] = "First Aid"
    said = CliRunner().invoke(main, ["correct", str(put_back(out, rows))]).stdout.splitlines()
    about = [line.split(": ")[:2] for line in said if line.startswith("  line ")]
    assert about == [["  line 2", "Invalid date format"]]
    assert "1 credential of batch 2 waits for approval. Next: credtools approve 2" in said
    later = registry.upload(export(out.parent, CARA, ZOE, name="later.csv")).settle()
    assert later.pending == ((3, 1),)
    assert "1 credential of batch 3 waits for approval. Next: credtools approve 3" in outcome_lines(Run(later))
    assert registry.batch(3).pending == 1
    ct.open(str(registry.engine.url), by=APPROVER).approve(3)
    assert registry.batch(3).pending == 0


# --- given to the commands for any file -----------------------------------------------------------------------


def told(registry: Registry, monkeypatch: pytest.MonkeyPatch, *command: object) -> tuple[int, Rows]:
    """The exit code and the objects that a command prints with --json."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string(hide_password=False))
    done = CliRunner().invoke(main, [*map(str, command), "--json"])
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def test_what_would_become_of_each_row(registry: Registry, out: Path) -> None:
    """A dry run says of each row, by its line, what `correct` would do, with its errors; nothing is stored."""
    rows = rows_in(out)
    rows[1]["Credential type"] = "First Aid"
    put_back(out, rows)
    before = registry.verify(), registry.batches().to_dict(), rejects_of(registry)
    would = registry.correct(out, dry_run=True)
    assert (would.fixed, would.untouched, would.left_out, dict(would.lines)) == ((2,), (1,), (), {1: 2, 2: 3})
    (errors,) = would.errors
    assert errors[["line", "code"]].to_numpy().tolist() == [[2, "user_exists"]]
    assert (would.verdict, would.receipts) == ("partial", ())
    assert (registry.verify(), registry.batches().to_dict(), rejects_of(registry)) == before
    assert registry.correct(out).fixed == would.fixed


@only_sqlite
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_check_and_import_know_a_correction_file(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """By its key column, however it is kept: `check` stores nothing, `import` does what `correct` does."""
    registry.upload(export(tmp_path, ANA, ZOE, WRONG_TYPE, BEN)).finish()
    wrong = tmp_path / f"wrong.{ending}"
    registry.write_rejects(wrong)
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    code, (checked,) = told(registry, monkeypatch, "check", wrong)
    assert (code, checked["rows"], checked["ready"], checked["rejected"]) == (1, 2, 1, 1)
    assert checked["correction"]["lines"] == {"fixed": [2], "still_wrong": [], "newly_wrong": [], "untouched": [3]}
    assert [(error["line"], error["code"]) for error in checked["errors"]] == [(3, "credential_type_exists")]
    assert len(registry.batches()) == 1
    code, (imported,) = told(registry, monkeypatch, "import", wrong)
    assert (code, imported["verdict"], imported["batch"], imported["accepted"]) == (0, "partial", 2, 1)
    assert (imported["receipt"]["sha256"], imported["notebook"]) == (registry.batch(2).sha256, None)
    assert rejects_of(registry) == [(1, "fixed"), (2, "open")]
    load(registry, tmp_path, types="Name\nFrist Aid\n")
    code, (again,) = told(registry, monkeypatch, "import", "--split", wrong)
    assert (again["verdict"], again["batches"], [one["code"] for one in again["warnings"]]) == (
        "partial",
        [3],
        ["rows_not_taken"],
    )
    assert dict(rejects_of(registry))[2] == "fixed"


def test_a_table_that_speaks_of_the_key_is_no_correction_file(tmp_path: Path) -> None:
    """The key must be a heading; a spreadsheet is searched for it without being read, a broken one is none."""
    book = Workbook()
    for row in (["User email", "Note"], ["ana@example.org", "credtools row"], ["ben@example.org", "x"]):
        book.active.append(row)
    book.save(tmp_path / "speaks.xlsx")
    assert not is_correction(tmp_path / "speaks.xlsx")
    assert not is_correction(write(tmp_path, "broken.xlsx", "PK\x03\x04credtools row"))
