"""Events: whoever chains a whole history anew can write anything into it; verify says what, and falls over nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from credtools.registry import Registry
from credtools.store import tables
from credtools.store.engine import GENESIS
from credtools.store.seals import sealed_digest
from credtools.store.transaction import chain
from credtools.store.verify.shapes import SAYS, wrong
from tests.builders import only_sqlite
from tests.conftest import Home
from tests.sealed_history import everything, opened_in

GONE = object()
ODD: tuple[Any, ...] = (
    *(GONE, None, True, -1, 0, 10**30, 1.5, "", "x", [], [None], ["x"], [[1, 10**15]], [[2, 1]], [[]], {}),
    *({"x": 1}, {"1": [[1, 2]]}, {"1": None}, "9999-99-99", "2026-01-01T00:00:00"),
)


@pytest.fixture(scope="module")
def lived(home: Home) -> Iterator[Registry]:
    """The registry in which everything has happened; each change is taken back."""
    registry = opened_in(home.copy_of(everything), home.folder)
    yield registry
    registry.engine.dispose()


def texts(registry: Registry) -> dict[int, str]:
    with registry.engine.connect() as connection:
        return dict(connection.execute(select(tables.events.c.seq, tables.events.c.text)).all())


def chained_anew(registry: Registry, changed: dict[int, str]) -> None:
    """The history of somebody who may write everything: these texts, and all hashes up to the head made to fit."""
    event, seal = tables.events, tables.seals.c
    with registry.engine.begin() as connection:
        head, seq = GENESIS, 0
        for seq, text in connection.execute(select(event.c.seq, event.c.text).order_by(event.c.seq)).all():
            said = changed.get(seq, text)
            told = chain(head, said)
            connection.execute(update(event).where(event.c.seq == seq).values(text=said, previous=head, hash=told))
            seals = select(seal.table_name, seal.key, seal.digest).where(seal.event_seq == seq)
            found = [tuple(row) for row in connection.execute(seals.order_by(seal.table_name, seal.key))]
            head = chain(told, sealed_digest(found)) if found else told
        connection.execute(update(tables.audit_head).values(seq=seq, hash=head))


def mutated(text: str, name: str, value: Any) -> str:
    body = json.loads(text)
    if value is GONE:
        body.pop(name)
    else:
        body[name] = value
    return json.dumps(body, sort_keys=True)


def verified(registry: Registry, seq: int, name: str, value: Any) -> list[str]:
    before = texts(registry)
    chained_anew(registry, {seq: mutated(before[seq], name, value)})
    try:
        return registry.verify()
    finally:
        chained_anew(registry, {seq: before[seq]})


@only_sqlite
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_an_event_says_is_told(lived: Registry, data: st.DataObject) -> None:
    """A key that is dropped, or holds something else, ends in sentences: verify goes on to its end and never raises."""
    before = texts(lived)
    seq = data.draw(st.sampled_from(sorted(before)))
    name = data.draw(st.sampled_from(sorted(json.loads(before[seq]))))
    value = data.draw(st.sampled_from(ODD))
    found = verified(lived, seq, name, value)
    assert all(isinstance(sentence, str) and "The rest can't be read" not in sentence for sentence in found)
    if name in {"at", "by", "batch", "kind", "seq", *SAYS[json.loads(before[seq])["kind"]]}:
        same = value is not GONE and json.loads(before[seq])[name] == value
        assert found or same or not wrong(json.loads(mutated(before[seq], name, value)))


@only_sqlite
@pytest.mark.long
def test_every_key_of_every_kind(lived: Registry) -> None:
    """The same, for every key of one event of each kind and every odd value."""
    before = texts(lived)
    kinds = {json.loads(text)["kind"]: seq for seq, text in before.items()}
    for seq in kinds.values():
        for name, value in product(json.loads(before[seq]), (GONE, None, [], "x", [[1, 10**15]])):
            assert not [one for one in verified(lived, seq, name, value) if "The rest can't be read" in one]


def test_every_kind_of_event_has_its_shape() -> None:
    """What a registry writes is what verify knows, kind by kind."""
    from credtools.model.rights import KINDS

    assert SAYS.keys() == KINDS.keys()
