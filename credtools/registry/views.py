"""Views: what a notebook shows and keeps. Inline styles only, every value escaped, no personal values.

Records are kept for years and read by many: they show misspelt types, dates and sentences about rules, but never the
cells that name a person, nor numbers or free text. Those are in the rejects, which are protected and can be erased.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from credtools.errors import CredtoolsError, FileError
from credtools.model import Review
from credtools.registry import preflight, reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.text import escape, plural, table

SHOWABLE = ("credential_type",)  # columns whose wrong values are nobody's personal data
CAUSE_HEADINGS = ("Rows", "Error", "Column", "Value", "What to do")


class View:
    """Text and HTML of the same thing."""

    def __init__(self, text: str, markup: str) -> None:
        self.text, self.markup = text, markup

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": self.text, "text/html": self.markup}


def cause_rows(review: Review, titles: dict[str, str], limit: int | None = None) -> list[tuple[Any, ...]]:
    """(rows, error, column, looks like, what to do) of the largest causes, without personal values."""
    shown: list[tuple[Any, ...]] = []
    private: dict[tuple[str, str], list[int]] = {}
    for cause in review.causes[review.causes["blocks"]].to_dict("records"):
        code, column = str(cause["title"]), str(cause["column"])
        if cause["value"] and not cause["pattern"] and column not in SHOWABLE:
            private.setdefault((code, column), []).append(int(cause["count"]))
            continue
        looks = f"like ‘{cause['value']}’" if cause["pattern"] else cause["value"]
        advice = f"Did you mean {cause['suggestion']!r}?" if cause["suggestion"] else cause["resolution"]
        shown.append((cause["count"], code, titles.get(column, column), looks, advice))
    for (title, column), counts in private.items():
        looks = f"{len(counts):,} different values"
        shown.append((sum(counts), title, titles.get(column, column), looks, "Look at the rejects, value by value."))
    return sorted(shown, key=lambda row: -row[0])[:limit]


def describe(session: Session, draft: Draft) -> str:
    """One line: rows, what was assumed to read them, how many headings are matched; state and counts."""
    with session.moment() as now:
        reviewing.refresh(now, draft)
        parts = [f"batch {draft.id}", draft.state, draft.file]
        if draft.row.erased:
            return " · ".join([*parts, "its bytes were erased", str(draft.counts)])
        try:
            found = reviewing.review(now, draft) if draft.waits else None
        except CredtoolsError as problem:
            return " · ".join([*parts[:2], str(problem)])
        read = reviewing.table(now, draft)
        parts += [plural(len(read.lines), "row"), str(read.reading)]
        if found is None:
            return " · ".join([*parts, str(draft.counts)])
        matched = sum(column is not None for column in found.headings.values())
        return " · ".join([*parts, f"{matched} of {len(found.headings)} headings matched"])


def overview(session: Session, draft: Draft) -> View:
    """What the file is worth: counts, what was assumed to read it, causes largest first."""
    try:
        review = reviewing.review(session, draft)
    except FileError as problem:
        return View(str(problem), f"<p>{escape(problem)}</p>")
    titles = {column.name: column.title for column in session.schema(draft.recipe.schema).columns}
    rows = cause_rows(review, titles)
    head = repr(review)
    warnings = "".join(f"\nWarning: {one.sentence}" for one in review.table.reading.noted)
    warnings += "".join(f"\nUnlike the last files: {finding}" for finding in preflight.findings(session, draft))
    text = head + warnings + "".join("\n  " + " · ".join(str(cell) for cell in row if cell) for row in rows)
    markup = "".join(f"<p>{escape(line)}</p>" for line in (head + warnings).splitlines())
    return View(text, markup + (table(CAUSE_HEADINGS, rows, "Causes, largest first") if rows else ""))


def rejects(frame: pd.DataFrame, state: str) -> View:
    """How many rejects of a batch carry which code, and where to find them; without their values."""
    if state != "finished":
        waits = "Nothing of this batch is written yet, so none of its rows is rejected yet."
        return View(waits, f"<p>{waits}</p>")
    open_rows = frame[frame["state"] == "open"].drop_duplicates(["reject", "code"])
    counts = Counter(zip(open_rows["code"].tolist(), open_rows["title"].tolist(), strict=True))
    rows = [(code, title, count) for (code, title), count in counts.most_common()]
    if not rows:
        return View("No row of this batch is rejected.", "<p>No row of this batch is rejected.</p>")
    text = "\n".join(f"  {count:>6,}  {title} ({code})" for code, title, count in rows)
    markup = table(("Code", "Error", "Rows"), rows, "Rejected rows by error")
    return View(f"Rejected rows by error:\n{text}", markup)
