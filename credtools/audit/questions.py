"""Questions: what became of rejected rows, counted by the database; reads only.

Frames are built column by column: the database groups by small numbers, and their names are put in afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, and_, distinct, func, select

from credtools.audit.filters import OF_REJECTS, require_choice
from credtools.model import REJECT_STATES
from credtools.model.changes import ACCEPTED
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.frames import frame, values
from credtools.store.reads.lineage import current, current_types, members, type_members
from credtools.store.tables.rows import ADDRESS
from credtools.text import fold

reject, error, batch = tables.rejects.c, tables.reject_errors.c, tables.batches.c
ledger, value = tables.ledger.c, tables.ledger_values.c

Chosen = Mapping[str, Any]  # as `filters.chosen` makes it
COLUMNS: Mapping[str, Any] = {
    "code": error.code,
    "column": error.column_name,
    "value": error.value,
    "source": reject.source_id,
    "recipe": reject.batch_id,
    "type": reject.type_id,
    "uploader": reject.batch_id,
    "state": reject.state,
    "first_seen": reject.first_seen,
    "changed_at": reject.changed_at,
}
BY_ERROR = ("code", "column", "value")


def of_batches(which: Chosen) -> list[ColumnElement[bool]]:
    """What the batches must be."""
    return _equal(which, uploader=batch.uploaded_by, recipe=batch.recipe_fingerprint)


def of_errors(which: Chosen) -> list[ColumnElement[bool]]:
    """What the errors must be."""
    return _equal(which, code=error.code, column=error.column_name, value=error.value)


def of_rejects(which: Chosen) -> list[ColumnElement[bool]]:
    """What the rejects must be, apart from their errors."""
    found = _equal(which, batch=reject.batch_id, state=reject.state)
    if "source" in which:
        found.append(reject.source_id.in_(members(which["source"])))
    if "type" in which:
        known = reject.type_id.in_(type_members(which["type"]))
        found.append(known if which["type"] else reject.type_id.is_(None))
    if some := of_batches(which):
        found.append(reject.batch_id.in_(select(batch.id).where(*some)))
    return found + between(reject.first_seen, which) + between(reject.changed_at, which, "changed_")


def of_everything(which: Chosen) -> list[ColumnElement[bool]]:
    """What the rejects must be, where errors aren't joined."""
    some = of_errors(which)
    return of_rejects(which) + ([reject.id.in_(select(error.reject_id).where(*some))] if some else [])


def _equal(which: Chosen, **columns: Any) -> list[ColumnElement[bool]]:
    return [column == which[name] for name, column in columns.items() if name in which]


def between(column: Any, which: Chosen, prefix: str = "") -> list[ColumnElement[bool]]:
    """Whether a moment is between the days that are asked for."""
    first, last = f"{prefix}since", f"{prefix}until"
    begin = [column >= which[first]] if first in which else []
    return begin + ([column < which[last]] if last in which else [])


def require_known(engine: Engine, which: Chosen) -> None:
    """Raises CredtoolsError when there is no such state, source or type: a misspelt one isn't answered by nothing."""
    if "state" in which:
        require_choice(which["state"], REJECT_STATES, "state_unknown")
    for word, column in (("source", tables.sources.c.name), ("type", tables.credential_types.c.name)):
        if name := which.get(word):
            with snapshot(engine) as connection:
                names = connection.execute(select(column).order_by(column)).scalars().all()
            if word == "source" or fold(name) not in map(fold, names):
                require_choice(name, names, f"filter_{word}_unknown")


