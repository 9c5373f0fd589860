"""Over time: what a source said, what comes again, what stands, what is no longer listed; cases of other systems."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import credtools as ct
from credtools import store
from credtools.cli import main
from credtools.registry import Registry, validity
from credtools.store import tables
from tests.builders import APPROVER, export, long_on_a_server, only_sqlite, rows_of, write
from tests.clicks import Clicks
from tests.conftest import Home
from tests.nights import HEADINGS, Held, Nights, codes, company, counted

ANA, BEN, CLEO = ("ana", "Forklift"), ("ben", "Forklift"), ("cleo", "Forklift")
SHORT = "User email,Credential type,Issue date"
STATUS = f"{HEADINGS},Status"
PLAIN = "date_format: YYYY-MM-DD\n"
FULL = f"{PLAIN}export: full\n"
WORDS = "status: {valid: [Active], withdrawn: [Revoked], leave_out: [Draft]}\n"


def forklift(who: str, issued: str = "2024-01-01", expires: str = "2029-01-01", number: str = "F-1") -> str:
    return f"{who}@example.org,Forklift,{issued},{expires},{number}"


def others(count: int, start: int = 0) -> list[str]:
    """Rows of one person with different numbers, to make a list long."""
    return [f"fay@example.org,Scaffolding,2024-01-01,2029-01-01,S-{k}" for k in range(start, start + count)]


@pytest.fixture
def nights(opened: Callable[..., Registry], home: Home, tmp_path: Path) -> Nights:
    return Nights(opened(home.copy_of(company)), tmp_path)


# --- cases of other systems, by whole commands ------------------------------------------------------------------


class Prompt:
    """The commands of a case, in a folder of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url

    def __call__(self, *arguments: str | Path, code: int = 0) -> list[dict[str, Any]]:
        """Runs a command with --json; gives its objects. On a server as a process, which leaves no connection open."""
        words = [*map(str, arguments), "--json"]
        if self.url.startswith("sqlite"):
            result = CliRunner().invoke(main, words)
            assert result.exit_code == code, result.output
            return [json.loads(line) for line in result.stdout.splitlines()]
        done = subprocess.run([sys.executable, "-m", "credtools", *words], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def imports(self, file: Path, recipe: Path | None = None) -> dict[str, Any]:
        """What `import` says of a file, without the process of its own in which that runs."""
        registry = ct.open(self.url, by=APPROVER)
        try:
            return dict(registry.upload(file, recipe).settle().as_dict())
        finally:
            registry.engine.dispose()

    def checks(self, file: Path, recipe: Path | None = None) -> dict[str, int]:
        """The warnings of `check`, by code."""
        registry = ct.open(self.url, by=APPROVER)
        try:
            return {one.code: one.count for one in registry.check(file, recipe).warnings}
        finally:
            registry.engine.dispose()

    def file(self, name: str, *rows: str, headings: str = HEADINGS) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return export(path.parent, *rows, name=path.name, headings=headings)


@pytest.fixture
def prompt(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prompt:
    """An organisation as in the cases, and what a person or scheduler types."""
    url = home.copy_of(company)
    monkeypatch.chdir(tmp_path)
    for name in ("CREDTOOLS_SCHEMAS", "CREDTOOLS_RUNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CREDTOOLS_DATABASE", url)
    monkeypatch.setenv("CREDTOOLS_BY", APPROVER)
    return Prompt(tmp_path, url)


@pytest.fixture
def asked(prompt: Prompt, opened: Callable[..., Registry], tmp_path: Path) -> Nights:
    """The registry of the prompt, to look into."""
    return Nights(opened(prompt.url), tmp_path)


def kinds(answer: dict[str, Any]) -> dict[str, int]:
    return {one["code"]: one["count"] for one in answer["warnings"]}


def verdicts(answer: dict[str, Any]) -> dict[str, int]:
    names = ("new", "new_versions", "older", "withdrawn", "unchanged", "rejected", "left_out", "waiting")
    return {name: answer[name] for name in names if answer[name]}


@long_on_a_server
def test_case_10b_columns_that_a_file_lacks(prompt: Prompt, asked: Nights) -> None:
    """A file of three columns makes no version: what it doesn't have isn't said, and nothing is lost."""
    rows = (forklift("ana", number="F-77"), "ben@example.org,Welding,2024-01-01,2026-01-01,W-1")
    (first,) = prompt("import", prompt.file("a.csv", *rows))
    assert verdicts(first) == {"new": 2}
    prompt("approve", "1")
    before = asked.counting()
    lacking = prompt.file(
        "c.csv", "ana@example.org,Forklift,2024-01-01", "ben@example.org,Welding,2024-01-01", headings=SHORT
    )
    (checked,) = prompt("check", lacking)
    assert "value_lost" not in kinds(checked)
    (second,) = prompt("import", lacking)
    assert verdicts(second) == {"unchanged": 2}
    assert "value_lost" not in kinds(second)
    assert (
        asked.counting()
        == before
        == {
            ANA: Held("2024-01-01", "2029-01-01", "F-77"),
            ("ben", "Welding"): Held("2024-01-01", "2026-01-01", "W-1"),
        }
    )
    assert asked.registry.verify() == []


def test_case_10c_the_wizard_says_the_same(nights: Nights) -> None:
    """What the wizard counts before the last click is what finishing does: nothing changes, nothing is lost."""
    nights.send("manual", forklift("ana", number="F-77"), forklift("ben", number="F-78"))
    clicks = Clicks(nights.registry)
    content = f"{SHORT}\nana@example.org,Forklift,2024-01-01\nben@example.org,Forklift,2024-01-01\n"
    clicks.upload("c.csv", content.encode())
    for _ in range(4):
        if "counts" in clicks.state or clicks.state.get("step") == "finish":
            break
        clicks("next")
    batch = nights.registry.batch(2)
    assert batch.preview().as_dict() == batch.finish().counts.as_dict()
    assert counted_of(batch.counts.as_dict()) == {"unchanged": 2}
    assert nights.counting()[ANA] == Held("2024-01-01", "2029-01-01", "F-77")


def counted_of(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count and name not in ("rows", "accepted")}


@pytest.mark.parametrize("recipe", [True, False], ids=["by a recipe", "manual"])
def test_case_11_back_to_the_old_value(prompt: Prompt, asked: Nights, *, recipe: bool) -> None:
    """2029 → 2026 → 2029: the third file is a correction that counts, and `import` says so as `check` does."""
    flags = write(prompt.folder, "hr.yaml", PLAIN) if recipe else None
    right, wrong = forklift("ana"), forklift("ana", expires="2026-01-01")
    for name, row in (("a.csv", right), ("b.csv", wrong)):
        prompt.imports(prompt.file(name, row, forklift("ben", number="F-2")), flags)
    assert asked.counting()[ANA].expires == "2026-01-01"
    again = prompt.file("c.csv", right, forklift("ben", number="F-2"), forklift("eve", number="F-3"))
    checked = prompt.checks(again, flags)
    assert checked["corrected_back"] == 1
    third = prompt.imports(again, flags)
    assert verdicts(third) == {"new": 1, "new_versions": 1, "unchanged": 1}
    assert kinds(third)["corrected_back"] == 1
    assert asked.counting()[ANA].expires == "2029-01-01"
    asked.registry.undo(3)
    assert asked.counting()[ANA].expires == "2026-01-01"
    assert asked.registry.verify() == []


@pytest.mark.parametrize("export_", ["full", "part"])
def test_case_12_issue_date_mistyped(prompt: Prompt, asked: Nights, export_: str) -> None:
    """An earlier issue date corrects the row that a full list no longer holds; of a part it is older, and said."""
    recipe = write(prompt.folder, "hr.yaml", f"{PLAIN}export: {export_}\n")
    prompt.imports(prompt.file("a.csv", forklift("ana", "2025-12-03", "2030-12-03")), recipe)
    corrected = prompt.file("b.csv", forklift("ana", "2025-03-12", "2030-03-12"))
    checked = prompt.checks(corrected, recipe)
    second = prompt.imports(corrected, recipe)
    if export_ == "full":
        assert checked["issue_date_corrected"] == kinds(second)["issue_date_corrected"] == 1
        assert verdicts(second) == {"new_versions": 1}
        assert asked.counting()[ANA] == Held("2025-03-12", "2030-03-12", "F-1")
    else:
        assert "issue_date_corrected" not in kinds(second)
        assert verdicts(second) == {"older": 1}
        assert checked["older_than_stored"] == kinds(second)["older_than_stored"] == 1
        assert asked.counting()[ANA] == Held("2025-12-03", "2030-12-03", "F-1")
    assert asked.versions() == 2
    asked.registry.undo(2)
    assert asked.counting()[ANA] == Held("2025-12-03", "2030-12-03", "F-1")
    assert asked.registry.verify() == []


def test_case_12_after_another_correction(nights: Nights) -> None:
    """All that was said of a mistyped issue date goes with it: none of its earlier versions counts in its place."""
    nights.recipe("hr", f"{PLAIN}export: full\n")
    nights.send("hr", forklift("ana", "2025-12-03", "2030-12-03"))
    nights.send("hr", forklift("ana", "2025-12-03", "2031-12-03"))
    done = nights.send("hr", forklift("ana", "2025-03-12", "2030-03-12"))
    assert codes(done)["issue_date_corrected"] == 1
    (counts,) = validity.counting(nights.registry.credentials()).to_dict("records")
    assert str(counts["issue_date"])[:10] == "2025-03-12"
    assert nights.counting()[ANA] == Held("2025-03-12", "2030-03-12", "F-1")
    assert nights.registry.verify() == []
    assert nights.send("hr", forklift("ana", "2025-03-12", "2030-03-12"), forklift("ben")).verdict == "ok"
    nights.registry.undo(4)
    nights.registry.undo(3)
    assert nights.counting()[ANA] == Held("2025-12-03", "2031-12-03", "F-1")
    assert nights.registry.verify() == []


def test_case_12_as_it_was_counted_before(nights: Nights) -> None:
    """A registry in which an earlier version of a corrected date counted is put right when its layout is upgraded."""
    nights.recipe("hr", f"{PLAIN}export: full\n")
    for issued, expires in ("2025-12-03", "2030-12-03"), ("2025-12-03", "2031-12-03"), ("2025-03-12", "2030-03-12"):
        nights.send("hr", forklift("ana", issued, expires))
    credential, engine = tables.credentials, nights.registry.engine
    with engine.begin() as connection:
        connection.execute(credential.update().values(head_version_id=1))
    assert nights.registry.verify() != []
    with engine.begin() as connection:
        store.baseline.parts(connection)
    assert nights.registry.verify() == []
    assert nights.counting()[ANA] == Held("2025-03-12", "2030-03-12", "F-1")


def test_case_12_pending_correction(prompt: Prompt, asked: Nights) -> None:
    """A correction of the issue date counts from its approval on; until then the old one does."""
    recipe = write(prompt.folder, "hr.yaml", FULL)
    for name, issued in (("a.csv", "2025-12-03"), ("b.csv", "2025-03-12")):
        prompt.imports(prompt.file(name, f"ana@example.org,Welding,{issued},2030-12-03,"), recipe)
        if name == "a.csv":
            asked.registry.approve(1)
    assert asked.counting()["ana", "Welding"].issued == "2025-12-03"
    asked.registry.approve(2)
    assert asked.counting()["ana", "Welding"].issued == "2025-03-12"
    (head,) = [row for row in asked.registry.credentials().itertuples() if row.newest]
    assert str(head.issue_date)[:10] == "2025-03-12"
    asked.registry.undo(2)
    assert asked.counting()["ana", "Welding"].issued == "2025-12-03"
    assert asked.registry.verify() == []


@long_on_a_server
def test_case_22_same_name_twice_a_day(prompt: Prompt, asked: Nights) -> None:
    """Morning, afternoon, morning: the first two are batches; the third is replayed, for it would change nothing."""
    zoe = "zoe@example.org,First Aid,2025-01-01,2028-01-01,0"
    ana, ben = (f"{who}@example.org,First Aid,2025-01-01,2028-01-01,{k}" for k, who in enumerate(("ana", "ben")))
    recipe = write(prompt.folder, "hr.yaml", f"{PLAIN}")
    am = prompt.file("am/export.csv", ana, zoe)
    pm = prompt.file("pm/export.csv", ana, ben, zoe)
    first, second = prompt("import", am, pm, "--recipe", recipe)
    assert (verdicts(first), verdicts(second)) == ({"new": 1, "rejected": 1}, {"new": 1, "unchanged": 1, "rejected": 1})
    (third,) = prompt("import", am, "--recipe", recipe)
    assert third["batch"] == 1
    assert asked.rejects() == [(1, 3, "superseded"), (2, 4, "open")]
    assert asked.registry.batches().query("state == 'finished'")["batch"].tolist() == [2, 1]
    assert asked.registry.verify() == []


@long_on_a_server
def test_case_29_revoked_and_absent(prompt: Prompt, asked: Nights) -> None:
    """A later full list: *Revoked* is withdrawn, what is missing is unlisted and still counts."""
    recipe = write(prompt.folder, "fl.yaml", f"{PLAIN}export: {{full: 0.5}}\n")
    first = [forklift(who).rsplit(",", 1)[0] for who in ("ana", "ben", "cleo")]
    headings = HEADINGS.rsplit(",", 1)[0]
    prompt("import", prompt.file("a.csv", *first, headings=headings), "--recipe", recipe)
    write(prompt.folder, "fl.yaml", f"{PLAIN}export: {{full: 0.5}}\n{WORDS}")
    later = prompt.file("b.csv", f"{first[0]},Active", f"{first[1]},Revoked", headings=f"{headings},Status")
    (second,) = prompt("import", later, "--recipe", recipe)
    assert verdicts(second) == {"withdrawn": 1, "unchanged": 1}
    assert set(asked.counting()) == {ANA, CLEO}
    assert asked.states("fl") == {ANA: "valid", BEN: "withdrawn", CLEO: "unlisted"}
    prompt("undo", "2")
    assert set(asked.counting()) == {ANA, BEN, CLEO}
    assert asked.states("fl") == {ANA: "valid", BEN: "valid", CLEO: "valid"}
    assert asked.registry.verify() == []


def test_case_34_wrong_file_approved(prompt: Prompt, asked: Nights) -> None:
    """The wrong file alone is undone, with the counts before; the right one on top stays approved."""
    headings = HEADINGS.rsplit(",", 1)[0]
    ana, ben, zoe = (
        "{}@example.org,{},{}".format(*one)
        for one in (
            ("ana", "First Aid", "{},{}"),
            ("ben", "Welding", "{},{}"),
            ("zoe", "First Aid", "2021-01-01,2024-01-01"),
        )
    )
    wrong = (ana.format("2021-01-01", "2024-01-01"), ben.format("2021-01-01", "2026-01-01"), zoe)
    right = (ana.format("2025-01-01", "2028-01-01"), ben.format("2025-01-01", "2030-01-01"))
    for name, rows in {"before": (ben.format("2020-01-01", "2025-01-01"), zoe), "wrong": wrong, "right": right}.items():
        prompt.imports(prompt.file(f"{name}.csv", *rows, headings=headings))
        asked.registry.approve(len(asked.registry.batches()))
    counts = asked.counting()
    seen = asked.registry.undo(2, dry_run=True)
    assert (seen.fallen, dict(seen.kept)) == (2, {})
    asked.registry.undo(2)
    assert asked.counting() == counts
    assert asked.versions() == 3
    assert asked.open_rejects() == [(1, 3)]
    assert asked.registry.verify() == []
    again = prompt.imports(prompt.file("wrong.csv", *wrong, headings=headings))
    assert (again["batch"], verdicts(again)) == (4, {"older": 2, "rejected": 1})


def test_case_35_two_sources_fight(prompt: Prompt, asked: Nights) -> None:
    """Each source's change of mind is a version; repeating itself is none, and whose word counts is told."""
    hr, lms = (write(prompt.folder, f"{name}.yaml", PLAIN) for name in ("hr", "lms"))
    bne = "bne@example.org,First Aid,2025-01-01,2028-01-01,"
    late = forklift("ana", expires="2029-01-31")
    cleo = bne.replace("bne", "cleo")
    first = prompt.imports(prompt.file("hr.csv", forklift("ana"), bne), hr)
    second = prompt.imports(prompt.file("lms.csv", late, bne, cleo), lms)
    third = prompt.imports(prompt.file("hr2.csv", forklift("ana"), bne.replace("bne", "ben")), hr)
    assert verdicts(first) == {"new": 1, "rejected": 1}
    assert verdicts(second) == {"new": 1, "new_versions": 1, "rejected": 1}
    assert verdicts(third) == {"new": 1, "unchanged": 1}
    assert kinds(third)["other_source_counts"] == 1
    assert asked.counting()[ANA].expires == "2029-01-31"
    assert asked.registry.verify() == []


# --- what a source said -----------------------------------------------------------------------------------------


@only_sqlite
def test_a_correction_says_nothing_of_other_issue_dates(nights: Nights) -> None:
    """What a source says of one issue date stays when the row of another is corrected, also once it is found anew."""
    registry = nights.registry
    wrong, right = forklift("ana", "2024-13-01"), forklift("ana", "2025-01-01", "2030-01-01")
    nights.send("hr", wrong, right)
    path = nights.folder / "rejects.csv"
    registry.write_rejects(path)
    path.write_text(path.read_text("utf-8-sig").replace("2024-13-01", "2024-12-01"), "utf-8-sig")
    registry.correct(path)
    both = [
        ("valid", issued, expires, "F-1")
        for issued, expires in (("2025-01-01", "2030-01-01"), ("2024-12-01", "2029-01-01"))
    ]
    assert nights.words("hr")[ANA] == both
    assert registry.verify() == []
    assert "other_source_counts" not in codes(nights.send("hr", wrong, right, forklift("ben")))
    registry.undo(3)
    assert nights.words("hr")[ANA] == both
    assert registry.verify() == []


def test_two_sources_that_disagree(nights: Nights) -> None:
    """For ten nights two sources say different things: after the first round no version, and nobody is held."""
    nights.send("hr", forklift("ana"))
    nights.send("lms", forklift("ana", expires="2030-01-01"))
    for night in range(10):
        hr = nights.send("hr", forklift("ana"), forklift("ben", number=f"N-{night}"))
        lms = nights.send("lms", forklift("ana", expires="2030-01-01"), forklift("cleo", number=f"N-{night}"))
        assert (hr.verdict, lms.verdict) == ("ok", "ok")
        assert (hr.counts.unchanged, lms.counts.unchanged) == (1, 1)
        assert codes(hr)["other_source_counts"] == 1
        assert "other_source_counts" not in codes(lms)
    assert len(nights.registry.credentials().query("user_email == 'ana@example.org'")) == 2
    assert nights.counting()[ANA].expires == "2030-01-01"
    assert nights.registry.verify() == []


def test_two_sources_of_which_one_knows_no_number(nights: Nights) -> None:
    """`value_lost` is judged against the source's own word: asked for once, who never said a number loses none."""
    nights.send("hr", forklift("ana"))
    first = nights.send("lms", forklift("ana", number=""))
    assert (first.verdict, codes(first)["value_lost"]) == ("held", 1)
    nights.registry.batch(first.batch or 0).finish()  # a person has seen it
    for night in range(3):
        hr = nights.send("hr", forklift("ana"), forklift("ben", number=f"N-{night}"))
        lms = nights.send("lms", forklift("ana", number=""), forklift("cleo", number=f"N-{night}"))
        assert (hr.verdict, lms.verdict) == ("ok", "ok")
        assert "value_lost" not in codes(hr) | codes(lms)
        assert (hr.counts.unchanged, lms.counts.unchanged) == (1, 1)


def test_a_source_without_a_word_is_compared_with_what_is_stored(nights: Nights) -> None:
    """Equals the counting version: unchanged; an older one: unchanged, `older_than_stored`; from then on its word."""
    nights.send("hr", forklift("ana", "2023-01-01"))
    nights.send("hr", forklift("ana", "2024-01-01"))
    same = nights.send("lms", forklift("ana", "2024-01-01"), forklift("ben"))
    assert counted(same) == {"new": 1, "unchanged": 1}
    assert "older_than_stored" not in codes(same)
    old = nights.send("sap", forklift("ana", "2023-01-01"))
    assert (counted(old), codes(old)["older_than_stored"]) == ({"unchanged": 1}, 1)
    assert nights.words("lms")[ANA] == [("valid", "2024-01-01", "2029-01-01", "F-1")]
    assert nights.words("sap")[ANA] == [("valid", "2023-01-01", "2029-01-01", "F-1")]
    assert nights.counting()[ANA].issued == "2024-01-01"
    news = nights.send("sap", forklift("ana", "2024-01-01", "2031-01-01"))
    assert counted(news) == {"new_versions": 1}
    assert nights.counting()[ANA].expires == "2031-01-01"


def test_said_back_and_forth(nights: Nights) -> None:
    """X, Y, X, Y: each is a version that counts, one a night; the same night twice is none."""
    ends = ("2029-01-01", "2026-01-01", "2029-01-01", "2026-01-01")
    for night, end in enumerate(ends):
        done = nights.send("hr", forklift("ana", expires=end), forklift("ben", number=f"N-{night}"))
        assert done.counts.new + done.counts.new_versions == 2
        assert codes(done).get("corrected_back", 0) == (night > 1)
        assert nights.counting()[ANA].expires == end
        again = nights.send("hr", forklift("ana", expires=end), forklift("ben", number=f"N-{night}"), " ,,,,")
        assert again.counts.unchanged >= 2
    for night, end in reversed(list(enumerate(ends))):
        assert nights.counting()[ANA].expires == end
        for number in (2 * night + 2, 2 * night + 1):
            if nights.registry.batch(number).state == "finished":
                nights.registry.undo(number)
        assert nights.registry.verify() == []
    assert nights.counting() == {}


def test_another_source_has_spoken_in_between(nights: Nights) -> None:
    """What hr says: X, then lms Y, hr X: unchanged; hr Z, then X: news of hr, and X counts over Y."""
    x, y, z = (forklift("ana", expires=f"{year}-01-01") for year in (2029, 2030, 2031))
    nights.send("hr", x)
    nights.send("lms", y)
    assert counted(nights.send("hr", x, "ben@example.org,Induction,2024-01-01,,")) == {"new": 1, "unchanged": 1}
    assert nights.counting()[ANA].expires == "2030-01-01"
    assert counted(nights.send("hr", z)) == {"new_versions": 1}
    back = nights.send("hr", x, "cleo@example.org,Induction,2024-01-01,,")
    assert (counted(back), codes(back)["corrected_back"]) == ({"new": 1, "new_versions": 1}, 1)
    assert nights.counting()[ANA].expires == "2029-01-01"
    assert counted(nights.send("lms", y, "dov@example.org,Induction,2024-01-01,,")) == {"new": 1, "unchanged": 1}
    assert nights.counting()[ANA].expires == "2029-01-01"


def test_declined_is_never_pending_again(nights: Nights) -> None:
    """A, B declined, A, B: the declined content is unchanged, `declined_before`, however often it comes."""
    a, b = (f"ana@example.org,Welding,2024-01-01,{year}-01-01," for year in (2029, 2030))
    nights.send("hr", a)
    nights.registry.approve(1)
    nights.send("hr", b)
    nights.registry.decline(2, [2], "no signature")
    for night in range(3):
        for row, declined in ((a, False), (b, True)):
            done = nights.send("hr", row, f"ben@example.org,Induction,2024-01-0{night + 1},,{declined}")
            assert done.counts.unchanged == 1, (night, declined)
            assert codes(done).get("declined_before", 0) == declined
    decisions = nights.registry.credentials().query("credential_type == 'Welding'")["decision"].tolist()
    assert sorted(decisions) == ["approved", "declined"]
    assert nights.counting()["ana", "Welding"].expires == "2029-01-01"


def test_manual_has_no_memory(nights: Nights) -> None:
    """Without a source there is no word; what equals an older version counts again only when that is asked for."""
    nights.send("manual", forklift("ana"))
    nights.send("manual", forklift("ana", expires="2026-01-01"))
    assert rows_of(nights.registry, "words")["words"] == []


def test_identical_bytes_of_another_source(nights: Nights) -> None:
    """They give that source its word, and are never replayed."""
    nights.send("hr", forklift("ana"), name="export.csv")
    done = nights.send("lms", forklift("ana"), name="export.csv")
    assert (counted(done), done.batch) == ({"unchanged": 1}, 2)
    assert done.receipt
    assert not done.receipt.replayed
    assert nights.words("lms") == nights.words("hr") != {}
    nights.registry.undo(1)
    assert set(nights.counting()) == {ANA}
    assert nights.words("hr") == {}
    assert nights.registry.verify() == []


@pytest.mark.parametrize("blanks", ["", "keep", "clear"])
def test_blank_cells(nights: Nights, blanks: str) -> None:
    """A blank over a value: kept, cleared, or – unsaid – counted with the old value and held for a person."""
    nights.recipe("hr", PLAIN + (f"blanks: {blanks}\n" if blanks else ""))
    nights.send("hr", forklift("ana"), forklift("ben"))
    done = nights.send("hr", forklift("ana", expires=""), forklift("ben"))
    if blanks == "keep":
        assert (counted(done), codes(done).get("value_lost", 0)) == ({"unchanged": 2}, 0)
    elif blanks == "clear":
        assert (counted(done), codes(done)["value_cleared"]) == ({"new_versions": 1, "unchanged": 1}, 1)
    else:
        assert (done.verdict, codes(done)["value_lost"]) == ("held", 1)
        assert done.held_because
    expires = "" if blanks == "clear" else "2029-01-01"
    assert nights.counting()[ANA] == Held("2024-01-01", expires, "F-1")
    if not blanks:
        batch = nights.registry.batch(done.batch or 0)
        (warning,) = [one for one in batch.errors.itertuples() if one.code == "value_lost"]
        assert "2029-01-01" in warning.resolution
        batch.finish()  # a person has seen it
        assert nights.counting()[ANA].expires == ""
    assert nights.registry.verify() == []


@pytest.mark.parametrize("blanks", ["", "keep", "clear"])
def test_a_renewal_loses_nothing(nights: Nights, blanks: str) -> None:
    """Another issue date is another card: the earlier version keeps its values, and nothing is asked about blanks."""
    nights.recipe("hr", PLAIN + (f"blanks: {blanks}\n" if blanks else ""))
    nights.send("hr", forklift("ana"), forklift("ben"))
    lacking = nights.send("matrix", "ana@example.org,Forklift,2025-01-01", headings=SHORT)
    renewed = nights.send("hr", forklift("ben", "2025-01-01", "", ""), forklift("ana"))
    for done in (lacking, renewed):
        assert (done.verdict, done.counts.new_versions, "value_lost" in codes(done)) == ("ok", 1, False)
    assert nights.counting() == {ANA: Held("2025-01-01", "", ""), BEN: Held("2025-01-01", "", "")}
    kept = nights.registry.credentials()
    assert sorted(kept["credential_number"]) == ["", "", "F-1", "F-1"]
    assert nights.registry.verify() == []


def test_a_renewal_that_another_source_has_said(nights: Nights) -> None:
    """A blank over what another source said of the same issue date is asked about, unless one's own word was blank."""
    nights.send("hr", forklift("ana", "2025-01-01"), forklift("ben", "2025-01-01"))
    nights.send("lms", forklift("ana", "2023-01-01", "2024-01-01"), forklift("ben", "2023-01-01", "2024-01-01", ""))
    done = nights.send("lms", forklift("ana", "2025-01-01", number=""), forklift("ben", "2025-01-01", number=""))
    assert (done.verdict, codes(done)["value_lost"]) == ("held", 1)


def test_what_the_recipe_says_of_blanks_is_not_advised(nights: Nights) -> None:
    """Where blanks clear, the warning counts what that did; it doesn't ask for what was said."""
    nights.send("hr", forklift("ana"))
    for blanks, code in (("", "value_lost"), ("blanks: clear\n", "value_cleared")):
        nights.recipe("hr", PLAIN + blanks)
        done = nights.send("hr", forklift("ana", number=""))
        (warning,) = done.warnings
        assert (warning.code, "blanks:" in warning.sentence) == (code, not blanks)


def test_a_blank_that_the_source_said_before(nights: Nights) -> None:
    """Who never said an expiration date loses none, and needs no decision about blanks."""
    nights.send("hr", forklift("ana", expires=""))
    nights.send("lms", forklift("ana"))
    done = nights.send("hr", forklift("ana", expires=""), forklift("ben"))
    assert (done.verdict, counted(done)) == ("ok", {"new": 1, "unchanged": 1})
    assert "value_lost" not in codes(done)


def test_a_column_that_is_absent_for_three_nights(nights: Nights) -> None:
    """Silence about a column changes nothing; when it returns with the old value nothing has changed either."""
    nights.send("hr", forklift("ana"), forklift("ben"))
    for night in range(3):
        done = nights.send(
            "hr",
            "ana@example.org,Forklift,2024-01-01",
            "ben@example.org,Forklift,2024-01-01",
            f"eve@example.org,Induction,2024-01-0{night + 1}",
            headings=SHORT,
        )
        assert done.counts.unchanged == 2
        assert "value_lost" not in codes(done)
        assert nights.counting()[ANA] == Held("2024-01-01", "2029-01-01", "F-1")
        assert nights.words("hr")[ANA] == [("valid", "2024-01-01", "2029-01-01", "F-1")]
    back = nights.send("hr", forklift("ana"), forklift("ben", expires="2030-01-01"))
    assert counted(back) == {"unchanged": 1, "new_versions": 1}
    assert "corrected_back" not in codes(back)
    assert nights.registry.verify() == []


def test_partial_columns_beside_another_source(nights: Nights) -> None:
    """A word is per column: a file without the number repeats its source's word, whatever number others say."""
    nights.send("hr", "ana@example.org,Forklift,2024-01-01,2029-01-01", headings=HEADINGS.rsplit(",", 1)[0])
    nights.send("lms", forklift("ana", number="F-9"))
    again = nights.send(
        "hr",
        "ana@example.org,Forklift,2024-01-01,2029-01-01",
        "ben@example.org,Forklift,2024-01-01,2029-01-01",
        headings=HEADINGS.rsplit(",", 1)[0],
    )
    assert counted(again) == {"new": 1, "unchanged": 1}
    assert nights.counting()[ANA].number == "F-9"
    later = nights.send("hr", "ana@example.org,Forklift,2024-01-01,2032-01-01", headings=HEADINGS.rsplit(",", 1)[0])
    assert counted(later) == {"new_versions": 1}
    assert nights.counting()[ANA] == Held("2024-01-01", "2032-01-01", "F-9")  # of the version that counted


def test_another_issue_date_inherits_nothing(nights: Nights) -> None:
    """For a renewal of which the file says no expiry and number, those of the old one aren't taken over."""
    nights.send("hr", forklift("ana"))
    done = nights.send("hr", "ana@example.org,Forklift,2028-12-01", headings=SHORT)
    if done.verdict == "held":  # as a blank cell
        nights.registry.batch(done.batch or 0).finish()
    assert nights.counting()[ANA] == Held("2028-12-01", "", "")


# --- replay -----------------------------------------------------------------------------------------------------


def test_morning_afternoon_morning(nights: Nights) -> None:
    """X, then Y, then the very bytes of X again is a correction back, not a replay; X once more is one."""
    x, y = forklift("ana"), forklift("ana", expires="2026-01-01")
    assert counted(nights.send("hr", x, name="am.csv")) == {"new": 1}
    assert counted(nights.send("hr", y, name="pm.csv")) == {"new_versions": 1}
    third = nights.send("hr", x, name="am.csv")
    assert (third.batch, counted(third)) == (3, {"new_versions": 1})
    fourth = nights.send("hr", x, name="am.csv")
    assert fourth.receipt
    assert (fourth.receipt.replayed, fourth.batch) == (True, 3)
    assert nights.counting()[ANA].expires == "2029-01-01"
    nights.registry.undo(3)
    assert nights.counting()[ANA].expires == "2026-01-01"
    fifth = nights.send("hr", x, name="am.csv")
    assert counted(fifth) == {"new_versions": 1}
    assert nights.counting()[ANA].expires == "2029-01-01"
    assert nights.registry.verify() == []


def test_bytes_of_an_undone_batch(nights: Nights) -> None:
    """What was undone is no receipt to replay: the same bytes go in as for the first time."""
    nights.send("hr", forklift("ana"), name="a.csv")
    nights.registry.undo(1)
    again = nights.send("hr", forklift("ana"), name="a.csv")
    assert (again.batch, counted(again)) == (2, {"new": 1})


# --- versions and undo ------------------------------------------------------------------------------------------


def test_a_version_stands_while_any_batch_says_it(nights: Nights) -> None:
    """Fourteen nights say the same; night 1 is undone alone, and all stays; only the last one takes it away."""
    for night in range(14):
        nights.send("hr", forklift("ana"), forklift("ben", number=f"N-{night}"))
    seen = nights.registry.undo(1, dry_run=True)
    assert (seen.fallen, sum(seen.kept.values())) == (1, 1)
    for number in range(1, 14):
        nights.registry.undo(number)
        assert nights.counting()[ANA].expires == "2029-01-01"
    nights.registry.undo(14)
    assert nights.counting() == {}
    assert nights.words("hr") == {}
    assert nights.registry.verify() == []


def test_undo_of_what_was_inherited(nights: Nights) -> None:
    """A version that took its number from one that falls is named, and never shows what nobody says any more."""
    nights.send("hr", forklift("ana"))
    nights.send("lms", "ana@example.org,Forklift,2024-01-01,2031-01-01", headings=HEADINGS.rsplit(",", 1)[0])
    assert nights.counting()[ANA] == Held("2024-01-01", "2031-01-01", "F-1")
    undone = nights.registry.undo(1)
    assert undone.affected or nights.counting()[ANA] == Held("2024-01-01", "2031-01-01", "")
    assert nights.registry.verify() == []


def test_two_issue_dates_in_one_file(nights: Nights) -> None:
    """A file that lists a credential and its renewal says both, and both again are unchanged."""
    rows = (forklift("ana", "2019-01-01", "2024-01-01"), forklift("ana"))
    nights.recipe("hr", FULL)
    nights.send("hr", *rows)
    again = nights.send("hr", *rows, forklift("ben"))
    assert counted(again) == {"new": 1, "unchanged": 2}
    assert nights.versions() == 3
    assert nights.counting()[ANA].issued == "2024-01-01"


# --- a correction of the issue date -----------------------------------------------------------------------------


def test_a_later_issue_date_is_a_renewal(nights: Nights) -> None:
    """Only an earlier date is a correction: a later one is a new version beside the old."""
    nights.recipe("hr", FULL)
    nights.send("hr", forklift("ana"))
    done = nights.send("hr", forklift("ana", "2024-06-01"))
    assert counted(done) == {"new_versions": 1}
    assert "issue_date_corrected" not in codes(done)


def test_a_full_list_that_still_holds_the_later_row(nights: Nights) -> None:
    """An earlier row beside the later one corrects nothing: it is older."""
    nights.recipe("hr", FULL)
    nights.send("hr", forklift("ana"))
    done = nights.send("hr", forklift("ana"), forklift("ana", "2019-01-01", "2024-01-01"))
    assert counted(done) == {"unchanged": 1, "older": 1}
    assert nights.counting()[ANA].issued == "2024-01-01"


def test_a_replaced_version_that_another_source_still_says(nights: Nights) -> None:
    """While another source's word is the replaced version, that one counts as before; afterwards the correction."""
    wrong, right = forklift("ana", "2025-12-03", "2030-12-03"), forklift("ana", "2025-03-12", "2030-03-12")
    nights.recipe("hr", FULL)
    nights.send("hr", wrong)
    nights.send("lms", wrong)
    done = nights.send("hr", right)
    assert codes(done)["issue_date_corrected"] == 1
    assert nights.counting()[ANA].issued == "2025-12-03"
    assert heads(nights)["ana", "Forklift"] == "2025-12-03"
    nights.send("lms", right)
    assert nights.counting()[ANA].issued == "2025-03-12"
    assert heads(nights)["ana", "Forklift"] == "2025-03-12"
    nights.registry.undo(4)
    assert heads(nights)["ana", "Forklift"] == "2025-12-03"
    nights.registry.undo(2)
    assert heads(nights)["ana", "Forklift"] == "2025-03-12"
    assert nights.registry.verify() == []


def heads(nights: Nights) -> dict[tuple[str, str], str]:
    """By user and type the issue date of the version that the registry calls the newest."""
    return {
        (row.user_email.partition("@")[0], row.credential_type): str(row.issue_date)[:10]
        for row in nights.registry.credentials().itertuples()
        if row.newest
    }


def test_corrected_there_and_back(nights: Nights) -> None:
    """12-03 → 03-12 → 12-03: the last word counts, and the undo of each shows the one before."""
    wrong, right = forklift("ana", "2025-12-03", "2030-12-03"), forklift("ana", "2025-03-12", "2030-12-03")
    nights.recipe("hr", FULL)
    for row in (wrong, right, wrong):
        nights.send("hr", row)
    assert nights.counting()[ANA].issued == heads(nights)[ANA] == "2025-12-03"
    nights.registry.undo(3)
    assert nights.counting()[ANA].issued == heads(nights)[ANA] == "2025-03-12"
    nights.registry.undo(2)
    assert nights.counting()[ANA].issued == heads(nights)[ANA] == "2025-12-03"
    assert nights.registry.verify() == []


@pytest.mark.parametrize("rows", [8, 9])
def test_a_short_file_counts_as_part(nights: Nights, rows: int) -> None:
    """Below 90 % of the last listing's rows a file is a part: nothing is unlisted, no issue date corrected by it."""
    nights.recipe("hr", FULL)
    nights.send("hr", forklift("ana", "2025-12-03", "2030-12-03"), *others(9))
    done = nights.send("hr", forklift("ana", "2025-03-12", "2030-12-03"), *others(rows - 1))
    part = rows == 8
    assert codes(done).get("issue_date_corrected", 0) == (not part)
    assert (done.counts.older, done.counts.new_versions) == ((1, 0) if part else (0, 1))
    states = [state for key, told in nights.words("hr").items() for state, *_ in told if key[0] == "fay"]
    assert states.count("unlisted") == (0 if part else 9 - 8)


# --- listed and unlisted ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        "cleo@example.org,Forklift,01.02.2024,2029-01-01,F-1",  # her own row, rejected
        "cleo@example.org,Welding,01.02.2024,2029-01-01,",  # another one of hers
        "cloe@example.org,Forklift,2024-01-01,2029-01-01,",  # nobody's of this type
        "cloe@example.org,Frklift,2024-01-01,2029-01-01,F-1",  # nobody's with her number
        "cleo@example.org,Forklift,2024-01-01,2029-01-01,F-1,Draft",  # left out
    ],
)
def test_a_row_that_may_be_it_blocks_absence(nights: Nights, row: str) -> None:
    """A rejected or left-out row of the same person, or of nobody with the type or number, may be the credential."""
    nights.recipe("hr", f"{PLAIN}export: {{full: 0}}\n{WORDS}")
    listed = [f"{forklift(who)},Active" for who in ("ana", "ben", "cleo")]
    nights.send("hr", *listed, headings=STATUS)
    row = row if row.endswith("Draft") else f"{row},Active"
    nights.send("hr", *listed[:2], row, headings=STATUS)
    assert nights.states("hr")[CLEO] == "valid"
    nights.send("hr", *listed[:2], headings=STATUS)
    assert nights.states("hr")[CLEO] == "unlisted"
    assert CLEO in nights.counting()  # a report, no withdrawal


