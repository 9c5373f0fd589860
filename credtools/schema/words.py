"""The words a schema is written in: `field` for a column, `rule` for what must hold, `Schema` for the whole.

A schema is a Pandera model over *resolved* columns. For every field `C` a rule may read, by name:

- `C`        the typed value: text, date (datetime64[s]), flag or whole number; missing where it isn't usable;
- `C_text`   the text that was judged, trimmed and squeezed;
- `C_state`  given | blank | unreadable | malformed | absent (no such heading) | unused (the type has no such date)
             | unjudged (the row has the wrong number of fields);

and what the lookups know about it (`user_status`, `type_expiry`, …; the list stands in `schemas/README.md`).
Rules never read files, tables or the clock.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from string import Formatter
from typing import Any, ClassVar, Literal, get_args

import pandas as pd
import pandera.pandas as pa

STATES = ("given", "blank", "unreadable", "malformed", "absent", "unused", "unjudged")
EVERY = "*"  # in `on`: each field of the schema
LONGEST = 2_000  # characters that a cell may have; the reader refuses files with cells of more than 32 KiB
RECORD = "record"  # in `on`: the row as a whole
USER = "user"  # in `needs`: the column by which users are matched
# What the lookups and the record add to the resolved fields; no field may have such a name.
KNOWN = (
    *("line", "fields", "expected_fields", "repaired", "today", "same_day_expiry", "record", "user"),
    *("user_id", "user_status", "user_since", "type_id", "type_status", "type_issue", "type_expiry", "type_number"),
    *("number_key", "own", "credential", "version", "content", "contents", "again"),
)
# What a sentence may speak of, beside the resolved columns.
TOLD = (
    *("value", "value_escaped", "confusable", "title", "shape", "nearest", "choices", "other_lines"),
    *("date_format", "date_format_from", "date_example", "date_taken", "date_other"),
)
Kind = Literal["text", "name", "id", "format", "date", "choice", "flag", "whole", "user", "credential_type"]
Groups = Literal["value", "shape", "rule"]
Resolution = str | Callable[[Mapping[str, Any]], str]
RuleFunction = Callable[..., pd.Series]


@dataclass(frozen=True)
class Column:
    """A column of a schema, as the template, the headings and the lookups need it."""

    name: str
    title: str
    kind: Kind
    required: bool
    synonyms: tuple[str, ...]
    example: str
    help: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A rule of a schema; `code` is the name of its function."""

    code: str
    title: str
    columns: tuple[str, ...]
    needs: tuple[str, ...]
    together: tuple[str, ...]
    groups: Groups
    blocks: bool
    resolution: Resolution


def field(
    title: str,
    *,
    kind: Kind = "text",
    required: bool = False,
    synonyms: tuple[str, ...] = (),
    example: str = "",
    help: str = "",  # noqa: A002 - the word that stands in the template
    choices: tuple[str, ...] = (),
) -> Any:
    """A column: its heading in the template, the synonyms it is known by, what it holds.

    `required` columns need a heading (or a constant) and a value in every row.
    """
    told: dict[str, Any] = {"kind": kind, "required": required, "synonyms": synonyms}
    told |= {"example": example, "help": help, "choices": choices}
    return pa.Field(title=title, nullable=True, metadata={"credtools": told})


def rule(
    title: str,
    *,
    on: str | tuple[str, ...],
    resolution: Resolution,
    needs: tuple[str, ...] = (),
    together: tuple[str, ...] = (),
    groups: Groups = "value",
    blocks: bool = True,
) -> Callable[[RuleFunction], RuleFunction]:
    """A rule: `def code(cls, rows, column)` gives one truth value per row of the resolved frame.

    `on`: the columns to blame, each judged in turn (RECORD: the row, EVERY: each field, `of_kind`: each of a kind);
    `needs`: further columns without whose values the rule can't be
    judged; `together`: the columns whose equal values tie rows into one finding (their lines are named);
    `groups`: what makes errors one cause; `blocks`: False for a warning. `resolution` is a sentence with
    {names} of resolved columns, or a function of one row's values.
    """
    columns = (on,) if isinstance(on, str) else on

    def mark(function: RuleFunction) -> RuleFunction:
        told = Rule(function.__name__, title, columns, needs, together, groups, blocks, resolution)
        function.__rule__ = told  # type: ignore[attr-defined]
        return function

    return mark


