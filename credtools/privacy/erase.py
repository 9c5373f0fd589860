"""Erasing: a person's values, or what is older than the organisation keeps it.

First the records of runs, then the database in one transaction, then stored files and the database's own leftovers.

Interrupted anywhere, the same command goes on: before the transaction the person is still known, after it
`credtools erase --expired` finds what is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine

from credtools import store
from credtools.errors import MovedError, RegistryError
from credtools.model import OrganisationSettings
from credtools.privacy import retention, run_folders
from credtools.privacy.search import Found, search
from credtools.store.blobs import Blobs
from credtools.text import plural

TRIES = 5  # how often is looked again when others write meanwhile
ONE = {"patches": "patch", "media": "medium"}  # the others lose an s


class Home(Protocol):
    """What erasing needs of a registry."""

    by: str
    places: Any

    @property
    def engine(self) -> Engine: ...
    @property
    def settings(self) -> OrganisationSettings: ...
    @property
    def blobs(self) -> Blobs: ...
    def batch(self, number: int) -> Any: ...
    def sweep(self) -> int: ...


@dataclass(frozen=True)
class Erasure:
    """What goes, or went: counts per kind; the batches that are discarded; what is worth knowing, as sentences.

    Kinds: rows (raw values of the ledger), versions, rejects, patches, media, blobs, files, waiting (batches that are
    discarded), texts (of others, in which the person was named), runs (files, or folders, of unattended runs).
    """

    counts: dict[str, int]
    waiting: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    audit_seq: int | None = field(default=None)

    def __str__(self) -> str:
        return " · ".join(_counted(count, kind) for kind, count in self.counts.items() if count) or "nothing"


def _counted(count: int, kind: str) -> str:
    return f"1 {ONE.get(kind, kind.removesuffix('s'))}" if count == 1 else f"{count:,} {kind}"


def plan(registry: Home, email: str, external_id: str, reason: str | None) -> Erasure:
    """What `erase` would do, and what it would refuse (the reason, where there is one already); writes nothing."""
    found = _found(registry, email, external_id, reason, {})
    return _told(registry, found, _clean(registry, found, dry=True))


def erase(registry: Home, email: str, external_id: str, reason: str) -> Erasure:
    """Everything of one person goes; see `Registry.erase`."""
    searched: dict[str, bool] = {}
    for left in reversed(range(TRIES)):
        found = _found(registry, email, external_id, reason, searched)
        changed = _clean(registry, found)
        try:
            seq = store.erase(registry.engine, replace(found.erase, reason=reason, runs=changed))
        except MovedError:
            if not left:
                raise
            continue
        changed += _clean(registry, found)  # of runs that ended meanwhile
        break
    _finish(registry)
    return replace(_told(registry, found, changed), audit_seq=seq)


def plan_expired(registry: Home) -> Erasure:
    """What `retain` would do; writes nothing."""
    value, _ = _expired(registry)
    return Erasure(value.counts())


def retain(registry: Home) -> Erasure:
    """What is older than the organisation keeps it goes; see `Registry.retain`."""
    for left in reversed(range(TRIES)):
        value, folders = _expired(registry)
        seq = None
        try:
            if any(value.counts().values()):
                seq = store.erase(registry.engine, value)
            break
        except MovedError:
            if not left:
                raise
    run_folders.remove(folders)
    _finish(registry)
    return Erasure(value.counts(), audit_seq=seq)


def _found(registry: Home, email: str, external_id: str, reason: str | None, searched: dict[str, bool]) -> Found:
    if bool(email.strip()) == bool(external_id.strip()):
        raise RegistryError("Say whom: by e-mail address, or by User ID.")
    if reason is not None and not reason.strip():
        raise RegistryError("A person is erased with a reason; say why, for example 'asked for it on 3 May'.")
    found = search(registry.engine, email, external_id, registry.by, searched, partial(_records, registry))
    if reason is not None and found.person.in_cells([reason]):
        raise RegistryError("The reason names the person and would outlive them; give a reason without a name.")
    return found


def _records(registry: Home, number: int) -> Iterable[tuple[str, str]]:
    table = registry.batch(number).table
    return zip(table.record_digests, table.raw, strict=True)


def _clean(registry: Home, found: Found, *, dry: bool = False) -> int:
    return run_folders.clean(registry.places.runs, found.person, found.own, found.erase.unjudged, dry=dry)


def _expired(registry: Home) -> tuple[store.Erase, list[Path]]:
    now, keep = datetime.now(UTC), registry.settings
    days = keep.keep_runs_days
    folders = run_folders.expired(registry.places.runs, now - timedelta(days=days)) if days else []
    return retention.expired(registry.engine, keep, registry.by, now, len(folders)), folders


def _finish(registry: Home) -> None:
    registry.blobs.erase(store.erased_blobs(registry.engine))
    registry.sweep()
    store.tidy(registry.engine)


def _told(registry: Home, found: Found, changed: int) -> Erasure:
    notes = []
    if copies := store.copies(registry.engine):
        notes.append(
            "The registry as it was before an upgrade still lies beside it, with everything in it: "
            f"{', '.join(copies)}; delete it."
        )
    if found.namesakes:
        notes.append(
            f"The name is borne by {plural(found.namesakes, 'other user')}, too, so what holds nothing but the name "
            "may be theirs and stays."
        )
    if found.mentions:
        notes.append(
            f"An own column of {plural(found.mentions, 'credential')} of others names the person and stays; upload a "
            "corrected version of each."
        )
    return Erasure({**found.erase.counts(), "runs": changed}, tuple(found.erase.waiting), tuple(notes))
