"""Withdrawing: an approved credential counts no longer, by a person's act with a reason, and can be reinstated."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from credtools.cli import main
from credtools.errors import CredtoolsError, RegistryError
from credtools.jupyter.approvals import Approvals
from credtools.jupyter.credentials import Credentials
from credtools.jupyter.listed import WITHDRAWN, Listed
from credtools.registry import Registry, validity
from credtools.store import tables
from tests.builders import (
    ANA,
    APPROVER,
    BEN,
    CARA,
    HEADINGS,
    UPLOADER,
    ZOE,
    export,
    only_sqlite,
    rows_of,
    tamper,
    write,
)

PASS = "ben@example.org,Passport,2024-01-01,,"
LATER = "ana@example.org,First Aid,2025-01-10,2031-01-10,"
WHY = "licence revoked"


@pytest.fixture
def approved(registry: Registry, tmp_path: Path) -> Registry:
    """Batch 1: lines 2 and 4 approved, 3 rejected, 5 in no need of approval, 6 pending; batch 2: line 2 unchanged."""
    registry.upload(export(tmp_path, ANA, ZOE, CARA, BEN, PASS)).finish()
    registry.approve(1, [2, 4])
    assert registry.upload(export(tmp_path, ANA, name="again.csv")).finish().counts.unchanged == 1
    return registry


def renewed(registry: Registry, folder: Path) -> int:
    """Ana's first aid again, with a later issue date, not decided yet."""
    batch = registry.upload(export(folder, LATER, name="later.csv"))
    assert batch.finish().counts.new_versions == 1
    return batch.id


def counting(registry: Registry) -> list[tuple[int, int]]:
    """The (batch, line) of each version that counts."""
    found = validity.counting(registry.credentials())
    return sorted(zip(found["batch"].tolist(), found["line"].tolist(), strict=True))


def told(registry: Registry, batch: int, line: int) -> list[tuple[str, ...]]:
    """Who withdrew and reinstated the credential of a line, and why."""
    found = registry.history(batch, line)
    found = found[found["what"].isin(("withdrawn", "reinstated", "undone"))]
    return list(found[["what", "by", "after"]].itertuples(index=False, name=None))


def test_withdrawn_counts_no_longer_and_reinstated_counts_again(approved: Registry) -> None:
    """One of several approved credentials is withdrawn with a reason; history, list and totals show both acts."""
    assert counting(approved) == [(1, 2), (1, 4), (1, 5)]
    done = approved.withdraw(1, [2], WHY)
    assert (done.act, done.decided, done.newer) == ("withdrawn", (2,), {})
    assert str(done) == "1 credential withdrawn"
    assert counting(approved) == [(1, 4), (1, 5)]
    frame = approved.credentials().set_index(["batch", "line"])
    assert frame["withdrawn"].to_dict() == {(1, 2): True, (1, 4): False, (1, 5): False, (1, 6): False}
    assert frame.loc[(1, 2), "decision"] == "approved"
    assert Credentials(approved).totals == {
        "pending": 1,
        "expired": 0,
        "expiring soon": 0,
        "withdrawn": 1,
        "total": 4,
    }
    assert [row[0] for row in Credentials(approved).like(state="withdrawn")["rows"]] == ["ana@example.org"]
    assert approved.verify() == []
    back = approved.reinstate(1, [2], "revoked by mistake")
    assert (back.act, back.decided, back.audit_seq) == ("reinstated", (2,), (done.audit_seq or 0) + 1)
    assert counting(approved) == [(1, 2), (1, 4), (1, 5)]
    assert Credentials(approved).totals["withdrawn"] == 0
    assert told(approved, 1, 2) == [
        ("withdrawn", UPLOADER, WHY),
        ("reinstated", UPLOADER, "revoked by mistake"),
    ]
    assert approved.verify() == []


def test_an_unchanged_row_leads_to_the_version_that_it_found(approved: Registry) -> None:
    """Whoever has only the later file at hand withdraws by its lines."""
    approved.withdraw(2, [2], WHY)
    assert counting(approved) == [(1, 4), (1, 5)]
    with pytest.raises(RegistryError) as caught:
        approved.withdraw(1, [2], WHY)
    assert caught.value.facts["why"] == "line 2 is withdrawn already"
    approved.reinstate(2, [2])
    assert counting(approved) == [(1, 2), (1, 4), (1, 5)]


