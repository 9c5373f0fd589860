"""Shapes of rows: several values in a cell, blank cells below one, section rows, stacked sheets, rows left out."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from credtools import reading
from credtools.checking import judge
from credtools.errors import FileError, RecipeError
from credtools.model import Review, Table
from credtools.recipe import Recipe, apply, shape
from credtools.registry import Registry
from credtools.store import tables
from tests import core
from tests.builders import export, only_sqlite, write

HEADINGS = "User email,Credential type,Issue date,Expiration date"
SPLIT = "rules:\n  - split: {column: credential_type, by: ;}\n  - split: {column: user_email, by: ;}\n"


def shaped(recipe: str, *rows: str) -> Table:
    return shape(Recipe.parse(recipe), core.table("\n".join([*rows, ""])), core.CREDENTIALS.columns)


def judged(recipe: str, *rows: str, table: Table | None = None) -> Review:
    found = table if table is not None else shaped(recipe, *rows)
    return judge.review(found, Recipe.parse(recipe), core.CREDENTIALS, core.LOOKUPS)


def cells(table: Table, *places: int) -> list[tuple[Any, ...]]:
    return list(table.frame.iloc[:, list(places)].itertuples(index=False, name=None))


# --- several values in a cell -------------------------------------------------------------------------------


def test_a_cell_of_several_values_is_several_rows() -> None:
    """Each part that isn't blank is a row of the same line, for people, too; a blank cell stays a row."""
    table = shaped(
        SPLIT,
        HEADINGS,
        "ana@x.org,First Aid; Forklift;,2025-01-01,2028-01-01",
        "ana@x.org; bo@x.org,First Aid,2024-01-01,",
        ",,2025-01-01,",
    )
    assert cells(table, 0, 1) == [
        *(("ana@x.org", "First Aid"), ("ana@x.org", "Forklift")),
        *(("ana@x.org", "First Aid"), ("bo@x.org", "First Aid"), ("", "")),
    ]
    assert table.labels == ["2.1", "2.2", "3.1", "3.2", "4.1"]
    assert table.records == 3
    assert json.loads(table.raw[1]) == ["ana@x.org", "Forklift", "2025-01-01", "2028-01-01"]
    assert judged(SPLIT, table=table).counted == {"ready": 4, "rejected": 1, "left_out": 0}


def test_case_16() -> None:
    """Case 16: `;`, ` / ` and line breaks in one cell, two addresses in one: each pair is a credential of its line."""
    recipe = "rules:\n" + "".join(
        f"  - split: {{column: {column}, by: {by}}}\n"
        for column, by in (
            ("credential_type", ";"),
            ("credential_type", "/"),
            ("credential_type", '"\\n"'),
            ("user_email", ";"),
        )
    )
    rows = (
        "ana@x.org,First Aid; Forklift,2025-01-01,2028-01-01",
        "ana@x.org,First Aid / Forklift,2024-01-01,2028-01-01",
        'bo@x.org,"First Aid\nForklift",2025-01-01,2028-01-01',
        "ana@x.org; bo@x.org,First Aid,2023-01-01,2028-01-01",
    )
    review = judged(recipe, HEADINGS, *rows)
    assert review.counted == {"ready": 8, "rejected": 0, "left_out": 0}
    assert review.table.lines.tolist() == [2, 2, 3, 3, 4, 4, 6, 6]
    assert [hit.rows for hit in apply(Recipe.parse(recipe), review.table, core.CREDENTIALS.columns).hits] == [
        1,
        1,
        1,
        1,
    ]


def test_torn_rows_are_not_divided() -> None:
    """A row with a wrong number of fields stays one row, which is rejected."""
    review = judged(SPLIT, HEADINGS, "ana@x.org,First Aid; Forklift", "bo@x.org,First Aid,2025-01-01,")
    assert [list(codes) for codes in review.codes] == [["field_count"], []]


def test_pairs_and_parts_have_numbers_of_their_own() -> None:
    """Where pairs are unpivoted and cells are split, no two rows are at one place, and they stand in their order."""
    pairs = "[{credential_type: First Aid, issue_date: A}, {credential_type: Forklift, issue_date: B}]"
    recipe = f"unpivot: {pairs}\n{SPLIT}"
    table = shaped(recipe, "User email,A,B", "ana@x.org;bo@x.org,2025-01-01,2025-01-02")
    assert [(place.piece, *row) for place, row in zip(table.places, cells(table, 0, 1), strict=True)] == [
        *((1, "ana@x.org", "First Aid"), (2, "ana@x.org", "Forklift")),
        *((3, "bo@x.org", "First Aid"), (4, "bo@x.org", "Forklift")),
    ]


