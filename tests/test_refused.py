"""Files that are refused: what is said of them, and kept, holds nothing that may be a person's data."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

import credtools as ct
from credtools.cli import main
from credtools.text import data_among, quoted
from tests.builders import UPLOADER, load, write
from tests.canaries import _columns, _spellings, _unpacked

if TYPE_CHECKING:
    from credtools.registry import Registry

# What is told apart by itself; and what only the list of users tells.
STRANGER = {
    "address": "quilla.wren@birds.example",
    "phone": "0660 4711471",
    "date": "13.07.1971",
    "number": "QX4711471",
}
KNOWN = {"name": "Quilla Vängström", "User ID": "QX-77-wren", "own address": "q.wren@nest.example"}
CANARIES = STRANGER | KNOWN
USERS = f"Email,Name,External ID\n{KNOWN['own address']},{KNOWN['name']},{KNOWN['User ID']}\nben@example.org,Ben,E-2\n"
TYPES = "Name\nFirst Aid\nForklift\n"
RECORD = [*CANARIES.values(), "Frist Aid"]
ROWS = [RECORD, ["x", "y", "z", "1", "2", "3", "4", "5"], ["a", "b", "c", "1", "2", "3", "4", "5"]]


def book(*sheets: tuple[str, list[list[str]]]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(out)
    return out.getvalue()


def text(rows: list[list[str]], by: str = ",") -> bytes:
    return "".join(by.join(row) + "\n" for row in rows).encode()


def page(start: str, rows: list[list[str]]) -> bytes:
    cells = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"{start}<table>\n{cells}\n</table>".encode()


def wide(rows: list[list[str]]) -> list[list[str]]:
    return [row * 40 for row in rows]


NAME = [[KNOWN["name"], "Course"], ["1", "2"]]  # nothing else of the row looks like data
FILES: dict[str, bytes] = {
    "no_headings.csv": text(ROWS),
    "only_a_name.csv": text(NAME),
    "turned_name.csv": text([["Vängström, Quilla", "Course", "Done"], ["1", "2", "3"]], ";"),
    "one_column.csv": text([[f"{KNOWN['name']}|passed"], ["x"], ["y"]], ";"),
    "names_sheet.xlsx": book((STRANGER["address"], ROWS), ("Other", ROWS)),
    "page.xls": page("<meta charset=utf-8>", ROWS),
    "bom.xls": "\ufeff".encode() + page("<style>td {color: red}</style><div>", ROWS),
    "page16.xls": page("<!-- export -->", ROWS).decode().encode("utf-16"),
    "page.csv": page("<html>", ROWS),
    "too_wide.csv": text(wide(ROWS)),
    "too_wide.xlsx": book(("A", wide(ROWS))),
    "cut.xlsx": book(("A", ROWS))[:900],
    "no_zip.xlsx": b"PK\x03\x04" + text(ROWS),
    "wrong_bytes.csv": text(ROWS) + b"\xff\xfe\x00\x81\x8d",
    "twice.csv": text([["Email", f"User email [{KNOWN['User ID']}]", "User email [0660 4711471]"], ["a", "b", "c"]]),
    "prose.csv": f"{KNOWN['name']} ({STRANGER['address']}) needs a new card\nsince {STRANGER['date']}\n".encode(),
    "long_line.csv": text([[f"{KNOWN['name']} {'has been here, ' * 9}", "B"], ["1", "2"]], ";"),
    "headings_only.csv": text(ROWS[:1]),
    "unbalanced.csv": b'"' + text(ROWS),
}
RECIPES = {
    "headings": "headings: {E-Mail: user_email}",
    "unpivot": "unpivot:\n  - {credential_type: First Aid, issue_date: First Aid issued}",
    "leave_out": "rules:\n  - leave_out: {column: State, values: [x]}",
    "fill_down": "fill_down: [Group]",
    "sheet": "read: {sheet: Summary}",
    "stack": "sheets: {stack: all}",
    "encoding": "read: {encoding: ascii}",
    "by_name": "match_users_by: name",
    "expect": "expect: {headings: same, rows: 0.1}",
}
OF_SHEETS = ("", "sheet", "stack")
ALWAYS = "stack"  # and without a recipe; how each other one is refused belongs to the long battery


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "credtools", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ})


def found_in(*contents: bytes) -> set[str]:
    """The canaries in what was said or kept, in whatever spelling or packing."""
    parts = [part.lower() for content in contents for part in _unpacked(content)]
    turned = {"turned": "Vängström, Quilla"}
    return {
        name
        for name, word in (CANARIES | turned).items()
        if any(one in part for part in parts for one in _spellings(word))
    }


def kept(registry: Registry) -> list[bytes]:
    """What is in the database but the list of users, and the uploaded bytes themselves, which are kept until erased."""
    rest = ("users.", "source_files.", "user_facts.", "former_names.")
    return [content for name, content in _columns(registry) if not name.startswith(rest)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder whose organisation knows the canary."""
    ct.init(f"sqlite:///{tmp_path / 'credtools.db'}", by=UPLOADER).close()
    with ct.open(f"sqlite:///{tmp_path / 'credtools.db'}", by=UPLOADER) as registry:
        load(registry, tmp_path, users=USERS, types=TYPES)
    (tmp_path / "in").mkdir()
    for name, content in FILES.items():
        (tmp_path / "in" / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("recipe", ["", pytest.param("headings", marks=pytest.mark.long)])
def test_an_unattended_run_of_a_refused_file_keeps_and_says_no_data(folder: Path, recipe: str) -> None:
    """Whatever a file is refused or held for: run.json, record, page, database and output hold nothing of a person."""
    known = ["--recipe", str(write(folder, f"{recipe}.yaml", RECIPES[recipe] + "\n"))] if recipe else []
    files = [f"in/{name}" for name in ("no_headings.csv", "page.xls", "twice.csv", "names_sheet.xlsx")]
    done = run(folder, "import", *files, "--json", *known)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["verdict"] for one in told} == ({"held"} if recipe else {"failed"}), done.stdout
    left = [path.read_bytes() for path in (folder / "runs").rglob("*") if path.is_file()]
    assert len(left) > len(files) == len(told)
    assert found_in(*left) == set()
    assert found_in(done.stdout.encode(), done.stderr.encode()) == set()
    with ct.open(f"sqlite:///{folder / 'credtools.db'}", by=UPLOADER) as registry:
        assert found_in(*kept(registry)) == set()


