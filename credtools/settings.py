"""Where things lie: environment → credtools.toml in the working folder → defaults."""

from __future__ import annotations

import getpass
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from credtools.errors import SettingError

VERSION = "0.1.0"  # of this package
FILE = "credtools.toml"
KEYS = (
    "database",
    "database_timeout",
    "schemas",
    "runs",
    "blobs",
    "heads",
    "by",
)  # in the environment CREDTOOLS_DATABASE …
TIMEOUT = 30  # seconds for which a database server may be silent
LONGEST_TIMEOUT = 3_600


@dataclass(frozen=True)
class Settings:
    """Where things lie for this working folder, and who is at work.

    `by`: '' where nobody knows; `said`: who is, by CREDTOOLS_BY or credtools.toml; '' where neither says so. `heads`:
    the file to which each write tells the head of the history, best on another computer.
    The address of the database may hold a password, so nobody sees it here.
    """

    database: str = field(repr=False)
    schemas: Path
    notebooks: Path
    runs: Path
    blobs: Path
    by: str
    said: str = ""
    database_timeout: int = TIMEOUT
    heads: Path | None = None


def load(folder: str | Path = ".") -> Settings:
    """The settings in force for a working folder.

    Raises SettingError for a credtools.toml that can't be read or holds an unknown key.
    """
    folder = Path(folder)
    values = _from_file(folder / FILE)
    values |= {key: value for key in KEYS if (value := os.environ.get(f"CREDTOOLS_{key.upper()}"))}
    own_schemas = folder / "schemas"
    default_schemas = own_schemas if (own_schemas / "credentials.py").exists() else documents("schemas")
    return Settings(
        database=values.get("database", str(folder / "credtools.db")),
        schemas=Path(values["schemas"]) if "schemas" in values else default_schemas,
        notebooks=documents("notebooks"),
        runs=Path(values.get("runs", folder / "runs")),
        blobs=Path(values.get("blobs", folder / "blobs")),
        by=values.get("by") or _login(),
        said=values.get("by", ""),
        database_timeout=_seconds(values.get("database_timeout", str(TIMEOUT))),
        heads=Path(values["heads"]) if "heads" in values else None,
    )


def documents(kind: str) -> Path:
    """The folder of shipped `schemas` or `notebooks`: inside the wheel, else beside the package."""
    package = Path(__file__).parent
    shipped = package / "_shipped" / kind
    return shipped if shipped.is_dir() else package.parent / kind


def _login() -> str:
    """The login name; '' in a container, say, whose user has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= LONGEST_TIMEOUT):
        raise SettingError("timeout_unusable", value=text, most=LONGEST_TIMEOUT)
    return int(text)


def _from_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise SettingError("settings_not_toml", path=str(path), why=str(problem)) from problem
    for key, value in values.items():
        if key not in KEYS:
            raise SettingError("settings_key_unknown", path=str(path), key=key, known=", ".join(KEYS))
        if key == "database_timeout" and type(value) is int:
            values[key] = str(value)
        elif not isinstance(value, str):
            raise SettingError("settings_not_text", path=str(path), key=key)
    return values
