"""Erased: what the chained events say is gone; only that may be blank, and it must stay so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from credtools.store import tables

OF_USERS = (tables.user_facts, tables.former_names)
KEY = "ERASED-"  # no folded address has capitals, so nothing in a file finds an erased user


def is_erased() -> ColumnElement[bool]:
    """Whether a user was erased; false for one without an address."""
    return func.coalesce(tables.users.c.email_key.startswith(KEY), False)


def token(who: int | str) -> str:
    """What takes the place of an erased user's address; of who is no user, by the first of their logins."""
    return f"erased-{who}"


def number_token(credential_id: int) -> str:
    """What takes the place of an erased credential's number, which must stay unique."""
    return f"erased-{credential_id}"


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Numbers as [first, last] of each unbroken run."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def numbers(some: Iterable[Sequence[int]]) -> set[int]:
    return {number for first, last in some for number in range(first, last + 1)}


@dataclass
class Erased:
    """By all `erase` events: users, versions, rejects, files and blobs, and per batch the places of the ledger."""

    users: set[int] = field(default_factory=set)
    versions: set[int] = field(default_factory=set)
    rejects: set[int] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)
    scans: set[int] = field(default_factory=set)  # what these links say beside their rows
    places: dict[int, set[tuple[int, int, int]]] = field(default_factory=dict)

    @classmethod
    def by(cls, events: Iterable[Mapping[str, Any]]) -> Erased:
        gone = cls()
        for event in events:
            if event["kind"] != "erase":
                continue
            gone.users |= {event["user"], *event.get("merged", ())} - {None}
            gone.versions |= numbers(event["versions"])
            gone.rejects |= numbers(event["rejects"])
            gone.files |= set(event["files"])
            gone.blobs |= set(event["blobs"])
            gone.scans |= numbers(event.get("scans", ()))
            for batch, lines in event["lines"].items():
                gone.places.setdefault(int(batch), set()).update((1, line, 1) for line in numbers(lines))
            for batch, places in event.get("places", {}).items():
                gone.places.setdefault(int(batch), set()).update(map(tuple, places))
        return gone

    def problems(self, connection: Connection) -> list[str]:
        """What is blank without an event, or isn't blank although it was erased: of rejects, files, blobs and users."""
        reject, file, blob = tables.rejects.c, tables.source_files.c, tables.blobs.c
        problems = []
        blank = set(connection.execute(select(reject.id).where(reject.record_digest.is_(None))).scalars())
        if wrong := sorted(blank ^ self.rejects):
            problems.append(f"Whether reject {wrong[0]} is erased contradicts the events.")
        if wrong := sorted(self.rejects and self.rejects & self._spoken(connection)):
            problems.append(f"The errors of reject {wrong[0]} hold values again, although they were erased.")
        blanks = connection.execute(select(file.sha256).where(file.content.is_(None))).scalars()
        problems += [
            f"The bytes of the file {sha256[:16]}… are gone, which no event says."
            for sha256 in blanks
            if sha256 not in self.files
        ]
        gone = connection.execute(select(blob.sha256).where(blob.erased_at.is_not(None))).scalars()
        problems += [
            f"The stored file {sha256[:16]}… counts as erased, which no event says."
            for sha256 in gone
            if sha256 not in self.blobs
        ]
        text = tables.blob_texts.c.sha256
        left = connection.execute(select(text).join(tables.blobs).where(blob.erased_at.is_not(None))).scalars()
        problems += [
            f"What can be read in the stored file {sha256[:16]}… is here, although it was erased." for sha256 in left
        ]
        return problems + self._users(connection)

    def _spoken(self, connection: Connection) -> set[int]:
        error = tables.reject_errors.c
        said = error.value.is_not(None) | error.resolution.is_not(None) | error.suggestion.is_not(None)
        return set(connection.execute(select(error.reject_id).where(said)).scalars())

    def _users(self, connection: Connection) -> list[str]:
        user = tables.users.c
        names = ("email", "email_key", "external_id", "name", "status", "date_format", "groups", "manager")
        columns = (user.id, *(user[name] for name in names))
        found = {row.id: tuple(row)[1:] for row in connection.execute(select(*columns))}
        blank = {k: (token(k), f"{KEY}{k}", None, "", "deactivated", None, "", "") for k in self.users}
        nameless = {k for k, row in found.items() if (row[1] or "").startswith(KEY)}
        left = {number for one in OF_USERS for number in connection.execute(select(one.c.user_id)).scalars()}
        wrong = sorted(
            {k for k in self.users if found.get(k) != blank[k]} | (nameless - self.users) | (left & self.users)
        )
        return [f"Whether user {wrong[0]} is erased contradicts the events."] if wrong else []
