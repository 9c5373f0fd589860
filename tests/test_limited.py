from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from credtools.limited import Limited, Refused, Unanswered

SCRIPT = """
import os, sys, time
from credtools.limited import Refused

asked = []

def answer(question, content):
    asked.append(content.decode())
    what = question["what"]
    if what == "loaded":
        return sorted(name for name in sys.modules if name.startswith("credtools") or name == "pandas")
    if what == "refuse":
        raise Refused("far_cell", cell="XFD1")
    if what == "sleep":
        time.sleep(60)
    if what == "die":
        os.abort()
    if what == "break":
        print("the file said: " + content.decode(), file=sys.stderr)
        raise ZeroDivisionError
    if what == "grow":
        return len(bytearray(1 << 30))
    return [os.getpid(), asked]
"""
MEMORY = 512 << 20


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Limited]:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    with Limited(path, MEMORY, 30) as child:
        yield child


def test_many_questions_are_answered_by_one_process(child: Limited) -> None:
    """A child is started once, and knows what it was asked before; a refusal doesn't end it."""
    first = child.ask({"what": "add"}, b"a")
    with pytest.raises(Refused) as caught:
        child.ask({"what": "refuse"}, b"b")
    assert (caught.value.reason, caught.value.facts) == ("far_cell", {"cell": "XFD1"})
    assert child.ask({"what": "add"}, "é\n".encode()) == [first[0], ["a", "b", "é\n"]]


@pytest.mark.parametrize(("what", "limit"), [("grow", "512 MB of memory"), ("die", "512 MB of memory"), ("break", "")])
def test_why_there_is_no_answer(child: Limited, what: str, limit: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Too much memory and a fault are told apart, nothing is printed, and the next question has a new child."""
    before, _ = child.ask({"what": "add"})
    with pytest.raises(Unanswered) as caught:
        child.ask({"what": what}, b"secret")
    assert caught.value.limit == limit
    after, asked = child.ask({"what": "add"}, b"next")
    assert (after != before, asked) == (True, ["next"])
    assert capfd.readouterr() == ("", "")


def test_a_slow_answer_is_not_awaited(child: Limited) -> None:
    """After its seconds a child is ended, and the limit that it went beyond is named."""
    child.ask({"what": "add"})
    child.seconds, began = 0.3, time.monotonic()
    with pytest.raises(Unanswered) as caught:
        child.ask({"what": "sleep"})
    assert (caught.value.limit, time.monotonic() - began < 10) == ("0.3 seconds", True)


def test_the_package_is_not_loaded(child: Limited) -> None:
    """The child holds this one file of ours and the script, so that it starts at once and knows no registry."""
    assert child.ask({"what": "loaded"}) == ["credtools.limited"]


def test_no_child_outlives_its_context(child: Limited) -> None:
    """When nobody asks any more the child is ended and waited for."""
    pid, _ = child.ask({"what": "add"})
    child.end()
    assert not Path(f"/proc/{pid}").exists()


def test_nothing_is_left_of_a_child(tmp_path: Path) -> None:
    """Whoever has asked leaves neither a process nor a thread."""
    before = threading.active_count()
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    with Limited(path, MEMORY, 30) as child:
        number, _ = child.ask({"what": "add"})
    for _ in range(100):
        if threading.active_count() == before:
            break
        time.sleep(0.02)
    assert threading.active_count() == before
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
