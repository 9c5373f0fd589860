"""The demo: an organisation to play with, and an export whose faults are known before it is read."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from credtools import demo, reading
from credtools.demo import Demo, export, scans
from credtools.errors import CredtoolsError
from credtools.media.compared import Compared
from credtools.registry import Batch
from credtools.store import Loaded


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = demo.prepare(tmp_path_factory.mktemp("somewhere") / "new" / "demo")
    yield made
    made.registry.engine.dispose()


@pytest.fixture(scope="module")
def draft(made: Demo) -> Batch:
    return made.registry.upload(made.export, recipe=made.recipe)


def found(batch: Batch) -> Counter[str]:
    """Per blocking code the number of rows that carry it."""
    errors = batch.errors[batch.errors["blocks"]]
    return Counter(errors.drop_duplicates(["line", "code"])["code"])


def written(folder: Path) -> dict[str, bytes]:
    names = (demo.USERS, demo.TYPES, demo.EXPORT, demo.RECIPE)
    scans = {path.name: path.read_bytes() for path in (folder / demo.SCANS).iterdir()}
    return {name: (folder / name).read_bytes() for name in names} | scans


def test_same_seed_same_bytes(made: Demo, tmp_path: Path) -> None:
    """The same seed gives the same files, byte for byte."""
    again = demo.prepare(tmp_path)
    assert written(again.folder) == written(made.folder)
    assert again.planted == made.planted


def test_another_seed_another_export(made: Demo, tmp_path: Path) -> None:
    """Another seed gives another export of the same organisation, with as many faults."""
    other = demo.prepare(tmp_path, seed=7)
    before, after = written(made.folder), written(tmp_path)
    assert [name for name in before.keys() & after.keys() if before[name] != after[name]] == [demo.EXPORT]
    assert other.planted == made.planted


def test_planted_counts_are_the_plan(made: Demo) -> None:
    """What was planted is the plan: a change of the plan must be meant."""
    assert made.planted == {
        "credential_type_exists": 80,
        "date_format": 54,
        "user_exists": 45,
        "value_required": 21,
        "expires_after_issue": 15,
        "not_repeated": 12,
        "field_count": 9,
        "value_readable": 3,
    }


def test_review_finds_exactly_what_was_planted(made: Demo, draft: Batch) -> None:
    """The review finds every planted fault and no other, counted in rows by code."""
    assert found(draft) == made.planted
    assert draft.review().rows == 2_000


@pytest.mark.parametrize(("rows", "seed"), [(100, 1), (500, 2), (2_000, 3), (5_000, 4)])
def test_planted_is_found_for_any_seed(tmp_path: Path, rows: int, seed: int) -> None:
    """What is planted is found, whatever the seed and the number of rows."""
    made = demo.prepare(tmp_path, rows=rows, seed=seed)
    batch = made.registry.upload(made.export, recipe=made.recipe)
    assert found(batch) == made.planted
    assert batch.review().rows == rows


def test_largest_cause_is_one_decision(made: Demo) -> None:
    """One replacement settles the largest cause: its rows become ready, but for those with a second fault."""
    batch = made.registry.upload(made.export, recipe=made.recipe)
    before, causes = batch.review().ready, batch.causes[batch.causes["blocks"]]
    assert causes.iloc[0][["value", "count", "suggestion"]].tolist() == ["Frist Aid", 64, "First Aid"]
    assert batch.replace("credential_type", {"Frist Aid": "First Aid"}).ready == before + 60


def test_some_rows_have_two_faults(made: Demo, draft: Batch) -> None:
    """Some rows have two faults at once, so fewer rows are rejected than faults were planted."""
    pairs = Counter(codes for codes in draft.review().codes if len(codes) > 1)
    assert pairs == {
        ("credential_type_exists", "date_format"): 4,
        ("user_exists", "expires_after_issue"): 3,
        ("value_required", "date_format"): 2,
    }
    assert int(draft.review().rejected.sum()) == sum(made.planted.values()) - pairs.total()


def test_export_is_messy_before_any_fault(made: Demo) -> None:
    """The export is what HR systems write: cp1252, semicolons, a preamble, blank lines, cells of several lines."""
    table = reading.read(made.export, heading_line=4)
    found = table.reading
    assert (found.encoding, found.delimiter, found.preamble_lines) == ("cp1252", ";", (1, 2))
    assert len(found.blank_lines) == 5
    assert table.frame["Remarks"].str.contains("\n").any()
    assert table.frame["E-Mail Adresse"].str.startswith(" ").any()
    assert table.frame["Qualification"].str.contains("\xa0").any()
    assert table.frame["Issued on"].str.fullmatch(r"\d/\d/\d{4}").any()
    assert b"\r\n" in made.export.read_bytes()


def test_finish_accounts_for_every_row(tmp_path: Path) -> None:
    """After finishing, every row is accepted, unchanged or rejected; repeats are taken once; the history verifies."""
    made = demo.prepare(tmp_path)
    batch = made.registry.upload(made.export, recipe=made.recipe)
    counts = batch.finish().counts
    assert counts == batch.counts
    assert counts.rows == counts.accepted + counts.unchanged + counts.rejected == 2_000
    assert (counts.unchanged, counts.older, counts.waiting) == (export.REPEATS, 0, 0)
    assert counts.rejected == 230
    assert counts.new_versions > 100
    assert made.registry.verify() == []
    decisions = Counter(batch.credentials()["decision"])
    assert set(decisions) == {"pending", "not_required"}
    assert decisions.total() == counts.accepted


def test_organisation_is_ready(made: Demo) -> None:
    """The organisation has 200 users, of whom a handful have left, 12 types, and says how it writes dates."""
    lookups = made.registry.lookups()
    assert Counter(lookups.users["status"]) == {"active": 192, "deactivated": 8}
    assert lookups.users.loc[lookups.users["status"] == "deactivated", "deactivated_on"].notna().all()
    assert lookups.users["external_id"].is_unique
    assert not lookups.users["name"].str.isascii().all()
    assert lookups.users["email"].str.fullmatch(r"[a-z]+\.[a-z]+@example\.org").all()
    assert len(lookups.types) == 12
    assert (lookups.settings.date_format, lookups.settings.approval_required) == ("DD/MM/YYYY", True)
    assert made.registry.verify() == []


def test_files_load_again_unchanged(tmp_path: Path) -> None:
    """The files of users and types are what the registry holds: loading them again changes nothing."""
    made = demo.prepare(tmp_path, rows=100)
    assert made.registry.load("users", tmp_path / demo.USERS) == Loaded(added=0, changed=0, unchanged=200)
    assert made.registry.load("types", tmp_path / demo.TYPES) == Loaded(added=0, changed=0, unchanged=12)


def test_recipe_fixes_nothing(made: Demo) -> None:
    """The recipe says how the export is read, names itself in its first line, and leaves the fixing to the person."""
    assert made.recipe.read_text("utf-8").startswith("# How the export of the HR system becomes our file.")
    recipe = made.registry.upload(made.export, recipe=made.recipe).recipe
    assert (recipe.source, recipe.read, recipe.rules) == ("hr", {"heading_line": 4}, ())
    assert recipe.formats("issue_date") == ("DD/MM/YYYY",)


def test_no_issue_date_lies_in_the_future(made: Demo) -> None:
    """The demo doesn't depend on today: no credential of the export was issued later than the export was made."""
    with made.export.open(encoding="cp1252", newline="") as lines:
        rows = list(csv.reader(lines, delimiter=";"))[4:]
    issued = [row[export.ISSUED].split("/") for row in rows if any(row) and row[export.ISSUED].count("/") == 2]
    assert max(date(int(year), int(month), int(day)) for day, month, year in issued) < date(2026, 10, 31)


