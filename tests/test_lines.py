"""How a row is named where a batch has several sheets, and lines several pieces."""

from __future__ import annotations

import pytest

from credtools.errors import CredtoolsError
from credtools.model import Line, Lines
from credtools.runs import parameters

ONE = [(1, 2, 1), (1, 3, 1), (1, 4, 1)]
PIECES = [(1, 2, 1), (1, 3, 1), (1, 3, 2), (1, 3, 10), (1, 4, 1)]
SHEETS = [*PIECES, (2, 3, 1), (2, 5, 1), (2, 5, 2)]


def lines(rows: list[tuple[int, int, int]]) -> Lines:
    return Lines(frozenset(row for row in rows if row[0] > 1 or row[2] > 1))


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
def test_what_is_meant(rows: list[tuple[int, int, int]], forms: list[Line], meant: list[tuple[int, int, int]]) -> None:
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
def test_written_and_read_back(rows: list[tuple[int, int, int]]) -> None:
    """What is written means that row and no other."""
    of = lines(rows)
    assert [of.chosen([of.written(row)], rows) for row in rows] == [([row], []) for row in rows]
    assert of.written((1, 2, 1)) == (2 if rows != SHEETS else "1:2")


def test_at_the_prompt() -> None:
    """`--lines` takes the same forms, and runs of lines, also of a sheet."""
    assert parameters.lines("5, 9-11,3.2,2:4.1,2:7-8") == (5, 9, 10, 11, "3.2", "2:4.1", "2:7", "2:8")
    for text in ("3.2-4", "2:", "3.", "1:2:3", "2-1:3"):
        with pytest.raises(CredtoolsError):
            parameters.lines(text)