def test_no_older_version_takes_its_place_but_a_later_one_does(approved: Registry, tmp_path: Path) -> None:
    """The newest approved version decides: withdrawn, nothing counts; a renewal counts as soon as it is approved."""
    second = renewed(approved, tmp_path)
    approved.approve(second)
    approved.withdraw(second, [2], WHY)
    assert counting(approved) == [(1, 4), (1, 5)]
    today = approved.lookups().today
    assert approved.expiring((date(2032, 1, 1) - today).days).empty
    third = approved.upload(export(tmp_path, LATER.replace("2025-", "2026-"), name="third.csv"))
    third.finish()
    assert counting(approved) == [(1, 4), (1, 5)]
    approved.approve(third)
    assert counting(approved) == [(1, 4), (1, 5), (third.id, 2)]
    assert approved.verify() == []


def test_where_a_newer_version_decides_that_is_said(approved: Registry, tmp_path: Path) -> None:
    """An older approved version can be withdrawn, but what counts stays, so the result names the newer one."""
    second = renewed(approved, tmp_path)
    approved.approve(second)
    done = approved.withdraw(1, [2, 4], WHY)
    assert done.newer == {2: (second, 2)}
    assert f"line 2: a newer version of this credential decides, batch {second} line 2" in str(done)
    assert counting(approved) == [(1, 5), (second, 2)]


@pytest.mark.parametrize(
    ("lines", "reason", "facts"),
    [
        ([2, 9], "lines_without_row", {"lines": "line 9"}),
        ([2, 3], "lines_without_credential", {"lines": "line 3"}),
        ([2, 6], "not_withdrawn", {"why": "line 6 is pending (decline it instead)"}),
        (
            [4, 2, 6],
            "not_withdrawn",
            {"why": "line 4 is withdrawn already, line 6 is pending (decline it instead)"},
        ),
    ],
)
def test_all_or_nothing(approved: Registry, lines: list[int], reason: str, facts: dict[str, str]) -> None:
    """One line that can't be withdrawn refuses all of them, naming it; nothing is written."""
    approved.withdraw(1, [4], WHY)
    before = rows_of(approved)
    with pytest.raises(RegistryError) as caught:
        approved.withdraw(1, lines, WHY)
    assert (caught.value.reason, caught.value.facts) == (reason, {"batch": 1} | facts)
    assert rows_of(approved) == before


def test_declined_and_undone_ones_cannot_be_withdrawn(approved: Registry) -> None:
    """Only what was approved, or needs no approval, and still stands, can be withdrawn."""
    approved.decline(1, [6], "no scan")
    with pytest.raises(RegistryError) as caught:
        approved.withdraw(1, [6], WHY)
    assert caught.value.facts["why"] == "line 6 is declined"
    approved.undo(2)
    approved.undo(1)
    with pytest.raises(RegistryError) as caught:
        approved.withdraw(1, [5], WHY)
    assert caught.value.facts["why"] == "line 5 was undone"


def test_only_a_withdrawn_one_is_reinstated_and_only_once(approved: Registry) -> None:
    """Reinstating twice, or what was never withdrawn, is refused; withdrawing again afterwards isn't."""
    for _ in range(2):
        approved.withdraw(1, [2], WHY)
        approved.reinstate(1, [2])
    for lines in ([2], [4]):
        with pytest.raises(RegistryError) as caught:
            approved.reinstate(1, lines)
        assert caught.value.reason == "not_reinstated"
        assert caught.value.facts["why"] == f"line {lines[0]} isn't withdrawn"
    assert [what for what, _, _ in told(approved, 1, 2)] == ["withdrawn", "reinstated"] * 2
    assert approved.verify() == []


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_asked_for(approved: Registry, reason: str) -> None:
    """Nobody withdraws without saying why; to reinstate needs no reason."""
    with pytest.raises(RegistryError) as caught:
        approved.withdraw(1, [2], reason)
    assert caught.value.reason == "withdraw_without_reason"
    approved.withdraw(1, [2], WHY)
    assert approved.reinstate(1, [2], reason).decided == (2,)


