"""Review: a frozen value, comparable and picklable, whose sentences name the remedies of the face they are read on."""

from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from credtools import errors
from credtools.checking import judge
from credtools.cli import main
from credtools.model import Review
from credtools.recipe import Recipe
from credtools.registry import Registry
from tests.builders import ZOE, export, only_sqlite
from tests.core import CREDENTIALS, LOOKUPS, SCHEMAS, rows, schema_copy

LINES = ("zoe@x.org,First Aid,2024-01-05,,", "ana@x.org,Scuba,2024-01-05,2024-02-05,", "bo@x.org,First Aid,n/a,,")


def again(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes


def test_a_review_is_equal_to_its_like() -> None:
    """Two reviews of the same bytes by the same rules are equal, whether or not anybody asked for errors."""
    first, second = rows(*LINES), rows(*LINES)
    assert len(first.errors) == 4
    assert first == second
    assert hash(first) == hash(second)
    assert first != rows(*LINES[:2])
    assert first != rows(*LINES, recipe="date_format: DD/MM/YYYY")
    assert first != "a review"


def test_other_warnings_are_another_review() -> None:
    """Warnings aren't part of the judgement, but of what a review says."""
    line = "ana@x.org,First Aid,2024-01-05,2025-01-05,"
    late, early = rows(line), rows(line, known=replace(LOOKUPS, today=date(2024, 6, 1)))
    assert late.judgement == early.judgement
    assert late != replace(early, today=late.today)


def test_a_review_travels() -> None:
    """Pickled and read again it is equal and says the same; neither other users nor the schema's code go along."""
    review = rows(*LINES)
    content = pickle.dumps(review)
    other = pickle.loads(content)  # noqa: S301 - our own bytes
    assert other == review
    assert other.errors.equals(review.errors)
    assert other.causes.equals(review.causes)
    assert other.reasons.equals(review.reasons)
    assert other.on("prompt").errors.equals(review.on("prompt").errors)
    assert repr(other) == repr(review)
    assert b"dee@x.org" not in content


def test_a_review_of_an_own_schema_travels(tmp_path: Any) -> None:
    """Also where the schema has functions of its own, of a module that another process doesn't have."""
    own = schema_copy(tmp_path, changes=[("No user of this", "Nobody of this")])
    (tmp_path / "credentials.py").write_text((SCHEMAS / "credentials.py").read_text("utf-8"), "utf-8")
    table = rows(*LINES).table
    other = again(judge.review(table, Recipe(), own, LOOKUPS))
    assert other.errors["resolution"][0].startswith("Nobody of this organisation")


def test_a_review_that_travelled_is_followed_by_a_whole_one() -> None:
    """As the review before another one it is of no use, and does no harm."""
    review = rows(*LINES)
    other = again(review)
    after = judge.review(other.table, Recipe(source="source"), CREDENTIALS, LOOKUPS, before=other)
    assert after == review


def test_a_review_is_frozen() -> None:
    """Nobody changes what was judged."""
    with pytest.raises(FrozenInstanceError):
        rows(*LINES).judgement = ""  # type: ignore[misc]


def test_a_table_is_a_value() -> None:
    """Tables of the same bytes, read alike, are equal; also pickled; other lines are another table."""
    one, other = rows(*LINES).table, rows(*LINES).table
    assert one == other == again(one)
    assert hash(one) == hash(other)
    assert one != one.part(1, 2)
    assert one != rows(*LINES[1:]).table
    assert again(one).keys() == one.keys()


def said(review: Review) -> str:
    return " ".join(review.errors["resolution"])


def test_sentences_name_the_remedy_of_the_face() -> None:
    """A call in Python, a command at the prompt, neither on a screen nor in what is stored."""
    review = rows(*LINES)
    assert "(registry.load('users', FILE))" in said(review)
    assert "(credtools load users FILE)" in said(review.on("prompt"))
    for face in ("screen", "stored"):
        text = said(review.on(face))
        assert "load the user first." in text
        assert "registry." not in text
        assert "credtools " not in text


def test_a_process_has_a_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is asked for, the face of the process speaks: at the prompt, commands."""
    monkeypatch.setattr(errors, "_face", "prompt")
    assert "(credtools load types FILE)" in said(rows(*LINES))
    assert "(credtools load types FILE)" in " ".join(rows(*LINES).causes["resolution"])


def test_a_cell_can_put_no_remedy_into_a_sentence() -> None:
    """What looks like a mark in a file stays a text."""
    mark = errors.Remedies()["load_users"]
    text = said(rows(f"ana@x.org,{mark},2024-01-05,,").on("prompt"))
    assert text.count("credtools load") == 1
    assert "\\ue000load_users\\ue001" in text


def test_a_notebook_shows_counts_and_no_value() -> None:
    """What a cell shows is kept for long: which errors there are, and of whom nothing."""
    markup = rows(*LINES)._repr_html_()
    assert "0 ready · 3 rejected · 3 causes" in markup
    assert "User doesn&#x27;t exist" in markup
    assert "zoe" not in markup
    assert "Scuba" not in markup


SOME = (
    *(ZOE, "ana@example.org,Scuba,2024-01-05,,", "ana@example.org,Passport,2024-01-05,,"),
    "ana@example.org,First Aid,5.1.24,,",
)


# --- the faces ------------------------------------------------------------------------------------------------


@only_sqlite
def test_check_at_the_prompt_names_commands(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text and `--json` of `credtools check` name commands, never calls; the keys are the documented ones."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string())
    file = str(export(tmp_path, *SOME))
    shown = json.loads(CliRunner().invoke(main, ["check", file, "--json"]).stdout)
    resolutions = " ".join(one["resolution"] for one in shown["errors"])
    for command in ("load users FILE", "load types FILE", "media BATCH PATH"):
        assert f"(credtools {command})" in resolutions
    assert "registry." not in resolutions
    names = {"sheet", "line", "piece", "heading", "column", "value"}
    names |= {"code", "title", "resolution", "suggestion", "blocks"}
    assert shown["errors"][0].keys() == names
    assert shown["causes"][0].keys() >= {"code", "column", "value", "pattern", "count", "suggestion"}
    text = CliRunner().invoke(main, ["check", file]).stdout
    assert "registry.load" not in text
    assert "Invalid date format · issue date · like ‘5.1.24’ · line 5" in text
    assert "batch.add_media" not in text


@only_sqlite
def test_what_is_stored_names_no_remedy(registry: Registry, tmp_path: Path) -> None:
    """A reject is read on every face for years: its sentence is stored without a remedy, and without a mark of one."""
    batch = registry.upload(export(tmp_path, ZOE))
    assert "registry.load" in batch.errors["resolution"][0]
    batch.finish()
    (resolution,) = registry.audit.rejects()["resolution"]
    assert resolution.endswith("Correct it, or load the user first.")
