"""What a login of a team may try by raw SQL: statements made from tables, and clever ones by hand; and how each ends.

An attack is a transaction. It is **denied** when any of its statements is refused, up to COMMIT; **nothing** when it
changed nothing that counts; **found** when `verify` says so afterwards; else it went **unseen**.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import psycopg
from sqlalchemy.event import listens_for

import credtools as ct
from credtools.errors import RegistryError
from credtools.store import tables
from tests.builders import ANA, BEN, CARA, ZOE, export, write
from tests.pictures import filled, jpeg
from tests.teams import Team

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from credtools.registry import Registry

Ending = Literal["denied", "nothing", "found", "unseen"]
TYPO = "ana@exmaple.org,First Aid,2024-01-10,,"
SPOKEN = ("events", "audit_head")  # what an attack says of itself
HEAD = (
    "UPDATE audit_head h SET seq = e.seq, hash = CASE WHEN e.seq = h.seq THEN h.hash ELSE e.hash END"
    " FROM (SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1) e"
)
AT = "to_char(clock_timestamp() AT TIME ZONE 'UTC' + interval '{}', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '+00:00'"

# Events by which each changes nothing: what else a transaction does with one of them has no reason.
HARMLESS = {
    "ana": ("leave", 3, "'{\"causes\": []}'"),
    "cron": ("leave", 5, "'{\"causes\": []}'"),
    "bea": ("media_switch", 1, "'{\"optional\": null}'"),
    "eva": ("settings", None, '\'{"key": "four_eyes", "value": "true"}\''),
    "carl": ("leave", 3, "'{\"causes\": []}'"),
}


def history(team: Team, folder: Path) -> None:
    """What there is to attack: 1 of ana's, decided in part, 2 of ulf's; drafts 3 (ana), 4 (ulf), held 5 (cron)."""
    recipe = write(folder, "hr.yaml", "date_format: YYYY-MM-DD\n")
    with team.open("ana") as ana:
        ana.upload(export(folder, ANA, ZOE, BEN, CARA, name="first.csv")).finish()
    with team.open("ulf2") as other:  # for a minute bea might take back what she has decided herself
        other.approve(1, lines=[2])
    with team.open("bea") as bea:
        bea.decline(1, lines=[5], reason="no signature")
    with team.open("ulf") as ulf:
        second = export(
            folder, "ben@example.org,First Aid,2024-06-06,,", TYPO, "yan@example.org,First Aid,2024-06-06,,"
        )
        batch = ulf.upload(second, recipe=recipe)
        batch.add_media(
            filled(folder / "in", {"ben@example.org_First Aid.jpg": jpeg()}), "{user_email}_{credential_type}"
        )
        batch.patch(3, "user_email", "ana@example.org")
        batch.finish()
        ulf.waive(2, [4], "she has left")
    with team.open("ana") as ana:
        ana.upload(export(folder, CARA, TYPO, name="third.csv")).patch(3, "user_email", "cara@example.org")
    with team.open("ulf") as ulf:
        batch = ulf.upload(export(folder, BEN, TYPO, name="fourth.csv"))
        batch.patch(3, "user_email", "ben@example.org")
        batch.add_media(
            filled(folder / "in4", {"ben@example.org_Forklift.jpg": jpeg(4)}), "{user_email}_{credential_type}"
        )
    with team.open("cron") as cron:
        cron.upload(export(folder, BEN, ZOE, ZOE, name="fifth.csv")).hold("it looks odd")
    with team.open("bea") as bea:
        bea.withdraw(1, [2], "it was copied")
    with team.open("eva") as eva:
        eva.set("four_eyes", value=True)


def event(kind: str, batch: int | None, facts: str = "'{}'", by: str = "session_user") -> str:
    """The next event of the chain with the right hash, as whoever attacks would write it."""
    number = "NULL::bigint" if batch is None else f"{batch}::bigint"
    return (
        "INSERT INTO events (seq, kind, batch_id, text, previous, hash) SELECT seq, kind, batch, said::text, hash,"
        " encode(sha256(convert_to(hash || said::text, 'UTF8')), 'hex') FROM (SELECT h.seq + 1 AS seq, h.hash,"
        f" '{kind}' AS kind, {number} AS batch, jsonb_build_object('seq', h.seq + 1, 'kind', '{kind}',"
        f" 'batch', {number}, 'by', {by}, 'at', {AT.format('0')})"
        f" || {facts}::jsonb AS said FROM audit_head h) next"
    )


def made(who: str) -> Iterator[tuple[str, ...]]:
    """Tables × kinds of statements: alone, with the head moved, and with an event that says nothing of it."""
    kind, batch, facts = HARMLESS[who]
    for table in (*tables.metadata.sorted_tables,):
        for statement in _statements(table):
            yield (statement,)
            if table.name not in SPOKEN:
                yield (statement, HEAD)
                yield (event(kind, batch, facts), statement, HEAD)
                yield (statement, event(kind, batch, facts), HEAD)


def _statements(table: object) -> Iterator[str]:
    name = table.name  # type: ignore[attr-defined]
    columns = list(table.c)  # type: ignore[attr-defined]
    numbered = [c.name for c in columns if c.primary_key and str(c.type) in ("BIGINT", "INTEGER")]
    taken = ", ".join(f"{c.name} + 100000" if c.name in numbered[:1] else c.name for c in columns)
    names = ", ".join(c.name for c in columns)
    yield f"INSERT INTO {name} ({names}) SELECT {taken} FROM {name} LIMIT 1"
    yield f"DELETE FROM {name}"
    yield f"TRUNCATE {name} CASCADE"
    for column in columns:
        yield f"UPDATE {name} SET {column.name} = {_other(column)}"


def _other(column: object) -> str:
    name, kind = column.name, str(column.type)  # type: ignore[attr-defined]
    if kind in ("BIGINT", "INTEGER"):
        return f"{name} + 1" if not column.nullable else f"coalesce({name}, 0) + 1"  # type: ignore[attr-defined]
    values = {
        "BOOLEAN": f"NOT coalesce({name}, false)",
        "DATE": f"coalesce({name}, date '2024-01-01') + 1",
        "DATETIME": f"coalesce({name}, now()) - interval '1 day'",
        "BLOB": f"coalesce({name}, '') || '\\x00'",
    }
    words = {"state": "'open'", "verdict": "'left_out'", "decision": "'approved'", "act": "'reinstated'"}
    if name == "state" and column.table.name == "batches":  # type: ignore[attr-defined]
        return "'finished'"
    return values.get(kind) or words.get(name) or f"coalesce({name}, '') || '0'"


@dataclass(frozen=True)
class Ground:
    """A team's registry that is attacked: copies of it, each until something there has changed."""

    built: Team
    now: list[Team]
    before: list[tuple[str, str]]

    @classmethod
    def of(cls, team: Team, folder: Path) -> Ground:
        history(team, folder)
        with ct.open(team.server.url(team.database)) as registry:
            if problems := registry.verify():
                raise AssertionError(f"Before any attack: {problems}")
        return cls(team, [_copied(team)], content(team))

    def attack(self, who: str, statements: tuple[str, ...]) -> Ending:
        """Who tries what, and how that ends."""
        team = self.now[-1]
        try:
            with closing(connect(team, team.login(who))) as mine:
                for statement in statements:
                    mine.execute(statement.encode())
                mine.commit()
        except psycopg.Error:
            return "denied"
        return "nothing" if content(team) == self.before else self._seen()

    def ride(self, who: str, verb: Callable[[Registry], object], rider: str) -> Ending:
        """The same of a statement within the transaction of a verb of the product, right before the head moves."""
        team = self.now[-1]
        done = []
        with team.open(who) as registry:

            @listens_for(registry.engine, "before_cursor_execute")
            def _ride(connection: Connection, cursor: psycopg.Cursor, statement: str, *_: object) -> None:  # noqa: ARG001
                if statement.startswith("UPDATE audit_head"):
                    done.append(cursor.execute(rider.encode()).rowcount)

            try:
                verb(registry)
            except (RegistryError, psycopg.Error):
                self.anew()
                return "denied"
        if not done:
            raise AssertionError("The verb has written nothing.")
        return self._seen() if any(done) else "nothing"

    def anew(self) -> None:
        self.now.append(_copied(self.built))

    def _seen(self) -> Ending:
        team = self.now[-1]
        with ct.open(team.server.url(team.database)) as registry:
            problems = registry.verify()
        self.anew()
        return "found" if problems else "unseen"


def _copied(team: Team) -> Team:
    """A copy has the rights on objects of the database, and not those on the database itself."""
    copy = team.copy()
    copy.sql(f"REVOKE TEMP, CREATE ON DATABASE {copy.database} FROM PUBLIC")
    return copy


def connect(team: Team, login: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(host=str(team.server.folder), user=login, dbname=team.database)


def content(team: Team) -> list[tuple[str, str]]:
    """All that counts in a registry, by table, as a digest each."""
    parts = [
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
        for name in tables.metadata.tables
        if name not in SPOKEN
    ]
    with closing(connect(team)) as all_seeing:
        return all_seeing.execute(" UNION ALL ".join(parts).encode()).fetchall()
