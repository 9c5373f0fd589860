"""Retention: what the organisation has kept long enough goes by itself; what is open or counts never does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from credtools.cli import main
from credtools.registry import Registry
from credtools.store import tables
from credtools.store.blocks import raw_values
from tests.builders import (
    ANA,
    APPROVER,
    BEN,
    MIXED,
    ZOE,
    export,
    ledger_of,
    load,
    only_sqlite,
    rows_of,
    seal_again,
    tamper,
)
from tests.canaries import figures
from tests.pictures import png
from tests.seams import killed_at

PASS = "ana@example.org,Passport,{},,"
FRIST = "cara@example.org,Frist Aid,2024-01-01,,"
OLD = datetime.now(UTC) - timedelta(days=400)


@pytest.fixture(autouse=True)
def folder(registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, whose settings lead to the registry of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    return tmp_path


def aged(registry: Registry, *numbers: int) -> None:
    """These batches, and what was done with their rejects and media, are 400 days old."""
    for number in numbers:
        old = {"old": OLD.isoformat(" "), "number": number}
        tamper(registry, "UPDATE batches SET uploaded_at = :old WHERE id = :number", **old)
        for statement in (
            "UPDATE batches SET finished_at = :old WHERE id = :number AND finished_at IS NOT NULL",
            "UPDATE rejects SET changed_at = :old WHERE batch_id = :number",
            "UPDATE patches SET removed_at = :old WHERE batch_id = :number AND removed_at IS NOT NULL",
        ):
            with registry.engine.begin() as connection:
                connection.exec_driver_sql(statement.replace(":old", f"'{old['old']}'").replace(":number", str(number)))
    seal_again(registry)


def kept_lines(registry: Registry) -> list[tuple[int, int]]:
    """Batch and line of the rows whose values are still there, those in blocks among them."""
    with registry.engine.connect() as connection:
        numbers = connection.execute(select(tables.batches.c.id)).scalars().all()
        return sorted((batch, line) for batch in numbers for (_, line, _), _ in raw_values(connection, batch))


def kept_files(registry: Registry) -> list[int]:
    """The batches whose bytes are still there."""
    return sorted(number for number in registry.batches()["batch"].tolist() if not registry.batch(number).erased)


def test_nothing_expires_by_itself(registry: Registry, folder: Path) -> None:
    """As long as the organisation hasn't said how long, everything is kept, and nothing is chained."""
    registry.upload(export(folder, *MIXED)).finish()
    aged(registry, 1)
    before = rows_of(registry)
    done = registry.retain()
    assert (str(done), done.audit_seq) == ("nothing", None)
    assert rows_of(registry) == before


def test_bytes_of_files(registry: Registry, folder: Path) -> None:
    """The bytes of files go when all their batches were settled long ago; not while one still waits."""
    registry.upload(export(folder, *MIXED)).finish()
    registry.upload(export(folder, ANA, name="young.csv")).finish()
    registry.upload(export(folder, BEN, name="draft.csv"))
    registry.upload(export(folder, ZOE, name="given_up.csv")).discard()
    aged(registry, 1, 3, 4)
    registry.set("keep_source_days", 365)
    told = figures(registry)
    assert str(registry.retain(dry_run=True)) == str(registry.retain()) == "2 files"
    assert kept_files(registry) == [2, 3]
    assert registry.batch(3).finish().counts.rows == 1
    assert registry.write_rejects(folder / "wrong.csv") == 1
    assert figures(registry)["code"] == told["code"]
    assert registry.verify() == []


