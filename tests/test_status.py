"""Status: what the words of a source's status make of a row – it stands, is withdrawn, or is left out."""

from __future__ import annotations

import csv
import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from credtools.checking import judge
from credtools.checking.changes import classify
from credtools.checking.rows import ready_rows
from credtools.checking.stored import with_stored
from credtools.cli import main
from credtools.errors import FileError, RecipeError
from credtools.exports.template import write_template
from credtools.jupyter.parts.shown import next_sentence
from credtools.model import NOT_JUDGED, Review
from credtools.recipe import Recipe, Status, apply
from credtools.registry import Registry
from tests.builders import HEADINGS as USUAL
from tests.builders import export, only_sqlite
from tests.core import CREDENTIALS, HEADINGS, LOOKUPS, found, review, rows, schema_copy, table

TOLD = "status: {valid: [Completed], withdrawn: [Revoked], leave_out: [Failed, In progress]}"
WITH_STATUS = HEADINGS.replace("\n", ",Status\n")
ANA = "ana@x.org,First Aid,2024-01-05,,"
BO = "bo@x.org,Forklift,2024-01-05,2030-01-05,"
ZOE = "zoe@x.org,First Aid,2024-02-30,,"  # nobody knows her, and there is no such day


def said(*lines: str, recipe: str = TOLD) -> Review:
    """The review of rows with a status at their end; line 2 is the first."""
    return review(WITH_STATUS + "".join(f"{line}\n" for line in lines), recipe)


def verdicts(result: Review) -> list[str]:
    """What each row is."""
    words = np.where(result.withdrawn, "withdrawn", "valid")
    words = np.where(result.rejected, "rejected", words)
    return np.where(result.left_out, "left out", words).tolist()


# --- the words ------------------------------------------------------------------------------------------------


def test_each_word_means_what_the_recipe_says() -> None:
    """A row stands, is withdrawn or left out by its word; together with the rejected ones they are all rows."""
    result = said(f"{ANA},Completed", f"{BO},Revoked", f"{ZOE},Failed", f"{ANA},In progress", f"{ZOE},Completed")
    assert verdicts(result) == ["valid", "withdrawn", "left out", "left out", "rejected"]
    assert (result.rows, result.ready) == (5, 2)
    assert result.counted == {"ready": 2, "rejected": 1, "left_out": 2}
    assert repr(result) == "2 ready · 1 rejected · 2 causes · 2 left out"
    assert result.passed.tolist() == [True, True, False, False, False]
    assert [row for row, _, _ in ready_rows(result)] == [0, 1]


def test_rows_that_are_left_out_are_warned_of_nothing(tmp_path: Path) -> None:
    """Not even by an organisation's own rule about what is stored, which looks at every row."""
    own = """
    @rule("Not stored yet", on="record", needs=("stored_as",), groups="rule", blocks=False, resolution="Look.")
    def not_stored_yet(cls, rows, column):
        return rows["stored_as"] == "newest"
"""
    lines = WITH_STATUS + f"{ANA},Completed\n{BO},Failed\n"
    result = review(lines, TOLD, schema=schema_copy(tmp_path, rules=own))
    assert found(with_stored(result, classify(result, []), None)) == [(2, "", "not_stored_yet")]


@pytest.mark.parametrize("word", ["completed", " COMPLETED ", "\t\uff23ompleted", "Completed\u00a0"])
def test_words_are_compared_folded(word: str) -> None:
    """Case, blanks and the width of letters don't make another word, neither in the file nor in the recipe."""
    assert verdicts(said(f"{ANA},{word}")) == ["valid"]
    assert verdicts(said(f"{ANA},in  progress", recipe="status: {leave_out: ['IN PROGRESS ']}")) == ["left out"]