def test_again_in_the_same_folder(tmp_path: Path) -> None:
    """A folder that a demo made is made again: its batches are gone, other files stay."""
    first = demo.prepare(tmp_path / "demo", rows=200)
    first.registry.upload(first.export, recipe=first.recipe).finish()
    note = tmp_path / "demo" / "exports" / "note.txt"
    note.write_text("mine", "utf-8")
    scan = tmp_path / "demo" / demo.SCANS / "mine.png"
    scan.write_bytes(b"mine")
    second = demo.prepare(tmp_path / "demo", rows=100)
    assert scan.read_bytes() == b"mine"
    assert (
        written(tmp_path / "demo").keys() - {"mine.png"}
        == written(demo.prepare(tmp_path / "x", rows=100).folder).keys()
    )
    second = demo.prepare(tmp_path / "demo", rows=200)
    assert len(second.registry.batches()) == 0
    assert second.registry.upload(second.export, recipe=second.recipe).finish().counts.rows == 200
    assert second.registry.verify() == []
    assert note.read_text("utf-8") == "mine"


def test_interrupted_demo_can_be_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo that was interrupted half-way doesn't lock its folder."""
    with monkeypatch.context() as patch:
        patch.setattr(demo, "create", None)
        with pytest.raises(TypeError):
            demo.prepare(tmp_path, rows=100)
    assert demo.prepare(tmp_path, rows=100).registry.verify() == []


