"""Shapes over time: rejects, corrections, media, undo and erasure of rows that share a line of their file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from credtools.errors import RegistryError
from credtools.registry import Batch, Registry
from credtools.store import tables
from tests.builders import only_sqlite, write
from tests.pictures import jpeg
from tests.test_shapes_rows import book

RECIPE = """\
headings: {Email: user_email}
unpivot:
  - {credential_type: First Aid, issue_date: First Aid issued, expiration_date: First Aid expires}
  - {credential_type: Forklift, issue_date: Forklift}
  - {credential_type: Passport, issue_date: Passport}
"""
HEADINGS = "Email,First Aid issued,First Aid expires,Forklift,Passport,Run"
ANA = "ana@example.org,2024-01-10,2030-01-10,2024-02-20,,"
BEN = "ben@example.org,,,2024-13-20,,"


class Nights:
    """One source's files, night by night."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self.registry, self.folder, self.number = registry, folder, 0
        self.recipe = write(folder, "matrix.yaml", RECIPE)

    def night(self, *rows: str) -> dict[str, int]:
        self.number += 1
        file = write(
            self.folder, f"n{self.number}.csv", "\n".join([HEADINGS, *(f"{r}{self.number}" for r in rows), ""])
        )
        self.batch = self.registry.upload(file, self.recipe)
        self.batch.finish()
        return {name: count for name, count in self.batch.counts.as_dict().items() if count}

    def rejects(self) -> list[tuple[int, str, str]]:
        found = self.registry.audit.rejects().sort_values("reject")
        return list(found[["batch", "heading", "state"]].itertuples(index=False, name=None))


@pytest.fixture
def nights(registry: Registry, tmp_path: Path) -> Nights:
    return Nights(registry, tmp_path)


def test_a_reject_is_followed_while_other_pairs_come(nights: Nights) -> None:
    """The wrong cell of a pair is one reject over the nights, whatever else of the person comes, until it is fixed."""
    assert nights.night(ANA, BEN) == {"rows": 3, "new": 2, "accepted": 2, "rejected": 1}
    assert nights.night(ANA, "ben@example.org,2024-03-01,,2024-13-20,,") == {
        "rows": 4,
        "new": 1,
        "accepted": 1,
        "unchanged": 2,
        "rejected": 1,
    }
    assert nights.rejects() == [(1, "Forklift", "superseded"), (2, "Forklift", "open")]
    assert nights.night(ANA, "ben@example.org,2024-03-01,,2024-12-20,,")["new"] == 1
    assert [state for *_, state in nights.rejects()] == ["superseded", "fixed"]
    assert nights.registry.verify() == []


YEARS = """\
headings: {Email: user_email}
unpivot:
  - {credential_type: Forklift, issue_date: 2023}
  - {credential_type: Forklift, issue_date: 2024}
"""


@only_sqlite
@pytest.mark.parametrize(
    ("wrong", "right"),
    [("2023-01-01,2024-13-01", "2023-01-01,2024-12-01"), ("2023-41-01,2024-02-02", "2023-04-01,2024-02-02")],
)
def test_of_two_pairs_of_one_type_the_right_one_is_followed(
    registry: Registry, tmp_path: Path, wrong: str, right: str
) -> None:
    """A cell that its source corrects settles the reject of its own pair, though the other pair says as much."""
    recipe = write(tmp_path, "years.yaml", YEARS)
    for number, cells in enumerate((wrong, right)):
        file = write(tmp_path, f"{number}.csv", f"Email,2023,2024\nana@example.org,{cells}\n")
        registry.upload(file, recipe).finish()
    assert registry.audit.rejects()["state"].tolist() == ["fixed"]
    assert registry.verify() == []


