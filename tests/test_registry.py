from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import event

from credtools.errors import CredtoolsError, FileError, LoadError, MovedError, RegistryError, SettingError, sentence
from credtools.model import Counts, OrganisationSettings
from credtools.recipe import Recipe
from credtools.registry import Batch, Registry
from credtools.store import Loaded
from credtools.store.connecting import WRITES
from tests.builders import (
    ANA,
    APPROVER,
    BEN,
    CARA,
    HR,
    HR_HEADINGS,
    MIXED,
    UPLOADER,
    ZOE,
    export,
    ledger_of,
    load,
    only_postgres,
    rows_of,
    states,
    write,
)

ZOE_JOINS = "Email\nzoe@example.org\n"


def finished(registry: Registry, folder: Path, *rows: str, name: str = "export.csv") -> Batch:
    batch = registry.upload(export(folder, *rows, name=name))
    batch.finish()
    return batch


def rejects(registry: Registry) -> list[tuple[Any, ...]]:
    """(batch, line, state, fixed batch, fixed line) of every reject, oldest first."""
    frame = registry.audit.rejects().drop_duplicates("reject")
    columns = ["batch", "line", "state", "fixed_batch", "fixed_line"]
    found = [tuple(row) for row in frame[columns].itertuples(index=False)]
    return [tuple(None if pd.isna(value) else value for value in row) for row in found]


def credentials(registry: Registry) -> list[tuple[Any, ...]]:
    frame = registry.credentials()
    columns = ["user_email", "credential_type", "issue_date", "decision", "newest"]
    frame["issue_date"] = frame["issue_date"].astype("str")
    return [(*map(str, row[:-1]), bool(row[-1])) for row in frame[columns].itertuples(index=False)]


# --- one file, once -----------------------------------------------------------------------------------------


def test_every_row_of_a_finished_file_is_accounted_for(registry: Registry, tmp_path: Path) -> None:
    """Rows = accepted + unchanged + rejected, and the ledger has one line for each, with its verdict and codes."""
    batch = finished(registry, tmp_path, *MIXED, BEN)
    assert batch.counts == Counts(rows=4, new=2, unchanged=1, rejected=1)
    assert batch.state == "finished"
    assert ledger_of(registry, "line", "verdict", "codes", "version_id") == [
        (2, "new", "", 1),
        (3, "rejected", "user_exists", None),
        (4, "new", "", 2),
        (5, "unchanged", "", 2),
    ]
    assert credentials(registry) == [
        ("ana@example.org", "First Aid", "2024-01-10", "pending", True),
        ("ben@example.org", "Forklift", "2024-02-20", "not_required", True),
    ]


def test_conservation_holds_for_every_batch(history: Registry, tmp_path: Path) -> None:
    """In every batch, whatever became of it, the counts add up; in a finished one nothing waits."""
    history.upload(export(tmp_path, ZOE, name="held.csv")).hold("look at it")
    history.upload(export(tmp_path, ANA, name="draft.csv"))
    history.upload(export(tmp_path, BEN, name="discarded.csv")).discard()
    for batch in history.batches().to_dict("records"):
        kinds = ("new", "new_versions", "older", "withdrawn", "unchanged", "rejected", "left_out", "waiting")
        assert batch["rows"] == sum(batch[kind] for kind in kinds)
        assert batch["waiting"] == (batch["rows"] if batch["state"] == "held" else 0)
        ledger = [row for row in ledger_of(history, "batch_id") if row[0] == batch["batch"]]
        assert len(ledger) == (batch["rows"] if batch["state"] == "finished" else 0)


def test_same_file_twice_gives_the_stored_receipt(registry: Registry, tmp_path: Path) -> None:
    """A file that is judged equally again writes nothing: the receipt of the first time comes back, word for word."""
    path = export(tmp_path, *MIXED)
    first = registry.upload(path).finish()
    tables = ("ledger", "credentials", "credential_versions", "rejects", "batch_keys")
    before = rows_of(registry, *tables)
    again = registry.upload(path).finish()
    assert (first.replayed, again.replayed) == (False, True)
    assert again.as_dict() == first.as_dict()
    assert (again.batch, again.file, again.counts) == (first.batch, first.file, first.counts)
    assert str(again) == str(first).replace(
        "receipt of batch 1:", "receipt of batch 1 (replayed: this file was judged equally before):"
    )
    assert rows_of(registry, *tables) == before
    assert states(registry) == ["finished"]


def test_stored_receipt_is_the_printed_one(registry: Registry, tmp_path: Path) -> None:
    """What `finish` returned can be asked for again at any time."""
    batch = registry.upload(export(tmp_path, *MIXED))
    assert batch.receipt is None
    printed = batch.finish()
    assert registry.batch(batch.id).receipt == printed
    assert printed.audit_head == rows_of(registry, "audit_head")["audit_head"][0][2]


