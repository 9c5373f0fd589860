"""Loading users and types: the same reading and checking as for credentials, then one transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from credtools import store
from credtools.checking import judge
from credtools.checking.resolve import as_date
from credtools.errors import LoadError, RecipeError, RegistryError, sentence
from credtools.model import FileWarning, Review, Table
from credtools.reading import Source
from credtools.recipe import Recipe, apply
from credtools.registry import leavers
from credtools.registry.session import Session
from credtools.registry.uploading import LISTS, table_of
from credtools.schema.words import Column
from credtools.text import plural

MOST_ROWS = 1_000_000  # `max_rows` is about uploads of credentials, not about the size of an organisation
MOST_ABSENT = 0.1  # of the active, who may be deactivated by one load without being asked
IDENTIFIES = ("email", "external_id")  # of these a file of users needs one
LABELS = {"users": "email", "types": "name"}
SAYS = ("approval_required",)  # where a blank is a value: as the organisation decides
BLANK = {"name": "", "groups": "", "manager": "", "expiry": "optional", "issue": "required"}
BLANK |= {"numbered": False, "media_required": False, "expiry_computed": True}  # type: ignore[dict-item]


def value(
    session: Session,
    kind: str,
    file: Source,
    recipe: Recipe | None = None,
    *,
    replace: bool = False,
    yes: bool = False,
    password: str | None = None,
) -> store.Load:
    """The rows of a file or frame as the store takes them. Raises FileError, LoadError, RecipeError."""
    if kind not in LISTS:
        raise RegistryError("kind_unknown", kind=kind)
    recipe = recipe or Recipe(schema=LISTS[kind])
    if recipe.schema != LISTS[kind]:
        raise RecipeError("recipe_of_another_kind", source=recipe.source, has=recipe.schema, kind=LISTS[kind])
    table, recipe = table_of(session, file, recipe, password=password)
    lookups = session.lookups()
    everybody = dataclasses.replace(lookups, settings=dataclasses.replace(lookups.settings, max_rows=MOST_ROWS))
    _refuse_the_other_kind(session, kind, table)
    review = judge.review(table, recipe, session.schema(recipe.schema), everybody)
    if kind == "users" and all(_is_absent(review, name) for name in IDENTIFIES):
        schema = session.schema("users")
        raise judge.heading_missing(schema.model.column("email"), table, review.headings, schema.columns, recipe)
    if review.rejected.any():
        first = review.errors[review.errors["blocks"]].iloc[0]
        wrong = plural(int(review.rejected.sum()), "row")
        found = {"wrong": wrong, "rows": review.rows, "line": first["line"], "resolution": first["resolution"]}
        raise LoadError("rows_with_errors", errors=review.errors, **found)
    columns = _columns(review, LABELS[kind])
    later, past = _deactivate(columns, lookups.today) if kind == "users" else (0, 0)
    if "status" in columns:
        columns["status"] = [word or "active" for word in columns["status"]]
    if "status" not in columns and (replace or kind == "types"):  # who is on the list is active
        columns["status"] = ["active"] * review.ready
        columns |= {"deactivated_on": [None] * review.ready} if kind == "users" else {}
    day = lookups.today if replace else None
    if replace and not review.ready:
        raise RegistryError("nobody_left")
    notes = (*table.reading.warnings, *_notes(review, later))
    told = tuple(leavers.unnamed(review)) if kind == "users" and "status" not in review.headings.values() else ()
    if past:
        facts = {"users": plural(past, "user"), "are": "is" if past == 1 else "are"}
        told += (FileWarning("status_contradicted", past, sentence("status_contradicted", facts)),)
    return store.Load(
        *(kind, session.by, columns, day, 1.0 if yes else MOST_ABSENT, notes, lookups.today, told),
        blank=_blank(review, session.schema(recipe.schema).columns, columns),
        blanks=recipe.blanks,
    )


def _deactivate(columns: dict[str, list[Any]], today: date) -> tuple[int, int]:
    """A day under *Deactivated on* says what the status doesn't: deactivated from that day on, without one active.

    Returns how many days are still to come (these stay active, until a file that is loaded then says so again), and
    how many have come though the status says active.
    """
    days = columns.get("deactivated_on")
    if days is None:
        return 0, 0
    said = columns.get("status", [None] * len(days))
    gone = ["deactivated" if day and day <= today else "active" for day in days]
    columns["status"] = [word or by_day for word, by_day in zip(said, gone, strict=True)]
    both = [(day > today, word) for day, word in zip(days, said, strict=True) if day]
    return both.count((True, None)), both.count((False, "active"))


def _notes(review: Review, later: int) -> Iterator[str]:
    """What a person should know about the file beside the counts."""
    if ignored := [heading for heading, column in review.headings.items() if column is None]:
        yield f"Unrecognised headings: {review.table.reading.quoted(ignored)}."
    if left_out := review.counted["left_out"]:
        yield f"{plural(left_out, 'row')} left out, as the recipe says."
    if later:
        yield (
            f"{plural(later, 'user')} will be deactivated on a day that is still to come, and stay active until then: "
            "load the file again on that day."
        )


def _refuse_the_other_kind(session: Session, kind: str, table: Table) -> None:
    """Users loaded as types would be hard to get rid of: only the name is required of a type."""
    columns = session.schema(LISTS["users"]).columns
    if kind == "types" and "email" in apply(Recipe(schema="users"), table, columns).sources:
        raise RegistryError("users_as_types")


def _columns(review: Review, label: str) -> dict[str, list[Any]]:
    """The columns that the file has, as values for the table; a blank cell means the default, a blank status None."""
    columns: dict[str, list[Any]] = {}
    names = [name.removesuffix("_state") for name in map(str, review.resolved.columns) if name.endswith("_state")]
    for name in names:
        if _is_absent(review, name):
            continue
        values = review.resolved.loc[review.passed, name]
        if values.dtype.kind == "M":
            columns[name] = [as_date(value) for value in values]
        else:
            blank = BLANK.get(name) if name != label else None
            columns[name] = [blank if pd.isna(value) else _plain(value) for value in values]
    return columns


def _blank(review: Review, of_schema: Sequence[Column], columns: dict[str, list[Any]]) -> dict[str, store.Blank]:
    """The blank cells of each column that the file has; a status isn't blank where a day of leaving says it."""
    found = {}
    for one in of_schema:
        if (
            one.name in columns
            and one.name not in SAYS
            and f"{one.name}_state" in review.resolved
            and not _is_absent(review, one.name)
        ):
            rows = review.resolved.loc[review.passed, [one.name, f"{one.name}_state"]]
            cells = ((rows[f"{one.name}_state"] == "blank") & rows[one.name].isna()).tolist()  # not a word: ''
            default = BLANK.get(one.name)
            if one.name == "status":
                default = "active"
                cells = [blank and word == default for blank, word in zip(cells, columns["status"], strict=True)]
            found[one.name] = store.Blank(cells, one.title, default)
    return found


def _is_absent(review: Review, column: str) -> bool:
    """Whether a file says nothing in a column, be it by a heading, a constant or a rule."""
    if not review.rows:
        return column not in review.headings.values()
    return bool((review.resolved[f"{column}_state"] == "absent").all())


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
