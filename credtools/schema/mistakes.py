"""Mistakes: what a schema document says that can't be followed. A slip must not switch a rule or a field off."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pandera.api.dataframe.model_components import FieldInfo

from credtools.errors import SchemaError, remedies
from credtools.schema.base import Schema, left_out
from credtools.schema.words import KNOWN, RECORD, SPOKEN, STORED, USER, Groups, Rule, bare, columns, names_in, rules

# How `field` is written for what plain Pandera calls so.
WRITTEN = {
    "int": ("pd.Int64Dtype", ', kind="whole"'),
    "bool": ("pd.BooleanDtype", ', kind="flag"'),
    "date": ('np.dtype("datetime64[s]")', ', kind="date"'),
}


def mistakes(schema: type[Schema], path: Path) -> Iterator[SchemaError]:
    """What a document says that can't be followed, one by one."""
    fields = [column.name for column in columns(schema)]
    yield from _of_pandera(schema, path, fields)
    for name in fields:
        if name in (*KNOWN, *STORED):
            yield SchemaError("field_name_taken", path=str(path), name=name)
    made = {f"{name}_{part}" for name in fields for part in ("text", "state", "key", "other")}
    readable = {*KNOWN, *fields, *made}
    for rule in rules(schema):
        for name in _meaningless(rule, fields, readable):
            yield SchemaError("rule_speaks_of_nothing", path=str(path), rule=rule.code, name=name)
        if rule.groups not in get_args(Groups):
            yield SchemaError("rule_groups", path=str(path), rule=rule.code, groups=rule.groups)
        if rule.reads_stored and rule.blocks:
            yield SchemaError("stored_rule_blocks", path=str(path), rule=rule.code)


def _of_pandera(schema: type[Schema], path: Path, fields: list[str]) -> Iterator[SchemaError]:
    """What Pandera would follow and we wouldn't, or nobody."""
    plain = bare(schema)
    for name, column in plain.columns.items():
        if name not in fields:
            dtype = str(column.dtype).lower()
            annotation, kind = next((WRITTEN[one] for one in WRITTEN if one in dtype), ("str", ""))
            title = name.replace("_", " ").capitalize()
            written = f'{name}: {annotation} = field("{title}"{kind})'
            yield SchemaError("plain_field", path=str(path), name=name, written=written)
    if any(part.checks or part.parsers for part in (plain, *plain.columns.values())):
        yield SchemaError("plain_checks", path=str(path))
    if plain.index is not None:
        yield SchemaError("plain_index", path=str(path))
    for base in schema.__mro__[: schema.__mro__.index(Schema)]:
        options = [name for name in vars(vars(base)["Config"]) if not name.startswith("_") and name != "name"]
        if options:
            yield SchemaError("plain_config", path=str(path), options=", ".join(options))
        for name, member in vars(base).items():
            if isinstance(member, FieldInfo) and name not in fields:
                yield SchemaError("field_ignored", path=str(path), name=name)
            if _looks_like_a_rule(name, member):
                yield SchemaError("rule_unmarked", path=str(path), name=name)


def _looks_like_a_rule(name: str, member: object) -> bool:
    """Whether a function has the shape of a rule, or the name of a shared one, but no `@rule`."""
    function = getattr(member, "__func__", member)
    if not inspect.isfunction(function) or function is left_out or hasattr(function, "__rule__"):
        return False
    shared = hasattr(getattr(Schema, name, None), "__rule__")
    return shared or list(inspect.signature(function).parameters)[1:] == ["rows", "column"]


def _meaningless(rule: Rule, fields: list[str], readable: set[str]) -> list[str]:
    """The names in a rule that mean nothing."""
    stored = {name for name in rule.needs if name in STORED}
    wrong = [name for name in rule.columns if name not in (*fields, RECORD)]
    wrong += [name for name in rule.needs if name not in (*fields, USER, *STORED)]
    wrong += [name for name in rule.together if name not in readable]
    if isinstance(rule.resolution, str):
        wrong += sorted(names_in(rule.resolution) - readable - stored - set(SPOKEN))
        wrong += sorted(set(re.findall(r"\{remedy\[(\w*)\]", rule.resolution)) - remedies().keys())
    return wrong
