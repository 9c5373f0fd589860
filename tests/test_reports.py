"""Reports: what an audit and a batch have to say – one page each that anybody can open, and the same in a notebook."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import papermill
import pytest
from click.testing import CliRunner
from PIL import Image

from credtools import settings
from credtools.audit import plots, reports
from credtools.audit.filters import WORDS
from credtools.cli import main
from credtools.errors import CredtoolsError
from credtools.jupyter.audit import FILTERS
from credtools.jupyter.record import Record
from credtools.model import REJECT_STATES
from credtools.registry import Registry
from tests.builders import BEN, HR, MIXED, ZOE, export, load, long_on_a_server, only_sqlite, write
from tests.core import ROOT, schema_copy

SCRIPT = "<script>alert(1)</script>"
WRONG = "yan@example.org,Frist Aid,10.01.2024,,"


@pytest.fixture
def audited(registry: Registry, tmp_path: Path) -> Registry:
    """Of two sources: one row fixed, one waived, one superseded by one that is open, and one open."""
    registry.upload(export(tmp_path, *MIXED, name="a.csv")).finish()
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    registry.upload(export(tmp_path, *MIXED, name="a.csv")).finish()
    registry.upload(export(tmp_path, WRONG, BEN, name="b.csv")).finish()
    registry.upload(export(tmp_path, WRONG, name="c.csv")).finish()
    hr = write(tmp_path, "hr.yaml", "")
    for name, address in (("d.csv", "nobody@example.org"), ("e.csv", "who@example.org")):
        batch = registry.upload(export(tmp_path, f"{address},Forklift,2024-01-01,,", name=name), recipe=hr)
        batch.finish()
    registry.waive(batch.id, [2], "left the company")
    return registry


def by_name(registry: Registry, **filters: Any) -> dict[str, reports.Section]:
    return {section.name: section for section in reports.sections(registry.audit, filters)}


# --- what is said ---------------------------------------------------------------------------------------------


def test_rows_in_and_what_became_of_them(audited: Registry) -> None:
    """The first sentence accounts for every row, and the table for every source."""
    flow = by_name(audited)["flow"]
    assert flow.sentence == (
        "11 rows: 3 accepted, 3 already known, 5 rejected. Of the rejected rows: 1 fixed, 1 waived, 1 superseded "
        "(rejected again later), 2 still open."
    )
    assert flow.rows == (("hr", 2, 0, 0, 2, 0, 0, 1, 0, 1), ("manual", 9, 3, 3, 3, 0, 1, 0, 1, 1))
    for _, rows, accepted, unchanged, rejected, left_out, *states in flow.rows:
        assert rows == accepted + unchanged + rejected + left_out
        assert rejected == sum(states)


def test_rows_of_undone_batches_are_counted_apart(audited: Registry) -> None:
    """A batch that was undone counts no longer; its rejects, closed with it, are named beside the others."""
    audited.undo(6)
    flow = by_name(audited)["flow"]
    assert flow.sentence.endswith(" 2 still open. 1 more rejected row belonged to undone batches and closed with them.")
    dated = by_name(audited, since="2020-01-01")["flow"]  # of files, so what became of rejected rows isn't told twice
    assert dated.sentence == (
        "Of the files that were finished in this time, 10 rows: 3 accepted, 3 already known, 4 rejected."
    )
    assert "Open" not in dated.headings
    found = by_name(audited)
    assert found["causes"].rows[0] == ("User doesn't exist", "user_exists", 2, 1, 0, 1, 1, "60%")
    assert {row[0]: row[1] for row in found["sources"].rows} == {"manual": 4, "hr": 1}
    assert by_name(audited, batch=6)["causes"].sentence == "All of these rows belonged to undone batches."


def test_causes_largest_first(audited: Registry) -> None:
    """A row that came again counts once; each error is named as people know it, with its code and its states."""
    causes = by_name(audited)["causes"]
    assert causes.headings == ("Error", "Code", "Open", "Fixed", "Waived", "Superseded", "Void", "Cumulative")
    assert causes.rows[0] == ("User doesn't exist", "user_exists", 2, 1, 1, 1, 0, "67%")
    assert [row[1] for row in causes.rows[1:]] == ["credential_type_exists", "date_format"]
    assert causes.sentence == (
        "2 of 3 errors cause 83% of the rejections. A row that was rejected again counts once, by its latest check; a "
        "row with several errors counts in each."
    )
    assert causes.keys[0] == {"code": "user_exists"}


def test_sources_and_errors(audited: Registry) -> None:
    """Which source breaks which rule, without the rows that came again."""
    found = by_name(audited)["sources"]
    cells = {row[0]: dict(zip(found.headings[1:], row[1:], strict=True)) for row in found.rows}
    assert cells["manual"]["User doesn't exist"] == 2
    assert cells["hr"] == {
        "All": 2,
        "User doesn't exist": 2,
        "Credential type doesn't exist": 0,
        "Invalid date format": 0,
    }
    assert found.sentence == "Most errors come from manual (4), mainly ‘User doesn't exist’ (2)."


def test_age_and_time_to_fix(audited: Registry) -> None:
    """How long what is open has waited, and how long fixing took."""
    found = by_name(audited)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    assert found["ageing"].sentence == (
        f"2 rows are open, 0 for longer than 30 days. The oldest came first on {day}, from manual."
    )
    assert found["ageing"].rows == (("hr", 1, 0, 0, 0), ("manual", 1, 0, 0, 0))
    assert found["fixing"].sentence == "1 row is fixed: half within a day, nine of ten within a day."
    assert found["fixing"].rows == (("User doesn't exist", 1, "a day", "a day"),)


def test_what_a_changed_recipe_did(registry: Registry, tmp_path: Path) -> None:
    """The rows that a recipe's change has fixed are shown beside those that it broke."""
    title = "What recipe changes fixed and broke"
    assert by_name(registry)["changes"].sentence == "No source has changed its recipe from one file to the next."
    rows = ["ana@example.org,Frist Aid,2024-01-01", "ben@example.org,Forklift,2024-01-01"]
    file = export(tmp_path, *rows, name="hr.csv", headings="E-Mail,Kind,From")
    registry.upload(file, write(tmp_path, "hr.yaml", HR)).finish()
    more = "rules:\n  - replace: {column: credential_type, from: Frist Aid, to: First Aid}\n"
    registry.upload(file, write(tmp_path, "hr.yaml", HR + more)).finish()
    changes = by_name(registry)["changes"]
    assert (changes.title, changes.sentence) == (
        title,
        "1 change: 1 row fixed, 0 rejected that had been accepted before.",
    )
    assert [row[0] for row in changes.rows] == ["hr"]
    assert changes.rows[0][-2:] == (1, 0)


