"""The wizard without a browser: each verb is what a click sends; what is sent back is what a person would see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

from credtools import demo
from credtools.errors import FileError
from credtools.jupyter import Record, Wizard, review
from credtools.jupyter.credentials import NOTHING_WAITS
from credtools.jupyter.wizard.open_file import OpenFile
from tests.clicks import Clicks


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> demo.Demo:
    made = demo.prepare(tmp_path / "demo", rows=300)
    monkeypatch.chdir(made.folder)
    return made


def test_any_decision_can_be_undone_in_any_order(made: demo.Demo) -> None:
    """Rules, patches, date formats and rejected causes: without them everything is as it was."""
    clicks = Clicks(made.registry, made.recipe)
    before = clicks.upload("hr_export.csv", made.export.read_bytes())
    clicks("accept", cause=clicks.cause("Frist Aid"))
    clicks("accept", cause=clicks.cause("Invalid date format"))
    clicks("choose", cause=clicks.cause("Gabelstaplerschein (alt)"), value="Forklift", scope="patch")
    clicks("leave", cause=clicks.cause("kiosk.lager@example.org"))
    line = clicks.rows["errors"][0][0]
    after = clicks("edit", cells=[[clicks.wizard.file.review.table.lines[line], "credential_number", "007"]])
    assert [decision["scope"].split(":")[0] for decision in after["decisions"]] == [
        *("patch", "stays rejected", "patch", "rule", "rule")
    ]
    assert after["decisions"][-1]["sentence"] == "Credential type: ‘Frist Aid’ → ‘First Aid’ (10 cells)."
    clicks("turn", number=after["decisions"][-1]["number"])
    for number in (3, 1, 5, 2, 4):
        after = clicks("undo", number=number)
    assert (after["counts"], after["causes"], after["decisions"]) == (before["counts"], before["causes"], [])
    batch = clicks.wizard.file.batch
    assert (len(batch.patches()), batch.recipe.rules) == (0, ())


def test_a_decision_says_what_it_fixed_not_what_was_tried(made: demo.Demo) -> None:
    """The errors that are gone are counted: a value that is no better fixes none, a right cell made wrong is said."""
    clicks = Clicks(made.registry, made.recipe)
    clicks.upload("hr_export.csv", made.export.read_bytes())
    assert clicks("accept", cause=clicks.cause("Frist Aid"))["said"].endswith("(10 cells). 10 errors fixed.")
    tried = clicks("choose", cause=clicks.cause("Gabelstaplerschein (alt)"), value="Nonsense", scope="patch")
    assert tried["said"].endswith("No error fixed.")
    review = clicks.wizard.file.reviewed
    right = int(review.table.lines[~review.rejected][0])
    assert clicks("edit", cells=[[right, "credential_type", "Nonsense"]])["said"].endswith("(1 cell). 1 new error.")


def test_after_a_date_format_the_cells_that_now_pass_are_counted(made: demo.Demo, tmp_path: Path) -> None:
    """Not those that were tried: of three such cells one is read but too early, one is no day; and what fails since."""
    rows = ["05.03.2024,05.03.2029", "05.03.2024,05.03.2020", "05.03.2024,31.02.2029", "05/03/2024,05/03/2029"]
    right = [f"{user},First Aid,{dates}" for user, dates in zip(demo.ACTIVE, rows, strict=False)]
    path = tmp_path / "dates.csv"
    path.write_text("\n".join(["User email,Credential type,Issue date,Expiration date", *right]), "utf-8")
    clicks = Clicks(made.registry)
    clicks.upload("dates.csv", path.read_bytes())
    clicks("choose", cause=clicks.cause("Issue date"), value="DD.MM.YYYY", scope="rule")
    assert clicks.state["said"].endswith("(3 cells). 3 cells now pass.")
    clicks("choose", cause=clicks.cause("Invalid date format in Expiration date"), value="DD.MM.YYYY", scope="rule")
    assert clicks.state["said"].endswith("(1 cell). 1 cell now passes.")
    assert clicks.state["decisions"][0]["sentence"].endswith("(1 cell).")
    clicks("undo")
    clicks("undo")
    form = next(one for one in clicks.state["reading"]["choices"] if one["name"] == "date_format")
    assert form["value"] == "DD/MM/YYYY"
    told = clicks("reading", values={"date_format": "DD.MM.YYYY"})["said"]
    assert told == "Dates are read as DD.MM.YYYY. 4 cells now pass; 2 cells that passed no longer do."
    assert clicks("reading", values={"delimiter": ","})["said"] == ""


def test_a_file_that_came_before_is_read_by_the_recipe_of_its_source(made: demo.Demo) -> None:
    """Nobody has to know by which recipe: the same bytes came from `hr`, whose recipe lies in recipes/."""
    made.registry.upload(made.export, made.recipe).finish()
    clicks = Clicks(made.registry)
    assert (
        "This very file is batch 1 of the source hr"
        in clicks.upload("x.csv", made.export.read_bytes())["known"]["said"]
    )
    told = clicks("known", answer="again")
    assert told["said"] == "This file was uploaded before from the source hr; its recipe recipes/hr.yaml is used."
    assert clicks.wizard.file.batch.source == "hr"
    assert made.registry.sources_of(made.export) == ["hr"]
    changed = made.export.read_bytes() + b"\n"
    assert Clicks(made.registry).upload("changed.csv", changed)["said"] == ""


def test_the_encoding_of_a_file_that_was_refused_for_it(made: demo.Demo) -> None:
    """Where letters make no sense, the page asks for the encoding of the next file, and only of that."""
    clicks = Clicks(made.registry)
    clicks("go", step="upload")
    assert clicks.state["encodings"] == []
    content = "User email;Credential type;Issue date\nana@x.org;Fürst Åid;2024-03-04\n".encode("cp850")
    told = clicks.upload("dos.csv", content)
    assert (told["step"], told["reason"], told["encoding"]) == ("upload", "encoding_unclear", "")
    assert {"cp850", "mac-roman", "cp932"} <= {name for name, _ in told["encodings"]}
    clicks("encoding", encoding="cp850")
    clicks.upload("dos.csv", content)
    assert clicks.wizard.file.batch.table.frame["Credential type"].tolist() == ["Fürst Åid"]
    assert clicks.wizard.file.batch.recipe.read["encoding"] == "cp850"
    clicks("go", step="upload")
    assert clicks.state["encodings"] == []


def test_a_draft_that_is_opened_again_still_knows_its_decisions(made: demo.Demo) -> None:
    """Rules and corrections are kept with the draft, and each can still be undone."""
    clicks = Clicks(made.registry, made.recipe)
    clicks.upload("hr_export.csv", made.export.read_bytes())
    clicks("accept", cause=clicks.cause("Frist Aid"))
    told = clicks("accept", cause=clicks.cause("lukasz.oconnor@exampel.org"))
    again = Clicks(made.registry)
    shown = again("open", batch=clicks.wizard.file.batch.id)
    assert shown["counts"] == told["counts"]
    assert [d["sentence"].split(" (")[0] for d in shown["decisions"]] == [
        "User email: ‘lukasz.oconnor@exampel.org’ → ‘lukasz.oconnor@example.org’",
        "Credential type: ‘Frist Aid’ → ‘First Aid’",
    ]
    for decision in shown["decisions"]:
        shown = again("undo", number=decision["number"])
    assert shown["counts"] == "260 ready · 40 rejected · 20 causes on 18 cards"


def test_what_cannot_be_done_is_told_and_changes_nothing(made: demo.Demo) -> None:
    """A refused verb is one sentence; an unforeseen error names its kind and no value of the file."""
    clicks = Clicks(made.registry, made.recipe)
    assert clicks("next")["reason"] == "no_open_file"
    clicks("go", step="upload")
    refused = clicks("file", key="k", name="x.csv", size=2 * 1024**3)
    assert refused["reason"] == "too_large_to_send"
    assert "x.csv has 2,147 MB" in refused["said"]
    clicks("file", key="k", name="../x.csv", size=9)
    clicks("piece", key="k", buffers=[b"12345"])
    refused = clicks("whole", key="k")
    assert refused["reason"] == "arrived_incomplete"
    assert "5 of 9 bytes of x.csv" in refused["said"]
    before = clicks.upload("hr_export.csv", made.export.read_bytes())
    assert clicks("accept", cause=clicks.cause("kiosk.lager"))["reason"] == "no_suggestion"
    found = clicks("choose", cause=clicks.cause("Invalid date format"), value="DD/YYYY", scope="rule")
    assert found["reason"] == "format_unusable"
    assert "'DD/YYYY'" in found["said"]
    found = clicks("edit", cells=[[17, None, "secret@example.org"]])
    assert found["reason"] == "cell_locked"
    assert "secret" not in found["said"]
    assert clicks("undo", number="secret")["reason"] == "decision_gone"
    found = clicks("reading", values={"heading_line": "secret"})
    assert found["reason"] == "heading_line_not_number"
    found = clicks("reading", values="secret")
    assert "AttributeError" in found["said"]
    assert "secret" not in found["said"]
    assert found["counts"] == before["counts"]
    count = len(clicks.sent)
    clicks("__init__")
    clicks("no such verb")
    assert len(clicks.sent) == count


def test_numbers_that_moved_are_shown_before_anything_is_written(made: demo.Demo) -> None:
    """Another person finished the same rows in between: the last click shows the new numbers instead."""
    clicks = Clicks(made.registry, made.recipe)
    clicks.upload("hr_export.csv", made.export.read_bytes())
    assert [clicks("next")["step"] for _ in "12"] == ["media", "finish"]
    made.registry.upload(made.export, made.recipe).finish()
    found = clicks("finish")
    assert found["step"] == "finish"
    assert found["kind"] == "problem"
    assert (found["numbers"][0]["label"], found["numbers"][0]["count"]) == ("New credentials", "0")


def test_a_saved_recipe_makes_the_run_without_a_person_equal_to_the_clicks(made: demo.Demo, tmp_path: Path) -> None:
    """What was decided by hand is what papermill repeats; its record shows no person."""
    clicks = Clicks(made.registry)
    clicks.upload("hr_export.csv", made.export.read_bytes())
    assert clicks.state["step"] == "review"
    assert clicks("go", step="headings")["step"] == "headings"
    chosen = {row["heading"]: row["column"] for row in clicks.state["headings"]["rows"]}
    clicks("headings", chosen={**chosen, "Certificate no.": "credential_number"})
    clicks("accept", cause=clicks.cause("Frist Aid"))
    clicks("accept", cause=clicks.cause("Invalid date format"))
    clicks("next")
    told = clicks("finish")
    saved = clicks("save", name="by hand")
    assert saved["said"].startswith("Saved as recipes/by hand.yaml")
    assert clicks("save", name="../x")["reason"] == "recipe_name_unusable"

    other = demo.prepare(tmp_path / "other", rows=300)
    parameters = {"source": str(other.export), "recipe": str(made.folder / "recipes/by hand.yaml"), "finish": True}
    record = tmp_path / "record.ipynb"
    notebook = Path(__file__).parents[1] / "notebooks" / "upload.ipynb"
    papermill.execute_notebook(
        notebook,
        record,
        parameters,
        kernel_name="python3",
        cwd=other.folder,
        progress_bar=False,
        store_widget_state=False,
    )
    batch = other.registry.batch(int(other.registry.batches().iloc[0]["batch"]))
    assert str(batch.counts) == told["counts"]
    outputs = nbformat.read(record, as_version=4).cells[-1].outputs
    assert str(batch.receipt).splitlines()[0] in outputs[-1]["data"]["text/plain"]
    assert "<style" not in outputs[-1]["data"]["text/html"]
    assert "@example" not in record.read_text("utf-8")


def test_a_batch_without_a_person_is_told_as_it_stands(made: demo.Demo) -> None:
    """review.ipynb under papermill: nothing is finished unless it was asked for."""
    batch = made.registry.upload(made.export, made.recipe)
    shown = repr(Record.of_batch(made.registry, batch.id, finish=False))
    assert "Upload 260 rows; 40 rows with errors are rejected." in shown
    assert batch.state == "draft"
    assert "receipt of batch" in repr(Record.of_batch(made.registry, batch.id, finish=True))
    assert "receipt of batch" in repr(Record.of_batch(made.registry, batch.id, finish=True))
    assert repr(Record.of_batch(made.registry, 0, finish=True)).endswith("total")


def test_without_a_person_a_file_is_held_as_import_would_hold_it(made: demo.Demo) -> None:
    """The recipe's threshold and that of the run count, and the record says why; another threshold frees the batch."""
    strict = made.recipe.with_name("strict.yaml")
    strict.write_text(made.recipe.read_text("utf-8") + "max_reject_rate: 0.1\n", "utf-8")
    held = Record.of_file(made.registry, str(made.export), str(strict), finish=True)
    assert held.batch is not None
    assert (held.batch.state, held.batch.counts.waiting) == ("held", 300)
    often = "Rejected most often for: Credential type doesn't exist (12 rows), Invalid date format (10 rows)"
    assert f"held: hr_export.csv\n{held.batch.counts}\n{held.batch.held_because}\n{often}" in repr(held)
    assert "\nWarning: " in repr(held)
    assert "40 of 300 rows are rejected" in repr(held)
    review = Record.of_batch(made.registry, held.batch.id, finish=True)
    assert "held: hr_export.csv" in repr(review)
    freed = Record.of_batch(made.registry, held.batch.id, finish=True, max_reject_rate=0.2)
    assert freed.batch is not None
    assert (freed.batch.id, freed.batch.state) == (held.batch.id, "finished")
    again = Record.of_file(made.registry, str(made.export), str(made.recipe), finish=True, max_reject_rate=0)
    assert again.batch is not None
    assert again.batch.state == "held"