def test_a_blank_cell_is_a_word_when_the_recipe_lists_it() -> None:
    """'' in a list means a blank cell; where no list has it, a blank status is an error like any unknown word."""
    listed = TOLD.replace("[Completed]", '[Completed, ""]')
    assert verdicts(said(f"{ANA},", f"{BO},   ", recipe=listed)) == ["valid", "valid"]
    assert found(said(f"{ANA},", f"{BO},Completed")) == [(2, "status", "status_known")]


def test_an_unknown_word_is_an_error_and_one_cause() -> None:
    """A word that no list has rejects its rows, together as one cause, with the nearest word that begins alike."""
    result = said(f"{ANA},Revokd", f"{BO},revokd", f"{ANA},Lent")
    assert result.rejected.all()
    causes = result.causes[["code", "column", "value", "count", "suggestion"]].to_dict("records")
    assert causes == [
        {"code": "status_known", "column": "status", "value": "Revokd", "count": 2, "suggestion": "Revoked"},
        {"code": "status_known", "column": "status", "value": "Lent", "count": 1, "suggestion": ""},
    ]
    assert all(word in result.causes["resolution"][0] for word in ("Completed", "Revoked", "Failed", "In progress"))


@pytest.mark.parametrize(("word", "known"), [("Inactive", "Active"), ("Uncompleted", "Completed")])
def test_the_contrary_is_never_suggested(word: str, known: str) -> None:
    """A word that is another one with something before it means its contrary, however like it is."""
    assert said(f"{ANA},{word}", recipe=f"status: {{valid: [{known}]}}").causes["suggestion"].tolist() == [""]


def test_a_rule_of_the_recipe_corrects_a_word() -> None:
    """The status is a column like others: rules, patches and constants see it."""
    rule = "\nrules: [{replace: {column: status, from: Revokd, to: Revoked}}]"
    assert verdicts(said(f"{BO},Revokd", recipe=TOLD + rule)) == ["withdrawn"]
    constant = TOLD + "\nconstants: {status: Revoked}"
    assert verdicts(rows(ANA, recipe=constant)) == ["withdrawn"]


def test_another_list_of_words_is_judged_and_said_anew() -> None:
    """A review that follows one by another list of words says what a fresh one says."""
    made = table(WITH_STATUS + f"{ANA},Lent\n{BO},Held\n", delimiter=",")
    recipe = Recipe.parse("status: {valid: [Completed]}")
    before = judge.review(made, recipe, CREDENTIALS, LOOKUPS)
    assert before.rejected.all()
    assert len(before.errors) == 2
    more = replace(recipe, status=Status(valid=("Completed", "Held")))
    after = judge.review(made, more, CREDENTIALS, LOOKUPS, before=before)
    assert after == judge.review(made, more, CREDENTIALS, LOOKUPS)
    assert verdicts(after) == ["rejected", "valid"]


# --- left out -------------------------------------------------------------------------------------------------


def test_nothing_is_said_about_a_row_that_is_left_out(tmp_path: Path) -> None:
    """A row that is left out has no error, no warning and no cause, whatever is in it, also by an own rule."""
    own = schema_copy(
        tmp_path,
        rules='    @rule("Never", on="record", resolution="{title} is never right. Remove it.")\n'
        "    def never(cls, rows, column):\n        return rows['line'] < 0\n",
    )
    text = WITH_STATUS + f"{ZOE},Failed\nana@x.org,First Aid,2030-01-01,2031-02-29,\x00,failed\n{ANA},Completed\n"
    result = review(text, TOLD, schema=own)
    assert found(result) == [(4, "", "never")]
    assert result.codes == [(), (), ("never",)]
    assert all((state[:2] == NOT_JUDGED).all() for state in result.states.values())
    assert result.resolved["user_id"].iloc[1] == 1  # who is listed is known all the same


