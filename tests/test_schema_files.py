from __future__ import annotations

import hashlib
import subprocess
import sys
import textwrap
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
    assert [rule.code for rule in inherited] == [
        *("field_count", "row_rejected", "value_required", "value_readable", "value_damaged")
    ]
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


# --- what Pandera would follow, and a file wouldn't -----------------------------------------------------------

PLAIN = """\
import numpy as np
import pandas as pd
import pandera.pandas as pa

from credtools.schema import RECORD, Schema, field, rule


class Tools(Schema):
    name: str = field("Name", required=True)
"""


OWN = "def own(cls, rows, column):\n    return rows['line'] > 0"


def plain(folder: Path, more: str) -> SchemaError:
    """What is said about a document with these lines more in its class."""
    (folder / "tools.py").write_text(PLAIN + textwrap.indent(textwrap.dedent(more), "    "), "utf-8")
    return refusal("tools", folder)


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("grade: int = pa.Field(nullable=True)", 'grade: pd.Int64Dtype = field("Grade", kind="whole")'),
        ("grade: int", 'grade: pd.Int64Dtype = field("Grade", kind="whole")'),
        ("grade: bool = pa.Field()", 'grade: pd.BooleanDtype = field("Grade", kind="flag")'),
        (
            'grade: np.dtype("datetime64[ns]") = pa.Field()',
            'grade: np.dtype("datetime64[s]") = field("Grade", kind="date")',
        ),
        ("first_grade: str = pa.Field(isin=['A', 'B'])", 'first_grade: str = field("First grade")'),
    ],
)
def test_a_plain_field_is_refused(tmp_path: Path, written: str, better: str) -> None:
    """A field in plain Pandera would be read from no file: it is refused, with the line that does what is meant."""
    error = plain(tmp_path, written)
    assert error.reason == "plain_field"
    assert error.facts["name"] == better.partition(":")[0]
    assert error.facts["written"] == better
    (tmp_path / "tools.py").write_text(f"{PLAIN}    {better}\n", "utf-8")
    assert [column.name for column in loading.load("tools", tmp_path).columns] == ["name", error.facts["name"]]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("class Config:\n    strict = True\n    coerce = True", "plain_config"),
        ("@pa.check('name')\ndef short(cls, values):\n    return values.str.len() < 3", "plain_checks"),
        ("@pa.dataframe_check\ndef whole(cls, rows):\n    return rows['name'] == 'x'", "plain_checks"),
        ("@pa.parser('name')\ndef trimmed(cls, values):\n    return values.str.strip()", "plain_checks"),
        ("@pa.dataframe_parser\ndef sorted_(cls, rows):\n    return rows", "plain_checks"),
        ("place: pa.typing.Index[int] = field('Place')", "plain_index"),
        ("_grade: str = field('Grade')", "field_ignored"),
        ("grade = field('Grade')", "schema_broken"),
        (OWN, "rule_unmarked"),
        ("def field_count(cls, *what):\n    return True", "rule_unmarked"),
        (f"@rule('X', on=RECORD, resolution='Do it{{remedy[load_usres]}}.')\n{OWN}", "rule_speaks_of_nothing"),
    ],
)
def test_what_would_be_ignored_is_refused(tmp_path: Path, more: str, reason: str) -> None:
    """What a document says the Pandera way, or forgets to mark, is refused: nothing is left out in silence."""
    assert plain(tmp_path, more).reason == reason


def test_helpers_are_no_rules(tmp_path: Path) -> None:
    """Functions and constants of other shapes may stand in a document and its class."""
    more = "    @classmethod\n    def longest(cls):\n        return 3\n\n    field_count = None\n"
    (tmp_path / "tools.py").write_text(PLAIN + more, "utf-8")
    assert [rule.code for rule in loading.load("tools", tmp_path).rules] == [
        "row_rejected",
        "value_required",
        "value_readable",
        "value_damaged",
    ]


def test_the_words_of_earlier_releases(tmp_path: Path) -> None:
    """A document that imports its words from `credtools.fields`, as was right before, loads and checks as it did."""
    text = MINIMAL.replace(
        "credtools.schema import", "credtools.fields import EVERY, RECORD, USER, of_kind, unreadable,"
    )
    (tmp_path / "tools.py").write_text(text, "utf-8")
    schema = loading.load("tools", tmp_path)
    assert schema.rules[-1].code == "short"
    assert schema.model.__mro__[1] is loading.Schema


def test_the_schemas_folder_is_no_package() -> None:
    """Schemas are opened by name: nothing called `schemas` is imported with the package."""
    program = "import sys, credtools, credtools.checking; sys.exit('schemas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
