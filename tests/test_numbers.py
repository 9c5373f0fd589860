"""Numbers of credentials and of people: what a spreadsheet destroyed, which of them are the same."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credtools import reading
from credtools.checking.arrow_texts import as_arrow, fold_numbers
from credtools.errors import RegistryError
from credtools.text import fold_number
from tests.builders import load, only_sqlite
from tests.core import HEADINGS, LOOKUPS, ROOT, found, review, sentences
from tests.nights import Nights, company
from tests.test_reading_spreadsheets import BO, cells, xlsx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from credtools.model import Counts
    from credtools.registry import Registry
    from tests.conftest import Home

# --- what a spreadsheet destroyed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("1.23457E+11", "1,23E+14", "5.00E+15", "1E+11", "1.23456789e+16", "-1.2E+11", "1.5E-05"),
        *("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#SPILL!", "#NV", "#N/D", "#WERT!", "#¡VALOR!", "Err:502"),
        *("########", "###", "00/01/1900", "1/0/1900", "1900-01-00", "=C2+Z9", "=VLOOKUP(A2,Z:Z,1,0)", "='My list'!A1"),
    ],
)
def test_destroyed(text: str) -> None:
    """What a spreadsheet destroyed is no number, date, type or person; the row is rejected for that alone."""
    columns = ["user_email", "credential_type", "issue_date", "expiration_date", "credential_number"]
    right = ["ana@x.org", "First Aid", "2024-01-05", "2030-01-05", "7"]
    rows = [[*right[:k], f'"{text}"', *right[k + 1 :]] for k in range(len(right))]
    result = review(HEADINGS + "".join(f"{','.join(row)}\n" for row in rows))
    assert found(result) == [(k + 2, column, "value_damaged") for k, column in enumerate(columns)]
    assert result.resolved["credential"].isna().tolist()[:2] == [True, True]  # of nobody, of no type


@pytest.mark.parametrize(
    "text",
    [
        *("1E5", "12E5", "2E-05", "E+1", "FA-1.2E+11", "12.5E+3", "1.234,56", "20931.0", "##", "#1234", "#A-12", "#BC"),
        *("N/A!", "#n/a", "Err:5", "=1+1", "='", "-5", "@home", "1900-01-01", "31/01/1900"),
    ],
)
def test_honest_numbers(text: str) -> None:
    """A number that a person may mean is never taken for destroyed."""
    assert review(f'{HEADINGS}ana@x.org,First Aid,2024-01-05,,"{text}"\n').ready == 1


def test_destroyed_where_it_matters_less() -> None:
    """Not judged are media, a date that the type never has, a word of a status, and what a recipe maps to a blank."""
    text = HEADINGS.replace("\n", ",Media\n")
    assert found(review(f"{text}ana@x.org,First Aid,2024-01-05,,,#N/A\n")) == []
    unused = review(f"{HEADINGS}ana@x.org,Badge,#REF!,,\n")
    assert [unused.codes, unused.resolved["issue_date_state"].tolist()] == [[()], ["unused"]]
    status = "status: {valid: [Held, '#N/A']}"
    assert found(review(f"{HEADINGS.strip()},Status\nana@x.org,First Aid,2024-01-05,,,#N/A\n", status)) == []
    blank = 'rules: [{aliases: {column: credential_number, values: {"": ["#N/A"]}}}]'
    result = review(f"{HEADINGS}ana@x.org,First Aid,2024-01-05,,#N/A\n", blank)
    assert [result.codes, result.resolved["credential_number_state"].tolist()] == [[()], ["blank"]]


def test_what_to_do_about_it() -> None:
    """Each way of damage has its own cure; equal values are one cause."""
    values = ("5.00E+15", "#N/A", "########", "=SUM(A1)", "5.00E+15")
    result = review(HEADINGS + "".join(f"ana@x.org,First Aid,202{k}-01-05,,{v}\n" for k, v in enumerate(values)))
    assert len({sentence.partition(": ")[2] for sentence in sentences(result)}) == 4
    assert result.causes.loc[0, ["code", "value", "count"]].tolist() == ["value_damaged", "5.00E+15", 2]


def test_error_cells_and_formulas_of_a_workbook() -> None:
    """An error or a formula without its value isn't read as blank, a number that is too long not with made up digits.

    A formula whose value is a blank text stays blank.
    """
    rows = (["A", "B", "C", "D", "E"], ["x", "=1/0", "=EDATE(C3,36)", '=""', 1234567890123456789])
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(list(rows[0]), list(rows[1]), BO))) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b'<c r="B2"><f>1/0</f><v></v>', b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v>')
                part = part.replace(b'<c r="D2"><f>', b'<c r="D2" t="str"><f>')
            new.writestr(name, part)
    assert cells(reading.read_bytes(content.getvalue(), "a.xlsx"))[0] == [
        *("x", "#DIV/0!", "=EDATE(C3,36)", "", "1.23456789012346E+18"),
    ]


# --- numbers of people that lost their zeros ------------------------------------------------------------------------


def test_ids_without_their_zeros() -> None:
    """The only user who fits is suggested, and the rule of a recipe that restores the zeros makes the row right."""
    people = LOOKUPS.users.assign(external_id=["00417", "00418", "00419", None])
    known = replace(LOOKUPS, users=people)
    text = "User ID,Credential type,Issue date\n417,First Aid,2024-01-05\n418.0,First Aid,2024-01-05\n"
    result = review(text, "match_users_by: external_id", known=known)
    assert result.errors[["code", "suggestion"]].to_numpy().tolist() == [
        ["user_exists", "00417"],
        ["user_exists", "00418"],
    ]
    padded = review(text, "match_users_by: external_id\nrules: [{pad: {column: external_id, to: 5}}]", known=known)
    assert [found(padded), padded.resolved["user_id"].tolist()] == [[], [1, 2]]


# --- one number, two people ----------------------------------------------------------------------------------------


@pytest.fixture
def nights(opened: Callable[..., Registry], home: Home, tmp_path: Path) -> Nights:
    return Nights(opened(home.copy_of(company)), tmp_path)


def shared(nights: Nights, *rows: str) -> int:
    """How many rows of the next file have a number that another person has, too."""
    rows = tuple("{}@example.org,{},2024-01-01,,{},{}".format(*row.split("/")) for row in rows)
    outcome = nights.send("hr", *rows, headings=f"{HEADINGS.strip()},State")
    return sum(one.count for one in outcome.warnings if one.code == "number_shared")


def test_a_number_that_two_people_hold(nights: Nights) -> None:
    """Warned of are rows of one file, and a row whose number another person already has; it is one number in any case.

    Not of one person's, another type's, a withdrawn credential's, or of rows that are rejected.
    """
    nights.recipe("hr", "status: {valid: [ok], withdrawn: [gone]}\nheadings: {State: status}\n")
    assert shared(nights, "ana/Forklift/F-7/ok", "ben/Welding/F-7/ok", "zoe/Forklift/F-7/ok") == 0
    assert shared(nights, "ben/Forklift/f 7/ok") == 1
    assert shared(nights, "ben/Forklift/f 7/ok") == 0  # no news
    assert shared(nights, "cleo/Scaffolding/S-1/ok", "dov/Scaffolding/s\u20131/ok", "eve/Forklift//ok") == 2
    assert shared(nights, "cleo/Scaffolding/S-3/ok", "cleo/Scaffolding/S-3/gone", "dov/Scaffolding/S-3/gone") == 0
    assert shared(nights, "fay/Scaffolding/s 1/ok") == 1
    assert shared(nights, "eve/Forklift/F\u20117/ok") == 1


# --- one card, however its number is written ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        *[
            ("SC-0041", text, True)
            for text in ("sc-0041", "SC 0041", "SC\u20130041", "SC - 0041", " SC\u00a00041", "\uff33\uff23\uff0d0041")
        ],
        *[("SC-0041", text, False) for text in ("SC-41", "SC0041", "SC/0041", "SC-0041.", "SC-00410")],
        *[("-", "\u2013", False), ("STRASSE 1", "straße-1", True)],
    ],
)
def test_by_which_key_numbers_are_the_same(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    """Case, blanks and kinds of dashes don't matter; letters, digits, leading zeros and other marks do."""
    assert (fold_number(one) == fold_number(other)) is same