def test_a_row_that_is_left_out_repeats_no_other() -> None:
    """Rows that are left out are no repeats, and make none of others, with the same or with other content."""
    same = said(f"{ANA},Completed", f"{ANA},Failed", f"{ANA}7,Failed")
    assert (found(same), verdicts(same)) == ([], ["valid", "left out", "left out"])
    repeated = said(f"{ANA},Failed", f"{ANA},Completed", f"{ANA},Completed")
    assert found(repeated) == [(4, "", "repeated")]
    assert "line 3," in repeated.errors["resolution"][0]


def test_a_row_that_is_no_record_is_never_left_out() -> None:
    """With the wrong number of fields nobody knows which of them is the status."""
    result = said("zoe@x.org,Failed", f"{ANA},x,Failed")
    assert verdicts(result) == ["rejected", "rejected"]
    assert {code for _, _, code in found(result)} == {"field_count"}


# --- withdrawn ------------------------------------------------------------------------------------------------


def test_what_no_longer_stands_needs_no_dates() -> None:
    """A withdrawn row may lack dates that its type requires, in a cell or as a heading, and its number never."""
    lines = ("bo@x.org,Forklift,2024-01-05,,,Revoked", "bo@x.org,Forklift,,,,Revoked", "bo@x.org,Forklift,,,,Completed")
    result = said(*lines)
    assert verdicts(result) == ["withdrawn", "withdrawn", "rejected"]
    assert found(result) == [(4, "issue_date", "value_required"), (4, "expiration_date", "value_required")]
    assert verdicts(said("ana@x.org,Welder,,,,Revoked")) == ["rejected"]
    short = "User email,Credential type,Status\nbo@x.org,Forklift,Revoked\nzoe@x.org,Forklift,Failed\n"
    assert verdicts(review(short, TOLD)) == ["withdrawn", "left out"]
    with pytest.raises(FileError) as caught:
        review(short + "bo@x.org,Forklift,Completed\n", TOLD)
    assert caught.value.code == "heading_required"


def test_a_withdrawn_row_is_judged_like_others() -> None:
    """Its user, type and number must be known, and dates that it has must be dates in order."""
    lines = (
        "zoe@x.org,First Aid,,,",
        "ana@x.org,Scuba,,,",
        "bo@x.org,Forklift,x,,",
        "bo@x.org,Forklift,2024-01-05,2023-01-05,",
    )
    result = said(*(f"{line},Revoked" for line in lines))
    assert result.codes == [
        ("user_exists",),
        ("credential_type_exists",),
        ("date_format",),
        ("expires_after_issue",),
    ]


def test_withdrawn_and_valid_are_different_content() -> None:
    """Of two rows, one of which says that the credential stands and one that it doesn't, none is taken for right."""
    result = said(f"{BO},Completed", f"{BO},Revoked", f"{ANA},Revoked", f"{ANA},Revoked")
    assert found(result) == [(2, "", "not_repeated"), (3, "", "not_repeated"), (5, "", "repeated")]


# --- the heading ----------------------------------------------------------------------------------------------


def test_without_words_a_status_is_a_heading_like_any_other() -> None:
    """A recipe without `status` judges a file exactly as before there was one: pinned digests, heading unused."""
    text = WITH_STATUS + (
        "ana@x.org,First Aid,2024-01-05,,,Completed\nbo@x.org,Forklift,2024-01-05,2029-01-05,,Revoked\n"
        "zoe@x.org,First Aid,2024-01-05,,,Failed\nana@x.org,Welder,2024-02-30,,W-1,\n"
    )
    before = "d1a66b2b2b6d79e62725890a208f0d231c866de45c2f2f82d69c1ecf6b3b208b"
    result = review(text)
    assert result.headings["Status"] is None
    assert result.judgement == review(text.replace("Status", "Note")).judgement == before
    assert not result.left_out.any()
    assert not result.withdrawn.any()
    assert "left out" not in repr(result)
    with pytest.raises(RecipeError) as caught:
        review(text, "headings: {Status: status}")
    assert caught.value.reason == "recipe_column_unknown"


