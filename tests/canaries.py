"""A person whose every value is one of a kind, what happens to her in a registry, and the search for her values."""

from __future__ import annotations

import base64
import csv
import gzip
import html
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from sqlalchemy import inspect, text

import credtools as ct
from tests.builders import APPROVER, BEN, HEADINGS, export, write
from tests.core import SCHEMAS, schema_copy
from tests.pictures import certificate, filled, jpeg

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from credtools.registry import Registry

EMAIL = "quilla.wren@birds.example"
NAME = "Quilla Vängström"
NEIGHBOUR = "quilla.wrem@birds.example"  # whom the registry takes for a misspelling of her
DEFLATED = re.compile(b"\x78[\x01\x9c\xda]")  # how zlib begins
CANARIES = {
    "e-mail": EMAIL,
    "name": NAME,
    "User ID": "QX-77-wren",
    "number": "NUMQ-4711",
    "own column": "Wren's Wharf Q9",
    "medium": "wrenscan",
    "content": "wrencontent",
    "paper": "wrenpaper",
    "patch": "NUMQ-9999",
    "mended": "NUMQ-5555",
    "waiver": "wrenwaiver",
    "decline": "wrendeclined",
    "withdrawal": "wrenwithdrawn",
    "type": "Frist Wrenaid",
    "date": "1971-07-13",
    "bad date": "31.02.1971",
}
C = CANARIES
USERS = f"""\
Email,Name,External ID
{EMAIL},{NAME},{C["User ID"]}
quarl@birds.example,Quarl Wrang,QX-78
"""
WIDE = f"{HEADINGS},Media,Site,Staff"
GOOD = f"{EMAIL},First Aid,{C['date']},,,,{C['own column']},{NAME}"
TWO_ERRORS = f"{EMAIL},{C['type']},{C['bad date']},,{C['number']},,,{C['User ID']}"
BAD_TYPE = f"{EMAIL},{C['type']},2021-03-04,,NUMQ-TYPO,,,"
NEAR = f"{NEIGHBOUR},First Aid,2021-03-05,,,,,"
OTHERS = ("ana@example.org,First Aid,2024-01-10,2030-01-10,,,South,Ana", f"{BEN},,,")


def own_schema(folder: Path) -> None:
    """A working folder whose schema has a column of its own."""
    schema_copy(folder / "schemas", fields='    site: str = field("Site", help="where the person works")\n')
    for name in ("users", "credential_types"):
        (folder / "schemas" / f"{name}.py").write_bytes((SCHEMAS / f"{name}.py").read_bytes())


def unattended(folder: Path) -> None:
    """Batch 1: lines 2 and 6–7 accepted, 3–5 rejected, by papermill; its file bears her name."""
    rows = (GOOD, TWO_ERRORS, BAD_TYPE, NEAR, *OTHERS)
    path = export(folder, *rows, name=f"{NAME} export.csv", headings=WIDE)
    told = imported(folder, path)
    assert (told["batch"], told["accepted"], told["rejected"]) == (1, 3, 3)