def test_a_reject_that_cannot_be_it_blocks_nothing(nights: Nights) -> None:
    """A rejected row of somebody else is no reason to think that a credential is still listed."""
    nights.recipe("hr", f"{PLAIN}export: {{full: 0}}\n")
    nights.send("hr", *(forklift(who) for who in ("ana", "ben", "cleo")))
    nights.send("hr", forklift("ana"), "ben@example.org,Forklift,01.02.2024,2029-01-01,")
    assert nights.states("hr") == {ANA: "valid", BEN: "valid", CLEO: "unlisted"}


def test_unlisted_and_listed_again(nights: Nights) -> None:
    """Who returns is valid again; nothing is written twice."""
    nights.recipe("hr", f"{PLAIN}export: {{full: 0}}\n")
    nights.send("hr", forklift("ana"), forklift("ben"))
    nights.send("hr", forklift("ana"))
    assert nights.states("hr") == {ANA: "valid", BEN: "unlisted"}
    back = nights.send("hr", forklift("ana"), forklift("ben"), forklift("eve"))
    assert counted(back) == {"new": 1, "unchanged": 2}
    assert nights.states("hr")[BEN] == "valid"
    nights.registry.undo(3)
    assert nights.states("hr") == {ANA: "valid", BEN: "unlisted"}
    nights.registry.undo(2)
    assert nights.states("hr") == {ANA: "valid", BEN: "valid"}
    assert nights.registry.verify() == []


