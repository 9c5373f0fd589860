"""Hints: what a file that lacks a heading plainly looks like, and the key of a recipe that reads such files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from credtools.checking.lookups import Lookups
from credtools.checking.meant import Meant, suggest
from credtools.errors import sentence
from credtools.model import Table
from credtools.reading import suggest_columns
from credtools.recipe import USER_COLUMN, Recipe
from credtools.schema.words import Column
from credtools.text import fold, quoted

FIRST_ROWS = 20  # among which the row of headings may be
# Headings of people's names that no schema has as a column of its own.
NAMES = frozenset(
    {"name", "first name", "last name", "surname", "given name", "family name", "vorname", "nachname", "nom"}
)

# Headings of personnel numbers, without blanks and marks.
PERSONNEL_NUMBERS = frozenset(
    {
        *("employeeid", "employeenumber", "employeeno", "empid", "empno", "staffid", "staffnumber", "staffno"),
        *("personnelnumber", "personnelno", "payrollnumber", "payrollid", "persnr", "personalnr", "personalnummer"),
        *("mitarbeiternummer", "mitarbeiternr", "matricule", "nummatricule", "numerodeempleado", "matricola"),
    }
)


def hints(
    column: Column,
    table: Table,
    headings: Mapping[str, str | None],
    columns: Sequence[Column],
    recipe: Recipe,
    lookups: Lookups | None,
) -> Iterator[str]:
    """Each a sentence with marks in place of remedies: the likeliest heading, then what the file looks like."""
    unknown = [heading for heading, meant in headings.items() if meant is None and heading not in table.reading.hidden]
    line = _headings_below(table, columns)
    if likely := suggest_columns(unknown, {column.name: (column.title, *column.synonyms)}):
        yield f"Perhaps {next(iter(likely))!r} is meant."
    elif lookups and not line and (meant := _by_content(column, table, headings, columns, recipe, lookups)):
        yield _said("hint_content", heading=repr(meant.heading), because=meant.because.partition(";")[0])
    elif column.name != "external_id" and column.kind == "user" and (number := _personnel_number(unknown)):
        yield _said("hint_personnel_number", heading=repr(number), title=_title("external_id", columns))
    elif column.kind == "user" and (way := _named_by(headings, unknown, columns)):
        yield _said("hint_match_users", way=way, heading=_title(way, columns))
    elif line:
        yield _said("hint_heading_line", line=line)
    if lookups and column.kind == "credential_type" and (pairs := _types_among(unknown, lookups)):
        yield _said("hint_unpivot", headings=quoted(pairs, most=3, spelled=repr))
    elif "sheet" in recipe.read or not likely:
        others = [name for name, hidden in table.reading.sheets if not hidden and name != table.reading.sheet]
        if others and not table.reading.stacked:
            yield _said("hint_sheets", sheets=quoted(others, most=3, spelled=repr))


def _by_content(
    column: Column,
    table: Table,
    headings: Mapping[str, str | None],
    columns: Sequence[Column],
    recipe: Recipe,
    lookups: Lookups,
) -> Meant | None:
    """The heading under which what is lacking plainly lies; it is only said, and nothing is read so."""
    found = suggest(table, headings, columns, recipe, lookups).found
    return next((one for one in found if one.clear and one.column == column.name), None)


def _personnel_number(unknown: Sequence[str]) -> str:
    return next((one for one in unknown if re.sub(r"[\W_]", "", fold(one)) in PERSONNEL_NUMBERS), "")


def _said(reason: str, **facts: object) -> str:
    return sentence(reason, facts, marked=True)


def _title(way: str, columns: Sequence[Column]) -> str:
    return next((one.title for one in columns if one.name == USER_COLUMN[way]), way)


def _named_by(headings: Mapping[str, str | None], unknown: Sequence[str], columns: Sequence[Column]) -> str:
    """By what else the file names people: a heading of another such column, or of parts of a name."""
    there = {fold(heading) for heading in headings}
    for way in ("email", "external_id", "name"):
        words = {fold(w) for c in columns if c.name == USER_COLUMN[way] for w in (c.title, c.name, *c.synonyms)}
        if there & words:
            return way
    return "name" if NAMES & {fold(heading) for heading in unknown} else ""


def _types_among(headings: Sequence[str], lookups: Lookups) -> list[str]:
    """Headings that begin with the name of a credential type: of one row per person, with columns per type."""
    names = [fold(str(name)) for name in lookups.types["name"]]
    return [one for one in headings if any(f"{fold(one)} ".startswith(f"{name} ") for name in names)]


def _headings_below(table: Table, columns: Sequence[Column]) -> int | None:
    """The line of a record that holds the words of at least two columns: the headings, while another row was taken."""
    words = {fold(word) for one in columns for word in (one.title, one.name, *one.synonyms)}
    for place, row in enumerate(table.frame.head(FIRST_ROWS).itertuples(index=False, name=None)):
        if len(words & {fold(cell) for cell in row if cell}) > 1:
            return int(table.lines[place])
    return None
