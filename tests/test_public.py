"""The public edges: what can be opened and given, what a closed registry says, and what a star import brings."""

from __future__ import annotations

import builtins
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, make_url

import credtools as ct
from credtools.errors import FileError, RegistryError
from credtools.model import Counts
from credtools.registry import Registry
from tests.builders import ANA, BEN, HR, HR_HEADINGS, MIXED, UPLOADER, ZOE, export, only_sqlite, write

HEADINGS = ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"]


def frame(*rows: str) -> pd.DataFrame:
    """The rows of a file as a program has them: dates are dates, a blank is missing."""
    found = pd.DataFrame([row.split(",") for row in rows], columns=HEADINGS)
    return found.assign(**{"Issue date": pd.to_datetime(found["Issue date"])}).replace("", None)


# --- opening and closing ------------------------------------------------------------------------------------


@only_sqlite
def test_a_path_is_opened(registry_url: str) -> None:
    """A registry is opened by the path of its file, as text or as a Path."""
    path = Path(registry_url.removeprefix("sqlite:///"))
    for where in (path, str(path), registry_url):
        with ct.open(where, by=UPLOADER) as registry:
            assert len(registry.lookups().users) == 4


def test_an_engine_is_opened(registry_url: str) -> None:
    """An engine or an address of SQLAlchemy stands for the registry at its address; all rules of ours hold there."""
    engine = create_engine(registry_url)
    for where in (engine, engine.url):
        with ct.open(where, by=UPLOADER) as registry:
            assert registry.engine is not engine
            assert len(registry.lookups().users) == 4
    engine.dispose()


@pytest.mark.parametrize(("where", "kind"), [(7, "int"), ({"url": "x"}, "dict")])
def test_what_is_no_address(where: object, kind: str) -> None:
    """Anything else is refused with a whole sentence."""
    with pytest.raises(RegistryError) as caught:
        ct.open(where)  # type: ignore[arg-type]
    assert (caught.value.reason, caught.value.facts) == ("not_an_address", {"kind": kind})


def test_a_path_with_a_question_mark(tmp_path: Path) -> None:
    """In a path a '?' is part of the name, also when it comes through an engine."""
    ct.init(tmp_path / "what?.db").close()
    with ct.open(create_engine(make_url("sqlite://").set(database=str(tmp_path / "what?.db")))) as registry:
        assert len(registry.lookups().users) == 0


def test_a_closed_registry_says_so(registry_url: str, tmp_path: Path) -> None:
    """After the block whatever is asked of the registry or its batches is answered by one sentence."""
    with ct.open(registry_url, by=UPLOADER) as registry:
        batch = registry.upload(export(tmp_path, *MIXED))
    asked = (lambda: batch.state, lambda: registry.audit.flow(by="source"))
    for use in (registry.batches, registry.lookups, batch.finish, batch.preview, *asked):
        with pytest.raises(RegistryError) as caught:
            use()
        assert caught.value.reason == "registry_closed"
    assert repr(registry) == "closed registry"
    registry.close()


# --- files --------------------------------------------------------------------------------------------------


def test_a_frame_is_uploaded(registry: Registry) -> None:
    """A DataFrame goes in as the file that it would be; opened again from its stored bytes it is the same."""
    batch = registry.upload(frame(*MIXED))
    assert (batch.file, batch.source) == ("DataFrame", "manual")
    assert batch.table.lines.tolist() == [2, 3, 4]
    again = registry.batch(batch.id)
    assert again.table.frame.equals(batch.table.frame)
    assert again.review().judgement == batch.review().judgement
    assert again.finish().counts == Counts(rows=3, new=2, rejected=1)
    assert registry.check(frame(*MIXED)).ready == 2
    assert registry.verify() == []


def test_a_frame_by_name_and_recipe(registry: Registry, tmp_path: Path) -> None:
    """It can be given a name; of its recipe all holds but how files of its source are read."""
    recipe = write(tmp_path, "hr.yaml", HR + "read: {encoding: cp1252, delimiter: ';', heading_line: 4}\n")
    rows = pd.DataFrame([["ana@example.org", "First Aid", "2024-01-10"]], columns=HR_HEADINGS.split(","))
    batch = registry.upload(rows, recipe, name="november")
    assert (batch.file, batch.source) == ("november", "hr")
    assert registry.batch(batch.id).review().ready == 1
    assert registry.upload(rows, recipe).review().ready == 1


@pytest.mark.parametrize("kind", ["bytes", "BytesIO", "open file"])
def test_bytes_are_uploaded(registry: Registry, tmp_path: Path, kind: str) -> None:
    """What is in memory, or open, is uploaded like a file; a name can be given."""
    path = export(tmp_path, ANA, BEN)
    content = path.read_bytes()
    with path.open("rb") as file:
        given = {"bytes": content, "BytesIO": BytesIO(content), "open file": file}[kind]
        batch = registry.upload(given, name="mine.csv")
    assert (batch.file, batch.sha256) == ("mine.csv", registry.check(path).table.sha256)
    assert registry.batch(batch.id).finish().counts.new == 2
    assert registry.check(BytesIO(content)).ready == 2


@pytest.mark.parametrize("verb", ["upload", "check"])
def test_what_is_no_file(registry: Registry, verb: str) -> None:
    """Anything else is refused with a whole sentence, and nothing is stored."""
    with pytest.raises(FileError) as caught:
        getattr(registry, verb)(["a", "b"])
    assert (caught.value.reason, caught.value.facts) == ("unknown_source", {"kind": "list"})
    assert registry.batches().empty


def test_a_file_of_everything_rejected_in_memory(registry: Registry) -> None:
    """Rejects of a frame are followed like those of a file: they go out, and come back corrected."""
    registry.upload(frame(ZOE, ANA)).finish()
    assert registry.audit.rejects()["line"].tolist() == [2]


# --- names --------------------------------------------------------------------------------------------------


def test_star_import_leaves_pythons_open() -> None:
    """`from credtools import *` brings our names, but doesn't replace `open`; `credtools.open` is there."""
    names: dict[str, object] = {}
    exec("from credtools import *", names)  # noqa: S102 - the statement itself is the matter
    assert names["Registry"] is Registry
    assert names.get("open", builtins.open) is builtins.open
    assert ct.open is not builtins.open
    assert "open" in dir(ct)