def test_absent_withdraw(nights: Nights) -> None:
    """`absent: withdraw`: what a full list drops counts no longer until it is listed again; undo restores both."""
    nights.recipe("hr", f"{FULL}absent: withdraw\n")
    listed = [forklift("ana"), forklift("ben"), *others(18)]
    nights.send("hr", *listed)
    dropped = nights.send("hr", listed[0], *listed[2:])
    assert dropped.verdict == "ok", dropped.held_because
    assert BEN not in nights.counting()
    assert nights.states("hr")[BEN] == "unlisted"
    back = nights.send("hr", *listed, forklift("eve"))
    assert counted(back) == {"new": 1, "unchanged": 20}
    assert codes(back)["reinstated"] == 1
    assert BEN in nights.counting()
    nights.registry.undo(3)
    assert BEN not in nights.counting()
    nights.registry.undo(2)
    assert BEN in nights.counting()
    assert nights.registry.verify() == []


def test_a_part_never_unlists(nights: Nights) -> None:
    """Without `export: full` a file says nothing by silence."""
    nights.send("hr", forklift("ana"), forklift("ben"))
    nights.send("hr", forklift("ana"), forklift("cleo"))
    assert nights.states("hr") == {ANA: "valid", BEN: "valid", CLEO: "valid"}


