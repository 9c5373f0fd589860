"""Meanings: what the headings of a file stand for – matched, found by content, or asked – with the first rows below.

What is plain is taken without a question and said first on the review; else the page shows it, chosen already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from credtools.jupyter.wizard import read_as
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.registry import Meant, Suggested
from credtools.text import first_of

EXAMPLES = 3
FIRST_ROWS, LONGEST_CELL = 8, 80
MOST_SHOWN = 64  # columns


def suggested(file: OpenFile) -> Suggested:
    """What was found out about the headings that nobody knows."""
    return file.once("suggested", file.batch.recipe, file.batch.suggested)


def facts(file: OpenFile) -> dict[str, Any]:
    """Each heading with examples, the column that it means or may mean and why; and the columns there are."""
    table, known, found = file.batch.table, read_as.matched(file), suggested(file)
    by_heading, rows = _by_heading(file), list[dict[str, Any]]()
    for heading, column in known.items():
        meant = by_heading.get(heading)
        texts = (text for text in table.frame[heading].head(200).drop_duplicates().tolist() if text.strip())
        examples = [_cut(text) for _, text in zip(range(EXAMPLES), texts, strict=False)]
        mistaken = found.mistaken.get(heading, "")
        chosen = meant.column if meant else "" if mistaken else column or ""
        sure = bool(column) and not mistaken
        why = meant.because if meant else f"not used: {mistaken}" if mistaken else ""
        rows.append({"heading": heading, "examples": examples, "column": chosen, "sure": sure, "why": why})
        rows[-1]["clear"] = bool(meant and meant.clear)
    asked = bool(file.problem or found.found)
    return {"rows": rows, "columns": _columns(file, known), "open": asked, "first": first_rows(file, chosen_of(rows))}


def _by_heading(file: OpenFile) -> dict[str, Meant]:
    """What is known of the content of headings: of those that were taken by it, too."""
    return {one.heading: one for one in file.assumed} | suggested(file).by_heading


def chosen_of(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["heading"]: row["column"] for row in rows}


def _columns(file: OpenFile, known: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """What a heading can stand for: the columns in use, whichever name users, and parts of columns."""
    offered = [c for c in read_as.schema_columns(file) if c.name in file.columns or c.kind == "user"]
    columns = [{"name": c.name, "title": c.title, "required": c.required and c.kind != "user"} for c in offered]
    return columns + read_as.parts(known)


def is_asked(file: OpenFile) -> bool:
    """Whether a heading may have to be said: one is missing, nobody has said any, or one that was said has gone."""
    said = set(file.batch.recipe.headings.values())
    gone = said.difference(read_as.matched(file).values())
    return bool(file.problem or not said or any(one.column in gone for one in suggested(file).found if gone))


def first_rows(file: OpenFile, meant: Mapping[str, str | None]) -> dict[str, Any]:
    """The first rows under their headings, each with the title of the column that it is taken for."""
    table = file.batch.table
    titles = {column.name: column.title for column in read_as.schema_columns(file)}
    names = list(table.frame.columns[:MOST_SHOWN])
    head = table.frame[names].head(FIRST_ROWS)
    return {
        "headings": [(name, titles.get(meant.get(name) or "", meant.get(name) or "")) for name in names],
        "rows": [[_cut(cell) for cell in row] for row in head.itertuples(index=False, name=None)],
        "lines": table.lines[:FIRST_ROWS].tolist(),
        "count": len(table.lines),
        "more": len(table.frame.columns) - len(names),
    }


def statistics(file: OpenFile, heading: str) -> dict[str, Any]:
    """What is under a heading, in sentences: filled, different, most frequent, and what it reads as."""
    if heading not in file.batch.table.frame:
        return {"heading": "", "lines": [], "most": []}
    found = file.batch.statistics(heading)
    meant = _by_heading(file).get(heading)
    lines = [f"{found.filled:,} of {found.rows:,} cells are filled, with {found.different:,} different values."]
    if found.filled:
        between = f"{found.shortest:,} to {found.longest:,}" if found.shortest < found.longest else f"{found.longest:,}"
        lines.append(f"They are {between} characters long.")
    lines += [f"By its content: {meant.because}."] if meant else []
    return {"heading": heading, "lines": lines, "most": [(_cut(text), f"{count:,}") for text, count in found.most]}


def assume(file: OpenFile) -> bool:
    """Takes what is plain; whether all that was asked is answered by it. Raises FileError for a missing heading.

    Nothing of a held batch: why it was held is shown before anything is done about it.
    """
    found = suggested(file)
    if not found.settled or file.batch.held_because:
        return False
    chosen = {one.heading: one.column for one in found.found}
    recipe = read_as.with_headings(file, chosen)
    gone = {one.heading for one in file.assumed}.difference(file.batch.table.frame.columns)  # of another reading
    file.use(replace(recipe, headings={name: of for name, of in recipe.headings.items() if name not in gone}))
    file.assume(found.found)
    return True


def told(file: OpenFile) -> list[dict[str, str]]:
    """What was taken by content, to be looked at once: heading, title of its column, evidence."""
    titles = {column.name: column.title for column in read_as.schema_columns(file)}
    return [
        {"heading": one.heading, "title": titles.get(one.column, one.column), "why": one.because}
        for one in file.assumed
    ]


def sentence(file: OpenFile) -> str:
    """The same in one sentence; '' where nothing was."""
    pairs = [f"‘{one['heading']}’ as {one['title']}" for one in told(file)]
    return f"Headings taken by their content: {first_of(pairs, 4)}." if pairs else ""


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_CELL else f"{plain[: LONGEST_CELL - 1]}…"
