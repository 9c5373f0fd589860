"""Reports: what an audit and a batch have to say, as sections with pictures, and as pages that anybody can open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from credtools.audit.pages import Judged, audit_page, batch_page, run_page, write_page
from credtools.audit.sections import Asked, Section, alternative, of_audit, titles_of

__all__ = [
    "Section",
    "alternative",
    "audit_page",
    "batch_page",
    "of_audit",
    "run_page",
    "titles_of",
    "write_audit",
    "write_batch",
    "write_page",
]


def write_audit(registry: Asked, path: str | Path, **filters: Any) -> Path:
    """Writes what an audit found (with the filters of `registry.audit`) as one .html page. Raises CredtoolsError."""
    return write_page(path, audit_page(registry, filters))


def write_batch(batch: Judged, path: str | Path) -> Path:
    """Writes what became of a batch as one .html page. Raises CredtoolsError."""
    return write_page(path, batch_page(batch))
