"""Warnings of a run: each kind with its count and one sentence, wherever a run is told, and no cell of the file."""

from __future__ import annotations

import html
import json
import uuid
from collections.abc import Iterable
from pathlib import Path

import openpyxl

from credtools.checking.judge import review
from credtools.model import FileWarning, Outcome
from credtools.recipe import Recipe
from credtools.recipe.expectations import Expect, Look, deviations
from credtools.registry import Registry, finishing
from credtools.registry.batch import Batch
from tests.builders import ANA, BEN, CARA, HEADINGS, ZOE, export, only_sqlite, write

EXPIRED = "ana@example.org,First Aid,2020-01-10,2023-01-10,"
LATER = "ana@example.org,First Aid,2024-01-10,2031-01-10,"
RECIPE = "date_format: YYYY-MM-DD\n"


def codes(warnings: Iterable[FileWarning]) -> dict[str, int]:
    return {one.code: one.count for one in warnings}


def uploaded(registry: Registry, path: Path, recipe: Path | None = None) -> tuple[str, Batch]:
    """A file as an attempt of its own, as a run uploads it."""
    attempt = uuid.uuid4().hex
    return attempt, registry.upload(path, recipe, attempt=attempt)


def settled(registry: Registry, path: Path, recipe: Path | None = None, rate: float | None = None) -> Outcome:
    """The outcome in the process that finished, which is the one that the database tells of the attempt."""
    attempt, batch = uploaded(registry, path, recipe)
    outcome = batch.settle(rate)
    told = finishing.outcome_of(registry, attempt)
    assert told is not None
    assert told.as_dict() == outcome.as_dict()
    return outcome


