"""Person: by what somebody is known, and where that is found in cells, sentences and files.

An address counts wherever it is whole; a name or User ID as a whole cell, a name of several words also in running
text, with the family name first ('Silva, Ana'), and in two cells side by side. A User ID that is a mere number counts
only where users are matched by it: elsewhere any number might equal it.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from itertools import pairwise
from typing import Any

from credtools.privacy.hints import Hints
from credtools.text import fold

ENDS = r"""\t\r\n,;|"'<>\x1f"""  # what a cell may lie between
TAG = re.compile(r"<[^>]*>")
USUAL = ("utf-8", "cp1252")
WIDE = ("utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Person:
    """What somebody is known by; what is blank isn't looked for. `stand_in` is written in its place."""

    email: str = ""
    external_id: str = ""
    name: str = ""
    stand_in: str = "erased"
    others: tuple[Person, ...] = ()  # former addresses, and users who were merged into this one

    def in_record(self, raw: str, *, by_id: bool = False) -> bool:
        """Whether a cell of a raw record (the text of a JSON array) names the person; `by_id`: see above."""
        return self.may_be_in(raw) and self.in_cells(json.loads(raw), by_id=by_id)

    def may_be_in(self, raw: str) -> bool:
        """Whether a text, or one that JSON writes so, has to be looked at: quickly False for most."""
        return self.hints.may_be_in(raw)

    def in_cells(self, cells: Iterable[str], *, by_id: bool = False) -> bool:
        whole, texts = self._whole(by_id=by_id), list(map(fold, cells))
        named = any(cell in whole or self.in_text(cell) for cell in texts)
        return named or any({pair, pair[::-1]} & self._halves for pair in pairwise(texts))

    def in_text(self, text: str) -> bool:
        """Whether a sentence names the person."""
        return any(pattern.search(_key(text)) for pattern in self._running)

    def in_file_name(self, name: str) -> bool:
        """The same for the name of a file, where words may be joined by `_`, `-` and dots."""
        return any(pattern.search(_key(name)) for pattern in self._in_names)

    def in_bytes(self, content: bytes, encodings: Iterable[str] = (), *, by_id: bool = False) -> bool:
        """Whether a file names the person, in whatever encoding or part of a spreadsheet."""
        whole = [_spelled(term) for term in self._whole(by_id=by_id)]
        patterns = [*self._running, *(re.compile(rf"(?:^|[{ENDS}])\s*{term}\s*(?:$|[{ENDS}])") for term in whole)]
        halves = {tuple(map(_spelled, pair)) for one in self._halves for pair in (one, one[::-1])}
        patterns += [re.compile(rf"(?:^|[{ENDS}])\s*{a}\s*[{ENDS}]+\s*{b}\s*(?:$|[{ENDS}])") for a, b in halves]
        texts = (_key(text) for text in _texts(content, encodings) if self.may_be_in(text))
        return any(pattern.search(text) for text in texts for pattern in patterns)

    def without(self, text: str) -> str:
        """A sentence with the stand-in in the place of the person."""
        return self._replaced(text, self._running)

    def without_ids(self, text: str) -> str:
        """A sentence that tells users apart by their User IDs, likewise."""
        ids = [re.escape(one.external_id) for one in self._each if one.external_id]
        pattern = rf"(?<![\w-])({'|'.join(ids)})(?![\w-])"
        return re.sub(pattern, self.stand_in, self.without(text)) if ids else self.without(text)

    def without_in_file_name(self, name: str) -> str:
        """The name of a file likewise."""
        return self._replaced(name, self._in_names)

    def without_in_json(self, value: Any) -> Any:
        """A JSON value with the stand-in in the place of the person, in all its texts and keys."""
        if isinstance(value, str):
            return self.without_in_file_name(self.without(value))
        if isinstance(value, dict):
            return {self.without(key): self.without_in_json(part) for key, part in value.items()}
        return [self.without_in_json(part) for part in value] if isinstance(value, list) else value

    def _replaced(self, text: str, patterns: Sequence[re.Pattern[str]]) -> str:
        if not self.may_be_in(text):
            return text
        for spelled in (text, _key(text)):  # folded only where the person is written in other letters
            replaced = spelled
            for pattern in patterns:
                replaced = pattern.sub(self.stand_in, replaced)
            if not any(pattern.search(_key(replaced)) for pattern in patterns):
                return replaced
        return self.stand_in

    @property
    def _each(self) -> tuple[Person, ...]:
        return (self, *self.others)

    def _whole(self, *, by_id: bool) -> set[str]:
        ids = (one.external_id for one in self._each if by_id or not one.external_id.isdecimal())
        return {*(fold(one.email) for one in self._each), *self._names, *map(fold, ids)} - {""}

    @cached_property
    def _halves(self) -> set[tuple[str, str]]:
        """A name of several words in two columns, wherever it may be parted."""
        names = (fold(one.name).split() for one in self._each)
        return {(" ".join(words[:k]), " ".join(words[k:])) for words in names for k in range(1, len(words))}

    @cached_property
    def _names(self) -> set[str]:
        """The name, also with the family name first: 'silva, ana'."""
        return {*(fold(one.name) for one in self._each), *(f"{last}, {first}" for first, last in self._halves)}

    @cached_property
    def hints(self) -> Hints:
        """What of them is in every text that names them."""
        return Hints.of(term for one in self._each for term in (one.email, one.external_id, one.name))

    @cached_property
    def _running(self) -> list[re.Pattern[str]]:
        emails = (_spelled(one.email) for one in self._each if one.email)
        patterns = [rf"(?<![\w.+-]){email}(?![a-z0-9-]|\.[a-z0-9])" for email in emails]
        patterns += [rf"(?<!\w){_spelled(name)}(?!\w)" for name in sorted(self._names) if " " in name]
        return [re.compile(pattern, re.IGNORECASE) for pattern in patterns]

    @cached_property
    def _in_names(self) -> list[re.Pattern[str]]:
        joined = [_spelled(one.email) for one in self._each if one.email]
        joined += [_spelled(one.name, r"[\s_.-]+") for one in self._each if " " in fold(one.name)]
        return [re.compile(rf"(?<![^\W_]){term}(?![^\W_])", re.IGNORECASE) for term in joined]


def _key(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def _spelled(term: str, blank: str = r"\s+") -> str:
    return blank.join(map(re.escape, fold(term).split()))


def _texts(content: bytes, encodings: Iterable[str]) -> Iterator[str]:
    """All texts that the bytes, or the parts of a zip, may be meant as; marks of XML end a cell."""
    parts = [content]
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = [archive.read(entry) for entry in archive.infolist()]
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError):
            parts = [content]  # no proper zip: looked at as it is
    for part in parts:
        wide = WIDE if b"\x00" in part else ()
        for encoding in dict.fromkeys((*encodings, *USUAL, *wide)):
            for shift in (0, 1) if encoding in WIDE else (0,):
                text = part[shift:].decode(encoding, "replace")
                yield text
                if part.lstrip().startswith(b"<"):
                    yield unescape(TAG.sub("\n", text))
