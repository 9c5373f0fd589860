"""Which record is which, night after night: rejects, corrections and waivers follow their records."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import credtools as ct
from credtools import store
from credtools.errors import MovedError
from credtools.recipe.records import KIND, WHOLE_LINE, Records, digest
from credtools.registry import Registry, finishing
from credtools.store import tables
from tests.builders import export, load, long_on_a_server, new_organisation, rows_of, write
from tests.conftest import Home
from tests.core import records, table

RECIPE = "date_format: YYYY-MM-DD\n"
PLAIN = ("User email", "Credential type", "Issue date", "Expiration date")
ANA_ROW = "ana@example.org,First Aid,2025-01-01,2027-01-01"
ZOE_ROW = ANA_ROW.replace("ana", "zoe")  # nobody knows her
YAN_ROW = ANA_ROW.replace("ana", "yan")
TYPO = ANA_ROW.replace("ana", "bne")
BAD_TYPE = ANA_ROW.replace("ana", "ben").replace("First", "Frist")
FORKLIFT = "ben@example.org,Forklift,2024-02-20,"
NUMBERED = (*PLAIN, "Credential number")
Night = tuple[Sequence[str], Sequence[str], Sequence[int]]
Found = list[tuple[int, int, str]]


def finish(
    registry: Registry,
    folder: Path,
    name: str,
    *rows: str,
    headings: Sequence[str] = PLAIN,
    volatile: str = "",
    recipe: str | None = RECIPE,
    source: str = "lms",
) -> dict[str, int]:
    """One night's export, with a column whose texts change; returns the counts of its receipt."""
    if volatile:
        headings, rows = ("Report run", *headings), tuple(f"{volatile},{row}" for row in rows)
    told = None if recipe is None else write(folder, f"{source}.yaml", recipe)
    path = export(folder, *rows, name=f"{name}.csv", headings=",".join(headings))
    return registry.upload(path, recipe=told).finish().counts.as_dict()


def rejects(registry: Registry) -> Found:
    """(batch, line, state) of each reject."""
    frame = registry.audit.rejects().drop_duplicates("reject").sort_values("reject")
    return list(zip(frame["batch"].tolist(), frame["line"].tolist(), frame["state"].tolist(), strict=True))


def states(registry: Registry) -> dict[str, int]:
    """How many rejects are in each state."""
    counted = registry.audit.rejects(by="source")
    return {name: int(count) for name, count in counted.sum().items() if count}


def corrected(registry: Registry, path: Path, *changes: tuple[str, str]) -> Any:
    """Writes the open rejects, changes them as a person would, and takes them back."""
    registry.write_rejects(path)
    text = path.read_text("utf-8-sig")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return registry.correct(path)


# --- by what a record is known ------------------------------------------------------------------------------


def test_a_digest_covers_the_mapped_texts_as_they_came() -> None:
    """Other columns, and the order of columns, don't count; the texts of mapped ones do, to the blank."""
    first = records(table("Run,User email,Credential type,Issue date\n1,ana@x.org,First Aid,2024-01-10\n"))
    other = records(table("Issue date,Type,Days,User email\n2024-01-10,First Aid,x,ana@x.org\n"))
    blank = records(table("User email,Credential type,Issue date\n ana@x.org,First Aid,2024-01-10\n"))
    assert first == other != blank
    assert first[0][1:] == (0, KIND, "user_email,credential_type,issue_date")


def test_columns_of_before_know_a_record_where_one_is_newly_mapped() -> None:
    """A file is digested over the columns of what is stored; one that it lacks counts as blank."""
    before = records(table("User email,Type\nana@x.org,First Aid\nana@x.org,First Aid\n"))
    later = table("User email,Type,Number\nbo@x.org,Badge,1\nana@x.org,First Aid,2\nana@x.org,First Aid,3\n")
    known = Records(later, {"User email": "user_email", "Type": "credential_type", "Number": "credential_number"})
    assert [known.row(record) for record in before] == [1, 2]
    lacking = Records(later, {"User email": "user_email"})
    assert [lacking.row(record) for record in before] == [None, None]


def test_one_record_has_the_digest_of_its_row() -> None:
    """What is computed from a stored record is what its file says, for both kinds."""
    read = table("User email,Type\nana@x.org,First Aid\n")
    known = Records(read, {"User email": "user_email", "Type": "credential_type"})
    cells = {"user_email": "ana@x.org", "credential_type": "First Aid"}
    for kind, columns in ((KIND, "user_email,credential_type"), (WHOLE_LINE, ""), (KIND, "media,user_email")):
        assert known.keys(kind, columns)[0] == (digest(kind, columns, read.raw[0], cells), 0)