def test_values_of_settled_rows(registry: Registry, folder: Path) -> None:
    """Raw values of accepted rows and closed rejects go; those of open rejects and of young batches stay."""
    batch = registry.upload(export(folder, ANA, ZOE, FRIST, BEN, "x,First Aid,2024-01-01,,"))
    batch.patch(5, "credential_type", "Licence")
    batch.patch(5, "credential_type", None)
    batch.finish()
    registry.waive(1, [4], "left the company")
    registry.upload(export(folder, ANA.replace("2024", "2025"), name="young.csv")).finish()
    aged(registry, 1)
    registry.set("keep_values_days", 365)
    told, before = figures(registry), registry.credentials()
    assert str(registry.retain()) == "3 rows · 1 reject · 1 patch"
    assert kept_lines(registry) == [(1, 3), (1, 6), (2, 2)]
    errors = registry.audit.rejects().set_index("line")["value"].fillna("(erased)").to_dict()
    assert errors == {3: "zoe@example.org", 4: "(erased)", 6: "x"}
    assert registry.credentials().equals(before)
    assert figures(registry) == told
    assert registry.verify() == []
    assert registry.upload(export(folder, ANA, ZOE, FRIST, BEN, "x,First Aid,2024-01-01,,")).finish().replayed
    registry.waive(1, [3], "left, too")
    aged(registry, 1)
    assert str(registry.retain()) == "1 row · 1 reject"
    assert registry.verify() == []


def test_values_of_unchanged_rows(registry: Registry, folder: Path) -> None:
    """Raw values of rows that lie in one block go with those of other settled rows; those of young batches stay."""
    for number, rows in enumerate([(ANA, BEN), (BEN, ANA, ZOE), (ZOE, BEN, ANA)], 1):
        registry.upload(export(folder, *rows, name=f"{number}.csv")).finish()
    assert kept_lines(registry) == [(1, 2), (1, 3), (2, 2), (2, 3), (2, 4), (3, 2), (3, 3), (3, 4)]
    aged(registry, 1, 2)
    registry.set("keep_values_days", 365)
    told = figures(registry)
    assert str(registry.retain()) == "5 rows · 1 reject"  # that of batch 2 came again, so it is closed
    assert kept_lines(registry) == [(3, 2), (3, 3), (3, 4)]
    assert figures(registry) == told
    assert registry.verify() == []
    assert ledger_of(registry, "batch_id", "line", "verdict")[2:5] == [
        (2, 2, "unchanged"),
        (2, 3, "unchanged"),
        (2, 4, "rejected"),
    ]


def test_media_of_versions_that_no_longer_count(registry: Registry, folder: Path) -> None:
    """Old media go once their version is declined, undone or replaced by one that counts; not before."""
    for number, year in enumerate((2020, 2021, 2022), 1):
        batch = registry.upload(export(folder, PASS.format(f"{year}-01-01"), name=f"{year}.csv"))
        batch.finish()
        (folder / f"{year}.png").write_bytes(png(number))
        batch.add_media(folder / f"{year}.png", {f"{year}.png": 2})
    approver = registry.__class__(registry.engine, registry.places, APPROVER)
    approver.approve(1)
    registry.set("keep_media_days", 365)
    tamper(registry, "UPDATE media SET added_at = :old", old=OLD.isoformat(" "))
    seal_again(registry)
    assert str(registry.retain()) == "nothing"  # 1 counts while 2 and 3 are pending
    approver.approve(2)
    assert str(registry.retain()) == "1 medium · 1 blob"
    approver.decline(3, [2], "not she")
    assert str(registry.retain()) == "1 medium · 1 blob"
    assert registry.media()["file"].tolist() == ["2021.png"]
    assert len([path for path in registry.blobs.folder.rglob("*") if path.is_file()]) == 1
    registry.undo(3)
    assert registry.verify() == []


def test_records_of_runs(registry: Registry, folder: Path) -> None:
    """The folders of old runs go whole, by the moment in their run.json; what doesn't say when it was stays."""
    for name, began in (("old", OLD), ("young", datetime.now(UTC)), ("unsaid", None)):
        run = folder / "runs" / name
        (run / "sub").mkdir(parents=True)
        (run / "report.html").write_text("x")
        if began:
            (run / "run.json").write_text(json.dumps({"began": began.isoformat()}))
    registry.set("keep_runs_days", 365)
    assert str(registry.retain(dry_run=True)) == str(registry.retain()) == "1 run"
    assert sorted(path.name for path in (folder / "runs").iterdir()) == ["unsaid", "young"]
    assert str(registry.retain()) == "nothing"
    assert registry.verify() == []


