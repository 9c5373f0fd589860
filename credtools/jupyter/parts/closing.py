"""Closing: rejected rows that are waived and opened again on a page, and the last such act taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from credtools.errors import CredtoolsError, RegistryError
from credtools.model import Line, exact
from credtools.registry import Registry
from credtools.text import plural

Chosen = Iterable[tuple[int, Line]]  # batch and exact row
Closed = tuple[str, bool]  # why a row was waived, and whether for good


@dataclass
class Done:
    """What was done, batch by batch; `waived`: of what was opened, how it had been waived before."""

    act: str
    rows: list[tuple[int, list[Line]]] = field(default_factory=list)
    waived: dict[tuple[int, Line], Closed] = field(default_factory=dict)

    @property
    def told(self) -> str:
        return f"{plural(sum(len(lines) for _, lines in self.rows), 'row')} {self.act}"


class Closing:
    """Waives and reopens chosen rows, each batch in one transaction; remembers the last act, to undo it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._last: Done | None = None

    @property
    def undoable(self) -> str:
        """What can be undone: `3 rows waived`; blank for nothing."""
        return self._last.told if self._last else ""

    def waive(self, chosen: Chosen, reason: str, *, for_good: bool = False) -> str:
        """Raises RegistryError, and does nothing, when a row isn't open any more, or there is no reason."""
        if not reason.strip():
            raise RegistryError("waive_without_reason")
        rows = _by_batch(chosen)
        self._require(rows, "open")
        self._last = done = Done("waived")
        for batch, lines in rows.items():
            self.registry.waive(batch, lines, reason, for_good=for_good)
            done.rows.append((batch, lines))
        return f"{done.told}: {reason.strip()}"

    def reopen(self, chosen: Chosen) -> str:
        """Raises RegistryError, and does nothing, when a row isn't waived any more."""
        rows = _by_batch(chosen)
        waived = self._require(rows, "waived")
        self._last = done = Done("opened again", waived=waived)
        for batch, lines in rows.items():
            self.registry.reopen(batch, lines)
            done.rows.append((batch, lines))
        return f"{done.told}."

    def undo(self) -> str:
        """Takes the last act back: what was waived is open, what was opened is waived for its reason of before.

        Raises CredtoolsError when there is nothing to undo; RegistryError, and does nothing, when somebody has changed
        one of the rows since.
        """
        done, self._last = self._last, None
        if done is None:
            raise CredtoolsError("nothing_to_undo")
        self._require(dict(done.rows), "waived" if done.act == "waived" else "open")
        for batch, lines in done.rows:
            if done.act == "waived":
                self.registry.reopen(batch, lines)
                continue
            alike: defaultdict[Closed, list[Line]] = defaultdict(list)
            for line in lines:
                alike[done.waived[batch, line]].append(line)
            for (reason, for_good), some in alike.items():
                self.registry.waive(batch, some, reason, for_good=for_good)
        return f"Undone: {done.told}."

    def _require(self, rows: dict[int, list[Line]], state: str) -> dict[tuple[int, Line], Closed]:
        """Of all rows of these batches in this state why and how they were waived; raises unless ours are among them.

        All are looked at before the first batch is written, so that nothing is done by halves.
        """
        found: dict[tuple[int, Line], Closed] = {}
        for batch, lines in rows.items():
            there = self.registry.audit.rejects(batch=batch, state=state).drop_duplicates("reject")
            said = zip(exact(there), there["reason"].fillna(""), there["for_good"], strict=True)
            found |= {(batch, line): (str(reason), bool(good)) for line, reason, good in said}
            if strange := [str(line) for line in lines if (batch, line) not in found]:
                raise RegistryError("lines_without_reject", batch=batch, state=state, lines=", ".join(strange))
        return found


def _by_batch(chosen: Chosen) -> dict[int, list[Line]]:
    found: defaultdict[int, list[Line]] = defaultdict(list)
    for batch, line in chosen:
        found[int(batch)].append(line)
    return dict(sorted(found.items()))