def test_a_draft_has_nothing_to_withdraw(approved: Registry, tmp_path: Path) -> None:
    """Only what was written can be withdrawn; no lines are no act."""
    draft = approved.upload(export(tmp_path, LATER, name="draft.csv"))
    with pytest.raises(RegistryError) as caught:
        approved.withdraw(draft, [2], WHY)
    assert (caught.value.reason, caught.value.facts["verb"]) == ("batch_not_finished", "withdrawn")
    before = rows_of(approved)
    assert approved.withdraw(1, [], WHY).decided == ()
    assert rows_of(approved) == before


def test_four_eyes_do_not_apply(approved: Registry) -> None:
    """Who uploaded a credential may withdraw and reinstate it: it was approved by somebody else before."""
    approved.set("four_eyes", value=True)
    assert approved.withdraw(1, [2], WHY).decided == (2,)
    assert approved.reinstate(1, [2]).decided == (2,)
    assert approved.verify() == []


def test_reasons_stay_out_of_the_chain(approved: Registry) -> None:
    """The event holds the versions and their number; why stands only where it can be erased."""
    approved.withdraw(1, [2, 4], "belongs to Cara Lind")
    approved.reinstate(1, [4])
    kinds = {"withdraw": [1, 2], "reinstate": [2]}
    event = tables.events.c
    with approved.engine.connect() as connection:
        found = connection.execute(select(event.kind, event.text).where(event.kind.in_(kinds))).all()
    for kind, text in found:
        body = json.loads(text)
        assert (body["versions"], body["count"], body["batch"]) == (kinds[kind], len(kinds[kind]), 1)
        assert "Cara" not in text
    assert len(found) == 2


def test_undoing_the_batch_keeps_the_acts_as_history(approved: Registry, tmp_path: Path) -> None:
    """The version falls with its batch, the one before counts again; who had withdrawn it is still told."""
    second = renewed(approved, tmp_path)
    approved.approve(second)
    approved.withdraw(second, [2], WHY)
    approved.undo(second)
    assert counting(approved) == [(1, 2), (1, 4), (1, 5)]
    assert [what for what, _, _ in told(approved, 1, 2)] == ["withdrawn", "undone"]
    acts = approved.audit.withdrawals()
    assert (acts["act"].tolist(), acts["holds"].tolist()) == (["withdrawn"], [False])
    with pytest.raises(RegistryError):
        approved.reinstate(second, [2])
    assert approved.verify() == []


def test_erasing_the_person_takes_the_reasons(approved: Registry) -> None:
    """What happened stays: acts, flag and events; why it happened goes, and so does a name in others' reasons."""
    approved.withdraw(1, [2], "she never passed")
    approved.withdraw(1, [4], "it was Ana Silva who took it")
    approved.erase("ana@example.org", "asked for it")
    recorded = approved.audit.withdrawals()
    assert recorded["reason"].tolist()[0] == ""
    assert "Ana Silva" not in recorded["reason"].tolist()[1]
    assert recorded["holds"].tolist() == [True, True]
    assert approved.verify() == []
    with pytest.raises(RegistryError) as caught:
        approved.reinstate(1, [2])
    assert caught.value.facts["why"] == "line 2 was erased"
    tamper(approved, "UPDATE withdrawals SET reason = 'she never passed' WHERE version_id = 1")
    assert approved.verify() == [
        "A reason of version 1 is there again, although it was erased.",
        "1 row isn't as the events say in the table withdrawals (the first: 1).",
    ]


def test_erasing_one_of_several_versions_agrees(approved: Registry, tmp_path: Path) -> None:
    """One version of a credential is withdrawn, a later one isn't: erased, without their dates, that still verifies."""
    approved.approve(renewed(approved, tmp_path))
    approved.withdraw(1, [2], WHY)
    longer = approved.upload(export(tmp_path, ANA.replace("2030-", "2032-"), name="longer.csv"))
    longer.finish()
    approved.erase("ana@example.org", "asked for it")
    assert approved.verify() == []


def test_others_who_read_before_must_read_again(approved: Registry, tmp_path: Path) -> None:
    """A file that was compared before somebody withdrew is compared again when it is finished."""
    counters = dict(_counters(approved))
    approved.withdraw(1, [2], WHY)
    after = dict(_counters(approved))
    assert {number for number in after if after[number] != counters[number]} == {1}
    batch = approved.upload(export(tmp_path, LATER, name="later.csv"))
    batch.preview()
    approved.reinstate(1, [2])
    assert batch.finish().counts.new_versions == 1


