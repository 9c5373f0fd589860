from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credtools.errors import FileError, MissingFileError, RecipeError
from credtools.model import Patch, Record
from credtools.recipe import USER_COLUMN, Mapped, Recipe, Status, apply
from credtools.recipe.steps import Replace
from credtools.schema.dates import DateFormat
from credtools.text import fold
from tests.core import CREDENTIALS, HEADINGS, ROOT, SCHEMAS, found, records, review, table

COLUMNS = CREDENTIALS.columns

FULL = """\
schema: credentials
read: {encoding: cp1252, delimiter: ";", heading_line: 4}     # all optional
headings: {E-Mail Adresse: user_email, Qualification: credential_type, Issued on: issue_date}
date_format: DD/MM/YYYY
constants: {credential_type: First Aid}
match_users_by: external_id
rules:
  - replace: {column: credential_type, from: Frist Aid, to: First Aid}
max_reject_rate: 0.2
export: {full: 0.95}
blanks: keep
absent: withdraw
status: {column: State, valid: [Completed, ""], withdrawn: [Revoked], leave_out: [Failed, In progress]}
"""


def refusal(text: str) -> RecipeError:
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(text, source="hr")
    return caught.value


def mapped_by(text: str, recipe: str) -> Mapped:
    return apply(Recipe.parse(recipe, source="hr"), table(text, delimiter=","), COLUMNS)


# --- YAML -----------------------------------------------------------------------------------------------------


def test_every_key() -> None:
    """The recipe of the documentation means what it says, key by key."""
    assert Recipe.parse(FULL, source="hr") == Recipe(
        source="hr",
        schema="credentials",
        read={"encoding": "cp1252", "delimiter": ";", "heading_line": 4},
        headings={"E-Mail Adresse": "user_email", "Qualification": "credential_type", "Issued on": "issue_date"},
        date_format={"*": ("DD/MM/YYYY",)},
        constants={"credential_type": "First Aid"},
        match_users_by="external_id",
        rules=(Replace("credential_type", "Frist Aid", "First Aid"),),
        max_reject_rate=0.2,
        export="full",
        full_share=0.95,
        blanks="keep",
        absent="withdraw",
        status=Status("State", ("Completed", ""), ("Revoked",), ("Failed", "In progress")),
    )


@pytest.mark.parametrize(
    ("told", "means"),
    [
        ("", ("part", 0.9)),
        ("export: part", ("part", 0.9)),
        ("export: full", ("full", 0.9)),
        ("export: {full: 0.90}", ("full", 0.9)),
        ("export: {full: 1}", ("full", 1.0)),
        ("export: {full: 0}", ("full", 0.0)),
    ],
)
def test_what_a_file_lists(told: str, means: tuple[str, float]) -> None:
    """A file lists a part unless the recipe says that it is full; the share is 0.9 unless it says another one."""
    recipe = Recipe.parse(told)
    assert (recipe.export, recipe.full_share) == means
    assert (recipe.blanks, recipe.absent, recipe.status) == (None, "report", None)
    written = Recipe(export=means[0], full_share=means[1])
    assert recipe.fingerprint == written.fingerprint
    assert (written.fingerprint == Recipe().fingerprint) == (means[0] == "part")


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "schema: credentials", "---\n...\n"])
def test_every_key_is_optional(text: str) -> None:
    """An empty recipe is a recipe."""
    assert Recipe.parse(text) == Recipe()


@pytest.mark.parametrize(
    ("told", "formats"),
    [
        ("date_format: DD/MM/YYYY", ("DD/MM/YYYY", "DD/MM/YYYY")),
        ("date_format: [DD/MM/YYYY, D MMM YYYY]", ("DD/MM/YYYY or D MMM YYYY",) * 2),
        ("date_format: {issue_date: DD/MM/YYYY}", ("DD/MM/YYYY", "")),
        ("date_format: {issue_date: [D/M/YYYY, YYYY-MM-DD]}", ("D/M/YYYY or YYYY-MM-DD", "")),
        ("date_format: 'dddd, MMMM D, YYYY'", ("dddd, MMMM D, YYYY",) * 2),
    ],
)
def test_date_formats_for_all_or_per_column(told: str, formats: tuple[str, str]) -> None:
    """A date format holds for all date columns or for the named one; several stand as a list."""
    recipe = Recipe.parse(told)
    assert tuple(" or ".join(recipe.formats(name)) for name in ("issue_date", "expiration_date")) == formats


