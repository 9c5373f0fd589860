"""Taking out: files that leave the registry – the template, clean files of what was accepted, rejects to correct."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from credtools import store
from credtools.exports.accepted import write_accepted
from credtools.exports.corrections import WrongRow, row_key, write_corrections
from credtools.exports.template import write_template
from credtools.recipe import Recipe
from credtools.registry import layouts, reviewing, validity
from credtools.registry.session import Session
from credtools.schema.words import Column


def template(session: Session, path: str | Path, schema: str) -> Path:
    lookups = session.lookups()
    types = lookups.types.loc[lookups.types["status"] == "active", "name"].tolist()
    return write_template(path, _columns(session, schema), types, lookups.date_format)


def accepted(
    session: Session, path: str | Path, batch: int | None, expiring: int | None, *, current: bool = False
) -> list[Path]:
    """Writes what was accepted (by one batch; what expires within so many days) as clean template files.

    `current`: only the version of each credential that counts now.
    """
    if expiring is None and current:
        wanted = validity.counting(store.reads.credentials(session.engine)).sort_index()
    elif expiring is None:
        wanted = validity.accepted(store.reads.credentials(session.engine, batch, whole=True))
    else:
        wanted = validity.expiring(store.reads.credentials(session.engine), session.lookups().today, expiring)
    if batch is not None:
        wanted = wanted[wanted["batch"] == batch]
    types = session.lookups().types
    blank_is_never = types["validity_months"].isna() & (types["expiry"] != "required")
    never = types.loc[~blank_is_never, "name"]
    alone = session.lookups().find_users(wanted["user_email"], "email") >= 0
    columns = _columns(session, "credentials", *(() if alone.all() else ("external_id",)))
    return write_accepted(path, wanted, columns, session.settings.date_format, never.tolist())


def _columns(session: Session, schema: str, *more: str) -> list[Column]:
    """The columns of a template: users are named by their e-mail address; `more`: by their User ID, too."""
    columns = session.schema(schema).columns
    used = {*Recipe().columns_in_use(columns), *more}
    return [column for column in columns if column.name in used]


def rejects(session: Session, path: str | Path, batch: int | None = None, only: Collection[int] | None = None) -> int:
    """Writes the open rejects (of one batch, or `only` those of some numbers) for correction; returns how many."""
    by_batch: defaultdict[int, list[store.reads.Rejected]] = defaultdict(list)
    for reject in store.reads.open_rejects(session.engine, batch).values():
        if only is None or reject.id in only:
            by_batch[reject.batch].append(reject)
    rows = []
    for number, found in by_batch.items():
        draft = reviewing.opened(session, number)
        headings = layouts.names(session, draft)
        rows += [replace(_wrong_row(reject, headings), source=draft.source, file=draft.file) for reject in found]
    write_corrections(path, rows)
    return len(rows)


def _wrong_row(reject: store.reads.Rejected, headings: Sequence[str]) -> WrongRow:
    raw = json.loads(reject.raw or "[]")
    said = [(error.heading, str(error.resolution or ""), str(error.suggestion or "")) for error in reject.errors]
    return WrongRow(
        row_key(reject.id, reject.digest),
        {heading: raw[k] if k < len(raw) else "" for k, heading in enumerate(headings)},
        frozenset(name for error in reject.errors for name in (error.heading, error.column_name)),
        "\n".join(dict.fromkeys(f"{heading}: {text}" if heading else text for heading, text, _ in said)),
        "\n".join(dict.fromkeys(f"{heading}: {text}" for heading, _, text in said if text)),
    )
