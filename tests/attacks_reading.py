"""What a login of a team may try in order to read what others uploaded; and whether anything of it came to light.

Of each attack everything is looked at that reaches the client: rows, what COPY sends, and the texts of errors with all
their details. What must not be among it are words that only another's files hold.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import Text

from credtools.store import tables
from tests.attacks import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.teams import Team

# Of ulf's: names of files and media, a raw value, a reason, and an issue date (see `attacks.history`).
SECRETS = ("second.csv", "fourth.csv", "yan@example.org", "she has left", "2024-06-06", "ben@example.org_First Aid.jpg")
OURS = ("ct_open", "ct_said", "ct_touched", "ct_changes", "ct_bound")
BY_HAND = (
    ("SET row_security = off", "SELECT b::text FROM batches b"),
    ("SET row_security = off", "COPY rejects TO STDOUT"),
    ("SELECT set_config('row_security', 'off', true)", "SELECT v::text FROM credential_versions v"),
    ("SELECT coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '') FROM pg_stats",),
    ("SELECT stavalues1::text FROM pg_statistic",),
    ("SELECT query FROM pg_stat_activity",),
    ("SELECT r::text FROM batches b CROSS JOIN LATERAL (SELECT * FROM rejects r WHERE r.batch_id = b.id) r",),
    ("SELECT m::text FROM ledger_rows l FULL JOIN media m ON m.version_id = l.version_id",),
    ("SELECT string_agg(k::text, '') FROM known_batches k",),
    ("SELECT ct_people(2)", "SELECT ct_people(4)", "SELECT ct_numbered('{}', '{}')", "SELECT ct_last('batches')"),
    ("SELECT ct_credentials()", "SELECT ct_batches()", "SELECT ct_same()", "SELECT ct_sources()", "SELECT ct_asked()"),
    ("SELECT ct_taken('hr')",),
    ("SELECT ct_logins()",),
    ("SELECT set_config('credtools.asked', '3', true)", "SELECT v::text FROM credential_versions v"),  # only Cara's
    ("SELECT set_config('credtools.asked', '2) OR (true', true)", "SELECT v::text FROM credential_versions v"),
    ("SELECT set_config('credtools.asked', 'NULL', true)", "SELECT v::text FROM credential_versions v"),
    (
        "SELECT set_config('credtools.asked', '1,2,3,4', true)",
        "SELECT b::text FROM batches b",
        "SELECT r::text FROM rejects r",
    ),
    (
        "SELECT set_config('credtools.asked', '1,2,3,4', true)",
        "SELECT p::text FROM patches p",
        "SELECT raw FROM ledger_values",
    ),
    ("SET LOCAL ROLE NONE", "SELECT b::text FROM batches b"),
    ("CREATE FUNCTION pg_temp.told(text) RETURNS bool COST 0.0001 LANGUAGE sql AS 'SELECT true'",),
    ("CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",),
    ("DECLARE one CURSOR WITH HOLD FOR SELECT f::text FROM source_files f", "FETCH ALL FROM one"),
    ("PREPARE one AS SELECT w::text FROM words w", "EXECUTE one"),
    ("DO $x$ DECLARE t text; BEGIN SELECT string_agg(b::text, '') INTO t FROM batches b; RAISE '%', t; END $x$",),
    ("LISTEN x", "SELECT pg_notify('x', (SELECT string_agg(r::text, '') FROM rejects r))"),
)


def reading() -> Iterator[tuple[str, ...]]:
    """Tables × ways of reading them; and clever ones by hand."""
    for table in tables.metadata.sorted_tables:
        name = table.name
        names = ", ".join(column.name for column in table.c)
        yield (f"SELECT t::text FROM {name} t",)
        yield (f"COPY {name} TO STDOUT",)
        yield (f"COPY (SELECT * FROM {name}) TO STDOUT (FORMAT csv)",)
        yield (f"SELECT table_to_xml('{name}', true, false, '')::text",)
        yield (f"SELECT query_to_xml('SELECT * FROM {name}', true, false, '')::text",)
        yield (f"SELECT t::text FROM {name} t FOR UPDATE",)
        yield (f"SELECT t::text FROM {name} t TABLESAMPLE SYSTEM (100)",)
        yield (f"SELECT t::text FROM {name} t WHERE ctid >= '(0,0)' AND (t::text)::int IS NOT NULL",)
        yield (f"EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM {name}",)
        yield (f"DELETE FROM {name} t RETURNING t::text",)
        yield (f"INSERT INTO {name} ({names}) SELECT {names} FROM {name} ON CONFLICT DO NOTHING RETURNING *",)
        yield (f"INSERT INTO {name} ({names}) SELECT {names} FROM {name}",)
        for column in table.c:
            yield (f"UPDATE {name} t SET {column.name} = t.{column.name} RETURNING t::text",)
            yield (f"UPDATE {name} SET {column.name} = NULL",)  # the error quotes the row
            if isinstance(column.type, Text):
                yield (f"SELECT {column.name}::int FROM {name}",)
                yield (f"SELECT 1 FROM {name} WHERE {column.name}::date < now()",)
    for name in OURS:
        yield (f"SELECT t::text FROM {name} t",)
    yield from BY_HAND


def told(team: Team, who: str, statements: Iterable[str]) -> str:
    """Everything that somebody is told who sends these statements, and takes them back."""
    found: list[str] = []
    with closing(connect(team, team.login(who))) as mine, closing(mine.cursor()) as cursor:
        mine.add_notice_handler(lambda notice: found.append(str(notice.message_primary)))
        mine.add_notify_handler(lambda notify: found.append(notify.payload))
        try:
            for statement in statements:
                if statement.startswith("COPY"):
                    with cursor.copy(statement.encode()) as copy:
                        found += [bytes(block).decode("utf-8", "replace") for block in copy]
                    continue
                cursor.execute(statement.encode())
                found += [str(row) for row in cursor] if cursor.description else []
        except psycopg.Error as problem:
            found += [str(problem), str(problem.diag.message_detail), str(problem.diag.context)]
    return "\n".join(found)


def leaked(team: Team, who: str, statements: Iterable[str]) -> list[str]:
    """Which of the secrets somebody came to know."""
    text = told(team, who, statements)
    dated = text.replace("datetime.date(2024, 6, 6)", "2024-06-06")
    return [secret for secret in SECRETS if secret in dated]
