"""Same person: an unknown address whose name and External ID are those of a user – renamed, merged, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from credtools.errors import CredtoolsError
from credtools.jupyter.wizard.causes import Cause
from credtools.registry import Registry, SamePerson
from credtools.text import fold, plural

CAN_UNDO = "Undo takes it back."
UNKNOWN, REFUSED = "user_exists", "write_refused"
T = TypeVar("T")
MOST_JOINED = 10  # credentials that are listed before two accounts become one


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


def before(registry: Registry, person: SamePerson) -> dict[str, Any]:
    """What is said before it is done, conflicts first; nothing is changed."""
    if not person.merges:
        return {
            "title": f"Is {person.address} the new address of {person.name}?",
            "lines": [
                f"The address changes from {person.known} to {person.address}, for the whole organisation.",
                "Credentials and history stay theirs; files that still say the old address are understood. " + CAN_UNDO,
            ],
            "joined": [],
            "confirm": "Change the address",
        }
    trial = _allowed(lambda: registry.merge_person(person.address, person.external_id, dry_run=True))
    alike = plural(len(trial.joined), "credential")
    more = [f"and {len(trial.joined) - MOST_JOINED:,} more"] if len(trial.joined) > MOST_JOINED else []
    return {
        "title": f"Are {person.address} and {person.known} the same person?",
        "lines": [
            f"Both have {alike} alike, which become one each; the newest version counts:"
            if trial.joined
            else "They have no credential in common, so there is no conflict.",
            f"The deactivated account {person.address} becomes part of {person.known}, everywhere here. {CAN_UNDO}",
        ],
        "joined": [*map(str, trial.joined[:MOST_JOINED]), *more],
        "confirm": "Make them one",
    }


def join(registry: Registry, person: SamePerson) -> None:
    """Renames the user, or merges the two accounts. Raises CredtoolsError where the database doesn't let this user."""
    if person.merges:
        _allowed(lambda: registry.merge_person(person.address, person.external_id))
    else:
        _allowed(lambda: registry.rename_person(person.external_id, person.address))


def part(registry: Registry, person: SamePerson) -> None:
    """Takes it back, so that the address is unknown again. Raises CredtoolsError likewise."""
    if person.merges:
        _allowed(lambda: registry.unmerge_person(person.address))
    else:
        _allowed(lambda: registry.rename_person(person.external_id, person.known, forget=True))


def _allowed(change: Callable[[], T]) -> T:
    """Raises CredtoolsError, with who may, where the database refuses."""
    try:
        return change()
    except CredtoolsError as problem:
        if problem.reason == REFUSED:
            raise CredtoolsError("people_not_yours", **problem.facts) from problem
        raise
