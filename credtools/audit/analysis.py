"""Analysis: what analysts ask – which source gets worse, which values are behind it, who settled and uploaded what."""

from __future__ import annotations

from calendar import monthrange
from functools import partial
from typing import Any

import pandas as pd

from credtools.audit import plots
from credtools.audit.audit import Audit
from credtools.audit.filters import OF_REJECTS
from credtools.audit.section import MOST_ROWS, Links, Row, Section, are, keys_of, rows_of
from credtools.audit.settled import SETTLED
from credtools.text import first_of, plural

WEEKS, WEEKS_SHOWN, WEEKS_DRAWN = 4, 6, 26
MOST_VALUES, MOST_CAUSES = 5, 10
MONTHS = 12
SETTLED_WORDS = {"fixed": "fixed", "waived": "waived", "superseded": "rejected again"}


def rates(audit: Audit, filters: dict[str, Any]) -> Section:
    """Which source gets worse: its last week beside those before."""
    title = "Which source gets worse"
    weekly = audit.rates(**filters)
    if weekly.empty:
        return Section("rates", title, "No file was finished.")
    found = audit.worsening(weeks=WEEKS, **filters)
    worse = found[found["worse"]]
    said = [
        f"{source} gets worse: {row['rate']:.1%} of {row['rows']:,} rows were rejected in the week of {row['week']}, "
        f"{row['rate_before']:.1%} in the weeks with files before."
        for source, row in worse.head(3).iterrows()
    ]
    if len(worse) > len(said):
        said.append(f"So do {first_of(worse.index[len(said) :], 6)}.")
    elif not said and found["rate_before"].notna().any():
        said = ["No source gets worse by more than chance explains."]
    elif not said:
        said = ["Each source has files of one week only, so nothing can be compared yet."]
    said.append(f"Each last week with files is compared with up to {WEEKS} such weeks before it.")
    shown = weekly.pivot_table("rate", "week", "source").reindex(columns=found.index)
    cells = {
        (row["source"], row["week"]): f"{row['rate']:.1%} of {row['rows']:,}" if row["rows"] else ""
        for row in weekly.to_dict("records")
    }
    weeks = [str(week) for week in shown.index[::-1][:WEEKS_SHOWN]]
    rows = tuple(
        (
            source,
            "" if pd.isna(row["change"]) else f"{row['change'] * 100:+.1f} points{' · worse' if row['worse'] else ''}",
            "" if pd.isna(row["rate_before"]) else f"{row['rate_before']:.1%} of {row['rows_before']:,}",
            *(cells.get((source, week), "") for week in weeks),
        )
        for source, row in found.iterrows()
    )
    headings = ("Source", "Change", "Weeks before", *(f"Week of {week}" for week in weeks))
    plot = partial(plots.rates, shown.tail(WEEKS_DRAWN))
    return Section("rates", title, " ".join(said), headings, rows, plot, keys_of("source", found.index))


def values(audit: Audit, filters: dict[str, Any], *, shown: bool) -> Section:
    """Which wrong values are behind the largest causes; `shown`: also what they are."""
    title = "Top values per cause"
    found = audit.values(MOST_VALUES, **filters)
    if found.empty:
        return Section("values", title, "No wrong value is stored for these rows.")
    titles = audit.titles
    causes = found.drop_duplicates(["code", "column"]).head(MOST_CAUSES)
    first = causes.iloc[0]
    error = titles.get(first["code"], first["code"])
    different, most = plural(int(first["different"]), "different value"), plural(int(first["rows"]), "row")
    sentence = f"‘{error}’ comes from {different}; the most frequent one is in {most}."
    if not shown:
        some = causes.to_dict("records")
        rows: tuple[Row, ...] = tuple(
            (titles.get(row["code"], row["code"]), row["column"], row["different"], row["rows"], row["open"])
            for row in some
        )
        headings = ("Error", "Column", "Different values", "Rows of the most frequent", "Open of these")
        return Section("values", title, sentence, headings, rows, keys=keys_of("code", causes["code"]))
    listed = found.merge(causes[["code", "column"]], on=["code", "column"]).to_dict("records")
    rows = tuple(
        (
            *(row["value"] or "(blank)", titles.get(row["code"], row["code"]), row["column"]),
            *(int(row["rows"]), int(row["open"]), int(row["different"])),
        )
        for row in listed
    )
    keys = tuple({name: str(row[name]) for name in ("value", "code", "column")} for row in listed)
    links: tuple[Links, ...] = tuple((None, None, None, None, {**key, "state": "open"}) for key in keys)
    named = ("Value", "Error", "Column", "Rows", "Open", "Different values of the error")
    return Section("values", title, sentence, named, rows, keys=keys, links=links)


