"""Looking again: at media that were added before what they say was read; they are compared with their rows then."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from credtools import store
from credtools.errors import CredtoolsError
from credtools.media.compared import Compared
from credtools.media.looking import Looker
from credtools.model import Place
from credtools.registry import comparing, reviewing, scanning
from credtools.registry.draft import Draft
from credtools.registry.session import Session

Progress = Callable[[int, int], None]


def everywhere(session: Session, progress: Progress | None = None, *, decided: bool = False) -> int:
    """Looks at the media of drafts, and of credentials that wait for a decision; how many files were read.

    `decided`: at those of decided credentials, too, whose decisions stay as they are.
    """
    numbers, read = store.reads.uncompared(session.at, decided=decided), 0
    for k, number in enumerate(numbers, 1):
        read += again(session, reviewing.opened(session, number))
        if progress:
            progress(k, len(numbers))
    return read


def again(session: Session, draft: Draft) -> int:
    """Looks at the media of one batch likewise. What can't be read any more, or is refused by now, stays as it is."""
    placed = store.reads.media_of(session.at, draft.id)
    placed = placed[placed["scan"] == ""]
    loose = store.reads.unplaced_of(session.at, draft.id) if draft.waits else placed.head(0)
    files = dict(pd.concat([placed, loose])[["sha256", "file"]].itertuples(index=False, name=None))
    read: dict[str, store.Kept] = {}
    with Looker() as looker:
        for sha256 in files.keys() - store.reads.texts_of(session.at, files).keys():
            try:
                read[sha256] = _looked(session, looker, sha256, files[sha256])
            except CredtoolsError:
                continue
    _compare(session, draft, placed, read)
    named = loose[["file", "sha256"]].itertuples(index=False, name=None)
    if more := [(file, read[sha256]) for file, sha256 in named if sha256 in read]:
        store.keep_unplaced(session.engine, draft.id, session.by, more)
    return len(read)


def _looked(session: Session, looker: Looker, sha256: str, name: str) -> store.Kept:
    content = session.blobs.read(sha256)
    found = looker.look(name, content)
    about = (sha256, len(content), found.media_type, " ".join(found.notes))
    return store.Kept(*about, None, found.said, found.whole)  # shown as it was


def _compare(session: Session, draft: Draft, placed: pd.DataFrame, read: dict[str, store.Kept]) -> None:
    """Beside the rows of a finished batch; what drafts say is compared when it is asked for."""
    rows = list(placed[[*Place._fields, "sha256", "file", "size", "media_type"]].itertuples(index=False, name=None))
    media = {(Place(sheet, line, piece), sha256): about for sheet, line, piece, sha256, *about in rows}
    found: dict[scanning.Of, Compared] = {}
    if not draft.waits:
        texts = {sha256: (one.texts, one.whole) for sha256, one in read.items() if one.texts is not None}
        found = scanning.compared(session, draft, media, comparing.facts(session, draft, media), texts)
    links = [
        store.Link(of[0], read.get(of[1]) or store.Kept(of[1], size, kind), file, comparing.scan(found.get(of)))
        for of, (file, size, kind) in media.items()
        if of in found or of[1] in read
    ]
    if links:
        store.add_media(session.engine, draft.id, session.by, links)
