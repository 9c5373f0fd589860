"""Verify since a head: what came later is looked at as ever, what came before is said not to have been."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.errors import RegistryError
from credtools.registry import Registry
from tests.builders import export, only_sqlite, tamper

LATER = "ben@example.org,Passport,2025-06-06,2031-06-06,"


def proven(registry: Registry) -> str:
    """The head after a look that found nothing."""
    head = registry.verify().head
    assert head is not None
    return f"{head.seq}:{head.hash}"


@pytest.fixture
def since(history: Registry, tmp_path: Path) -> tuple[Registry, str]:
    """A history, the head up to which it was looked at, and a batch that came later."""
    head = proven(history)
    history.upload(export(tmp_path, LATER, name="later.csv")).finish()
    return history, head


def test_what_came_later_agrees(since: tuple[Registry, str]) -> None:
    """Nothing is found where nobody wrote past the program, and what was left out is said; so from the newest head."""
    registry, head = since
    found = registry.verify(since=head)
    assert found == []
    assert found.unseen
    assert found.head == registry.verify().head
    assert registry.verify().unseen == ()
    assert registry.verify(since=proven(registry)) == []


TAMPERINGS = {
    "values": "UPDATE source_files SET content = 'x' WHERE sha256 = (SELECT sha256 FROM batches WHERE id = {batch})",
    "version": "UPDATE credential_versions SET expiration_date = '2039-01-10' WHERE batch_id = {batch}",
    "ledger": "UPDATE ledger SET codes = 'x' WHERE batch_id = {batch}",
    "stands": "UPDATE credential_versions SET stands = false WHERE batch_id = {batch}",
    "sealed": "UPDATE batches SET file_name = 'other.csv' WHERE id = {batch}",
}


@only_sqlite
@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_written_later_is_looked_at(since: tuple[Registry, str], what: str) -> None:
    """A change of what came after the head is found as by a look at everything."""
    registry, head = since
    tamper(registry, TAMPERINGS[what].format(batch=registry.batches()["batch"].max()))
    assert registry.verify(since=head)
    assert registry.verify()


@only_sqlite
def test_what_was_written_before_is_not_looked_at(since: tuple[Registry, str]) -> None:
    """A change of an older row is found by a look at everything alone; the chain is followed from its beginning."""
    registry, head = since
    tamper(registry, TAMPERINGS["sealed"].format(batch=1))
    assert registry.verify(since=head) == []
    assert registry.verify()
    tamper(registry, "UPDATE events SET text = text || ' ' WHERE seq = 2")
    assert registry.verify(since=head)


@only_sqlite
def test_the_head_must_be_one_of_this_history(since: tuple[Registry, str]) -> None:
    """Another head at that event, and one that comes after all of them, are findings; what is no head is refused."""
    registry, head = since
    seq = int(head.partition(":")[0])
    assert len(registry.verify(since=f"{seq}:{'0' * 64}")) == 1
    assert len(registry.verify(since=f"{seq + 100}:{'0' * 64}")) == 1
    with pytest.raises(RegistryError) as caught:
        registry.verify(since="yesterday")
    assert caught.value.reason == "head_unclear"


@only_sqlite
def test_an_undone_batch_of_before_is_looked_at(since: tuple[Registry, str]) -> None:
    """Of a batch of which a later event speaks all is looked at, whenever it came."""
    registry, head = since
    registry.undo(1)
    tamper(registry, TAMPERINGS["ledger"].format(batch=1))
    assert registry.verify(since=head)


@only_sqlite
def test_the_command_prints_the_head(history: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `verify --json` calls head is what `--since` takes; where something doesn't agree there is none."""
    (tmp_path / "credtools.toml").write_text(f'database = "{history.engine.url.database}"', "utf-8")
    monkeypatch.chdir(tmp_path)

    def said(*arguments: str) -> dict[str, object]:
        return dict(json.loads(CliRunner().invoke(main, ["verify", "--json", *arguments]).stdout))

    first = said()
    again = said("--since", str(first["head"]))
    assert (first["agrees"], first["unseen"], first["since"]) == (True, [], None)
    assert (again["agrees"], again["head"], again["since"]) == (True, first["head"], first["head"])
    assert again["unseen"]
    tamper(history, TAMPERINGS["sealed"].format(batch=1))
    assert said()["head"] is None