@only_sqlite
def test_the_other_pair_never_settles_what_a_correction_left_wrong(registry: Registry, tmp_path: Path) -> None:
    """Of a reject that a correction file changed it isn't known which pair it is: two candidates settle nothing."""
    recipe, path = write(tmp_path, "years.yaml", YEARS), tmp_path / "rejects.csv"
    head = "Email,2023,2024\nana@example.org,"
    registry.upload(write(tmp_path, "1.csv", head + ",2024-13-01\n"), recipe).finish()
    registry.write_rejects(path)
    path.write_text(path.read_text("utf-8-sig").replace("2024-13-01", "2024-14-01", 1), "utf-8-sig")
    assert len(registry.correct(path).fixed) == 0
    registry.upload(write(tmp_path, "2.csv", head + "2023-05-05,2024-12-01\n"), recipe).finish()
    assert "open" in registry.audit.rejects()["state"].tolist()
    assert registry.verify() == []


def test_a_piece_is_corrected_by_file_and_stays_so(nights: Nights, tmp_path: Path) -> None:
    """The correction file shows the piece; its correction holds when its source sends the same again."""
    nights.night(ANA, BEN)
    path = tmp_path / "rejects.csv"
    nights.registry.write_rejects(path)
    text = path.read_text("utf-8-sig")
    assert "ben@example.org" in text
    assert "ana@example.org" not in text
    untouched = nights.registry.correct(path)
    assert (len(untouched.fixed), len(untouched.untouched)) == (0, 1)
    path.write_text(text.replace("2024-13-20", "2024-12-20", 1), "utf-8-sig")
    assert len(nights.registry.correct(path).fixed) == 1
    assert nights.night(ANA, BEN) == {"rows": 3, "unchanged": 3}
    assert nights.registry.verify() == []


def test_one_piece_is_patched(nights: Nights) -> None:
    """A cell is corrected in the row that was named; a line of several rows alone names none."""
    nights.night(ANA)
    batch = nights.registry.upload(write(nights.folder, "p.csv", f"{HEADINGS}\n{ANA}\n{BEN}\n"), nights.recipe)
    with pytest.raises(RegistryError) as refused:
        batch.patch(2, "issue_date", "2024-01-11")
    assert refused.value.reason == "line_of_rows"
    batch.patch("2.2", "issue_date", "2024-02-21")
    batch.patch(3, "issue_date", "2024-12-20")
    assert batch.patches()[["line", "new"]].to_dict("records") == [
        {"line": "2.2", "new": "2024-02-21"},
        {"line": "3.2", "new": "2024-12-20"},
    ]
    assert batch.review().resolved["issue_date_text"].tolist() == ["2024-01-10", "2024-02-21", "2024-12-20"]


def test_media_belong_to_their_piece(nights: Nights, tmp_path: Path) -> None:
    """A scan goes to the credential whose name it has, not to another of its line, staged or later."""
    batch = nights.registry.upload(
        write(nights.folder, "m.csv", f"{HEADINGS}\nana@example.org,2024-01-10,,,2024-05-05,\n"), nights.recipe
    )
    scan, other = tmp_path / "ana@example.org_Passport.jpg", tmp_path / "ana@example.org_First Aid.jpg"
    scan.write_bytes(jpeg())
    other.write_bytes(jpeg(1))
    done = batch.add_media([scan], "{user_email}_{credential_type}")
    assert [one.lines for one in done.matched] == [("2.3",)]
    batch.finish()
    media = batch.media()
    assert media[["line", "piece", "file"]].to_dict("records") == [{"line": 2, "piece": 3, "file": scan.name}]
    done = batch.add_media([other], {other.name: "2.1"})
    assert [one.lines for one in done.matched] == [("2.1",)]
    assert batch.media()["piece"].tolist() == [1, 3]
    assert nights.registry.verify() == []


def test_a_person_is_erased_from_every_piece(nights: Nights) -> None:
    """Nothing of a person's pieces is left, unchanged or rejected ones included; of others nothing goes."""
    nights.night(ANA, BEN)
    nights.night(ANA, BEN)
    nights.registry.erase("ana@example.org", "asked")
    assert nights.registry.verify() == []
    kept = _raws(nights.registry)
    assert all("ana@" not in raw for raw in kept)
    assert sum("ben@" in raw for raw in kept) == 2


