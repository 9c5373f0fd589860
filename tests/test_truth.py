"""Files of which the truth is known: what was planted is found, row by row, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from credtools.checking import judge
from credtools.checking.changes import classify
from credtools.checking.holders import other_holders
from credtools.checking.rows import Sending
from credtools.checking.stored import with_stored
from credtools.recipe import Recipe, shape
from credtools.schema.loading import SchemaFile
from tests.core import LOOKUPS, TODAY, USERS, schema_copy, table
from tests.truth.files import Made, Maker
from tests.truth.people import PeopleMaker
from tests.truth.shaped import ShapedMaker
from tests.truth.styles import NAMED, PLAIN, SHORT, Style

LEVEL = '    level: pd.BooleanDtype = field("Level", kind="flag")\n'
# Only a list of all that stands says that something is no longer listed, and only where nobody in it is unknown.
ELSEWHERE = {"issue_date_corrected"}
BY_A_PERSON = {"row_rejected", "value_overruled"}  # rows and rules of a person: test_by_hand, test_overruled
TOLD = {"value_cleared"}  # in place of value_lost, where the recipe says what blank cells do
OF_ORDER = {"date_swapped"}  # a column of one order with dates of the other: test_checking
OF_MEDIA = {"scan_differs"}  # no media are planted: test_scans and other tests of media
IN_SPREADSHEETS = {"date_incomplete"}  # planted in files of credentials

LONG = partial(pytest.param, marks=pytest.mark.long)


@pytest.fixture
def schema(tmp_path: Path) -> SchemaFile:
    return schema_copy(tmp_path, fields=LEVEL)


def found_and_true(made: Made, schema: SchemaFile, *, same_day: bool = False, full: bool = False) -> set[str]:
    """Judges a made file beside what is stored, and compares what is found with what was planted; gives the codes."""
    known = made.organisation.lookups(max(made.rows, 20_000), same_day=same_day)
    recipe = Recipe.parse(made.recipe, source="hr")
    read = table(made.text, delimiter=",", encoding="utf-8", heading_line=1)
    read = replace(read, date_cells=made.date_cells)
    read = replace(read, reading=replace(read.reading, repaired_lines=made.repaired))
    review = judge.review(shape(recipe, read, schema.columns), recipe, schema, known)
    stored = made.stored
    changes = classify(review, stored.versions, stored.words, Sending(remembers=True, full=full))
    over = tuple(row for row, version in changes.over.items() if version in stored.of_others)
    changes = replace(changes, taken_over=over, shared=other_holders(review, changes, stored.held))
    errors = with_stored(review, changes).errors
    found = Counter(errors[["line", "heading", "column", "code"]].itertuples(index=False, name=None))
    assert review.rows == made.rows
    assert sorted((made.truth - found).elements())[:10] == []  # recall 1.0
    assert sorted((found - made.truth).elements())[:10] == []  # precision 1.0
    return set(errors["code"])


@pytest.mark.parametrize(("seed", "style", "same_day"), [(1, PLAIN, True), (2, SHORT, False), LONG(3, NAMED, False)])
def test_what_was_planted_is_found(schema: SchemaFile, seed: int, style: Style, same_day: bool) -> None:  # noqa: FBT001
    """In 20,000 rows with faults of every rule, several to a row, exactly what was planted is found."""
    made = Maker(seed, TODAY, style, same_day=same_day).file(20_000)
    found = found_and_true(made, schema, same_day=same_day)
    assert found == {rule.code for rule in schema.rules} - ELSEWHERE - TOLD - BY_A_PERSON - OF_ORDER - OF_MEDIA
    assert made.truth.total() > 10_000


@pytest.mark.long
def test_what_was_planted_in_a_full_list_is_found(schema: SchemaFile) -> None:
    """In 20,000 rows that are all that stands, issue dates are corrected where others are no longer listed."""
    made = Maker(4, TODAY, PLAIN, same_day=False).file(20_000, full=True)
    assert found_and_true(made, schema, full=True) > ELSEWHERE


@pytest.mark.parametrize(("seed", "style"), [(1, PLAIN), LONG(2, SHORT)])
@pytest.mark.long
def test_what_was_planted_in_pairs_and_parts_is_found(schema: SchemaFile, seed: int, style: Style) -> None:
    """In 20,000 rows of 2,000 lines, unpivoted and split, exactly what was planted is found, by heading."""
    made = ShapedMaker(seed, TODAY, style, same_day=False).matrix(2_000)
    assert made.rows > 20_000
    found_and_true(made, schema)


@pytest.mark.parametrize(("seed", "style"), [(1, NAMED), LONG(2, SHORT)])
@pytest.mark.long
def test_what_was_planted_in_lists_is_found(schema: SchemaFile, seed: int, style: Style) -> None:
    """In 20,000 rows of 8,000 lines with several types in a cell and people filled down, exactly that is found."""
    made = ShapedMaker(seed, TODAY, style, same_day=False).lists(8_500)
    assert made.rows > 20_000
    found_and_true(made, schema)


def test_what_was_planted_in_a_list_of_users_is_found() -> None:
    """In 20,000 users with faults of every rule, several to a row, exactly what was planted is found."""
    text, truth = PeopleMaker(1).people(20_000)
    read = table(text, delimiter=",", encoding="utf-8", heading_line=1)
    errors = judge.review(read, Recipe.parse("schema: users"), USERS, LOOKUPS).errors
    found = Counter(errors[["line", "heading", "column", "code"]].itertuples(index=False, name=None))
    assert sorted((truth - found).elements())[:10] == []  # recall 1.0
    assert sorted((found - truth).elements())[:10] == []  # precision 1.0
    assert set(errors["code"]) == {rule.code for rule in USERS.rules} - IN_SPREADSHEETS


@pytest.mark.long
def test_what_was_planted_in_a_large_file_is_found(schema: SchemaFile) -> None:
    """In 200,000 rows with faults of every rule, several to a row, exactly what was planted is found."""
    found_and_true(Maker(3, TODAY, PLAIN, same_day=False).file(200_000), schema)
