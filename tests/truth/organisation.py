"""An organisation: types of every sort, and people who have addresses, IDs, names, and former ones of each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from credtools.checking.lookups import Former, Lookups
from tests.core import LOOKUPS, types, users

WHEN = ("required", "optional", "never")
VALIDITY = ((None, True), (24, True), (13, False), (6, True))  # months, and whether a blank date is computed


@dataclass(frozen=True)
class Kind:
    """A credential type as the organisation made it."""

    number: int
    name: str
    issue: str
    expiry: str
    numbered: bool
    active: bool
    media: bool
    months: int | None
    computes: bool

    @property
    def former(self) -> str:
        return f"Alt {self.name}"

    @property
    def follows(self) -> bool:
        """Whether a blank expiration date follows from its validity."""
        return bool(self.months) and self.computes and self.expiry != "never"

    @property
    def expiry_needed(self) -> str:
        stated = self.months and not self.computes and self.expiry == "optional"
        return "required" if stated else self.expiry


@dataclass(frozen=True)
class Person:
    """A user, and what they were called before."""

    number: int
    name: str
    active: bool = True

    @property
    def email(self) -> str:
        return f"first.last{self.number}@mail{self.number % 7}.example.org"

    @property
    def external_id(self) -> str:
        return f"{self.number:05}"

    @property
    def former_email(self) -> str:
        return f"maiden.name{self.number}@example.org"

    @property
    def former_id(self) -> str:
        return f"9{self.number:05}"


def kinds() -> list[Kind]:
    """One in four is deactivated."""
    made = []
    for issue, expiry, numbered, k in itertools.product(WHEN, WHEN, (False, True), range(4)):
        number = len(made) + 1
        name = f"Type {issue} {expiry} {'no ' if numbered else ''}{k}"
        made.append(Kind(number, name, issue, expiry, numbered, k < 3, number % 5 == 0, *VALIDITY[k]))
    return made


class Organisation:
    """Its types; people who are added as files need them, some who have left, and some of whom two have one name."""

    def __init__(self) -> None:
        self.kinds = kinds()
        self.active_kinds = [kind for kind in self.kinds if kind.active]
        self.people: list[Person] = []
        self.gone = [self.person(active=False) for _ in range(40)]
        self.twins = [self.person(name=f"Kim Twin{k // 2}") for k in range(40)]

    def person(self, *, active: bool = True, name: str = "") -> Person:
        """One more."""
        number = len(self.people) + 1
        self.people.append(Person(number, name or f"Given{number} Family{number}", active))
        return self.people[-1]

    def lookups(self, rows: int, *, same_day: bool) -> Lookups:
        """What the checks know of it."""
        status = {True: "active", False: "deactivated"}
        return replace(
            LOOKUPS,
            users=users((p.number, p.email, p.external_id, p.name, status[p.active], None, None) for p in self.people),
            types=types(
                (
                    *(k.number, k.name, status[k.active], k.expiry, k.issue, k.numbered),
                    *(k.media, None, k.months, k.computes),
                )
                for k in self.kinds
            ),
            former=Former(
                {p.former_email: p.number for p in self.people},
                {p.former_id: p.number for p in self.people},
                {k.former.casefold(): k.number for k in self.kinds},
            ),
            settings=replace(LOOKUPS.settings, max_rows=rows, same_day_expiry=same_day),
        )
