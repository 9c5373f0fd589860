"""The headings page, by clicks: passed where the content is plain – and said –, else asked with one click to agree."""

from __future__ import annotations

from pathlib import Path

import pytest

import credtools as ct
from credtools import demo
from credtools.errors import FileError
from credtools.recipe import Recipe
from tests.clicks import Clicks

UNCLEAR = ("Wer", "Was", "Tag 1", "Tag 2")  # two columns of dates, of which none follows from the other


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> demo.Demo:
    made = demo.prepare(tmp_path / "demo", rows=100)
    monkeypatch.chdir(made.folder)
    return made


def lines(headings: tuple[str, ...], day: int = 1, second: str = "03/05/19{k}") -> bytes:
    """Thirty rows: who, what, when, and another day."""
    rows = [
        f"{email},Fire Warden,{day:02}/01/2024,{second.format(k=50 + k)}" for k, email in enumerate(demo.ACTIVE[:30])
    ]
    return "\n".join([",".join(headings), *rows]).encode()


def test_the_messy_export_needs_no_click_on_the_headings(made: demo.Demo) -> None:
    """What was taken by content is said first, kept in the recipe, and said again when the draft is opened later."""
    clicks = Clicks(made.registry)
    state = clicks.upload("hr_export_2026-11.csv", made.export.read_bytes())
    assert state["step"] == "review"
    taken = [(one["heading"], one["title"]) for one in state["assumed"]]
    assert taken == [("E-Mail Adresse", "User email")]
    assert "are users of this organisation" in state["assumed"][0]["why"]
    assert "1 of them by their content" in state["reading"]["line"]
    batch = clicks.wizard.file.batch
    assert batch.recipe.headings == {"E-Mail Adresse": "user_email"}
    again = Clicks(made.registry)
    assert again("open", batch=batch.id)["assumed"] == state["assumed"]
    page = again("go", step="headings")["headings"]
    assert {one["heading"]: one["column"] for one in page["rows"]}["E-Mail Adresse"] == "user_email"
    said = again("headings", chosen={one["heading"]: one["column"] for one in page["rows"]})
    assert (said["step"], said["assumed"]) == ("review", [])


def test_what_is_unclear_is_asked_once(made: demo.Demo) -> None:
    """Chosen already, with the reason; one click agrees, and the next file of like headings asks nothing."""
    clicks = Clicks(made.registry)
    page = clicks.upload("october.csv", lines(UNCLEAR))
    assert page["step"] == "headings"
    rows = {one["heading"]: one for one in page["headings"]["rows"]}
    assert [rows[name]["column"] for name in UNCLEAR] == ["user_email", "credential_type", "issue_date", ""]
    assert [rows[name]["clear"] for name in UNCLEAR[:3]] == [True, True, False]
    said = clicks("headings", chosen={name: one["column"] for name, one in rows.items()})
    assert (said["said"], said["step"]) == ("", "review")
    clicks("next")
    clicks("finish")
    first = clicks.wizard.done.id
    clicks("close")

    later = Clicks(made.registry).upload("november.csv", lines(UNCLEAR, 2))
    assert later["step"] == "review"
    assert {one["why"] for one in later["assumed"]} == {f"as in october.csv (batch {first})"}
    made.registry.undo(first)
    assert Clicks(made.registry).upload("december.csv", lines(UNCLEAR, 3))["step"] == "headings"


def test_nothing_is_taken_without_a_person(made: demo.Demo) -> None:
    """Unattended, a missing heading fails as ever; the sentence says by which content it may be meant."""
    content = made.export.read_bytes().replace(b"E-Mail Adresse", b"Wer")
    path = made.folder / "unattended.csv"
    path.write_bytes(content)
    with pytest.raises(FileError) as refused:
        made.registry.upload(path).settle()
    assert (refused.value.code, refused.value.column) == ("heading_required", "user_email")
    assert "'Wer' seems to be meant: " in refused.value.on("prompt")
    assert "are users of this organisation" in refused.value.on("prompt")
    with pytest.raises(FileError):
        made.registry.check(path)


def test_a_held_batch_shows_its_reasons_first(made: demo.Demo) -> None:
    """A heading was renamed at the source: nobody finds the batch settled before the reason was seen."""
    recipe = Recipe.load(made.recipe)
    content = made.export.read_bytes().replace(b"Qualification", b"Kursname")
    path = made.folder / "renamed.csv"
    path.write_bytes(content)
    batch = made.registry.upload(path, recipe)
    assert batch.settle().verdict == "held"
    page = Clicks(made.registry)("open", batch=batch.id)
    assert page["step"] == "headings"
    assert {one["heading"]: one["column"] for one in page["headings"]["rows"]}["Kursname"] == "credential_type"


@pytest.mark.parametrize(("old", "new"), [("Qualification", "Kursname"), ("Issued on", "Ausgestellt am")])
def test_a_renamed_heading_is_found_again(made: demo.Demo, old: str, new: str) -> None:
    """Whether a row can be judged without it or not: what the recipe promises is looked for by content, and told."""
    content = made.export.read_bytes().replace(old.encode(), new.encode())
    state = Clicks(made.registry, made.recipe).upload("renamed.csv", content)
    assert state["step"] == "review"
    assert [one["heading"] for one in state["assumed"]] == [new]


@pytest.mark.long
def test_the_first_rows_and_a_column_in_numbers(made: demo.Demo) -> None:
    """Under their headings, with what each is taken for; a heading that isn't there has nothing below it."""
    clicks = Clicks(made.registry)
    state = clicks.upload("hr_export.csv", made.export.read_bytes())
    first = state["reading"]["first"]
    assert first["headings"][:3] == [
        ["E-Mail Adresse", "User email"],
        ["Qualification", "Credential type"],
        ["Issued on", "Issue date"],
    ]
    assert (len(first["rows"]), first["lines"][0], first["count"]) == (8, 5, 100)
    clicks("column", heading="Department")
    told = clicks.sent[-1]
    assert told["lines"][0].startswith("99 of 100 cells are filled, with 6 different values.")
    assert len(told["most"]) == 5
    clicks("column", heading="no such heading")
    assert clicks.sent[-1]["lines"] == []


@pytest.mark.long
def test_leaving_without_saving_loses_no_recipe(made: demo.Demo) -> None:
    """The recipe is kept with the batch; saved weeks later it has a name that nobody else has."""
    clicks = Clicks(made.registry)
    clicks.upload("hr_export_2026-11.csv", made.export.read_bytes())
    clicks("accept", cause=clicks.cause("Frist Aid"))
    for _ in "12":
        clicks("next")
    assert clicks("finish")["proposed"] == "hr_export"
    number = clicks.wizard.done.id
    clicks("close")
    with ct.open(str(made.folder / demo.DATABASE)) as later:
        batch = later.batch(number)
        assert batch.recipe.headings == {"E-Mail Adresse": "user_email"}
        assert [rule.new for rule in batch.recipe.replacements] == ["First Aid"]
        (made.folder / "recipes/hr_export.yaml").write_text("schema: credentials\n")
        path = batch.proposed_recipe()
        assert path == Path("recipes/hr_export_2.yaml")
        batch.save_recipe(path)
        assert later.batch(number).source == "hr_export_2"
        assert later.batch(number).proposed_recipe() == path
        path.unlink()  # the source is known without it
        assert later.upload("exports/hr_export.csv", name="hr_export_2.csv").proposed_recipe().stem == "hr_export_3"
        assert Recipe.load("recipes/hr.yaml").headings["E-Mail Adresse"] == "user_email"
