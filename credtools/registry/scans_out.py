"""Scans out: the files of exported credentials under made names, and the table whose media column names them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from credtools import store
from credtools.errors import CredtoolsError, RecipeError
from credtools.media import made_names, writing
from credtools.model import Place
from credtools.recipe import MEDIA_VALUES, media_pattern
from credtools.registry.session import Session
from credtools.text import Shown, plural

VERSION = ["batch", *Place._fields]  # what wrote a version, and so which one it is
Progress = Callable[[int, int], None]


@dataclass(frozen=True, repr=False)
class Exported(Shown):
    """What was written: the tables, the folder or zips with the scans, how many of these, and how many were erased."""

    files: list[Path]
    media: list[Path]
    scans: int
    erased: int = 0

    def __repr__(self) -> str:
        places = ", ".join(str(path) for path in self.files + self.media)
        gone = f" {plural(self.erased, 'scan')} had been erased and can't be exported." if self.erased else ""
        return f"Written: {places}, with {plural(self.scans, 'scan')}.{gone}"


@dataclass(frozen=True)
class Scans:
    """The scans of some credentials with the names that they get; `cells`: the media column, as the credentials."""

    named: pd.DataFrame
    cells: list[str]
    erased: int


def require_pattern(name: str) -> str:
    """A pattern for names of scans that can be used. Raises CredtoolsError."""
    try:
        return media_pattern(name, "")
    except RecipeError as problem:
        raise CredtoolsError("scans_pattern", pattern=name, known=problem.facts["known"]) from problem


def named(session: Session, credentials: pd.DataFrame, pattern: str) -> Scans:
    """The scans of credentials, in their order, each with a name of its own; the file that came, not a copy shown."""
    versions = list(credentials[VERSION].itertuples(index=False, name=None))
    there, names = store.reads.all_media(session.at), made_names.Names()
    scans: dict[tuple[int, ...], list[tuple[str, str, str, pd.Timestamp]]] = defaultdict(list)
    facts = there[["file", "media_type", "sha256", "added_at"]].itertuples(index=False, name=None)
    for version, scan in zip(there[VERSION].itertuples(index=False, name=None), facts, strict=True):
        scans[version].append(scan)
    rows, cells = [], []
    for version, values in zip(versions, credentials[list(MEDIA_VALUES)].to_dict("records"), strict=True):
        stem = made_names.made(pattern, {str(name): _text(value) for name, value in values.items()})
        mine = []
        for file, media_type, sha256, at in scans[version]:
            mine.append(names.free(stem, made_names.ending(media_type, file)))
            rows.append((mine[-1], sha256, at))
        cells.append("; ".join(mine))
    gone = store.reads.erased_media(session.at)
    of_these = set(versions)
    erased = sum(version in of_these for version in gone[VERSION].itertuples(index=False, name=None))
    return Scans(pd.DataFrame(rows, columns=["name", "sha256", "added_at"]), cells, erased)


def write(session: Session, scans: Scans, target: Path, progress: Progress | None) -> list[Path]:
    """Writes the scans, one at a time; raises CredtoolsError when one of them can't be read or written."""

    def contents() -> Iterator[writing.Written]:
        for k, (name, sha256, at) in enumerate(scans.named.itertuples(index=False, name=None), 1):
            yield name, at.to_pydatetime(), session.blobs.read(sha256)
            if progress:
                progress(k, len(scans.named))

    return writing.write(target, contents())


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
