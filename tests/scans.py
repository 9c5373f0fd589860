"""Media as devices and programs write them, by the encoders that those use: what each is, and what is noted of it.

`TAKEN`: each with how it is called, its bytes, its true media type, its notes, and the media type of its copy.
"""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import img2pdf
import pikepdf
import segno
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from reportlab.pdfgen import canvas

from tests.pictures import action

LINE = "Certificate of First Aid, issued 2025-03-01 to Zoe Example"
PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"
GENERATED = pikepdf.ObjectStreamMode.generate
ORIENTATION = 0x112
# 64 by 48 pixels, white with a red box at the top left, to be turned by 90 degrees; made by libheif and x265.
HEIC = base64.b85decode(
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0005VZDn*}000000000XXk=`10000000000aA{+700000000000000000000G-+&a"
    "V*mgE07O6l0ssL300001>;M4(00000004Rb0ssI200L$J0RR9100000Bme*aIB98aW&i*H00062000$fZf0cy000000RRAKc4ILB"
    "0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031009SSaB^?}008D`aAR)(004Gqc4I>U18@KU0FVFx0000U@BsY%`1k+-"
    "4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC90096hLID8-Z~y=U0FVFx0{{R603M(qfd!W8<fgf}2xu@M00096AOHXZ03l)k"
    "0RRR>0l{;?i2wiq6Ju{|a&BX6cmM$a4FCp!0000KX>)L8000000000$0000$0000eV{Bn?0000$000010000m000010000000002"
    "|NsB+000020000GaA|mH000000|*ER00009X>xCL0{{R38EJ5BVE_OC000000RRC8fdT^sgoXeB02*m>Wo7^X0000001jhhb7KGk"
    "009620001{ZDe6|0001XC;_h-fWJ--cp$%!(}2xf2g>YX<B@La)A9<rFi8mU9QG0mgYi0NN2>*^M27f+=e1{n9yIKp_M_qx{z?V4"
    "eI`+Z-UB#Zjyz6l*u$Aj|GKIMR85%YRIH95_@y^b=JDdX-NLt~;cy)A>BxWC=OG)USAYNj00u>PX=VTbO-%qQ000080099K00RI3"
    "0096700000000"
)


class Scan(NamedTuple):
    """A medium: its name, how it is made, what it truly is, what is noted of it, and what its copy is."""

    name: str
    make: Callable[[], bytes]
    media_type: str
    notes: tuple[str, ...] = ()
    copy_type: str = ""


def certificate(lines: tuple[str, ...] = (LINE,), **options: Any) -> bytes:
    """A page of text as a program writes it."""
    out = io.BytesIO()
    page = canvas.Canvas(out, invariant=1, **options)
    for k, line in enumerate(lines):
        page.drawString(72, 780 - 20 * k, line)
    page.save()
    return out.getvalue()


def changed(change: Callable[[pikepdf.Pdf], object], **options: Any) -> bytes:
    """The page of text after a change, written by qpdf."""
    with pikepdf.open(io.BytesIO(certificate())) as document:
        change(document)
        out = io.BytesIO()
        document.save(out, **options)
    return out.getvalue()


def root(**values: Any) -> Callable[[], bytes]:
    """The page of text with more in its catalogue."""

    def change(document: pikepdf.Pdf) -> None:
        for key, value in values.items():
            document.Root[f"/{key}"] = value

    return lambda: changed(change)


def dangling(document: pikepdf.Pdf) -> None:
    """Names of scripts that lead nowhere, as one generator writes them into each of its files."""
    document.Root.Names = Dictionary(JavaScript=document.make_indirect(Dictionary(A=1)))


def really_dangling() -> bytes:
    content = changed(dangling, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return re.sub(rb"/JavaScript \d+ 0 R", b"/JavaScript 99 0 R", content)


def with_fields(**actions: Any) -> Callable[[], bytes]:
    """A form whose field says how its value is written, and was filled in."""

    def make() -> bytes:
        out = io.BytesIO()
        page = canvas.Canvas(out, invariant=1)
        page.drawString(72, 780, LINE)
        page.acroForm.textfield(name="until", value="2027-03-01", x=72, y=700, width=200, height=20)
        page.save()
        with pikepdf.open(out) as document:
            document.pages[0].Annots[0].AA = Dictionary(**actions)
            changed_form = io.BytesIO()
            document.save(changed_form)
        return changed_form.getvalue()

    return make


def attached(document: pikepdf.Pdf) -> None:
    document.attachments["credential.json"] = json.dumps({"type": "OpenBadgeCredential"}).encode()


def pinned(document: pikepdf.Pdf) -> None:
    """A file that hangs on a page, in a note."""
    held = Stream(document, b"MZ", Dictionary(Type=Name.EmbeddedFile))
    told = Dictionary(Type=Name.Filespec, F=String("a.bin"), EF=Dictionary(F=document.make_indirect(held)))
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=told)
    document.pages[0].Annots = Array([document.make_indirect(note)])


