"""Random histories of a team in which nobody sees all: judged and written as if everybody did, each step by who may."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.nights import TYPES, USERS
from tests.teams import PEOPLE, Team
from tests.test_histories import ACTS, EDITS, KEYS, SOURCES, Lived

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from credtools.registry import Registry
    from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres
WHOSE = {"hr": "ana", "lms": "ulf", "crm": "uma"}  # sources and who uploads them; the other acts are bea's
COLUMNS = ["batch", "line", "credential", "issue_date", "decision", "withdrawn", "replaced", "newest"]


class Desk:
    """The registry as bea, who approves and sees everything; what is an administrator's is done by eva."""

    def __init__(self, people: dict[str, Registry]) -> None:
        self.people = people

    def __getattr__(self, name: str) -> Any:
        return getattr(self.people["eva" if name == "erase" else "bea"], name)


class Together(Lived):
    """The same registry of a team, as each of its people sees it."""

    def __init__(self, team: Team, folder: Path) -> None:
        self.people = {name: team.open(name) for name in (*WHOSE.values(), "bea", "eva")}
        super().__init__(Desk(self.people), folder)  # type: ignore[arg-type]

    def file(self, source: str, *more: Any) -> None:
        desk, self.registry = self.registry, self.people[WHOSE[source]]
        try:
            super().file(source, *more)
        finally:
            self.registry = desk

    def compare(self, step: Any) -> None:
        super().compare(step)
        everything = _said(self.registry)
        for name in WHOSE.values():
            mine, of = _said(self.people[name]), set(map(str, self.people[name].batches()["batch"]))
            assert mine <= everything, (step, name, mine - everything)
            assert {one for one in everything if one[0] in of} <= mine, (step, name)

    def close(self) -> None:
        for one in self.people.values():
            one.close()


def _said(registry: Registry) -> set[tuple[Any, ...]]:
    return set(registry.credentials()[COLUMNS].astype(str).itertuples(index=False, name=None))


@pytest.fixture(scope="module")
def built(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Team:
    people = {**PEOPLE, "uma": ("uploader", "uma@example.org")}
    return Team.built(postgres, tmp_path_factory.mktemp("together"), people, USERS, TYPES)


def steps_of(seed: int) -> Iterator[tuple[Any, ...]]:
    """Some files and acts; without Hypothesis, which would take many minutes to find a smaller example."""
    chance = Random(seed)  # noqa: S311 - no secret
    edits = [("keep", ""), ("gone", ""), *((name, value) for name, some in EDITS.items() for value in some)]
    for _ in range(chance.randint(5, 14)):
        if chance.random() < 0.7:
            columns = chance.choice([("expires", "number"), ("expires",), ("number",), ()])
            yield "file", chance.choice(sorted(SOURCES)), columns, tuple(chance.choice(edits) for _ in KEYS)
        else:
            yield chance.choice(ACTS), chance.randint(0, 30)


@pytest.mark.parametrize("seed", [2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(100, 140))])
def test_a_history_of_a_team(built: Team, tmp_path: Path, seed: int) -> None:
    """Versions, words, withdrawals, rejects and counts are those of the model; each sees their part of it as it is."""
    lived = Together(built.copy(), tmp_path)
    try:
        for one in steps_of(seed):
            lived.step(one)
        for source in SOURCES:
            lived.step(("file", source, ("expires", "number"), (("keep", ""),) * len(KEYS)))
        if any(one.key[0] == "ana" for one in lived.model.standing()):
            lived.erase("ana")
            lived.compare("erased")
        assert lived.registry.verify() == []
    finally:
        lived.close()
