from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from credtools.cli import main
from credtools.errors import FileError, RegistryError
from credtools.model import Counts
from credtools.registry import Batch, Registry
from credtools.store import tables
from credtools.store.reads import referenced_blobs
from tests.builders import ANA, APPROVER, BEN, CARA, ZOE, export, only_sqlite, rows_of, tamper
from tests.deliveries import PATTERN, compare, deliver, organise
from tests.pictures import filled, jpeg, pdf, png, zipped

PASS = "ana@example.org,Passport,2024-01-01,,"
PASS_OF_BEN = "ben@example.org,Passport,2024-01-01,,"
BY_NAME = "User email,Credential type,Issue date,Media"
BLOCKED = "its type requires media and none has been added yet"


@pytest.fixture(autouse=True)
def own_blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of blobs of its own."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))


def links(batch: Batch) -> list[tuple[int, str]]:
    return list(batch.media()[["line", "file"]].itertuples(index=False, name=None))


def media_events(registry: Registry) -> list[dict[str, object]]:
    with registry.engine.connect() as connection:
        found = [
            json.loads(row.text) for row in connection.execute(select(tables.events).order_by(tables.events.c.seq))
        ]
    return [event for event in found if event["kind"] in ("media", "stage", "unstage", "media_switch")]


# --- drafts and top-ups -------------------------------------------------------------------------------------


def test_draft_keeps_media_until_it_is_finished(
    registry: Registry, registry_url: str, tmp_path: Path, opened: Callable[..., Registry]
) -> None:
    """What is added to a draft outlives the session, and is linked by the transaction that finishes it."""
    batch = registry.upload(export(tmp_path, ANA, PASS))
    done = batch.add_media(zipped(tmp_path / "a.zip", {"x/ana@example.org_passport.pdf": pdf()}), PATTERN)
    assert [(medium.file, medium.lines) for medium in done.matched] == [("x/ana@example.org_passport.pdf", (3,))]
    again = opened(registry_url).batch(batch.id)
    assert links(again) == [(3, "ana@example.org_passport.pdf")]
    again.finish()
    assert links(again) == [(3, "ana@example.org_passport.pdf")]
    assert rows_of(registry, "staged_media")["staged_media"] == []
    assert registry.blobs.read(again.media()["sha256"].iloc[0]) == pdf()
    assert registry.approve(batch.id).decided == (2, 3)
    assert registry.verify() == []


def test_finished_batch_is_topped_up(registry: Registry, tmp_path: Path) -> None:
    """Media may come later: each top-up is one event, links versions, and unblocks their approval."""
    batch = registry.upload(export(tmp_path, ANA, PASS, ZOE))
    batch.finish()
    assert registry.approve(batch).blocked == {3: BLOCKED}
    head = rows_of(registry, "audit_head")
    done = batch.add_media(filled(tmp_path / "in", {"ana@example.org_Passport.jpg": jpeg()}), PATTERN)
    assert (len(done.matched), done.missing) == (1, [])
    assert rows_of(registry, "audit_head") != head
    assert [event["kind"] for event in media_events(registry)] == ["media"]
    assert registry.approve(batch).decided == (3,)
    assert registry.verify() == []


@pytest.mark.parametrize("finished", [False, True], ids=["draft", "finished"])
def test_a_name_may_hold_the_issue_date(registry: Registry, tmp_path: Path, finished: bool) -> None:  # noqa: FBT001
    """A day in a file's name is written as in every system, before and after a batch is finished."""
    batch = registry.upload(export(tmp_path, PASS))
    if finished:
        batch.finish()
    folder = filled(tmp_path / "in", {"ana@example.org_2024-01-01.pdf": pdf()})
    assert len(batch.add_media(folder, "{user_email}_{issue_date}").matched) == 1


def test_adding_again_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    """The same files, added twice to a draft or a finished batch, are linked once, and nothing new is chained."""
    batch = registry.upload(export(tmp_path, PASS))
    folder = filled(tmp_path / "in", {"ana@example.org_Passport.jpg": jpeg()})
    batch.add_media(folder, PATTERN)
    batch.add_media(folder)
    batch.finish()
    before = rows_of(registry)
    assert len(batch.add_media(folder).matched) == 1
    assert rows_of(registry) == before


