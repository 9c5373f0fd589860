"""Comparing two attempts at the same file."""

from __future__ import annotations

from credtools.checking.match import agreeing, compare, right_cells
from tests.core import HEADINGS
from tests.core import review as review_of

GOOD = "ana@x.org,First Aid,2024-01-10,,\n"
BAD_TYPE = "bo@x.org,Frist Aid,2024-02-20,,\n"
BAD_DATE = "bo@x.org,Forklift,2024/03/01,2030-01-01,\n"


def test_each_row_of_the_later_file_is_fixed_still_wrong_newly_wrong_or_untouched() -> None:
    """What became of a row is said by what it was before, also when rows moved."""
    before = review_of(HEADINGS + GOOD + BAD_TYPE + BAD_DATE)
    after = review_of(
        HEADINGS + BAD_DATE + BAD_TYPE.replace("Frist", "First") + GOOD + "nobody@x.org,First Aid,2024-01-10,,\n"
    )
    found = compare(before, after)
    assert (found.still_wrong, found.fixed, found.newly_wrong) == ((0,), (1,), (3,))
    assert (found.untouched, found.added, found.gone) == (1, 0, 0)
    assert str(found) == "1 fixed · 1 still wrong · 1 newly wrong · 1 untouched"


def test_a_row_is_only_recognised_where_it_is_sure() -> None:
    """Two rows that could both be the mended one: neither is said to be fixed."""
    before = review_of(HEADINGS + BAD_TYPE)
    after = review_of(HEADINGS + BAD_TYPE.replace("Frist Aid", "First Aid") + BAD_TYPE.replace("Frist Aid", "Diploma"))
    found = compare(before, after)
    assert found.fixed == ()
    assert (found.added, found.gone) == (2, 1)
    assert str(found) == (
        "0 fixed · 0 still wrong · 0 newly wrong · 0 untouched · 2 added or changed · 1 no longer there"
    )


def test_the_same_file_again_is_untouched_or_still_wrong() -> None:
    """A file that nobody changed has nothing fixed and nothing newly wrong."""
    before = review_of(HEADINGS + GOOD + GOOD + BAD_TYPE + BAD_TYPE)
    found = compare(before, before)
    assert (found.untouched, len(found.still_wrong), found.fixed, found.newly_wrong) == (2, 2, (), ())


def cells(person: str, kind: str, number: str = "") -> dict[str, str]:
    return {"user_email": person, "credential_type": kind, "credential_number": number}


def right(said: dict[str, str], *blamed: str) -> dict[str, str]:
    return right_cells(said, blamed)


def rows_that_agree(wrong: dict[int, dict[str, str]], *rows: dict[str, str]) -> dict[int, list[int]]:
    return agreeing(wrong, {name: [row[name] for row in rows] for name in rows[0]}, range(len(rows)))


def test_a_record_is_corrected_by_one_that_agrees_in_its_right_cells() -> None:
    """Each wrong record by its own right cells, folded as everywhere; rows that fit nothing are left out."""
    wrong = {
        1: right(cells("ana@x.org", "?", "7"), "credential_type"),
        2: right(cells("?", "First Aid", "8"), "user_email"),
    }
    offered = cells(" ANA@x.org", "Forklift", "7"), cells("bo@x.org", "First aid", "8"), cells("cy@x.org", "Badge", "9")
    assert rows_that_agree(wrong, *offered) == {1: [0], 2: [1]}


def test_all_rows_that_could_correct_a_record_are_named() -> None:
    """Whoever asks sees that it isn't sure."""
    wrong = {1: right(cells("ana@x.org", "?"), "credential_type")}
    assert rows_that_agree(wrong, cells("ana@x.org", "Badge"), cells("ana@x.org", "Forklift")) == {1: [0, 1]}


def test_without_person_or_number_nothing_is_recognised() -> None:
    """Type and dates alone are anybody's; so is a record whose error speaks of all of it."""
    wrong = {
        1: right(cells("?", "First Aid", " "), "user_email"),
        2: right(cells("ana@x.org", "First Aid", "7"), ""),
    }
    assert rows_that_agree(wrong, cells("ana@x.org", "First Aid", "7"), cells("", "First Aid")) == {}


def test_a_column_that_the_later_file_lacks_counts_as_blank() -> None:
    """What a record said there, no row says again."""
    wrong = {
        1: right(cells("ana@x.org", "?", "7"), "credential_type"),
        2: right(cells("bo@x.org", "?"), "credential_type"),
    }
    said = {"user_email": ["ana@x.org", "bo@x.org"], "credential_type": ["Badge", "Badge"]}
    assert agreeing(wrong, said, [0, 1]) == {2: [1]}
