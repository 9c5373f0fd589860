"""What all commands share: opening, stopping, and printing safely."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import click

from credtools.audit.filters import WORDS
from credtools.errors import CredtoolsError

if TYPE_CHECKING:
    from credtools.registry import Registry

SHOWN = 10  # causes or lines on the screen; --json shows all
LAST_LINE = 10_000_000
MOST_LINES = 1_000_000  # of one decision


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """A command with an option for each filter of `registry.audit` but the batch, which some take as an argument."""
    for name, word in reversed(list(WORDS.items())):
        if name != "batch":
            command = click.option(f"--{name}", help=word.help)(command)
    return command


def open_registry() -> Registry:
    from credtools.registry import open_registry  # noqa: PLC0415

    return open_registry()


def stop(sentence: str, code: int) -> NoReturn:
    click.echo(f"credtools: {safe(sentence)}", err=True)
    sys.exit(code)


def safe(value: object) -> str:
    """Text for a terminal: control characters, which could move the cursor or colour the screen, made visible."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in str(value))


def print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, allow_nan=False))


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _jsonable(value) for name, value in row.items()}


def _jsonable(value: Any) -> Any:
    import pandas as pd  # noqa: PLC0415

    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value


def parse_lines(text: str | None) -> tuple[int, ...] | None:
    """'5,9-12' → 5, 9, 10, 11, 12. Raises CredtoolsError, before anything large is made."""
    if text is None:
        return None
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise CredtoolsError(f"Lines are written like 5,9-12, not {text!r}.")
        if max(len(first), len(last)) > len(str(LAST_LINE)) or int(last or first) > LAST_LINE:
            raise CredtoolsError(f"No file has a line beyond {LAST_LINE:,}, as {part.strip()!r} says; correct it.")
        lines = range(int(first), int(last or first) + 1)
        if not lines:
            raise CredtoolsError(f"The lines {part.strip()!r} run backwards; write {last}-{first}.")
        if len(found) + len(lines) > MOST_LINES:
            raise CredtoolsError(f"More than {MOST_LINES:,} lines can't be named at once; name fewer.")
        found += lines
    return tuple(found)


def shown_lines(lines: list[int], limit: int = 5) -> str:
    """'lines 3, 7, 8 …' of a few lines."""
    named = sorted(set(lines))
    more = " …" if len(named) > limit else ""
    return f"line{'s' * (len(named) > 1)} {', '.join(map(str, named[:limit]))}{more}"
