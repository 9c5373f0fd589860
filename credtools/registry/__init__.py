"""Registry and Batch: the objects in the hand. Each verb reads, judges, and writes through the store."""

from __future__ import annotations

from credtools import settings, store
from credtools.checking.lookups import Lookups
from credtools.checking.match import Comparison, compare
from credtools.registry.batch import Batch
from credtools.registry.registry import Registry

__all__ = ["Batch", "Comparison", "Lookups", "Registry", "compare", "create", "open_registry", "upgrade"]


def open_registry(url: str | None = None, by: str | None = None, folder: str = ".") -> Registry:
    """The registry at `url`, else where the settings of the working folder say (credtools.db by default).

    `by` is who is at work (default: the settings, else the login name). Raises RegistryError, SettingError.
    """
    found = settings.load(folder)
    return Registry(store.open_engine(url or found.database), found, by or found.by)


def create(url: str | None = None, by: str | None = None, folder: str = ".") -> Registry:
    """A new, empty registry; see `open_registry`. Raises RegistryError when something is in its place."""
    found = settings.load(folder)
    return Registry(store.create(url or found.database), found, by or found.by)


def upgrade(url: str | None = None, folder: str = ".") -> store.Upgraded:
    """Brings an older registry to the newest layout, see `store.upgrade`. Raises RegistryError, SettingError."""
    return store.upgrade(url or settings.load(folder).database)