def test_of_a_divided_cell_only_the_persons_part_is_erased(registry: Registry, tmp_path: Path) -> None:
    """Two people in one cell are two rows: who is erased takes nothing of the other along."""
    recipe = write(tmp_path, "two.yaml", "rules:\n  - split: {column: user_email, by: ';'}\n")
    headings = "User email,Credential type,Issue date,Expiration date"
    rows = f"{headings}\nana@example.org; zoe@example.org,First Aid,2024-01-10,\n"
    batch = registry.upload(write(tmp_path, "two.csv", rows), recipe)
    batch.finish()
    assert batch.counts.as_dict()["rejected"] == 1
    registry.erase("ana@example.org", "asked")
    assert registry.verify() == []
    assert [raw for raw in _raws(registry) if "@" in raw] == ['["zoe@example.org", "First Aid", "2024-01-10", ""]']


@only_sqlite
def test_undo_takes_all_pieces_back(nights: Nights) -> None:
    """Undo of a night takes back what each of its rows did, and opens what it had fixed."""
    nights.night(ANA, BEN)
    nights.night(ANA, "ben@example.org,,,2024-12-20,,")
    second = nights.batch.id
    nights.registry.undo(second)
    assert [state for *_, state in nights.rejects()] == ["open"]
    standing = nights.registry.credentials()
    assert isinstance(standing, pd.DataFrame)
    assert sorted(standing["credential_type"]) == ["First Aid", "Forklift"]
    assert nights.registry.verify() == []


def _raws(registry: Registry) -> list[str]:
    from credtools.store.blocks import raw_values

    with registry.engine.connect() as connection:
        numbers = connection.execute(select(tables.batches.c.id)).scalars().all()
        return [raw for number in numbers for _, raw in raw_values(connection, number)]


def test_each_piece_is_decided(nights: Nights, registry: Registry) -> None:
    """Approval takes every pending row of a line; one of them is named by its piece, and only that is decided."""
    both = write(
        nights.folder,
        "two.yaml",
        "unpivot:\n"
        "  - {credential_type: First Aid, issue_date: A}\n"
        "  - {credential_type: Licence, issue_date: B, credential_number: C}\n",
    )
    rows = "User email,A,B,C\nana@example.org,2024-01-10,2024-02-20,L-1\ncara@example.org,2024-01-11,2024-02-21,L-2\n"
    batch = registry.upload(write(nights.folder, "two.csv", rows), both)
    batch.finish()
    approver = registry
    assert len(approver.approve(batch.id, lines=["2.2"]).decided) == 1
    found = batch.credentials().sort_values(["line", "credential_type"])
    assert found["decision"].tolist() == ["pending", "approved", "pending", "pending"]
    assert len(approver.approve(batch.id).decided) == 3
    assert set(batch.credentials()["decision"]) == {"approved"}
    assert registry.verify() == []


@only_sqlite
def test_corrections_outlive_the_file(nights: Nights, tmp_path: Path) -> None:
    """Once the bytes of a file are erased its rows are still corrected under the headings that were made."""
    nights.night(ANA, BEN)
    nights.registry.erase("ana@example.org", "asked")  # takes the whole file along
    path = tmp_path / "rejects.csv"
    nights.registry.write_rejects(path)
    text = path.read_text("utf-8-sig")
    path.write_text(text.replace("2024-13-20", "2024-12-20", 1), "utf-8-sig")
    done = nights.registry.correct(path)
    assert (len(done.fixed), done.problems) == (1, ())
    assert nights.registry.verify() == []


