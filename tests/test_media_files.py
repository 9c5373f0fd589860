from __future__ import annotations

import io
import os
import resource
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from credtools.errors import FileError, MissingFileError
from credtools.media import files, looking
from credtools.media.files import gathered
from credtools.media.looking import Looker
from tests.pictures import action, filled, jpeg, noise, pdf, picture, png, zipped
from tests.scans import HEIC


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    with Looker() as opened:
        yield opened


Reason = tuple[str, dict[str, object]]  # with its facts, but for the file


def refusal(looker: Looker, name: str, content: bytes) -> Reason:
    """The reason why a file is refused."""
    with pytest.raises(FileError) as caught:
        looker.look(name, content)
    return reason(caught.value, name)


def reason(refused: FileError, name: str) -> Reason:
    """Each reason has the file's name, as it was given."""
    facts = dict(refused.facts)
    assert facts.pop("file") == name
    assert repr(name) in str(refused)
    return refused.reason, facts


PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
HEIF = {"heif": "heic"}

# --- one file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("scan.pdf", pdf(), "application/pdf"),
        ("scan.PDF", pdf(pages=3, root={"/OpenAction": action("/GoTo")}), "application/pdf"),
        ("photo.jpg", jpeg(), "image/jpeg"),
        ("photo.jpeg", noise(progressive=True), "image/jpeg"),
        ("two.jpg", jpeg(1) + jpeg(2), "image/jpeg"),  # a phone appends a second picture
        ("tail.jpg", jpeg() + b"SEFHe\xff\xda\0\0\0", "image/jpeg"),  # what some phones append
        ("screen.png", png(), "image/png"),
    ],
)
def test_proper_media_are_taken(looker: Looker, name: str, content: bytes, media_type: str) -> None:
    """What scanners, phones and office programs make is taken."""
    assert looker.look(name, content).media_type == media_type


def vast(kind: str, mode: str = "1") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (20_000, 20_000)).save(out, kind)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_with(kind: bytes, content: bytes) -> bytes:
    whole = png()
    return whole[:33] + chunk(kind, content) + whole[33:]


def with_scripted_page() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.pages[0].obj.Annots = pikepdf.Array(
        [pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=pikepdf.Array([action("/JavaScript")]))]
    )
    out = io.BytesIO()
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def hidden_name() -> bytes:
    """A script whose name is written with hexadecimal digits, so that it isn't found by its letters."""
    plain = pdf(
        root={"/OpenAction": action("/JavaScript....", JS="x")}, object_stream_mode=pikepdf.ObjectStreamMode.disable
    )
    assert b"/JavaScript...." in plain
    return plain.replace(b"/JavaScript....", b"/J#61vaScrip#74")


