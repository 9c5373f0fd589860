"""Lines: how people write where in its batch a row is.

`3` is line 3 with all its pieces, `3.2` its second piece; `2:3` is line 3 of the second sheet, `2:3.2` a piece of that.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from credtools.errors import CredtoolsError
from credtools.model.shaped import Place

Line = int | str  # a number where that is enough
FORM = re.compile(r"(?:([0-9]{1,9}):)?([0-9]+)(?:\.([0-9]{1,9}))?")
MOST_DIGITS = 18  # what a longer number begins with is beyond any line, too


def parts(line: Line) -> tuple[int | None, int, int | None]:
    """Sheet, line and piece that are meant; None: not said. Raises CredtoolsError."""
    if not isinstance(line, str):
        return None, int(line), None
    if not (found := FORM.fullmatch(line.strip())):
        raise CredtoolsError("lines_unclear", text=line)
    sheet, number, piece = (None if one is None else int(one.lstrip("0")[:MOST_DIGITS] or 0) for one in found.groups())
    return sheet, number or 0, piece


def order(line: Line) -> list[int]:
    """What rows are sorted by that are written so: as they are in the file."""
    return [part or 0 for part in parts(line)]


@dataclass(frozen=True)
class Lines:
    """How the rows of a batch are called: whether it has rows of several sheets, and lines with several pieces."""

    stacked: bool = False
    pieced: bool = False

    def written(self, place: Place) -> Line:
        """The form that means only this row."""
        if not (self.stacked or self.pieced):
            return place.line
        return (
            (f"{place.sheet}:" if self.stacked else "") + str(place.line) + (f".{place.piece}" if self.pieced else "")
        )

    def chosen(self, lines: Iterable[Line], among: Collection[Place]) -> tuple[list[Place], list[Line]]:
        """Which of some rows are meant, in the order of the file; and the forms that mean none of them.

        Raises CredtoolsError: a form can't be read, or doesn't say of which of several sheets it is.
        """
        by_line: defaultdict[int, list[Place]] = defaultdict(list)
        for place in among:
            by_line[place.line].append(place)
        found: set[Place] = set()
        strange: dict[Line, None] = {}
        for form in lines:
            sheet, line, piece = parts(form)
            if sheet is None and self.stacked:
                raise CredtoolsError("line_without_sheet", line=form)
            meant = [one for one in by_line[line] if one.sheet == (sheet or 1) and piece in (None, one.piece)]
            found.update(meant)
            if not meant:
                strange[form] = None
        return sorted(found), sorted(strange, key=order)


def lines_among(places: Collection[Place]) -> Lines:
    """How the rows of a file are called, of which these are all."""
    return Lines(any(one.sheet != 1 for one in places), any(one.piece != 1 for one in places))


def labels(places: Sequence[Place]) -> list[Line]:
    """What people call the rows of a file: their lines; `12.3` where rows share lines, `2:12` where sheets do."""
    return list(map(lines_among(places).written, places))


def lines_in(frame: Any) -> list[Any]:
    """The same of the rows of a frame (batch, sheet, line, piece), batch by batch."""
    names = ("batch", *Place._fields)
    rows = [(number, Place(*place)) for number, *place in zip(*(frame[name].tolist() for name in names), strict=True)]
    stacked, pieced = ({number for number, place in rows if getattr(place, name) != 1} for name in ("sheet", "piece"))
    return [Lines(number in stacked, number in pieced).written(place) for number, place in rows]


def exact(frame: Any) -> list[str]:
    """The form of each row of a frame that means only this one, whatever else its batch has: `1:12.1`."""
    return [f"{sheet}:{line}.{piece}" for sheet, line, piece in zip(*(frame[n] for n in Place._fields), strict=True)]
