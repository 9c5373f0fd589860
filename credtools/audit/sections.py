"""Sections: what an audit says, one question each – a sentence, a table, and a picture of the same figures.

The live notebook, the record that papermill keeps and the offline page show the same sections. They hold counts, names
of sources and types, and people who upload; never a value of a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import pandas as pd

from credtools.audit import plots
from credtools.audit.audit import Audit
from credtools.audit.plots import Plot
from credtools.model import REJECT_STATES
from credtools.schema.loading import SchemaFile
from credtools.text import plural

STATE_HEADINGS = ("Open", "Fixed", "Waived", "Superseded")
MOST_ROWS = 50


class Asked(Protocol):
    """What sections ask of a registry."""

    @property
    def audit(self) -> Audit: ...
    def schema(self, name: str) -> SchemaFile: ...


@dataclass(frozen=True)
class Section:
    """One question with its answer; `plot` draws it (None: there is nothing to draw)."""

    name: str
    title: str
    sentence: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    plot: Plot | None = None
    keys: tuple[Mapping[str, str], ...] = ()  # per row the filters that lead to what it counts


def of_audit(registry: Asked, filters: Mapping[str, Any]) -> Iterator[Section]:
    """All questions about the rejects that fit the filters (see `registry.audit`), one after the other.

    Raises CredtoolsError when a filter means nothing.
    """
    for ask in (flow, causes, trend, ageing, sources, fixing, changes):
        yield ask(registry, filters)


def flow(registry: Asked, filters: Mapping[str, Any]) -> Section:
    """Rows in → accepted, unchanged, rejected → fixed, waived, superseded, open."""
    told = registry.audit.flow(by="source", **filters)
    counts = {str(name): int(count) for name, count in told.sum().items()}
    for name in ("rows", "accepted", "unchanged", "rejected", *REJECT_STATES):
        counts.setdefault(name, 0)
    sentence = (
        f"Of {plural(counts['rows'], 'row')}, {counts['accepted']:,} were accepted, {counts['unchanged']:,} were known "
        f"already and {counts['rejected']:,} were rejected. Of the rejected, {counts['fixed']:,} fixed, "
        f"{counts['waived']:,} waived, {counts['superseded']:,} superseded by their next appearance, and "
        f"{counts['open']:,} still open."
    )
    if not (filters.get("since") or filters.get("until")):  # of batches they mean another day than of rejects
        undone = int(registry.audit.rejects(by="source", **filters).to_numpy().sum()) - counts["rejected"]
        sentence += f" {undone:,} more were rejected in batches that were undone, and closed with them." * bool(undone)
    names = ("rows", "accepted", "unchanged", "rejected", "fixed", "waived", "superseded", "open")
    rows = [(source, *(int(row[name]) for name in names)) for source, row in told.iterrows()]
    keys = tuple({"source": str(source)} for source in told.index)
    headings = ("Source", *(name.capitalize() for name in names))
    return Section(
        "flow", "What became of the rows", sentence, headings, tuple(rows), partial(plots.flow, counts), keys
    )


def causes(registry: Asked, filters: Mapping[str, Any]) -> Section:
    """Pareto of the errors: the few that make most of the rejected rows."""
    found = registry.audit.rejects(by="code", **filters)
    judged_last = [state for state in REJECT_STATES if filters.get("state") or state != "superseded"]
    counts = found[judged_last].sum(axis=1).sort_values(ascending=False, kind="stable")
    if not counts.sum():
        told = "No row was rejected." if found.empty else "All of these rows came again, and count there."
        return Section("causes", "Causes, largest first", told, (), ())
    titles = titles_of(registry)
    share = counts.cumsum() / counts.sum()
    few = int((share < 0.8).sum()) + 1
    errors = "One error makes" if few == 1 else f"{few} of {plural(len(counts), 'error')} make"
    sentence = (
        f"{errors} {share.iloc[few - 1]:.0%} of what is wrong. A row that came again counts once, as it was judged "
        "last; one with several errors counts in each."
    )
    rows = tuple(
        (titles.get(code, code), code, *(int(found.loc[code, state]) for state in REJECT_STATES), f"{share[code]:.0%}")
        for code in counts.index.astype(str)
    )
    drawn = counts.rename(index=lambda code: titles.get(code, code))
    headings = ("Error", "Code", *STATE_HEADINGS, "Together so far")
    keys = tuple({"code": str(code)} for code in counts.index)
    return Section("causes", "Causes, largest first", sentence, headings, rows, partial(plots.pareto, drawn), keys)


def trend(registry: Asked, filters: Mapping[str, Any]) -> Section:
    """Week by week, by cause."""
    weeks = registry.audit.trend(by="code", **filters)
    title = "Trend by cause"
    if weeks.empty:
        return Section("trend", title, "There is no week with a rejected row.", (), ())
    totals = weeks.sum(axis=1)
    sentence = f"In the week of {weeks.index[-1]} {plural(int(totals.iloc[-1]), 'error')} came up for the first time."
    if len(weeks) > 1:
        sentence += (
            f" Of {len(weeks):,} weeks the middle one has {totals.median():,.0f}, the worst {totals.max():,} (week of "
            f"{totals.idxmax()})."
        )
    named = weeks.rename(columns=titles_of(registry))
    largest = named.sum().sort_values(ascending=False, kind="stable").index[: plots.MOST_CAUSES]
    rows = tuple(
        (week, int(named.loc[week].sum()), *(int(named.loc[week, name]) for name in largest))
        for week in reversed(named.index[-MOST_ROWS:])
    )
    return Section("trend", title, sentence, ("Week of", "All", *largest), rows, partial(plots.trend, named))


def ageing(registry: Asked, filters: Mapping[str, Any]) -> Section:
    """How long what is open has been open."""
    title = "How old the open rows are"
    by_source = registry.audit.ageing(by="source", **filters)
    whole = {str(name): int(count) for name, count in by_source.sum().items()}
    if not sum(whole.values()):
        return Section("ageing", title, "No rejected row is open.", (), ())
    old = sum(count for name, count in whole.items() if name not in ("up to 7 days", "8 to 30"))
    sentence = (
        f"{plural(sum(whole.values()), 'row')} {_are(sum(whole.values()))} open, {old:,} for longer than 30 days."
    )
    headings = ("Source", *(f"{name} days" if "day" not in name else name.capitalize() for name in whole))
    rows = tuple((source, *(int(row[name]) for name in whole)) for source, row in by_source.iterrows())
    keys = tuple({"source": str(source), "state": "open"} for source in by_source.index)
    return Section("ageing", title, sentence, headings, rows, partial(plots.ageing, whole), keys)


def sources(registry: Asked, filters: Mapping[str, Any]) -> Section:
    """Which source breaks which rule."""
    found = registry.audit.cross("source", "code", **filters)
    if not filters.get("state"):  # as above: a row that came again counts once
        again = registry.audit.cross("source", "code", **{**filters, "state": "superseded"})
        found = (found - again.reindex_like(found).fillna(0)).astype(int)
    title = "Source by error"
    if not found.to_numpy().sum():
        return Section("sources", title, "No row was rejected.", (), ())
    found = found.rename(columns=titles_of(registry))
    totals = found.sum(axis=1).sort_values(ascending=False, kind="stable")
    most = found.loc[totals.index[0]]
    sentence = (
        f"Most comes from {totals.index[0]} ({plural(int(totals.iloc[0]), 'error')}), above all "
        f"‘{most.idxmax()}’ ({most.max():,})."
    )
    rows = tuple(
        (source, int(totals[source]), *(int(found.loc[source, name]) for name in found.columns))
        for source in totals.index
    )
    keys = tuple({"source": str(source)} for source in totals.index)
    plot = partial(plots.crossed, found)
    return Section("sources", title, sentence, ("Source", "All", *map(str, found.columns)), rows, plot, keys)


def fixing(registry: Asked, filters: Mapping[str, Any]) -> Section:
    """How long fixing takes, by error."""
    title = "How long fixing takes"
    found = registry.audit.time_to_fix(by="code", **filters)
    whole = registry.audit.time_to_fix(**filters).iloc[0]
    if not whole["count"]:
        return Section("fixing", title, "Nothing was fixed yet.", (), ())
    titles = titles_of(registry)
    sentence = (
        f"{plural(int(whole['count']), 'row')} {_are(int(whole['count']))} fixed: half of them within "
        f"{days(whole['median'])}, nine of ten within {days(whole['90th percentile'])}."
    )
    ordered = found.sort_values("median", ascending=False, kind="stable")
    rows = tuple(
        (titles.get(str(code), code), int(row["count"]), days(row["median"]), days(row["90th percentile"]))
        for code, row in ordered.iterrows()
    )
    keys = tuple({"code": str(code), "state": "fixed"} for code in ordered.index)
    return Section("fixing", title, sentence, ("Error", "Fixed", "Half within", "Nine of ten within"), rows, keys=keys)


def changes(registry: Asked, filters: Mapping[str, Any]) -> Section:
    """What changes of recipes have fixed and broken."""
    title = "What changed recipes fixed and broke"
    found = registry.audit.recipe_changes(filters.get("source"))
    if found.empty:
        return Section("changes", title, "No source has changed its recipe from one file to the next.", (), ())
    broke = found["broke"].dropna().astype(int).sum()
    sentence = (
        f"{plural(len(found), 'change')}: {plural(int(found['fixed'].sum()), 'row')} fixed, {broke:,} rejected that "
        "had been accepted before."
    )
    rows = tuple(
        (
            row["source"],
            f"{row['at']:%Y-%m-%d}",
            f"{row['before']} → {row['after']}",
            f"{str(row['recipe_before'])[:8]} → {str(row['recipe_after'])[:8]}",
            int(row["fixed"]),
            "erased" if pd.isna(row["broke"]) else int(row["broke"]),
        )
        for row in found.iloc[::-1].head(MOST_ROWS).to_dict("records")
    )
    return Section("changes", title, sentence, ("Source", "Day", "Batches", "Recipe", "Fixed", "Broke"), rows)


def titles_of(registry: Asked, schema: str = "credentials") -> dict[str, str]:
    """What people call each error, by its code; where two have one title, the code stands behind it."""
    titles = {rule.code: rule.title for rule in registry.schema(schema).rules}
    many = Counter(titles.values())
    return {code: title if many[title] == 1 else f"{title} ({code})" for code, title in titles.items()}


def days(number: float) -> str:
    """A duration as people say it."""
    return "a day" if round(number) <= 1 else f"{number:,.0f} days"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def alternative(section: Section) -> str:
    """What stands in place of the picture where it can't be seen: the first rows of the table."""
    told = "; ".join(" ".join(str(cell) for cell in row[:3]) for row in section.rows[:3])
    return f"{section.title}: {told}. All figures stand in the table below."
