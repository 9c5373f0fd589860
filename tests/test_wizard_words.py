"""What pages say: whoever reads on a screen is never sent to the prompt."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from credtools import demo, errors, jupyter
from credtools.cli import main
from credtools.errors import FileError, catalogue, sentence
from credtools.jupyter.approvals import Approvals
from credtools.jupyter.audit import AuditPage
from credtools.jupyter.parts.page import Page
from credtools.registry import Registry
from tests import sentences
from tests.builders import ANA, HEADINGS, MIXED, export
from tests.clicks import Clicks
from tests.test_errors import spoken

FOLDER = Path(jupyter.__file__).parent
IN_RECIPE = re.compile(r"in the recipe \([a-z_]+: ")  # keys that a page has as a field
COMMAND = re.compile(rf"credtools ({'|'.join(main.commands)})\b")
ELSEWHERE = re.compile(rf"{COMMAND.pattern}|(?<![\w-])--[a-z]|\b(registry|batch|credtools)\.\w+\(")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> demo.Demo:
    made = demo.prepare(tmp_path / "demo", rows=100)
    monkeypatch.chdir(made.folder)
    return made


def test_no_error_names_a_command_on_the_screen() -> None:
    """On the face `screen` no sentence of the catalogue names a command, an option of the prompt, or a call.

    What the prompt itself refuses (its options) is never read on a screen.
    """
    reasons = catalogue().keys() - errors._document()["cli"].keys()
    said = {reason: sentence(reason, dict.fromkeys(spoken(reason), 1), "screen") for reason in reasons}
    assert {reason: text for reason, text in said.items() if ELSEWHERE.search(text)} == {}
    on_screen = [one["screen"] for one in errors.remedies().values() if "screen" in one]
    assert [text for text in on_screen if ELSEWHERE.search(text)] == []


def test_an_error_speaks_of_its_screen_there(registry: Registry) -> None:
    """What a verb refuses is said as a screen says it, whatever the process says elsewhere."""
    page = Page(registry)
    page.refuse(FileError("too_many_rows", found=30_000, allowed=20_000))
    said = page.said()
    assert (said["kind"], said["reason"]) == ("problem", "too_many_rows")
    assert said["said"] == FileError("too_many_rows", found=30_000, allowed=20_000).on("screen")


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.*")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_text_of_a_page_names_a_command(path: Path) -> None:
    """Neither labels, titles and help in the browser's half, nor sentences in ours."""
    if path.suffix == ".py":
        tree = ast.parse(path.read_text("utf-8"))
        comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments
        ]
    else:
        texts = path.read_text("utf-8").splitlines() if path.suffix in (".js", ".html", ".j2") else []
    assert [text for text in texts if COMMAND.search(text)] == []