def test_without_a_person_a_missing_heading_fails_and_a_draft_of_somebody_stays(made: demo.Demo) -> None:
    """Nothing promised the heading: the run fails as `import` does, without a stray draft; a person's draft is kept."""
    with pytest.raises(FileError) as caught:
        Record.of_file(made.registry, str(made.export), "", finish=True)
    assert (caught.value.reason, list(made.registry.batches()["state"])) == ("heading_missing", ["discarded"])
    draft = made.registry.upload(made.export)
    with pytest.raises(FileError):
        Record.of_batch(made.registry, draft.id, finish=True)
    assert draft.state == "draft"


def test_where_nothing_waits_the_review_says_so(made: demo.Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """review.ipynb without a batch opens the page of the credentials; that no draft is there is told, not left out."""
    monkeypatch.setenv("JPY_SESSION_NAME", "review.ipynb")
    shown = review(made.registry)
    assert isinstance(shown, Wizard)
    assert shown.said()["said"] == NOTHING_WAITS
    made.registry.upload(made.export, made.recipe)
    assert review(made.registry).said()["said"] == ""
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert NOTHING_WAITS not in repr(review(made.registry))


def test_a_user_is_found_by_name_address_or_number(made: demo.Demo) -> None:
    """What *Choose…* offers names the user as the file does: by address, or by the external id."""
    clicks = Clicks(made.registry, made.recipe)
    clicks("search", text="ZOE.MULLER", column="user_email")
    assert clicks.sent[-1]["choices"] == [("zoe.muller@example.org", "Zoë Müller · zoe.muller@example.org")]
    clicks("search", text="zoë müller", column="external_id")
    assert clicks.sent[-1]["choices"] == [("E-1002", "Zoë Müller · zoe.muller@example.org · E-1002")]
    clicks("search", text="", column="external_id")
    assert clicks.sent[-1]["choices"] == []


def test_a_correction_stays_in_force_when_a_rule_under_it_is_undone(made: demo.Demo) -> None:
    """A correction is guarded by the value that rules make of its cell: without the rule it holds all the same."""
    file = OpenFile(made.registry.upload(made.export, made.recipe))
    rule = file.accept(next(cause.key for cause in file.causes() if cause.value == "Frist Aid"))
    line = rule.cells[0].line
    file.edit([(line, "credential_type", "Forklift")])
    file.undo(rule.number)
    row = file.reviewed.table.lines.tolist().index(line)
    assert file.reviewed.resolved["credential_type_text"].iloc[row] == "Forklift"


@pytest.mark.long
def test_a_small_view_of_a_file_that_was_taken_away_is_no_problem(made: demo.Demo) -> None:
    """The browser asks for small views by itself: what was told about the click before stays."""
    clicks = Clicks(made.registry, made.recipe)
    clicks.upload("hr_export.csv", made.export.read_bytes())
    made.registry.batch(1).add_media(made.folder / demo.SCANS)
    medium = clicks("next")["linked"]["rows"][0]
    clicks("thumbs", keys=[medium["sha256"]])
    assert clicks.sent[-1]["type"] == "thumb"
    told = clicks("detach", file=medium["file"])["said"]
    sent = len(clicks.sent)
    clicks("thumbs", keys=[medium["sha256"]])
    assert (len(clicks.sent), clicks.state["said"]) == (sent, told)


@pytest.mark.long
def test_a_file_uploaded_again_still_lacks_its_media(made: demo.Demo) -> None:
    """What is unchanged and blocked for lack of media is counted; a scan that is added lowers the number by one."""
    finished = made.registry.upload(made.export, made.recipe)
    finished.finish()
    blocked = len(made.registry.approve(finished).blocked)
    clicks = Clicks(made.registry, made.recipe)
    clicks.upload("hr_export.csv", made.export.read_bytes())
    clicks("known", answer="again")
    told = clicks("next")
    assert (told["step"], told["required"], told["missing"]["found"]) == ("media", blocked, blocked)
    assert blocked > 0
    assert told["counts"].endswith(f"{blocked:,} rows without")
    line, scan = told["missing"]["rows"][0][0], min((made.folder / demo.SCANS).glob("*@*"))
    clicks.wizard.file.batch.add_media([scan], {scan.name: line})
    clicks("back")
    assert clicks("next")["required"] == blocked - 1


@pytest.mark.long
def test_a_notebook_of_an_older_version_still_imports_its_widgets(tmp_path: Path) -> None:
    """`credtools.widgets`, as notebooks in people's folders say it, is `credtools.jupyter`; a typo stays one."""
    code = """
import sys
from credtools.widgets import approve, audit, review, upload
import credtools.widgets, credtools.jupyter
assert credtools.widgets is credtools.jupyter and upload is credtools.jupyter.upload
assert credtools.jupyter.__spec__.name == "credtools.jupyter"
try:
    import credtools.widget
except ModuleNotFoundError:
    print("fine")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("fine\n", "")
