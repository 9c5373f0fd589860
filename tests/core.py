"""Small things that the tests of the pure core build on: an organisation, a file as text, what was found in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from credtools import reading
from credtools.checking import judge
from credtools.checking.lookups import TYPE_COLUMNS, USER_COLUMNS, Lookups
from credtools.model import Content, Key, OrganisationSettings, Patch, Record, Review, StoredVersion, Table
from credtools.recipe import Recipe, apply
from credtools.recipe.records import Records
from credtools.schema import loading

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas"
SHARED = ROOT.parent / "shared" / "data"  # corpora and real files, beside the checkout where they are there at all

CREDENTIALS = loading.load("credentials", SCHEMAS)
USERS = loading.load("users", SCHEMAS)
TYPES = loading.load("credential_types", SCHEMAS)
TODAY = date(2026, 11, 22)
HEADINGS = "User email,Credential type,Issue date,Expiration date,Credential number\n"

_USERS = (
    (1, "ana@x.org", "E-1", "Ana", "active", None, None),
    (2, "bo@x.org", "E-2", "Bo", "active", None, None),
    (3, "cy@x.org", "E-3", "Cy", "deactivated", date(2024, 1, 2), None),
    (4, "dee@x.org", None, "Dee", "deactivated", None, None),
)
_TYPES = (
    (11, "First Aid", "active", "optional", "required", False, False, None, None),
    (12, "Forklift", "active", "required", "required", False, False, None, None),
    (13, "Welder", "active", "optional", "required", True, False, None, None),
    (14, "Diploma", "active", "never", "optional", False, False, None, None),
    (15, "Badge", "active", "optional", "never", False, False, None, None),
    (16, "Old Type", "deactivated", "optional", "required", False, False, None, None),
)


def users(rows: Iterable[Sequence[Any]] = _USERS) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(USER_COLUMNS))


def types(rows: Iterable[Sequence[Any]] = _TYPES) -> pd.DataFrame:
    return pd.DataFrame([(*row, True)[: len(TYPE_COLUMNS)] for row in rows], columns=list(TYPE_COLUMNS))


LOOKUPS = Lookups(users=users(), types=types(), settings=OrganisationSettings(), today=TODAY)


def lookups(**settings: Any) -> Lookups:
    """The organisation with some settings changed."""
    return replace(LOOKUPS, settings=replace(LOOKUPS.settings, **settings))


def only_types(*names: str) -> Lookups:
    """The organisation with some of its types only."""
    return replace(LOOKUPS, types=types(row for row in _TYPES if row[1] in names))


def table(text: str | bytes, **options: Any) -> Table:
    content = text.encode() if isinstance(text, str) else text
    return reading.read_bytes(content, "file.csv", **options)


def meant(rows: list[list[str]]) -> list[list[str]]:
    """The cells of a file as they are read: where control characters stand for others of cp1252, these."""
    controls = {one: text for one in range(0x80, 0xA0) if (text := bytes([one]).decode("cp1252", "ignore"))}
    found = {ord(letter) for row in rows for cell in row for letter in cell} & set(controls) - {0x85}
    return [[cell.translate(controls) if found else cell for cell in row] for row in rows]


def review(
    text: str,
    recipe: str = "",
    known: Lookups = LOOKUPS,
    schema: loading.SchemaFile = CREDENTIALS,
    patches: Sequence[Patch] = (),
) -> Review:
    """What a file of this text is worth: delimited by commas unless the recipe says otherwise."""
    told = Recipe.parse(recipe, source="source")
    titles = [name for column in schema.columns for name in (column.title, column.name, *column.synonyms)]
    options = {"delimiter": ",", "titles": titles, **told.read}
    return judge.review(table(text, **options), told, schema, known, patches)


def records(table: Table, recipe: str = "") -> list[Record]:
    """How the records of a file of credentials are known."""
    headings = apply(Recipe.parse(recipe), table, CREDENTIALS.columns).headings
    return Records(table, headings).own(CREDENTIALS.columns)


def rows(*lines: str, recipe: str = "", known: Lookups = LOOKUPS) -> Review:
    """The review of a credentials file with the usual five headings; its records start on line 2."""
    return review(HEADINGS + "".join(f"{line}\n" for line in lines), recipe, known)


def found(result: Review) -> list[tuple[int, str, str]]:
    """(line, column, code) of everything that was found, errors and warnings."""
    names = ["line", "column", "code"]
    return list(result.errors[names].itertuples(index=False, name=None))


def sentences(result: Review) -> list[str]:
    return list(result.errors["resolution"])


def stored(*versions: tuple[Any, ...]) -> list[StoredVersion]:
    """Stored versions, oldest first.

    Each is (credential id, user id, type id, number key, version id or None, issue date, expiration date, number).
    """
    return [
        StoredVersion(one, one * 100, Key(user, kind, key), version, Content(issued, expires, number, "{}"), "approved")
        for one, user, kind, key, version, issued, expires, number in versions
    ]


def schema_copy(
    folder: Path, *, fields: str = "", rules: str = "", changes: Sequence[tuple[str, str]] = ()
) -> loading.SchemaFile:
    """The credentials schema as an organisation would change it: own fields, own rules, changed texts."""
    text = (SCHEMAS / "credentials.py").read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    first_rule = "    @rule(\n"
    assert first_rule in text
    text = text.replace(first_rule, fields + "\n" + first_rule, 1) + "\n" + rules
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "credentials.py").write_text(text, "utf-8")
    return loading.load("credentials", folder)
