"""Warnings about what is stored: rules of the schema like others, judged once it is known what a file would change."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from credtools.checking.changes import classify
from credtools.checking.rows import Sending
from credtools.checking.stored import At, with_stored
from credtools.errors import SchemaError
from credtools.model import Review, StoredVersion
from credtools.schema.loading import SchemaFile
from tests.core import CREDENTIALS, HEADINGS, LOOKUPS, found, lookups, review, schema_copy, sentences, stored

OLD, NEWEST = "ana@x.org,First Aid,2023-01-05,,\n", "ana@x.org,First Aid,2025-01-05,,\n"
VERSIONS = stored(
    (1, 1, 11, "", 1, date(2023, 1, 5), None, ""),
    (1, 1, 11, "", 2, date(2025, 1, 5), None, ""),
)
MEDIA = dataclasses.replace(LOOKUPS, types=LOOKUPS.types.assign(media_required=LOOKUPS.types["name"] == "First Aid"))
REWORDED = """
    @rule("Old news", on="record", needs=("stored_as",), groups="rule", blocks=False, resolution="Ask Kim.")
    def older_than_stored(cls, rows, column):
        return rows["stored_as"] != "older"
"""
# What credentials.py looked like before these warnings were rules, and before all schemas shared some.
EARLIER = '''
import numpy as np

from credtools.fields import EVERY, Schema, field, rule, unreadable


class Credentials(Schema):
    """One row is one credential of one user."""

    user_email: str = field("User email", kind="user", required=True)
    credential_type: str = field("Credential type", kind="credential_type", required=True)
    issue_date: np.dtype("datetime64[s]") = field("Issue date", kind="date")
    expiration_date: np.dtype("datetime64[s]") = field("Expiration date", kind="date")
    credential_number: str = field("Credential number")

    @rule("Wrong number of fields", on="record", groups="rule", resolution="{fields}, not {expected_fields}.")
    def field_count(cls, rows, column):
        return rows["fields"] == rows["expected_fields"]

    @rule("Value can't be read", on=EVERY, resolution=unreadable)
    def value_readable(cls, rows, column):
        return rows[f"{column}_state"] != "unreadable"
'''


def warned(
    text: str, versions: list[StoredVersion] = VERSIONS, schema: SchemaFile = CREDENTIALS, media: set[At] | None = None
) -> Review:
    result = review(HEADINGS + text, schema=schema, known=MEDIA)
    return with_stored(result, classify(result, versions), media)


def test_they_are_rules_of_the_schema() -> None:
    """Each is listed, with its title, among the rules of the schema; the schemas of users and types have none."""
    about_stored = {rule.code: rule.blocks for rule in CREDENTIALS.rules if rule.reads_stored}
    assert about_stored == dict.fromkeys(
        (
            *("declined_before", "older_than_stored", "other_source_counts", "taken_over", "corrected_back"),
            *("issue_date_corrected", "reinstated", "expiry_computed", "value_lost", "value_cleared"),
            *("number_shared", "media_missing", "scan_differs"),
        ),
        False,
    )
    assert "- Required media missing (Credential type): a warning" in CREDENTIALS.guide()


def test_an_organisation_rewords_one(tmp_path: Path) -> None:
    """A rule of the same name in the organisation's own schema says it in its words."""
    result = warned(OLD, schema=schema_copy(tmp_path, rules=REWORDED))
    assert result.errors[["code", "title", "resolution"]].to_numpy().tolist() == [
        ["older_than_stored", "Old news", "Ask Kim."]
    ]


@pytest.mark.parametrize(("blanks", "code"), [(None, "value_lost"), ("clear", "value_cleared")])
def test_a_blank_is_asked_about_until_somebody_has_said_what_it_means(blanks: str | None, code: str) -> None:
    """With the stored value; then it is only told that it is cleared."""
    held = stored((1, 1, 11, "", 1, date(2025, 1, 5), None, "F-1"))
    result = review(HEADINGS + NEWEST)
    told = with_stored(result, classify(result, held, sending=Sending(blanks=blanks)))
    assert found(told) == [(2, "credential_number", code)]
    assert [("F-1" in one, "blanks:" in one) for one in sentences(told)] == [(True, blanks is None)]


def test_an_organisation_leaves_one_out(tmp_path: Path) -> None:
    """`name = None` leaves an inherited rule out; the others stay."""
    own = schema_copy(tmp_path, rules="    older_than_stored = None\n")
    assert found(warned(OLD, schema=own)) == []
    assert found(warned(NEWEST, [], own, set())) == [(2, "credential_type", "media_missing")]
    assert found(warned(OLD)) == [(2, "", "older_than_stored")]


