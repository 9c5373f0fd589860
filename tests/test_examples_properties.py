"""Examples, whatever the file: a proposal fits them, changes no good cell, and does what it shows once it is saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credtools.checking import judge, proposing
from credtools.checking.one_column import Known
from credtools.errors import RecipeError
from credtools.model import FAILED, Review
from credtools.recipe import Recipe, apply
from credtools.recipe.mapping import follow
from credtools.recipe.pattern import Pattern
from credtools.recipe.rewriting import Beginning, Case, Ending, Pad, Spellings, Take, Trim, Within
from credtools.recipe.step import Step
from credtools.recipe.steps import Extract, Replace, Split
from credtools.text import fold
from tests.core import CREDENTIALS, LOOKUPS, review, types, users

NAMES = ("ana.silva", "bo.okafor", "cy.lind", "dee.quist", "eva.braun", "fin.meyer")
KNOWN = replace(
    LOOKUPS,
    users=users((k, f"{name}@x.org", f"{k:05}", name.title(), "active", None, None) for k, name in enumerate(NAMES, 1)),
    types=types(
        (k, name, "active", "optional", "optional", False, False, None, None)
        for k, name in enumerate(("First Aid", "Forklift", "Welding 1", "Welding 2"), 1)
    ),
)
USER_MESS = ("{0}", "{1} <{0}>", "mailto:{0}", "{0};", "({0})", "{2}@y.org", "{2}@x.og", "<{2}@x.og>", "x{0}", " {0} ")
TYPE_MESS = ("{0}", "{1}", "{2}.", "*{0}*", "Course: {0}", "{0} (EN)", "{0} certificate", "Old {0}", "{0}x", "{3}")
DAY_MESS = (
    *("{0:%Y-%m-%d}", "{0:%d.%m.%Y}", "{0:%m/%d/%Y}", "{0:%d/%m/%Y}", "{0:%d.%m.%y}", "{0:%Y%m%d}", "{1}"),
    *("on {0:%Y-%m-%d}", "issued {0:%d.%m.%Y}", "{0:%d %b %Y}", "{0:%Y.%m.%d} 10:30", "{0:%B}"),
)
DAYS = st.dates(date(2001, 1, 1), date(2024, 12, 31))


def cells(column: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Cells of a column as they came, each with the value that is meant."""
    if column == "user_email":
        mess, values = USER_MESS, st.sampled_from(NAMES)
    elif column == "credential_type":
        mess, values = TYPE_MESS, st.sampled_from(("First Aid", "Forklift", "Welding 1", "Welding 2"))
    else:
        mess, values = DAY_MESS, DAYS
    return st.lists(
        st.tuples(st.sampled_from(mess), values).map(lambda one: written(column, *one)), min_size=2, max_size=14
    )