FOUR_SHAPES = """\
headings: {Email: user_email}
fill_down: [Email]
unpivot:
  - {credential_type: First Aid, issue_date: FA}
  - {credential_type: Forklift, issue_date: FL}
rules:
  - split: {column: user_email, by: ";"}
  - split: {column: issue_date, by: "|"}
"""


@only_sqlite
def test_what_was_chained_is_verified_whatever_the_shapes(registry: Registry, tmp_path: Path) -> None:
    """Whatever pairs, parts and sheets are combined: rows stand in the order of their places, and are verified."""
    rows = [
        ["Email", "FA", "FL"],
        ["ana@example.org;ben@example.org", "2024-01-10|2024-13-11", "2024-02-10"],
        ["", "2023-01-10", "2023-02-10|2022-02-11"],
    ]
    text = write(tmp_path, "one.csv", "\n".join(map(",".join, rows)) + "\n")
    one = registry.upload(text, write(tmp_path, "one.yaml", FOUR_SHAPES))
    assert one.table.places == sorted(one.table.places)
    assert one.review().rows == 12
    one.finish()
    assert registry.verify() == []
    path = tmp_path / "two.xlsx"
    path.write_bytes(book(**{"2024": rows, "2025": [rows[0], *rows[:0:-1]]}))
    two = registry.upload(path, write(tmp_path, "two.yaml", f"sheets: {{stack: all}}\n{FOUR_SHAPES}"))
    assert two.table.places == sorted(set(two.table.places))
    two.finish()
    assert registry.verify() == []


# --- rows that are left out ---------------------------------------------------------------------------------


@only_sqlite
def test_rows_are_left_out_by_value(registry: Registry, tmp_path: Path) -> None:
    """Rows with a value are left out, under any heading, each in the ledger with its rule, and judged by nothing."""
    recipe = write(
        tmp_path, "lms.yaml", "rules:\n  - leave_out: {column: Record state, values: [Draft, ' on HOLD ']}\n"
    )
    headings = f"{HEADINGS},Record state"
    rows = (
        "ana@example.org,First Aid,2024-01-10,,Final",
        "zoe@example.org,?,?,?,draft",
        "ben@example.org,First Aid,2024-01-10,,On hold",
    )
    batch = registry.upload(export(tmp_path, *rows, headings=headings), recipe)
    batch.finish()
    assert {name: count for name, count in batch.counts.as_dict().items() if count} == {
        "rows": 3,
        "accepted": 1,
        "new": 1,
        "left_out": 2,
    }
    with registry.engine.connect() as connection:
        ledger = connection.execute(select(tables.ledger).order_by(tables.ledger.c.line)).all()
    assert [(row.line, row.verdict, row.rule) for row in ledger] == [
        *((2, "new", None), (3, "left_out", "leave_out: Record state"), (4, "left_out", "leave_out: Record state"))
    ]
    assert registry.verify() == []


def test_a_heading_by_which_rows_are_left_out_must_be_there() -> None:
    """When it is gone the file is refused: else what was meant to stay out would go in."""
    recipe = "rules: [{leave_out: {column: Record state, values: [Draft]}}]"
    with pytest.raises(FileError) as refused:
        judged(recipe, HEADINGS, "ana@x.org,First Aid,2025-01-01,")
    assert (refused.value.reason, refused.value.code) == ("leave_out_heading_missing", "heading_required")


def test_rows_are_left_out_by_what_the_rules_before_made() -> None:
    """A rule that leaves rows out reads a column of the schema as the rules before it have left it."""
    recipe = "rules: [{replace: {column: credential_type, from: FA, to: First Aid}}, {leave_out: {WHAT}}]"
    recipe = recipe.replace("WHAT", "column: credential_type, values: [first aid]")
    assert judged(recipe, HEADINGS, "ana@x.org,FA,2025-01-01,", "ana@x.org,Forklift,2025-01-01,2028-01-01").counted == {
        "ready": 1,
        "rejected": 0,
        "left_out": 1,
    }


@pytest.mark.parametrize("column", ["user_email", "User email", "Mail"])
def test_nobody_is_left_out_by_name(column: str) -> None:
    """A recipe holds no personal values: the column that names people can't be spoken of, by whatever name."""
    recipe = f"headings: {{Mail: user_email}}\nrules: [{{leave_out: {{column: {column}, values: [ana@x.org]}}}}]"
    with pytest.raises(RecipeError) as refused:
        judged(
            recipe,
            HEADINGS.replace("User email", "Mail" if column != "User email" else "User email"),
            "ana@x.org,First Aid,2025-01-01,",
        )
    assert refused.value.reason == "recipe_names_person"


# --- blank cells below a value, section rows ----------------------------------------------------------------


