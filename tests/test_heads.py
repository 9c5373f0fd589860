"""Heads kept elsewhere: what nobody can change in a database alone – the end dropped, or everything written anew."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update

from credtools.cli import main
from credtools.errors import CredtoolsWarning, RegistryError
from credtools.registry import Registry
from credtools.store import tables
from credtools.store.verify.chain import chain_of
from tests.builders import ANA, UPLOADER, export, rows_of
from tests.test_events import chained_anew, mutated, texts


def rewound(registry: Registry) -> None:
    """The last event is dropped, with all that it sealed, and the head moved back."""
    with registry.engine.begin() as connection:
        last = connection.execute(select(func.max(tables.events.c.seq))).scalar_one()
        head = chain_of(connection).heads[last - 1]
        connection.execute(delete(tables.seals).where(tables.seals.c.event_seq == last))
        connection.execute(delete(tables.events).where(tables.events.c.seq == last))
        connection.execute(update(tables.audit_head).values(seq=last - 1, hash=head))


def head_of(registry: Registry) -> str:
    return "{1}:{2}".format(*rows_of(registry, "audit_head")["audit_head"][0])


def test_every_receipt_is_in_the_history(history: Registry) -> None:
    """The head of each receipt, in full or as it is printed, is one of the history."""
    for number in (1, 2):
        receipt = history.batch(number).receipt
        assert receipt is not None
        for head in (receipt.audit_head, receipt.audit_head[:16], f"{receipt.audit_head[:16]}…"):
            assert history.verify(f"{receipt.audit_seq}:{head}") == []


def test_a_history_that_lost_its_end(registry: Registry) -> None:
    """Who drops the tail and moves the head back deceives the database, but not a head that was noted elsewhere."""
    registry.set("max_rows", 7)
    noted = head_of(registry)
    rewound(registry)
    seq = int(noted.partition(":")[0])
    assert [one for one in registry.verify() if "head" in one] == []
    printed = f"{noted[: len(str(seq)) + 17]}…"
    told = f"The history ends with event {seq - 1}, but the head {printed} was printed: what came later is gone."
    assert registry.verify(noted)[0] == told


def test_a_history_that_was_written_anew(history: Registry) -> None:
    """Who writes everything anew, hash by hash up to the head, is found by any later receipt."""
    noted, before = head_of(history), texts(history)
    last = max(before)  # later than the receipts that the registry keeps itself
    chained_anew(history, {last: mutated(before[last], "at", "2020-01-01T00:00:00+00:00")})
    assert history.verify() == []
    (problem,) = history.verify(noted)
    assert "has another head than the one that was printed" in problem


@pytest.mark.parametrize("head", ["", "12", "12:", ":4be0643f1d98573b", "12:xyz", "12:4be0", "x:4be0643f1d98573b"])
def test_what_is_no_head(history: Registry, head: str) -> None:
    """A head that can't be read is misuse: nothing is verified as if it had been compared."""
    if head:
        with pytest.raises(RegistryError) as caught:
            history.verify(head)
        assert caught.value.reason == "head_unclear"


def test_at_the_prompt(history: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit 0 for a head of this history, 1 for another one, 2 for what is none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDTOOLS_DATABASE", history.engine.url.render_as_string(hide_password=False))
    seq, _, hash_ = head_of(history).partition(":")
    other = f"{seq}:{hash_[::-1]}"
    ends = [CliRunner().invoke(main, ["verify", "--head", head]) for head in (f"{seq}:{hash_}", other, "12")]
    assert [end.exit_code for end in ends] == [0, 1, 2]
    assert json.loads(CliRunner().invoke(main, ["verify", "--head", other, "--json"]).stdout)["agrees"] is False


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file to which every write tells its head."""
    place = tmp_path / "heads.txt"
    monkeypatch.setenv("CREDTOOLS_HEADS", str(place))
    return place


def test_each_write_tells_its_head(
    registry_url: str, told: Path, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """A line per write, of which verify compares all; a dry run and reading tell nothing."""
    registry = opened(registry_url)
    receipt = registry.upload(export(tmp_path, ANA)).finish()
    registry.undo(1, dry_run=True)
    lines = told.read_text("utf-8").splitlines()
    assert all(re.fullmatch(r"\d+ [0-9a-f]{64} \d{4}-\d\d-\d\dT\S+", line) for line in lines)
    assert lines[-1].split(" ")[:2] == [str(receipt.audit_seq), receipt.audit_head]
    assert f"{head_of(registry).replace(':', ' ')} " in lines[-1]
    assert registry.verify() == []
    rewound(registry)
    assert any(problem.endswith(f"It stands in {told}.") for problem in registry.verify())


def test_a_head_that_cant_be_told(registry_url: str, told: Path, opened: Callable[..., Registry]) -> None:
    """What was committed stays, and whoever wrote is warned; the next write tells its head again."""
    registry = opened(registry_url)
    told.mkdir()
    with pytest.warns(CredtoolsWarning, match="couldn't be written") as caught:
        registry.set("max_rows", 7)
    assert [getattr(one.message, "reason", "") for one in caught] == ["head_untold"]
    assert ("max_rows", "7") in rows_of(registry, "settings")["settings"]
    told.rmdir()
    registry.set("max_rows", 8)
    assert len(told.read_text("utf-8").splitlines()) == 1
    assert registry.verify() == []


@pytest.mark.parametrize("content", ["no head\n", "1 12\n", b"\xff\n".decode("latin-1")])
def test_strange_lines_are_told(registry_url: str, told: Path, opened: Callable[..., Registry], content: str) -> None:
    """A line that holds no head is a finding, and so is a file that is gone although there is a history."""
    registry = opened(registry_url)
    assert registry.verify() == [f"The file of heads {told} is missing."]
    told.write_text(content, "latin-1")
    assert registry.verify() == [f"Line 1 of {told} holds no head."]


def test_a_new_registry_has_told_nothing(empty_url: str, told: Path) -> None:
    """Without any event there is no head to be told, and nothing is missing."""
    from credtools.registry import create

    registry = create(empty_url, by=UPLOADER)
    assert registry.verify() == []
    registry.engine.dispose()
    assert not told.exists()