@pytest.mark.parametrize(
    ("text", "reason", "facts"),
    [
        ("heading: {}", "recipe_key_unknown", {"key": "heading"}),
        ("7: x", "recipe_key_unknown", {"key": "7"}),
        ("- a", "yaml_no_keys", {}),
        ("text", "yaml_no_keys", {}),
        ("read: {sheet_name: x}", "recipe_read_key", {"key": "sheet_name"}),
        ("read: [1]", "recipe_read", {}),
        ("read: {heading_line: two}", "recipe_read_value", {"key": "heading_line", "option": "two"}),
        ("read: {heading_line: 0}", "recipe_read_value", {"key": "heading_line", "option": "0"}),
        ("read: {heading_line: true}", "recipe_read_value", {"key": "heading_line", "option": "true"}),
        ("read: {delimiter: ''}", "recipe_read_value", {"key": "delimiter", "option": ""}),
        ("headings: [a]", "recipe_texts", {"key": "headings"}),
        ("headings: {a: [b]}", "recipe_texts", {"key": "headings"}),
        ("constants: {media: [a]}", "recipe_texts", {"key": "constants"}),
        ("date_format: DD/MM/YY", "recipe_date_format", {}),
        ("match_users_by: badge", "recipe_match_users", {"value": "badge"}),
        ("rules: {replace: 1}", "rules_no_list", {}),
        ("rules: [drop]", "rule_unusable", {"number": 1}),
        (
            "rules: [{replace: {column: media, from: a, to: b}}, {replace: {column: media, from: a}}]",
            "rule_unusable",
            {"number": 2},
        ),
        ("rules: [{replace: {column: media, from: a, to: b}, drop: 1}]", "rule_unusable", {"number": 1}),
        ("max_reject_rate: 1.1", "recipe_rate", {"value": "1.1"}),
        ("max_reject_rate: -1", "recipe_rate", {"value": "-1"}),
        ("max_reject_rate: .nan", "recipe_rate", {"value": ".nan"}),
        ("max_reject_rate: true", "recipe_rate", {"value": "true"}),
        ("max_reject_rate: 20%", "recipe_rate", {"value": "20%"}),
        ("export: everything", "recipe_export", {"value": "everything"}),
        ("export: {part: 0.5}", "recipe_export", {"value": {"part": "0.5"}}),
        ("export: {full: 0.5, part: 1}", "recipe_export", {}),
        ("export: {full: 1.1}", "recipe_export", {"value": {"full": "1.1"}}),
        ("export: {full: .nan}", "recipe_export", {}),
        ("export: {full: nan}", "recipe_export", {}),
        ("export: {full: [0.5]}", "recipe_export", {}),
        ("export: [full]", "recipe_export", {}),
        ("blanks: drop", "recipe_blanks", {"value": "drop", "ways": "keep, clear"}),
        ("blanks: {keep: media}", "recipe_blanks", {}),
        ("absent: remove", "recipe_absent", {"value": "remove", "ways": "report, withdraw"}),
        ("absent: withdraw", "recipe_absent_of_part", {"absent": "withdraw"}),
        ("export: part\nabsent: withdraw", "recipe_absent_of_part", {}),
        (
            "status: Completed",
            "recipe_status_keys",
            {"known": "column, valid, withdrawn, leave_out, active, deactivated"},
        ),
        ("status: {ok: [Completed]}", "recipe_status_keys", {}),
        ("status: {column: [State], valid: [Completed]}", "recipe_status_column", {}),
        ("status: {valid: Completed}", "recipe_status_words", {"name": "valid"}),
        ("status: {valid: }", "recipe_status_words", {"name": "valid"}),
        ("status: {leave_out: [[Failed]]}", "recipe_status_words", {"name": "leave_out"}),
        ("status: {column: State}", "recipe_status_empty", {}),
        ("status: {valid: []}", "recipe_status_empty", {}),
        (
            "status: {valid: [Held], leave_out: ['HELD ']}",
            "recipe_status_twice",
            {"word": "HELD ", "first": "valid", "second": "leave_out"},
        ),
        ("status: {valid: [''], withdrawn: [' ']}", "recipe_status_twice", {"word": " "}),
        ("a: b: c", "yaml_invalid", {"where": " (line 1)", "why": "mapping values are not allowed here"}),
        ("a: &x 1\nb: *x", "yaml_alias", {}),
    ],
)
def test_what_a_recipe_may_not_say(text: str, reason: str, facts: dict[str, object]) -> None:
    """A recipe that can't be followed is refused with the key, the value and what would do."""
    error = refusal(text)
    assert error.reason == reason
    assert {"source": "hr", **facts}.items() <= error.facts.items()


