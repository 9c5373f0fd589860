"""Comparing two attempts at the same file."""

from __future__ import annotations

import json

from credtools.checking.match import Wrong, compare, corrected
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


def raw(*cells: str) -> str:
    return json.dumps(cells)


def test_a_record_is_mended_by_the_one_that_equals_its_right_cells() -> None:
    """Each wrong record by its own right cells; rows that fit nothing are left out."""
    wrong = {1: Wrong(raw("a", "?", "x"), (0, 2)), 2: Wrong(raw("?", "b", ""), (1, 2))}
    assert corrected(wrong, {7: raw("a", "z", "x"), 8: raw("c", "b", ""), 9: raw("c", "d", "")}) == {7: 1, 8: 2}


def test_nothing_is_mended_where_two_could_be() -> None:
    """Two offered records for one wrong one, or one for two that are wrong in different cells: none is linked."""
    one = {1: Wrong(raw("a", "?"), (0,))}
    assert corrected(one, {7: raw("a", "b"), 8: raw("a", "c")}) == {}
    two = {1: Wrong(raw("a", "?"), (0,)), 2: Wrong(raw("?", "b"), (1,))}
    assert corrected(two, {7: raw("a", "b")}) == {}
    assert corrected(two, {7: raw("a", "c")}) == {7: 1}


def test_blank_cells_alone_recognise_nothing() -> None:
    """A wrong record whose right cells are all blank, or that has none, equals too much."""
    wrong = {1: Wrong(raw("?", " "), (1,)), 2: Wrong(raw("?", "?"), ())}
    assert corrected(wrong, {7: raw("a", " "), 8: raw("b", "c")}) == {}
