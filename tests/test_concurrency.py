from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import credtools as ct
from credtools.errors import MovedError
from credtools.model import Counts, Receipt
from credtools.registry import Registry
from credtools.registry.finishing import outcome_of
from credtools.settings import documents
from tests.builders import ANA, BEN, CARA, UPLOADER, ZOE, export, new_organisation, outcome, rows_of
from tests.conftest import Home

IMPORTERS = 8
ROUNDS = 3

# Processes are forked from one that has loaded the library but has no threads and no connections.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["credtools.registry", "psycopg", "pytest"])


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What the jobs return or raise when they all start at the same moment, in threads."""
    barrier = threading.Barrier(len(jobs))
    answers: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            answers[place] = job()
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            answers[place] = problem

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def said(receipt: Receipt) -> tuple[Any, ...]:
    """A receipt without the flag that tells a replay."""
    return (receipt.batch, receipt.counts, receipt.as_dict())


def finished(registry: Registry) -> list[int]:
    frame = registry.batches()
    return sorted(frame[frame["state"] == "finished"]["batch"])


def import_in_a_process(url: str, path: str, barrier: Any, answers: Any) -> None:
    registry = ct.open(url, by=UPLOADER)
    registry.lookups()
    barrier.wait(60)
    try:
        outcome = registry.upload(path).settle()
        assert outcome.receipt is not None
        answers.put((*said(outcome.receipt), outcome.receipt.replayed))
    except Exception as problem:  # noqa: BLE001 - the test looks at it
        answers.put(repr(problem))
    registry.engine.dispose()


def test_same_file_at_once_by_threads(registry_url: str, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """Eight threads import the same file at once: one batch is finished, all get its receipt, nothing is doubled."""
    registries = [opened(registry_url) for _ in range(IMPORTERS)]
    registries[0].schema("credentials")
    for number in range(ROUNDS):
        issued = f"{2000 + number}-01-01"
        rows = (f"ana@example.org,Licence,{issued},,{number}", BEN.replace("2024-02-20", issued), ZOE)
        path = export(tmp_path, *rows, name=f"{number}.csv")
        outcomes = at_once(*(lambda r=r, p=path: r.upload(p).settle() for r in registries))
        assert [getattr(o, "problem", o) for o in outcomes] == [None] * IMPORTERS
        receipts = [o.receipt for o in outcomes]
        assert len({repr(said(receipt)) for receipt in receipts}) == 1
        assert [receipt.replayed for receipt in receipts].count(False) == 1
        assert len(finished(registries[0])) == number + 1
    assert len(registries[0].credentials()) == 2 * ROUNDS
    assert registries[0].verify() == []


def test_same_file_at_once_by_processes(registry_url: str, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """Eight processes import the same file at once: one batch is finished, all get its receipt, nothing is doubled."""
    registry = opened(registry_url)
    for number in range(2):
        path = export(tmp_path, f"ana@example.org,Licence,2024-01-01,,{number}", ZOE, name=f"{number}.csv")
        barrier, answers = PROCESSES.Barrier(IMPORTERS), PROCESSES.SimpleQueue()
        arguments = (registry_url, str(path), barrier, answers)
        processes = [PROCESSES.Process(target=import_in_a_process, args=arguments) for _ in range(IMPORTERS)]
        for process in processes:
            process.start()
        told = [answers.get() for _ in processes]
        for process in processes:
            process.join()
            process.close()
        answers.close()
        assert len({repr(answer[:-1]) for answer in told}) == 1
        assert [answer[-1] for answer in told].count(False) == 1
        assert len(finished(registry)) == number + 1
    assert len(registry.credentials()) == 2
    assert registry.verify() == []


def test_each_run_that_continues_a_held_batch_has_its_outcome(
    registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """Two runs go on with one held batch at the same moment: both have the one receipt as their own outcome."""
    runs = [opened(registry_url) for _ in range(2)]
    runs[0].schema("credentials")
    for number in range(ROUNDS):
        path = export(tmp_path, f"ana@example.org,Licence,2024-01-01,,{number}", ZOE, name=f"{number}.csv")
        held = runs[0].upload(path, attempt=f"{number} held").settle(max_reject_rate=0)
        batches = [run.upload(path, attempt=f"{number} run {k}") for k, run in enumerate(runs)]
        assert [batch.id for batch in batches] == [held.batch] * 2
        assert at_once(*(lambda b=batch: b.settle().verdict for batch in batches)) == ["partial", "partial"]
        told = [outcome_of(runs[0], f"{number} run {k}") for k in range(2)]
        assert [(one.verdict, said(one.receipt)) for one in told] == [("partial", said(batches[0].receipt))] * 2
        assert sorted(one.receipt.replayed for one in told) == [False, True]
        assert outcome_of(runs[0], f"{number} RUN 0") is None
    assert runs[0].verify() == []


def test_a_run_that_dies_over_a_held_batch_has_failed(
    registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """A run that went on with a held batch and died left nothing, even when another finishes or holds that batch."""
    registry, other = opened(registry_url), opened(registry_url)
    path = export(tmp_path, ANA, ZOE)
    registry.upload(path, attempt="first").settle(max_reject_rate=0)
    registry.upload(path, attempt="dead")
    other.upload(path, attempt="second").settle(max_reject_rate=0)
    assert outcome_of(registry, "dead") is None
    assert [outcome_of(registry, run).verdict for run in ("first", "second")] == ["held", "held"]
    other.upload(path, attempt="third").settle()
    assert outcome_of(registry, "dead") is None
    assert outcome_of(registry, "third").receipt == registry.batch(1).receipt
    assert registry.verify() == []


def test_an_attempt_may_be_tried_again(registry_url: str, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """A scheduler tries again under the same attempt id: the draft left behind is continued, a receipt is replayed."""
    registry = opened(registry_url)
    path = export(tmp_path, ANA, ZOE)
    dead = registry.upload(path, attempt="nightly")
    assert outcome_of(registry, "nightly") is None
    assert opened(registry_url).upload(path, attempt="nightly").settle().batch == dead.id
    again = registry.upload(path, attempt="nightly").settle()
    assert again.receipt is not None
    assert (again.receipt.batch, again.receipt.replayed) == (dead.id, True)
    later = registry.upload(export(tmp_path, BEN, name="other.csv"), attempt="nightly").settle()
    assert outcome_of(registry, "nightly") == later
    assert finished(registry) == [dead.id, later.batch]
    assert registry.verify() == []


def test_two_files_about_one_credential_at_once(
    registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """Two files with different versions of one credential, at once: both land, one behind the other."""
    one, other = opened(registry_url), opened(registry_url)
    one.schema("credentials")
    for number in range(8):
        rows = [f"ana@example.org,Licence,{year}-01-01,,{number}" for year in (2024, 2025)]
        files = [export(tmp_path, row, name=f"{number}-{k}.csv") for k, row in enumerate(rows)]
        earlier, later = (r.upload(path) for r, path in zip((one, other), files, strict=True))
        earlier.review()
        later.review()
        first, second = at_once(earlier.finish, later.finish)
        kinds = (first.counts.new, first.counts.older, second.counts.new, second.counts.new_versions)
        assert kinds in {(1, 0, 0, 1), (0, 1, 1, 0)}
    frame = one.credentials()
    assert len(frame) == 16
    assert sorted(frame[frame["newest"]]["issue_date"].astype(str)) == ["2025-01-01"] * 8
    assert len(rows_of(one, "credentials")["credentials"]) == 8
    assert one.verify() == []


def test_same_row_in_two_files_at_once(registry_url: str, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """The same row in two different files, at once: written by one, unchanged in the other."""
    one, other = opened(registry_url), opened(registry_url)
    one.schema("credentials")
    for number in range(8):
        row = f"ana@example.org,Licence,2024-01-01,,{number}"
        batches = [
            r.upload(export(tmp_path, row, extra, name=f"{number}-{k}.csv"))
            for k, (r, extra) in enumerate([(one, ZOE), (other, ZOE + "x")])
        ]
        receipts = at_once(*(batch.finish for batch in batches))
        assert sorted((r.counts.new, r.counts.unchanged) for r in receipts) == [(0, 1), (1, 0)]
    assert len(one.credentials()) == 8
    assert one.verify() == []


def test_previewed_numbers_hold_or_are_refused(
    registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """When both were shown the same numbers only one may finish on them; the other is shown the new ones first."""
    one, other = opened(registry_url), opened(registry_url)
    one.schema("credentials")
    for number in range(6):
        row = f"ana@example.org,Licence,2024-01-01,,{number}"
        batches = [
            r.upload(export(tmp_path, row, extra, name=f"{number}-{k}.csv"))
            for k, (r, extra) in enumerate([(one, ZOE), (other, ZOE + "x")])
        ]
        for batch in batches:
            batch.preview()
        answers = at_once(*(batch.finish for batch in batches))
        refused = [answer for answer in answers if isinstance(answer, MovedError)]
        (problem,) = refused
        assert problem.reason == "counts_moved"
        assert problem.facts["before"] == Counts(rows=2, new=1, rejected=1)
        assert problem.facts["now"] == Counts(rows=2, unchanged=1, rejected=1)
        assert len([answer for answer in answers if isinstance(answer, Receipt)]) == 1
    assert len(finished(one)) == 6
    assert one.verify() == []


def test_two_approvers_at_once(registry_url: str, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """Two approvers at once decide each line once."""
    registries = [opened(registry_url, f"approver{k}@example.org") for k in range(2)]
    registries[0].schema("credentials")
    for number in range(4):
        rows = [f"ana@example.org,Licence,2024-01-01,,{number}-{k}" for k in range(3)]
        batch = registries[0].upload(export(tmp_path, *rows, name=f"{number}.csv"))
        batch.finish()
        decided = at_once(*(lambda r=r, n=batch.id: r.approve(n).decided for r in registries))
        assert sorted(decided) == [(), (2, 3, 4)]
    assert len(rows_of(registries[0], "decisions")["decisions"]) == 12
    assert registries[0].verify() == []


def test_backlog_by_many_is_what_one_would_have_made(
    registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """Many files about the same people at once: all go in, and make what one importer alone would have made."""
    registries = [opened(registry_url) for _ in range(IMPORTERS)]
    registries[0].schema("credentials")
    people = ("ana", "ben", "cara", "zoe")
    batches = []
    for number, registry in enumerate(registries):
        rows = [f"{who}@example.org,First Aid,20{10 + number}-01-01,,{number}" for who in people]
        batches.append(registry.upload(export(tmp_path, *rows, name=f"{number}.csv")))
    answers = at_once(*(batch.settle for batch in batches))
    assert [getattr(answer, "verdict", answer) for answer in answers] == ["partial"] * IMPORTERS
    frame = registries[0].credentials()
    assert len(frame) == 3 * IMPORTERS
    assert sorted(frame[frame["newest"]]["issue_date"].astype(str)) == ["2017-01-01"] * 3
    assert len(finished(registries[0])) == IMPORTERS
    assert registries[0].verify() == []


def test_users_loaded_while_files_are_finished(
    registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """A user is deactivated while files with her are finished: no credential is written for her afterwards."""
    importer, office = opened(registry_url), opened(registry_url)
    importer.schema("credentials")
    for number, status in enumerate(["deactivated", "active"] * 4):
        users = tmp_path / f"users-{number}.csv"
        users.write_text(f"Email,Status\nana@example.org,{status}\n")
        batch = importer.upload(export(tmp_path, ANA + f"{number}", CARA + f"{number}", name=f"{number}.csv"))
        batch.review()
        receipt, _loaded = at_once(batch.finish, lambda path=users: office.load("users", path))
        loaded = max(row[0] for row in rows_of(importer, "events")["events"] if row[1] == "load")
        active = (status == "active") == (receipt.audit_seq > loaded)
        assert receipt.counts.rejected == (0 if active else 1)
    assert importer.verify() == []


def test_schema_used_first_by_many_threads() -> None:
    """Eight threads that need a schema for the first time at the same moment all get it whole."""
    program = f"""
import sys, threading
from pathlib import Path
from credtools.schema import loading
folder, answers = Path({str(documents("schemas"))!r}), []
def use(barrier, name):
    barrier.wait()
    try:
        answers.append(len(loading.load(name, folder).rules) > 0)
    except Exception as problem:
        answers.append(str(problem))
sys.setswitchinterval(1e-5)
for name in ("credentials", "credential_types", "users"):
    barrier = threading.Barrier({IMPORTERS})
    threads = [threading.Thread(target=use, args=(barrier, name)) for _ in range({IMPORTERS})]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
print(set(answers))
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "{True}\n"


def test_outcome_is_the_same_for_every_order(home: Home, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """What stands in the end doesn't depend on which of two independent files came first."""
    files = [export(tmp_path, row, ZOE + str(k), name=f"{k}.csv") for k, row in enumerate((ANA, BEN))]
    found = []
    for order in (files, files[::-1]):
        registry = opened(home.copy_of(new_organisation))
        for path in order:
            registry.upload(path).settle()
        found.append(outcome(registry))
    assert found[0] == found[1]
