"""Run folders: what unattended runs left behind, without a person, or removed when they are old.

`run.json` stays as long as the folder: it says which batches the run was about, and when.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

from credtools import outputs
from credtools.errors import RegistryError
from credtools.privacy.person import Person
from credtools.text import fold

ABOUT = "run.json"
REJECTS = "rejects.csv"
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")  # as JSON writes what isn't ASCII
TELLING = 4  # characters from which on a value found in a record is no coincidence


def clean(
    root: Path, person: Person, own: Mapping[int, Collection[str]], unjudged: Collection[int], *, dry_run: bool = False
) -> int:
    """Removes the files of runs that hold a person, and takes them out of run.json; returns how many files changed.

    `own`: per batch the values, folded, that only their rows hold: the rejects of these batches go whole (they can be
    exported again), and so does what else holds such a value. Of the `unjudged` only run.json stays. `dry_run` only
    counts. Raises RegistryError when a file can't be read or changed.
    """
    changed = 0
    try:
        for folder in _folders(root):
            record = _record(folder)
            batches = set(record.get("batches") or [])
            values = sorted({value for batch in batches for value in own.get(batch, ())})
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                if record and path == folder / ABOUT:
                    quotes = bool(batches & {*unjudged, *own})
                    changed += _without(path, record, person, quotes=quotes, dry_run=dry_run)
                elif (
                    batches & set(unjudged)
                    or (path.name == REJECTS and batches & own.keys())
                    or _names(path, person, values)
                ):
                    changed += 1
                    if not dry_run:
                        path.unlink()
    except OSError as problem:
        raise _unusable(root, problem) from problem
    return changed


def _names(path: Path, person: Person, values: Collection[str]) -> bool:
    """Whether a file names the person, or holds one of the values as a word."""
    text = path.read_text("utf-8", "replace")
    plain = unescape(ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
    if person.in_text(plain) or (path.name != REJECTS and person.in_file_name(plain)):  # records name files
        return True
    folded = fold(plain)
    return any(
        len(value) >= TELLING and not value.isdecimal() and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", folded)
        for value in values
    )


def _without(path: Path, record: dict[str, Any], person: Person, *, quotes: bool, dry_run: bool) -> bool:
    """`quotes`: whether its sentences may hold a value of theirs."""
    sentences = {name: None for name in ("held_because", "problem") if name in record}
    cleaned = person.without_in_json(record) | (sentences if quotes else {})
    if cleaned == record:
        return False
    if not dry_run:
        outputs.write(path, json.dumps(cleaned, indent=2) + "\n")
    return True


def expired(root: Path, before: datetime) -> list[Path]:
    """The folders of runs that began before a moment, by their run.json."""
    found = []
    for folder in _folders(root):
        began = _record(folder).get("began")
        if began and datetime.fromisoformat(began) < before:
            found.append(folder)
    return found


def remove(folders: Collection[Path]) -> None:
    """Removes whole folders; run.json last, so that an interrupted removal is found again."""
    for folder in folders:
        try:
            for path in folder.iterdir():
                if path.name != ABOUT:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            shutil.rmtree(folder)
        except OSError as problem:
            raise _unusable(folder, problem) from problem


def _folders(root: Path) -> Iterator[Path]:
    return (folder for folder in sorted(root.glob("*")) if folder.is_dir()) if root.is_dir() else iter(())


def _record(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / ABOUT).read_text("utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    except OSError as problem:
        raise _unusable(folder, problem) from problem
    return record if isinstance(record, dict) else {}


def _unusable(place: Path, problem: OSError) -> RegistryError:
    return RegistryError("runs_unusable", folder=place, why=problem.strerror)
