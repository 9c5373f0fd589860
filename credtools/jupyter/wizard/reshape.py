"""Reshape: how rows are made of the records of a file, as a form with its first rows before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.model import Table
from credtools.recipe import Recipe, Shapes, Split, Stack
from credtools.text import fold

SHOWN, WIDE = 6, 12  # rows and columns of a preview


def facts(file: OpenFile, tried: Recipe | None) -> dict[str, Any]:
    """What the form says (as it was tried, else as it is in force), and the first rows before and after."""
    recipe = tried or file.base
    before = file.batch.table
    if file.base.reshapes:
        before = file.once("unshaped", file.base, lambda: file.batch.table_by(_plain(file.base)))
    shapes, splits = recipe.shapes, [step for step in recipe.rules if isinstance(step, Split)]
    meant = {fold(text): (name, kind) for kind, pair in shapes.unpivot for name, text in pair.items()}
    types = file.registry.lookups().types
    kinds = sorted(types.loc[types["status"] == "active", "name"].tolist(), key=len, reverse=True)
    headings = []
    for heading in filter(None, before.reading.headings):
        likely = next((kind for kind in kinds if fold(kind) in fold(heading)), "")
        column, kind = meant.get(fold(heading), ("", likely))
        headings.append({"heading": heading, "column": column, "type": kind})
    after, problem = _rows(file.batch.table) if file.base.reshapes else None, ""
    if tried is not None:
        try:
            after = _rows(file.once("tried", tried, lambda: file.batch.table_by(tried)))
        except CredtoolsError as refused:
            after, problem = None, refused.on("screen")
    return {
        "headings": headings,
        "columns": [(column.name, column.title) for column in file.columns.values()],
        "types": sorted(kinds),
        "fill_down": next(iter(shapes.fill_down), ""),
        "sections": shapes.sections,
        "split": {"column": splits[0].column, "by": splits[0].by} if splits else {"column": "", "by": ";"},
        "book": before.reading.delimiter is None,
        "stack": shapes.sheets is not None,
        "name_as": shapes.sheets.name_as if shapes.sheets else "",
        "in_force": file.base.reshapes,
        "tried": tried is not None,
        "before": _rows(before),
        "after": after,
        "problem": problem,
    }


def changed(file: OpenFile, values: Mapping[str, Any]) -> Recipe:
    """The recipe that the form describes. Raises CredtoolsError where a heading lacks its type."""
    base, column_names = file.base, set(file.columns)
    pairs: list[tuple[str, dict[str, str]]] = []
    for heading, column, kind in values.get("pairs", ()):
        if column not in column_names:
            continue
        if not kind.strip():
            raise CredtoolsError("pair_without_type", heading=heading)
        fitting = (pair for known, pair in pairs if known == kind.strip() and column not in pair)
        pair = next(fitting, None)
        if pair is None:
            pairs.append((kind.strip(), pair := {}))
        pair[column] = heading
    sheets = (base.shapes.sheets or Stack()) if values.get("stack") == "yes" else None
    shapes = Shapes(
        unpivot=tuple(pairs),
        fill_down=(*_one(values, "fill_down", column_names), *base.shapes.fill_down[1:]),
        sections=next(iter(_one(values, "sections", column_names)), ""),
        sheets=sheets and replace(sheets, name_as=next(iter(_one(values, "name_as", column_names)), "")),
    )
    by = str(values.get("by", "")).replace("\\n", "\n")
    splits = [Split(column, by) for column in _one(values, "split", column_names) if by]
    splits += [step for step in base.rules if isinstance(step, Split)][1:]
    rules = (*splits, *(step for step in base.rules if not isinstance(step, Split)))
    return replace(base, shapes=shapes, rules=rules)


def use(file: OpenFile, recipe: Recipe | None) -> None:
    """Goes on with these rows, or (None) with a row of each record. Raises CredtoolsError once cells were corrected."""
    if any(decision.scope == "patch" and decision.cells for decision in file.decisions):
        raise CredtoolsError("cells_corrected")
    file.use(_plain(file.base) if recipe is None else recipe)


def _plain(recipe: Recipe) -> Recipe:
    rules = tuple(step for step in recipe.rules if not isinstance(step, Split))
    return replace(recipe, shapes=Shapes(), rules=rules)


def _one(values: Mapping[str, Any], name: str, known: set[str]) -> Sequence[str]:
    return [values[name]] if values.get(name) in known else []


def _rows(table: Table) -> dict[str, Any]:
    first = table.frame.iloc[:SHOWN, :WIDE]
    rows = [list(map(str, row)) for row in first.itertuples(index=False, name=None)]
    lines = [str(label) for label in table.labels[:SHOWN]]
    return {
        "headings": ["Line", *map(str, first.columns)],
        "rows": [[line, *row] for line, row in zip(lines, rows, strict=True)],
        "count": len(table.lines),
        "more": table.frame.shape[1] > WIDE,
    }
