"""Audit: rejected rows in pictures and tables that can be filtered; from a figure to its rows, and to their file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import ipywidgets
import pandas as pd

from credtools.audit import reports
from credtools.audit.filters import WORDS
from credtools.errors import CredtoolsError, remedied
from credtools.jupyter.parts.page import Page, scripts
from credtools.jupyter.parts.shown import listed, moment, records
from credtools.jupyter.wizard import Wizard
from credtools.model import REJECT_STATES, Line, exact, lines_in
from credtools.registry import Registry
from credtools.text import plural

MOST_SHOWN = 100
FILTERS = ("source", "code", "type", "uploader", "state", "since", "until")


class AuditPage(Page):
    """The filters, one section per question, the newest rows that fit, and one row in detail."""

    _esm = scripts("dom", "audit")

    def __init__(self, registry: Registry, filters: Mapping[str, Any] | None = None) -> None:
        super().__init__(registry)
        self.page = ipywidgets.VBox([self])  # a file is opened below
        self.filters = dict(filters or {})
        self._zone = ZoneInfo(registry.settings.time_zone)
        labels = {name: WORDS[name].title for name in FILTERS} | {"until": "to"}  # beside 'First seen from'
        self._offered = {"choices": self._choices(), "labels": labels}
        self._theme = "light"

    def show(self) -> None:
        """Everything, as it is now: the frame with the rows at once, then section by section with its picture."""
        rows = self._rows()
        chosen = " that fit" if self.filters else ""
        status = f"{plural(rows['found'], 'rejected row')}{chosen} · {rows['open']:,} open"
        state = {"type": "state", "filters": self.filters, "list": rows, "status": status}
        self.send(state | self._offered | self.said())
        for section in reports.sections(self.registry.audit, self.filters):
            self.send({"type": "section", "section": _shown(section)})
            if section.plot is not None:
                picture = {"type": "picture", "name": section.name, "alternative": section.alternative}
                self.send(picture, [section.plot(self._theme)])
        self.send({"type": "complete"})

    def start_over(self) -> None:
        self.filters = {}

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

    def do_history(self, batch: int, line: Line, row: Line | None = None) -> None:
        """All that happened to one row, and its errors; `line` is what people call it."""
        acts = self.registry.audit.row(batch, line if row is None else row)
        history = [
            (moment(act.at, self._zone), act.by, act.what, f"batch {act.batch}, line {where}", act.told)
            for act, where in zip(acts.itertuples(), lines_in(acts), strict=True)
        ]
        told = {"batch": batch, "line": line, "history": history, "zone": str(self._zone)}
        self.send({"type": "history", "row": told})

    def do_open(self, batch: int) -> None:
        """The file of a batch as a draft, judged as things are now, in the wizard below."""
        draft = self.registry.follow(batch)
        wizard = Wizard(self.registry)
        wizard.start(draft.id)
        wizard.calls = True
        self.page.children = (self, wizard)
        self.say(f"{draft.file} is open below as draft {draft.id}. Rows that pass when you finish it are fixed.")
        self.send({"type": "said"} | self.said())  # the figures stay: nothing is finished yet

    def do_export(self, kind: str) -> None:
        """Sends the open rows that fit as a correction file, or what is seen as a page."""
        if kind == ".html":
            self.hand_out("audit", kind, lambda path: self.registry.report(path, **self.filters))
        else:
            self.hand_out("rejects", kind, lambda path: self.registry.write_rejects(path, **self.filters))

    def _choices(self) -> dict[str, list[tuple[str, str]]]:
        """What can be filtered by: of each filter its values and their names."""
        audit, titles = self.registry.audit, self.registry.audit.titles
        found = {
            by: listed(name for name in sorted(map(str, audit.rejects(by=by).index)) if name)
            for by in ("source", "type", "uploader")
        }
        codes = [(str(code), titles.get(str(code), str(code))) for code in audit.rejects(by="code").index]
        return {**found, "code": codes, "state": listed(REJECT_STATES)}

    def _rows(self) -> dict[str, Any]:
        """The newest rejects that fit, and how many there are."""
        audit = self.registry.audit
        counts = {str(name): int(n) for name, n in audit.rejects(by="source", **self.filters).sum().items()}
        newest = audit.newest(MOST_SHOWN, **self.filters)
        newest["row"] = exact(newest)
        newest["line"] = pd.Series(lines_in(newest), index=newest.index, dtype="object")
        found = newest.groupby("reject", sort=False)
        rows = [
            {
                **records(errors.head(1)[["batch", "line", "row", "source", "state"]])[0],
                "since": moment(errors["first_seen"].iloc[0], self._zone)[:10],
                "errors": [  # no sentence once it was erased
                    f"{title}: {remedied(text, 'screen')}" if text else title
                    for title, text in zip(errors["title"], errors["resolution"].fillna(""), strict=True)
                ],
            }
            for _, errors in found
        ]
        return {"rows": rows, "found": sum(counts.values()), "open": counts.get("open", 0)}


def _shown(section: reports.Section) -> dict[str, Any]:
    """A section as the browser takes it."""
    names = ("name", "title", "sentence", "headings")
    return {name: getattr(section, name) for name in names} | {
        "rows": [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in section.rows],
        "keys": [dict(key) for key in section.keys],
        "drawn": section.plot is not None,
    }
