from __future__ import annotations

import base64
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

from credtools.errors import FileError
from credtools.jupyter.parts import pictures
from credtools.media.looking import Looker
from credtools.media.parser import texts
from credtools.media.parser.scripts import is_harmless
from credtools.registry import Registry
from tests import scans
from tests.builders import ANA, export, only_sqlite
from tests.pictures import action
from tests.scans import LINE, TAKEN, certificate, changed, root, saved


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    with Looker() as opened:
        yield opened


def refusal(looker: Looker, content: bytes, name: str = "a.pdf") -> tuple[str, str]:
    """The reason why a file is refused, and what it says there is in it."""
    with pytest.raises(FileError) as caught:
        looker.look(name, content)
    return caught.value.reason, caught.value.facts.get("what", "")


# --- what is taken --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", TAKEN)
def test_media_are_taken_as_devices_and_programs_write_them(looker: Looker, case: str) -> None:
    """What every viewer shows is taken as what it is, with what an approver should know, and with a copy if need be."""
    scan = TAKEN[case]
    found = looker.look(scan.name, scan.make())
    assert (found.media_type, found.notes, found.copy_type) == (scan.media_type, scan.notes, scan.copy_type)
    assert bool(found.copy) == bool(scan.copy_type)


def test_a_converted_picture_is_upright_and_has_the_same_colours(looker: Looker) -> None:
    """The copy of a picture that was turned stands upright; what was clear in it is white."""
    for name in ("phone, HEIC", "scanner, turned"):
        copy = looker.look(TAKEN[name].name, TAKEN[name].make()).copy
        with Image.open(io.BytesIO(copy)) as image:
            assert image.height > image.width
            assert image.convert("L").getpixel((1, 1)) > 250
            red = image.convert("RGB").getpixel((image.width - 8, 10))
            assert red[0] > 200
            assert max(red[1:]) < 80
    clear = Image.new("RGBA", (20, 20))
    out = io.BytesIO()
    clear.save(out, "WEBP", lossless=True)
    with Image.open(io.BytesIO(looker.look("a.webp", out.getvalue()).copy)) as image:
        assert image.convert("L").getpixel((1, 1)) > 250


@pytest.mark.parametrize("case", ["several faxes", "several scans", "phone, HEIC", "table off by four"])
def test_copies_are_whole_and_always_the_same(looker: Looker, case: str) -> None:
    """A copy has all pages; the same file always has the same copy, so that its digest says which it is."""
    scan = TAKEN[case]
    content = scan.make()
    copy = looker.look(scan.name, content).copy
    assert looker.look(scan.name, content).copy == copy
    if scan.copy_type == scans.PDF:
        assert looker.look("copy.pdf", copy).notes == ()
        with pikepdf.open(io.BytesIO(copy)) as document:
            assert len(document.pages) == (3 if "several" in case else 1)


def test_sixteen_bits_keep_their_shades(looker: Looker) -> None:
    """A grey scan of 16 bits keeps its shades in the copy; nothing is clipped."""
    image = Image.frombytes("I;16", (256, 16), b"".join(bytes([0, k]) for k in range(256)) * 16)
    out = io.BytesIO()
    image.save(out, "TIFF")
    with Image.open(io.BytesIO(looker.look("a.tif", out.getvalue()).copy)) as copy:
        assert all(abs(copy.getpixel((k, 8)) - k) < 4 for k in range(256))  # type: ignore[operator]