def written(column: str, form: str, value: str | date) -> tuple[str, str]:
    if isinstance(value, date):
        return form.format(value, (value - date(1899, 12, 30)) // timedelta(1)), f"{value}"
    if column == "user_email":
        return form.format(f"{value}@x.org", value.title(), value), f"{value}@x.org"
    return form.format(value, value.replace(" ", "-").lower(), value.upper(), value[0] + value[2:]), value


def judged(column: str, texts: list[str], recipe: Recipe) -> Review:
    """A file whose rows differ only in one column."""
    usual = {"user_email": "ana.silva@x.org", "credential_type": "Forklift", "issue_date": "2020-01-01"}
    rows = [{**usual, column: text} for text in texts]
    lines = [",".join(f'"{cell}"' for cell in row.values()) for row in rows]
    first = review("\n".join(["User email,Credential type,Issue date", *lines, ""]), known=KNOWN)
    return judge.review(first.table, recipe, CREDENTIALS, KNOWN)


def failed(found: Review, column: str) -> list[bool]:
    """Per row whether it is rejected for what is in a column."""
    bad = np.zeros(found.rows, dtype=np.bool_)
    blocking = {rule.code for rule in CREDENTIALS.rules if rule.blocks and rule.code != "not_repeated"}
    for (code, on), state in found.states.items():
        if on == column and code in blocking:
            bad |= state == FAILED
    return bad.tolist()


@pytest.mark.long
@settings(max_examples=40)
@given(st.data(), st.sampled_from(["user_email", "credential_type", "issue_date"]))
def test_a_proposal_keeps_what_it_promises(data: st.DataObject, column: str) -> None:
    """It gives each example, changes no cell that passes; saved and loaded it does to each row what it showed."""
    came = data.draw(cells(column))
    texts = [text for text, _ in came]
    recipe = Recipe()
    before = judged(column, texts, recipe)
    bad = failed(before, column)
    messed = [one for one, wrong in zip(came, bad, strict=True) if wrong]
    if not messed:
        return
    examples = dict(data.draw(st.lists(st.sampled_from(messed), min_size=1, max_size=3)))
    mapped = apply(recipe, before.table, CREDENTIALS.columns)
    known = Known.of(before, recipe, CREDENTIALS, KNOWN, column, mapped, np.zeros(0, dtype=np.int64))
    for one in proposing.like(known, examples):
        assert one.pattern is not None
        assert not any(change.passed for change in one.changes)
        assert {old: fold(one.replacements[old]) for old in examples} == {k: fold(v) for k, v in examples.items()}
        loaded = Recipe.parse(one.pattern.added_to(recipe, known.formats).text())
        after = judged(column, texts, loaded)
        now, changes = failed(after, column), {change.old: change for change in one.changes}
        kept = [(text, was, is_) for text, was, is_ in zip(texts, bad, now, strict=True) if text not in changes]
        assert [is_ for _, _, is_ in kept] == [was for _, was, _ in kept]
        for row, text in enumerate(texts):
            if text in changes:
                assert changes[text].passes is not now[row]
                shown = after.resolved[column].iloc[row]
                shown = f"{shown:%Y-%m-%d}" if isinstance(shown, pd.Timestamp) else shown
                assert now[row] or fold(str(shown)) == fold(changes[text].new)
        if column == "user_email":
            assert [name for name in ".".join(NAMES).split(".") if name in loaded.text().casefold()] == []


MARKS = st.text("aB1 .-<>@;é", max_size=8)
SOME = MARKS.filter(bool)


def steps() -> st.SearchStrategy[Step]:
    return st.one_of(
        st.builds(Trim, st.just("c"), st.text(".-;", max_size=2)),
        st.builds(Case, st.just("c"), st.sampled_from(["upper", "lower", "title"])),
        st.builds(Pad, st.just("c"), st.just("3")),
        st.builds(Beginning, st.just("c"), SOME, MARKS),
        st.builds(Ending, st.just("c"), SOME, MARKS),
        st.builds(Within, st.just("c"), SOME, MARKS),
        st.builds(Take, st.just("c"), SOME, MARKS),
        st.builds(Spellings, st.just("c"), st.lists(st.sampled_from(["aB", "é 1", "B-1"]), min_size=1).map(tuple)),
        st.builds(Replace, st.just("c"), SOME, MARKS),
        st.just(Extract("c", r"(?P<c>\d+)")),
    )


@given(st.lists(steps(), max_size=4), st.lists(MARKS, max_size=8))
def test_a_pattern_is_shown_as_it_is_followed(rules: list[Step], texts: list[str]) -> None:
    """What a pattern says of texts is what the rules of a recipe do to the rows of a file."""
    frame = pd.DataFrame({"c": pd.Series(texts, dtype="str")})
    assert Pattern("c", tuple(rules)).rewritten(texts) == follow(rules, frame)[0]["c"].tolist()


@given(st.lists(steps(), max_size=4))
def test_rules_are_read_as_they_are_written(rules: list[Step]) -> None:
    """A recipe with these rules is the same after it was saved and loaded."""
    recipe = Recipe(rules=tuple(rules))
    assert Recipe.parse(recipe.text()).rules == recipe.rules


@given(st.sampled_from([Beginning, Ending, Within]), st.sampled_from(NAMES), st.sampled_from(["", "@", "@x.org", ";"]))
def test_no_rule_names_a_person(kind: type[Beginning], name: str, more: str) -> None:
    """Where a column names persons, a rule that could be somebody's name or address is recognised."""
    for text in (name + more, name.partition(".")[0] + more, name.title(), name.partition(".")[2] + more):
        assert not kind("user_email", text, "").names_nobody
        assert not kind("user_email", ";", text).names_nobody
    assert not Take("user_email", name, more).names_nobody


@given(st.lists(MARKS, max_size=6), st.lists(MARKS, min_size=1, max_size=3))
def test_spellings_reach_no_other_value(texts: list[str], values: list[str]) -> None:
    """What `spellings` makes of a text is the text, or a value with the same letters and digits."""
    rule = Spellings("c", tuple(values))
    for text in texts:
        made = rule.rewritten(text)
        letters = [sorted(c for c in fold(one) if c.isalnum()) for one in (text, made)]
        assert made == text or (made in values and letters[0] == letters[1])


def test_a_rule_that_names_a_person_is_refused() -> None:
    """A recipe whose rule looks for somebody's address in a column that names persons can't be used."""
    for rule in (Ending("user_email", "silva@x.org", "@x.org"), Spellings("user_email", ("ana.silva@x.org",))):
        with pytest.raises(RecipeError, match="names a person"):
            judged("user_email", ["ana.silva@x.org"], Recipe(rules=(rule,)))
    assert judged("user_email", ["ana.silva@y.org"], Recipe(rules=(Ending("user_email", "@y.org", "@x.org"),))).ready
    assert Split("c", ";").shown("a; b") == "a · b"
