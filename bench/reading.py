"""Reading beside csv.reader (speed, clean and messy) and beside other readers (cells recovered, by pollution)."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import clevercsv
import duckdb
import pandas as pd

from bench.timing import Job, measure
from credtools import reading
from tests.pollution import POLLUTIONS, Rows, sample

REAL = Path(__file__).parents[2] / "shared" / "data" / "real"
REGISTERS = (
    ("vt_licenses.csv", "utf-8-sig", ","),
    ("mi_accela_recordlist.csv", "utf-8-sig", ","),
    ("or_olcc_licenses_utf16.csv", "utf-16", "\t"),
)
ROWS = 20_000
ROWS_OF_48_MB = 676_000  # nearly the largest file that is read
Found = tuple[Sequence[str] | None, Sequence[Sequence[str]]]


def jobs(rounds: int) -> list[Job]:
    """CPU beside `list(csv.reader(…))` on the same text: a clean file at 1× and 10× rows and of 48 MB, a messy one."""
    made = [
        ("read_vs_csv", clean(ROWS)),
        ("read_10x_vs_csv", clean(10 * ROWS)),
        ("read_48mb_vs_csv", clean(ROWS_OF_48_MB)),
    ]
    made.append(("read_messy_vs_csv", messy(ROWS)))
    found = []
    for name, text in made:
        content = text.encode()
        few = rounds if len(content) < 20_000_000 else 3
        found.append(measure(name, lambda c=content: reading.read_bytes(c, "a.csv"), lambda t=text: by_csv(t), few))  # type: ignore[misc]
    return found


def by_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def clean(rows: int) -> str:
    """A file as a careful system writes it: some cells in quotation marks, none broken."""
    lines = ["User email,Credential type,Issue date,Expiration date,Credential number,Remarks"]
    lines += [
        f'user{k}@example.org,"Crane, mobile",2024-01-{k % 28 + 1:02},2027-01-{k % 28 + 1:02},FA-{k},"see ""file"" {k}"'
        if k % 5 == 0
        else f"user{k}@example.org,First Aid,2024-01-{k % 28 + 1:02},2027-01-{k % 28 + 1:02},FA-{k},"
        for k in range(rows)
    ]
    return "\n".join(lines) + "\n"


def messy(rows: int) -> str:
    """The same with a fault in the marks of every tenth record."""
    lines = clean(rows).splitlines()
    for k in range(10, len(lines), 10):
        lines[k] = lines[k].replace("user", '"user', 1)
    return "\n".join(lines) + "\n"


# --- cells recovered, by pollution ----------------------------------------------------------------------------


def ours(content: bytes, _path: Path) -> Found:
    table = reading.read_bytes(content, "a.csv")
    headings = None if table.reading.heading_line is None else table.frame.columns[: table.expected_fields].tolist()
    return headings, [json.loads(text) for text in table.raw]


def by_pandas(_content: bytes, path: Path) -> Found:
    with warnings.catch_warnings(action="ignore"):
        frame = pd.read_csv(path, sep=None, engine="python", dtype=str, keep_default_na=False)
    return frame.columns.tolist(), frame.fillna("").to_numpy().tolist()


def by_sniffer(content: bytes, _path: Path) -> Found:
    text = content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), csv.Sniffer().sniff(text[:20_000])) if row]
    return rows[0], rows[1:]


def by_clevercsv(_content: bytes, path: Path) -> Found:
    rows = [row for row in clevercsv.read_table(str(path)) if row]
    return rows[0], rows[1:]


def by_duckdb(_content: bytes, path: Path) -> Found:
    found = duckdb.read_csv(str(path), all_varchar=True)
    rows = [["" if cell is None else cell for cell in row] for row in found.fetchall()]
    unnamed = all(name in {f"column{k}", f"column{k:02}"} for k, name in enumerate(found.columns))
    return (None if unnamed else found.columns), rows


READERS: dict[str, Callable[[bytes, Path], Found]] = {
    "credtools": ours,
    "pandas": by_pandas,
    "csv+Sniffer": by_sniffer,
    "CleverCSV": by_clevercsv,
    "DuckDB": by_duckdb,
}


def tables() -> list[tuple[str, str]]:
    """Real registers where they lie beside the checkout, else a made-up one; each with its delimiter."""
    if REAL.is_dir():
        return [((REAL / name).read_bytes().decode(encoding), cut) for name, encoding, cut in REGISTERS]
    return [(clean(500), ",")]


def recovered(cases: int) -> dict[str, dict[str, float]]:
    """Per pollution and reader the percentage of cells recovered exactly (a reader that refuses the file has none)."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "polluted.csv"
        for name, pollute in POLLUTIONS.items():
            scores: dict[str, list[float]] = {reader: [] for reader in READERS}
            for case in range(cases):
                for number, (text, cut) in enumerate(tables()):
                    rng = Random(f"{name} {case} {number}")  # noqa: S311 - the same places in every run
                    rows: Rows = sample(text, rng, records=rng.choice((10, 50, 100)), delimiter=cut)
                    polluted = pollute(rows, rng)
                    path.write_bytes(polluted.content)
                    for reader, read in READERS.items():
                        try:
                            score = polluted.score(*read(polluted.content, path))
                        except Exception:  # noqa: BLE001 - whatever a reader raises, it has no table
                            score = 0.0
                        scores[reader].append(score)
            found[name] = {reader: 100 * sum(all_of) / len(all_of) for reader, all_of in scores.items()}
    return found


def print_recovered(cases: int = 10) -> dict[str, float]:
    """Prints the table; gives the worst lead over the best other reader, in percentage points."""
    start = time.process_time()
    found = recovered(cases)
    print(f"\ncells recovered, %     {''.join(f'{reader:>13}' for reader in READERS)}")
    for name, scores in found.items():
        print(f"{name.replace('_', ' '):<23}{''.join(f'{scores[reader]:>13.3f}' for reader in READERS)}")
    print(f"({time.process_time() - start:.0f} s)")
    leads = [
        scores["credtools"] - max(score for reader, score in scores.items() if reader != "credtools")
        for scores in found.values()
    ]
    means = {reader: sum(scores[reader] for scores in found.values()) / len(found) for reader in READERS}
    return {"recovered": round(means["credtools"], 3), "recovered_worst_lead": round(min(leads), 3)}


if __name__ == "__main__":
    for job in jobs(3):
        print(job)
    print(json.dumps(print_recovered()))
