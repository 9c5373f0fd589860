"""Recipes: one to begin with, what one says and does, and what another one would change."""

from __future__ import annotations

from pathlib import Path

import click

from credtools import outputs
from credtools.cli.arguments import FILE, FORCE, PATH, open_registry
from credtools.cli.output import SHOWN, Answer, command, first
from credtools.errors import RecipeError


@click.group()
def recipe() -> None:
    """Begin a recipe, show one, or compare two of them on a file."""


@command(example="recipe new --for okta -o recipes/okta.yaml", group=recipe)
@click.option("--for", "name", metavar="NAME", help="The system; without it, those that are known are listed.")
@click.option("-o", "--output", type=PATH, help="The file to write; without it, the recipe is printed.")
@FORCE
def new(name: str | None, output: Path | None, *, force: bool) -> Answer:
    """Write a recipe to begin with, for the exports of a known system.

    Its comments say from where its facts are. Compare it with your file, and name your own words.
    """
    from credtools.recipe import shipped  # noqa: PLC0415

    if name is None:
        known = shipped.names().items()
        return Answer(
            [{"name": one, "about": about} for one, about in known], [f"{one:20}  {what}" for one, what in known]
        )
    text = shipped.text(name)
    data = {"name": name, "recipe": str(output) if output else None, "text": text}
    if output is None:
        return Answer(data, text.splitlines())
    if output.exists() and not force:
        raise RecipeError("recipe_there", path=str(output))
    try:
        outputs.write(output, text, outputs.SHARED)
    except OSError as problem:
        raise RecipeError("recipe_not_written", path=output, why=problem.strerror) from problem
    return Answer(data, [f"The recipe was written to {output}. Compare its headings and words with your file."])


@command(example="recipe show recipes/hr.yaml --file export.csv", group=recipe)
@click.argument("path", type=PATH, help="The recipe (YAML).")
@click.option("--file", type=PATH, help="Show what each rule does to this file: before → after, with rows.")
def show(path: Path, file: Path | None) -> Answer:
    """Show what a recipe says, and what its rules do to a file."""
    from credtools.recipe import Recipe  # noqa: PLC0415

    found = Recipe.load(path)
    hits = open_registry().hits(file, found) if file else ()
    rules = [{**hit.step.written(), "rows": hit.rows, "changes": [list(one) for one in hit.changes]} for hit in hits]
    lines = [found.text().removesuffix("\n")]
    for hit in hits:
        lines.append(f"{hit.rows:>6,} rows  {hit.label}")
        lines += [f"             {before!r} → {after!r} ({rows:,})" for before, after, rows in hit.changes[:SHOWN]]
    data = {"recipe": str(path), "fingerprint": found.fingerprint, "text": found.text(), "rules": rules}
    return Answer(data, lines)


@command(example="recipe diff recipes/old.yaml recipes/hr.yaml export.csv", group=recipe)
@click.argument("first_path", metavar="FIRST", type=PATH, help="The recipe in use (YAML).")
@click.argument("second_path", metavar="SECOND", type=PATH, help="The recipe to compare it with (YAML).")
@FILE
def diff(first_path: Path, second_path: Path, file: Path) -> Answer:
    """List the rows of a file that the second recipe would judge differently.

    Exit 1 when there are some.
    """
    found = open_registry().compare_recipes(file, first_path, second_path)
    rows = [{"line": one.line, "before": one.before, "after": one.after} for one in found.rows]
    counts = {"ready": found.ready, "rejected": found.rejected, "left_out": found.left_out}
    data = {"file": str(file), **counts, "rows": rows}
    if not found.rows:
        left_out = f", {found.left_out:,} left out" if found.left_out else ""
        return Answer(data, [f"No row changes: {found.ready:,} ready, {found.rejected:,} rejected{left_out} by both."])
    changed = f"{len(found.rows):,} of {sum(counts.values()):,} rows change."
    return Answer(data, [changed, *first([f"  {row}" for row in found.rows])], 1)


COMMANDS = (recipe,)
