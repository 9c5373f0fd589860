from __future__ import annotations

import string
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credtools.errors import RecipeError
from credtools.media.matching import Match, Medium, Row, by_column, by_hand, by_pattern, missing, names_in
from credtools.model import Place
from credtools.recipe import Recipe
from credtools.text import fold


def row(line: int, email: str = "ana@x.org", kind: str = "First Aid", **more: object) -> Row:
    told: dict[str, object] = {"key": line, "values": {"user_email": email, "credential_type": kind}, **more}
    return Row(line=line, place=Place(1, line, 1), **told)  # type: ignore[arg-type]


def placed(match: Match, name: str) -> tuple[str, list[int], str]:
    where, rows, reason = match(name)
    return where, [found.line for found in rows], reason


def test_pattern_makes_names_of_rows() -> None:
    """A file belongs to the row for which the pattern makes its name; case, blanks and the ending don't count."""
    match = by_pattern("{user_email}_{credential_type}", [row(2), row(3, "bo@x.org")])
    for name in ("ana@x.org_First Aid.pdf", "ANA@X.ORG_first  aid.JPG"):
        assert placed(match, name) == ("matched", [2], "")
    assert placed(match, "ana@x.org.pdf") == (
        *("unmatched", []),
        "The pattern gives no row the name 'ana@x.org.pdf'.",
    )


def test_letters_that_no_file_name_holds() -> None:
    """Where a value has a letter that file names can't hold the name has an underscore."""
    match = by_pattern("{credential_type}", [row(2, kind="C/E: 7.5t?")])
    assert placed(match, "C_E_ 7.5t_.pdf")[:2] == ("matched", [2])


def test_rows_without_the_value_have_no_name() -> None:
    """A row that lacks what the pattern names can't be matched by it, and two such rows aren't confused."""
    match = by_pattern("scan_{external_id}", [row(2, values={}), row(3, values={"external_id": ""})])
    assert placed(match, "scan_.pdf")[0] == "unmatched"


def test_several_rows_are_ambiguous_by_pattern() -> None:
    """A name that several rows have is linked to none of them; the sentence names the lines."""
    match = by_pattern("{user_email}", [row(2), row(9)])
    assert placed(match, "ana@x.org.pdf") == (
        *("ambiguous", [2, 9]),
        "'ana@x.org.pdf' fits the lines 2, 9. Choose the right one.",
    )


def test_several_rows_share_by_column() -> None:
    """A file that several rows name belongs to all of them: they say so themselves."""
    match = by_column([row(2, names=("a.pdf", "b.pdf")), row(3, names=("A.pdf",))])
    assert placed(match, "a.PDF") == ("shared", [2, 3], "")
    assert placed(match, "b.pdf") == ("matched", [2], "")
    assert placed(match, "c.pdf") == ("unmatched", [], "No row names 'c.pdf' in its media column.")


def test_rows_of_one_version_count_once() -> None:
    """A repeated row is no second candidate: the file belongs to the version, told with its first line."""
    rows = [row(2, key=7), row(5, key=7)]
    assert placed(by_pattern("{user_email}", rows), "ana@x.org.pdf") == ("matched", [2], "")


def test_rejected_rows_are_named() -> None:
    """A file of a rejected row is linked to nothing, and is told from one that nobody knows."""
    match = by_pattern("{user_email}", [row(2, usable=False)])
    assert placed(match, "ana@x.org.pdf") == (
        *("unmatched", []),
        "'ana@x.org.pdf' belongs to line 2, which is rejected. Correct that row first.",
    )
    both = by_pattern("{user_email}", [row(2, usable=False), row(3)])
    assert placed(both, "ana@x.org.pdf") == ("matched", [3], "")


def test_by_hand_one_or_several() -> None:
    """Who chooses by hand may choose several lines for one file."""
    match = by_hand({"a.pdf": 3, "b.pdf": [2, 3]}, [row(2), row(3)])
    assert placed(match, "A.pdf") == ("matched", [3], "")
    assert placed(match, "b.pdf") == ("shared", [2, 3], "")


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("", ()),
        (" a.pdf ", ("a.pdf",)),
        ("a.pdf;b.jpg; ;a.pdf", ("a.pdf", "b.jpg")),
        (r"C:\scans\a.pdf;x/b.jpg", ("a.pdf", "b.jpg")),
    ],
)
def test_names_of_a_cell(cell: str, names: tuple[str, ...]) -> None:
    """Several names are separated by semicolons; folders before them don't count."""
    assert names_in(cell) == names


