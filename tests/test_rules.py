"""Rules of a recipe: each kind, in order, with what it hits; and a recipe that is saved over itself."""

from __future__ import annotations

import time
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from credtools.cli import main
from credtools.errors import RecipeError
from credtools.recipe import Recipe
from credtools.recipe.mapping import follow
from credtools.recipe.rewriting import Case, Trim
from credtools.recipe.steps import KINDS, Aliases, Extract, Map, Replace
from credtools.registry import Registry
from tests.builders import export, only_sqlite

ALL = """\
# The export of the personnel department
rules:
  - trim: {column: credential_type, characters: .*}
  - case: {column: credential_number, to: upper}
  # both of them are old names
  - map:
      column: credential_type
      values: {Frist Aid: First Aid, Stapler: Forklift}
  - aliases:
      column: credential_type
      values:
        First Aid: [1st Aid, EH]
  - extract: {column: credential_type, pattern: '^(?P<credential_type>.+) No\\. (?P<credential_number>[0-9]+)$'}
  - replace: {column: credential_type, from: FA, to: First Aid}
expect: {every: 7 days, headings: same, rows: 0.3, hits: 0.5, new_values: 0}
"""


def frame(*texts: str, **more: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"credential_type": list(texts), **more}, dtype="str")


def test_every_kind_is_read_and_written() -> None:
    """What the recipe says is what it means, and written again it says the same."""
    recipe = Recipe.parse(ALL, source="hr")
    assert recipe.rules == (
        Trim("credential_type", ".*"),
        Case("credential_number", "upper"),
        Map("credential_type", (("Frist Aid", "First Aid"), ("Stapler", "Forklift"))),
        Aliases("credential_type", (("First Aid", ("1st Aid", "EH")),)),
        Extract("credential_type", r"^(?P<credential_type>.+) No\. (?P<credential_number>[0-9]+)$"),
        Replace("credential_type", "FA", "First Aid"),
    )
    assert Recipe.parse(recipe.text(), source="hr") == recipe


def test_rules_are_followed_in_order_and_count_their_hits() -> None:
    """Each rule sees what those before it have made, and tells which values it changed in how many rows."""
    texts = ("*frist aid*", "Frist Aid", "EH", "Licence No. 17", "FA", "FA", "Forklift")
    found, hits = follow(Recipe.parse(ALL).rules, frame(*texts, credential_number=["", "", "ab", "", "", "c", ""]))
    assert found["credential_type"].tolist() == [*["First Aid"] * 3, "Licence", "First Aid", "First Aid", "Forklift"]
    assert found["credential_number"].tolist() == ["", "", "AB", "17", "", "C", ""]
    assert [hit.rows for hit in hits] == [1, 2, 2, 1, 1, 2]
    assert hits[2].changes == (("frist aid", "First Aid", 1), ("Frist Aid", "First Aid", 1))
    assert hits[5].changes == (("FA", "First Aid", 2),)


def test_a_map_acts_at_once() -> None:
    """Two values of a map can change places; replacements come one after the other."""
    swap = Map("credential_type", (("a", "b"), ("b", "a")))
    assert follow([swap], frame("a", "b"))[0]["credential_type"].tolist() == ["b", "a"]
    one_by_one = [Replace("credential_type", "a", "b"), Replace("credential_type", "b", "a")]
    assert follow(one_by_one, frame("a", "b"))[0]["credential_type"].tolist() == ["a", "a"]


def test_extract_fills_only_what_is_blank() -> None:
    """A group goes into another column only where that is blank; where the pattern doesn't match nothing changes."""
    rule = Extract("credential_type", "(?P<credential_number>[0-9]+)")
    found, hits = follow([rule], frame("A 1", "B 2", "C", credential_number=["", "9", "8"]))
    assert found["credential_number"].tolist() == ["1", "9", "8"]
    assert (hits[0].rows, hits[0].changes) == (1, (("A 1", "1", 1),))
    alone, _ = follow([rule], frame("A 1", "C"))
    assert alone["credential_number"].tolist() == ["1", ""]


