"""A full list that is divided into parts speaks by silence once its last part is finished."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from credtools.registry import Registry
from credtools.store import tables
from tests.builders import ANA, BEN, ZOE, export, load, only_sqlite
from tests.nights import Nights

USERS = "Email\ncleo@example.org\ndov@example.org\n"
CLEO, DOV = (ANA.replace("ana@", f"{name}@") for name in ("cleo", "dov"))


def parts(registry: Registry, folder: Path, *rows: str, name: str, absent: str = "report") -> list[int]:
    """Imports a file in parts of two rows, the last one first; how many were unlisted after each."""
    recipe = folder / "hr.yaml"
    recipe.write_text(f"export: full\nabsent: {absent}\nblanks: clear\n", "utf-8")
    path = export(folder, *rows, name=name)
    found = []
    for part in reversed(range(1, registry.parts(path, recipe) + 1)):
        registry.upload(path, recipe, part=part).settle()
        found.append(len(registry.audit.unlisted()))
    return found


def ready(registry: Registry, folder: Path) -> Registry:
    load(registry, folder, users=USERS)
    registry.set("max_rows", 2)
    return registry


def test_all_parts_are_listed(registry: Registry, tmp_path: Path) -> None:
    """What one part lacks another one holds: only what none holds is no longer listed, told when all are finished."""
    ready(registry, tmp_path)
    assert parts(registry, tmp_path, ANA, BEN, CLEO, DOV, name="a.csv") == [0, 0]
    assert parts(registry, tmp_path, DOV, ANA, CLEO, "", name="b.csv") == [0, 0]  # below nine tenths: no full list
    everybody = [ANA, BEN, CLEO, DOV] + [ANA.replace("2024", str(2000 + k)) for k in range(16)]
    parts(registry, tmp_path, *everybody, name="c.csv")
    found = parts(registry, tmp_path, *(row for row in everybody if row != BEN), name="d.csv")
    assert found == [0] * (len(found) - 1) + [1]
    assert registry.audit.unlisted()["user_email"].tolist() == ["ben@example.org"]
    assert registry.verify() == []


def test_a_reject_in_another_part_may_be_it(registry: Registry, tmp_path: Path) -> None:
    """A rejected row of any part that may be the credential keeps it from being absent."""
    ready(registry, tmp_path)
    everybody = [ANA, BEN, CLEO, DOV] + [ANA.replace("2024", str(2000 + k)) for k in range(16)]
    parts(registry, tmp_path, *everybody, name="a.csv")
    wrong = [BEN.replace("2024-", "soon-") if row == BEN else row for row in everybody]
    assert parts(registry, tmp_path, *wrong, name="b.csv")[-1] == 0
    assert registry.verify() == []


# --- undo of one part -------------------------------------------------------------------------------------------

FOUR = {"ana": ANA, "ben": BEN, "cleo": CLEO, "dov": DOV}


def divided(registry: Registry, folder: Path, rows: dict[str, str], name: str) -> list[int]:
    """A full list in two parts of two rows each, finished by a person; the numbers of their batches."""
    recipe = folder / "hr.yaml"
    recipe.write_text("export: {full: 0.7}\nabsent: withdraw\nblanks: clear\n", "utf-8")
    path = export(folder, *rows.values(), name=name)
    found = [registry.upload(path, recipe, part=part) for part in (1, 2)]
    for batch in found:
        batch.finish()
    return [batch.id for batch in found]


def again(registry: Registry, folder: Path, name: str, part: int) -> int:
    """The same part of the same file once more."""
    batch = registry.upload(folder / name, folder / "hr.yaml", part=part)
    assert not batch.finish().replayed
    return batch.id


def standing(registry: Registry) -> dict[str, tuple[str, str]]:
    """By user the issue date that counts, and what the source said last."""
    frame = registry.credentials()
    counts = frame[frame["newest"] & ~frame["withdrawn"]]
    said = {user: words[0][0] for (user, _), words in Nights(registry, Path()).words("hr").items()}
    dates = {
        user.partition("@")[0]: str(day)[:10]
        for user, day in zip(counts["user_email"], counts["issue_date"], strict=True)
    }
    return {user: (dates.get(user, ""), said.get(user, "")) for user in {*dates, *said}}


@pytest.mark.parametrize("part", [1, 2])
def test_without_one_part_nothing_is_absent(registry: Registry, tmp_path: Path, part: int) -> None:
    """What only the whole list could say goes with any of its parts, and comes back with it."""
    ready(registry, tmp_path)
    divided(registry, tmp_path, FOUR, "a.csv")
    before = standing(registry)
    second = divided(registry, tmp_path, FOUR | {"ben": CLEO}, "b.csv")
    assert standing(registry) == before | {"ben": ("", "unlisted")}
    registry.undo(second[part - 1])
    assert standing(registry) == before
    assert registry.verify() == []
    second[part - 1] = again(registry, tmp_path, "b.csv", part)
    assert standing(registry) == before | {"ben": ("", "unlisted")}
    assert registry.verify() == []
    for number in second:
        registry.undo(number)
    assert standing(registry) == before
    assert registry.verify() == []


def test_without_one_part_no_issue_date_is_corrected(registry: Registry, tmp_path: Path) -> None:
    """An issue date is corrected by a list that no longer has the old one; another part of it might have."""
    ready(registry, tmp_path)
    late, early = (BEN.replace("ben@", "dov@").replace("2024-02-20", day) for day in ("2024-03-20", "2024-02-01"))
    divided(registry, tmp_path, FOUR | {"dov": late}, "a.csv")
    first, _ = divided(registry, tmp_path, FOUR | {"dov": early}, "b.csv")
    assert standing(registry)["dov"] == ("2024-02-01", "valid")
    registry.undo(first)
    assert standing(registry)["dov"][0] == "2024-03-20"
    assert registry.verify() == []
    again(registry, tmp_path, "b.csv", 1)
    assert standing(registry)["dov"] == ("2024-02-01", "valid")
    assert registry.verify() == []


def test_half_a_list_is_no_yardstick(registry: Registry, tmp_path: Path) -> None:
    """After the undo of one part a short file is compared with the last list that stands wholly."""
    ready(registry, tmp_path)
    divided(registry, tmp_path, FOUR, "a.csv")
    first, _ = divided(registry, tmp_path, FOUR | {"ana": ANA.replace("2024-01-10", "2024-02-10")}, "b.csv")
    registry.undo(first)
    registry.upload(export(tmp_path, ANA, BEN, name="short.csv"), tmp_path / "hr.yaml").finish()
    assert {said for _, said in standing(registry).values()} == {"valid"}
    assert registry.verify() == []


@only_sqlite
@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_parts_are_undone_in_any_order(registry: Registry, tmp_path: Path, order: tuple[int, ...]) -> None:
    """What stands follows from the parts that are left, whichever was taken back first."""
    ready(registry, tmp_path)
    numbers = divided(registry, tmp_path, FOUR, "a.csv") + divided(registry, tmp_path, FOUR | {"ben": CLEO}, "b.csv")
    left = {*range(4)}
    for place in order:
        registry.undo(numbers[place])
        left.discard(place)
        listed = {0: ("ana", "ben"), 1: ("cleo", "dov"), 2: ("ana", "cleo"), 3: ("cleo", "dov")}
        users = {user for one in left for user in listed[one]}
        assert standing(registry) == {
            user: ("", "unlisted") if user == "ben" and {2, 3} <= left else (FOUR[user].split(",")[2], "valid")
            for user in users
        }
        assert registry.verify() == []


# --- equal records in several parts -----------------------------------------------------------------------------


@pytest.mark.parametrize("erased", [False, True])
def test_equal_records_of_two_parts_are_two(registry: Registry, tmp_path: Path, *, erased: bool) -> None:
    """Undo of one part leaves the record of another one alone, though both have the same text."""
    ready(registry, tmp_path)
    recipe = tmp_path / "lms.yaml"
    recipe.write_text("", "utf-8")
    numbers = []
    for night in range(3):
        path = export(tmp_path, ANA, ZOE, BEN, ZOE, *[DOV] * night, name=f"{night}.csv")
        for part in (1, 2):
            numbers.append((batch := registry.upload(path, recipe, part=part)).id)
            batch.finish()
    if erased:
        registry.erase("ana@example.org", "asked")
    registry.undo(numbers[2])
    reject, later = tables.rejects.c, tables.rejects.alias().c
    with registry.engine.connect() as connection:
        links = connection.execute(
            select(reject.batch_id, later.batch_id).where(later.id == reject.superseded_by)
        ).all()
    one, two, _, four, five, six = numbers
    assert sorted(map(tuple, links)) == [(one, five), (two, four), (four, six)]
    assert registry.verify() == []
