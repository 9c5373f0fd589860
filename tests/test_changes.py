from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credtools.checking.changes import classify
from credtools.checking.rows import ready_rows
from credtools.checking.stored import with_stored
from credtools.model import Changes, Content, Counts, Key, NewVersion, Review, StoredVersion
from tests.core import HEADINGS, review, rows, stored

NOTHING = []
SAID = frozenset(("issue_date", "expiration_date", "credential_number"))
JAN_2023, JAN_2024, JAN_2025 = date(2023, 1, 5), date(2024, 1, 5), date(2025, 1, 5)
ANA = 1
FIRST_AID, WELDER, DIPLOMA = 11, 13, 14


def first_aid(day: date, expires: str = "", number: str = "", user: str = "ana@x.org") -> str:
    return f"{user},First Aid,{day},{expires},{number}"


def has(version: int, day: date, expires: date | None = None, number: str = "") -> tuple[object, ...]:
    """A stored version of Ana's First Aid."""
    return (7, ANA, FIRST_AID, "", version, day, expires, number)


# --- one row against what is stored ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("versions", "row", "verdict", "equals"),
    [
        ([], first_aid(JAN_2024), "new", None),
        ([has(1, JAN_2023)], first_aid(JAN_2024), "new_version", None),
        ([has(1, JAN_2025)], first_aid(JAN_2024), "older", None),
        ([has(1, JAN_2023), has(2, JAN_2025)], first_aid(JAN_2024), "older", None),
        ([has(1, JAN_2024)], first_aid(JAN_2024), "unchanged", 1),
        ([has(1, JAN_2024), has(2, JAN_2025)], first_aid(JAN_2024), "unchanged", 1),
        ([has(1, JAN_2024)], first_aid(JAN_2024, "2030-01-01"), "new_version", None),
        ([has(1, JAN_2024, date(2030, 1, 1))], first_aid(JAN_2024), "new_version", None),
        ([has(1, JAN_2024)], first_aid(JAN_2024, number="7"), "new_version", None),
        ([has(1, JAN_2024), has(2, JAN_2024, number="7")], first_aid(JAN_2024), "unchanged", 1),
        ([has(1, JAN_2025, number="7"), has(2, JAN_2024)], first_aid(JAN_2025), "new_version", None),
        ([has(1, JAN_2024)], first_aid(JAN_2024, user="bo@x.org"), "new", None),
        ([(7, ANA, WELDER, "1", 1, JAN_2024, None, "1")], first_aid(JAN_2024), "new", None),
    ],
)
def test_a_row_against_what_is_stored(
    versions: list[tuple[object, ...]], row: str, verdict: str, equals: int | None
) -> None:
    """A row equal to any stored version is unchanged; else it is new, a new version, or older than the newest."""
    changes = classify(rows(row), stored(*versions))
    assert changes.verdict == [verdict]
    assert changes.equals == [equals]
    assert changes.repeats == [None]


@pytest.mark.parametrize(
    ("row", "verdict", "equals"),
    [
        ("ana@x.org,Welder,2024-01-05,,1", "unchanged", 1),
        ("ana@x.org,Welder,2025-01-05,,1", "new_version", None),
        ("ana@x.org,Welder,2024-01-05,,2", "new", None),
        ("bo@x.org,Welder,2024-01-05,,1", "new", None),
    ],
)
def test_numbered_types(row: str, verdict: str, equals: int | None) -> None:
    """Where the type is numbered, another number is another credential."""
    changes = classify(rows(row), stored((7, ANA, WELDER, "1", 1, JAN_2024, None, "1")))
    assert (changes.verdict, changes.equals) == ([verdict], [equals])


def test_without_issue_date() -> None:
    """A version without an issue date stands before all dated ones."""
    undated = (7, ANA, DIPLOMA, "", 1, None, None, "")
    lines = ("ana@x.org,Diploma,,,", "ana@x.org,Diploma,2024-01-05,,")
    assert classify(rows(*lines), stored(undated)).verdict == ["unchanged", "new_version"]
    dated = (7, ANA, DIPLOMA, "", 1, JAN_2024, None, "")
    assert classify(rows(*lines), stored(dated)).verdict == ["older", "unchanged"]
    assert classify(rows(*lines), NOTHING).verdict == ["new", "new_version"]


def test_after_an_undo() -> None:
    """A credential of which no version stands any more is new again, and keeps its id and counter."""
    changes = classify(rows(first_aid(JAN_2024)), stored((7, ANA, FIRST_AID, "", None, None, None, "")))
    assert [one[:3] for one in changes.writes] == [(0, 7, 700)]
    assert changes.verdict == ["new"]


def test_rejected_rows_change_nothing() -> None:
    """A rejected row is neither compared nor written."""
    changes = classify(rows("zoe@x.org,First Aid,2024-01-05,,", first_aid(JAN_2024)), stored(has(1, JAN_2024)))
    assert changes == Changes(
        verdict=["rejected", "unchanged"],
        equals=[None, 1],
        repeats=[None, None],
        writes=[],
        counts=Counts(rows=2, unchanged=1, rejected=1),
    )