def counts(engine: Engine, keys: Sequence[str], which: Chosen, states: Sequence[str]) -> pd.DataFrame:
    """How many rejects in these states there are per combination of keys (see COLUMNS): the keys, and `count`.

    A reject counts once in each code and column that it has.
    """
    columns = [COLUMNS[key].label(key) for key in keys]
    by_error = any(key in BY_ERROR for key in keys)
    many = func.count(distinct(reject.id)) if by_error else func.count()
    statement = select(*columns, many.label("count")).select_from(tables.rejects)
    if set(states) != set(REJECT_STATES):
        statement = statement.where(reject.state.in_(states))
    if by_error:
        statement = statement.join(tables.reject_errors).where(*of_rejects(which), *of_errors(which))
    else:
        statement = statement.where(*of_everything(which))
    with snapshot(engine) as connection:
        found = frame(connection, statement.group_by(*(COLUMNS[key] for key in keys)))
        for key in keys:
            if (names := _names(connection, key)) is not None:
                found[key] = _named(found[key], names)
    if found.duplicated(list(keys)).any():  # two sources or types that are one by now
        found = found.groupby(list(keys), dropna=False, sort=False)["count"].sum().reset_index()
    return found


def _names(connection: Connection, key: str) -> dict[Any, str] | None:
    """The names behind the numbers of a group; None where it has no numbers."""
    named = {
        "source": (current.c.id, current.c.name),
        "type": (current_types.c.id, current_types.c.name),
        "uploader": (batch.id, batch.uploaded_by),
        "recipe": (batch.id, batch.recipe_fingerprint),
        "file": (batch.id, batch.file_name),
    }
    return dict(connection.execute(select(*named[key])).all()) if key in named else None


def _named(numbers: pd.Series[Any], names: Mapping[Any, str]) -> Any:
    codes, different = pd.factorize(numbers, use_na_sentinel=False)
    return pd.array([names.get(number, "") for number in different], dtype="str").take(codes)


ROW_COLUMNS = (
    *("reject", "batch", "source", "line", "state", "first_seen", "code", "column", "heading", "value", "title"),
    *("resolution", "suggestion", "fixed_batch", "fixed_line", "raw"),
    *("uploader", "recipe", "type", "changed_at", "reason", "superseded_by"),
    *("sheet", "piece", "fixed_sheet", "fixed_piece", "file", "changed_by", "for_good"),
)
# How lists of rows can be ordered, by their rejects.
ORDERS: Mapping[str, Any] = {
    "newest": (reject.id.desc(),),
    "oldest": (reject.first_seen, reject.id),
    "youngest": (reject.first_seen.desc(), reject.id.desc()),
    "changed": (reject.changed_at.desc(), reject.id.desc()),
}


class Listed(NamedTuple):
    """A page of a list: so many rejects, after so many, in one of ORDERS."""

    order: str
    most: int
    skipped: int = 0
    states: Sequence[str] = REJECT_STATES


def rows(engine: Engine, which: Chosen, page: Listed | None = None) -> pd.DataFrame:
    """Rejected rows, one per error; columns: ROW_COLUMNS, see `Audit.rejects`.

    `page`: only these of the rejects, in its order; else all, in the order they came.
    """
    these = of_everything(which)
    theirs = of_rejects(which)
    numbers: list[int] = []
    if page is not None:
        listed = select(reject.id).where(*these, reject.state.in_(page.states)).order_by(*ORDERS[page.order])
        numbers = values(engine, listed.limit(page.most).offset(page.skipped))
        these = theirs = [reject.id.in_(numbers)]
    of_reject = (
        select(reject.id.label("reject"), reject.batch_id.label("batch"), reject.source_id.label("source"))
        .add_columns(reject.type_id.label("type"), reject.fixed_batch_id.label("fixed_batch"), reject.fixed_line)
        .add_columns(reject.line, reject.state, reject.first_seen, reject.changed_at, reject.reason)
        .add_columns(reject.superseded_by, value.raw, reject.sheet, reject.piece)
        .add_columns(reject.fixed_sheet, reject.fixed_piece, reject.changed_by, reject.for_good)
        .outerjoin(tables.ledger_values, and_(*(value[name] == reject[name] for name in ADDRESS)))
        .where(*these)
        .order_by(reject.id)
    )
    of_error = select(error.reject_id, error.code, error.column_name.label("column"), error.heading, error.value)
    of_error = of_error.add_columns(error.title, error.resolution, error.suggestion)
    if theirs:
        of_error = of_error.join(tables.rejects).where(*theirs)
    of_error = of_error.where(*of_errors(which)).order_by(error.reject_id, error.position)
    with snapshot(engine) as connection:
        rejects, errors = frame(connection, of_reject), frame(connection, of_error)
        rejects["uploader"] = rejects["recipe"] = rejects["file"] = rejects["batch"]
        for key in ("source", "type", "uploader", "recipe", "file"):
            rejects[key] = _named(rejects[key], _names(connection, key) or {})
    places = np.searchsorted(rejects["reject"].to_numpy(np.int64), errors["reject_id"].to_numpy(np.int64))
    of_each = rejects.take(places).reset_index(drop=True)
    found = pd.concat([of_each, errors], axis=1)[list(ROW_COLUMNS)]
    if page is None:
        return found
    rank = {number: place for place, number in enumerate(numbers)}
    return found.sort_values("reject", key=lambda some: some.map(rank), kind="stable", ignore_index=True)


