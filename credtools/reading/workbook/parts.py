"""Parts: what the zip of a workbook holds; a bomb is refused before anything is unpacked whole."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET
from xml.parsers import expat

from credtools.limited import Refused

CHUNK = 1 << 20
SMALL = 10 << 20  # bytes, under which no ratio is alarming
DAMAGED = (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError)
# What XML can't hold and some programs write all the same: it is shown as a character that is none.
FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])|0*(?:[0-8]|1[124-9]|2\d|3[01]));",
    re.IGNORECASE,
)
NO_CHARACTER = "\ufffd".encode()


class Parts:
    """The parts of a zip, by name in any case, whichever way its slashes lean."""

    def __init__(self, content: bytes, limits: dict[str, int]) -> None:
        """Raises Refused for what isn't a proper zip, or would be too much."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except DAMAGED as problem:
            raise damaged() from problem
        entries = self._zip.infolist()
        ratios = [entry.file_size // max(entry.compress_size, 1) for entry in entries if entry.file_size > SMALL]
        for limit, what, found in (
            ("entries", "parts in its zip", len(entries)),
            ("bytes", "bytes when unpacked", sum(entry.file_size for entry in entries)),
            ("ratio", "bytes per packed byte", max(ratios, default=0)),
        ):
            if found > limits[limit]:
                raise Refused("sheet_beyond", what=what, found=found, allowed=limits[limit])
        self._names = {_key(entry.filename): entry for entry in entries}

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._names

    def read(self, name: str) -> bytes:
        """A small part as a whole; nothing for one that isn't there. Raises Refused for a damaged one."""
        try:
            return self._zip.read(self._names[_key(name)]) if name in self else b""
        except DAMAGED as problem:
            raise damaged() from problem

    def tree(self, name: str) -> ET.Element:
        """A small part as a tree; an empty one for what isn't there."""
        content = self.read(name)
        try:
            return ET.fromstring(_readable(content)) if content else ET.Element("none")  # noqa: S314 - a process with limits
        except ET.ParseError as problem:
            raise damaged() from problem

    def walk(
        self,
        name: str,
        start: Callable[..., None],
        end: Callable[..., None],
        text: Callable[..., None],
        *,
        spaces: bool = False,
    ) -> None:
        """Goes through a part of any size: start(name, attributes), end(name), text(characters).

        With `spaces` names begin with their namespace: 'urn:x}name'.
        """
        try:
            with self._zip.open(self._names[_key(name)]) as file:
                walk(file, start, end, text, spaces=spaces)
        except DAMAGED as problem:
            raise damaged() from problem

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part names: by id the last word of their type, and their name."""
        folder, name = posixpath.split(part)
        found = {}
        for one in self.tree(posixpath.join(folder, "_rels", f"{name}.rels")):
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
            found[one.get("Id", "")] = one.get("Type", "").rpartition("/")[2], target
        return found

    def shared(self, related: dict[str, tuple[str, str]], kind: str) -> str:
        """The name of the related part of a kind, '' where none is named. Raises Refused when it isn't there."""
        name = next((name for one, name in related.values() if one == kind), "")
        if name and name not in self:
            raise damaged()
        return name


def walk(
    file: Any, start: Callable[..., None], end: Callable[..., None], text: Callable[..., None], *, spaces: bool
) -> None:
    """Goes through XML. Raises Refused when it is damaged."""
    parser = expat.ParserCreate(namespace_separator="}" if spaces else None)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    rest, wide = b"", None
    try:
        while chunk := file.read(CHUNK):
            wide = chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")) if wide is None else wide
            if not wide:
                chunk, rest = _cut(rest + chunk)
            parser.Parse(_readable(chunk) if not wide else chunk, False)
        parser.Parse(_readable(rest), True)
    except expat.ExpatError as problem:
        raise damaged() from problem


def local(name: str) -> str:
    """A name in XML without its prefix, or its namespace."""
    return name[max(name.rfind(":"), name.rfind("}")) + 1 :]


def damaged() -> Refused:
    return Refused("sheet_unreadable", why="it is cut off or damaged")


def _cut(text: bytes) -> tuple[bytes, bytes]:
    place = text.rfind(b"&", max(0, len(text) - 16))
    return (text[:place], text[place:]) if place >= 0 else (text, b"")


def _readable(text: bytes) -> bytes:
    return text if text[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<") else FORBIDDEN.sub(NO_CHARACTER, text)


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