def test_a_digest_runs_over_a_json_array() -> None:
    """Whoever has the texts can compute it: SHA-256 over a JSON array of the piece and the texts."""
    read = table('User email,Type\n"a""\\\té\U0001f600",First Aid\n')
    text = json.dumps([1, read.frame["User email"].iloc[0], "First Aid", ""])
    assert read.keys(["User email", "Type", None]) == [(hashlib.sha256(text.encode()).hexdigest(), 0)]


def test_the_same_again_is_numbered() -> None:
    """Records that equal each other are told apart by their order; a record knows how often it came before."""
    read = table("a,b\n1,x\n2,y\n1,x\n1,x\n2,y\n3,z\n")
    first, second, third = (read.keys()[k][0] for k in (0, 1, 5))
    assert read.keys() == [(first, 0), (second, 0), (first, 1), (first, 2), (second, 1), (third, 0)]


# --- night after night --------------------------------------------------------------------------------------


def test_a_changing_column_makes_no_new_rejects(registry: Registry, tmp_path: Path) -> None:
    """Case 04: the same wrong rows on three nights are two rejects; who was loaded is fixed, and the audit says so."""
    rows = (ANA_ROW, ZOE_ROW, BAD_TYPE)
    finish(registry, tmp_path, "mon", *rows, volatile="2026-11-02")
    finish(registry, tmp_path, "tue", *rows, volatile="2026-11-03")
    assert states(registry) == {"open": 2, "superseded": 2}
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    finish(registry, tmp_path, "wed", *rows, volatile="2026-11-04")
    assert rejects(registry) == [
        *((1, 3, "superseded"), (1, 4, "superseded")),
        *((2, 3, "fixed"), (2, 4, "superseded")),
        (3, 4, "open"),
    ]
    by_code = registry.audit.rejects(by="code")
    assert by_code["open"].to_dict() == {"user_exists": 0, "credential_type_exists": 1}
    assert registry.verify() == []


@long_on_a_server
def test_twenty_nights(registry: Registry, tmp_path: Path) -> None:
    """Case 50: three wrong rows over 20 nights are three open rejects, and three rows to correct."""
    for night in range(1, 21):
        finish(registry, tmp_path, f"n{night}", ANA_ROW, ZOE_ROW, YAN_ROW, BAD_TYPE, volatile=f"2026-11-{night:02}")
    assert states(registry) == {"open": 3, "superseded": 57}
    assert registry.write_rejects(tmp_path / "r.csv") == 3
    first_seen = registry.audit.rejects()["first_seen"]
    assert first_seen.nunique() == 1


def test_a_correction_holds_on_later_nights(registry: Registry, tmp_path: Path) -> None:
    """Case 04b: what was corrected once stays so when only the run's date differs; its reject stays fixed."""
    finish(registry, tmp_path, "mon", ANA_ROW, TYPO, volatile="2026-11-02")
    assert corrected(registry, tmp_path / "r.csv", ("bne@", "ben@")).fixed == (1,)
    for day in (3, 4):
        counts = finish(registry, tmp_path, f"n{day}", ANA_ROW, TYPO, volatile=f"2026-11-0{day}")
        assert (counts["rejected"], counts["unchanged"]) == (0, 2)
    assert rejects(registry) == [(1, 3, "fixed")]


def test_a_correction_of_monday_fixes_what_tuesday_sent(registry: Registry, tmp_path: Path) -> None:
    """Case 43, also with a changing column: the rejects that superseded are fixed, the added row is named."""
    finish(registry, tmp_path, "mon", ANA_ROW, TYPO, BAD_TYPE, ZOE_ROW, volatile="2026-11-02")
    registry.write_rejects(tmp_path / "r.csv")
    finish(registry, tmp_path, "tue", ANA_ROW, TYPO, BAD_TYPE, ZOE_ROW, FORKLIFT, volatile="2026-11-03")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *body = list(csv.reader(file))
    keep = [k for k, name in enumerate(head) if name == head[0] or not name.startswith("credtools ")]
    body = [[cell.replace("bne@", "ben@").replace("Frist", "First") for cell in row] for row in body][::-1]
    body.append(["", "2026-11-02", *ANA_ROW.replace("ana", "eve").split(","), "", ""])
    with (tmp_path / "mended.csv").open("w", newline="") as file:
        csv.writer(file).writerows([[row[k] for k in keep] for row in [head, *body]])
    done = registry.correct(tmp_path / "mended.csv")
    assert (len(done.fixed), len(done.untouched), len(done.problems)) == (2, 1, 1)
    assert states(registry) == {"fixed": 2, "superseded": 3, "open": 1}
    counts = finish(registry, tmp_path, "wed", ANA_ROW, TYPO, BAD_TYPE, ZOE_ROW, FORKLIFT, volatile="2026-11-04")
    assert (counts["rejected"], counts["unchanged"]) == (1, 4)
    assert states(registry) == {"fixed": 2, "superseded": 4, "open": 1}


