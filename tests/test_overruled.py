"""A rule for a kind of value never makes one user or type of another one that exists as the file says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import export, only_sqlite, write

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.registry import Registry

pytestmark = only_sqlite
RULES = """\
rules:
  - ending: {column: credential_type, from: ' (Trainer)', to: ''}
  - ending: {column: user_email, from: '@exmaple.org', to: '@example.org'}
"""
TRAINER = "First Aid (Trainer)"
ROW = f"ana@example.org,{TRAINER},2026-01-05,,"


def test_what_exists_later_is_rejected(registry: Registry, tmp_path: Path) -> None:
    """A type and a user who came after the rules were taught: their rows are rejected, and nobody gets them."""
    path = export(tmp_path, ROW, "ben@exmaple.org,First Aid,2026-01-06,,")
    assert registry.check(path, recipe=recipe(tmp_path, RULES)).counted["rejected"] == 0
    registry.load("types", write(tmp_path, "types.csv", f"Name\n{TRAINER}\n"))
    registry.load("users", write(tmp_path, "users.csv", "Email\nben@exmaple.org\n"))
    review = registry.check(path, recipe=recipe(tmp_path, RULES))
    assert review.errors["code"].tolist() == ["value_overruled"] * 2
    assert review.resolved["overruled"].tolist() == [TRAINER, "ben@exmaple.org"]
    assert review.resolved["overruled_as"].tolist() == ["First Aid", "ben@example.org"]


@pytest.mark.parametrize(
    "rules",
    [
        f"rules:\n  - replace: {{column: credential_type, from: {TRAINER}, to: First Aid}}\n",
        f"{RULES}  - map: {{column: credential_type, values: {{{TRAINER}: First Aid}}}}\n",
        "rules:\n  - case: {column: credential_type, to: upper}\n",
    ],
)
def test_what_is_said_of_a_single_value_counts(registry: Registry, tmp_path: Path, rules: str) -> None:
    """Who names the value itself means it; and another spelling of the same type is no other type."""
    registry.load("types", write(tmp_path, "types.csv", f"Name\n{TRAINER}\n"))
    path = export(tmp_path, ROW)
    assert registry.check(path, recipe=recipe(tmp_path, rules)).counted["rejected"] == 0


def test_what_a_person_corrected_counts(registry: Registry, tmp_path: Path) -> None:
    """A cell that was corrected by hand is no rule's doing; the correction may be the way out."""
    registry.load("types", write(tmp_path, "types.csv", f"Name\n{TRAINER}\n"))
    batch = registry.upload(export(tmp_path, ROW), recipe(tmp_path, RULES))
    assert batch.review().counted["rejected"] == 1
    assert batch.patch(line=2, column="credential_type", value=TRAINER).counted["rejected"] == 0


def recipe(folder: Path, text: str) -> Path:
    return write(folder, "hr.yaml", text)
