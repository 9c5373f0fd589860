"""Stories of rows that share a line: pieces of it, and the same line of several sheets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from credtools.errors import CredtoolsError
from credtools.jupyter.approvals import Approvals
from credtools.jupyter.audit import AuditPage
from credtools.registry import Registry
from tests.builders import export, load, only_sqlite, write
from tests.clicks import clicked
from tests.pictures import png
from tests.test_shapes_rows import book

pytestmark = only_sqlite

PAIRS = """\
headings: {Email: user_email}
date_format: YYYY-MM-DD
unpivot:
  - {credential_type: First Aid, issue_date: First Aid}
  - {credential_type: Forklift, issue_date: Forklift}
  - {credential_type: Passport, issue_date: Passport}
"""
HEADINGS = ["User email", "Credential type", "Issue date"]


def places(frame: pd.DataFrame) -> set[tuple[int, int, int, int]]:
    names = ("batch", "sheet", "line", "piece")
    return set(zip(*(frame[name].tolist() for name in names), strict=True))


@pytest.fixture
def pieces(registry: Registry, tmp_path: Path) -> Registry:
    """One line: First Aid waits for approval (2.1), Forklift's day is wrong (2.2), Passport waits for media (2.3)."""
    row = "ana@example.org,2024-01-10,10.2.2024,2024-03-10"
    path = export(tmp_path, row, headings="Email,First Aid,Forklift,Passport")
    registry.upload(path, write(tmp_path, "hr.yaml", PAIRS)).finish()
    return registry


@pytest.fixture
def sheets(registry: Registry, tmp_path: Path) -> Registry:
    """Two sheets: line 2 of the first is Ana's, line 2 of the second Ben's; line 3 is somebody unknown's in both."""
    rows = [
        [[f"{name}@example.org", "First Aid", "2024-01-01"] for name in some] for some in (("ana", "x"), ("ben", "y"))
    ]
    path = tmp_path / "book.xlsx"
    path.write_bytes(book(**{str(2024 + k): [HEADINGS, *some] for k, some in enumerate(rows)}))
    registry.upload(path, write(tmp_path, "book.yaml", "sheets: {stack: all}\n")).finish()
    return registry


def test_each_piece_has_its_own_story(pieces: Registry) -> None:
    """The story of a credential is that of its own piece: what befell the others of its line isn't told of it."""
    audit = pieces.audit
    assert places(audit.credential("ana@example.org", "First Aid")) == {(1, 1, 2, 1)}
    wrong = audit.credential("ana@example.org", "Forklift")
    assert (places(wrong), set(wrong["what"])) == ({(1, 1, 2, 2)}, {"uploaded", "rejected"})
    assert set(wrong["credential"]) == {"Forklift"}
    assert places(audit.person("ana@example.org")) == {(1, 1, 2, 1), (1, 1, 2, 2), (1, 1, 2, 3)}


def test_a_person_is_told_nothing_of_others_in_the_same_cell(registry: Registry, tmp_path: Path) -> None:
    """Of a cell that names several persons each is told only what is theirs, also once it is fixed or erased."""
    recipe = write(tmp_path, "split.yaml", "rules:\n  - split: {column: user_email, by: ;}\n")
    path = export(tmp_path, "ana@example.org;zoe@example.org;ben@example.org,First Aid,2024-01-10,,")
    registry.upload(path, recipe).finish()
    theirs = {"ana": {(1, 1, 2, 1)}, "zoe": {(1, 1, 2, 2)}, "ben": {(1, 1, 2, 3)}}
    assert {name: places(registry.audit.person(f"{name}@example.org")) for name in theirs} == theirs
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    registry.upload(path, recipe).finish()
    theirs["zoe"].add((2, 1, 2, 2))
    for name, own in theirs.items():
        found = registry.audit.person(f"{name}@example.org")
        assert (name, {place for place in places(found) if place[-1] not in {one[-1] for one in own}}) == (name, set())
    fixed = registry.audit.person("zoe@example.org")
    assert "by batch 2 line 2.2" in fixed.loc[fixed["what"] == "fixed", "told"].tolist()
    registry.erase("zoe@example.org", "asked")
    found = registry.audit.row(1, 2)
    assert places(found[found["what"] == "erased"]) == {(1, 1, 2, 2), (2, 1, 2, 2)}


def test_the_same_line_of_two_sheets(sheets: Registry) -> None:
    """Line 2 of the second sheet isn't told as line 2 of the first; which is meant has to be said."""
    audit = sheets.audit
    assert places(audit.person("ben@example.org")) == {(1, 2, 2, 1)}
    assert places(audit.row(1, "1:2")) == {(1, 1, 2, 1)}
    assert places(audit.row(1, "2:3")) == {(1, 2, 3, 1)}
    assert places(sheets.history(1, "2:2")) == {(1, 2, 2, 1)}
    for ask in (audit.row, sheets.history):
        with pytest.raises(CredtoolsError) as caught:
            ask(1, 2)
        assert caught.value.reason == "line_without_sheet"


