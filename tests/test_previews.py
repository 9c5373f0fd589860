"""Previews are what a viewer shows: turned, filled in, in all depths of colour, every page; each for itself."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import pikepdf
import pytest
from PIL import Image, ImageDraw

from credtools.jupyter.parts import scans
from credtools.jupyter.parts.page import STATIC
from credtools.jupyter.parts.pictures import LARGE, PDF, THUMB, Picture, Pictures
from credtools.media import told
from credtools.media.compared import Compared, Difference, Evidence
from credtools.media.looking import KINDS, Looker
from credtools.media.parser import texts
from tests.pictures import certificate, jpeg, pdf
from tests.scans import coded

WIDE, HIGH = 60, 40
JPEG, PNG = "image/jpeg", "image/png"
CORNERS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}  # where the first is


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    """One child for all of them, as for the media of a page."""
    with Pictures() as child:
        yield child


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    with Looker() as child:
        yield child


def drawn(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return image.convert("RGB")


def red_corner(kind: str, mode: str = "RGB", **options: object) -> bytes:
    """White, its upper left quarter red."""
    image = Image.new("RGB", (WIDE, HIGH), "white")
    image.paste("red", (0, 0, WIDE // 2, HIGH // 2))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def png(colour: int, depth: int, row: bytes, *more: bytes) -> bytes:
    """A PNG of 8 equal rows, by its parts."""
    width = len(row) * 8 // depth // {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    head = struct.pack(">IIBBBBB", width, 8, depth, colour, 0, 0, 0)
    parts = [part(b"IHDR", head), *more, part(b"IDAT", zlib.compress((b"\0" + row) * 8)), part(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def part(name: bytes, content: bytes, *, right: bool = True) -> bytes:
    checksum = zlib.crc32(name + content) if right else 1
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def grey(*levels: int) -> bytes:
    return struct.pack(f">{len(levels)}H", *levels)


@pytest.mark.parametrize("turn", CORNERS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_stand_as_the_camera_was_held(pictures: Pictures, kind: str, turn: int) -> None:
    """All eight ways of EXIF, of which four change width and height; said as it is seen."""
    exif = Image.Exif()
    exif[0x0112] = turn
    found = pictures.of(red_corner(kind, exif=exif), f"image/{kind.lower()}", LARGE)
    image = drawn(found)
    wide, high = (WIDE, HIGH) if turn < 5 else (HIGH, WIDE)
    assert (image.size, found.words) == ((wide, high), f"{kind}, {wide} × {high} pixels")
    right, down = CORNERS[turn]
    near = {(x, y): image.getpixel((5 + x * (wide - 11), 5 + y * (high - 11))) for x in (0, 1) for y in (0, 1)}
    red = [place for place, (_, green, _) in near.items() if green < 100]
    assert red == [(right, down)]


def test_a_wrong_turn_is_none(pictures: Pictures) -> None:
    """What EXIF can't mean, or can't be read, leaves the picture as it lies."""
    exif = Image.Exif()
    exif[0x0112] = 77
    for content in (red_corner("JPEG", exif=exif), red_corner("JPEG", exif=b"Exif\0\0nonsense")):
        assert drawn(pictures.of(content, JPEG, THUMB)).size == (WIDE, HIGH)


def test_16_bits_of_grey_are_scaled(pictures: Pictures) -> None:
    """A scan of 16 bits, also a large one, isn't all white; a level that is transparent is."""
    small = drawn(pictures.of(png(0, 16, grey(*[0] * 8, *[0x8000] * 8, *[0xFFFF] * 8)), PNG, LARGE))
    assert [small.getpixel((x, 4))[0] // 16 for x in (2, 12, 22)] == [0, 7, 15]
    large = drawn(pictures.of(png(0, 16, grey(*[0] * 3000, *[0x4000] * 3000)), PNG, THUMB))
    assert [large.getpixel((x, 0))[0] // 16 for x in (20, 70)] == [0, 3]
    clear = drawn(pictures.of(png(0, 16, grey(*[0x8000] * 8), part(b"tRNS", grey(0x8000))), PNG, LARGE))
    assert clear.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        png(6, 8, bytes((200, 0, 0, 0)) * 8),
        png(4, 8, bytes((0, 0)) * 8),
        png(6, 16, grey(0xC800, 0, 0, 0) * 8),
        png(2, 8, bytes((200, 0, 0)) * 8, part(b"tRNS", grey(200, 0, 0))),
        png(3, 8, bytes((1,)) * 8, part(b"PLTE", bytes((9, 9, 9, 200, 0, 0))), part(b"tRNS", bytes((255, 0)))),
    ],
    ids=["rgba", "la", "rgba16", "rgb", "palette"],
)
def test_what_is_transparent_lies_on_white(pictures: Pictures, content: bytes) -> None:
    """As on paper; the colour that is hidden below isn't seen."""
    assert drawn(pictures.of(content, PNG, LARGE)).getpixel((4, 4)) == (255, 255, 255)


