"""Clusters: values that are nearly spelled alike, in columns where nothing is wrong, too."""

from __future__ import annotations

import numpy as np

from credtools.checking.clusters import clusters
from credtools.checking.one_column import Known
from credtools.recipe import Recipe, apply
from credtools.schema import loading
from tests.core import LOOKUPS, SCHEMAS, review


def found(column: str, *values: str) -> list[dict[str, str]]:
    """What becomes of the values of each cluster in a column of the types that an organisation has."""
    usual = {"user_email": "ana@x.org", "credential_type": "First Aid", "issue_date": "2020-01-01", "media": ""}
    rows = [",".join({**usual, column: value}.values()) for value in values]
    result = review("\n".join(["User email,Credential type,Issue date,Media", *rows, ""]))
    schema = loading.load("credentials", SCHEMAS)
    mapped = apply(Recipe(), result.table, schema.columns)
    known = Known.of(result, Recipe(), schema, LOOKUPS, column, mapped, np.zeros(0, dtype=np.int64))
    return [one.replacements for one in clusters(known)]


def test_spellings_of_one_value() -> None:
    """Case, marks, the order of words and single letters: the most frequent spelling is kept."""
    assert found("media", "north wing", "north wing", "North-Wing", "wing north", "nort wing", "south wing") == [
        {"North-Wing": "north wing", "wing north": "north wing", "nort wing": "north wing"}
    ]


def test_a_value_that_exists_is_kept() -> None:
    """Of types the one that exists is right, however often it is misspelt; two that exist are never one."""
    assert found("credential_type", "Frist Aid", "Frist Aid", "First Aid", "Forklift", "Fork-lift") == [
        {"Frist Aid": "First Aid"},
        {"Fork-lift": "Forklift"},
    ]


def test_numbers_are_no_spellings() -> None:
    """Values that differ by a number are different values; so are short ones that differ by a letter."""
    assert found("media", "Level 2 rigging", "Level 3 rigging", "A", "B", "AB1", "AB2") == []


def test_persons_and_dates_have_none() -> None:
    """Addresses and dates that are alike are other persons and days."""
    assert found("user_email", "ana@x.org", "anna@x.org") == []
    assert found("issue_date", "2020-01-01", "2020-01-02") == []
