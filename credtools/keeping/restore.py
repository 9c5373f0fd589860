"""Restore: a backup becomes a registry again, in a new place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from credtools.errors import RegistryError
from credtools.keeping.archive import Reading, damage, reading, require_room
from credtools.keeping.incoming import Incoming, adding, making
from credtools.keeping.outgoing import Progress, Told
from credtools.keeping.place import Place
from credtools.store import verify
from credtools.store.addresses import sqlite_path
from credtools.store.engine import LATEST, LAYOUTS
from credtools.text import Shown, plural


@dataclass(frozen=True)
class Restored(Shown):
    """What was restored, as of when.

    `team`: the prefix of the roles that keep its rights, `was_team`: that of those which did; `problems`: what `verify`
    says, None where the layout must be upgraded first.
    """

    registry: str
    made: datetime
    layout: str
    head: str
    rows: int
    files: int
    media: int
    lost: tuple[str, ...]
    was_team: str | None
    team: str | None
    problems: tuple[str, ...] | None

    def __str__(self) -> str:
        held = f"{plural(self.rows, 'row')}, {plural(self.files, 'uploaded file')}, {plural(self.media, 'media file')}"
        as_of = f"{self.made:%Y-%m-%d %H:%M} UTC (event {self.head})"
        return f"The registry {self.registry} was restored as it was on {as_of}: {held}."


def restore(path: str | Path, place: Place, progress: Progress | None = None) -> Restored:
    """Makes a registry of a backup, all or nothing, and verifies it; one of an older layout keeps that.

    Raises RegistryError when something is in its place, or the file isn't a backup, isn't whole, or is of a newer
    credtools.
    """
    with reading(Path(path)) as archive:
        found = archive.manifest
        if found.layout not in LAYOUTS:
            raise RegistryError("backup_layout_unknown", file=path, layout=found.layout)
        team, problems = place.roles(found.team), None
        if team is not None and found.layout != LATEST:
            raise RegistryError("backup_older_team", file=path, layout=found.layout, needed=LATEST)
        _require_room(archive, place)
        rows = sum(part.rows for part in found.parts)
        told = Told(progress, 2 * rows + found.files.count + found.media.count)
        with making(place, found.layout, team) as connection, adding(place.blobs) as added, damage(Path(path)):
            new = Incoming(connection, [part.table for part in found.parts])
            for part in found.parts:
                new.fill(part.table, told.rows(archive.lines(part)))
            for sha256, content in told.each(archive.files("files")):
                new.keep_file(sha256, content)
            for sha256, content in told.each(archive.files("media")):
                added.put(sha256, content)
            new.finish(found.head, told)
            if found.layout == LATEST:
                problems = tuple(verify(connection, place.blobs))
    counts = rows, found.files.count, found.media.count
    was = found.made, found.layout, str(found.head)
    return Restored(place.shown, *was, *counts, found.lost, found.team, team, problems)


def _require_room(archive: Reading, place: Place) -> None:
    """For the media that aren't there yet, and in a file for rows and uploaded files: a server has its own disk."""
    new = {sha256: size for sha256, size in archive.sizes("media").items() if not place.blobs.has(sha256)}
    needed = [(place.blobs.folder, sum(new.values()))]
    if (file := sqlite_path(place.address)) is not None:
        needed += [(file.parent, sum(archive.sizes(folder).values())) for folder in ("tables", "files")]
    require_room(needed)
