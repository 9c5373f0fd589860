"""What was fixed elsewhere and uploaded again settles rejects of its source, where it is sure."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools.registry import Registry
from tests.builders import ANA, BEN, CARA, HEADINGS, export, load, only_sqlite, tamper, write

WRONG = "cara@example.org,Frist Aid,2024-05-06,2031-01-01,"
MENDED = WRONG.replace("Frist", "First")
Found = list[tuple[int, int, str, float | None, float | None]]


def finish(registry: Registry, folder: Path, *rows: str, name: str = "export.csv", headings: str = HEADINGS) -> None:
    registry.upload(export(folder, *rows, name=name, headings=headings)).finish()


def rejects(registry: Registry) -> Found:
    """(batch, line, state, fixed batch, fixed line) of each reject, None where it isn't fixed."""
    frame = registry.audit.rejects().drop_duplicates("reject").astype(object)
    frame = frame.where(frame.notna(), None)
    return list(frame[["batch", "line", "state", "fixed_batch", "fixed_line"]].itertuples(index=False, name=None))


def test_a_mended_row_of_the_same_file_fixes_its_reject(registry: Registry, tmp_path: Path) -> None:
    """All other rows are there again, and one new row equals the wrong one in every right cell: it is mended."""
    finish(registry, tmp_path, ANA, WRONG, BEN)
    finish(registry, tmp_path, BEN, MENDED, ANA, CARA)
    assert rejects(registry) == [(1, 3, "fixed", 2, 3)]
    assert registry.verify() == []


def test_what_is_fixed_was_stored_already(registry: Registry, tmp_path: Path) -> None:
    """What a person uploads, and what is stored already, may be another record: nothing remembers who said it."""
    finish(registry, tmp_path, MENDED)
    finish(registry, tmp_path, ANA, WRONG)
    finish(registry, tmp_path, ANA, MENDED)
    assert rejects(registry) == [(2, 3, "open", None, None)]