@pytest.mark.parametrize(
    "text",
    [
        *("[" * 5_000, "{a: " * 5_000, "\x00", "a: 1\na: 2", "? [a]\n: b", "--- a\n--- b", "%YAML 3.0\n---\na: 1"),
        *("!!python/object/apply:os.system ['true']", "constants: {issue_date: 2024-02-31}", "read: {encoding: =}"),
        *("constants: {issue_date: 2024-13-45T99:99:99}", "max_reject_rate: !!int x", "schema: !!binary 'x'"),
        *("schema: ", "schema: [credentials]", "read: {heading_line: -1}", "max_reject_rate: !!float x"),
    ],
    ids=lambda text: text[:40],
)
def test_no_yaml_breaks_the_reader(text: str) -> None:
    """Whatever stands in a recipe file, the answer is a recipe or one sentence."""
    try:
        Recipe.parse(text, source="hr")
    except RecipeError as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - either answer keeps the rule


def test_alias_bombs_are_refused_fast() -> None:
    """600 bytes of aliases that would grow to gigabytes are refused at once."""
    levels = [f"l{k}: &l{k} [{', '.join([f'*l{k - 1}'] * 9)}]" for k in range(1, 30)]
    bomb = "\n".join(["l0: &l0 [x, x, x, x, x, x, x, x, x]", *levels])
    start = time.perf_counter()
    assert refusal(bomb).reason == "yaml_alias"
    assert time.perf_counter() - start < 2


DEEP = "constants: {media: "


