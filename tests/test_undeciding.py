"""Undecide: within a minute whoever decided takes it back; then everything waits again as it did."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.errors import RegistryError
from credtools.registry import Registry
from credtools.store import clock
from tests.builders import ANA, APPROVER, BEN, CARA, UPLOADER, export, only_sqlite, outcome, rows_of, tamper
from tests.pictures import filled, pdf
from tests.seams import killed_at
from tests.test_concurrency import at_once

LATER = ANA.replace("2024", "2025")
PASS = "ben@example.org,Passport,2024-01-01,,"
WAITS = {2: "pending", 3: "pending", 4: "not_required"}


class Clock:
    """What time it is: only as much passes as a test says."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock in the hand of the test."""
    still = Clock()
    monkeypatch.setattr(clock, "now", still)
    return still


@pytest.fixture
def waiting(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Batch 1: lines 2 and 3 wait for a decision, line 4 needs none."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))
    registry.upload(export(tmp_path, ANA, CARA, BEN)).finish()
    return registry


def decisions(registry: Registry, batch: int = 1) -> dict[int, str]:
    return dict(registry.batch(batch).credentials()[["line", "decision"]].itertuples(index=False))


def refused(registry: Registry, *given: Any) -> tuple[str, dict[str, Any]]:
    """Why nothing was taken back: reason and facts; nothing is changed by it."""
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        registry.undecide(*given)
    assert rows_of(registry) == before
    return caught.value.reason, caught.value.facts


def test_a_decision_is_taken_back(waiting: Registry) -> None:
    """Everything waits again as before, and can be decided again; all three acts stay in the history."""
    before = outcome(waiting)
    waiting.approve(1, note="HR list")
    done = waiting.undecide(1)
    assert (dict(done.lines), done.count, str(done)) == ({1: (2, 3)}, 2, "2 credentials wait for a decision again")
    assert outcome(waiting) == before
    assert decisions(waiting) == WAITS
    waiting.decline(1, [2], "no signature")
    told = waiting.history(1, 2)[["what", "before", "after"]].to_numpy().tolist()
    assert told[-3:] == [
        ["approved", "", "HR list"],
        ["undecided", "approved", "pending"],
        ["declined", "", "no signature"],
    ]
    assert waiting.audit.row(1, 2)["told"].tolist()[-2] == "approved → pending"
    assert waiting.verify() == []


def test_the_last_decision_first_then_the_one_before(waiting: Registry) -> None:
    """Without lines one's own last decision on the batch is meant; with lines exactly these."""
    waiting.decline(1, [2], "no signature")
    waiting.approve(1)
    assert waiting.undecide(1).lines == {1: (3,)}
    assert waiting.undecide(1).lines == {1: (2,)}
    assert refused(waiting, 1) == ("nothing_to_undecide", {"batch": 1})
    waiting.approve(1)
    assert waiting.undecide(1, [3]).lines == {1: (3,)}
    assert decisions(waiting) == {**WAITS, 2: "approved"}
    assert refused(waiting, 1, [2, 3]) == ("lines_not_decided", {"batch": 1, "lines": "line 3"})
    assert refused(waiting, 1, [2, 4]) == ("lines_not_decided", {"batch": 1, "lines": "line 4"})
    assert waiting.undecide(1).lines == {1: (2,)}
    assert waiting.verify() == []


def test_a_minute_by_the_clock_of_the_registry(waiting: Registry, time: Clock) -> None:
    """Until 60 seconds have passed, and no longer; neither when the clock is set back."""
    waiting.approve(1, [2])
    time.passes(60)
    assert waiting.undecide(1).count == 1
    waiting.approve(1, [2])
    time.passes(61)
    waiting.approve(1, [3])
    assert refused(waiting, 1, [2, 3]) == ("decision_too_old", {"batch": 1, "seconds": 60, "age": 61})
    time.passes(-3600)
    assert refused(waiting, 1)[0] == "decision_too_old"
    assert waiting.verify() == []


def test_only_ones_own(waiting: Registry, registry_url: str, opened: Callable[..., Registry]) -> None:
    """What somebody else decided isn't taken back, not even beside one's own; an address is one in any case."""
    other = opened(registry_url, by=APPROVER)
    other.approve(1, [2])
    assert refused(waiting, 1) == ("nothing_to_undecide", {"batch": 1})
    waiting.approve(1, [3])
    facts = {"batch": 1, "lines": "line 2", "who": APPROVER}
    assert refused(waiting, 1, [2, 3]) == ("decided_by_another", facts)
    assert opened(registry_url, by=APPROVER.upper()).undecide(1).lines == {1: (2,)}
    assert waiting.undecide(1).lines == {1: (3,)}
    assert waiting.verify() == []


def test_several_batches_are_one_decision(waiting: Registry, tmp_path: Path) -> None:
    """All or none of them, when they are decided and when that is taken back."""
    waiting.upload(export(tmp_path, LATER.replace("ana", "ben"), PASS, name="second.csv")).finish()
    before = rows_of(waiting)
    with pytest.raises(RegistryError, match="line 3 can't be decided"):
        waiting.decide("approved", {1: [2], 2: [2, 3]})
    with pytest.raises(RegistryError) as caught:
        waiting.decide("declined", {1: [2], 2: [2]}, " ")
    assert caught.value.reason == "decline_without_reason"
    assert rows_of(waiting) == before
    done = waiting.decide("approved", {1: [2], 2: [2]})
    assert {number: one.decided for number, one in done.items()} == {1: (2,), 2: (2,)}
    assert (recent := waiting.just_decided()) is not None
    assert (recent.decision, recent.lines, recent.count) == ("approved", {1: (2,), 2: (2,)}, 2)
    assert 0 < recent.seconds <= 60
    waiting.withdraw(2, [2], "revoked")
    assert refused(waiting, recent.lines)[0] == "decision_built_on"
    waiting.approve(1, [3])
    waiting.undecide(1)
    assert waiting.just_decided() is None
    assert waiting.verify() == []


def test_what_was_just_decided(
    waiting: Registry, registry_url: str, opened: Callable[..., Registry], time: Clock
) -> None:
    """One's own last decision, without what was taken back of it, until the minute is over."""
    assert waiting.just_decided() is None
    waiting.approve(1)
    time.passes(45)
    assert opened(registry_url, by=APPROVER).just_decided() is None
    assert (recent := waiting.just_decided()) is not None
    assert (recent.count, recent.seconds) == (2, 15)
    waiting.undecide(1, [3])
    assert (recent := waiting.just_decided()) is not None
    assert recent.lines == {1: (2,)}
    time.passes(16)
    assert waiting.just_decided() is None


@pytest.mark.parametrize(
    ("build", "why"),
    [
        ("newer", "line 2 has a newer version from batch 2"),
        ("withdrawn", "line 2 was withdrawn or reinstated"),
        ("erased", "line 2 was erased"),
        ("again", "line 2 was decided again"),
    ],
)
def test_what_was_built_on_a_decision_stands_in_the_way(
    waiting: Registry, registry_url: str, opened: Callable[..., Registry], tmp_path: Path, build: str, why: str
) -> None:
    """A newer version, a withdrawal, an erasure, another decision: then nothing is taken back, also of other lines."""
    if build == "again":
        waiting.decline(1, [2, 3], "no signature")
        waiting.upload(export(tmp_path, ANA, name="again.csv")).finish()
        waiting.resubmit(2, [2])
        opened(registry_url, by=APPROVER).approve(1, [2])
    else:
        waiting.approve(1)
    if build == "newer":
        waiting.upload(export(tmp_path, LATER, name="later.csv")).finish()
    elif build == "withdrawn":
        waiting.withdraw(1, [2], "revoked")
    elif build == "erased":
        waiting.erase("ana@example.org", "asked for it")
    assert refused(waiting, 1) == ("decision_built_on", {"batch": 1, "why": why})
    if build == "newer":
        waiting.undo(2)
    if build in ("newer", "again"):
        waiting.undecide(1, [2, 3] if build == "newer" else [3])
    assert waiting.verify() == []


@pytest.mark.parametrize("decided", ["itself", "its successor"])
def test_media_that_have_gone_stand_in_the_way(waiting: Registry, tmp_path: Path, time: Clock, decided: str) -> None:
    """A version that no longer counted lost its media: it can't wait, or count again, as it did."""
    now, time.at = datetime.now(UTC), datetime.now(UTC) - timedelta(days=30)
    batch = waiting.batch(1)
    batch.add_media(filled(tmp_path / "in", {"a.pdf": pdf()}) / "a.pdf", {"a.pdf": 2})
    if decided == "its successor":
        waiting.approve(1)
        batch = waiting.upload(export(tmp_path, LATER, name="later.csv"))
        batch.finish()
    time.at = now
    if decided == "itself":
        waiting.decline(1, [2], "no signature")
    else:
        waiting.approve(batch)
    waiting.set("keep_media_days", 20)
    assert waiting.retain().counts["media"] == 1
    assert refused(waiting, batch) == ("decision_built_on", {"batch": batch.id, "why": "line 2 has lost media"})


def test_what_another_file_repeats_is_not_built_on(waiting: Registry, tmp_path: Path) -> None:
    """A row that was found unchanged, or declined before, changes nothing of what waits; an undone batch is over."""
    waiting.decline(1, [2, 3], "no signature")
    batch = waiting.upload(export(tmp_path, ANA, name="again.csv"))
    assert batch.finish().counts.unchanged == 1
    waiting.undecide(1)
    assert decisions(waiting) == WAITS
    waiting.approve(1)
    waiting.undo(1)
    assert refused(waiting, 1) == ("batch_not_finished", {"batch": 1, "state": "undone", "verb": "decided"})
    assert waiting.verify() == []


def test_media_and_four_eyes_are_asked_again(
    waiting: Registry, registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """What waits again is approved by the rules of then: media stay, and who uploaded may not approve by now."""
    batch = waiting.upload(export(tmp_path, PASS, name="passes.csv"))
    batch.finish()
    batch.add_media(filled(tmp_path / "in", {"a.pdf": pdf()}) / "a.pdf", {"a.pdf": 2})
    waiting.approve(2)
    waiting.undecide(2)
    waiting.set("four_eyes", value=True)
    assert waiting.approve(2).decided == ()
    other = opened(registry_url, by=APPROVER)
    assert other.approve(2).decided == (2,)
    other.undecide(2)
    assert len(batch.media()) == 1
    assert other.approve(2).decided == (2,)
    assert waiting.verify() == []


def test_a_corrected_issue_date_waits_again(registry: Registry, tmp_path: Path) -> None:
    """While the correction waits, the version that it replaces counts; the head follows both times."""
    recipe = tmp_path / "hr.yaml"
    recipe.write_text("date_format: YYYY-MM-DD\nexport: {full: 0.5}\n", "utf-8")
    registry.upload(export(tmp_path, ANA), recipe=recipe).finish()
    registry.approve(1)
    registry.upload(export(tmp_path, ANA.replace("2024-01-10", "2023-01-10"), name="b.csv"), recipe=recipe).finish()
    before = rows_of(registry, "credentials", "credential_versions")
    registry.approve(2)
    assert registry.credentials()["replaced"].tolist() == [True, False]
    assert rows_of(registry, "credentials") != {"credentials": before["credentials"]}
    registry.undecide(2)
    assert rows_of(registry, "credentials", "credential_versions") == before
    assert registry.verify() == []


def test_two_at_once(waiting: Registry, registry_url: str, opened: Callable[..., Registry]) -> None:
    """Whoever comes second finds nothing to take back, or decides again: never half of both."""
    waiting.approve(1)
    answers = at_once(*[lambda: opened(registry_url).undecide(1)] * 3)
    assert sorted(type(answer).__name__ for answer in answers) == ["RegistryError", "RegistryError", "Undecided"]
    at_once(lambda: opened(registry_url).approve(1), lambda: opened(registry_url, by=APPROVER).approve(1))
    assert decisions(waiting) == {2: "approved", 3: "approved", 4: "not_required"}
    assert waiting.verify() == []


@only_sqlite
@pytest.mark.parametrize("seam", ["INSERT INTO events", "UPDATE credential_versions", "UPDATE audit_head", "COMMIT"])
def test_killed_in_between(waiting: Registry, registry_url: str, tmp_path: Path, seam: str) -> None:
    """Before the end nothing is taken back; then it can be done again."""
    waiting.approve(1)
    before = rows_of(waiting)
    assert killed_at(seam, registry_url, tmp_path, "undecide", 1)
    assert rows_of(waiting) == before
    assert waiting.undecide(1).count == 2
    assert waiting.verify() == []


@pytest.mark.parametrize(
    ("statement", "sentences"),
    [
        (
            "UPDATE credential_versions SET decision = 'approved' WHERE id = 1",
            ["The decision on version 1 was not made by any event."],
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
def test_tampering_is_found(waiting: Registry, statement: str, sentences: list[str]) -> None:
    """What was taken back waits; and what was decided before stays recorded."""
    waiting.approve(1)
    waiting.undecide(1)
    tamper(waiting, statement)
    assert waiting.verify() == sentences


def test_who_takes_back_what_is_not_theirs_is_found(
    waiting: Registry, registry_url: str, opened: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event past the program, by somebody else or too late, is named."""
    waiting.approve(1)
    monkeypatch.setattr("credtools.store.writes.undecide.fold", lambda _: "")
    opened(registry_url, by=APPROVER).undecide(1, [2])
    (seq,) = [row[0] for row in rows_of(waiting, "events")["events"] if row[1] == "undecide"]
    assert waiting.verify() == [f"Event {seq} took back a decision on version 1 without the right."]


@only_sqlite
def test_at_the_prompt(waiting: Registry, registry_url: str, time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """`undecide` takes the last own decision on a batch back, or that on some lines."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    monkeypatch.setenv("CREDTOOLS_BY", UPLOADER)
    waiting.approve(1)
    done = CliRunner().invoke(main, ["undecide", "1", "--lines", "2"])
    assert done.output == "batch 1: 1 credential waits for a decision again\n"
    told = json.loads(CliRunner().invoke(main, ["undecide", "1", "--json"]).stdout)
    assert (told["batch"], told["undecided"]) == (1, [3])
    waiting.approve(1)
    time.passes(90)
    late = CliRunner().invoke(main, ["undecide", "1"])
    assert (late.exit_code, late.stdout) == (2, "")
    assert "withdraw" in late.stderr
