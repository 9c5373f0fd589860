"""Audit: rejected rows in pictures and tables that can be filtered; from a figure to its rows, and to their end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import ipywidgets
import pandas as pd

from credtools.audit import reports
from credtools.audit.filters import LATEST, WORDS
from credtools.errors import CredtoolsError, remedied
from credtools.jupyter.parts.closing import Closing
from credtools.jupyter.parts.page import Page, scripts
from credtools.jupyter.parts.shown import listed, moment, records
from credtools.jupyter.wizard import Wizard
from credtools.model import REJECT_STATES, Line, exact, lines_in
from credtools.registry import Registry
from credtools.text import plural

MOST_SHOWN, MOST_LISTED = 100, 2_000  # rows of the list at first, and at most
FILTERS = ("source", "code", "type", "uploader", "state", "since", "until", "changed_since", "changed_until")  # a form


class AuditPage(Page):
    """The filters, one section per question, the rows that fit, and below each row its history."""

    _esm = scripts("dom", "connected", "dialog", "waiving", "audit")

    def __init__(self, registry: Registry, filters: Mapping[str, Any] | None = None) -> None:
        super().__init__(registry)
        self.page = ipywidgets.VBox([self])  # a file is opened below
        self.filters = dict(filters or {})
        self.order, self.most = "newest", MOST_SHOWN
        self._closing = Closing(registry)
        self._zone = ZoneInfo(registry.settings.time_zone)
        self._offered = {"choices": self._choices(), "labels": {name: WORDS[name].title for name in FILTERS}}
        self._theme = "light"

    def show(self) -> None:
        """Everything, as it is now: the rows at once, each section as soon as it is counted, then their pictures."""
        self.send({"type": "state", **self._state(), **self._offered, **self.said()})
        for slow in (False, True):
            found = reports.sections(self.registry.audit, self.filters, values=True, slow=slow)
            for section in [self._sent(section) for section in found]:  # the answers don't wait for pictures
                if section.plot is not None:
                    picture = {"type": "picture", "name": section.name, "alternative": section.alternative}
                    self.send(picture, [section.plot(self._theme)])
        self.send({"type": "complete"})

    def _sent(self, section: reports.Section) -> reports.Section:
        self.send({"type": "section", "section": _shown(section)})
        return section

    def start_over(self) -> None:
        self.filters = {}

    def do_ready(self, *, dark: bool = False) -> None:
        self._theme = "dark" if dark else "light"
        self.show()

    def do_filter(self, filters: dict[str, Any]) -> None:
        before = self.filters
        self.filters = {name: value for name, value in filters.items() if value and name in WORDS}
        try:
            if "batch" in self.filters:
                self.filters["batch"] = int(self.filters["batch"])
            self.most = MOST_SHOWN
            self.show()
        except CredtoolsError:
            self.filters = before
            raise

    def do_list(self, order: str, most: int = MOST_SHOWN) -> None:
        """The rows in another order, or more of them."""
        self.order, self.most = order, min(most, MOST_LISTED)
        self.send({"type": "list", "list": self._rows()})

    def do_history(self, batch: int, line: Line, row: Line | None = None) -> None:
        """All that happened to one row; `line` is what people call it."""
        acts, called = self.registry.audit.row(batch, line if row is None else row), self.registry.namer()
        history = [
            (moment(act.at, self._zone), called(act.by), act.sentence, f"batch {act.batch}, line {where}")
            for act, where in zip(acts.itertuples(), lines_in(acts), strict=True)
        ]
        told = {"batch": batch, "line": line, "row": row, "history": history, "zone": str(self._zone)}
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

    def do_waive(self, chosen: list[tuple[int, Line]], reason: str, *, for_good: bool = False) -> str:
        """Closes the chosen open rows, with a reason."""
        return self._closing.waive(chosen, reason, for_good=for_good)

    def do_reopen(self, chosen: list[tuple[int, Line]]) -> str:
        """Opens the chosen waived rows again."""
        return self._closing.reopen(chosen)

    def do_undo(self) -> str:
        """Takes back the last waiving or reopening of this page."""
        return self._closing.undo()

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
        called = self.registry.namer()
        found["uploader"] = [(login, called(login)) for login, _ in found["uploader"]]
        codes = [(str(code), titles.get(str(code), str(code))) for code in audit.rejects(by="code").index]
        return {**found, "code": codes, "state": listed(REJECT_STATES)}

    def _state(self) -> dict[str, Any]:
        """The filters, the rows that fit, and how many they are: each record once, whatever is asked for."""
        rows = self._rows()
        counts = self._counts
        chosen = " that fit" if self.filters else ""
        others = "".join(f" · {counts[name]:,} {name}" for name in ("fixed", "waived") if counts[name])
        status = f"{plural(rows['found'], 'rejected row')}{chosen} · {counts['open']:,} open{others}"
        more = {name: f"{WORDS[name].title}: {value}" for name, value in self.filters.items() if name not in FILTERS}
        filters = {name: str(value) for name, value in self.filters.items()}
        return {"filters": filters, "more": more, "list": rows, "status": status, "undo": self._closing.undoable}

    def _rows(self) -> dict[str, Any]:
        """The first rejects that fit, in the order asked for, and how many there are."""
        audit = self.registry.audit
        self._counts = {str(name): int(n) for name, n in audit.rejects(by="source", **self.filters).sum().items()}
        asked = self.filters.get("state")
        found = audit.listed(self.order, self.most, latest=not asked, **self.filters)
        found["row"] = exact(found)
        found["line"] = pd.Series(lines_in(found), index=found.index, dtype="object")
        called = self.registry.namer()
        today = pd.Timestamp(datetime.now(UTC)).normalize()
        rows = []
        for _, errors in found.groupby("reject", sort=False):
            first = errors.iloc[0]
            state = str(first["state"])
            why = f"by {called(first['changed_by'])}: {first['reason']}" if state == "waived" else ""
            days = (today - first["first_seen"].normalize()).days
            rows.append(
                {
                    **records(errors.head(1)[["batch", "line", "row", "source", "state", "file"]])[0],
                    "why": why,
                    "since": moment(first["first_seen"], self._zone)[:10],
                    "age": "today" if days <= 0 else plural(days, "day"),
                    "changed": moment(first["changed_at"], self._zone)[:10],
                    "errors": [  # no sentence once it was erased
                        f"{title}: {remedied(text, 'screen')}" if text else title
                        for title, text in zip(errors["title"], errors["resolution"].fillna(""), strict=True)
                    ],
                }
            )
        total = self._counts.get(asked, 0) if asked else sum(self._counts[name] for name in LATEST)
        return {"rows": rows, "found": total, "order": self.order, "most": MOST_LISTED}


def _shown(section: reports.Section) -> dict[str, Any]:
    """A section as the browser takes it."""
    names = ("name", "title", "sentence", "headings")
    return {name: getattr(section, name) for name in names} | {
        "rows": [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in section.rows],
        "keys": [dict(key) for key in section.keys],
        "links": [[None if link is None else dict(link) for link in links] for links in section.links],
        "drawn": section.plot is not None,
    }