def test_lost_zeros_come_back() -> None:
    """Numbers are filled up with zeros, also those that became 417.0; texts and longer numbers stay as they are."""
    recipe = Recipe.parse("rules: [{pad: {column: credential_type, to: 5}}]")
    found, hits = follow(recipe.rules, frame("417", " 417 ", "417.0", "00417", "123456", "E-417", "417.5", "", "٤17"))
    assert found["credential_type"].tolist() == [*["00417"] * 4, "123456", "E-417", "417.5", "", "٤17"]
    assert (hits[0].rows, Recipe.parse(recipe.text())) == (3, recipe)
    assert hits[0].label == "pad: {column: credential_type, to: 5}"


def test_no_pattern_takes_long() -> None:
    """A pattern that would keep a backtracking engine busy for years is matched at once."""
    start = time.perf_counter()
    follow([Extract("credential_type", "(?P<credential_number>(?:x+x+)+)y")], frame(*["x" * 2_000] * 50))
    assert time.perf_counter() - start < 2


def wrong(kind: str, why: str) -> dict[str, str]:
    return {"why": why, "example": f"{kind}: {KINDS[kind].example}"}


UNUSABLE = [
    ("case: {column: media, to: small}", wrong("case", "'to' is 'small', but must be upper, lower or title")),
    *(
        (
            f"pad: {{column: media, to: {to}}}",
            wrong("pad", f"'to' is {said}, but must be a number of digits from 1 to 30"),
        )
        for to, said in (("0", "'0'"), ("31", "'31'"), ("five", "'five'"), ("1e9", "'1e9'"), ("[5]", "['5']"))
    ),
    (
        f"pad: {{column: media, to: {'9' * 100}}}",
        wrong("pad", f"'to' is '{'9' * 59}…, but must be a number of digits from 1 to 30"),
    ),
    (
        "map: {column: media, values: {a: [b]}}",
        wrong("map", "'values' is {'a': ['b']}, but must be old values, each with its new one"),
    ),
    ("aliases: {column: media}", wrong("aliases", "'values' is missing")),
    (
        "replace: {column: media, form: a, to: b}",
        wrong("replace", "'replace' has no key 'form'; perhaps 'from' is meant"),
    ),
    ("replaces: {column: media}", wrong("replace", "there is no rule 'replaces'; perhaps 'replace' is meant")),
    ("drop: {column: media}", wrong("replace", f"there is no rule 'drop'; rules are: {', '.join(KINDS)}")),
    ("drop", wrong("replace", "'drop' is no rule with its keys")),
    (
        "{split: {column: media, by: ;}, trim: {column: media}}",
        wrong("replace", "it has the keys 'split', 'trim', but each rule is an entry of its own"),
    ),
    ("split: media", wrong("split", "'media' isn't its keys")),
    (
        "split: {column: [media], by: ;}",
        wrong("split", "'column' is ['media'], but must be the name of one column"),
    ),
    ("split: {column: media, by: ''}", wrong("split", "'by' is '', but must be a text that isn't blank")),
    ("take: {column: media}", wrong("take", "it needs 'after', 'before' or both")),
    (
        "leave_out: {column: State, values: Draft}",
        wrong("leave_out", "'values' is 'Draft', but must be a list of values"),
    ),
]


@pytest.mark.parametrize(
    ("rule", "reason", "facts"),
    [
        *((rule, "rule_unusable", facts) for rule, facts in UNUSABLE),
        (
            "extract: {column: media, pattern: a}",
            "pattern_without_group",
            {},
        ),
        (
            f"extract: {{column: media, pattern: '(?P<media>{'a' * 300})'}}",
            "pattern_too_long",
            {"found": 311, "allowed": 300},
        ),
        (
            "extract: {column: media, pattern: '(?P<media>a)\\1'}",
            "pattern_unusable",
            {"why": "Invalid regular expression: invalid escape sequence: \\1"},
        ),
    ],
)
def test_rules_that_cannot_be_followed(rule: str, reason: str, facts: dict[str, object]) -> None:
    """Each is refused with its number, what is wrong with it, and a rule of its kind that can be followed."""
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(f"rules: [{rule}]", source="hr")
    assert caught.value.reason == reason
    assert caught.value.facts == {"source": "hr", "number": 1, **facts}


