"""Addresses: what names a registry, and how it is shown – never with a password.

A text that isn't plainly an address is refused and not quoted: taken for a path, it would become a file named after a
password. Passwords belong in .pgpass or a service file; user:password@ works, and is shown as user:***@.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from credtools.errors import RegistryError

DRIVE = re.compile(r"[A-Za-z]:[\\/]")
SECRET = re.compile(r":.*@|\b(pass\w*|pwd|secret)\s*=", re.IGNORECASE | re.DOTALL)  # user:password@, password=
# What is no path but an address with a typo (postgresql:/…), or the keywords of a connection (host=… dbname=…).
NO_PATH = re.compile(
    r"\s*([\w.+-]{2,}:|(postgres|pgsql|psql|sqlite)\w*//)|.*\b(host|hostaddr|dbname|user|port|service|sslmode)\s*=",
    re.IGNORECASE | re.DOTALL,
)
# What an address may set after '?': options of libpq (PostgreSQL 18, 34.1.2). The first are shown, others may hold all.
SHOWN = frozenset(("host", "port", "dbname", "user", "service", "application_name", "sslmode", "target_session_attrs"))
HIDDEN = re.compile(
    "hostaddr|passfile|servicefile|options|connect_timeout|keepalives(_idle|_interval|_count)?|tcp_user_timeout|"
    "channel_binding|fallback_application_name|client_encoding|ssl(negotiation|compression|cert|key|certmode|rootcert|"
    "crl|crldir|sni)|require(peer|_auth)|(ssl_)?(min|max)_protocol_version|krbsrvname|gss(encmode|lib|delegation)|"
    "load_balance_hosts"
)
SECRETS = frozenset(["password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret"])


def checked(address: str | URL) -> URL:
    """The parts of an address. Raises RegistryError for one that names no registry, or that would show a password."""
    parsed = address if isinstance(address, URL) else _parsed(address)
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise RegistryError("address_unsupported", kind=kind)
    if SECRETS & parsed.query.keys():
        raise RegistryError("address_with_password")
    parts = (parsed.username, parsed.host, parsed.database)
    if kind == "sqlite":
        if any((parsed.username, parsed.password, parsed.host)) or "://" in (parsed.database or ""):
            raise RegistryError("address_unclear")
        if parsed.database in (None, "", ":memory:"):
            raise RegistryError("address_in_memory")
        return parsed.set(drivername="sqlite")
    values = (value for some in parsed.query.values() for value in ([some] if isinstance(some, str) else some))
    # A password with '@', '/' or ':' that isn't written as %40, %2F or %3A has slipped into what would be shown.
    if any(SECRET.search(_plain(part)) for part in (*parts, *values) if part) or "@" in (parsed.host or ""):
        raise RegistryError("address_unclear")
    if ":" in (parsed.username or ""):
        raise RegistryError("address_unclear")
    if any(name not in SHOWN and not HIDDEN.fullmatch(name) for name in parsed.query):
        raise RegistryError("address_option_unknown", known=", ".join(sorted(SHOWN)))
    return parsed.set(drivername="postgresql+psycopg")


def _parsed(text: str) -> URL:
    """A plain path is taken as it is: in an address a '?' would begin the options."""
    if "://" not in text:
        rest = _plain(text[DRIVE.match(text).end() :] if DRIVE.match(text) else text)  # type: ignore[union-attr]
        if "://" in rest or NO_PATH.match(rest) or SECRET.search(rest):
            raise RegistryError("address_unclear")
        return URL.create("sqlite", database=text)
    kind, _, rest = text.strip().partition("://")
    kind = "postgresql" if kind.lower() == "postgres" else kind.lower()
    if kind.startswith("postgres+"):
        raise RegistryError("address_unclear")
    try:
        return make_url(f"{kind}://{rest}")
    except (ArgumentError, ValueError):
        raise RegistryError("address_unclear") from None  # the cause quotes the address, and with it a password


def _plain(text: str) -> str:
    """Without %40 for '@' and the like, however often it was written so."""
    for _ in range(3):
        text = unquote(text)
    return text


def sqlite_path(url: URL) -> Path | None:
    """The file of a registry in SQLite."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def shown(url: URL) -> str:
    """An address as people may read it."""
    hidden = [name for name in url.query if HIDDEN.fullmatch(name)]
    return url.difference_update_query(hidden).render_as_string(hide_password=True)
