"""What an uploader of a team sees: their own batches, files, rejects and credentials; of others what they name."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.event import listen

from credtools.cli import main
from credtools.errors import RegistryError
from credtools.jupyter.parts.page import Page
from credtools.registry import finishing
from credtools.store.columns import metadata
from credtools.store.team.policies import OPEN, SEEN
from tests.attacks import HEAD, connect, event
from tests.builders import ANA, BEN, CARA, ZOE, export, write
from tests.teams import Team

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres
HR = "date_format: YYYY-MM-DD\n"
OWN = "Of your uploads and those shared with you."


@pytest.fixture(scope="module")
def built(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Team:
    return Team.built(postgres, tmp_path_factory.mktemp("reads"))


@pytest.fixture
def team(built: Team) -> Team:
    return built.copy()


def test_every_table_is_open_or_covered(team: Team) -> None:
    """A table that nobody has thought of can't come: each is read by all, with a reason, or has a policy."""
    assert not OPEN.keys() & SEEN.keys()
    assert OPEN.keys() | SEEN.keys() == set(metadata.tables)
    assert all(OPEN.values())
    with closing(connect(team)) as all_seeing:
        guarded = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = current_schema()::regnamespace"
        assert {name for (name,) in all_seeing.execute(guarded)} == SEEN.keys()
        open_ = (
            "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'v', 'm', 'S') AND NOT c.relrowsecurity"
            " AND c.relnamespace = current_schema()::regnamespace AND has_table_privilege(%s, c.oid, 'SELECT')"
        )
        found = {name for (name,) in all_seeing.execute(open_, [team.login("ana")])}
        assert found == {*OPEN, "alembic_version", "known_batches", "ledger_rows"}


def test_an_uploader_sees_what_is_their_own(team: Team, tmp_path: Path) -> None:
    """Batches, files, rejects, credentials and audit of others aren't there; who may audit sees all."""
    with team.open("ana") as ana, team.open("ulf") as ulf, team.open("bea") as bea:
        ana.upload(export(tmp_path, ANA, ZOE, name="a.csv")).finish()
        ulf.upload(export(tmp_path, BEN, ZOE, CARA, name="u.csv")).finish()
        for one, batch in ((ana, 1), (ulf, 2)):
            assert one.batches()["batch"].tolist() == [batch]
            assert one.uploads().found == 1
            assert set(one.audit.rejects()["batch"]) == {batch}
            assert set(one.credentials()["batch"]) == {batch}
        assert bea.batches()["batch"].tolist() == [2, 1]
        assert set(bea.audit.rejects()["batch"]) == {1, 2}
        with pytest.raises(RegistryError) as problem:
            ana.batch(2)
        assert problem.value.reason == "batch_unknown"


def test_a_file_is_judged_by_all_that_is_stored(team: Team, tmp_path: Path) -> None:
    """What others have uploaded makes rows unchanged, older or new versions; nothing is doubled."""
    newer, older = ANA.replace("2024-01-10", "2025-01-10"), BEN.replace("2024", "2023")
    with team.open("ana") as ana, team.open("ulf") as ulf, team.open("carl") as carl:
        ana.upload(export(tmp_path, ANA, BEN, CARA)).finish()
        batch = ulf.upload(export(tmp_path, newer, older, CARA, name="u.csv"))
        assert (batch.preview().new_versions, batch.preview().older, batch.preview().unchanged) == (1, 1, 1)
        batch.finish()
        assert len(carl.credentials()) == 5
        assert carl.credentials()["credential"].nunique() == 3
        assert len(ana.credentials()) == 5  # with what came later of the same credentials
        assert carl.verify() == []


def test_the_same_file_of_another_is_replayed(team: Team, tmp_path: Path) -> None:
    """Whoever brings the bytes that another one has brought gets their receipt, and sees that batch."""
    file = export(tmp_path, ANA, ZOE)
    with team.open("ana") as ana, team.open("ulf") as ulf:
        ana.upload(file).finish()
        assert ulf.upload(file).finish().replayed
        assert 1 in ulf.batches()["batch"].tolist()


