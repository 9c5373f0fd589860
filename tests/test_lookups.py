from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credtools.text import fold
from tests.core import LOOKUPS, types, users


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  Ana@X.org ", "ana@x.org"),
        ("First\t Aid\n", "first aid"),
        ("\uff26irst\u00a0Aid", "first aid"),
        ("STRASSE", "strasse"),
        ("stra\u00dfe", "strasse"),
        ("Jose\u0301", "jos\u00e9"),
        ("\u212aelvin", "kelvin"),
        ("", ""),
    ],
)
def test_folding(text: str, key: str) -> None:
    """E-mails and type names are matched after NFKC, trim, squeeze and case fold."""
    assert fold(text) == key


@given(st.text(alphabet=st.characters(codec="latin-1")), st.sampled_from(["", " ", "\t", "\u00a0", "\u3000"]))
def test_spaces_and_case_never_matter(text: str, space: str) -> None:
    """White space around a name and its case never decide whether it is known."""
    assert fold(space + text + space) == fold(text) == fold(fold(text))


def test_users_by_email() -> None:
    """An address is found whatever its case and spaces; an unknown one gives -1."""
    asked = ["BO@x.org", " ana@x.org", "\uff41na@x.org", "cy@x.org", "ana@x.or", "", "E-1"]
    assert LOOKUPS.find_users(asked, "email").tolist() == [1, 0, 0, 2, -1, -1, -1]


def test_users_by_external_id() -> None:
    """An external id is only trimmed: its case counts, and a user without one can't be named by one."""
    asked = ["E-1", " E-2\t", "e-1", "E - 1", "", " ", "None", "nan", " 3", "3", "ana@x.org"]
    assert LOOKUPS.find_users(asked, "external_id").tolist() == [0, 1, *([-1] * 9)]


def test_types_by_name() -> None:
    """A type is found whatever its case and spaces; deactivated ones are found, too (the rule judges them)."""
    asked = ["first  aid", "FORKLIFT", "Frist Aid", "", "old type"]
    assert LOOKUPS.find_types(asked).tolist() == [0, 1, -1, -1, 5]


def test_an_organisation_without_anybody() -> None:
    """Nobody and nothing is found, and nothing suggested, where nothing is known yet."""
    empty = replace(LOOKUPS, users=users([]), types=types([]))
    assert empty.find_users(["ana@x.org"], "email").tolist() == [-1]
    assert empty.find_users(["E-1"], "external_id").tolist() == [-1]
    assert empty.find_types(["First Aid"]).tolist() == [-1]
    assert empty.nearest_types("First Aid") == []
    assert empty.nearest_users("ana@x.org") == []


def test_nearest_types() -> None:
    """The active types most like a value are named, best first; deactivated ones and strangers are not."""
    assert LOOKUPS.nearest_types("Frist  AID") == ["First Aid"]
    assert LOOKUPS.nearest_types("Old Typ") == []
    assert LOOKUPS.nearest_types("Scuba") == []
    assert LOOKUPS.nearest_types("First Aid (renewal)") == ["First Aid"]
    assert LOOKUPS.nearest_types("Aid") == LOOKUPS.nearest_types("Renewal of Old Type") == []
    several = replace(
        LOOKUPS,
        types=types(
            (k, name, "active", "optional", "required", False, False, None, None)
            for k, name in enumerate(["First Aid", "First Aid 2", "First Aid 3", "First Aid 4", "Crane"])
        ),
    )
    assert several.nearest_types("first aid") == ["First Aid", "First Aid 2", "First Aid 3"]
    assert several.nearest_types("first aid 4", limit=1) == ["First Aid 4"]


def test_nearest_users() -> None:
    """Only active users are suggested."""
    assert LOOKUPS.nearest_users("anna@x.org") == ["ana@x.org"]
    assert LOOKUPS.nearest_users("cy@x.orgg") == []


def test_nearest_of_many_users() -> None:
    """Among many users those are compared whose name begins or ends like the unknown one."""
    names = ["ana.silva", "jane.roe", *(f"{chr(97 + k % 26)}{k * 7919:06}.{k * 104729:07}" for k in range(3000))]
    people = users((k, f"{name}@x.org", None, "", "active", None, None) for k, name in enumerate(names))
    crowd = replace(LOOKUPS, users=people)
    assert crowd.nearest_users("anna.silva@x.org") == ["ana.silva@x.org"]
    assert crowd.nearest_users("ana.sliva@x.org") == ["ana.silva@x.org"]
    assert crowd.nearest_users("ana.silva@y.net") == []
    assert crowd.nearest_users("nobody@x.org") == []


@pytest.mark.parametrize(
    ("value", "fitting"),
    [
        *(("417", "00417"), ("0417", "00417"), ("417.0", "00417"), ("00417", "00417")),
        *(("418", None), ("419", None), ("E-1", None), ("", None), ("0", None), ("٤17", None), ("41", None)),
    ],
)
def test_ids_that_lost_their_zeros(value: str, fitting: str | None) -> None:
    """An id is suggested where exactly one active user's differs only by zeros in front; never by likeness."""
    ids = ("00417", "00418", "0418", None, "E-1")
    people = [(k, f"{k}@x.org", one, "", "active", None, None) for k, one in enumerate(ids)]
    gone = (9, "gone@x.org", "00419", "", "deactivated", None, None)
    assert replace(LOOKUPS, users=users([*people, gone])).unpadded_user(value) == fitting


def test_imitated_users() -> None:
    """An address that only looks like an active user's names that user, never a deactivated one."""
    assert LOOKUPS.imitated_user("\u0430na@x.org") == "ana@x.org"
    assert LOOKUPS.imitated_user("an\u200ba@x.org") == "ana@x.org"
    assert LOOKUPS.imitated_user("\u0441y@x.org") is None
    assert LOOKUPS.imitated_user("z\u043ee@x.org") is None