def workbook(path: Path) -> Path:
    """A year's sheet with one row filtered out, another year's, and a hidden one."""
    book = openpyxl.Workbook()
    book.active.title = "2024"
    for row in (HEADINGS, ANA, BEN):
        book.active.append(row.split(","))
    book.active.row_dimensions[3].hidden = True
    for title, state in (("2025", "visible"), ("old", "hidden")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in (HEADINGS, ANA):
            sheet.append(row.split(","))
    book.save(path)
    return path


def test_each_kind_of_a_file_has_a_code(registry: Registry, tmp_path: Path) -> None:
    """Sheets not used, hidden sheets, hidden rows, headings not used: each once, counted, in the outcome of the run."""
    outcome = settled(registry, workbook(tmp_path / "years.xlsx"))
    assert codes(outcome.warnings) == {"sheets_unused": 1, "sheets_hidden": 1, "rows_hidden": 1}
    assert (outcome.verdict, outcome.counts.accepted) == ("ok", 2)
    content = f"{HEADINGS},Status,Days left,\n{ANA},Passed,7,\n{BEN},Failed,8,"
    outcome = settled(registry, write(tmp_path, "status.csv", content))
    assert codes(outcome.warnings) == {"last_line_open": 1, "headings_unused": 2, "status_unused": 1}
    (unused,) = [one.sentence for one in outcome.warnings if one.code == "headings_unused"]
    assert "'Status', 'Days left'" in unused
    assert "col_" not in unused  # a blank heading over blank cells is nothing


def test_rules_that_warn_are_counted_by_row(registry: Registry, tmp_path: Path) -> None:
    """Per warning of the schema: how many rows have it, its title and what to do; also about what is stored."""
    settled(registry, export(tmp_path, ANA, name="first.csv"))
    settled(registry, export(tmp_path, LATER, name="second.csv"))
    outcome = settled(registry, export(tmp_path, CARA, EXPIRED, EXPIRED.replace("ana", "ben"), name="third.csv"))
    assert codes(outcome.warnings)["already_expired"] == 2
    expired = next(one for one in outcome.warnings if one.code == "already_expired")
    assert expired.sentence.startswith("Already expired (2 rows). ")
    older = settled(registry, export(tmp_path, ANA, name="fourth.csv"), write(tmp_path, "hr.yaml", RECIPE))
    assert codes(older.warnings) == {"older_than_stored": 1, "known_elsewhere": 1}  # the bytes of first.csv


def test_no_cell_of_a_file_is_in_a_warning(registry: Registry, tmp_path: Path) -> None:
    """Records and logs show warnings: examples of footers and notes, numbers and dates of rows aren't in them."""
    content = f"{HEADINGS}\n{EXPIRED}\n{EXPIRED}\n{BEN}\n\nMade by canary.person@example.net\n"
    batch = registry.upload(write(tmp_path, "export.csv", content))
    assert "canary.person" in " ".join(batch.table.reading.warnings)
    assert "canary.person" not in batch.overview().text
    outcome = batch.settle()
    assert {"repeated", "already_expired"} < codes(outcome.warnings).keys()
    said = json.dumps(outcome.as_dict()["warnings"]) + repr(outcome)
    for cell in ("canary.person", "ana@example.org", "2023", "2020"):
        assert cell not in said
    assert batch.warnings == outcome.warnings


def test_a_held_batch_tells_its_warnings(registry: Registry, tmp_path: Path) -> None:
    """Held batches have them, too; also those that can't be judged, by what was read."""
    recipe = write(tmp_path, "hr.yaml", RECIPE)
    held = settled(registry, export(tmp_path, ZOE, EXPIRED, name="held.csv"), recipe, 0.1)
    assert (held.verdict, codes(held.warnings)) == ("held", {"already_expired": 1})
    lacks = settled(registry, write(tmp_path, "lacks.csv", "User email\nana@example.org"), recipe)
    assert (lacks.verdict, codes(lacks.warnings)["last_line_open"]) == ("held", 1)


def test_a_replay_tells_its_warnings(registry: Registry, tmp_path: Path) -> None:
    """A receipt that is replayed comes with the warnings of this attempt, found in the database by its id."""
    path = export(tmp_path, EXPIRED)
    first, again = settled(registry, path), settled(registry, path)
    assert again.receipt is not None
    assert (again.receipt.replayed, again.batch, again.warnings) == (True, first.batch, first.warnings)
    assert codes(again.warnings) == {"already_expired": 1}


def test_what_is_unlike_the_last_files_and_holds_nothing_is_a_warning(registry: Registry, tmp_path: Path) -> None:
    """Another number of rows or other headings than usual, where the recipe expects nothing; not of `manual`."""
    recipe = write(tmp_path, "hr.yaml", RECIPE)
    settled(registry, export(tmp_path, ANA, BEN, name="one.csv"), recipe)
    headings, expired = HEADINGS.replace("Credential number", "Room"), EXPIRED.replace("ana", "ben")
    less = write(tmp_path, "two.csv", f"{headings}\n{expired}7")
    found = codes(settled(registry, less, recipe).warnings)
    assert found.keys() == {"last_line_open", "headings_unused", "already_expired", "headings_changed"}
    assert found["headings_changed"] == 2
    settled(registry, export(tmp_path, ANA, name="three.csv"))
    assert "headings_changed" not in codes(settled(registry, less).warnings)


def test_a_short_file_without_its_last_line_end_says_both() -> None:
    """A file with fewer rows than may pass is held; that its last line is open is said with it, not of a longer one."""
    open_end = FileWarning("last_line_open", 1, "The last line has no line end.")
    usual, expect = [Look(rows=6)], Expect(rows=0.3)
    sentences = [
        deviations(expect, Look(rows=rows, warnings=warnings), usual)[0].sentence
        for rows, warnings in ((3, (open_end,)), (3, ()), (12, (open_end,)))
    ]
    assert ["no line end" in sentence for sentence in sentences] == [True, False, False]


def test_pages_show_warnings(registry: Registry, tmp_path: Path) -> None:
    """The page of a batch lists its warnings with their counts; one without any has no such section."""
    settled(registry, export(tmp_path, EXPIRED, name="a.csv"))
    page = html.unescape(registry.batch(1).report(tmp_path / "a.html").read_text("utf-8"))
    assert "<h2>Warnings</h2>" in page
    assert "already_expired" in page
    settled(registry, export(tmp_path, ANA, name="b.csv"))
    assert "<h2>Warnings</h2>" not in registry.batch(2).report(tmp_path / "b.html").read_text("utf-8")


@only_sqlite
def test_a_rule_of_an_organisation_is_told_by_its_title(registry: Registry, tmp_path: Path) -> None:
    """A warning without a summary quotes no row: its title and count are all that is said of it."""
    found = registry.check(export(tmp_path, EXPIRED))
    rules = [rule for rule in registry.schema("credentials").rules if not rule.blocks]
    assert all(rule.about_all for rule in rules)
    assert codes(found.warnings) == {"already_expired": 1}
    assert review(found.table, Recipe(), registry.schema("credentials"), registry.lookups()).warnings == found.warnings
