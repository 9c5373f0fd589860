"""Questions: what became of rejected rows, counted by the database; reads only.

Frames are built column by column: the database groups by small numbers, and their names are put in afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, Text, and_, distinct, func, select

from credtools.errors import CredtoolsError
from credtools.limited import collection_paused
from credtools.model import REJECT_STATES
from credtools.store import tables
from credtools.store.columns import UTCDateTime
from credtools.store.engine import snapshot
from credtools.text import fold

reject, error, batch = tables.rejects.c, tables.reject_errors.c, tables.batches.c

GROUPS: Mapping[str, Any] = {
    "code": error.code,
    "column": error.column_name,
    "source": reject.source_id,
    "recipe": reject.batch_id,
    "type": reject.type_id,
    "uploader": reject.batch_id,
    "state": reject.state,
    "first_seen": reject.first_seen,
    "changed_at": reject.changed_at,
}
OF_ERRORS = ("code", "column")


@dataclass(frozen=True)
class Which:
    """The rejects that a question is about: None leaves a part open.

    `code` and `column` choose errors, and with them the rejects that have one; `type` is '' where the row's type
    isn't known; first seen at `since` or later and before `until`.
    """

    batch: int | None = None
    source: str | None = None
    code: str | None = None
    column: str | None = None
    type: str | None = None
    uploader: str | None = None
    recipe: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def batches(self) -> list[ColumnElement[bool]]:
        """What its batches must be."""
        named = ((batch.uploaded_by, self.uploader), (batch.recipe_fingerprint, self.recipe))
        return [column == value for column, value in named if value is not None]

    def errors(self) -> list[ColumnElement[bool]]:
        """What its errors must be."""
        return [
            c == value for c, value in ((error.code, self.code), (error.column_name, self.column)) if value is not None
        ]

    def rejects(self) -> list[ColumnElement[bool]]:
        """What its rejects must be, apart from their errors."""
        found: list[ColumnElement[bool]] = []
        if self.batch is not None:
            found.append(reject.batch_id == self.batch)
        if self.source is not None:
            found.append(reject.source_id == _id_of(tables.sources.c.name, self.source))
        if self.type is not None:
            known = _id_of(tables.credential_types.c.name_key, fold(self.type))
            found.append(reject.type_id == known if self.type else reject.type_id.is_(None))
        if of_batches := self.batches():
            found.append(reject.batch_id.in_(select(batch.id).where(*of_batches)))
        if self.state is not None:
            found.append(reject.state == self.state)
        if self.since is not None:
            found.append(reject.first_seen >= self.since)
        if self.until is not None:
            found.append(reject.first_seen < self.until)
        return found

    def all(self) -> list[ColumnElement[bool]]:
        """What its rejects must be, where errors aren't joined."""
        of_errors = self.errors()
        some = select(error.reject_id).where(*of_errors)
        return [*self.rejects(), *([reject.id.in_(some)] if of_errors else [])]


def _id_of(column: Any, name: str) -> Any:
    return select(column.table.c.id).where(column == name).scalar_subquery()


def require_known(engine: Engine, which: Which) -> None:
    """Raises CredtoolsError when there is no such source or type: a misspelt one isn't answered by nothing."""
    asked = (("source", tables.sources.c.name, which.source), ("type", tables.credential_types.c.name, which.type))
    with snapshot(engine) as connection:
        for word, column, name in asked:
            names = connection.execute(select(column).order_by(column)).scalars().all() if name else []
            if name and name not in names and not (word == "type" and fold(name) in map(fold, names)):
                raise CredtoolsError(f"There is no {word} {name!r} here; there are: {', '.join(names) or 'none'}.")