def _counters(registry: Registry) -> list[tuple[int, int]]:
    credential = tables.credentials.c
    with registry.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(credential.id, credential.counter))]


# --- acts of a batch --------------------------------------------------------------------------------------------


STATUS = "status: {valid: [Completed], withdrawn: [Revoked]}"


def said_by_hr(registry: Registry, folder: Path, *rows: str) -> int:
    """A batch of a source that says of each credential whether it stands."""
    recipe = write(folder, "hr.yaml", STATUS)
    file = export(folder, *rows, name="hr.csv", headings=f"{HEADINGS},Status")
    batch = registry.upload(file, recipe=recipe)
    assert batch.finish().counts.rejected == 0
    return batch.id


def test_the_last_act_that_stands_holds(approved: Registry, tmp_path: Path) -> None:
    """By people and files; an act that falls with its batch uncovers the one before. A person has the last word."""
    said_by_hr(approved, tmp_path, f"{ANA},Revoked")
    assert (1, 2) not in counting(approved)
    back = said_by_hr(approved, tmp_path, f"{ANA},Completed")
    assert (1, 2) in counting(approved)
    approved.undo(back)
    assert (1, 2) not in counting(approved)
    approved.reinstate(1, [2])
    assert (1, 2) in counting(approved)
    approved.withdraw(1, [2], WHY)
    said_by_hr(approved, tmp_path, f"{ANA},Completed")
    assert (1, 2) not in counting(approved)
    assert approved.verify() == []


def test_history_names_the_batch_that_did_it(approved: Registry, tmp_path: Path) -> None:
    """A withdrawal that a file brought is told with its batch, and that it fell with it."""
    batch = said_by_hr(approved, tmp_path, f"{ANA},Revoked")
    said = ("withdrawn", UPLOADER, f"batch {batch}")
    assert told(approved, 1, 2) == [said]
    approved.undo(batch)
    assert told(approved, 1, 2) == [said, ("undone", UPLOADER, f"withdrawn by batch {batch}")]
    assert approved.verify() == []


def test_what_a_person_withdrew_stays_withdrawn(approved: Registry, tmp_path: Path) -> None:
    """What a person withdraws holds for later versions of the same issue date, too, until a person reinstates them."""
    approved.withdraw(1, [2], WHY)
    batch = approved.upload(export(tmp_path, ANA.replace("2030-", "2031-"), name="longer.csv"))
    assert batch.finish().counts.new_versions == 1
    approved.approve(batch)
    assert counting(approved) == [(1, 4), (1, 5)]
    approved.reinstate(batch, [2])
    assert counting(approved) == [(1, 4), (1, 5), (batch.id, 2)]
    assert approved.verify() == []


# --- looking back -----------------------------------------------------------------------------------------------


def test_every_history_tells_it(approved: Registry, registry_url: str, opened: Callable[..., Registry]) -> None:
    """Row, credential and person: who, when, why."""
    began = datetime.now(UTC)
    opened(registry_url, by=APPROVER).withdraw(1, [2], WHY)
    audit = approved.audit
    for found in (
        audit.row(1, 2),
        audit.row(2, 2),
        audit.credential("ana@example.org", "First Aid"),
        audit.person("ana@example.org"),
    ):
        last = found.iloc[-1]
        assert (last["what"], last["by"], last["told"], last["batch"], last["line"]) == (
            "withdrawn",
            APPROVER,
            WHY,
            1,
            2,
        )
        assert last["at"] >= began


def test_the_audit_counts_withdrawn_credentials(approved: Registry, tmp_path: Path) -> None:
    """By type, by people and by files; filters choose by where the credential came from, and when it was done."""
    audit = approved.audit
    assert audit.withdrawals().empty
    approved.withdraw(1, [2, 5], WHY)
    approved.reinstate(1, [5])
    said_by_hr(approved, tmp_path, f"{CARA},Revoked")
    found = audit.withdrawals()
    assert {name: str(kind) for name, kind in found.dtypes.items()} == {
        **dict.fromkeys(("batch", "line", "sheet", "piece"), "int64"),
        **dict.fromkeys(("source", "type", "act", "by", "reason"), "str"),
        "at": "datetime64[us, UTC]",
        "by_batch": "Int64",
        "holds": "bool",
    }
    assert audit.withdrawals(source="manual").equals(found)
    assert audit.withdrawals(type="forklift")["act"].tolist() == ["withdrawn", "reinstated"]
    assert audit.withdrawals(batch=2).empty
    assert audit.withdrawals(until="2020-01-01").empty
    assert audit.withdrawals(uploader=APPROVER).empty
    with pytest.raises(CredtoolsError) as caught:
        audit.withdrawals(state="open")
    assert caught.value.reason == "filter_of_rejects"
    page = approved.report(tmp_path / "audit.html").read_text("utf-8")
    assert "2 credentials are withdrawn, 1 by a person and 1 by a file; 1 reinstated." in page
    assert WHY not in page


