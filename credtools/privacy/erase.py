"""Erasing: a person's values, or what is older than the organisation keeps it.

First the records of runs, then the database in one transaction, then stored files and the database's own leftovers.

Interrupted anywhere, the same command goes on: before the transaction the person is still known, after it
`retain` finds what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from credtools import store, temporary
from credtools.errors import MovedError, RegistryError
from credtools.model import OrganisationSettings
from credtools.privacy import retention, run_folders
from credtools.privacy.search import Found, Records, search
from credtools.store.blobs import Blobs
from credtools.text import Shown, plural

TRIES = 5  # how often is collected again when others write in between
ONE = {"patches": "patch", "media": "medium"}  # the others lose an s
OWNERS = (
    "Traces may stay in free space until the tables are vacuumed: PostgreSQL does so by itself in time, and at once "
    "when a login that may become {owner} runs VACUUM in this database."
)
What = TypeVar("What")


@dataclass(frozen=True)
class Home:
    """Where values are: the database, the records of runs, the stored files of media; `by`: who erases them."""

    engine: Engine
    runs: Path
    blobs: Blobs
    by: str


@dataclass(frozen=True)
class Erasure(Shown):
    """What goes, or went: counts per kind; the batches that are discarded; what is worth knowing, as sentences.

    Kinds: rows (raw values of the ledger), versions, rejects, patches, media, blobs, files, waiting (batches that are
    discarded), texts (of others, in which the person was named), runs (files, or folders, of unattended runs).
    """

    counts: dict[str, int]
    waiting: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    audit_seq: int | None = None

    def __str__(self) -> str:
        return " · ".join(_counted(count, kind) for kind, count in self.counts.items() if count) or "nothing"


def _counted(count: int, kind: str) -> str:
    return f"1 {ONE.get(kind, kind.removesuffix('s'))}" if count == 1 else f"{count:,} {kind}"


def erase(
    home: Home, email: str, external_id: str, reason: str | None, records: Records, *, dry_run: bool = False
) -> Erasure:
    """Everything of the person with this address, or else this User ID, goes; see `Registry.erase`.

    `records`: see `search`. `dry_run` writes nothing, and does without a reason when that is None; a given one is
    refused as it would be.
    """
    searched: dict[str, bool] = {}

    def collect() -> tuple[tuple[Found, int], store.Erase]:
        found = _found(home, email, external_id, reason, searched, records)
        changed = _clean(home, found, dry_run=dry_run)
        return (found, changed), replace(found.erase, reason=reason or "", runs=changed)

    if dry_run:
        (found, changed), _ = collect()
        return _described(home, found, changed)
    (found, changed), seq = _erased(home, collect)
    changed += _clean(home, found)  # of runs that ended in between
    described = _described(home, found, changed)
    return replace(described, notes=(*described.notes, *_tidy(home)), audit_seq=seq)


def retain(home: Home, keep: OrganisationSettings, *, dry_run: bool = False) -> Erasure:
    """What is older than the settings `keep_…_days` say goes; see `Registry.retain`. `dry_run` writes nothing."""

    def collect() -> tuple[tuple[store.Erase, list[Path]], store.Erase]:
        now = datetime.now(UTC)
        days = keep.keep_runs_days
        folders = run_folders.expired(home.runs, now - timedelta(days=days)) if days else []
        value = retention.expired(home.engine, keep, home.by, now, len(folders))
        return (value, folders), value

    if dry_run:
        return Erasure(collect()[1].counts())
    (value, folders), seq = _erased(home, collect)
    run_folders.remove(folders)
    return Erasure(value.counts(), notes=_tidy(home), audit_seq=seq)


def _erased(home: Home, collect: Callable[[], tuple[What, store.Erase]]) -> tuple[What, int | None]:
    """Erases what is collected, collecting it again when others write in between; the number of the event."""
    for left in reversed(range(TRIES)):
        found, value = collect()
        try:
            anything = value.user is not None or any(value.counts().values())
            return found, store.erase(home.engine, value) if anything else None
        except MovedError:
            if not left:
                raise
    raise AssertionError  # the last try returns or raises


def _found(
    home: Home, email: str, external_id: str, reason: str | None, searched: dict[str, bool], records: Records
) -> Found:
    if bool(email.strip()) == bool(external_id.strip()):
        raise RegistryError("person_unnamed")
    if reason is not None and not reason.strip():
        raise RegistryError("erasing_reason_missing")
    found = search(home.engine, email, external_id, home.by, searched, records)
    if reason is not None and found.person.in_cells([reason]):
        raise RegistryError("erasing_reason_personal")
    return found


def _clean(home: Home, found: Found, *, dry_run: bool = False) -> int:
    return run_folders.clean(home.runs, found.person, found.own, found.erase.unjudged, dry_run=dry_run)


def _tidy(home: Home) -> tuple[str, ...]:
    """Takes away what is left; as a sentence what only the owner of a team's tables can take away at once."""
    temporary.clear()
    home.blobs.erase(store.reads.erased_blobs(home.engine))
    home.blobs.sweep(store.reads.referenced_blobs(home.engine))
    owner = store.tidy(home.engine, home.by)
    return () if owner is None else (OWNERS.format(owner=owner),)


def _described(home: Home, found: Found, changed: int) -> Erasure:
    notes = []
    if copies := store.copies(home.engine):
        notes.append(
            f"Copies of the registry from before an upgrade still hold everything: {', '.join(copies)}. Delete them."
        )
    if found.namesakes:
        others = "1 other user has" if found.namesakes == 1 else f"{found.namesakes:,} other users have"
        notes.append(f"{others} the same name, so what holds only the name may be theirs and is kept.")
    if found.mentions:
        notes.append(
            f"{plural(found.mentions, 'credential')} of others {'names' if found.mentions == 1 else 'name'} the person "
            "in an own column, which is kept. Upload a corrected version of each."
        )
    if found.scans:
        notes.append(
            f"{plural(found.scans, 'stored file')} of others {'names' if found.scans == 1 else 'name'} the person and "
            f"{'is' if found.scans == 1 else 'are'} kept. What was read in {'it' if found.scans == 1 else 'them'} goes "
            "without the name."
        )
    return Erasure({**found.erase.counts(), "runs": changed}, tuple(found.erase.waiting), tuple(notes))
