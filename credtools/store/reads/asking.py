"""Asking: what others have uploaded is told to an uploader only of the people who are named, for one transaction.

On a team's registry; wherever everybody sees everything nothing needs to be asked. What is named adds up until the
transaction ends.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, text

from credtools.store.engine import At
from credtools.store.team import TEAM

_ASK = (
    "SELECT set_config('credtools.asked', concat_ws(',', nullif(current_setting('credtools.asked', true), ''),"
    " (SELECT string_agg(one::text, ',') FROM {people} one)), true)"
)
_PEOPLE = text(_ASK.format(people="unnest(:people)")).bindparams(bindparam("people", type_=ARRAY(BigInteger)))
_BATCH = text(_ASK.format(people="ct_people(:batch)"))
_NUMBERED = text(_ASK.format(people="ct_numbered(:numbers, :keys)")).bindparams(
    *(bindparam(name, type_=ARRAY(Text)) for name in ("numbers", "keys"))
)


def ask(at: At, people: Collection[int]) -> None:
    """About these users, by their ids."""
    if people:
        _asked(at, _PEOPLE, people=sorted(people))


def ask_of(at: At, batch_id: int) -> None:
    """About those of whom the rows of a batch speak, if one may see it."""
    _asked(at, _BATCH, batch=batch_id)


def ask_numbered(at: At, numbers: Collection[str], keys: Collection[str]) -> None:
    """About those who hold credentials with one of these numbers, or keys of numbers."""
    if numbers or keys:
        _asked(at, _NUMBERED, numbers=sorted(numbers), keys=sorted(keys))


def _asked(at: At, question: Any, **values: Any) -> None:
    if not isinstance(at, Connection):
        raise TypeError("Outside a transaction nothing is asked for longer than its question.")
    if at.get_execution_options().get(TEAM):
        at.execute(question, values)