def test_the_event_holds_counts_and_numbers(registry: Registry, folder: Path) -> None:
    """Each retention is one event, with counts and ranges of lines, and no value."""
    registry.upload(export(folder, ANA, BEN, ZOE)).finish()
    aged(registry, 1)
    registry.set("keep_values_days", 365)
    done = registry.retain()
    told = json.loads(rows_of(registry, "events")["events"][(done.audit_seq or 0) - 1][3])
    assert (told["kind"], told["lines"], told["reason"]) == ("erase", {"1": [[2, 3]]}, "kept long enough")
    assert told["counts"]["rows"] == 2
    assert "@" not in json.dumps({**told, "by": ""})


def test_a_person_is_erased_after_retention(registry: Registry, folder: Path) -> None:
    """What retention has left of a person can still be erased, and both together verify."""
    registry.upload(export(folder, ANA, ZOE)).finish()
    registry.upload(export(folder, ANA, BEN, name="b.csv")).finish()
    aged(registry, 1)
    for key in ("keep_values_days", "keep_source_days"):
        registry.set(key, 365)
    registry.retain()
    done = registry.erase("ana@example.org", "asked for it")
    assert str(done) == "1 row · 1 version · 1 file"
    assert registry.verify() == []


@only_sqlite
def test_expired_at_the_prompt(registry: Registry, folder: Path) -> None:
    """`erase --expired` shows what goes, and does it with --yes."""
    registry.upload(export(folder, ANA)).finish()
    load(registry, folder, users="Email\nnew@example.org\n")
    aged(registry, 1)
    assert CliRunner().invoke(main, ["settings", "keep_source_days", "30"]).exit_code == 0
    asked = CliRunner().invoke(main, ["erase", "--expired"])
    assert (asked.exit_code, asked.stderr) == (
        2,
        (
            "This will be erased permanently: 1 file\n"
            "credtools: Nothing was erased. Use --yes to erase without being asked.\n"
        ),
    )
    done = CliRunner().invoke(main, ["erase", "--expired", "--yes"])
    assert (done.exit_code, done.stdout) == (0, "erased: 1 file\n")
    for yes in ((), ("--yes",)):
        none = CliRunner().invoke(main, ["erase", "--expired", *yes])
        sentence = "Nothing is older than the settings keep_…_days allow, so nothing was erased.\n"
        assert (none.exit_code, none.stdout, none.stderr) == (0, sentence, "")
    told = json.loads(CliRunner().invoke(main, ["erase", "--expired", "--json"]).stdout)
    assert (set(told["erased"].values()), told["waiting"], told["audit_seq"]) == ({0}, [], None)
    assert CliRunner().invoke(main, ["verify"]).exit_code == 0


@only_sqlite
@pytest.mark.parametrize(
    "seam",
    [
        *("COMMIT", "os.remove report.html"),
        *(pytest.param(seam, marks=pytest.mark.long) for seam in ("BEGIN IMMEDIATE", "os.remove blobs", "VACUUM")),
    ],
)
def test_killed_at_the_seams(registry: Registry, registry_url: str, folder: Path, seam: str) -> None:
    """Killed anywhere, retention is finished by the next one, which finds what is left."""
    batch = registry.upload(export(folder, PASS.format("2020-01-01"), ZOE))
    batch.finish()
    (folder / "a.png").write_bytes(png())
    batch.add_media(folder / "a.png", {"a.png": 2})
    tamper(registry, "UPDATE media SET added_at = :old", old=OLD.isoformat(" "))
    seal_again(registry)
    registry.undo(1)
    aged(registry, 1)
    run = folder / "runs" / "old"
    run.mkdir(parents=True)
    (run / "report.html").write_text("x")
    (run / "run.json").write_text(json.dumps({"began": OLD.isoformat()}))
    for key in ("keep_source_days", "keep_values_days", "keep_media_days", "keep_runs_days"):
        registry.set(key, 365)
    registry.engine.dispose()
    assert killed_at(seam, registry_url, folder, "retain")
    registry.retain()
    assert str(registry.retain()) == "nothing"
    assert (kept_lines(registry), kept_files(registry)) == ([], [])
    assert [path for path in (*run.parent.rglob("*"), *registry.blobs.folder.rglob("*")) if path.is_file()] == []
    assert registry.verify() == []