def test_rows_name_their_files(registry: Registry, tmp_path: Path) -> None:
    """By the media column: several files of a row, one file of several rows, and what is named but didn't come."""
    rows = ("ana@example.org,Passport,2024-01-01,a.pdf; back.jpg", "ben@example.org,Passport,2024-01-01,scans/a.pdf")
    lost = "cara@example.org,First Aid,2024-01-01,lost.png"
    for finished in (False, True):
        batch = registry.upload(export(tmp_path, *rows, lost, headings=BY_NAME, name=f"{finished}.csv"))
        if finished:
            batch.finish()
        done = batch.add_media(filled(tmp_path / "in", {"A.pdf": pdf(), "back.jpg": jpeg(), "else.png": png()}))
        assert [(medium.file, medium.lines) for medium in done.shared] == [("A.pdf", (2, 3))]
        assert [(medium.file, medium.lines) for medium in done.matched] == [("back.jpg", (2,))]
        assert [medium.reason for medium in done.unmatched] == ["No row names 'else.png' in its media column."]
        assert [(row.line, row.files, row.required) for row in done.missing] == [(4, ("lost.png",), False)]
        assert links(batch) == [(2, "A.pdf"), (2, "back.jpg"), (3, "A.pdf")]
    assert registry.verify() == []


def test_ambiguous_files_wait_for_a_person(registry: Registry, tmp_path: Path) -> None:
    """A name that fits two credentials is linked to none; by hand it goes where a person says."""
    batch = registry.upload(export(tmp_path, PASS, PASS.replace("2024", "2025")))
    folder = filled(tmp_path / "in", {"ana@example.org_Passport.pdf": pdf(), "other.pdf": pdf(2)})
    done = batch.add_media(folder, PATTERN)
    assert [medium.lines for medium in done.ambiguous] == [(2, 3)]
    assert links(batch) == []
    done = batch.add_media(folder, {"ana@example.org_Passport.pdf": 3})
    assert (len(done.matched), done.unmatched) == (1, [])
    assert links(batch) == [(3, "ana@example.org_Passport.pdf")]
    with pytest.raises(RegistryError) as caught:
        batch.add_media(folder, {"other.pdf": [9]})
    assert (caught.value.reason, caught.value.facts) == ("line_without_media", {"line": 9, "batch": batch.id})


def test_names_chosen_by_hand_must_be_there(registry: Registry, tmp_path: Path) -> None:
    """Who names a file that wasn't given has mistyped it; nothing is linked then."""
    batch = registry.upload(export(tmp_path, PASS))
    with pytest.raises(RegistryError) as caught:
        batch.add_media(filled(tmp_path / "in", {"a.pdf": pdf()}), {"a.pdf": 2, "b.pdf": 2})
    assert (caught.value.reason, caught.value.facts) == ("chosen_file_absent", {"file": "b.pdf"})
    assert links(batch) == []


def test_litter_is_told_but_no_problem(registry: Registry, tmp_path: Path) -> None:
    """What an operating system leaves is listed by itself, and is neither refused nor linked nor unmatched."""
    batch = registry.upload(export(tmp_path, PASS))
    done = batch.add_media(filled(tmp_path / "in", {".DS_Store": b"x", "__MACOSX/._a.pdf": b"x"}), PATTERN)
    assert done.refused == done.unmatched == []
    assert [medium.file for medium in done.skipped] == [".DS_Store", "__MACOSX/._a.pdf"]


def test_unchanged_rows_top_up_what_is_stored(registry: Registry, tmp_path: Path) -> None:
    """A row that is stored already takes its file to the stored version; a replayed file does, too."""
    first = registry.upload(export(tmp_path, PASS))
    first.finish()
    later = registry.upload(export(tmp_path, PASS, ANA, name="later.csv"))
    later.add_media(filled(tmp_path / "in", {"ana@example.org_Passport.jpg": jpeg()}), PATTERN)
    assert later.finish().counts == Counts(rows=2, new=1, unchanged=1)
    again = registry.upload(export(tmp_path, PASS))
    again.add_media(filled(tmp_path / "more", {"ana@example.org_Passport.pdf": pdf()}), PATTERN)
    assert again.finish().replayed
    assert links(first) == [(2, "ana@example.org_Passport.jpg"), (2, "ana@example.org_Passport.pdf")]
    assert registry.media()[["batch", "line"]].to_numpy().tolist() == [[first.id, 2], [first.id, 2]]
    assert rows_of(registry, "staged_media")["staged_media"] == []
    assert registry.verify() == []


