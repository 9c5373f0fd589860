"""Tables polluted in the ways that the Pollock paper (VLDB 2023) describes, scored as it scores: at most 10 for a file.

`python -m bench.corpus SEED [CASES]` prints one JSON object: per pollution and reader the mean of its files. A file's
score is 1 for being read at all, and precision, recall and F1 of its headings, records and cells. The files of the
published benchmark aren't used: they stay a test of how general the rules are.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from bench.reading import READERS, Found, tables
from tests.pollution import POLLUTIONS, Polluted, sample

CASES = 5
MADE = (
    (
        "Licence,Holder,Address,Issued,Expires,Fee\n",
        'L-{k:04},"Silva, Ana {k}","{k} High Street, Oslo",{d:02}/03/2024,2027-{m:02}-01,{k}.50\n',
    ),
    ("Licence number,Name,Kind,Fee\n", '{k:07},Holder {k},"Crane ""mobile""",{k}.50\n'),
)


def made() -> list[tuple[str, str]]:
    """Made tables, which hold what the real ones don't: delimiters and marks in cells of every record."""
    return [
        (headings + "".join(row.format(k=k, d=k % 28 + 1, m=k % 12 + 1) for k in range(200)), ",")
        for headings, row in MADE
    ]


def score(polluted: Polluted, found: Found) -> float:
    """1 for success; precision, recall and F1 of headings, records and cells."""
    headings, records = found
    plain = polluted.loose

    def texts(row: Sequence[str]) -> list[str]:
        return [str(cell).replace('"', "") if plain else str(cell) for cell in row]

    wanted, got = [texts(row) for row in polluted.records], [texts(row) for row in records]
    return (
        1.0
        + _three(texts(polluted.headings or []), texts(headings or []))
        + _three(map(tuple, wanted), map(tuple, got))
        + _three((cell for row in wanted for cell in row), (cell for row in got for cell in row))
    )


def _three(wanted: Iterable[object], got: Iterable[object]) -> float:
    """Precision + recall + F1 of two bags; nothing where nothing should be is right."""
    bags = Counter(wanted), Counter(got)
    alike, all_wanted, all_got = (bags[0] & bags[1]).total(), bags[0].total(), bags[1].total()
    if not all_wanted and not all_got:
        return 3.0
    return alike / max(all_got, 1) + alike / max(all_wanted, 1) + 2 * alike / (all_wanted + all_got)


def scores(seed: str, cases: int) -> dict[str, dict[str, float]]:
    """Per pollution and reader the mean score."""
    found: dict[str, dict[str, float]] = {}
    sources = [*tables(), *made()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "polluted.csv"
        for name, pollute in POLLUTIONS.items():
            totals = dict.fromkeys(READERS, 0.0)
            for case in range(cases):
                for number, (text, cut) in enumerate(sources):
                    rng = Random(f"{seed} {name} {case} {number}")  # noqa: S311 - the same places in every run
                    polluted = pollute(sample(text, rng, records=rng.choice((10, 50, 100)), delimiter=cut), rng)
                    path.write_bytes(polluted.content)
                    for reader, read in READERS.items():
                        try:
                            totals[reader] += score(polluted, read(polluted.content, path))
                        except Exception:  # noqa: BLE001, S112 - whatever a reader raises, it has no table
                            continue
            found[name] = {reader: round(total / cases / len(sources), 3) for reader, total in totals.items()}
    return found


if __name__ == "__main__":
    found = scores(sys.argv[1] if sys.argv[1:] else "0", int(sys.argv[2]) if sys.argv[2:] else CASES)
    means = {reader: round(sum(one[reader] for one in found.values()) / len(found), 3) for reader in READERS}
    print(json.dumps({"mean": means, **found}, indent=1))
