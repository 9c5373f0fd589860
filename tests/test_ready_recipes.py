"""Recipes that are shipped for the exports of known systems: each reads a file of its form, and says who says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import credtools as ct
from credtools import reading
from credtools.cli import main
from credtools.errors import RecipeError
from credtools.recipe import USER_COLUMN, shipped
from credtools.registry import Registry
from tests.builders import only_sqlite
from tests.core import CREDENTIALS, SHARED, USERS, review
from tests.test_users_files import people

EXPORTS = SHARED.parent / "cases" / "exports"
USERS_OF = sorted(name for name in shipped.names() if ct.Recipe.ready(name).schema == "users")

# Small files of each form, made up after its documentation.
SAMPLES = {
    "entra": (
        "version:v1.0,,,\n"
        "Name [displayName] Required,User name [userPrincipalName] Required,"
        "Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required\n"
        "Example: Chris Green,chris@contoso.com,myPassword1234,No\n"
        "Ida Berg,ida@example.org,secret,No\nOmar Said,omar@example.org,secret,Yes\n"
    ),
    "entra-download": (
        "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,accountEnabled\n"
        "ida@example.org,Ida Berg,Berg,ida@example.org,Ida,9f4f,Member,True\n"
        "omar@example.org,Omar Said,Said,,Omar,9f50,Member,False\n"
    ),
    "entra-members": (
        "version:v1.0\nMember object ID or user principal name [memberObjectIdOrUpn] Required\n"
        "ida@example.org\nomar@example.org\n"
    ),
    "google-workspace": (
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Employee ID,"
        "Status [READ ONLY]\nIda,Berg,ida@example.org,****,0012,Active\nOmar,Said,omar@example.org,****,0013,Archived\n"
    ),
    "okta": (
        "login,firstName,lastName,email,displayName,employeeNumber,status\n"
        "ida,Ida,Berg,ida@example.org,,0012,STAGED\nomar,Omar,Said,omar@example.org,Omar Said,0013,DEPROVISIONED\n"
    ),
    "canvas": (
        "user_id,login_id,first_name,last_name,short_name,email,status\n"
        "0012,ida,Ida,Berg,,ida@example.org,active\n0013,omar,Omar,Said,,omar@example.org,suspended\n"
    ),
    "moodle": (
        "username;firstname;lastname;email;idnumber;suspended\n"
        "ida;Ida;Berg;ida@example.org;0012;0\nomar;Omar;Said;omar@example.org;0013;1\n"
    ),
    "successfactors-users": (
        "STUD_ID|LNAME|FNAME|COMMENTS|EMAIL_ADDR!##!\n"
        "0012|Berg|Ida|two\nlines|ida@example.org!##!\n0013|Said|Omar||omar@example.org!##!\n"
    ),
}
GONE = {"entra-members": "active", "successfactors-users": "active"}  # these files say nothing of a status
WITHOUT_NAME, WITHOUT_NUMBER = ("entra-members",), ("entra", "entra-download", "entra-members")


def expected(name: str) -> dict[str, tuple[str, str, str]]:
    names = ("", "") if name in WITHOUT_NAME else ("Ida Berg", "Omar Said")
    numbers = ("", "") if name in WITHOUT_NUMBER else ("0012", "0013")
    states = ("active", GONE.get(name, "deactivated"))
    emails = ("ida@example.org", "omar@example.org")
    return dict(zip(emails, zip(names, numbers, states, strict=True), strict=True))


@only_sqlite
@pytest.mark.parametrize("name", USERS_OF)
def test_users_of_a_known_system(registry: Registry, tmp_path: Path, name: str) -> None:
    """A file of the form is loaded as it says: who, by which number, and who is active."""
    file = tmp_path / "users.txt"
    file.write_text(SAMPLES[name], "utf-8")
    registry.load("users", file, recipe=ct.Recipe.ready(name))
    assert people(registry) == expected(name)


@pytest.mark.parametrize("name", sorted(shipped.names()))
def test_each_says_where_its_facts_are_from(name: str) -> None:
    """A shipped recipe is about a schema, says in its first line for what it is, and names a public source."""
    text = shipped.text(name)
    recipe = ct.Recipe.ready(name)
    assert recipe.source == name
    known = {"users": USERS, "credentials": CREDENTIALS}[recipe.schema]
    assert {*recipe.headings.values()} <= {column.name for column in known.columns}
    assert re.match(r"# (Users|Members|Credentials) .+\n#\n# https://\S+\n", text)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "successfactors",
            "STUD_ID|CPNT_ID|CMPL_STAT_ID|COMPL_DTE!##!\nE-1|First Aid|COURSE_COMPL|MAR-04-2026 17:00:00!##!\n",
            ("E-1", "2026-03-04", None),
        ),
        (
            "cornerstone",
            (
                '"Transcript Report"\n"Generated on 03/04/2026"\n""\n"User ID","User Full Name","Training Title",'
                '"Transcript Completed Date","Expiration Date"\n"E-1","Ana","First Aid","03/14/2026","03/14/2028"\n'
            ),
            ("E-1", "2026-03-14", "2028-03-14"),
        ),
        (
            "cornerstone",
            (
                "User - User ID,User - User Full Name,Training - Training Title,Training - Training Type,"
                "Transcript - Transcript Completed Date\nE-1,Ana,First Aid,Online Class,03/14/2026\n"
            ),
            ("E-1", "2026-03-14", None),
        ),
        (
            "moodle-certificates",
            (
                'Full name,"Email address","Awarded on",Code\n'
                'Ana,ana@x.org,"Wednesday, 4 March 2026, 5:00 PM",xK3vQ9aZ21\n'
            ),
            ("ana@x.org", "2026-03-04", None),
        ),
        (
            "moodle-completion",
            (
                '"ID","Name","Email address","Quiz","Quiz - Completion date","Course complete"\n'
                '3,Ana,ana@x.org,Completed,"4/03/26, 16:59","4/03/26, 17:00"\n4,Bo,bo@x.org,"Not completed","",""\n'
            ),
            ("ana@x.org", "2026-03-04", None),
        ),
        (
            "workday",
            "Employee ID,Certification,Certification Number,Issued Date,Expiration Date\nE-1,First Aid,7,2026-03-04,\n",
            ("E-1", "2026-03-04", None),
        ),
    ],
)
def test_credentials_of_a_known_system(name: str, text: str, said: tuple[str, str, str | None]) -> None:
    """A file of the form is ready as it is where people and types are known."""
    found = review(text, shipped.text(name))
    assert found.ready == 1
    row = found.resolved.iloc[0]
    days = [None if day is None else str(day.date()) for day in map(none, (row["issue_date"], row["expiration_date"]))]
    assert (row[USER_COLUMN[ct.Recipe.ready(name).match_users_by]], *days) == said


def none(value: object) -> object:
    return None if value != value else value  # noqa: PLR0124 - missing days aren't equal to themselves


def test_records_that_end_in_a_mark() -> None:
    """With `record_end` lines up to the mark are one record, on the line where it starts; the mark is no text."""
    text = "note\nA|B!##!\n1|one\n\ntwo!##!\n\n2|three!##!\n3|cut"
    found = reading.read_bytes(text.encode(), "x.txt", delimiter="|", record_end="!##!", heading_line=2)
    assert found.frame.to_numpy().tolist() == [["1", "one\n\ntwo"], ["2", "three"], ["3", "cut"]]
    assert found.lines.tolist() == [3, 7, 8]
    assert (found.reading.heading_lines, found.reading.preamble_lines, found.reading.blank_lines) == ((2,), (1,), (6,))


def test_a_recipe_to_begin_with(tmp_path: Path) -> None:
    """`recipe new` lists what there is, writes one with its comments, and overwrites nothing."""
    out = tmp_path / "recipes" / "okta.yaml"
    listed = CliRunner().invoke(main, ["recipe", "new", "--json"])
    assert [line for line in listed.output.splitlines() if '"okta"' in line]
    assert CliRunner().invoke(main, ["recipe", "new", "--for", "okta", "-o", str(out)]).exit_code == 0
    assert out.read_text("utf-8") == shipped.text("okta")
    assert ct.Recipe.load(out).fingerprint == ct.Recipe.ready("okta").fingerprint
    assert CliRunner().invoke(main, ["recipe", "new", "--for", "moodle", "-o", str(out)]).exit_code == 2
    assert out.read_text("utf-8") == shipped.text("okta")
    for name in ("nobody", "../okta", ""):
        with pytest.raises(RecipeError) as caught:
            ct.Recipe.ready(name)
        assert caught.value.reason == "recipe_not_shipped"


if EXPORTS.is_dir():
    FILES = (
        ("entra", "entra_create.csv"),
        ("entra", "entra_create_padded.csv"),  # with the row of examples
        ("entra-download", "entra_download.csv"),
        ("entra-members", "entra_members.csv"),
        ("google-workspace", "google_workspace.csv"),
        ("okta", "okta.csv"),
        ("moodle", "moodle.csv"),
        ("successfactors-users", "user_data_multi.txt"),
    )

    @only_sqlite
    @pytest.mark.parametrize(("name", "file"), FILES)
    def test_files_as_systems_write_them(registry: Registry, name: str, file: str) -> None:
        """What a system writes is loaded by its recipe: everybody, and Ben Okoro is gone where the file says so."""
        registry.load("users", EXPORTS / file, recipe=ct.Recipe.ready(name))
        found = people(registry)
        assert {email.split("@")[0] for email in found} - {"wei.li"} == {"ana.silva", "ben.okoro"}
        ben = "active" if name in (*GONE, "entra") else "deactivated"
        assert [found[f"{who}@example.org"][2] for who in ("ana.silva", "ben.okoro")] == ["active", ben]
        numbers = ["", ""] if name in WITHOUT_NUMBER else ["0012", "0013"]
        assert [found[f"{who}@example.org"][1] for who in ("ana.silva", "ben.okoro")] == numbers

    @pytest.mark.parametrize(
        ("name", "file", "rows"),
        [("successfactors", "learning_history_data.txt", 3), ("cornerstone", "cornerstone.csv", 2)],
    )
    def test_histories_as_systems_write_them(name: str, file: str, rows: int) -> None:
        """Of a learning history each date is read; whom and what it names is up to the organisation."""
        found = review((EXPORTS / file).read_text("utf-8"), shipped.text(name))
        assert found.rows == rows
        assert found.resolved["issue_date"].notna().all()
        assert {*found.reasons["code"]} <= {"user_exists", "credential_type_exists"}