def test_the_heading_that_the_recipe_names() -> None:
    """The status stands under the named heading only; without a name under the schema's title."""
    named = TOLD.replace("{valid", "{column: Zustand, valid")
    text = HEADINGS.replace("\n", ",ZUSTAND,Status\n") + f"{ANA},Revoked,Failed\n"
    result = review(text, named)
    assert verdicts(result) == ["withdrawn"]
    assert (result.headings["ZUSTAND"], result.headings["Status"]) == ("status", None)
    assert verdicts(review(text, TOLD)) == ["left out"]
    assert apply(Recipe.parse(TOLD), table(text), CREDENTIALS.columns).sources["status"] == "Status"


@pytest.mark.parametrize(
    ("recipe", "heading"), [(TOLD, "Note"), (TOLD.replace("{valid", "{column: X, valid"), "Status")]
)
def test_a_status_that_the_file_lacks(recipe: str, heading: str) -> None:
    """A recipe that says what the words mean needs their heading, like any that is required."""
    with pytest.raises(FileError) as caught:
        review(WITH_STATUS.replace("Status", heading) + f"{ANA},Completed\n", recipe)
    assert (caught.value.code, caught.value.column) == ("heading_required", "status")


def test_a_heading_that_means_something_else(tmp_path: Path) -> None:
    """One heading can't be the status and another column; a schema without a status can't be asked for it."""
    both = TOLD.replace("{valid", "{column: Note, valid") + "\nheadings: {note: media}"
    with pytest.raises(RecipeError) as caught:
        review(WITH_STATUS + f"{ANA},Completed\n", both)
    assert caught.value.reason == "recipe_status_heading"
    own = schema_copy(tmp_path, changes=[('kind="status",', ""), ('rows["status"]', 'rows["media"]')])
    with pytest.raises(RecipeError) as caught:
        review(WITH_STATUS + f"{ANA},Completed\n", TOLD, schema=own)
    assert caught.value.reason == "recipe_status_unused"


def test_the_status_is_no_content(tmp_path: Path) -> None:
    """It is in no template and not among own columns; an organisation's own field of that name still is content."""
    used = Recipe().columns_in_use(CREDENTIALS.columns)
    template = write_template(
        tmp_path / "t.csv", [c for c in CREDENTIALS.columns if c.name in used], ["First Aid"], "D/M/YYYY"
    )
    titles = ["User email", "Credential type", "Issue date", "Expiration date", "Credential number", "Media"]
    assert next(csv.reader(template.read_text("utf-8-sig").splitlines())) == titles
    result = said(f"{ANA},Completed")
    assert result.resolved["own"].tolist() == ["{}"]
    assert result.said_columns == ("issue_date", "expiration_date", "credential_number")
    own = schema_copy(tmp_path, changes=[('kind="status",', ""), ('rows["status"]', 'rows["media"]')])
    result = review(WITH_STATUS + f"{ANA},Completed\n", schema=own)
    assert json.loads(result.resolved["own"][0]) == {"status": "Completed"}
    assert result.said_columns[-1] == "status"


# --- what a file says -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "recipe", "columns"),
    [
        ("User email,Credential type,Issue date", "", ("issue_date",)),
        ("Credential number,Issue date,User email,Credential type,Media", "", ("issue_date", "credential_number")),
        ("User email,Credential type,Issue date,Dept", "", ("issue_date", "department")),
        ("User email,Credential type,Issue date", "constants: {department: HR}", ("issue_date", "department")),
        (
            "User email,Credential type,Issue date",
            r"rules: [{extract: {column: issue_date, pattern: '(?P<issue_date>[^ ]+) (?P<expiration_date>[^ ]+)'}}]",
            ("issue_date", "expiration_date"),
        ),
    ],
)
def test_the_columns_that_a_file_says(tmp_path: Path, headings: str, recipe: str, columns: tuple[str, ...]) -> None:
    """Content that the file has by a heading, a constant or a rule, in the schema's order, also without any row."""
    own = schema_copy(tmp_path, fields='    department: str = field("Department", synonyms=("dept",))\n')
    result = review(
        f"{headings}\n", recipe, replace(LOOKUPS, types=LOOKUPS.types[LOOKUPS.types["name"] == "Diploma"]), own
    )
    assert result.said_columns == columns
    assert pickle.loads(pickle.dumps(result)).said_columns == columns  # noqa: S301 - its own


