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

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa

STATES = ("given", "blank", "unreadable", "malformed", "absent", "unused", "unjudged")
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

    `on`: the columns to blame, each judged in turn; `needs`: further columns without whose values the rule can't be
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


class Schema(pa.DataFrameModel):
    """The base of every schema document: a Pandera model whose rules are named functions."""

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """The Pandera schema with one named Check per rule and column, in the order of the document."""
        schema = super().to_schema()
        if not any(check.name in vars(cls) for check in schema.checks):
            checks = [
                pa.Check(getattr(cls, told.code), name=told.code, title=told.title, column=column)
                for told in rules(cls)
                for column in told.columns
            ]
            schema.checks = [*schema.checks, *checks]
        return schema

    def __init_subclass__(cls, **options: Any) -> None:
        for name, member in list(vars(cls).items()):
            if hasattr(member, "__rule__"):
                setattr(cls, name, classmethod(member))
        super().__init_subclass__(**options)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=32)
def rules(schema: type[Schema]) -> tuple[Rule, ...]:
    """The rules of a schema, in the order of the document (inherited ones first)."""
    told: dict[str, Rule] = {}
    for base in reversed(schema.__mro__):
        for name, member in vars(base).items():
            function = getattr(member, "__func__", member)
            if hasattr(function, "__rule__"):
                told[name] = function.__rule__
    return tuple(told.values())


@lru_cache(maxsize=32)
def columns(schema: type[Schema]) -> tuple[Column, ...]:
    """The columns of a schema, in the order of the document."""
    found = []
    for name, column in pa.DataFrameModel.to_schema.__func__(schema).columns.items():  # type: ignore[attr-defined]
        told = (column.metadata or {}).get("credtools")
        if told is not None:
            found.append(Column(name=name, title=column.title or name, **told))
    return tuple(found)
