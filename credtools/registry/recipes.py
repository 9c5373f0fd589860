"""What recipes say of files: what each rule does, what another recipe would change, what saving writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from credtools import store
from credtools.checking.rows import ready_rows
from credtools.model import Review, order
from credtools.reading import Source
from credtools.recipe import MANUAL, Hit, Recipe, apply, column_of, proposed_name
from credtools.recipe.records import Records
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.registry.uploading import table_of
from credtools.text import Shown, plural


@dataclass(frozen=True)
class ChangedRow:
    """A row that two recipes judge differently.

    By each: 'ready', 'ready with other values', 'withdrawn', 'rejected (codes)', 'left out' or 'absent'.
    """

    line: int | str
    before: str
    after: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.before} → {self.after}"


@dataclass(frozen=True)
class RecipeDiff(Shown):
    """The rows that change; how many are ready, rejected and left out by the second recipe."""

    rows: tuple[ChangedRow, ...]
    ready: int
    rejected: int
    left_out: int = 0

    def __str__(self) -> str:
        judged = f"{plural(len(self.rows), 'row')} judged differently"
        head = f"{judged}; then {self.ready:,} ready · {self.rejected:,} rejected"
        head += f" · {self.left_out:,} left out" if self.left_out else ""
        return "\n".join([head, *(f"  {row}" for row in self.rows)])


def load(recipe: Recipe | str | Path | None) -> Recipe:
    """The recipe itself, or that of a file; None: that of `manual`, which says nothing."""
    if recipe is None or isinstance(recipe, Recipe):
        return recipe or Recipe()
    return Recipe.load(recipe)


def hits(session: Session, source: Source, recipe: Recipe) -> Sequence[Hit]:
    table, recipe = table_of(session, source, recipe)
    return apply(recipe, table, session.schema(recipe.schema).columns).hits


def compare(session: Session, source: Source, first: Recipe, second: Recipe) -> RecipeDiff:
    """Which rows the second recipe would judge differently from the first, by line.

    Both for the source of the first, so that its corrections count in both and only what the recipes say differs.
    """
    tables = [table_of(session, source, recipe) for recipe in (first, replace(second, source=first.source))]
    with session.moment() as now:
        reviews = [reviewing.check(now, *some) for some in tables]
    before, after = map(_judged, reviews)
    rows = []
    for line in sorted(before.keys() | after.keys(), key=order):
        old, new = before.get(line, ("absent", None)), after.get(line, ("absent", None))
        if old != new:
            same_word = f"{new[0]} with other values" if old[0] == new[0] else new[0]
            rows.append(ChangedRow(line, old[0], same_word))
    return RecipeDiff(tuple(rows), **reviews[1].counted)


def _judged(review: Review) -> dict[int | str, tuple[str, object]]:
    found: dict[int, tuple[str, object]] = {
        row: ("withdrawn" if review.withdrawn[row] else "ready", (key, said)) for row, key, said in ready_rows(review)
    }
    for row in np.flatnonzero(~review.passed).tolist():
        left_out = review.left_out[row]
        found[row] = ("left out" if left_out else f"rejected ({', '.join(review.codes[row])})", None)
    return {label: found[row] for row, label in enumerate(review.table.labels)}


def complete(session: Session, draft: Draft) -> Recipe:
    """The draft's recipe with everything written out that was detected or inherited: it replays alone.

    Headings that this file lacks stay: an older file may come again.
    """
    review, recipe = reviewing.review(session, draft), draft.recipe
    read = {**review.table.reading.options(), **recipe.read}
    found = {heading: name for heading, name in review.headings.items() if name and name == column_of(name)}
    given = {name: formats for name, formats in review.date_formats.items() if name in found.values()}
    if len(set(given.values())) == 1:
        given = {"*": next(iter(given.values()))}
    return replace(recipe, read=read, headings={**recipe.headings, **found}, date_format=given)


def save(session: Session, draft: Draft, path: Path) -> Path:
    """Saves the recipe of a draft; a batch of `manual` belongs to the source of that name from then on."""
    if draft.source == MANUAL != path.stem:
        session.require("move")  # before anything is saved
    saved = complete(session, draft).save(path)
    if draft.source == MANUAL != saved.stem:
        review = reviewing.review(session, draft)
        here = Records(review.table, review.headings)
        patches = {one.record for one in store.reads.patches(session.at, session.family(MANUAL))}
        records = {record.digest for record in patches if here.row(record) is not None}
        followed = store.reads.followed(session.at, session.family(MANUAL))
        rejects = [one.id for one in followed if here.row(one.record) is not None]
        store.move(session.engine, draft.id, session.by, saved.stem, rejects=rejects, records=records)
        reviewing.refresh(session, draft)
        draft.forget()
    return saved


def proposed(session: Session, draft: Draft, folder: Path) -> Path:
    """Where the recipe of a batch may be saved: as its source's, else under a name that no other source has."""
    if draft.source != MANUAL:
        return _existing(folder, draft.source) or folder / f"{draft.source}.yaml"

    def taken(name: str) -> bool:
        return bool(session.family(name)) or _existing(folder, name) is not None

    return folder / f"{proposed_name(draft.file, taken)}.yaml"


def _existing(folder: Path, name: str) -> Path | None:
    return next((path for ending in ("yaml", "yml") if (path := folder / f"{name}.{ending}").is_file()), None)


def changes(session: Session, draft: Draft, path: Path) -> list[str]:
    """The lines of a recipe that saving the draft's over it takes out (-) and adds (+), in the order of the file."""
    before = path.read_text("utf-8").splitlines()
    after = complete(session, draft).text_over(path).splitlines()
    return [
        line
        for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if kind != "equal"
        for line in (*(f"- {gone}" for gone in before[i:j]), *(f"+ {new}" for new in after[k:m]))
    ]