def test_same_rows_in_another_file_are_unchanged(registry: Registry, tmp_path: Path) -> None:
    """Rows that say what is stored already are unchanged, whatever file they come in, and write no version."""
    finished(registry, tmp_path, ANA, BEN)
    batch = finished(registry, tmp_path, BEN, ANA, name="again.csv")
    assert batch.counts == Counts(rows=2, unchanged=2)
    assert len(registry.credentials()) == 2


def test_older_rows_stay_behind_the_newest(registry: Registry, tmp_path: Path) -> None:
    """The newest version counts by its issue date, not by when it came."""
    finished(registry, tmp_path, BEN)
    earlier, later = BEN.replace("2024", "2020"), BEN.replace("2024", "2025")
    assert finished(registry, tmp_path, later, earlier, name="b.csv").counts == Counts(rows=2, new_versions=1, older=1)
    assert credentials(registry) == [
        ("ben@example.org", "Forklift", "2024-02-20", "not_required", False),
        ("ben@example.org", "Forklift", "2020-02-20", "not_required", False),
        ("ben@example.org", "Forklift", "2025-02-20", "not_required", True),
    ]
    assert registry.verify() == []


def test_numbered_credentials_are_told_apart_by_number(registry: Registry, tmp_path: Path) -> None:
    """Where the type is numbered one user holds several; elsewhere the number is content."""
    licences = [f"ana@example.org,Licence,2024-01-01,,L-{k}" for k in range(2)]
    others = ["ana@example.org,First Aid,2024-01-01,,F-1", "ana@example.org,First Aid,2024-01-02,,F-2"]
    batch = finished(registry, tmp_path, *licences, *others)
    assert batch.counts == Counts(rows=4, new=3, new_versions=1)


# --- rejects are followed -----------------------------------------------------------------------------------


def test_fixed_when_the_user_is_loaded(registry: Registry, tmp_path: Path) -> None:
    """After the missing user is loaded the same file lets only the rest in; the reject is fixed, and says where."""
    path = export(tmp_path, *MIXED)
    registry.upload(path).finish()
    load(registry, tmp_path, users=ZOE_JOINS)
    receipt = registry.upload(path).finish()
    assert (receipt.batch, receipt.counts) == (2, Counts(rows=3, new=1, unchanged=2))
    assert rejects(registry) == [(1, 3, "fixed", 2, 3)]
    assert registry.verify() == []


def test_superseded_when_rejected_again(registry: Registry, tmp_path: Path) -> None:
    """The same record rejected again leaves one open reject, which keeps when it was first seen."""
    finished(registry, tmp_path, *MIXED)
    finished(registry, tmp_path, ZOE, CARA, name="next.csv")
    assert rejects(registry) == [(1, 3, "superseded", None, None), (2, 2, "open", None, None)]
    frame = registry.audit.rejects()
    assert len(set(frame["first_seen"])) == 1


def test_equal_records_are_told_apart_by_their_place(registry: Registry, tmp_path: Path) -> None:
    """Two equal rejected rows are two rejects; when only one comes again only one is settled."""
    finished(registry, tmp_path, ZOE, ZOE)
    finished(registry, tmp_path, ZOE, CARA, name="next.csv")
    assert rejects(registry) == [
        (1, 2, "superseded", None, None),
        (1, 3, "open", None, None),
        (2, 2, "open", None, None),
    ]


def test_rejects_of_another_source_stay_open(registry: Registry, tmp_path: Path) -> None:
    """A record is known again by its source, too: another department's file settles nothing."""
    finished(registry, tmp_path, ZOE)
    load(registry, tmp_path, users=ZOE_JOINS)
    registry.upload(export(tmp_path, ZOE), recipe=write(tmp_path, "other.yaml", "")).finish()
    assert rejects(registry) == [(1, 2, "open", None, None)]


def test_improved_recipe_is_a_new_batch(registry: Registry, tmp_path: Path) -> None:
    """Judged differently, because the recipe has improved: a new batch, in which earlier rows are unchanged."""
    path = export(tmp_path, ANA, "ben@example.org,Frist Aid,2024-01-01,,")
    registry.upload(path, recipe=write(tmp_path, "hr.yaml", "")).finish()
    better = "rules:\n  - replace: {column: credential_type, from: Frist Aid, to: First Aid}\n"
    receipt = registry.upload(path, recipe=write(tmp_path, "hr.yaml", better)).finish()
    assert (receipt.batch, receipt.replayed, receipt.counts) == (2, False, Counts(rows=2, new=1, unchanged=1))
    assert rejects(registry) == [(1, 3, "fixed", 2, 3)]


def test_no_verb_changes_the_ledger(registry: Registry, tmp_path: Path) -> None:
    """What became of a row is written once: no later verb changes a line of the ledger or its values."""
    path = export(tmp_path, *MIXED)
    registry.upload(path).finish()
    before = rows_of(registry, "ledger", "ledger_values")
    registry.approve(1)
    load(registry, tmp_path, users=ZOE_JOINS)
    registry.upload(path).finish()
    registry.upload(path).finish()
    registry.upload(export(tmp_path, ZOE, BEN.replace("2024", "2025"), name="b.csv")).finish()
    registry.upload(export(tmp_path, ZOE, name="c.csv")).hold("later")
    registry.upload(export(tmp_path, BEN, name="d.csv")).discard()
    registry.decline(2, lines=[3], reason="no")
    registry.set("four_eyes", value=True)
    after = rows_of(registry, "ledger", "ledger_values")
    for name, rows in before.items():
        assert [row for row in after[name] if row[0] == 1] == rows


