"""Erasing: nothing of a person is left anywhere, everything of everybody else is, and the history still verifies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from credtools.registry import Registry
from tests.canaries import CANARIES, EMAIL, begin, figures, hits, live


@pytest.fixture
def folder(registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, whose settings lead to the registry of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    return tmp_path


@pytest.fixture
def registry(opened: Callable[..., Registry], registry_url: str, folder: Path) -> Registry:
    """An organisation with her among its users."""
    registry = opened(registry_url)
    begin(registry, folder)
    return registry


@pytest.fixture
def lived(registry: Registry, folder: Path) -> Registry:
    """A registry in which all has happened that can happen to a person."""
    live(registry, folder)
    return registry


def test_nothing_of_a_person_is_left(lived: Registry) -> None:
    """Each of her values was there in several places; after the erasure none is, in whatever spelling or packing."""
    before = hits(lived)
    assert before.keys() == CANARIES.keys()
    told = figures(lived)
    assert lived.verify() == []
    lived.erase(EMAIL, "asked for it")
    assert hits(lived) == {}
    assert lived.verify() == []
    assert figures(lived) == told
