"""What people and schedulers do with a registry, each from a state in which it can be done; and what is true then."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import credtools as ct
from credtools.registry import Registry, open_registry
from tests.builders import (
    ANA,
    APPROVER,
    BEN,
    CARA,
    UPLOADER,
    big_export,
    export,
    long_history,
    new_history,
    new_organisation,
    outcome,
    write,
)
from tests.pictures import certificate, png
from tests.test_upgrading import old_history

Build = Callable[[str, Path], None]
Tell = Callable[[str], None]
MEDIA = ("ana.pdf", "ben.png", "cara.png")
KEPT = "kept.zip"
LAST = 4  # the batch of the long file


@dataclass(frozen=True)
class Verb:
    """`build`: where it begins; `do`: it is done, from the opening of the registry to its end; says what it was told.

    `at_once`: it happens or it doesn't; the others leave something behind when they stop on their way, a draft or
    files, from which the next try goes on.
    """

    name: str
    build: Build
    do: Callable[[str, Path, Tell], None]
    at_once: bool = True


def _opened(act: Callable[[Registry, Path], object], url: str, folder: Path, tell: Tell, by: str = UPLOADER) -> None:
    with open_registry(url, by=by, folder=str(folder)) as registry:
        tell(repr(act(registry, folder)))  # before it is closed: what was told holds from now on


def _to_import(url: str, folder: Path) -> None:
    new_organisation(url, folder)
    big_export(folder)


def _to_load(url: str, folder: Path) -> None:
    new_history(url, folder)
    write(folder, "more.csv", "Email\nzoe@example.org\n")


def _papers(url: str, folder: Path) -> None:
    """A draft of three rows, and a zip with a file for each."""
    new_organisation(url, folder)
    with open_registry(url, by=UPLOADER, folder=str(folder)) as registry:
        registry.upload(export(folder, ANA, BEN, CARA, name="papers.csv"))
    contents = (certificate("Ana Silva", "First Aid", "2024-01-10"), png(1), png(2))
    with zipfile.ZipFile(folder / "papers.zip", "w") as packed:
        for name, content in zip(MEDIA, contents, strict=True):
            packed.writestr(name, content)


def _to_correct(url: str, folder: Path) -> None:
    long_history(url, folder)
    with open_registry(url, by=UPLOADER, folder=str(folder)) as registry:
        registry.write_rejects(folder / "wrong.csv", batch=1)
    path = folder / "wrong.csv"
    path.write_text(path.read_text("utf-8-sig").replace("zoe@example.org", "ben@example.org"), "utf-8")


def _added(registry: Registry, folder: Path) -> object:
    return registry.batch(1).add_media(folder / "papers.zip", dict(zip(MEDIA, (2, 3, 4), strict=True)))


def _renamed(registry: Registry, _: Path) -> object:
    return registry.rename_person("ana@example.org", "a@example.org")


VERBS = {
    verb.name: verb
    for verb in (
        Verb("import", _to_import, partial(_opened, lambda r, f: r.upload(f / "big.csv").settle()), at_once=False),
        Verb("media", _papers, partial(_opened, _added)),
        Verb("finish", _papers, partial(_opened, lambda r, _: r.batch(1).finish().audit_head)),
        Verb("approve", new_history, partial(_opened, lambda r, _: r.approve(2), by=APPROVER)),
        Verb("decline", new_history, partial(_opened, lambda r, _: r.decline(2, [2], "unsigned"), by=APPROVER)),
        Verb("withdraw", long_history, partial(_opened, lambda r, _: r.withdraw(1, [2, 4], "not theirs"))),
        Verb("waive", long_history, partial(_opened, lambda r, _: r.waive(1, [3], "unknown"))),
        Verb("undo", long_history, partial(_opened, lambda r, _: r.undo(LAST))),
        Verb("correct", _to_correct, partial(_opened, lambda r, f: r.correct(f / "wrong.csv")), at_once=False),
        Verb("rename", long_history, partial(_opened, _renamed)),
        Verb("load", _to_load, partial(_opened, lambda r, f: r.load("users", f / "more.csv"))),
        Verb(
            "erase", long_history, partial(_opened, lambda r, _: r.erase("ana@example.org", "asked to")), at_once=False
        ),
        Verb("upgrade", old_history, lambda url, _, tell: tell(str(ct.upgrade(url)))),
        Verb("backup", long_history, partial(_opened, lambda r, f: r.backup(f / KEPT, force=True))),
    )
}


def state(registry: Registry, folder: Path) -> dict[str, Any]:
    """What a registry says, without ids, times and salts: equal for every way that leads there."""
    drafts = [registry.batch(number) for number in registry.batches().query("state == 'draft'")["batch"]]
    frames = [registry.media(), *(draft.media() for draft in drafts)]
    media = [row for frame in frames for row in frame[["line", "file", "sha256"]].astype(str).to_numpy().tolist()]
    withdrawn = registry.credentials()[["user_email", "line", "withdrawn"]].astype(str).to_numpy().tolist()
    return {
        **outcome(registry),
        "media": sorted(media),
        "withdrawn": sorted(withdrawn),
        "users": sorted(registry.lookups().users["email"]),
        "kept": (folder / KEPT).exists() and _restored(folder),
    }


def _restored(folder: Path) -> dict[str, Any]:
    with TemporaryDirectory() as empty:
        url = f"sqlite:///{empty}/restored.db"
        ct.restore(folder / KEPT, url, folder=empty)
        with open_registry(url, by=UPLOADER, folder=empty) as registry:
            assert registry.verify() == []
            return outcome(registry)
