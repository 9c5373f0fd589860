"""How a row is named where a batch has several sheets, and lines several pieces."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools.errors import CredtoolsError, RegistryError
from credtools.model import Line, Lines, Place
from credtools.registry import Registry
from credtools.runs import parameters
from tests.builders import export, only_sqlite, write

ONE = [Place(1, 2, 1), Place(1, 3, 1), Place(1, 4, 1)]
PIECES = [Place(1, 2, 1), Place(1, 3, 1), Place(1, 3, 2), Place(1, 3, 10), Place(1, 4, 1)]
SHEETS = [*PIECES, Place(2, 3, 1), Place(2, 5, 1), Place(2, 5, 2)]


def lines(rows: list[Place]) -> Lines:
    return Lines(any(row.sheet > 1 for row in rows), any(row.piece > 1 for row in rows))


@pytest.mark.parametrize(
    ("rows", "forms", "meant"),
    [
        (ONE, [3], [(1, 3, 1)]),
        (ONE, ["3.1", "1:4"], [(1, 3, 1), (1, 4, 1)]),
        (PIECES, [3], PIECES[1:4]),
        (PIECES, ["3.2", "3.10"], [(1, 3, 2), (1, 3, 10)]),
        (SHEETS, ["2:3", "1:3.1"], [(1, 3, 1), (2, 3, 1)]),
        (SHEETS, ["2:5"], [(2, 5, 1), (2, 5, 2)]),
    ],
)
def test_what_is_meant(rows: list[Place], forms: list[Line], meant: list[tuple[int, int, int]]) -> None:
    """A line means all its pieces; a piece, and the line of a sheet, can be named."""
    assert lines(rows).chosen(forms, rows) == (meant, [])


@pytest.mark.parametrize(("forms", "strange"), [([9, 3], [9]), (["3.4"], ["3.4"]), (["2:3", 5], [5, "2:3"])])
def test_what_is_not_there(forms: list[Line], strange: list[Line]) -> None:
    """What names no row is told, in the order of lines."""
    assert lines(PIECES).chosen(forms, PIECES)[1] == strange


def test_a_number_alone_among_several_sheets() -> None:
    """Of which sheet it is can't be guessed."""
    with pytest.raises(CredtoolsError) as caught:
        lines(SHEETS).chosen([4], SHEETS)
    assert caught.value.reason == "line_without_sheet"


@pytest.mark.parametrize("rows", [ONE, PIECES, SHEETS])
def test_written_and_read_back(rows: list[Place]) -> None:
    """What is written means that row and no other."""
    of = lines(rows)
    assert [of.chosen([of.written(row)], rows) for row in rows] == [([row], []) for row in rows]
    assert of.written(ONE[0]) == {len(ONE): 2, len(PIECES): "2.1", len(SHEETS): "1:2.1"}[len(rows)]


def test_at_the_prompt() -> None:
    """`--lines` takes the same forms, and runs of lines, also of a sheet."""
    assert parameters.lines("5, 9-11,3.2,2:4.1,2:7-8") == (5, 9, 10, 11, "3.2", "2:4.1", "2:7", "2:8")
    for text in ("3.2-4", "2:", "3.", "1:2:3", "2-1:3"):
        with pytest.raises(CredtoolsError):
            parameters.lines(text)


# --- in the registry --------------------------------------------------------------------------------------------

PAIRS = """\
headings: {Email: user_email}
date_format: YYYY-MM-DD
unpivot:
  - {credential_type: First Aid, issue_date: First Aid}
  - {credential_type: Passport, issue_date: Passport}
  - {credential_type: Forklift, issue_date: Forklift}
"""
BOTH = "ana@example.org,2024-01-10,2024-01-10,10.2.2024"  # First Aid waits for a decision, Passport for media


@only_sqlite
def test_pieces_are_decided_each_by_itself(registry: Registry, tmp_path: Path) -> None:
    """Of two credentials on one line one is approved, and the other blocked; all is said with its piece."""
    recipe = write(tmp_path, "hr.yaml", PAIRS)
    ben = "ben@example.org,2024-02-20,,"
    path = export(tmp_path, BOTH, ben, headings="Email,First Aid,Passport,Forklift")
    assert registry.upload(path, recipe).finish().counts.new == 3
    with pytest.raises(RegistryError) as caught:
        registry.approve(1, [2])
    assert caught.value.reason == "lines_blocked"
    done = registry.approve(1, ["2.1"])
    assert (done.decided, list(done.blocked)) == (("2.1",), ["2.2"])
    assert registry.approve(1).decided == ("3.1",)
    with pytest.raises(RegistryError) as caught:
        registry.withdraw(1, [2], "revoked")
    assert caught.value.facts["why"] == "line 2.2 is pending (decline it instead)"
    assert registry.withdraw(1, ["2.1", 3], "revoked").decided == ("2.1", "3.1")
    assert registry.reinstate(1, [3]).decided == ("3.1",)
    assert registry.waive(1, [2], "has left") == ("2.3",)
    assert registry.reopen(1, ["2.3"]) == ("2.3",)
    assert registry.verify() == []


@only_sqlite
def test_undo_knows_pieces_apart(registry: Registry, tmp_path: Path) -> None:
    """A wrong piece whose file had other columns in between is open where it came last."""
    recipe = write(tmp_path, "hr.yaml", PAIRS)
    for more in ("", ",Credential number", ",Expiration date"):
        path = export(
            tmp_path, BOTH + more[:1], headings=f"Email,First Aid,Passport,Forklift{more}", name=f"{more}.csv"
        )
        registry.upload(path, recipe).finish()
    registry.undo(2)
    frame = registry.audit.rejects().drop_duplicates("reject").sort_values("reject")
    assert frame["state"].tolist() == ["superseded", "void", "open"]