def test_withdrawn_credentials_are_not_exported(approved: Registry, tmp_path: Path) -> None:
    """Neither they nor what is older of the same credential: another system would take it for valid."""
    second = renewed(approved, tmp_path)
    approved.approve(second)

    def exported(batch: int | None = None) -> list[tuple[str, str]]:
        approved.export(tmp_path / "out.csv", batch)
        rows = csv.DictReader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines())
        return sorted((row["User email"].split("@")[0], row["Issue date"]) for row in rows)

    others = [("ben", "2024-01-01"), ("ben", "2024-02-20"), ("cara", "2024-03-05")]
    assert exported() == [("ana", "2024-01-10"), ("ana", "2025-01-10"), *others]
    approved.withdraw(second, [2], WHY)
    assert exported() == others
    assert exported(1) == others
    assert exported(second) == []
    approved.reinstate(second, [2])
    approved.withdraw(1, [2], WHY)
    assert exported() == [("ana", "2025-01-10"), *others]


# --- on the page ------------------------------------------------------------------------------------------------


class Page(Approvals):
    """The approvals page without a browser: what it sent last."""

    def send(self, content: Any, buffers: Any = None) -> None:  # noqa: ARG002
        self.sent = content

    def click(self, verb: str, **values: Any) -> Any:
        self._on_message(self, {"do": verb, **values}, [])
        return self.sent


def test_the_page_withdraws_and_reinstates_what_is_chosen(approved: Registry, tmp_path: Path) -> None:
    """Of the list that is looked at: approved ones are withdrawn, withdrawn ones reinstated, nothing else."""
    second = renewed(approved, tmp_path)
    page = Page(approved)
    assert (page.click("ready")["all"], page.sent["filters"]) == (2, {"look": "pending"})
    state = page.click("look", look="approved")
    assert [(row["batch"], row["line"]) for row in state["list"]["rows"]] == [(1, 2), (1, 4), (1, 5)]
    refused = page.click("withdraw", chosen=[[1, 6], [7, 1]], reason=WHY)
    assert (refused["kind"], refused["reason"]) == ("problem", "none_can_be_withdrawn")
    assert page.click("withdraw", chosen=[[1, 2]], reason=" ")["reason"] == "withdraw_without_reason"
    done = page.click("withdraw", chosen=[[1, 2], [1, 5], [1, 6]], reason=WHY)
    assert (done["kind"], done["said"], done["all"]) == ("done", "2 credentials withdrawn.", 1)
    state = page.click("look", look="withdrawn")
    assert [(row["line"], row["expiry"]) for row in state["list"]["rows"]] == [(2, "later"), (5, "never")]
    history = page.click("detail", batch=1, line=2)["detail"]["history"]
    assert ("withdrawn", WHY) in [act[3:] for act in history]
    approved.approve(second)
    done = page.click("reinstate", chosen=[[1, 2]])
    assert done["said"] == "1 credential reinstated. 1 credential had a newer version, which decides."
    assert page.click("reinstate", chosen=[[1, 2]])["reason"] == "none_can_be_reinstated"
    assert page.click("look", look="no such list")["filters"] == {"look": "pending"}


def test_a_withdrawn_one_stays_in_sight_beside_its_renewal(approved: Registry, tmp_path: Path) -> None:
    """The credentials page shows both: what is withdrawn, and the later version that waits."""
    approved.withdraw(1, [2], WHY)
    renewed(approved, tmp_path)
    states = {tuple(row[::5]) for row in Credentials(approved).like("ana")["rows"]}
    assert states == {("ana@example.org", "withdrawn"), ("ana@example.org", "pending")}


