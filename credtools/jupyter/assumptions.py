"""Assumptions: what was assumed to read a file, in one line that can be changed; and which heading means what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.journey import Journey
from credtools.reading import suggest_columns
from credtools.recipe import Recipe, apply

ENCODINGS = (
    "utf-8",
    "cp1252",
    "iso-8859-1",
    "iso-8859-15",
    "cp1250",
    "cp1251",
    "mac-roman",
    "utf-16",
    "cp437",
    "cp850",
)
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars (|)", " ": "blanks"}
EXAMPLES = 3


def line(journey: Journey) -> str:
    """What was assumed, in one line."""
    table, found = journey.batch.table, journey.batch.table.reading
    told = [f"{len(table.lines):,} rows", found.encoding]
    told += [f"sheet {found.sheet!r}"] if found.sheet else []
    told += [f"columns divided by {DELIMITERS.get(found.delimiter, found.delimiter)}"] if found.delimiter else []
    told += [f"headings on line {found.heading_line}" if found.heading_line else "no headings"]
    if journey.review:
        matched = sum(column is not None for column in journey.review.headings.values())
        told += [f"{matched} of {len(journey.review.headings)} headings matched"]
        formats = dict.fromkeys(form for each in journey.review.date_formats.values() for form in each)
        told += [f"dates as {' or '.join(formats)}"] if formats else []
    return " · ".join(told)


def choices(journey: Journey) -> list[dict[str, Any]]:
    """What can be changed: per assumption its name, label, value, what else it may be, and the evidence for it."""
    found = journey.batch.table.reading
    told: list[dict[str, Any]] = []
    if found.delimiter is None:
        told.append({"name": "sheet", "label": "Sheet", "value": found.sheet or ""})
    else:
        told.append(_choice("encoding", "Encoding", found.encoding, {name: name for name in ENCODINGS}))
        told.append(_choice("delimiter", "Columns divided by", found.delimiter, DELIMITERS))
    told.append({"name": "heading_line", "label": "Headings on line", "value": str(found.heading_line or "none")})
    if journey.review and journey.review.date_formats:
        told.append(_date_choice(journey))
    return told


def changed(journey: Journey, values: Mapping[str, str]) -> Recipe:
    """The recipe with other assumptions. Raises CredtoolsError for a heading line that is no number."""
    now = {told["name"]: told["value"] for told in choices(journey)}
    read = dict(journey.base.read)
    for name, value in values.items():
        if name in now and name != "date_format" and value != now[name]:
            read[name] = _heading_line(value) if name == "heading_line" else value
    recipe = replace(journey.base, read=read)
    wanted = values.get("date_format", "")
    return replace(recipe, date_format={"*": (wanted,)}) if wanted and wanted != now.get("date_format") else recipe


def headings(journey: Journey) -> dict[str, Any]:
    """Each heading with examples, the column it stands for or may stand for; and the columns there are."""
    table = journey.batch.table
    matched = _matched(journey)
    taken = {column for column in matched.values() if column}
    free = {name: (c.title, *c.synonyms) for name, c in journey.columns.items() if name not in taken}
    suggested = suggest_columns([name for name, column in matched.items() if column is None], free)
    rows = []
    for heading, column in matched.items():
        examples = [text for text in table.frame[heading].head(200).drop_duplicates().tolist() if text.strip()]
        offered = column or suggested.get(heading, "")
        row = {"heading": heading, "column": offered, "sure": bool(column), "examples": examples[:EXAMPLES]}
        rows.append(row)
    offered_columns = [{"name": c.name, "title": c.title, "required": c.required} for c in journey.columns.values()]
    return {"rows": rows, "columns": offered_columns, "open": bool(journey.problem or suggested)}


def with_headings(journey: Journey, chosen: Mapping[str, str]) -> Recipe:
    """The recipe in which headings stand for the chosen columns. Raises CredtoolsError when two stand for one."""
    named = {heading: column for heading, column in chosen.items() if column in journey.columns}
    for column in set(named.values()):
        twice = [heading for heading, name in named.items() if name == column]
        if len(twice) > 1:
            title = journey.columns[column].title
            raise CredtoolsError(f"{title} can come from one heading only, but stands beside {' and '.join(twice)}.")
    kept = {h: c for h, c in journey.base.headings.items() if h not in chosen}
    return replace(journey.base, headings={**kept, **named})


def _matched(journey: Journey) -> dict[str, str | None]:
    if journey.review:
        return dict(journey.review.headings)
    table, schema = journey.batch.table, journey.registry.schema(journey.batch.recipe.schema)
    try:
        return dict(apply(journey.batch.recipe, table, schema.columns).headings)
    except FileError:  # two headings stand for one column
        return dict.fromkeys(table.frame.columns[: table.expected_fields])


def _date_choice(journey: Journey) -> dict[str, Any]:
    review = journey.reviewed
    now = next(iter(review.date_formats.values()))[0]
    offered = {found.format: str(found) for found in journey.date_evidence()}
    told = _choice("date_format", "Dates are written", now, {form: form for form in offered})
    return told | {"notes": offered}


def _choice(name: str, label: str, value: str, offered: Mapping[str, str]) -> dict[str, Any]:
    options = dict(offered) if value in offered else {value: value, **offered}
    return {"name": name, "label": label, "value": value, "options": list(options.items())}


def _heading_line(text: str) -> int:
    if text.strip().lower() in ("none", "0", ""):
        return 0
    if not text.strip().isdigit():
        raise CredtoolsError(f"The line of the headings must be a number, or 'none'; not {text!r}.")
    return int(text)