@only_sqlite
def test_a_large_file_is_divided_between_its_records(nights: Nights) -> None:
    """Parts of a divided file hold whole records; together they are the file."""
    nights.registry.set("max_rows", 2)
    rows = [f"{user}@example.org,2024-01-10,,2024-02-20,," for user in ("ana", "ben", "cara")]
    file = write(nights.folder, "large.csv", "\n".join([HEADINGS, *rows, ""]))
    parts = nights.registry.parts(file, nights.recipe)
    batches = [nights.registry.upload(file, nights.recipe, part=k) for k in range(1, parts + 1)]
    assert [batch.finish().counts.new for batch in batches] == [4, 2]
    assert nights.registry.verify() == []


# --- what a file doesn't show isn't said --------------------------------------------------------------------

PAIRS = """\
headings: {Email: user_email}
unpivot:
  - {credential_type: First Aid, issue_date: FA, expiration_date: FAX}
  - {credential_type: Forklift, issue_date: FL}
"""
STORED = "User email,Credential type,Issue date,Expiration date\nana@example.org,Forklift,2024-02-01,2030-02-02\n"


TYPES = "Name,Expiry,Issue,Approval required\nFirst Aid,optional,required,no\nForklift,optional,required,no\n"


@pytest.fixture
def expiring(registry: Registry, tmp_path: Path) -> Registry:
    """An organisation whose types may all expire."""
    registry.load("types", write(tmp_path, "types.csv", TYPES))
    return registry


def _expires(registry: Registry, kind: str = "Forklift") -> list[str]:
    found = registry.credentials()
    of_kind = found["newest"] & (found["credential_type"] == kind)
    return [str(day)[:10] for day in found.loc[of_kind, "expiration_date"]]


@only_sqlite
@pytest.mark.parametrize("more", ["blanks: clear\n", "", "never: ['']\n", "blanks: keep\n"])
def test_what_the_own_pair_lacks_is_not_said(expiring: Registry, tmp_path: Path, more: str) -> None:
    """A pair without an expiration heading says nothing of expiry, although another pair has one: nothing is lost."""
    registry = expiring
    registry.upload(write(tmp_path, "lms.csv", STORED), write(tmp_path, "lms.yaml", "")).finish()
    recipe = write(tmp_path, "m.yaml", more + PAIRS)
    for run in "12":
        text = f"Email,FA,FAX,FL,Run\nana@example.org,2024-01-01,2029-01-01,2024-02-01,{run}\n"
        batch = registry.upload(write(tmp_path, "m.csv", text), recipe)
        assert batch.review().resolved["expiration_date_state"].tolist() == ["given", "absent"]
        batch.settle()
        assert (batch.state, batch.counts.new, batch.counts.new_versions) == ("finished", run == "1", 0)
    assert _expires(registry) == ["2030-02-02"]
    said = {row.credential_id: row.said for row in _words(registry, "m")}
    assert sorted(said.values()) == ["expiration_date,issue_date", "issue_date"]
    registry.undo(batch.id)  # what a source said is found anew, as it was
    assert {row.credential_id: row.said for row in _words(registry, "m")} == said
    assert registry.verify() == []


@only_sqlite
def test_a_pair_whose_heading_is_gone_tonight_says_nothing_of_it(expiring: Registry, tmp_path: Path) -> None:
    """A heading that the file lacks tonight takes no stored value away, although another pair has such a heading."""
    registry = expiring
    recipe = write(tmp_path, "m.yaml", f"blanks: clear\n{PAIRS.replace('FL}', 'FL, expiration_date: FLX}')}")
    rows = "Email,FA,FAX,FL,FLX\nana@example.org,2024-01-01,2029-01-01,2024-02-01,2030-01-01\n"
    registry.upload(write(tmp_path, "m.csv", rows), recipe).finish()
    batch = registry.upload(write(tmp_path, "m2.csv", rows.replace("FAX", "Until")), recipe)
    batch.finish()
    assert (batch.counts.unchanged, _expires(registry, "First Aid")) == (2, ["2029-01-01"])
    cleared = registry.upload(write(tmp_path, "m3.csv", rows.replace("2030-01-01", "")), recipe)
    cleared.finish()
    assert (cleared.counts.new_versions, _expires(registry)) == (1, ["NaT"])  # a blank cell is said
    assert registry.verify() == []


