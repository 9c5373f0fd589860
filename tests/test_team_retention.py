"""What a team has kept long enough is erased by who may administer, and by nobody else."""

from __future__ import annotations

from contextlib import chdir
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from credtools.errors import RegistryError
from credtools.privacy import retention
from tests.attacks import history
from tests.teams import Team

if TYPE_CHECKING:
    from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres


@pytest.fixture
def team(postgres: PostgresServer, tmp_path: Path) -> Team:
    """Uploads of several people and a service, finished, held and drafts."""
    with chdir(tmp_path):
        team = Team.built(postgres, Path())
        history(team, Path())
    return team


def test_only_an_administrator_erases_what_is_old(team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a year files and values go, whosesoever they were, by an admin; others are refused, and it verifies."""
    found = retention.expired
    later: Any = lambda engine, keep, by, now, runs: found(engine, keep, by, now + timedelta(days=400), runs)  # noqa: E731
    monkeypatch.setattr(retention, "expired", later)
    monkeypatch.chdir(tmp_path)
    with team.open("eva") as eva:
        for what in ("source", "values", "media"):
            eva.set(f"keep_{what}_days", 30)
        before = eva.audit.rejects().to_dict("records")
        for name in ("ana", "cron", "bea", "carl"):
            with team.open(name) as other:
                for dry_run in (True, False):
                    with pytest.raises(RegistryError) as caught:
                        other.retain(dry_run=dry_run)
                    assert caught.value.reason == "not_allowed"
        promised = eva.retain(dry_run=True).counts
        assert eva.retain().counts == promised
        assert {what for what, count in promised.items() if count} >= {"rows", "rejects", "files"}
        assert not any(eva.retain().counts.values())
        assert eva.verify() == []
        assert len(eva.audit.rejects()) == len(before)
    with team.open("ana") as ana:  # her draft waits, and its file with it
        assert ana.batch(3).finish().counts.rows == 2
        assert ana.audit.rejects()["state"].tolist().count("open") >= 1
    with team.open("carl") as carl:
        assert carl.verify() == []
