"""What is known of media: kept with them and beside their rows, true on later nights, erased with the person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from credtools import store
from credtools.cli import main
from credtools.errors import RegistryError
from credtools.jupyter.listed import Listed
from credtools.media.compared import Compared, Difference
from credtools.model import Place
from credtools.registry import Batch, Registry, finishing
from credtools.store import Kept, Link, Scan, tables
from credtools.store.digests import media_digest
from credtools.store.writes import media as linking
from tests.builders import ANA, APPROVER, BEN, HEADINGS, export, load, only_sqlite, rows_of, tamper, write
from tests.canaries import hits
from tests.pictures import certificate, filled, png
from tests.scans import HEIC

BOX = (10, 20, 300, 40)
LATER = "2031-01-10"  # on the paper; the row has 2030
SAYS = Compared.of((Difference("expiration_date", "2030-01-10", LATER, 1, BOX),), ())
DIFFERS = Scan(SAYS.verdict, SAYS.as_json())
NAME = "Ana Silva"
WHY = "asked for it"


@pytest.fixture(autouse=True)
def own_blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of blobs of its own."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def kept(registry: Registry, content: bytes, *texts: str, copy: bytes = b"", notes: str = "") -> Kept:
    """A file and its copy in the folder of blobs, and what is known of them."""
    of_copy = (registry.blobs.put(copy), len(copy), "image/jpeg") if copy else None
    pieces = json.dumps([(1, BOX, text) for text in texts], ensure_ascii=False)
    one = Kept(registry.blobs.put(content), len(content), "image/heic", notes, of_copy, pieces, whole=True)
    registry.blobs.flush()
    return one


def add(batch: Batch, line: int, one: Kept, name: str = "scan.heic", scan: Scan = DIFFERS) -> None:
    link = Link(Place(1, line, 1), one, name, scan)
    store.add_media(batch.registry.engine, batch.id, batch.registry.by, [link])


def uploaded(registry: Registry, folder: Path, *rows: str, finished: bool = True, name: str = "a.csv") -> Batch:
    batch = registry.upload(export(folder, *(rows or (ANA, BEN)), name=name))
    if finished:
        batch.finish()
    return batch


def scanned(registry: Registry, folder: Path) -> Batch:
    """Ana's scan was converted, and says something else than her row."""
    batch = uploaded(registry, folder)
    add(batch, 2, kept(registry, b"original", NAME, f"Expires {LATER}", copy=b"converted paper", notes="converted"))
    return batch


# --- from the file to the row ---------------------------------------------------------------------------------


def test_what_a_file_says_is_told_kept_and_follows_the_row(registry: Registry, tmp_path: Path) -> None:
    """Told when it is added; a warning of the draft until its row is corrected; kept as it was when it is finished."""
    paper = certificate("First Aid", NAME, "Issued 2024-01-10", f"Expires {LATER}")
    scans = filled(tmp_path / "in", {"ana.pdf": paper, "ben.png": png()})
    batch = uploaded(registry, tmp_path, ANA, BEN, finished=False)
    done = batch.add_media(scans, {"ana.pdf": 2, "ben.png": 3})
    assert [(medium.file, medium.scan) for medium in done.matched] == [("ana.pdf", "differs"), ("ben.png", "nothing")]
    (differs,) = done.matched[0].differs
    said = (differs.line, differs.column, differs.row, differs.said, differs.page)
    assert said == (2, "expiration_date", "2030-01-10", LATER, 1)
    assert done.differing == 1
    assert batch.media()["scan"].tolist() == ["differs", "nothing"]
    assert batch.errors[["line", "code", "blocks"]].to_numpy().tolist() == [[2, "scan_differs", False]]
    assert batch.compared(2)[sha(paper)].differs[0].said == LATER
    batch.patch(line=2, column="expiration_date", value=LATER)
    assert batch.media()["scan"].tolist() == ["agrees", "nothing"]
    assert batch.errors.empty
    batch.patch(line=2, column="expiration_date", value="2029-01-10")
    batch.finish()
    assert [(one.code, one.count) for one in batch.warnings] == [("scan_differs", 1)]
    media = registry.media()
    assert media["scan"].tolist() == ["differs", "nothing"]
    assert Compared.from_json(media["differs"][0]).differs[0].row == "2029-01-10"
    assert batch.compared(2)[sha(paper)].differs[0].row == "2029-01-10"
    done = registry.approve(batch.id)
    assert (done.blocked, done.decided, done.differing) == ({}, (2,), (2,))
    assert done.told
    assert done.told in str(done)
    assert batch.summary().scans == ["differs", "nothing"]
    assert registry.verify() == []