@given(st.lists(st.text("aB01 -\u2013\u00a0ß", max_size=6) | st.text(max_size=4)))
def test_keys_all_at_once(texts: list[str]) -> None:
    """The keys of a column are those of its texts."""
    assert fold_numbers(as_arrow(texts)).to_pylist() == [fold_number(text) for text in texts]


def test_one_card_in_one_file() -> None:
    """Rows that differ in the writing of a number only are one credential: the same content, or not_repeated.

    So it is where the number isn't part of what identifies a credential.
    """
    kinds = {"Welder": "W 1,W-1,w\u20131", "First Aid": "F 1,F-1,f\u20131"}
    for kind, numbers in kinds.items():
        lines = [f"ana@x.org,{kind},2024-01-05,{{}},{number}\n" for number in numbers.split(",")]
        assert found(review(HEADINGS + "".join(lines).format("", "", ""))) == [(3, "", "repeated"), (4, "", "repeated")]
        differing = review(HEADINGS + "".join(lines).format("", "2030-01-01", ""))
        assert found(differing) == [(line, "", "not_repeated") for line in (2, 3, 4)]
    other = review(f"{HEADINGS}ana@x.org,Welder,2024-01-05,,W-1\nana@x.org,Welder,2024-01-05,2030-01-01,W-01\n")
    assert found(other) == []