@pytest.mark.parametrize(
    "text",
    [
        *("[" * 200_000, "{a: " * 100_000, "[\n" * 50_000, "- " * 50_000, "'" + "[" * 9 + "' " + "[" * 99_000),
        *('"' * 3 + '\\"' * 99_000 + "\n" + "[" * 99_000, f"a: [b]\n{DEEP}{'[' * 31}"),
    ],
    ids=lambda text: text[:12],
)
def test_levels_in_levels_are_refused_fast(text: str) -> None:
    """A recipe of brackets is refused by its depth, in no more time than its length asks for."""
    times = []
    for some in (text[: len(text) // 20], text) if len(text) > 1_000 else (text, text):
        start = time.perf_counter()
        with pytest.raises(RecipeError) as caught:
            Recipe.parse(some)
        times.append(time.perf_counter() - start)
    assert caught.value.reason in ("yaml_too_deep", "yaml_invalid")
    assert times[1] < 100 * max(times[0], 0.002)  # twenty times as long: 400 times where time grows with its square


def test_the_line_that_is_too_deep_is_named() -> None:
    """Too many levels are refused by their reason, with the line, whatever they are made of."""
    for deep in ("{media: " + "[" * 40, "\n  " + "- " * 40 + "a", "\n  " + "? " * 40 + "a"):
        error = refusal(f"schema: credentials\nconstants: {deep}")
        assert error.reason == "yaml_too_deep"
        assert error.facts["line"] in (2, 3)


def test_brackets_in_values_are_no_levels() -> None:
    """Texts in quotation marks, comments and words may have as many brackets as they like."""
    many = ", ".join(f"'{k} [[[[{{{{': media" for k in range(60))
    assert len(Recipe.parse(f"# {'[' * 99}\nheadings: {{{many}}}").headings) == 60
    plain = "\n".join(f"  a{k}[[b: media" for k in range(60))
    assert len(Recipe.parse(f"headings:\n{plain}").headings) == 60


def test_a_star_or_ampersand_in_a_value_is_no_alias() -> None:
    """R&D and 5* are texts."""
    recipe = Recipe.parse("constants: {credential_type: R&D 5*}\nheadings: {'*': media, '&': credential_number}")
    assert recipe.constants == {"credential_type": "R&D 5*"}
    assert recipe.headings == {"*": "media", "&": "credential_number"}


@pytest.mark.parametrize("value", ["007", "1.10", "1_000", "0x1F", "1e3", "true", "no", "2024-01-05"])
def test_values_in_a_recipe_stay_text(value: str) -> None:
    """A constant or replaced value is the text that stands in the recipe: 007 doesn't become 7."""
    recipe = Recipe.parse(
        f"constants: {{credential_number: {value}}}\n"
        f"rules: [{{replace: {{column: credential_type, from: {value}, to: {value}}}}}]\n"
        f"headings: {{{value}: media}}"
    )
    assert recipe.constants == {"credential_number": value}
    assert recipe.rules == (Replace("credential_type", value, value),)
    assert recipe.headings == {value: "media"}


@pytest.mark.parametrize("nothing", ["", "null", "~", "''"])
def test_replacing_by_nothing(nothing: str) -> None:
    """`to:` without a value empties the cell, or is refused; it never writes the word None into it."""
    text = f"rules: [{{replace: {{column: expiration_date, from: n/a, to: {nothing}}}}}]"
    try:
        recipe = Recipe.parse(text, source="hr")
    except RecipeError as refused:
        assert "None" not in str(refused)  # noqa: PT017 - either answer keeps the rule
    else:
        assert recipe.rules == (Replace("expiration_date", "n/a", ""),)


def test_load_and_save(tmp_path: Path) -> None:
    """The stem of the file's name is the source; what is saved is loaded again."""
    path = Recipe.parse(FULL).save(tmp_path / "new" / "night shift.yaml")
    assert path == tmp_path / "new" / "night shift.yaml"
    assert Recipe.load(path) == replace(Recipe.parse(FULL), source="night shift")


def test_load_what_is_not_there(tmp_path: Path) -> None:
    """A recipe that isn't there is said so by name."""
    with pytest.raises(MissingFileError) as caught:
        Recipe.load(tmp_path / "hr.yaml")
    assert (caught.value.reason, caught.value.facts) == ("no_such_file", {"path": str(tmp_path / "hr.yaml")})


def test_load_what_is_too_large(tmp_path: Path) -> None:
    """A recipe over 1 MB is refused unread: it holds rules, not data."""
    path = tmp_path / "hr.yaml"
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(RecipeError) as caught:
        Recipe.load(path)
    assert (caught.value.reason, caught.value.facts["allowed"]) == ("recipe_too_large", 1_000_000)


@pytest.mark.parametrize("content", ["headings: {Prüfung: media}".encode("cp1252"), b"\xff\xfea\x00"])
def test_load_what_is_not_utf8(tmp_path: Path, content: bytes) -> None:
    """A recipe that isn't UTF-8 is refused in a sentence."""
    path = tmp_path / "hr.yaml"
    path.write_bytes(content)
    with pytest.raises(RecipeError) as caught:
        Recipe.load(path)
    assert caught.value.reason == "recipe_not_utf8"


# --- meaning --------------------------------------------------------------------------------------------------

TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=9
)
WORD = TEXT | st.sampled_from(
    ["007", "no", "null", "~", "1e3", "2024-01-05", "=", "<<", "*", "&a", "- a", "a: b", "#", "'"]
)
SIGNS = WORD | st.text("?:-,[]{}#&*!|>'\"%@` a0=~<\x85", min_size=1, max_size=5)  # that mean something in YAML
COLUMN = st.sampled_from([column.name for column in COLUMNS])


@st.composite
def any_status(draw: st.DrawFn) -> Status:
    words = draw(st.lists(SIGNS, min_size=1, max_size=6, unique_by=fold))
    cut = sorted(draw(st.tuples(st.integers(0, len(words)), st.integers(0, len(words)))))
    return Status(draw(WORD), tuple(words[: cut[0]]), tuple(words[cut[0] : cut[1]]), tuple(words[cut[1] :]))


@st.composite
def any_recipe(draw: st.DrawFn) -> Recipe:
    form = st.lists(st.sampled_from(["DD/MM/YYYY", "D MMM YYYY", "dddd, MMMM D, YYYY"]), min_size=1, max_size=2)
    return Recipe(
        source="hr",
        read=draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "encoding": st.sampled_from(["cp1252", "utf-8"]),
                    "delimiter": st.sampled_from([",", ";", "\t", "|"]),
                    "heading_line": st.integers(1, 99),
                },
            )
        ),
        headings=draw(st.dictionaries(WORD, COLUMN, max_size=3)),
        date_format=draw(
            st.dictionaries(st.sampled_from(["*", "issue_date", "expiration_date"]), form.map(tuple), max_size=3)
        ),
        constants=draw(st.dictionaries(COLUMN, WORD, max_size=2)),
        match_users_by=draw(st.sampled_from(sorted(USER_COLUMN))),
        rules=tuple(draw(st.lists(st.builds(Replace, COLUMN, SIGNS, SIGNS), max_size=3))),
        max_reject_rate=draw(st.none() | st.floats(0, 1)),
        **draw(st.sampled_from([{}, {"export": "full"}, {"export": "full", "absent": "withdraw"}])),
        blanks=draw(st.sampled_from([None, "keep", "clear"])),
        status=draw(st.none() | any_status()),
    )