def test_pattern_goes_into_the_recipe(registry: Registry, tmp_path: Path) -> None:
    """The pattern that was used is saved with the recipe, and the next batch of the source needs none."""
    batch = registry.upload(export(tmp_path, PASS))
    batch.add_media(filled(tmp_path / "in", {"ana@example.org_Passport.jpg": jpeg()}), PATTERN)
    saved = batch.save_recipe(tmp_path / "hr.yaml")
    assert f"media: '{PATTERN}'" in saved.read_text()
    assert registry.batch(batch.id).recipe.media == PATTERN
    following = registry.upload(export(tmp_path, PASS_OF_BEN, name="next.csv"), recipe=saved)
    done = following.add_media(filled(tmp_path / "more", {"ben@example.org_Passport.png": png()}))
    assert len(done.matched) == 1


# --- what is refused ----------------------------------------------------------------------------------------


def test_one_name_with_two_contents_is_refused(registry: Registry, tmp_path: Path) -> None:
    """Of two files with one name nobody knows which is meant; with equal content they are the same file."""
    batch = registry.upload(export(tmp_path, PASS))
    name = "ana@example.org_Passport.pdf"
    done = batch.add_media(filled(tmp_path / "in", {f"a/{name}": pdf(1), f"b/{name.upper()}": pdf(2)}), PATTERN)
    assert [medium.reason for medium in done.refused] == [
        str(FileError("same_name", file=file)) for file in (f"a/{name}", f"b/{name.upper()}")
    ]
    assert links(batch) == []
    done = batch.add_media(filled(tmp_path / "same", {f"a/{name}": pdf(1), f"b/{name}": pdf(1)}), PATTERN)
    assert (len(done.matched), links(batch)) == (2, [(2, name)])


@pytest.mark.parametrize("finished", [False, True], ids=["draft", "finished"])
def test_a_name_keeps_its_content(registry: Registry, tmp_path: Path, finished: bool) -> None:  # noqa: FBT001
    """A row's file isn't replaced by another of the same name; in a draft it can be removed first."""
    batch = registry.upload(export(tmp_path, PASS))
    name = "ana@example.org_Passport.pdf"
    batch.add_media(filled(tmp_path / "in", {name: pdf(1)}), PATTERN)
    if finished:
        batch.finish()
    other = filled(tmp_path / "in", {name: pdf(2)})
    done = batch.add_media(other)
    assert [medium.reason for medium in done.refused] == [str(FileError("name_taken", file=name, line=2))]
    if finished:
        with pytest.raises(RegistryError) as caught:
            batch.remove_media(name)
        assert (
            str(caught.value) == f"Batch {batch.id} is finished. Files can be removed only from a draft or held batch."
        )
    else:
        assert batch.remove_media(name) == 1
        assert len(batch.add_media(other).matched) == 1
        batch.finish()
        assert registry.blobs.read(batch.media()["sha256"].iloc[0]) == pdf(2)
    assert registry.verify() == []


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_file_that_changed_before_finish_is_refused(registry: Registry, tmp_path: Path, damage: str) -> None:
    """When a stored file isn't the one that was reviewed, finish writes nothing and says so; mended, it goes on."""
    batch = registry.upload(export(tmp_path, ANA, PASS))
    folder = filled(tmp_path / "in", {"ana@example.org_Passport.pdf": pdf()})
    batch.add_media(folder, PATTERN)
    sha256 = batch.media()["sha256"].iloc[0]
    path = registry.blobs.path(sha256)
    path.write_bytes(pdf(2)) if damage == "changed" else path.unlink()
    what = {
        "changed": f"in {registry.blobs.folder} isn't the one that was added. Restore it from a backup",
        "missing": f"is missing from {registry.blobs.folder}. Restore that folder from a backup",
    }
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        batch.finish()
    again = f"{what[damage]}, or add the file again."
    assert str(caught.value) == (
        f"Batch {batch.id} wasn't finished. The stored file {sha256[:16]}… {again} It belongs to line 3."
    )
    assert rows_of(registry) == before
    batch.add_media(folder)
    batch.finish()
    assert registry.verify() == []


