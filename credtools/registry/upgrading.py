"""Upgrading: what an older registry knew records by is made anew, within the transaction that changes its layout.

Digests once covered the whole line of a file, and of a pair of columns only which one of its type it was. Where the
bytes of the file are still here they are made over the columns that its recipe maps, and name the pair; elsewhere the
old ones stay, and are looked for as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, and_, bindparam, or_, select, update

from credtools import store
from credtools.errors import CredtoolsError
from credtools.model import Record
from credtools.recipe import apply
from credtools.recipe.records import KIND, WHOLE_LINE, Records
from credtools.registry import reviewing
from credtools.registry.session import Session
from credtools.settings import Settings
from credtools.store import tables
from credtools.store.reads.sources import came_from_source

PEOPLE_SINCE, RECORDS_SINCE, SEALS_SINCE = "0004", "0005", "0007"  # the first layouts with today's
BY = ""  # nobody decides anything here
FOLLOWED = ("open", "waived")
NAMES = ("record_digest", "ordinal", "digest_kind", "digest_columns")  # as in `Record`
Known = Mapping[Record, Record]
reject, patch, batch = tables.rejects.c, tables.patches.c, tables.batches.c


def complete(connection: Connection, before: str, places: Settings) -> None:
    """What else a registry of the layout `before` needs once its tables have the newest one."""
    if before < PEOPLE_SINCE:
        store.baseline.words(connection)
    if before < RECORDS_SINCE:
        digests(connection, places)
        store.baseline.parts(connection)
    if before < PEOPLE_SINCE:
        session = Session.within(connection, places, BY)
        store.baseline.people(connection, datetime.now(ZoneInfo(session.settings.time_zone)).date())
    if before < SEALS_SINCE:
        store.baseline.seals(connection)


def digests(connection: Connection, places: Settings) -> None:
    """Makes the digests of what is followed anew: rejects that are open or waived, and corrections in force."""
    session = Session.within(connection, places, BY)
    for source, wanted in _wanted(connection).items():
        left = set(wanted)
        for number in _files(connection, source, wanted):
            known = _known(session, number, wanted)
            for table in (tables.rejects, tables.patches):
                _make_anew(connection, table, source, known)
            left -= known.keys()
            if not left:
                break


def _old(column: Any) -> Any:
    """Of a reject or patch: it isn't known as today ('' and NULL: it is erased)."""
    pairs = column.batch_id.in_(select(batch.id).where(_of_pairs()))
    paired = and_(column.digest_kind == KIND, pairs)
    return and_(or_(column.digest_kind == WHOLE_LINE, paired), column.record_digest != "")


def _of_pairs() -> Any:
    """Of a batch: its rows, or those that it corrects, are made of pairs of columns."""
    came = tables.batches.alias().c
    before = select(came.id).where(came.recipe_text.contains("unpivot:"))
    return or_(batch.id.in_(before), batch.follows_id.in_(before))


def _wanted(connection: Connection) -> dict[int, set[Record]]:
    """By source how the records of what is followed are known."""
    found: defaultdict[int, set[Record]] = defaultdict(set)
    open_or_waived = select(reject.source_id, *_record(reject)).where(reject.state.in_(FOLLOWED))
    in_force = select(patch.source_id, *_record(patch)).where(patch.removed_at.is_(None))
    for statement in (open_or_waived.where(_old(reject)), in_force.where(_old(patch))):
        for source, *record in connection.execute(statement):
            found[source].add(Record(*record))
    return found


def _record(column: Any) -> list[Any]:
    return [column[name] for name in NAMES]


def _files(connection: Connection, source: int, wanted: set[Record]) -> list[int]:
    """The batches of a source, the last one first, whose files have one of these records; none of correction files."""
    having = set()
    for column in (reject, patch):
        named = select(column.batch_id, *_record(column)).where(column.source_id == source)
        having |= {number for number, *key in connection.execute(named.where(_old(column))) if Record(*key) in wanted}
    statement = select(batch.id).where(batch.source_id == source, came_from_source()).order_by(batch.id.desc())
    before = dict(connection.execute(select(batch.id, batch.follows_id).where(batch.follows_id.is_not(None))).all())
    having |= {before[number] for number in having if number in before}
    return [number for number in connection.execute(statement).scalars() if number in having]


def _known(session: Session, number: int, wanted: Collection[Record]) -> Known:
    """How some records that a file has are known from now on; empty where it can't be read any more."""
    try:
        draft = reviewing.opened(session, number)
        content, columns = (
            store.reads.source_bytes(session.at, draft.sha256),
            session.schema(draft.recipe.schema).columns,
        )
        table = reviewing.read(session, content, draft.file, draft.recipe, session.lookups())
        records = Records(table, apply(draft.recipe, table, columns).headings)
    except CredtoolsError:
        return {}
    own = records.own(columns)
    return {one: own[row] for one in wanted if (row := records.row(one)) is not None}


def _make_anew(connection: Connection, table: Table, source: int, known: Known) -> None:
    column = table.c
    statement = select(column.id, *_record(column)).where(column.source_id == source, _old(column))
    found = [(number, known.get(Record(*record))) for number, *record in connection.execute(statement)]
    rows: Sequence[dict[str, Any]] = [
        {"row": number, **dict(zip(NAMES, record, strict=True))} for number, record in found if record is not None
    ]
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in NAMES}
        connection.execute(update(table).where(column.id == bindparam("row")).values(**values), rows)
