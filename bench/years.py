"""`python -m bench.years build FOLDER NIGHTS` · `python -m bench.years measure FOLDER JOB [CHECKOUT]`: years of nights.

A source sends the same 20,000 credentials every night, of which one in a hundred has changed and twenty are rejected,
the same ones each time. `build` imports the nights, one by one, as the product does (so the history verifies), into
FOLDER/credtools.db; what is there already is continued. `measure` runs a job in a process of its own, on a copy where
it writes, by the program of this or another CHECKOUT, and prints as JSON its CPU seconds, the most memory that it held
and the size of the registry per row. Jobs: verify, erase, rejects, person.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zlib import crc32

ROWS, TYPES, REJECTED = 20_000, 10, 20
HEADINGS = ("User email", "Name", "Credential type", "Issue date", "Expiration date", "Credential number")
PERSON = "person.12345@example.org"
JOBS = {
    "verify": "assert registry.verify() == []",
    "since": "assert registry.verify(since=sys.argv[1]) == []",
    "erase": f"print(registry.erase({PERSON!r}, reason='asked for it'), file=sys.stderr)",
    "rejects": "assert len(registry.audit.rejects(state='open'))",
    "person": f"assert len(registry.audit.person({PERSON!r}))",
}
RUN = """
import json, resource, sys, time
import credtools
with credtools.open() as registry:
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.process_time()
    {job}
    end = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({{"seconds": round(time.process_time() - start, 2), "MB": end.ru_maxrss // 1024,
        "MB before": before.ru_maxrss // 1024}}))
"""


def build(folder: Path, nights: int) -> None:
    """The registry of so many nights."""
    import credtools  # noqa: PLC0415 - measuring another checkout does without

    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    people = [_person(k) for k in range(ROWS - REJECTED)]
    if not Path("credtools.db").exists():
        Path("hr.yaml").write_text("{}\n", "utf-8")
        _write(Path("users.csv"), ["Email", "Name"], people)
        _write(Path("types.csv"), ["Name", "Expiry"], [[f"Type {k}", "optional"] for k in range(TYPES)])
        with credtools.init() as registry:
            registry.load("users", "users.csv")
            registry.load("types", "types.csv")
            registry.set("approval_required", False)
    with credtools.open() as registry:
        for night in range(len(registry.batches()), nights):
            _write(Path("night.csv"), list(HEADINGS), [_row(k, night) for k in range(ROWS)])
            registry.upload("night.csv", recipe="hr.yaml").settle()
            print(f"night {night}", flush=True)


def _person(k: int) -> list[str]:
    family = ("Silva", "Müller", "O'Brien", "Nguyen", "Łukasiewicz", "Smith", "Rossi", "Sørensen")[k % 8]
    return [f"person.{k}@example.org", f"Given{crc32(bytes([k % 251])) % 997} {family}{k % 8_191}"]


def _row(k: int, night: int) -> list[str]:
    """A row changes on one night in a hundred; the last ones are of people whom nobody knows."""
    mark = crc32(str(k).encode())  # as good as random, so that nothing is packed better than in life
    day, year = f"{mark % 12 + 1:02}-{mark % 28 + 1:02}", 2030 + (night + k % 100) // 100
    email, name = _person(k) if k < ROWS - REJECTED else (f"gone.{k}@example.org", "Nobody Knows")
    return [email, name, f"Type {k % TYPES}", f"{2015 + mark % 10}-{day}", f"{year}-{day}", f"N-{mark}"]


def _write(path: Path, headings: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])


def measure(folder: Path, job: str, checkout: Path) -> None:
    """Prints what a job costs."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        here = folder
        if job == "erase":
            here = Path(name) / "copy"
            shutil.copytree(folder, here)
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        command = [sys.executable, "-c", RUN.format(job=JOBS[job]), *sys.argv[5:]]
        said = subprocess.run(command, cwd=here, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(said.strip())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build", folder, nights]:
            build(Path(folder), int(nights))
        case ["measure", folder, job, *rest]:
            measure(Path(folder).absolute(), job, Path(rest[0] if rest else __file__).absolute())
        case _:
            raise SystemExit(__doc__)
