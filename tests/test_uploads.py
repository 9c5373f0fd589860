"""Uploads: batches found again months later – filtered, page by page – and what an undo would do, before it is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select

from credtools.errors import MovedError
from credtools.recipe import Recipe
from credtools.registry import Registry
from credtools.store import tables
from tests.builders import ANA, APPROVER, BEN, CARA, MIXED, ZOE, export

ANA_2025 = "ana@example.org,First Aid,2025-01-10,2031-01-10,"


def numbers(registry: Registry, text: str = "", **which: object) -> list[int]:
    """The numbers of the batches that fit, on the first page."""
    found = registry.uploads(text, **which)
    assert found.found >= len(found.rows)
    return found.rows["batch"].tolist()


def test_uploads_are_found_by_what_people_remember(
    registry: Registry, opened: Callable[..., Registry], registry_url: str, tmp_path: Path
) -> None:
    """By a piece of the file's name or the uploader's, by number, source and state; newest first, with what waits."""
    registry.upload(export(tmp_path, *MIXED, name="Übung März.csv")).finish()
    other = opened(registry_url, by=APPROVER)
    other.upload(export(tmp_path, CARA, name="november.csv"), Recipe(source="hr")).hold("for a person")
    registry.upload(export(tmp_path, ANA_2025, name="100%_done.csv")).discard()
    registry.upload(export(tmp_path, ZOE, ANA_2025, name="draft.csv"))
    assert numbers(registry) == [4, 3, 2, 1]
    assert [numbers(registry, text) for text in ("übung", "ÜBUNG MÄRZ", "APPROVER@", "%_", "2", "nothing")] == [
        *([1], [1], [2], [3], [2], [])
    ]
    assert (numbers(registry, source="hr"), numbers(registry, state="draft")) == ([2], [4])
    assert (numbers(registry, "csv", source="manual", state="finished"), numbers(registry, batch=3)) == ([1], [3])
    finished = registry.uploads(batch=1).rows.iloc[0]
    assert (finished["pending"], finished["open"], finished["new"], finished["rejected"]) == (1, 1, 2, 1)
    assert (finished["uploaded_by"], finished["finished_by"], finished["erased"]) == (registry.by, registry.by, False)
    held = registry.uploads(batch=2).rows.iloc[0]
    assert (held["held_because"], held["waiting"], held["source"]) == ("for a person", 1, "hr")
    registry.rename_source("hr", "personnel")
    registry.undo(1)
    assert (numbers(registry, source="personnel"), registry.uploaded_from()) == ([2], ["manual", "personnel"])
    undone = registry.uploads(batch=1).rows.iloc[0]
    assert (undone["state"], undone["pending"], undone["open"], undone["new"]) == ("undone", 0, 0, 2)
    assert registry.events(1)["kind"].tolist() == ["upload", "finish", "undo"]
    assert registry.events(99).empty


def test_a_page_of_thousands_is_one_question(registry: Registry, tmp_path: Path) -> None:
    """After years a page costs one statement, whatever was asked for; one beyond the end is the first one again."""
    registry.upload(export(tmp_path, *MIXED)).finish()
    with registry.engine.begin() as connection:
        (first,) = connection.execute(select(tables.batches)).mappings()
        columns = {name: value for name, value in first.items() if name not in ("id", "attempt_id")}
        many = [{**columns, "id": k, "attempt_id": f"{k}", "file_name": f"night {k}.csv"} for k in range(2, 3001)]
        connection.execute(insert(tables.batches), many)
    asked = []
    event.listen(registry.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    found = registry.uploads("NIGHT", state="finished", most=50, skip=100)
    assert (found.found, found.rows["batch"].tolist()) == (2999, list(range(2900, 2850, -1)))
    assert len([one for one in asked if "SELECT" in one]) == 1
    assert registry.uploads(most=50, skip=5000).rows["batch"].iloc[0] == 3000
    assert registry.uploads("no such night").found == 0


def test_the_same_file_is_known_whatever_became_of_it(registry: Registry, tmp_path: Path) -> None:
    """Drafts, held, finished and undone ones of all sources; not one that was discarded, nor another file."""
    path = export(tmp_path, *MIXED)
    assert registry.same_file(path).empty
    registry.upload(path).finish()
    registry.upload(path, Recipe(source="hr")).hold("for a person")
    registry.upload(path).discard()
    registry.undo(1)
    registry.upload(path)
    found = registry.same_file(path)
    assert list(zip(found["batch"], found["source"], found["state"], strict=True)) == [
        *((4, "manual", "draft"), (2, "hr", "held"), (1, "manual", "undone"))
    ]
    assert registry.same_file(export(tmp_path, *MIXED, BEN, name="other.csv")).empty


def test_an_undo_says_first_what_becomes_of_the_credentials(registry: Registry, tmp_path: Path) -> None:
    """Those of which nothing is left, those that go back to an earlier version, and withdrawals that end with it."""
    registry.upload(export(tmp_path, ANA, BEN)).finish()
    registry.upload(export(tmp_path, ANA_2025, CARA, name="later.csv")).finish()
    shown = registry.undo(2, dry_run=True)
    assert (shown.fallen, shown.gone, shown.back, shown.reinstated, shown.withdrawn) == (2, 1, 1, 0, 0)
    assert shown.effects == (
        "1 credential no longer counts: no other batch lists it.",
        "1 credential goes back to its earlier version.",
    )
    assert registry.batch(2).state == "finished"
    assert registry.undo(2, shown=shown) == shown
    assert registry.verify() == []


def test_an_undo_that_would_do_something_else_by_now_is_not_done(registry: Registry, tmp_path: Path) -> None:
    """Between what was shown and the click another file has said the same: nothing is undone, and it is shown again."""
    registry.upload(export(tmp_path, ANA, BEN)).finish()
    shown = registry.undo(1, dry_run=True)
    registry.upload(export(tmp_path, ANA, name="again.csv"), Recipe(source="hr")).finish()
    with pytest.raises(MovedError) as moved:
        registry.undo(1, shown=shown)
    assert (moved.value.reason, registry.batch(1).state) == ("undo_moved", "finished")
    again = registry.undo(1, dry_run=True)
    assert (again.fallen, again.kept, again.gone) == (1, {2: 1}, 1)
    assert registry.undo(1, shown=again).gone == 1
    assert registry.verify() == []


def test_an_undo_ends_the_withdrawals_of_its_batch(registry: Registry, tmp_path: Path) -> None:
    """What only that file had withdrawn counts again; what it had reinstated is withdrawn again."""
    words = Recipe.parse("status: {column: Status, valid: [Held], withdrawn: [Revoked]}\n", "hr")
    headings = "User email,Credential type,Issue date,Expiration date,Credential number,Status"
    for k, (first, second) in enumerate((("Held", "Held"), ("Revoked", "Held"), ("Held", "Revoked"))):
        rows = (f"{BEN},{first}", f"ana@example.org,Forklift,2024-02-20,,,{second}")
        registry.upload(export(tmp_path, *rows, headings=headings, name=f"{k}.csv"), words).finish()
    shown = registry.undo(3, dry_run=True)
    assert (shown.gone, shown.back, shown.reinstated, shown.withdrawn) == (0, 0, 1, 1)
