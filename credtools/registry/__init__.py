"""Registry and Batch: the objects in the hand.

`session` (what is open) → `draft` (what is known about one file) → the verbs, functions of both, by what a person does:
`uploading`, `reviewing`, `editing`, `attaching`, `preflight`, `finishing`, `correcting`, `exporting`, `loading` … →
`batch` and `registry`, which only hand on.
"""

from __future__ import annotations

import warnings
from pathlib import Path

from sqlalchemy import URL, Engine

from credtools import settings, store
from credtools.checking.families import Family
from credtools.checking.lookups import Lookups
from credtools.checking.match import Comparison, compare
from credtools.checking.meant import Meant, Statistics, Suggested
from credtools.checking.proposing import Proposal, ValueChange
from credtools.errors import CredtoolsWarning, RegistryError
from credtools.model.rights import Me
from credtools.registry import upgrading
from credtools.registry.batch import Batch
from credtools.registry.finishing import outcome_of
from credtools.registry.leaving import Left
from credtools.registry.registry import Registry
from credtools.registry.same_people import SamePerson
from credtools.registry.strangers import Strangers, strangers

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
    "create",
    "open_registry",
    "outcome_of",
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
    registry = Registry(engine, found, me.login, me.person)
    said = by or found.said
    if me.prefix and said and said not in (me.login, me.person):
        registry.ignored = CredtoolsWarning("by_ignored", login=me.login, said=said)
        warnings.warn(registry.ignored, stacklevel=3)
    return registry


def _me(engine: Engine, by: str) -> Me:
    """Who is at work. Raises RegistryError for a login that may do nothing on a team's registry."""
    me = store.reads.team.me(engine, by)
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


def _address(url: Address | None) -> str | URL | None:
    url = url.url if isinstance(url, Engine) else url
    if url is None or isinstance(url, str | URL | Path):
        return str(url) if isinstance(url, Path) else url
    raise RegistryError("not_an_address", kind=type(url).__name__)
