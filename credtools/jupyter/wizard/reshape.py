"""Reshape: which rows are made of a file, as a form with its first rows before and after.

Which sheets are read, how rows are made of their records, and which of them are left out by what a column says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter.wizard import read_as
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.model import Table
from credtools.recipe import LeaveOut, Recipe, Shapes, Split, Stack, apply
from credtools.text import first_of, fold, plural

SHOWN, WIDE = 6, 12  # rows and columns of a preview
MOST_VALUES, NAMED = 40, 3


def facts(file: OpenFile, tried: Recipe | None) -> dict[str, Any]:
    """What the form says (as it was tried, else as it is in force), and the first rows before and after."""
    recipe, changes = tried or file.base, file.base.reshapes or any(_leaving(file.base))
    before = file.batch.table
    if file.base.reshapes:
        before = file.once("unshaped", file.base, lambda: file.batch.table_by(_plain(file.base)))
    after, problem = (_rows(file, file.base, file.batch.table) if changes else None), ""
    if tried is not None:
        try:
            after = _rows(file, tried, file.once("tried", tried, lambda: file.batch.table_by(tried)))
        except CredtoolsError as refused:
            after, problem = None, refused.on("screen")
    return {
        **_pairs(file, recipe, before),
        **_cells(recipe),
        **_sheets(recipe, before),
        "leave_out": _left_out(file, recipe),
        "columns": [(column.name, column.title) for column in file.columns.values()],
        "in_force": file.base.reshapes,
        "left_out": file.review.counted["left_out"] if file.review else 0,
        "tried": tried is not None,
        "before": _rows(file, None, before),
        "after": after,
        "problem": problem,
    }


def values_of(file: OpenFile, heading: str) -> dict[str, Any]:
    """The values under a heading by which rows can be left out, each with its rows, the most frequent first."""
    if heading not in dict(_headings(file)):
        return {"heading": "", "values": [], "more": 0}
    texts = file.batch.table.frame[heading].map(lambda text: " ".join(text.split()))
    keys = texts.map(fold)  # as the rule compares them
    counted, called = keys.value_counts(), dict(zip(keys[::-1], texts[::-1], strict=True))
    first = [(called[key], plural(int(rows), "row")) for key, rows in counted.head(MOST_VALUES).items()]
    return {"heading": heading, "values": first, "more": len(counted) - len(first)}


def changed(file: OpenFile, values: Mapping[str, Any]) -> Recipe:
    """The recipe that the form describes. Raises CredtoolsError: a heading lacks its type, or no sheet is chosen."""
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
    base, sheets = _of_sheets(file, values)
    shapes = Shapes(
        unpivot=tuple(pairs),
        fill_down=(*_one(values, "fill_down", column_names), *base.shapes.fill_down[1:]),
        sections=next(iter(_one(values, "sections", column_names)), ""),
        sheets=sheets and replace(sheets, name_as=next(iter(_one(values, "name_as", column_names)), "")),
    )
    by = str(values.get("by", "")).replace("\\n", "\n")
    splits = [Split(column, by) for column in _one(values, "split", column_names) if by]
    splits += [step for step in base.rules if isinstance(step, Split)][1:]
    rules = [*splits, *(step for step in base.rules if not isinstance(step, Split))]
    if column := next(iter(_one(values, "leave_out", set(dict(_headings(file))))), ""):
        kept = [step for step in rules if not isinstance(step, LeaveOut) or fold(step.column) != fold(column)]
        words = tuple(dict.fromkeys(map(str, values.get("words", ()))))
        rules = kept + [LeaveOut(column, words)] * bool(words)
    return replace(base, shapes=shapes, rules=tuple(rules))


def use(file: OpenFile, recipe: Recipe | None) -> None:
    """Goes on with these rows, or (None) with a row of each record.

    Raises CredtoolsError where other rows would be made, and cells of these were corrected.
    """
    recipe = _plain(file.base) if recipe is None else recipe
    corrected = any(decision.scope == "patch" and decision.cells for decision in file.decisions)
    if corrected and _made_by(recipe) != _made_by(file.base):
        raise CredtoolsError("cells_corrected")
    file.use(recipe)


def _made_by(recipe: Recipe) -> object:
    """What of a recipe says which rows there are."""
    return recipe.read.get("sheet"), recipe.shapes, [step for step in recipe.rules if isinstance(step, Split)]


def _plain(recipe: Recipe) -> Recipe:
    rules = tuple(step for step in recipe.rules if not isinstance(step, Split))
    return replace(recipe, shapes=Shapes(), rules=rules)


def _one(values: Mapping[str, Any], name: str, known: set[str]) -> Sequence[str]:
    return [values[name]] if values.get(name) in known else []


# --- what the form says -----------------------------------------------------------------------------------------


def _pairs(file: OpenFile, recipe: Recipe, before: Table) -> dict[str, Any]:
    """Of each heading the column and type that it means when there is one row per person."""
    meant = {fold(text): (name, kind) for kind, pair in recipe.shapes.unpivot for name, text in pair.items()}
    types = file.registry.lookups().types
    kinds = sorted(types.loc[types["status"] == "active", "name"].tolist(), key=len, reverse=True)
    headings = []
    for heading in filter(None, before.reading.headings):
        likely = next((kind for kind in kinds if fold(kind) in fold(heading)), "")
        column, kind = meant.get(fold(heading), ("", likely))
        headings.append({"heading": heading, "column": column, "type": kind})
    return {"headings": headings, "types": sorted(kinds)}


def _cells(recipe: Recipe) -> dict[str, Any]:
    splits = [step for step in recipe.rules if isinstance(step, Split)]
    return {
        "fill_down": next(iter(recipe.shapes.fill_down), ""),
        "sections": recipe.shapes.sections,
        "split": {"column": splits[0].column, "by": splits[0].by} if splits else {"column": "", "by": ";"},
    }


def _sheets(recipe: Recipe, table: Table) -> dict[str, Any]:
    """The sheets of a workbook, and which of them are read."""
    stack, reading = recipe.shapes.sheets, table.reading
    named = (recipe.read.get("sheet", reading.sheet),) if stack is None else stack.names
    every = stack is not None and not stack.names
    sheets = [(name, hidden, not hidden if every else name in named) for name, hidden in reading.sheets]
    return {"sheets": sheets, "every_sheet": every, "name_as": stack.name_as if stack else ""}


def _of_sheets(file: OpenFile, values: Mapping[str, Any]) -> tuple[Recipe, Stack | None]:
    """The recipe that reads the chosen sheet, or how several are stacked."""
    base, reading = file.base, file.batch.table.reading
    known = [name for name, _ in reading.sheets]
    chosen = tuple(name for name in known if name in values.get("sheets", ()))
    if not known or "sheets" not in values:
        return base, base.shapes.sheets
    several = replace(base, read={key: value for key, value in base.read.items() if key != "sheet"})
    if values.get("every_sheet"):
        return several, Stack()
    if not chosen:
        raise CredtoolsError("no_sheet_chosen")
    if len(chosen) > 1:
        return several, Stack(chosen)
    if base.shapes.sheets is None and chosen[0] == reading.sheet:
        return base, None
    kept = {key: value for key, value in base.read.items() if key not in read_as.OF_ONE_SHEET}
    return replace(base, read={**kept, "sheet": chosen[0]}), None


def _left_out(file: OpenFile, recipe: Recipe) -> dict[str, Any]:
    """By which headings rows can be left out, and by which values of the first one they are."""
    offered, rules = _headings(file), list(_leaving(recipe))
    known = {fold(heading): heading for heading, _ in offered}
    words = [(known[fold(rule.column)], list(rule.words)) for rule in rules if fold(rule.column) in known]
    heading = words[0][0] if words else ""
    return {"headings": offered, "words": words, **values_of(file, heading)}


def _headings(file: OpenFile) -> list[tuple[str, str]]:
    """The headings by which rows can be left out, with their titles: none that names people, as recipes don't."""
    table, matched = file.batch.table, read_as.matched(file)
    naming = [column for column in read_as.schema_columns(file) if column.kind == "user"]
    people = {column.name for column in naming}
    called = {fold(word) for column in naming for word in (column.title, column.name, *column.synonyms)}
    titles = {column.name: column.title for column in file.columns.values()} if file.base.reshapes else {}
    names = [str(name) for name in table.frame.columns[: table.expected_fields]]
    return [
        (name, titles.get(name, name)) for name in names if matched.get(name) not in people and fold(name) not in called
    ]