def words(document: pikepdf.Pdf) -> None:
    """Titles, links and the page speak of what is dangerous where it is a name."""
    document.docinfo.Title = String("/JavaScript /Launch /EmbeddedFiles")
    link = Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action("/URI", URI="https://a.org/JavaScript"))
    document.pages[0].Annots = Array([link])
    document.pages[0].contents_add(b"BT /F1 12 Tf (Learn /JavaScript, /Launch and /RichMedia) Tj ET")


def signed(*, partly: bool = False) -> bytes:
    """A file with a signature field, the numbers of which are right though nothing is signed."""

    def change(document: pikepdf.Pdf) -> None:
        value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=b"\0" * 64)
        value.ByteRange = Array([0, 10**9, 10**9, 10**9])
        field = Dictionary(FT=Name.Sig, T=String("s"), V=document.make_indirect(value), Subtype=Name.Widget)
        field.Rect = Array([0, 0, 0, 0])
        document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(field)]), SigFlags=3)

    content = changed(change, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    start = content.index(b"<" + b"0" * 128)
    end = start + 130
    numbers = f"[ 0 {start} {end} {len(content) - end} ]".encode()
    place = re.search(rb"\[ 0 1000000000 1000000000 1000000000 \]", content)
    assert place
    content = content.replace(place[0], numbers.ljust(len(place[0])))
    return content + (b"% added\n%%EOF\n" if partly else b"")


def static_form(document: pikepdf.Pdf) -> None:
    """A form that is described a second time, without anything that runs (XFA)."""
    packet = b'<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform name="a"/></template>'
    stream = document.make_indirect(Stream(document, packet))
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([String("template"), stream]))


def badly_listed() -> bytes:
    """Each object lies four bytes later than the table says, as after a line was added with a text editor."""
    return certificate().replace(b"%PDF-1.3\n", b"%PDF-1.3\n%ab\n", 1)


def tagged(document: pikepdf.Pdf) -> None:
    """Many small objects, as an office program writes them for screen readers."""
    tree = document.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    tree.K = Array([document.make_indirect(Dictionary(S=Name.P, P=tree, K=k)) for k in range(300)])
    document.Root.StructTreeRoot = tree


def locked(revision: int, *, aes: bool = True) -> Callable[[], bytes]:
    held = pikepdf.Encryption(owner="secret", user="", R=revision, aes=aes, metadata=aes)  # type: ignore[arg-type]
    return lambda: changed(lambda _: None, encryption=held)


# --- pictures -------------------------------------------------------------------------------------------------


