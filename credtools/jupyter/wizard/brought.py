"""Brought: the decisions that a batch brings along – rules of its recipe, corrections, what was said before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from credtools.jupyter.wizard.causes import EXPIRES, Cause, right, stays
from credtools.jupyter.wizard.decisions import Cell, Decision
from credtools.recipe import Recipe, Replace, Status
from credtools.registry import Left
from credtools.schema.dates import NEVER, date_format
from credtools.schema.notation import Notation
from credtools.schema.words import RECORD
from credtools.text import fold

if TYPE_CHECKING:
    from credtools.jupyter.wizard.open_file import OpenFile

FEW = 3  # causes of one kind and one time that are listed one by one


def decisions(file: OpenFile) -> Iterator[Decision]:
    """All of them, in the order in which they are listed."""
    yield from _rules(file)
    yield from _formats(file)
    yield from _words(file)
    yield from _corrections(file)
    yield from _left(file)
    yield from _stored(file)


def without(recipe: Recipe, listed: Collection[Decision]) -> Recipe:
    """The recipe without the date formats and the words of the status that are listed as decisions."""
    columns, words = {one.column for one in listed if one.format}, any(one.meaning for one in listed)
    formats = {column: forms[:1] if column in columns else forms for column, forms in recipe.date_format.items()}
    status = Status(recipe.status.column) if recipe.status and words else recipe.status
    return replace(recipe, date_format=formats, status=status)


def patches(file: OpenFile) -> list[Cell]:
    """The corrections in force."""
    found = file.batch.patches()[[*Cell.__match_args__]]
    return [Cell(*cell) for cell in found.itertuples(index=False, name=None)]


def _rules(file: OpenFile) -> Iterator[Decision]:
    """The rules that the recipe already has, with what they do in this file."""
    table = file.reviewed.table
    sources = {column: heading for heading, column in file.reviewed.headings.items() if column}
    replaced = {rule.column for rule in file.base.replacements} & sources.keys()
    folded = {name: table.frame[sources[name]].map(fold).to_numpy() for name in replaced}
    for rule in file.base.rules:
        cells: tuple[Cell, ...] = ()
        if isinstance(rule, Replace) and rule.column in folded:
            rows = zip(table.labels, folded[rule.column] == fold(rule.old), strict=True)
            cells = tuple(Cell(label, rule.column, rule.old, rule.new) for label, one in rows if one)
        yield Decision(file.number(), file.hits[rule].rows, "rule", cells, rule=rule)


def _formats(file: OpenFile) -> Iterator[Decision]:
    """The date formats of a column beside its first one, with the cells that only they read."""
    recipe, resolved = file.base, file.reviewed.resolved
    for column, forms in recipe.date_format.items():
        cells = Counter(resolved[f"{column}_text"].tolist()) if f"{column}_text" in resolved else Counter[str]()
        read: set[str] = set()
        for place, form in enumerate(forms):
            known = date_format(form, recipe.notation)
            new = {text for text in cells.keys() - read if known.parse(text)}
            read |= new
            if place and column != "*":
                declared = Notation(
                    recipe.years if "YY" in form.replace("YYYY", "") else None, recipe.months if "MMM" in form else ()
                )
                count = sum(cells[text] for text in new)
                yield Decision(file.number(), count, "rule", column=column, format=form, notation=declared)


def _words(file: OpenFile) -> Iterator[Decision]:
    """What words of the status mean, with the rows that have them."""
    status = file.base.status
    column = next((one.name for one in file.columns.values() if one.kind == "status"), "")
    if status is None or not column:
        return
    rows = Counter(fold(text) for text in file.reviewed.resolved[f"{column}_text"])
    for meaning, words in status.said:
        for word in words:
            yield Decision(file.number(), rows[fold(word)], "rule", column=column, word=word, meaning=meaning)


def _corrections(file: OpenFile) -> Iterator[Decision]:
    """The corrections that were made before, as one decision per column."""
    by_column: dict[tuple[str, str], list[Cell]] = {}
    for cell in patches(file):
        by_column.setdefault((cell.column, cell.new if cell.column == RECORD else ""), []).append(cell)
    for cells in by_column.values():
        yield Decision(file.number(), len(cells), "patch", tuple(cells))


def _left(file: OpenFile) -> Iterator[Decision]:
    """What somebody has left rejected, or said to be right: in this draft, or where the same records came before.

    Of a cause that has other rows, too, nothing is decided; its card says so (`OpenFile.left`).
    """
    blocking, doubtful = file.blocking(), file.doubtful()
    file.left = file.batch.left({cause.key: cause.rows for cause in (*blocking, *doubtful)})
    together: dict[tuple[str, str, Left], list[Cause]] = {}
    for cause in blocking:
        left = file.left.get(cause.key)
        if left and left.rows.issuperset(cause.rows):
            together.setdefault((cause.code, cause.column_name, left._replace(rows=frozenset())), []).append(cause)
    for (*_, left), causes in together.items():
        for some in [causes] if len(causes) > FEW else [[cause] for cause in causes]:
            yield stays(some, file.number(), when(left))
    yield from (right(cause, file.number()) for cause in doubtful if cause.key in file.left)


def when(left: Left) -> str:
    """When it was decided that rows stay rejected, and by whom."""
    if left.batch:
        return f", as {left.by} decided in batch {left.batch}"
    return "" if left.by else ", waived for good"


def _stored(file: OpenFile) -> Iterator[Decision]:
    """What was said before about words, blank cells over stored values, and rows that equal an older version."""
    base = file.base
    if base.never:
        rows = int((file.reviewed.resolved[f"{EXPIRES}_state"] == NEVER).sum())
        yield Decision(file.number(), rows, "rule", column=EXPIRES, never=base.never)
    if base.blanks:
        yield Decision(file.number(), file.losing(), "rule", blanks=base.blanks)
    if (again := file.batch.counts_again) is not None:
        changed = file.batch.changes()
        yield Decision(file.number(), len(changed.back if again else changed.again), again=again)