@pytest.mark.parametrize("name", [demo.DATABASE, demo.USERS, demo.EXPORT])
def test_foreign_folder_is_refused(tmp_path: Path, name: str) -> None:
    """A folder with a file of the same name that no demo made is refused, and nothing in it is touched."""
    (tmp_path / "exports").mkdir()
    (tmp_path / name).write_bytes(b"somebody's")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CredtoolsError) as refused:
        demo.prepare(tmp_path)
    assert (refused.value.reason, refused.value.facts["name"]) == ("demo_in_use", name)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / name).read_bytes() == b"somebody's"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A file in the place of the folder is refused."""
    (tmp_path / "demo").write_bytes(b"")
    with pytest.raises(CredtoolsError) as refused:
        demo.prepare(tmp_path / "demo")
    assert refused.value.reason == "demo_in_file"


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    """Fewer rows than the faults need are refused before anything is written."""
    with pytest.raises(CredtoolsError) as refused:
        demo.prepare(tmp_path / "demo", rows=99)
    assert (refused.value.reason, refused.value.facts["fewest"]) == ("demo_too_small", 100)
    assert not (tmp_path / "demo").exists()


def test_folder_is_private(made: Demo) -> None:
    """The folder is the user's own: nobody else may look into it."""
    assert made.folder.stat().st_mode & 0o777 == 0o700


def test_scans_belong_to_the_rows_of_one_type(tmp_path: Path) -> None:
    """PDFs and pictures for most of the rows that require media; one belongs to nobody, some to rejected rows."""
    made = demo.prepare(tmp_path, rows=500)
    batch = made.registry.upload(made.export, recipe=made.recipe)
    done = batch.add_media(made.folder / demo.SCANS)
    scanned = [path for path in (made.folder / demo.SCANS).iterdir() if path.name != scans.STRAY]
    assert {path.suffix for path in scanned} == {".pdf", ".png", ".jpg"}
    assert (done.refused, done.ambiguous, done.shared) == ([], [], [])
    unmatched = {medium.file: medium.reason for medium in done.unmatched}
    assert unmatched.pop(scans.STRAY) == f"The pattern gives no row the name {scans.STRAY!r}."
    assert len(done.matched) + len(unmatched) == len(scanned)
    assert len(done.matched) > len(unmatched) > 0
    assert 0 < sum(row.required for row in done.missing) < len(done.matched)
    batch.finish()
    assert made.registry.verify() == []


@pytest.mark.parametrize("rows", [100, 300])
def test_all_scans_with_text_agree_but_one(tmp_path: Path, rows: int) -> None:
    """The PDFs say what their rows say; one another expiration date, and the demo says which; pictures say nothing."""
    made = demo.prepare(tmp_path, rows=rows)
    batch = made.registry.upload(made.export, recipe=made.recipe)
    batch.add_media(made.folder / demo.SCANS)
    assert made.differing
    told = dict(batch.media()[["file", "scan"]].itertuples(index=False))
    assert told.pop(made.differing.name) == "differs"
    assert told == {file: "agrees" if file.endswith(".pdf") else "nothing" for file in told}
    differs = Compared.from_json(batch.media().set_index("file").loc[made.differing.name, "differs"]).differs
    assert [one.column for one in differs] == ["expiration_date"]


def test_a_photo_is_turned_by_what_it_says_of_itself(tmp_path: Path) -> None:
    """Some photos lie on their side and say so, as cameras do; shown, all are upright."""
    made = demo.prepare(tmp_path, rows=500)
    photos = [Image.open(path) for path in (made.folder / demo.SCANS).glob("*.jpg")]
    assert {photo.size for photo in photos} == {(520, 390), (390, 520)}
    assert {ImageOps.exif_transpose(photo).size for photo in photos} == {(520, 390)}