def test_blank_cells_repeat_the_value_above() -> None:
    """What a merged cell says, its rows say; a cell above the first value stays blank."""
    recipe = "fill_down: [user_email, Unit]"
    rows = (
        ",First Aid,2025-01-01,,",
        "ana@x.org,First Aid,2025-01-01,,North",
        " ,Forklift,2025-01-01,2028-01-01,",
        "bo@x.org,First Aid,2025-01-01,,",
    )
    table = shaped(recipe, f"{HEADINGS},Unit", *rows)
    assert cells(table, 0, 4) == [("", ""), ("ana@x.org", "North"), ("ana@x.org", "North"), ("bo@x.org", "North")]
    assert judged(recipe, table=table).counted == {"ready": 3, "rejected": 1, "left_out": 0}
    with pytest.raises(FileError) as refused:
        shaped("fill_down: [Unit]", HEADINGS, "ana@x.org,First Aid,2025-01-01,")
    assert refused.value.code == "heading_required"


@pytest.mark.parametrize(
    "columns", ["User email,Credential type,Issue date,Expiration date", "User email,Issue date,Expiration date"]
)
def test_section_rows_speak_of_the_rows_below(columns: str) -> None:
    """Case 18: a row with a single filled cell is a heading of those below it, with or without its column."""
    blank = "," if "Credential type" in columns else ""
    rows = [f"ana@x.org,{blank}2025-01-01,2028-01-01", f"bo@x.org,{blank}2025-01-01,2028-01-01"]
    text = [columns, "First Aid" + "," * columns.count(","), *rows, "Forklift", rows[0]]
    review = judged("sections: credential_type", *text)
    assert review.counted == {"ready": 3, "rejected": 0, "left_out": 0}
    assert review.resolved["credential_type"].tolist() == ["First Aid", "First Aid", "Forklift"]
    assert (review.table.lines.tolist(), review.table.labels) == ([3, 4, 6], [3, 4, 6])
    assert review.table.reading.heading_lines == (1, 2, 5)


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("bo@x.org,,", ["value_required"]),
        ("bo@@x,,", ["user_exists", "value_required"]),
        (",2025-01-01,", ["value_required"]),
        (",,never", ["value_required"]),  # of two cells
    ],
)
def test_what_is_left_of_a_record_is_no_section(row: str, codes: list[str]) -> None:
    """A record that lost all cells but its address or a date is rejected, and the rows below keep their section."""
    ana = "ana@x.org,2025-01-01,2028-01-01"
    review = judged("sections: credential_type", "User email,Issue date,Expiration date", "First Aid,,", row, ana)
    assert (review.table.lines.tolist(), review.table.records) == ([3, 4], 2)
    assert review.table.frame["credential_type"].tolist() == ["First Aid", "First Aid"]
    assert [sorted(some) for some in review.codes] == [codes, []]
    assert "sections_empty" not in {one.code for one in review.table.reading.noted}


def test_a_date_of_a_pair_is_no_section() -> None:
    """In a matrix with merged cells, too: a row with nothing but a date is of the person above."""
    pairs = "[{credential_type: First Aid, issue_date: FA}, {credential_type: Forklift, issue_date: FL}]"
    recipe = f"sections: credential_number\nfill_down: [User email]\nunpivot: {pairs}"
    table = shaped(recipe, "User email,FA,FL", "A 7,,", "ana@x.org,2025-01-01,", ",,2025-01-02")
    assert cells(table, 0, 1, 2, 3) == [
        ("ana@x.org", "A 7", "First Aid", "2025-01-01"),
        ("ana@x.org", "A 7", "Forklift", "2025-01-02"),
    ]


def test_a_section_without_rows_is_told() -> None:
    """What may be a record that lost its other cells is never dropped without a word: how many, without a value."""
    ana = "ana@x.org,2025-01-01,2028-01-01"
    rows = ["User email,Issue date,Expiration date", "Report,,", "First Aid,,", ana, "E-29,,"]
    (told,) = [one for one in shaped("sections: credential_type", *rows).reading.noted if one.code == "sections_empty"]
    assert told.count == 2
    assert "E-29" not in told.sentence
    two = [["User email", "Issue date"], ["First Aid"], ["ana@x.org", "2025-01-01"], ["Forklift"]]
    table = stacked(
        book(**{"2024": two, "2025": two[:1] + two[2:3]}), "sheets: {stack: all}\nsections: credential_type"
    )
    assert {one.code: one.count for one in table.reading.noted} == {"sections_empty": 1}
    assert table.frame["credential_type"].tolist() == ["First Aid", ""]


