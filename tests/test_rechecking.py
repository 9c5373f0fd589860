"""Rechecking: a review that keeps what an earlier one of the same table found out is the review itself."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credtools.checking import judge
from credtools.checking.lookups import Lookups
from credtools.checking.messages import Writer
from credtools.model import Patch, Review, Table
from credtools.recipe import Recipe
from tests.core import CREDENTIALS, HEADINGS, LOOKUPS, TODAY, records, table
from tests.test_check_properties import ROW

OLD = st.sampled_from(["Scuba", "Scuba", "Welder", "First Aid", "Old Type"])
NEW = st.sampled_from(["First Aid", "Forklift", "Scuba 2", "Diving", ""])
FORMATS = st.sampled_from(
    [("DD/MM/YYYY",), ("YYYY-MM-DD", "DD/MM/YYYY"), ("YYYY-MM-DD",), ("MM/DD/YYYY", "YYYY-MM-DD")]
)
DATED = st.sampled_from(["*", "issue_date", "expiration_date"])
CELL = st.tuples(
    st.integers(0, 7),
    st.sampled_from(["user_email", "credential_type", "issue_date", "expiration_date", "credential_number"]),
    st.sampled_from(["ana@x.org", "First Aid", "2024-01-05", "05/01/2024", "", "1", "\x00"]),
)
WHAT = st.sampled_from([*["rule"] * 4, *["cells"] * 3, "format", "lookups", "users by id"])
KNOWN = st.sampled_from([LOOKUPS, replace(LOOKUPS, today=TODAY.replace(year=2032))])


def file(*lines: str) -> Table:
    """A file with the usual headings."""
    titles = HEADINGS.strip().split(",")
    return table(HEADINGS + "".join(f"{line}\n" for line in lines), delimiter=",", titles=titles)


def everything(review: Review) -> tuple[object, ...]:
    """All that a review says, apart from the numbers that only say which rows belong together."""
    frames = [review.errors, review.causes, review.resolved.drop(columns=["credential", "version", "content"])]
    told = [frame.astype(object).where(frame.notna(), None).to_dict("list") for frame in frames]
    types = [frame.dtypes.astype(str).to_dict() for frame in frames]
    return told, types, review.codes, review.judgement, review.rejected.tolist(), review.date_formats_from, review.hits


def patched(made: Table, frame: pd.DataFrame, cells: list[tuple[int, str, str]]) -> list[Patch]:
    """Patches of those cells that are there."""
    known = records(made)
    return [
        Patch(known[row], column, str(frame[f"{column}_text"].iloc[row]), new)
        for row, column, new in cells
        if row < len(known)
    ]


any_changes = given(data=st.data(), lines=st.lists(ROW, min_size=4, max_size=8))


@settings(max_examples=10, deadline=None)
@any_changes
def test_nothing_depends_on_the_review_before(data: st.DataObject, lines: list[str]) -> None:
    """Whatever was changed in between – rules, date formats, cells, lookups – and whether or not anybody looked."""
    judged_again_and_anew(data, lines)


@pytest.mark.long
@settings(max_examples=100, deadline=None)
@any_changes
def test_nothing_depends_on_the_review_before_in_many_cases(data: st.DataObject, lines: list[str]) -> None:
    """The same, for longer."""
    judged_again_and_anew(data, lines)


def judged_again_and_anew(data: st.DataObject, lines: list[str]) -> None:
    made = file(*lines)
    recipe, known, patches = Recipe(source="s"), LOOKUPS, list[Patch]()
    before = judge.review(made, recipe, CREDENTIALS, known)
    for _ in range(data.draw(st.integers(1, 4))):
        for asked in data.draw(st.lists(st.sampled_from(["errors", "causes", "reasons"]), max_size=2)):
            getattr(before, asked)  # from now on there is something to keep
        what = data.draw(WHAT)
        if what == "rule":
            recipe = recipe.replacing("credential_type", {data.draw(OLD): data.draw(NEW)})
        elif what == "format":
            recipe = replace(recipe, date_format={**recipe.date_format, data.draw(DATED): data.draw(FORMATS)})
        elif what == "cells":
            patches = patched(made, before.resolved, data.draw(st.lists(CELL, max_size=3)))
        elif what == "lookups":
            known = data.draw(KNOWN)
        else:
            by = {"email": "external_id", "external_id": "email"}[recipe.match_users_by]
            headings = {"User email": "external_id"} if by == "external_id" else {}
            recipe = replace(recipe, match_users_by=by, headings=headings)
        after = judge.review(made, recipe, CREDENTIALS, known, patches, before=before)
        assert everything(after) == everything(judge.review(made, recipe, CREDENTIALS, known, patches))
        before = after


def test_only_what_changed_is_told_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fix costs the sentences of the rows that it concerns, not those of the whole file."""
    told: list[int] = []
    sentences = Writer.sentences
    monkeypatch.setattr(Writer, "sentences", lambda self: (told.extend(self.rows.tolist()), sentences(self))[1])
    lines = [f"ana@x.org,{kind},2024-01-{day:02},," for day, kind in enumerate(["Scuba", "Diving", "Scuba"] * 5, 1)]
    made = file(*lines)
    before = judge.review(made, Recipe(), CREDENTIALS, LOOKUPS)
    assert len(before.errors) == 15
    told.clear()
    recipe = Recipe().replacing("credential_type", {"Diving": "First Ait"})
    after = judge.review(made, recipe, CREDENTIALS, LOOKUPS, before=before)
    assert after.causes["value"].tolist() == ["Scuba", "First Ait"]
    assert told == [1, 4, 7, 10, 13]


