"""Stored: what a file would do to what is stored, where a person is asked – blank cells, and what is said again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from credtools.errors import sentence
from credtools.jupyter.wizard import status
from credtools.jupyter.wizard.causes import MEANS
from credtools.jupyter.wizard.decisions import Decision
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.text import first_of, plural

EXAMPLES = 3


def losing(file: OpenFile) -> list[dict[str, Any]]:
    """Per column what rows would lose its stored value to a blank cell: the sentence, and the first ones' old values.

    Nothing where the recipe keeps the values.
    """
    lines = file.reviewed.table.lines.tolist()
    by_column: dict[str, list[tuple[int, str]]] = {}
    for (row, name), old in file.batch.changes().lost.items():
        by_column.setdefault(name, []).append((row, old))
    return [
        {
            "sentence": sentence(
                "values_lost", {"rows": plural(len(rows), "row"), "title": _title(file, name)}, "screen"
            ),
            "examples": [f"line {lines[row]:,}: ‘{old}’" for row, old in sorted(rows)[:EXAMPLES]],
            "more": max(0, len(rows) - EXAMPLES),
        }
        for name, rows in by_column.items()
    ]


def asked(file: OpenFile) -> list[dict[str, Any]]:
    """The cards: what blank cells over stored values mean, and whether rows that equal an older version count again.

    Each until it is decided; `answers`: (what is sent, label, what it means).
    """
    changes = file.batch.changes()
    cards: list[dict[str, Any]] = []
    if changes.lost and file.batch.recipe.blanks is None:
        cards.append(
            {
                "key": "blanks",
                "count": plural(len({row for row, _ in changes.lost}), "row"),
                "name": "blank cells over stored values",
                "says": "A value is stored, but the cell is blank in this file. Say what blank cells of this source "
                "mean; until then finishing clears the stored values.",
                "items": losing(file),
                "answers": [
                    ("keep", "Keep the stored values", "A blank cell says nothing: what is stored stays"),
                    ("clear", "Clear them", "A blank cell says that there is no such value any more"),
                ],
            }
        )
    if changes.again and file.batch.counts_again is None:
        cards.append(
            {
                "key": "again",
                "count": plural(len(changes.again), "row"),
                "name": f"{'says' if len(changes.again) == 1 else 'say'} again what an older version says",
                "says": "A newer version with the same issue date counts now, so they are unchanged unless you make "
                f"them count again. {_lines(file, changes.again)}",
                "items": [],
                "answers": [
                    ("yes", "Make it count again", "Each row becomes a new version, which counts from now on"),
                    ("no", "Leave it", "The rows are unchanged; the newer versions go on counting"),
                ],
            }
        )
    return cards


def of_stored(file: OpenFile, decision: Decision) -> str:
    """A decision about such a card, or about what words mean, in one sentence; '' for any other."""
    rows = plural(decision.count, "row")
    if decision.status is not None:
        return status.sentence(file, decision.status)
    if decision.meaning:
        word = f"‘{decision.word}’" if decision.word else "a blank cell"
        return f"{_title(file, decision.column)}: {word} means {MEANS[decision.meaning]} ({rows})."
    if decision.never:
        words = first_of([f"‘{word}’" if word else "a blank cell" for word in decision.never], EXAMPLES)
        mean = "means" if len(decision.never) == 1 else "mean"
        return f"{_title(file, decision.column)}: {words} {mean} that it never expires ({rows})."
    if decision.blanks:
        return f"Blank cells {decision.blanks} the stored values{f' ({rows})' * bool(decision.count)}."
    if decision.again is not None:
        ending = "counts again as a new version" if decision.again else "stays unchanged; the newer version counts"
        return f"What says again what an older version says {ending} ({rows})."
    return ""


def _lines(file: OpenFile, rows: Iterable[int]) -> str:
    lines = [f"{line:,}" for line in file.reviewed.table.lines[sorted(rows)].tolist()]
    more = f" and {len(lines) - EXAMPLES:,} more" if len(lines) > EXAMPLES else ""
    return f"{'Line' if len(lines) == 1 else 'Lines'} {', '.join(lines[:EXAMPLES])}{more}."


def _title(file: OpenFile, column: str) -> str:
    return file.columns[column].title if column in file.columns else column
