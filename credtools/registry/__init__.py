"""Registry and Batch: the objects in the hand.

`session` (what is open) → `draft` (what is known about one file) → the verbs, functions of both, by what a person does:
`uploading`, `reviewing`, `editing`, `attaching`, `preflight`, `finishing`, `correcting`, `exporting`, `loading` … →
`batch` and `registry`, which only hand on.
"""

from __future__ import annotations

import os
import warnings
import weakref
from pathlib import Path

from sqlalchemy import URL, Engine

from credtools import keeping, settings, store
from credtools.checking.families import Family
from credtools.checking.lookups import Lookups
from credtools.checking.match import Comparison, compare
from credtools.checking.meant import Meant, Statistics, Suggested
from credtools.checking.proposing import Proposal, ValueChange
from credtools.errors import CredtoolsWarning, RegistryError, SettingError
from credtools.model.rights import Me
from credtools.registry import upgrading
from credtools.registry.batch import Batch
from credtools.registry.finishing import outcome_of
from credtools.registry.leaving import Left
from credtools.registry.registry import Registry
from credtools.registry.same_people import SamePerson
from credtools.registry.strangers import Strangers, strangers
from credtools.store.blobs import Blobs

__all__ = [
    "Batch",
    "Comparison",
    "Family",
    "Left",
    "Lookups",
    "Meant",
    "Proposal",
    "Registry",
    "SamePerson",
    "Statistics",
    "Strangers",
    "Suggested",
    "ValueChange",
    "compare",
    "copy",
    "create",
    "open_registry",
    "outcome_of",
    "restore",
    "strangers",
    "upgrade",
]

Address = str | Path | URL | Engine


def open_registry(url: Address | None = None, by: str | None = None, folder: str | Path = ".") -> Registry:
    """The registry at an address; it can be used in a `with` block, which closes it.

    Args:
        url: the address of a database or the path of an SQLite file; an Engine stands for its address. None: where the
            settings of the working folder say (credtools.db by default).
        by: who is at work; None: as the settings say, else the login name. On a team's registry that is the login by
            which one is connected, whatever is said here or there; what differs gives a warning.
        folder: the working folder, whose credtools.toml holds.

    Raises:
        RegistryError: there is no registry, or it must be upgraded first.
        SettingError: credtools.toml can't be followed.
    """
    found = settings.load(folder)
    return _opened(store.open_engine(_address(url) or found.database, found.database_timeout), found, by)


def _opened(engine: Engine, found: settings.Settings, by: str | None) -> Registry:
    """The registry, with who is at work: on a team's one the login, whatever else was said."""
    try:
        me = _me(engine, by or found.by)
    except BaseException:
        engine.dispose()
        raise
    engine.update_execution_options(**{store.WRITTEN: []})
    if found.heads is not None:
        engine.update_execution_options(**{store.heads.HEADS: str(found.heads)})
    person = store.reads.team.address(engine, me.person) if me.prefix else me.person
    registry = Registry(engine, found, me.login, person)
    weakref.finalize(registry, engine.dispose)  # who works in a notebook seldom closes what was opened
    said = by or found.said
    if me.prefix and said and said not in (me.login, me.person):
        registry.ignored = CredtoolsWarning("by_ignored", login=me.login, said=said)
        warnings.warn(registry.ignored, stacklevel=3)
    return registry


def _me(engine: Engine, by: str) -> Me:
    """Who is at work. Raises RegistryError for a login that may do nothing on a team's registry, SettingError."""
    me = store.reads.team.me(engine, by)
    if not me.login:
        raise SettingError("nobody_at_work", number=os.getuid())
    if me.prefix and not me.rights and not me.owner:
        raise store.no_role(engine, me.login, me.prefix)
    return me