def test_source_file_may_change_after_it_was_added(registry: Registry, tmp_path: Path) -> None:
    """What is linked is what was looked at, whatever becomes of the file it came from."""
    batch = registry.upload(export(tmp_path, PASS))
    folder = filled(tmp_path / "in", {"ana@example.org_Passport.pdf": pdf(1)})
    batch.add_media(folder, PATTERN)
    filled(folder, {"ana@example.org_Passport.pdf": b"changed"})
    batch.finish()
    assert registry.blobs.read(batch.media()["sha256"].iloc[0]) == pdf(1)


def test_only_living_batches_take_media(registry: Registry, tmp_path: Path) -> None:
    """A batch that was undone or discarded takes no media, and forgets those of its draft."""
    folder = filled(tmp_path / "in", {"ana@example.org_Passport.pdf": pdf()})
    undone = registry.upload(export(tmp_path, PASS))
    undone.finish()
    registry.undo(undone)
    discarded = registry.upload(export(tmp_path, ANA, PASS, name="b.csv"))
    discarded.add_media(folder, PATTERN)
    discarded.discard()
    assert rows_of(registry, "staged_media")["staged_media"] == []
    for batch, state in ((undone, "undone"), (discarded, "discarded")):
        with pytest.raises(RegistryError) as caught:
            batch.add_media(folder, PATTERN)
        assert caught.value.reason == "batch_without_media"
        assert caught.value.facts == {"batch": batch.id, "state": state}
        with pytest.raises(RegistryError):
            batch.make_media_optional()


# --- required media -----------------------------------------------------------------------------------------


def warned(batch: Batch) -> list[int]:
    errors = batch.errors
    return list(errors.loc[errors["code"] == "media_missing", "line"])


def test_missing_media_are_a_warning(registry: Registry, tmp_path: Path) -> None:
    """A row without its required media is accepted with `media_missing`, told once per type as a cause."""
    batch = registry.upload(export(tmp_path, ANA, PASS, BEN, PASS_OF_BEN))
    errors = batch.errors
    assert warned(batch) == [3, 5]
    assert not errors["blocks"].any()
    (resolution,) = set(errors["resolution"])
    assert resolution.startswith("The type 'Passport' requires media and none has been added yet")
    cause = batch.causes.set_index("code").loc["media_missing"]
    assert (cause["title"], cause["count"], cause["blocks"]) == ("Required media missing", 2, False)
    batch.add_media(filled(tmp_path / "in", {"ana@example.org_Passport.pdf": pdf()}), PATTERN)
    assert warned(batch) == [5]
    assert batch.finish().counts == Counts(rows=4, new=4)


def test_check_warns_of_missing_media(registry: Registry, tmp_path: Path) -> None:
    """A file that is only checked is warned of the media that its rows will need; a row that is stored isn't."""
    path = export(tmp_path, ANA, PASS, "ana@example.org,Passport,,,")
    assert registry.check(path).errors[["line", "code"]].to_numpy().tolist() == [
        [3, "media_missing"],
        [4, "value_required"],
    ]
    registry.upload(path).finish()
    assert list(registry.check(path).errors["code"]) == ["value_required"]


def test_media_made_optional_for_a_batch(registry: Registry, tmp_path: Path) -> None:
    """The switch of a batch goes before its types: no warning, nothing missing, approvable; it can be taken back."""
    batch = registry.upload(export(tmp_path, PASS))
    batch.make_media_optional()
    assert warned(batch) == []
    assert batch.add_media([]).missing == []
    batch.make_media_optional(optional=False)
    assert warned(batch) == [2]
    batch.finish()
    assert registry.approve(batch).blocked == {2: BLOCKED}
    batch.make_media_optional()
    assert registry.approve(batch).decided == (2,)
    assert [event.get("optional") for event in media_events(registry)] == [True, None, True]
    assert registry.verify() == []


