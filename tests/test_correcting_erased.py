"""Corrections once the bytes of a file are erased: nothing passes that wouldn't pass with the bytes there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from credtools.registry import Registry, correcting
from credtools.store import tables
from tests.builders import ANA, BEN, export, tamper
from tests.test_correcting import WRONG_TYPE

LONG = "cara@example.org,Licence,2024-03-05,2030-03-05,12,surplus"
SHORT = "cara@example.org,First Aid,2025-03-05"
LONGER = "cara@example.org,Licence,2025-03-05,2030-03-05,12,surplus,more"
CSV_AND_XLSX = pytest.mark.parametrize("ending", ["csv", "xlsx"])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def delivered(folder: Path, *rows: str) -> Path:
    """An export of the source: these rows, and twenty right ones, which tell how many fields a record has."""
    others = (f"ben@example.org,Licence,2020-01-10,,{number}" for number in range(20))
    return export(folder, *rows, *others)


def changed(path: Path, old: str, new: str) -> Path:
    """The correction file, with what a person types over each cell that says `old`."""
    if path.suffix == ".csv":
        path.write_text(path.read_text("utf-8-sig").replace(f'"{old}"', f'"{new}"').replace(old, new, 1), "utf-8-sig")
        return path
    book = load_workbook(path)
    for row in book.active.iter_rows(min_row=2):
        for cell in row:
            cell.value = new if cell.value == old else cell.value
    book.save(path)
    return path


def as_noted_before(registry: Registry) -> None:
    """Runs as they were noted before they said how many fields a record has."""
    with registry.engine.connect() as connection:
        noted = connection.execute(select(tables.runs.c.id, tables.runs.c.statistics)).all()
    for number, text in noted:
        told = json.loads(text)
        assert told.pop("expected_fields") == 5
        tamper(registry, "UPDATE runs SET statistics = :told WHERE id = :id", told=json.dumps(told), id=number)


NOTED: dict[str, Callable[[Registry], object]] = {"now": lambda _registry: None, "before": as_noted_before}
NOW_AND_BEFORE = pytest.mark.parametrize("noted", NOTED)


@NOW_AND_BEFORE
@CSV_AND_XLSX
def test_too_many_fields_stay_too_many(registry: Registry, folder: Path, ending: str, noted: str) -> None:
    """A row that nobody changed is left as it was, also one with more fields than there are headings."""
    registry.upload(delivered(folder, ANA, LONG, WRONG_TYPE, BEN, LONGER)).finish()
    assert registry.write_rejects(folder / f"wrong.{ending}") == 3
    registry.erase("ana@example.org", "asked for it")
    NOTED[noted](registry)
    done = registry.correct(folder / f"wrong.{ending}")
    assert (done.fixed, done.untouched, done.receipts, done.problems) == ((), (1, 2, 3), (), ())
    assert set(registry.credentials()["user_email"]) == {"ben@example.org"}


@NOW_AND_BEFORE
@CSV_AND_XLSX
def test_written_after_the_erasure(registry: Registry, folder: Path, ending: str, noted: str) -> None:
    """Rejects that go out after an erasure keep all their fields; one mended to still too many is still wrong."""
    registry.upload(delivered(folder, ANA, LONG, WRONG_TYPE, BEN)).finish()
    registry.erase("ana@example.org", "asked for it")
    NOTED[noted](registry)
    out = folder / f"wrong.{ending}"
    assert registry.write_rejects(out) == 2
    assert registry.correct(out).untouched == (1, 2)
    done = registry.correct(changed(out, "surplus", "more"))
    assert (done.fixed, done.still_wrong, done.untouched) == ((), (1,), (2,))
    assert registry.write_rejects(out) == 2
    assert registry.correct(changed(out, "more", "")).fixed == (3,)
    assert len(registry.verify()) == (noted == "before")  # what the test has changed in a run of today, and that alone


@NOW_AND_BEFORE
@CSV_AND_XLSX
def test_what_was_mended_is_remembered(registry: Registry, folder: Path, ending: str, noted: str) -> None:
    """What is corrected after an erasure is a patch of its record: the source's next file needs no hand."""
    path = delivered(folder, ANA, LONG, WRONG_TYPE, BEN)
    registry.upload(path).finish()
    registry.erase("ana@example.org", "asked for it")
    NOTED[noted](registry)
    out = folder / f"wrong.{ending}"
    registry.write_rejects(out)
    assert registry.correct(changed(out, "Frist Aid", "First Aid")).fixed == (2,)
    again = registry.upload(path)
    assert again.patches().to_dict("records") == [
        {"line": 4, "column": "credential_type", "old": "Frist Aid", "new": "First Aid"}
    ]
    again.finish()
    rejects = registry.audit.rejects().drop_duplicates("reject")
    assert rejects.loc[rejects["state"] == "open", "line"].tolist() == [2, 3]  # the person is unknown, LONG is LONG


def test_a_record_tells_how_many_fields_it_had(registry: Registry, folder: Path) -> None:
    """Where no run has noted it, only records that were read as such tell the width; without one nothing is taken."""
    registry.upload(delivered(folder, ANA, LONG, SHORT)).finish()
    tamper(registry, "DELETE FROM ledger_values WHERE line > 4")  # as retention does
    out = folder / "wrong.csv"
    registry.write_rejects(out)
    registry.erase("ana@example.org", "asked for it")
    as_noted_before(registry)
    assert registry.write_rejects(folder / "later.csv") == 2
    assert (folder / "later.csv").read_bytes() == out.read_bytes()
    done = registry.correct(changed(out, "surplus", ""))
    sentence = correcting.WIDTH_GONE.format(1)
    assert done.problems == ((2, sentence), (3, sentence))
    assert (done.fixed, done.left_out, done.receipts) == ((), (1, 2), ())
