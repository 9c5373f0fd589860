"""Shapes: rows that a recipe makes of a file's records, from the file to the credential, and over nights."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credtools.errors import FileError, RecipeError
from credtools.model import Place, Review, Table, labels
from credtools.recipe import Recipe, shape
from tests import core

MATRIX = """\
headings: {Email: user_email}
unpivot:
  - {credential_type: First Aid, issue_date: First Aid issued, expiration_date: First Aid expires}
  - {credential_type: Forklift, issue_date: Forklift issued, expiration_date: Forklift expires}
  - {credential_type: Diploma, issue_date: Diploma}
"""
HEADINGS = "Email,Name,First Aid issued,First Aid expires,Forklift issued,Forklift expires,Diploma"
ANA = "ana@x.org,Ana,2025-01-01,2028-01-01,2024-05-01,2029-05-01,"
BO = "bo@x.org,Bo,,,,,2023-02-02"


def shaped(recipe: str, *rows: str) -> Table:
    return shape(Recipe.parse(recipe), core.table("\n".join([*rows, ""])), core.CREDENTIALS.columns)


def judged(recipe: str, *rows: str) -> Review:
    from credtools.checking import judge

    return judge.review(shaped(recipe, *rows), Recipe.parse(recipe), core.CREDENTIALS, core.LOOKUPS)


def cells(table: Table, *names: str) -> list[tuple[str, ...]]:
    return list(table.frame[list(names)].itertuples(index=False, name=None))


def found(review: Review) -> list[tuple[Any, ...]]:
    errors = review.errors[["line", "heading", "column", "code"]]
    return list(errors.itertuples(index=False, name=None))


# --- one row per person → one per credential ----------------------------------------------------------------


def test_each_pair_that_is_filled_is_a_row() -> None:
    """A person's row becomes one row per credential; blank pairs are no rows; other columns are repeated."""
    table = shaped(MATRIX, HEADINGS, ANA, BO)
    assert cells(table, "Email", "Name", "credential_type", "issue_date", "expiration_date") == [
        ("ana@x.org", "Ana", "First Aid", "2025-01-01", "2028-01-01"),
        ("ana@x.org", "Ana", "Forklift", "2024-05-01", "2029-05-01"),
        ("bo@x.org", "Bo", "Diploma", "2023-02-02", ""),
    ]
    assert table.places == [Place(1, 2, 1), Place(1, 2, 2), Place(1, 3, 3)]
    assert table.labels == ["2.1", "2.2", "3.3"]
    assert (table.records, json.loads(table.raw[1])) == (
        2,
        ["ana@x.org", "Ana", "Forklift", "2024-05-01", "2029-05-01"],
    )
    assert judged(MATRIX, HEADINGS, ANA, BO).counted == {"ready": 3, "rejected": 0, "left_out": 0}


def test_errors_name_the_line_and_heading_of_the_file() -> None:
    """Every error of a piece tells the file's line, and the heading of that very cell."""
    review = judged(MATRIX, HEADINGS, BO, "ana@x.org,Ana,31/31/2025,2028-01-01,2024-05-01,,x", "zoe@x.org,Zoe,,,,,1")
    assert found(review) == [
        (3, "First Aid issued", "issue_date", "date_format"),
        (3, "Forklift expires", "expiration_date", "value_required"),
        (3, "Diploma", "issue_date", "date_format"),
        (4, "Email", "user_email", "user_exists"),
        (4, "Diploma", "issue_date", "date_format"),
    ]
    assert review.errors["piece"].tolist() == [1, 2, 3, 3, 3]


def test_a_record_with_a_wrong_number_of_fields_is_rejected() -> None:
    """A torn record has a row for each pair, at least one, and none can pass, whatever its cells say."""
    review = judged(MATRIX, HEADINGS, "ana@x.org,Ana,2025-01-01,2028-01-01", "bo@x.org", f"{ANA},more")
    assert review.rejected.all()
    assert [line for line, *_, code in found(review) if code == "field_count"] == [2, 3, 4, 4]
    sentences = review.errors.loc[review.errors["code"] == "field_count", "resolution"].tolist()
    assert "4 fields, but the heading row has 7" in sentences[0]
    assert "8 fields" in sentences[2]
    width = review.table.expected_fields
    assert [len(json.loads(raw)) - width for raw in review.table.raw] == [1, 1, 1, 1]


