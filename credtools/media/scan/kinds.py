"""Kinds: whether the credential type of a row is the one that a page names. Of several types the longest name wins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from credtools.media.compared import Difference, Evidence, Facts
from credtools.media.scan import labels
from credtools.media.scan.page import Page, tidy
from credtools.media.scan.people import EASTERN
from credtools.media.scan.spelling import KEPT, plain

COLUMN = "credential_type"
WORD = re.compile(r"[^\W_]+")
# Words that say nothing about which type it is.
_WORDS = (
    "certificate certificates certification of in the for a an and course courses training programme program licence "
    "license card permit completion "
    "attendance achievement award zertifikat bescheinigung nachweis ausweis kurs schulung als fur uber der die das "
    "certificado curso de en del "
    "attestation certificat formation attestato corso zaswiadczenie szkolenie kurs certificaat diploma qualification "
    "type class name title badge"
)
GENERIC = frozenset(_WORDS.split())
# Beside a name of a type these say that it is no type: the organisation, an offer, a qualification of the trainer.
ELSE = re.compile(
    r"\b(?:ltd|limited|gmbh|inc|llc|plc|ag|s\.?r\.?l|s\.?a\.?|b\.?v\.?|sp\. ?z|e\. ?v\.|academy|akademie|institute?"
    r"|college|university|centre|center|school|services"
    r"|association|society|group|council|providers?|www|https?|also offer|other courses|next course|our courses"
    r"|recommend|prerequisite|instructor|trainer"
    r"|organi[sz]ation|company|founded|verband|verein|hochschule)\b|@|\.(?:com|org|net|de|co\.uk|example)\b"
)
BETWEEN = re.compile(r"(?:^|(?<=\s))[–—|·-](?=\s|$)")
ASIDE = re.compile(r"\((?:refresher|renewal|initial|[\w ]*\d[\w ]*|auffrischung|wiederholung|recyclage|basic course)\)")
HEADED = re.compile(r"\s?:\s")  # after a type with which a heading begins
FEW = 5  # letters of a word by which it is known in another form
STEM = 4  # letters of a word by which it is known among all words of a type
MOST_WORDS = 9  # of a part that is a type in another order
_LITTLE = "at to and und et y e with zu zum zur im on am au aux dans en par no nr"
LITTLE = GENERIC | frozenset(_LITTLE.split())
# What a word, or several, may be written as instead.
SHORT = {"bsc": "bachelor science", "msc": "master science", "bs": "bachelor science", "ms": "master science"}
SHORT |= {"ba": "bachelor arts", "ma": "master arts", "beng": "bachelor engineering", "lvl": "level", "op": "operator"}
YEAR = re.compile(r"(?:19|20)\d\d")  # of a standard


@dataclass(frozen=True)
class Named:
    """A type on a page; `sure`: by itself, as a heading or after its label, not within what is said of other things."""

    part: int
    name: str
    sure: bool


def kind(page: Page, row: Facts, line: set[int]) -> Difference | Evidence | None:
    """What is said of the credential type; `line`: the parts of the row in a table, where there is one."""
    if not row.credential_type:
        return None
    found = named(page, (*row.types, row.credential_type))
    mine = _key(row.credential_type)
    same = [one for one in found if _key(one.name) == mine]
    if any(one.part in line for one in found if one.sure and one not in same) and not any(
        one.part in line for one in same
    ):
        same = []
    sure = next((one for one in same if one.sure), None)
    others = [one for one in found if one.sure and _key(one.name) != mine]
    others = [one for one in others if one.part in line] or others
    if same and (sure or not others):
        best = sure or same[0]
        return Evidence(COLUMN, row.credential_type, page.parts[best.part].piece.page, page.parts[best.part].box)
    if not others or _otherwise(page, row.credential_type, found):
        return None
    return Difference(
        COLUMN,
        row.credential_type,
        others[0].name,
        page.parts[others[0].part].piece.page,
        page.parts[others[0].part].box,
    )


def named(page: Page, types: tuple[str, ...]) -> list[Named]:
    """The types on a page, the longest at each place."""
    known, glued = _known(types)
    words = _Running(page)
    found = list(_reordered(page, _bags(types)))
    taken, end = {one.part for one in found}, 0
    for n in [n for n, word in enumerate(words.texts) if word in known and words.parts[n] not in taken]:
        best = next((form for form in known[words.texts[n]] if words.there(n, form[0])), None) if n >= end else None
        if best is not None:
            end = n + len(best[0])
            found.append(Named(words.parts[n], best[1], _sure(page, words, n, end)))
    return found + _eastern(page, glued)


def _reordered(page: Page, bags: dict[frozenset[str], str]) -> Iterator[Named]:
    """The parts that have just the words of a type, in whatever order and form: 'Lead Auditor – ISO 9001:2015'."""
    for k, part in enumerate(page.parts):
        some = _found(part.plain)
        name = bags.get(_bag(some)) if 0 < len(some) <= MOST_WORDS else None
        if name and f" {_key(name)} " not in f" {' '.join(some)} ":
            yield Named(k, name, not (ELSE.search(part.plain) or _else_beside(page, k)))


@lru_cache(maxsize=16)
def _bags(types: tuple[str, ...]) -> dict[frozenset[str], str]:
    """The types by their words without order; without those that have the same ones."""
    every = [(_bag(_words(name)), name) for name in dict.fromkeys(types)]
    counts = Counter(bag for bag, _ in every)
    return {bag: name for bag, name in every if len(bag) > 1 and counts[bag] == 1}


@lru_cache(maxsize=KEPT)
def _bag(words: tuple[str, ...]) -> frozenset[str]:
    longer = [one for word in words for one in SHORT.get(word, word).split()]
    return frozenset(one[:STEM] for one in longer if one not in LITTLE and not YEAR.fullmatch(one))


class _Running:
    """The words of a page one after the other, each with its part."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.texts: list[str] = []
        self.parts: list[int] = []
        self._first: list[int] = []  # of each part
        for k, part in enumerate(page.parts):
            some = _found(part.plain)
            self._first.append(len(self.texts))
            self.texts += some
            self.parts += [k] * len(some)

    def there(self, n: int, form: tuple[str, ...]) -> bool:
        return tuple(self.texts[n : n + len(form)]) == form

    def span(self, n: int) -> tuple[int, int]:
        """Where a word is in its part."""
        k = self.parts[n]
        return next(islice(WORD.finditer(self.page.parts[k].plain), n - self._first[k], None)).span()


