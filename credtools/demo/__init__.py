"""Demo: a made-up organisation, and a messy export of its HR system in which every fault was put on purpose.

The same seed gives the same bytes. What was planted is counted while planting, never by the checking code: so the
demo is also a test of what a review finds. The organisation and the recipe are files beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credtools.demo import scans
from credtools.demo.export import ACTIVE, USUAL_ROWS, messy_export
from credtools.errors import CredtoolsError
from credtools.registry import Registry, create

__all__ = ["ACTIVE", "DATABASE", "EXPORT", "RECIPE", "SCANS", "Demo", "prepare"]

HERE = Path(__file__).parent
MARKER, USERS, TYPES = ".credtools-demo", "users.csv", "credential_types.csv"
DATABASE, EXPORT, RECIPE = "credtools.db", "exports/hr_export.csv", "recipes/hr.yaml"
SCANS = "scans"
FILES = (USERS, TYPES, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", EXPORT, RECIPE)
FEWEST_ROWS = 100  # in fewer not every fault has room


@dataclass(frozen=True)
class Demo:
    """A prepared demo.

    `planted`: for each blocking code, how many rows of the export carry it. `differing`: the scan that says another
    expiration date than its row.
    """

    folder: Path
    registry: Registry
    export: Path
    recipe: Path
    planted: Mapping[str, int]
    differing: Path | None


def prepare(folder: Path, rows: int = USUAL_ROWS, seed: int = 2026) -> Demo:
    """Makes the organisation, its registry, a recipe and an export of `rows` rows in `folder`.

    A folder that an earlier demo made is made again. Raises CredtoolsError when the folder holds files of these
    names that no demo made or can't be written, or when there are too few rows for all faults.
    """
    if rows < FEWEST_ROWS:
        raise CredtoolsError("demo_too_small", fewest=FEWEST_ROWS, rows=rows)
    content, scanned, planted = messy_export(rows, seed)
    try:
        _make_room(folder)
        for name in (USERS, TYPES, RECIPE, EXPORT):
            (folder / name).parent.mkdir(mode=0o700, exist_ok=True)
            (folder / name).write_bytes(content if name == EXPORT else (HERE / Path(name).name).read_bytes())
        differing = scans.write(folder / SCANS, scanned)
    except OSError as problem:
        raise CredtoolsError("demo_not_made", folder=folder, why=problem.strerror) from problem
    registry = create(str(folder / DATABASE), folder=str(folder))
    registry.set("date_format", "DD/MM/YYYY")
    registry.set("approval_required", value=True)
    registry.load("users", folder / USERS)
    registry.load("types", folder / TYPES)
    return Demo(folder, registry, folder / EXPORT, folder / RECIPE, planted, differing)


def _make_room(folder: Path) -> None:
    """The folder, without what an earlier demo wrote; other people's files are never touched."""
    if folder.exists() and not folder.is_dir():
        raise CredtoolsError("demo_in_file", folder=str(folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = [name for name in (*FILES, SCANS) if (folder / name).exists()]
    if found and not (folder / MARKER).exists():
        raise CredtoolsError("demo_in_use", folder=str(folder), name=found[0])
    (folder / MARKER).write_text("Made by the demo of credtools, which replaces its files when it is run again here.\n")
    for name in found:
        scans.remove(folder / name) if name == SCANS else (folder / name).unlink()