def test_half_transparent_is_half_white(pictures: Pictures) -> None:
    """Neither black nor the full colour."""
    found = drawn(pictures.of(png(6, 8, bytes((0, 0, 0, 128)) * 8), PNG, LARGE)).getpixel((4, 4))
    assert all(120 < level < 134 for level in found)


@pytest.mark.parametrize("mode", ["L", "1", "CMYK"])
def test_other_colours_are_seen(pictures: Pictures, mode: str) -> None:
    """Grey, black and white, CMYK: the dark corner is darker than the rest."""
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = drawn(pictures.of(red_corner(kind, mode), f"image/{kind.lower()}", LARGE)).convert("L")
    assert image.getpixel((5, 5)) < 140 < image.getpixel((55, 35))


def test_what_viewers_forgive_is_forgiven(pictures: Pictures) -> None:
    """A JPEG without its last two bytes; a PNG with a wrong checksum of a text, or with a profile over 1 MiB."""
    text = part(b"tEXt", b"Comment\0x", right=False)
    profile = part(b"iCCP", b"p\0\0" + zlib.compress(bytes(3 << 20)))
    assert pictures.of(red_corner("JPEG")[:-2], JPEG, THUMB).content
    for more in (text, profile):
        assert pictures.of(png(0, 8, b"\0" * 8, more), PNG, THUMB).content


def test_each_preview_is_made_for_itself(pictures: Pictures) -> None:
    """What can't be drawn says so, and the next one comes all the same."""
    broken = {"%PDF-1.4": PDF, "\xff\xd8\xff": JPEG, "\x89PNG\r\n\x1a\n": PNG}
    for start, kind in broken.items():
        found = pictures.of(start.encode("latin-1"), kind, THUMB)
        assert (found.content, "no preview" in found.words) == (b"", True)
        assert pictures.of(jpeg(), JPEG, THUMB).content


def test_a_png_that_is_cut_off_is_not_shown_as_a_black_one(pictures: Pictures) -> None:
    """What is missing would look like a dark scan."""
    out = io.BytesIO()
    Image.effect_noise((300, 300), 80).save(out, "PNG")
    assert pictures.of(out.getvalue()[:20_000], PNG, THUMB).content == b""


def test_large_pictures_stay_within_the_limit(pictures: Pictures) -> None:
    """40 million pixels of grey: small all the same, with what is in them where it is."""
    image = Image.new("L", (8_000, 5_000), 255)
    ImageDraw.Draw(image).rectangle((4_000, 2_500, 8_000, 5_000), fill=0)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    found = drawn(pictures.of(out.getvalue(), PNG, THUMB))
    assert found.size == (96, 60)
    assert [found.getpixel(place)[0] > 128 for place in ((20, 10), (75, 10), (20, 45), (75, 45))] == [True] * 3 + [
        False
    ]


# --- PDFs -----------------------------------------------------------------------------------------------------