@only_sqlite
@pytest.mark.parametrize("filled", ["", "2031-01-01"])
def test_a_correction_says_no_more_than_its_row(expiring: Registry, tmp_path: Path, filled: str) -> None:
    """A row that comes back corrected says nothing of what its pair lacks, unless somebody fills that in."""
    registry = expiring
    registry.upload(write(tmp_path, "lms.csv", STORED), write(tmp_path, "lms.yaml", "")).finish()
    rows = "Email,FA,FAX,FL\nana@example.org,2024-01-01,2029-01-01,2024-02-31\n"
    registry.upload(write(tmp_path, "m.csv", rows), write(tmp_path, "m.yaml", f"blanks: clear\n{PAIRS}")).finish()
    path = tmp_path / "rejects.csv"
    registry.write_rejects(path)
    wrong = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    wrong = wrong.assign(issue_date="2024-02-01", expiration_date=filled)
    wrong.to_csv(path, index=False, encoding="utf-8-sig")
    assert len(registry.correct(path).fixed) == 1
    assert _expires(registry) == [filled or "2030-02-02"]
    assert registry.verify() == []


@only_sqlite
@pytest.mark.parametrize("lost", [False, True])
def test_a_list_with_unread_pairs_counts_as_part(registry: Registry, tmp_path: Path, *, lost: bool) -> None:
    """A full list of which a pair's heading is gone doesn't show all that stands: nothing is withdrawn by it."""
    recipe = write(tmp_path, "m.yaml", f"export: {{full: 0}}\nabsent: withdraw\n{PAIRS}")
    rows = "Email,FA,FAX,FL\nana@example.org,2024-01-01,2029-01-01,2024-02-01\n"
    registry.upload(write(tmp_path, "m.csv", rows), recipe).finish()
    gone = rows.replace(",FL", ",Truck") if lost else rows.replace("2024-02-01", "")
    batch = registry.upload(write(tmp_path, "m2.csv", gone), recipe)
    batch.finish()
    assert ("Forklift" in set(registry.credentials().query("not withdrawn")["credential_type"])) == lost
    told = {one.code: one.sentence for one in batch.warnings}
    assert ("counts as a part" in told.get("unpivot_incomplete", "")) == lost
    assert registry.verify() == []


@only_sqlite
@pytest.mark.parametrize("how", ["headings", "hidden", "named", "empty"])
def test_a_list_with_unread_sheets_counts_as_part(registry: Registry, tmp_path: Path, how: str) -> None:
    """A full list of all sheets withdraws nothing when one of them isn't read; of named sheets none is missed."""
    stack = "[First Aid]" if how == "named" else "all"
    recipe = "export: {full: 0}\nabsent: withdraw\nsheets: {stack: %s, name_as: credential_type}\n"
    headings = ["User email", "Issue date", "Expiration date"]
    one, two = [["ana@example.org", f"2024-01-0{k}", "2029-01-01"] for k in (1, 2)]
    first = book(**{"First Aid": [headings, one], "Forklift": [headings, two]})
    (tmp_path / "a.xlsx").write_bytes(first)
    registry.upload(tmp_path / "a.xlsx", write(tmp_path, "k.yaml", recipe % "all")).finish()
    other = {"headings": [["Person", "Since"], two[:2]], "empty": [headings]}.get(how, [headings, two])
    name = "_Forklift" if how == "hidden" else "Forklift"
    (tmp_path / "b.xlsx").write_bytes(book(**{"First Aid": [headings, one], name: other}))
    batch = registry.upload(tmp_path / "b.xlsx", write(tmp_path, "k.yaml", recipe % stack))
    batch.finish()
    kept = how in ("headings", "hidden")
    assert ("Forklift" in set(registry.credentials().query("not withdrawn")["credential_type"])) == kept
    assert any("counts as a part" in one.sentence for one in batch.warnings) == kept
    assert registry.verify() == []


