"""What a file would do to what is stored, as the wizard says it: blanks, older versions, status, what is withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools.errors import MovedError
from credtools.jupyter import Record
from credtools.model import Counts
from credtools.recipe import Recipe
from credtools.registry import Registry
from tests.builders import ANA, BEN, CARA, HEADINGS, export, write
from tests.clicks import Clicks

BLANK = "ana@example.org,First Aid,2024-01-10,,"  # over ANA's expiration date
LOSES = "1 row would lose the stored Expiration date."
WITH_STATUS = f"{HEADINGS},Status"
WORDS = "status: {valid: [Held], withdrawn: [Revoked]}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder in which recipes can be saved."""
    (tmp_path / "schemas").symlink_to(Path(__file__).parents[1] / "schemas")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def uploaded(registry: Registry, tmp_path: Path, *rows: str, recipe: str = "", headings: str = HEADINGS) -> Clicks:
    """A wizard with a file, perhaps read by recipes/hr.yaml."""
    path = None
    if recipe:
        (tmp_path / "recipes").mkdir(exist_ok=True)
        path = write(tmp_path, "recipes/hr.yaml", recipe)
    clicks = Clicks(registry, path)
    clicks.upload("now.csv", export(tmp_path, *rows, headings=headings).read_bytes())
    return clicks


def finish(registry: Registry, tmp_path: Path, *rows: str, recipe: str = "", headings: str = HEADINGS) -> None:
    """The file of another day, finished."""
    taken = Recipe.parse(recipe, "hr") if recipe else None
    registry.upload(export(tmp_path, *rows, headings=headings, name="before.csv"), taken).finish()


def expiries(registry: Registry) -> list[str]:
    """The expiration date of each version, by batch and line."""
    return [str(day)[:10] for day in registry.credentials().sort_values(["batch", "line"])["expiration_date"]]


# --- blank cells over stored values -----------------------------------------------------------------------------


def test_a_blank_cell_over_a_stored_value_is_asked_about(registry: Registry, tmp_path: Path) -> None:
    """The card says per column how many rows lose what; until it is decided each step before the last click says so."""
    finish(registry, tmp_path, ANA, BEN)
    clicks = uploaded(registry, tmp_path, BEN, BLANK)
    (card,) = clicks.state["asked"]
    assert (card["key"], card["count"]) == ("blanks", "1 row")
    assert card["items"] == [{"sentence": LOSES, "examples": ["line 3: ‘2030-01-10’"], "more": 0}]
    assert clicks.state["next"] == f"Upload all 2 rows. {LOSES}"
    assert any("Stored value would be lost" in one and "‘Review data’" in one for one in clicks.state["warnings"])
    assert clicks("next")["remarks"] == [LOSES]
    preview = clicks.wizard.file.batch.preview()
    assert (preview, preview.remarks) == (Counts(rows=2, new_versions=1, unchanged=1), (LOSES,))
    assert str(preview) == f"0 new · 1 new version · 0 older · 1 unchanged · 0 rejected\n{LOSES}"


def test_keep_and_clear_are_decisions_of_the_recipe(registry: Registry, folder: Path) -> None:
    """Kept values are no longer lost, cleared ones still said; both can be undone, reopened and saved."""
    finish(registry, folder, ANA, BEN)
    clicks = uploaded(registry, folder, BEN, BLANK)
    kept = clicks("blanks", answer="keep")
    assert (kept["asked"], kept["next"], kept["warnings"]) == ([], "Upload all 2 rows.", [])
    (decision,) = kept["decisions"]
    assert decision["sentence"] == "Blank cells keep the stored values (1 row)."
    assert decision["scope"] == "rule: every file of this source"
    undone = clicks("undo", number=decision["number"])
    assert (len(undone["asked"]), undone["decisions"]) == (1, [])
    cleared = clicks("blanks", answer="clear")
    assert (cleared["asked"], cleared["next"]) == ([], f"Upload all 2 rows. {LOSES}")
    assert clicks("blanks", answer="guess")["reason"] == "blanks_unusable"

    again = Clicks(registry)
    reopened = again("open", batch=clicks.wizard.file.batch.id)
    assert [one["sentence"] for one in reopened["decisions"]] == ["Blank cells clear the stored values (1 row)."]
    again("undo")
    assert again.wizard.file.batch.recipe.blanks is None
    again("blanks", answer="keep")
    assert again("next")["remarks"] == []
    again("finish")
    assert again.state["counts"] == "0 new · 0 new versions · 0 older · 2 unchanged · 0 rejected"
    again("save", name="hr")
    assert Recipe.load("recipes/hr.yaml").blanks == "keep"
    assert expiries(registry) == ["2030-01-10", "NaT"]  # ANA's, BEN's; none was lost
    assert registry.verify() == []


