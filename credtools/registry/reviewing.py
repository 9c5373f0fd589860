"""Reviewing: a file becomes a table, the table a review, the review a plan of what finishing would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from credtools import reading, store
from credtools.checking import judge
from credtools.checking.lookups import Lookups
from credtools.checking.stored import with_stored
from credtools.errors import FileError
from credtools.exports import template
from credtools.limited import collection_paused
from credtools.model import Changes, Place, Review, Table, known_under
from credtools.recipe import Recipe, shape
from credtools.registry import news, scanning, statuses, unread
from credtools.registry.draft import Draft
from credtools.registry.origins import origin
from credtools.registry.session import Session
from credtools.text import data_among, fold

LOCKED = {"password_needed": "password_needed_of_batch", "password_wrong": "password_wrong_of_batch"}


def opened(session: Session, number: int, attempt: str | None = None) -> Draft:
    """The batch of this number. Raises RegistryError when there is none."""
    row = store.reads.batch(session.at, number)
    return Draft(row, Recipe.parse(row.recipe_text, source=row.source), attempt or row.attempt_id)


def refresh(session: Session, draft: Draft) -> Draft:
    """The draft with its row as it is now: others may have held, finished or undone it."""
    with session.moment() as now:
        if draft.row.seq != now.facts().seq:
            draft.row = store.reads.batch(now.at, draft.id)
            if draft.recipe.source != draft.source:  # renamed, merged, or moved there
                draft.recipe = replace(draft.recipe, source=draft.source)
    return draft


@contextmanager
def moment(session: Session, draft: Draft) -> Iterator[Session]:
    """A moment for what is asked of a draft; its file is read before: no transaction waits for a large spreadsheet."""
    table(session, draft)
    with session.moment() as now:
        yield now


def read(session: Session, content: bytes, name: str, recipe: Recipe, lookups: Lookups) -> Table:
    """The table in a file, found with the recipe's options and the words of its schema, in the recipe's shape.

    Raises FileError.
    """
    columns = session.schema(recipe.schema).columns
    return shape(recipe, as_it_is(session, content, name, recipe, lookups), columns)


def as_it_is(session: Session, content: bytes, name: str, recipe: Recipe, lookups: Lookups) -> Table:
    """The same before any row is reshaped. Raises FileError."""
    columns = session.schema(recipe.schema).columns
    titles = {word for column in columns for word in (column.title, column.name, *column.synonyms)}
    formats = {form for column in (*recipe.date_format, "") for form in recipe.dates(column, lookups.date_format)}
    instructions = {text for form in formats for text in template.instructions(columns, form)}
    known = (*recipe.headings, *(text for _, pair in recipe.shapes.unpivot for text in pair.values()))
    words: dict[str, Any] = {"titles": {*titles, *known}, "instructions": instructions}
    words["password"] = session.password_of(content)
    if recipe.shapes.sheets:
        words["stack"] = list(recipe.shapes.sheets.names) or "all"
    found = reading.read_bytes(content, name, **recipe.read, **words)
    return _knowing_people(found, words["titles"], lookups)


def _knowing_people(table: Table, titles: Iterable[str], lookups: Lookups) -> Table:
    """With the headings hidden that hold what is known of a user; none that means something here."""
    known = {fold(title) for title in titles}
    headings = {*table.reading.headings, *table.frame.columns}
    people = lookups.of_people(heading for heading in headings if heading and fold(heading) not in known)
    hidden = data_among(headings, known, people)
    return replace(table, reading=replace(table.reading, hidden=hidden))


def table(session: Session, draft: Draft) -> Table:
    """The file of a draft as text, read with its recipe's options. Raises RegistryError when its bytes are erased."""
    if draft.table is None:
        content, lookups = store.reads.source_bytes(session.at, draft.sha256), session.lookups()
        whole = read(session, content, draft.file, draft.recipe, lookups)
        draft.table = whole.part(draft.row.part, lookups.settings.max_rows)
    return draft.table


