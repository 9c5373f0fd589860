"""Verify: which sources are one, and to which one each batch belongs, must follow from the events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from credtools.store import tables
from credtools.store.reads.lineage import current


def sources(connection: Connection, events: list[dict[str, Any]]) -> list[str]:
    """What doesn't agree, as whole sentences. `events`: all that were chained."""
    source, word, batch = tables.sources.c, tables.words.c, tables.batches.c
    names: dict[int, str] = {}
    merged: dict[int, int] = {}
    moved: dict[int, int] = {}
    uploaded: dict[int, str] = {}
    for event in events:
        match event["kind"]:
            case "rename_source":
                names |= {event["source"]: event["new"], event["former"]: event["old"]}
                merged[event["former"]] = event["source"]
            case "merge_source":
                merged[event["source"]] = event["into"]
            case "unmerge_source":
                merged.pop(event["source"], None)
            case "move":
                moved |= dict.fromkeys(event["batches"], event["source"])
            case "upload":
                uploaded[event["batch"]] = event["source"]
    rows = connection.execute(select(source.id, source.name, source.merged_into)).all()
    problems = [
        f"The source {row.name!r} has another name, or is part of another source, than the events say."
        for row in rows
        if row.merged_into != merged.get(row.id) or row.name != names.get(row.id, row.name)
    ]
    roots = {row.id: row.root for row in connection.execute(select(current.c.id, current.c.root))}
    by_name = {row.name: row.id for row in rows}
    for number, mine in connection.execute(select(batch.id, batch.source_id).order_by(batch.id)):
        said = moved.get(number, by_name.get(uploaded.get(number, "")))
        if said is not None and roots.get(said) != roots.get(mine):
            problems.append(f"Batch {number} belongs to another source than its events say.")
    of_others = select(source.name).where(source.merged_into.is_not(None), source.id.in_(select(word.source_id)))
    return problems + [
        f"What the source {name!r} said last is there, although it is part of another source."
        for name in connection.execute(of_others.order_by(source.name)).scalars()
    ]