def form(*, appearance: bool) -> bytes:
    """A page with one filled-in field and nothing else, over its lower half."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 100))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    kind = {"Type": pikepdf.Name.Annot, "Subtype": pikepdf.Name.Widget, "FT": pikepdf.Name.Tx}
    field = pikepdf.Dictionary(**kind, T="name", V="Mia Huber", Rect=[10, 10, 190, 40], DA="/F 20 Tf 0 g", F=4)
    if appearance:
        drawing = document.make_stream(b"/Tx BMC q BT /F 20 Tf 2 8 Td (Mia Huber) Tj ET Q EMC")
        drawing.Type, drawing.Subtype, drawing.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 180, 30]
        drawing.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        field.AP = pikepdf.Dictionary(N=drawing)
    made = document.make_indirect(field)
    page.Annots = [made]
    shared = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[made], DR=shared, NeedAppearances=not appearance)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def dark(image: Image.Image) -> int:
    return sum(image.convert("L").histogram()[:100])


@pytest.mark.parametrize("appearance", [True, False])
def test_a_filled_in_form_is_not_blank(pictures: Pictures, *, appearance: bool) -> None:
    """Name and date of a form are seen and read, whether it brings their drawing or only says what they are."""
    content = form(appearance=appearance)
    assert [piece[-1] for piece in texts.of_pdf(content, has_form=True)[0]] == ["Mia Huber"]
    image = drawn(pictures.of(content, PDF, LARGE))
    assert dark(image.crop((0, 0, image.width, image.height // 2))) == 0
    assert dark(image) > 1_000


def test_every_page_can_be_seen(pictures: Pictures) -> None:
    """Each by its number, as it lies; the nearest where there is none of that number."""
    document = pikepdf.new()
    for width in (100, 200, 300):
        document.add_blank_page(page_size=(width, 100))
    document.pages[2].Rotate = 90
    out = io.BytesIO()
    document.save(out)
    sizes = {1: (96, 96), 2: (96, 48), 3: (32, 96)}
    for asked, number in ((1, 1), (2, 2), (3, 3), (9, 3), (0, 1)):
        found = pictures.of(out.getvalue(), PDF, THUMB, asked)
        assert (found.words, found.page, found.pages, drawn(found).size) == ("PDF, 3 pages", number, 3, sizes[number])


def test_a_pdf_is_drawn_upright_on_white(pictures: Pictures) -> None:
    """A blank page is white, and one page is called that."""
    found = pictures.of(pdf(), PDF, THUMB)
    assert (drawn(found).getpixel((9, 9)), found.words) == ((255, 255, 255), "PDF, 1 page")


# --- beside a row ---------------------------------------------------------------------------------------------


def changed(**values: object) -> bytes:
    """A page of one line, its dictionary changed."""
    out, document = io.BytesIO(), pikepdf.open(io.BytesIO(certificate("Valid until: 2029-01-01")))
    document.pages[0].obj.update({f"/{name}": value for name, value in values.items()})
    document.save(out)
    return out.getvalue()


def turned_code() -> bytes:
    """A photo of a page with a code, taken with the camera on its side."""
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    Image.open(io.BytesIO(coded())).convert("RGB").save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", changed()),
        ("a.pdf", changed(Rotate=90)),
        ("a.pdf", changed(Rotate=270, CropBox=pikepdf.Array([50, 600, 400, 800]))),
        ("a.pdf", changed(MediaBox=pikepdf.Array([-50, 100, 545, 942]))),
        ("a.pdf", form(appearance=True)),
        ("a.jpg", turned_code()),
    ],
    ids=["plain", "turned", "cropped", "moved", "form", "photo"],
)
def test_marks_lie_where_the_text_is_seen(pictures: Pictures, looker: Looker, name: str, content: bytes) -> None:
    """What was read has its place on the page as it is shown, however the page is turned or cut."""
    looked = looker.look(name, content)
    image = drawn(pictures.of(content, looked.media_type, LARGE))
    black = image.convert("L").point([255] * 128 + [0] * 128).getbbox()
    assert black is not None
    seen = [1000 * edge / side for edge, side in zip(black, image.size * 2, strict=True)]
    assert list(looked.texts[0].box) == pytest.approx(seen, abs=3)


def test_the_worst_of_several_media_counts() -> None:
    """One that differs isn't hidden by others that agree; without media there is no verdict."""
    assert scans.worst(["agrees", "nothing", "differs"]) == "differs"
    assert scans.worst(["nothing", "", "agrees"]) == "agrees"
    assert scans.worst([]) == ""


def test_marks_say_in_words_what_they_mean() -> None:
    """Differences come first; each has its page, its place, and the same sentence as the warning."""
    differs = Difference("expiration_date", "2027-03-01", "2026-03-01", 2, (100, 200, 300, 220))
    compared = Compared.of((differs,), (Evidence("issue_date", "2024-03-01", 1, (1, 2, 3, 4)),))
    first, second = scans.marks(compared, PDF, "YYYY-MM-DD")
    assert (first["kind"], first["page"], first["box"]) == ("differs", 2, (100, 200, 300, 220))
    assert [first["words"]] == scans.says(compared, PDF, "YYYY-MM-DD")
    assert first["words"] == "Expiration date: the PDF says 2026-03-01, the row 2027-03-01."
    assert (second["kind"], second["words"]) == ("agrees", "Issue date: the PDF says 2024-03-01, too.")
    assert "picture" in scans.says(compared, JPEG, "YYYY-MM-DD")[0]
    assert scans.says(compared, PDF, "DD/MM/YYYY") == ["Expiration date: the PDF says 01/03/2026, the row 01/03/2027."]
    months = Compared.of((Difference("expiration_date", "2027-03-01", "2026-03", 1, (1, 2, 3, 4)),), ())
    assert "says 2026-03, the row 01/03/2027" in scans.says(months, PDF, "DD/MM/YYYY")[0]  # no day is made up


def test_every_note_has_a_sentence() -> None:
    """Also one that is newer than these sentences is said, by its code."""
    told_of = told.noted([*told.NOTES, "some_new_one"])
    assert len(set(told_of)) == len(told.NOTES) + 1
    assert told_of[-1] == "some new one"


def test_what_can_be_chosen_is_what_is_taken() -> None:
    """The browser offers all endings that the looker knows, and no others."""
    script = (STATIC / "media.js").read_text("utf-8")
    offered = script.partition("const ENDINGS = '")[2].partition("'")[0].split(",")
    assert sorted(offered) == sorted(KINDS)
