"""Erasing: nothing of a person is left anywhere, everything of everybody else is, and the history still verifies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import event, select

import credtools as ct
from credtools import store
from credtools.cli import main
from credtools.errors import CredtoolsError, MovedError, RegistryError
from credtools.model import Counts
from credtools.privacy.search import search
from credtools.registry import Registry
from credtools.store import tables
from credtools.store.blocks import block_of
from tests.builders import (
    ANA,
    APPROVER,
    BEN,
    CARA,
    MIXED,
    UPLOADER,
    ZOE,
    export,
    load,
    only_sqlite,
    rows_of,
    states,
    tamper,
    write,
)
from tests.canaries import (
    BAD_TYPE,
    CANARIES,
    EMAIL,
    GOOD,
    OTHERS,
    TWO_ERRORS,
    WIDE,
    by_hand,
    figures,
    hits,
    live,
    own_schema,
)
from tests.canaries import USERS as HERS
from tests.pictures import jpeg
from tests.seams import killed_at


@pytest.fixture
def folder(registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, whose settings lead to the registry of the test; its schema has one column more."""
    own_schema(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    monkeypatch.setenv("CREDTOOLS_HEADS", str(tmp_path / "heads.txt"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def registry(opened: Callable[..., Registry], registry_url: str, folder: Path) -> Registry:
    """An organisation with her among its users."""
    registry = opened(registry_url)
    load(registry, folder, users=HERS)
    return registry


@pytest.fixture
def lived(registry: Registry, folder: Path) -> Registry:
    """A registry in which all has happened that can happen to a person."""
    live(registry, folder)
    return registry


ANA_EMAIL = "ana@example.org"
WHY = "asked for it"
# Where her values stand in the tables before, so that the search has something to find everywhere.
HELD = {
    *("batches.file_name", "credential_versions.issue_date", "credential_versions.number", "credential_versions.own"),
    *("credentials.number", "decisions.reason", "ledger_values.raw", "media.file_name", "patches.new_value"),
    *("patches.old_value", "reject_errors.resolution", "reject_errors.suggestion", "reject_errors.value"),
    *("rejects.reason", "runs.file_name", "runs.statistics", "source_files.content", "staged_media.file_name"),
    *("ledger_block_values.raw", "words.issue_date", "words.own"),
    *("blob_texts.pieces", "media.compared"),
    *("withdrawals.reason", "users.email", "users.email_key", "users.external_id", "users.name"),
}


def test_nothing_of_a_person_is_left(lived: Registry) -> None:
    """Each of her values was there in several places; after the erasure none is, in whatever spelling or packing.

    Everything of everybody else is as it was, as are all counts, and the history verifies.
    """
    killed = write(Path(tempfile.mkdtemp(prefix="credtools-tmp-")), "sent.csv", f"{WIDE}\n{GOOD}")
    found = hits(lived)
    assert found.keys() == CANARIES.keys()
    assert f"{killed.parent.name}/sent.csv" in found["e-mail"]
    if lived.engine.dialect.name == "postgresql":
        assert {place for places in found.values() for place in places} >= HELD
    told, before = figures(lived), unpacked(lived)
    assert lived.verify() == []
    shown = lived.erase(EMAIL, dry_run=True)
    assert unpacked(lived) == before
    done = lived.erase(EMAIL, WHY)
    assert (done.counts, done.waiting) == (shown.counts, shown.waiting) == (done.counts, (6, 7))
    assert hits(lived) == {}
    assert lived.verify() == []
    assert figures(lived) == told
    assert strangers_touched(before, unpacked(lived)) == set()


def unpacked(registry: Registry) -> dict[str, list[Any]]:
    """All rows of all tables; of blocks, instead of what is deflated, each row's batch, address and raw text.

    Of seals all but the salts.
    """
    with registry.engine.connect() as connection:
        numbers = connection.execute(select(tables.ledger_blocks.c.batch_id)).scalars().all()
        found = [(number, block) for number in numbers if (block := block_of(connection, number))]
        blocks = [(number, row.address, row.raw) for number, block in found for row in block.rows()]
    assert len(blocks) == 2
    rows = rows_of(registry)
    seals = [row[:3] + row[4:] for row in rows["seals"]]
    return rows | {"ledger_block_values": blocks, "seals": seals}


def strangers_touched(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> set[str]:
    """The tables in which a row was changed that held nothing of her; what is hers by number is told here."""
    hers = {"credential_versions": (1, 4, 5, 6, 8, 9), "credentials": (1, 4, 5, 6, 8, 9), "media": (1, 2, 3)}
    places = (("media", 2), ("staged_media", 4))
    scans = [row[place] for table, place in places for row in before[table] if "ana" not in repr(row)]
    hers |= {"rejects": (1, 2), "blobs": tuple(scans), "blob_texts": tuple(scans)}
    waiting = {"batches": (6, 7), "runs": (5,)}  # discarded with the files on which they waited
    touched = set()
    for table, rows in before.items():
        gone = set(rows) - set(after[table]) if table != "audit_head" else set()
        for row in gone:
            known = any(word in repr(row) for word in (*CANARIES.values(), "datetime.date(1971, 7, 13)", "b'PK"))
            if not known and row[0] not in (*hers.get(table, ()), *waiting.get(table, ())):
                touched.add(table)
    return touched


# --- what stays --------------------------------------------------------------------------------------------


def test_others_are_corrected_though_the_file_is_gone(registry: Registry, folder: Path) -> None:
    """The rejects of others in an erased file still go out, come back mended and are fixed."""
    batch = registry.upload(export(folder, ANA, ZOE, BEN))
    batch.finish()
    registry.erase(ANA_EMAIL, WHY)
    assert repr(registry.batch(1)) == (
        "batch 1 · finished · export.csv · its bytes were erased · 2 new · 0 new versions · 0 older · 0 unchanged · "
        "1 rejected"
    )
    assert registry.write_rejects(folder / "wrong.csv") == 1
    text = (folder / "wrong.csv").read_text("utf-8-sig").replace("zoe@example.org", "cara@example.org", 1)
    assert registry.correct(write(folder, "mended.csv", text)).fixed == (1,)
    assert registry.credentials()["user_email"].tolist() == ["ben@example.org", "cara@example.org"]
    assert registry.verify() == []


def test_the_same_record_again_is_a_new_one(registry: Registry, folder: Path) -> None:
    """After an erasure the same file is judged anew: the person is unknown, and nothing links to what was."""
    path = export(folder, ANA, BEN)
    registry.upload(path).finish()
    registry.erase(ANA_EMAIL, WHY)
    receipt = registry.upload(path).finish()
    assert (receipt.replayed, receipt.counts) == (False, Counts(rows=2, unchanged=1, rejected=1))
    assert registry.audit.rejects()["code"].tolist() == ["user_exists"]
    load(registry, folder, users="Email,Name,External ID\nana@example.org,Ana Silva,E-1\n")
    assert registry.upload(path).finish().counts == Counts(rows=2, new=1, unchanged=1)
    with_user = registry.lookups().users.set_index("email")["id"]
    assert with_user[ANA_EMAIL] == with_user.max() > 4
    assert registry.verify() == []


def test_a_reject_of_nobody_is_not_replayed(registry: Registry, folder: Path) -> None:
    """A file whose rejected person was erased isn't answered by the old receipt: her row is followed anew."""
    path = export(folder, *MIXED)
    registry.upload(path).finish()
    registry.erase("zoe@example.org", WHY)
    receipt = registry.upload(path).finish()
    assert (receipt.replayed, receipt.counts) == (False, Counts(rows=3, unchanged=2, rejected=1))
    frame = registry.audit.rejects()
    assert list(zip(frame["batch"], frame["state"], frame["value"].fillna("(erased)"), strict=True)) == [
        (1, "open", "(erased)"),
        (2, "open", "zoe@example.org"),
    ]
    assert registry.verify() == []


def test_an_erased_user_is_found_by_nothing(registry: Registry, folder: Path) -> None:
    """No file, load or suggestion reaches the row that is left of a user."""
    registry.upload(export(folder, ANA)).finish()
    registry.erase(ANA_EMAIL, WHY)
    assert "erased-1" not in registry.lookups().users["email"].tolist()
    batch = registry.upload(export(folder, ANA.replace(ANA_EMAIL, "erased-1"), BEN, name="b.csv"))
    assert batch.review().errors["code"].tolist() == ["user_exists"]
    users = write(folder, "u.csv", "Email\nben@example.org\ncara@example.org\n")
    assert registry.load("users", users, replace=True, dry_run=True).absent == (EMAIL, "quarl@birds.example")
    assert registry.credentials().empty
    assert registry.approve(1).decided == ()
    assert registry.export(folder / "clean.csv")
    assert ANA_EMAIL not in (folder / "clean.csv").read_text("utf-8-sig")


# --- at any point of a batch's life ---------------------------------------------------------------------------

LIVES: dict[str, Callable[[Registry, Path], object]] = {
    "draft": lambda registry, path: registry.upload(path),
    "patched draft": lambda registry, path: registry.upload(path).patch(3, "credential_type", "Licence"),
    "discarded": lambda registry, path: registry.upload(path).discard(),
    "held": lambda registry, path: registry.upload(path).settle(max_reject_rate=0),
    "finished": lambda registry, path: registry.upload(path).finish(),
    "undone": lambda registry, path: (registry.upload(path).finish(), registry.undo(1)),
    "replayed": lambda registry, path: (registry.upload(path).finish(), registry.upload(path).finish()),
    "approved": lambda registry, path: (registry.upload(path).finish(), registry.approve(1)),
    "waived": lambda registry, path: (registry.upload(path).finish(), registry.waive(1, [3], CANARIES["waiver"])),
    "in parts": lambda registry, path: (registry.set("max_rows", 2), registry.upload(path, part=2).finish()),
}


@pytest.mark.parametrize("life", LIVES)
def test_at_any_point(registry: Registry, folder: Path, life: str) -> None:
    """Whatever has become of her file, nothing of it is left, what waits on it is discarded, and history verifies."""
    LIVES[life](registry, export(folder, GOOD, TWO_ERRORS, BAD_TYPE, *OTHERS, headings=WIDE))
    assert {"e-mail", "type", "number"} <= hits(registry).keys()
    before = registry.batches()
    registry.erase(EMAIL, WHY)
    assert hits(registry) == {}
    assert registry.verify() == []
    after = registry.batches()
    assert after.drop(columns="state").equals(before.drop(columns="state"))
    assert not {"draft", "held"} & set(states(registry))


@pytest.mark.parametrize("life", ["draft", "held"])
def test_a_batch_that_waited_cannot_go_on(registry: Registry, folder: Path, life: str) -> None:
    """Whoever still has the batch in the hand is told that it is gone, and nothing of it is written."""
    path = export(folder, GOOD, TWO_ERRORS, headings=WIDE)
    batch = registry.upload(path)
    batch.review()
    if life == "held":
        batch.settle(max_reject_rate=0)
    done = registry.erase(EMAIL, WHY)
    assert done.waiting == (1,)
    with pytest.raises(RegistryError) as caught:
        batch.finish()
    assert (caught.value.reason, caught.value.facts) == ("batch_settled", {"batch": 1, "state": "discarded"})
    assert hits(registry) == {}


def test_why_a_batch_was_held_goes_too(registry: Registry, folder: Path) -> None:
    """The reason for which a batch was held can quote a value of hers, in the registry and in the record of its run."""
    recipe = write(folder, "strict.yaml", "expect: {new_values: 0}\n")
    path = export(folder, GOOD, TWO_ERRORS, *OTHERS, headings=WIDE)
    because = registry.upload(path, recipe).settle().held_because
    assert CANARIES["type"] in (because or "")
    record = folder / "runs" / "a" / "run.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"batches": [1], "held_because": because, "rows": 4}), "utf-8")
    registry.batch(1).finish()
    registry.erase(EMAIL, WHY)
    assert hits(registry) == {}
    assert json.loads(record.read_text("utf-8")) == {"batches": [1], "held_because": None, "rows": 4}
    assert registry.verify() == []


# --- whom ------------------------------------------------------------------------------------------------------


def test_by_user_id(registry: Registry, folder: Path) -> None:
    """A person is named by User ID as well; all that the user is known by goes."""
    registry.upload(export(folder, GOOD, TWO_ERRORS, headings=WIDE)).finish()
    registry.erase(external_id=CANARIES["User ID"], reason=WHY)
    assert hits(registry) == {}


def test_a_stranger_is_erased_by_address(registry: Registry, folder: Path) -> None:
    """Somebody who never was a user, but stands in rejected rows, can be erased, too."""
    registry.upload(export(folder, *MIXED, "juzoe@example.org,First Aid,2024-04-01,,")).finish()
    done = registry.erase("ZOE@example.org", WHY)
    assert str(done) == "1 row · 1 reject · 1 file"
    frame = registry.audit.rejects()
    assert frame["value"].fillna("(erased)").tolist() == ["(erased)", "juzoe@example.org"]
    assert registry.verify() == []


def test_a_name_that_others_bear_proves_nothing(registry: Registry, folder: Path) -> None:
    """What holds nothing but a name that several users bear stays, and that is said."""
    load(registry, folder, users="Email,Name\nother@example.org,ana  SILVA\n")
    row = "nobody@example.org,First Aid,2024-01-01,,"
    batch = registry.upload(export(folder, f"{row},Ana Silva", headings=f"{WIDE.rsplit(',', 3)[0]},Staff"))
    batch.finish()
    done = registry.erase(ANA_EMAIL, WHY)
    assert done.notes == ("1 other user has the same name, so what holds only the name may be theirs and is kept.",)
    assert (done.counts["rows"], done.counts["files"]) == (0, 0)


def test_who_stands_in_anothers_credential_is_told(registry: Registry, folder: Path) -> None:
    """A credential of somebody else that names the person stays what it is; that it does is said."""
    row = "ben@example.org,Forklift,2024-02-20,,,,checked by ana@example.org,"
    registry.upload(export(folder, row, headings=WIDE)).finish()
    done = registry.erase(ANA_EMAIL, WHY)
    sentence = (
        "1 credential of others names the person in an own column, which is kept. Upload a corrected version of each."
    )
    assert done.notes == (sentence,)
    assert registry.credentials()["own"].tolist() == ['{"site": "checked by ana@example.org"}']
    assert done.counts["rows"] == done.counts["files"] == 1
    assert registry.verify() == []


@only_sqlite
def test_a_copy_from_before_an_upgrade_is_told(registry: Registry, registry_url: str, folder: Path) -> None:
    """What an upgrade has kept beside the registry isn't touched, but named: only people know whether it is needed."""
    copy = Path(f"{registry_url.removeprefix('sqlite:///')}.layout-0001")
    copy.touch()
    registry.upload(export(folder, ANA)).finish()
    sentence = f"Copies of the registry from before an upgrade still hold everything: {copy.name}. Delete them."
    assert registry.erase(ANA_EMAIL, WHY).notes == (sentence,)
    assert copy.exists()


def test_numbers_as_user_ids(registry: Registry, folder: Path) -> None:
    """Where users are matched by numbers, another person's row that holds the same number elsewhere stays."""
    load(registry, folder, users="Email,External ID\nida@example.org,17\nudo@example.org,18\n")
    recipe = write(folder, "ids.yaml", "match_users_by: external_id\n")
    rows = (
        "17,Licence,2024-01-01,,5",
        "18,Licence,2024-01-01,,17",
        "17,Frist,2024-01-01,,6",
        "18,Frist,2024-01-01,,17",
    )
    path = export(folder, *rows, headings="User ID,Credential type,Issue date,Expiration date,Credential number")
    registry.upload(path, recipe).finish()
    registry.erase(external_id="17", reason=WHY)
    assert [row[2] for row in rows_of(registry, "ledger_values")["ledger_values"]] == [3, 5]
    assert registry.verify() == []


# --- refusals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whom", "why", "reason"),
    [
        ({"person": ANA_EMAIL}, " ", "erasing_reason_missing"),
        ({}, WHY, "person_unnamed"),
        ({"person": ANA_EMAIL, "external_id": "E-1"}, WHY, "person_unnamed"),
        ({"person": "ann@example.org"}, WHY, "person_not_found"),
        ({"external_id": "E-1"}, "Ana Silva asked for it", "erasing_reason_personal"),
    ],
)
def test_refusals(registry: Registry, folder: Path, whom: dict[str, str], why: str, reason: str) -> None:
    """Whom and why must be clear, and the reason must not keep what is erased; else nothing changes."""
    registry.upload(export(folder, ANA, ZOE)).finish()
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        registry.erase(reason=why, **whom)
    assert caught.value.reason == reason
    assert rows_of(registry) == before


def test_what_is_written_meanwhile_is_erased_too(registry: Registry, folder: Path) -> None:
    """Between looking and erasing nothing slips in: the store refuses, and the registry looks again."""
    registry.upload(export(folder, ANA)).finish()
    stale = search(registry.engine, ANA_EMAIL, "", UPLOADER, {}, lambda _: ()).erase
    registry.upload(export(folder, ANA.replace("2024", "2025"), name="b.csv")).finish()
    before = rows_of(registry)
    with pytest.raises(MovedError) as caught:
        store.erase(registry.engine, stale)
    assert caught.value.reason == "erasing_overtaken"
    assert rows_of(registry) == before
    done: list[bool] = []

    @event.listens_for(registry.engine, "before_cursor_execute")
    def _meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM decisions" in statement and not done:
            done.append(True)
            registry.upload(export(folder, ANA.replace("2024", "2026"), name="c.csv")).finish()

    assert registry.erase(ANA_EMAIL, WHY).counts["versions"] == 3
    assert done
    assert registry.verify() == []


def test_erasing_again_finds_nothing(registry: Registry, folder: Path) -> None:
    """Once erased a person is unknown here."""
    registry.upload(export(folder, ANA)).finish()
    registry.erase(ANA_EMAIL, WHY)
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        registry.erase(ANA_EMAIL, WHY)
    assert (caught.value.reason, caught.value.facts) == ("person_not_found", {"person": ANA_EMAIL})
    assert rows_of(registry) == before


# --- tampering after an erasure --------------------------------------------------------------------------------

AFTERWARDS = {
    "a value": (
        "UPDATE ledger_values SET raw = replace(raw, 'ben@', 'eve@') WHERE batch_id = 1 AND line = 4",
        "The values of line 4 of batch 1 aren't those that were uploaded.",
    ),
    "a value gone": (
        "DELETE FROM ledger_values WHERE batch_id = 1 AND line = 4",
        "Whether line 4 of batch 1 is erased contradicts the events.",
    ),
    "a value come back": (
        (
            "INSERT INTO ledger_values (batch_id, line, salt, raw) SELECT batch_id, 2, salt, raw FROM ledger_values "
            "WHERE batch_id = 1 AND line = 4"
        ),
        "The values of line 2 of batch 1 aren't those that were uploaded.",
    ),
    "an erased version filled": (
        "UPDATE credential_versions SET issue_date = '2020-01-01' WHERE id = 1",
        "Whether the credential on line 2 of batch 1 is erased contradicts the events.",
    ),
    "an erased version moved": (
        "UPDATE credential_versions SET line = 9 WHERE id = 1",
        "The credentials of batch 1 aren't those that were chained.",
    ),
    "an erased row accepted": (
        "UPDATE ledger SET verdict = 'unchanged' WHERE batch_id = 1 AND line = 2",
        "The ledger of batch 1 isn't what was chained.",
    ),
    "an erased user named": (
        "UPDATE users SET name = 'Eve' WHERE id = 1",
        "Whether user 1 is erased contradicts the events.",
    ),
    "another user erased": (
        "UPDATE users SET email_key = 'ERASED-2' WHERE id = 2",
        "Whether user 2 is erased contradicts the events.",
    ),
    "an erased reject spoken of": (
        "UPDATE reject_errors SET value = 'x' WHERE reject_id = 2",
        "The errors of reject 2 hold values again, although they were erased.",
    ),
    "an erased reject known again": (
        "UPDATE rejects SET record_digest = 'x' WHERE id = 2",
        "Whether reject 2 is erased contradicts the events.",
    ),
    "the event": ("UPDATE events SET text = replace(text, '\"user\": 1', '\"user\": 2') WHERE kind = 'erase'", None),
    "another blob": (
        "INSERT INTO blobs (sha256, size, media_type, erased_at) VALUES ('00', 1, 'x', '2026-01-01 00:00:00+00:00')",
        "The stored file 00… counts as erased, which no event says.",
    ),
}


@pytest.mark.parametrize("name", AFTERWARDS)
def test_tampering_is_found_afterwards(registry: Registry, folder: Path, name: str) -> None:
    """An erasure excuses exactly what it names: every other blank, and every value that comes back, is found."""
    registry.upload(export(folder, ANA, ZOE, BEN, ANA.replace("First Aid", "Frist Aid"))).finish()
    registry.erase(ANA_EMAIL, WHY)
    assert registry.verify() == []
    statement, sentence = AFTERWARDS[name]
    tamper(registry, statement)
    problems = registry.verify()
    assert problems
    assert sentence is None or sentence in problems


# --- killed half-way -------------------------------------------------------------------------------------------

SEAMS = {
    "a record of a run goes": "os.remove rejects.csv",
    "the transaction begins": "BEGIN IMMEDIATE",
    "the event is chained": "INSERT INTO events",
    "the transaction commits": "COMMIT",
    "a stored file goes": "os.remove blobs",
    "the database is rewritten": "VACUUM",
    "its log is emptied": "PRAGMA wal_checkpoint",
}
ALWAYS = ("a record of a run goes", "the transaction commits", "a stored file goes")  # the rest: make test-long


@only_sqlite
@pytest.mark.parametrize("seam", [pytest.param(k, marks=() if k in ALWAYS else pytest.mark.long) for k in SEAMS])
def test_killed_at_the_seams(registry: Registry, registry_url: str, folder: Path, seam: str) -> None:
    """Killed anywhere, an erasure is finished by the same command, or by `--expired` once the person is unknown."""
    by_hand(registry, folder)
    batch = registry.upload(export(folder, GOOD, TWO_ERRORS, headings=WIDE))
    batch.finish()
    record = folder / "runs" / "20260101T000000Z-manual-0" / "run.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"began": "2026-01-01T00:00:00+00:00", "batches": [batch.id]}), "utf-8")
    registry.write_rejects(record.with_name("rejects.csv"), batch)
    registry.engine.dispose()
    assert killed_at(SEAMS[seam], registry_url, folder, "erase", EMAIL, WHY)
    try:
        registry.erase(EMAIL, WHY)
    except RegistryError as unknown:
        assert unknown.reason == "person_not_found"  # noqa: PT017 - one of both ways
        registry.retain()
    assert hits(registry) == {}
    assert registry.verify() == []


def test_an_erased_file_that_is_still_there_is_told(registry: Registry, folder: Path) -> None:
    """A stored file that outlived its erasure is found by verify, and removed by the next erasure."""
    by_hand(registry, folder)
    files = {sha256: registry.blobs.read(sha256) for sha256 in registry.media()["sha256"]}
    registry.erase(EMAIL, WHY)
    gone = next(sha256 for sha256 in files if not registry.blobs.path(sha256).exists())
    assert registry.blobs.put(files[gone]) == gone
    files = {"files": "1 stored media file is", "folder": registry.blobs.folder}
    assert registry.verify() == [str(RegistryError("erased_files_left", **files))]
    registry.retain()  # it came anew, and may be about to be linked
    assert registry.blobs.path(gone).exists()
    os.utime(registry.blobs.path(gone), (0, 0))
    registry.retain()
    assert registry.verify() == []


def test_media_that_others_share_stay(registry: Registry, folder: Path) -> None:
    """A scan that also belongs to somebody else is kept for them, without her name for it."""
    rows = ("ana@example.org,Passport,2024-01-01,,", "ben@example.org,Passport,2024-01-01,,")
    batch = registry.upload(export(folder, *rows))
    batch.finish()
    (folder / "both.jpg").write_bytes(jpeg())
    batch.add_media(folder / "both.jpg", {"both.jpg": [2, 3]})
    done = registry.erase(ANA_EMAIL, WHY)
    assert (done.counts["media"], done.counts["blobs"]) == (1, 0)
    assert registry.batch(1).media()[["line", "file"]].values.tolist() == [[3, "both.jpg"]]
    assert registry.verify() == []


def test_media_that_no_row_has_yet_go_by_their_name(registry: Registry, folder: Path) -> None:
    """A draft of others keeps a scan called after her until a row is chosen: it goes, that of somebody else stays."""
    draft = registry.upload(export(folder, "ben@example.org,Passport,2024-01-01,,"))
    for number, name in enumerate(("ana@example.org_2.jpg", "zed_2.jpg")):
        (folder / name).write_bytes(jpeg(number))
    draft.add_media([folder / "ana@example.org_2.jpg", folder / "zed_2.jpg"], "{user_email}")
    assert [medium.file for _, medium in draft.unplaced_media()] == ["ana@example.org_2.jpg", "zed_2.jpg"]
    assert registry.erase(ANA_EMAIL, WHY).counts["blobs"] == 1
    assert [medium.file for _, medium in registry.batch(1).unplaced_media()] == ["zed_2.jpg"]
    assert registry.verify() == []


@only_sqlite
def test_a_reader_in_the_way_is_told(registry: Registry, registry_url: str, folder: Path) -> None:
    """While somebody reads an old moment the log can't be emptied: that is said, and what to do."""
    registry.upload(export(folder, ANA)).finish()
    reader = ct.open(registry_url, by=APPROVER)
    with reader.engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM users").scalar()
        with registry.engine.connect() as impatient:
            impatient.exec_driver_sql("PRAGMA busy_timeout=10")
        with pytest.raises(RegistryError) as caught:
            registry.erase(ANA_EMAIL, WHY)
    reader.engine.dispose()
    assert (caught.value.reason, caught.value.facts) == (
        "traces_left",
        {"why": "somebody else is reading the registry"},
    )
    registry.retain()
    assert registry.verify() == []


# --- at the prompt ---------------------------------------------------------------------------------------------


@only_sqlite
def test_erase_at_the_prompt(registry: Registry, folder: Path) -> None:
    """What goes is shown first; without --yes a script erases nothing; with it the counts come back as JSON."""
    registry.upload(export(folder, ANA, CARA)).finish()
    registry.upload(export(folder, ANA, name="b.csv"))
    before = rows_of(registry)
    asked = CliRunner().invoke(main, ["erase", ANA_EMAIL, "--reason", WHY])
    assert (asked.exit_code, asked.stdout) == (2, "")
    plan = CliRunner().invoke(main, ["erase", ANA_EMAIL, "--reason", WHY, "--json"])
    counts = {"rows": 1, "versions": 1, "rejects": 0, "patches": 0, "media": 0, "blobs": 0, "files": 2}
    counts |= {"waiting": 1, "logins": 0, "texts": 0, "runs": 0}
    assert json.loads(plan.stdout) == {"erased": False, "counts": counts, "waiting": [2], "audit_seq": None}
    assert (plan.exit_code, plan.stderr) == (2, asked.stderr)
    assert asked.stderr == (
        "This will be erased permanently: 1 row · 1 version · 2 files · 1 waiting\n"
        "These unfinished batches will be discarded: 2.\n"
        "credtools: Nothing was erased. Use --yes to erase without being asked.\n"
    )
    assert rows_of(registry) == before
    done = CliRunner().invoke(main, ["erase", "--id", "E-1", "--reason", WHY, "--yes", "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["erased"], told["waiting"]) == (counts, [2])
    assert CliRunner().invoke(main, ["verify"]).exit_code == 0
    both = CliRunner().invoke(main, ["erase", ANA_EMAIL, "--expired"])
    assert (both.exit_code, both.stderr) == (
        2,
        f"credtools: {CredtoolsError('expired_alone')}\n",
    )


@only_sqlite
@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ((), "erasing_reason_missing"),
        (("--reason", " "), "erasing_reason_missing"),
        (("--reason", "Ana Silva asked for it"), "erasing_reason_personal"),
    ],
)
def test_a_reason_is_looked_at_first(registry: Registry, folder: Path, why: tuple[str, ...], reason: str) -> None:
    """A reason that is missing or names the person is refused before anything is shown or asked."""
    registry.upload(export(folder, ANA)).finish()
    before = rows_of(registry)
    for more in ((), ("--yes",), ("--json",)):
        done = CliRunner().invoke(main, ["erase", ANA_EMAIL, *why, *more])
        said = f"credtools: {RegistryError(reason).on('prompt')}\n"
        assert (done.exit_code, done.stdout, done.stderr) == (2, "", said)
    assert rows_of(registry) == before
    told = " ".join(CliRunner().invoke(main, ["erase", "--help"]).stdout.split())
    assert "Why, without a name: it is kept in the history. Required for a person." in told


@only_sqlite
@pytest.mark.parametrize(
    ("answer", "code", "left", "out", "err"),
    [
        ("n", 2, 1, "", "credtools: Nothing was erased.\n"),
        ("y", 0, 0, "erased: 1 row · 1 version · 1 file\n", ""),
    ],
)
@pytest.mark.long
def test_a_person_at_a_terminal_is_asked(
    registry: Registry, folder: Path, answer: str, code: int, left: int, out: str, err: str
) -> None:
    """At a terminal the question is asked, and only a yes erases."""
    registry.upload(export(folder, ANA)).finish()
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "credtools", "erase", ANA_EMAIL, "--reason", WHY]
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(command, stdin=theirs, cwd=folder, capture_output=True, text=True, check=False)
    for end in (ours, theirs):
        os.close(end)
    assert done.returncode == code
    asked = "This will be erased permanently: 1 row · 1 version · 1 file\nErase it permanently? [y/N]: "
    assert (done.stdout, done.stderr.replace("[y/N]: \n", "[y/N]: ")) == (out, asked + err)
    assert len(rows_of(registry, "ledger_values")["ledger_values"]) == left


def test_records_that_cannot_be_read_are_told(registry: Registry, folder: Path) -> None:
    """Where the record of a run can't be read nothing is erased, and the folder is named."""
    registry.upload(export(folder, ANA)).finish()
    run = folder / "runs" / "a"
    (run / "run.json").mkdir(parents=True)
    before = rows_of(registry)
    for erases in (lambda: registry.erase(ANA_EMAIL, WHY), lambda: store_days(registry)):
        with pytest.raises(RegistryError) as caught:
            erases()
        assert caught.value.reason == "runs_unusable"
        assert caught.value.facts == {"folder": Path("runs/a"), "why": "Is a directory"}
    assert rows_of(registry, "ledger_values", "users") == {k: before[k] for k in ("ledger_values", "users")}


def store_days(registry: Registry) -> None:
    """Retention of runs, which reads their records, too."""
    registry.set("keep_runs_days", 1)
    registry.retain()
