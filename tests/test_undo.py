from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from credtools.errors import RegistryError
from credtools.model import Counts
from credtools.registry import Registry
from tests.builders import ANA, BEN, MIXED, ZOE, export, load, long_on_a_server, only_sqlite, outcome, rows_of

ANA_2025 = "ana@example.org,First Aid,2025-01-10,2031-01-10,"


def reject_states(registry: Registry) -> list[tuple[int, int, str]]:
    """(batch, line, state) of every reject, in the order in which they were opened."""
    frame = registry.audit.rejects().drop_duplicates("reject").sort_values("reject")
    return list(zip(frame["batch"], frame["line"], frame["state"], strict=True))


def test_undone_batch_no_longer_stands(registry: Registry, tmp_path: Path) -> None:
    """Undo withdraws every version of a batch; its number, ledger and receipt stay, and the history still verifies."""
    before = outcome(registry)["credentials"]
    batch = registry.upload(export(tmp_path, *MIXED))
    receipt = batch.finish()
    assert registry.undo(batch).fallen == 2
    assert batch.state == "undone"
    assert outcome(registry)["credentials"] == before
    assert batch.receipt == receipt
    assert reject_states(registry) == [(1, 3, "void")]
    assert registry.verify() == []


def test_undone_file_can_come_again(registry: Registry, tmp_path: Path) -> None:
    """After undo the same file goes in as if for the first time: a new batch, not the old receipt."""
    path = export(tmp_path, *MIXED)
    registry.upload(path).finish()
    registry.undo(1)
    receipt = registry.upload(path).finish()
    assert (receipt.replayed, receipt.batch) == (False, 2)
    assert receipt.counts == Counts(rows=3, new=2, rejected=1)
    assert reject_states(registry) == [(1, 3, "void"), (2, 3, "open")]
    assert registry.verify() == []


def test_undo_makes_the_earlier_version_newest_again(registry: Registry, tmp_path: Path) -> None:
    """When the newest version falls its predecessor counts again."""
    registry.upload(export(tmp_path, ANA)).finish()
    registry.upload(export(tmp_path, ANA_2025, name="later.csv")).finish()
    registry.undo(2)
    frame = registry.credentials()
    assert frame["issue_date"].astype(str).tolist() == ["2024-01-10"]
    assert frame["newest"].tolist() == [True]
    assert registry.verify() == []


def test_undo_reopens_what_the_batch_had_fixed(registry: Registry, tmp_path: Path) -> None:
    """A reject that was fixed by the undone batch is open again, and is fixed by the next one."""
    path = export(tmp_path, *MIXED)
    registry.upload(path).finish()
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    registry.upload(path).finish()
    assert reject_states(registry) == [(1, 3, "fixed")]
    registry.undo(2)
    assert reject_states(registry) == [(1, 3, "open")]
    assert registry.upload(path).finish().counts == Counts(rows=3, new=1, unchanged=2)
    assert reject_states(registry) == [(1, 3, "fixed")]
    assert registry.verify() == []


def test_undo_reopens_what_the_batch_had_superseded(registry: Registry, tmp_path: Path) -> None:
    """A reject that was superseded by one of the undone batch is the open one again."""
    registry.upload(export(tmp_path, ZOE, ANA)).finish()
    registry.upload(export(tmp_path, ZOE, BEN, name="later.csv")).finish()
    assert reject_states(registry) == [(1, 2, "superseded"), (2, 2, "open")]
    registry.undo(2)
    assert reject_states(registry) == [(1, 2, "open"), (2, 2, "void")]


def test_what_another_batch_says_too_stays(registry: Registry, tmp_path: Path) -> None:
    """A version stands while any finished batch says it: undo takes back the rest, and says which batch keeps what."""
    registry.upload(export(tmp_path, ANA, BEN)).finish()
    registry.upload(export(tmp_path, ANA, name="later.csv")).finish()
    seen = registry.undo(1, dry_run=True)
    assert (seen.fallen, seen.kept) == (1, {2: 1})
    assert registry.batch(1).state == "finished"
    assert registry.undo(1) == seen
    assert registry.credentials()["user_email"].tolist() == ["ana@example.org"]
    assert registry.verify() == []
    assert registry.undo(2).fallen == 1
    assert registry.credentials().empty
    assert registry.verify() == []


def test_undo_of_the_wrong_file_alone(registry: Registry, tmp_path: Path) -> None:
    """A file that later ones have corrected is undone by itself; what came later stays."""
    registry.upload(export(tmp_path, ANA)).finish()
    registry.upload(export(tmp_path, ANA_2025, name="wrong.csv")).finish()
    registry.upload(export(tmp_path, ANA_2025.replace("2031", "2032"), name="right.csv")).finish()
    assert (registry.undo(2).fallen, registry.undo(2 - 1).fallen) == (1, 1)
    assert registry.credentials()["expiration_date"].astype(str).tolist() == ["2032-01-10"]
    assert registry.verify() == []


@long_on_a_server
@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_undo_in_any_order(registry: Registry, tmp_path: Path, order: tuple[int, ...]) -> None:
    """Whatever the order, undoing all leaves nothing standing and every reject void; in between, verify holds."""
    recipe = tmp_path / "hr.yaml"
    recipe.write_text("", "utf-8")
    for name, rows in {"a": (ZOE, ANA), "b": (ZOE, BEN, ANA_2025), "c": (ZOE, ANA_2025)}.items():
        registry.upload(export(tmp_path, *rows, name=f"{name}.csv"), recipe=recipe).finish()
    expected = {1: "superseded", 2: "superseded", 3: "open"}
    assert {batch: state for batch, _, state in reject_states(registry)} == expected
    for number in order:
        registry.undo(number)
        expected[number] = "void"
        left = [batch for batch, state in expected.items() if state != "void"]
        expected |= {batch: "open" if batch == max(left) else "superseded" for batch in left}
        assert {batch: state for batch, _, state in reject_states(registry)} == expected
        assert registry.verify() == []
    assert registry.credentials().empty
    assert rows_of(registry, "words")["words"] == []


@only_sqlite
def test_a_number_of_a_frame_names_its_batch(registry: Registry, tmp_path: Path) -> None:
    """What `batches()` shows can be given back: its numbers are NumPy's, which SQLite would store as bytes."""
    registry.upload(export(tmp_path, ANA)).finish()
    assert registry.undo(registry.batches()["batch"].max()).fallen == 1
    assert registry.batch(registry.batches()["batch"].max()).state == "undone"


def test_only_finished_batches_are_undone(registry: Registry, tmp_path: Path) -> None:
    """A draft has nothing to take back, and nobody undoes twice."""
    batch = registry.upload(export(tmp_path, ANA))
    with pytest.raises(RegistryError) as caught:
        registry.undo(batch)
    facts = {"batch": 1, "state": "draft", "verb": "undone"}
    assert (caught.value.reason, caught.value.facts) == ("batch_not_finished", facts)
    batch.finish()
    registry.undo(batch)
    with pytest.raises(RegistryError) as caught:
        registry.undo(1)
    assert (caught.value.reason, caught.value.facts) == ("batch_not_finished", facts | {"state": "undone"})