def test_sixteen_bits_are_the_same_in_copies_and_previews() -> None:
    """Each of the 65,536 shades becomes the same in a converted copy, where codes are looked for, and in a preview."""
    shades = Image.frombytes("I;16", (256, 256), struct.pack("<65536H", *range(65536)))
    expected = bytes(value // 257 for value in range(65536))
    assert texts.eight_bits(shades).tobytes() == texts.for_codes(shades).tobytes() == expected
    assert pictures._rgb(shades).getchannel(0).tobytes() == expected


def test_attachments_may_be_refused() -> None:
    """An organisation may decide that files with others inside aren't taken."""
    with Looker(refuse_attachments=True) as strict:
        assert refusal(strict, changed(scans.attached)) == ("active", "other files")
        assert strict.look("a.pdf", certificate()).notes == ()


@only_sqlite
def test_attachments_are_kept_or_refused_as_the_organisation_decides(registry: Registry, tmp_path: Path) -> None:
    """The setting `refuse_attachments` holds for every file that is added; without it such files are kept."""
    batch = registry.upload(export(tmp_path, ANA))
    (tmp_path / "a.pdf").write_bytes(changed(scans.attached))
    by_hand = {"a.pdf": 2}
    assert [medium.notes for medium in batch.add_media(tmp_path / "a.pdf", by_hand).linked] == [("attachments",)]
    registry.set("refuse_attachments", value=True)
    assert [medium.file for medium in batch.add_media(tmp_path / "a.pdf", by_hand).refused] == ["a.pdf"]


# --- what is refused ------------------------------------------------------------------------------------------


def plain(change: Callable[[pikepdf.Pdf], object]) -> bytes:
    return changed(change, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)


def packed(change: Callable[[pikepdf.Pdf], object]) -> bytes:
    return changed(change, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def opens(act: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = document.make_indirect(act)

    return change


def in_stream(document: pikepdf.Pdf) -> None:
    script = document.make_indirect(Stream(document, b"app.alert(1)"))
    opens(Dictionary(S=Name.JavaScript, JS=script))(document)


def packet(text: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_indirect(Stream(document, text)))

    return change


def annotated(**values: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **values)])

    return change


def beside(found: bytes) -> bytes:
    """A file with an object that no table lists."""
    return certificate().replace(b"startxref", found + b"\nstartxref")


def shown(**actions: Any) -> Callable[[pikepdf.Pdf], None]:
    """What a page does when it is shown."""
    return lambda document: document.pages[0].__setattr__("AA", Dictionary(**actions))


def linked(document: pikepdf.Pdf) -> None:
    annotated(Subtype=Name.Link, A=action("/URI", URI="https://a.org"))(document)


def both(*changes: Callable[[pikepdf.Pdf], object]) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        for one in changes:
            one(document)

    return change


def stream_of(*values: bytes, cut: int = 0, first: int = 97, kind: bytes = b"") -> bytes:
    """An object in which others are packed."""
    places = [sum(len(one) + 1 for one in values[:k]) for k in range(len(values))]
    head = b" ".join(b"%d %d" % (first + 1 + k, place) for k, place in enumerate(places)) + b" "
    content = zlib.compress(head + b" ".join(values))
    content = content[: len(content) - cut]
    told = b"%d 0 obj\n<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d%s>>" % (
        first,
        len(values),
        len(head),
        len(content),
        kind,
    )
    return told + b"stream\n" + content + b"\nendstream\nendobj\n"


def changed_since(value: bytes) -> bytes:
    """A file with two packed objects, of which a later table lists only the second one."""
    whole = certificate()
    before, packed_here = whole.rfind(b"startxref"), len(whole)
    number = int(whole[before:].split()[1])
    added = whole + stream_of(value, b"<</A 1>>", first=50)
    rows = b"".join(
        kind.to_bytes(1, "big") + at.to_bytes(4, "big") + index.to_bytes(2, "big")
        for kind, at, index in ((1, packed_here, 0), (0, 0, 0), (2, 50, 1), (1, len(added), 0))
    )
    root_at = re.search(rb"/Root (\d+ 0 R)", whole)
    assert root_at
    told = b"53 0 obj\n<</Type/XRef/W[1 4 2]/Index[50 4]/Size 54/Root %s/Prev %d/Length %d>>stream\n" % (
        root_at[1],
        number,
        len(rows),
    )
    return added + told + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(added)


HARM = "app.launchURL('x')"
SCRIPT, LEAVES, MOVES, FORM = (
    ("active", what)
    for what in (
        *("a script", "an action that leaves the document", "moving or sounding parts", "a form with scripts"),
    )
)
UNREAD = ("active", "a script or other files")
REFUSED: dict[str, tuple[Callable[[], bytes], tuple[str, str]]] = {
    "script": (lambda: plain(opens(action("/JavaScript", JS=HARM))), SCRIPT),
    "packed script": (lambda: packed(opens(action("/JavaScript", JS=HARM))), SCRIPT),
    "script in a stream": (lambda: plain(in_stream), SCRIPT),
    "script behind a format": (
        lambda: plain(opens(action("/JavaScript", JS=f'AFDate_FormatEx("d");{HARM}'))),
        SCRIPT,
    ),
    "script, restricted": (
        lambda: changed(opens(action("/JavaScript", JS=HARM)), encryption=pikepdf.Encryption(owner="a", user="", R=6)),
        SCRIPT,
    ),
    "script of UTF-16": (
        lambda: plain(opens(action("/JavaScript", JS=String("print(1);\u2028" + HARM)))),
        SCRIPT,
    ),
    "script of a field": (scans.with_fields(F=action("/JavaScript", JS=HARM)), SCRIPT),
    "script after another": (
        lambda: plain(opens(action("/GoTo", Next=Array([action("/JavaScript", JS=HARM)])))),
        SCRIPT,
    ),
    "script among names": (
        root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action("/JavaScript", JS=HARM)])))),
        SCRIPT,
    ),
    "script of a 3D view": (
        lambda: plain(lambda document: document.Root.__setattr__("X", Dictionary(OnInstantiate=String(HARM)))),
        SCRIPT,
    ),
    "script beside": (lambda: beside(b"99 0 obj\n<</S/JavaScript/JS(app.alert\\(1\\))>>\nendobj"), SCRIPT),
    "script beside, spelled": (lambda: beside(b"99 0 obj\n<</S/J#61vaScript/JS<6170702e78>>>\nendobj"), SCRIPT),
    "script beside, elsewhere": (
        lambda: beside(b"98 0 obj\n(app.x)\nendobj 99 0 obj\n<</S/JavaScript/JS 98 0 R>>\nendobj"),
        SCRIPT,
    ),
    "script beside, deep": (lambda: beside(b"99 0 obj\n[[<</A<</S/JavaScript/JS(app.x)>>>>]]\nendobj"), SCRIPT),
    "script beside, broken": (lambda: beside(b"99 0 obj\n<</A ]/S/JavaScript/JS(app.x)>>\nendobj"), UNREAD),
    "script inside a stream": (
        lambda: plain(
            lambda document: document.pages[0].contents_add(b"% 99 0 obj <</S/JavaScript/JS(app.x)>> endobj")
        ),
        SCRIPT,
    ),
    "launch": (lambda: packed(opens(action("/Launch", F=String("a.exe")))), LEAVES),
    "import": (lambda: plain(opens(action("/ImportData", F=String("a")))), LEAVES),
    "submit": (scans.with_fields(U=action("/SubmitForm", F=String("https://a.org"))), LEAVES),
    "into an attachment": (lambda: plain(opens(action("/GoToE"))), LEAVES),
    "rendition": (lambda: plain(opens(action("/Rendition", JS=HARM))), LEAVES),
    "launch beside": (lambda: beside(b"99 0 obj\n<</S /Launch /F (a)>>\nendobj"), LEAVES),
    "link on opening": (lambda: plain(opens(action("/URI", URI="https://a.org"))), LEAVES),
    "link on opening, packed": (lambda: packed(opens(action("/URI", URI="https://a.org"))), LEAVES),
    "link on opening, spelled": (
        lambda: plain(opens(action("/URI", URI="https://a.org"))).replace(b"/OpenAction", b"/Open#41ction"),
        LEAVES,
    ),
    "link after another": (lambda: plain(opens(action("/GoTo", Next=action("/URI", URI="https://a.org")))), LEAVES),
    "another file on opening": (lambda: plain(opens(action("/GoToR", F=String("a.pdf")))), LEAVES),
    "link of a page that is shown": (lambda: plain(shown(O=action("/URI", URI="https://a.org"))), LEAVES),
    "link under the pointer": (scans.with_fields(E=action("/URI", URI="https://a.org")), LEAVES),
    "link on opening, beside": (
        lambda: beside(b"98 0 obj\n<</S/URI/URI(x)>>\nendobj 99 0 obj\n<</OpenAction 98 0 R>>\nendobj"),
        LEAVES,
    ),
    "packed beside": (lambda: beside(stream_of(b"<</S/JavaScript/JS(app.x)>>")), SCRIPT),
    "packed beside, spelled": (
        lambda: beside(stream_of(b"<</S/JavaScript/JS(app.x)>>").replace(b"/ObjStm", b"/Obj#53tm")),
        SCRIPT,
    ),
    "packed beside, the second one": (lambda: beside(stream_of(b"[]", b"<</S/Launch/F(a)>>")), LEAVES),
    "packed beside, link on opening": (lambda: beside(stream_of(b"<</OpenAction<</S/URI>>>>")), LEAVES),
    "packed beside, elsewhere": (lambda: beside(stream_of(b"<</OpenAction 97 0 R>>")), UNREAD),
    "packed beside, in another way": (
        lambda: beside(stream_of(b"null").replace(b"/FlateDecode", b"/LZWDecode")),
        ("damaged", ""),
    ),
    "packed beside, cut": (lambda: beside(stream_of(b"<</A 1>>", cut=3)), ("damaged", "")),
    "packed, changed since": (lambda: changed_since(b"<</S/JavaScript/JS(app.x)>>"), SCRIPT),
    "rich media": (lambda: plain(annotated(Subtype=Name.RichMedia, RichMediaContent=Dictionary())), MOVES),
    "film": (lambda: plain(annotated(Subtype=Name.Movie, Movie=Dictionary(F=String("a")))), MOVES),
    "form with a script": (lambda: plain(packet(b"<template><script>1</script></template>")), FORM),
    "form with events": (lambda: packed(packet(b"<t:template><t:event/></t:template>")), FORM),
    "form that grows": (lambda: plain(packet(b"<config><dynamicRender>required</dynamicRender></config>")), FORM),
    "form in another alphabet": (lambda: plain(packet("<template/>".encode("utf-16"))), FORM),
}


