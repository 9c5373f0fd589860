"""Undo and the rejects of one record whose file had other columns each night."""

from __future__ import annotations

from itertools import combinations, permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from credtools.registry import Registry
from credtools.store import tables
from tests.builders import load, only_sqlite
from tests.nights import Nights
from tests.test_undo import reject_states

BASE = "User email,Credential type,Issue date"
WRONG = "zoe@example.org,First Aid,2024-04-01"  # nobody knows her
RIGHT = "ana@example.org,First Aid,2024-01-10"
EXPIRES, NUMBER = ",Expiration date", ",Credential number"


@pytest.fixture
def nights(registry: Registry, tmp_path: Path) -> Nights:
    return Nights(registry, tmp_path)


def first_seen(registry: Registry) -> dict[int, int]:
    """By batch whose rejects aren't void the batch that had their record first."""
    reject, batch = tables.rejects.c, tables.batches.c
    statement = select(reject.batch_id, batch.id).join(tables.batches, batch.finished_at == reject.first_seen)
    with registry.engine.connect() as connection:
        found = connection.execute(statement.where(reject.state != "void").order_by(reject.id)).all()
    return dict(map(tuple, found))


def test_the_middle_one_of_other_columns_is_undone(nights: Nights) -> None:
    """A record that came with columns A, A and B, A and C: without the middle file the last one has the first's."""
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    nights.send("hr", f"{WRONG},2030-01-01", RIGHT + ",", headings=BASE + EXPIRES)
    nights.send("hr", f"{WRONG},F-1", RIGHT + ",", headings=BASE + NUMBER)
    assert reject_states(nights.registry) == [(1, 2, "superseded"), (2, 2, "open"), (3, 2, "open")]
    assert nights.registry.undo(2).reopened == 0
    assert reject_states(nights.registry) == [(1, 2, "superseded"), (2, 2, "void"), (3, 2, "open")]
    assert first_seen(nights.registry) == {1: 1, 3: 1}
    assert nights.registry.verify() == []


@only_sqlite
def test_a_later_file_of_other_columns_accepts_it(nights: Nights, tmp_path: Path) -> None:
    """The same, where the record is right in the last file: that has fixed it."""
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    nights.send("hr", f"{WRONG},2030-01-01", RIGHT + ",", headings=BASE + EXPIRES)
    load(nights.registry, tmp_path, users="Email\nzoe@example.org\n")
    nights.send("hr", f"{WRONG},F-1", RIGHT + ",", headings=BASE + NUMBER)
    assert reject_states(nights.registry) == [(1, 2, "superseded"), (2, 2, "open")]
    nights.registry.undo(2)
    assert reject_states(nights.registry) == [(1, 2, "fixed"), (2, 2, "void")]
    nights.registry.undo(3)
    assert nights.open_rejects() == [(1, 2)]


@only_sqlite
def test_a_record_that_only_the_middle_one_joined(nights: Nights) -> None:
    """A blank date, no such column, a date: the first and the last are two records once the middle one is gone."""
    nights.send("hr", WRONG + ",", RIGHT + ",", headings=BASE + EXPIRES)
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    nights.send("hr", f"{WRONG},2030-01-01", RIGHT + ",", headings=BASE + EXPIRES)
    assert reject_states(nights.registry) == [(1, 2, "superseded"), (2, 2, "superseded"), (3, 2, "open")]
    nights.registry.undo(2)
    assert nights.open_rejects() == [(1, 2), (3, 2)]
    assert first_seen(nights.registry) == {1: 1, 3: 3}


@only_sqlite
def test_rejected_again_after_the_file_that_accepted_it(nights: Nights, tmp_path: Path) -> None:
    """What a file had fixed, and a later one with more columns rejects again, goes on there without the first."""
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    load(nights.registry, tmp_path, users="Email,Status\nzoe@example.org,active\n")
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    load(nights.registry, tmp_path, users="Email,Status\nzoe@example.org,deactivated\n")
    nights.send("hr", f"{WRONG},F-1", RIGHT + ",", headings=BASE + NUMBER)
    assert reject_states(nights.registry) == [(1, 2, "fixed"), (3, 2, "open")]
    assert nights.registry.undo(2).reopened == 0
    assert reject_states(nights.registry) == [(1, 2, "superseded"), (3, 2, "open")]
    assert first_seen(nights.registry) == {1: 1, 3: 1}


@only_sqlite
@pytest.mark.parametrize("order", list(permutations((1, 2, 3, 4)))[1::4])
def test_undo_of_other_columns_in_any_order(nights: Nights, order: tuple[int, ...]) -> None:
    """Whatever the order, what is open follows from the files that are left alone."""
    columns = {1: "", 2: EXPIRES, 3: NUMBER, 4: EXPIRES}
    for night, more in columns.items():
        wrong = WRONG + {"": "", EXPIRES: ",2030-01-01", NUMBER: ",F-1"}[more]
        others = [RIGHT + more[:1]] * night  # no file is one that was there before
        nights.send("hr", wrong, *others, headings=BASE + more)
    left = dict(columns)
    for number in order:
        nights.registry.undo(number)
        del left[number]
        alike = {(old, later) for old, later in combinations(left, 2) if left[old] in ("", left[later])}
        again = {old for old, _ in alike}
        assert nights.open_rejects() == [(number, 2) for number in left if number not in again]