def imported(folder: Path, path: Path) -> dict[str, Any]:
    """What an unattended run, in a process of its own, says of a file."""
    command = [sys.executable, "-m", "credtools", "import", str(path), "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    said = spelled_in((done.stdout + done.stderr).encode()) - spelled_in(str(path).encode())
    assert said <= {"type"}, said  # schedulers mail it; a word that isn't a type is told, as a cause
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def by_hand(registry: Registry, folder: Path) -> None:
    """Batch 2: a spreadsheet with a patch and media; decided; a neighbour's reason names her."""
    book = Workbook()
    rows = (
        f"{EMAIL},Licence,2020-05-06,,{C['number']},{C['medium']}.jpg,{C['own column']},",
        f"{EMAIL},Passport,2020-05-07,,,,,",
        f"{EMAIL},Licence,2020-05-08,,NUMQ-TYPE,,,",
        "ana@example.org,Passport,2024-05-06,,,,North,",
    )
    for row in (WIDE, *rows):
        book.active.append(row.split(","))
    book.save(folder / "list.xlsx")
    batch = registry.upload(folder / "list.xlsx")
    batch.patch(4, "credential_number", C["patch"])
    paper = certificate("Passport", NAME.replace("ä", "\\344").replace("ö", "\\366"), C["paper"], "Issued 2020-05-17")
    scans = {f"{C['medium']}.jpg": jpeg(1, comment=C["content"].encode()), "ana.jpg": jpeg(2), "paper.pdf": paper}
    delivered = filled(folder / "scans", scans)
    batch.add_media(delivered / f"{C['medium']}.jpg", {f"{C['medium']}.jpg": [2, 3]})
    batch.add_media(delivered / "paper.pdf", {"paper.pdf": 3})
    batch.finish()
    batch.add_media(delivered / "ana.jpg", {"ana.jpg": 5})
    approver = ct.open(registry.engine.url.render_as_string(hide_password=False), by=APPROVER)
    approver.decline(batch.id, [2], reason=C["decline"])
    approver.decline(batch.id, [5], reason=f"belongs to {NAME}, not to Ana")
    approver.approve(batch.id, [3], note=f"as {EMAIL} said")
    approver.withdraw(batch.id, [3], C["withdrawal"])
    approver.engine.dispose()


def corrected(registry: Registry, folder: Path) -> None:
    """Batch 3: one of her rejects comes back mended, the other one is waived; why Ben lost a credential names her."""
    path = folder / "out" / "rejects.csv"
    registry.write_rejects(path, 1)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    for row in rows[1:]:
        if "NUMQ-TYPO" in row:
            row[row.index(C["type"])], row[row.index("NUMQ-TYPO")] = "Licence", C["mended"]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    write(folder, "corrected.csv", out.getvalue())
    assert len(registry.correct(folder / "corrected.csv").fixed) == 1
    registry.waive(1, [3], reason=C["waiver"])
    registry.withdraw(1, [7], f"belongs to {NAME}, not to Ben")


def waiting(registry: Registry, folder: Path) -> None:
    """Batches 4 to 7: undone, discarded, held, and a draft with media that nobody else has."""
    registry.upload(export(folder, GOOD.replace("First Aid", "Forklift"), name="undone.csv", headings=WIDE)).finish()
    registry.undo(4)
    registry.upload(export(folder, GOOD, name="discarded.csv", headings=WIDE)).discard()
    assert imported(folder, export(folder, TWO_ERRORS, name="held.csv", headings=WIDE))["verdict"] == "held"
    draft = registry.upload(export(folder, GOOD, OTHERS[0], name="draft.csv", headings=WIDE))
    scan = {f"{C['medium']}2.jpg": jpeg(3, comment=C["content"].encode())}
    draft.add_media(filled(folder / "scans2", scan), {f"{C['medium']}2.jpg": 2})


def someone_elses(registry: Registry, folder: Path) -> None:
    """Batch 8 is about others only."""
    registry.upload(export(folder, "cara@example.org,Forklift,2023-01-01,,", "x,Forklift,,,", name="b.csv")).finish()


def repeated(registry: Registry, folder: Path) -> None:
    """Batch 9: a source says again what is stored of her and of Ana, so both rows lie in one block."""
    path = export(folder, OTHERS[0], GOOD, name="repeated.csv", headings=WIDE)
    receipt = registry.upload(path, write(folder, "hr.yaml", "")).finish()
    assert receipt.counts.unchanged == receipt.counts.rows == 2


def live(registry: Registry, folder: Path) -> None:
    """All that can happen to a person, and to others beside her, in a registry whose working folder this is."""
    unattended(folder)
    for happens in (by_hand, corrected, waiting, someone_elses, repeated):
        happens(registry, folder)


# --- the search ---------------------------------------------------------------------------------------------


def places(registry: Registry) -> Iterator[tuple[str, bytes]]:
    """Everything that the registry keeps, byte for byte: database, stored files, runs, heads, temporary files."""
    if registry.engine.dialect.name == "sqlite":
        database = Path(str(registry.engine.url.database))
        for path in database.parent.glob(f"{database.name}*"):
            yield path.name, path.read_bytes()
    else:
        yield from _columns(registry)
    if registry.places.heads:
        yield "heads", registry.places.heads.read_bytes()
    for folder in (registry.blobs.folder, registry.places.runs, *Path(tempfile.gettempdir()).glob("credtools-tmp-*")):
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path.relative_to(folder.parent)), path.read_bytes() + str(path).encode()


def _columns(registry: Registry) -> Iterator[tuple[str, bytes]]:
    with registry.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            result = connection.execute(text(f'SELECT * FROM "{table}"'))
            for row in result:
                for name, value in row._mapping.items():
                    content = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    yield f"{table}.{name}", content


def hits(registry: Registry, canaries: dict[str, str] = CANARIES) -> dict[str, list[str]]:
    """By canary the places that hold it, in whatever spelling, encoding or packing."""
    found: dict[str, list[str]] = {}
    for place, content in places(registry):
        for name in spelled_in(content, canaries):
            found.setdefault(name, []).append(place)
    return found


def spelled_in(content: bytes, canaries: dict[str, str] = CANARIES) -> set[str]:
    """The canaries that some bytes hold, in whatever spelling, encoding or packing."""
    parts = [part.lower() for part in _unpacked(content)]
    return {name for name, word in canaries.items() if any(one in part for part in parts for one in _spellings(word))}


@lru_cache
def _spellings(word: str) -> frozenset[bytes]:
    """A word as it may be written: folded, for JSON, for HTML; in every usual encoding; as base64 or hex."""
    told = {word, json.dumps(word)[1:-1], json.dumps(json.dumps(word))[2:-2], html.escape(word), ascii(word)[1:-1]}
    told |= {one.casefold() for one in told}
    encoded = {one.encode(name) for one in told for name in ("utf-8", "utf-16-le", "utf-16-be", "cp1252")}
    packed = {_base64(one, shift) for one in encoded for shift in range(3)} | {one.hex().encode() for one in encoded}
    return frozenset(one.lower() for one in encoded | packed)


def _base64(content: bytes, shift: int) -> bytes:
    """The middle of how the content looks in base64 when so many bytes stand before it."""
    return base64.b64encode(b"\0" * shift + content + b"\0" * 3)[4 if shift else 0 : (shift + len(content)) // 3 * 4]


def _unpacked(content: bytes) -> Iterable[bytes]:
    yield content
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield from _unpacked(archive.read(name))
        except zipfile.BadZipFile:
            return
    elif content.startswith(b"\x1f\x8b"):
        yield from _unpacked(gzip.decompress(content))
    for found in re.finditer(DEFLATED, content):  # blocks of unchanged rows, also left behind in a database file
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(content[found.start() :])


def figures(registry: Registry) -> dict[str, Any]:
    """What was counted: per batch, and of rejects by every question that doesn't quote a value."""
    counts = [name for name in registry.batches().columns if name not in ("file", "state")]
    told: dict[str, Any] = {"batches": registry.batches()[counts].to_dict("records")}
    for by in ("code", "column", "source", "week", "type", "uploader"):
        told[by] = registry.audit.rejects(by=by).to_dict()
    return told
