"""Resubmitting: what was declined and came again is decided again, on purpose and in the open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.errors import RegistryError
from credtools.registry import Registry
from tests.builders import ANA, APPROVER, BEN, CARA, UPLOADER, export, only_sqlite, rows_of, tamper

OTHER = "other@example.org"


@pytest.fixture
def again(registry: Registry, registry_url: str, opened: Callable[..., Registry], tmp_path: Path) -> Registry:
    """Batch 1: lines 2 and 3 declined, line 4 needs no decision; batch 2: the same rows in another order, unchanged."""
    registry.upload(export(tmp_path, ANA, CARA, BEN)).finish()
    opened(registry_url, by=APPROVER).decline(1, [2, 3], "no signature")
    batch = registry.upload(export(tmp_path, BEN, CARA, ANA, name="again.csv"))
    assert batch.errors["code"].tolist() == ["declined_before", "declined_before"]
    assert batch.finish().counts.unchanged == 3
    return registry


def decisions(registry: Registry) -> dict[int, str]:
    return dict(registry.batch(1).credentials()[["line", "decision"]].itertuples(index=False))


def test_a_declined_credential_is_decided_again(
    again: Registry, registry_url: str, opened: Callable[..., Registry]
) -> None:
    """The version that the row equals is pending again, and can be approved; both decisions stay recorded."""
    assert again.resubmit(2, [4]) == {4: (1, 2)}
    assert decisions(again) == {2: "pending", 3: "declined", 4: "not_required"}
    assert again.verify() == []
    assert opened(registry_url, by=APPROVER).approve(1, [2]).decided == (2,)
    assert decisions(again)[2] == "approved"
    recorded = [row[2] for row in rows_of(again, "decisions")["decisions"]]
    assert recorded == ["declined", "declined", "approved"]
    assert again.history(1, 2)["what"].tolist()[-3:] == ["declined", "resubmitted", "approved"]
    assert again.verify() == []


def test_it_can_be_declined_again(again: Registry, registry_url: str, opened: Callable[..., Registry]) -> None:
    """What is declined a second time can come and be resubmitted a second time."""
    for _ in range(2):
        again.resubmit(2, [3, 4])
        opened(registry_url, by=APPROVER).decline(1, [2, 3], "still none")
        assert again.verify() == []
    assert decisions(again) == {2: "declined", 3: "declined", 4: "not_required"}


@pytest.mark.parametrize(
    ("batch", "lines", "reason", "facts"),
    [
        (2, [2, 4], "lines_not_declined", {"lines": "2"}),
        (1, [2], "lines_not_declined", {"lines": "2"}),
        (3, [2], "batch_not_finished", {"state": "draft", "verb": "resubmitted"}),
        (9, [2], "batch_unknown", {}),
    ],
)
def test_refusals(
    again: Registry, tmp_path: Path, batch: int, lines: list[int], reason: str, facts: dict[str, str]
) -> None:
    """Only unchanged rows whose credential was declined, in a finished batch; one wrong line refuses all."""
    again.upload(export(tmp_path, BEN, name="draft.csv"))
    before = rows_of(again)
    with pytest.raises(RegistryError) as caught:
        again.resubmit(batch, lines)
    assert (caught.value.reason, caught.value.facts) == (reason, {"batch": batch, **facts})
    assert rows_of(again) == before


def test_four_eyes(again: Registry, registry_url: str, opened: Callable[..., Registry]) -> None:
    """Neither who uploaded a credential nor who resubmitted it decides on it where four eyes are asked for."""
    again.set("four_eyes", value=True)
    opened(registry_url, by=OTHER).resubmit(2, [4])
    blocked = "it was uploaded or finished by the same person, and the organisation asks for four eyes"
    for by in (UPLOADER, OTHER):
        assert opened(registry_url, by=by).approve(1).blocked == {2: blocked}
    assert opened(registry_url, by=APPROVER).approve(1).decided == (2,)
    assert rows_of(again, "decisions")["decisions"][-1][4] == OTHER
    assert again.verify() == []


@pytest.mark.parametrize(
    ("statement", "sentences"),
    [
        (
            "UPDATE credential_versions SET decision = 'declined' WHERE id = 1",
            ["The decision on version 1 was not made by any event."],
        ),
        (
            "UPDATE credential_versions SET decision = 'pending' WHERE id = 2",
            ["The decision on version 2 was not made by any event."],
        ),
        (
            "DELETE FROM decisions WHERE version_id = 1",
            [
                "The recorded decisions aren't those that were chained.",
                "1 row isn't as the events say in the table decisions (the first: 1).",
            ],
        ),
    ],
)
def test_tampering_is_found(again: Registry, statement: str, sentences: list[str]) -> None:
    """A version is pending again only by an event; and what was declined stays recorded."""
    again.resubmit(2, [4])
    tamper(again, statement)
    assert again.verify() == sentences


@only_sqlite
def test_at_the_prompt(again: Registry, registry_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`resubmit` says where the credentials are to be decided."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    done = CliRunner().invoke(main, ["resubmit", "2", "--lines", "4"])
    assert (
        done.output == "batch 2: 1 credential reopened for a new decision\n  to decide: credtools approve 1 --lines 2\n"
    )
    told = json.loads(CliRunner().invoke(main, ["resubmit", "2", "--lines", "3", "--json"]).stdout)
    assert told == {"batch": 2, "resubmitted": [{"line": 3, "decide": {"batch": 1, "line": 3}}]}
    assert again.verify() == []