def test_what_a_warning_left_out_is_not_content() -> None:
    """A date that the type never has isn't compared, and neither are media and unmapped columns."""
    text = HEADINGS.replace("\n", ",Media,Colour\n") + "ana@x.org,Diploma,2024-01-05,2030-01-01,,a.pdf,red\n"
    assert classify(review(text), stored((7, ANA, DIPLOMA, "", 1, JAN_2024, None, ""))).verdict == ["unchanged"]


# --- several rows of one file ---------------------------------------------------------------------------------


def test_a_chain_of_versions() -> None:
    """Different issue dates in one file are a chain, written oldest first, however the rows stand."""
    changes = classify(
        rows(first_aid(JAN_2025), first_aid(JAN_2023), first_aid(JAN_2024), first_aid(JAN_2024, user="bo@x.org")),
        NOTHING,
    )
    assert changes == Changes(
        verdict=["new_version", "new", "new_version", "new"],
        equals=[None] * 4,
        repeats=[None] * 4,
        writes=[
            NewVersion(row, None, 0, Key(user, FIRST_AID, ""), Content(day, None, "", "{}"), SAID)
            for row, user, day in ((1, ANA, JAN_2023), (2, ANA, JAN_2024), (0, ANA, JAN_2025), (3, 2, JAN_2024))
        ],
        counts=Counts(rows=4, new=2, new_versions=2),
    )


def test_a_chain_around_what_is_stored() -> None:
    """What lies before the newest stored version is older, what lies after it is a new version."""
    changes = classify(rows(first_aid(JAN_2025), first_aid(JAN_2023)), stored(has(1, JAN_2024)))
    assert changes.verdict == ["new_version", "older"]
    assert [one[:3] for one in changes.writes] == [(1, 7, 700), (0, 7, 700)]
    assert changes.counts == Counts(rows=2, new_versions=1, older=1)


def test_exact_repeats() -> None:
    """Of exact repeats the first is judged, the others are unchanged and point to it."""
    changes = classify(
        rows(first_aid(JAN_2024), first_aid(JAN_2025), "ANA@X.ORG,first aid,2024-1-5,,", first_aid(JAN_2024)), NOTHING
    )
    assert changes.verdict == ["new", "new_version", "unchanged", "unchanged"]
    assert changes.repeats == [None, None, 0, 0]
    assert changes.equals == [None] * 4
    assert changes.counts == Counts(rows=4, new=1, new_versions=1, unchanged=2)


def test_repeats_of_what_is_stored() -> None:
    """A repeat of a row that equals a stored version equals that version, too."""
    changes = classify(rows(first_aid(JAN_2024), first_aid(JAN_2024)), stored(has(4, JAN_2024)))
    assert (changes.verdict, changes.equals, changes.repeats) == (["unchanged"] * 2, [4, 4], [None, None])


def test_no_rows() -> None:
    """A file without rows changes nothing."""
    assert classify(review(HEADINGS), stored(has(1, JAN_2024))) == Changes([], [], [], [], Counts())


def test_ready_rows() -> None:
    """What is compared: identity and content of every row without a blocking error."""
    result = rows("zoe@x.org,First Aid,2024-01-05,,", "ana@x.org,Welder,2024-1-5,2030-01-01, FA  1 ")
    assert ready_rows(result) == [
        (1, Key(ANA, WELDER, "fa-1"), Content(JAN_2024, date(2030, 1, 1), "FA 1", "{}")),
    ]


def test_counts_are_said() -> None:
    """Counts are shown in the order in which people ask for them."""
    counts = Counts(rows=1412, new=1391, new_versions=7, rejected=14)
    assert str(counts) == "1,391 new · 7 new versions · 0 older · 0 unchanged · 14 rejected"
    assert str(Counts(rows=2, waiting=2)).endswith(" · 2 waiting")
    assert counts.as_dict() == {
        "rows": 1412,
        "accepted": 1398,
        "new": 1391,
        "new_versions": 7,
        "older": 0,
        "withdrawn": 0,
        "unchanged": 0,
        "rejected": 14,
        "left_out": 0,
        "waiting": 0,
    }


# --- properties -----------------------------------------------------------------------------------------------

LINE = st.tuples(
    st.sampled_from(["ana@x.org", "bo@x.org", "zoe@x.org"]),
    st.sampled_from(["First Aid", "Welder", "Diploma"]),
    st.sampled_from(["", "2023-01-05", "2024-01-05", "2025-01-05"]),
    st.sampled_from(["", "2031-01-01"]),
    st.sampled_from(["", "1", "2"]),
).map(",".join)
DAYS = st.sampled_from([None, JAN_2023, JAN_2024, JAN_2025])


