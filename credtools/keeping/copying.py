"""Copying: a registry becomes another one, in the same or the other kind of database, equal row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from credtools.errors import RegistryError
from credtools.keeping.incoming import Incoming, adding, making
from credtools.keeping.outgoing import Progress, moment
from credtools.keeping.place import Place
from credtools.store import snapshot, verify
from credtools.store import team as guarding
from credtools.store.addresses import shown
from credtools.store.blobs import Blobs
from credtools.store.engine import LATEST
from credtools.text import Shown, plural


@dataclass(frozen=True)
class Copied(Shown):
    """What was copied, where media lie now, and what `verify` says of the copy; the rest as of `Restored`."""

    registry: str
    head: str
    rows: int
    files: int
    media: int  # that were copied, too: 0 where both registries share their folder
    blobs: Path
    lost: tuple[str, ...]
    was_team: str | None
    team: str | None
    problems: tuple[str, ...]

    def __str__(self) -> str:
        held = f"{plural(self.rows, 'row')} and {plural(self.files, 'uploaded file')}"
        return f"Copied to {self.registry}: {held}; the history up to event {self.head}. Media lie in {self.blobs}."


def copy(engine: Engine, blobs: Blobs, place: Place, progress: Progress | None = None) -> Copied:
    """Makes a new registry of one moment of another, all or nothing, and verifies it.

    Raises RegistryError when something is in the place of the new one, or one can't be used.
    """
    with snapshot(engine) as connection:
        was = guarding.prefix_of(connection)
    team, to = place.roles(was), place.blobs
    files = media = 0
    shared = to.folder.absolute() == blobs.folder.absolute()
    with making(place, LATEST, team) as connection, adding(to) as added, _equal(engine):
        with moment(engine, blobs, progress) as out:
            out.told.total += sum(out.rows.values()) - shared * len(out.media)  # rows are read again
            new = Incoming(connection, out.tables)
            for table in out.tables:
                new.fill(table, out.lines(table))
            for sha256, content in out.source_files():
                new.keep_file(sha256, content)
                files += 1
        if not shared:
            for sha256, content in out.media_files(engine):
                added.put(sha256, content)
                media += 1
        new.finish(out.head, out.told)
        problems = tuple(verify(connection, to))
    counts = sum(out.rows.values()), files, media
    return Copied(place.shown, str(out.head), *counts, to.folder, tuple(out.lost), was, team, problems)


@contextmanager
def _equal(engine: Engine) -> Iterator[None]:
    """What arrived otherwise than it left becomes one sentence; the cause may quote a value."""
    try:
        yield
    except ValueError:
        raise RegistryError("copy_differs", registry=shown(engine.url)) from None
