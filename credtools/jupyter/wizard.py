"""Wizard: the steps from a file to approved credentials, in the notebook.

Its verbs lie in `arriving`, `deciding`, `attaching` and `closing`, in the order of
the steps; the browser's half in `static/`.
"""

from __future__ import annotations

from pathlib import Path

from credtools.errors import CredtoolsError
from credtools.jupyter.arriving import Arriving
from credtools.jupyter.closing import Closing
from credtools.jupyter.deciding import Deciding

STATIC = Path(__file__).parent / "static"
SCRIPTS = (
    "dom.js",
    "sending.js",
    "dialog.js",
    "table.js",
    "grid.js",
    "steps.js",
    "media.js",
    "wizard.js",
)  # in this order


class Wizard(Arriving, Deciding, Closing):
    """Credentials page, *Upload CSV · Review data · Add media · Finish*, and the pop-up *Approve*."""

    _esm = "\n".join((STATIC / name).read_text("utf-8") for name in SCRIPTS)
    _css = STATIC / "wizard.css"

    def start(self, begin: Path | int) -> None:
        """Begins with a file of this machine, or with a draft or held batch; what is wrong with it is told."""
        try:
            self.do_open(begin) if isinstance(begin, int) else self.take(begin)
        except CredtoolsError as problem:
            self.tell(str(problem), "problem")