@given(any_recipe())
@example(Recipe(source="hr", headings={"a" * 1500 + " b": "media"}, constants={"media": " x "}))
@example(Recipe(source="hr", rules=(Replace("media", "?", "?0"), Replace("media", "0", "\x85"))))
@example(Recipe(source="hr", status=Status(leave_out=("\x85", "a\u2028b"))))
@pytest.mark.long
def test_text_keeps_the_meaning(recipe: Recipe) -> None:
    """A recipe written as YAML and read again is the same recipe."""
    again = Recipe.parse(recipe.text(), source="hr")
    assert again == recipe
    assert again.fingerprint == recipe.fingerprint


def test_control_characters_survive() -> None:
    """Values with tabs, line ends and the like are written so that they come back."""
    recipe = Recipe(source="hr", rules=(Replace("media", "a\tb\r\nc\n", "\x85\u2028 "), Replace("media", "\x07", "x")))
    assert Recipe.parse(recipe.text(), source="hr") == recipe


def test_fingerprint_covers_meaning_only() -> None:
    """Comments, order of keys and layout don't change the fingerprint; the source's name doesn't either."""
    other = """\
max_reject_rate: 0.20   # a fifth
rules:
  - replace:
      to: First Aid
      from: 'Frist Aid'
      column: credential_type
match_users_by: external_id
constants: {"credential_type": "First Aid"}
date_format: [DD/MM/YYYY]
headings:
  Issued on: issue_date
  Qualification: credential_type
  E-Mail Adresse: user_email
read: {heading_line: 4, delimiter: ';', encoding: cp1252}
status:
  leave_out: [Failed, "In progress"]
  withdrawn:
    - Revoked
  valid: [Completed, '']
  column: State
absent: withdraw
blanks: keep
export:
  full: .95
"""
    assert Recipe.parse(other, source="b").fingerprint == Recipe.parse(FULL, source="a").fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cp1252", "latin-1"),
        ('";"', '","'),
        ("heading_line: 4", "heading_line: 5"),
        ("Issued on: issue_date", "Issued on: expiration_date"),
        ("date_format: DD/MM/YYYY", "date_format: MM/DD/YYYY"),
        ("{credential_type: First Aid}", "{credential_type: Fire Aid}"),
        ("external_id", "email"),
        ("Frist Aid", "Firs Aid"),
        ("max_reject_rate: 0.2", "max_reject_rate: 0"),
        ("{full: 0.95}", "full"),
        ("blanks: keep", "blanks: clear"),
        ("absent: withdraw", "absent: report"),
        ("column: State", "column: Status"),
        ("withdrawn: [Revoked]", "withdrawn: [Failed, Revoked]"),
        ("leave_out: [Failed, In progress]", "leave_out: [In progress]"),
    ],
)
def test_fingerprint_covers_every_key(old: str, new: str) -> None:
    """Any change of what a recipe says changes its fingerprint."""
    assert old in FULL
    changed = FULL.replace(old, new)
    if "[Failed, Revoked]" in new:  # the word moves: in two lists it would be refused
        changed = changed.replace("leave_out: [Failed, In progress]", "leave_out: [In progress]")
    assert Recipe.parse(changed).fingerprint != Recipe.parse(FULL).fingerprint