def test_what_stands_in_a_section_row_is_of_the_record() -> None:
    """A record that moved to another section is another record."""
    covered = ["User email", "credential_type"]
    texts = (("User email,Issue date", kind, "ana@x.org,2025-01-01") for kind in ("First Aid", "Forklift"))
    first, second = (shaped("sections: credential_type", *text).keys(covered) for text in texts)
    assert first != second


# --- sheets of a workbook -----------------------------------------------------------------------------------


def book(**sheets: list[list[str]]) -> bytes:
    import openpyxl

    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.strip("_"))
        for row in rows:
            sheet.append(row)
        if name.startswith("_"):
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


FULL = HEADINGS.split(",")
ANA = ["ana@x.org", "First Aid", "2024-01-01", "2027-01-01"]
BO = ["bo@x.org", "First Aid", "2025-01-01", "2028-01-01"]


def stacked(content: bytes, recipe: str) -> Table:
    parsed = Recipe.parse(recipe)
    sheets = parsed.shapes.sheets
    assert sheets
    titles = [title for column in core.CREDENTIALS.columns for title in (column.title, *column.synonyms)]
    table = reading.read_bytes(content, "book.xlsx", stack=list(sheets.names) or "all", titles=titles)
    return shape(parsed, table, core.CREDENTIALS.columns)


def test_case_25_sheets_are_stacked() -> None:
    """Case 25: sheets with the same headings are one table; hidden ones only when they are named; others are told."""
    moved = [[FULL[1], FULL[0], *FULL[2:]], ["First Aid", "bo@x.org", "2025-01-01", "2028-01-01"]]
    content = book(
        **{"Info": [["Read me", "please"]], "2024": [["Report"], FULL, ANA], "2025": moved, "_old": [FULL, BO, BO]}
    )
    table = stacked(content, "sheets: {stack: all}")
    assert cells(table, 0, 1) == [("ana@x.org", "First Aid"), ("bo@x.org", "First Aid")]
    assert (table.lines.tolist(), table.labels, table.reading.sheet) == ([3, 2], ["1:3", "2:2"], "2024, 2025")
    assert [(one.sheet, one.heading_line, one.lines) for one in table.reading.stacked] == [
        ("2024", 2, 3),
        ("2025", 1, 2),
    ]
    assert {one.code: one.count for one in table.reading.noted if "sheets" in one.code} == {
        "sheets_unused": 1,
        "sheets_hidden": 1,
    }
    assert judged("sheets: {stack: all}", table=table).counted["ready"] == 2
    named = stacked(content, "sheets: {stack: ['2024', old]}")
    assert named.labels == ["1:3", "2:2", "2:3"]
    with pytest.raises(FileError) as refused:
        stacked(content, "sheets: {stack: ['2024', Info]}")
    assert refused.value.reason == "sheets_differ"
    with pytest.raises(FileError) as refused:
        stacked(content, "sheets: {stack: ['2024', '2026']}")
    assert refused.value.reason == "no_such_sheet"


def test_the_name_of_a_sheet_is_a_value() -> None:
    """Case 25: a sheet per type; its name says which, and is part of each record."""
    headings, row = ["User email", "Issue date", "Expiration date"], ["ana@x.org", "2024-01-01", "2027-01-01"]
    table = stacked(
        book(**{"First Aid": [headings, row], "Forklift": [headings, row]}),
        "sheets: {stack: all, name_as: credential_type}",
    )
    review = judged("sheets: {stack: all, name_as: credential_type}", table=table)
    assert review.counted == {"ready": 2, "rejected": 0, "left_out": 0}
    assert review.resolved["credential_type"].tolist() == ["First Aid", "Forklift"]
    names = ["User email", "credential_type", "Issue date"]
    assert len(set(table.keys(names))) == 2


@only_sqlite
def test_stacked_sheets_are_imported(registry: Registry, tmp_path: Path) -> None:
    """Rows of several sheets with the same line numbers are judged, kept and erased each by itself."""
    path = tmp_path / "book.xlsx"
    rows = [
        ["ana@example.org", "First Aid", "2024-01-01", "2027-01-01"],
        ["zoe@example.org", "First Aid", "2024-01-01", ""],
    ]
    path.write_bytes(book(**{"2024": [FULL, rows[0]], "2025": [FULL, rows[1]]}))
    recipe = write(tmp_path, "book.yaml", "sheets: {stack: all}\n")
    batch = registry.upload(path, recipe)
    assert batch.errors[["sheet", "line", "piece"]].drop_duplicates().to_numpy().tolist() == [[2, 2, 1]]
    batch.finish()
    saved = batch.save_recipe(tmp_path / "saved.yaml").read_text()
    assert "stack: all" in saved
    assert "heading_line" not in saved
    registry.erase("ana@example.org", "asked")
    assert registry.verify() == []
    assert len(registry.audit.rejects(state="open")) == 1