def test_an_own_warning_about_what_is_stored(tmp_path: Path) -> None:
    """An organisation's own rule may read the same columns."""
    rule = (
        '    @rule("Again", on="issue_date", needs=("stored_as",), blocks=False, resolution="Again {value}.")\n'
        '    def again(cls, rows, column):\n        return rows["stored_as"].isna()\n'
    )
    result = warned(OLD + NEWEST, schema=schema_copy(tmp_path, rules=rule))
    assert [one for one in sentences(result) if one.startswith("Again")] == ["Again 2023-01-05.", "Again 2025-01-05."]


def test_an_own_warning_about_what_is_not_stored(tmp_path: Path) -> None:
    """An organisation's own rule is judged for every row, also where no shared rule has anything to warn of."""
    rule = (
        '    @rule("First", on="record", needs=("stored_as",), groups="rule", blocks=False, resolution="First.")\n'
        '    def first(cls, rows, column):\n        return rows["stored_as"].notna()\n'
    )
    assert found(warned(NEWEST, [], schema_copy(tmp_path, rules=rule))) == [(2, "", "first")]


def test_what_is_stored_rejects_no_row(tmp_path: Path) -> None:
    """A rule that needs what is stored can't block: the same file would be judged otherwise on another day."""
    with pytest.raises(SchemaError) as caught:
        schema_copy(tmp_path, rules=REWORDED.replace("blocks=False", "blocks=True"))
    assert (caught.value.reason, caught.value.facts["rule"]) == ("stored_rule_blocks", "older_than_stored")


def test_a_rule_must_say_that_it_needs_what_is_stored(tmp_path: Path) -> None:
    """A rule that reads such a column without saying so is refused, not passed by every row."""
    own = schema_copy(tmp_path, rules=REWORDED.replace('needs=("stored_as",), ', ""))
    with pytest.raises(SchemaError) as caught:
        warned(OLD, schema=own)
    assert (caught.value.reason, caught.value.facts["code"]) == ("rule_failed", "older_than_stored")


def test_they_are_no_part_of_the_judgement() -> None:
    """With or without the warnings, the same rows are ready and the judgement is the same."""
    plain, result = warned(OLD, []), warned(OLD)
    assert (plain.judgement, plain.codes, plain.ready) == (result.judgement, result.codes, result.ready)
    assert found(plain) != found(result)
    assert result.reasons.empty


def test_a_copy_of_an_earlier_release_still_warns(tmp_path: Path) -> None:
    """A document from before, with the imports of its time, loads, keeps its own words, and inherits the warnings."""
    (tmp_path / "credentials.py").write_text(EARLIER, "utf-8")
    from credtools.schema import loading

    own = loading.load("credentials", tmp_path)
    assert sentences(warned("ana@x.org,First Aid\n", schema=own)) == ["2, not 5."]
    assert found(warned(OLD, schema=own)) == [(2, "", "older_than_stored")]
    assert found(warned(NEWEST, [], own, set())) == [(2, "credential_type", "media_missing")]


def test_media_are_needed_where_none_have_been_added() -> None:
    """Named are accepted rows of types that require media, without a file; one cause for each type."""
    text = OLD + NEWEST + "bo@x.org,First  AID,2025-01-05,,\nbo@x.org,Forklift,2020-01-05,2040-01-05,\n"
    result = warned(text, [], media={(1, 3, 1)})
    assert found(result) == [(2, "credential_type", "media_missing"), (4, "credential_type", "media_missing")]
    assert result.causes[["value", "count", "suggestion"]].to_numpy().tolist() == [["First Aid", 2, ""]]
    assert found(warned(text, media=None)) == [(2, "", "older_than_stored")]


def test_a_newest_version_without_issue_date_names_none() -> None:
    """Where the newest version has no issue date, none is named."""
    versions = stored(*((1, 1, 15, "", k, None, date(2030 + k, 1, 5), "") for k in (1, 2)))
    (sentence,) = sentences(warned("ana@x.org,Badge,,2031-01-05,\n", versions))
    assert "the newest one stays" in sentence


def test_a_remedy_is_that_of_the_face() -> None:
    """The same warning names a call, a command, or nothing, by where it is read."""
    result = warned(NEWEST, [], media=set())
    faces = {face: result.on(face).errors["resolution"][0] for face in ("python", "prompt", "screen", "stored")}
    assert "(batch.add_media(PATH))" in faces["python"]
    assert "(credtools media BATCH PATH)" in faces["prompt"]
    assert faces["screen"] == faces["stored"]
    assert "Add its file, or make media optional." in faces["screen"]
    assert result.on("prompt").causes["resolution"].tolist() == [faces["prompt"]]


def test_media_that_nobody_asks_for() -> None:
    """Settings don't come into it: whoever knows whether media are asked for says so."""
    result = review(HEADINGS + NEWEST, known=dataclasses.replace(MEDIA, settings=lookups().settings))
    assert with_stored(result, classify(result, []), None) is result
