"""A column of words like Active and Revoked that nobody has named as the status: warned of and proposed, never used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from credtools.checking.meant.statuses import status_said
from tests.builders import HEADINGS, export, only_sqlite
from tests.clicks import Clicks
from tests.core import table

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.registry import Registry

PEOPLE = ("ana", "ben", "cara")
WORDS = ("Active", "Active", "ACTIVE", "Revoked", "In progress", "Expired")


def said(heading: str, words: tuple[str, ...], *, column: str | None = None) -> object:
    read = table(
        "\n".join([f"{heading},Row", *(f"{word},r{k}" for k, word in enumerate(words))]) + "\n", heading_line=1
    )
    found = status_said(read, {heading: column, "Row": "media"})
    return found and {word: meaning for word, _, meaning in found.words}


def test_words_are_told_apart_and_only_a_person_knows_expired() -> None:
    """In several languages, whatever their case; what a word of doubt means is left open."""
    assert said("State", WORDS) == {
        "Active": "valid",
        "ACTIVE": "valid",
        "Revoked": "withdrawn",
        "In progress": "leave_out",
        "Expired": "asked",
    }
    assert said("Zustand", ("gültig", "gültig", "widerrufen")) == {"gültig": "valid", "widerrufen": "withdrawn"}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("State", ("Active", "Active")),  # nothing says otherwise
        ("State", ("Revoked", "Revoked", "Lyon")),  # places, it seems
        ("State", ("Active", "Revoked", "", "", "", "")),  # hardly filled
        ("State", tuple(f"note {k}" for k in range(20))),
        ("User status", WORDS),  # of the person
        ("Approved by", ("Active", "Revoked")),
        ("Mitarbeiter", ("aktiv", "gesperrt")),
    ],
)
def test_what_is_no_status_is_not_said(heading: str, words: tuple[str, ...]) -> None:
    """Few cells, other words, the account of a person: nothing is said of them."""
    assert said(heading, words) is None


def test_a_mapped_heading_is_none() -> None:
    assert said("State", WORDS, column="media") is None


@only_sqlite
def test_an_unused_status_is_warned_of_and_proposed(registry: Registry, tmp_path: Path) -> None:
    """Rows that say Revoked would count as valid: counted, never used by itself; as proposed the recipe uses it."""
    headings = f"{HEADINGS},State"
    lines = [f"{PEOPLE[k % 3]}@example.org,First Aid,2024-0{k + 1}-10,,,{word}" for k, word in enumerate(WORDS[:5])]
    batch = registry.upload(export(tmp_path, *lines, headings=headings))
    assert [one.count for one in batch.warned().warnings if one.code == "status_unused"] == [2]
    assert batch.review().withdrawn.sum() == 0
    clicks = Clicks(registry)
    clicks("open", batch=batch.id)
    shown = clicks.state
    assert ("\ue000" in shown["status"], "Revoked (1)" in shown["status"], shown["unlike"]) == (False, True, [])
    proposed = batch.status_said()
    assert proposed is not None
    batch.use(replace(batch.recipe, status=proposed.status))
    assert (int(batch.review().withdrawn.sum()), int(batch.review().left_out.sum())) == (1, 1)
    assert (batch.status_said(), [one for one in batch.warned().warnings if one.code == "status_unused"]) == (None, [])
