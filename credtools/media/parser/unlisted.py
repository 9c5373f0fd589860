"""Objects in the bytes of a PDF that its table of objects doesn't list: a program that makes its own table finds them.

Every place that looks like the beginning of an object is read, inside streams too, and its dictionaries are judged as
those of the document are; objects packed in a stream are unpacked. What was changed since (an earlier state of a signed
file) is such an object too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf

from credtools.limited import Refused
from credtools.media.parser.objects import (
    ACTING,
    UNASKED,
    Listed,
    Name,
    Stream,
    Unknown,
    is_packed,
    is_suspect,
    judged,
    packed_in,
    refuse_unasked,
    simple,
    text_of,
    unasked,
    unescaped,
)

OBJECT = re.compile(rb"(?<!\d)(\d{1,10})[\s\0]+(\d{1,5})[\s\0]*obj(?![a-z])|\btrailer(?=[\s\0]*<<)")
TOKEN = re.compile(
    rb"[\s\0]*(?:%[^\r\n]*[\s\0]*)*(?:(?P<open><<)|(?P<close>>>)|(?P<list>\[)|(?P<end>\])|(?P<name>/[^\s\0()<>\[\]{}/%]*)"
    rb"|(?P<ref>\d+[\s\0]+\d+[\s\0]+R(?![A-Za-z]))|(?P<number>[+-]?[\d.]+)|(?P<hex><[\s\0-9A-Fa-f]*>)|(?P<text>\()"
    rb"|(?P<word>[A-Za-z]+))"
)
IN_TEXT = re.compile(rb"[()]|\\(?:[0-7]{1,3}|\r\n|.)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
DEEPEST, MOST = 60, 200_000  # values inside each other, and in all
MOST_PACKED = 64 << 20  # bytes of packed objects
DATA, END_OF_DATA = re.compile(rb"\s*stream\r?\n"), b"endstream"
HIDDEN, UNREAD = Refused("active", what="a script or other files"), Refused("damaged", kind="PDF")


class _Unreadable(Exception):  # noqa: N818 - it is an answer about some bytes, not a fault
    """No object begins here."""


class _Reference(int):
    """The number of another object."""


def refuse(pdf: pikepdf.Pdf, content: bytes, listed: Listed, begins: int) -> set[str]:
    """The notes of objects that aren't listed. Raises Refused for what could harm whoever opens the document.

    `begins`: where the PDF does, from which offsets are counted.
    """
    known = {entry.offset + begins for entry in listed.values() if entry.type == 1}
    opened = {listed[number, 0].offset + begins for number in packed_in(listed) if (number, 0) in listed}
    places = list(OBJECT.finditer(content))
    notes: set[str] = set()
    for place, following in zip(places, [*places[1:], None], strict=True):
        end = following.start() if following else len(content)
        part = content[place.end() : end]
        if place.start() not in known and (ACTING.search(part) or is_suspect(part)):
            notes |= _Found(pdf, content, places).notes(place.end(), end)
        if place.start() not in opened and is_packed(part):
            notes |= _Found(pdf, content, places).of_packed(place.end())
    for number in packed_in(listed):
        notes |= _left(pdf, listed, number)
    return notes


def _left(pdf: pikepdf.Pdf, listed: Listed, number: int) -> set[str]:
    """The notes of objects in a stream of which the table lists others: what was changed since, mostly."""
    stream = pdf.get_object(number, 0)
    content, first = stream.read_bytes(), int(stream.get("/First", 0))
    entries = (one for one in listed.values() if one.type == 2 and one.obj_stream_number == number)
    return _Packed(pdf, content, []).notes_of(first, {one.obj_stream_index for one in entries})


class _Found:
    """The values of one object, read from its bytes."""

    def __init__(self, pdf: pikepdf.Pdf, content: bytes, places: list[re.Match[bytes]]) -> None:
        self.pdf, self.content, self.places, self.end, self.seen = pdf, content, places, 0, 0

    def notes(self, start: int, most: int) -> set[str]:
        self.end = start
        try:
            value = self._value(0)
        except _Unreadable:
            if is_suspect(self.content[start:most]):
                raise HIDDEN from None
            return set()
        return self._judged(value)

    def of_packed(self, start: int) -> set[str]:
        """The notes of all objects in this one, if it is a stream in which objects are packed."""
        self.end = start
        try:
            value = self._value(0)
        except _Unreadable:
            return set()
        if not isinstance(value, dict) or value.get("/Type") != "/ObjStm":
            return set()
        first = value.get("/First")
        if value.get("/Filter") not in (None, "/FlateDecode", ["/FlateDecode"]) or value.get("/DecodeParms"):
            raise UNREAD
        return _Packed(self.pdf, self._unpacked(), []).notes_of(first if isinstance(first, int) else 0, set())

    def _unpacked(self) -> bytes:
        """The bytes of the stream that follows. Raises Refused where they aren't all there."""
        begins = DATA.match(self.content, self.end)
        ends = self.content.find(END_OF_DATA, self.end)
        unpacking = zlib.decompressobj()
        try:
            content = unpacking.decompress(self.content[begins.end() if begins else ends : ends], MOST_PACKED)
        except zlib.error:
            raise UNREAD from None
        if not unpacking.eof:
            raise UNREAD
        return content

    def _judged(self, value: Any) -> set[str]:
        notes: set[str] = set()
        if isinstance(value, dict):
            if UNASKED & value.keys():
                refuse_unasked(unasked(value, self._dictionaries), self._dictionaries)
            notes |= judged({key: self._resolved(inner) for key, inner in value.items()})
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                notes |= self._judged(inner)
        return notes

    def _resolved(self, value: Any) -> Any:
        """A value in place of its reference, when all objects of that number are texts, or it is listed and alone."""
        if isinstance(value, list):
            return [self._resolved(inner) for inner in value if not isinstance(inner, list)]
        if not isinstance(value, _Reference):
            return value
        own = [place for place in self.places if place[1] and int(place[1]) == value]
        if not own:
            return None if (int(value), 0) not in self.pdf.get_xref_table() else Unknown()
        found = list(map(self._read_at, own))
        if all(isinstance(one, dict) and "stream" not in one for one in found):
            return {key: None for one in found for key in one}
        if len(found) == 1 and isinstance(found[0], dict):
            return Stream(self.pdf.get_object(int(value), 0).read_bytes)
        texts = [one for one in found if isinstance(one, str) and not isinstance(one, Name)]
        return "\n".join(texts) if len(texts) == len(found) else Unknown()

    def _dictionaries(self, value: Any) -> list[Any]:
        """The dictionaries that a value may be: all objects of its number, where it is a reference."""
        if not isinstance(value, _Reference):
            return [value] if isinstance(value, dict | pikepdf.Dictionary) else []
        own = [self._read_at(place) for place in self.places if place[1] and int(place[1]) == value]
        if not own and (int(value), 0) in self.pdf.get_xref_table():
            own = [self.pdf.get_object(int(value), 0)]
        if any(isinstance(one, Unknown) for one in own):
            raise HIDDEN
        return [one for one in own if isinstance(one, dict | pikepdf.Dictionary)]

    def _read_at(self, place: re.Match[bytes]) -> Any:
        inner = _Found(self.pdf, self.content, self.places)
        inner.end = place.end()
        try:
            return inner._value(0)
        except _Unreadable:
            return Unknown()

    # --- reading ---------------------------------------------------------------------------------------------

    def _value(self, depth: int) -> Any:
        self.seen += 1
        token = TOKEN.match(self.content, self.end)
        if not token or depth > DEEPEST or self.seen > MOST:
            raise _Unreadable
        self.end, kind = token.end(), token.lastgroup
        return self._read(kind or "", token[kind or 0], depth)

    def _read(self, kind: str, said: bytes, depth: int) -> Any:
        if kind == "open":
            return self._dictionary(depth)
        if kind == "list":
            return self._list(depth)
        simple: dict[str, Callable[[], Any]] = {
            "name": lambda: Name(unescaped(said).decode("latin-1")),
            "ref": lambda: _Reference(said.split()[0].strip(b"\0")),
            "number": lambda: int(said) if said.isdigit() else 0,
            "hex": lambda: text_of(_from_hex(said)),
            "text": self._text,
            "word": lambda: None if said == b"null" else 0,
        }
        if kind not in simple:
            raise _Unreadable
        return simple[kind]()

    def _dictionary(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self._closes("close"):
            key = self._value(depth + 1)
            if not isinstance(key, Name):
                raise _Unreadable
            found[key] = self._value(depth + 1)
        token = TOKEN.match(self.content, self.end)
        return found | ({"stream": 0} if token and token["word"] == b"stream" else {})

    def _list(self, depth: int) -> list[Any]:
        found = []
        while not self._closes("end"):
            found.append(self._value(depth + 1))
        return found

    def _closes(self, kind: str) -> bool:
        token = TOKEN.match(self.content, self.end)
        if not token:
            raise _Unreadable
        if token.lastgroup != kind:
            return False
        self.end = token.end()
        return True

    def _text(self) -> str:
        parts, depth = [], 1
        while token := IN_TEXT.search(self.content, self.end):
            parts.append(self.content[self.end : token.start()])
            self.end = token.end()
            depth += (token[0] == b"(") - (token[0] == b")")
            if not depth:
                return text_of(b"".join(parts))
            parts.append(_plain(token[0]))
        raise _Unreadable


class _Packed(_Found):
    """The values of objects that are packed in a stream. What they refer to is only known where it is listed."""

    def notes_of(self, first: int, listed: set[int]) -> set[str]:
        """The notes of those whose places in the stream aren't listed; `first`: where the first one begins."""
        if not (is_suspect(self.content) or ACTING.search(self.content)):
            return set()
        numbers = self.content[:first].split()[1::2]
        notes: set[str] = set()
        try:
            for place in (int(number) for k, number in enumerate(numbers) if k not in listed):
                self.end = first + place
                notes |= self._judged(self._value(0))
        except (_Unreadable, ValueError):
            raise HIDDEN from None
        return notes

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, _Reference):
            return simple(self.pdf.get_object(int(value), 0)) if self._is_listed(value) else Unknown()
        return super()._resolved(value)

    def _dictionaries(self, value: Any) -> list[Any]:
        if isinstance(value, _Reference) and not self._is_listed(value):
            raise HIDDEN
        return super()._dictionaries(value)

    def _is_listed(self, value: _Reference) -> bool:
        return (int(value), 0) in self.pdf.get_xref_table()


def _from_hex(said: bytes) -> bytes:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", said)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _plain(said: bytes) -> bytes:
    """What stands in a text for a sign of it."""
    if not said.startswith(b"\\"):
        return said
    rest = said[1:]
    return bytes([int(rest, 8) & 255]) if rest[:1].isdigit() and rest[:1] < b"8" else ESCAPES.get(rest, rest)