def _leaving(recipe: Recipe) -> Iterator[LeaveOut]:
    return (step for step in recipe.rules if isinstance(step, LeaveOut))


# --- the first rows ---------------------------------------------------------------------------------------------


def _rows(file: OpenFile, recipe: Recipe | None, table: Table) -> dict[str, Any]:
    """The first rows of a table, without those that a recipe leaves out by what a column says."""
    frame, labels, told = table.frame, list(map(str, table.labels)), ""
    if recipe is not None and any(_leaving(recipe)):
        mapped = apply(recipe, table, read_as.schema_columns(file))
        left = mapped.left_out_by
        frame = frame[[row not in left for row in range(len(frame))]]
        labels = [label for row, label in enumerate(labels) if row not in left]
        words = [
            f"‘{text}’ ({rows:,})"
            for hit in mapped.hits
            if hit.step in mapped.left_out
            for text, _, rows in hit.changes
        ]
        told = f"; {plural(len(left), 'row')} left out{': ' * bool(words)}{first_of(words, NAMED)}"
    first = frame.iloc[:SHOWN, :WIDE]
    rows = [list(map(str, row)) for row in first.itertuples(index=False, name=None)]
    return {
        "headings": ["Line", *map(str, first.columns)],
        "rows": [[line, *row] for line, row in zip(labels, rows, strict=False)],
        "count": len(frame),
        "told": told,
        "more": frame.shape[1] > WIDE,
    }