@st.composite
def histories(draw: st.DrawFn) -> list[StoredVersion]:
    """Standing versions of some credentials, each content once."""
    keys = [(1, FIRST_AID, ""), (1, WELDER, "1"), (2, FIRST_AID, ""), (2, DIPLOMA, "")]
    versions: list[tuple[object, ...]] = []
    number = 0
    for place, key in enumerate(keys):
        contents = draw(st.lists(st.tuples(DAYS, st.sampled_from([None, date(2031, 1, 1)])), max_size=3, unique=True))
        for day, expires in contents:
            number += 1
            versions.append((place + 1, *key, number, day, expires, key[2]))
    return stored(*versions)


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(LINE, max_size=10), history=histories())
def test_nothing_is_lost_or_doubled(lines: list[str], history: list[StoredVersion]) -> None:
    """Each row is new, new version, older, unchanged or rejected, and exactly the accepted rows are written, once."""
    result = rows(*lines)
    changes = classify(result, history)
    counts = changes.counts
    assert counts.rows == len(lines) == len(changes.verdict)
    assert counts.rows == counts.accepted + counts.unchanged + counts.rejected
    assert counts.rejected == int(result.rejected.sum())
    accepted = [row for row, verdict in enumerate(changes.verdict) if verdict in ("new", "new_version", "older")]
    assert sorted(one.row for one in changes.writes) == accepted
    for row, verdict in enumerate(changes.verdict):
        points = (changes.equals[row] is not None) + (changes.repeats[row] is not None)
        assert points == (verdict == "unchanged")
    new = [row for row, verdict in enumerate(changes.verdict) if verdict == "new"]
    identities = [tuple(result.resolved.loc[row, ["user_id", "type_id", "number_key"]]) for row in new]
    assert len(set(identities)) == len(identities)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), lines=st.lists(LINE, max_size=8), history=histories())
@pytest.mark.long
def test_the_order_of_rows_does_not_matter(data: st.DataObject, lines: list[str], history: list[StoredVersion]) -> None:
    """However the rows of a file stand, the same rows get the same verdicts."""
    lines = [
        ",".join((*line.split(",")[:3], "", *line.split(",")[4:])) if "Diploma" in line else line for line in lines
    ]
    shuffled = data.draw(st.permutations(lines))  # a diploma never expires: with that date it would equal another row
    before, after = (classify(rows(*some), history) for some in (lines, shuffled))
    assert sorted(zip(lines, before.verdict, strict=True)) == sorted(zip(shuffled, after.verdict, strict=True))
    assert before.counts == after.counts


@settings(max_examples=20, deadline=None)
@given(lines=st.lists(LINE, max_size=8))
def test_a_second_time_nothing_is_new(lines: list[str]) -> None:
    """A file whose accepted rows are stored is unchanged throughout when it comes again."""
    result = rows(*lines)
    changes = classify(result, NOTHING)
    said = {row: (key, content) for row, key, content in ready_rows(result)}
    places: dict[Key, int] = {}
    written = [
        (places.setdefault(key, len(places) + 1), *key, number, *content[:3])
        for number, (key, content) in enumerate(said[one.row] for one in changes.writes)
    ]
    again = classify(result, stored(*written))
    assert again.counts == Counts(rows=len(lines), unchanged=len(said), rejected=len(lines) - len(said))


# --- warnings about what is stored ----------------------------------------------------------------------------


def warned(review: Review, versions: list[StoredVersion]) -> list[tuple[int, str, str]]:
    """(line, code, sentence) of each warning that what is stored adds; they stand in errors and causes alike."""
    told = with_stored(review, classify(review, versions))
    more = told.errors[~told.errors["code"].isin(review.errors["code"])]
    causes = told.causes.set_index("cause")
    assert not told.errors["blocks"].any()
    assert [causes.loc[cause, "code"] for cause in more["cause"]] == more["code"].tolist()
    assert causes.loc[more["cause"].unique(), "count"].sum() == len(more)
    return list(zip(more["line"], more["code"], more["resolution"], strict=True))


def test_an_earlier_version_is_warned_about() -> None:
    """A row that is, or equals, an earlier version than the newest is told so; the newest one's date is named."""
    versions = stored(has(1, JAN_2023), has(2, JAN_2025))
    lines = (first_aid(JAN_2025), first_aid(JAN_2023), first_aid(JAN_2024))
    sentence = (
        "The row is an earlier version of its credential; the newest one, issued on 2025-01-05, stays. "
        "Nothing needs to be done unless this one is right; then undo the upload with the newer one first."
    )
    assert warned(rows(*lines), versions) == [(line, "older_than_stored", sentence) for line in (3, 4)]


def test_a_declined_credential_is_warned_about() -> None:
    """A row that equals a declined version isn't stored again behind the approver's back; it is named."""
    declined, newest = stored(has(1, JAN_2023), has(2, JAN_2025))
    versions = [declined._replace(decision="declined"), newest]
    assert warned(rows(first_aid(JAN_2023), first_aid(JAN_2025)), versions) == [
        (
            2,
            "declined_before",
            (
                "Exactly this credential was declined before, so it isn't stored again. Correct the row, leave it "
                "out, or once the batch is finished reopen the credential for a new decision (registry.resubmit(batch, "
                "lines))."
            ),
        )
    ]


def test_nothing_stored_nothing_warned() -> None:
    """Without such rows the review stays as it is."""
    result = rows(first_aid(JAN_2023))
    assert with_stored(result, classify(result, NOTHING)) is result
