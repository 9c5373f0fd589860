"""Made names: what files are called that are written out, so that any system takes them and a media column finds them.

Where matching is lenient this is strict: a made name stands in a cell of its own table, in a zip and on any disk.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePath

from credtools.checking.parse import UNREADABLE
from credtools.media.litter import is_litter
from credtools.media.matching import FORBIDDEN
from credtools.text import fold_name

NAME = "{user_email}_{credential_type}"
ENDINGS = {
    "application/pdf": ".pdf",
    "image/tiff": ".tif",
    "image/jpeg": ".jpg",
    **{f"image/{kind}": f".{kind}" for kind in ("png", "heic", "heif", "webp", "avif")},
}
LONGEST = 200  # bytes of a name; file systems take 255, encrypted ones 143 to 240, and a folder comes before it
NUMBERED = 12  # of these for a number behind it
NAMELESS = "scan"
# Windows: Naming Files, Paths, and Namespaces; a name is reserved whatever follows its first point.
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
# What a spreadsheet would run (see `formulas`), what systems hide, what is an option at a prompt.
BEGINS = re.compile(r"[=+\-@＝＋－＠'.~]")  # noqa: RUF001 - full-width signs run, too
UNTAKEN = re.compile("[\ud800-\udfff;]")  # halves of letters; between the names in a cell


def made(pattern: str, values: Mapping[str, str]) -> str:
    """The name by a pattern, without ending: what a value lacks is left out."""
    taken = {name: _plain(value) for name, value in values.items()}
    return _plain(pattern.format_map(taken))


def ending(media_type: str, name: str) -> str:
    """The ending that a file truly has; of an unknown type the one that it came with."""
    return ENDINGS.get(media_type) or PurePath(_plain(name)).suffix.lower() or ".bin"


class Names:
    """Names that differ from each other in more than case, accents' coding or ending: the second gets _2, and so on."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}

    def free(self, stem: str, ending: str) -> str:
        """A name that no file has yet, with its ending."""
        stem = _cut(_safe(stem, ending), LONGEST - NUMBERED - len(ending))
        key = fold_name(stem)
        number = self._last.get(key, 0) + 1
        while fold_name(called := stem if number == 1 else f"{stem}_{number}") in self._taken:
            number += 1
        self._last[key] = number
        self._taken.add(fold_name(called))
        return f"{called}{ending}"


def _plain(text: str) -> str:
    """Text without what a name, a cell or a disk can't hold: such letters become _, blanks one blank."""
    text = UNREADABLE.sub("_", unicodedata.normalize("NFC", " ".join(text.split())))
    return UNTAKEN.sub("_", text).translate(FORBIDDEN)


def _safe(stem: str, ending: str) -> str:
    """A name that means a file everywhere: none that is hidden, reserved, run, or left by a system."""
    stem = stem.strip(" .") or NAMELESS
    risky = BEGINS.match(stem) or RESERVED.match(stem) or is_litter(f"{stem}{ending}")
    return f"_{stem}" if risky else stem


def _cut(text: str, most: int) -> str:
    """The beginning of a text, in whole letters, of at most so many bytes."""
    return text.encode()[:most].decode(errors="ignore").rstrip(" .")
