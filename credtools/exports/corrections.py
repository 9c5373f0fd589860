"""The correction file: rejected rows as they came, why they were rejected, and a key that identifies each.

The key is the reject's number and the beginning of the salted digest in the ledger: nobody makes one up, and no
spreadsheet takes it for a number, date or formula.
"""

from __future__ import annotations

import base64
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credtools import reading
from credtools.errors import CredtoolsError, FileError
from credtools.exports.damage import shown
from credtools.exports.files import write
from credtools.model import Table

if TYPE_CHECKING:
    from credtools.exports.many_rows import FilledSheet

KEY, REASONS, SUGGESTIONS = "credtools row", "credtools reasons", "credtools suggestions"
SOURCE, FILE = "credtools source", "credtools file"  # whose row it is: many files can be corrected in one
OURS = (KEY, REASONS, SUGGESTIONS, SOURCE, FILE)
ROW_KEY = re.compile(r"R(\d{1,18})-([A-Z2-7]{10})")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
NO_ZIP = (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error)
WITH_TEXTS = re.compile(r"xl/(sharedStrings\.|worksheets/sheet)|content\.xml$")
CHUNK, MOST_CHUNKS, MOST_PARTS = 1 << 20, 64, 50
START = 1 << 16  # bytes among which the headings are
DELIMITERS = ",;\t|^~:"  # by which programs save again what we wrote with the first
ABOVE = 10  # records at most, above the headings


@dataclass(frozen=True)
class WrongRow:
    """One rejected row: its key, its cells by heading as they came, the headings with errors, and what they are.

    `source`, `file`: where it came from.
    """

    key: str
    cells: Mapping[str, str]
    wrong: frozenset[str]
    reasons: str
    suggestions: str
    source: str = ""
    file: str = ""


def row_key(reject: int, digest: bytes) -> str:
    """The key of a reject; `digest`: of its row, as the ledger holds it."""
    return f"R{reject}-{base64.b32encode(digest)[:10].decode()}"


def key_of(text: str) -> tuple[int, str] | None:
    """(number of the reject, the key as it was written), or None where it isn't one."""
    found = ROW_KEY.fullmatch(text.strip().upper())
    return (int(found[1]), found[0]) if found else None


def write_corrections(path: str | Path, rows: Sequence[WrongRow]) -> Path:
    """Writes the rows under their own headings as .csv or .xlsx; readable by the owner only.

    Raises CredtoolsError for another ending, or when the file can't be written.
    """
    headings = list(dict.fromkeys(heading for row in rows for heading in row.cells))
    lines = [[KEY, *map(shown, headings), *OURS[1:]]]
    for row in rows:
        cells = (shown(row.cells.get(heading, "")) for heading in headings)
        lines.append([row.key, *cells, *map(shown, (row.reasons, row.suggestions, row.source, row.file))])
    wrong = {(k, place) for k, row in enumerate(rows, 2) for place, name in enumerate(headings, 2) if name in row.wrong}

    def workbook() -> FilledSheet:
        from credtools.exports import workbooks  # noqa: PLC0415 - only who writes one needs it

        return workbooks.of_rejects(lines, wrong, KEY, (REASONS, SUGGESTIONS))

    write(Path(path), lines, workbook)
    return Path(path)


def read_corrections(path: str | Path) -> Table:
    """A correction file that comes back, whatever program has saved it. Raises FileError for any other file."""
    content, name = reading.file_bytes(path), reading.file_name(path)
    for options in (_known(content), {}):
        try:
            table = reading.read_bytes(content, name, titles=OURS, footer_lines=0, **options)
        except FileError:
            if not options:
                raise
            continue
        if KEY in table.frame.columns:
            return table
    raise FileError("not_a_correction_file", name=name, key=KEY)


def _known(content: bytes) -> dict[str, Any]:
    """How a correction file is read: by its headings, which are ours, whatever its cells hold.

    A text by the delimiter that divides most of them, for some program may have saved it with another one.
    """
    if content.startswith((ZIP, OLE)):
        return {"heading_line": 1}
    wide = KEY.encode("utf-16-le") in content[:START]
    start = content[:START].decode("utf-16-le" if wide else "latin-1", "replace").lstrip("\ufeff\xef\xbb\xbf")
    best, found = 0, dict[str, Any](heading_line=1)
    for delimiter in DELIMITERS:
        lines = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
        line = 1
        with suppress(csv.Error):
            for cells in islice(lines, ABOVE):
                named = len({cell.strip() for cell in cells} & set(OURS)) if KEY in cells else 0
                if named > best and (named > 1 or cells[0] == KEY):  # alone elsewhere it may be what a cell says
                    dialect = {"delimiter": delimiter, "quote": '"', "escape": "", "exact": True}
                    best, found = named, {"heading_line": line, "heading_rows": 1, **dialect}
                line = lines.line_num + 1
    return found


def is_correction(path: str | Path) -> bool:
    """Whether a file is a correction file, whatever program has saved it; only what may be one is read whole."""
    try:
        content = reading.file_bytes(path)
        if not _names_key(content):
            return False
        read_corrections(path)
    except (CredtoolsError, *NO_ZIP):  # whoever takes it for another file says what is wrong with it
        return False
    return True


def _names_key(content: bytes) -> bool:
    """Whether the key's heading is written in a file; a spreadsheet is searched for its bytes, and never whole."""
    if not content.startswith(ZIP):
        return _has_key(content if content.startswith(OLE) else content[:START])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if WITH_TEXTS.match(name)]
        return any(_part_has_key(archive, name) for name in parts[:MOST_PARTS])


def _part_has_key(archive: zipfile.ZipFile, name: str) -> bool:
    """Texts that all sheets share come in any order; in a sheet itself the headings are at its start."""
    with archive.open(name) as part:
        before = b""
        for _ in range(MOST_CHUNKS if "sharedStrings" in name else 1):
            chunk = part.read(CHUNK)
            if _has_key(before + chunk):
                return True
            before = chunk[-2 * len(KEY) :]
            if not chunk:
                break
    return False


def _has_key(text: bytes) -> bool:
    return any(KEY.encode(name) in text for name in ("utf-8", "utf-16-le"))