def test_filters_hold_for_every_section(audited: Registry) -> None:
    """One source asked for is all that any section speaks of; a filter that means nothing is refused by name."""
    for section in reports.sections(audited.audit, {"source": "hr"}):
        assert "manual" not in str(section.rows)
    with pytest.raises(CredtoolsError) as problem:
        list(reports.sections(audited.audit, {"state": "lost"}))
    assert problem.value.reason == "state_unknown"


@pytest.mark.parametrize("state", REJECT_STATES)
def test_every_state_can_be_asked_for(audited: Registry, state: str) -> None:
    """Rows that came again, or whose batch was undone, are left out of counts, unless somebody asks for them."""
    if state == "void":
        audited.undo(5)
    causes = by_name(audited, state=state)["causes"]
    counted = {row[1]: sum(row[2:7]) for row in causes.rows}
    expected = audited.audit.rejects(by="code", state=state).sum(axis=1)
    assert counted == expected.to_dict()
    assert counted["user_exists"] > 0
    assert causes.sentence.startswith(("One error causes", "2 of 3 errors cause", "3 of 3 errors cause"))


@only_sqlite
def test_only_rows_that_came_again(audited: Registry) -> None:
    """Where all rows that fit came again, it says so instead of counting them twice."""
    causes = by_name(audited, batch=3)["causes"]
    assert (causes.sentence, causes.plot) == (
        "All of these rows were rejected again later, and are counted there.",
        None,
    )


