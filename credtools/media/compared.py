"""Compared: what can be read in a medium beside what its row says; pure values that are stored as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from credtools.media.looked import Box

Verdict = Literal["agrees", "differs", "nothing"]
NEVER = "never"  # what is said of an expiration date that there isn't


@dataclass(frozen=True)
class Facts:
    """What a row says, resolved.

    `other_names`: former names of the user, and other ways of writing it. `types`: the names of all types of the
    organisation, by which it is known that another one is meant. No expiration date: it never expires.
    """

    user_name: str = ""
    other_names: tuple[str, ...] = ()
    credential_type: str = ""
    types: tuple[str, ...] = ()
    credential_number: str = ""
    issue_date: date | None = None
    expiration_date: date | None = None


@dataclass(frozen=True)
class Evidence:
    """Where a medium says what its row says: the column by its name in the schema, the text as it can be read."""

    column: str
    said: str
    page: int
    box: Box


@dataclass(frozen=True)
class Difference:
    """Where a medium says something else: `row` and `said` are texts for people, days as YYYY-MM-DD."""

    column: str
    row: str
    said: str
    page: int
    box: Box


@dataclass(frozen=True)
class Compared:
    """agrees: something can be read, and nothing of it is different; nothing: nothing that the row says, either way.

    What a medium doesn't say is no difference.
    """

    verdict: Verdict = "nothing"
    differs: tuple[Difference, ...] = field(default=())
    agrees: tuple[Evidence, ...] = field(default=())

    @classmethod
    def of(cls, differs: tuple[Difference, ...], agrees: tuple[Evidence, ...]) -> Compared:
        return cls("differs" if differs else "agrees" if agrees else "nothing", differs, agrees)

    def as_json(self) -> str:
        found = {"differs": list(map(vars, self.differs)), "agrees": list(map(vars, self.agrees))}
        return json.dumps({"verdict": self.verdict, **found}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Compared:
        """What `as_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        found = json.loads(text)
        differs = tuple(Difference(**_boxed(one)) for one in found["differs"])
        agrees = tuple(Evidence(**_boxed(one)) for one in found["agrees"])
        return cls(found["verdict"], differs, agrees)


def _boxed(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"box": tuple(one["box"])}