def test_the_order_of_rules_is_meaning() -> None:
    """Rules are followed in their order, so their order counts."""
    rules = (Replace("media", "a", "b"), Replace("media", "b", "c"))
    assert Recipe(rules=rules).fingerprint != Recipe(rules=rules[::-1]).fingerprint


# --- headings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "recipe", "columns"),
    [
        ("User email,Issue date,Colour", "", ["user_email", "issue_date", None]),
        (" USER  e-mail ,valid FROM", "", ["user_email", "issue_date"]),
        ("user_email,issue date", "", ["user_email", "issue_date"]),
        ("E-Mail Adresse,Email", "headings: {e-mail  ADRESSE: user_email}", ["user_email", None]),
        ("Number,Credential number", "", [None, "credential_number"]),
        ("Credential number,Number", "", ["credential_number", None]),
        ("Number,Credential number", "headings: {Number: credential_number}", ["credential_number", None]),
        ("Issue date,Expires", "headings: {Issue date: expiration_date}", ["expiration_date", None]),
        ("Type,X", "constants: {credential_type: First Aid}", [None, None]),
        ("Email,User ID", "", ["user_email", None]),
        ("Email,User ID", "match_users_by: external_id", [None, "external_id"]),
    ],
)
def test_which_heading_counts(headings: str, recipe: str, columns: list[str | None]) -> None:
    """A heading is known by the recipe, else as a column's title, else as a synonym of one; the rest is kept aside."""
    assert list(mapped_by(f"{headings}\n", recipe).headings.values()) == columns


def test_sources_name_the_file_s_headings() -> None:
    """Each column knows the heading it came from; a constant came from none."""
    mapped = mapped_by("E-Mail,Issued,Note\nana@x.org,2024-01-05,x\n", "constants: {credential_type: First Aid}")
    assert mapped.sources == {"user_email": "E-Mail", "credential_type": "", "issue_date": "Issued"}
    assert mapped.frame.to_dict("records") == [
        {"user_email": "ana@x.org", "credential_type": "First Aid", "issue_date": "2024-01-05"}
    ]


@pytest.mark.parametrize(
    ("text", "recipe", "first", "second"),
    [
        ("Email,E-mail\n", "", "Email", "E-mail"),
        ("Email,email\n", "", "Email", "email"),
        ("User email,User email\n", "", "User email", "User email (2)"),
        ("Mail,Post\n", "headings: {Mail: user_email, Post: user_email}", "Mail", "Post"),
    ],
)
def test_two_headings_for_one_column(text: str, recipe: str, first: str, second: str) -> None:
    """Two headings that stand for one column refuse the file: which one counts would be a guess."""
    with pytest.raises(FileError) as caught:
        mapped_by(text, recipe)
    facts = {"first": first, "second": second, "title": "User email"}
    assert caught.value.reason == "heading_twice"
    assert facts.items() <= caught.value.facts.items()
    assert (caught.value.code, caught.value.line) == ("heading_required", 1)