def test_records_without_a_pair_are_told() -> None:
    """Nothing vanishes silently: how many records make no row, and which headings the file lacks, is a warning."""
    table = shaped(MATRIX, "Email,First Aid issued", "ana@x.org,2025-01-01", "bo@x.org,")
    assert {one.code: one.count for one in table.reading.noted} == {
        "unpivot_incomplete": 4,
        "records_without_rows": 1,
    }
    with pytest.raises(FileError) as refused:
        shaped(MATRIX, "Email,Name", "ana@x.org,Ana")
    assert (refused.value.reason, refused.value.code) == ("shape_heading_missing", "heading_required")


def test_what_unpivot_may_say() -> None:
    """An entry names its type and headings; a heading belongs to one entry, a column to the schema."""
    for text, reason in {
        "unpivot: First Aid": "unpivot_no_list",
        "unpivot: [{issue_date: A}]": "unpivot_unusable",
        "unpivot: [{credential_type: A}]": "unpivot_unusable",
        "unpivot: [{credential_type: A, issue_date: X}, {credential_type: B, issue_date: X}]": "unpivot_twice",
    }.items():
        with pytest.raises(RecipeError) as refused:
            Recipe.parse(text)
        assert refused.value.reason == reason
    with pytest.raises(RecipeError) as refused:
        shaped("unpivot: [{credential_type: A, colour: X}]", "Email,X", "ana@x.org,1")
    assert refused.value.reason == "recipe_column_unknown"
    recipe = Recipe.parse(MATRIX)
    assert Recipe.parse(recipe.text()).fingerprint == recipe.fingerprint != Recipe.parse("").fingerprint


def test_records_are_known_by_their_type_and_text() -> None:
    """A record stays the same when another pair is filled, or a type is added before it in recipe and file."""
    before = core_records(MATRIX, HEADINGS, ANA, BO)
    filled = core_records(MATRIX, HEADINGS, ANA, "bo@x.org,Bo,2025-01-01,,,,2023-02-02")
    entry = "  - {credential_type: Badge, expiration_date: Badge}\n"
    added = MATRIX.replace("unpivot:\n", f"unpivot:\n{entry}")
    more = core_records(added, f"Badge,{HEADINGS}", f"2030-01-01,{ANA}", f",{BO}")
    assert len(before) == 3
    assert before < filled
    assert before < more


def test_two_pairs_of_one_type_are_two_records() -> None:
    """Columns for the first and a second card of one type tell equal texts apart."""
    recipe = "unpivot:\n" + "".join(f"  - {{credential_type: First Aid, issue_date: {k}}}\n" for k in ("A", "B"))
    first = core_records(recipe, "User email,A,B", "ana@x.org,2025-01-01,2025-01-01")
    assert len({digest for digest, _ in first}) == 2
    alone = core_records(recipe, "User email,A,B", "ana@x.org,,2025-01-01")
    assert alone < first


def test_the_pair_that_was_corrected_is_said_to_be_fixed() -> None:
    """Of two pairs of one type the one whose cell was wrong is found again, not the other that says as much."""
    from credtools.checking.match import compare

    recipe = (
        "headings: {Email: user_email}\nunpivot: [{credential_type: First Aid, issue_date: 2023, expiration_date: A},"
        " {credential_type: First Aid, issue_date: 2024, expiration_date: A2}]"
    )
    head = "Email,2023,A,2024,A2"
    before = judged(recipe, head, "ana@x.org,2023-01-01,2026-01-01,2024-13-01,2026-01-01")
    after = judged(recipe, head, "ana@x.org,2023-01-02,2026-01-01,2024-12-01,2026-01-01")
    found = compare(before, after)
    assert (found.fixed, found.added, found.gone) == ((1,), 1, 1)


