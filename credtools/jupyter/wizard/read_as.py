"""Read as: what was assumed to read a file, in one line that can be changed; and which heading means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.parts.shown import listed
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.recipe import USER_COLUMN, Recipe, apply, column_of
from credtools.schema.evidence import FormatEvidence, format_evidence, undeclared_evidence
from credtools.schema.notation import declared
from credtools.schema.words import Column
from credtools.text import plural

ENCODINGS = (
    *("utf-8", "cp1252", "iso-8859-1", "iso-8859-15", "cp1250", "cp1251"),
    *("mac-roman", "utf-16", "cp437", "cp850", "cp866", "koi8-r", "cp1253", "cp932", "gbk", "big5", "cp949"),
)
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars (|)", " ": "blanks"}
OF_ONE_SHEET = ("sheet", "heading_line", "heading_rows", "footer_lines")  # what `read` says of it


def facts(file: OpenFile) -> dict[str, Any]:
    """What was assumed to read the file, and what of it can be changed."""
    return {"line": line(file), "choices": choices(file), "warnings": list(file.batch.table.reading.warnings)}


def line(file: OpenFile) -> str:
    """What was assumed, in one line."""
    table, found = file.batch.table, file.batch.table.reading
    parts = [plural(len(table.lines), "row"), found.encoding]
    parts += [f"sheet {found.sheet!r}"] if found.sheet else []
    parts += [f"columns divided by {DELIMITERS.get(found.delimiter, found.delimiter)}"] if found.delimiter else []
    parts += [f"headings on line {found.heading_line}" if found.heading_line else "no headings"]
    if file.review:
        matched = sum(column is not None for column in file.review.headings.values())
        by_content = f", {len(file.assumed)} of them by their content" * bool(file.assumed)
        parts += [f"{matched} of {len(file.review.headings)} headings matched{by_content}"]
        formats = dict.fromkeys(form for each in file.review.date_formats.values() for form in each)
        parts += [f"dates as {' or '.join(formats)}"] if formats else []
    return " · ".join(parts)


def choices(file: OpenFile) -> list[dict[str, Any]]:
    """What can be changed: of each assumption its name, label, value, what else it may be, and the evidence for it."""
    found = file.batch.table.reading
    if found.delimiter is None:
        names = {name: f"{name} (hidden)" if hidden else name for name, hidden in found.sheets}
        single = [] if found.stacked else [_choice("sheet", "Sheet", found.sheet or "", names)]
        offered: list[dict[str, Any]] = single  # several are chosen where rows are made
    else:
        offered = [
            _choice("encoding", "Encoding", found.encoding, dict(listed(ENCODINGS))),
            _choice("delimiter", "Columns divided by", found.delimiter, DELIMITERS),
        ]
    offered.append({"name": "heading_line", "label": "Headings on line", "value": str(found.heading_line or "none")})
    if file.review and file.review.date_formats:
        now = next(iter(file.review.date_formats.values()))[0]
        notes = {evidence.format: str(evidence) for evidence in _evidence(file)}
        offered.append(_choice("date_format", "Dates are written", now, dict(listed(notes))) | {"notes": notes})
    return offered


def changed(file: OpenFile, values: Mapping[str, str]) -> Recipe:
    """The recipe with other assumptions. Raises CredtoolsError for a heading line that is no number."""
    now = {choice["name"]: choice["value"] for choice in choices(file)}
    new: dict[str, Any] = {name: value for name, value in values.items() if name in now and value != now[name]}
    date_format = new.pop("date_format", "")
    if "heading_line" in new:
        new["heading_line"] = _heading_line(new["heading_line"])
    kept = {key: value for key, value in file.base.read.items() if "sheet" not in new or key not in OF_ONE_SHEET}
    recipe = replace(file.base, read={**kept, **new})
    if not date_format:
        return recipe
    form, notation = declared(date_format)
    return replace(recipe, date_format={"*": (form,)}, **vars(recipe.notation.and_also(notation)))


def _evidence(file: OpenFile) -> list[FormatEvidence]:
    """What speaks for each date format in the file; no decision changes the file."""
    review, frame, notation = file.reviewed, file.reviewed.table.frame, file.batch.recipe.notation
    dates = tuple(heading for heading, column in review.headings.items() if column in review.date_formats)

    def found() -> list[FormatEvidence]:
        texts = [text for each in dates for text in frame[each]]
        best = format_evidence(texts, notation)
        most = max((one.reads for one in best), default=0)
        return best if 2 * most > sum(map(bool, texts)) else [*best, *undeclared_evidence(texts, notation)]

    return file.once((dates, notation), review.table, found)


def parts(known: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """The parts of columns that headings stand for."""
    names = sorted({name for name in known.values() if name and name != column_of(name)})
    return [{"name": name, "title": f"part of {column_of(name)}", "required": False} for name in names]


def with_headings(file: OpenFile, chosen: Mapping[str, str]) -> Recipe:
    """The recipe in which headings mean the chosen columns, and users are matched by the chosen one of theirs.

    Raises CredtoolsError when two headings mean the same column, or several name users.
    """
    known = {column.name: column for column in schema_columns(file)}
    named = {heading: column for heading, column in chosen.items() if column in known}
    people = {heading: column for heading, column in named.items() if known[column].kind == "user"}
    for column in {*named.values()} - {*people.values()}:
        _refuse_twice(known[column].title, [heading for heading, name in named.items() if name == column])
    _refuse_twice("The user", list(people))
    by = {column: way for way, column in USER_COLUMN.items()}
    way = next((by[column] for column in people.values()), file.base.match_users_by)
    named = {h: c for h, c in file.base.headings.items() if h not in chosen} | named
    mine = {h: c for h, c in named.items() if c not in by or by[c] == way}
    return replace(file.base, headings=mine, match_users_by=way)


def _refuse_twice(title: str, headings: list[str]) -> None:
    if len(headings) > 1:
        raise CredtoolsError("column_twice", title=title, headings=" and ".join(headings))


def schema_columns(file: OpenFile) -> Sequence[Column]:
    """All columns of the schema by which a file is judged."""
    return file.registry.schema(file.batch.recipe.schema).columns


def matched(file: OpenFile) -> dict[str, str | None]:
    """Each heading of the file and the column that it means."""
    if file.review:
        return dict(file.review.headings)
    table, schema = file.batch.table, file.registry.schema(file.batch.recipe.schema)
    try:
        return dict(apply(file.batch.recipe, table, schema.columns).headings)
    except FileError:  # two headings mean one column
        return dict.fromkeys(table.frame.columns[: table.expected_fields])


def _choice(name: str, label: str, value: str, offered: Mapping[str, str]) -> dict[str, Any]:
    options = dict(offered) if value in offered else {value: value, **offered}
    return {"name": name, "label": label, "value": value, "options": list(options.items())}


def _heading_line(text: str) -> int:
    if text.strip().lower() in ("none", "0", ""):
        return 0
    if not text.strip().isdecimal():
        raise CredtoolsError("heading_line_not_number", text=text)
    return int(text)