def test_columns_come_go_move_and_are_renamed(registry: Registry, tmp_path: Path) -> None:
    """Columns added, moved, renamed with the recipe, and newly mapped lose no reject and no correction."""
    finish(registry, tmp_path, "a", ANA_ROW, TYPO, ZOE_ROW, headings=(*PLAIN[:3], "Nr"))
    corrected(registry, tmp_path / "r.csv", ("bne@", "ben@"))
    moved = [["E-Mail", "Extra", "Credential type", "Issue date", "Nr"]]
    rows = [f"{e},x,{t},{i},{n}" for e, t, i, n in (row.split(",") for row in (ANA_ROW, TYPO, ZOE_ROW))]
    renamed = RECIPE + "headings: {E-Mail: user_email}\n"
    counts = finish(registry, tmp_path, "b", *rows, headings=moved[0], recipe=renamed)
    assert (counts["rejected"], counts["unchanged"]) == (1, 2)
    mapped = renamed.replace("}", ", Nr: expiration_date}")
    assert finish(registry, tmp_path, "c", *rows, headings=moved[0], recipe=mapped)["rejected"] == 1
    assert rejects(registry) == [(1, 3, "fixed"), (1, 4, "superseded"), (3, 4, "superseded"), (4, 4, "open")]


def test_a_column_that_comes_to_be_mapped_keeps_a_draft_correction(registry: Registry, tmp_path: Path) -> None:
    """A correction of a cell is replaced, not doubled, when the same cell is corrected under more columns."""
    told = write(tmp_path, "lms.yaml", RECIPE)
    path = export(tmp_path, TYPO, headings=",".join((*PLAIN[:3], "Nr")))
    registry.upload(path, recipe=told).patch(2, "user_email", "ana@example.org")
    told.write_text(RECIPE + "headings: {Nr: expiration_date}\n")
    batch = registry.upload(path, recipe=told)
    assert batch.patches()["new"].tolist() == ["ana@example.org"]
    batch.patch(2, "user_email", "ben@example.org")
    assert batch.patches()["new"].tolist() == ["ben@example.org"]
    batch.patch(2, "user_email", None)
    assert batch.patches().empty


# --- another text, the same record ----------------------------------------------------------------------------


def test_a_file_with_only_the_fixed_rows(registry: Registry, tmp_path: Path) -> None:
    """Case 14: rows that were fixed elsewhere and sent alone settle their rejects; the other stays open."""
    rows = (
        "ana@example.org,First Aid,2025-01-01,2028-01-01,1",
        "ben@example.org,Frist Aid,2025-01-01,2028-01-01,2",
        "cara@example.org,First Aid,2025-13-01,2028-01-01,3",
        "ben@example.org,First Aid,2024-01-01,2023-01-01,4",
    )
    finish(registry, tmp_path, "a", *rows, headings=NUMBERED, recipe=None)
    fixed = (rows[1].replace("Frist", "First"), rows[2].replace("13-01", "10-01"))
    finish(registry, tmp_path, "b", *fixed, headings=NUMBERED, recipe=None)
    assert rejects(registry) == [(1, 3, "fixed"), (1, 4, "fixed"), (1, 5, "open")]
    assert corrected(registry, tmp_path / "r.csv", ("2023-01-01", "2028-01-01")).fixed == (3,)
    assert registry.verify() == []


def test_a_right_row_beside_a_wrong_duplicate_fixes_nothing(registry: Registry, tmp_path: Path) -> None:
    """What the source said while the reject was there is another record, also when that comes no more."""
    for night in ("mon", "tue"):
        finish(registry, tmp_path, night, ANA_ROW, ANA_ROW.replace("First", "Frist"), volatile=night)
    finish(registry, tmp_path, "wed", ANA_ROW, volatile="wed")
    assert states(registry) == {"open": 1, "superseded": 1}


