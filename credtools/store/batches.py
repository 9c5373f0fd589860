"""Batches before they are finished: draft, hold, discard; and the note of each run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from sqlalchemy import Engine, delete, insert, select, update

from credtools.errors import RegistryError
from credtools.model import WAITING_STATES
from credtools.recipe import Recipe
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.values import Draft
from credtools.store.writing import Write, write


def draft(engine: Engine, value: Draft) -> int:
    """Keeps the bytes and opens a batch; returns its number.

    A held batch of the same bytes, part and source is continued, as is the draft that this very attempt left behind
    when it was tried before: its recipe becomes the given one.
    """
    with write(engine) as work:
        c = work.connection
        source_id = source(work, value.source)
        begun = _begun(work, value, source_id)
        recipe = {"recipe_text": value.recipe_text, "recipe_fingerprint": value.recipe_fingerprint}
        if begun is not None:
            c.execute(
                update(tables.batches)
                .where(tables.batches.c.id == begun)
                .values(schema_name=value.schema_name, held_because=None, **recipe)
            )
            work.event("continue", value.by, begun, attempt=value.attempt_id, recipe=value.recipe_fingerprint)
            return begun
        known = c.execute(
            select(tables.source_files.c.sha256, tables.source_files.c.content.is_(None)).where(
                tables.source_files.c.sha256 == value.sha256
            )
        ).one_or_none()
        if known is None:
            file = {"sha256": value.sha256, "size": len(value.content), "content": value.content}
            c.execute(insert(tables.source_files).values(**file))
        elif known[1]:  # erased before, and here again
            c.execute(
                update(tables.source_files)
                .where(tables.source_files.c.sha256 == value.sha256)
                .values(content=value.content)
            )
        batch_id = work.next_id(tables.batches)
        c.execute(
            insert(tables.batches).values(
                id=batch_id,
                source_id=source_id,
                sha256=value.sha256,
                part=value.part,
                file_name=value.file_name,
                state="draft",
                attempt_id=_unused(work, value.attempt_id),
                schema_name=value.schema_name,
                follows_id=value.follows_id,
                uploaded_by=value.by,
                uploaded_at=work.at,
                **recipe,
            )
        )
        file = {"sha256": value.sha256, "part": value.part, "source": value.source}
        work.event("upload", value.by, batch_id, attempt=value.attempt_id, **file)
        return batch_id


def _begun(work: Write, value: Draft, source_id: int) -> int | None:
    """The batch with which this attempt goes on, where there is one."""
    batch = tables.batches.c
    same = (batch.sha256 == value.sha256, batch.part == value.part, batch.source_id == source_id)
    own = select(batch.id).where(*same, batch.state == "draft", batch.attempt_id == value.attempt_id)
    return work.connection.execute(own).scalar() or _held(work, value.sha256, value.part, source_id)


def _unused(work: Write, attempt_id: str) -> str:
    """The id itself, or a new one when an earlier batch has it: a scheduler tries again under the same id."""
    taken = select(tables.batches.c.id).where(tables.batches.c.attempt_id == attempt_id)
    return attempt_id if work.connection.execute(taken).scalar() is None else uuid.uuid4().hex


def _held(work: Write, sha256: str, part: int, source_id: int) -> int | None:
    """The batch of these bytes that waits for a person already."""
    batch = tables.batches.c
    same = (batch.sha256 == sha256, batch.part == part, batch.source_id == source_id, batch.state == "held")
    return work.connection.execute(select(batch.id).where(*same)).scalar()


def hold(engine: Engine, batch_id: int, by: str, *, attempt_id: str, rows: int, because: str, statistics: str) -> int:
    """Sets a batch aside for a person: no ledger, no rejects, every row waits. Returns the number that waits.

    When another run has held the same bytes in the meantime this batch is discarded, and follows that one.
    """
    with write(engine) as work:
        require_waiting(work, batch_id)
        this = update(tables.batches).where(tables.batches.c.id == batch_id)
        batch = work.connection.execute(select(tables.batches).where(tables.batches.c.id == batch_id)).one()
        held = _held(work, batch.sha256, batch.part, batch.source_id) or batch_id
        if held == batch_id:
            waits = {"state": "held", "held_because": because, "rows": rows, "waiting": rows}
            work.connection.execute(this.values(waits))
            work.event("hold", by, batch_id, attempt=attempt_id, rows=rows)
        else:
            work.connection.execute(this.values(state="discarded", follows_id=held))
            work.event("discard", by, batch_id, attempt=attempt_id, follows=held)
        note_run(work, batch.source_id, held, "held", batch.file_name, statistics)
        return held


def amend(engine: Engine, batch_id: int, by: str, recipe: Recipe) -> None:
    """Gives a draft or held batch another recipe, so that whoever opens it next goes on with it."""
    with write(engine) as work:
        require_waiting(work, batch_id)
        work.connection.execute(
            update(tables.batches)
            .where(tables.batches.c.id == batch_id)
            .values(schema_name=recipe.schema, recipe_text=recipe.text(), recipe_fingerprint=recipe.fingerprint)
        )
        work.event("amend", by, batch_id, recipe=recipe.fingerprint)


def leave(engine: Engine, batch_id: int, by: str, causes: Iterable[str]) -> None:
    """Notes which causes are left rejected, so that whoever opens the batch next sees it; the last note counts.

    `causes`: digests that hold no value.
    """
    with write(engine) as work:
        require_waiting(work, batch_id)
        work.event("leave", by, batch_id, causes=sorted(causes))


def left(at: At, batch_id: int) -> frozenset[str]:
    """The causes that are left rejected by the last note."""
    event = tables.events.c
    last = select(event.text).where(event.batch_id == batch_id, event.kind == "leave").order_by(event.seq.desc())
    with snapshot(at) as connection:
        text = connection.execute(last.limit(1)).scalar()
    return frozenset(json.loads(text)["causes"]) if text else frozenset()


def discard(engine: Engine, batch_id: int, by: str) -> None:
    """Gives up a draft or held batch; its rows are not judged and its number is not used again."""
    with write(engine) as work:
        require_waiting(work, batch_id)
        work.connection.execute(update(tables.batches).where(tables.batches.c.id == batch_id).values(state="discarded"))
        work.connection.execute(delete(tables.staged_media).where(tables.staged_media.c.batch_id == batch_id))
        work.event("discard", by, batch_id)


def note_failure(engine: Engine, source_name: str, file_name: str) -> None:
    """Keeps that a run failed, so that a source which delivers nothing usable is seen."""
    with write(engine) as work:
        note_run(work, source(work, source_name), None, "failed", file_name, "{}")


def note_run(work: Write, source_id: int, batch_id: int | None, verdict: str, file_name: str, statistics: str) -> None:
    """Keeps what a run looked like, as the yardstick for the next file of its source."""
    work.connection.execute(
        insert(tables.runs).values(
            id=work.next_id(tables.runs),
            source_id=source_id,
            batch_id=batch_id,
            at=work.at,
            verdict=verdict,
            file_name=file_name,
            statistics=statistics,
        )
    )


def source(work: Write, name: str) -> int:
    """The id of a source, made when it is first seen."""
    found = work.connection.execute(select(tables.sources.c.id).where(tables.sources.c.name == name)).scalar()
    if found is None:
        found = work.next_id(tables.sources)
        work.connection.execute(insert(tables.sources).values(id=found, name=name))
    return int(found)


def settled(engine: Engine, batch_id: int, judgement: str) -> bool:
    """Whether a batch was finished by this judgement, after a COMMIT that went unanswered.

    Raises RegistryError when that can't be found out.
    """
    with write(engine) as work:  # waits at the audit head until the server has ended the lost transaction
        batch = tables.batches.c
        found = select(batch.state, batch.judgement).where(batch.id == batch_id)
        return tuple(work.connection.execute(found).one()) == ("finished", judgement)


def require_waiting(work: Write, batch_id: int) -> None:
    """Raises RegistryError unless the batch is a draft or held."""
    state = state_of(work, batch_id)
    if state not in WAITING_STATES:
        raise RegistryError("batch_settled", batch=batch_id, state=state)


def state_of(work: Write, batch_id: int) -> str:
    """The state of a batch. Raises RegistryError when there is none of this number."""
    batch = tables.batches.c
    state = work.connection.execute(select(batch.state).where(batch.id == batch_id)).scalar()
    if state is None:
        raise RegistryError("batch_unknown", batch=batch_id)
    return str(state)


def require_finished(work: Write, batch_id: int, verb: str) -> None:
    """Raises RegistryError unless the batch is finished, as for what is done to it (`decided`, `undone` …)."""
    state = state_of(work, batch_id)
    if state != "finished":
        raise RegistryError("batch_not_finished", batch=batch_id, state=state, verb=verb)


def source_of(work: Write, batch_id: int) -> int:
    """The id of a batch's source."""
    batch = tables.batches.c
    return int(work.connection.execute(select(batch.source_id).where(batch.id == batch_id)).scalar_one())
