"""Wizard: the steps from a file to approved credentials, in the notebook.

*Upload CSV* (`upload`; `read_as`: how a file is read) → *Review data* (`review`, with `causes` and `decisions`) →
*Add media* (`media`) → *Finish* (`finish`); later *Uploads* (`uploads`). `open_file` is the state of one file, `steps`
what all of them share; `locked` and `known`: files that are asked about first, `returning`: how a
page that is opened again comes back.
"""

from __future__ import annotations

from pathlib import Path

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.page import scripts
from credtools.jupyter.wizard.returning import ReturnStep


class Wizard(ReturnStep):
    """Credentials page, *Upload CSV · Review data · Add media · Finish*, and the pop-up *Approve*."""

    _esm = scripts(
        *(
            "dom",
            "connected",
            "drop_zone",
            "dialog",
            "ticked",
            "table",
            "grid_rows",
            "grid",
            "grid_facets",
            "grid_find",
            "grid_tools",
            "credentials",
            "uploads",
            "reshape",
            "upload",
            "status_words",
            "review",
            "preview",
            "media",
            "finish",
            "wizard",
        )
    )

    def __repr__(self) -> str:
        return f"Wizard: {self.step}"

    def start(self, begin: Path | int) -> None:
        """Begins with a file of this machine, or with a draft or held batch; what is wrong with it is said."""
        try:
            self.say(self.do_open(begin) if isinstance(begin, int) else self.take(begin))
        except CredtoolsError as problem:
            self.refuse(problem)
        self.after()
