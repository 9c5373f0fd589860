"""Code pages: in which one the names of a zip are written, where the zip doesn't say; found out by the rows they fit.

A code page is taken for a whole zip, and only when no other makes any of its names fit other rows. Of several in which
the same names fit, the other names are taken as far as all agree. Nothing is guessed from how likely letters are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from credtools.media.files import File, Packed
from credtools.text import plural

# What packers of Windows (its DOS pages first: those its Explorer and most others write), macOS and Linux write.
PAGES = (
    *("cp850", "cp852", "cp866", "cp932", "gbk", "cp949", "cp950", "cp437", "cp737", "cp775", "cp855", "cp857"),
    *("cp858", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp869", "cp720", "cp874"),
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("euc_jp", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-15", "koi8-r", "mac_roman", "mac_latin2"),
)
AS_SHOWN = ""  # the reading of today: UTF-8 where it can be, else cp437
CONTROLS = re.compile("[\x80-\x9f]")
SHOWN = 4  # candidates in one sentence
REMEDY = "Zip the files again with UTF-8 names, or choose the rows by hand."
Fits = Callable[[str], Hashable]  # a name without folders → the rows that have it; false: none


@dataclass(frozen=True)
class ZipNames:
    """How the names of a zip were read, and the same as a sentence.

    `code_page`: '' where none was taken; `candidates`: those between which the rows don't decide, if they don't.
    """

    zip: str
    code_page: str
    candidates: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class _Reading:
    """The names of a zip in one code page, and the rows that they fit: place of the name → rows.

    Names are decoded when they are asked for: those of a large zip in all code pages would take much memory.
    """

    page: str
    shown: Sequence[str]
    packed: Sequence[bytes]
    fits: dict[int, Hashable]

    def name(self, k: int) -> str:
        return self.packed[k].decode(self.page) if self.page else self.shown[k]

    def example(self, k: int) -> str:
        return f"{_short(self.name(k))!r}"


def settled(files: Sequence[File], fits: Fits) -> tuple[list[File], list[ZipNames]]:
    """The files by the names that they truly have, and what is to be said of the zips for which that isn't plain."""
    places: dict[Path, list[tuple[int, Packed]]] = defaultdict(list)
    for k, file in enumerate(files):
        if file.packed:
            places[file.packed.zip].append((k, file.packed))
    found, told = list(files), []
    for path, entries in places.items():
        shown = [files[k].name for k, _ in entries]
        names, said = _decided(path.name, shown, [packed.name for _, packed in entries], fits)
        for (k, packed), name in zip(entries, names or (), strict=False):
            found[k] = packed.called(name)
        if said:
            told.append(said)
    return sorted(found, key=lambda file: file.name) if told else found, told


def _decided(
    zip_name: str, shown: Sequence[str], packed: Sequence[bytes], fits: Fits
) -> tuple[list[str] | None, ZipNames | None]:
    """How a zip's names are read, if otherwise than shown, and what is to be said of it."""
    telling = [k for k, name in enumerate(packed) if not name.rpartition(b"/")[2].isascii()]
    today = _Reading(AS_SHOWN, shown, packed, _fitting(shown, telling, fits))
    is_utf8 = all(name.encode() == raw for name, raw in zip(shown, packed, strict=True))
    if not telling or (is_utf8 and today.fits):
        return None, None
    readings = [today, *_readings(shown, packed, telling, fits)]
    best = max(readings, key=lambda reading: len(reading.fits))  # the first of equals
    if not best.fits:
        return None, None if is_utf8 else _unknown(zip_name, readings[1:], telling)
    if doubts := [(other, k) for other in readings for k, rows in other.fits.items() if best.fits.get(k) != rows]:
        return None, _doubtful(zip_name, best, dict(reversed([(other.page, (other, k)) for other, k in doubts])))
    if best is today:
        return None, None
    equal = [reading for reading in readings if len(reading.fits) == len(best.fits)]
    names = [best.name(k) if k in best.fits else _agreed(k, equal) for k in range(len(shown))]
    pages = (
        tuple(reading.page for reading in equal) if any(best.name(k) != name for k, name in enumerate(names)) else ()
    )
    fit = f"{plural(len(best.fits), 'name')} {'fits a row' if len(best.fits) == 1 else 'fit rows'}"
    taken, example = " or ".join(pages[:SHOWN]) or best.page, best.example(next(iter(best.fits)))
    said = f"The names in {zip_name!r} were read in the code page {taken}, because {fit} then, for example {example}."
    return names, ZipNames(zip_name, best.page, pages, said)


def _agreed(k: int, readings: Sequence[_Reading]) -> str:
    """A name that fits no row, where the code pages in question read it alike; else as it is shown."""
    names = {reading.name(k) for reading in readings}
    return names.pop() if len(names) == 1 else readings[0].shown[k]


def _readings(shown: Sequence[str], packed: Sequence[bytes], telling: Sequence[int], fits: Fits) -> Iterator[_Reading]:
    """The names in each code page in which they can be written, each other than those before."""
    whole, seen = b"\0".join(packed), {_digest("\0".join(shown))}
    for page in PAGES:
        try:
            text = whole.decode(page)
        except UnicodeError:
            continue
        names, digest = text.split("\0"), _digest(text)
        if len(names) == len(packed) and digest not in seen and not CONTROLS.search(text):
            seen.add(digest)
            yield _Reading(page, shown, packed, _fitting(names, telling, fits))


def _fitting(names: Sequence[str], telling: Sequence[int], fits: Fits) -> dict[int, Hashable]:
    return {k: rows for k in telling if (rows := fits(_short(names[k])))}


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _short(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name


def _unknown(zip_name: str, readings: Sequence[_Reading], telling: Sequence[int]) -> ZipNames:
    """No code page makes a name fit; named are those in which the names are made of letters."""
    examples: dict[str, str] = {}
    for reading in readings:
        text = "".join(_short(reading.name(k)) for k in telling)
        if all(sign.isascii() or sign.isalpha() for sign in text):
            examples.setdefault(reading.example(telling[0]), reading.page)
    could = [f"{page} ({text})" for text, page in examples.items()]
    named = f" It may be {', '.join(could[:SHOWN])}." if could else ""
    said = f"The zip {zip_name!r} doesn't say the code page of its names, and they fit no row in any.{named}"
    return ZipNames(zip_name, "", tuple(examples.values()), f"{said} {REMEDY}")


def _doubtful(zip_name: str, best: _Reading, others: dict[str, tuple[_Reading, int]]) -> ZipNames:
    """Two code pages make names fit different rows."""
    k = next(iter(others.values()))[1]
    every = {best.page: best, **{page: other for page, (other, _) in others.items()}}
    could = [f"{page or 'as shown'} ({reading.example(k)})" for page, reading in every.items()]
    said = f"The names in {zip_name!r} fit different rows in different code pages: {', '.join(could[:SHOWN])}"
    return ZipNames(zip_name, "", tuple(page or "cp437" for page in every), f"{said}. {REMEDY}")