def test_one_card_over_time(nights: Nights) -> None:
    """A card stays one, however its number is written: unchanged, renewed, withdrawn, undone."""
    nights.recipe("hr", "status: {valid: [ok], withdrawn: [gone]}\nheadings: {State: status}\nexport: full\n")
    row = "ana@example.org,Scaffolding,{},,{},{}"

    def send(*cells: tuple[str, str, str]) -> Counts:
        rows = (row.format(*some) for some in cells)
        receipt = nights.send("hr", *rows, headings=f"{HEADINGS.strip()},State").receipt
        assert receipt
        return receipt.counts

    assert (
        send(("2024-01-01", "SC-0041", "ok"), ("2024-01-01", "sc 0041", "ok"), ("2024-01-01", "SC-41", "ok")).new == 2
    )
    assert send(("2024-01-01", "sc\u20130041", "ok"), ("2024-01-01", "SC-41", "ok")).unchanged == 2
    assert send(("2025-01-01", "sc 0041", "ok"), ("2024-01-01", "SC-41", "ok")).new_versions == 1
    counts = send(("2024-01-01", "SC-41", "ok"), ("2025-01-01", "SC-0041", "gone"))
    assert (counts.withdrawn, counts.unchanged) == (1, 1)
    registry = nights.registry
    assert registry.credentials()[["credential", "credential_number"]].to_numpy().tolist() == [
        [1, "SC-0041"],
        [2, "SC-41"],
        [1, "sc 0041"],
    ]
    assert registry.verify() == []
    for batch in (4, 3, 2, 1):
        registry.undo(batch)
        assert registry.verify() == []
    assert len(registry.credentials()) == 0


