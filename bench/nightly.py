"""`python -m bench.nightly CHECKOUT`: a full export on the thirteenth night, beside an older checkout of credtools.

Twelve nights of the same 20,000 credentials, each with another expiration date (240,000 versions), are imported by the
older program; a copy is upgraded. Then both import the thirteenth, of which one row in a hundred has changed, as whole
commands (`credtools import`: papermill, kernel, record), in turn, each on a fresh copy; a column that means nothing
changes every night. Parity first: both must find as many rows unchanged. CPU seconds of the command and its kernel;
both programs are compiled, as installed ones are.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS, TYPES, NIGHTS, ROUNDS = 20_000, 10, 12, 5
HEADINGS = ("User email", "Credential type", "Issue date", "Expiration date", "Credential number", "Report run")
BEFORE = """
import credtools
with credtools.open() as registry:
    registry.set("approval_required", False)
    for night in range({nights}):
        registry.upload(f"night{{night}}.csv", recipe="hr.yaml").settle()
"""


def main(older: Path) -> None:
    """Prints the seconds of each round, then the ratio of the least and the median; the last line is JSON."""
    here = Path(__file__).parent.parent
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        _files(folder)
        before, now = folder / "before", folder / "now"
        _prepare(folder, before, older)
        shutil.copytree(before, now)
        _run(here, now, "upgrade")
        pairs = [(_night(older, before), _night(here, now)) for _ in range(ROUNDS + 1)][1:]  # the first one compiles
    for pair in pairs:
        print("before {:6.2f}   now {:6.2f}".format(*pair), flush=True)
    least = min(new for _, new in pairs) / min(old for old, _ in pairs)
    median = statistics.median(new / old for old, new in pairs)
    print(json.dumps({"nightly_20k_of_250k_versions": {"least": round(least, 2), "median": round(median, 2)}}))


def _files(folder: Path) -> None:
    people = [f"person.{k}@example.org" for k in range(ROWS)]
    _write(folder / "users.csv", ["Email"], [[one] for one in people])
    _write(folder / "types.csv", ["Name", "Expiry"], [[f"Type {k}", "optional"] for k in range(TYPES)])
    (folder / "hr.yaml").write_text("", "utf-8")
    for night in range(NIGHTS + 1):
        rows = []
        for k, person in enumerate(people):
            year = 2030 + min(night, NIGHTS - 1) + (night == NIGHTS and k % 100 == 0)
            day = f"{k % 12 + 1:02}-{k % 28 + 1:02}"
            rows.append([person, f"Type {k % TYPES}", f"2024-{day}", f"{year}-{day}", f"N-{k}", f"run {night}"])
        _write(folder / f"night{night}.csv", list(HEADINGS), rows)


def _write(path: Path, headings: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])


def _prepare(folder: Path, before: Path, older: Path) -> None:
    before.mkdir()
    for file in (*folder.glob("*.csv"), folder / "hr.yaml"):
        (before / file.name).symlink_to(file)
    _run(older, before, "init")
    for kind in ("users", "types"):
        _run(older, before, "load", kind, f"{kind}.csv")
    environment = {**os.environ, "PYTHONPATH": str(older)}
    script = BEFORE.format(nights=NIGHTS)
    subprocess.run([sys.executable, "-c", script], cwd=before, env=environment, check=True)


def _run(checkout: Path, folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-m", "credtools", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def _night(checkout: Path, prepared: Path) -> float:
    """CPU seconds of the night's command on a fresh copy."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "work"
        shutil.copytree(prepared, folder, symlinks=True)
        start = os.times()
        said = _run(checkout, folder, "import", f"night{NIGHTS}.csv", "--recipe", "hr.yaml", "--json")
        end = os.times()
    found = json.loads(said)
    if (found["new_versions"], found["unchanged"]) != (ROWS // 100, ROWS - ROWS // 100):
        raise SystemExit(f"No parity, so nothing was measured: {found}")
    return end.children_user + end.children_system - start.children_user - start.children_system


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
