"""`python -m bench.scans`: how many wrong facts of made-up certificates are found, false alarms, and CPU time each."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable

from credtools.media.comparing import compare
from tests.certificates import HELD_OUT, SECOND, THIRD, TUNED, Case, cases

HEADING = f"{'layout':<14} {'wrong':>6} {'found':>6} {'right':>6} {'alarms':>6} {'ms each':>8}"


def measured(some: Iterable[Case], shown: int = 0) -> dict[str, Counter[str]]:
    """By layout: wrong, found, right, alarms, and the CPU time in nanoseconds; prints the first `shown` failures."""
    figures: dict[str, Counter[str]] = {}
    for case in some:
        start = time.process_time_ns()
        found = compare(case.texts, True, case.row)
        spent = time.process_time_ns() - start
        columns = {one.column for one in found.differs}
        alarm = bool(columns - {case.wrong})
        counted = figures.setdefault(case.layout, Counter())
        counted.update(
            ns=spent, wrong=bool(case.wrong), found=case.wrong in columns, right=not case.wrong, alarms=alarm
        )
        counted["alarms"] += 0
        if shown and (alarm or (case.wrong and case.wrong not in columns)):
            shown -= 1
            print("---", case.layout, repr(case.wrong), case.row, *found.differs, *case.texts, sep="\n    ")
    return figures


def table(figures: dict[str, Counter[str]]) -> str:
    """The figures of each layout and of all."""
    total: Counter[str] = sum(figures.values(), Counter())
    lines = [HEADING]
    for name, one in [*figures.items(), ("all", total)]:
        counts = (f"{one[what]:>6}" for what in ("wrong", "found", "right", "alarms"))
        lines.append(" ".join([f"{name:<14}", *counts, f"{one['ns'] / (one['wrong'] + one['right']) / 1e6:>8.2f}"]))
    return "\n".join(lines)


def main(count: int = 3000, shown: int = 0) -> None:
    """All sets: the layouts that comparing was tuned on, and those that it wasn't."""
    list(map(repr, measured(cases(TUNED, len(TUNED), 0))))
    print("tuned on:", table(measured(cases(TUNED, count, 1), shown)), sep="\n")
    print("\nthe same, lines in one piece:", table(measured(cases(TUNED, count, 1, whole_lines=True))), sep="\n")
    if not shown:
        print("\nheld out:", table(measured(cases(HELD_OUT, count // 2, 2))), sep="\n")
        print("\nin the manner of others:", table(measured(cases(THIRD, count // 2, 2))), sep="\n")
        print("\nheld out, other languages:", table(measured(cases(SECOND, count // 2, 2))), sep="\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
