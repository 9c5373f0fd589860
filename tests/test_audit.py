from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from credtools.errors import CredtoolsError
from credtools.registry import Registry
from tests.builders import BEN, MIXED, ZOE, export, load, rows_of, write

WRONG = "yan@example.org,Frist Aid,10.01.2024,,"


@pytest.fixture
def audited(registry: Registry, tmp_path: Path) -> Registry:
    """Two sources: `manual` with one fixed reject and one open one with three errors, `hr` with one open one."""
    registry.upload(export(tmp_path, *MIXED, name="a.csv")).finish()
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    registry.upload(export(tmp_path, *MIXED, name="a.csv")).finish()
    registry.upload(export(tmp_path, WRONG, BEN, name="b.csv")).finish()
    nobody = "nobody@example.org,Forklift,2024-01-01,,"
    registry.upload(export(tmp_path, BEN, nobody, name="c.csv"), recipe=write(tmp_path, "hr.yaml", "")).finish()
    return registry


def counts(frame: pd.DataFrame) -> dict[str, list[int]]:
    assert list(frame.columns) == ["open", "fixed", "waived", "superseded"]
    return {str(key): row.tolist() for key, row in frame.iterrows()}


def test_every_error_of_every_reject(audited: Registry) -> None:
    """One row per error, with the place in the file, the sentence, and what became of the row."""
    frame = audited.audit.rejects()
    found = [
        tuple(row)
        for row in frame[["batch", "source", "line", "state", "code", "column", "value"]].itertuples(index=False)
    ]
    assert found == [
        (1, "manual", 3, "fixed", "user_exists", "user_email", "zoe@example.org"),
        (3, "manual", 2, "open", "user_exists", "user_email", "yan@example.org"),
        (3, "manual", 2, "open", "credential_type_exists", "credential_type", "Frist Aid"),
        (3, "manual", 2, "open", "date_format", "issue_date", "10.01.2024"),
        (4, "hr", 3, "open", "user_exists", "user_email", "nobody@example.org"),
    ]
    fixed = frame.iloc[0]
    assert (fixed["fixed_batch"], fixed["fixed_line"]) == (2, 3)
    assert fixed["raw"] == '["zoe@example.org", "First Aid", "2024-04-01", "", ""]'
    assert frame.iloc[2]["suggestion"] == "First Aid"


def test_rejects_by_code(audited: Registry) -> None:
    """By code: a reject counts once for each of its codes; the most open come first."""
    assert counts(audited.audit.rejects(by="code")) == {
        "user_exists": [2, 1, 0, 0],
        "credential_type_exists": [1, 0, 0, 0],
        "date_format": [1, 0, 0, 0],
    }
    assert next(iter(counts(audited.audit.rejects(by="code")))) == "user_exists"


def test_rejects_by_column(audited: Registry) -> None:
    """By column: how often each column was to blame."""
    assert counts(audited.audit.rejects(by="column")) == {
        "user_email": [2, 1, 0, 0],
        "credential_type": [1, 0, 0, 0],
        "issue_date": [1, 0, 0, 0],
    }


def test_rejects_by_source(audited: Registry) -> None:
    """By source: a reject with three errors is one reject."""
    assert counts(audited.audit.rejects(by="source")) == {"manual": [1, 1, 0, 0], "hr": [1, 0, 0, 0]}


def test_rejects_by_week(audited: Registry) -> None:
    """By week: rejects by the week in which they were first seen."""
    frame = audited.audit.rejects(by="week")
    assert list(frame["open"]) == [2]
    assert list(frame["fixed"]) == [1]


def test_superseded_rejects_are_counted_apart(registry: Registry, tmp_path: Path) -> None:
    """A row that comes again and again is open once; its forerunners are superseded."""
    for number in range(3):
        rows = (ZOE, BEN.replace("2024", str(2020 + number)))
        registry.upload(export(tmp_path, *rows, name=f"{number}.csv")).finish()
    assert counts(registry.audit.rejects(by="code")) == {"user_exists": [1, 0, 0, 2]}


def test_rejects_of_one_batch(audited: Registry) -> None:
    """Of one batch: only its own."""
    assert audited.audit.rejects(batch=4)["value"].tolist() == ["nobody@example.org"]
    assert audited.audit.rejects(batch=2).empty


@pytest.mark.parametrize("kind", [str, date.fromisoformat], ids=["text", "date"])
def test_rejects_since_a_day(audited: Registry, kind: type) -> None:
    """Since: first seen on this day (UTC) or later."""
    today = datetime.now(UTC).date()
    assert len(audited.audit.rejects(since=kind(str(today - timedelta(days=1))))) == 5
    assert audited.audit.rejects(since=kind(str(today + timedelta(days=1)))).empty


def test_no_rejects_are_no_error(registry: Registry) -> None:
    """Where nothing was rejected each question has an empty answer of the same shape."""
    assert registry.audit.rejects().empty
    for by in ("code", "column", "source"):
        assert counts(registry.audit.rejects(by=by)) == {}
    assert registry.audit.rejects(since="2024-01-01").empty


def test_unknown_questions_are_refused(audited: Registry) -> None:
    """A grouping or a day that means nothing is refused with a sentence of ours."""
    with pytest.raises(CredtoolsError) as caught:
        audited.audit.rejects(by="colour")
    sentence = "Rejects can't be counted by 'colour'; choose one of: code, column, source"
    assert str(caught.value).startswith(sentence)
    with pytest.raises(CredtoolsError):
        audited.audit.rejects(since="the day before yesterday")


def test_questions_change_nothing(audited: Registry) -> None:
    """Audit only reads."""
    before = rows_of(audited)
    audited.audit.rejects()
    audited.audit.rejects(by="code", since="2020-01-01")
    assert rows_of(audited) == before
