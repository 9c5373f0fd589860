"""Stories: what happened to rows, credentials and persons, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pandas as pd

    from credtools.registry import Registry

UNNAMED = "Rows whose credential isn't known:"


def told(registry: Registry, acts: pd.DataFrame, *, titled: bool) -> Iterator[str]:
    """A line per act, oldest first: when, what, who, where. `titled`: credential by credential, each under its name."""
    from credtools.model import lines_in  # noqa: PLC0415

    zone = registry.settings.time_zone
    at = acts["at"].dt.tz_convert(ZoneInfo(zone)).dt.strftime("%Y-%m-%d %H:%M")
    shown = acts.assign(at=at, where=lines_in(acts), by=list(map(registry.namer(), acts["by"])))
    if not titled:
        yield from _acts(shown)
    else:
        for name, some in shown.groupby("credential", sort=False):
            yield f"{name!s}:" if name else UNNAMED
            yield from (f"  {line}" for line in _acts(some))
    if len(shown):
        yield f"Times are of {zone}."


def _acts(acts: pd.DataFrame) -> Iterator[str]:
    rows: list[dict[str, Any]] = acts.to_dict("records")  # type: ignore[assignment]  # names of columns are texts
    for act in rows:
        who = f"{act['by']}, " if act["by"] else ""
        yield f"{act['at']}  {act['sentence']} ({who}batch {act['batch']} line {act['where']})"
