"""Same person: an unknown address whose name and External ID are those of a user – renamed, merged, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from credtools.errors import CredtoolsError
from credtools.jupyter.wizard.causes import Cause
from credtools.registry import Registry, SamePerson
from credtools.text import first_of, fold, plural

CAN_UNDO = "Undo takes it back."
STAYS = "Credentials and history stay theirs; files that still say the old address are understood."
UNKNOWN, REFUSED = "user_exists", "write_refused"
T = TypeVar("T")
MOST_LISTED = 10  # credentials, or people, that are named


def by_cause(people: Iterable[SamePerson], causes: Iterable[Cause]) -> dict[str, SamePerson]:
    """By the key of a cause who is perhaps meant by its unknown address."""
    found = {fold(one.address): one for one in people}
    return {one.key: found[fold(one.value)] for one in causes if one.code == UNKNOWN and fold(one.value) in found}


def question(person: SamePerson) -> str:
    """What the card asks."""
    who = f"Name and User ID of these rows are those of {person.name} ({person.known}, {person.external_id})"
    if person.merges:
        return f"{who}: the same person, with two accounts?"
    return f"{who}: the same person, with a new address?"


def questions(count: int) -> str:
    """What the card of all unknown users asks."""
    who = (
        "them has the name and User ID of a user who is"
        if count == 1
        else "them have the name and User ID of users who are"
    )
    return f"{count:,} of {who} known by another address: the same people, with new addresses?"


def before(registry: Registry, people: Sequence[SamePerson]) -> dict[str, Any]:
    """What is said before it is done, conflicts first; nothing is changed."""
    told = _one(people[0]) if len(people) == 1 else _several(people)
    trials = [
        (one, _allowed(partial(registry.merge_person, one.address, one.external_id, dry_run=True)))
        for one in people
        if one.merges
    ]
    alike = [f"{one.name}: {credential}" for one, trial in trials for credential in trial.joined]
    if alike:
        told["lines"].insert(
            0, f"Both have {plural(len(alike), 'credential')} alike, each becomes one; the newest counts:"
        )
    elif trials:
        told["lines"].insert(0, "The accounts have no credential in common, so there is no conflict.")
    more = [f"and {len(alike) - MOST_LISTED:,} more"] if len(alike) > MOST_LISTED else []
    return told | {"joined": [*alike[:MOST_LISTED], *more]}


def _one(person: SamePerson) -> dict[str, Any]:
    if person.merges:
        account = (
            f"The deactivated account {person.address} becomes part of {person.known}, everywhere here. {CAN_UNDO}"
        )
        return {
            "title": f"Are {person.address} and {person.known} the same person?",
            "lines": [account],
            "confirm": "Make them one",
        }
    return {
        "title": f"Is {person.address} the new address of {person.name}?",
        "lines": [
            f"The address changes from {person.known} to {person.address}, for the whole organisation.",
            f"{STAYS} {CAN_UNDO}",
        ],
        "confirm": "Change the address",
    }


def _several(people: Sequence[SamePerson]) -> dict[str, Any]:
    changes = first_of([f"{one.known} → {one.address}" for one in people], MOST_LISTED)
    return {
        "title": f"Do these {len(people):,} users have new addresses?",
        "lines": [f"The addresses change for the whole organisation: {changes}.", f"{STAYS} {CAN_UNDO}"],
        "confirm": "Change the addresses",
    }


def join(registry: Registry, people: Sequence[SamePerson]) -> None:
    """Renames the users, or merges their accounts: all or none.

    Raises CredtoolsError where one can't be, or the database doesn't let this user.
    """
    done: list[SamePerson] = []
    for one in people:
        change = registry.merge_person if one.merges else registry.rename_person
        given = (one.address, one.external_id) if one.merges else (one.external_id, one.address)
        try:
            _allowed(partial(change, *given))
        except CredtoolsError:
            part(registry, done)
            raise
        done.append(one)


def part(registry: Registry, people: Sequence[SamePerson]) -> None:
    """Takes it back, so that the addresses are unknown again. Raises CredtoolsError likewise."""
    for one in people:
        if one.merges:
            _allowed(partial(registry.unmerge_person, one.address))
        else:
            _allowed(partial(registry.rename_person, one.external_id, one.known, forget=True))


def _allowed(change: Callable[[], T]) -> T:
    """Raises CredtoolsError, with who may, where the database refuses."""
    try:
        return change()
    except CredtoolsError as problem:
        if problem.reason == REFUSED:
            raise CredtoolsError("people_not_yours", **problem.facts) from problem
        raise