def drawn(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((4, 4, 20, 12), fill="red")
    if mode == "I;16":
        return image.convert("L").point(lambda value: value * 257, "I").convert("I;16")
    return image.convert(mode)


def saved(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    out = io.BytesIO()
    drawn(mode, size).save(out, kind, **options)
    return out.getvalue()


def turned(kind: str = "JPEG", orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return saved(kind, exif=exif)


def segment(kind: int, content: bytes, whole: bytes | None = None) -> bytes:
    """A JPEG with one segment more, at its beginning."""
    whole = whole or saved("JPEG")
    return whole[:2] + bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content + whole[2:]


def chunk(kind: bytes, content: bytes, checksum: int | None = None) -> bytes:
    right = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", right if checksum is None else checksum)


def chunked(kind: bytes, content: bytes, checksum: int | None = None) -> bytes:
    """A PNG with one part more, behind its head."""
    whole = saved("PNG")
    return whole[:33] + chunk(kind, content, checksum) + whole[33:]


def baked(text: str, keyword: str = "openbadges") -> bytes:
    """A picture with an Open Badge in it."""
    told = PngInfo()
    told.add_itxt(keyword, text)
    return saved("PNG", pnginfo=told)


def coded(text: str = "https://example.org/v/12345", kind: str = "PNG", scale: int = 4) -> bytes:
    """A page with a QR code."""
    image = Image.new("L", (800, 1000), 255)
    out = io.BytesIO()
    segno.make_qr(text).save(out, kind="png", scale=scale)
    image.paste(Image.open(out).convert("L"), (500, 700))
    page = io.BytesIO()
    image.save(page, kind)
    return page.getvalue()


def pages(kind: str = "TIFF", mode: str = "RGB", **options: Any) -> bytes:
    """Several pages in one picture, as scanners write them."""
    return saved(kind, mode, save_all=True, append_images=[drawn(mode), drawn(mode)], **options)


def scanned() -> bytes:
    return bytes(img2pdf.convert([saved("JPEG", size=(600, 800))], nodate=True))


XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><svg width='1'/><html lang='en'/></x:xmpmeta>"
VAST_PROFILE = bytes(3 << 19)

TAKEN: dict[str, Scan] = {
    "reportlab": Scan("a.pdf", certificate, PDF),
    "packed objects": Scan("a.pdf", lambda: changed(tagged, object_stream_mode=GENERATED), PDF),
    "tagged": Scan("a.pdf", lambda: changed(tagged), PDF),
    "linearised": Scan("a.pdf", lambda: changed(lambda _: None, linearize=True), PDF),
    "a scan": Scan("a.pdf", scanned, PDF),
    "AES-256, owner's password": Scan("a.pdf", locked(6), PDF, ("restricted",)),
    "AES-128, owner's password": Scan("a.pdf", locked(4), PDF, ("restricted",)),
    "RC4, owner's password": Scan("a.pdf", locked(3, aes=False), PDF, ("restricted",)),
    "names of scripts, dangling": Scan("a.pdf", really_dangling, PDF),
    "names of scripts, null": Scan("a.pdf", root(Names=Dictionary(JavaScript=None)), PDF),
    "names of scripts, empty": Scan("a.pdf", root(Names=Dictionary(JavaScript=Dictionary(Names=Array([])))), PDF),
    "a field's form": Scan(
        "a.pdf",
        with_fields(
            F=action("/JavaScript", JS='AFDate_FormatEx("dd/mm/yyyy");'),
            K=action("/JavaScript", JS='AFDate_KeystrokeEx("dd/mm/yyyy");'),
        ),
        PDF,
    ),
    "a number's form": Scan(
        "a.pdf", with_fields(F=action("/JavaScript", JS='AFNumber_Format(2, 0, 0, 0, "\\u20ac", true);')), PDF
    ),
    "prints on opening": Scan("a.pdf", root(OpenAction=action("/JavaScript", JS="this.print({bUI: true});")), PDF),
    "prints, by name": Scan("a.pdf", root(OpenAction=action("/Named", N=Name.Print)), PDF),
    "words": Scan("a.pdf", lambda: changed(words, compress_streams=False), PDF),
    "attached credential": Scan("a.pdf", lambda: changed(attached), PDF, ("attachments",)),
    "file on a page": Scan("a.pdf", lambda: changed(pinned), PDF, ("attachments",)),
    "signed": Scan("a.pdf", signed, PDF, ("signed",)),
    "signed, then changed": Scan("a.pdf", lambda: signed(partly=True), PDF, ("signed_part",)),
    "form without scripts": Scan("a.pdf", lambda: changed(static_form), PDF),
    "empty lines first": Scan("a.pdf", lambda: b"\r\n\r\n" + certificate(), PDF),
    "answer of a server first": Scan("a.pdf", lambda: b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n" + certificate(), PDF),
    "byte order mark first": Scan("a.pdf", lambda: b"\xef\xbb\xbf" + certificate(), PDF),
    "part of an e-mail": Scan("a.pdf", lambda: certificate() + b"\r\n------=_Part_1.23--\r\n", PDF),
    "comment at the end": Scan("a.pdf", lambda: certificate() + b"% made by a gateway\n", PDF),
    "NULs at the end": Scan("a.pdf", lambda: certificate() + bytes(700), PDF),
    "table off by four": Scan("a.pdf", badly_listed, PDF, ("repaired",), PDF),
    "start of the table wrong": Scan(
        "a.pdf", lambda: certificate().replace(b"startxref\n", b"startxref\n9"), PDF, ("repaired",), PDF
    ),
    "a PDF called .jpg": Scan("a.jpg", certificate, PDF, ("other_ending",)),
    "phone": Scan("IMG_1.JPG", turned, JPEG),
    "phone, two pictures": Scan("a.jpg", lambda: saved("MPO", save_all=True, append_images=[drawn()]), JPEG),
    "MPO": Scan("a.mpo", lambda: saved("MPO", save_all=True, append_images=[drawn()]), JPEG),
    "browser": Scan("a.jfif", lambda: saved("JPEG"), JPEG),
    "JPE": Scan("a.jpe", lambda: saved("JPEG"), JPEG),
    "blanks behind": Scan("a.jpeg  ", lambda: saved("JPEG", progressive=True), JPEG),
    "grey": Scan("a.jpg", lambda: saved("JPEG", "L"), JPEG),
    "CMYK": Scan("a.jpg", lambda: saved("JPEG", "CMYK"), JPEG),
    "1 × 1 JPEG": Scan("a.jpg", lambda: saved("JPEG", size=(1, 1)), JPEG),
    "no end": Scan("a.jpg", lambda: saved("JPEG", size=(200, 200))[:-2], JPEG),
    "no end, progressive": Scan("a.jpg", lambda: saved("JPEG", size=(200, 200), progressive=True)[:-2], JPEG),
    "XML of a camera": Scan("a.jpg", lambda: segment(0xE1, XMP), JPEG),
    "XML of Photoshop": Scan("a.jpg", lambda: segment(0xED, b"Photoshop 3.0\x008BIM<!DOCTYPE html>"), JPEG),
    "vast profile, JPEG": Scan("a.jpg", lambda: saved("JPEG", icc_profile=VAST_PROFILE), JPEG),
    "PNG called .jpeg": Scan("a.jpeg", lambda: saved("PNG"), PNG, ("other_ending",)),
    "JPEG called .png": Scan("a.png", lambda: saved("JPEG"), JPEG, ("other_ending",)),
    **{f"PNG, {mode}": Scan("a.PNG", lambda mode=mode: saved("PNG", mode), PNG) for mode in ("1", "L", "LA", "P")},
    **{f"PNG, {mode}": Scan("a.png", lambda mode=mode: saved("PNG", mode), PNG) for mode in ("RGB", "RGBA", "I;16")},
    "1 × 1 PNG": Scan("a.png", lambda: saved("PNG", size=(1, 1)), PNG),
    "PNG with a tail": Scan("a.png", lambda: saved("PNG") + b"made by a phone\0\0", PNG),
    "wrong checksum of a text": Scan("a.png", lambda: chunked(b"tEXt", b"Title\0A", 7), PNG),
    "vast profile, PNG": Scan("a.png", lambda: saved("PNG", icc_profile=VAST_PROFILE), PNG),
    "XMP in a PNG": Scan("a.png", lambda: baked("<x:xmpmeta><svg width='1'/></x:xmpmeta>", "XML:com.adobe.xmp"), PNG),
    "turned PNG": Scan("a.png", lambda: turned("PNG"), PNG),
    "phone, HEIC": Scan("IMG_2.HEIC", lambda: HEIC, "image/heic", ("converted",), JPEG),
    "HEIC called .jpg": Scan("IMG_3.JPG", lambda: HEIC, "image/heic", ("converted", "other_ending"), JPEG),
    "WebP": Scan("a.webp", lambda: saved("WEBP"), "image/webp", ("converted",), JPEG),
    "WebP, transparent": Scan("a.webp", lambda: saved("WEBP", "RGBA"), "image/webp", ("converted",), JPEG),
    "AVIF": Scan("a.avif", lambda: saved("AVIF", speed=10), "image/avif", ("converted",), JPEG),
    "fax": Scan("a.tif", lambda: saved("TIFF", "1", compression="group4"), TIFF, ("converted",), PNG),
    "scanner, LZW": Scan("a.tiff", lambda: saved("TIFF", compression="tiff_lzw"), TIFF, ("converted",), JPEG),
    "scanner, 16 bits": Scan("a.tif", lambda: saved("TIFF", "I;16"), TIFF, ("converted",), JPEG),
    "scanner, CMYK": Scan("a.tif", lambda: saved("TIFF", "CMYK"), TIFF, ("converted",), JPEG),
    "scanner, turned": Scan("a.tif", lambda: turned("TIFF"), TIFF, ("converted",), JPEG),
    "several faxes": Scan("a.tif", lambda: pages(mode="1", compression="group4"), TIFF, ("converted",), PDF),
    "several scans": Scan("a.tif", lambda: pages(compression="tiff_lzw"), TIFF, ("converted",), PDF),
}