def counts(engine: Engine, keys: Sequence[str], which: Which, states: Sequence[str]) -> pd.DataFrame:
    """How many rejects in these states there are per combination of keys (see GROUPS): the keys, and `count`.

    A reject counts once in each code and column that it has.
    """
    columns = [GROUPS[key] for key in keys]
    by_error = any(key in OF_ERRORS for key in keys)
    many = func.count(distinct(reject.id)) if by_error else func.count()
    statement = select(*columns, many).select_from(tables.rejects)
    if set(states) != set(REJECT_STATES):
        statement = statement.where(reject.state.in_(states))
    if by_error:
        statement = statement.join(tables.reject_errors).where(*which.rejects(), *which.errors())
    else:
        statement = statement.where(*which.all())
    with snapshot(engine) as connection:
        found = frame(connection, statement.group_by(*columns), [*keys, "count"])
        for key in keys:
            if (names := _names(connection, key)) is not None:
                found[key] = _named(found[key], names)
    return found


def _names(connection: Connection, key: str) -> dict[Any, str] | None:
    """What the numbers of a group stand for, None where it is no number."""
    named = {
        "source": (tables.sources.c.id, tables.sources.c.name),
        "type": (tables.credential_types.c.id, tables.credential_types.c.name),
        "uploader": (batch.id, batch.uploaded_by),
        "recipe": (batch.id, batch.recipe_fingerprint),
    }
    return dict(connection.execute(select(*named[key])).all()) if key in named else None


def _named(numbers: pd.Series[Any], names: Mapping[Any, str]) -> Any:
    codes, distinct_numbers = pd.factorize(numbers, use_na_sentinel=False)
    return np.array([names.get(number, "") for number in distinct_numbers], dtype=object).take(codes)


ROW_COLUMNS = (
    *("reject", "batch", "source", "line", "state", "first_seen", "code", "column", "heading", "value", "title"),
    *("resolution", "suggestion", "fixed_batch", "fixed_line", "raw"),
    *("uploader", "recipe", "type", "changed_at", "reason", "superseded_by"),
)


def rows(engine: Engine, which: Which, newest: int | None = None) -> pd.DataFrame:
    """Rejected rows, one per error; columns: ROW_COLUMNS. `raw` is None once erased, `type` '' where it isn't known.

    `newest`: only so many of the rejects, those that came last.
    """
    values = tables.ledger_values.c
    of_reject = {"reject": reject.id, "batch": reject.batch_id, "source": reject.source_id, "type": reject.type_id}
    of_reject |= {name: reject[name] for name in ("line", "state", "first_seen", "changed_at", "reason")}
    of_reject |= {"fixed_batch": reject.fixed_batch_id, "fixed_line": reject.fixed_line}
    of_reject |= {"superseded_by": reject.superseded_by, "raw": values.raw}
    told = {"reject": error.reject_id, "code": error.code, "column": error.column_name, "heading": error.heading}
    told |= {name: error[name] for name in ("value", "title", "resolution", "suggestion")}
    these = which.all()
    if newest is not None:
        last = select(reject.id).where(*these).order_by(reject.id.desc()).limit(newest)
        these = [reject.id.in_(last)]
    of_rejects = which.rejects() if newest is None else these
    own_values = and_(values.batch_id == reject.batch_id, values.line == reject.line)
    with snapshot(engine) as connection:
        rejects = frame(
            connection,
            select(*of_reject.values())
            .select_from(tables.rejects.outerjoin(tables.ledger_values, own_values))
            .where(*these)
            .order_by(reject.id),
            list(of_reject),
        )
        errors = frame(
            connection,
            (select(*told.values()).join(tables.rejects) if of_rejects else select(*told.values()))
            .where(*of_rejects, *which.errors())
            .order_by(error.reject_id, error.position),
            list(told),
        )
        rejects["uploader"] = rejects["recipe"] = rejects["batch"]
        for key in ("source", "type", "uploader", "recipe"):
            rejects[key] = _named(rejects[key], _names(connection, key) or {})
    places = np.searchsorted(rejects["reject"].to_numpy(np.int64), errors["reject"].to_numpy(np.int64))
    of_each = rejects.take(places).reset_index(drop=True)
    return pd.concat([of_each, errors.drop(columns="reject")], axis=1)[list(ROW_COLUMNS)]


