"""Looking: whether a file is what its name promises, found out by really opening it in a process with limits."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path, PurePath
from threading import Timer
from typing import Self

from credtools.media.refusals import Refused

PARSER = Path(__file__).with_name("parser.py")  # by its path: importing it here would load the parsers unlimited
KINDS = {".pdf": "pdf", ".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}
MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
MEMORY = 1 << 30  # bytes of address space; 64 million pixels of a progressive JPEG need 0.6 GiB
SECONDS = 30.0  # per file
LIMITS = {"pixels": 64_000_000, "pages": 500, "objects": 500_000}  # a phone's 48 MP camera makes 50.3 million


def kind_of(name: str) -> str:
    """pdf, jpeg or png, by the ending. Raises Refused for any other."""
    ending = PurePath(name).suffix.lower()
    if ending not in KINDS:
        raise Refused("no_medium", repr(ending) if ending else "nothing")
    return KINDS[ending]


class Looker:
    """One parsing process for many files; started when first needed, replaced when a file has killed it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def media_type(self, name: str, content: bytes) -> str:
        """The media type of a proper file. Raises Refused with the sentence about what is wrong."""
        kind = kind_of(name)
        if not content:
            raise Refused("empty")
        if found := self._ask(kind, content):
            raise Refused(*found)
        return MEDIA_TYPES[kind]

    def _ask(self, kind: str, content: bytes) -> list[str] | None:
        if self._process is None:
            command = [sys.executable, "-I", str(PARSER), str(MEMORY)]
            pipe, quiet = subprocess.PIPE, subprocess.DEVNULL  # what parsers complain about may quote the file
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=quiet)
        process, answer = self._process, b""
        timer, began = Timer(SECONDS, process.kill), time.monotonic()
        timer.start()
        try:
            assert process.stdin  # noqa: S101 - for mypy: both are pipes
            assert process.stdout  # noqa: S101
            process.stdin.write(json.dumps({"kind": kind, "size": len(content), "limits": LIMITS}).encode() + b"\n")
            process.stdin.write(content)
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
        if not answer.endswith(b"\n"):
            slow = time.monotonic() - began >= SECONDS
            self._end()
            return ["too_costly", f"{SECONDS:.0f} seconds" if slow else f"{MEMORY >> 20:,} MB of memory"]
        found: list[str] | None = json.loads(answer)
        return found

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
