"""Heads kept elsewhere: a line per write in a file, and what of such heads a history agrees with.

Whoever can write everything in a database can also write its whole history anew; only a head that is kept where they
can't reach shows that. A line is `SEQ HASH MOMENT`.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from credtools.errors import CredtoolsWarning, RegistryError

HEADS = "credtools_heads"  # among the options of an engine: the file to which its writes tell their heads
SHORTEST = 16  # digits of a hash, as receipts show them
SHOWN = re.compile(rf"(\d{{1,18}}):([0-9a-f]{{{SHORTEST},64}})…?")
LINE = re.compile(rf"(\d{{1,18}}) ([0-9a-f]{{{SHORTEST},64}})(?: .*)?")


class Head(NamedTuple):
    """The number of an event, and the hash after it; or how that begins, as receipts show it."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash[:SHORTEST]}…"


def parsed(text: str) -> Head:
    """A head as receipts, backups and commands print it. Raises RegistryError when it is none."""
    found = SHOWN.fullmatch(text.strip())
    if found is None:
        raise RegistryError("head_unclear", head=text)
    return Head(int(found[1]), found[2])


def tell(path: str, head: Head, at: datetime) -> None:
    """Adds a line to the file; where that can't be done it is said by a warning, as what was written is committed."""
    line = f"{head.seq} {head.hash} {at.isoformat()}\n".encode()
    try:
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.write(number, line) != len(line):
                raise OSError(None, "only a part could be written")
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as problem:
        warnings.warn(CredtoolsWarning("head_untold", head=head, path=path, why=problem.strerror), stacklevel=2)


def told(path: str) -> Iterator[Head | int]:
    """The heads in a file; for a line that holds none its number. Raises OSError when it can't be read."""
    with Path(path).open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                found = LINE.fullmatch(line.strip())
                yield Head(int(found[1]), found[2]) if found else number


def problem(head: Head, heads: Mapping[int, str]) -> str:
    """What is wrong with a history, by its heads, if another one was printed; '' when that is among them."""
    if heads.get(head.seq, "").startswith(head.hash) or (head.seq == 0 and set(head.hash) == {"0"}):
        return ""
    if head.seq > len(heads):
        return f"The history ends with event {len(heads)}, but the head {head} was printed: what came later is gone."
    return f"After event {head.seq} the history has another head than the one that was printed ({head})."


def problems(path: str, heads: Mapping[int, str]) -> list[str]:
    """The same for every line of a file: the first head that doesn't agree, and the first line that holds none."""
    found: list[str] = []
    strange = 0
    try:
        for one in told(path):
            if isinstance(one, int):
                strange = strange or one
            elif not found and (wrong := problem(one, heads)):
                found.append(f"{wrong} It stands in {path}.")
    except FileNotFoundError:
        return [f"The file of heads {path} is missing."] if heads else []
    except OSError as problem_:
        return [f"The file of heads {path} can't be read: {problem_.strerror}."]
    return found + ([f"Line {strange} of {path} holds no head."] if strange else [])
