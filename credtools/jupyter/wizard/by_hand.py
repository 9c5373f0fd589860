"""By hand: what a person decides about single rows, whatever is in them – each a correction of their records.

Such a row is rejected, or its fields are put together as its headings want them. A recipe has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.grid import REJECTED_BY_HAND, TWICE, WRONG_FIELDS, offered
from credtools.jupyter.wizard.decisions import Cell, Decision
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.recipe import COMPLETE, REJECTED
from credtools.schema.words import RECORD
from credtools.text import first_of, plural

NAMED = 3
Line = int | str


def reject(file: OpenFile, lines: Iterable[Line]) -> Decision:
    """These rows stay rejected, whatever is in them. Raises CredtoolsError when all are, or one is no row."""
    places, review = _places(file), file.reviewed
    known = {*offered(review)[REJECTED_BY_HAND], *review.left_out.nonzero()[0].tolist()}
    wanted = [line for line in dict.fromkeys(lines) if places(line) not in known]
    if not wanted:
        raise CredtoolsError("no_change")
    return file.correct(Cell(line, RECORD, "", REJECTED) for line in wanted)


def take_back(file: OpenFile, lines: Iterable[Line]) -> Decision:
    """These rows are no longer rejected by hand. Raises CredtoolsError when none is."""
    places, known = _places(file), {*offered(file.reviewed)[REJECTED_BY_HAND]}
    wanted = [line for line in dict.fromkeys(lines) if places(line) in known]
    if not wanted:
        raise CredtoolsError("no_change")
    return file.correct(Cell(line, RECORD, REJECTED, "") for line in wanted)


def keep(file: OpenFile, line: Line) -> Decision:
    """Of the rows that say different things of one credential this one is right: the others are rejected."""
    row, review = _places(file)(line), file.reviewed
    twice = offered(review)[TWICE]
    if row not in twice:
        raise CredtoolsError("cause_gone")
    versions, labels = review.resolved["version"], review.table.labels
    return reject(file, [labels[one] for one in twice if versions.iloc[one] == versions.iloc[row] and one != row])


def fields(file: OpenFile, line: Line) -> dict[str, Any]:
    """The fields of a row as they were read, and the headings for which they are too many or too few."""
    row, table = _places(file)(line), file.reviewed.table
    if row not in offered(file.reviewed)[WRONG_FIELDS] or table.shaped:
        raise CredtoolsError("cause_gone")
    texts = table.frame.iloc[row].tolist()[: table.fields[row]]
    headings = table.frame.columns[: table.expected_fields].tolist()
    return {"line": line, "fields": texts, "headings": headings, "by": table.reading.delimiter or " "}


def complete(file: OpenFile, line: Line, texts: Sequence[str]) -> Decision:
    """These are the fields of a row, one for each heading."""
    made = file.batch.completed(line, texts)
    before = {(cell.line, cell.column): cell.new for cell in file.in_force()}
    old = file.batch.table.frame.iloc[_places(file)(line)]
    heading = {column: name for name, column in file.reviewed.headings.items() if column}
    cells = [
        Cell(line, column, before.get((line, column), str(old.get(heading.get(column, ""), ""))), text or "")
        for _, column, text in made
    ]
    return file.correct(cells)


def sentence(decision: Decision) -> str:
    """Such a decision in one sentence; '' for others."""
    lines = [cell.line for cell in decision.cells if cell.column == RECORD]
    if not lines:
        return ""
    one = len(lines) == 1
    named = first_of([f"{line:,}" if isinstance(line, int) else line for line in lines], NAMED)
    where = f"{'line' if one else 'lines'} {named}"
    if not decision.cells[-1].new:
        again = "is judged again by what is in it" if one else "are judged again by what is in them"
        return f"{plural(len(lines), 'row')} {again}: {where}."
    if decision.cells[-1].new == COMPLETE:
        return f"The fields of {where} are put together as the headings want them."
    stay = "stays rejected, whatever is in it" if one else "stay rejected, whatever is in them"
    return f"{plural(len(lines), 'row')} {stay}: {where}."


def _places(file: OpenFile) -> Any:
    rows = {label: row for row, label in enumerate(file.reviewed.table.labels)}

    def place(line: Line) -> int:
        if line not in rows:
            raise CredtoolsError("cell_locked")
        return rows[line]

    return place