def test_what_is_no_number() -> None:
    """A placeholder is never blanked by itself: where numbers tell cards apart it is an error, elsewhere a warning."""
    words = ("n/a", "N/A", "-", "\u2014", "?", "None", "unknown")
    lines = [
        f"ana@x.org,{kind},20{k}-01-05,,{word}\n" for kind in ("Welder", "Badge") for k, word in enumerate(words, 10)
    ]
    result = review(HEADINGS + "".join(lines).replace("Badge,", "Forklift,").replace(",,", ",2030-01-01,"))
    assert result.errors["code"].tolist() == ["number_known"] * len(words) + ["number_doubtful"] * len(words)
    assert result.rejected.tolist() == [True] * len(words) + [False] * len(words)
    blank = 'rules: [{aliases: {column: credential_number, values: {"": [n/a, none]}}}]'
    text = f"{HEADINGS}ana@x.org,Welder,2024-01-05,,N/A\nana@x.org,First Aid,2024-01-05,,None\n"
    assert found(review(text, blank)) == [(2, "credential_number", "value_required")]


# --- a type becomes numbered -----------------------------------------------------------------------------------------

NUMBERED, PLAIN = (f"Name,Issue,Numbered\nForklift,required,{word}\n" for word in ("yes", "no"))


def forklift(number: str, who: str = "ana", issued: str = "2024-01-01") -> str:
    return f"{who}@example.org,Forklift,{issued},,{number}"


def test_a_type_becomes_numbered(nights: Nights) -> None:
    """Stored credentials are known by the numbers of their newest versions from then on; what was written stays.

    Nothing comes in twice, in whatever way the number is written; another number is another credential. Taken back as
    long as nobody holds two; undo and `verify` go on.
    """
    registry, folder = nights.registry, nights.folder
    nights.send("hr", forklift("A-11"), forklift("C-3", "ben"))
    load(registry, folder, types=NUMBERED)
    assert registry.verify() == []
    load(registry, folder, types=PLAIN)
    load(registry, folder, types=NUMBERED)
    again = nights.send("hr", forklift("a 11"), forklift("C-3", "ben"))
    assert (again.counts.unchanged, again.counts.accepted) == (2, 0)
    second = nights.send(
        "hr", forklift("A-11"), forklift("B-52"), forklift("C-3", "ben"), forklift("C\u20133", "ben", "2025-01-01")
    )
    assert (second.counts.new, second.counts.new_versions, second.counts.unchanged) == (1, 1, 2)
    assert registry.credentials()[["credential", "credential_number"]].to_numpy().tolist() == [
        *([1, "A-11"], [2, "C-3"], [3, "B-52"], [2, "C\u20133"]),
    ]
    assert registry.verify() == []
    with pytest.raises(RegistryError) as caught:
        load(registry, folder, types=PLAIN)
    assert (caught.value.reason, caught.value.facts) == ("numbered_held", {"type": "Forklift", "people": 1})
    registry.undo(3)
    load(registry, folder, types=PLAIN)
    assert registry.verify() == []
    assert nights.send("hr", forklift("C-3", "ben"), forklift("A-11")).counts.unchanged == 2


def test_a_key_of_which_nothing_stands(nights: Nights) -> None:
    """What an undone batch had written keeps its key, and is one with what has that number, or none, later on."""
    registry, folder = nights.registry, nights.folder
    load(registry, folder, types=NUMBERED)
    nights.send("hr", forklift("A-1"), forklift("A-2"))
    registry.undo(1)
    load(registry, folder, types=PLAIN)
    nights.send("hr", forklift("A-1", issued="2024-02-01"))
    load(registry, folder, types=NUMBERED)
    assert registry.verify() == []
    again = nights.send("hr", forklift("a 1", issued="2024-02-01"), forklift("A-2")).counts
    assert (again.unchanged, again.accepted) == (1, 1)
    assert registry.credentials()["credential_number"].tolist() == ["A-1", "A-2"]
    registry.undo(3)
    registry.undo(2)
    nights.send("hr", forklift("A-3", issued="2024-02-01"))
    load(registry, folder, types=PLAIN)
    assert nights.send("hr", forklift("A-3", issued="2024-02-01"), forklift("C-3", "ben")).counts.unchanged == 1
    assert registry.verify() == []
    registry.undo(5)
    registry.undo(4)
    load(registry, folder, types=NUMBERED)
    nights.send("hr", forklift("B-1"))
    load(registry, folder, types=PLAIN)
    assert registry.credentials()["credential_number"].tolist() == ["B-1"]
    assert registry.verify() == []