UNASKED_BUT_HARMLESS: dict[str, Callable[[], bytes]] = {
    "a link, and a page to begin with": lambda: plain(both(opens(action("/GoTo")), linked)),
    "a button that is a link": scans.with_fields(U=action("/URI", URI="https://a.org")),
    "packed beside": lambda: beside(stream_of(b"<</A 1>>", b"<</S/URI/URI(https://a.org)>>")),
    "packed, changed since": lambda: changed_since(b"<</OpenAction[1 0 R/Fit]/URI<<>>>>"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_acts_is_refused_wherever_it_is(looker: Looker, case: str) -> None:
    """What runs, leaves the document or moves is refused wherever it stands: packed, restricted, spelled, unlisted."""
    make, why = REFUSED[case]
    assert refusal(looker, make()) == why


@pytest.mark.parametrize("case", UNASKED_BUT_HARMLESS)
def test_a_link_that_somebody_chooses_to_follow_is_none_that_acts(looker: Looker, case: str) -> None:
    """A link is refused where it acts by itself, not where somebody clicks it; packed objects that do nothing stay."""
    assert looker.look("a.pdf", UNASKED_BUT_HARMLESS[case]()).notes == ()


def test_signed_files_are_never_to_be_printed_again(looker: Looker) -> None:
    """A signed file that can't be taken isn't advised to be printed, which would lose its signature."""
    whole = scans.signed()
    assert (
        refusal(looker, whole.replace(b"startxref", b"99 0 obj <</S /Launch>> endobj\nstartxref"))[0] == "active_signed"
    )
    assert refusal(looker, whole[:-9])[0] == "damaged_signed"


@pytest.mark.parametrize(
    ("script", "harmless"),
    [
        ("", True),
        (" ; ", True),
        ('AFDate_FormatEx("dd/mm/yyyy");', True),
        ("AFNumber_Keystroke(2, 0, 0, 0, '', true)", True),
        ('AFSimple_Calculate("SUM", new Array ("a", "b"));', True),
        ("this.print({bUI: true, bSilent: false});\nprint();", True),
        ("/* on opening */ print(true); // once", True),
        ("print(app.x())", False),
        ('AFDate_FormatEx("a" + x)', False),
        ("print(1) || app.x()", False),
        ("print//\u2028app.x()\n()", False),
        ("print('\u2028');app.x()//')", False),
        ("print(1);app.alert(1)", False),
        ("AFDate=app.x;AFDate()", False),
        ("printSeps()", False),
        ("print(" * 20_000, False),
    ],
)
def test_scripts_that_only_print_or_format_are_harmless(script: str, harmless: bool) -> None:  # noqa: FBT001 - a verdict
    """Calls of known functions with literal values do nothing else; anything more may."""
    assert is_harmless(script) is harmless


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", zipped("[Content_Types].xml", "word/document.xml"), ("is_other_document", "a Word document")),
        ("a.docx", zipped("[Content_Types].xml", "word/document.xml"), ("is_other_document", "a Word document")),
        ("a.pdf", zipped("xl/workbook.xml"), ("is_other_document", "a spreadsheet (Excel or OpenDocument)")),
        ("a.jpg", b"<!DOCTYPE html><title>Sign in</title>", ("is_other_document", "a web page")),
        ("a.pdf", b"Received: a\nMIME-Version: 1.0\nSubject: b\n\nc", ("is_other_document", "an e-mail")),
        ("a.pdf", b"Your certificate is ready.\n", ("is_other_document", "a text")),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", ("is_other_document", "a drawing (SVG)")),
        ("a.pdf", b"{\\rtf1 x}", ("is_other_document", "a text document (RTF)")),
        ("a.pdf", zipped("a.pdf", "b.pdf"), ("inner_archive", "")),
        ("a.pdf", b"7z\xbc\xaf\x27\x1c\0\4", ("inner_archive", "")),
        ("a.heic", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", ("is_no_scan", "a video")),
        ("a.heic", b"\0\0\0\x18ftyphevc\0\0\0\0mif1hevc", ("is_no_scan", "a video")),
        ("a.jpg", b"GIF89a\1\0\1\0", ("is_no_scan", "a GIF picture")),
        ("a.tif", b"II*\0\x10\0\0\0CR\2\0", ("is_no_scan", "a camera's raw picture")),
        ("a.pdf", b"MZ\x90\0", ("is_no_scan", "a program")),
        ("a.pdf", b"\x93\x01\x02\x88\0\1", ("not_its_kind", "")),
        ("a.gif", b"GIF89a\1\0\1\0", ("not_a_medium", "")),
        ("IMG_1", b"\xff\xd8\xff\xe0\0\x10JFIF", ("no_ending", "")),
        ("a.pdf", b"PK\3\4" + b"x" * 60, ("not_its_kind", "")),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, ("not_a_medium", "")),
    ],
)
def test_what_is_refused_is_named(looker: Looker, name: str, content: bytes, why: tuple[str, str]) -> None:
    """Whoever added a wrong file is told what it is, by its content."""
    assert refusal(looker, content, name) == why