def test_control_characters_are_stored_escaped(registry: Registry, tmp_path: Path) -> None:
    """A NUL in a cell gives the same verdict on both databases, and is kept where it can be read."""
    batch = finished(registry, tmp_path, BEN, "an\x00a@example.org,First Aid,2024-01-10,,")
    assert batch.counts == Counts(rows=2, new=1, rejected=1)
    (reject,) = registry.audit.rejects().to_dict("records")
    assert (reject["code"], reject["line"], reject["value"]) == ("value_readable", 3, r"an\x00a@example.org")
    assert json.loads(reject["raw"])[0] == "an\x00a@example.org"
    assert "\x00" not in reject["raw"] + reject["resolution"]
    assert registry.verify() == []


# --- held batches -------------------------------------------------------------------------------------------


def test_threshold_flag_goes_before_the_recipe(registry: Registry, tmp_path: Path) -> None:
    """How many rows may be rejected unattended: the flag's word counts, else the recipe's, else all of them."""
    hr = write(tmp_path, "hr.yaml", "max_reject_rate: 0.5")
    files = [
        export(tmp_path, *MIXED, ZOE, CARA + f"N-{k}", name=f"{k}.csv") for k in range(3)
    ]  # 2 of 5 rows are rejected
    held = registry.upload(files[0], recipe=hr).settle(max_reject_rate=0.3)
    assert (held.verdict, held.receipt, held.counts) == ("held", None, Counts(rows=5, waiting=5))
    facts = {"rejected": 2, "rows": 5, "rate": 0.4, "limit": 0.3}
    assert held.held_because == sentence("held_by_rate", facts, "stored")
    assert registry.upload(files[1], recipe=hr).settle().verdict == "partial"
    strict = write(tmp_path, "strict.yaml", "max_reject_rate: 0.3")
    assert registry.upload(files[2], recipe=strict).settle().verdict == "held"
    assert registry.upload(files[2], recipe=strict).settle(max_reject_rate=0.4).verdict == "partial"
    assert registry.upload(export(tmp_path, ZOE, ZOE, ZOE, CARA + "N-3", name="4.csv")).settle().verdict == "partial"


def test_zero_means_not_one_bad_row(registry: Registry, tmp_path: Path) -> None:
    """A threshold of 0 lets a file in only when no row is rejected."""
    assert registry.upload(export(tmp_path, ANA, BEN)).settle(max_reject_rate=0).verdict == "ok"
    assert registry.upload(export(tmp_path, *MIXED, name="b.csv")).settle(max_reject_rate=0).verdict == "held"


def test_held_batch_writes_nothing_but_itself(registry: Registry, tmp_path: Path) -> None:
    """A held batch has no ledger and opens no rejects; every row waits."""
    tables = ("ledger", "ledger_values", "credentials", "credential_versions", "rejects", "batch_keys")
    before = rows_of(registry, *tables)
    outcome = registry.upload(export(tmp_path, *MIXED)).settle(max_reject_rate=0)
    batch = registry.batch(1)
    assert rows_of(registry, *tables) == before
    assert (batch.state, batch.counts, batch.receipt) == ("held", Counts(rows=3, waiting=3), None)
    assert batch.held_because == outcome.held_because
    assert registry.verify() == []


@pytest.mark.parametrize(
    ("rows", "because"),
    [
        ([], sentence("held_without_rows", {}, "stored")),
        ([ZOE, ZOE], sentence("held_without_ready", {"rows": 2}, "stored")),
    ],
    ids=["no rows", "none acceptable"],
)
def test_held_when_nothing_can_go_in(registry: Registry, tmp_path: Path, rows: list[str], because: str) -> None:
    """A file of which nothing can be taken waits for a person, whatever the threshold."""
    outcome = registry.upload(export(tmp_path, *rows)).settle(max_reject_rate=1)
    assert (outcome.verdict, outcome.held_because) == ("held", because)


def test_unchanged_rows_are_enough_to_go_on(registry: Registry, tmp_path: Path) -> None:
    """A file that only repeats what is stored isn't held: unchanged is a good answer."""
    finished(registry, tmp_path, ANA)
    outcome = registry.upload(export(tmp_path, ANA, ZOE, name="b.csv")).settle()
    assert (outcome.verdict, outcome.counts) == ("partial", Counts(rows=2, unchanged=1, rejected=1))