@only_sqlite
def test_days_of_a_difference_are_written_as_the_list_beside_it(registry: Registry, tmp_path: Path) -> None:
    """In the organisation's format where people read them; as they were before in JSON and evidence."""
    registry.set("date_format", "DD/MM/YYYY")
    paper = certificate("First Aid", NAME, "Issued 2024-01-10", f"Expires {LATER}")
    recipe = write(tmp_path, "iso.yaml", "date_format: YYYY-MM-DD\n")
    batch = registry.upload(export(tmp_path, ANA), recipe=recipe)
    done = batch.add_media(filled(tmp_path / "in", {"ana.pdf": paper}), {"ana.pdf": 2})
    assert done.as_dict()["matched"][0]["differs"][0]["said"] == LATER
    day = date.fromisoformat(LATER).strftime("%d/%m/%Y")
    told = f"Expiration date: the PDF says {day}, the row 10/01/2030."
    assert told in batch.errors["resolution"].tolist()[0]
    batch.finish()
    listed = Listed(registry)
    (shown,) = listed.shown(listed.rows)
    assert shown["expiration_date"] == "10/01/2030"
    assert shown["media"][0]["differs"] == [told]
    assert told in [mark["words"] for mark in listed.detail(batch.id, 2)["media"][0]["marks"]]


def test_a_converted_file_is_shown_as_its_copy(registry: Registry, tmp_path: Path) -> None:
    """The original stays the evidence; what is shown is named with it, placed or not, as is what should be known."""
    scans = filled(tmp_path / "in", {"ana.heic": HEIC, "ben@example.org_Forklift.heic": HEIC + b"\0"})
    batch = uploaded(registry, tmp_path, finished=False)
    batch.add_media(scans, "{user_email}_{credential_type}")
    ((_, loose),) = batch.unplaced_media()
    (placed,) = batch.media().itertuples()
    for one in (loose, placed):
        assert (one.media_type, one.shown_type) == ("image/heic", "image/jpeg")
        assert registry.blobs.read(one.shown).startswith(b"\xff\xd8\xff")
        assert "converted" in one.notes
    assert loose.sha256 == sha(HEIC)
    batch.place_medium("ana.heic", 2)
    batch.finish()
    assert registry.media()["shown"].tolist() == [loose.shown, placed.shown]
    assert registry.verify() == []