def with_cells(session: Session, draft: Draft) -> Table:
    """The same; that of a correction knows of its cells, too, what the files know whose rows it corrects.

    Corrections are kept as text: which texts were date cells only the workbook says from which the rows came.
    """
    found = table(session, draft)
    if found.corrects or draft.row.follows_id is None or not store.reads.is_partial(session.at, draft.id):
        return found
    earlier, tables = draft, [found]
    while earlier.row.follows_id is not None:
        earlier = opened(session, earlier.row.follows_id)
        if not earlier.row.erased:
            with naming(earlier):
                tables.insert(0, table(session, earlier))
    draft.table = replace(found, **known_under((one, {str(name): str(name) for name in found.frame}) for one in tables))
    return draft.table


@contextmanager
def naming(draft: Draft) -> Iterator[None]:
    """Says of which batch a file needs its password, where it is one of several that are read."""
    try:
        yield
    except FileError as problem:
        if problem.reason not in LOCKED:
            raise
        raise FileError(LOCKED[problem.reason], **problem.facts, file=draft.file, batch=draft.id) from None


def table_by(session: Session, draft: Draft, recipe: Recipe) -> Table:
    """The file of a draft as another recipe reads it and makes rows of it."""
    content = store.reads.source_bytes(session.at, draft.sha256)
    return read(session, content, draft.file, recipe, session.lookups())


def review(session: Session, draft: Draft) -> Review:
    """Every reason for every row; kept until something changes. Raises FileError when a required heading is missing."""
    if draft.review is None:
        read = with_cells(session, draft)
        with session.moment() as now:
            patches = now.patches(draft.source)
            known = read, draft.recipe, now.schema(draft.recipe.schema), now.lookups(), patches
            draft.review = draft.basis = judge.review(*known, before=draft.basis)
    return draft.review


def again(session: Session, draft: Draft) -> Review:
    """The review by what is known now."""
    draft.forget()
    return review(session, draft)


def planned(session: Session, draft: Draft) -> Changes:
    """What finishing would do to each row of a draft; found out again when anything was written since."""
    with moment(session, draft) as now, collection_paused():
        found, seq = review(now, draft), now.facts().seq
        store.reads.ask(now.at, found.people)
        if draft.plan is None or draft.plan[0] is not found or draft.plan[1] != seq:
            draft.plan = found, seq, news.changes(now, found, draft.recipe, news.sending(now, found, draft))
        return draft.plan[2]


def warned(session: Session, draft: Draft) -> Review:
    """The review with warnings about what is stored, as long as they can matter."""
    with moment(session, draft) as now:
        found = review(now, draft)
        if not refresh(now, draft).waits:
            return found
        changed = planned(now, draft)
        if draft.told is None or draft.told[0] is not draft.plan:
            known = [*origin(now, draft.row.came_as, draft.source, draft.sha256, changed), *unread.warnings(changed)]
            known += statuses.warnings(found, draft.recipe)
            draft.told = draft.plan, replace(_warned(now, found, changed, draft), origin=tuple(known))
        return draft.told[1]


def check(session: Session, table: Table, recipe: Recipe) -> Review:
    """What a file would be worth; stores nothing."""
    with session.moment() as now:
        patches = now.patches(recipe.source)
        found = judge.review(table, recipe, now.schema(recipe.schema), now.lookups(), patches)
        if "type_id" not in found.resolved:  # users or types, not credentials
            return found
        taken = news.as_sent(now, recipe, table, len(table.lines), again=True)
        name = store.reads.name_now(now.at, recipe.source)
        store.reads.ask(now.at, found.people)
        changed = news.changes(now, found, recipe, taken)
        known = [*origin(now, recipe.source, name, table.sha256, changed), *unread.warnings(changed)]
        known += statuses.warnings(found, recipe)
        return _warned(now, replace(found, origin=tuple(known)), changed)


def _warned(session: Session, found: Review, changed: Changes, draft: Draft | None = None) -> Review:
    """With the schema's warnings about what is stored, and about media that are asked for or say something else."""
    staged: list[tuple[scanning.Of, str]] = []
    if draft and draft.row.staged:
        media = store.reads.media_of(session.at, draft.id)[[*Place._fields, "sha256", "media_type"]]
        rows = media.itertuples(index=False, name=None)
        staged = [((Place(*place), sha256), media_type) for *place, sha256, media_type in rows]
    optional = session.lookups().settings.media_optional or (draft and draft.row.media_optional)
    there = None if optional else [place for (place, _), _ in staged]
    scans = scanning.differing(session, draft, found, changed, staged) if draft and staged else {}
    return with_stored(found, changed, there, scans)
