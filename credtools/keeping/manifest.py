"""Manifest: what an archive says about itself – when it was made, of what, and what each of its members should be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from credtools.errors import RegistryError
from credtools.keeping.lines import KINDS
from credtools.keeping.outgoing import Head, Kept
from credtools.settings import VERSION

FORMAT = "credtools backup"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Part:
    """A table in the archive: how many rows, and what its text is."""

    table: Kept
    rows: int
    sha256: str


@dataclass(frozen=True)
class Files:
    """Files in the archive: how many, and the digest over their names, which are their digests."""

    count: int
    sha256: str

    @classmethod
    def of(cls, names: Sequence[str]) -> Files:
        return cls(len(names), hashlib.sha256("".join(names).encode()).hexdigest())


@dataclass(frozen=True)
class Manifest:
    """What an archive says about itself."""

    made: datetime
    layout: str
    database: str  # the kind from which it came: sqlite, postgresql
    head: Head
    parts: tuple[Part, ...]
    files: Files
    media: Files
    team: str | None = None  # the prefix of the roles that kept its rights
    lost: tuple[str, ...] = ()  # files that were missing or changed when it was made
    credtools: str = VERSION

    def as_text(self) -> str:
        data = asdict(self) | {"format": FORMAT, "version": FORMAT_VERSION}
        data |= {"made": self.made.isoformat(), "head": self.head._asdict()}
        return json.dumps(data, indent=1)

    @classmethod
    def from_text(cls, text: str) -> Manifest:
        """Raises ValueError, KeyError, TypeError for one that isn't ours; RegistryError for a newer one."""
        try:
            data = json.loads(text)
        except RecursionError as problem:
            raise ValueError("Nothing of ours is that deep.") from problem
        if data["format"] != FORMAT:
            raise ValueError("The format is another one.")
        if data["version"] != FORMAT_VERSION:
            raise RegistryError("backup_newer", version=data["version"], known=FORMAT_VERSION)
        made = datetime.fromisoformat(data["made"])
        if made.tzinfo is None:
            raise ValueError("Nobody knows in which time zone that was.")
        return cls(
            made=made,
            layout=_text(data["layout"]),
            database=_text(data["database"]),
            head=Head(_count(data["head"]["seq"]), _text(data["head"]["hash"])),
            parts=tuple(_part(part["table"], part["rows"], part["sha256"]) for part in data["parts"]),
            files=Files(_count(data["files"]["count"]), _text(data["files"]["sha256"])),
            media=Files(_count(data["media"]["count"]), _text(data["media"]["sha256"])),
            team=None if data["team"] is None else _text(data["team"]),
            lost=tuple(map(_text, data["lost"])),
            credtools=_text(data["credtools"]),
        )


def _part(table: dict[str, Any], rows: int, sha256: str) -> Part:
    columns = tuple((_text(name), _text(kind)) for name, kind in table["columns"])
    key = tuple(map(_text, table["key"]))
    if {kind for _, kind in columns} - KINDS.keys() or not key or {*key} - {name for name, _ in columns}:
        raise ValueError("A column is of an unknown kind, or isn't there.")
    return Part(Kept(_text(table["name"]), columns, key), _count(rows), _text(sha256))


def _text(value: Any) -> str:
    """A text that can be shown and used. Raises ValueError for anything else that JSON may hold."""
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("A text is none.")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError("A number is none.")
    return value