def test_one_of_two_mapped_headings_is_enough() -> None:
    """A mapped heading that is absent matters only if its column then has no source."""
    both = "headings: {Mail: user_email, Post: user_email}"
    assert mapped_by("Post\n", both).headings == {"Post": "user_email"}
    assert mapped_by("User email\n", both).headings == {"User email": "user_email"}


@pytest.mark.parametrize(
    "recipe",
    [
        *("headings: {Mail: mail}", "constants: {mail: x}", "rules: [{replace: {column: mail, from: a, to: b}}]"),
        "date_format: {mail: DD/MM/YYYY}",
    ],
)
def test_a_column_that_does_not_exist(recipe: str) -> None:
    """A recipe that speaks of a column which the schema doesn't have is refused, wherever it speaks of it."""
    with pytest.raises(RecipeError) as caught:
        mapped_by("Mail\n", recipe)
    assert (caught.value.reason, caught.value.facts["name"]) == ("recipe_column_unknown", "mail")
    names = "user_email, credential_type, issue_date, expiration_date, credential_number, media"
    assert caught.value.facts["columns"] == names


def test_the_other_user_column_does_not_count() -> None:
    """Under `match_users_by: external_id` the e-mail address isn't a column that a recipe may fill."""
    with pytest.raises(RecipeError) as caught:
        mapped_by("Mail\n", "headings: {Mail: user_email}\nmatch_users_by: external_id")
    assert (caught.value.reason, caught.value.facts["name"]) == ("recipe_column_unknown", "user_email")


# --- rules and constants --------------------------------------------------------------------------------------


def replaced(values: list[str], *rules: tuple[str, str]) -> list[str]:
    """What becomes of the values of one column."""
    recipe = Recipe(rules=tuple(Replace("media", old, new) for old, new in rules))
    text = "Email,Media\n" + "".join(f"x,{value}\n" for value in values)
    return apply(recipe, table(text, delimiter=","), COLUMNS).frame["media"].tolist()


def test_replacing() -> None:
    """A value is replaced as a whole, whatever its case and spaces; everything else stays as it is."""
    assert replaced(["Frist Aid", " frist  AID ", "Frist Aid 2", ""], ("frist aid", "First Aid")) == [
        *("First Aid", "First Aid", "Frist Aid 2", "")
    ]
    assert replaced(["", " ", "x"], ("", "none")) == ["none", "none", "x"]


def test_replacing_in_chains() -> None:
    """A later rule applies to what an earlier one made, never the other way round."""
    assert replaced(["a", "b", "c"], ("a", "b"), ("b", "c")) == ["c", "c", "c"]
    assert replaced(["a", "b", "c"], ("b", "c"), ("a", "b")) == ["b", "c", "c"]
    assert replaced(["a", "b"], ("a", "b"), ("b", "a")) == ["a", "a"]
    assert replaced(["first aid"], ("FIRST AID", "First Aid")) == ["First Aid"]


@given(
    rules=st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("abcdeABCDE")), max_size=5, unique_by=lambda rule: rule[0]
    )
)
def test_rules_are_followed_one_after_the_other(rules: list[tuple[str, str]]) -> None:
    """All rules at once give what one rule after the other would give."""
    values = list("abcdeABx")
    expected = values
    for old, new in rules:
        expected = [new if fold(value) == fold(old) else value for value in expected]
    assert replaced(values, *rules) == expected


def test_replacing_gives_a_new_recipe() -> None:
    """A recipe is a value: a replacement in the wizard gives another one with one more rule per value."""
    recipe = Recipe.parse(FULL)
    more = recipe.replacing("credential_type", {"Fork": "Forklift", "FA": "First Aid"})
    assert more.rules == (
        Replace("credential_type", "Frist Aid", "First Aid"),
        Replace("credential_type", "Fork", "Forklift"),
        Replace("credential_type", "FA", "First Aid"),
    )
    assert recipe == Recipe.parse(FULL)


@pytest.mark.parametrize(("heading", "value"), [("Kind", "Welder"), ("Other", "First Aid"), ("Type", "First Aid")])
def test_constant_gives_way_to_a_named_heading(heading: str, value: str) -> None:
    """A constant fills a column in, unless the file has the very heading that the recipe names for it."""
    recipe = "headings: {Kind: credential_type}\nconstants: {credential_type: First Aid}"
    assert mapped_by(f"Email,{heading}\nana@x.org,Welder\n", recipe).frame["credential_type"].tolist() == [value]


