"""Finds, loads and fingerprints schema documents: `schemas/NAME.py`, each with one class `NAME` in CamelCase.

A schema is code: it is opened by name from the schemas folder, never from an upload or the database. What it says that
can't be followed is refused: a slip must not switch a rule or a field off.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import get_args

from pandera.api.dataframe.model_components import FieldInfo
from pandera.errors import SchemaInitError

from credtools.errors import SchemaError, remedies
from credtools.schema.base import Schema, left_out
from credtools.schema.words import (
    KNOWN,
    RECORD,
    SPOKEN,
    STORED,
    USER,
    Column,
    Groups,
    Rule,
    bare,
    columns,
    names_in,
    rules,
)

# How `field` is written for what plain Pandera calls so.
WRITTEN = {
    "int": ("pd.Int64Dtype", ', kind="whole"'),
    "bool": ("pd.BooleanDtype", ', kind="flag"'),
    "date": ('np.dtype("datetime64[s]")', ', kind="date"'),
}
_loading = threading.RLock()  # a module that is being executed isn't whole yet
_followed: set[tuple[type[Schema], Path]] = set()  # documents in which no mistake was found


@dataclass(frozen=True)
class SchemaFile:
    """A loaded schema: its name, the Pandera model, and the digest of the document's text."""

    name: str
    model: type[Schema]
    fingerprint: str

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns(self.model)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return rules(self.model)

    def guide(self) -> str:
        """The schema in words, as Markdown, for those who fill files in: its columns, and what is checked in them."""
        titles = {column.name: column.title for column in self.columns} | {RECORD: "the row"}
        fields = [f"- **{c.title}**{' (required)' if c.required else ''}: {c.help or c.kind}" for c in self.columns]
        checked = [
            f"- {rule.title} ({', '.join(titles[name] for name in rule.columns)}){'' if rule.blocks else ': a warning'}"
            for rule in self.rules
        ]
        return "\n".join([f"# {inspect.getdoc(self.model)}", "", *fields, "", "Checked:", "", *checked, ""])


def load(name: str, folder: Path) -> SchemaFile:
    """The schema `NAME.py` of a folder.

    Raises SchemaError when the name isn't a plain word, or the document is missing, broken, holds no schema or can't be
    followed.
    """
    path = folder / f"{name}.py"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise SchemaError("schema_name", name=name)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("[a-z]*.py"))) or "none"
        raise SchemaError("schema_unknown", name=name, folder=str(folder), known=known)
    fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
    wanted = "".join(word.capitalize() for word in name.split("_"))
    with _loading:
        module = _module(f"credtools_schema_{name}_{fingerprint[:16]}", path)
    model = getattr(module, wanted, None)
    if not (isinstance(model, type) and issubclass(model, Schema)):
        raise SchemaError("schema_class_missing", path=str(path), wanted=wanted)
    _require_followed(model, path)
    return SchemaFile(name, model, fingerprint)


def _require_followed(model: type[Schema], path: Path) -> None:
    if (model, path) in _followed:
        return
    try:
        wrong = next(_mistakes(model, path), None)
    except SchemaInitError as problem:
        raise SchemaError("schema_broken", path=str(path), problem=str(problem)) from problem
    if wrong:
        raise wrong
    _followed.add((model, path))


def _module(module_name: str, path: Path) -> ModuleType:
    if module_name in sys.modules:
        return sys.modules[module_name]
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None and spec.loader is not None  # noqa: PT018, S101 - so it is for every name that ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # before executing: Pandera resolves annotations through it
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as problem:
        del sys.modules[module_name]
        raise SchemaError("schema_broken", path=str(path), problem=str(problem)) from problem
    return module


# --- what can't be followed ---------------------------------------------------------------------------------


def _mistakes(schema: type[Schema], path: Path) -> Iterator[SchemaError]:
    """What a document says that can't be followed, one by one."""
    fields = [column.name for column in columns(schema)]
    yield from _of_pandera(schema, path, fields)
    for name in fields:
        if name in (*KNOWN, *STORED):
            yield SchemaError("field_name_taken", path=str(path), name=name)
    made = {f"{name}_{part}" for name in fields for part in ("text", "state", "key", "other", "swapped")}
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