@only_sqlite
def test_the_prompt_tells_all_of_it(
    registry: Registry, registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`credtools media --json` has notes, what is shown, what differs and where; `approve --json` in which lines."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    uploaded(registry, tmp_path)
    paper = certificate("First Aid", NAME, "Issued 2024-01-10", f"Expires {LATER}")
    scans = filled(tmp_path / "in", {"ana@example.org.pdf": paper})
    ask = ["media", "1", str(scans), "--match", "{user_email}"]
    told = CliRunner().invoke(main, ask)
    assert (told.exit_code, "differs: line 2, ana@example.org.pdf" in told.output) == (0, True), told.output
    told = CliRunner().invoke(main, [*ask, "--json"])
    (medium,) = json.loads(told.stdout)["matched"]
    assert (medium["notes"], medium["scan"], medium["shown"]) == ([], "differs", medium["sha256"])
    (differs,) = medium["differs"]
    assert differs.keys() == {"line", "column", "row", "said", "page", "box"}
    assert len(differs["box"]) == 4
    approved = CliRunner().invoke(main, ["approve", "1", "--json"])
    assert json.loads(approved.stdout)["differing"] == [2]


# --- verified -------------------------------------------------------------------------------------------------

CHANGED = "The media of batch 1 aren't those that event 5 added."
TAMPERINGS = {
    "another verdict": ("UPDATE media SET scan = 'agrees'", CHANGED),
    "another copy": ("UPDATE blobs SET shown_as = sha256 WHERE shown_as <> ''", "isn't shown as it was"),
    "no copy": ("UPDATE blobs SET shown_as = NULL WHERE shown_as <> ''", "isn't shown as it was"),
    "another copy of the link": ("UPDATE media SET shown_as = NULL", CHANGED),
    "both": (
        "UPDATE media SET shown_as = NULL, scan = '', scan_digest = NULL, scan_salt = NULL, compared = ''",
        CHANGED,
    ),
    "another difference": ("UPDATE media SET compared = replace(compared, '2031', '2030')", "isn't what was found"),
    "blanked": ("UPDATE media SET compared = '', scan_salt = NULL", "contradicts the events"),
    "another kind of the copy": ("UPDATE blobs SET erased_at = '2026-01-01'", "which no event says"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_with_what_is_known_is_found(registry: Registry, tmp_path: Path, name: str) -> None:
    """Each change of what a medium says, or of what is shown in its place, made past the program is found."""
    scanned(registry, tmp_path)
    assert registry.verify() == []
    statement, sentence = TAMPERINGS[name]
    tamper(registry, statement)
    assert any(sentence in problem for problem in registry.verify())


def test_a_lost_copy_is_found(registry: Registry, tmp_path: Path) -> None:
    """As the original is: by `verify`, and before a draft that has it is finished."""
    batch = scanned(registry, tmp_path)
    draft = uploaded(registry, tmp_path, "cara@example.org,First Aid,2024-01-10,,", finished=False, name="b.csv")
    add(draft, 2, kept(registry, b"original", copy=b"converted paper"))
    copy = registry.blobs.path(sha(b"converted paper"))
    assert batch.media()["shown"].tolist() == [copy.name]
    copy.write_bytes(b"c0nverted")
    (problem,) = registry.verify()
    assert copy.name in problem
    with pytest.raises(RegistryError) as caught:
        draft.finish()
    assert (caught.value.reason, caught.value.facts["line"]) == ("medium_lost", 2)
    registry.blobs.put(b"converted paper")
    draft.finish()
    assert registry.verify() == []


def test_copies_are_never_swept(registry: Registry, tmp_path: Path) -> None:
    """What is only shown in the place of others is needed as they are; what nobody shows any more isn't."""
    scanned(registry, tmp_path)
    registry.blobs.put(b"left over")
    assert registry.blobs.sweep(store.reads.referenced_blobs(registry.engine), rest=-1.0) == 1
    assert registry.verify() == []


# --- later nights ---------------------------------------------------------------------------------------------


def test_the_same_content_again_is_shown_as_before(registry: Registry, tmp_path: Path) -> None:
    """Another version of the program would make another copy: what was linked is still shown as it was then."""
    batch = scanned(registry, tmp_path)
    add(batch, 3, kept(registry, b"original", copy=b"another conversion"), "again.heic")
    add(batch, 2, kept(registry, b"original", copy=b"another conversion"), "again.heic")
    assert batch.media()[["file", "shown"]].to_numpy().tolist() == [
        ["scan.heic", sha(b"converted paper")],
        ["again.heic", sha(b"converted paper")],
    ]
    assert len(rows_of(registry, "blobs")["blobs"]) == 2
    assert registry.verify() == []


def test_what_an_ending_says_is_noted_of_each_name(registry: Registry, tmp_path: Path) -> None:
    """The same bytes under a right and a wrong ending: only who sees the wrong one is told so, before and after."""
    rows = (f"{ANA},a.png", f"{BEN},b.jpg")
    batch = registry.upload(export(tmp_path, *rows, headings=f"{HEADINGS},Media"))
    found = batch.add_media(filled(tmp_path / "in", {"a.png": png(), "b.jpg": png()}))
    assert len(found.linked) == 2
    noted = {"a.png": "", "b.jpg": "other_ending"}
    assert dict(batch.media()[["file", "notes"]].to_numpy()) == noted
    batch.finish()
    assert dict(batch.media()[["file", "notes"]].to_numpy()) == noted
    assert dict(registry.media()[["file", "notes"]].to_numpy()) == noted


def test_each_version_has_what_was_said_beside_it(registry: Registry, tmp_path: Path) -> None:
    """A correction with the same file is compared for itself; names that change, merges and undo change no finding."""
    first = uploaded(registry, tmp_path, finished=False)
    one = kept(registry, b"original", NAME, "Issued 2024-01-10", f"Expires {LATER}")
    add(first, 2, one)
    first.finish()
    second = uploaded(registry, tmp_path, ANA.replace("2030-01-10", LATER), finished=False, name="b.csv")
    add(second, 2, one)
    second.finish()
    assert (first.media()["scan"].tolist(), second.media()["scan"].tolist()) == (["differs"], ["agrees"])
    registry.rename_type("First Aid", "First Aid at Work")
    load(registry, tmp_path, users="Email,Name\nann@example.org,Ann Silver\n")
    registry.merge_person("ann@example.org", "ana@example.org")
    registry.undo(second.id)
    assert (first.media()["scan"].tolist(), second.media()["scan"].tolist()) == (["differs"], ["agrees"])
    assert registry.verify() == []


def test_a_merged_name_is_a_name(registry: Registry, tmp_path: Path) -> None:
    """A file in the name that somebody had before they were merged doesn't name somebody else."""
    load(registry, tmp_path, users="Email,Name\nann@example.org,Ann Silver\n")
    batch = uploaded(registry, tmp_path, finished=False)
    add(batch, 2, kept(registry, b"original", "This is to certify that", "Ann Silver", "Issued 2024-01-10"))
    before = batch.media()["scan"].tolist()
    registry.merge_person("ann@example.org", "ana@example.org")
    assert (before, batch.media()["scan"].tolist()) == (["differs"], ["agrees"])


def test_a_held_file_is_compared_when_it_is_finished(registry: Registry, tmp_path: Path) -> None:
    """What a person adds to a held batch, and what came while somebody else was finishing it, is compared, too."""
    batch = uploaded(registry, tmp_path, finished=False)
    batch.hold("a person shall look")
    one = kept(registry, b"original", "Issued 2024-01-10", f"Expires {LATER}")
    add(batch, 2, one)
    value = finishing._value(registry, batch.draft)  # what a slower finish has in its hand
    add(batch, 3, one)
    finishing.finish(registry, batch.draft, value)
    assert batch.media()[["line", "scan"]].to_numpy().tolist() == [[2, "differs"], [3, "differs"]]
    assert registry.verify() == []


# --- erased ---------------------------------------------------------------------------------------------------


def test_nothing_that_was_read_of_a_person_is_left(
    registry: Registry, opened: Callable[..., Registry], registry_url: str, tmp_path: Path
) -> None:
    """Their copies, what was read in them and what it says go; in what others keep, their name goes, on two lines, too.

    A draft's file without a row that names them goes as well. The history verifies, and what stays is still shown.
    """
    batch = scanned(registry, tmp_path)
    others = "beside Ben Okafor", f"and {NAME.upper()} attended", "Ana", "Silva", "2024-02-20"
    names = Compared.of((Difference("user_name", "Ben Okafor", NAME, 1, BOX),), ())
    add(batch, 3, kept(registry, b"a list", *others, copy=b"list shown"), "list.heic", Scan("differs", names.as_json()))
    add(batch, 2, kept(registry, b"a list", *others), "list.heic")
    draft = uploaded(registry, tmp_path, BEN.replace("2024", "2025"), finished=False, name="b.csv")
    loose = kept(registry, b"loose", f"Certificate of {NAME}", copy=b"loose shown")
    store.keep_unplaced(registry.engine, draft.id, registry.by, [("img1.heic", loose)])
    wanted = {"name": NAME, "copy": "converted paper", "loose": "loose shown", "day": LATER}
    assert hits(registry, wanted).keys() == wanted.keys()
    shown = registry.erase("ana@example.org", dry_run=True)
    assert (shown.counts["blobs"], [note.partition(" of others")[0] for note in shown.notes]) == (4, ["1 stored file"])
    registry.erase("ana@example.org", WHY)
    assert hits(registry, wanted) == {}
    assert registry.verify() == []
    (left,) = batch.media().itertuples()
    assert (left.line, left.scan, left.differs, registry.blobs.read(left.shown)) == (3, "differs", "", b"list shown")
    (texts,) = rows_of(registry, "blob_texts")["blob_texts"]
    assert [text for *_, text in json.loads(texts[2])] == [
        *("beside Ben Okafor", "and erased-1 attended", "", "", "2024-02-20")
    ]
    assert opened(registry_url, APPROVER).batch(draft.id).unplaced_media() == []


def test_an_erased_file_that_comes_again_is_a_new_one(registry: Registry, tmp_path: Path) -> None:
    """It has the copy that is made of it then, and is looked at again; the old link stays what was chained."""
    scanned(registry, tmp_path)
    registry.erase("ana@example.org", WHY)
    batch = uploaded(registry, tmp_path, BEN.replace("2024", "2026"), name="b.csv")
    add(batch, 2, kept(registry, b"original", "Ben Okafor", copy=b"another conversion", notes="repaired"))
    (medium,) = registry.media().itertuples()
    assert (medium.shown, medium.notes) == (sha(b"another conversion"), "repaired")
    assert list(store.reads.texts_of(registry.engine, [medium.sha256])) == [medium.sha256]
    assert registry.verify() == []


def test_nothing_comes_to_an_erased_person_again(registry: Registry, tmp_path: Path) -> None:
    """When their file and scans come once more, no scan of theirs is kept with what was theirs: none could find it."""
    scans = filled(tmp_path / "in", {"ana.pdf": certificate("First Aid", NAME), "ben.png": png()})
    rows, named = (f"{ANA},ana.pdf", f"{BEN},ben.png"), f"{HEADINGS},Media"
    batch = registry.upload(export(tmp_path, *rows, headings=named))
    batch.finish()
    registry.erase("ana@example.org", WHY)
    registry.upload(export(tmp_path, *rows, headings=named)).finish()
    found = batch.add_media(scans)
    assert [(medium.file, medium.lines) for medium in found.linked] == [("ben.png", (3,))]
    assert [medium.file for medium in found.unmatched] == ["ana.pdf"]
    with pytest.raises(RegistryError) as caught:
        add(batch, 2, kept(registry, b"original", NAME))
    assert caught.value.reason == "line_without_version"
    assert batch.media()["file"].tolist() == ["ben.png"]
    assert registry.verify() == []


def test_what_came_back_to_an_erased_person_goes_with_the_next_retention(registry: Registry, tmp_path: Path) -> None:
    """A scan that an earlier release linked to what was an erased person's goes, whatever is kept; others' stay."""
    batch = registry.upload(export(tmp_path, ANA, BEN))
    batch.finish()
    add(batch, 3, kept(registry, b"Ben's", "Ben Okafor"), "ben.heic")
    registry.erase("ana@example.org", WHY)
    one = kept(registry, b"original", NAME)
    with store.transaction.write(registry.engine) as work:  # as that release wrote it
        linking._keep_blobs(work, [one])
        columns = linking._links(work, {(1, one.sha256): ("ana.heic", DIFFERS)})
        kinds = columns.pop("media_type")
        columns |= {"added_by": [registry.by]}
        work.insert(tables.media, columns | {"added_at": work.at})
        digest = media_digest(columns | {"media_type": kinds})
        work.event("media", registry.by, batch.id, first=columns["id"][0], count=1, links=digest)
    assert registry.verify() == []
    assert registry.retain(dry_run=True).counts["media"] == 1
    assert str(registry.retain()) == "1 medium · 1 blob"
    assert (str(registry.retain()), registry.verify()) == ("nothing", [])
    assert batch.media()["file"].tolist() == ["ben.heic"]
    assert [path.name for path in registry.blobs.folder.rglob("*/*")] == [sha(b"Ben's")]
    assert hits(registry, {"name": NAME}) == {}


def test_a_copy_that_somebody_uploaded_stays(registry: Registry, tmp_path: Path) -> None:
    """What is shown in the place of an erased file may be somebody else's own file: that one is theirs."""
    batch = scanned(registry, tmp_path)
    add(batch, 3, kept(registry, b"converted paper", "Ben Okafor"), "ben.jpg")
    registry.erase("ana@example.org", WHY)
    assert [registry.blobs.path(sha(one)).exists() for one in (b"original", b"converted paper")] == [False, True]
    assert registry.verify() == []


def test_what_was_kept_long_enough_goes_whole(registry: Registry, tmp_path: Path) -> None:
    """Retention takes copies, what was read and what it says with the media that go."""
    batch = scanned(registry, tmp_path)
    registry.decline(batch.id, [2], reason="no signature")
    tamper(registry, "UPDATE media SET added_at = '2020-01-01 00:00:00+00:00'")
    registry.set("keep_media_days", 30)
    done = registry.retain()
    assert (done.counts["media"], done.counts["blobs"]) == (1, 2)
    assert list(registry.blobs.folder.rglob("*/*")) == []
    assert rows_of(registry, "blob_texts")["blob_texts"] == []
    with registry.engine.connect() as connection:
        assert connection.execute(select(tables.media.c.compared, tables.media.c.scan_salt)).one() == ("", None)
    assert registry.verify() == []


def test_what_was_taken_from_a_draft_again_is_forgotten(registry: Registry, tmp_path: Path) -> None:
    """What could be read in a file to which nobody refers goes with the next erasure; it comes back with the file."""
    batch = uploaded(registry, tmp_path, finished=False)
    one = kept(registry, b"original", NAME)
    add(batch, 2, one)
    batch.remove_media("scan.heic")
    assert registry.erase("ben@example.org", WHY).notes == ()
    assert rows_of(registry, "blob_texts")["blob_texts"] == []
    assert registry.retain().counts["texts"] == 0
    again = uploaded(registry, tmp_path, ANA, finished=False, name="b.csv")
    add(again, 2, one)
    assert len(rows_of(registry, "blob_texts")["blob_texts"]) == 1
    assert registry.verify() == []