@pytest.mark.parametrize("case", ["no end", "no end, progressive", "phone"])
def test_a_cut_jpeg_is_never_taken_for_one_without_its_end(looker: Looker, case: str) -> None:
    """Only the two bytes of its end may be missing; any other cut is found, though readers fill it with grey."""
    content = TAKEN[case].make().removesuffix(b"\xff\xd9")
    for cut in [*range(1, 24), len(content) // 3]:
        assert refusal(looker, content[:-cut], "a.jpg") == ("damaged", "")


@pytest.mark.parametrize("colours", [0, 2, 3, 6])
def test_a_png_that_lacks_rows_is_damaged(looker: Looker, colours: int) -> None:
    """A PNG whose parts are all right in themselves, but hold fewer rows than it says, is damaged."""
    head = struct.pack(">IIBBBBB", 50, 50, 8, colours, 0, 0, 0)
    row = bytes(1 + 50 * {0: 1, 2: 3, 3: 1, 6: 4}[colours])
    for rows, name in ((50, ""), (49, "damaged")):
        parts = [scans.chunk(b"IHDR", head), scans.chunk(b"PLTE", bytes(3)) if colours == 3 else b""]
        parts += [scans.chunk(b"IDAT", zlib.compress(row * rows)), scans.chunk(b"IEND", b"")]
        content = b"\x89PNG\r\n\x1a\n" + b"".join(parts)
        if name:
            assert refusal(looker, content, "a.png")[0] == name
        else:
            assert looker.look("a.png", content).media_type == scans.PNG


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.jpg", scans.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<a><script >x</script></a>"), "a web page"),
        ("a.pdf", changed(scans.attached) + zipped("a.txt"), "an archive"),
        ("a.webp", saved("WEBP") + b"<script>1</script>", "a web page"),
        ("a.tif", saved("TIFF") + zipped("a.txt"), "an archive"),
    ],
)
def test_what_is_two_things_is_refused(looker: Looker, name: str, content: bytes, what: str) -> None:
    """What runs in a browser, and an archive behind a picture or PDF, is no part of a scan."""
    assert refusal(looker, content, name) == ("two_kinds", what)


