"""Rows that are left rejected on purpose: the decision is kept with the batch, and holds nobody's values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from credtools.errors import RegistryError
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.jupyter.wizard.told import sentence
from credtools.registry import Batch, Registry
from tests.builders import ANA, BEN, CARA, ZOE, export, rows_of
from tests.clicks import Clicks

WRONG = (ZOE, ZOE, BEN.replace("Forklift", "Forklfit"))  # lines 3 to 5
ZOE_STAYS = "2 rows stay rejected: User doesn't exist: ‘zoe@example.org’."


@pytest.fixture
def draft(registry: Registry, tmp_path: Path) -> Batch:
    return registry.upload(export(tmp_path, ANA, *WRONG))


def key(opened_file: OpenFile, value: str) -> str:
    return next(cause.key for cause in opened_file.causes() if cause.value == value)


def shown(opened_file: OpenFile) -> list[str]:
    return [sentence(opened_file, decision) for decision in opened_file.decisions]


def test_whoever_opens_the_draft_again_sees_what_stays_rejected(
    draft: Batch, opened: Callable[..., Registry], registry_url: str
) -> None:
    """The decision is listed for another person, too, its cause is settled, and Undo brings the cause back for all."""
    OpenFile(draft).leave(key(OpenFile(draft), "zoe@example.org"))
    other = opened(registry_url, by="other@example.org")
    again = OpenFile(other.batch(draft.id))
    assert shown(again) == [ZOE_STAYS]
    assert [cause.value for cause in again.causes()] == ["Forklfit"]
    again.accept(key(again, "Forklfit"))
    assert shown(OpenFile(draft.registry.batch(draft.id)))[-1] == ZOE_STAYS
    again.undo(again.decisions[0].number)
    assert [cause.value for cause in OpenFile(other.batch(draft.id)).causes()] == ["zoe@example.org"]
    assert other.verify() == []


def test_a_held_batch_keeps_it_while_the_same_bytes_come_again(registry: Registry, tmp_path: Path) -> None:
    """An unattended run that continues the held batch doesn't forget what a person has decided about it."""
    file = export(tmp_path, ANA, *WRONG)
    held = registry.upload(file).settle(max_reject_rate=0.1)
    opened_file = OpenFile(registry.batch(held.batch or 0))
    opened_file.leave(key(opened_file, "zoe@example.org"))
    assert registry.upload(file).settle(max_reject_rate=0.1).batch == held.batch
    assert shown(OpenFile(registry.batch(held.batch or 0))) == [ZOE_STAYS]


def test_a_cause_that_is_gone_is_listed_no_more(draft: Batch, tmp_path: Path) -> None:
    """Who was unknown then is known now: nothing of that stays rejected."""
    opened_file = OpenFile(draft)
    opened_file.leave(key(opened_file, "zoe@example.org"))
    (tmp_path / "zoe.csv").write_text("Email\nzoe@example.org\n", "utf-8")
    draft.registry.load("users", tmp_path / "zoe.csv")
    assert shown(OpenFile(draft.registry.batch(draft.id))) == []


def test_the_event_holds_nothing_that_could_be_tried_out(registry: Registry, tmp_path: Path) -> None:
    """Neither the address, nor a digest that somebody without the file could make of it: no two files have the same."""
    keys = set()
    for place, rows in enumerate(((ANA, *WRONG), (CARA, *WRONG))):
        opened_file = OpenFile(registry.upload(export(tmp_path, *rows, name=f"{place}.csv")))
        keys.add(key(opened_file, "zoe@example.org"))
        opened_file.leave(*keys)
    events = [text for _, kind, _, text, *_ in rows_of(registry, "events")["events"] if kind == "leave"]
    assert len(events) == 2
    assert len(keys) == 1  # the same cause in both
    told = {digest for text in events for digest in text.partition('"causes": ["')[2].partition('"]')[0].split('", "')}
    assert len(told) == 2
    tried = [hashlib.sha256(name.encode()).hexdigest() for name in ("zoe@example.org", *keys)]
    assert not any(guess in text for text in events for guess in (*keys, *tried, "zoe"))


def test_what_is_finished_is_decided(draft: Batch) -> None:
    """Once a batch is finished its rejects are on their list, and nothing is left to be left."""
    opened_file = OpenFile(draft)
    cause = key(opened_file, "zoe@example.org")
    draft.finish()
    with pytest.raises(RegistryError) as refused:
        opened_file.leave(cause)
    assert (refused.value.reason, refused.value.facts) == ("batch_settled", {"batch": 1, "state": "finished"})
    assert shown(opened_file) == []


def test_a_file_that_is_uploaded_again_leaves_the_same_rejected(registry: Registry, tmp_path: Path) -> None:
    """Re-upload keeps the decision for what is still wrong, and the new draft has it; what is right is right."""
    clicks = Clicks(registry)
    clicks.upload("first.csv", export(tmp_path, ANA, *WRONG).read_bytes())
    for value in ("zoe@example.org", "Forklfit"):
        clicks("leave", cause=clicks.cause(value))
    state = clicks.upload("second.csv", export(tmp_path, ANA, ZOE, BEN).read_bytes(), again=True)
    assert [told["sentence"] for told in state["decisions"]] == [ZOE_STAYS.replace("2 rows stay", "1 row stays")]
    assert (state["counts"], state["causes"]) == ("2 ready · 1 rejected · 0 causes", [])
    assert len(OpenFile(registry.batch(2)).decisions) == 1
