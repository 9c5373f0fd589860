"""Two ways of doing the same, measured in turn, so that what else the machine does hits both."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """Least CPU seconds of both, their ratio, and the median of the ratios of single rounds."""

    name: str
    ours: float
    other: float
    ratio: float
    median_ratio: float

    def __str__(self) -> str:
        figures = f"{self.ours * 1000:>10.0f} {self.other * 1000:>10.0f} {self.ratio:>8.2f} {self.median_ratio:>8.2f}"
        return f"{self.name:<26} {figures}"


HEADING = f"{'job':<26} {'ours, ms':>10} {'other, ms':>10} {'ratio':>8} {'median':>8}"


def measure(name: str, ours: Callable[[], object], other: Callable[[], object], rounds: int) -> Job:
    """Both jobs in turn, `rounds` times after one round that doesn't count; CPU time of this process."""
    pairs = [(_seconds(ours), _seconds(other)) for _ in range(rounds + 1)][1:]
    least = [min(times) for times in zip(*pairs, strict=True)]
    return Job(name, least[0], least[1], least[0] / least[1], statistics.median(a / b for a, b in pairs))


def _seconds(job: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    job()
    return time.process_time() - start
