"""A registry with a row in every table, so that each can be changed past the program."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from credtools.registry import Registry, open_registry
from credtools.store import tables
from tests.builders import ANA, APPROVER, BEN, CARA, UPLOADER, ZOE, export, new_history, seal_again, write
from tests.pictures import certificate

FULL = "date_format: YYYY-MM-DD\nexport: full\nabsent: withdraw\n"
LISTED = ("cara@example.org,Licence,2024-01-01,,L-1", "cara@example.org,Licence,2024-01-01,,L-2")


def opened_in(url: str, folder: Path, by: str = UPLOADER) -> Registry:
    """The registry, with its stored files in this folder."""
    return open_registry(url, by=by, folder=str(folder))


def everything(url: str, folder: Path) -> None:
    """All that is done with a registry once."""
    new_history(url, folder)
    registry, approver = opened_in(url, folder), opened_in(url, folder, APPROVER)
    registry.set("max_rows", 20_000)
    approver.withdraw(1, [2], "not hers")
    approver.waive(1, [3], "nobody knows her")
    hr = write(folder, "hr.yaml", FULL)
    for name, rows in (("one.csv", (*LISTED, ZOE)), ("two.csv", (*LISTED[1:], ZOE))):
        registry.upload(export(folder, *rows, name=name), recipe=hr).finish()
    paper = folder / "paper.pdf"
    paper.write_bytes(certificate("Cara Lind", "First Aid", "2024-03-05"))
    batch = registry.upload(export(folder, CARA, BEN, ANA, name="papers.csv"))
    batch.add_media(paper, {"paper.pdf": 2})
    batch.finish()
    draft = registry.upload(export(folder, ANA.replace("2024", "2026"), ZOE, name="draft.csv"))
    draft.add_media(paper, {"paper.pdf": 2})
    draft.patch(3, "user_email", "ben@example.org")
    approver.rename_person("ben@example.org", "ben.okafor@example.org")
    approver.merge_person("dora@example.org", "cara@example.org")
    with registry.engine.begin() as connection:  # as the functions of a team write it
        login = {"login": "cara", "person": "cara@example.org", "granted_by": "root", "event_seq": 1}
        connection.execute(insert(tables.logins).values(**login, granted_at=datetime.now(UTC)))
    seal_again(registry)
    for one in (registry, approver):
        one.engine.dispose()
