"""Taking out: what of a registry becomes a file for other systems."""

from __future__ import annotations

from pathlib import Path

from credtools import keeping
from credtools.media.made_names import NAME
from credtools.registry import exporting, scans_out
from credtools.registry.batch import Batch
from credtools.registry.decisions import number_of
from credtools.registry.scans_out import Exported
from credtools.registry.team import Team


class TakingOut(Team):
    """Exports: tables, with the scans or without; and the whole registry as one file."""

    def export(
        self,
        path: str | Path,
        batch: Batch | int | None = None,
        *,
        expiring: int | None = None,
        current: bool = False,
    ) -> list[Path]:
        """Writes what was accepted, not declined or withdrawn, as clean template files of at most 20,000 rows each.

        Args:
            path: of the first file; it ends in .csv.
            batch: only what one batch wrote.
            expiring: only what expires within so many days, see `expiring`.
            current: only what counts now: of each credential its newest version that is approved or needs no approval,
                unless that is withdrawn; without older, pending and corrected ones.
        """
        return exporting.accepted(self, path, None if batch is None else number_of(batch), expiring, current=current)

    def export_with_media(
        self,
        path: str | Path,
        media: str | Path,
        batch: Batch | int | None = None,
        *,
        name: str = NAME,
        expiring: int | None = None,
        current: bool = False,
        progress: scans_out.Progress | None = None,
    ) -> Exported:
        """The same with the scans, each as it came, under a made name; the column Media of the table names them.

        The table and the scans can be uploaded elsewhere as they are: every scan finds its row.

        Args:
            path: as for `export`.
            media: a new or empty folder, or a new zip; F-2.zip, F-3.zip follow where one would be too large to add.
            batch: as for `export`.
            name: how a scan is called, without its ending, as patterns for `add_media`; a second one of a name gets _2.
            expiring: as for `export`.
            current: as for `export`.
            progress: called with (done, all) after each scan.

        Raises:
            CredtoolsError: something is in that place, the pattern can't be followed, or a scan can't be read; nothing
                of the scans is there then.
        """
        number, scans = None if batch is None else number_of(batch), (Path(media), name, progress)
        return exporting.with_media(self, Path(path), scans, number, expiring, current=current)

    def backup(
        self, path: str | Path, *, force: bool = False, progress: keeping.Progress | None = None
    ) -> keeping.Backup:
        """Writes one moment of the whole registry, with media, to one file; `credtools.restore` takes it back.

        It holds everything, also what is erased later, and nothing in it is encrypted: only its owner may read it (mode
        0600). Others may write meanwhile. A copy of an SQLite file alone may lack what is still in its log.

        Args:
            path: the file, by custom NAME.zip.
            force: replaces a file that is there, once the new one is whole.
            progress: called with (done, all) rows and files.

        Returns:
            counts, and the `head` of the history: note it elsewhere, and compare it after restoring. `lost`: media that
            were missing already.

        Raises:
            RegistryError: the file can't be written or is there, or the login may not read everything.
        """
        return keeping.backup(self.engine, self.blobs, path, force=force, progress=progress)
