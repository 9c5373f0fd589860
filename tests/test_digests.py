"""The texts of digests: told apart whatever their values hold, and made again by SQL alone."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from credtools.registry import Registry
from credtools.store import tables
from credtools.store.digests import fields
from tests.builders import ANA, BEN, ZOE, export


def test_values_as_they_are_written() -> None:
    """Each kind of value has one text; what isn't there is told from what is empty."""
    moment = datetime(2025, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert fields(None, "", "é~1:", 12, True, b"\x00\xff", date(999, 1, 2), moment) == (
        "~0:4:é~1:2:124:true4:00ff10:0999-01-0227:2025-01-02T03:04:05.000006Z"
    )


@given(st.lists(st.text("~:0123", max_size=4) | st.none()), st.lists(st.text("~:0123", max_size=4) | st.none()))
def test_no_two_rows_have_one_text(one: list[str | None], other: list[str | None]) -> None:
    """However values are shifted into their neighbours, the text is another one."""
    assert (fields(*one) == fields(*other)) == (one == other)


SAYS = {  # how each database writes a flag, and bytes
    "sqlite": ("CASE WHEN {} THEN 'true' ELSE 'false' END", "lower(hex({}))"),
    "postgresql": ("CAST({} AS text)", "encode({}, 'hex')"),
}


def _fields(database: str, columns: str) -> str:
    flag, binary = SAYS[database]
    texts = []
    for column in columns.split():
        name, _, kind = column.partition("|")
        said = {"flag": flag, "hex": binary, "": "CAST({} AS text)"}[kind].format(name)
        texts.append(f"coalesce(length({said}) || ':' || {said}, '~')")
    return " || ".join(texts)


def _sql(registry: Registry, columns: str, rest: str) -> list[str]:
    statement = f"SELECT {_fields(registry.engine.dialect.name, columns)} {rest}"
    with registry.engine.connect() as connection:
        return list(connection.execute(text(statement)).scalars())


@pytest.fixture
def finished(registry: Registry, tmp_path: Path) -> Registry:
    """Two batches with new, rejected and unchanged rows."""
    for name, rows in (("a.csv", (ANA, "ana@example.org,Licence,2024-01-01,,L–1")), ("b.csv", (BEN, ANA, ZOE))):
        registry.upload(export(tmp_path, *rows, name=name)).finish()
    return registry


def test_sql_makes_the_texts_again(finished: Registry) -> None:
    """Versions and ledger of each batch are digested over texts that a server can make by itself."""
    of = "coalesce(c.written_user_id,c.user_id) coalesce(c.written_type_id,c.type_id) c.number"
    said = f"'version' {of} v.issue_date v.expiration_date v.number v.own v.never|flag"
    join = "FROM credential_versions v JOIN credentials c ON c.id = coalesce(v.written_id, v.credential_id)"
    contents = _sql(finished, said, f"{join} ORDER BY v.id")
    version, event = tables.credential_versions.c, tables.events.c
    with finished.engine.connect() as connection:
        stored = connection.execute(select(version.salt, version.digest).order_by(version.id)).all()
        texts = connection.execute(select(event.text).where(event.kind == "finish").order_by(event.seq)).scalars()
        chained = [json.loads(one) for one in texts]
        blocks = {row.batch_id: row for row in connection.execute(select(tables.ledger_blocks))}
    assert blocks
    assert [hashlib.sha256(row.salt + one.encode()).digest() for row, one in zip(stored, contents, strict=True)] == [
        row.digest for row in stored
    ]
    place = "sheet line piece"
    for body in chained:
        number = body["batch"]
        columns = f"v.id coalesce(v.written_id,v.credential_id) {place} v.decision<>'not_required'|flag v.digest|hex"
        more = "v.digest_kind v.said v.inherits_id v.replaces_id"
        rows = _sql(finished, f"{columns} {more}", f"FROM credential_versions v WHERE batch_id = {number} ORDER BY id")
        assert body["digests"] == 2
        assert _sha(fields("versions", len(rows)), *rows) == body["versions"]
        columns = f"{place} verdict codes rule version_id digest|hex"
        rows = _sql(finished, columns, f"FROM ledger WHERE batch_id = {number} ORDER BY sheet, line, piece")
        parts = [fields("ledger", len(rows)), *rows]
        if found := blocks.get(number):
            shas = (hashlib.sha256(part).hexdigest() for part in (found.rows.encode(), bytes(found.digests)))
            parts.append(fields("block", *shas))
        assert _sha(*parts) == body["ledger"]


def _sha(*parts: str) -> str:
    return hashlib.sha256("".join(parts).encode()).hexdigest()