# --- withdrawn --------------------------------------------------------------------------------------------------


def test_withdrawn_repeated_reinstated(nights: Nights) -> None:
    """Revoked: withdrawn once, then unchanged; Active: reinstated, no new version; undo of each restores the last."""
    nights.recipe("hr", PLAIN + WORDS)
    night = iter(range(10))

    def say(word: str) -> tuple[dict[str, int], dict[str, int]]:
        more = f"eve@example.org,Induction,2024-01-0{next(night) + 1},,"
        done = nights.send("hr", f"{forklift('ana')},{word}", f"{more},Draft", headings=STATUS)
        assert done.verdict == "ok"
        return counted(done), codes(done)

    assert say("Active")[0] == {"new": 1, "left_out": 1}
    assert say("Revoked")[0] == {"withdrawn": 1, "left_out": 1}
    assert (ANA in nights.counting(), nights.states("hr")[ANA]) == (False, "withdrawn")
    assert say("Revoked")[0] == {"unchanged": 1, "left_out": 1}
    counts, warned = say("Active")
    assert (counts, warned["reinstated"]) == ({"unchanged": 1, "left_out": 1}, 1)
    assert (ANA in nights.counting(), nights.states("hr")[ANA]) == (True, "valid")
    assert nights.versions() == 1
    for number, state in ((4, "withdrawn"), (3, "withdrawn"), (2, "valid")):
        nights.registry.undo(number)
        assert nights.states("hr")[ANA] == state
        assert (ANA in nights.counting()) == (state == "valid")
        assert nights.registry.verify() == []
    nights.registry.undo(1)
    assert (nights.counting(), nights.words("hr")) == ({}, {})


