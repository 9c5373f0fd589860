"""Cards: what is shown of each cause, of all unknown users together, and of what is doubtful."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from credtools.jupyter.wizard import same_person
from credtools.jupyter.wizard.brought import when
from credtools.jupyter.wizard.causes import MEANS, OF_WARNINGS, OF_WHOLE_ROWS, Cause, days_read, suggest
from credtools.jupyter.wizard.open_file import BLANK, STATUS_UNKNOWN, OpenFile
from credtools.jupyter.wizard.together import LEFT, Together
from credtools.model import FAILED
from credtools.registry import Proposal
from credtools.schema.dates import date_format
from credtools.schema.evidence import swapped
from credtools.text import first_of, plural

EXAMPLES = 3
SEEN = 10  # values that a card shows completely, before → after


def listed(file: OpenFile, each: Collection[str]) -> list[Cause | Together]:
    """What has a card, largest first; `each`: the keys of cards of several causes that are shown one by one."""
    shared = [one for one in file.together() if one.key not in each]
    taken = {cause.key for one in shared for cause in one.causes}
    found: list[Cause | Together] = [*shared, *(cause for cause in file.causes() if cause.key not in taken)]
    return sorted(found, key=lambda one: -one.count)


def card(file: OpenFile, one: Cause | Together) -> dict[str, Any]:
    """What is shown of a cause, or of several together."""
    if isinstance(one, Cause):
        return card_of_one(file, one)
    if len(one.causes) == 1:
        return card_of_one(file, one.causes[0]) | _list_of(file, one)
    return card_of_several(file, one)


def card_of_one(file: OpenFile, cause: Cause) -> dict[str, Any]:
    """What is shown of a cause."""
    suggestion = suggest(cause)
    values = list(dict.fromkeys(cause.errors["value"].head(200).tolist()))
    means = [("never", "Never expires")] if cause.may_mean_never else []
    means += [(BLANK, "No value")] if file.may_be_blank(cause) else []
    statuses = [(key, name.capitalize()) for key, name in MEANS.items()] if cause.code == STATUS_UNKNOWN else []
    words = dict.fromkeys(cause.errors["value"]) if means else [cause.value]
    doubtful = cause.code in OF_WARNINGS
    days = days_read(cause, suggestion.format, EXAMPLES) if suggestion and suggestion.format else []
    return {
        "key": cause.key,
        "place": cause.place,
        "column": cause.column_name,
        "count": plural(cause.count, "row"),
        "name": str(cause),
        "resolution": cause.resolution,
        "examples": values[:EXAMPLES] if (cause.pattern or doubtful) and not days else [],
        "changes": days,
        "lines": _lines(cause.errors["line"].head(EXAMPLES).tolist(), cause.count),
        "suggestion": suggestion.label if suggestion else "",
        "means": means or statuses,
        "word": first_of([f"‘{value}’" for value in words], EXAMPLES) if cause.value else "a blank cell",
        "choose": cause.column is not None and cause.code not in OF_WHOLE_ROWS and not (doubtful and len(values) > 1),
        "before": _before(file, [cause]),
        "swapped": _swapped(file, cause),
        "same": same_person.question(person) if (person := file.same.get(cause.key)) else "",
    }


def _swapped(file: OpenFile, cause: Cause) -> str:
    """How many dates beside those of a cause may have day and month the other way round, where these have."""
    forms = [date_format(swapped(form), cause.notation) for form in cause.formats if swapped(form) != form]
    if cause.code != "date_format" or not any(form.parse(cause.value) for form in forms):
        return ""
    review, column = file.reviewed, cause.column_name
    state = review.states.get(("date_swapped", column))
    values = [] if state is None else review.resolved[f"{column}_text"][state == FAILED].tolist()
    if not values:
        return ""
    return (
        f"{plural(len(values), 'other date')} here can be read both ways, for example ‘{values[0]}’. If day and month "
        "are the other way round in the whole file, change the date format under Read as."
    )


def right_of(cause: Cause) -> str:
    """What the button says that leaves doubtful values as they are."""
    return "It is right" if cause.count == 1 else "They are right"


def card_of_several(file: OpenFile, one: Together) -> dict[str, Any]:
    """What is shown of several causes together.

    `users`: how many unknown users they are; `likes`: the buttons that lead to the list of their values, each with the
    way that is chosen there.
    """
    proposal, moved = one.proposal, sum(cause.key in file.same for cause in one.causes)
    lines = sorted({line for cause in one.causes for line in cause.errors["line"].head(EXAMPLES)})
    return {
        "key": one.key,
        "place": -1,
        "users": one.unknown.users if one.unknown else 0,
        "count": plural(one.count, "row"),
        "name": name_of(one),
        "resolution": _resolution(one),
        "before": _before(file, one.causes),
        "same": same_person.questions(moved) if moved and one.unknown else "",
        "lines": _lines(lines[:EXAMPLES], one.count),
        "rows": one.rows,
        "each": True,
        "examples": [] if one.unknown or proposal else [cause.value for cause in one.causes[:EXAMPLES]],
        "suggestion": "",
        "means": [],
        "word": "",
        "choose": False,
    } | _list_of(file, one)


def _list_of(file: OpenFile, one: Together) -> dict[str, Any]:
    """The first values before → after, and the buttons that lead to all of them."""
    changes = one.proposal.changes if one.proposal and not one.may_mean_never else ()
    seen = 0 < len(changes) <= SEEN
    return {
        "changes": [
            (one.old, one.new) if one.passes else (one.old, one.new, False)  # False: still wrong then
            for one in changes[: SEEN if seen else EXAMPLES]
        ],
        "accept": f"Accept {len(changes)}" if seen else "",  # at once, for all of them are seen
        "likes": _some(one.proposal) if seen else _likes(file, one),
    }


def _some(proposal: Proposal | None) -> list[tuple[int, str]]:
    """The list with a tick for each, where some can be taken without the others."""
    return [(0, "Only some…")] if proposal and len(proposal.changes) > 1 and proposal.kind != "split" else []


def _likes(file: OpenFile, one: Together) -> list[tuple[int, str]]:
    if one.may_mean_never:
        return [(0, "Never expires…"), *([(1, "No value…")] if all(map(file.may_be_blank, one.causes)) else [])]
    if one.proposal:
        return [(0, f"Accept {len(one.proposal.changes):,}…")]
    column = one.causes[0].column
    return [(0, "Choose for all…")] if column and column.kind == "credential_type" else []


def _resolution(one: Together) -> str:
    """What becomes of them, or what to do."""
    if one.unknown:
        return one.unknown.resolution("screen")
    if one.family and one.family.kind == LEFT:
        return "Reject their rows, or load them as active users first."
    if one.proposal is None or one.may_mean_never:
        return one.causes[0].resolution
    rows = sum(change.rows for change in one.proposal.changes)
    return (
        "Accepted, all of them pass."
        if one.proposal.passing >= rows
        else f"{one.proposal.passing:,} of {rows:,} pass then."
    )


def name_of(one: Together) -> str:
    """What a card of several causes is called."""
    family, column = one.family, one.causes[0].column
    if family is None:
        return str(one.unknown)
    values = list(dict.fromkeys(text for cause in one.causes for text in cause.errors["value"]))
    title = column.title if column else one.causes[0].title
    if family.kind == LEFT:
        return f"{plural(len(values), 'deactivated user')}: {first_of(values, EXAMPLES)}"
    if one.may_mean_never:
        return f"{plural(len(values), 'word')} in {title}: {first_of([f'‘{text}’' for text in values], EXAMPLES)}"
    return f"{title}: {family.sentence}"


def _lines(first: Sequence[int], count: int) -> str:
    more = f" and {count - EXAMPLES:,} more" if count > EXAMPLES else ""
    return f"{'line' if count == 1 else 'lines'} {', '.join(f'{line:,}' for line in first)}{more}"


def _before(file: OpenFile, causes: Sequence[Cause]) -> str:
    """How many rows of a card came before and were left rejected then."""
    found = [(left, left.rows & {*cause.rows}) for cause in causes if (left := file.left.get(cause.key))]
    rows = sum(len(some) for _, some in found)
    last = max((left for left, some in found if some), key=lambda left: left.batch, default=None)
    return f"{plural(rows, 'row')} came before and stayed rejected{when(last)}." if last else ""
