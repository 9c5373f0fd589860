"""What a recipe may say about reading, and that what was detected can be saved into it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from credtools.errors import RecipeError
from credtools.recipe import Recipe
from tests.core import table

HEADINGS = "Email,Type,Issued\n"
RECORDS = "ana@x.org,First Aid,2024-01-05\nbo@x.org,Forklift,2024-02-05\ncy@x.org,First Aid,2024-03-05\n"


def test_all_options_of_a_recipe() -> None:
    """Each option is a text or a number; 'none' says that there is none of it."""
    recipe = Recipe.parse(
        "read: {encoding: cp1252, delimiter: ';', quote: none, escape: none, sheet: 2024, heading_line: none, "
        "heading_rows: 2, footer_lines: none}"
    )
    assert recipe.read == {
        "encoding": "cp1252",
        "delimiter": ";",
        "quote": "",
        "escape": "",
        "sheet": "2024",
        "heading_line": 0,
        "heading_rows": 2,
        "footer_lines": 0,
    }
    assert Recipe.parse(recipe.text()) == recipe


LOOKED_AT: dict[str, tuple[str, dict[str, Any]]] = {
    "footer_ignored": (f"{HEADINGS}{RECORDS}Total: 3,,\n", {"footer_lines": 1}),
    "headings_joined": (f"User,Credential,Credential\nemail,name,issued on\n{RECORDS * 3}", {"heading_rows": 2}),
    "no_heading_row": (RECORDS, {"heading_line": 0}),
    "lines_above": ("note\n" * 8 + HEADINGS + RECORDS, {"heading_line": 9}),
    "one_column": (
        "CODES\n" + "".join(f"A{k}{'  ' * (k % 3 + 1)}x{k} {k}{'   ' * (k % 2)} y\n" for k in range(9)),
        {"delimiter": ";"},
    ),
    "encoding_doubtful": (HEADINGS + RECORDS.replace("Aid", "Aíd"), {"encoding": "cp1252"}),
    "tables_unused": (
        "<html>" + "<table><tr><th>Name<th>Type</tr><tr><td>a<td>b</tr></table>" * 2,
        {"sheet": "table 1"},
    ),
}


@pytest.mark.parametrize("code", LOOKED_AT)
def test_what_is_told_is_not_advised(code: str) -> None:
    """A warning that asks for an option ends once that is told."""
    text, told = LOOKED_AT[code]
    content = text.encode("cp1252")
    assert code in [one.code for one in table(content).reading.noted]
    assert code not in [one.code for one in table(content, **told).reading.noted]


@pytest.mark.parametrize(
    ("key", "value"),
    [("heading_rows", "none"), ("heading_rows", "0"), ("heading_line", "0"), ("footer_lines", "x"), ("sheet", "''")],
)
def test_options_that_cannot_be(key: str, value: str) -> None:
    """A number must be one, and only what a file may lack can be 'none' of it."""
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(f"read: {{{key}: {value}}}")
    assert (caught.value.reason, caught.value.facts["key"]) == ("recipe_read_value", key)


@pytest.mark.parametrize(
    "text", ["Report\n'a'|'b'\n'1|x'|'2'\n'3'|'4'\n", "ana@x.org,2024-01-05\nbo@x.org,2024-01-06\n"]
)
def test_what_was_detected_is_saved(text: str) -> None:
    """A recipe with the detected options reads the file as it was read without, also after being saved."""
    read = table(text)
    saved = Recipe.parse(replace(Recipe(), read=read.reading.options()).text())
    assert table(text, **saved.read).frame.equals(read.frame)