ORDERS = ((1, 2, 3, 4), (4, 3, 2, 1), (2, 4, 1, 3), (4, 1, 2, 3), (3, 4, 2, 1))


@pytest.mark.parametrize("order", ORDERS)
def test_undo_of_withdrawals_in_any_order(nights: Nights, order: tuple[int, ...]) -> None:
    """Active, Revoked, Revoked, Active, undone in any order: what stands follows from the nights that are left."""
    nights.recipe("hr", PLAIN + WORDS)
    said = {}
    for number, word in enumerate(("Active", "Revoked", "Revoked", "Active"), 1):
        nights.send("hr", f"{forklift('ana')},{word}", f"{forklift('eve', number=str(number))},Draft", headings=STATUS)
        said[number] = word
    for number in order:
        nights.registry.undo(number)
        del said[number]
        last = said[max(said)] if said else ""
        assert (ANA in nights.counting()) == (last == "Active")
        expected = {"Active": {ANA: "valid"}, "Revoked": {ANA: "withdrawn"}, "": {}}[last]
        assert nights.states("hr") == expected
        assert nights.registry.verify() == []


def test_a_withdrawal_of_what_nobody_knows(nights: Nights) -> None:
    """There is nothing to withdraw: the row is left out, and the file isn't held for it."""
    nights.recipe("hr", PLAIN + WORDS)
    done = nights.send("hr", f"{forklift('ana')},Revoked", headings=STATUS)
    assert (done.verdict, counted(done)) == ("ok", {"left_out": 1})
    assert nights.counting() == {}


