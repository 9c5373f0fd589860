"""Single rows decided by a person: rejected whatever is in them, one of two kept, fields put together."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools.errors import CredtoolsError
from credtools.registry import Registry
from tests.builders import ANA, BEN, CARA, ZOE, export, write
from tests.clicks import Clicks

ANA_OTHERWISE = ANA.replace("2030", "2031")
RECIPE = "headings: {User email: user_email}\n"


def open_wizard(registry: Registry, folder: Path, *rows: str, source: str = "") -> Clicks:
    recipe = write(folder, f"{source}.yaml", RECIPE) if source else None
    clicks = Clicks(registry, recipe)
    clicks.upload("people.csv", export(folder, *rows).read_bytes())
    return clicks


def codes(clicks: Clicks) -> list[list[str]]:
    return [list(some) for some in clicks.wizard.file.reviewed.codes]


def test_a_row_is_rejected_whatever_is_in_it_and_that_can_be_undone(registry: Registry, tmp_path: Path) -> None:
    """It is a correction of its record: counted, said, listed among the decisions, no cause; undone, and done again."""
    clicks = open_wizard(registry, tmp_path, ANA, BEN, CARA)
    state = clicks("reject", lines=[2, 4])
    assert state["counts"].startswith("1 ready · 2 rejected")
    assert (state["causes"], [one["scope"].split(":")[0] for one in state["decisions"]]) == ([], ["patch"])
    assert clicks.rows["offered"]["row_rejected"] == [0, 2]
    assert codes(clicks) == [["row_rejected"], [], ["row_rejected"]]
    assert clicks("reject", lines=[2])["reason"] == "no_change"
    assert clicks("undo")["counts"].startswith("3 ready")
    assert clicks("redo")["counts"].startswith("1 ready")
    assert clicks("redo")["reason"] == "nothing_to_redo"
    assert clicks("reject", lines=[9])["reason"] == "cell_locked"


def test_what_was_undone_last_is_done_again_in_its_place(registry: Registry, tmp_path: Path) -> None:
    """Each redo takes back one undo, as long as nothing else was decided in between."""
    clicks = open_wizard(registry, tmp_path, ANA, ZOE, BEN.replace("Forklift", "Forkliftt"))
    clicks("accept", cause=clicks.cause("Forkliftt"))
    clicks("leave", cause=clicks.cause("zoe@example.org"))
    clicks("edit", cells=[[2, "credential_number", "7"]])
    decided = clicks.state["decisions"]
    clicks("undo", number=decided[1]["number"])
    clicks("undo")
    clicks("undo")
    for _ in range(3):
        clicks("redo")
    assert (clicks.state["decisions"], clicks.state["reason"]) == (decided, "")
    clicks("undo")
    clicks("reject", lines=[2])
    assert clicks("redo")["reason"] == "nothing_to_redo"


def test_of_two_rows_about_one_credential_one_is_kept(registry: Registry, tmp_path: Path) -> None:
    """The others are rejected and no longer count as said; of other credentials nothing changes."""
    cara_otherwise = CARA.replace("03-05,", "03-05,2031-01-01")
    clicks = open_wizard(registry, tmp_path, ANA, CARA, ANA_OTHERWISE, cara_otherwise)
    assert codes(clicks) == [["not_repeated"]] * 4
    state = clicks("keep", line=4)
    assert state["counts"].startswith("1 ready · 3 rejected")
    assert codes(clicks) == [["row_rejected"], ["not_repeated"], [], ["not_repeated"]]
    assert clicks("keep", line=4)["reason"] == "cause_gone"
    clicks("keep", line=3)
    assert clicks.wizard.file.batch.finish().counts.new == 2
    assert registry.verify() == []


def test_a_rejected_record_stays_rejected_when_it_comes_again(registry: Registry, tmp_path: Path) -> None:
    """Next month's same record is rejected, another one of the person isn't; undone there, it is accepted."""
    first = open_wizard(registry, tmp_path, ANA, BEN, source="hr")
    first("reject", lines=[2])
    first.wizard.file.batch.finish()
    later = open_wizard(registry, tmp_path, CARA, ANA, ANA_OTHERWISE.replace("2024-01", "2025-01"), source="hr")
    assert codes(later) == [[], ["row_rejected"], []]
    assert open_wizard(registry, tmp_path, CARA, source="hr").state["idle"]["sentences"] == [
        "A row rejected by a person: its record is not in this file."
    ]
    (decision,) = later.state["decisions"]
    state = later("undo", number=decision["number"])
    assert state["counts"].startswith("3 ready")
    later.wizard.file.batch.finish()
    rejects = registry.audit.rejects()[["line", "code", "state"]]
    assert rejects.to_numpy().tolist() == [[2, "row_rejected", "fixed"]]
    assert len(registry.upload(tmp_path / "export.csv", tmp_path / "hr.yaml").patches()) == 0


def test_a_correction_of_a_rejected_row_is_the_later_word(registry: Registry, tmp_path: Path) -> None:
    """Whoever corrects the row in a spreadsheet says that it is right: accepted, and the same record from then on."""
    clicks = open_wizard(registry, tmp_path, ANA, BEN, source="hr")
    clicks("reject", lines=[2])
    clicks.wizard.file.batch.finish()
    registry.write_rejects(wrong := tmp_path / "wrong.csv")
    wrong.write_text(wrong.read_text("utf-8-sig").replace("2030-01-10", "2032-01-10"), "utf-8")
    assert len(registry.correct(wrong).fixed) == 1
    later = open_wizard(registry, tmp_path, ANA, source="hr")
    assert codes(later) == [[]]
    assert later.wizard.file.batch.patches()["new"].tolist() == ["2032-01-10"]


def test_fields_are_put_together_as_the_headings_want_them(registry: Registry, tmp_path: Path) -> None:
    """The fields as read are shown; joined, they are corrections of the record that follow its rules, and undone."""
    rows = ["ana@example.org,Frist, Aid,2024-01-10,2030-01-10,", BEN]
    recipe = RECIPE + "rules:\n  - replace: {column: credential_type, from: 'Frist, Aid', to: First Aid}\n"
    clicks = Clicks(registry, write(tmp_path, "hr.yaml", recipe))
    clicks.upload("people.csv", export(tmp_path, *rows).read_bytes())
    assert (codes(clicks), clicks.rows["offered"]["field_count"]) == ([["field_count"], []], [0])
    clicks("fields", line=2)
    shown = next(one for one in reversed(clicks.sent) if one["type"] == "fields")
    assert shown["fields"] == ["ana@example.org", "Frist", " Aid", "2024-01-10", "2030-01-10", ""]
    assert (len(shown["headings"]), shown["by"]) == (5, ",")
    assert clicks("complete", line=2, fields=shown["fields"])["reason"] == "fields_unusable"
    joined = ["ana@example.org", "Frist, Aid", "2024-01-10", "2030-01-10", ""]
    state = clicks("complete", line=2, fields=joined)
    assert state["counts"].startswith("2 ready · 0 rejected")
    assert clicks("undo")["counts"].startswith("1 ready · 1 rejected")
    clicks("redo")
    clicks.wizard.file.batch.finish()
    assert "First Aid" in registry.credentials()["credential_type"].tolist()
    later = Clicks(registry, tmp_path / "hr.yaml")
    later.upload("again.csv", export(tmp_path, *rows, CARA).read_bytes())
    assert codes(later) == [[], [], []]


def test_columns_that_nothing_is_made_of_come_when_they_are_asked_for(registry: Registry) -> None:
    """They are as in the file, each by its heading, and no error is ever in them."""
    content = "User email,Credential type,Issue date,Room,Remark\nana@example.org,First Aid,2024-01-10,12,a  b\n"
    clicks = Clicks(registry)
    clicks.upload("rooms.csv", content.encode())
    assert clicks.rows["unused"] == 2
    clicks("unused")
    assert [column["title"] for column in clicks.rows["columns"]] == ["Room", "Remark"]
    assert clicks.rows["texts"] == [["12"], ["a b"]]


def test_rows_are_rejected_in_python_as_well(registry: Registry, tmp_path: Path) -> None:
    """`batch.reject` is the same decision, and takes it back."""
    batch = registry.upload(export(tmp_path, ANA, BEN))
    assert batch.reject(2, 3).rejected.tolist() == [True, True]
    assert batch.reject(3, back=True).rejected.tolist() == [True, False]
    assert batch.patches().to_numpy().tolist() == [[2, "record", "", "rejected"]]
    with pytest.raises(CredtoolsError) as caught:
        batch.reject(7)
    assert caught.value.reason == "line_without_record"
