"""Rejects that nobody will repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools.errors import RegistryError
from credtools.registry import Registry
from tests.builders import ANA, MIXED, ZOE, export, load, rows_of


def states_by_line(registry: Registry) -> dict[int, str]:
    frame = registry.audit.rejects().drop_duplicates("reject")
    return dict(zip(frame["line"], frame["state"], strict=True))


def test_waived_rejects_are_closed_with_a_reason(registry: Registry, tmp_path: Path) -> None:
    """Waiving closes the named rejects, keeps who and why, and can be taken back."""
    registry.upload(export(tmp_path, ZOE, ANA, ZOE + "1")).finish()
    assert registry.waive(1, [2], "left the company") == (2,)
    assert states_by_line(registry) == {2: "waived", 4: "open"}
    assert "left the company" in rows_of(registry, "rejects")["rejects"][0]
    assert registry.reopen(1, [2]) == (2,)
    assert states_by_line(registry) == {2: "open", 4: "open"}
    assert registry.verify() == []


def test_waived_reject_stays_closed_when_it_is_not_open(registry: Registry, tmp_path: Path) -> None:
    """A waived row that comes again is a new reject; the decision on the old one stands."""
    registry.upload(export(tmp_path, *MIXED)).finish()
    registry.waive(1, [3], "left the company")
    load(registry, tmp_path, users="Email\nnew@example.org\n")
    registry.upload(export(tmp_path, ZOE, ANA.replace("2024", "2025"), name="b.csv")).finish()
    frame = registry.audit.rejects().drop_duplicates("reject")
    assert list(zip(frame["batch"], frame["line"], frame["state"], strict=True)) == [(1, 3, "waived"), (2, 2, "open")]


def test_only_open_rejects_are_waived(registry: Registry, tmp_path: Path) -> None:
    """One line that has no open reject refuses all of them."""
    registry.upload(export(tmp_path, *MIXED)).finish()
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        registry.waive(1, [2, 3], "why")
    facts = {"batch": 1, "state": "open", "lines": "2"}
    assert (caught.value.reason, caught.value.facts) == ("lines_without_reject", facts)
    with pytest.raises(RegistryError) as caught:
        registry.reopen(1, [3])
    facts = {"batch": 1, "state": "waived", "lines": "3"}
    assert (caught.value.reason, caught.value.facts) == ("lines_without_reject", facts)
    assert rows_of(registry) == before


def test_waiving_needs_a_reason(registry: Registry, tmp_path: Path) -> None:
    """Without a reason nothing is waived."""
    registry.upload(export(tmp_path, *MIXED)).finish()
    with pytest.raises(RegistryError) as caught:
        registry.waive(1, [3], " ")
    assert caught.value.reason == "waive_without_reason"


def test_unknown_batch_is_named(registry: Registry) -> None:
    """A batch that isn't there is named, whatever is asked of it."""
    for verb in (lambda: registry.waive(7, [2], "why"), lambda: registry.undo(7), lambda: registry.approve(7)):
        with pytest.raises(RegistryError) as caught:
            verb()
        assert (caught.value.reason, caught.value.facts) == ("batch_unknown", {"batch": 7})
