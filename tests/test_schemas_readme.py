"""schemas/README.md, followed to the letter in a copy of schemas/: nothing in credtools/ has to change."""

from __future__ import annotations

import ast
import re
import shutil
import textwrap
from pathlib import Path

import pytest

from credtools.exports.template import write_template
from credtools.schema import loading
from credtools.schema.loading import SchemaFile
from tests.core import HEADINGS, SCHEMAS, found, review, sentences

RULE, FIELD = (
    textwrap.indent(block, "    ")
    for block in re.findall(r"```python\n(.*?)```", (SCHEMAS / "README.md").read_text("utf-8"), re.DOTALL)
)
LATE, EARLY = "ana@x.org,First Aid,2031-02-01,2031-03-01,", "bo@x.org,First Aid,2024-02-01,2024-01-01,"
FILE = HEADINGS.replace("\n", ",Dept\n") + f"{LATE},Kitchen\n{EARLY},Kitchen\n"


class Copy:
    """A copy of schemas/ in a working folder, and its credentials document as text."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(SCHEMAS, folder / "schemas")
        self.folder = folder / "schemas"
        self.path = self.folder / "credentials.py"
        self.text = self.path.read_text("utf-8")

    def now(self, text: str) -> SchemaFile:
        self.text = text
        self.path.write_text(text, "utf-8")
        return loading.load("credentials", self.folder)

    def without(self, name: str) -> str:
        """The document without a rule (its decorator, too) or a field."""
        lines = self.text.splitlines(keepends=True)
        (schema,) = [node for node in ast.parse(self.text).body if isinstance(node, ast.ClassDef)]
        for node in schema.body:
            if getattr(node, "name", "") == name or ast.unparse(getattr(node, "target", node)) == name:
                first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
                return "".join(lines[: first - 1] + lines[node.end_lineno :])
        raise AssertionError(name)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def blocking(schema: SchemaFile) -> list[tuple[int, str, str]]:
    result = review(FILE, schema=schema)
    return [error for error, blocks in zip(found(result), result.errors["blocks"], strict=True) if blocks]


def test_a_rule_is_removed_added_and_changed(copy: Copy) -> None:
    """A rule cut out of the document no longer rejects; the README's own text of it does again, in its own words."""
    title = "Expiration date is earlier than issue date"
    removed = copy.now(copy.without("expires_after_issue"))
    assert blocking(removed) == []
    assert title not in removed.guide()

    added = copy.now(f"{copy.text}\n{RULE}")
    assert blocking(added) == [(3, "expiration_date", "expires_after_issue")]
    assert "It expires on 2024-01-01, but was issued on 2024-02-01. Correct one of the two." in sentences(
        review(FILE, schema=added)
    )
    assert f"- {title} (Expiration date)\n" in added.guide()

    warning = copy.now(copy.text.replace('groups="rule",  # one cause', 'blocks=False, groups="rule",  # one cause'))
    assert blocking(warning) == []
    assert review(FILE, schema=warning).ready == 2
    assert f"- {title} (Expiration date): a warning\n" in warning.guide()


def test_a_column_is_added_and_removed(copy: Copy, tmp_path: Path) -> None:
    """The README's own column is matched, stored, in the template and in the guide; cut out, it is gone again."""
    shipped = copy.text
    own = copy.now(shipped.replace("    @rule(\n", f"{FIELD}\n    @rule(\n", 1))
    result = review(FILE, schema=own)
    assert result.headings["Dept"] == "department"
    assert result.resolved["own"].tolist() == ['{"department": "Kitchen"}'] * 2
    assert "- **Department**: text\n" in own.guide()
    template = write_template(tmp_path / "template.csv", own.columns, [], "YYYY-MM-DD")
    assert "Department" in template.read_text("utf-8-sig").splitlines()[0].split(",")

    gone = copy.now(copy.without("department"))
    assert review(FILE, schema=gone).headings["Dept"] is None
    assert "Department" not in gone.guide()


def test_the_guide_names_every_column_and_rule() -> None:
    """The guide is the document in words: whole for the smallest schema."""
    guide = loading.load("credential_types", SCHEMAS).guide()
    assert guide == (
        "# One row is one credential type, known by its name.\n\n"
        "- **Name** (required): the name by which the type is known; case doesn't matter\n"
        "- **Expiry**: whether it has an expiration date\n"
        "- **Issue**: whether it has an issue date\n"
        "- **Numbered**: yes when one user may hold several, told apart by number\n"
        "- **Media required**: flag\n"
        "- **Approval required**: blank: as the organisation decides\n"
        "- **Validity months**: whole\n"
        "- **Expiry computed**: yes: a blank expiration date is computed from the validity months; no: it must be "
        "stated\n\n"
        "Checked:\n\n"
        "- Wrong number of fields (the row)\n"
        "- A value is required (Name)\n"
        "- Value can't be read (Name, Expiry, Issue, Numbered, Media required, Approval required, Validity months, "
        "Expiry computed)\n"
        "- Value was damaged by a spreadsheet (Name, Expiry, Issue, Numbered, Media required, Approval required, "
        "Validity months, Expiry computed)\n"
        "- Value isn't allowed (Expiry, Issue, Numbered, Media required, Approval required, Validity months, Expiry "
        "computed)\n"
        "- Duplicate type (Name)\n"
    )