def test_a_line_means_all_its_pieces_and_one_can_be_named(pieces: Registry) -> None:
    """A row is named as at `--lines`; the history is of one credential, so that of several has to name it."""
    assert places(pieces.audit.row(1, 2)) == {(1, 1, 2, 1), (1, 1, 2, 2), (1, 1, 2, 3)}
    assert places(pieces.audit.row(1, "2.2")) == {(1, 1, 2, 2)}
    assert places(pieces.history(1, "2.3")) == {(1, 1, 2, 3)}
    refused = {2: "credentials_on_line", "2.2": "no_credential_on_line", "2.9": "no_credential_on_line"}
    for line, reason in refused.items():
        with pytest.raises(CredtoolsError) as caught:
            pieces.history(1, line)
        assert caught.value.reason == reason
    with pytest.raises(CredtoolsError) as caught:
        pieces.audit.row(1, "2.9")
    assert caught.value.reason == "row_not_judged"


def test_frames_name_sheet_and_piece(pieces: Registry) -> None:
    """What is listed can be named: each reject, credential and withdrawal has its whole address."""
    assert places(pieces.audit.rejects()) == {(1, 1, 2, 2)}
    assert places(pieces.credentials()) == {(1, 1, 2, 1), (1, 1, 2, 3)}
    pieces.approve(1, ["2.1"])
    pieces.withdraw(1, ["2.1"], "revoked")
    assert places(pieces.audit.withdrawals()) == {(1, 1, 2, 1)}


def test_the_pages_know_rows_apart(pieces: Registry) -> None:
    """On the page of approvals and on that of the audit one piece of a line is chosen, shown and decided by itself."""
    page = Approvals(pieces)
    rows = clicked(page, "ready")["list"]["rows"]
    assert [row["line"] for row in rows] == ["2.1", "2.3"]
    assert len(clicked(page, "detail", batch=1, line="2.3")["detail"]["history"]) == 2
    assert (
        clicked(page, "decide", decision="reject", reason="no", chosen=[[1, "2.3"]])["said"] == "1 credential rejected."
    )
    assert pieces.credentials()["decision"].tolist() == ["pending", "declined"]
    audit = AuditPage(pieces)
    (row,) = clicked(audit, "ready")["list"]["rows"]
    told = clicked(audit, "history", batch=1, line=row["line"], row=row["row"])["row"]
    assert (told["line"], {act[3] for act in told["history"]}) == ("2.2", {"batch 1, line 2.2"})


def test_by_which_piece_a_reject_was_fixed(registry: Registry, tmp_path: Path) -> None:
    """The story names the piece that settled a reject, also where it is the first of its line."""
    recipe = write(tmp_path, "hr.yaml", PAIRS)
    for number, day in enumerate(("10.1.2024", "2024-01-10"), 1):
        path = export(tmp_path, f"ana@example.org,{day},2024-02-10,", headings="Email,First Aid,Forklift,Passport")
        registry.upload(path.rename(tmp_path / f"{number}.csv"), recipe).finish()
    told = registry.audit.row(1, "2.1")
    assert told.loc[told["what"] == "fixed", "told"].tolist() == ["by batch 2 line 2.1"]


@pytest.mark.parametrize("line", ["2.3", "1:2.3", 2])
def test_a_file_belongs_to_a_piece(pieces: Registry, tmp_path: Path, line: int | str) -> None:
    """A medium can be chosen for one piece, in any way that means it; a whole line means the pieces that are in."""
    scan = tmp_path / "scan.png"
    scan.write_bytes(png())
    pieces.batch(1).add_media(scan, {"scan.png": line})
    assert places(pieces.media()) == ({(1, 1, 2, 1), (1, 1, 2, 3)} if line == 2 else {(1, 1, 2, 3)})
    for wrong in ("2.2", "2.9", 3):
        with pytest.raises(CredtoolsError) as caught:
            pieces.batch(1).add_media(scan, {"scan.png": wrong})
        assert caught.value.reason == "line_without_media"


def test_a_file_is_added_on_the_page(pieces: Registry, tmp_path: Path) -> None:
    """The page of approvals tops up the piece that is shown, also when the list calls it by its line alone."""
    pieces.undo(1)
    row = "ben@example.org,10.2.2024,,2024-03-10"  # of the pieces of this line only the last is in
    path = export(tmp_path, row, headings="Email,First Aid,Forklift,Passport", name="b.csv")
    pieces.upload(path, write(tmp_path, "hr.yaml", PAIRS)).finish()
    page = Approvals(pieces)
    (shown,) = clicked(page, "ready")["list"]["rows"]
    scan = tmp_path / "scan.png"
    scan.write_bytes(png())
    page._media[scan] = scan.name
    clicked(page, "media", batch=2, line=shown["line"])
    assert places(pieces.media()) == {(2, 1, 2, 3)}


def test_stacked_rows_are_decided_on_the_page(sheets: Registry) -> None:
    """A row of the second sheet is approved alone, though its line is on the first one, too."""
    page = Approvals(sheets)
    assert [row["line"] for row in clicked(page, "ready")["list"]["rows"]] == ["1:2", "2:2"]
    assert clicked(page, "decide", decision="approve", chosen=[[1, "2:2"]])["said"] == "1 credential approved."
    assert sheets.credentials()["decision"].tolist() == ["pending", "approved"]
