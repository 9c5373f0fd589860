"""Origins: whether a file comes under a former name of its source, or as bytes that another source has sent, too."""

from __future__ import annotations

from collections.abc import Iterator

from credtools import store
from credtools.errors import sentence
from credtools.model import FileWarning
from credtools.registry.session import Session


def origin(session: Session, came_as: str, now: str, sha256: str) -> Iterator[FileWarning]:
    """What should be known about bytes that come under the name of a source; `now`: that which it has by now."""
    if now != came_as:
        facts = {"source": came_as, "now": now}
        yield FileWarning("source_came_as", 1, sentence("source_came_as", facts, "stored"))
    if elsewhere := store.reads.came_elsewhere(session.at, sha256, came_as):
        last = elsewhere[0]
        facts = {"batch": last.id, "source": last.source, "day": f"{last.finished_at:%Y-%m-%d}", "now": now}
        yield FileWarning("known_elsewhere", len(elsewhere), sentence("known_elsewhere", facts, "stored"))
