"""Together: causes that one look can settle, on one card – those that a rule explains, near values, unknown users."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credtools.jupyter.wizard.causes import Cause, suggest
from credtools.registry import Family, Proposal, Strangers

if TYPE_CHECKING:
    from credtools.jupyter.wizard.judged import Judged

STRANGERS = "strangers"  # the key of the card of all unknown users
FEW = 3  # causes without a rule in common that are shown one by one
MANY_ROWS = 20  # of such a cause: it is worth a card of its own
ALONE, BY_RULE, LEFT, UNKNOWN = "alone", "pattern", "left", "unknown"  # kinds of families


@dataclass(frozen=True)
class Together:
    """Causes on one card: a family of them, or (`unknown`) all unknown users that no family has."""

    key: str
    causes: tuple[Cause, ...]
    family: Family | None = None
    unknown: Strangers | None = None

    @property
    def rows(self) -> list[int]:
        """The numbers of its rows in the file."""
        return sorted({row for cause in self.causes for row in cause.rows})

    @property
    def proposal(self) -> Proposal | None:
        """What would settle them."""
        return self.family.proposal if self.family else None

    @property
    def may_mean_never(self) -> bool:
        """Whether they are words that may say: it doesn't expire."""
        return bool(self.proposal and self.proposal.pattern and self.proposal.pattern.never)

    @property
    def count(self) -> int:
        """How many cells are wrong."""
        return sum(cause.count for cause in self.causes)


def together(file: Judged) -> list[Together]:
    """What shares a card, of the causes that nobody has decided yet; each cause is on one card at most."""
    causes = [cause for cause in file.causes() if cause.key not in file.alone]
    free = [cause for cause in causes if cause.key not in file.same and not cause.names_several]
    found: list[Together] = []
    for family in file.families():
        some = _of(family, free)
        if family.kind == BY_RULE and len(some) == 1:
            found += [Together(some[0].key, some, family)] if _helps(family, some[0]) else []
        elif family.kind not in (ALONE, UNKNOWN) and (shared := _shared(family, some)):
            found.append(Together(_key(family), shared, family))
    taken = {cause.key for one in found for cause in one.causes}
    unknown = _unknown(file, [cause for cause in causes if cause.key not in taken])
    if unknown.users:
        some = tuple(cause for cause in causes if cause.place in unknown.causes)
        found.append(Together(STRANGERS, some, unknown=unknown))
    return found


def _shared(family: Family, causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Those of its causes that share a card: two that a rule settles, or of one row each; else more than a few."""
    if family.kind == BY_RULE:
        never = family.proposal and family.proposal.pattern and family.proposal.pattern.never
        return causes if len(causes) >= (FEW if never else 2) else ()  # few words have buttons of their own
    if len(causes) > FEW or family.proposal:
        return causes if len(causes) > FEW else _of_one_row(causes)
    return _of_one_row([cause for cause in causes if not _has_buttons(cause)])


def _has_buttons(cause: Cause) -> bool:
    """Whether its own card would settle it by one click: a card of several couldn't."""
    return suggest(cause) is not None or (cause.column is not None and cause.column.kind == "status")


def _of_one_row(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    some = tuple(cause for cause in causes if cause.count == 1)
    return some if len(some) > 1 else ()


def _unknown(file: Judged, causes: Sequence[Cause]) -> Strangers:
    """The unknown users among some causes as one finding; also few of them, of one row each."""
    if (found := file.strangers_among(causes)).users:
        return found
    places = {place for family in file.families() if family.kind == UNKNOWN for place in family.causes}
    some = _of_one_row([cause for cause in causes if cause.place in places])
    lines = tuple(int(line) for cause in some for line in cause.errors["line"])
    names = tuple(cause.value for cause in some)
    return Strangers(frozenset(cause.place for cause in some), len(some), lines, names) if some else Strangers()


def _helps(family: Family, cause: Cause) -> bool:
    """Whether a rule is more than what the card of its only cause offers anyway."""
    never = family.proposal and family.proposal.pattern and family.proposal.pattern.never
    splits = family.proposal and family.proposal.kind == "split"
    return bool(splits) or (suggest(cause) is None and not never and len(family.changes) > 1)


def _of(family: Family, causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Its causes, where they need no look at each: one of many rows that one click settles comes first, by itself."""
    some = tuple(cause for cause in causes if cause.place in family.causes)
    if family.kind != BY_RULE:
        return tuple(cause for cause in some if cause.count <= MANY_ROWS)
    return () if any(cause.count > MANY_ROWS and suggest(cause) for cause in some) else some


def _key(family: Family) -> str:
    """A name that stays as long as the card does, whatever was decided about others."""
    rule = str(family.proposal.pattern) if family.proposal and family.proposal.pattern else ""
    name = f"{family.code}\n{family.column}\n{family.kind}\n{rule}"
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