@pytest.mark.parametrize("case", ["phone, HEIC", "WebP", "AVIF", "several scans"])
def test_cut_pictures_of_every_kind_are_refused(looker: Looker, case: str) -> None:
    """A picture that is converted is read to its end: one that was cut isn't taken."""
    scan = TAKEN[case]
    content = scan.make()
    for cut in (len(content) // 4, len(content) // 2):
        assert refusal(looker, content[:-cut], scan.name)[0] == "damaged"


# --- what can be read -----------------------------------------------------------------------------------------


def test_the_lines_of_a_page_are_read_with_their_places(looker: Looker) -> None:
    """Each line of a PDF comes with its page and its place on it, in thousandths, as it is shown: turned, if it is."""
    upright, *_ = looker.look("a.pdf", certificate((LINE, "No. 4711"))).texts
    left, top, right, bottom = upright.box
    assert (upright.page, upright.text) == (1, LINE)
    assert 118 < left < 124
    assert right > 500
    assert 60 < top < bottom < 90

    def turn(document: pikepdf.Pdf) -> None:
        document.pages[0].Rotate = 90

    turned = looker.look("a.pdf", changed(turn)).texts[0]
    assert turned.text == LINE
    assert turned.box == (1000 - bottom, left, 1000 - top, right)


def test_what_was_filled_in_is_read(looker: Looker) -> None:
    """The values of a form's fields are read where they stand, since viewers show them."""
    found = {piece.text: piece.box for piece in looker.look("a.pdf", scans.with_fields()()).texts}
    assert set(found) == {LINE, "2027-03-01"}
    assert 130 < found["2027-03-01"][1] < 180


def test_text_that_nobody_sees_is_not_read(looker: Looker) -> None:
    """What a scanner guessed behind a picture isn't what the page shows."""

    def guess(document: pikepdf.Pdf) -> None:
        document.pages[0].contents_add(b"BT /F1 12 Tf 3 Tr 72 600 Td (2099-01-01) Tj ET")

    assert [piece.text for piece in looker.look("a.pdf", changed(guess)).texts] == [LINE]


def test_long_documents_are_read_in_part(looker: Looker) -> None:
    """Ten pages and 20,000 characters are read, and it is said where there is more."""
    found = looker.look("a.pdf", certificate(tuple(f"{LINE} {'x' * 60} {k}" for k in range(300))))
    assert not found.whole
    assert 19_000 < sum(len(piece.text) for piece in found.texts) <= 20_000

    def more(document: pikepdf.Pdf) -> None:
        for _ in range(10):
            document.add_blank_page()

    assert not looker.look("a.pdf", changed(more)).whole
    assert looker.look("a.pdf", certificate()).whole


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_qr_codes_are_read(looker: Looker, kind: str) -> None:
    """A QR code on a picture is read, with its place."""
    (piece,) = looker.look(f"a.{kind.lower()}", scans.coded(kind=kind)).texts
    assert piece.text == "https://example.org/v/12345"
    left, top, right, bottom = piece.box
    assert (620 < left < 680, 700 < top < 740) == (True, True)
    assert (700 < right < 820, 780 < bottom < 860) == (True, True)


def test_qr_codes_of_scans_are_read(looker: Looker) -> None:
    """A PDF that carries little text may be a scan: its QR codes are read too."""
    import img2pdf

    content = img2pdf.convert([scans.coded(kind="JPEG")], nodate=True)
    assert [piece.text for piece in looker.look("a.pdf", content).texts] == ["https://example.org/v/12345"]


def test_open_badges_are_read(looker: Looker) -> None:
    """What an Open Badge in a PNG says is read, plain or signed; nothing else that a picture has with it."""
    told = {"type": "Assertion", "issuedOn": "2025-03-01"}
    payload = base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()
    for text, keyword in ((json.dumps(told), "openbadges"), (f"e30.{payload}.c2ln", "openbadgecredential")):
        (piece,) = looker.look("a.png", scans.baked(text, keyword)).texts
        assert json.loads(piece.text) == told
    assert looker.look("a.png", scans.baked("2025-03-01", "Description")).texts == ()


@pytest.mark.long
def test_vast_pictures_stay_under_the_cap(looker: Looker) -> None:
    """Pictures of 250 million pixels are read within a gigabyte; those that can't be say so."""
    for kind, mode in (("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "1")):
        content = saved(kind, mode, (15_800, 15_800))
        assert looker.look(f"a.{kind.lower()}", content).media_type == f"image/{kind.lower()}"
    assert refusal(looker, saved("PNG", "1", (16_000, 16_000)), "a.png")[0] == "too_many_pixels"