@only_sqlite
def test_two_errors_of_one_title(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An organisation's schema may call two errors the same: they stay two, with their codes behind."""
    schema_copy(tmp_path / "schemas", changes=[('"User doesn\'t exist"', '"Credential type doesn\'t exist"')])
    monkeypatch.setattr(registry, "places", replace(registry.places, schemas=tmp_path / "schemas"))
    registry.upload(export(tmp_path, WRONG)).finish()
    names = {f"Credential type doesn't exist ({code})" for code in ("user_exists", "credential_type_exists")}
    found = by_name(registry)
    assert names <= {row[0] for row in found["causes"].rows}
    assert names <= set(found["trend"].headings)
    assert names <= set(found["sources"].headings)


def test_nothing_was_rejected(registry: Registry) -> None:
    """Without rejected rows every section still says so in a sentence, and draws what there is."""
    for section in reports.sections(registry.audit, {}):
        assert section.sentence.endswith(".")
        assert section.plot is None or section.name == "flow"
        if section.plot:
            assert section.plot("light").startswith(b"\x89PNG")


# --- pictures -------------------------------------------------------------------------------------------------


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


NASTY = "$\\frac$ <b>総数</b> \u202e"
DRAWINGS = {
    "flow": lambda theme: plots.flow({**dict.fromkeys(plots.OUTCOMES, 3), "open": 0}, theme),
    "pareto": lambda theme: plots.pareto(pd.Series({NASTY: 4, **{f"c{k}": 1 for k in range(30)}}), theme),
    "trend": lambda theme: plots.trend(pd.DataFrame({NASTY: [1, 2], "x": [0, 4]}, ["2026-01-05", "2026-01-12"]), theme),
    "ageing": lambda theme: plots.ageing({"up to 7 days": 3, "over 90": 9}, theme),
    "crossed": lambda theme: plots.crossed(pd.DataFrame({NASTY: [1, 2], "x": [0, 4]}, ["a", NASTY]), theme),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_pictures_follow_the_theme_and_any_name(name: str) -> None:
    """A picture has the background of its page in light and dark; a name with signs of mathematics is only a name."""
    light, dark = (pixels(DRAWINGS[name](theme)) for theme in ("light", "dark"))
    assert light.shape == dark.shape
    assert light[0, 0].tolist() == [255, 255, 255]
    assert dark[0, 0].tolist() == [0x1E, 0x1E, 0x1E]
    assert len(np.unique(light.reshape(-1, 3), axis=0)) > 10


def test_a_picture_has_words(audited: Registry) -> None:
    """Who can't see a picture hears its first figures, and where the others are."""
    words = by_name(audited)["causes"].alternative
    assert words.startswith("Causes, largest first: User doesn't exist user_exists 2; ")
    assert words.endswith(" All figures are in the table below.")


# --- pages ----------------------------------------------------------------------------------------------------


def test_a_page_holds_everything_and_nobody(audited: Registry, tmp_path: Path) -> None:
    """One file: every section with its picture, nothing fetched, nothing run, no value of a file."""
    path = audited.report(tmp_path / "out" / "audit.html", source=None)
    page = path.read_text("utf-8")
    for section in reports.sections(audited.audit, {}):
        assert f"<h2>{section.title}</h2>" in page
    assert page.count("<picture>") == page.count('<img src="data:image/png;base64,') == 6
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|<script|<link|url\(|@import|javascript:", page)
    assert "@example.org" not in page.replace("uploader@example.org", "")


def test_names_are_only_text(registry: Registry, tmp_path: Path) -> None:
    """A file's or a source's name that is markup is shown in a page as it is written."""
    batch = registry.upload(export(tmp_path, ZOE, name=f"{SCRIPT.replace('/', '')}.csv"), recipe=None)
    batch.finish()
    page = reports.batch_page(batch.summary())
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


@only_sqlite
@pytest.mark.parametrize("state", ["draft", "held", "finished", "undone"])
def test_a_batch_in_every_state(registry: Registry, tmp_path: Path, state: str) -> None:
    """The page of a batch says in which state it is, how many rows, and by what it was judged."""
    batch = registry.upload(export(tmp_path, *MIXED))
    if state == "held":
        batch.hold("Somebody should look.")
    elif state != "draft":
        batch.finish()
    if state == "undone":
        registry.undo(batch)
    page = reports.batch_page(registry.batch(batch.id).summary())
    because = ": Somebody should look." if state == "held" else "."
    assert f"3 rows of the source manual. It is {state}{because}" in page
    assert batch.sha256 in page
    assert ("User doesn&#39;t exist" in page) == (state in ("finished", "undone"))
    assert "@example.org" not in page


@only_sqlite
@pytest.mark.long
def test_report_at_the_prompt(audited: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`credtools report` writes what Python writes; another ending, or filters beside a batch, are misuse."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", audited.engine.url.render_as_string(hide_password=False))
    monkeypatch.chdir(tmp_path)

    def say(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["report", *words])
        return done.exit_code, done.output

    assert say("-o", "a.html", "--source", "hr") == (0, "Written to a.html. Open it in a browser.\n")
    assert "Only source hr." in Path("a.html").read_text("utf-8")
    assert say("1", "-o", "b.html") == (0, "Written to b.html. Open it in a browser.\n")
    assert "<h1>Batch 1: a.csv</h1>" in Path("b.html").read_text("utf-8")
    assert say("-o", "a.pdf") == (2, f"credtools: {CredtoolsError('not_html', name='a.pdf')}\n")
    code, output = say("1", "-o", "b.html", "--state", "open")
    assert code == 2
    assert "The page of a batch shows all of it. Use filters without the number of a batch." in output


# --- in a notebook without a person ---------------------------------------------------------------------------


@long_on_a_server
def test_the_record_keeps_every_section_and_names_nobody(
    audited: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """audit.ipynb under papermill keeps every section, its picture inside, and no value of a file."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", audited.engine.url.render_as_string(hide_password=False))
    record = tmp_path / "record.ipynb"
    notebook = settings.documents("notebooks") / "audit.ipynb"
    papermill.execute_notebook(
        notebook, record, {"source": "hr"}, cwd=tmp_path, progress_bar=False, store_widget_state=False
    )
    output = nbformat.read(record, as_version=4).cells[-1].outputs[-1]["data"]
    assert "2 rows: 0 accepted, 0 already known, 2 rejected." in output["text/plain"]
    assert output["text/html"].count('src="data:image/png;base64,') == 6
    assert "<style" not in output["text/html"]
    assert "@example.org" not in record.read_text("utf-8").replace("uploader@example.org", "")  # who works here


def test_the_notebook_asks_by_the_filters() -> None:
    """The parameters of audit.ipynb are the filters of the form, in its order and explained in the same words."""
    notebook = nbformat.read(settings.documents("notebooks") / "audit.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    names = {"type": "credential_type"}  # `type` is a word of Python
    assert cell.source.splitlines() == [f'{names.get(name, name)} = ""  # {WORDS[name].help}' for name in FILTERS]


def test_a_record_of_nothing_to_count_is_refused(registry: Registry) -> None:
    """A source that there is not is named, with those that there are."""
    with pytest.raises(CredtoolsError) as problem:
        Record.of_audit(registry, {"source": "hr"})
    assert (problem.value.reason, problem.value.facts["choices"]) == ("filter_source_unknown", "none")


# --- from a figure to the fix -----------------------------------------------------------------------------------


def test_a_file_is_followed_by_a_draft(audited: Registry) -> None:
    """Opened again, a file is judged as things are now; finished, what passes now is fixed, the rest unchanged."""
    draft = audited.follow(3)
    assert (draft.state, draft.file, draft.source) == ("draft", "b.csv", "manual")
    draft.replace("credential_type", {"Frist Aid": "First Aid"})
    draft.patch(2, "user_email", "ana@example.org")
    draft.patch(2, "issue_date", "2024-01-11")
    assert draft.finish().counts.as_dict() | {"rows": 2} == draft.receipt.counts.as_dict()
    last = audited.audit.rejects(batch=4)
    assert set(last["state"]) == {"fixed"}
    assert audited.verify() == []


def test_only_rows_that_fit_are_taken_away(audited: Registry, tmp_path: Path) -> None:
    """The correction file of an audit holds the open rows that fit its filters, and no others."""
    assert audited.write_rejects(tmp_path / "all.csv") == 2
    assert audited.write_rejects(tmp_path / "hr.csv", source="hr") == 1
    assert audited.write_rejects(tmp_path / "none.csv", source="hr", code="date_format") == 0
    assert "nobody@example.org" in (tmp_path / "hr.csv").read_text("utf-8-sig")


def test_the_newest_rows(audited: Registry) -> None:
    """The newest come first, with all of their errors, as many rows as were asked for."""
    found = audited.audit.newest(3)
    assert found[["batch", "code"]].apply(tuple, axis=1).tolist() == [
        (6, "user_exists"),
        (5, "user_exists"),
        (4, "user_exists"),
        (4, "credential_type_exists"),
        (4, "date_format"),
    ]
    assert audited.audit.newest(1, state="open")["batch"].tolist() == [5]


def test_pages_travel_with_the_package() -> None:
    """The templates of the pages lie in the package, where a wheel takes them along."""
    lie = {path.name for path in (ROOT / "credtools" / "audit" / "templates").iterdir()}
    assert lie == {"page.css", "page.html"}


def test_a_page_of_an_empty_registry(registry: Registry, tmp_path: Path) -> None:
    """Before anything was uploaded, or when no row fits the filters, the page says so."""
    page = registry.report(tmp_path / "empty.html").read_text("utf-8")
    assert "No row was rejected." in page
    assert "<td" not in page
