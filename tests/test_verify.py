from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

import credtools as ct
from credtools.errors import CredtoolsError
from credtools.registry import Registry
from credtools.store.verify.chain import chain_of
from tests.builders import UPLOADER, long_history, only_sqlite, tamper
from tests.conftest import Home

FLIPS = 240


def test_untouched_history_is_clean(history: Registry) -> None:
    """Verify finds nothing where nobody but the program has written."""
    assert history.verify() == []


def test_new_registry_is_clean(registry: Registry) -> None:
    """An organisation without any files has nothing that could be wrong."""
    assert registry.verify() == []


# What somebody does past the program → what verify says of it. Batch 1: lines 2 (approved), 3 (rejected), 4 (needs no
# approval), 5 (declined); batch 2: line 2 a newer version (pending), 3 an older one; batch 3 held.
TAMPERINGS = {
    "event text": (
        "UPDATE events SET text = replace(text, 'approved', 'declined') WHERE kind = 'decide'",
        "Event 5 isn't what was chained.",
    ),
    "event kind": (
        "UPDATE events SET kind = 'upload' WHERE seq = 4",
        "The columns of event 4 contradict its text.",
    ),
    "event hash": ("UPDATE events SET hash = '00' WHERE seq = 2", "Event 2 isn't what was chained."),
    "event removed": ("DELETE FROM events WHERE seq = 3", "Event 3 is missing from the chain."),
    "tail dropped": (
        "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)",
        "The audit head isn't the end of the chain (event 9).",
    ),
    "head moved": (
        "UPDATE audit_head SET seq = seq + 1",
        "The audit head isn't the end of the chain (event 10).",
    ),
    "head rewritten": (
        "UPDATE audit_head SET hash = '00'",
        "The audit head isn't the end of the chain (event 10).",
    ),
    "verdict": (
        "UPDATE ledger SET verdict = 'unchanged' WHERE batch_id = 1 AND line = 4",
        "The ledger of batch 1 isn't what was chained.",
    ),
    "codes": (
        "UPDATE ledger SET codes = '' WHERE batch_id = 1 AND line = 3",
        "The ledger of batch 1 isn't what was chained.",
    ),
    "ledger link": (
        "UPDATE ledger SET version_id = 1 WHERE batch_id = 1 AND line = 4",
        "The ledger of batch 1 isn't what was chained.",
    ),
    "raw value": (
        "UPDATE ledger_values SET raw = replace(raw, 'zoe@', 'ana@') WHERE batch_id = 1 AND line = 3",
        "The values of line 3 of batch 1 aren't those that were uploaded.",
    ),
    "salt": (
        (
            "UPDATE ledger_values SET salt = (SELECT salt FROM ledger_values WHERE batch_id = 1 AND line = 2) "
            "WHERE batch_id = 1 AND line = 3"
        ),
        "The values of line 3 of batch 1 aren't those that were uploaded.",
    ),
    "version date": (
        "UPDATE credential_versions SET expiration_date = '2039-01-10' WHERE id = 1",
        "The credential on line 2 of batch 1 isn't the one that was uploaded.",
    ),
    "version number": (
        "UPDATE credential_versions SET number = 'X' WHERE id = 1",
        "The credential on line 2 of batch 1 isn't the one that was uploaded.",
    ),
    "version salt": (
        "UPDATE credential_versions SET salt = (SELECT salt FROM credential_versions WHERE id = 2) WHERE id = 1",
        "The credential on line 2 of batch 1 isn't the one that was uploaded.",
    ),
    "version line": (
        "UPDATE credential_versions SET line = 77 WHERE id = 1",
        "The credentials of batch 1 aren't those that were chained.",
    ),
    "credential's user": (
        "UPDATE credentials SET user_id = 3 WHERE id = 2",
        "The credential on line 4 of batch 1 isn't the one that was uploaded.",
    ),
    "credential's type": (
        "UPDATE credentials SET type_id = 4 WHERE id = 2",
        "The credential on line 4 of batch 1 isn't the one that was uploaded.",
    ),
    "approved past the program": (
        "UPDATE credential_versions SET decision = 'approved' WHERE decision = 'pending'",
        "The decision on version 4 was not made by any event.",
    ),
    "decision reversed": (
        "UPDATE credential_versions SET decision = 'approved' WHERE decision = 'declined'",
        "The decision on version 3 was not made by any event.",
    ),
    "decision taken back": (
        "UPDATE credential_versions SET decision = 'pending' WHERE decision = 'approved'",
        "The decision on version 1 was not made by any event.",
    ),
    "approval dispensed with": (
        "UPDATE credential_versions SET decision = 'not_required' WHERE decision = 'pending'",
        None,
    ),
    "recorded decision": (
        "UPDATE decisions SET decision = 'approved' WHERE decision = 'declined'",
        "The recorded decisions aren't those that were chained.",
    ),
    "recorded decision removed": (
        "DELETE FROM decisions WHERE id = 1",
        "The recorded decisions aren't those that were chained.",
    ),
    "who decided": ("UPDATE decisions SET decided_by = 'somebody@example.org' WHERE id = 1", None),
    "who uploaded": ("UPDATE batches SET uploaded_by = 'somebody@example.org' WHERE id = 1", None),
    "who uploaded what was decided": (
        "UPDATE decisions SET uploaded_by = 'somebody@example.org' WHERE id = 1",
        None,
    ),
    "credential's head": (
        "UPDATE credentials SET head_version_id = 1 WHERE id = 1",
        "1 credentials don't point to their newest version.",
    ),
    "newest version withdrawn": (
        "UPDATE credential_versions SET stands = false WHERE id = 4",
        "1 credentials don't point to their newest version.",
    ),
    "older version withdrawn": ("UPDATE credential_versions SET stands = false WHERE id = 1", None),
    "receipt's judgement": (
        'UPDATE batches SET receipt = replace(receipt, \'"judgement": "\', \'"judgement": "0\') WHERE id = 1',
        "The receipt of batch 1 isn't the one that was printed.",
    ),
    "receipt's head": (
        'UPDATE batches SET receipt = replace(receipt, \'"audit_head": "\', \'"audit_head": "0\') WHERE id = 1',
        "The receipt of batch 1 isn't the one that was printed.",
    ),
    "receipt's recipe": (
        'UPDATE batches SET receipt = replace(receipt, \'"recipe": "\', \'"recipe": "0\') WHERE id = 1',
        "The receipt of batch 1 isn't the one that was printed.",
    ),
    "receipt removed": (
        "UPDATE batches SET receipt = NULL WHERE id = 1",
        "The receipt of batch 1 isn't the one that was printed.",
    ),
    "judgement": (
        "UPDATE batches SET judgement = '00' WHERE id = 1",
        "Batch 1 has another file or judgement than its event.",
    ),
    "another file": (
        "UPDATE batches SET sha256 = (SELECT sha256 FROM batches WHERE id = 2) WHERE id = 1",
        "Batch 1 has another file or judgement than its event.",
    ),
    "counts": (
        "UPDATE batches SET new = new + 1, rejected = rejected - 1 WHERE id = 1",
        "The counts of batch 1 don't add up for 'new': 3 in the ledger.",
    ),
    "rows": (
        "UPDATE batches SET rows = rows + 1, waiting = waiting + 1 WHERE id = 1",
        "Batch 1 has lost or gained rows.",
    ),
    "finished batch discarded": (
        "UPDATE batches SET state = 'discarded' WHERE id = 1",
        "Batch 1 is discarded, but has a ledger.",
    ),
    "finished batch undone": ("UPDATE batches SET state = 'undone' WHERE id = 1", None),
    "held batch finished": (
        "UPDATE batches SET state = 'finished' WHERE state = 'held'",
        "Batch 3 is finished, but no event says so.",
    ),
    "batch key removed": ("DELETE FROM batch_keys WHERE batch_id = 1", None),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(history: Registry, name: str) -> None:
    """Each single change that somebody makes past the program is found, and named."""
    statement, sentence = TAMPERINGS[name]
    if statement.startswith("DELETE FROM events"):  # their seals point to them
        tamper(history, statement.replace("events", "seals", 1).replace("seq = ", "event_seq = ", 1))
    tamper(history, statement)
    problems = history.verify()
    assert problems != []
    if sentence:
        assert sentence in problems


@pytest.mark.parametrize("batch", [1, 3], ids=["finished", "held"])
def test_source_bytes_are_found(history: Registry, batch: int) -> None:
    """Stored bytes that aren't those of the uploaded file are named by the file's digest."""
    sha256 = history.batch(batch).sha256
    tamper(history, "UPDATE source_files SET content = :other WHERE sha256 = :sha256", other=b"x", sha256=sha256)
    assert history.verify() == [f"The stored bytes of the file {sha256[:16]}… aren't those that were uploaded."]


def test_reject_removed_is_found(history: Registry) -> None:
    """A rejected row that is no longer followed is found."""
    tamper(history, "DELETE FROM reject_errors WHERE reject_id = 1")
    tamper(history, "DELETE FROM rejects WHERE id = 1")
    assert history.verify() == [
        "The rejected rows of batch 1 aren't the rejects that are followed.",
        _sealed("rejects"),
        _sealed("reject_errors"),
    ]


def _sealed(table: str) -> str:
    return f"1 row isn't as the events say in the table {table} (the first: 1)."


def test_ledger_line_removed_is_found(history: Registry) -> None:
    """A row that vanishes from the ledger, with its values, is found."""
    tamper(history, "DELETE FROM ledger_values WHERE batch_id = 1 AND line = 4")
    tamper(history, "DELETE FROM ledger WHERE batch_id = 1 AND line = 4")
    problems = history.verify()
    assert "The ledger of batch 1 isn't what was chained." in problems
    assert "The counts of batch 1 don't add up for 'new': 2 in the ledger." in problems


# What is blanked past the program → what verify says: only an erasure that was chained may leave blanks.
BLANKED = {
    "raw values": (
        "DELETE FROM ledger_values WHERE batch_id = 1 AND line = 3",
        "Whether line 3 of batch 1 is erased contradicts the events.",
    ),
    "salt of a version": (
        "UPDATE credential_versions SET salt = NULL WHERE id = 1",
        "Whether the credential on line 2 of batch 1 is erased contradicts the events.",
    ),
    "whole version": (
        "UPDATE credential_versions SET salt = NULL, number = '', own = '{}', expiration_date = NULL WHERE id = 3",
        "Whether the credential on line 5 of batch 1 is erased contradicts the events.",
    ),
    "record of a reject": (
        "UPDATE rejects SET record_digest = NULL WHERE id = 1",
        "Whether reject 1 is erased contradicts the events.",
    ),
    "user": (
        "UPDATE users SET email_key = 'ERASED-1' WHERE id = 1",
        "Whether user 1 is erased contradicts the events.",
    ),
}


@pytest.mark.parametrize("name", BLANKED)
def test_blanks_without_an_erasure_are_tampering(history: Registry, name: str) -> None:
    """Whoever blanks something past the program is found: only what an event says is erased may be blank."""
    statement, sentence = BLANKED[name]
    tamper(history, statement)
    sealed = {"record of a reject": "rejects", "user": "users"}
    assert history.verify() == [sentence, *([_sealed(sealed[name])] if name in sealed else [])]


def test_bytes_that_vanish_are_found(history: Registry) -> None:
    """The bytes of a file that are gone without an erasure are named by the file's digest."""
    sha256 = history.batch(1).sha256
    tamper(history, "UPDATE source_files SET content = NULL WHERE sha256 = :sha256", sha256=sha256)
    assert history.verify() == [f"The bytes of the file {sha256[:16]}… are gone, which no event says."]


@pytest.mark.parametrize("text", ["{}", "[]", '"decide"', "null", "no JSON at all", ""])
def test_unreadable_event_is_a_sentence(history: Registry, text: str) -> None:
    """However an event's text was spoilt, verify ends and says so; it doesn't fall over the event."""
    tamper(history, "UPDATE events SET text = :text WHERE seq = 4", text=text)
    assert "Event 4 isn't what was chained." in history.verify()


@pytest.mark.parametrize("receipt", ["[]", "no JSON at all"])
def test_unreadable_receipt_is_a_sentence(history: Registry, receipt: str) -> None:
    """However a stored receipt was spoilt, verify ends and says so."""
    tamper(history, "UPDATE batches SET receipt = :receipt WHERE id = 1", receipt=receipt)
    assert "The receipt of batch 1 isn't the one that was printed." in history.verify()


def test_rewound_history_is_found_by_an_older_receipt(history: Registry) -> None:
    """Who drops the tail and moves the head back deceives the database, but not the receipts that were printed."""
    printed = history.batch(2).receipt
    assert printed is not None
    with history.engine.connect() as connection:
        chained = chain_of(connection)
    assert chained.heads[printed.audit_seq] == printed.audit_head


def test_verify_sees_one_moment(history: Registry, opened: Callable[..., Registry]) -> None:
    """A file that is finished while verify runs isn't taken for tampering."""
    other = opened(history.engine.url.render_as_string(hide_password=False))
    done: list[bool] = []

    @event.listens_for(history.engine, "before_cursor_execute")
    def _meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM audit_head" in statement and not done:
            done.append(True)
            other.set("max_rows", 7)

    assert history.verify() == []
    assert done


@only_sqlite
@pytest.mark.long
def test_flipped_bits_are_found(home: Home, tmp_path: Path) -> None:
    """Of single bits that flip in a registry's file most are found, and nothing of ours falls over one."""
    original = Path(home.copy_of(long_history).removeprefix("sqlite:///"))
    content = original.read_bytes()
    chance = random.Random(20261122)  # noqa: S311 - the same bits each time
    used = [place for place, byte in enumerate(content) if byte]  # much of the file is empty
    found = [_is_found(tmp_path / f"{number}.db", content, chance.choice(used), chance) for number in range(FLIPS)]
    # Salts and moments differ from run to run, so of fewer flips the share would vary by a twentieth. What isn't
    # found lies in copies of what is chained (errors of rejects), and in the texts of the layout.
    assert sum(found) >= FLIPS * 0.65


@only_sqlite
@pytest.mark.parametrize("change", ["credential_versions SET number = x'ff00'", "batches SET said = x'ff00'"])
def test_values_of_another_kind_are_told(history: Registry, change: str) -> None:
    """A value that is none of its kind is a problem that verify tells; it never falls over one."""
    with history.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {change}")
    assert history.verify() != []


def _is_found(path: Path, content: bytes, place: int, chance: random.Random) -> bool:
    flipped = bytearray(content)
    flipped[place] ^= 1 << chance.randrange(8)
    path.write_bytes(flipped)
    try:
        registry = ct.open(f"sqlite:///{path}", by=UPLOADER)
    except CredtoolsError:
        return True
    try:
        return registry.verify() != []
    finally:
        registry.engine.dispose()


def test_head_on_every_receipt_is_in_the_chain(history: Registry) -> None:
    """Each stored receipt names an event of the chain by number and hash."""
    with history.engine.connect() as connection:
        events = {event["seq"]: event for event in chain_of(connection).events}
    for number in (1, 2):
        receipt = history.batch(number).receipt
        assert receipt is not None
        chained = events[receipt.audit_seq]
        assert (chained["kind"], chained["head"]) == ("finish", receipt.audit_head)
        assert chained["counts"] == receipt.counts.as_dict()
