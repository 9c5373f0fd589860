"""Years of nights: what is done with one row, or one batch, doesn't hold all others in the memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

import credtools as ct
from credtools.privacy.hints import Hints
from credtools.registry import Registry
from credtools.store import tables
from credtools.store.blocks import TOGETHER, BlockRow, Places, Rows, block_of, packed, places_saying
from credtools.text import fold
from tests.builders import export, load

ROWS = 1_100  # of a night: more than are packed as one
FEW, MANY = 4, 8  # nights
PERSON = "person.777@example.org"


def night(folder: Path, number: int) -> Path:
    """An export of which one row in a hundred is another each night."""
    rows = (
        f"person.{k}@example.org,Type {k % 3},2024-01-{k % 28 + 1:02},{2030 + (k % 100 == number)}-01-01,N-{k:05}"
        for k in range(ROWS)
    )
    return export(folder, *rows, name=f"night{number}.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nights")


@pytest.fixture(scope="module")
def registry(folder: Path) -> Registry:
    """A registry after a few nights."""
    made = ct.init(str(folder / "credtools.db"), by="nobody@example.org")
    people = "\n".join(["Email", *(f"person.{k}@example.org" for k in range(ROWS))])
    load(made, folder, users=people, types="Name,Expiry\n" + "\n".join(f"Type {k},optional" for k in range(3)))
    made.set("approval_required", False)
    (folder / "hr.yaml").write_text("{}\n", "utf-8")
    send(made, folder, range(FEW))
    return made


def send(registry: Registry, folder: Path, numbers: range) -> None:
    """Imports the exports of some nights."""
    for number in numbers:
        registry.upload(night(folder, number), recipe=folder / "hr.yaml").settle()


def peak(job: Callable[[], object]) -> int:
    """The most bytes that a job held."""
    tracemalloc.start()
    try:
        job()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def rows(count: int) -> list[BlockRow]:
    return [
        BlockRow(
            (1 + k // 900, k % 900 + 2, 1 + k % 2), 10_000 - k, bytes(32), bytes([k % 256]) * 16, json.dumps([str(k)])
        )
        for k in range(count)
    ]


def test_places_are_found_as_if_all_were_read() -> None:
    """Looking up places in the stored text finds what reading all of it finds, for few and for many."""
    some = rows(2 * TOGETHER + 7)
    block, parts = packed(1, some)
    places, read = Places(block["rows"]), Rows.read(block["rows"])
    assert [part["first"] for part in parts] == [0, TOGETHER, 2 * TOGETHER]
    assert read.addresses() == [row.address for row in some]
    for k in (0, 1, 899, 900, len(some) - 1):
        assert (places.at(k), places.version(k)) == (some[k].address, some[k].version_id)
        assert places.rows([some[k].address]) == [k]
        assert list(places.saying([some[k].version_id])) == [k]
    assert sorted(places.rows([row.address for row in some[:200]])) == list(range(200))
    assert (places.rows([(9, 9, 9)]), list(places.saying([5]))) == ([], [])


@pytest.mark.parametrize("text", ["[[1,2,1]]", "[[1,2,1,5],[1,3,1]]", "[[1,2,1,5],[1,3,1,6,7]]", "[1,2,1,5", "x"])
def test_a_place_that_is_none_is_no_row(text: str) -> None:
    """What isn't four numbers of each row is refused, whoever has written it."""
    with pytest.raises(ValueError):
        Rows.read(text)


def test_rows_that_say_a_version_are_found_in_blocks(registry: Registry) -> None:
    """The rows of blocks that say a version are those that the view of all rows shows."""
    row = tables.ledger_rows.c
    with registry.engine.connect() as connection:
        block = tables.ledger_blocks.c.batch_id
        shown = select(row.batch_id, row.sheet, row.line, row.piece).where(row.version_id.in_([1, 778]))
        there = {tuple(one) for one in connection.execute(shown.where(row.batch_id.in_(select(block))))}
        assert {(number, *place) for number, place in places_saying(connection, [1, 778])} == there
    assert len(there) == FEW - 1  # what came on the first night alone is in no block


def test_memory_stays_as_the_nights_go_by(registry: Registry, folder: Path) -> None:
    """Verifying and erasing hold about as much after eight nights as after four; and what was erased verifies."""

    def erase() -> None:
        registry.erase(PERSON, reason="asked for it", dry_run=True)

    for job in (registry.verify, erase):  # what is read once is read
        job()
    few = [peak(registry.verify), peak(erase)]
    send(registry, folder, range(FEW, MANY))
    assert peak(registry.verify) < 1.15 * few[0]
    assert peak(erase) < 1.15 * few[1]
    found = registry.erase(PERSON, reason="asked for it")
    assert (found.counts["rows"], found.counts["files"]) == (MANY, MANY)
    assert registry.verify() == []
    with registry.engine.connect() as connection:
        blocks = [block_of(connection, number) for number in range(2, MANY + 1)]
    assert [block.raws.count(None) for block in blocks if block] == [1] * (MANY - 1)


ODD = st.text(  # letters that become others when they are folded
    alphabet=st.sampled_from(
        'aAbßK. @-éÅ"\\\u017f\u0131\u0130\ufb01\u00bd\u00ba\uff41\u0301\u00a0\u2011\U0001d41a\u0416'
    ),
    max_size=8,
)


@given(st.lists(ODD, min_size=1, max_size=3), st.lists(ODD, min_size=1, max_size=4))
def test_no_hint_is_missed(terms: list[str], cells: list[str]) -> None:
    """A row of which a cell equals a term, holds it, or holds its words, is never passed over."""
    raws = [json.dumps([cell]) for cell in cells]
    hints, text = Hints.of(terms), json.dumps(raws)
    looked = {k for k, _ in hints.among(text, enumerate(raws))}
    for k, cell in enumerate(cells):
        for term in filter(None, map(fold, terms)):
            if term in fold(cell):
                assert k in looked
                assert hints.may_be_in(raws[k])
                assert hints.may_be_in(cell)
