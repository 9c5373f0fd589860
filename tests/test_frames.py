"""Frames: every column has one dtype, whether there are rows or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from credtools.model import COUNTED
from credtools.registry import Batch, Registry
from tests.builders import ANA, ZOE, export

MOMENT, DAY = "datetime64[us, UTC]", "datetime64[s]"
NUMBER, TEXT, FLAG = "int64", "str", "bool"
MEDIA = {"file": TEXT, "media_type": TEXT, "size": NUMBER, "sha256": TEXT, "added_by": TEXT, "added_at": MOMENT}
CREDENTIALS = {
    **dict.fromkeys(("batch", "line", "credential", "sheet", "piece"), NUMBER),
    **dict.fromkeys(("user_email", "credential_type", "credential_number", "own", "decision", "external_id"), TEXT),
    **dict.fromkeys(("issue_date", "expiration_date"), DAY),
    **dict.fromkeys(("never", "withdrawn", "replaced", "newest"), FLAG),
}
BATCHES = {
    "batch": NUMBER,
    **dict.fromkeys(("source", "file", "state", "uploaded_by", "finished_by"), TEXT),
    **dict.fromkeys(("rows", *COUNTED), NUMBER),
    "uploaded_at": MOMENT,
}
SOURCES = {
    **dict.fromkeys(("source", "verdict", "file", "every"), TEXT),
    "runs": NUMBER,
    "at": MOMENT,
    "overdue": MOMENT,
}
PATCHES = dict.fromkeys(("column", "old", "new"), TEXT)
ERRORS = {
    **dict.fromkeys(("heading", "column", "value", "code", "title", "resolution", "suggestion"), TEXT),
    **dict.fromkeys(("line", "row"), NUMBER),
    "blocks": FLAG,
}
CAUSES = {
    **dict.fromkeys(("code", "column", "value", "pattern", "suggestion", "title", "resolution"), TEXT),
    "count": NUMBER,
    "blocks": FLAG,
}

OF_REGISTRY: dict[str, tuple[Callable[[Registry], pd.DataFrame], dict[str, str]]] = {
    "batches": (lambda registry: registry.batches(), BATCHES),
    "sources": (lambda registry: registry.sources(), SOURCES),
    "credentials": (lambda registry: registry.credentials(), CREDENTIALS),
    "expiring": (lambda registry: registry.expiring(3650), CREDENTIALS),
    "media": (
        lambda registry: registry.media(),
        {**dict.fromkeys(("batch", "sheet", "line", "piece"), NUMBER), **MEDIA},
    ),
}
OF_BATCH: dict[str, tuple[Callable[[Batch], pd.DataFrame], dict[str, str]]] = {
    "errors": (lambda batch: batch.errors, ERRORS),
    "causes": (lambda batch: batch.causes, CAUSES),
    "patches": (lambda batch: batch.patches(), {"line": NUMBER, **PATCHES}),
    "idle_patches": (lambda batch: batch.idle_patches(), {**PATCHES, "why": TEXT}),
    "media": (lambda batch: batch.media(), {"line": NUMBER, **MEDIA}),
    "credentials": (lambda batch: batch.credentials(), CREDENTIALS),
}


def dtypes(frame: pd.DataFrame, names: dict[str, str]) -> dict[str, str]:
    """The dtypes of these columns."""
    return {name: str(frame[name].dtype) for name in names}


@pytest.mark.parametrize("name", OF_REGISTRY)
def test_of_a_registry(registry: Registry, history: Registry, name: str) -> None:
    """What a registry is asked has the documented dtypes, in an empty one and in one with a history."""
    ask, expected = OF_REGISTRY[name]
    empty, filled = ask(registry), ask(history)
    assert (len(empty), dtypes(empty, expected)) == (0, expected)
    assert dtypes(filled, expected) == expected
    assert set(filled.columns) == set(empty.columns) == set(expected)
    assert name == "media" or len(filled) > 0


@pytest.mark.parametrize("name", OF_BATCH)
def test_of_a_batch(registry: Registry, tmp_path: Path, name: str) -> None:
    """What a batch is asked has the documented dtypes, whether anything is wrong in its file or not."""
    ask, expected = OF_BATCH[name]
    right = registry.upload(export(tmp_path, ANA))
    wrong = registry.upload(export(tmp_path, ZOE, ZOE.replace("zoe@", "bad "), name="b.csv"))
    wrong.patch(2, "issue_date", "2024-04-02")
    assert set(expected) <= set(ask(right).columns)
    for batch in (right, wrong):
        assert dtypes(ask(batch), expected) == expected


def test_expected_and_overdue(registry: Registry, tmp_path: Path) -> None:
    """What is missing is missing in its dtype: no objects beside dates."""
    registry.upload(export(tmp_path, ANA)).finish()
    found = registry.sources()
    assert dtypes(found, SOURCES) == SOURCES
    assert found["overdue"].isna().all()
