"""Decide: approve or decline pending versions of a batch; all or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, bindparam, func, select, update

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.batches import require_finished
from credtools.store.resubmit import resubmitters
from credtools.store.writing import Write, insert_columns, write
from credtools.text import Shown, fold, plural

NO_MEDIA = "its type requires media and none has been added yet"


@dataclass(frozen=True)
class Decided(Shown):
    """What a decision did: the lines decided, and the pending lines that can't be decided yet, with the reason."""

    decided: tuple[int, ...]
    blocked: dict[int, str]
    audit_seq: int | None
    audit_head: str

    def __str__(self) -> str:
        lines = [f"  line {line}: {why}" for line, why in self.blocked.items()]
        return "\n".join([f"{plural(len(self.decided), 'credential')} decided · {len(lines):,} blocked", *lines])

    @property
    def lacks_media(self) -> bool:
        """Whether a line is blocked because its media are missing."""
        return NO_MEDIA in self.blocked.values()


def decide(
    engine: Engine,
    batch_id: int,
    by: str,
    decision: str,
    *,
    reason: str,
    lines: Iterable[int] | None,
    four_eyes: bool,
) -> Decided:
    """Decides versions of a batch: all that are pending and not blocked, or exactly the named lines.

    Raises RegistryError, naming the lines, when a named line isn't pending or is blocked; nothing is changed then.
    """
    with write(engine) as work:
        require_finished(work, batch_id, "decided")
        pending = _pending(work, batch_id)
        again = resubmitters(work.connection)
        blocked = _blocked(decision, by if four_eyes else None, pending, again)
        chosen = sorted(set(pending) - set(blocked)) if lines is None else sorted(set(lines))
        if lines is not None:
            _refuse(batch_id, chosen, pending, blocked)
        if not chosen:
            return Decided((), blocked, None, work.hash)
        ids = [pending[line].id for line in chosen]
        seq = work.event("decide", by, batch_id, decision=decision, versions=ids, count=len(ids))
        first = work.next_id(tables.decisions)
        insert_columns(
            work.connection,
            tables.decisions,
            {
                "id": list(range(first, first + len(ids))),
                "version_id": ids,
                "decision": [decision] * len(ids),
                "reason": [reason] * len(ids),
                "uploaded_by": [again.get(pending[line].id, pending[line].uploaded_by) for line in chosen],
                "decided_by": [by] * len(ids),
                "decided_at": [work.at] * len(ids),
                "event_seq": [seq] * len(ids),
                "four_eyes": [four_eyes] * len(ids),
            },
        )
        version = tables.credential_versions
        change = update(version).where(version.c.id == bindparam("version"), version.c.decision == "pending")
        work.connection.execute(change.values(decision=decision), [{"version": k} for k in ids])
        return Decided(tuple(chosen), blocked, seq, work.hash)


def _pending(work: Write, batch_id: int) -> dict[int, Any]:
    """By line the version (id, uploaded_by, media needed and there) of every pending version that the batch wrote."""
    version, batch, credential = tables.credential_versions, tables.batches, tables.credentials
    kind, media, settings = tables.credential_types, tables.media, tables.settings
    linked = (
        select(func.count())
        .where(media.c.version_id == version.c.id, media.c.removed_at.is_(None))
        .scalar_subquery()
        .label("linked")
    )
    optional = select(settings.c.value).where(settings.c.key == "media_optional").scalar_subquery()
    rows = work.connection.execute(
        select(
            version.c.id,
            version.c.line,
            batch.c.uploaded_by,
            kind.c.media_required,
            func.coalesce(batch.c.media_optional, False).label("batch_optional"),
            optional.label("optional"),
            linked,
        )
        .select_from(version.join(batch).join(credential, credential.c.id == version.c.credential_id).join(kind))
        .where(version.c.batch_id == batch_id, version.c.decision == "pending", version.c.stands)
        .where(version.c.salt.is_not(None))  # else erased
        .order_by(version.c.line)
    )
    return {row.line: row for row in rows}


def _blocked(decision: str, no_uploader: str | None, pending: dict[int, Any], again: dict[int, str]) -> dict[int, str]:
    """By line why it can't be decided yet. A declined credential needs no media.

    `no_uploader`: who decides, where the organisation asks for four eyes.
    """
    blocked: dict[int, str] = {}
    for line, row in pending.items():
        needs_media = row.media_required and not row.batch_optional and row.optional != "true"
        if decision == "approved" and needs_media and not row.linked:
            blocked[line] = NO_MEDIA
        elif no_uploader is not None and fold(no_uploader) in (fold(row.uploaded_by), fold(again.get(row.id, ""))):
            blocked[line] = "it was uploaded by the same person, and the organisation asks for four eyes"
    return blocked


def _refuse(batch_id: int, lines: list[int], pending: dict[int, Any], blocked: dict[int, str]) -> None:
    strange = [line for line in lines if line not in pending]
    if strange:
        raise RegistryError("lines_not_pending", batch=batch_id, lines=_lines(strange))
    if stopped := [line for line in lines if line in blocked]:
        raise RegistryError("lines_blocked", lines=_lines(stopped), why=blocked[stopped[0]])


def _lines(lines: list[int]) -> str:
    shown = ", ".join(map(str, lines[:10])) + (f" and {len(lines) - 10} more" if len(lines) > 10 else "")
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}"