def test_withdrawn_and_issued_anew(nights: Nights) -> None:
    """A later issue is a new version, which counts."""
    nights.recipe("hr", PLAIN + WORDS)
    nights.send("hr", f"{forklift('ana')},Active", headings=STATUS)
    nights.send("hr", f"{forklift('ana')},Revoked", headings=STATUS)
    done = nights.send("hr", f"{forklift('ana', '2025-01-01', '2030-01-01')},Active", headings=STATUS)
    assert counted(done) == {"new_versions": 1}
    assert nights.counting()[ANA].issued == "2025-01-01"
    nights.registry.undo(3)
    assert ANA not in nights.counting()
    assert nights.registry.verify() == []


def test_what_a_person_withdraws_only_a_person_reinstates(nights: Nights) -> None:
    """The source repeats that it is valid, night by night, also with other content: it stays withdrawn."""
    nights.send("hr", forklift("ana"))
    nights.registry.withdraw(1, [2], "lost in the river")
    assert ANA not in nights.counting()
    for night in range(2):
        done = nights.send("hr", forklift("ana"), forklift("eve", number=str(night)))
        assert done.counts.unchanged == 1
    nights.send("hr", forklift("ana", expires="2031-01-01"))
    assert ANA not in nights.counting()
    nights.send("lms", forklift("ana", expires="2032-01-01"))
    assert ANA not in nights.counting()
    nights.send("lms", forklift("ana", "2026-01-01", "2032-01-01"))  # a later issue counts
    assert nights.counting()[ANA].issued == "2026-01-01"
    nights.registry.undo(6)
    assert ANA not in nights.counting()
    nights.registry.reinstate(1, [2])
    assert nights.counting()[ANA].expires == "2032-01-01"
    assert nights.registry.verify() == []


