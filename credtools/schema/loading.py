"""Finds, loads and fingerprints schema documents: `schemas/NAME.py`, each with one class `NAME` in CamelCase.

A schema is code: it is opened by name from the schemas folder, never from an upload or the database.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import re
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pandera.errors import SchemaInitError

from credtools.errors import SchemaError
from credtools.schema.base import Schema
from credtools.schema.mistakes import mistakes
from credtools.schema.words import RECORD, Column, Rule, columns, rules

_loading = threading.RLock()  # a module that is being executed isn't whole yet


@dataclass(frozen=True)
class SchemaFile:
    """A loaded schema: its name, the Pandera model, and the digest of the document's text."""

    name: str
    model: type[Schema]
    fingerprint: str

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns(self.model)

    def column(self, name: str) -> Column:
        """The column of this name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]

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
    try:
        wrong = next(mistakes(model, path), None)
    except SchemaInitError as problem:
        raise SchemaError("schema_broken", path=str(path), problem=str(problem)) from problem
    if wrong:
        raise wrong
    return SchemaFile(name, model, fingerprint)


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
