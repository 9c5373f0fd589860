"""Origins: whether a file comes under a former name of its source, or as bytes that came before, here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from credtools import store
from credtools.errors import sentence
from credtools.model import Changes, FileWarning
from credtools.recipe import MANUAL
from credtools.registry.session import Session


def origin(session: Session, came_as: str, now: str, sha256: str, changes: Changes) -> Iterator[FileWarning]:
    """What should be known about bytes that come under the name of a source; `now`: that which it has by now."""
    if now != came_as:
        facts = {"source": came_as, "now": now}
        yield FileWarning("source_came_as", 1, sentence("source_came_as", facts, "stored"))
    if elsewhere := store.reads.came_before(session.at, sha256, came_as, elsewhere=True):
        last = elsewhere[0]
        facts = {"batch": last.id, "source": last.source, "day": f"{last.finished_at:%Y-%m-%d}", "now": now}
        yield FileWarning("known_elsewhere", len(elsewhere), sentence("known_elsewhere", facts, "stored"))
    if now != MANUAL and changes.alters:
        yield from _outdated(session, came_as, now, sha256)


def _outdated(session: Session, came_as: str, now: str, sha256: str) -> Iterator[FileWarning]:
    """That a file came and was followed by others, which it takes back: perhaps somebody left it where it lay."""
    before = store.reads.came_before(session.at, sha256, came_as, elsewhere=False)
    newest, _ = store.reads.seen(session.at, session.family(now))
    if before and newest not in {one.id for one in before}:
        facts = {"batch": before[0].id, "day": f"{before[0].finished_at:%Y-%m-%d}", "newest": newest, "source": now}
        yield FileWarning("file_outdated", len(before), sentence("file_outdated", facts, "stored"))
