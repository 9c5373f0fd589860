"""Small workbooks, written part by part as programs write them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = "".join(
    f' xmlns:{name}="{OPEN}:{name if name != "number" else "datastyle"}:1.0"'
    for name in ("office", "table", "text", "style", "number")
)
CALC = ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def links(**targets: tuple[str, str]) -> str:
    """The relationships of a part: id → (type, target)."""
    inner = "".join(
        f'<Relationship Id="{key}" Type="{LINKS}/{kind}" Target="{target}"/>' for key, (kind, target) in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def xlsx(
    rows: str,
    *,
    formats: Sequence[str] = (),
    shared: Sequence[str] = (),
    space: str = MAIN,
    prefix: str = "",
    before: str = "",
) -> bytes:
    """A workbook whose sheet has these rows as they stand in its XML; style k + 1 has the number format k.

    `shared`: what stands in each `si`; `prefix`: of all names, as 'x:'; `before`: what comes before the rows.
    """
    at = f'xmlns:{prefix[:-1]}="{space}"' if prefix else f'xmlns="{space}"'
    numbers = "".join(
        f"<{prefix}numFmt numFmtId={quoteattr(str(164 + k))} formatCode={quoteattr(code)}/>"
        for k, code in enumerate(formats)
    )
    used = "".join(f'<{prefix}xf numFmtId="{number}"/>' for number in (0, *range(164, 164 + len(formats))))
    texts = "".join(f"<{prefix}si>{text}</{prefix}si>" for text in shared)
    styles = f"<{prefix}numFmts>{numbers}</{prefix}numFmts><{prefix}cellXfs>{used}</{prefix}cellXfs>"
    sheet = f'<{prefix}sheet xmlns:r="{LINKS}" name="Data" sheetId="1" r:id="r1"/>'
    return zipped(
        {
            "_rels/.rels": links(r1=("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f"<{prefix}workbook {at}><{prefix}sheets>{sheet}</{prefix}sheets></{prefix}workbook>",
            "xl/_rels/workbook.xml.rels": links(
                r1=("worksheet", "worksheets/sheet1.xml"),
                r2=("styles", "styles.xml"),
                r3=("sharedStrings", "texts.xml"),
            ),
            "xl/styles.xml": f"<{prefix}styleSheet {at}>{styles}</{prefix}styleSheet>",
            "xl/texts.xml": f"<{prefix}sst {at}>{texts}</{prefix}sst>",
            "xl/worksheets/sheet1.xml": (
                f"<{prefix}worksheet {at}>{before}<{prefix}sheetData>{rows}</{prefix}sheetData></{prefix}worksheet>"
            ),
        }
    )


def numbers(*cells: tuple[object, str]) -> bytes:
    """A workbook with the heading Number and a cell of each (number as it is in the XML, format)."""
    rows = f'<row r="1">{text("A1", "Email")}{text("B1", "Number")}</row>'
    for k, (value, _) in enumerate(cells, 2):
        rows += f'<row r="{k}">{text(f"A{k}", f"p{k}@x.org")}<c r="B{k}" s="{k - 1}"><v>{value}</v></c></row>'
    return xlsx(rows, formats=[code for _, code in cells])


def text(place: str, said: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(said)}</t></is></c>'


def ods(rows: str, *, styles: str = "", columns: str = "") -> bytes:
    """A spreadsheet whose sheet has these rows as they stand in its XML."""
    automatic = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    table = f'<table:table table:name="Data">{columns}{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = f"<office:document-content{SPACES}{CALC}>{automatic}{body}</office:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def ods_text(*texts: str) -> str:
    """A row of text cells."""
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row>{cells}</table:table-row>"


# --- XLSB ---------------------------------------------------------------------------------------------------------


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of a binary part: its kind and length in sevens of bits."""
    kinds = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, sizes = len(data), b""
    while True:
        sizes += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
        size >>= 7
        if not size:
            return kinds + sizes + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(rows: Sequence[Sequence[tuple[int, int, bytes]]], formats: Sequence[str], hidden: Sequence[int] = ()) -> bytes:
    """A binary workbook: of each row its cells as (kind of record, style, data); style k + 1 has the format k."""
    fmts = b"".join(record(44, struct.pack("<H", 164 + k) + wide(code)) for k, code in enumerate(formats))
    xfs = b"".join(
        record(47, struct.pack("<HH", 0, number) + bytes(12)) for number in (0, *range(164, 164 + len(formats)))
    )
    sheet = b""
    for k, row in enumerate(rows):
        flags = 0x10 if k in hidden else 0
        sheet += record(0, struct.pack("<IIHBBB", k, 0, 300, 0, flags, 0) + bytes(4))
        for place, (kind, style, data) in enumerate(row):
            sheet += record(kind, struct.pack("<II", place, style) + data)
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": links(r1=("officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": record(156, struct.pack("<II", 0, 1) + wide("r1") + wide("Data")),
            "xl/_rels/workbook.bin.rels": links(
                r1=("worksheet", "sheet1.bin"), r2=("styles", "styles.bin"), r3=("sharedStrings", "texts.bin")
            ),
            "xl/styles.bin": fmts + record(617, struct.pack("<I", len(formats) + 1)) + xfs + record(618),
            "xl/texts.bin": record(19, b"\0" + wide("shared text")),
            "xl/sheet1.bin": sheet,
        }
    )