def test_media_made_optional_by_the_organisation(registry: Registry, tmp_path: Path) -> None:
    """Where the organisation makes media optional nothing is missing."""
    batch = registry.upload(export(tmp_path, PASS))
    registry.set("media_optional", value=True)
    assert warned(batch) == []
    assert batch.add_media([]).missing == []


def test_missing_rows_are_those_that_cannot_be_approved(registry: Registry, tmp_path: Path) -> None:
    """Of a finished batch the rows missing media are exactly those that approving names as blocked."""
    batch = registry.upload(export(tmp_path, ANA, PASS, PASS_OF_BEN, ZOE, "cara@example.org,Passport,2024-01-01,,"))
    batch.finish()
    registry.decline(batch, [6], "not hers")
    done = batch.add_media(filled(tmp_path / "in", {"ana@example.org_Passport.pdf": pdf()}), PATTERN)
    assert [(row.line, row.user_email, row.required) for row in done.missing] == [(4, "ben@example.org", True)]
    assert registry.approve(batch).blocked == {4: BLOCKED}


def lacking(batch: Batch) -> list[int]:
    return [row.line for row in batch.add_media([]).missing if row.required]


@pytest.mark.parametrize("finished", [False, True])
def test_rows_that_are_here_already_lack_media_too(registry: Registry, tmp_path: Path, finished: bool) -> None:  # noqa: FBT001
    """Of unchanged rows each version counts that asks for media and has none, once; a file for it lowers the number."""
    carer = "cara@example.org,Passport,2024-01-01,,"
    first = registry.upload(export(tmp_path, PASS, PASS_OF_BEN, carer))
    first.add_media(filled(tmp_path / "in", {"ben@example.org_Passport.pdf": pdf()}), PATTERN)
    first.finish()
    again = registry.upload(export(tmp_path, PASS, PASS, ANA, PASS_OF_BEN, carer, name="again.csv"))
    if finished:
        again.finish()
    assert lacking(again) == [2, 6]
    registry.decline(first, [4], "not hers")
    assert lacking(again) == [2]
    again.make_media_optional()  # of this file: what an earlier one wrote stays blocked
    assert lacking(again) == [2]
    assert registry.approve(first).blocked == {2: BLOCKED}
    first.make_media_optional()
    assert lacking(again) == []
    first.make_media_optional(optional=False)
    assert again.add_media(filled(tmp_path / "more", {"scan.pdf": pdf(2)}), {"scan.pdf": 3}).missing == []
    assert lacking(again) == []


def test_a_stored_name_keeps_its_content_in_a_draft(registry: Registry, tmp_path: Path) -> None:
    """What the stored version has under a name is not joined by other content, also before the draft is finished."""
    first = registry.upload(export(tmp_path, PASS))
    name = "ana@example.org_Passport.pdf"
    first.add_media(filled(tmp_path / "in", {name: pdf()}), PATTERN)
    first.finish()
    later = registry.upload(export(tmp_path, PASS, ANA, name="later.csv"))
    done = later.add_media(filled(tmp_path / "other", {name: pdf(2)}), PATTERN)
    assert [medium.reason for medium in done.refused] == [str(FileError("name_taken", file=name, line=2))]
    assert len(later.add_media([tmp_path / "in"], PATTERN).matched) == 1


# --- history ------------------------------------------------------------------------------------------------


def topped_up(registry: Registry, folder: Path) -> Batch:
    batch = registry.upload(export(folder, PASS, PASS_OF_BEN, CARA))
    names = ("ana@example.org_Passport.pdf", "ben@example.org_Passport.pdf")
    batch.add_media(filled(folder / "in", {name: pdf(k) for k, name in enumerate(names)}), PATTERN)
    batch.finish()
    return batch