def test_others_beside_it_dont_make_a_record_unsure(registry: Registry, tmp_path: Path) -> None:
    """A person's other credential of the same dates stood beside the reject: the new row alone is the fixed one."""
    other = BAD_TYPE.replace("Frist Aid", "Passport")
    finish(registry, tmp_path, "mon", ANA_ROW, other, BAD_TYPE)
    finish(registry, tmp_path, "tue", ANA_ROW, other, BAD_TYPE.replace("Frist", "First"))
    assert rejects(registry) == [(1, 4, "fixed")]


def test_what_another_source_stored_is_fixed_when_this_one_first_says_it(registry: Registry, tmp_path: Path) -> None:
    """An unchanged row settles a reject where its source had not said the credential before."""
    right = BAD_TYPE.replace("Frist", "First")
    finish(registry, tmp_path, "hr", right, source="hr")
    finish(registry, tmp_path, "mon", ANA_ROW, BAD_TYPE)
    finish(registry, tmp_path, "tue", ANA_ROW, right)
    assert rejects(registry) == [(2, 3, "fixed")]


@pytest.mark.parametrize(
    "later",
    [
        (BAD_TYPE.replace("Frist Aid", "First Aid"), BAD_TYPE.replace("Frist Aid", "Passport")),
        (BAD_TYPE.replace("Frist Aid", "First Aid"), BAD_TYPE.replace("Frist", "Fisrt")),
        (BAD_TYPE.replace("Frist Aid", "First Aid").replace("2027-01-01", "2027-01-02"),),
        (BAD_TYPE.replace("Frist", "Fisrt"),),
        (BAD_TYPE, BAD_TYPE.replace("Frist Aid", "First Aid")),
    ],
    ids=["two rows", "another wrong row", "another cell differs", "wrong again", "its record is there"],
)
def test_where_it_is_not_sure_nothing_is_fixed(registry: Registry, tmp_path: Path, later: tuple[str, ...]) -> None:
    """Never when ambiguous, never by a rejected row, never while the record still comes."""
    finish(registry, tmp_path, "mon", ANA_ROW, BAD_TYPE)
    finish(registry, tmp_path, "tue", ANA_ROW, *later)
    assert "fixed" not in states(registry)


# --- waived for good ------------------------------------------------------------------------------------------


def waived_for_good(registry: Registry) -> list[tuple[str, str | None, bool]]:
    named = [column.name for column in tables.rejects.columns]
    rows = [dict(zip(named, row, strict=True)) for row in rows_of(registry, "rejects")["rejects"]]
    rows.sort(key=lambda row: row["id"])
    return [(row["state"], row["reason"], bool(row["for_good"])) for row in rows]


def test_waived_for_good_comes_again(registry: Registry, tmp_path: Path) -> None:
    """Case 26: the same record is waived again each night, with its reason, until somebody opens it."""
    finish(registry, tmp_path, "mon", ANA_ROW, ZOE_ROW, volatile="1")
    registry.waive(1, [3], "left in 2020", for_good=True)
    for number, night in enumerate(("tue", "wed"), 2):
        assert finish(registry, tmp_path, night, ANA_ROW, ZOE_ROW, volatile=str(number))["rejected"] == 1
    good = ("left in 2020", True)
    assert waived_for_good(registry) == [("superseded", *good), ("superseded", *good), ("waived", *good)]
    assert registry.audit.rejects(by="code")["waived"].to_dict() == {"user_exists": 1}
    assert registry.audit.rejects()["first_seen"].nunique() == 1
    registry.reopen(3, [3])
    finish(registry, tmp_path, "thu", ANA_ROW, ZOE_ROW, volatile="5")
    assert [state for state, *_ in waived_for_good(registry)] == ["superseded", "superseded", "superseded", "open"]
    assert waived_for_good(registry)[-2:] == [("superseded", None, False), ("open", None, False)]
    assert registry.verify() == []


def test_undo_of_a_night_leaves_the_waiver(registry: Registry, tmp_path: Path) -> None:
    """When the night that waived it again is taken back, the record is waived as before, and again the next night."""
    finish(registry, tmp_path, "mon", ANA_ROW, ZOE_ROW, volatile="1")
    registry.waive(1, [3], "left in 2020", for_good=True)
    finish(registry, tmp_path, "tue", ANA_ROW, ZOE_ROW, volatile="2")
    registry.undo(2)
    assert waived_for_good(registry) == [("waived", "left in 2020", True), ("void", None, False)]
    finish(registry, tmp_path, "wed", ANA_ROW, ZOE_ROW, volatile="3")
    assert states(registry) == {"superseded": 1, "void": 1, "waived": 1}
    assert registry.verify() == []


