"""History: what was so of users and types on a day, as known now or once."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import func, select

from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import frame

RULES = (
    *("name", "status", "expiry", "issue", "numbered", "media_required", "approval_required"),
    *("validity_months", "expiry_computed"),
)
OF = {
    "users": (tables.users, tables.user_facts, ("email", "external_id"), ("status", "groups", "manager")),
    "types": (tables.credential_types, tables.type_facts, (), RULES),
}


def as_of(at: At, kind: str, day: date, known_on: int | None = None) -> pd.DataFrame:
    """Users or types with what was so of them on a day; columns as `Registry.users_on` and `types_on`.

    `known_on`: by what was recorded until this event; None: until now. What was recorded last about a day holds.
    """
    table, facts, shown, names = OF[kind]
    owner = facts.c.user_id if kind == "users" else facts.c.type_id
    last = func.row_number().over(
        partition_by=(owner, facts.c.name), order_by=(facts.c.event_seq.desc(), facts.c.id.desc())
    )
    known = select(owner.label("owner"), facts.c.name, facts.c.value, facts.c.valid_from, last.label("place"))
    known = known if known_on is None else known.where(facts.c.event_seq <= known_on)
    on_day = known.where(facts.c.valid_from <= day).subquery()
    since = known.subquery()
    with snapshot(at) as connection:
        of = (
            select(table.c.id, *(table.c[name] for name in shown))
            .where(table.c.merged_into.is_(None))
            .order_by(table.c.id)
        )
        found = frame(connection, of).set_index("id", drop=False)
        values = frame(connection, select(on_day.c.owner, on_day.c.name, on_day.c.value).where(on_day.c.place == 1))
        began = frame(
            connection, select(since.c.owner, func.min(since.c.valid_from).label("day")).group_by(since.c.owner)
        )
    found["known_from"] = pd.Series(began["day"].to_numpy(), index=began["owner"].to_numpy()).reindex(found.index)
    there = found.index.isin(values["owner"])
    for name in names:
        of_name = values[values["name"] == name]
        told = pd.Series(of_name["value"].to_numpy(), index=of_name["owner"].to_numpy(), dtype="str")
        found[name] = told.reindex(found.index).where(~(there & ~found.index.isin(told.index)), "")
    return found[found["known_from"].notna()].reset_index(drop=True)