def _words(registry: Registry, source: str) -> list[Any]:
    statement = select(tables.words).join(tables.sources).where(tables.sources.c.name == source)
    with registry.engine.connect() as connection:
        return list(connection.execute(statement))


# --- pairs of one type come and go --------------------------------------------------------------------------

PAIR = "  - {credential_type: Forklift, issue_date: %s}\n"


def _pairs(registry: Registry, folder: Path, years: str, *cells: str, more: str = "", headings: str = "") -> Batch:
    """A file of pairs of one type, a column each, as the recipe names them; `headings`: of the file, others than it."""
    names = years.split()
    recipe = write(
        folder, "years.yaml", "headings: {Email: user_email}\nunpivot:\n" + "".join(PAIR % n for n in names) + more
    )
    rows = [f"Email,{(headings or years).replace(' ', ',')}", *cells, ""]
    batch = registry.upload(write(folder, f"{len(registry.batches())}.csv", "\n".join(rows)), recipe)
    batch.finish()
    return batch


def _states(batch: Batch, registry: Registry) -> dict[str, str]:
    """The state of each of the batch's rejects, by its value."""
    found = registry.audit.rejects()
    found = found[found["batch"] == batch.id]
    return dict(zip(found["heading"], found["state"], strict=True))


@pytest.mark.parametrize("order", ["2022 2023 2024", "2024 2023", "2024 2022 2023"])
def test_a_waiver_stays_with_its_pair(registry: Registry, tmp_path: Path, order: str) -> None:
    """Another pair of the type before it, in recipe and file, or another order: what was waived is what it was."""
    said = {"2022": "2022-01-01", "2023": "n/a", "2024": "n/a"}
    first = _pairs(registry, tmp_path, "2023 2024", "ana@example.org,n/a,n/a")
    registry.waive(first, ["2.2"], "never had it", for_good=True)
    again = _pairs(registry, tmp_path, order, "ana@example.org," + ",".join(said[year] for year in order.split()))
    assert _states(again, registry) == {"2023": "open", "2024": "waived"}
    assert registry.verify() == []
    registry.undo(again)
    assert _states(first, registry) == {"2023": "open", "2024": "waived"}
    assert registry.verify() == []


def test_a_correction_stays_with_its_pair(registry: Registry, tmp_path: Path) -> None:
    """A cell that was corrected by file is corrected again when a pair of its type comes before it."""
    _pairs(registry, tmp_path, "2023 2024", "ana@example.org,n/a,n/a")
    path = tmp_path / "rejects.csv"
    registry.write_rejects(path)
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    last = lines[-1].replace("n/a", "2024-12-01", 1)
    path.write_text("".join([*lines[:-1], last]), "utf-8-sig")
    assert len(registry.correct(path).fixed) == 1
    again = _pairs(registry, tmp_path, "2022 2023 2024", "ana@example.org,2022-01-01,n/a,n/a")
    assert (again.counts.new, again.counts.older, again.counts.unchanged, again.counts.rejected) == (0, 1, 1, 1)
    assert _states(again, registry) == {"2023": "open"}
    assert registry.verify() == []


@only_sqlite
def test_the_only_pair_of_a_type_may_have_other_headings(registry: Registry, tmp_path: Path) -> None:
    """A heading that is renamed leaves a waiver alone where the type tells which pair it is; else it is open."""
    first = _pairs(registry, tmp_path, "Since", "ana@example.org,n/a")
    registry.waive(first, [2], "never had it", for_good=True)
    second = _pairs(registry, tmp_path, "From", "ana@example.org,n/a")
    assert list(_states(second, registry).values()) == ["waived"]
    third = _pairs(registry, tmp_path, "Until From", "ana@example.org,,n/a")
    assert list(_states(third, registry).values()) == ["waived"]
    fourth = _pairs(registry, tmp_path, "Begin End", "ana@example.org,n/a,n/a")
    assert list(_states(fourth, registry).values()) == ["open", "open"]
    assert registry.verify() == []


