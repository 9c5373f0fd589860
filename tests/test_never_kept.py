"""Never is kept: a version knows whether its blank expiration date was stated, and what is exported says so."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from credtools.store import tables
from tests.builders import only_sqlite
from tests.nights import Nights, company, counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from credtools.registry import Registry
    from tests.conftest import Home

WORDS = "never: [Lifetime]\n"
ROWS = (
    "ana@example.org,Forklift,2020-01-01,Lifetime,1",
    "ben@example.org,Forklift,2020-01-01,,2",
    "cleo@example.org,First Aid,2020-01-01,Lifetime,3",
    "dov@example.org,Forklift,2020-01-01,2030-01-01,4",
)


@pytest.fixture
def nights(opened: Callable[..., Registry], home: Home, tmp_path: Path) -> Nights:
    nights = Nights(opened(home.copy_of(company)), tmp_path)
    nights.recipe("lms", WORDS)
    return nights


def said(nights: Nights) -> list[bool]:
    """Of each version that stands whether it says never, as they came."""
    found: list[bool] = nights.registry.credentials()["never"].tolist()
    return found


def test_what_is_exported_comes_back_unchanged(nights: Nights, tmp_path: Path) -> None:
    """Never is written as the word, a blank as a blank; the file, uploaded again, changes nothing; both databases."""
    assert counted(nights.send("lms", *ROWS)) == {"new": 4}
    assert said(nights) == [True, False, True, False]
    [path] = nights.registry.export(tmp_path / "clean.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row["Expiration date"] for row in csv.DictReader(file)]
    assert rows == ["never", "", "never", "2030-01-01"]
    for source in ("manual", "lms"):
        batch = nights.registry.upload(path, nights.recipes[source])
        assert batch.preview().as_dict() | {"unchanged": 4} == batch.preview().as_dict()
    assert nights.registry.verify() == []


@only_sqlite
def test_what_was_uploaded_before_is_unchanged(nights: Nights) -> None:
    """Versions of before don't know it: the same file the night after the upgrade is unchanged, so is a blank then."""
    nights.send("lms", *ROWS)
    with nights.registry.engine.begin() as connection:
        connection.execute(update(tables.credential_versions).values(never=False, digest_kind=1))
    assert counted(nights.send("lms", *ROWS, "eve@example.org,Forklift,2020-01-01,,5")) == {"new": 1, "unchanged": 4}
    assert counted(nights.send("lms", ROWS[0].replace("Lifetime", ""))) == {"unchanged": 1}
    assert said(nights) == [False] * 5


@only_sqlite
def test_never_beside_a_blank_is_no_news(nights: Nights) -> None:
    """Stated later, or no longer: nothing is written for that alone; with the next version it is said."""
    nights.send("lms", "ana@example.org,Forklift,2020-01-01,,1")
    assert counted(nights.send("lms", "ana@example.org,Forklift,2020-01-01,Lifetime,1")) == {"unchanged": 1}
    assert counted(nights.send("lms", "ana@example.org,Forklift,2020-01-01,Lifetime,7")) == {"new_versions": 1}
    assert said(nights) == [False, True]
    assert counted(nights.send("lms", "ana@example.org,Forklift,2020-01-01,,7")) == {"unchanged": 1}


@only_sqlite
def test_it_goes_on_with_what_takes_the_date_over(nights: Nights) -> None:
    """A file without the heading, or with a blank, keeps it; a date, a renewal and blanks that clear don't; undo."""
    row = "ana@example.org,Forklift,2020-01-01"
    nights.send("lms", f"{row},Lifetime,1")
    nights.send("lms", f"{row},2", headings="User email,Credential type,Issue date,Credential number")
    nights.send("lms", f"{row},,3")
    assert said(nights) == [True, True, True]
    nights.recipe("lms", f"{WORDS}blanks: clear\n")
    cleared = nights.send("lms", f"{row},,4")
    dated = nights.send("lms", f"{row},2031-01-01,4")
    nights.send("lms", "ana@example.org,Forklift,2025-01-01,,4")
    assert said(nights) == [True, True, True, False, False, False]
    for batch in (dated.batch, cleared.batch):
        nights.registry.undo(batch)
    assert said(nights) == [True, True, True, False]
    assert nights.registry.verify() == []
