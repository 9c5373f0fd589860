from __future__ import annotations

from pathlib import Path

import pytest

from credtools.checking.changes import classify
from credtools.errors import CredtoolsError, FileError, SchemaError
from credtools.model import Review
from credtools.schema.loading import SchemaFile
from tests.core import CREDENTIALS, HEADINGS, TYPES, USERS, found, review, schema_copy, sentences

ANA = "ana@x.org,First Aid,2024-01-05,,"
OWN = HEADINGS.replace("\n", ",Site,Level\n")
ROWS = f"{OWN}{ANA},North,yes\nbo@x.org,First Aid,2024-01-05,,,South,\n"

SITE = '    site: str = field("Site", help="where the person works")\n'
LEVEL = '    level: pd.BooleanDtype = field("Level", kind="flag")\n'
NO_SUNDAYS = """
    @rule("Issued on a Sunday", on="issue_date", groups="rule", resolution="{issue_date_text} was a Sunday.")
    def not_on_sunday(cls, rows, column):
        return rows[column].dt.day_of_week != 6
"""


def own_rule(body: str, told: str = 'on="credential_type"', resolution: str = "No.") -> str:
    """The text of one more rule."""
    return (
        f'\n    @rule("Own", {told}, resolution="{resolution}")\n    def own_rule(cls, rows, column):\n        {body}\n'
    )


# --- an organisation changes its schema -----------------------------------------------------------------------


def test_an_own_rule(tmp_path: Path) -> None:
    """A rule added to a copy of the schema changes the verdict; the package and the shipped schema stay untouched."""
    own = schema_copy(tmp_path, rules=NO_SUNDAYS)
    text = f"{HEADINGS}ana@x.org,First Aid,2024-01-07,,\n{ANA}\nbo@x.org,First Aid,n/a,,\n"
    result = review(text, schema=own)
    assert found(result) == [(2, "issue_date", "not_on_sunday"), (4, "issue_date", "date_format")]
    assert sentences(result)[0] == "2024-01-07 was a Sunday."
    assert result.rejected.tolist() == [True, False, True]
    assert own.fingerprint != CREDENTIALS.fingerprint
    assert found(review(text)) == [(4, "issue_date", "date_format")]


def test_a_changed_rule(tmp_path: Path) -> None:
    """Changing a shipped rule or sentence in a copy changes the verdict and the sentence."""
    own = schema_copy(
        tmp_path,
        changes=[
            ('~(rows["expiration_date"] < rows["today"])', 'rows["expiration_date"] != rows["today"]'),
            ("is blank, but this row needs it; fill it in.", "fehlt."),
        ],
    )
    text = f"{HEADINGS}ana@x.org,First Aid,2024-01-05,2025-01-05,\n,First Aid,2024-01-05,,\n"
    assert found(review(text, schema=own)) == [(3, "user_email", "value_required")]
    assert sentences(review(text, schema=own)) == ["User email fehlt."]


def test_a_warning_made_an_error(tmp_path: Path) -> None:
    """A warning that an organisation makes blocking rejects its rows."""
    warning = 'blocks=False,\n        resolution="The credential expired'
    own = schema_copy(tmp_path, changes=[(warning, warning.replace("False", "True"))])
    result = review(f"{HEADINGS}ana@x.org,First Aid,2024-01-05,2025-01-05,\n", schema=own)
    assert result.codes == [("already_expired",)]


def test_an_own_column(tmp_path: Path) -> None:
    """A column added to a copy of the schema is mapped, and part of a credential's content."""
    own = schema_copy(tmp_path, fields=SITE)
    assert "site" in [column.name for column in own.columns]
    result = review(ROWS, schema=own)
    assert result.headings["Site"] == "site"
    assert result.resolved["own"].tolist() == ['{"site": "North"}', '{"site": "South"}']
    twice = review(f"{OWN}{ANA},North,\n{ANA},South,\n", schema=own)
    assert twice.codes == [("not_repeated",), ("not_repeated",)]
    assert review(f"{OWN}{ANA},North,\n{ANA},South,\n").codes == [(), ()]


def test_an_own_column_with_an_own_rule(tmp_path: Path) -> None:
    """A rule may read an organisation's own column like any other."""
    rule = own_rule('return rows["site"].isin(["North", "West"])', 'on="site"', "There is no site {value!r}.")
    result = review(ROWS, schema=schema_copy(tmp_path, fields=SITE, rules=rule))
    assert found(result) == [(3, "site", "own_rule")]
    assert sentences(result) == ["There is no site 'South'."]