LINK = "id, version_id, sha256, file_name, added_by, added_at"
CHANGED = "The media of batch 1 aren't those that event 6 added."
TAMPERINGS = {
    "another version": ("UPDATE media SET version_id = 2 WHERE id = 1", CHANGED),
    "another file": ("UPDATE media SET sha256 = (SELECT sha256 FROM media WHERE id = 2) WHERE id = 1", CHANGED),
    "somebody else": ("UPDATE media SET added_by = 'other@example.org' WHERE id = 1", CHANGED),
    "taken away": ("DELETE FROM media WHERE id = 1", CHANGED),
    "marked as removed": ("UPDATE media SET removed_at = added_at WHERE id = 1", CHANGED),
    "another kind": ("UPDATE blobs SET media_type = 'text/html'", CHANGED),
    "one more": (
        f"INSERT INTO media ({LINK}) SELECT 9, 3, sha256, file_name, added_by, added_at FROM media LIMIT 1",
        "1 media were not added by any event.",
    ),
    "made optional": (
        "UPDATE batches SET media_optional = true",
        "Whether media are optional in batch 1 was not decided by any event.",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_with_media_is_found(registry: Registry, tmp_path: Path, name: str) -> None:
    """Each change of media made past the program is found, and named."""
    topped_up(registry, tmp_path)
    assert registry.verify() == []
    statement, sentence = TAMPERINGS[name]
    tamper(registry, statement)
    assert sentence in registry.verify()


def test_missing_and_changed_files_are_found(registry: Registry, tmp_path: Path) -> None:
    """Files that were lost or changed in the folder of blobs are counted and named."""
    batch = topped_up(registry, tmp_path)
    assert registry.verify() == []
    lost, changed = batch.media()["sha256"]
    registry.blobs.path(lost).unlink()
    registry.blobs.path(changed).write_bytes(b"x")
    folder = registry.blobs.folder
    assert registry.verify() == [
        f"1 stored media file is changed or unreadable in {folder} (the first: {changed}).",
        f"1 stored media file is missing in {folder} (the first: {lost}).",
    ]


def test_sweeping_keeps_what_is_referenced(registry: Registry, tmp_path: Path) -> None:
    """Only files to which neither a version nor a draft refers are removed."""
    topped_up(registry, tmp_path)
    batch = registry.upload(export(tmp_path, PASS.replace("2024", "2026"), name="b.csv"))
    batch.add_media(filled(tmp_path / "more", {"ana@example.org_Passport.png": png()}), PATTERN)
    orphan = registry.blobs.put(b"orphan")
    for path in registry.blobs.folder.rglob("*"):
        os.utime(path, (0, 0))
    assert registry.blobs.sweep(referenced_blobs(registry.engine)) == 1
    assert not registry.blobs.path(orphan).exists()
    assert registry.verify() == []


def test_no_names_in_the_history(registry: Registry, tmp_path: Path) -> None:
    """Files are named after people: no event holds a name of a file."""
    topped_up(registry, tmp_path)
    for event in media_events(registry):
        assert "passport" not in json.dumps(event).lower()


def test_undone_batches_keep_their_media(registry: Registry, tmp_path: Path) -> None:
    """Undo withdraws versions; what was linked to them stays in the history, which still verifies."""
    batch = topped_up(registry, tmp_path)
    registry.undo(batch)
    assert len(links(batch)) == 2
    assert registry.media().empty
    assert registry.verify() == []


# --- counts against the truth -------------------------------------------------------------------------------


@pytest.mark.parametrize("finished", [False, True], ids=["draft", "finished"])
def test_counts_are_the_truth(registry: Registry, tmp_path: Path, finished: bool) -> None:  # noqa: FBT001
    """A delivery of proper, strange, ambiguous and broken files stands in the lists exactly as the truth says."""
    made = deliver(rows=200, files=90)
    organise(registry, tmp_path, made)
    batch = registry.upload(export(tmp_path, *made.rows))
    if finished:
        batch.finish()
    seen: list[tuple[int, int]] = []
    progress = lambda done, total: seen.append((done, total))  # noqa: E731 - as a notebook would write it
    compare(batch.add_media(zipped(tmp_path / "all.zip", made.files), PATTERN, progress), made)
    assert seen == [(k, 90) for k in range(1, 91)]
    if not finished:
        batch.finish()
    assert len(links(batch)) == len(made.lines)
    assert registry.verify() == []


@pytest.mark.long
@only_sqlite
def test_large_delivery(registry: Registry, tmp_path: Path) -> None:
    """5,000 files in a zip of nearly 200 MB go to 20,000 rows as the truth says, within three minutes."""
    made = deliver(rows=20_000, files=5_000, bytes_each=40_000)
    organise(registry, tmp_path, made)
    path = zipped(tmp_path / "all.zip", made.files, 0)
    batch = registry.upload(export(tmp_path, *made.rows))
    batch.finish()
    began = time.monotonic()
    done = batch.add_media(path, PATTERN)
    seconds = time.monotonic() - began
    print(f"{path.stat().st_size / 1e6:.0f} MB, {len(made.files):,} files, 20,000 rows: {seconds:.0f} s, {done}")  # noqa: T201
    compare(done, made)
    assert path.stat().st_size > 190e6
    assert seconds < 180
    assert registry.verify() == []


# --- at the prompt ------------------------------------------------------------------------------------------


@pytest.fixture
def prompt(registry: Registry, registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The organisation as the command line finds it, with one finished batch."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    monkeypatch.setenv("CREDTOOLS_BY", APPROVER)
    registry.upload(export(tmp_path, ANA, PASS, PASS_OF_BEN, PASS.replace("2024", "2025"))).finish()
    monkeypatch.chdir(tmp_path)
    return registry


@only_sqlite
@pytest.mark.usefixtures("prompt")
def test_command_lists_every_file_once(tmp_path: Path) -> None:
    """`credtools media --json` prints the lists; it exits 1 when something is refused or ambiguous, else 0."""
    names = ("ben@example.org_Passport.pdf", "ana@example.org_Passport.pdf", "nobody.pdf", "bad.doc")
    filled(tmp_path / "in", dict.fromkeys(names, pdf()))
    done = CliRunner().invoke(main, ["media", "1", "in", "--match", PATTERN, "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told.pop("batch")) == (1, 1)
    assert {name: [entry["file"] for entry in told[name]] for name in told if name != "missing"} == {
        "matched": ["ben@example.org_Passport.pdf"],
        "unmatched": ["nobody.pdf"],
        "ambiguous": ["ana@example.org_Passport.pdf"],
        "shared": [],
        "refused": ["bad.doc"],
        "skipped": [],
        "zips": [],
    }
    assert [(row["line"], row["required"]) for row in told["missing"]] == [(3, True), (5, True)]
    done = CliRunner().invoke(main, ["media", "1", "in/ben@example.org_Passport.pdf", "--match", PATTERN, "--json"])
    assert done.exit_code == 0


@only_sqlite
@pytest.mark.usefixtures("prompt")
def test_command_speaks_to_people(tmp_path: Path) -> None:
    """Without --json: the counts, then what is to be done, a sentence each."""
    filled(tmp_path / "in", {"ben@example.org_Passport.pdf": pdf(), "bad.doc": pdf()})
    done = CliRunner().invoke(main, ["media", "1", "in", "--match", PATTERN])
    assert done.exit_code == 1
    assert done.stdout == (
        "batch 1: 1 matched · 0 unmatched · 0 ambiguous · 0 shared · 1 refused · 2 missing\n"
        f"  refused: {FileError('not_a_medium', file='bad.doc', ending='.doc')}\n"
        "  missing: line 3: Passport requires media\n"
        "  missing: line 5: Passport requires media\n"
    )
    done = CliRunner().invoke(main, ["media", "1", "--optional"])
    assert (done.exit_code, done.stdout) == (
        *(0,),
        "batch 1: 0 matched · 0 unmatched · 0 ambiguous · 0 shared · 0 refused · 0 missing\n",
    )


@only_sqlite
@pytest.mark.usefixtures("prompt")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["1", "none"], "There is no file 'none'. Check the name and the folder.\n"),
        (["9", "."], "There is no batch 9 here (credtools show lists the batches).\n"),
        (["1"], "Name the files, folders or zips to add, or use --optional.\n"),
    ],
)
def test_misuse_is_one_sentence(arguments: list[str], sentence: str) -> None:
    """What can't be meant exits 2 with one sentence."""
    done = CliRunner().invoke(main, ["media", *arguments])
    assert done.exit_code == 2
    assert done.stderr.endswith(sentence)
