"""Addresses: what names a registry, and how it is shown – never with a password."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from credtools.errors import RegistryError


def checked(url: str) -> URL:
    """The parts of an address. Raises RegistryError for one that names no registry, or that would show a password."""
    try:
        # A plain path is taken as it is: in an address a '?' would begin the options.
        parsed = make_url(url) if "://" in url else URL.create("sqlite", database=url)
    except (ArgumentError, ValueError):
        raise RegistryError("address_unclear") from None  # the cause quotes the address, and with it a password
    if "password" in parsed.query:
        raise RegistryError("address_with_password")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise RegistryError("address_unsupported", kind=parsed.get_backend_name())
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise RegistryError("address_in_memory")
    return parsed


def sqlite_path(url: URL) -> Path | None:
    """The file of a registry in SQLite."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def shown(url: URL) -> str:
    """An address as people may read it."""
    return url.render_as_string(hide_password=True)