@pytest.mark.parametrize("after", [(ANA, MENDED), (MENDED,)], ids=["a row is missing", "only the fixed row"])
def test_any_later_file_fixes_a_reject(registry: Registry, tmp_path: Path, after: tuple[str, ...]) -> None:
    """It needn't be the same file again."""
    finish(registry, tmp_path, ANA, WRONG, BEN)
    finish(registry, tmp_path, *after)
    assert [state for _, _, state, _, _ in rejects(registry)] == ["fixed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((ANA, WRONG), (ANA, MENDED.replace("2024-05-06", "2024-05-07"))),
        ((ANA, WRONG), (ANA, MENDED, MENDED.replace("First Aid", "Passport"))),
        ((ANA, WRONG, WRONG.replace("Frist", "Fist")), (ANA, MENDED)),
        ((ANA, WRONG.replace("cara", "nobody")), (ANA, WRONG)),
        ((ANA, MENDED, WRONG), (ANA, MENDED)),
        ((ANA, "x@example.org,y,z,w,"), (ANA, MENDED)),
        ((ANA, "x@example.org,First Aid,2024-05-06,2031-01-01,"), (ANA, MENDED)),
        ((ANA, "cara@example.org,Frist Aid,2024-05-06"), (ANA, MENDED)),
    ],
    ids=[
        *("another cell differs", "two rows fit", "two rejects fit", "still wrong", "was there before"),
        *("no right cell that says something", "neither person nor number is right", "wrong number of fields"),
    ],
)
def test_where_it_is_not_sure_a_reject_stays_open(
    registry: Registry, tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """Nothing is linked by a guess."""
    finish(registry, tmp_path, *before)
    finish(registry, tmp_path, *after)
    assert {state for batch, _, state, _, _ in rejects(registry) if batch == 1} == {"open"}


@only_sqlite
def test_what_came_beside_a_reject_is_another_record(registry: Registry, tmp_path: Path) -> None:
    """A row that was in the reject's own file never hides the one that corrects it; of two new ones none is taken."""
    wrong, other = "ana@example.org,First Aid,2023-13-01,,", "ana@example.org,First Aid,2022-05-05,,"
    finish(registry, tmp_path, other, wrong)
    finish(registry, tmp_path, other, wrong.replace("13-01", "12-01"))
    assert rejects(registry) == [(1, 3, "fixed", 2, 3)]
    other, wrong = other.replace("ana", "ben"), wrong.replace("ana", "ben")
    finish(registry, tmp_path, other, wrong)
    finish(registry, tmp_path, other, *(wrong.replace("2023-13", day) for day in ("2023-11", "2024-11")))
    assert [state for _, _, state, _, _ in rejects(registry)] == ["fixed", "open"]
    assert registry.verify() == []


def test_another_source_mends_nothing(registry: Registry, tmp_path: Path) -> None:
    """The file of one source says nothing of another one's rejects."""
    finish(registry, tmp_path, ANA, WRONG)
    registry.upload(export(tmp_path, ANA, MENDED), recipe=write(tmp_path, "hr.yaml", "")).finish()
    assert rejects(registry) == [(1, 3, "open", None, None)]


def test_headings_may_change(registry: Registry, tmp_path: Path) -> None:
    """Cells are compared by what their headings mean."""
    finish(registry, tmp_path, ANA, WRONG)
    finish(registry, tmp_path, ANA, MENDED, headings=HEADINGS.replace("Issue date", "Issued on"))
    assert rejects(registry) == [(1, 3, "fixed", 2, 3)]


def test_an_erased_file_is_no_hindrance(registry: Registry, tmp_path: Path) -> None:
    """What the record said is kept beside the ledger, and under which headings by its run."""
    finish(registry, tmp_path, ANA, WRONG)
    tamper(registry, "UPDATE source_files SET content = NULL")
    finish(registry, tmp_path, ANA, MENDED)
    assert rejects(registry) == [(1, 3, "fixed", 2, 3)]


def test_an_undone_file_fixes_nothing(registry: Registry, tmp_path: Path) -> None:
    """With the file that mended it a row falls back to where it was."""
    finish(registry, tmp_path, ANA, WRONG)
    finish(registry, tmp_path, ANA, MENDED)
    registry.undo(2)
    assert rejects(registry) == [(1, 3, "open", None, None)]
    finish(registry, tmp_path, ANA, MENDED)
    assert rejects(registry) == [(1, 3, "fixed", 3, 3)]


def test_every_open_reject_of_a_record_is_settled(registry: Registry, tmp_path: Path) -> None:
    """A waived reject that was reopened while its record came again isn't forgotten when the row is accepted."""
    zoe = "zoe@example.org,First Aid,2024-04-01,,"
    finish(registry, tmp_path, ANA, zoe)
    registry.waive(1, [3], "left")
    finish(registry, tmp_path, ANA, BEN, zoe)
    registry.reopen(1, [3])
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    finish(registry, tmp_path, zoe)
    assert rejects(registry) == [(1, 3, "fixed", 3, 2), (2, 4, "fixed", 3, 2)]


def test_a_file_that_was_opened_again_is_the_last_one(registry: Registry, tmp_path: Path) -> None:
    """Its rejects are in the batch that followed; what mends them then is linked to those."""
    finish(registry, tmp_path, ANA, WRONG, "ana@example.org,Licence,2024-01-01,,")
    again = registry.follow(1)
    again.patch(4, "credential_number", "7")
    again.finish()
    finish(registry, tmp_path, ANA, "ana@example.org,Licence,2024-01-01,,", MENDED)
    assert rejects(registry) == [
        (1, 3, "superseded", None, None),
        (1, 4, "fixed", 2, 4),
        (2, 3, "fixed", 3, 4),
    ]


def test_a_correction_file_is_no_file_of_its_source(registry: Registry, tmp_path: Path) -> None:
    """What is uploaded after a correction is compared with the last export, not with the few corrected rows."""
    other = "ben@example.org,Frklift,2024-05-06,,"
    finish(registry, tmp_path, ANA, WRONG, other)
    path = tmp_path / "wrong.csv"
    registry.write_rejects(path)
    path.write_text(path.read_text("utf-8-sig").replace("Frklift", "Forklift"), "utf-8")
    registry.correct(path)
    finish(registry, tmp_path, ANA, MENDED, other)
    assert rejects(registry) == [(1, 3, "fixed", 3, 3), (1, 4, "fixed", 2, 2)]
