from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from credtools.checking import judge
from credtools.checking.lookups import Lookups
from credtools.recipe import Recipe, shape
from tests.core import LOOKUPS, TODAY, schema_copy, table, types, users
from tests.truth import RECIPE, File, Maker, Matrix

LEVEL = '    level: pd.BooleanDtype = field("Level", kind="flag")\n'


def organisation(made: File | Matrix, rows: int, *, same_day: bool) -> Lookups:
    return replace(
        LOOKUPS,
        users=users((k, email, None, "", status, None, None) for k, (email, status) in enumerate(made.users, 1)),
        types=types(
            (k, t.name, "active" if t.active else "deactivated", t.expiry, t.issue, t.numbered, False, None, None)
            for k, t in enumerate(made.kinds, 1)
        ),
        settings=replace(LOOKUPS.settings, max_rows=rows, same_day_expiry=same_day),
    )


# Planted in other tests: they need a spreadsheet, former names, a validity, or a history in the file.
ELSEWHERE = {
    *("date_incomplete", "former_name", "expiry_computed", "expiry_unusual", "date_unlikely", "number_changes"),
}


def found_and_true(folder: Path, rows: int, seed: int, *, same_day: bool) -> None:
    """Judges a made file, and compares what is found with what was planted."""
    made = Maker(seed, TODAY, same_day=same_day).file(rows)
    known = organisation(made, rows, same_day=same_day)
    read = table(made.text, delimiter=",", encoding="utf-8", heading_line=1)
    read = replace(read, reading=replace(read.reading, repaired_lines=made.repaired))
    schema = schema_copy(folder, fields=LEVEL)
    errors = judge.review(read, Recipe.parse(RECIPE), schema, known).errors
    found = list(errors[["line", "column", "code"]].itertuples(index=False, name=None))
    assert sorted(made.truth - set(found))[:10] == []  # recall 1.0
    assert sorted(set(found) - made.truth)[:10] == []  # precision 1.0
    assert len(found) == len(set(found))
    planted = {rule.code for rule in schema.rules if not rule.reads_stored} - ELSEWHERE
    assert {code for _, _, code in found} - ELSEWHERE == planted
    assert len(found) > rows / 2


@pytest.mark.parametrize(("seed", "same_day"), [(1, True), (2, False)])
def test_what_was_planted_is_found(tmp_path: Path, seed: int, same_day: bool) -> None:  # noqa: FBT001
    """In 20,000 rows with faults of every rule, several to a row, exactly what was planted is found."""
    found_and_true(tmp_path, 20_000, seed, same_day=same_day)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_planted_in_pairs_and_parts_is_found(tmp_path: Path, seed: int) -> None:
    """In 20,000 rows of 2,000 lines, unpivoted and split, exactly what was planted is found, by heading."""
    made = Maker(seed, TODAY, same_day=True).matrix(2_000)
    known = organisation(made, 20_000, same_day=True)
    recipe, schema = Recipe.parse(made.recipe), schema_copy(tmp_path, fields=LEVEL)
    read = shape(recipe, table(made.text, delimiter=",", encoding="utf-8", heading_line=1), schema.columns)
    review = judge.review(read, recipe, schema, known)
    found = sorted(review.errors[["line", "heading", "column", "code"]].itertuples(index=False, name=None))
    assert review.rows == made.rows > 20_000
    assert sorted((Counter(made.truth) - Counter(found)).elements())[:10] == []  # recall 1.0
    assert sorted((Counter(found) - Counter(made.truth)).elements())[:10] == []  # precision 1.0


@pytest.mark.long
def test_what_was_planted_in_a_large_file_is_found(tmp_path: Path) -> None:
    """In 200,000 rows with faults of every rule, several to a row, exactly what was planted is found."""
    found_and_true(tmp_path, 200_000, 3, same_day=False)
