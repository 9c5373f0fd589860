"""The correction file comes back as it went out: every kind of reject, as CSV and XLSX, untouched or corrected."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from credtools.exports.corrections import OURS, WrongRow, is_correction, read_corrections, write_corrections
from credtools.exports.damage import undamaged
from credtools.registry import Batch, Registry
from tests.builders import ANA, ZOE, only_sqlite
from tests.builders import HEADINGS as OF_EXPORT

# What dialects are recognised by, in whatever number and order.
MARKS = [
    ",",
    ";",
    "\t",
    "|",
    "^",
    ":",
    "~",
    "¬",
    "'",
    '"',
    "\\",
    "\n",
    "\r\n",
    " ",
    "  ",
    "a",
    "é",
    "7",
    "-",
    "---",
    "=",
    "#$",
]
CELLS = st.lists(st.sampled_from(MARKS), max_size=14).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufdd0\ufdd1"), max_size=20
)
SENTENCES = st.sampled_from(["", "E-Mail: unknown; a; b; c; d; e; f; g", "a|b|c|d|e|f", "1\t2\t3\t4\t5\t6"])
HEADINGS = ["E-Mail", "Issue date; as DD/MM", "Kind|of", "col_4"]
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS, SENTENCES | CELLS, SENTENCES), min_size=1, max_size=6)
Rows = list[tuple[str, str, str, str, str]]


def wrong(rows: Rows) -> list[WrongRow]:
    return [
        WrongRow(
            f"R{k}-AAAAAAAAAA", dict(zip(HEADINGS, row[:4], strict=True)), frozenset(), row[3], row[4], "hr", "a;b.csv"
        )
        for k, row in enumerate(rows, 1)
    ]


def require_untouched(path: Path, rows: Rows) -> None:
    frame = read_corrections(path).frame
    assert frame[OURS[0]].tolist() == [one.key for one in wrong(rows)]
    for name in HEADINGS:
        came = [one.cells[name] for one in wrong(rows)]
        assert [undamaged(*pair) for pair in zip(came, frame[name], strict=True)] == [(text, False) for text in came]


@given(ROWS)
@settings(max_examples=60)
def test_our_own_csv_is_known(tmp_path_factory: pytest.TempPathFactory, rows: Rows) -> None:
    """Whatever its cells and sentences hold, our CSV is read as what it is, cell for cell."""
    path = write_corrections(tmp_path_factory.mktemp("out") / "wrong.csv", wrong(rows))
    assert is_correction(path)
    require_untouched(path, rows)


@given(ROWS, st.sampled_from([(";", "utf-8-sig"), ("\t", "utf-16"), ("|", "utf-8"), (",", "utf-8")]))
@settings(max_examples=40)
def test_another_program_saved_it(tmp_path_factory: pytest.TempPathFactory, rows: Rows, how: tuple[str, str]) -> None:
    """Saved again with another delimiter or encoding, its headings say which; whatever the cells look like."""
    path = write_corrections(tmp_path_factory.mktemp("out") / "wrong.csv", wrong(rows))
    delimiter, encoding = how
    saved = io.StringIO(newline="")
    with path.open(encoding="utf-8-sig", newline="") as file:
        csv.writer(saved, delimiter=delimiter).writerows(csv.reader(file))
    path.write_bytes(saved.getvalue().encode(encoding))
    assert is_correction(path)
    require_untouched(path, rows)


def test_a_file_that_says_its_delimiter(tmp_path: Path) -> None:
    """A line above the headings, as some programs write it, hides nothing."""
    path = write_corrections(tmp_path / "wrong.csv", wrong([("a;b;c;d", ";;;;;;", "", "", "")] * 3))
    text = path.read_text("utf-8-sig").replace("a;b;c;d", "abcd").replace(";;;;;;", "").replace(",", ";")
    path.write_text(f"sep=;\n{text}", "utf-8")
    assert read_corrections(path).frame["E-Mail"].tolist() == ["abcd"] * 3


# --- every kind of reject ---------------------------------------------------------------------------------------

WRONG_ROWS = (  # one of each error that a row can have
    ZOE,  # user_exists
    "ana@example.org,Frist Aid; Forklift; Other,2024-01-10,,",  # credential_type_exists
    "ana@example.org,First Aid,03/05/2024,,007",  # date_format
    "ana@example.org,First Aid,2024-05,,",  # date_incomplete
    "ana@example.org,First Aid,2024-05-03,2023-05-03,",  # expires_after_issue
    "ana@example.org,,2024-05-03,,",  # value_required
    "ana@example.org,First Aid,########,,1.2E+11",  # value_damaged
    "ana@example.org,First Aid,2024-01-10,,,more;and;more,",  # field_count
    "ana@example.org",
    "ana@example.org,Licence,2024-06-01,2025-01-01,N-1",  # not_repeated
    "ana@example.org,Licence,2024-06-01,2026-01-01,N-1",
    "an\u200ba@example.org,First Aid,2024-01-10,,=1+1",  # value_readable
    "dora@example.org,First Aid,2025-06-01,,-5",
)


@only_sqlite
@given(cells=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=3), place=st.integers(0, 99))
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_reject_comes_back(
    registry: Registry, tmp_path: Path, cells: list[tuple[str, str, str]], place: int
) -> None:
    """Unedited, nothing has changed; with one cell corrected exactly that row is taken; as CSV and as XLSX."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(("who@example.org", *one, "x") for one in cells)
    source = tmp_path / "export.csv"
    source.write_text("\n".join([OF_EXPORT, ANA, *WRONG_ROWS]) + "\n" + out.getvalue(), "utf-8-sig", newline="")
    batch = registry.upload(source)
    batch.finish()
    try:
        _come_back(registry, batch, tmp_path, place)
    finally:  # the next example begins as this one did
        registry.undo(batch)


def _come_back(registry: Registry, batch: Batch, folder: Path, place: int) -> None:
    found = registry.audit.rejects(batch=batch.id)
    rejects, codes = found["reject"].unique().tolist(), set(found["code"])
    twins = set(found.query("code == 'not_repeated'")["reject"])  # who corrects one has settled the other
    assert {"user_exists", "field_count", "not_repeated", "value_readable", "value_damaged"} <= codes
    for name in ("wrong.csv", "wrong.xlsx"):
        path = folder / name
        registry.write_rejects(path, batch)
        done = registry.correct(path, dry_run=True)
        assert (sorted(done.untouched), done.problems, done.repaired) == (sorted(rejects), (), ())
        alone = [row for row, reject in enumerate(rejects) if reject not in twins]
        _retype(path, alone[place % len(alone)], "corrected; by, hand")
        done = registry.correct(path, dry_run=True)
        assert (len(done.untouched), done.problems, done.repaired) == (len(rejects) - 1, (), ())
        assert len(done.still_wrong) + len(done.newly_wrong) == 1


def _retype(path: Path, row: int, text: str) -> None:
    """What a person does in a spreadsheet: another text in the column of the types."""
    if path.suffix == ".xlsx":
        book = load_workbook(path)
        sheet = book.active
        sheet.cell(row + 2, [cell.value for cell in sheet[1]].index("Credential type") + 1, text)
        book.save(path)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    lines[row + 1][lines[0].index("Credential type")] = text
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(lines)