def flow(engine: Engine, which: Which) -> pd.DataFrame:
    """What became of the rows of each finished batch: batch, source, finished_at, and counts of rows.

    Counts: rows, accepted, unchanged, rejected; open, fixed, waived, superseded. `since` and `until` speak of when
    the batch was finished; a state, code or column is that of rejected rows only, the type that of every row.
    """
    accepted = batch.new + batch.new_versions + batch.older
    these = [batch.state == "finished", *which.batches()]
    these += [batch.id == which.batch] if which.batch is not None else []
    these += [tables.sources.c.name == which.source] if which.source is not None else []
    these += [batch.finished_at >= which.since] if which.since is not None else []
    these += [batch.finished_at < which.until] if which.until is not None else []
    named = select(batch.id, tables.sources.c.name, batch.finished_at, batch.rows, accepted)
    only = Which(code=which.code, column=which.column, type=which.type, state=which.state)
    finished = select(batch.id).join(tables.sources).where(*these)
    states = select(reject.batch_id, reject.state, func.count()).where(reject.batch_id.in_(finished), *only.all())
    with snapshot(engine) as connection:
        found = frame(
            connection,
            named.add_columns(batch.unchanged, batch.rejected).join(tables.sources).where(*these).order_by(batch.id),
            ["batch", "source", "finished_at", "rows", "accepted", "unchanged", "rejected"],
        )
        each = frame(connection, states.group_by(reject.batch_id, reject.state), ["batch", "state", "count"])
        judged = None if only == Which() else _judged(connection, only)
    for state in REJECT_STATES:
        of_state = each[each["state"] == state].set_index("batch")["count"]
        found[state] = _per_batch(found, of_state)
    if judged is not None:  # of all batches: the type leads there faster than the batches do
        same = judged["verdict"] == "unchanged"
        for name, some in (("accepted", judged[~same]), ("unchanged", judged[same])):
            found[name] = _per_batch(found, some.groupby("batch")["count"].sum())
        found["rejected"] = found[list(REJECT_STATES)].sum(axis=1)
        found["rows"] = found["accepted"] + found["unchanged"] + found["rejected"]
    return found


def _per_batch(found: pd.DataFrame, numbers: pd.Series[Any]) -> Any:
    return found["batch"].map(numbers).fillna(0).astype(np.int64)


def _judged(connection: Connection, only: Which) -> pd.DataFrame:
    """Rows of a type that were accepted, or found unchanged, per batch; none where a code or state is asked for."""
    ledger, version, credential = tables.ledger, tables.credential_versions, tables.credentials
    statement = (
        select(ledger.c.batch_id, ledger.c.verdict, func.count())
        .select_from(ledger.join(version, version.c.id == ledger.c.version_id).join(credential))
        .where(credential.c.type_id == _id_of_type(only.type))
        .group_by(ledger.c.batch_id, ledger.c.verdict)
    )
    of_rejects = any(value is not None for value in (only.code, only.column, only.state))
    names = ["batch", "verdict", "count"]
    return pd.DataFrame(columns=names) if of_rejects or not only.type else frame(connection, statement, names)


def _id_of_type(name: str | None) -> Any:
    return _id_of(tables.credential_types.c.name_key, fold(name or ""))


def frame(connection: Connection, statement: Any, names: Sequence[str]) -> pd.DataFrame:
    """The answer, column by column."""
    with collection_paused():
        return pd.DataFrame(dict(zip(names, _columns(connection, statement), strict=True)))


def _columns(connection: Connection, statement: Any) -> list[pd.Series[Any]]:
    """From the driver's own rows: what is neither text nor number is made once per value, not once per row."""
    kinds = [column.type for column in statement.selected_columns]
    found = connection.execute(statement).cursor.fetchall()
    columns: Any = zip(*found, strict=True) if found else [()] * len(kinds)
    return [_series(list(column), kind, connection) for column, kind in zip(columns, kinds, strict=True)]


def _series(column: list[Any], kind: Any, connection: Connection) -> pd.Series[Any]:
    if isinstance(kind, UTCDateTime):
        process = kind.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
        moments = {value: process(value) for value in set(column)} if process else {}
        return pd.Series([moments[value] for value in column])
    return pd.Series(column, dtype=object if isinstance(kind, Text) else None)
