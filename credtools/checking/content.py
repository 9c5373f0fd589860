"""Content over the columns that a file says: what isn't said is neither equal nor different.

Numbers are compared by their keys (`text.fold_number`): another way of writing one is no other number.
Columns by the schema's names: issue_date, expiration_date, credential_number, and the organisation's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from credtools.model import Content
from credtools.text import fold_number

PLACES = {"issue_date": 0, "expiration_date": 1, "credential_number": 2}  # in a content; all others are in `own`
BLANKS: tuple[Any, ...] = (None, None, "")


def value(content: Content, column: str) -> Any:
    """What a content says of a column; None or '' where it says nothing."""
    if column in PLACES:
        return content[PLACES[column]]
    return json.loads(content.own).get(column)


def same(one: Content, other: Content) -> bool:
    """Whether both say the same of all columns, their numbers however written."""
    return one == other or (
        one._replace(number=other.number) == other and fold_number(one.number) == fold_number(other.number)
    )


def alike(one: Content, other: Content, said: frozenset[str]) -> bool:
    """Whether both say the same of these columns."""
    if same(one, other):
        return True
    if one.number != other.number and fold_number(one.number) == fold_number(other.number):
        one = one._replace(number=other.number)
    if any(one[place] != other[place] for name, place in PLACES.items() if name in said):
        return False
    if one.own == other.own or said <= PLACES.keys():
        return True
    first, second = json.loads(one.own), json.loads(other.own)
    return all(first.get(name) == second.get(name) for name in said)


def completed(content: Content, said: frozenset[str], other: Content) -> Content:
    """The content, with what the other one says of the columns that it doesn't speak of."""
    merged = Content._make((*(content[k] if name in said else other[k] for name, k in PLACES.items()), content.own))
    if other.own in (content.own, "{}"):
        return merged
    own = {name: one for name, one in json.loads(other.own).items() if name not in said}
    return merged._replace(own=json.dumps(own | json.loads(content.own), sort_keys=True))


def lost(now: Content, before: Content) -> Iterator[tuple[str, str]]:
    """(column, value) of what is blank now and wasn't before; an issue date is none of it."""
    for name, place in PLACES.items():
        if name != "issue_date" and now[place] == BLANKS[place] != before[place]:
            yield name, str(before[place])
    if now.own != before.own:
        kept = json.loads(now.own)
        yield from ((name, str(one)) for name, one in json.loads(before.own).items() if name not in kept)