@pytest.mark.parametrize(
    "recipe", ["", *(pytest.param(one, marks=[pytest.mark.long] * (one != ALWAYS)) for one in RECIPES)]
)
def test_every_way_to_be_refused_keeps_and_says_no_data(folder: Path, recipe: str) -> None:
    """The same for each kind of file and recipe: what is raised or said of it, and what the database keeps."""
    known = write(folder, f"{recipe}.yaml", RECIPES[recipe] + "\n") if recipe else None
    with ct.open(f"sqlite:///{folder / 'credtools.db'}", by=UPLOADER) as registry:
        for name in FILES:
            if name.endswith(".xlsx") and recipe not in OF_SHEETS:  # each takes a process of its own
                continue
            try:
                outcome = registry.upload(folder / "in" / name, known).settle()
                assert outcome.verdict == "held"
                told = f"{outcome} {json.dumps(outcome.as_dict())}"
            except ct.CredtoolsError as refused:
                told = f"{refused} {refused.facts!r}"
            assert found_in(told.encode()) == set(), (name, told)
        assert found_in(*kept(registry)) == set()


@pytest.mark.parametrize(
    ("recipe", "name"), [("", "page.xls"), ("unpivot", "no_headings.csv"), ("stack", "names_sheet.xlsx")]
)
def test_a_check_of_a_refused_file_says_no_data(
    folder: Path, recipe: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logs of `check` hold as little, as lines and as JSON."""
    monkeypatch.chdir(folder)
    known = ["--recipe", str(write(folder, f"{recipe}.yaml", RECIPES[recipe] + "\n"))] if recipe else []
    for way in ([], ["--json"]):
        done = CliRunner().invoke(main, ["check", f"in/{name}", *known, *way])
        assert done.exit_code == 3
        assert found_in(done.stdout.encode(), done.stderr.encode()) == set(), done.output


def test_a_refused_list_of_users_says_no_data(folder: Path) -> None:
    """So it is with lists of users and types that lack their headings."""
    with ct.open(f"sqlite:///{folder / 'credtools.db'}", by=UPLOADER) as registry:
        for name in ("no_headings.csv", "only_a_name.csv", "page.xls", "names_sheet.xlsx", "long_line.csv"):
            for kind in ("users", "types"):
                with pytest.raises(ct.CredtoolsError) as refused:
                    registry.load(kind, folder / "in" / name)
                assert found_in(str(refused.value).encode()) == set(), name


def test_what_headings_that_are_none_are_called_in_a_file_that_goes_in(folder: Path) -> None:
    """Warnings of a file that isn't refused quote headings by the same rule: those that name people are counted."""
    path = folder / "matrix.csv"
    path.write_text(f"User email,Credential type,Issue date,{KNOWN['name']},Note\n,First Aid,2025-01-01,x,y\n", "utf-8")
    done = run(folder, "import", "matrix.csv", "--json")
    (warning,) = [one for one in json.loads(done.stdout)["warnings"] if one["code"] == "headings_unused"]
    assert warning["count"] == 2
    assert found_in(warning["sentence"].encode()) == set()
    left = [path.read_bytes() for path in (folder / "runs").rglob("*") if path.name in ("run.json", "report.html")]
    assert found_in(*left) == set()


def test_which_headings_are_never_quoted() -> None:
    """Addresses, numbers of five digits, days, tags and what is longer than 40 characters."""
    words = ("E-Mail", "Course / Kurs", "First Aid 2024/25", "ISO 9001:2015", "Nr. 4711", "a" * 40)
    data = (
        "me@example.org",
        "ISO 45001",
        "2025-01-31",
        "31.1.25",
        "3 March 2025",
        "March 3, 2025",
        "<td>Name",
        "a" * 41,
    )
    assert [word for word in words if data_among([word])] == []
    assert [word for word in data if not data_among([word])] == []


def test_a_row_that_looks_like_a_record_is_not_quoted_at_all() -> None:
    """An address, a day or a number in a row of headings: the others may be data, too; known words aren't."""
    row = ["Email", "Ana", "2025-01-01"]
    assert data_among(row) == set(row)
    assert data_among(row, known={"email"}) == {"Ana", "2025-01-01"}
    assert data_among(["ISO 45001", "Ana"]) == {"ISO 45001"}
    assert data_among(["Ana", "Course"], people={"Ana"}) == {"Ana", "Course"}


def test_at_most_twelve_headings_are_quoted() -> None:
    """And it is said how many more there are."""
    assert quoted(f"h{k}" for k in range(20)) == ", ".join(f"h{k}" for k in range(12)) + " and 8 more"
    assert quoted(["A", "", "me@example.org"], data_among(["me@example.org"])) == (
        "A, 1 not shown, because it may be data"
    )
    assert quoted([]) == "none"