def core_records(recipe: str, *rows: str) -> set[tuple[str, int]]:
    from credtools.recipe import apply
    from credtools.recipe.records import Records

    table = shaped(recipe, *rows)
    records = Records(table, apply(Recipe.parse(recipe), table, core.CREDENTIALS.columns).headings)
    return {one.key for one in records.own(core.CREDENTIALS.columns)}


def test_parts_are_cut_between_records() -> None:
    """A divided file keeps the rows of a record together, by records of the file, and knows them as the whole does."""
    whole = shaped(MATRIX, HEADINGS, ANA, BO, ANA)
    parts = [whole.part(number, 2) for number in (1, 2)]
    assert [(part.lines.tolist(), part.records) for part in parts] == [([2, 2, 3], 2), ([4, 4], 1)]
    names = ["Email", "credential_type", "issue_date"]
    assert [*parts[0].keys(names), *parts[1].keys(names)] == list(whole.keys(names))
    assert parts[1].labels == ["4.1", "4.2"]


def test_rows_have_a_limit_of_their_own() -> None:
    """`max_rows` limits the records of a file; rows that are made of them ten times as many."""
    few = core.lookups(max_rows=1)
    from credtools.checking import judge

    one = shaped(MATRIX, HEADINGS, ANA)
    assert judge.review(one, Recipe.parse(MATRIX), core.CREDENTIALS, few).rows == 2
    with pytest.raises(FileError) as refused:
        judge.require_size(shaped(MATRIX, HEADINGS, ANA, BO), 1)
    assert refused.value.reason == "too_many_rows"
    many = ";".join(["First Aid"] * 11)
    with pytest.raises(FileError) as refused:
        judge.require_size(
            shaped("rules: [{split: {column: credential_type, by: ;}}]", core.HEADINGS, f"ana@x.org,{many},,,"), 1
        )
    assert refused.value.reason == "too_many_pieces"


def test_how_rows_are_called() -> None:
    """A row is called by its line alone as long as that is enough."""
    assert labels([Place(1, 2, 1), Place(1, 3, 1)]) == [2, 3]
    assert labels([Place(1, 2, 1), Place(1, 2, 2)]) == ["2.1", "2.2"]
    assert labels([Place(1, 2, 1), Place(2, 2, 1)]) == ["1:2", "2:2"]


def test_a_matrix_may_be_wide() -> None:
    """A file may have up to 2,000 columns; rows with few are made of them."""
    pairs = "".join(f"  - {{credential_type: First Aid, issue_date: Q{k}}}\n" for k in range(150))
    text = f"User email,{','.join(f'Q{k}' for k in range(150))}\nana@x.org{',' * 149},2025-01-01\n"
    table = shape(Recipe.parse(f"unpivot:\n{pairs}"), core.table(text), core.CREDENTIALS.columns)
    assert (table.labels, table.reading.headings) == (["2.150"], ("User email", "credential_type", "issue_date"))
    with pytest.raises(FileError) as refused:
        core.table(f"{','.join(f'Q{k}' for k in range(2_001))}\n")
    assert refused.value.reason == "too_many_columns"


def test_case_09() -> None:
    """Case 09: one credential per filled pair; blank pairs are no rows; one source for all types."""
    recipe = MATRIX.replace("Diploma, issue_date: Diploma", "Badge, issue_date: Induction")
    rows = ("ana@x.org,Ana Silva,2025-01-01,2028-01-01,2024-05-01,,", "bo@x.org,Bo,,,2024-06-01,2029-06-01,")
    review = judged(recipe, HEADINGS.replace("Diploma", "Induction"), *rows)
    assert found(review) == [(2, "Forklift expires", "expiration_date", "value_required")]
    assert review.counted == {"ready": 2, "rejected": 1, "left_out": 0}