def test_missing_lists_rows() -> None:
    """A row lacks media when it requires some and has none, or names one that didn't come; each row stands once."""
    rows = [
        row(2, required=True),
        row(3, required=True, has={"old.pdf": "0"}),
        row(4, names=("a.pdf", "b.pdf")),
        row(5, required=True),
        row(6, names=("c.pdf",), usable=False),
        row(7),
    ]
    found = missing(rows, [Medium("in/a.pdf", (4, 5))], by_name=True)
    assert [(lack.line, lack.files, lack.required) for lack in found] == [(2, (), True), (4, ("b.pdf",), False)]
    found = missing(rows, [], by_name=False)
    assert [(lack.line, lack.required) for lack in found] == [(2, True), (5, True)]


NAMES = st.sampled_from(["a", "b", "A ", "\uff41", "c"])
ROWS = st.lists(st.tuples(NAMES, NAMES, st.booleans(), st.integers(0, 5)), max_size=12)


@given(ROWS, st.lists(st.tuples(NAMES, NAMES, st.sampled_from([".pdf", ".JPG", ""])), max_size=12))
def test_each_file_stands_where_the_truth_says(
    told: list[tuple[str, str, bool, int]], given_: list[tuple[str, ...]]
) -> None:
    """Whatever rows and names there are, each file goes where comparing it with every single row says."""
    rows = [row(k, email, kind, usable=usable, key=key) for k, (email, kind, usable, key) in enumerate(told)]
    match = by_pattern("{user_email}_{credential_type}", rows)
    for email, kind, ending in given_:
        name = f"{email}_{kind}{ending}"
        made = [k for k, one in enumerate(told) if fold(f"{one[0]}_{one[1]}") == fold(PurePath(name).stem)]
        versions = {told[k][3] for k in made if told[k][2]}
        where, found, reason = match(name)
        assert where == ("unmatched" if not versions else "matched" if len(versions) == 1 else "ambiguous")
        assert {one.key for one in found} == versions
        assert len(found) == len(versions)
        assert (reason == "") == (where == "matched")


@given(st.lists(st.lists(st.sampled_from(string.ascii_lowercase[:6]), max_size=3), max_size=10))
def test_column_shares_what_several_rows_name(cells: list[list[str]]) -> None:
    """By the media column a file goes to exactly the rows that name it."""
    rows = [row(k, names=names_in(";".join(f"{name}.pdf" for name in cell))) for k, cell in enumerate(cells)]
    match = by_column(rows)
    for name in string.ascii_lowercase[:6]:
        lines = [k for k, cell in enumerate(cells) if name in cell]
        assert placed(match, f"{name}.pdf")[:2] == (("unmatched", "matched", "shared")[min(len(lines), 2)], lines)


# --- the pattern in a recipe --------------------------------------------------------------------------------


def test_pattern_stands_in_the_recipe() -> None:
    """The pattern is read, written and part of a recipe's meaning."""
    recipe = Recipe.parse("media: '{user_email}_{credential_type}'\n", "hr")
    assert recipe.media == "{user_email}_{credential_type}"
    assert Recipe.parse(recipe.text(), "hr") == recipe
    assert recipe.fingerprint != Recipe(source="hr").fingerprint


@pytest.mark.parametrize(
    "pattern",
    [
        *("scan", "{email}", "{user_email.__class__}", "{user_email!r}", "{user_email:>9}", "{user_email"),
        *("{}{user_email}", "scans/{user_email}", "{user_email}.pdf", "..\\{user_email}"),
    ],
)
def test_pattern_must_name_values(pattern: str) -> None:
    """A pattern says at least one value of a row, nothing else in braces, and neither folder nor ending."""
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(f"media: '{pattern}'\n", "hr")
    assert (caught.value.reason, caught.value.facts["pattern"]) == ("recipe_media", pattern)
