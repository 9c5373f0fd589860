"""Batches before they are finished: draft, patch, amend, leave, hold, discard; and the note of each run."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, and_, delete, insert, or_, select, update

from credtools.errors import RegistryError
from credtools.recipe import Recipe
from credtools.store import tables
from credtools.store.frames import among
from credtools.store.reads import team
from credtools.store.reads.lineage import members
from credtools.store.reads.sources import family
from credtools.store.transaction import Write, write
from credtools.store.values import Correction, Upload

batch = tables.batches.c
FEW = 200  # cells whose earlier corrections are looked up by their records; of more all in force are read


def draft(engine: Engine, value: Upload) -> int:
    """Keeps the bytes and opens a batch; returns its number.

    A held batch of the same bytes, part and source is continued, as is the draft that this very attempt left behind
    when it was tried before: its recipe becomes the given one.
    """
    with write(engine) as work:
        require_own(work, value.source)
        file = tables.source_files.c
        named = select(tables.sources.c.id).where(tables.sources.c.name == value.source)
        erased = select(file.content.is_(None)).where(file.sha256 == value.sha256)
        known: Any = work.execute(select(named.label("source"), erased.label("erased"))).one()
        source_id = known.source or work.add(tables.sources, name=value.source)
        recipe = {"recipe_text": value.recipe_text, "recipe_fingerprint": value.recipe_fingerprint}
        begun, attempt_id = _begun(work, value)
        if begun is not None:
            work.change(batch.id, [begun], schema_name=value.schema_name, held_because=None, **recipe)
            work.event("continue", value.by, begun, attempt=value.attempt_id, recipe=value.recipe_fingerprint)
            return begun
        _keep_bytes(work, value, erased=known.erased)
        batch_id = work.add(
            tables.batches,
            source_id=source_id,
            sha256=value.sha256,
            part=value.part,
            parts=value.parts,
            file_name=value.file_name,
            state="draft",
            attempt_id=attempt_id,
            schema_name=value.schema_name,
            follows_id=value.follows_id,
            uploaded_by=value.by,
            uploaded_at=work.at,
            **recipe,
        )
        facts = {"sha256": value.sha256, "part": value.part, "source": value.source}
        work.event("upload", value.by, batch_id, attempt=value.attempt_id, **facts)
        return batch_id


def require_own(work: Write, source: str) -> None:
    """Raises RegistryError for a source of a team that others began, and in which nobody has let who is at work."""
    if begun := team.taken(work.connection, source):
        raise RegistryError("source_of_others", source=source, by=team.called(work.connection).get(begun, begun))


def _begun(work: Write, value: Upload) -> tuple[int | None, str]:
    """The batch with which this attempt goes on, where there is one; else the id under which a new one begins.

    That is a new id when an earlier batch has the attempt's: a scheduler tries again under the same id.
    """
    same = and_(batch.sha256 == value.sha256, batch.part == value.part, batch.source_id.in_(members(value.source)))
    ours = batch.attempt_id == value.attempt_id
    begun = same & ((batch.state == "held") | (ours & (batch.state == "draft")))
    found = select(batch.id, begun.label("begun"), ours.label("ours")).where(begun | ours)
    rows = work.execute(found.order_by(batch.state, batch.id)).all()  # a draft goes before one that is held
    taken = any(row.ours for row in rows)
    return next((row.id for row in rows if row.begun), None), uuid.uuid4().hex if taken else value.attempt_id


def _keep_bytes(work: Write, value: Upload, *, erased: bool | None) -> None:
    """`erased`: whether they were; None: they have never been here."""
    if erased is None:
        row = {"sha256": value.sha256, "size": len(value.content), "content": value.content}
        work.execute(insert(tables.source_files).values(**row))
    elif erased:  # and here again
        work.change(tables.source_files.c.sha256, [value.sha256], content=value.content)


def patch(engine: Engine, batch_id: int, by: str, cells: Sequence[Correction]) -> None:
    """Puts corrections in force, each in the place of an earlier one of the same cell; new None only removes it.

    They are kept while the same records keep coming. Raises RegistryError when the batch is no longer a draft or held.
    """
    c = tables.patches.c
    with write(engine) as work:
        ours = work.waiting(batch_id)
        mine = or_(*(c.source_id == number for number in family(work.connection, ours.source)))
        named = (c.record_digest, c.ordinal, c.digest_kind, c.digest_columns, c.column_name)
        places = [(*cell.record, cell.column) for cell in cells]
        in_force = select(c.id, *named).where(mine, c.removed_at.is_(None))
        if len(places) <= FEW:
            in_force = in_force.where(among(work.connection, c.record_digest, [place[0] for place in places]))
        given = set(places)
        earlier = [row[0] for row in work.execute(in_force).all() if tuple(row[1:]) in given]
        if earlier:
            work.execute(update(tables.patches).where(among(work.connection, c.id, earlier)).values(removed_at=work.at))
        kept = [(*place, cell.old, cell.new) for place, cell in zip(places, cells, strict=True) if cell.new is not None]
        ids = work.ids(tables.patches, len(kept))
        made = {"source_id": ours.source_id, "batch_id": batch_id, "made_by": by, "made_at": work.at}
        columns = [*(column.name for column in named), "old_value", "new_value"]
        work.insert_rows(tables.patches, columns, kept, id=ids, **made)
        work.event("patch", by, batch_id, cells=len(kept), removed=len(cells) - len(kept))


def amend(engine: Engine, batch_id: int, by: str, recipe: Recipe) -> None:
    """Gives a draft or held batch another recipe, so that whoever opens it next goes on with it."""
    with write(engine) as work:
        work.waiting(batch_id)
        said = {"schema_name": recipe.schema, "recipe_text": recipe.text(), "recipe_fingerprint": recipe.fingerprint}
        work.change(batch.id, [batch_id], **said)
        work.event("amend", by, batch_id, recipe=recipe.fingerprint)


def count_again(engine: Engine, batch_id: int, by: str, *, yes: bool | None) -> None:
    """Whether rows that equal an older version of the same issue date count again; None: nobody says so.

    Raises RegistryError when the batch is no longer a draft or held.
    """
    with write(engine) as work:
        work.waiting(batch_id)
        work.change(batch.id, [batch_id], count_again=yes)
        work.event("count_again", by, batch_id, yes=yes)


def leave(engine: Engine, batch_id: int, by: str, causes: Iterable[str], taken_back: Iterable[str] = ()) -> None:
    """Notes which causes are left rejected, so that whoever opens the batch next sees it; the last note counts.

    `causes`: digests that hold no value; `taken_back`: likewise, of those for which that was undone.
    """
    with write(engine) as work:
        work.waiting(batch_id)
        undone = sorted(taken_back)
        work.event("leave", by, batch_id, causes=sorted(causes), **({"taken_back": undone} if undone else {}))


def hold(engine: Engine, batch_id: int, by: str, *, attempt_id: str, rows: int, because: str, statistics: str) -> int:
    """Sets a batch aside for a person: no ledger, no rejects, every row waits. Returns the number that waits.

    When another run has held the same bytes in the meantime this batch is discarded, and follows that one.
    """
    with write(engine) as work:
        this = work.waiting(batch_id)
        same = (batch.sha256 == this.sha256, batch.part == this.part, batch.source_id.in_(members(this.source)))
        held = work.execute(select(batch.id).where(*same, batch.state == "held")).scalar() or batch_id
        if held == batch_id:
            work.change(batch.id, [batch_id], state="held", held_because=because, rows=rows, waiting=rows)
            work.event("hold", by, batch_id, attempt=attempt_id, rows=rows)
        else:
            work.change(batch.id, [batch_id], state="discarded", follows_id=held)
            work.event("discard", by, batch_id, attempt=attempt_id, follows=held)
        note_run(work, this.source_id, held, "held", this.file_name, statistics)
        return held


def discard(engine: Engine, batch_id: int, by: str) -> None:
    """Gives up a draft or held batch; its rows are not judged and its number is not used again."""
    with write(engine) as work:
        work.waiting(batch_id)
        work.change(batch.id, [batch_id], state="discarded")
        work.execute(delete(tables.staged_media).where(tables.staged_media.c.batch_id == batch_id))
        work.event("discard", by, batch_id)


def note_failure(engine: Engine, by: str, name: str, file_name: str) -> None:
    """Keeps that a run failed, so that a source which delivers nothing usable is seen; not of a source of others."""
    with write(engine) as work:
        if team.taken(work.connection, name):
            return
        work.event("fail", by)
        note_run(work, source(work, name), None, "failed", file_name, "{}")


def note_run(work: Write, source_id: int, batch_id: int | None, verdict: str, file_name: str, statistics: str) -> None:
    """Keeps what a run looked like, as the yardstick for the next file of its source."""
    run = {"source_id": source_id, "batch_id": batch_id, "at": work.at, "verdict": verdict, "file_name": file_name}
    work.add(tables.runs, statistics=statistics, **run)


def source(work: Write, name: str) -> int:
    """The id of a source, made when it is first seen."""
    found = work.execute(select(tables.sources.c.id).where(tables.sources.c.name == name)).scalar()
    return work.add(tables.sources, name=name) if found is None else int(found)
