"""Questions: what the audit shows of the rejects that fit its filters – choices, rows, and the history of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from credtools.audit import reports
from credtools.audit.reports import Section
from credtools.model import REJECT_STATES
from credtools.registry import Registry
from credtools.text import plural

MOST_SHOWN = 100
FILTERS = ("source", "code", "type", "uploader", "state", "since", "until")


class Questions:
    """The rejects of an organisation, as of now."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        settings = registry.settings
        self._zone = ZoneInfo(settings.time_zone)
        self._titles = reports.titles_of(registry)

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What can be filtered by: per filter its values and their names."""
        audit = self.registry.audit
        found: dict[str, list[tuple[str, str]]] = {
            by: [(name, name) for name in sorted(map(str, audit.rejects(by=by).index)) if name]
            for by in ("source", "type", "uploader")
        }
        codes = [(str(code), self._titles.get(str(code), str(code))) for code in audit.rejects(by="code").index]
        return {**found, "code": codes, "state": [(name, name) for name in REJECT_STATES]}

    def rows(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The newest rejects that fit, and how many there are."""
        audit = self.registry.audit
        found = audit.newest(MOST_SHOWN, **filters)
        counts = audit.rejects(by="source", **filters).sum()
        shown = []
        for _, errors in found.groupby("reject", sort=False):
            told = errors.iloc[0]
            shown.append(
                {
                    "batch": int(told["batch"]),
                    "line": int(told["line"]),
                    "source": told["source"],
                    "state": told["state"],
                    "since": self._day(told["first_seen"]),
                    "errors": [f"{title}: {text}" if text else title for title, text in _said(errors)],
                }
            )
        every = {str(name): int(count) for name, count in counts.items()}
        return {"rows": shown, "found": sum(every.values()), "open": every.get("open", 0)}

    def history(self, batch: int, line: int) -> dict[str, Any]:
        """All that happened to one row, and its errors."""
        told = [
            [self._moment(act["at"]), act["by"], act["what"], f"batch {act['batch']}, line {act['line']}", act["told"]]
            for act in self.registry.audit.row(batch, line).to_dict("records")
        ]
        return {"batch": batch, "line": line, "history": told, "zone": str(self._zone)}

    def status(self, filters: Mapping[str, Any], rows: Mapping[str, Any]) -> str:
        """The counts in one line."""
        chosen = " that fit" if filters else ""
        return f"{plural(rows['found'], 'rejected row')}{chosen} · {rows['open']:,} open"

    def _moment(self, at: Any) -> str:
        return str(pd.Timestamp(at).tz_convert(self._zone).strftime("%Y-%m-%d %H:%M"))

    def _day(self, at: Any) -> str:
        return self._moment(at)[:10]


def _said(errors: pd.DataFrame) -> list[tuple[str, str]]:
    """(title, sentence) of each error; no sentence once it was erased."""
    return [(str(t), "" if r is None else str(r)) for t, r in errors[["title", "resolution"]].itertuples(index=False)]


def shown(section: Section) -> dict[str, Any]:
    """A section as the browser takes it."""
    return {
        "name": section.name,
        "title": section.title,
        "sentence": section.sentence,
        "headings": section.headings,
        "rows": [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in section.rows],
        "keys": [dict(key) for key in section.keys],
        "drawn": section.plot is not None,
    }