@only_sqlite
def test_a_pair_gets_another_column(registry: Registry, tmp_path: Path) -> None:
    """A pair of which one more heading is mapped is still the same, as long as it keeps one."""
    first = _pairs(registry, tmp_path, "2023 2024", "ana@example.org,n/a,n/a")
    registry.waive(first, ["2.2"], "never had it", for_good=True)
    more = "  - {credential_type: Forklift, expiration_date: X24, issue_date: 2024}\n"
    again = _pairs(registry, tmp_path, "2023", "ana@example.org,n/a,n/a,", more=more, headings="2023 2024 X24")
    assert sorted(_states(again, registry).items()) == [("2023", "open"), ("2024", "waived")]
    assert registry.verify() == []


# --- a pair that the recipe no longer reads -----------------------------------------------------------------


class Lists:
    """The full lists of a source, which withdraws what they no longer hold."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self.registry, self.folder = registry, folder

    def send(self, pairs: dict[str, str], headings: str, *rows: str) -> Batch:
        """A list of which the recipe reads these columns, each of a type."""
        entries = "".join(f"  - {{credential_type: {kind}, issue_date: {name}}}\n" for name, kind in pairs.items())
        text = f"headings: {{Email: user_email}}\nexport: {{full: 0}}\nabsent: withdraw\nunpivot:\n{entries}"
        content = "\n".join([f"Email,{headings}", *rows, ""])
        file = write(self.folder, f"l{len(self.registry.batches())}.csv", content)
        batch = self.registry.upload(file, write(self.folder, "lists.yaml", text))
        batch.finish()
        assert self.registry.verify() == []
        return batch

    def counting(self) -> set[tuple[str, str, str]]:
        frame = self.registry.credentials()
        frame = frame[frame["newest"] & ~frame["withdrawn"]]
        days = frame["issue_date"].astype(str)
        return {
            (user.partition("@")[0], kind, day)
            for user, kind, day in zip(frame["user_email"], frame["credential_type"], days, strict=True)
        }


def _unread(batch: Batch) -> dict[str, int]:
    return {one.code: one.count for one in batch.warnings if one.code == "pairs_unread"}


def test_a_pair_taken_out_of_the_recipe_withdraws_nothing(expiring: Registry, tmp_path: Path) -> None:
    """What a recipe no longer reads isn't absent, which is told each night; of what it reads the list is full."""
    lists = Lists(expiring, tmp_path)
    both = {"FA": "First Aid", "FL": "Forklift"}
    rows = "ana@example.org,2024-01-01,2024-02-01", "ben@example.org,2024-01-02,2024-02-02"
    assert _unread(lists.send(both, "FA,FL", *rows)) == {}
    every = lists.counting()
    assert len(every) == 4
    only = {"FA": "First Aid"}
    second = lists.send(only, "FA,FL", *rows)
    assert (lists.counting(), _unread(second)) == (every, {"pairs_unread": 2})
    (told,) = [one.sentence for one in second.warnings if one.code == "pairs_unread"]
    assert "'FL'" in told
    third = lists.send(only, "FA,FL", rows[0], "ben@example.org,,2024-02-02")
    assert lists.counting() == every - {("ben", "First Aid", "2024-01-02")}
    assert _unread(third) == {"pairs_unread": 2}
    assert len(expiring.audit.unlisted()) == 1
    back = lists.send(both, "FA,FL", rows[0], "ben@example.org,,")
    assert lists.counting() == {one for one in every if one[0] == "ana"}
    assert _unread(back) == {}
    expiring.undo(back)
    assert lists.counting() == every - {("ben", "First Aid", "2024-01-02")}
    assert expiring.verify() == []


