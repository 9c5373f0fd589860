"""Backup: one moment of a registry, with its files and media, into one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from credtools.keeping.archive import writing
from credtools.keeping.manifest import Manifest
from credtools.keeping.outgoing import Progress, moment
from credtools.store import clock
from credtools.store.blobs import Blobs
from credtools.store.engine import LATEST
from credtools.text import Shown, plural


@dataclass(frozen=True)
class Backup(Shown):
    """What a backup holds, and the head of its history (`SEQ:HASH`): note it elsewhere, to compare after restoring.

    `lost`: media and uploaded files, by SHA-256, that were missing or changed already, and are not in it.
    """

    path: Path
    head: str
    rows: int
    files: int
    media: int
    lost: tuple[str, ...] = ()

    def __str__(self) -> str:
        held = f"{plural(self.rows, 'row')}, {plural(self.files, 'uploaded file')}, {plural(self.media, 'media file')}"
        return f"The backup was written to {self.path}: {held}; the history up to event {self.head}."


def backup(
    engine: Engine, blobs: Blobs, path: str | Path, *, force: bool = False, progress: Progress | None = None
) -> Backup:
    """Writes a backup, whatever others write meanwhile; `force` replaces a file that is there.

    Raises RegistryError when the login may not read all, when something was erased meanwhile, or for the file.
    """
    made = clock.now()
    with writing(Path(path), force=force) as archive:
        with moment(engine, blobs, progress) as out:
            for table in out.tables:
                archive.table(table, out.lines(table))
            files = archive.files("files", out.source_files(), packed=True)
        media = archive.files("media", out.media_files(engine), packed=False)
        parts, lost = tuple(archive.parts), tuple(out.lost)
        archive.manifest(Manifest(made, LATEST, engine.dialect.name, out.head, parts, files, media, out.team, lost))
    return Backup(Path(path), str(out.head), sum(out.rows.values()), files.count, media.count, lost)
