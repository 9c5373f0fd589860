"""What pages say: whoever reads on a screen is never sent to the prompt."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from credtools import errors, jupyter
from credtools.cli import main
from credtools.errors import FileError, catalogue, sentence
from credtools.jupyter.approvals import Approvals
from credtools.jupyter.audit import AuditPage
from credtools.jupyter.parts.page import Page
from credtools.registry import Registry
from tests.builders import ANA, MIXED, export
from tests.clicks import Clicks
from tests.test_errors import spoken

FOLDER = Path(jupyter.__file__).parent
COMMAND = re.compile(rf"credtools ({'|'.join(main.commands)})\b")
ELSEWHERE = re.compile(rf"{COMMAND.pattern}|(?<![\w-])--[a-z]|\b(registry|batch|credtools)\.\w+\(")


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