def test_waived_once_is_open_again(registry: Registry, tmp_path: Path) -> None:
    """Without the word the record that comes again is a new open reject; the old decision stands."""
    finish(registry, tmp_path, "mon", ANA_ROW, ZOE_ROW, volatile="1")
    registry.waive(1, [3], "left in 2020")
    finish(registry, tmp_path, "tue", ANA_ROW, ZOE_ROW, volatile="2")
    assert states(registry) == {"waived": 1, "open": 1}


def test_waived_for_good_and_right_one_day(registry: Registry, tmp_path: Path) -> None:
    """A record that is accepted after all leaves the waiver as it was decided."""
    finish(registry, tmp_path, "mon", ANA_ROW, ZOE_ROW)
    registry.waive(1, [3], "left in 2020", for_good=True)
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    finish(registry, tmp_path, "tue", ANA_ROW, ZOE_ROW)
    assert waived_for_good(registry) == [("waived", "left in 2020", True)]


# --- others at the same time ------------------------------------------------------------------------------------


def test_rejects_that_change_while_a_file_is_prepared_are_asked_again(registry: Registry, tmp_path: Path) -> None:
    """A reject known by columns that nobody had prepared is settled all the same: what is written is found out anew."""
    told = write(tmp_path, "lms.yaml", RECIPE)
    batch = registry.upload(export(tmp_path, ANA_ROW, ZOE_ROW, headings=",".join(PLAIN)), recipe=told)
    value = finishing._value(registry, batch.draft)
    registry.upload(export(tmp_path, ZOE_ROW, BAD_TYPE, name="b.csv", headings=",".join(PLAIN)), recipe=told).finish()
    with pytest.raises(MovedError):
        store.finish(registry.engine, value)
    batch.finish()
    assert states(registry) == {"open": 2, "superseded": 1}


# --- whatever is shuffled ---------------------------------------------------------------------------------------

UNMAPPED = ("Report run", "Days left", "Note")
WRONG = (ZOE_ROW, BAD_TYPE, ZOE_ROW, TYPO)
RIGHT = (ANA_ROW, ANA_ROW.replace("ana", "ben"), ANA_ROW.replace("ana", "cara"))


def history(
    registry: Registry, folder: Path, nights: Sequence[tuple[Sequence[str], Sequence[str], Sequence[int]]]
) -> Any:
    """What is stored after some nights of the same rows: (headings, texts of unmapped columns, order of the rows)."""
    rows = [dict(zip(PLAIN, row.split(","), strict=True)) for row in (*RIGHT, *WRONG)]
    for number, (headings, texts, order) in enumerate(nights):
        said = [{**dict(zip(UNMAPPED, texts, strict=True)), **rows[k]} for k in order]
        lines = [",".join(row[name] for name in headings) for row in said]
        finish(registry, folder, f"n{number}", *lines, headings=headings)
        if number == 0:
            corrected(registry, folder / "r.csv", ("bne@", "cara@"))
            waived = registry.audit.rejects(code="credential_type_exists", state="open")
            registry.waive(1, [int(waived["line"].iloc[0])], "no", for_good=True)
    stored = registry.batches()[["batch", "rows", "new", "new_versions", "older", "unchanged", "rejected"]]
    frame = registry.audit.rejects()
    of = frame.groupby(["batch", "code", "state"]).size().to_dict()
    links = frame.groupby(["batch", "code"])["fixed_batch"].apply(lambda some: sorted(some.dropna())).to_dict()
    seen = [len(some) for _, some in frame.groupby("first_seen")]
    return stored.to_dict("list"), of, links, seen, len(registry.credentials())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nights")


@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_order_of_columns_and_rows_says_nothing(home: Home, folder: Path, data: st.DataObject) -> None:
    """Any order of unmapped columns, of columns and of rows between nights changes no state, link or count."""
    columns = st.permutations([*UNMAPPED, *PLAIN])
    texts = st.lists(st.sampled_from(["", "1", "x y"]), min_size=3, max_size=3)
    order = st.permutations(range(len(RIGHT) + len(WRONG)))
    nights = data.draw(st.lists(st.tuples(columns, texts, order), min_size=3, max_size=3))
    plain = [((*UNMAPPED, *PLAIN), ("", "", str(k)), range(len(RIGHT) + len(WRONG))) for k in range(len(nights))]
    found = []
    for some in (nights, plain):
        with ct.open(home.copy_of(new_organisation)) as registry:
            found.append(
                history(registry, folder, [(h, (*t[:2], f"{t[2]}{k}"), o) for k, (h, t, o) in enumerate(some)])
            )
    assert found[0] == found[1]