def test_own_columns_are_compared_after_resolving(tmp_path: Path) -> None:
    """yes, Y and TRUE are the same flag, as 5/3/2024 and 05/03/2024 are the same day: such rows repeat each other."""
    own = schema_copy(tmp_path, fields=LEVEL)
    result = review(f"{OWN}{ANA},,yes\n{ANA},,TRUE\n{ANA},,Y\n", schema=own)
    assert found(result) == [(3, "", "repeated"), (4, "", "repeated")]
    assert classify(result, []).verdict == ["new", "unchanged", "unchanged"]


def test_a_required_own_column_needs_a_value(tmp_path: Path) -> None:
    """`required` means a heading and a value in every row, for an organisation's own columns, too."""
    own = schema_copy(tmp_path, fields='    site: str = field("Site", required=True)\n')
    with pytest.raises(FileError, match="has no heading for 'Site'"):
        review(f"{HEADINGS}{ANA}\n", schema=own)
    assert found(review(f"{OWN}{ANA},,\n", schema=own)) == [(2, "site", "value_required")]


@pytest.mark.parametrize("value", ["per\x00haps", "y\u200bes", "y\u202ees"])
@pytest.mark.parametrize("field", ['    level: str = field("Level")\n', LEVEL], ids=["text", "flag"])
def test_own_columns_must_be_readable(tmp_path: Path, field: str, value: str) -> None:
    """What can't be seen is rejected in an organisation's own columns, too: it is stored as content."""
    result = review(f"{OWN}{ANA},,{value}\n", schema=schema_copy(tmp_path, fields=field))
    assert result.codes == [("value_readable",)]


def test_media_must_be_readable() -> None:
    """What can't be seen is rejected in the media column, too: names of files are shown and stored."""
    text = HEADINGS.replace("\n", ",Media\n") + f"{ANA},a\x00.pdf\n"
    assert found(review(text)) == [(2, "media", "value_readable")]


@pytest.mark.parametrize(
    ("field", "value"),
    [(LEVEL, "perhaps"), (LEVEL.replace("BooleanDtype", "Int64Dtype").replace("flag", "whole"), "many")],
)
def test_own_columns_are_what_they_say(tmp_path: Path, field: str, value: str) -> None:
    """A value that isn't of the kind its own column declares doesn't pass in silence."""
    assert review(f"{OWN}{ANA},,{value}\n", schema=schema_copy(tmp_path, fields=field)).rejected.tolist() == [True]


# --- a rule that is broken refuses the file -------------------------------------------------------------------


def refusal(schema: SchemaFile) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        _ = review(ROWS, schema=schema).errors
    return caught.value


@pytest.mark.parametrize(
    ("body", "name", "problem"),
    [
        ("return 1 / 0", "ZeroDivisionError", "division by zero"),
        ('return rows["colour"] == "red"', "KeyError", "'colour'"),
    ],
)
def test_a_rule_that_raises(tmp_path: Path, body: str, name: str, problem: str) -> None:
    """A row never passes because a rule broke: the file is refused with the rule's name and the reason."""
    error = refusal(schema_copy(tmp_path, rules=own_rule(body)))
    assert error.reason == "rule_failed"
    assert error.facts == {"code": "own_rule", "name": name, "problem": problem}


@pytest.mark.parametrize(
    "body",
    [
        *("return None", "return True", "return False", "return [True, True]", 'return rows[["line"]] > 0'),
        *('return rows["line"]', 'return rows["line"] * float("nan")', "return pd.Series([True, None], dtype=object)"),
        'return pd.array([True, None], dtype="boolean")',
        'return pd.Series([True, None], dtype="boolean")',
        'return rows["issue_date"].iloc[:1].notna()',
        "return pd.Series([True, True, True])",
        "return pd.Series([True, True], index=[7, 8])",
    ],
)
def test_a_rule_that_gives_no_truth_value_per_row(tmp_path: Path, body: str) -> None:
    """A rule gives one truth value per row; anything else refuses the file instead of judging some rows by chance."""
    error = refusal(schema_copy(tmp_path, rules=own_rule(body)))
    assert (error.reason, error.facts["code"]) == ("rule_failed", "own_rule")


def test_a_rule_may_sort_its_rows(tmp_path: Path) -> None:
    """Truth values belong to the rows that their index names, in whatever order a rule returns them."""
    rule = own_rule('return rows["user_email"].sort_values(ascending=False) == "ana@x.org"')
    own = schema_copy(tmp_path, rules=rule)
    try:
        result = review(ROWS, schema=own)
    except SchemaError:
        return
    assert found(result) == [(3, "credential_type", "own_rule")]