def settled(audit: Audit, filters: dict[str, Any]) -> Section:
    """What was settled, by the month in which that happened."""
    title = "What was settled"
    found = audit.settled(**filters)
    if found.empty:
        return Section("settled", title, "No rejected row was settled yet.")
    said = [_said(str(month), row) for month, row in found.head(2).iterrows()]
    sentence = f"By when it happened: {'; '.join(said)}. What was reopened since isn't counted."
    months = [str(month) for month in found.index[:MONTHS]]
    days = [{"changed_since": f"{month}-01", "changed_until": f"{month}-{_last_day(month):02}"} for month in months]
    links: tuple[Links, ...] = tuple((None, *({**day, "state": state} for state in SETTLED)) for day in days)
    headings = ("Month", "Fixed", "Waived", "Superseded (rejected again)")
    return Section("settled", title, sentence, headings, rows_of(found.head(MONTHS)), links=links)


def _said(month: str, counts: pd.Series[Any]) -> str:
    return f"{month}: " + ", ".join(f"{int(counts[name]):,} {word}" for name, word in SETTLED_WORDS.items())


def _last_day(month: str) -> int:
    year, number = map(int, month.split("-"))
    return monthrange(year, number)[1]


def waivers(audit: Audit, filters: dict[str, Any], *, shown: bool) -> Section:
    """Who waived what; `shown`: also why, in their own words."""
    title = "Who waived what, and why"
    found = audit.waivers(**filters)
    if found.empty:
        return Section("waivers", title, "No row is waived.")
    found["by"] = audit.called(found["by"])
    people = found.groupby("by").size().sort_values(ascending=False, kind="stable")
    names = first_of((f"{by} ({count:,})" for by, count in people.items()), 5)
    sentence = f"{plural(len(found), 'row')} {are(len(found))} waived: {names}."
    again = int(found["again"].sum())
    if again:
        sentence += f" {again:,} of them came again after their record was waived for good."
    found["day"] = found["at"].dt.strftime("%Y-%m-%d")
    found["how"] = [
        "came again" if again else "for good" if good else "once"
        for again, good in zip(found["again"], found["for_good"], strict=True)
    ]
    keys = ["day", "by", "batch", "source", "reason", "how"]
    groups = found.groupby(keys, sort=False).size().reset_index(name="rows").head(MOST_ROWS)
    more = ("Why",) if shown else ()
    rows = tuple(
        (row["day"], row["by"], int(row["rows"]), f"batch {row['batch']} of {row['source']}", row["how"])
        + ((row["reason"],) if shown else ())
        for row in groups.to_dict("records")
    )
    links: tuple[Links, ...] = tuple((None, None, {"state": "waived", "batch": str(n)}) for n in groups["batch"])
    return Section("waivers", title, sentence, ("Day", "Who", "Rows", "Where", "How", *more), rows, links=links)


def uploads(audit: Audit, filters: dict[str, Any]) -> Section:
    """Who uploaded what, by type."""
    title = "Who uploaded what"
    if any(filters.get(name) for name in OF_REJECTS):
        return Section("uploads", title, "Not counted here: only rejected rows have what these filters ask for.")
    found = audit.uploads(**filters)
    if found.empty:
        return Section("uploads", title, "No file was finished.")
    found["called"] = audit.called(found["uploader"])
    people = found.groupby("called")["accepted"].sum().sort_values(ascending=False, kind="stable")
    names = first_of((f"{name} ({count:,} accepted)" for name, count in people.items()), 5)
    rows = tuple(
        (
            *(row["called"], row["type"] or "(type not known)", int(row["files"])),
            *(int(row["accepted"]), int(row["rejected"]), f"{row['last']:%Y-%m-%d}"),
        )
        for row in found.head(MOST_ROWS).to_dict("records")
    )
    headings = ("Uploaded by", "Credential type", "Files", "Accepted rows", "Rejected rows", "Last file")
    keys = keys_of("uploader", found["uploader"].head(MOST_ROWS))
    return Section("uploads", title, f"By {names}.", headings, rows, keys=keys)