def with_picture(width: int) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    shown = {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": width, "/Height": width}
    document.Root.Extra = document.make_indirect(pikepdf.Stream(document, b"x", pikepdf.Dictionary(shown)))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


LOCKED = {"encryption": pikepdf.Encryption(owner="secret", user="secret")}
ARCHIVE = io.BytesIO()
with zipfile.ZipFile(ARCHIVE, "w") as _archive:
    _archive.writestr("inner.txt", "x")
LARGE = ("too_many_pixels", {"width": 20_000, "height": 20_000, "allowed": 250_000_000})

REFUSED: dict[str, tuple[str, bytes, Reason]] = {
    "word file": (
        "a.docx",
        b"PK",
        ("not_a_medium", {"ending": ".docx"}),
    ),
    "no ending": (
        "scan",
        pdf(),
        ("no_ending", {}),
    ),
    "empty": ("a.pdf", b"", ("empty_file", {})),
    "web page": ("a.jpg", b"<html><script>1</script>", ("is_other_document", {"what": "a web page"})),
    "GIF before the PDF": ("a.pdf", b"GIF89a\n" + pdf(), ("is_no_scan", {"what": "a GIF picture"})),
    "too much before the PDF": ("a.pdf", b"\xff" * 1025 + pdf(), ("not_its_kind", {})),
    "JPEG and zip": ("a.jpg", jpeg() + ARCHIVE.getvalue(), ("two_kinds", {"what": "an archive"})),
    "JPEG and RAR": ("a.jpg", jpeg() + b"Rar!\x1a\x07\x01\0", ("two_kinds", {"what": "an archive"})),
    "JPEG and PDF": ("a.jpg", jpeg() + pdf(), ("two_kinds", {"what": "a PDF"})),
    "PDF in a comment": ("a.jpg", picture(comment=pdf()), ("two_kinds", {"what": "a PDF"})),
    "script in a comment": (
        "a.jpg",
        picture(comment=b"<ScRiPt >alert(1)</script>"),
        ("two_kinds", {"what": "a web page"}),
    ),
    "PNG and script": ("a.png", png_with(b"tEXt", b"k\0<svg onload=1>"), ("two_kinds", {"what": "a web page"})),
    "PDF and zip": ("a.pdf", pdf() + ARCHIVE.getvalue(), ("two_kinds", {"what": "an archive"})),
    "PDF and JPEG": ("a.pdf", pdf() + jpeg(), ("damaged", {"kind": "PDF"})),
    "PNG and zip": ("a.png", png() + ARCHIVE.getvalue(), ("two_kinds", {"what": "an archive"})),
    "PNG and PDF": ("a.png", png() + pdf(), ("two_kinds", {"what": "a PDF"})),
    "PNG of a wrong checksum": ("a.png", png()[:-20] + b"x" + png()[-19:], ("damaged", {"kind": "PNG"})),
    "PNG with a text bomb": (
        "a.png",
        png_with(b"zTXt", b"k\0\0" + zlib.compress(b"0" * (80 << 20))),
        ("damaged", {"kind": "PNG"}),
    ),
    "PDF without pages": (
        "a.pdf",
        pdf(pages=0),
        ("page_count", {"found": 0, "allowed": 500}),
    ),
    "501 pages": (
        "a.pdf",
        pdf(pages=501),
        ("page_count", {"found": 501, "allowed": 500}),
    ),
    "PNG of 20,000²": ("a.png", vast("PNG"), LARGE),
    "JPEG of 20,000²": ("a.jpg", vast("JPEG", "L"), LARGE),
    "picture in a PDF": ("a.pdf", with_picture(20_000), LARGE),
    "script on opening": (
        "a.pdf",
        pdf(root={"/OpenAction": action("/JavaScript", JS="x")}),
        ("active", {"what": "a script"}),
    ),
    "script, only named": ("a.pdf", pdf(root={"/OpenAction": action("/JavaScript")}), ("active", {"what": "a script"})),
    "script, its name hidden": ("a.pdf", hidden_name(), ("active", {"what": "a script"})),
    "script in no table": (
        *("a.pdf", pdf().replace(b"startxref", b"9 0 obj <</S /JavaScript /JS (x)>> endobj\nstartxref")),
        ("active", {"what": "a script"}),
    ),
    "script on a page": ("a.pdf", with_scripted_page(), ("active", {"what": "a script"})),
    "scripts in the names": (
        "a.pdf",
        pdf(
            root={
                "/Names": pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", action("/JavaScript", JS="x")]))
            }
        ),
        ("active", {"what": "a script"}),
    ),
    "launch": (
        "a.pdf",
        pdf(root={"/AA": {"/WC": action("/Launch")}}),
        ("active", {"what": "an action that leaves the document"}),
    ),
    "form that sends": (
        *("a.pdf", pdf(root={"/OpenAction": action("/SubmitForm")})),
        ("active", {"what": "an action that leaves the document"}),
    ),
    "XFA form": (
        "a.pdf",
        pdf(root={"/AcroForm": pikepdf.Dictionary(XFA="x")}),
        ("active", {"what": "a form with scripts"}),
    ),
    "locked": ("a.pdf", pdf(**LOCKED), ("locked", {})),
}


@pytest.mark.parametrize("case", REFUSED)
def test_harmful_or_broken_files_are_refused(looker: Looker, case: str) -> None:
    """What isn't exactly what its name promises, or could harm whoever opens it, is refused with its reason."""
    name, content, why = REFUSED[case]
    assert refusal(looker, name, content) == why


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jpg", noise()), ("a.jpg", noise(progressive=True)), ("a.png", png()), ("a.pdf", pdf())],
    ids=["JPEG", "progressive JPEG", "PNG", "PDF"],
)
def test_truncated_files_are_refused(looker: Looker, name: str, content: bytes) -> None:
    """A file that was cut off is refused, wherever the cut is, unless only its last part or line is gone."""
    step = max(1, len(content) // 150)
    ends = {"a.jpg": len(content), "a.png": len(content) - len(PNG_END), "a.pdf": content.rfind(b"%%EOF")}[name]
    for cut in [*range(12, ends, step), ends - 1]:
        with pytest.raises(FileError):
            looker.look(name, content[:cut])


@pytest.mark.parametrize(("name", "content", "end"), [("a.png", png(), PNG_END), ("a.pdf", pdf(), b"%%EOF\n")])
def test_what_lacks_only_its_end_is_taken_with_a_whole_copy(
    looker: Looker, name: str, content: bytes, end: bytes
) -> None:
    """As viewers show it: all that makes the picture or the pages is there; the copy has the end."""
    assert content.endswith(end)
    for lost in range(2, len(end) + 1):
        found = looker.look(name, content[:-lost])
        assert (found.notes, found.copy, found.copy_type) == (("repaired",), content, found.media_type)
        assert not looker.look(name, found.copy).notes


def test_a_png_without_its_end_must_have_all_its_rows(looker: Looker) -> None:
    """Also where it is cut between two of its parts, which nothing else tells."""
    whole = png()
    start, end = whole.index(b"IDAT") + 4, len(whole) - len(PNG_END) - 4
    rows, head = whole[start:end], whole[: start - 8]
    for some in (rows[:-1], rows[: len(rows) // 2]):
        assert refusal(looker, "a.png", head + chunk(b"IDAT", some)) == ("damaged", {"kind": "PNG"})
    assert looker.look("a.png", head + chunk(b"IDAT", rows)).notes == ("repaired",)


def larger(kind: str, places: dict[bytes, int], pack: str, **options: Any) -> bytes:
    """A small picture that says it is of 15,000 × 15,000 pixels: `places` of its size behind marks."""
    out = io.BytesIO()
    Image.new("RGB", (24, 24), (1, 2, 3)).save(out, kind, **options)
    whole = out.getvalue()
    for mark, behind in places.items():
        at = whole.index(mark) + behind
        whole = whole[:at] + struct.pack(pack, 15_000, 15_000) + whole[at + struct.calcsize(pack) :]
    return whole


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", larger("JPEG", {b"\xff\xc2": 5}, ">HH", progressive=True, subsampling=0)),
        ("a.webp", larger("WEBP", {b"\x9d\x01\x2a": 3}, "<HH")),
        ("a.avif", larger("AVIF", {b"ispe": 8}, ">II", speed=10)),
    ],
    ids=["progressive JPEG", "WebP", "AVIF"],
)
def test_memory_that_a_reader_doesnt_get_is_no_damage(looker: Looker, name: str, content: bytes) -> None:
    """Readers say of both that the file can't be read; what a picture of its size takes tells them apart."""
    assert refusal(looker, name, content) == ("medium_too_costly", {"limit": "1,024 MB of memory"})


def test_a_tiff_that_is_packed_otherwise_isnt_called_damaged(looker: Looker) -> None:
    """The sentence says how it is packed, since it is whole and other programs show it."""
    out = io.BytesIO()
    Image.new("RGB", (24, 24)).save(out, "TIFF", compression="tiff_lzw")
    packing = struct.pack("<HHIHH", 259, 3, 1, 5, 0)
    assert out.getvalue().count(packing) == 1
    for number, what in ((50001, "WebP"), (34661, "JBIG"), (60000, "method 60000")):
        content = out.getvalue().replace(packing, struct.pack("<HHIHH", 259, 3, 1, number, 0))
        assert refusal(looker, "a.tif", content) == ("tiff_packing", {"what": what})


def test_every_kind_is_taken_under_the_endings_of_all_others(looker: Looker) -> None:
    """With its true type; and whoever approves is told where the ending says another."""
    for kind, endings in looking.ENDINGS.items():
        content = {"pdf": pdf(), "heif": HEIC}.get(kind) or picture(1, kind.upper())
        for ending in sorted(looking.KINDS):
            found = looker.look(f"a{ending}", content)
            assert found.media_type == ("application/pdf" if kind == "pdf" else f"image/{HEIF.get(kind, kind)}")
            assert ("other_ending" in found.notes) == (ending not in endings)


def peak(looker: Looker) -> int:
    """The most address space that the parsing process has taken."""
    told = Path(f"/proc/{looker._child.pid}/status").read_text()  # type: ignore[union-attr]
    return int(told.split("VmPeak:")[1].split()[0]) << 10


def pdf_bomb() -> bytes:
    """A table of objects that unpacks to a gigabyte and more, 1 MB packed."""
    packing = zlib.compressobj(9)
    piece = packing.compress(b"0" * (1 << 20)) + packing.flush(zlib.Z_FULL_FLUSH)  # after which the same fits again
    packed = piece + piece[2:] * 1199
    head = b"%PDF-1.5\n"
    told = b"<< /Type /XRef /Size 400000000 /W [1 1 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>" % len(packed)
    table = b"2 0 obj\n" + told + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    return head + table + b"startxref\n%d\n%%%%EOF\n" % len(head)


def test_memory_stays_under_the_cap(looker: Looker) -> None:
    """Bombs are stopped at the cap of the parsing process, which is replaced, and the next file is read as ever."""
    assert refusal(looker, "a.pdf", pdf_bomb())[0] in ("medium_too_costly", "damaged")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    out = io.BytesIO()
    Image.new("RGB", (8_000, 8_000)).save(out, "JPEG", progressive=True)
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert looker.look("a.jpg", out.getvalue()).media_type == "image/jpeg"
    assert peak(looker) <= looking.MEMORY
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - max(before, made) < 64 << 10


def test_killed_parser_is_replaced() -> None:
    """A file that kills its parser, or takes too long, is refused; the next one is read by a new parser."""
    with Looker() as own:
        assert own.look("a.png", png()).media_type == "image/png"
        own._child.kill()  # type: ignore[union-attr]
        own._child.wait()  # type: ignore[union-attr]
        assert refusal(own, "b.png", png()) == ("medium_too_costly", {"limit": "1,024 MB of memory"})
        assert own.look("c.png", png()).media_type == "image/png"


def test_slow_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file keeps a parser busy for longer than its seconds."""
    monkeypatch.setattr(looking, "SECONDS", 0.3)
    monkeypatch.setattr(looking, "LIMITS", {**looking.LIMITS, "objects": 1 << 60})
    document = pikepdf.new()
    document.add_blank_page()
    document.Root.Deep = pikepdf.Array([pikepdf.Array([pikepdf.Dictionary(JS=1)] * 1000) for _ in range(400)])
    out = io.BytesIO()
    document.save(out)
    with Looker() as own:
        began = time.monotonic()
        assert refusal(own, "a.pdf", out.getvalue()) == ("medium_too_costly", {"limit": "0.3 seconds"})
        assert time.monotonic() - began < 5


def test_too_many_objects_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF of endless objects is refused before they are all looked at."""
    monkeypatch.setattr(looking, "LIMITS", {**looking.LIMITS, "objects": 5})
    with Looker() as own:
        assert refusal(own, "a.pdf", pdf(pages=3)) == ("medium_too_costly", {"limit": "5 objects"})


def test_nothing_of_ours_loads_the_parsers() -> None:
    """What opens media is loaded only in the process with limits; what compares them, only where there are some."""
    unwanted = {"pikepdf", "PIL.JpegImagePlugin", "credtools.media.comparing", "credtools.media.scan.labels"}
    code = f"import sys, credtools.registry\nprint(sorted({unwanted} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# --- folders and zips ---------------------------------------------------------------------------------------


def read(*paths: Path) -> dict[str, Reason | bytes]:
    """Each file's bytes, or the reason why it is refused."""
    found: dict[str, Reason | bytes] = {}
    with gathered(paths) as given:
        for file in given:
            try:
                found[file.name] = file.read()
            except FileError as refused:
                found[file.name] = reason(refused, file.name)
    return found


def test_files_folders_and_zips_give_the_same(tmp_path: Path) -> None:
    """However files are given, they come with their name within what was given, and with all their bytes."""
    media = {"a.pdf": pdf(1), "inner/b.jpg": jpeg(2), "inner/Zoë.png": png(3)}
    folder = filled(tmp_path / "folder", media)
    assert read(folder) == media
    assert read(zipped(tmp_path / "all.zip", media)) == media
    assert read(*(folder / name for name in media)) == {Path(name).name: content for name, content in media.items()}


def test_missing_path_is_an_error(tmp_path: Path) -> None:
    """A path that isn't there is a mistake of whoever typed it, not a file that is refused."""
    with pytest.raises(MissingFileError) as caught:
        read(tmp_path / "none.zip")
    assert (caught.value.reason, caught.value.facts) == ("no_such_file", {"path": str(tmp_path / "none.zip")})


def test_names_that_lead_out_are_refused(tmp_path: Path) -> None:
    """No name of a zip is ever followed; those that would lead elsewhere, or can't be seen, are refused."""
    names = [
        "../up.pdf",
        "/root.pdf",
        "a/../../b.pdf",
        "C:\\x.pdf",
        "..\\x.pdf",
        "nul~.pdf",
        "rtl\u202efdp.pdf",
        "a\nb.pdf",
    ]
    path = zipped(tmp_path / "bad.zip", dict.fromkeys(names, pdf()))
    path.write_bytes(path.read_bytes().replace(b"nul~", b"nul\0"))
    before = sorted(tmp_path.parent.rglob("*"))
    found = read(path)
    assert sorted(found) == sorted(name.replace("~", "\0") for name in names)
    for name, why in found.items():
        leads_out = any(sign in name for sign in ("..", "/", ":"))
        assert why == ("outside_folder" if leads_out else "invisible_name", {})
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    """A folder's links and pipes, and a zip's links, aren't followed."""
    folder = filled(tmp_path / "folder", {"a.pdf": pdf()})
    (folder / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    os.mkfifo(folder / "pipe.pdf")
    entry = zipfile.ZipInfo("zipped.pdf")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    found = read(folder, tmp_path / "a.zip")
    for name in ("link.pdf", "pipe.pdf", "zipped.pdf"):
        assert found[name] == ("is_link", {})
    assert found["a.pdf"] == pdf()


def test_closed_folders_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that can't be looked into isn't passed over in silence."""
    folder = filled(tmp_path / "folder", {"a.pdf": pdf(), "closed/b.pdf": pdf()})
    real = os.scandir

    def closed(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert read(folder) == {
        "a.pdf": pdf(),
        "closed": ("unreadable_file", {"why": "Permission denied"}),
    }


def test_archives_among_files_are_refused(tmp_path: Path) -> None:
    """Only a zip that was named itself is opened; others inside folders or zips are refused."""
    inner = zipped(tmp_path / "inner.zip", {"a.pdf": pdf()}).read_bytes()
    folder = filled(tmp_path / "folder", {"x.zip": inner})
    found = read(folder, zipped(tmp_path / "outer.zip", {"y.ZIP": inner, "z.tar.gz": b"x"}))
    assert list(found.values()) == [("inner_archive", {})] * 3


def test_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than 25 MB of one file are ever read."""
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    big = b"%PDF-" + os.urandom(1000)
    folder = filled(tmp_path / "folder", {"a.pdf": big})
    for found in (read(folder), read(zipped(tmp_path / "a.zip", {"a.pdf": big}))):
        assert found == {"a.pdf": ("medium_too_large", {})}


def test_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the disk doesn't give is refused with the system's reason, and the others go on."""
    folder = filled(tmp_path / "folder", {"a.pdf": pdf(), "b.pdf": pdf()})
    real = Path.open

    def failing(path: Path, *arguments: Any) -> Any:
        if path.name == "a.pdf":
            raise OSError(5, "Input/output error")
        return real(path, *arguments)

    monkeypatch.setattr(Path, "open", failing)
    assert read(folder) == {
        "a.pdf": ("unreadable_file", {"why": "Input/output error"}),
        "b.pdf": pdf(),
    }


def encrypted(path: Path) -> None:
    content = zipped(path, {"a.pdf": pdf()}, zipfile.ZIP_STORED).read_bytes()
    local = bytearray(content)
    local[6] |= 1
    local[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(local)


def checksum(path: Path) -> None:
    content = zipped(path, {"a.pdf": pdf()}, zipfile.ZIP_STORED).read_bytes()
    path.write_bytes(content.replace(b"%PDF-1", b"%PDF-9", 1))


def lying(path: Path) -> None:
    """An entry that says it is small, and unpacks to more."""
    content = zipped(path, {"a.pdf": b"0" * 100_000}).read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 100_000), struct.pack("<I", 10)))


INNER: dict[str, tuple[Callable[[Path], object], str]] = {
    "encrypted": (encrypted, "inner_locked"),
    "checksum": (checksum, "inner_damaged"),
    "lying about its size": (lying, "inner_damaged"),
    "LZMA": (
        lambda path: zipped(path, {"a.pdf": pdf()}, zipfile.ZIP_LZMA),
        "inner_method",
    ),
    "bomb": (
        lambda path: zipped(path, {"a.pdf": b"0" * (20 << 20)}),
        "inner_ratio",
    ),
}


@pytest.mark.parametrize("case", INNER)
def test_bad_entries_are_refused_alone(tmp_path: Path, case: str) -> None:
    """An entry that can't be trusted is refused; the zip's others would still be read."""
    make, why = INNER[case]
    make(tmp_path / "a.zip")
    assert read(tmp_path / "a.zip") == {"a.pdf": (why, {})}


def overlapping(path: Path) -> None:
    """Many entries of a table of contents that all point to the same bytes."""
    content = zipped(path, {"a.pdf": noise(100)}, zipfile.ZIP_STORED).read_bytes()
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 50, 50, len(entry) * 50, start, 0)
    path.write_bytes(content[:start] + entry * 50 + tail)


def vast_directory(path: Path) -> None:
    """A zip that claims, in its 64-bit end record too, a table of contents of 150 MB."""
    size = 150 << 20
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 9, size, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, size, 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 9, 9, 46, 0, 0)
    with path.open("wb") as file:
        file.truncate(size)
        file.seek(size)
        file.write(end64 + locator + end)


def many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for k in range(50_001):
            archive.writestr(f"{k}.pdf", b"")


def vast_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate((200 << 20) + 1)


WHOLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no zip": (lambda path: path.write_bytes(b"PK\x03\x04 nothing"), "zip_damaged"),
    "cut off": (
        lambda path: path.write_bytes(zipped(path, {"a.pdf": pdf()}).read_bytes()[:-30]),
        "zip_damaged",
    ),
    "201 MB": (vast_file, "zip_size"),
    "50,001 entries": (many, "zip_entries"),
    "vast table of contents": (
        vast_directory,
        "zip_entries",
    ),
    "1 GB unpacked": (
        lambda path: zipped(path, {f"{k}.pdf": b"0" * (24 << 20) for k in range(44)}),
        "zip_bytes",
    ),
    "overlapping": (overlapping, "zip_overlap"),
}


@pytest.mark.parametrize("case", WHOLE)
def test_bad_zips_are_refused_whole(tmp_path: Path, case: str) -> None:
    """A zip that can't be trusted is refused before anything of it is unpacked."""
    make, why = WHOLE[case]
    make(tmp_path / "a.zip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read(tmp_path / "a.zip") == {"a.zip": (why, {})}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_unflagged_utf8_names_are_read(tmp_path: Path) -> None:
    """Packers that write UTF-8 names without saying so are understood."""
    path = zipped(tmp_path / "a.zip", {"Zoë.pdf": pdf()})
    content = bytearray(path.read_bytes())
    for flags in (content.index(b"PK\x03\x04") + 7, content.index(b"PK\x01\x02") + 9):
        assert content[flags] & 0x08
        content[flags] = 0
    path.write_bytes(content)
    assert read(path) == {"Zoë.pdf": pdf()}