def test_a_heading_that_the_file_lacks_is_no_blank_cell(registry: Registry, tmp_path: Path) -> None:
    """What the file doesn't say stays as it is: nothing is asked and nothing changes."""
    finish(registry, tmp_path, ANA, BEN)
    clicks = uploaded(
        registry, tmp_path, "ana@example.org,First Aid,2024-01-10", headings="User email,Credential type,Issue date"
    )
    assert (clicks.state["asked"], clicks.state["next"]) == ([], "Upload all 1 row.")
    clicks("next")
    assert clicks.state["remarks"] == []
    assert clicks("finish")["counts"].startswith("0 new · 0 new versions · 0 older · 1 unchanged")


# --- what says again what an older version says -------------------------------------------------------------------

MISTAKE = ANA.replace("2030", "2026")


def test_a_person_makes_an_older_version_count_again(registry: Registry, tmp_path: Path) -> None:
    """Without a recipe nobody knows what was said last: unchanged until a person says otherwise, and undone at will."""
    for row in (ANA, MISTAKE):
        finish(registry, tmp_path, row)
    clicks = uploaded(registry, tmp_path, ANA, BEN)
    (card,) = clicks.state["asked"]
    assert (card["key"], card["count"], card["name"]) == ("again", "1 row", "says again what an older version says")
    assert card["says"].endswith("Line 2.")
    batch = clicks.wizard.file.batch
    assert (batch.preview(), batch.counts_again) == (Counts(rows=2, new=1, unchanged=1), None)

    left = clicks("again", answer="no")
    assert (left["asked"], batch.counts_again, batch.preview().unchanged) == ([], False, 1)
    assert left["decisions"][0]["scope"] == "this file only"
    assert [len(clicks("undo")["asked"]), batch.counts_again] == [1, None]
    told = clicks("again", answer="yes")
    assert told["decisions"][0]["sentence"] == (
        "What says again what an older version says counts again as a new version (1 row)."
    )
    assert any("Corrected back" in one for one in told["warnings"])
    assert (batch.preview(), batch.counts_again) == (Counts(rows=2, new=1, new_versions=1), True)

    again = Clicks(registry)
    assert len(again("open", batch=batch.id)["decisions"]) == 1
    again("next")
    again("finish")
    assert expiries(registry)[:3] == ["2030-01-10", "2026-01-10", "2030-01-10"]
    assert registry.verify() == []


def test_what_was_shown_before_the_answer_no_longer_binds(registry: Registry, tmp_path: Path) -> None:
    """In Python: the answer is an event of its own, may be taken back, and is refused once the batch is finished."""
    for row in (ANA, MISTAKE):
        finish(registry, tmp_path, row)
    batch = registry.upload(export(tmp_path, ANA))
    assert batch.preview().unchanged == 1
    batch.count_again()
    batch.count_again(yes=None)
    assert batch.changes().again == (0,)
    batch.count_again()
    assert batch.finish().counts == Counts(rows=1, new_versions=1)
    with pytest.raises(Exception, match="finished"):
        batch.count_again(yes=False)
    assert registry.verify() == []


def test_without_a_person_it_counts_again_by_itself(registry: Registry, tmp_path: Path) -> None:
    """The notebooks without a person do what `import` does, and their records show just that."""
    for row in (ANA, MISTAKE):
        finish(registry, tmp_path, row)
    done = Record.of_file(registry, str(export(tmp_path, ANA)), "", finish=True)
    assert done.batch is not None
    assert done.batch.counts == Counts(rows=1, new_versions=1)
    assert "1 unchanged" not in repr(done)  # neither before nor after it was written
    draft = registry.upload(export(tmp_path, MISTAKE, BEN))
    assert "1 unchanged" in repr(Record.of_batch(registry, draft.id, finish=False))
    Record.of_batch(registry, draft.id, finish=True)
    assert draft.counts == Counts(rows=2, new=1, new_versions=1)


def test_a_record_says_what_would_be_lost(registry: Registry, tmp_path: Path) -> None:
    """As text and as HTML, beside the counts; such a batch is held without a person."""
    finish(registry, tmp_path, ANA)
    record = Record.of_file(registry, str(export(tmp_path, BLANK)), "", finish=True)
    assert LOSES in record.text
    assert f"<p>{LOSES}</p>" in record.markup
    assert record.batch is not None
    assert record.batch.state == "held"


# --- the status ----------------------------------------------------------------------------------------------------