@only_sqlite
def test_absent_while_withdrawn(nights: Nights) -> None:
    """A full list is silent of what its source has withdrawn: without the withdrawal, it no longer lists it."""
    nights.recipe("hr", "export: full\nstatus: {valid: [Active], withdrawn: [Revoked]}\n")
    ben, ana = "ben@example.org,Forklift,2024-02-20", RIGHT
    for rows in ([f"{ben},Active", f"{ana},Active"], [f"{ben},Revoked", f"{ana},Active"], [f"{ana},Active"] * 2):
        nights.send("hr", *rows, headings=f"{BASE},Status")
    assert nights.states("hr")["ben", "Forklift"] == "withdrawn"
    nights.registry.undo(2)
    assert nights.states("hr")["ben", "Forklift"] == "unlisted"
    assert nights.registry.verify() == []


# --- waived by a person -----------------------------------------------------------------------------------------


@only_sqlite
def test_what_a_person_said_is_kept(nights: Nights) -> None:
    """A reject that was waived after its record came again: undo of the second file leaves the first one waived."""
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    nights.send("hr", WRONG, RIGHT, RIGHT, headings=BASE)
    nights.registry.waive(2, [2], "has left")
    assert nights.registry.undo(2).reopened == 0
    assert nights.rejects() == [(1, 2, "waived"), (2, 2, "void")]


@only_sqlite
def test_each_is_waived_by_itself_again(nights: Nights) -> None:
    """One that was waived for good and one that wasn't had become one record: without the last file they are two."""
    nights.send("hr", f"{WRONG},F-1", RIGHT + ",", headings=BASE + NUMBER)
    nights.registry.waive(1, [2], "has left", for_good=True)
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    nights.send("hr", f"{WRONG},F-1", RIGHT + ",", RIGHT + ",", headings=BASE + NUMBER)
    assert nights.rejects() == [(1, 2, "superseded"), (2, 2, "superseded"), (3, 2, "waived")]
    assert nights.registry.undo(3).reopened == 1
    assert nights.rejects() == [(1, 2, "waived"), (2, 2, "open"), (3, 2, "void")]
    assert nights.registry.undo(2).reopened == 0
    assert nights.rejects() == [(1, 2, "waived"), (2, 2, "void"), (3, 2, "void")]


@only_sqlite
def test_for_good_also_where_undo_finds_the_record(nights: Nights) -> None:
    """A record that is waived for good is waived in the file in which undo finds it again."""
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    nights.registry.waive(1, [2], "has left", for_good=True)
    nights.send("hr", f"{WRONG},2030-01-01", RIGHT + ",", headings=BASE + EXPIRES)
    nights.send("hr", f"{WRONG},F-1", RIGHT + ",", headings=BASE + NUMBER)
    assert nights.rejects() == [(1, 2, "superseded"), (2, 2, "waived"), (3, 2, "open")]
    nights.registry.undo(2)
    assert nights.rejects() == [(1, 2, "superseded"), (2, 2, "void"), (3, 2, "waived")]
    nights.registry.undo(3)
    assert nights.rejects() == [(1, 2, "waived"), (2, 2, "void"), (3, 2, "void")]
    assert nights.registry.verify() == []


# --- said of a reject whose batch is undone, with one in between ------------------------------------------------

ORDERS = [(3, 2), (2, 3)]


@pytest.mark.parametrize("order", ORDERS)
def test_a_waiver_holds_for_the_record_that_was_right_in_between(
    nights: Nights, tmp_path: Path, order: tuple[int, int]
) -> None:
    """Wrong, right, wrong and waived: without the last two files the first one is waived, whichever went first."""
    nights.send("hr", WRONG, RIGHT, headings=BASE)
    for status in ("active", "deactivated"):
        load(nights.registry, tmp_path, users=f"Email,Status\nzoe@example.org,{status}\n")
        nights.send("hr", WRONG, RIGHT, *[RIGHT] * (status != "active"), headings=BASE)
    assert nights.rejects() == [(1, 2, "fixed"), (3, 2, "open")]
    nights.registry.waive(3, [2], "has left")
    for number in order:
        nights.registry.undo(number)
        assert nights.registry.verify() == []
    assert nights.rejects() == [(1, 2, "waived"), (3, 2, "void")]
    assert nights.registry.audit.rejects()["reason"].dropna().unique().tolist() == ["has left"]
    nights.registry.reopen(1, [2])
    nights.send("hr", WRONG, RIGHT, RIGHT, RIGHT, headings=BASE)
    nights.registry.undo(4)
    assert nights.open_rejects() == [(1, 2)]  # what was said last


@only_sqlite
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("blank", [False, True])
def test_a_waiver_holds_for_the_same_record_only(nights: Nights, order: tuple[int, int], *, blank: bool) -> None:
    """Said of a record with another column: it is that of the first file if this says as much; a blank cell doesn't."""
    first, more = (WRONG + ",", EXPIRES) if blank else (WRONG, "")
    middle, column = (WRONG, "") if blank else (f"{WRONG},F-1", NUMBER)
    nights.send("hr", first, RIGHT + more[:1], headings=BASE + more)
    nights.send("hr", middle, RIGHT + column[:1], headings=BASE + column)
    nights.send("hr", f"{WRONG},2030-01-01", RIGHT + ",", RIGHT + ",", headings=BASE + EXPIRES)
    nights.registry.waive(3, [2], "has left")
    for number in order:
        nights.registry.undo(number)
        assert nights.registry.verify() == []
    assert nights.rejects()[0] == (1, 2, "open" if blank else "waived")