def unreadable(row: Mapping[str, Any]) -> str:
    """The usual resolution for values in the state *unreadable*."""
    if len(row["value"]) > LONGEST:
        return (
            f"{row['title']} has {len(row['value']):,} characters, but at most {LONGEST:,} can be kept. Shorten it, or "
            "look for a missing quotation mark there."
        )
    return (
        f"{row['title']} holds characters that can't be seen or that pass for others{row['confusable']}: "
        f"{row['value_escaped']}. {row['nearest']}Type the value anew."
    )


class Schema(pa.DataFrameModel):
    """The base of every schema document: a Pandera model whose rules are named functions."""

    _with_rules: ClassVar[pa.DataFrameSchema]

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """The Pandera schema with one named Check per rule and column, in the order of the document."""
        if "_with_rules" not in vars(cls):
            schema = copy.copy(super().to_schema())
            schema.checks = [
                pa.Check(getattr(cls, told.code), name=told.code, title=told.title, column=column)
                for told in rules(cls)
                for column in told.columns
            ]
            cls._with_rules = schema
        return cls._with_rules

    @classmethod
    def column(cls, name: str) -> Column:
        """What the document says about a field."""
        return next(column for column in columns(cls) if column.name == name)

    def __init_subclass__(cls, **options: Any) -> None:
        for name, member in list(vars(cls).items()):
            if hasattr(member, "__rule__"):
                setattr(cls, name, classmethod(member))
        super().__init_subclass__(**options)  # type: ignore[no-untyped-call]


def of_kind(*kinds: Kind) -> str:
    """In `on`: each field of these kinds."""
    return f"kind {' '.join(kinds)}"


@lru_cache(maxsize=32)
def rules(schema: type[Schema]) -> tuple[Rule, ...]:
    """The rules of a schema, in the order of the document (inherited ones first), their columns written out."""
    told: dict[str, Rule] = {}
    for base in reversed(schema.__mro__):
        for name, member in vars(base).items():
            function = getattr(member, "__func__", member)
            if hasattr(function, "__rule__"):
                told[name] = replace(function.__rule__, columns=_written_out(function.__rule__.columns, schema))
    return tuple(told.values())


def _written_out(names: tuple[str, ...], schema: type[Schema]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        if name == EVERY:
            found += [column.name for column in columns(schema)]
        elif name.startswith("kind "):
            found += [column.name for column in columns(schema) if column.kind in name.split()[1:]]
        else:
            found.append(name)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=32)
def columns(schema: type[Schema]) -> tuple[Column, ...]:
    """The columns of a schema, in the order of the document."""
    found = []
    for name, column in _bare(schema).columns.items():
        told = (column.metadata or {}).get("credtools")
        if told is not None:
            found.append(Column(name=name, title=column.title or name, **told))
    return tuple(found)


def mistakes(schema: type[Schema]) -> list[str]:
    """What a document says that can't be followed, as whole sentences; a slip must not switch a rule off."""
    fields = [column.name for column in columns(schema)]
    found = [f"The field {name!r} has the name of a column that is made for rules." for name in fields if name in KNOWN]
    if _bare(schema).checks or any(column.checks for column in _bare(schema).columns.values()):
        found.append("It uses Pandera's own checks, which can't be explained to people; write them with @rule.")
    readable = {*KNOWN, *fields, *(f"{name}_{part}" for name in fields for part in ("text", "state", "key", "other"))}
    for told in rules(schema):
        wrong = [name for name in told.columns if name not in (*fields, RECORD)]
        wrong += [name for name in told.needs if name not in (*fields, USER)]
        wrong += [name for name in told.together if name not in readable]
        if isinstance(told.resolution, str):
            named = {name for _, name, _, _ in Formatter().parse(told.resolution) if name is not None}
            wrong += sorted(named - readable - set(TOLD))
        found += [f"The rule {told.code!r} speaks of {name!r}, which is nothing here." for name in wrong]
        if told.groups not in get_args(Groups):
            found.append(f"The rule {told.code!r} groups by {told.groups!r}, but must by one of value, shape, rule.")
    return found


def _bare(schema: type[Schema]) -> pa.DataFrameSchema:
    """The Pandera schema without our rules."""
    return pa.DataFrameModel.to_schema.__func__(schema)  # type: ignore[attr-defined,no-any-return]
