"""What a process may use: a child with limits on memory and time, and when Python looks for garbage.

Spreadsheets, PDFs and pictures come from anywhere, so they are only opened by a child: a script, or a package of them,
with a function `answer(question, content)`, which returns JSON or raises Refused. The child starts this file by its
path and the script by its own; nothing else of credtools is loaded there, and nothing before the limit holds.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import subprocess
    from threading import Event

HOME = Path(__file__).parent
MEMORY, FAULT = "memory", "fault"  # why a child gives no answer
TICK = 0.1  # seconds after which the time is looked at again


class Refused(Exception):  # noqa: N818 - it is an answer about one file, not a fault
    """A file that isn't taken: the reason of a sentence in the catalogue, and its facts."""

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


class Unanswered(Exception):  # noqa: N818 - see Refused
    """The child went beyond a limit, named in words (`30 seconds`), or broke ('')."""

    @property
    def limit(self) -> str:
        return str(self)


class Limited:
    """A child that answers questions about files; started when first asked, replaced when a file has ended it.

    `memory`: bytes of address space; `seconds`: for each question.
    """

    def __init__(self, script: Path, memory: int, seconds: float) -> None:
        self.memory, self.seconds = memory, seconds
        self._script = script
        self._child: subprocess.Popen[bytes] | None = None
        self._due = 0.0  # when the child is to have answered (monotonic), 0 while it isn't asked
        self._ended: Event | None = None  # of the thread that looks at the time

    def ask(self, question: Mapping[str, Any], content: bytes = b"") -> Any:
        """What the script answers. Raises Refused, or Unanswered when it went beyond a limit or broke."""
        child = self._child = self._child or self._start()
        began, line = time.monotonic(), b""
        self._due = began + self.seconds
        try:
            assert child.stdin  # noqa: S101 - for mypy: both are pipes
            assert child.stdout  # noqa: S101
            child.stdin.write(json.dumps({"size": len(content), **question}).encode() + b"\n")
            child.stdin.write(content)
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            pass
        finally:
            self._due = 0.0
        found: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {"without": MEMORY}
        if "answer" in found:
            return found["answer"]
        if "reason" in found:
            raise Refused(found["reason"], **found["facts"])
        self.end()
        if not line and time.monotonic() - began >= self.seconds:
            raise Unanswered(f"{self.seconds:,g} seconds")
        raise Unanswered(f"{self.memory >> 20:,} MB of memory" if found["without"] == MEMORY else "")

    def _start(self) -> subprocess.Popen[bytes]:
        import subprocess  # noqa: PLC0415 - the child itself needs none
        from threading import Event, Thread  # noqa: PLC0415 - see above

        if self._ended is None:
            self._ended = Event()
            Thread(target=self._watch, args=(self._ended,), daemon=True).start()
        # Without a safe path the folder of this file would come first, and its `text.py` be taken for any other.
        command = [sys.executable, "-P", __file__, str(self._script), str(self.memory)]
        quiet = subprocess.DEVNULL  # what parsers complain about may quote the file
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet)

    def _watch(self, ended: Event) -> None:
        """Ends a child that doesn't answer in time; one thread for all questions, since one for each costs more."""
        while not ended.wait(TICK):
            child, due = self._child, self._due
            if child is not None and 0 < due < time.monotonic():
                child.kill()

    def end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        if self._ended is not None:
            self._ended.set()
            self._ended = None


# --- in the child -----------------------------------------------------------------------------------------------


def _serve(script: str, memory: int) -> None:
    """Answers each question on stdin (a line of JSON, then the bytes of the file) by a line of JSON on stdout."""
    with suppress(ImportError, ValueError, OSError):  # where the system can
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.modules["credtools.limited"] = sys.modules[__name__]  # so that the script finds Refused without the package
    module: Any = None
    while line := sys.stdin.buffer.readline():
        question = json.loads(line)
        try:
            content = sys.stdin.buffer.read(question["size"])
            module = module or _loaded(script)
            found = json.dumps({"answer": module.answer(question, content)})
        except Refused as refused:
            found = json.dumps({"reason": refused.reason, "facts": refused.facts})
        except MemoryError:
            found = json.dumps({"without": MEMORY})
        except Exception:  # noqa: BLE001 - whatever a file brings about, whoever asked goes on
            found = json.dumps({"without": FAULT})
        sys.stdout.write(f"{found}\n")
        sys.stdout.flush()


def _loaded(script: str) -> Any:
    """The script by its full name, so that a package finds its own modules and nothing above it is imported."""
    place = Path(script)
    inside = place.relative_to(HOME.parent) if place.is_relative_to(HOME) else Path(place.name)
    name = ".".join(inside.with_suffix("").parts)
    is_package = place.is_dir()
    spec = spec_from_file_location(
        name,
        place / "__init__.py" if is_package else place,
        submodule_search_locations=[script] if is_package else None,
    )
    assert spec  # noqa: S101 - for mypy: it ends in .py
    assert spec.loader  # noqa: S101
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- garbage ----------------------------------------------------------------------------------------------------


@contextmanager
def collection_paused() -> Iterator[None]:
    """Python looks for no garbage in the meantime.

    Rows are many small tuples without cycles; looking through them took a quarter of an import's time (`make bench`).
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def kept() -> Iterator[None]:
    """What is made in the meantime stays until the process ends, and is never looked through for garbage.

    For the imports of a process that does one thing and ends: a third of their time, most of it spent at its end.
    """
    with collection_paused():
        yield
        gc.freeze()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