# --- judgement ------------------------------------------------------------------------------------------------


def test_the_judgement_covers_what_the_status_makes_of_a_row() -> None:
    """Whether a row stands, is withdrawn or left out is part of what the file was judged to be."""
    lines = (f"{ANA},Completed", f"{BO},Held")
    kinds = ("valid", "withdrawn", "leave_out")
    judged = {kind: said(*lines, recipe=f"status: {{valid: [Completed], {kind}: [Held]}}") for kind in kinds[1:]}
    judged["valid"] = said(*lines, recipe="status: {valid: [Completed, Held]}")
    judged["unknown"] = said(*lines, recipe="status: {valid: [Completed]}")
    judged["none"] = said(*lines, recipe="")
    assert len({one.judgement for one in judged.values()}) == 5
    again = said(*lines, recipe="status: {column: status, valid: [HELD, completed]}")
    assert again.judgement == judged["valid"].judgement
    assert said(*lines, recipe=f"{TOLD}\nexport: full\nblanks: keep").judgement == said(*lines).judgement


# --- where it is counted --------------------------------------------------------------------------------------


def test_what_next_leads_to() -> None:
    """The sentence under *Next* counts each kind of row that isn't uploaded."""
    assert next_sentence(said(f"{ANA},Completed")) == "Upload all 1 row."
    some = said(f"{ANA},Completed", f"{ANA},Failed", f"{ZOE},Completed")
    assert next_sentence(some) == "Upload 1 row; 1 row with errors is rejected, 1 row is left out by status."
    assert (
        next_sentence(said(f"{ANA},Failed", f"{ANA},Failed")) == "Nothing is uploaded; 2 rows are left out by status."
    )


@only_sqlite
def test_check_counts_what_is_left_out(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`credtools check --json`: rows = ready + rejected + left_out; the screen says it as well."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string(hide_password=False))
    recipe = tmp_path / "hr.yaml"
    recipe.write_text(TOLD, "utf-8")
    lines = ("ana@example.org,First Aid,2024-01-10,,,Completed", "zoe@example.org,First Aid,2024-01-10,,,Failed")
    path = export(tmp_path, *lines, headings=f"{USUAL},Status")
    shown = CliRunner().invoke(main, ["check", str(path), "--recipe", str(recipe), "--json"])
    assert shown.exit_code == 0, shown.output
    counts = json.loads(shown.stdout)
    assert [counts[name] for name in ("rows", "ready", "rejected", "left_out")] == [2, 1, 0, 1]
    assert "1 left out" in CliRunner().invoke(main, ["check", str(path), "--recipe", str(recipe)]).stdout
    diff = registry.compare_recipes(path, Recipe(), Recipe.load(recipe))
    assert (diff.ready, diff.rejected, diff.left_out) == (1, 0, 1)
    assert [(row.line, row.before, row.after) for row in diff.rows] == [(3, "rejected (user_exists)", "left out")]


def test_the_words_of_a_real_case() -> None:
    """Case 29: a later export says *Revoked* of one credential and doesn't list another one."""
    lines = ("ana@x.org,Forklift,2024-01-01,2029-01-01,Active", "bo@x.org,Forklift,2024-01-01,2029-01-01,Revoked")
    text = "User email,Credential type,Issue date,Expiration date,Status\n" + "".join(f"{line}\n" for line in lines)
    recipe = "export: full\ndate_format: YYYY-MM-DD\nstatus: {valid: [Active], withdrawn: [Revoked]}"
    assert verdicts(review(text, recipe)) == ["valid", "withdrawn"]