def test_constants_fill_every_row() -> None:
    """A constant stands in every row, in short ones, too, and rules apply to it."""
    mapped = mapped_by(
        "Email,Issued\nana@x.org,2024-01-05\nbo@x.org\n",
        "constants: {credential_type: fa}\nrules: [{replace: {column: credential_type, from: FA, to: First Aid}}]",
    )
    assert mapped.frame["credential_type"].tolist() == ["First Aid", "First Aid"]


def test_a_rule_for_an_absent_column_waits() -> None:
    """A rule for a column that this file doesn't have changes nothing."""
    assert list(mapped_by("Email\nx\n", "rules: [{replace: {column: media, from: a, to: b}}]").frame) == ["user_email"]


# --- patches --------------------------------------------------------------------------------------------------

ROWS = "ana@x.org,First Aid,x,,\nana@x.org,First Aid,x,,\nbo@x.org,First Aid,y,,\n"
BAD = [(line, "issue_date", "date_format") for line in (2, 3, 4)]


def patch(line: int, column: str, old: str, new: str) -> Patch:
    whole = table(HEADINGS + ROWS)
    row = whole.lines.tolist().index(line)
    return Patch(records(whole)[row], column, old, new)


def test_a_patch_corrects_one_cell_of_one_record() -> None:
    """A patch changes the very record it was made for, told from its equals by its place among them."""
    result = review(HEADINGS + ROWS, patches=[patch(3, "issue_date", "x", "2024-01-05")])
    assert found(result) == [BAD[0], BAD[2]]
    assert result.resolved["issue_date_text"].tolist() == ["x", "2024-01-05", "y"]


def test_a_patch_finds_its_record_on_another_line() -> None:
    """A patch follows its record into another file, but not into a record that differs in any cell."""
    moved = HEADINGS + "bo@x.org,First Aid,2024-01-01,,\n" + ROWS.replace("bo@x.org,", "bo@x.org ,")
    patches = [patch(2, "issue_date", "x", "2024-01-05"), patch(4, "issue_date", "y", "2024-01-05")]
    assert found(review(moved, patches=patches)) == [(4, "issue_date", "date_format"), (5, "issue_date", "date_format")]


@pytest.mark.parametrize(
    "guarded",
    [
        patch(2, "issue_date", "X", "2024-01-05"),
        patch(2, "issue_date", "", "2024-01-05"),
        patch(2, "media", "", "a.pdf"),
        patch(2, "nonsense", "x", "2024-01-05"),
        Patch(Record("0" * 64, 0, 1, "issue_date"), "issue_date", "x", "2024-01-05"),
    ],
)
def test_a_patch_is_guarded(guarded: Patch) -> None:
    """A patch whose old value isn't there any more, or whose record or column isn't, changes nothing."""
    assert found(review(HEADINGS + ROWS, patches=[guarded])) == BAD


def test_a_patch_sees_what_the_recipe_made() -> None:
    """A patch is guarded by the value after the recipe's rules, and comes after them."""
    recipe = "rules: [{replace: {column: issue_date, from: x, to: z}}]"
    assert found(review(HEADINGS + ROWS, recipe, patches=[patch(2, "issue_date", "x", "2024-01-05")])) == BAD
    assert found(review(HEADINGS + ROWS, recipe, patches=[patch(2, "issue_date", "z", "2024-01-05")])) == BAD[1:]


def test_the_documented_recipe_is_a_recipe() -> None:
    """The example in this file speaks of columns and formats that exist."""
    recipe = Recipe.parse(FULL)
    names = {column.name for column in COLUMNS}
    assert set(recipe.headings.values()) | set(recipe.constants) <= names
    assert DateFormat(recipe.formats("issue_date")[0])
    assert re.fullmatch(r"[0-9a-f]{64}", recipe.fingerprint)
    assert SCHEMAS.parent == ROOT
