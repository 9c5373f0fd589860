"""Every verb that writes works for the logins whose roles have the right, and is refused to all others."""

from __future__ import annotations

import shutil
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from credtools.errors import RegistryError
from tests.attacks import connect, history
from tests.builders import ANA, BEN, CARA, TYPES, USERS, ZOE, export, write
from tests.pictures import filled, jpeg
from tests.teams import Team

if TYPE_CHECKING:
    from collections.abc import Callable

    from credtools.registry import Registry
    from tests.postgres import PostgresServer

    Verb = Callable[[Registry, Path], Any]

pytestmark = pytest.mark.postgres

WHO = ("ana", "ulf", "bea", "carl", "eva", "cron")
UPLOADERS, OWN = ("ana", "ulf", "cron"), ("ana",)  # who may upload; whose batches 1 and 3 are
NEW, CRANE = "new@example.org,New,E-9,active,\n", "Crane,optional,required,no,no,no\n"
PATTERN = "{user_email}_{credential_type}"
CARAS = {"cara@example.org_First Aid.jpg": jpeg(9)}
FIRST_AID = {"ana@example.org_First Aid.jpg": jpeg(7)}


def again(registry: Registry, folder: Path) -> Any:
    """The file whose fourth row was declined comes again: its row is put up for decision again."""
    batch = registry.upload(export(folder, ANA, ZOE, BEN, CARA, "", name="again.csv"))
    batch.finish()
    return registry.resubmit(batch, [5])


def merged(registry: Registry, _: Path) -> Any:
    registry.merge_person("cara@example.org", "ben@example.org")
    return registry.unmerge_person("cara@example.org")


def sources(registry: Registry, _: Path) -> Any:
    registry.rename_source("hr", "people")
    registry.rename_source("people", "hr2")
    return registry.rename_source("hr2", "hr")


VERBS: dict[str, tuple[tuple[str, ...], Verb]] = {
    "upload and finish": (UPLOADERS, lambda r, f: r.upload(export(f, BEN.replace("2024", "2023"), ZOE)).finish()),
    "upload what others have": (
        UPLOADERS,
        lambda r, f: r.upload(export(f, ANA, ZOE, BEN, name="x.csv")).finish(),
    ),
    "discard": (UPLOADERS, lambda r, f: r.upload(export(f, BEN, BEN)).discard()),
    "hold": (UPLOADERS, lambda r, f: r.upload(export(f, BEN, BEN)).hold("it looks odd")),
    "finish a draft": (OWN, lambda r, _: r.batch(3).finish()),
    "finish what a service held": (UPLOADERS, lambda r, _: r.batch(5).finish()),
    "patch": (OWN, lambda r, _: r.batch(3).patch(2, "user_email", "ben@example.org")),
    "amend": (OWN, lambda r, _: r.batch(3).never("Lifetime")),
    "stage media": (
        OWN,
        lambda r, f: r.batch(3).add_media(filled(f / "m", CARAS)),
    ),
    "add media": (("ana", "bea"), lambda r, f: r.batch(1).add_media(filled(f / "m", FIRST_AID), PATTERN)),
    "waive and reopen": (("ana", "bea"), lambda r, _: (r.waive(1, [3], "she has left"), r.reopen(1, [3]))),
    "resubmit": (UPLOADERS, again),
    "approve": (("bea",), lambda r, _: r.approve(2, [3])),
    "decline": (("bea",), lambda r, _: r.decline(2, [2], "no signature")),
    "undecide": (("bea",), lambda r, _: (r.approve(2, [3]), r.undecide(2))),
    "reinstate": (("bea",), lambda r, _: r.reinstate(1, [2])),
    "withdraw": (("bea",), lambda r, _: r.withdraw(1, [4], "it was copied")),
    "undo": (("bea",), lambda r, _: r.undo(2)),
    "media switch": (("bea",), lambda r, _: r.batch(1).make_media_optional()),
    "set": (("eva",), lambda r, _: r.set("expiring_soon_days", 60)),
    "load users": (
        ("eva",),
        lambda r, f: r.load("users", write(f, "u.csv", USERS + NEW)),
    ),
    "load types": (
        ("eva",),
        lambda r, f: r.load("types", write(f, "t.csv", TYPES + CRANE)),
    ),
    "rename a person": (("eva",), lambda r, _: r.rename_person("ben@example.org", "benjamin@example.org")),
    "merge people": (("eva",), merged),
    "rename a type": (("eva",), lambda r, _: r.rename_type("First Aid", "First Response")),
    "rename a source": (("eva",), sources),
    "erase": (("eva",), lambda r, _: r.erase("ben@example.org", "he asked for it")),
    "retain": (("eva",), lambda r, _: (r.set("keep_values_days", 1), r.retain())),
}
BLOBS: list[Path] = []
ALWAYS = ("upload what others have", "finish a draft", "waive and reopen", "approve", "undo", "erase", "resubmit")


@pytest.fixture(scope="module")
def built(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Team:
    with chdir(tmp_path_factory.mktemp("verbs")):
        team = Team.built(postgres, Path())
        history(team, Path())
        BLOBS.append(Path("blobs").absolute())
    return team


@pytest.fixture
def team(built: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    shutil.copytree(BLOBS[-1], tmp_path / "blobs")
    monkeypatch.chdir(tmp_path)
    return built.copy()


def works(team: Team, who: str, verb: Verb, folder: Path) -> bool:
    with team.open(who) as registry:
        try:
            verb(registry, folder)
        except RegistryError as problem:
            if problem.reason not in REFUSALS:
                raise
            return False
    return True


REFUSALS = ("not_allowed", "guard_refused", "batch_unknown")  # what belongs to others isn't there


@pytest.mark.parametrize("name", ALWAYS)
def test_verbs_of_each_right(team: Team, name: str, tmp_path: Path) -> None:
    """One who may, and one who may not; history verifies."""
    may, verb = VERBS[name]
    assert not works(team, next(who for who in WHO if who not in may), verb, tmp_path)
    assert works(team, may[0], verb, tmp_path)
    with team.open("carl") as auditor:
        assert auditor.verify() == []


@pytest.mark.long
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", VERBS)
def test_every_verb(team: Team, name: str, who: str, tmp_path: Path) -> None:
    """Every verb by everybody: it works for those who have the right, nothing is written by the others."""
    may, verb = VERBS[name]
    before = heads(team)
    assert works(team, who, verb, tmp_path) == (who in may)
    with team.open("carl") as auditor:
        assert auditor.verify() == []
    if who not in may and name != "resubmit":
        assert heads(team) == before


def heads(team: Team) -> Any:
    with connect(team) as all_seeing:
        return all_seeing.execute("SELECT seq, hash FROM audit_head").fetchone()