def test_a_pending_one_that_its_source_has_withdrawn_says_so(approved: Registry, tmp_path: Path) -> None:
    """Approved, it wouldn't count: whoever decides reads that before."""
    batch = said_by_hr(approved, tmp_path, f"{CARA.replace('First Aid', 'Licence')}7,Completed")
    said_by_hr(approved, tmp_path, f"{CARA.replace('First Aid', 'Licence')}7,Revoked")
    listed = Listed(approved).rows
    assert listed.loc[listed["batch"] == batch, "note"].tolist() == [WITHDRAWN]
    assert Credentials(approved).totals["withdrawn"] == 0
    approved.approve(batch)
    assert Credentials(approved).totals["withdrawn"] == 1
    assert (batch, 2) not in counting(approved)


# --- verify -----------------------------------------------------------------------------------------------------

TAMPERINGS = {
    "flag": (
        "UPDATE credential_versions SET withdrawn = NOT withdrawn WHERE id = 1",
        "Whether version 1 is withdrawn contradicts the acts on it.",
    ),
    "flag of another": (
        "UPDATE credential_versions SET withdrawn = NOT withdrawn WHERE id = 4",
        "Whether version 4 is withdrawn contradicts the acts on it.",
    ),
    "act": (
        "UPDATE withdrawals SET act = 'reinstated' WHERE id = 1",
        "What people withdrew and reinstated of version 1 isn't what was chained.",
    ),
    "by": (
        "UPDATE withdrawals SET made_by = 'nobody@example.org' WHERE id = 2",
        "What people withdrew and reinstated of version 2 isn't what was chained.",
    ),
    "gone": (
        "DELETE FROM withdrawals WHERE id = 2",
        "What people withdrew and reinstated of version 2 isn't what was chained.",
    ),
    "void": (
        "UPDATE withdrawals SET stands = NOT stands WHERE id = 1",
        "What people withdrew and reinstated of version 1 isn't what was chained.",
    ),
    "another version": (
        "UPDATE withdrawals SET version_id = 3 WHERE id = 1",
        "What people withdrew and reinstated of version 3 isn't what was chained.",
    ),
    "another batch's": (
        "UPDATE withdrawals SET batch_id = 2 WHERE id = 1",
        "What people withdrew and reinstated of version 1 isn't what was chained.",
    ),
    "no act": (
        (
            "INSERT INTO withdrawals (id, version_id, act, made_by, made_at, event_seq, stands) "
            "SELECT 9, 3, act, made_by, made_at, event_seq, stands FROM withdrawals WHERE id = 1"
        ),
        "What people withdrew and reinstated of version 3 isn't what was chained.",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(approved: Registry, name: str) -> None:
    """Each act is chained by an event, each event's acts are there, and the flag says what the last act says."""
    approved.withdraw(1, [2, 4], WHY)
    assert approved.verify() == []
    statement, sentence = TAMPERINGS[name]
    tamper(approved, statement)
    assert sentence in approved.verify()


# --- at the prompt ----------------------------------------------------------------------------------------------


@only_sqlite
def test_at_the_prompt(approved: Registry, registry_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`withdraw` and `reinstate` say how many; with --json which, and what decides instead. Refused: exit 2."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, words)

    assert run("withdraw", "1", "--lines", "2", "--reason", WHY).stdout == "batch 1: 1 credential withdrawn\n"
    shown = run("show", "1").stdout
    assert "credentials: 2 approved · 1 not_required · 1 pending · 1 of them withdrawn" in shown
    assert WHY in run("show", "2", "--line", "2").stdout
    assert WHY in run("show", "--person", "ana@example.org").stdout
    told = json.loads(run("reinstate", "1", "--lines", "2", "--json").stdout)
    assert told.keys() == {"batch", "decided", "newer", "audit_head"}
    assert (told["batch"], told["decided"], told["newer"]) == (1, [2], [])
    second = renewed(approved, tmp_path)
    approved.approve(second)
    told = json.loads(run("withdraw", "1", "--lines", "2", "--reason", WHY, "--json").stdout)
    assert told["newer"] == [{"line": 2, "decides": {"batch": second, "line": 2}}]
    refused = run("withdraw", "1", "--lines", "6", "--reason", WHY)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "line 6 is pending (decline it instead)" in refused.stderr
    assert run("withdraw", "1", "--lines", "4").exit_code == 2