def create(
    url: Address | None = None,
    by: str | None = None,
    folder: str | Path = ".",
    *,
    team: bool = False,
    prefix: str = "ct",
) -> Registry:
    """A new, empty registry where `open` would look for it.

    Args:
        url: as for `open`.
        by: as for `open`.
        folder: as for `open`.
        team: whether PostgreSQL keeps who may do what: by roles of its logins (`grant`), which nobody gets round.
        prefix: what the names of these roles begin with; roles belong to the whole server.

    Raises:
        RegistryError: something is in its place, rights are asked for where they can't be kept (SQLite), the roles are
            there already, or the login may not make them.
    """
    found = settings.load(folder)
    if not (team or by or found.by):
        raise SettingError("nobody_at_work", number=os.getuid())
    return _opened(
        store.create(_address(url) or found.database, found.database_timeout, prefix if team else None), found, by
    )


def upgrade(url: Address | None = None, folder: str | Path = ".") -> store.Upgraded:
    """Brings an older registry to the newest layout, all or nothing; an SQLite file is copied first.

    Raises RegistryError, SettingError.
    """
    found = settings.load(folder)
    return store.upgrade(
        _address(url) or found.database,
        lambda connection, before: upgrading.complete(connection, before, found),
        found.database_timeout,
    )


def restore(
    path: str | Path,
    url: Address | None = None,
    folder: str | Path = ".",
    *,
    team: bool | None = None,
    prefix: str | None = None,
    progress: keeping.Progress | None = None,
) -> keeping.Restored:
    """Makes a registry of a backup, in either kind of database, and verifies it; all or nothing.

    It is as it was then: who was erased since must be erased again, and `retain` called. A backup of an older layout
    keeps that, for `upgrade`. Media are added to the folder that the settings name.

    Args:
        path: the file that `registry.backup` wrote.
        url: where `open` will look for it; there must be nothing, or an empty database.
        folder: the working folder, whose credtools.toml holds.
        team: as for `init`; None: as it was, but on SQLite, which can't keep rights. The roles that logins had are the
            server's, and aren't in a backup: `grant` them again.
        prefix: as for `init`; None: as it was.
        progress: called with (done, all) rows and files.

    Raises:
        RegistryError: something is in its place, or the file is no backup, or is damaged or newer; nothing is left.
    """
    found = settings.load(folder)
    place = keeping.Place(_address(url) or found.database, Blobs(found.blobs), found.database_timeout, team, prefix)
    return keeping.restore(path, place, progress)


def copy(
    source: Address,
    target: Address,
    folder: str | Path = ".",
    *,
    blobs: str | Path | None = None,
    team: bool | None = None,
    prefix: str | None = None,
    progress: keeping.Progress | None = None,
) -> keeping.Copied:
    """Makes a new registry that equals another one row by row, in the same or the other kind of database; verified.

    The one that was copied stays as it is. Only one of them may be used from then on: let the settings name it.

    Args:
        source: the registry; others may write meanwhile, one moment of it is copied.
        target: the new one; there must be nothing, or an empty database.
        folder: the working folder, whose credtools.toml says where media lie.
        blobs: where to copy the media; None: both share their folder.
        team: as for `restore`.
        prefix: as for `restore`.
        progress: called with (done, all) rows and files.

    Raises:
        RegistryError: there is nothing to copy, something is in its place, or one can't be used; nothing is left then.
    """
    found = settings.load(folder)
    seconds = found.database_timeout
    place = keeping.Place(_required(target), Blobs(blobs or found.blobs), seconds, team, prefix)
    engine = store.open_engine(_required(source), seconds)
    try:
        return keeping.copy(engine, Blobs(found.blobs), place, progress)
    finally:
        engine.dispose()


def _required(url: Address) -> str | URL:
    return _address(url) or ""


def _address(url: Address | None) -> str | URL | None:
    url = url.url if isinstance(url, Engine) else url
    if url is None or isinstance(url, str | URL | Path):
        return str(url) if isinstance(url, Path) else url
    raise RegistryError("not_an_address", kind=type(url).__name__)