def test_what_was_said_last_in_a_pair_that_is_read_is_absent(expiring: Registry, tmp_path: Path) -> None:
    """Of two pairs of a type one is no longer read: only what it said last may still be there."""
    lists = Lists(expiring, tmp_path)
    rows = "ana@example.org,2023-01-01,", "ben@example.org,,2024-01-01", "cara@example.org,2023-03-03,2024-03-03"
    lists.send({"2023": "Forklift", "2024": "Forklift"}, "2023,2024", *rows)
    only = {"2024": "Forklift", "FA": "First Aid"}
    last = lists.send(only, "2024,FA", "ben@example.org,,2024-09-09", "cara@example.org,,2024-09-09")
    kept = {("ana", "Forklift", "2023-01-01"), ("cara", "Forklift", "2024-03-03")}
    assert {one for one in lists.counting() if one[1] == "Forklift"} == kept
    assert _unread(last) == {"pairs_unread": 2}
    lists.send(only, "2024,FA", "ana@example.org,2024-05-05,", "cara@example.org,2024-03-03,")
    last = lists.send(only, "2024,FA", "cara@example.org,,2024-09-09")
    assert {one for one in lists.counting() if one[1] == "Forklift"} == set()  # they were in what is read meanwhile
    assert _unread(last) == {}


@only_sqlite
def test_an_unread_pair_is_no_corrected_date(expiring: Registry, tmp_path: Path) -> None:
    """An earlier date in another pair corrects nothing while the column of the later one isn't read."""
    lists = Lists(expiring, tmp_path)
    lists.send({"Old": "Forklift", "New": "Forklift"}, "Old,New", "ana@example.org,,2024-05-05")
    last = lists.send({"Old": "Forklift"}, "Old,New", "ana@example.org,2023-03-03,2024-05-05")
    assert (last.counts.older, lists.counting()) == (1, {("ana", "Forklift", "2024-05-05")})


@only_sqlite
def test_what_was_corrected_in_an_unread_pair_stays(expiring: Registry, tmp_path: Path) -> None:
    """A credential that only a correction of such a row says isn't absent either."""
    lists = Lists(expiring, tmp_path)
    both = {"FA": "First Aid", "FL": "Forklift"}
    lists.send(both, "FA,FL", "ana@example.org,2024-01-01,2024-13-01")
    path = tmp_path / "rejects.csv"
    expiring.write_rejects(path)
    path.write_text(path.read_text("utf-8-sig").replace("2024-13-01", "2024-12-01", 1), "utf-8-sig")
    assert len(expiring.correct(path).fixed) == 1
    every = lists.counting()
    last = lists.send({"FA": "First Aid"}, "FA", "ana@example.org,2024-01-01")
    assert (lists.counting(), _unread(last)) == (every, {"pairs_unread": 1})


@only_sqlite
def test_a_renamed_pair_is_read(expiring: Registry, tmp_path: Path) -> None:
    """The only pair of a type under another heading is that pair: the list is full. `check` tells what isn't read."""
    lists = Lists(expiring, tmp_path)
    lists.send({"FA": "First Aid", "FL": "Forklift"}, "FA,FL", "ana@example.org,2024-01-01,2024-02-01")
    last = lists.send({"FA": "First Aid", "Truck": "Forklift"}, "FA,Truck", "ana@example.org,2024-01-01,")
    assert (_unread(last), {kind for _, kind, _ in lists.counting()}) == ({}, {"First Aid"})
    lists.send({"FA": "First Aid", "Truck": "Forklift"}, "FA,Truck", "ana@example.org,2024-01-01,2024-02-01")
    file = write(tmp_path, "c.csv", "Email,FA\nana@example.org,2024-01-01\n")
    recipe = write(tmp_path, "lists.yaml", (tmp_path / "lists.yaml").read_text("utf-8").rpartition("  - ")[0])
    assert "pairs_unread" in {one.code for one in expiring.check(file, recipe).warnings}
