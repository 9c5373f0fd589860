"""The commands at the prompt; each is a light wrapper of a public Python call, and lies in the module of its group.

Exit codes: 0 fine · 1 rows rejected, held, or something to look at · 2 misuse or no such file · 3 unreadable, or failed
· 4 outcome unknown · 5 imported, but a record or export failed · 70 what should not happen, or an answer that couldn't
be printed (`ending`). With --json stdout holds only JSON, one object a line.
Heavy libraries are loaded inside the commands: `credtools --help` needs none.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import click

from credtools import errors
from credtools.cli import (
    correct,
    decide,
    ending,
    import_files,
    keeping,
    look_back,
    people,
    privacy,
    recipes,
    set_up,
    sources,
    surroundings,
    team,
)
from credtools.cli.output import MISUSED, code_of, say, stop
from credtools.errors import CredtoolsError, CredtoolsWarning
from credtools.settings import VERSION

GROUPS: dict[str, tuple[click.Command, ...]] = {
    "Set up": set_up.COMMANDS,
    "Import": import_files.COMMANDS + correct.COMMANDS + recipes.COMMANDS,
    "Decide": decide.COMMANDS + sources.COMMANDS + people.COMMANDS,
    "Look back": look_back.COMMANDS,
    "People and roles": team.COMMANDS,
    "Keep": keeping.COMMANDS,
    "Privacy": privacy.COMMANDS,
}


def _warned(otherwise: Callable[..., None]) -> Callable[..., None]:
    """How a warning is shown: one of ours as a sentence on stderr, once."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *where: Any) -> None:
        if not issubclass(category, CredtoolsWarning):
            otherwise(message, category, *where)
        elif (sentence := str(message)) not in told:
            told.add(sentence)
            say(f"credtools: {sentence}", err=True)

    return show


class Commands(click.Group):
    """The commands in their groups; an error of ours becomes one sentence on stderr and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        surroundings.settle()
        with warnings.catch_warnings():
            warnings.simplefilter("always", CredtoolsWarning)
            warnings.showwarning = _warned(warnings.showwarning)
            try:
                return super().invoke(ctx)
            except CredtoolsError as problem:
                stop(problem.on("prompt"), code_of(problem))
            except MISUSED:
                raise
            except KeyboardInterrupt:
                ending.interrupted()
            except Exception as problem:  # noqa: BLE001 - of commands without --json
                ending.fault(problem)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        widest = max(map(len, self.commands))
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{one.name:{widest}}", one.get_short_help_str(100)) for one in commands])


@click.group(
    cls=Commands,
    commands=sum(GROUPS.values(), ()),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each command explains itself: credtools COMMAND --help",
)
@click.version_option(VERSION, prog_name="credtools", help="Show the version and exit.")
def main() -> None:
    """Turn messy exports of licences and qualifications into approved, auditable credential records."""
    errors.speak("prompt")