def test_an_unknown_word_of_the_status_gets_a_meaning(registry: Registry, folder: Path) -> None:
    """For the whole source: valid, withdrawn or leave out; a single row may also become another word of the recipe."""
    rows = (f"{ANA},Ended", f"{BEN},Helt", f"{CARA},")
    clicks = uploaded(registry, folder, *rows, recipe=WORDS, headings=WITH_STATUS)
    assert sorted(cause["word"] for cause in clicks.state["causes"]) == ["a blank cell", "‘Ended’", "‘Helt’"]
    cards = {cause["word"]: cause for cause in clicks.state["causes"]}
    assert all([key for key, _ in card["means"]] == ["valid", "withdrawn", "leave_out"] for card in cards.values())
    assert cards["‘Helt’"]["suggestion"] == "‘Held’"
    assert "below: valid, withdrawn or leave out" in cards["‘Ended’"]["resolution"]
    clicks("options", cause=cards["‘Ended’"]["key"])
    assert clicks.sent[-1]["choices"] == [("Held", "Held – valid"), ("Revoked", "Revoked – withdrawn")]

    told = clicks("means", cause=cards["‘Ended’"]["key"], meaning="withdrawn")
    assert told["said"] == "Status: ‘Ended’ means withdrawn (1 row). 1 error fixed."
    clicks("means", cause=cards["a blank cell"]["key"], meaning="leave_out")
    clicks("accept", cause=cards["‘Helt’"]["key"])
    batch = clicks.wizard.file.batch
    assert batch.recipe.status is not None
    assert batch.recipe.status.meanings == {
        "held": "valid",
        "revoked": "withdrawn",
        "ended": "withdrawn",
        "": "leave_out",
    }
    assert batch.preview() == Counts(rows=3, new=1, left_out=2)  # nobody knows what ANA's row would withdraw
    for _ in "123":
        clicks("undo")
    assert batch.recipe == Recipe.parse(WORDS, "hr")
    assert clicks("means", cause=clicks.cause("Ended"), meaning="perhaps")["reason"] == "meaning_unusable"
    chosen = clicks("choose", cause=clicks.cause("Ended"), value="Revoked", scope="patch")
    assert chosen["decisions"][0]["sentence"] == "Status: ‘Ended’ → ‘Revoked’ (1 cell)."
    clicks("undo")
    clicks("means", cause=clicks.cause("Ended"), meaning="valid")
    clicks("next")
    clicks("finish")
    assert clicks("save", name="hr")["kind"] == "done"
    saved = Recipe.load(folder / "recipes/hr.yaml").status
    assert saved is not None
    assert saved.valid == ("Held", "Ended")


# --- what would be withdrawn, reinstated, and is no longer listed ----------------------------------------------


def test_what_no_longer_counts_is_said_before_and_after_the_last_click(registry: Registry, tmp_path: Path) -> None:
    """By the status, and as no longer listed: how many credentials, in the finish step and beside the receipt alike."""
    recipe = f"{WORDS}export: {{full: 0.1}}\n"
    rows = [f"{one},Held" for one in (ANA, BEN, CARA)]
    finish(registry, tmp_path, *rows, recipe=recipe, headings=WITH_STATUS)
    clicks = uploaded(registry, tmp_path, f"{ANA},Revoked", f"{BEN},Held", recipe=recipe, headings=WITH_STATUS)
    clicks("next")
    told = [
        "1 credential is withdrawn: the status in the file says so.",
        "1 credential is no longer listed by the source. This is only reported; what is stored still counts.",
    ]
    assert clicks.state["remarks"] == told
    assert [one["count"] for one in clicks.state["numbers"] if one["label"] == "Withdrawn"] == ["1"]
    done = clicks("finish")
    assert (done["remarks"], done["counts"]) == (
        told,
        "0 new · 0 new versions · 0 older · 1 withdrawn · 1 unchanged · 0 rejected",
    )
    assert clicks.wizard.done.remarks == tuple(told)

    absent = f"{recipe}absent: withdraw\n"
    clicks = uploaded(registry, tmp_path, f"{ANA},Held", f"{CARA},Held", recipe=absent, headings=WITH_STATUS)
    clicks("next")
    told = [
        "1 credential is withdrawn: no longer in the full list of the source.",
        "1 credential is reinstated: valid again at the source.",
    ]
    assert clicks.state["remarks"] == told
    assert clicks("finish")["remarks"] == told
    assert registry.verify() == []


def test_what_is_at_stake_may_not_move_after_it_was_shown(registry: Registry, tmp_path: Path) -> None:
    """Equal counts with another loss are no longer what was shown: the last click asks again."""
    first, second = "ana@example.org,First Aid,2024-01-10,,", "ana@example.org,First Aid,2025-01-10,2031-01-10,"
    finish(registry, tmp_path, first)
    batch = registry.upload(export(tmp_path, first.replace("2024", "2025"), name="mine.csv"))
    assert batch.preview().remarks == ()
    finish(registry, tmp_path, second)
    with pytest.raises(MovedError) as caught:
        batch.finish()
    assert caught.value.reason == "counts_moved"
    assert batch.preview().remarks == (LOSES,)
    assert batch.finish().counts.new_versions == 1
