"""Patience: connections to PostgreSQL that notice a server which stands still, instead of waiting for ever.

The kernel of a machine goes on acknowledging for a process that is stopped, so neither keep-alive nor time-outs of the
server see it. Who has waited for `seconds` without a byte therefore asks over a second connection: no answer there,
either, and the first one is given up. A server that answers is at work, and is waited for, up to `longest`.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from time import monotonic
from typing import Any, Self

import psycopg
from psycopg.errors import ConnectionTimeout

INTERVAL = 0.1  # seconds between two looks at the clock, as psycopg waits


def _quotes_nobody(record: logging.LogRecord) -> bool:
    """What psycopg logs of a COPY that the server refused quotes the row; it is raised, too."""
    return not str(record.msg).startswith("error ignored terminating")


logging.getLogger("psycopg").addFilter(_quotes_nobody)


class Silent(psycopg.OperationalError):
    """The server has given no answer for so long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer for {seconds:.0f} seconds")
        self.silent_for = seconds


class Patient(psycopg.Connection[Any]):
    """A connection that is given up, by raising `Silent`, when its server stands still.

    `seconds`: after how long about that is known; `longest`: how long it is waited for however alive it is, None: for
    ever.
    """

    seconds: float
    longest: float | None = None
    _way: tuple[tuple[Any, ...], dict[str, Any]] | None = None

    @classmethod
    def reach(cls, seconds: float, *given: Any, **more: Any) -> Self:
        """A connection; what is given goes to psycopg. Raises psycopg.Error, Silent among them."""
        made = cls._reach(seconds, given, more)
        made._way = given, more  # noqa: SLF001 - its own kind
        return made

    @classmethod
    def _reach(cls, seconds: float, given: tuple[Any, ...], more: dict[str, Any]) -> Self:
        try:
            made = cls.connect(*given, **more)
        except ConnectionTimeout:
            raise Silent(seconds) from None
        made.seconds = seconds
        return made

    def wait(self, gen: Any, interval: float = INTERVAL, timeout: float | None = None) -> Any:
        """What psycopg does for each question, whose answer it waits for here."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        return super().wait(self._watched(gen), interval)

    def _watched(self, asking: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """A question, which goes on as it would, with a look at the clock where there is nothing to read."""
        begun = heard = monotonic()
        try:
            wanted = next(asking)
            while True:
                ready = yield wanted
                now = monotonic()
                if ready:
                    heard = now
                elif now - heard >= self.seconds / 2:
                    self._look(begun)
                    heard = monotonic()
                wanted = asking.send(ready)
        except StopIteration as end:
            return end.value

    def _look(self, begun: float) -> None:
        """Returns when the server is at work. Raises Silent when it isn't."""
        try:
            if self._way is None or (self.longest is not None and monotonic() - begun >= self.longest + self.seconds):
                raise Silent(0)  # noqa: TRY301 - all silence is treated alike
            given, more = self._way
            soon = {**more, "connect_timeout": max(2, round(self.seconds / 2))}  # libpq takes no less
            with self._reach(self.seconds, given, soon) as other:
                other.execute("SELECT 1")
        except Silent:
            self.close()
            raise Silent(monotonic() - begun) from None
        except psycopg.Error:  # it refuses, so it is alive: too many connections, for example
            return