def test_a_source_belongs_to_who_began_it(team: Team, tmp_path: Path) -> None:
    """Others upload under it, and see what came under it, once an administrator lets them; until it is taken back."""
    recipe = write(tmp_path, "hr.yaml", HR)
    first, second = export(tmp_path, ANA, ZOE, name="a.csv"), export(tmp_path, BEN, ZOE, name="u.csv")
    ulfs = team.login("ulf")
    with team.open("ana") as ana, team.open("ulf") as ulf, team.open("eva") as eva, team.open("carl") as carl:
        ana.upload(first, recipe=recipe).finish()
        with pytest.raises(RegistryError) as problem:
            ulf.upload(second, recipe=recipe)
        assert problem.value.reason == "source_of_others"
        eva.share_source("hr", ulfs)
        assert eva.who().set_index("login").loc[ulfs, "sources"] == "hr"
        assert ulf.audit.rejects()["batch"].tolist() == [1]
        ulf.upload(second, recipe=recipe).finish()
        assert set(ana.batches()["batch"]) == {1, 2}
        assert ana.audit.rejects()["state"].tolist() == ["superseded", "open"]
        eva.unshare_source("hr", ulfs)
        assert ulf.batches()["batch"].tolist() == [2]
        with pytest.raises(RegistryError) as problem:
            eva.unshare_source("hr", ulfs)
        assert problem.value.reason == "source_not_shared"
        assert carl.verify() == []


def test_what_a_service_began_belongs_to_all_uploaders(team: Team, tmp_path: Path) -> None:
    """A nightly export is followed by people: they see it, and may upload under its source."""
    recipe = write(tmp_path, "hr.yaml", HR)
    with team.open("cron") as cron, team.open("ana") as ana:
        cron.upload(export(tmp_path, ANA, ZOE), recipe=recipe).finish()
        assert ana.audit.rejects()["line"].tolist() == [3]
        assert not ana.upload(export(tmp_path, ANA, BEN, name="b.csv"), recipe=recipe).finish().replayed
        assert set(cron.batches()["batch"]) == {1, 2}


def test_nobody_writes_under_a_source_of_others(team: Team, tmp_path: Path) -> None:
    """The database itself refuses it, also a note that a run has failed; the program notes none there."""
    recipe = write(tmp_path, "hr.yaml", HR)
    with team.open("ulf") as ulf, team.open("ana") as ana, team.open("carl") as carl:
        ulf.upload(export(tmp_path, BEN), recipe=recipe).finish()
        ana.upload(export(tmp_path, ANA)).finish()
        finishing.note_failure(ana, "x.csv", "hr")
        assert carl.sources()["runs"].tolist() == [1, 1]
        runs = "INSERT INTO runs SELECT 99, s.id, NULL, now(), 'failed', 'x', '{}' FROM sources s WHERE s.name = 'hr'"
        with closing(connect(team, team.login("ana"))) as mine:
            for statement in (event("fail", None), runs):
                mine.execute(statement.encode())
            with pytest.raises(InsufficientPrivilege):
                mine.execute(HEAD.encode())


def test_what_is_only_ones_own_says_so(team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists, totals and exports of an uploader are never taken for everything; those of an auditor are."""
    monkeypatch.chdir(tmp_path)
    with team.open("ana") as ana:
        ana.upload(export(tmp_path, ANA, ZOE)).finish()
    lists = (["show"], ["show", "--sources"], ["rejects"], ["audit"], ["export", "-o", "all.csv"])
    for name, told in (("ana", True), ("carl", False)):
        monkeypatch.setenv("CREDTOOLS_DATABASE", team.url(name))
        said = [CliRunner().invoke(main, words).stdout for words in lists]
        assert [OWN in one for one in said] == [told] * len(lists)
        with team.open(name) as registry:
            assert (OWN in registry.report(tmp_path / "page.html").read_text("utf-8")) is told


def test_few_questions_are_asked(team: Team) -> None:
    """What a page says with each click is one question as long as nobody has written; opening asks each thing once."""
    with team.open("ana") as ana:
        page, asked = Page(ana), list[str]()
        page.said()
        listen(ana.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        page.said()
        assert len(asked) == 1
        asked.clear()
        assert ana.me.roles == ("uploader",)
        assert len(asked) == 1