def test_what_a_person_reinstates_the_source_only_repeats(nights: Nights) -> None:
    """A source that goes on to say *Revoked* repeats itself: that is no news, and what a person decided holds."""
    nights.recipe("hr", PLAIN + WORDS)
    for night, word in enumerate(("Active", "Revoked")):
        nights.send("hr", f"{forklift('ana')},{word}", f"{forklift('eve', number=str(night))},Draft", headings=STATUS)
    nights.registry.reinstate(1, [2], "the source is mistaken")
    assert ANA in nights.counting()
    for night in range(2, 4):
        more = f"{forklift('eve', number=str(night))},Draft"
        done = nights.send("hr", f"{forklift('ana')},Revoked", more, headings=STATUS)
        assert counted(done) == {"unchanged": 1, "left_out": 1}
        assert ANA in nights.counting()
        assert nights.registry.verify() == []


def test_revoked_with_a_column_more(nights: Nights) -> None:
    """A source that repeats *Revoked*, with a column that it never said before, repeats its withdrawal all the same."""
    nights.recipe("hr", PLAIN + WORDS)
    few = f"{SHORT},Status"
    nights.send("hr", "ana@example.org,Forklift,2024-01-01,Active", headings=few)
    nights.send("hr", "ana@example.org,Forklift,2024-01-01,Revoked", headings=few)
    nights.registry.reinstate(1, [2], "the source is mistaken")
    done = nights.send("hr", f"{forklift('ana', expires='')},Revoked", headings=STATUS)
    assert counted(done) == {"unchanged": 1}
    assert ANA in nights.counting()
    assert nights.registry.verify() == []