@pytest.mark.parametrize(
    "told",
    [
        'on="credential_tpye"',
        'on="credential_type", needs=("isue_date",)',
        'on="credential_type", together=("credentail",)',
        'on="credential_type", groups="values"',
    ],
)
def test_a_rule_that_speaks_of_unknown_columns(tmp_path: Path, told: str) -> None:
    """A slip in a rule's declaration is refused: the rule must not be left out in silence."""
    with pytest.raises(SchemaError, match="own_rule"):
        _ = review(ROWS, schema=schema_copy(tmp_path, rules=own_rule('return rows["line"] > 99', told))).errors


def test_a_resolution_that_speaks_of_unknown_columns(tmp_path: Path) -> None:
    """A sentence with a name that means nothing is the schema's fault, and said so."""
    rule = own_rule('return rows["line"] > 99', resolution="See {nonsense}.")
    with pytest.raises(SchemaError) as caught:
        schema_copy(tmp_path, rules=rule)
    assert caught.value.reason == "rule_speaks_of_nothing"
    assert caught.value.facts == {"path": str(tmp_path / "credentials.py"), "rule": "own_rule", "name": "nonsense"}


@pytest.mark.parametrize(
    "rules",
    [
        '\n    @pa.dataframe_check\n    def plain(cls, rows):\n        return rows["line"] > 99\n',
        '\n    @pa.check("credential_type")\n    def plain(cls, values):\n        return values == "Scuba"\n',
    ],
)
def test_pandera_s_own_checks_are_not_left_out(tmp_path: Path, rules: str) -> None:
    """A check that is written Pandera's way is followed or refused, never left out in silence."""
    imports = ("import pandas as pd\n", "import pandas as pd\nimport pandera.pandas as pa\n")
    try:
        result = review(ROWS, schema=schema_copy(tmp_path, rules=rules, changes=[imports]))
    except CredtoolsError:
        return
    assert result.rejected.tolist() == [True, True]


@pytest.mark.parametrize("name", ["line", "today", "content", "user_status", "record"])
def test_an_own_column_may_not_hide_a_resolved_one(tmp_path: Path, name: str) -> None:
    """An own column named like something that rules read would change what they read: it is refused."""
    with pytest.raises(SchemaError, match=name):
        review(ROWS, schema=schema_copy(tmp_path, fields=f'    {name}: str = field("Site")\n'))


# --- users and types ------------------------------------------------------------------------------------------

USER_HEADINGS = "Email,External ID,Name,Status,Deactivated on,Date format\n"
TYPE_HEADINGS = "Name,Expiry,Issue,Numbered,Media required,Approval required,Validity months\n"


KEEP_ONE = "Keep one row, or give each person an External ID if they share the address."


def users(*lines: str) -> Review:
    return review(USER_HEADINGS + "".join(f"{line}\n" for line in lines), schema=USERS)


def types(*lines: str) -> Review:
    return review(TYPE_HEADINGS + "".join(f"{line}\n" for line in lines), schema=TYPES)


def test_users() -> None:
    """A correct file of users; the e-mail address or the External ID must be there."""
    result = users("ana@x.org,E-1,Ana,Active,,DD/MM/YYYY", "bo@x.org,e-1,,deactivated,2024-1-5,")
    assert found(result) == []
    assert result.resolved["status"].tolist() == ["active", "deactivated"]
    assert result.resolved["email_key"].tolist() == ["ana@x.org", "bo@x.org"]
    assert found(review("Email\nana@x.org\n", schema=USERS)) == []
    assert found(review("External ID\nE-1\n", schema=USERS)) == []
    assert found(review("Name\nAna\n", schema=USERS)) == [(2, "", "user_identified")]


@pytest.mark.parametrize(
    ("row", "column", "code", "sentence"),
    [
        (
            "ana@x.org,,",
            "",
            "field_count",
            (
                "The row has 3 fields, but the heading row has 6: a delimiter or a quotation mark is missing or extra. "
                "Correct the row in the file."
            ),
        ),
        (
            ",,Ana,,,",
            "",
            "user_identified",
            "The row has neither an e-mail address nor an External ID; give one of the two.",
        ),
        (
            "ana@x.org,E\u200b1,,,,",
            "external_id",
            "value_readable",
            (
                r"External ID contains invisible or look-alike characters (U+200B ZERO WIDTH SPACE): "
                r"'E\u200b1'. Retype the value."
            ),
        ),
        (
            "ana@x.org,,,gone,,",
            "status",
            "status_known",
            (
                "Status is 'gone', which is none of these words: active, deactivated. Correct the row, or say what the "
                "word means in a recipe (status: {active: […], deactivated: […], leave_out: […]})."
            ),
        ),
        (
            "ana@x.org,,,,,DD/MM/YY",
            "date_format",
            "value_allowed",
            (
                "Date format is 'DD/MM/YY', but must be one of: a date format with day, month and four-digit year, for "
                "example DD/MM/YYYY."
            ),
        ),
        (
            "ana@x.org,,,,31/01/2024,",
            "deactivated_on",
            "date_format_known",
            "'31/01/2024' isn't a date written as YYYY-MM-DD, like '2026-12-31'. Correct the date.",
        ),
    ],
)
def test_wrong_users(row: str, column: str, code: str, sentence: str) -> None:
    """Each rule for users rejects the row it is made for, in its own words."""
    result = users(row)
    assert found(result) == [(2, column, code)]
    assert sentences(result) == [sentence]


