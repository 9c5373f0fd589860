"""Audits: rejected rows in pictures and tables that can be filtered; from a figure to its rows, and to their mend."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ipywidgets

from credtools.audit import reports
from credtools.errors import CredtoolsError
from credtools.jupyter.questions import FILTERS, Questions, shown
from credtools.jupyter.verbs import Verbs
from credtools.jupyter.wizard import Wizard
from credtools.registry import Registry

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("dom.js", "dialog.js", "steps.js", "audits.js")  # in this order
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MIME = {".csv": "text/csv", ".xlsx": XLSX, ".html": "text/html"}


class Audits(Verbs):
    """The filters, one section per question, the newest rows that fit, and one row in detail."""

    _esm = "\n".join((STATIC / name).read_text("utf-8") for name in SCRIPTS)
    _css = STATIC / "wizard.css"

    def __init__(self, registry: Registry, filters: Mapping[str, Any] | None = None) -> None:
        super().__init__(registry)
        self.filters = {name: value for name, value in (filters or {}).items() if value}
        self._questions = Questions(registry)
        self._choices = self._questions.choices()
        self._theme = "light"
        self.page: ipywidgets.VBox | None = None  # where a file is opened below

    def __repr__(self) -> str:
        return "Audits"

    def show(self) -> None:
        """Everything anew: the frame with the rows at once, then section by section with its picture."""
        rows = self._questions.rows(self.filters)
        state: dict[str, Any] = {"type": "state", "filters": self.filters, "list": rows}
        state |= {"choices": self._choices, "status": self._questions.status(self.filters, rows)}
        self.send(state | self.told())
        for section in reports.of_audit(self.registry, self.filters):
            self.send({"type": "section", "section": shown(section)})
            if section.plot is not None:
                told = {"type": "picture", "name": section.name, "alternative": reports.alternative(section)}
                self.send(told, [section.plot(self._theme)])
        self.send({"type": "complete"})

    def begin_again(self) -> None:
        self.filters = {}

    # --- verbs ----------------------------------------------------------------------------------------------

    def do_ready(self, *, dark: bool = False) -> None:
        self._theme = "dark" if dark else "light"
        self.show()

    def do_filter(self, filters: dict[str, str]) -> None:
        before = self.filters
        self.filters = {name: value for name, value in filters.items() if value and name in FILTERS}
        try:
            self.show()
        except CredtoolsError:
            self.filters = before
            raise

    def do_history(self, batch: int, line: int) -> None:
        self.send({"type": "history", "row": self._questions.history(batch, line)})

    def do_open(self, batch: int) -> None:
        """The file of a batch as a draft, judged as things stand now, in the wizard below."""
        draft = self.registry.follow(batch)
        wizard = Wizard(self.registry)
        wizard.start(draft.id)
        wizard.calls = True
        if self.page is not None:
            self.page.children = (self, wizard)
        self.tell(f"{draft.file} is opened below as draft {draft.id}; mended and finished, its open rows are fixed.")
        self.send({"type": "told"} | self.told())  # the figures stay: nothing is finished yet

    def do_export(self, kind: str) -> None:
        """Sends the open rows that fit as a correction file, or what is seen as a page."""
        with tempfile.TemporaryDirectory(prefix="credtools-") as folder:
            if kind == ".html":
                path = reports.write_audit(self.registry, Path(folder) / "audit.html", **self.filters)
            else:
                path = Path(folder) / f"rejects{'.xlsx' if kind == '.xlsx' else '.csv'}"
                self.registry.write_rejects(path, **self.filters)
            self.send({"type": "download", "name": path.name, "mime": MIME[path.suffix]}, [path.read_bytes()])


def page(registry: Registry, filters: Mapping[str, Any]) -> ipywidgets.VBox:
    """The audit, with room below it for a file that is opened from it."""
    audits = Audits(registry, filters)
    audits.page = ipywidgets.VBox([audits])
    return audits.page