@given(st.lists(st.sampled_from(["a", "A ", "b", "c", ""]), min_size=1, max_size=8), st.data())
def test_following_equals_doing_it_by_hand(texts: list[str], data: st.DataObject) -> None:
    """Replacements on distinct values give what replacing in each row one after the other gives."""
    pairs = data.draw(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=5))
    wanted = []
    for text in texts:
        for old, new in pairs:
            text = new if text.strip().lower() == old else text  # noqa: PLW2901
        wanted.append(text)
    made = [Replace("credential_type", old, new) for old, new in pairs]
    assert follow(made, frame(*texts))[0]["credential_type"].tolist() == wanted


# --- saving over a recipe -------------------------------------------------------------------------------------


def test_saving_changes_only_what_changed(tmp_path: Path) -> None:
    """Comments, layout and order stay; one more rule is one more entry, one less is one less."""
    path = tmp_path / "hr.yaml"
    path.write_text(ALL, "utf-8")
    Recipe.load(path).save(path)
    assert path.read_text("utf-8") == ALL
    recipe = Recipe.load(path).replacing("credential_type", {"Erste Hilfe": "First Aid"})
    recipe.save(path)
    added = set(path.read_text("utf-8").splitlines()) - set(ALL.splitlines())
    assert added == {"  - replace: {column: credential_type, from: Erste Hilfe, to: First Aid}"}
    assert set(ALL.splitlines()) <= set(path.read_text("utf-8").splitlines())
    Recipe.parse(ALL, source="hr").save(path)
    assert path.read_text("utf-8") == ALL


BLOCK = """\
headings:
    E-Mail:  user_email   # theirs
rules:
- replace:
      column: credential_type
      from: "Frist Aid"
      to: First Aid
# the last one
date_format: [DD/MM/YYYY, YYYY-MM-DD]
"""
BLOCK_ADDED = [
    "+- replace:\n",
    "+      column: credential_type\n",
    "+      from: 'Erste: Hilfe'\n",
    "+      to: First Aid\n",
]
LINES = """\
rules:
    - replace: { column: credential_type, from: Frist Aid, to: First Aid }
    - replace: {column: credential_type, from: 'EH', to: First Aid}
max_reject_rate: 0.20
"""
LINES_ADDED = ['+    - replace: {column: credential_type, from: "Erste: Hilfe", to: First Aid}\n']
WHOLE = "- {replace: {column: credential_type, from: Frist Aid, to: First Aid}}\n"
ONE = "rules: [{replace: {column: credential_type, from: Frist Aid, to: First Aid}}"
MORE = ', {replace: {column: credential_type, from: "Erste: Hilfe", to: First Aid}}'


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        (BLOCK, BLOCK_ADDED),
        (BLOCK.replace("- replace", "  - replace").replace("\n   ", "\n     "), None),
        (LINES, LINES_ADDED),
        (LINES.replace("    -", "-"), [LINES_ADDED[0].replace("    -", "-")]),
        (f"rules:\n{WHOLE}", [f"+{WHOLE}".replace("Frist Aid", '"Erste: Hilfe"')]),
        (f"{ONE}]\n", [f"-{ONE}]\n", f"+{ONE}{MORE}]\n"]),
    ],
)
def test_a_new_rule_is_written_like_its_neighbours(tmp_path: Path, text: str, difference: list[str] | None) -> None:
    """In braces or over several lines, indented as they are: what is shown as changed is the new rule only."""
    path = tmp_path / "hr.yaml"
    path.write_text(text, "utf-8")
    assert Recipe.load(path).text_over(path) == text
    more = Recipe.load(path).replacing("credential_type", {"Erste: Hilfe": "First Aid"})
    lines = unified_diff(text.splitlines(keepends=True), more.text_over(path).splitlines(keepends=True), n=0)
    shown = [line for line in list(lines)[2:] if not line.startswith("@@")]
    assert shown == difference or (difference is None and all(line.startswith("+") for line in shown))
    more.save(path)
    assert Recipe.load(path) == more


