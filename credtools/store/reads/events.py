"""Events: what was done, as the chained texts say."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from credtools.store import tables
from credtools.store.frames import rows_in


def events(connection: Connection, kinds: Iterable[str], batches: Collection[int] | None = None) -> Iterator[Any]:
    """The bodies of the events of these kinds (of some batches), oldest first; `at` is a moment."""
    event = tables.events.c
    statement = select(event.text).where(event.kind.in_(list(kinds))).order_by(event.seq)
    texts: Iterable[Any] = rows_in(connection, statement, event.batch_id, batches or ())
    if batches is None:
        texts = connection.execute(statement).all()
    for (text,) in texts:
        body = json.loads(text)
        yield body | {"at": datetime.fromisoformat(body["at"])}
