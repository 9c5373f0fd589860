"""Corrections of workbooks with real date cells: what such a cell said stays that date, what is entered is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from credtools.registry import Registry
from tests.builders import only_sqlite, write
from tests.test_correcting import put_back, rows_in

pytestmark = only_sqlite

PLAIN = "headings: {Mail: user_email, Type: credential_type, From: issue_date}\ndate_format: DD.MM.YYYY\n"
WIDE = """\
headings: {Mail: user_email}
date_format: DD.MM.YYYY
unpivot:
  - {credential_type: First Aid, issue_date: FA from}
  - {credential_type: Forklift, issue_date: FL from}
"""
Change = Callable[[Path], Path]


def delivered(folder: Path, *rows: tuple[Any, ...]) -> Path:
    """A workbook whose dates are real date cells, shown as people of the source write dates."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in book.active.iter_rows():
        for cell in cells:
            if isinstance(cell.value, date):
                cell.number_format = "dd.mm.yyyy"
    book.save(folder / "delivery.xlsx")
    return folder / "delivery.xlsx"


def plain(folder: Path) -> Path:
    right = ("ben@example.org", "Forklift", date(2024, 2, 20))
    return delivered(folder, ("Mail", "Type", "From"), ("anna@example.org", "First Aid", date(2025, 7, 11)), right)


def wide(folder: Path) -> Path:
    some = ("anna@example.org", date(2025, 7, 11), date(2025, 8, 12))
    return delivered(folder, ("Mail", "FA from", "FL from"), some)


def days_of(registry: Registry, person: str) -> list[str]:
    found = registry.credentials()
    return [str(day.date()) for day in found.loc[found["user_email"] == person, "issue_date"]]


def corrected(registry: Registry, path: Path, **cells: Any) -> Any:
    """What comes of a correction file in whose every row these cells are typed."""
    registry.write_rejects(path)
    if path.suffix == ".csv":
        return registry.correct(put_back(path, [row | cells for row in rows_in(path)]))
    book = load_workbook(path)
    names = {cell.value: cell.column for cell in book.active[1]}
    for line in range(2, book.active.max_row + 1):
        for name, value in cells.items():
            cell = book.active.cell(line, names[name], value)
            cell.number_format = "yyyy-mm-dd" if isinstance(value, date) else "@"
    book.save(path)
    return registry.correct(path)


ENDINGS = pytest.mark.parametrize("ending", ["csv", "xlsx"])


@ENDINGS
@pytest.mark.parametrize(
    ("recipe", "made", "days"),
    [(PLAIN, plain, ["2025-07-11"]), (WIDE, wide, ["2025-07-11", "2025-08-12"])],
    ids=["plain", "unpivot"],
)
def test_a_date_cell_that_nobody_touched_stays_its_date(
    registry: Registry, tmp_path: Path, ending: str, recipe: str, made: Change, days: list[str]
) -> None:
    """Whatever date format is declared, a date cell of the file means the same in its corrections."""
    registry.upload(made(tmp_path), write(tmp_path, "hr.yaml", recipe)).finish()
    done = corrected(registry, tmp_path / f"w.{ending}", Mail="ana@example.org")
    assert (len(done.fixed), done.newly_wrong, done.repaired) == (len(days), (), ())
    assert sorted(days_of(registry, "ana@example.org")) == days
    assert registry.verify() == []


@ENDINGS
def test_in_a_second_round_too(registry: Registry, tmp_path: Path, ending: str) -> None:
    """What was corrected into something wrong and goes out again still has its dates; so has its batch, read again."""
    registry.upload(plain(tmp_path), write(tmp_path, "hr.yaml", PLAIN)).finish()
    done = corrected(registry, tmp_path / f"w.{ending}", Mail="anya@example.org")
    assert len(done.still_wrong) == 1
    assert registry.batch(2).errors["column"].tolist() == ["user_email"]
    assert len(corrected(registry, tmp_path / f"w.{ending}", Mail="ana@example.org").fixed) == 1
    assert days_of(registry, "ana@example.org") == ["2025-07-11"]


def test_another_date_written_like_the_one_before(registry: Registry, tmp_path: Path) -> None:
    """Over the text that a correction file writes for a date cell another date may be typed in the same way."""
    registry.upload(plain(tmp_path), write(tmp_path, "hr.yaml", PLAIN)).finish()
    assert len(corrected(registry, tmp_path / "w.csv", Mail="ana@example.org", From="2025-05-04").fixed) == 1
    assert days_of(registry, "ana@example.org") == ["2025-05-04"]


def test_a_real_date_entered_over_a_text_that_reads_like_it(registry: Registry, tmp_path: Path) -> None:
    """A wrong text becomes right when the same day is entered as a date, though both read alike."""
    file = delivered(tmp_path, ("Mail", "Type", "From"), ("ana@example.org", "First Aid", "2025-07-11"))
    registry.upload(file, write(tmp_path, "hr.yaml", PLAIN)).finish()
    assert len(corrected(registry, tmp_path / "w.xlsx", From=date(2025, 7, 11)).fixed) == 1
    assert days_of(registry, "ana@example.org") == ["2025-07-11"]