def test_what_the_wizard_and_the_pages_send_names_no_command(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a file with errors of all kinds to its approval and audit: causes, cells, choices, warnings, rejects."""
    clicks = Clicks(registry)
    rows = (*MIXED, ANA.replace("2024-01-10", "2034-01-10"), ANA.replace("Forklift", "Fork"), "x,y,z,1,2,3,4")
    clicks.upload("mixed.csv", export(tmp_path, *rows).read_bytes())
    for cause in clicks.state["causes"]:
        clicks("options", cause=cause["key"])
    assert len(clicks.state["causes"]) >= 3
    shown = [json.dumps(clicks.rows)]
    clicks("next")
    clicks("finish")
    clicks("later")
    assert clicks.state["step"] == "done"
    for page in (Approvals(registry), AuditPage(registry)):
        monkeypatch.setattr(page, "send", lambda message, _buffers=None: shown.append(json.dumps(message)))
        page._on_message(page, {"do": "ready"}, [])
    shown += [json.dumps(message) for message in clicks.sent]
    assert any("user_exists" in text for text in shown)
    assert [text for text in shown if ELSEWHERE.search(text)] == []
    assert [text for text in shown if "\\ue000" in text] == []  # a remedy whose face was not chosen


def test_what_pages_refuse_names_the_remedy_of_the_page(
    made: demo.Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused files, clicks that come too late, rights that are missing: no sentence sends anybody elsewhere."""
    clicks = Clicks(made.registry)
    for name, content in refused_files(tmp_path).items():
        clicks.upload(name, content)
    clicks.upload("one.csv", made.export.read_bytes())
    for values in ({"heading_line": "900"}, {"encoding": "utf-8"}, {"delimiter": "|"}, {"date_format": "x"}):
        clicks("reading", values=values)
    clicks("headings", chosen=dict.fromkeys(clicks.wizard.file.batch.table.frame.columns, "user_email"))
    clicks("go", step="media")
    clicks("media", pattern="{nothing}")
    clicks("finish")
    clicks("finish")
    clicks("close")
    other = made.registry.upload(export(tmp_path, *MIXED))
    for number in (1, other.id, 99):
        clicks("open", batch=number)
        clicks("batch", batch=number)
        for verb in ("undoing", "discard_batch", "last_page", "judge_again", "undo_batch"):
            clicks(verb)
        clicks("waive", rows=["1:2.1"], reason="because")
        clicks("reopen", rows=["1:2.1"])
        clicks("save_of", name="../x")
    shown = [json.dumps(message) for message in clicks.sent]
    for page, verbs in (
        (Approvals(made.registry), approvals()),
        (AuditPage(made.registry), audit()),
    ):
        monkeypatch.setattr(page, "send", lambda message, _buffers=None: shown.append(json.dumps(message)))
        for verb, values in ({"ready": {}} | verbs).items():
            page._on_message(page, {"do": verb, **values}, [])
    reasons = {json.loads(text).get("reason") for text in shown} - {"", None}
    assert len(reasons) >= 15, sorted(reasons)
    assert [text for text in shown if ELSEWHERE.search(text)] == []
    assert [text for text in shown if IN_RECIPE.search(text)] == []
    assert [text for text in shown if "\\ue000" in text] == []


def refused_files(folder: Path) -> dict[str, bytes]:
    """Files that can't be taken, each for another reason."""
    book = openpyxl.Workbook()
    book.create_sheet("data").append(["User email", "Credential type"])
    book["data"].sheet_state = "hidden"
    book.save(folder / "hidden.xlsx")
    head = HEADINGS.encode()
    return {
        "empty.csv": b"",
        "some.pdf": b"%PDF-1.7\n%%EOF",
        "page.html": b"<html><body>Please sign in</body></html>",
        "nul.csv": bytes(300),
        "dos.csv": "User email;Credential type\nana@x.org;Fürst Åid\n".encode("cp850"),
        "mixed.csv": head + b"\n" + "ü,ü,ü\n".encode() * 300 + b"\xff\xfe,x\n",
        "long.csv": head + b"\n" + b"a@x.org,First Aid,2024-01-01,,\n" * 20_001,
        "twice.csv": b"User email,E-mail,User email address\na,b,c\n",
        "hidden.xlsx": (folder / "hidden.xlsx").read_bytes(),
        "rejects.csv": b"credtools key,Line\nnot a key,2\n",
        "archive.zip": b"PK\x05\x06" + bytes(18),
    }


def approvals() -> dict[str, dict[str, Any]]:
    """Decisions that can't be taken."""
    return {
        "decide": {"decision": "approve", "chosen": [[99, 2]]},
        "withdraw": {"chosen": [[99, 2]], "reason": "x"},
        "reinstate": {"chosen": [[99, 2]]},
        "media": {"batch": 1, "line": 99},
        "optional": {"batch": 99},
        "part": {"key": "none", "start": 0},
    }


def audit() -> dict[str, dict[str, Any]]:
    """Questions that can't be answered."""
    return {
        "filter": {"filters": {"source": "nobody"}},
        "history": {"batch": 99, "line": 2},
        "open": {"batch": 99},
    }


def test_only_a_whole_upload_is_discarded() -> None:
    """On every face: rows are rejected and followed, decisions undone, credentials declined; none is discarded."""
    said = [line for line in sentences.everything().splitlines() if re.search(r"\bdiscard", line, re.IGNORECASE)]
    about = re.compile(r"upload|batch|^discard \d|^Discard it$|^Discarded", re.IGNORECASE)
    assert [line for line in said if not about.search(line)] == []
    strange = re.compile(
        r"discard\w* (the |these |those |this )?(rows?|credentials?|decisions?|cells?|values?|errors?)"
    )
    assert [line for line in said if strange.search(line)] == []
    assert len(said) >= 8
