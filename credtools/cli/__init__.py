"""The verbs at the prompt; each is a light wrapper of a public Python call.

Exit codes: 0 fine · 1 rows rejected, held, or something to look at · 2 misuse or no such file · 3 unreadable, or failed
· 4 outcome unknown · 5 imported, but an export failed. With --json stdout holds only JSON, one object a line.
Heavy libraries are loaded inside the commands: `credtools --help` needs none.
"""

from __future__ import annotations

from typing import Any

import click

from credtools.cli import (
    attaching,
    correcting,
    decisions,
    erasing,
    exporting,
    files,
    looking,
    organisation,
    recipes,
    reporting,
    starting,
)
from credtools.cli.common import stop
from credtools.errors import CredtoolsError, FileError, MissingFileError, UnknownOutcomeError
from credtools.settings import VERSION


class Verbs(click.Group):
    """Turns our errors into one sentence on stderr and an exit code, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MissingFileError as problem:
            stop(str(problem), 2)
        except FileError as problem:
            stop(str(problem), 3)
        except CredtoolsError as problem:
            stop(str(problem), 4 if isinstance(problem, UnknownOutcomeError) else 2)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="credtools")
def main() -> None:
    """Messy exports of licences and qualifications → approved, auditable credential records."""


for _command in (
    *(organisation.init, organisation.upgrade, organisation.load, organisation.settings),
    *(files.check, files.import_),
    *(decisions.approve, decisions.decline, decisions.undo, decisions.discard),
    *(decisions.waive, decisions.reopen, decisions.resubmit),
    *(exporting.template, exporting.export),
    attaching.media,
    *(recipes.recipe, erasing.erase),
    *(looking.rejects, correcting.correct, looking.show, looking.audit, reporting.report, looking.verify),
    *(starting.demo, starting.lab, starting.app),
):
    main.add_command(_command)
