"""Decisions: what people decide in an open registry about credentials and rejected rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from credtools import store
from credtools.errors import RegistryError
from credtools.model import Line
from credtools.registry.batch import Batch
from credtools.registry.reads import Answers


class Decisions(Answers):
    """What people decide; each is written in one transaction, all or nothing.

    `lines`: numbers of lines; texts like "5.2" for one piece of a line, "2:5" for a line of the second sheet.
    """

    def approve(self, batch: Batch | int, lines: Iterable[Line] | None = None, note: str = "") -> store.Decided:
        """Approves pending credentials of a batch, all or nothing; the result says which lines, and which can't be.

        Args:
            batch: the batch, or its number.
            lines: exactly these; None: all that can be approved.
            note: kept with the decision.

        Raises:
            RegistryError: nothing waits there, or one of the lines can't be decided; nothing is decided then.
        """
        return self._decide(batch, "approved", note, lines)

    def decline(self, batch: Batch | int, lines: Iterable[Line], reason: str) -> store.Decided:
        """Declines the pending credentials of some lines of a batch, with a reason; see `approve`."""
        if not reason.strip():
            raise RegistryError("decline_without_reason")
        return self._decide(batch, "declined", reason, lines)

    def decide(self, decision: str, chosen: Mapping[int, Iterable[Line]], reason: str = "") -> dict[int, store.Decided]:
        """Decides on lines of several batches, all of them or none; returns for each batch what was decided.

        Args:
            decision: approved or declined; declining needs a reason.
            chosen: by the number of a batch its lines.
            reason: kept with each.

        Raises:
            RegistryError: as `approve` and `decline`.
        """
        if decision == "declined" and not reason.strip():
            raise RegistryError("decline_without_reason")
        self.require("decide")
        four_eyes = self.settings.four_eyes
        return store.decide_several(self.engine, self.by, decision, chosen, reason=reason, four_eyes=four_eyes)

    def undecide(
        self, batch: Batch | int | Mapping[int, Iterable[Line]], lines: Iterable[Line] | None = None
    ) -> store.Undecided:
        """Takes one's own decision back, within 60 seconds, all or nothing: the credentials wait again, as before.

        Both the decision and that it was taken back stay in the history.

        Args:
            batch: the batch, or its number; or lines by batch, all of them or none.
            lines: exactly these; None: what one decided last on the batch.

        Raises:
            RegistryError: somebody else decided it, it is older than 60 seconds, or something was built on it since (a
                newer version, a withdrawal); nothing is taken back then.
        """
        chosen = batch if isinstance(batch, Mapping) else {number_of(batch): lines}
        self.require("undecide")
        return store.undecide(self.engine, self.by, chosen)

    def just_decided(self) -> store.JustDecided | None:
        """What one decided last, as far as `undecide` can still take it back: lines by batch, and seconds left."""
        return store.reads.just_decided(self.at, self.by)

    def resubmit(self, batch: Batch | int, lines: Iterable[Line]) -> dict[Line, tuple[int, Line]]:
        """Puts declined credentials that some unchanged rows of a batch equal up for decision again, all or none.

        Returns for each line the (batch, line) where its credential is decided. Raises RegistryError as `approve`.
        """
        self.require("resubmit")
        return store.resubmit(self.engine, number_of(batch), self.by, lines)

    def withdraw(self, batch: Batch | int, lines: Iterable[Line], reason: str) -> store.Withdrawn:
        """Withdraws approved credentials, with a reason: they count no longer, and no older version takes their place.

        All or nothing. A later version counts as usual once it is approved; history and `credentials()` show both.

        Args:
            batch: the batch, or its number.
            lines: its rows, also unchanged ones: the version that the row wrote or found is withdrawn.
            reason: kept with it.

        Raises:
            RegistryError: there is no reason, or one of the lines has no approved credential that could be withdrawn.
        """
        if not reason.strip():
            raise RegistryError("withdraw_without_reason")
        self.require("withdraw")
        return store.withdraw(self.engine, number_of(batch), self.by, lines, reason)

    def reinstate(self, batch: Batch | int, lines: Iterable[Line], reason: str = "") -> store.Withdrawn:
        """Makes withdrawn credentials count again, whoever withdrew them, all or nothing; see `withdraw`."""
        self.require("reinstate")
        return store.reinstate(self.engine, number_of(batch), self.by, lines, reason)

    def waive(
        self, batch: Batch | int, lines: Iterable[Line], reason: str, *, for_good: bool = False
    ) -> tuple[Line, ...]:
        """Closes the open rejects on some lines of a batch, with a reason: nobody will correct them; returns the lines.

        `for_good`: when the same record comes again and is rejected, it is waived again, until it is opened.

        Raises:
            RegistryError: there is no reason, or no open reject on one of the lines; nothing is closed then.
        """
        if not reason.strip():
            raise RegistryError("waive_without_reason")
        self.require("waive")
        return store.waive(self.engine, number_of(batch), self.by, lines, reason, for_good=for_good)

    def reopen(self, batch: Batch | int, lines: Iterable[Line]) -> tuple[Line, ...]:
        """Opens waived rejects again; returns the lines."""
        self.require("reopen")
        return store.waive(self.engine, number_of(batch), self.by, lines, reason=None)

    def _decide(self, batch: Batch | int, decision: str, reason: str, lines: Iterable[Line] | None) -> store.Decided:
        self.require("decide")
        four_eyes = self.settings.four_eyes
        return store.decide(
            self.engine, number_of(batch), self.by, decision, reason=reason, lines=lines, four_eyes=four_eyes
        )


def number_of(batch: Batch | int) -> int:
    """The number of a batch; also of one that comes out of a frame, which databases don't know as a number."""
    return batch.id if isinstance(batch, Batch) else int(batch)