@pytest.mark.parametrize("recipe", [HR, "date_format: YYYY-MM-DD\n"], ids=["that maps headings", "that maps none"])
def test_missing_heading_with_a_recipe_is_held(registry: Registry, tmp_path: Path, recipe: str) -> None:
    """When a source's export has lost a required heading a person must look; nothing is judged."""
    path = export(tmp_path, "ana@example.org,2024-01-01", headings="E-Mail,From")
    recipe = recipe if recipe == HR else recipe + "constants: {}\n"
    outcome = registry.upload(path, recipe=write(tmp_path, "hr.yaml", recipe)).settle()
    assert (outcome.verdict, outcome.counts) == ("held", Counts(rows=1, waiting=1))
    facts = {"where": "The heading row (line 1)", "title": "Credential type", "names": "E-Mail, From", "perhaps": ""}
    assert outcome.held_because == sentence("heading_missing", facts, "stored")


def test_missing_heading_without_a_recipe_fails(registry: Registry, tmp_path: Path) -> None:
    """Without a recipe nobody promised the heading: the run fails, and no draft is left behind."""
    path = export(tmp_path, "ana@example.org,2024-01-01", headings="Email,Issued")
    with pytest.raises(FileError) as caught:
        registry.upload(path).settle()
    assert caught.value.code == "heading_required"
    assert str(caught.value).startswith("The heading row (line 1) has no heading for 'Credential type'; ")
    assert states(registry) == ["discarded"]


def test_same_bytes_continue_the_held_batch(registry: Registry, tmp_path: Path) -> None:
    """Importing a held file again goes on with its batch; another threshold releases it."""
    hr = write(tmp_path, "hr.yaml", HR)
    rows = ("ana@example.org,First Aid,2024-01-01", "zoe@example.org,First Aid,2024-01-01")
    path = export(tmp_path, *rows, headings=HR_HEADINGS)
    assert registry.upload(path, recipe=hr).settle(max_reject_rate=0.1).batch == 1
    assert registry.upload(path, recipe=hr).settle(max_reject_rate=0.1).verdict == "held"
    outcome = registry.upload(path, recipe=hr).settle(max_reject_rate=0.5)
    assert (outcome.verdict, outcome.batch) == ("partial", 1)
    assert states(registry) == ["finished"]
    assert registry.batch(1).counts == Counts(rows=2, new=1, rejected=1)
    assert registry.batch(1).held_because is None
    assert registry.verify() == []


def test_held_batch_goes_on_with_the_newer_recipe(registry: Registry, tmp_path: Path) -> None:
    """A held batch that is continued is read by the recipe as it is now."""
    path = export(tmp_path, "ana@example.org,First Aid,2024-01-01", headings="E-Mail,Kind,Since")
    assert registry.upload(path, recipe=write(tmp_path, "hr.yaml", HR)).settle().verdict == "held"
    mended = write(tmp_path, "hr.yaml", HR.replace("From", "Since"))
    outcome = registry.upload(path, recipe=mended).settle()
    assert (outcome.verdict, outcome.batch) == ("ok", 1)


def test_persons_finish_overrides_the_threshold(registry: Registry, tmp_path: Path) -> None:
    """The threshold is for unattended runs; who looks at a held batch may finish it."""
    registry.upload(export(tmp_path, *MIXED)).settle(max_reject_rate=0)
    receipt = registry.batch(1).finish()
    assert (receipt.batch, receipt.counts) == (1, Counts(rows=3, new=2, rejected=1))


def test_held_file_imported_twice_at_once_gives_one_receipt(registry: Registry, tmp_path: Path) -> None:
    """Two runs that continue the same held batch get the same receipt, as two runs of any file do."""
    path = export(tmp_path, *MIXED)
    registry.upload(path).settle(max_reject_rate=0)
    one, other = registry.upload(path), registry.upload(path)
    first = one.settle().receipt
    second = other.settle().receipt
    assert first is not None
    assert second is not None
    assert second.as_dict() == first.as_dict()


def test_file_held_twice_at_once_waits_once(registry: Registry, tmp_path: Path) -> None:
    """Two runs on the same file at once leave one held batch, not two that wait for the same decision."""
    path = export(tmp_path, *MIXED)
    one, other = registry.upload(path), registry.upload(path)
    one.settle(max_reject_rate=0)
    other.settle(max_reject_rate=0)
    assert states(registry).count("held") == 1


@pytest.mark.parametrize("state", ["finished", "discarded"])
def test_done_is_done(registry: Registry, tmp_path: Path, state: str) -> None:
    """A finished or discarded batch can't be held or discarded any more."""
    batch = registry.upload(export(tmp_path, ANA))
    batch.finish() if state == "finished" else batch.discard()
    for verb in (lambda: batch.hold("why"), batch.discard):
        with pytest.raises(RegistryError) as caught:
            verb()
        assert (caught.value.reason, caught.value.facts) == ("batch_settled", {"batch": 1, "state": state})


def test_too_many_rows_store_nothing(registry: Registry, tmp_path: Path) -> None:
    """One row over the limit refuses the file before anything is stored."""
    registry.set("max_rows", 2)
    before = rows_of(registry)
    with pytest.raises(FileError) as caught:
        registry.upload(export(tmp_path, *MIXED))
    assert (caught.value.code, caught.value.facts) == ("row_limit", {"found": 3, "allowed": 2})
    assert rows_of(registry) == before


