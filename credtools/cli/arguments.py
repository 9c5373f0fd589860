"""Arguments: what several commands are given."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from functools import partial
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from credtools.audit.filters import WORDS
from credtools.cli import ending
from credtools.cli.output import visible
from credtools.errors import CredtoolsError, FileError
from credtools.runs import parameters

if TYPE_CHECKING:
    from credtools.registry import Registry

Found = TypeVar("Found")
PATH = click.Path(path_type=Path)
BATCH = click.argument("batch", type=int, help="The number of the batch; 'credtools show' lists them.")
FILE = click.argument("file", type=PATH, help="A CSV or other delimited text, XLSX, XLS or ODS file.")
OUTPUT = click.option("-o", "--output", type=PATH, required=True, help="The file to write.")
FORCE = click.option("--force", is_flag=True, help="Replace a file that is there.")
RECIPE = click.option("--recipe", type=PATH, help="The recipe (YAML) that says how to read this source's files.")
YES = partial(click.option, "--yes", is_flag=True)


def require_free(output: Path, *, force: bool, parts: bool = False) -> None:
    """Raises CredtoolsError where a file that is there would be replaced, and nobody asked for that.

    `parts`: further files may be written, as NAME-2.csv.
    """
    beside = f"{escape(output.stem)}-[2-9]{escape(output.suffix)}"
    taken = [output] if output.exists() else sorted(output.parent.glob(beside)) if parts else []
    if taken and not force:
        raise CredtoolsError("output_there", path=taken[0])


def lines(about: str, *, required: bool = True) -> Callable[..., Any]:
    """The option that names lines of a batch."""
    return click.option(
        "--lines",
        type=parameters.lines,
        metavar="LINES",
        required=required,
        help=f"{about}, for example 5,9-12 or 5.2.",
    )


def filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with an option for each filter of `registry.audit` but the batch, which some take as an argument."""
    for name, word in reversed(list(WORDS.items())):
        if name != "batch":
            command = click.option(f"--{name.replace('_', '-')}", help=word.help)(command)
    return command


def unlocked(read: Callable[[str | None], Found]) -> Found:
    """What `read` gives; when it needs the password of a file, a person at a terminal is asked for it, once."""
    try:
        return read(None)
    except FileError as problem:
        if problem.reason != "password_needed" or not sys.stdin.isatty():
            raise
    return read(getpass.getpass("Password of the file: "))


def unlocked_batches(registry: Registry, do: Callable[[], Found]) -> Found:
    """What `do` gives; for each batch whose file needs its password a person at a terminal is asked for it, once."""
    asked: set[int] = set()
    while True:
        try:
            return do()
        except FileError as problem:
            batch = problem.facts.get("batch")
            if batch is None or batch in asked or not sys.stdin.isatty():
                raise
            asked.add(batch)
            file = visible(problem.facts["file"])
        registry.batch(batch, password=getpass.getpass(f"Password of {file} (batch {batch}): "))


def own(registry: Registry) -> list[str]:
    """What is said below a list or a number of somebody who doesn't see all that there is."""
    return [] if registry.may("audit") else ["Of your uploads and those shared with you."]


def open_registry() -> Registry:
    """The registry of the working folder, which is closed when the command ends."""
    from credtools.registry import open_registry  # noqa: PLC0415

    return ending.opened(open_registry())
