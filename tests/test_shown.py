"""What a notebook shows of each value: text and HTML say the same, and nothing of it is run by a browser."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pytest

from credtools.media.matching import Attached, Medium
from credtools.model import Corrected, Counts, Outcome, Receipt
from credtools.privacy.erase import Erasure
from credtools.recipe import Recipe
from credtools.recipe.steps import Replace
from credtools.registry import Registry
from credtools.registry.recipes import ChangedRow, RecipeDiff
from credtools.store import Decided, Loaded, Upgraded
from tests.builders import MIXED, export

EVIL = "<script>alert('&amp;')</script>.csv"
COUNTS = Counts(rows=3, new=2, rejected=1)
RECEIPT = Receipt(1, EVIL, COUNTS, "a" * 64, "b" * 64, "c" * 64, "d" * 64, 4, "e" * 64)

VALUES: list[Any] = [
    COUNTS,
    RECEIPT,
    Outcome(EVIL, "partial", 1, COUNTS, receipt=RECEIPT),
    Outcome(EVIL, "held", 1, COUNTS, held_because=EVIL),
    Attached(matched=[Medium(EVIL, (2,))]),
    Corrected(fixed=(1,), problems=((2, EVIL),)),
    Erasure({"rows": 2, "media": 1}),
    Loaded(1, 0, 2, 1, (EVIL,), (EVIL,)),
    Decided((2,), {3: EVIL}, 4, "e" * 64),
    Upgraded(EVIL, "0001"),
    RecipeDiff((ChangedRow(2, "ready", f"rejected ({EVIL})"),), 1, 1),
    Recipe(rules=(Replace("credential_type", EVIL, "First Aid"),)),
]


@pytest.mark.parametrize("value", VALUES, ids=[f"{type(one).__name__}-{k}" for k, one in enumerate(VALUES)])
def test_values(value: Any) -> None:
    """HTML is the printed text, escaped, with its lines kept."""
    markup = value._repr_html_()
    assert "<script" not in markup
    inner = markup.partition(">")[2].rpartition("</")[0]
    assert unescape(inner) == str(value)
    assert "object at 0x" not in inner
    assert not inner.startswith(f"{type(value).__name__}(")


def test_the_objects_in_the_hand(registry: Registry, tmp_path: Path) -> None:
    """Registry, batch and review are shown, too; a file's name is no markup."""
    batch = registry.upload(export(tmp_path, *MIXED), name="<b>.csv")
    for shown in (registry, batch, batch.review()):
        markup = shown._repr_html_()
        assert markup.startswith("<")
        assert "<b>" not in markup
