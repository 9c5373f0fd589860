"""What is open: one moment for all reads of a verb, few questions to the database, and a door that closes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from credtools import reading
from credtools.model import Table
from credtools.recipe import Recipe
from credtools.registry import Registry
from credtools.store import transaction
from tests.builders import ANA, BEN, MIXED, ZOE, export, load, write


@contextmanager
def counted(registry: Registry) -> Iterator[dict[str, int]]:
    """How many transactions begin and how many statements are sent (BEGIN itself is no statement)."""
    counts = {"transactions": 0, "statements": 0}

    def begun(_connection: object) -> None:
        counts["transactions"] += 1

    def sent(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counts["statements"] += not statement.startswith("BEGIN")

    event.listen(registry.engine, "begin", begun)
    event.listen(registry.engine, "before_cursor_execute", sent)
    yield counts
    event.remove(registry.engine, "begin", begun)
    event.remove(registry.engine, "before_cursor_execute", sent)


def test_a_file_takes_few_transactions(registry: Registry, tmp_path: Path) -> None:
    """Uploading, looking at the causes and settling ask the database few things, in few transactions.

    What was found out is asked again only where somebody has written in between. Six of the statements seal what the
    two writes have written (5) and keep the receipt, whose head covers that.
    """
    path = export(tmp_path, *MIXED)
    with counted(registry) as counts:
        batch = registry.upload(path)
        assert len(batch.causes) == 1
        assert batch.settle().verdict == "partial"
    assert counts["transactions"] <= 6
    assert counts["statements"] <= 35 + 6


def test_a_file_is_read_between_transactions(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction waits while a file is read: a large spreadsheet takes seconds."""
    path, batch = export(tmp_path, *MIXED), registry.upload(export(tmp_path, ANA, name="a.csv"))
    open_meanwhile: list[int] = []
    real = reading.read_bytes

    def read(*file: Any, **options: Any) -> Table:
        open_meanwhile.append(registry.engine.pool.checkedout())
        return real(*file, **options)

    monkeypatch.setattr(reading, "read_bytes", read)
    registry.check(path)
    registry.parts(path)
    registry.upload(path, part=1)
    assert registry.batch(batch.id).causes.empty
    assert registry.batch(batch.id).preview().new == 1
    registry.batch(batch.id).settle()
    registry.compare_recipes(path, Recipe(), Recipe())
    assert open_meanwhile == [0] * 8


def test_a_dry_run_only_reads(registry: Registry, tmp_path: Path) -> None:
    """What a load would do is shown while somebody else writes, too."""
    path = write(tmp_path, "users.csv", "Email\neve@example.org\n")
    with transaction.write(registry.engine):
        assert registry.load("users", path, dry_run=True).added == 1


def test_two_batches_of_one_number(registry: Registry, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """Whoever holds the same batch elsewhere sees its state as it is stored, not as it was when it was opened."""
    mine = registry.upload(export(tmp_path, *MIXED))
    theirs = opened(registry.engine.url.render_as_string(hide_password=False)).batch(mine.id)
    assert mine.state == theirs.state == "draft"
    mine.finish()
    assert mine.state == theirs.state == "finished"
    assert (theirs.receipt, theirs.counts) == (mine.receipt, mine.counts)
    registry.undo(theirs)
    assert mine.state == theirs.state == "undone"


def test_one_moment(registry: Registry, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """Within a moment everything is as it was when it began; afterwards it is as it is."""
    others = opened(registry.engine.url.render_as_string(hide_password=False))
    with registry.moment() as now:
        assert len(now.lookups().users) == 4
        load(others, tmp_path, users="Email\neve@example.org\n")
        assert len(now.lookups().users) == 4
    assert len(registry.lookups().users) == 5


def test_what_a_moment_found_out_is_not_kept(registry: Registry, tmp_path: Path) -> None:
    """A preview, then a file of somebody else, then a preview: the second one knows."""
    batch = registry.upload(export(tmp_path, ANA, BEN))
    assert batch.preview().new == 2
    registry.upload(export(tmp_path, ANA, ZOE, name="b.csv")).finish()
    assert (batch.preview().new, batch.counts.unchanged) == (1, 1)


LEFT = """
import gc
import credtools as ct
dropped = ct.open({url!r})
dropped.batches()
del dropped
gc.collect()
kept = ct.open({url!r})
kept.batches()
"""


def test_a_registry_that_nobody_closes_leaves_no_connection_open(registry_url: str, tmp_path: Path) -> None:
    """In a notebook few close what they open: connections go with the registry, or at the end, without a warning."""
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", LEFT.format(url=registry_url)]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stderr == ""