def flow(engine: Engine, which: Chosen) -> pd.DataFrame:
    """What became of the rows of each finished batch: batch, source, finished_at, and counts of rows.

    Counts: rows, accepted, unchanged, rejected, left_out; open, fixed, waived, superseded, void. `since` and `until`
    speak of when the batch was finished; a state, code or column is that of rejected rows only, the type that of every
    row.
    """
    these = [batch.state == "finished", *of_batches(which), *_equal(which, batch=batch.id)]
    these += [batch.source_id.in_(members(which["source"]))] if "source" in which else []
    these += between(batch.finished_at, which)
    only = {name: value for name, value in which.items() if name in ("type", *OF_REJECTS)}
    batches = (
        select(batch.id.label("batch"), current.c.name.label("source"), batch.finished_at, batch.rows)
        .add_columns((batch.new + batch.new_versions + batch.older + batch.withdrawn).label("accepted"))
        .add_columns(batch.unchanged, batch.rejected, batch.left_out)
        .join_from(tables.batches, current, current.c.id == batch.source_id)
        .where(*these)
    )
    states = (
        select(reject.batch_id, reject.state, func.count().label("count"))
        .where(reject.batch_id.in_(batches.with_only_columns(batch.id)), *of_everything(only))
        .group_by(reject.batch_id, reject.state)
    )
    with snapshot(engine) as connection:
        found = frame(connection, batches.order_by(batch.id))
        each = frame(connection, states)
        judged = _judged(connection, only) if only else None
    for state in REJECT_STATES:
        found[state] = _per_batch(found, each[each["state"] == state])
    if judged is not None:  # of all batches: the type leads there faster than the batches do
        same, accepted = (judged["verdict"].isin(some) for some in (["unchanged"], ACCEPTED))
        found["accepted"], found["unchanged"] = _per_batch(found, judged[accepted]), _per_batch(found, judged[same])
        found["rejected"] = found[list(REJECT_STATES)].sum(axis=1)
        found["left_out"] = 0  # of them it isn't known what they are
        found["rows"] = found["accepted"] + found["unchanged"] + found["rejected"]
    return found


def _per_batch(found: pd.DataFrame, counted: pd.DataFrame) -> Any:
    return found["batch"].map(counted.groupby("batch_id")["count"].sum()).fillna(0).astype(np.int64)


def _judged(connection: Connection, only: Chosen) -> pd.DataFrame:
    """Rows of a type that were accepted, or found unchanged, per batch; none where a code or state is asked for."""
    if not only.get("type") or len(only) > 1:
        return pd.DataFrame({"batch_id": [], "verdict": [], "count": []}, dtype="int64")
    version, row = tables.credential_versions, tables.ledger_rows.c
    statement = (
        select(row.batch_id, row.verdict, func.count().label("count"))
        .select_from(tables.ledger_rows.join(version, version.c.id == row.version_id))
        .join(tables.credentials, tables.credentials.c.id == version.c.credential_id)
        .where(tables.credentials.c.type_id.in_(type_members(only["type"])))
        .group_by(row.batch_id, row.verdict)
    )
    return frame(connection, statement)