@only_sqlite
def test_numbered_while_it_was_part_of_another(nights: Nights) -> None:
    """A type that is taken apart is numbered as the whole is, so that its credentials are known again."""
    registry, row = nights.registry, "ben@example.org,Lorry,2024-01-01,,B-1"
    load(registry, nights.folder, types=f"{PLAIN}Lorry,required,no\n")
    nights.send("hr", forklift("A-1"), row)
    registry.merge_type("Lorry", "Forklift")
    load(registry, nights.folder, types=NUMBERED)
    registry.unmerge_type("Lorry")
    assert registry.verify() == []
    again = nights.send("hr", row, forklift("A-1"), row.replace("B-1", "B-2"))
    assert (again.counts.unchanged, again.counts.new) == (2, 1)


def test_a_licence_that_replaced_another(nights: Nights) -> None:
    """Where another licence was taken for a renewal, both are there once the type is numbered and both came again."""
    rows = forklift("CLASS-A-11"), forklift("CLASS-B-52", issued="2024-06-01")
    assert (nights.send("hr", *rows).counts.new, nights.versions()) == (1, 2)
    load(nights.registry, nights.folder, types=NUMBERED)
    later = nights.send("hr", *rows).counts
    assert (later.new, later.unchanged) == (1, 1)
    assert nights.send("hr", *reversed(rows)).counts.unchanged == 2
    assert nights.registry.verify() == []


@pytest.mark.parametrize("number", ["", "n/a"])
def test_a_type_that_cannot_become_numbered(nights: Nights, number: str) -> None:
    """One credential without a number forbids it, and is named; nothing is loaded, and a dry run says the same."""
    nights.send("hr", forklift("A-11"), forklift(number, "ben"))
    path = nights.folder / "more.csv"
    path.write_text(f"{NUMBERED}Crane,required,no\n", "utf-8")
    for dry_run in (True, False):
        with pytest.raises(RegistryError) as caught:
            nights.registry.load("types", path, dry_run=dry_run)
        assert caught.value.reason == "numbered_in_use"
        assert caught.value.facts == {"type": "Forklift", "count": 1, "have": "has", "batch": 1, "line": 3}
    assert "Crane" not in nights.registry.lookups().types["name"].tolist()
    nights.registry.undo(1)
    load(nights.registry, nights.folder, types=NUMBERED)  # nothing stands any more
    assert nights.send("hr", forklift("A-11")).counts.new == 1
    assert nights.registry.verify() == []


# --- the documents ---------------------------------------------------------------------------------------------------


def test_the_documented_file() -> None:
    """What docs/recipes.md says of its file and recipe is so."""
    section = (ROOT / "docs" / "recipes.md").read_text("utf-8").partition("## Numbers and ids")[2].partition("\n## ")[0]
    text, recipe = (section.split(f"```{kind}\n")[1].split("```")[0] for kind in ("csv", "yaml"))
    people = LOOKUPS.users.assign(external_id=["00417", "00420", None, None], status="active")
    people.loc[2, "external_id"] = "00419"
    kinds = LOOKUPS.types.assign(name=LOOKUPS.types["name"].replace("Welder", "Scaffolding"))
    known = replace(LOOKUPS, users=people, types=kinds)
    text = text.replace(",", ".").replace(";", ",")  # the tests' files have commas
    assert found(review(text, recipe, known=known)) == [(2, "credential_number", "value_damaged")]
    without = review(text, "match_users_by: external_id", known=known)
    assert sorted(found(without)) == [
        *((2, "credential_number", "value_damaged"), (2, "external_id", "user_exists")),
        *((3, "credential_number", "number_doubtful"), (3, "external_id", "user_exists")),
    ]
    assert sorted(without.errors["suggestion"]) == ["", "", "00417", "00419"]
