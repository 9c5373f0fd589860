"""`make bench`: each job beside other ways to do it, parity first; the last line is one JSON object of ratios."""

from __future__ import annotations

import json
from collections.abc import Callable

from bench import checking, importing, reading, rechecking, shapes
from bench.timing import HEADING, Job

ROUNDS = 15
FEW_ROUNDS = 5  # of jobs that take a second each


def main() -> None:
    """Measures everything, prints a table, and then the ratios of the least times (ours / theirs)."""
    jobs: list[Job] = []
    print(HEADING, flush=True)
    found: Callable[[], list[Job]]
    for found in (
        lambda: reading.jobs(FEW_ROUNDS),
        lambda: checking.small(ROUNDS),
        lambda: checking.large(FEW_ROUNDS),
        lambda: rechecking.jobs(ROUNDS),
        lambda: [importing.job(FEW_ROUNDS)],
        lambda: [shapes.job(FEW_ROUNDS)],
    ):
        for job in found():
            print(job, flush=True)
            jobs.append(job)
    recovered = reading.print_recovered()
    print(json.dumps({job.name: round(job.ratio, 3) for job in jobs} | recovered))


if __name__ == "__main__":
    main()
