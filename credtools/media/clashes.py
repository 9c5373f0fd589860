"""Clashes: files of one name that differ. A row has one content under a name; between two nothing is guessed."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from credtools.errors import FileError
from credtools.media.files import File
from credtools.media.matching import Row
from credtools.text import fold_name


def clashes(files: Sequence[File]) -> set[str]:
    """The names, without folders and with them, under which different contents were given."""
    keys = [(fold_name(file.short), _whole(file)) for file in files]
    counts = Counter(short for short, _ in keys)
    contents: dict[str, set[str]] = defaultdict(set)
    for file, both in zip(files, keys, strict=True):
        if counts[both[0]] > 1 and not file.is_litter:
            found = _digest(file)
            for key in both:
                contents[key].add(found)
    return {name for name, digests in contents.items() if len(digests) > 1}


def require_free(file: File, sha256: str, known: set[str], rows: Sequence[Row]) -> None:
    """Under one name a row has one content, now and later; a file without a row only needs a name among the others.

    `known`: what `clashes` gave. Raises FileError.
    """
    name = fold_name(file.short)
    if (name if rows else _whole(file)) in known:
        raise FileError("same_name", file=file.name)
    for row in rows:
        if row.has.get(name, sha256) != sha256:
            raise FileError("name_taken", file=file.name, line=row.line)


def _digest(file: File) -> str:
    try:
        return hashlib.sha256(file.read()).hexdigest()
    except FileError as refused:
        return refused.reason


def _whole(file: File) -> str:
    """The key of a name with its folders; no name without folders has it."""
    return f"/{fold_name(file.name)}"