def test_users_stand_once() -> None:
    """An address stands once whatever its case, unless IDs tell who has it; an external id once with its case."""
    result = users("ana@x.org,E-1,,,,", "ANA@X.org ,,,,,", "bo@x.org,E-1,,,,", "k@x.org,K1,,,,", "k@x.org,K2,,,,")
    assert found(result) == [
        *((2, "email", "not_repeated"), (2, "external_id", "external_id_unique")),
        *((3, "email", "not_repeated"), (4, "external_id", "external_id_unique")),
    ]
    assert sentences(result) == [
        f"The user 'ana@x.org' also appears on line 3. {KEEP_ONE}",
        "The external ID 'E-1' also appears on line 4. Each user has an ID of their own.",
        f"The user 'ANA@X.org' also appears on line 2. {KEEP_ONE}",
        "The external ID 'E-1' also appears on line 2. Each user has an ID of their own.",
    ]


def test_types() -> None:
    """A correct file of types; only the name must be there, blanks mean the defaults."""
    result = types("First Aid,Optional,REQUIRED,no,Y,0,24", "Forklift,,,,,,")
    assert found(result) == []
    names = ["expiry", "issue", "numbered", "media_required", "approval_required", "validity_months"]
    assert result.resolved.loc[0, names].tolist() == ["optional", "required", False, True, False, 24]
    assert result.resolved.loc[1, names].isna().all()
    assert found(review("Name\nFirst Aid\n", schema=TYPES)) == []


@pytest.mark.parametrize(
    ("row", "column", "code", "sentence"),
    [
        (
            "First Aid",
            "",
            "field_count",
            (
                "The row has 1 fields, but the heading row has 7: a delimiter or a quotation mark is missing or extra. "
                "Correct the row in the file."
            ),
        ),
        (",never,,,,,", "name", "value_required", "Name is blank, but every row needs it; fill it in."),
        (
            "First\x07Aid,,,,,,",
            "name",
            "value_readable",
            (
                r"Name contains invisible or look-alike characters (U+0007 a control character): "
                r"'First\x07Aid'. Retype the value."
            ),
        ),
        (
            "First Aid,sometimes,,,,,",
            "expiry",
            "value_allowed",
            "Expiry is 'sometimes', but must be one of: required, optional, never.",
        ),
        ("First Aid,,,2,,,", "numbered", "value_allowed", "Numbered is '2', but must be one of: yes, no."),
        (
            "First Aid,,,,,,2.5",
            "validity_months",
            "value_allowed",
            "Validity months is '2.5', but must be one of: a whole number, for example 24.",
        ),
    ],
)
def test_wrong_types(row: str, column: str, code: str, sentence: str) -> None:
    """Each rule for types rejects the row it is made for, in its own words."""
    result = types(row)
    assert found(result) == [(2, column, code)]
    assert sentences(result) == [sentence]


def test_types_stand_once() -> None:
    """A type stands once, whatever the case of its name."""
    result = types("First Aid,,,,,,", "FIRST  aid,,,,,,", "Forklift,,,,,,")
    assert found(result) == [(2, "name", "not_repeated"), (3, "name", "not_repeated")]
    assert sentences(result)[0] == "The type 'First Aid' also appears on line 3. Keep one row."


@pytest.mark.parametrize("schema", [CREDENTIALS, USERS, TYPES], ids=lambda schema: schema.name)
def test_every_column_can_be_found(schema: SchemaFile) -> None:
    """No two columns of a schema are known by the same heading, and each rule has a title and a sentence."""
    known = [name.casefold() for c in schema.columns for name in (c.title, *c.synonyms)]
    assert len(set(known)) == len(known)
    assert len({rule.code for rule in schema.rules}) == len(schema.rules)
    assert all(rule.title for rule in schema.rules)
