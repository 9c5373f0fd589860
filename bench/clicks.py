"""`python -m bench.clicks [--profile VERB]`: what the kernel needs for each click on a file of 20,000 rows, no browser.

Of each click the milliseconds until its first answer, until the rows and cards are there, and until all is said.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from credtools import demo
from credtools.jupyter import Wizard
from tests.browser.test_review import messy

ROUNDS = 5


class Timed:
    """A wizard whose messages are timed."""

    def __init__(self, wizard: Wizard) -> None:
        self.wizard = wizard
        self.state: dict[str, Any] = {}
        self.begun = 0.0
        self.times: list[tuple[str, float]] = []
        wizard.send = self._send
        self("ready")

    def __call__(self, verb: str, **values: Any) -> list[tuple[str, float]]:
        self.times = []
        self.begun = time.process_time()
        self.wizard._on_message(self.wizard, {"do": verb, **values}, [])  # noqa: SLF001 - as the browser's message does
        self.times.append(("end", time.process_time() - self.begun))
        return self.times

    def _send(self, message: dict[str, Any], _buffers: Any = None) -> None:
        self.times.append((message["type"], time.process_time() - self.begun))
        if message["type"] == "state":
            self.state = json.loads(json.dumps(message))


def main(profiled: str = "") -> None:
    """Prints the least of some rounds; with the name of a click what it spends its time on."""
    with tempfile.TemporaryDirectory(prefix="credtools-bench-") as folder:
        made = demo.prepare(Path(folder) / "demo", rows=300)
        timed = Timed(Wizard(made.registry))
        timed.wizard.start(messy(Path(folder) / "messy.csv"))
        timed("ready")
        for name, click in CLICKS.items():
            runs = [click(timed) for _ in range(1 if name == profiled else ROUNDS)]
            print(name, *(f"{kind} {_least(runs, place)}" for place, (kind, _) in enumerate(runs[0])))
            if name == profiled:
                profile = cProfile.Profile()
                profile.runcall(click, timed)
                pstats.Stats(profile).sort_stats("cumtime").print_stats(70)


def _least(runs: list[list[tuple[str, float]]], place: int) -> str:
    return f"{1000 * min(run[place][1] for run in runs if len(run) > place):.0f} ms"


def _undone(timed: Timed, verb: str, **values: Any) -> list[tuple[str, float]]:
    """Once decided, then taken back, so that it can be timed again."""
    found = timed(verb, **values)
    timed("undo")
    return found


def _edit(timed: Timed) -> list[tuple[str, float]]:
    return _undone(timed, "edit", cells=[[2, "credential_type", "First Aid"]])


def _accept(timed: Timed) -> list[tuple[str, float]]:
    key = next(one["key"] for one in timed.state["causes"] if one["suggestion"])
    return _undone(timed, "accept", cause=key)


def _format(timed: Timed) -> list[tuple[str, float]]:
    key = next(one["key"] for one in timed.state["causes"] if "format" in one["suggestion"])
    return _undone(timed, "accept", cause=key)


def _replace(timed: Timed) -> list[tuple[str, float]]:
    types = timed.wizard.file.reviewed.resolved["credential_type_text"]
    lines = timed.wizard.file.reviewed.table.labels
    known = [line for line, kind in zip(lines, types, strict=True) if kind == "First Aid"]
    return _undone(timed, "edit", cells=[[line, "credential_type", "Forklift"] for line in known])


def _leave(timed: Timed) -> list[tuple[str, float]]:
    return _undone(timed, "leave", cause=timed.state["causes"][0]["key"])


def _undo(timed: Timed) -> list[tuple[str, float]]:
    timed("edit", cells=[[2, "credential_type", "First Aid"]])
    return timed("undo")


CLICKS: dict[str, Callable[[Timed], list[tuple[str, float]]]] = {
    "edit": _edit,
    "undo": _undo,
    "accept": _accept,
    "format": _format,
    "leave": _leave,
    "replace": _replace,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