def test_some_codes_are_those_of_all_errors() -> None:
    """Asked for some codes, a review says the same as among all errors, under the same numbers of causes."""
    lines = [
        f"ana@x.org,{kind},{day},1901-01-0{n},"
        for n, (kind, day) in enumerate([("Scuba", "x"), ("Diving", "1902-02-02")], 1)
    ]
    made = file(*lines)
    for codes in (
        ["date_unlikely"],
        ["credential_type_exists", "date_format"],
        [],
        ["already_expired", "date_unlikely"],
    ):
        review = judge.review(made, Recipe(), CREDENTIALS, LOOKUPS)
        some = review.errors_of(codes)
        assert some.equals(review.errors[review.errors["code"].isin(codes)].reset_index(drop=True))
        assert set(some["code"]) == set(codes)


def test_a_date_format_is_told_only_where_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format that is added to a column costs no sentence about other columns in rows whose dates stay the same."""
    made = file(*(f"ana@x.org,Scuba,2024-01-0{day},{'01.06.2030' if day == 5 else ''}," for day in range(1, 6)))
    before = judge.review(made, Recipe(), CREDENTIALS, LOOKUPS)
    assert before.errors["code"].tolist() == [*["credential_type_exists"] * 5, "date_format"]
    told: list[tuple[str, list[int]]] = []
    sentences = Writer.sentences
    note = lambda self: (told.append((self.finding.column, self.rows.tolist())), sentences(self))[1]  # noqa: E731
    monkeypatch.setattr(Writer, "sentences", note)
    recipe = Recipe(date_format={"expiration_date": ("YYYY-MM-DD", "DD.MM.YYYY")})
    after = judge.review(made, recipe, CREDENTIALS, LOOKUPS, before=before)
    assert after.errors["code"].tolist() == ["credential_type_exists"] * 5
    assert told == [("credential_type", [4])]


def test_other_lookups_keep_nothing() -> None:
    """Users that were loaded meanwhile are known: what was told of them is told no longer."""
    made = file("eve@x.org,First Aid,2024-01-05,,")
    before = judge.review(made, Recipe(), CREDENTIALS, LOOKUPS)
    assert before.codes == [("user_exists",)]
    eve = LOOKUPS.users.iloc[[0]].assign(id=9, email="eve@x.org")
    known = Lookups(pd.concat([LOOKUPS.users, eve]), LOOKUPS.types, LOOKUPS.settings, LOOKUPS.today)
    assert judge.review(made, Recipe(), CREDENTIALS, known, before=before).codes == [()]