def test_unknown_batch_is_named(registry: Registry) -> None:
    """Asking for a batch that isn't there says how to find those that are."""
    with pytest.raises(RegistryError) as caught:
        registry.batch(7)
    assert (caught.value.reason, caught.value.facts) == ("batch_unknown", {"batch": 7})
    assert caught.value.on("prompt") == "There is no batch 7 here (credtools show lists the batches)."


def test_stored_bytes_are_those_that_were_read(registry: Registry, tmp_path: Path) -> None:
    """A file that its exporter replaces during the upload is stored as it was judged: digest and bytes agree."""
    path = export(tmp_path, *MIXED)
    replacement = export(tmp_path, BEN, name="replacement.csv")
    readings: list[str] = []

    def replace_before_a_second_reading(name: str, args: tuple[Any, ...]) -> None:
        if name == "open" and str(args[0]) == str(path):
            readings.append(name)
            if len(readings) == 2:
                replacement.replace(path)

    sys.addaudithook(replace_before_a_second_reading)  # the interpreter tells it of each file that is opened
    registry.upload(path)
    ((sha256, size, content),) = rows_of(registry, "source_files")["source_files"]
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))


# --- preview and finish -------------------------------------------------------------------------------------


def test_finish_does_what_the_preview_showed(history: Registry, tmp_path: Path) -> None:
    """Preview and finish run the same code: the counts shown before the last click are those of the receipt."""
    rows = (ANA, ANA.replace("2024", "2026"), CARA.replace("2024", "2001"), BEN, BEN, ZOE, MIXED[0] + "N-1")
    batch = history.upload(export(tmp_path, *rows))
    shown = batch.preview()
    assert shown == batch.counts
    assert batch.finish().counts == shown
    assert history.batch(batch.id).counts == shown


def test_moved_numbers_are_shown_before_anything_is_written(registry: Registry, tmp_path: Path) -> None:
    """When somebody else's file changes the numbers after the preview, finish refuses and says from what to what."""
    mine = registry.upload(export(tmp_path, ANA, BEN))
    assert str(mine.preview()) == "2 new · 0 new versions · 0 older · 0 unchanged · 0 rejected"
    finished(registry, tmp_path, ANA, ZOE, name="theirs.csv")
    before = rows_of(registry)
    with pytest.raises(MovedError) as caught:
        mine.finish()
    moved = {"before": Counts(rows=2, new=2), "now": Counts(rows=2, new=1, unchanged=1)}
    assert (caught.value.reason, caught.value.facts) == ("counts_moved", moved)
    assert rows_of(registry) == before
    mine.preview()
    assert mine.finish().counts == Counts(rows=2, new=1, unchanged=1)


def test_moved_lookups_are_judged_again(
    registry: Registry, tmp_path: Path, opened: Callable[..., Registry], registry_url: str
) -> None:
    """A user who is deactivated between review and finish gets no credential: the rows are judged again."""
    batch = registry.upload(export(tmp_path, ANA, BEN))
    batch.review()
    load(opened(registry_url), tmp_path, users="Email,Status\nana@example.org,deactivated\n")
    assert batch.finish().counts == Counts(rows=2, new=1, rejected=1)


def test_moved_lookups_after_the_preview_are_shown(registry: Registry, tmp_path: Path) -> None:
    """… and when the numbers had been shown already, they are shown again first."""
    batch = registry.upload(export(tmp_path, ANA, BEN))
    batch.preview()
    load(registry, tmp_path, users="Email,Status\nana@example.org,deactivated\n")
    before = rows_of(registry)
    with pytest.raises(MovedError) as caught:
        batch.finish()
    assert (caught.value.reason, caught.value.facts["now"]) == ("counts_moved", Counts(rows=2, new=1, rejected=1))
    assert rows_of(registry) == before


