"""A year of exports: every rejected row is followed, and every figure is what plain SQL says of the tables."""

from __future__ import annotations

import sqlite3
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from credtools.audit.audit import Audit
from credtools.registry import validity
from tests.builders import long_on_a_server
from tests.conftest import Home
from tests.year import TYPES, Fate, Place, Year

# One process makes the quarter, once for all; the SQL of each question is tested on both databases by test_audit.
pytestmark = [long_on_a_server, pytest.mark.xdist_group("year")]

STATES = ("open", "fixed", "waived", "superseded", "void")
MONDAY = {
    "sqlite": "date({}, 'weekday 0', '-6 days')",
    "postgresql": "to_char(date_trunc('week', {} AT TIME ZONE 'UTC'), 'YYYY-MM-DD')",
}
AGE = {
    "sqlite": "CAST(julianday(date('now')) - julianday(date(r.first_seen)) AS INTEGER)",
    "postgresql": "(now() AT TIME ZONE 'UTC')::date - (r.first_seen AT TIME ZONE 'UTC')::date",
}
ALL = """
    FROM rejects r JOIN batches b ON b.id = r.batch_id JOIN sources s ON s.id = r.source_id
    JOIN reject_errors e ON e.reject_id = r.id LEFT JOIN credential_types t ON t.id = r.type_id
"""


