"""Taking out: files that leave the registry – the template, clean files of what was accepted, rejects to correct."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from credtools import store
from credtools.errors import CredtoolsError
from credtools.exports.accepted import write_accepted
from credtools.exports.corrections import WrongRow, row_key, write_corrections
from credtools.exports.template import write_template
from credtools.media import writing
from credtools.recipe import Recipe
from credtools.registry import layouts, reviewing, scans_out, validity
from credtools.registry.scans_out import Exported, Progress
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
    return _written(session, path, _wanted(session, batch, expiring, current=current))


def with_media(
    session: Session,
    path: Path,
    media: tuple[Path, str, Progress | None],
    batch: int | None,
    expiring: int | None,
    *,
    current: bool = False,
) -> Exported:
    """The same with the scans (`media`: where to, how they are called, who is told), which the media column names."""
    target, name, progress = media
    if path.suffix.lower() != ".csv":
        raise CredtoolsError("not_csv", name=path.name)
    if "media" not in {column.name for column in _columns(session, "credentials")}:
        raise CredtoolsError("no_media_column")
    pattern = scans_out.require_pattern(name)
    writing.require_free(target)
    if target.resolve() == path.resolve():
        raise CredtoolsError("scans_in_the_way", path=target)
    with session.moment() as now:
        wanted = _wanted(now, batch, expiring, current=current)
        scans = scans_out.named(now, wanted, pattern)
    places = scans_out.write(session, scans, target, progress)
    files = _written(session, path, wanted.assign(media=scans.cells))
    return Exported(files, places, len(scans.named), scans.erased)


def _wanted(session: Session, batch: int | None, expiring: int | None, *, current: bool) -> pd.DataFrame:
    if expiring is None and current:
        wanted = validity.counting(store.reads.credentials(session.at)).sort_index()
    elif expiring is None:
        wanted = validity.accepted(store.reads.credentials(session.at, batch, whole=True))
    else:
        wanted = validity.expiring(store.reads.credentials(session.at), session.lookups().today, expiring)
    return wanted if batch is None else wanted[wanted["batch"] == batch]


def _written(session: Session, path: str | Path, wanted: pd.DataFrame) -> list[Path]:
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
