from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from credtools.errors import SchemaError
from credtools.schema import loading
from tests.core import ROOT, SCHEMAS

MINIMAL = '''\
"""A small schema."""

from credtools.schema import Schema, field, rule


class Tools(Schema):
    name: str = field("Name", required=True)

    @rule("Too long", on="name", resolution="{title} {value!r} is too long.")
    def short(cls, rows, column):
        return ~(rows[column].str.len() > 3)
'''


def refusal(name: str, folder: Path) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        loading.load(name, folder)
    return caught.value


@pytest.mark.parametrize("name", ["credentials", "credential_types", "users"])
def test_shipped_schemas(name: str) -> None:
    """Each shipped schema loads under the name of its file, known by the digest of its text."""
    schema = loading.load(name, SCHEMAS)
    assert schema.name == name
    assert schema.fingerprint == hashlib.sha256((SCHEMAS / f"{name}.py").read_bytes()).hexdigest()
    assert schema.columns
    assert schema.rules
    assert all(column.title for column in schema.columns)


def test_columns_and_rules_in_the_order_of_the_document(tmp_path: Path) -> None:
    """A document says its columns and rules in its own order, after what it inherits; a rule's code is its name."""
    (tmp_path / "tools.py").write_text(MINIMAL)
    schema = loading.load("tools", tmp_path)
    (column,) = schema.columns
    *inherited, rule = schema.rules
    assert [rule.code for rule in inherited] == ["field_count", "value_required", "value_readable"]
    assert (column.name, column.title, column.kind, column.required) == ("name", "Name", "text", True)
    assert (rule.code, rule.title, rule.columns, rule.blocks) == ("short", "Too long", ("name",), True)


def test_the_same_document_is_loaded_once(tmp_path: Path) -> None:
    """Loaded again, the same text gives the same class; another text another one, each with its own fingerprint."""
    path = tmp_path / "tools.py"
    path.write_text(MINIMAL)
    first = loading.load("tools", tmp_path)
    assert loading.load("tools", tmp_path).model is first.model
    path.write_text(MINIMAL.replace("> 3", "> 4"))
    second = loading.load("tools", tmp_path)
    assert second.model is not first.model
    assert second.fingerprint != first.fingerprint
    path.write_text(MINIMAL)
    assert loading.load("tools", tmp_path).model is first.model


def test_checks_stay_the_same_however_often_they_are_asked_for() -> None:
    """Asking a schema for its checks twice doesn't double them, also where they are inherited."""
    model = loading.load("credentials", SCHEMAS).model
    heir = type("Heir", (model,), {"__doc__": "Nothing of its own.", "__module__": model.__module__})
    for schema in (model, heir):
        assert len(schema.to_schema().checks) == len(schema.to_schema().checks)


@pytest.mark.parametrize("name", ["", "Users", "../users", "users.py", "a-b", "/x/users", "1a", "_a", "us\ners"])
def test_names_are_plain_words(name: str, tmp_path: Path) -> None:
    """A schema is opened by a plain name, never by a path."""
    assert refusal(name, tmp_path).reason == "schema_name"


def test_a_schema_that_is_not_there(tmp_path: Path) -> None:
    """A missing schema is said so, together with those that are there."""
    error = refusal("tools", tmp_path)
    assert (error.reason, error.facts["known"]) == ("schema_unknown", "none")
    (tmp_path / "users.py").write_text("")
    (tmp_path / "crates.py").write_text("")
    assert refusal("tools", tmp_path).facts == {"name": "tools", "folder": str(tmp_path), "known": "crates, users"}


@pytest.mark.parametrize(
    ("text", "reason", "fact"),
    [
        ("1/0", "schema_broken", "division by zero"),
        ("class Tools:", "schema_broken", "expected an indented block"),
        ("import nothing_like_that", "schema_broken", "No module named 'nothing_like_that'"),
        ("raise SystemExit(3)", "schema_broken", "3"),
        ("x = 1", "schema_class_missing", "Tools"),
        ("class Tools: pass", "schema_class_missing", "Tools"),
        ("Tools = 7", "schema_class_missing", "Tools"),
    ],
)
def test_a_schema_that_is_broken(text: str, reason: str, fact: str, tmp_path: Path) -> None:
    """A document that can't be loaded, or holds no schema, is refused by its reason, each time again."""
    path = tmp_path / "tools.py"
    path.write_text(text)
    for _ in range(2):
        error = refusal("tools", tmp_path)
        assert (error.reason, error.facts["path"]) == (reason, str(path))
        assert fact in str(error)
    path.write_text(MINIMAL)
    assert loading.load("tools", tmp_path).rules


def test_the_schemas_folder_is_no_package() -> None:
    """Schemas are opened by name: nothing called `schemas` is imported with the package."""
    program = "import sys, credtools, credtools.checking; sys.exit('schemas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
