"""Sections: what an audit says, one question each – a sentence, a table, and a picture of the same figures.

The live notebook, the record that papermill keeps and the offline page show the same sections. They hold counts, names
of sources and types, and people who upload; never a value of a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd

from credtools.audit import analysis, plots
from credtools.audit.audit import Audit
from credtools.audit.figures import FLOW
from credtools.audit.filters import LATEST, OF_REJECTS
from credtools.audit.section import MOST_ROWS, Links, Section, are, days, keys_of, rows_of
from credtools.model import REJECT_STATES
from credtools.text import plural


def sections(
    audit: Audit, filters: Mapping[str, Any], *, values: bool = False, slow: bool | None = None
) -> Iterator[Section]:
    """All questions about the rows that fit the filters (see `Filters`), one after the other.

    `values`: with wrong values and reasons as people wrote them, for a screen that keeps nothing; records and pages
    that are kept have neither. `slow`: only those that read whole files again (True), only those that count (False).

    Raises CredtoolsError when a filter means nothing.
    """
    about: dict[str, Any] = dict(filters)
    if not slow:
        for ask in (flow, analysis.rates, causes):
            yield ask(audit, about)
        yield analysis.values(audit, about, shown=values)
        for ask in (ageing, analysis.settled):
            yield ask(audit, about)
        yield analysis.waivers(audit, about, shown=values)
        for ask in (analysis.uploads, trend, sources, fixing, withdrawn, unlisted):
            yield ask(audit, about)
    if slow is not False:
        yield changes(audit, about)


def flow(audit: Audit, filters: dict[str, Any]) -> Section:
    """Rows in → accepted, unchanged, rejected → fixed, waived, superseded, open."""
    found = audit.flow(by="source", **filters)
    counts = {name: int(found[name].sum()) for name in FLOW}
    n = {name: f"{count:,}" for name, count in counts.items()}
    dated = bool(filters.get("since") or filters.get("until"))
    left = f", {n['left_out']} left out by their status or by a rule" if counts["left_out"] else ""
    sentence = (
        f"{plural(counts['rows'], 'row')}: {n['accepted']} accepted, {n['unchanged']} already known, {n['rejected']} "
        f"rejected{left}."
    )
    names = ["rows", "accepted", "unchanged", "rejected", "left_out", "fixed", "waived", "superseded", "open"]
    if dated:  # of files they mean another day than of rejected rows: what became of these is counted below
        sentence = f"Of the files that were finished in this time, {sentence}"
        names = names[:5]
    else:
        sentence += (
            f" Of the rejected rows: {n['fixed']} fixed, {n['waived']} waived, {n['superseded']} superseded (rejected "
            f"again later), {n['open']} still open."
        )
        undone = int(audit.rejects(by="source", **filters)["void"].sum())
        sentence += f" {plural(undone, 'more rejected row')} belonged to undone batches and closed with them." * bool(
            undone
        )
    shown = found[names]
    headings = ("Source", *(name.replace("_", " ").capitalize() for name in shown.columns))
    title, plot = "What became of the rows", partial(plots.flow, counts, settled=not dated)
    return Section("flow", title, sentence, headings, rows_of(shown), plot, keys_of("source", found.index))


def causes(audit: Audit, filters: dict[str, Any]) -> Section:
    """Pareto of the errors: the few that make most of the rejected rows."""
    title = "Causes, largest first"
    found = audit.rejects(by="code", **filters)
    latest = [filters["state"]] if filters.get("state") else list(LATEST)
    counts = found[latest].sum(axis=1).sort_values(ascending=False, kind="stable")
    if found.empty:
        return Section("causes", title, "No row was rejected.")
    if not counts.sum():
        again = "All of these rows were rejected again later, and are counted there."
        void = "All of these rows belonged to undone batches."
        return Section("causes", title, again if found["superseded"].any() else void)
    titles = audit.titles
    share = counts.cumsum() / counts.sum()
    few = int((share < 0.8).sum()) + 1
    errors = "One error causes" if few == 1 else f"{few} of {plural(len(counts), 'error')} cause"
    sentence = (
        f"{errors} {share.iloc[few - 1]:.0%} of the rejections. A row that was rejected again counts once, by its "
        "latest check; a row with several errors counts in each."
    )
    rows = tuple(
        (titles.get(code, code), code, *(int(count) for count in found.loc[code]), f"{share[code]:.0%}")
        for code in counts.index.astype(str)
    )
    headings = ("Error", "Code", *(state.capitalize() for state in REJECT_STATES), "Cumulative")
    plot = partial(plots.pareto, counts.rename(index=titles))
    links: tuple[Links, ...] = tuple(
        (None, None, *({"code": str(code), "state": state} for state in REJECT_STATES)) for code in counts.index
    )
    return Section("causes", title, sentence, headings, rows, plot, keys_of("code", counts.index), links)


def trend(audit: Audit, filters: dict[str, Any]) -> Section:
    """Week by week, by cause."""
    title = "Trend by cause"
    weeks = audit.trend(by="code", **filters).rename(columns=audit.titles)
    if weeks.empty:
        return Section("trend", title, "There is no week with a rejected row.")
    totals = weeks.sum(axis=1)
    sentence = f"In the week of {weeks.index[-1]}, {plural(int(totals.iloc[-1]), 'error')} appeared for the first time."
    if len(weeks) > 1:
        sentence += (
            f" The median of {len(weeks):,} weeks is {totals.median():,.0f}, the highest {totals.max():,} (week of "
            f"{totals.idxmax()})."
        )
    largest = weeks.sum().sort_values(ascending=False, kind="stable").index[: plots.MOST_CAUSES]
    shown = pd.concat([totals, weeks[largest]], axis=1).iloc[::-1].head(MOST_ROWS)
    return Section("trend", title, sentence, ("Week of", "All", *largest), rows_of(shown), partial(plots.trend, weeks))


def ageing(audit: Audit, filters: dict[str, Any]) -> Section:
    """How long what is open has been open."""
    title = "How old the open rows are"
    found = audit.ageing(by="source", **filters)
    counts = {str(name): int(count) for name, count in found.sum().items()}
    total = sum(counts.values())
    if not total:
        return Section("ageing", title, "No rejected row is open.")
    old = counts["31 to 90"] + counts["over 90"]
    sentence = f"{plural(total, 'row')} {are(total)} open, {old:,} for longer than 30 days."
    oldest = audit.listed("oldest", 1, **filters | {"state": "open"}).iloc[0]
    sentence += f" The oldest came first on {oldest['first_seen']:%Y-%m-%d}, from {oldest['source']}."
    headings = ("Source", *(plots.age(name).capitalize() for name in counts))
    keys = keys_of("source", found.index, state="open")
    return Section("ageing", title, sentence, headings, rows_of(found), partial(plots.ageing, counts), keys)


def sources(audit: Audit, filters: dict[str, Any]) -> Section:
    """Which source breaks which rule."""
    title = "Source by error"
    found = audit.cross("source", "code", **filters)
    if not filters.get("state"):  # as above: a row that was rejected again counts once, one of an undone batch not
        for state in set(REJECT_STATES).difference(LATEST):
            more = audit.cross("source", "code", **filters | {"state": state})
            found = (found - more.reindex_like(found).fillna(0)).astype(int)
    if not found.to_numpy().sum():
        return Section("sources", title, "No row was rejected.")
    found = found.rename(columns=audit.titles)
    totals = found.sum(axis=1).sort_values(ascending=False, kind="stable")
    found = found.loc[totals.index]
    first = found.iloc[0]
    sentence = (
        f"Most errors come from {totals.index[0]} ({totals.iloc[0]:,}), mainly ‘{first.idxmax()}’ ({first.max():,})."
    )
    rows = rows_of(pd.concat([totals, found], axis=1))
    headings = ("Source", "All", *map(str, found.columns))
    keys = keys_of("source", found.index)
    return Section("sources", title, sentence, headings, rows, partial(plots.crossed, found), keys)


def fixing(audit: Audit, filters: dict[str, Any]) -> Section:
    """How long fixing takes, by error."""
    title = "How long fixing takes"
    found = audit.time_to_fix(by="code", **filters).sort_values("median", kind="stable", ascending=False)
    count, *whole = audit.time_to_fix(**filters).iloc[0]
    if not count:
        return Section("fixing", title, "No row has been fixed yet.")
    half, most = map(days, whole)
    titles = audit.titles
    sentence = f"{plural(int(count), 'row')} {are(int(count))} fixed: half within {half}, nine of ten within {most}."
    rows = tuple(
        (titles.get(str(code), code), int(row["count"]), days(row["median"]), days(row["90th percentile"]))
        for code, row in found.iterrows()
    )
    keys = keys_of("code", found.index, state="fixed")
    return Section("fixing", title, sentence, ("Error", "Fixed", "Half within", "Nine of ten within"), rows, keys=keys)


def unlisted(audit: Audit, filters: dict[str, Any]) -> Section:
    """What full lists no longer hold: how many credentials, by source and type, without any name."""
    title = "What sources no longer list"
    found = audit.unlisted(filters.get("source"))
    if found.empty:
        return Section("unlisted", title, "Every credential that a full list held is still in its source's last one.")
    withdrawn = int(found["withdrawn"].sum())
    sentence = (
        f"{plural(len(found), 'credential')} {are(len(found))} no longer listed by the source that once listed "
        f"{'it' if len(found) == 1 else 'them'}; {withdrawn:,} of these {are(withdrawn)} withdrawn."
    )
    keys = ["source", "credential_type"]
    counts = found.groupby(keys, as_index=False).agg(
        count=("batch", "size"), withdrawn=("withdrawn", "sum"), since=("since", "max")
    )
    rows = tuple(
        (*(row[key] for key in keys), int(row["count"]), int(row["withdrawn"]), f"{row['since']:%Y-%m-%d}")
        for row in counts.head(MOST_ROWS).to_dict("records")
    )
    return Section("unlisted", title, sentence, ("Source", "Type", "Credentials", "Withdrawn", "Last since"), rows)


def changes(audit: Audit, filters: dict[str, Any]) -> Section:
    """What changes of recipes have fixed and broken."""
    title = "What recipe changes fixed and broke"
    found = audit.recipe_changes(filters.get("source"))
    if found.empty:
        return Section("changes", title, "No source has changed its recipe from one file to the next.")
    sentence = (
        f"{plural(len(found), 'change')}: {plural(int(found['fixed'].sum()), 'row')} fixed, "
        f"{found['broke'].sum():,} rejected that had been accepted before."
    )
    rows = tuple(
        (
            row["source"],
            f"{row['at']:%Y-%m-%d}",
            f"{row['before']} → {row['after']}",
            f"{row['recipe_before'][:8]} → {row['recipe_after'][:8]}",
            int(row["fixed"]),
            "erased" if pd.isna(row["broke"]) else int(row["broke"]),
        )
        for row in found.iloc[::-1].head(MOST_ROWS).to_dict("records")
    )
    return Section("changes", title, sentence, ("Source", "Day", "Batches", "Recipe", "Fixed", "Broke"), rows)


def withdrawn(audit: Audit, filters: dict[str, Any]) -> Section:
    """Which types of credentials are withdrawn, by people or because a file said so."""
    title = "Withdrawn credentials"
    if any(filters.get(name) for name in OF_REJECTS):
        return Section("withdrawn", title, "Not counted here: only rejected rows have an error, a column or a state.")
    found = audit.withdrawals(**filters)
    if found.empty:
        return Section("withdrawn", title, "No credential was withdrawn.")
    holds = found[found["holds"]]
    now, back = holds[holds["act"] == "withdrawn"], holds[holds["act"] == "reinstated"]
    counts = pd.DataFrame(
        {
            "person": now[now["by_batch"].isna()].groupby("type").size(),
            "file": now[now["by_batch"].notna()].groupby("type").size(),
            "reinstated": back.groupby("type").size(),
        }
    )
    counts = counts.fillna(0).astype(int)
    sentence = (
        f"{plural(len(now), 'credential')} {are(len(now))} withdrawn, {counts['person'].sum():,} by a person and "
        f"{counts['file'].sum():,} by a file; {len(back):,} reinstated."
    )
    headings = ("Credential type", "Withdrawn by a person", "Withdrawn by a file", "Reinstated")
    return Section("withdrawn", title, sentence, headings, rows_of(counts))
