"""Media: what can be read in stored files of a person, and what files say of them beside others' rows. Reads only."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import pairwise

from sqlalchemy import Connection, select

from credtools.privacy.person import Person
from credtools.store import tables
from credtools.store.frames import rows_in
from credtools.store.values import Text


def named_in(c: Connection, person: Person) -> dict[str, str]:
    """By SHA-256 what can be read in the files that name the person, without them, as JSON."""
    text = tables.blob_texts.c
    found = c.execute(select(text.sha256, text.pieces))
    return {row.sha256: cleaned for row in found if (cleaned := _without(person, row.pieces)) != row.pieces}


def texts(named: dict[str, str], gone: Collection[str]) -> Iterator[Text]:
    """The texts of files that stay, because others refer to them."""
    for sha256, pieces in named.items():
        if sha256 not in gone:
            yield Text("blob_texts", {"sha256": sha256}, "pieces", pieces)


def scans(c: Connection, links: Collection[int]) -> list[int]:
    """Those of the links that say something beside their rows, which goes with them."""
    media = tables.media.c
    return sorted(row.id for row in rows_in(c, select(media.id).where(media.scan_salt.is_not(None)), media.id, links))


def naming(c: Connection, person: Person) -> set[int]:
    """The links that say something of the person beside their rows, whosever these are."""
    media = tables.media.c
    found = c.execute(select(media.id, media.compared).where(media.scan_salt.is_not(None)))
    return {row.id for row in found if _names(person, row.compared)}


def _names(person: Person, compared: str) -> bool:
    return person.may_be_in(compared) and person.in_cells(strings(json.loads(compared)))


def strings(value: object) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def _without(person: Person, pieces: str) -> str:
    """Pieces without the person, whose name may be on two lines; what is only the name goes."""
    if not person.may_be_in(pieces):
        return pieces
    found = json.loads(pieces)
    said = [text for *_, text in found]
    alone = {k for k, text in enumerate(said) if person.in_cells([text])}
    halves = {k for k, pair in enumerate(pairwise(said)) if not {k, k + 1} & alone and person.in_cells(pair)}
    changed = [person.without_in_json(text) for text in said]
    gone = halves | {k + 1 for k in halves} | {k for k in alone if changed[k] == said[k]}
    kept = [[*place, "" if k in gone else changed[k]] for k, (*place, _) in enumerate(found)]
    return pieces if kept == found else json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