def test_a_new_key_takes_its_place(tmp_path: Path) -> None:
    """A key that comes is written where it belongs; one that goes takes nothing else along."""
    path = tmp_path / "hr.yaml"
    path.write_text("schema: credentials  # ours\nmax_reject_rate: 0.20  # a fifth\n", "utf-8")
    Recipe.parse("headings: {Mail: user_email}\nmax_reject_rate: 0.2", source="hr").save(path)
    assert path.read_text("utf-8") == (
        "schema: credentials  # ours\nheadings:\n  Mail: user_email\nmax_reject_rate: 0.20  # a fifth\n"
    )
    Recipe(source="hr").save(path)
    assert Recipe.load(path) == Recipe(source="hr")
    assert "# ours" in path.read_text("utf-8")


def test_saving_keeps_how_a_source_sends(tmp_path: Path) -> None:
    """Export, blanks, absent and status are saved in their order, and stay as they are written."""
    path = tmp_path / "hr.yaml"
    text = (
        "max_reject_rate: 0.2\nexport: part  # only what changed\nblanks: keep\n"
        "status: {column: State, valid: [Completed], leave_out: [Failed]}  # theirs\n"
    )
    path.write_text(text, "utf-8")
    recipe = Recipe.load(path)
    recipe.save(path)
    assert path.read_text("utf-8") == text
    replace(recipe, export="full", absent="withdraw").save(path)
    assert path.read_text("utf-8") == text.replace("export: part", "export: full").replace(
        "blanks: keep\n", "blanks: keep\nabsent: withdraw\n"
    )
    assert list(replace(recipe, export="full", absent="withdraw")._meaning()) == [
        *("schema", "max_reject_rate", "export", "blanks", "absent", "status")
    ]


@given(st.lists(st.integers(0, 5), unique=True, max_size=5), st.lists(st.integers(0, 5), unique=True, max_size=5))
def test_saving_keeps_the_meaning(before: list[int], after: list[int]) -> None:
    """Whatever was there before, what is saved is what is loaded."""
    from credtools.recipe import yaml

    old, new = (
        Recipe(rules=tuple(Replace("media", str(k), "007") for k in numbers), constants={"media": str(numbers)})
        for numbers in (before, after)
    )
    for way in yaml.changed(old.text(), old._meaning(), new._meaning()):
        assert Recipe.parse(way) == new


# --- at the prompt --------------------------------------------------------------------------------------------


@only_sqlite
def test_show_and_diff(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`recipe show` tells each rule with its hits in a file; `recipe diff` which rows would change their verdict."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string())
    file = export(tmp_path, "ana@example.org,EH,2024-01-10,,", "ben@example.org,First Aid,2024-01-10,,")
    one = Recipe(source="a").save(tmp_path / "a.yaml")
    two = Recipe(source="b", rules=(Replace("credential_type", "EH", "First Aid"),)).save(tmp_path / "b.yaml")
    shown = CliRunner().invoke(main, ["recipe", "show", str(two), "--file", str(file)])
    assert shown.stdout.splitlines()[-2:] == [
        "     1 rows  replace: {column: credential_type, from: EH, to: First Aid}",
        "             'EH' → 'First Aid' (1)",
    ]
    same = CliRunner().invoke(main, ["recipe", "diff", str(one), str(one), str(file)])
    assert (same.exit_code, same.stdout) == (0, "No row changes: 1 ready, 1 rejected by both.\n")
    other = CliRunner().invoke(main, ["recipe", "diff", str(one), str(two), str(file)])
    assert (other.exit_code, other.stdout.splitlines()) == (
        1,
        ["1 of 2 rows change.", "  line 2: rejected (credential_type_exists) → ready"],
    )


def test_recipes_are_compared_for_one_source(registry: Registry, tmp_path: Path) -> None:
    """A correction of the source counts under both, so that recipes that say the same differ in nothing."""
    file = export(tmp_path, "ana@example.org,First Aid,2024-01-10,,", "zoe@example.org,First Aid,2024-01-10,,")
    batch = registry.upload(file, Recipe(source="a"))
    batch.patch(3, "user_email", "ben@example.org")
    for first, second, ready in (("a", "b", 2), ("b", "a", 1)):
        found = registry.compare_recipes(file, Recipe(source=first), Recipe(source=second))
        assert (found.rows, found.ready) == ((), ready)


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_each_rule_can_be_followed(kind: str) -> None:
    """What is shown to whoever has written a rule wrong is right itself."""
    assert [step.kind for step in Recipe.parse(f"rules: [{{{kind}: {KINDS[kind].example}}}]").rules] == [kind]
