"""Cards: what is shown of each cause, of all unknown users together, and of what is doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from credtools.jupyter.wizard import same_person
from credtools.jupyter.wizard.brought import when
from credtools.jupyter.wizard.causes import MEANS, OF_WARNINGS, OF_WHOLE_ROWS, Cause, suggest
from credtools.jupyter.wizard.judged import STRANGERS
from credtools.jupyter.wizard.open_file import BLANK, STATUS_UNKNOWN, OpenFile
from credtools.registry import Strangers
from credtools.text import first_of, plural

EXAMPLES = 3


def card(file: OpenFile, cause: Cause) -> dict[str, Any]:
    """What is shown of a cause."""
    suggestion = suggest(cause)
    values = list(dict.fromkeys(cause.errors["value"].head(200).tolist()))
    means = [("never", "Never expires")] if cause.may_mean_never else []
    means += [(BLANK, "No value")] if file.may_be_blank(cause) else []
    statuses = [(key, name.capitalize()) for key, name in MEANS.items()] if cause.code == STATUS_UNKNOWN else []
    words = dict.fromkeys(cause.errors["value"]) if means else [cause.value]
    doubtful = cause.code in OF_WARNINGS
    return {
        "key": cause.key,
        "place": cause.place,
        "column": cause.column_name,
        "count": plural(cause.count, "row"),
        "name": str(cause),
        "resolution": cause.resolution,
        "examples": values[:EXAMPLES] if cause.pattern or doubtful else [],
        "lines": _lines(cause.errors["line"].head(EXAMPLES).tolist(), cause.count),
        "suggestion": suggestion.label if suggestion else "",
        "means": means or statuses,
        "word": first_of([f"‘{value}’" for value in words], EXAMPLES) if cause.value else "a blank cell",
        "choose": cause.column is not None and cause.code not in OF_WHOLE_ROWS and not (doubtful and len(values) > 1),
        "before": _before(file, [cause]),
        "same": same_person.question(person) if (person := file.same.get(cause.key)) else "",
    }


def right_of(cause: Cause) -> str:
    """What the button says that leaves doubtful values as they are."""
    return "It is right" if cause.count == 1 else "They are right"


def strangers_card(file: OpenFile, unknown: Strangers) -> dict[str, Any]:
    """What is shown of unknown users, all of them one card; `users`: how many they are."""
    causes = [cause for cause in file.causes() if cause.place in unknown.causes]
    shown = {"key": STRANGERS, "place": -1, "users": unknown.users, "count": plural(unknown.rows, "row")}
    shown |= {"name": str(unknown), "resolution": unknown.resolution("screen"), "before": _before(file, causes)}
    moved = sum(cause.key in file.same for cause in causes)
    shown |= {"same": same_person.questions(moved) if moved else ""}
    shown |= {"lines": _lines(unknown.lines[:EXAMPLES], unknown.rows), "rows": [r for c in causes for r in c.rows]}
    return shown | {"examples": [], "suggestion": "", "means": [], "word": "", "choose": False}


def _lines(first: Sequence[int], count: int) -> str:
    more = f" and {count - EXAMPLES:,} more" if count > EXAMPLES else ""
    return f"{'line' if count == 1 else 'lines'} {', '.join(f'{line:,}' for line in first)}{more}"


def _before(file: OpenFile, causes: Sequence[Cause]) -> str:
    """How many rows of a card came before and were left rejected then."""
    found = [(left, left.rows & {*cause.rows}) for cause in causes if (left := file.left.get(cause.key))]
    rows = sum(len(some) for _, some in found)
    last = max((left for left, some in found if some), key=lambda left: left.batch, default=None)
    return f"{plural(rows, 'row')} came before and stayed rejected{when(last)}." if last else ""