def test_revoked_by_one_source_and_changed_by_another(nights: Nights) -> None:
    """What another source has said since is its own version: a repeated *Revoked* is no news and takes nothing away."""
    nights.recipe("hr", PLAIN + WORDS)
    nights.send("hr", f"{forklift('ana')},Active", headings=STATUS)
    nights.send("hr", f"{forklift('ana')},Revoked", headings=STATUS)
    nights.send("lms", forklift("ana", expires="2031-01-01"))
    counts = nights.counting()
    done = nights.send("hr", f"{forklift('ana')},Revoked", f"{forklift('eve')},Active", headings=STATUS)
    assert counted(done) == {"new": 1, "unchanged": 1}
    assert nights.counting() == counts | {("eve", "Forklift"): Held("2024-01-01", "2029-01-01", "F-1")}
    assert nights.registry.verify() == []


@pytest.mark.parametrize("words", [("Active", "Revoked"), ("Active", "Revoked", "Active")], ids=" ".join)
@pytest.mark.parametrize("person", [False, True], ids=["", "withdrawn by a person before"])
def test_erasure_of_whose_credential_was_withdrawn(nights: Nights, words: tuple[str, ...], *, person: bool) -> None:
    """What was erased is nobody's withdrawal any more: the history verifies, and undo leaves nothing."""
    nights.recipe("hr", PLAIN + WORDS)
    for number, word in enumerate(words, 1):
        nights.send("hr", f"{forklift('ana')},{word}", f"{forklift('ben')},Active", headings=STATUS)
        if person and number == 1:
            nights.registry.withdraw(1, [2], "lost in the river")
    nights.registry.erase("ana@example.org", "asked for it")
    assert nights.registry.verify() == []
    assert set(nights.counting()) == set(nights.words("hr")) == {BEN}
    for number in range(1, len(nights.registry.batches()) + 1):
        nights.registry.undo(number)
        assert nights.registry.verify() == []
    assert (nights.counting(), nights.words("hr")) == ({}, {})


def test_left_out_is_counted_apart(nights: Nights) -> None:
    """All rows = accepted + unchanged + rejected + left_out; a file of left-out rows only isn't held."""
    nights.recipe("hr", PLAIN + WORDS)
    done = nights.send("hr", f"{forklift('ana')},Draft", f"{forklift('zoe')},draft", headings=STATUS)
    assert (done.verdict, counted(done)) == ("ok", {"left_out": 2})
    assert nights.open_rejects() == []


@only_sqlite
def test_blank_in_a_column_that_its_source_never_had(nights: Nights) -> None:
    """The first blank date of a source clears, where its recipe says so, the date that its version has from another."""
    row, base = "ana@example.org,Forklift,2025-01-01", "User email,Credential type,Issue date"
    nights.recipe("crm", "blanks: clear\n")
    nights.send("crm", row, headings=base)
    nights.send("hr", f"{row},2029-01-01", headings=f"{base},Expiration date")
    nights.send("crm", f"{row},C-1", headings=f"{base},Credential number")
    assert nights.counting()["ana", "Forklift"] == Held("2025-01-01", "2029-01-01", "C-1")
    assert counted(nights.send("crm", f"{row},,C-1"))["new_versions"] == 1
    assert nights.counting()["ana", "Forklift"] == Held("2025-01-01", "", "C-1")
