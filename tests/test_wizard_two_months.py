"""Two months of one source by clicks: few in the first, and few cards in the second with the recipe of the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import credtools as ct
from tests import two_months
from tests.clicks import Clicks


def settle(clicks: Clicks) -> int:
    """Each card by its own button, as a person would: what is offered, else words for never, else rejected."""
    done = 0
    while clicks.state["causes"]:
        card: dict[str, Any] = clicks.state["causes"][0]
        if card["suggestion"] or card.get("accept"):
            clicks("accept", cause=card["key"])
        elif card.get("likes"):
            clicks("like", cause=card["key"])
            clicks("follow", way=0, off=[])
            done += 1
        elif ["never", "Never expires"] in card["means"]:
            clicks("means", cause=card["key"], meaning="never")
        else:
            clicks("leave", cause=card["key"])
        assert clicks.state["kind"] != "problem", clicks.state["said"]
        done += 1
    return done


@pytest.mark.long
def test_the_second_month_has_few_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most 20 clicks for more than 70 causes; with the recipe of month 1 at most 8 cards are left in month 2."""
    monkeypatch.chdir(tmp_path)
    address = f"sqlite:///{tmp_path / 'credtools.db'}"
    two_months.organisation(address, tmp_path)
    registry = ct.open(address)
    first = Clicks(registry)
    state = first.upload("month1.csv", two_months.month(tmp_path, 1).read_bytes())
    assert (len(first.wizard.file.causes()), len(state["causes"]) + state["more"]) == (72, 19)
    assert settle(first) <= 20
    recipe = first.wizard.file.batch.save_recipe(tmp_path / "recipes" / "hr.yaml")
    first.wizard.file.batch.finish()
    second = Clicks(registry, recipe)
    state = second.upload("month2.csv", two_months.month(tmp_path, 2).read_bytes())
    assert len(state["causes"]) + state["more"] <= 8
    assert settle(second) <= 10