@lru_cache(maxsize=16)
def _known(types: tuple[str, ...]) -> tuple[dict[str, list[tuple[tuple[str, ...], str]]], list[tuple[str, str]]]:
    """The types by their first words, the longest first; those of Eastern languages without blanks."""
    known: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    glued: list[tuple[str, str]] = []
    for name in dict.fromkeys(types):
        words = _words(name)
        if EASTERN.search(name):
            glued.append(("".join(words), name))
        elif words and not set(words) <= GENERIC:
            known.setdefault(words[0], []).append((words, name))
    for forms in known.values():
        forms.sort(key=lambda form: -len(form[0]))
    return known, sorted(glued, key=lambda one: -len(one[0]))


@lru_cache(maxsize=KEPT)
def _found(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(text))


def _words(text: str) -> tuple[str, ...]:
    return _found(plain(tidy(text)))


def _key(name: str) -> str:
    return " ".join(_words(name))


def _eastern(page: Page, glued: Sequence[tuple[str, str]]) -> list[Named]:
    found = []
    for k, part in enumerate(page.parts):
        text = "".join(WORD.findall(part.plain)) if glued and EASTERN.search(part.plain) else ""
        for form, name in glued:
            if form in text:
                found.append(Named(k, name, len(text) <= 2 * len(form)))
                text = text.replace(form, "")
    return found


def _sure(page: Page, words: _Running, n: int, end: int) -> bool:
    """Whether a type is named as the type of this document."""
    k = words.parts[n]
    text = page.parts[k].plain
    before = text[: words.span(n)[0]]
    after = text[words.span(end - 1)[1] :] if words.parts[end - 1] == k else ""
    if ELSE.search(before) or ELSE.search(after):
        return False
    before, after = BETWEEN.split(before)[-1], BETWEEN.split(after)[0]
    before, after = ASIDE.sub(" ", before), ASIDE.sub(" ", after)
    rest = [one for one in (*WORD.findall(before), *WORD.findall(after)) if one not in GENERIC and one.isalpha()]
    if not rest or (not WORD.search(before) and HEADED.match(after)):
        return not _else_beside(page, k)
    return bool(labels.KIND.search(before)) or (len(rest) == 1 and len(rest[0]) <= FEW)


def _else_beside(page: Page, k: int) -> bool:
    left = page.left(k)
    return left is not None and bool(ELSE.search(page.parts[left].plain))


def _otherwise(page: Page, name: str, found: Sequence[Named]) -> bool:
    """Whether a page may name a type in other words: all of them are in one part, outside of longer names."""
    mine = [one for one in _words(name) if one not in GENERIC]
    for k, part in enumerate(page.parts):
        text = part.plain
        for one in found:
            if one.part == k:
                text = text.replace(plain(one.name), " ") if plain(one.name) in text else ""  # all of it, reordered
        words = WORD.findall(text)
        if mine and all(
            any(word == one or (len(one) > FEW and word.startswith(one[:FEW])) for word in words) for one in mine
        ):
            return True
    return False