class PlainSql:
    """The database, asked by its plain driver."""

    def __init__(self, url: str) -> None:
        self.name = "sqlite" if url.startswith("sqlite") else "postgresql"
        if self.name == "sqlite":
            self._connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
        else:
            self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        week = MONDAY[self.name]
        self.keys = {
            "code": "e.code",
            "column": "e.column_name",
            "source": "s.name",
            "recipe": "b.recipe_fingerprint",
            "type": "coalesce(t.name, '')",
            "uploader": "b.uploaded_by",
            "week": week.format("r.first_seen"),
        }

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.execute(statement).fetchall()]

    def day(self, column: str) -> str:
        return f"date({column})" if self.name == "sqlite" else f"({column} AT TIME ZONE 'UTC')::date"

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def sql(year: Year) -> Iterator[PlainSql]:
    asked = PlainSql(year.registry.engine.url.render_as_string(hide_password=False))
    yield asked
    asked.close()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((13, 12, 3), id="a quarter"),
        pytest.param((52, 60, 6), id="a year", marks=pytest.mark.long),
    ],
)
def year(request: pytest.FixtureRequest, home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Lived once; the tests only look back."""
    weeks, rows, weekly = request.param
    found = Year(home.empty(), tmp_path_factory.mktemp("year"), rows=rows, weekly=weekly)
    found.live(weeks)
    yield found
    found.close()


def filters(sql: PlainSql) -> list[tuple[dict[str, Any], str]]:
    """Filters, and the same in SQL."""
    begin, end = date.today() - timedelta(days=60), date.today() - timedelta(days=20)  # noqa: DTZ011 - either is fine
    day = sql.day("r.first_seen")
    (recipe,) = sql.rows("SELECT max(recipe_fingerprint) FROM batches WHERE state = 'finished'")[0]
    return [
        ({}, "1 = 1"),
        ({"source": "people"}, "s.name = 'people'"),
        ({"code": "date_format"}, "e.code = 'date_format'"),
        ({"column": "user_email"}, "e.column_name = 'user_email'"),
        ({"type": TYPES[0].upper()}, f"t.name = '{TYPES[0]}'"),
        ({"type": ""}, "t.name IS NULL"),
        ({"uploader": "sap@example.org"}, "b.uploaded_by = 'sap@example.org'"),
        ({"recipe": recipe}, f"b.recipe_fingerprint = '{recipe}'"),
        *(({"state": state}, f"r.state = '{state}'") for state in STATES),
        ({"batch": 10}, "r.batch_id = 10"),
        ({"since": str(begin), "until": end}, f"{day} BETWEEN '{begin}' AND '{end}'"),
        (
            {"source": "sap", "code": "user_exists", "since": begin},
            f"s.name = 'sap' AND e.code = 'user_exists' AND {day} >= '{begin}'",
        ),
    ]


def cells(frame: Any) -> dict[Any, int]:
    """The cells of a table of counts that aren't 0."""
    return {
        (str(row), str(column)): int(frame.loc[row, column])
        for row in frame.index
        for column in frame.columns
        if frame.loc[row, column]
    }


def test_something_of_everything_happened(year: Year) -> None:
    """The year holds what it is meant to show, or the other tests show nothing."""
    assert (
        min(
            year.done[name]
            for name in (
                *("repaired", "linked", "corrected", "waived", "undone", "recipes", "left", "replayed", "returned"),
                *("revoked", "back and forth", "only fixed", "undone long ago", "renamed", "issue dates"),
            )
        )
        > 0
    )
    assert {fate.state for fate in year.truth.values()} == set(STATES)
    assert any(change.broke for change in year.changes)


def test_every_reject_is_where_it_must_be(year: Year, sql: PlainSql) -> None:
    """Each rejected row has one reject in one state, linked to the row that the generator knows."""
    rejected = sql.rows("SELECT batch_id, line FROM ledger_rows WHERE verdict = 'rejected'")
    followed = sql.rows("""
        SELECT r.batch_id, r.line, r.state, coalesce(r.fixed_batch_id, n.batch_id), coalesce(r.fixed_line, n.line)
        FROM rejects r LEFT JOIN rejects n ON n.id = r.superseded_by
    """)
    assert sorted(rejected) == sorted((batch, line) for batch, line, *_ in followed)
    found = {
        Place(batch, line): Fate(state, Place(*link) if link[0] else None) for batch, line, state, *link in followed
    }
    different = {place: (found.get(place), fate) for place, fate in year.truth.items() if found.get(place) != fate}
    assert different == {}
    assert found.keys() == year.truth.keys()


def test_what_counts_is_what_was_said_last(year: Year) -> None:
    """Of each credential the last word of its source counts, or nothing where that is *Revoked*."""
    frame = validity.counting(year.registry.credentials())
    found = {
        (row.user_email, row.credential_type): (
            *(str(day)[:10] for day in (row.issue_date, row.expiration_date)),
            row.credential_number,
        )
        for row in frame.itertuples()
    }
    expected = {key: held[:3] for key, held in year.held.items() if not held.withdrawn}
    assert {key: (found.get(key), held) for key, held in expected.items() if found.get(key) != held} == {}
    assert found.keys() == expected.keys()


def test_the_history_agrees(year: Year) -> None:
    """Verify finds nothing."""
    assert year.registry.verify() == []


def test_rows(year: Year, sql: PlainSql) -> None:
    """Every error of every reject is listed with its source, rule, recipe and the moment it was first seen."""
    for chosen, where in filters(sql):
        frame = year.registry.audit.rejects(**chosen)
        names = ["reject", "batch", "line", "state", "source", "code", "column", "recipe", "uploader", "type", "raw"]
        found = [tuple(row) for row in frame[names].itertuples(index=False)]
        expected = sql.rows(f"""
            SELECT r.id, r.batch_id, r.line, r.state, s.name, e.code, e.column_name, b.recipe_fingerprint,
              b.uploaded_by, coalesce(t.name, ''), v.raw
            {ALL} JOIN ledger_values v ON v.batch_id = r.batch_id AND v.line = r.line
            WHERE {where} ORDER BY r.id, e.position
        """)
        assert found == expected, chosen


def test_counts(year: Year, sql: PlainSql) -> None:
    """Rejects counted by everything, under every filter."""
    for by, key in sql.keys.items():
        for chosen, where in filters(sql):
            expected = sql.rows(f"SELECT {key}, r.state, count(DISTINCT r.id) {ALL} WHERE {where} GROUP BY 1, 2")
            counted = {(str(group), state): count for group, state, count in expected}
            assert cells(year.registry.audit.rejects(by, **chosen)) == counted, (by, chosen)


def test_cross(year: Year, sql: PlainSql) -> None:
    """Rejects counted two ways at once."""
    pairs = [("source", "code"), ("code", "column"), ("type", "uploader"), ("week", "recipe")]
    for first, second in pairs:
        for chosen, where in filters(sql):
            keys = f"{sql.keys[first]}, {sql.keys[second]}"
            expected = sql.rows(f"SELECT {keys}, count(DISTINCT r.id) {ALL} WHERE {where} GROUP BY 1, 2")
            counted = {(str(a), str(b)): count for a, b, count in expected}
            assert cells(year.registry.audit.cross(first, second, **chosen)) == counted, (first, second, chosen)


def test_trend(year: Year, sql: PlainSql) -> None:
    """What was first seen in each week; no week is left out."""
    for by in ("code", "source", "type"):
        for chosen, where in filters(sql):
            expected = sql.rows(f"""
                SELECT {sql.keys["week"]}, {sql.keys[by]}, count(DISTINCT r.id) {ALL}
                WHERE {where} AND r.state NOT IN ('superseded', 'void') GROUP BY 1, 2
            """)
            table = year.registry.audit.trend(by, **chosen)
            assert cells(table) == {(str(a), str(b)): count for a, b, count in expected}, (by, chosen)
            weeks = [date.fromisoformat(week) for week in table.index]
            assert {b - a for a, b in pairwise(weeks)} <= {timedelta(weeks=1)}


def test_ageing(year: Year, sql: PlainSql) -> None:
    """How long the open ones have been open."""
    ages = f"""CASE WHEN {AGE[sql.name]} <= 7 THEN 'up to 7 days' WHEN {AGE[sql.name]} <= 30 THEN '8 to 30'
        WHEN {AGE[sql.name]} <= 90 THEN '31 to 90' ELSE 'over 90' END"""
    for by in (None, "source", "code"):
        for chosen, where in filters(sql):
            key = sql.keys[by] if by else "'0'"
            expected = sql.rows(f"""
                SELECT {key}, {ages}, count(DISTINCT r.id) {ALL} WHERE {where} AND r.state = 'open' GROUP BY 1, 2
            """)
            counted = {(str(a), b): count for a, b, count in expected}
            assert cells(year.registry.audit.ageing(by, **chosen)) == counted, (by, chosen)


def test_time_to_fix(year: Year, sql: PlainSql) -> None:
    """Count, median and 90th percentile of the days that it took."""
    for by in ("source", "code", "recipe"):
        for chosen, where in filters(sql):
            rows = sql.rows(f"""
                SELECT DISTINCT {sql.keys[by]}, r.id, r.first_seen, r.changed_at {ALL}
                WHERE {where} AND r.state = 'fixed'
            """)
            days: defaultdict[str, list[float]] = defaultdict(list)
            for key, _, begin, end in rows:
                days[str(key)].append((moment(end) - moment(begin)).total_seconds() / 86_400)
            table = year.registry.audit.time_to_fix(by, **chosen)
            assert list(table.index) == sorted(days), (by, chosen)
            for key, took in days.items():
                tenths = statistics.quantiles(took, n=10, method="inclusive") if len(took) > 1 else took * 9
                figures = (len(took), pytest.approx(statistics.median(took)), pytest.approx(tenths[8]))
                assert tuple(table.loc[key]) == figures, (by, key, chosen)


def moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def test_flow(year: Year, sql: PlainSql) -> None:
    """Rows = accepted + unchanged + rejected, and rejected = open + fixed + waived + superseded, by the ledger."""
    audit = year.registry.audit
    for by, key in (("source", "s.name"), ("week", MONDAY[sql.name].format("b.finished_at"))):
        for chosen, where in ({}, "1 = 1"), ({"source": "sap"}, "s.name = 'sap'"), ({"batch": 10}, "b.id = 10"):
            rows = sql.rows(f"""
                SELECT {key}, l.verdict, coalesce(r.state, ''), count(*) FROM ledger_rows l
                JOIN batches b ON b.id = l.batch_id JOIN sources s ON s.id = b.source_id
                LEFT JOIN rejects r ON r.batch_id = l.batch_id AND r.line = l.line
                WHERE b.state = 'finished' AND {where} GROUP BY 1, 2, 3
            """)
            expected: defaultdict[str, Counter[str]] = defaultdict(Counter)
            for group, verdict, state, count in rows:
                counted_as = verdict if verdict in ("unchanged", "rejected") else "accepted"
                for name in ("rows", counted_as, *([state] if state else [])):
                    expected[str(group)][name] += count
            table = audit.flow(by, **chosen)
            found = {str(group): row for group, row in table.to_dict("index").items()}
            assert found == {
                group: {name: counts[name] for name in table.columns} for group, counts in expected.items()
            }
            assert (table["rows"] == table["accepted"] + table["unchanged"] + table["rejected"]).all()
            assert (table["rejected"] == table[list(STATES[:-1])].sum(axis=1)).all()
    whole = audit.flow().iloc[0].to_dict()
    assert whole == {name: int(total) for name, total in audit.flow("source").sum().items()}


def test_flow_of_a_type(year: Year, sql: PlainSql) -> None:
    """With a type the rows of that type are counted, with a code the rejected ones that have it."""
    audit = year.registry.audit
    of_type = sql.rows(f"""
        SELECT CASE WHEN l.verdict = 'unchanged' THEN 'unchanged' ELSE 'accepted' END, count(*)
        FROM ledger_rows l JOIN batches b ON b.id = l.batch_id JOIN credential_versions v ON v.id = l.version_id
        JOIN credentials c ON c.id = v.credential_id JOIN credential_types t ON t.id = c.type_id
        WHERE b.state = 'finished' AND t.name = '{TYPES[1]}' GROUP BY 1
    """)
    rejected = sql.rows(f"SELECT count(DISTINCT r.id) {ALL} WHERE b.state = 'finished' AND t.name = '{TYPES[1]}'")
    found = audit.flow(type=TYPES[1]).iloc[0]
    assert {"accepted": found["accepted"], "unchanged": found["unchanged"]} == dict(of_type)
    assert found["rejected"] == rejected[0][0]
    coded = sql.rows(f"SELECT count(DISTINCT r.id) {ALL} WHERE b.state = 'finished' AND e.code = 'date_format'")
    found = audit.flow(code="date_format").iloc[0]
    assert (found["rows"], found["rejected"], found["accepted"]) == (coded[0][0], coded[0][0], 0)


def test_recipe_changes(year: Year) -> None:
    """Each change of a recipe, what the first file under it fixed, and what it broke, as the generator knows."""
    fixed = Counter(fate.link.batch for fate in year.truth.values() if fate.state == "fixed" and fate.link)
    table = year.registry.audit.recipe_changes()
    found = {(row.source, row.before, row.after, row.fixed, row.broke) for row in table.itertuples()}
    assert found == {(c.source, c.before, c.after, fixed[c.after], c.broke) for c in year.changes}
    assert len(table) == len(year.changes)
    assert set(year.registry.audit.recipe_changes("people")["source"]) == {"people"}


def test_histories_of_rows(year: Year) -> None:
    """The history of a reject holds each appearance of its record, the link that settled it, and nothing else."""
    audit: Audit = year.registry.audit
    followers = {fate.link: place for place, fate in year.truth.items() if fate.state == "superseded" and fate.link}
    last = [place for place, fate in year.truth.items() if fate.state in ("open", "fixed", "waived")][::7]
    for place in last:
        chain = [place]
        while chain[-1] in followers:
            chain.append(followers[chain[-1]])
        found = audit.row(*place)
        places = list(found[["batch", "line", "what"]].itertuples(index=False, name=None))
        assert {(p.batch, p.line, "rejected") for p in chain} <= set(places)
        assert {(p.batch, p.line, "superseded") for p in chain[1:]} <= set(places)
        fate = year.truth[place]
        if fate.link:
            assert (*place, "fixed") in places
            fixed = found.loc[found["what"] == "fixed", "told"]
            assert f"by batch {fate.link.batch} line {fate.link.line}" in set(fixed)
            assert found.equals(audit.row(*fate.link)) or len(chain) > 1


def test_histories_of_people(year: Year, sql: PlainSql) -> None:
    """Every row that became a credential of a person, or was rejected with the person known, is in the history."""
    for number in range(1, year.people, max(1, year.people // 25)):
        email = f"person{number}@example.org"
        rows = sql.rows(f"""
            SELECT l.batch_id, l.line, l.verdict FROM ledger_rows l JOIN credential_versions v ON v.id = l.version_id
            JOIN credentials c ON c.id = v.credential_id JOIN users u ON u.id = c.user_id WHERE u.email = '{email}'
            UNION SELECT r.batch_id, r.line, 'rejected' FROM rejects r JOIN users u ON u.id = r.user_id
            WHERE u.email = '{email}'
        """)
        found = year.registry.audit.person(email)
        assert set(rows) <= set(found[["batch", "line", "what"]].itertuples(index=False, name=None)), email
        verdicts = found[found["what"].isin(["new", "new_version", "older", "withdrawn", "unchanged"])]
        verdicts = verdicts.drop_duplicates(["batch", "line"])  # a withdrawal is an act, too
        assert len(verdicts) == sum(verdict != "rejected" for *_, verdict in rows)