def _meanwhile(registry: Registry, words: str, change: Callable[[], None]) -> None:
    """Let `change` happen once, just before `registry` sends a statement with these words."""
    done: list[bool] = []

    @event.listens_for(registry.engine, "before_cursor_execute")
    def _before(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if words in statement and not done and not connection.get_execution_options().get(next(iter(WRITES))):
            done.append(True)
            change()


@only_postgres
def test_lookups_are_one_moment(
    registry: Registry, tmp_path: Path, opened: Callable[..., Registry], registry_url: str
) -> None:
    """Users and the revision by which finish knows that they moved are read in one snapshot, on PostgreSQL too."""
    other = opened(registry_url)
    batch = registry.upload(export(tmp_path, ANA, BEN))
    _meanwhile(
        registry,
        "max(events.seq)",
        lambda: load(other, tmp_path, users="Email,Status\nana@example.org,deactivated\n"),
    )
    assert batch.finish().counts == Counts(rows=2, new=1, rejected=1)


def test_settings_and_lookups_are_one_moment(
    registry: Registry, tmp_path: Path, opened: Callable[..., Registry], registry_url: str
) -> None:
    """Settings and the revision by which finish knows that they moved are read in one snapshot."""
    other, fresh = opened(registry_url), opened(registry_url)
    batch = registry.upload(export(tmp_path, "ana@example.org,Licence,2024-01-01,2024-01-01,N-1"))
    _meanwhile(fresh, "FROM users", lambda: other.set("same_day_expiry", value=False))
    assert fresh.batch(batch.id).finish().counts == Counts(rows=1, rejected=1)


# --- decisions ----------------------------------------------------------------------------------------------


def pending(registry: Registry, folder: Path) -> Batch:
    """A batch with pending credentials on lines 2 and 3, one that needs none on 4, and one without its media on 5."""
    return finished(registry, folder, ANA, CARA, BEN, "ana@example.org,Passport,2024-01-01,,")


def test_approve_takes_all_that_can_be_approved(registry: Registry, tmp_path: Path) -> None:
    """In bulk: everything pending that isn't blocked; the blocked lines are named with the reason."""
    batch = pending(registry, tmp_path)
    decided = registry.approve(batch, note="HR list")
    assert decided.decided == (2, 3)
    assert decided.blocked == {5: "its type requires media and none has been added yet"}
    assert list(batch.credentials()["decision"]) == ["approved", "approved", "not_required", "pending"]
    again = registry.approve(batch)
    assert (again.decided, again.blocked) == ((), decided.blocked)


def test_decisions_are_recorded(registry: Registry, tmp_path: Path, opened: Callable[..., Registry]) -> None:
    """Who decided what and why stands beside who uploaded it, and in the chain."""
    pending(registry, tmp_path)
    approver = opened(registry.engine.url.render_as_string(), APPROVER)
    approver.approve(1, lines=[2], note="HR list")
    approver.decline(1, lines=[3], reason="no signature")
    found = [(*row[1:6], row[7]) for row in rows_of(registry, "decisions")["decisions"]]
    assert found == [
        (1, "approved", "HR list", UPLOADER, APPROVER, 5),
        (2, "declined", "no signature", UPLOADER, APPROVER, 6),
    ]
    assert registry.verify() == []


@pytest.mark.parametrize(
    ("lines", "reason", "facts"),
    [
        (
            [2, 4],
            "lines_not_pending",
            {"batch": 1, "lines": "line 4"},
        ),
        (
            [2, 9, 77],
            "lines_not_pending",
            {"batch": 1, "lines": "lines 9, 77"},
        ),
        (
            [2, 5],
            "lines_blocked",
            {"lines": "line 5", "why": "its type requires media and none has been added yet"},
        ),
    ],
    ids=["not pending", "not there", "blocked"],
)
def test_named_lines_are_all_or_nothing(
    registry: Registry, tmp_path: Path, lines: list[int], reason: str, facts: dict[str, object]
) -> None:
    """One line that can't be decided refuses all that were named with it."""
    pending(registry, tmp_path)
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        registry.approve(1, lines=lines)
    assert (caught.value.reason, caught.value.facts) == (reason, facts)
    assert rows_of(registry) == before


def test_decided_once(registry: Registry, tmp_path: Path) -> None:
    """A line that was decided isn't pending any more, so it can't be decided the other way."""
    pending(registry, tmp_path)
    registry.approve(1, lines=[2])
    with pytest.raises(RegistryError) as caught:
        registry.decline(1, lines=[2], reason="changed my mind")
    assert (caught.value.reason, caught.value.facts) == ("lines_not_pending", {"batch": 1, "lines": "line 2"})


@pytest.mark.parametrize("reason", ["", "  \t"])
def test_declining_needs_a_reason(registry: Registry, tmp_path: Path, reason: str) -> None:
    """Whoever is declined may ask why."""
    pending(registry, tmp_path)
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        registry.decline(1, lines=[2], reason=reason)
    assert caught.value.reason == "decline_without_reason"
    assert rows_of(registry) == before


def test_declining_needs_no_media(registry: Registry, tmp_path: Path) -> None:
    """What is missing its media can't be approved, but it can be declined."""
    pending(registry, tmp_path)
    assert registry.decline(1, lines=[5], reason="expired passport").decided == (5,)


@pytest.mark.parametrize("state", ["draft", "held", "discarded"])
def test_only_finished_batches_are_decided(registry: Registry, tmp_path: Path, state: str) -> None:
    """Before a batch is finished there is nothing to decide."""
    batch = registry.upload(export(tmp_path, ANA))
    if state != "draft":
        batch.hold("why") if state == "held" else batch.discard()
    with pytest.raises(RegistryError) as caught:
        registry.approve(batch)
    facts = {"batch": 1, "state": state, "verb": "decided"}
    assert (caught.value.reason, caught.value.facts) == ("batch_not_finished", facts)


def test_media_optional_unblocks(registry: Registry, tmp_path: Path) -> None:
    """Where the organisation makes media optional, credentials without them can be approved."""
    pending(registry, tmp_path)
    registry.set("media_optional", value=True)
    assert registry.approve(1).decided == (2, 3, 5)


def test_four_eyes(registry: Registry, tmp_path: Path, opened: Callable[..., Registry]) -> None:
    """Where the organisation asks for four eyes, the uploader decides nothing, neither in bulk nor by line."""
    pending(registry, tmp_path)
    registry.set("four_eyes", value=True)
    why = "it was uploaded or finished by the same person, and the organisation asks for four eyes"
    decided = registry.approve(1)
    assert decided.decided == ()
    assert decided.blocked[2] == decided.blocked[3] == why
    with pytest.raises(RegistryError) as caught:
        registry.decline(1, lines=[2], reason="no")
    assert (caught.value.reason, caught.value.facts) == ("lines_blocked", {"lines": "line 2", "why": why})
    other = opened(registry.engine.url.render_as_string(), APPROVER)
    assert other.approve(1).decided == (2, 3)


def test_four_eyes_know_a_person_by_more_than_case(
    registry: Registry, tmp_path: Path, opened: Callable[..., Registry]
) -> None:
    """Addresses are matched without case everywhere; so writing one's own in capitals gives no second pair of eyes."""
    pending(registry, tmp_path)
    registry.set("four_eyes", value=True)
    same = opened(registry.engine.url.render_as_string(), UPLOADER.upper())
    assert same.approve(1).decided == ()


@pytest.mark.parametrize(
    ("organisation", "of_type", "decision"),
    [
        (True, "", "pending"),
        (False, "", "not_required"),
        (True, "no", "not_required"),
        (False, "yes", "pending"),
    ],
)
def test_approval_required_type_before_organisation(
    registry: Registry,
    tmp_path: Path,
    *,
    organisation: bool,
    of_type: str,
    decision: str,
) -> None:
    """Whether a credential needs approval: its type says so, else the organisation."""
    registry.set("approval_required", organisation)
    load(registry, tmp_path, types=f"Name,Numbered,Approval required\nFirst Aid,no,{of_type}\n")
    batch = finished(registry, tmp_path, ANA)
    assert list(batch.credentials()["decision"]) == [decision]


# --- users, types, settings ---------------------------------------------------------------------------------


def test_load_adds_changes_and_leaves_alone(registry: Registry, tmp_path: Path) -> None:
    """Each row of a load is new, changed or unchanged; who isn't in the file stays as he is."""
    content = "Email,Name\nZOE@example.org,Zoe\nana@example.org,Ana Souza\n Ben@Example.ORG ,Ben Okafor\n"
    loaded = registry.load("users", write(tmp_path, "u.csv", content))
    assert loaded == Loaded(added=1, changed=2, unchanged=0)  # Ben's address is written differently
    assert registry.load("users", tmp_path / "u.csv") == Loaded(added=0, changed=0, unchanged=3)
    users = registry.lookups().users.set_index("id")
    assert list(users["email"]) == [
        *("ana@example.org", "Ben@Example.ORG", "cara@example.org", "dora@example.org", "ZOE@example.org")
    ]
    assert list(users["status"]) == ["active", "active", "active", "deactivated", "active"]


def test_absent_columns_overwrite_nothing(registry: Registry, tmp_path: Path) -> None:
    """A column that a load doesn't have keeps what is stored, for users and for types."""
    before = rows_of(registry, "users", "credential_types")
    load(registry, tmp_path, users="Email,Name\nana@example.org,Ana Souza\n")
    load(registry, tmp_path, types="Name,Expiry\nFirst Aid,required\n")
    after = rows_of(registry, "users", "credential_types")
    changed = [(old, new) for name in before for old, new in zip(before[name], after[name], strict=True) if old != new]
    differences = [[(o, n) for o, n in zip(old, new, strict=True) if o != n] for old, new in changed]
    assert sorted(differences) == [[("Ana Silva", "Ana Souza")], [("optional", "required")]]


def test_new_rows_get_the_defaults(registry: Registry, tmp_path: Path) -> None:
    """Only the first column must be there: the others have the defaults of the design."""
    load(registry, tmp_path, types="Name\nCrane\n")
    (crane,) = registry.lookups().types.query("name == 'Crane'").to_dict("records")
    assert crane == {
        "id": 5,
        "name": "Crane",
        "status": "active",
        "expiry": "optional",
        "issue": "required",
        "numbered": False,
        "media_required": False,
        "approval_required": None,
        "validity_months": None,
        "expiry_computed": True,
    }


def test_errors_load_nothing(registry: Registry, tmp_path: Path) -> None:
    """All rows or none: one error and nothing is loaded; the exception holds every error."""
    before = rows_of(registry)
    content = "Email,Status\nzoe@example.org,active\n,active\nyan@example.org,retired\n"
    with pytest.raises(LoadError) as caught:
        registry.load("users", write(tmp_path, "u.csv", content))
    facts = caught.value.facts
    assert (caught.value.reason, facts["wrong"], facts["rows"], facts["line"]) == ("rows_with_errors", "2 rows", 3, 3)
    assert list(caught.value.errors["line"]) == [3, 4]
    assert list(caught.value.errors["code"]) == ["user_identified", "status_known"]
    assert rows_of(registry) == before


def test_same_user_twice_loads_nothing(registry: Registry, tmp_path: Path) -> None:
    """Two rows for one user contradict each other, whatever their case."""
    with pytest.raises(LoadError) as caught:
        registry.load("users", write(tmp_path, "u.csv", "Email,Name\nzoe@x.org,Zoe\nZoe@X.org,Zoë\n"))
    facts = caught.value.facts
    assert (caught.value.reason, facts["wrong"], facts["rows"], facts["line"]) == ("rows_with_errors", "2 rows", 2, 2)
    assert list(caught.value.errors["code"]) == ["not_repeated", "not_repeated"]


def test_external_ids_do_not_wander(registry: Registry, tmp_path: Path) -> None:
    """An external ID names one person; moving it to another who is known takes two deliberate steps."""
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        load(registry, tmp_path, users="Email,External ID\nben@example.org,E-1\n")
    facts = {"external_id": "E-1", "user": "ben@example.org", "holder": "ana@example.org"}
    assert (caught.value.reason, caught.value.facts) == ("external_id_taken", facts)
    assert rows_of(registry) == before
    given_up = write(tmp_path, "users.csv", "Email,External ID\nana@example.org,\n")
    registry.load("users", given_up, recipe=Recipe.parse("schema: users\nblanks: clear"))
    load(registry, tmp_path, users="Email,External ID\nben@example.org,E-1\n")


def test_only_users_and_types_are_loaded(registry: Registry, tmp_path: Path) -> None:
    """Asking to load something else names what there is."""
    with pytest.raises(CredtoolsError) as caught:
        registry.load("licences", tmp_path / "x.csv")
    assert (caught.value.reason, caught.value.facts) == ("kind_unknown", {"kind": "licences"})


def test_settings_have_the_documented_defaults(registry: Registry) -> None:
    """What an organisation hasn't decided is as the design says."""
    assert registry.settings == OrganisationSettings(
        approval_required=True,
        media_optional=False,
        date_format="YYYY-MM-DD",
        same_day_expiry=True,
        expiring_soon_days=30,
        four_eyes=False,
        time_zone="UTC",
        max_rows=20_000,
        refuse_attachments=False,
        keep_source_days=0,
        keep_values_days=0,
        keep_media_days=0,
        keep_runs_days=0,
    )


@pytest.mark.parametrize(
    ("key", "given", "stored"),
    [
        ("four_eyes", "yes", True),
        ("refuse_attachments", "on", True),
        ("approval_required", "OFF", False),
        ("max_rows", "500", 500),
        ("keep_values_days", "365", 365),
        ("keep_source_days", "0", 0),
        ("keep_runs_days", "", 0),
        ("expiring_soon_days", 90, 90),
        ("date_format", "D MMM YYYY", "D MMM YYYY"),
        ("time_zone", "Europe/Vienna", "Europe/Vienna"),
    ],
)
def test_settings_are_typed(registry: Registry, key: str, given: object, stored: object) -> None:
    """A setting comes back as the value that was meant, however it was written."""
    registry.set(key, given)
    assert getattr(registry.settings, key) == stored


@pytest.mark.parametrize(
    ("key", "given", "reason"),
    [
        ("colour", "blue", "setting_unknown"),
        ("four_eyes", "maybe", "setting_not_a_flag"),
        ("max_rows", "many", "setting_not_a_number"),
        ("max_rows", 0, "setting_not_a_number"),
        ("keep_media_days", "-1", "setting_not_days"),
        ("max_rows", 1.5, "setting_not_a_number"),
        ("date_format", "DD/MM", "date_format_unusable"),
        ("time_zone", "Vienna", "time_zone_unknown"),
        ("time_zone", "Europe", "time_zone_unknown"),
    ],
)
def test_unusable_settings_are_refused(registry: Registry, key: str, given: object, reason: str) -> None:
    """A value that can't be used is refused with what would be accepted, and nothing changes."""
    before = rows_of(registry)
    with pytest.raises(SettingError) as caught:
        registry.set(key, given)
    assert caught.value.reason == reason
    assert str(given) in str(caught.value) or key in str(caught.value)
    assert rows_of(registry) == before


def test_a_replay_leaves_no_empty_batch(registry: Registry, tmp_path: Path) -> None:
    """A draft given up for another batch isn't listed: it was replayed, or its bytes were held meanwhile.

    Its events stay, and one that a person has discarded is listed as before.
    """
    path = export(tmp_path, ANA, ZOE)
    for _ in range(2):
        registry.upload(path).settle()
    one, other = (registry.upload(export(tmp_path, ZOE, name="held.csv")) for _ in range(2))
    assert [batch.settle(0.1).batch for batch in (one, other)] == [one.id, one.id]
    registry.follow(1).discard()
    assert registry.batches()[["batch", "state"]].to_numpy().tolist() == [
        [5, "discarded"],
        [one.id, "held"],
        [1, "finished"],
    ]
    assert (registry.batch(2).state, registry.batch(other.id).state) == ("discarded", "discarded")
    assert registry.verify() == []
