"""What a file is, by its content, whatever its name ends in: a kind that holds a table, or a refusal that names it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

from credtools.errors import FileError
from credtools.reading.delimited.decode import marked_encoding
from credtools.text import plural, quoted

Kind = Literal["workbook", "xml workbook", "flat workbook", "web page", "text"]

HEAD, HEAD_OF_XML = 4_096, 65_536
ZIP, EMPTY_ZIP, OLE = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ENTRIES = 2_000  # of a zip, which are looked through for what it is; larger ones only by the child with limits
DAMAGED = (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError)
TABLE = re.compile(r"\.(csv|tsv|tab|psv|txt|xlsx|xlsm|xlsb|xls|ods)$", re.IGNORECASE)
NAMED = 3

DATA, OLD, DOCUMENT, PACKED, PLACE = "is_data", "is_old_workbook", "is_document", "is_compressed", "is_placeholder"
# How the bytes of a file begin: the reason of the refusal, and what it says the file is.
BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "is_pdf", ""),
    (b"{\\rtf", DOCUMENT, "a text document (RTF)"),
    (b"%!PS", DOCUMENT, "a PostScript document"),
    (b"\x89PNG\r\n\x1a\n", "is_picture", ""),
    (b"\xff\xd8\xff", "is_picture", ""),
    (b"GIF87a", "is_picture", ""),
    (b"GIF89a", "is_picture", ""),
    (b"II*\0", "is_picture", ""),
    (b"MM\0*", "is_picture", ""),
    (b"\x1f\x8b", PACKED, "gzip"),
    *((b"BZh%d1AY&SY" % level, PACKED, "bzip2") for level in range(1, 10)),
    (b"\xfd7zXZ\0", PACKED, "xz"),
    (b"\x28\xb5\x2f\xfd", PACKED, "Zstandard"),
    (b"7z\xbc\xaf\x27\x1c", PACKED, "7z"),
    (b"Rar!\x1a\x07", PACKED, "RAR"),
    (b"SQLite format 3\0", DATA, "an SQLite database"),
    (b"\0\1\0\0Standard Jet DB", DATA, "an Access database"),
    (b"\0\1\0\0Standard ACE DB", DATA, "an Access database"),
    (b"PAR1\x15", DATA, "a Parquet file"),
    (b"ARROW1\0\0", DATA, "an Arrow file"),
    (b"Obj\1", DATA, "an Avro file"),
    (b"$FL2@(#) SPSS", DATA, "an SPSS file"),
    (b"<stata_dta>", DATA, "a Stata file"),
    (b"\x89HDF\r\n", DATA, "an HDF5 file"),
    (b"\t\0\4\0", OLD, "a worksheet of Excel 2"),
    (b"\t\2\6\0", OLD, "a worksheet of Excel 3"),
    (b"\t\4\6\0", OLD, "a worksheet of Excel 4"),
    (b"\0\0\2\0\4\4", OLD, "a Lotus worksheet"),
    (b"\0\0\2\0\6\4", OLD, "a Lotus worksheet"),
    (b"\x4c\0\0\0\x01\x14\x02\0", "is_shortcut", ""),
    (b"book\0\0\0\0mark", "is_shortcut", ""),
    (b"bplist00", PLACE, "macOS"),
)
LOCKS = {165: 55, 162: 54}  # what Excel and Word leave beside an open file: bytes, and where its second half begins
DBASE = re.compile(rb"[\x02\x03\x30\x31\x32\x43\x63\x83\x8b\x8e\xcb\xf5\xfb].[\x01-\x0c][\x01-\x1f]", re.DOTALL)
# The same of a text.
TEXTS: tuple[tuple[str, str, str], ...] = (
    (r"ID;P[^\n]*\n(?:[^\n]*\n){0,200}?(?:B;[XY]\d|C;(?:[A-Z][^;\n]*;)*K)", OLD, "a SYLK worksheet"),
    (r"TABLE\r?\n0,1\r?\n\"", OLD, "a DIF worksheet"),
    (r"BEGIN:VCALENDAR\b", DATA, "an iCalendar file"),
    (r"BEGIN:VCARD\b", DATA, "a file of vCards"),
    (r"(?:version: \d\s+)?(?:#[^\n]*\n|[ \t\r]*\n)*dn::? [^\n]*\n[ \w;-]+:", DATA, "an LDIF file"),
    (r"-- (?:MySQL|MariaDB|PostgreSQL)[^\n]* dump|--\n-- PostgreSQL database dump", DATA, "a dump of a database (SQL)"),
    (r"-----BEGIN PGP MESSAGE-----", "is_encrypted", ""),
    (r"version https://git-lfs\.github\.com/spec/", PLACE, "Git LFS"),
    (r"\[InternetShortcut\]|\[Desktop Entry\]", "is_shortcut", ""),
    (r"\s*\{\s*\"(?:url|doc_id|:skip).{0,300}docs\.google\.com", PLACE, "Google Drive"),
    (r"\s*\{\s*\"[^{]{0,3000}(?:openbadges|w3id\.org/badges|OpenBadgeCredential)", DATA, "an Open Badge (JSON)"),
    (r"\s*(?:\{\s*[\"}]|\[\s*[{\[\"\]])", DATA, "a JSON file"),
)
RECOGNISED = [(re.compile(pattern, re.DOTALL | re.IGNORECASE), reason, what) for pattern, reason, what in TEXTS]
HEADER = re.compile(r"([A-Z][A-Za-z-]+): .*(?:\r?\n[ \t]+.*)*\r?\n")
OF_MAIL = {"Received", "Return-Path", "Delivered-To", "Message-ID", "MIME-Version"}
BEFORE_ROOT = re.compile(
    r"(?:\s|\ufeff|<\?.*?\?>|<!--.*?-->|<!\[[^>]*>|<!doctype(?:[^>\[\"']|\"[^\"]*\"|'[^']*')*(?:\[.*?\]\s*)?>)*",
    re.DOTALL | re.IGNORECASE,
)
ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s/>])")
OF_WEB_PAGE = frozenset(
    (
        *("html", "head", "meta", "style", "title", "link", "base", "script", "body", "table", "caption", "colgroup"),
        *("thead", "tbody", "tr", "td", "th", "div", "span", "p", "br", "hr", "center", "font", "form", "h1", "h2"),
        *("h3", "h4", "h5", "h6", "pre", "b", "i", "u", "strong", "em", "a", "img", "ul", "ol", "section", "main"),
        *("header", "nav", "noscript"),
    )
)


def kind_of(content: bytes, name: str = "") -> Kind:
    """Which kind of table a file holds.

    Raises FileError, whose reason says what the file is, for one that holds none.
    """
    if not content.strip(b"\0"):
        _refuse_nothing(content, name)
    if content.startswith((ZIP, EMPTY_ZIP)):
        return _kind_of_zip(content)
    if content.startswith(OLE):
        return _kind_of_ole(content)
    _refuse_leftovers(content, name)
    for beginning, reason, what in BEGINNINGS:
        if content.startswith(beginning):
            raise _is(reason, what)
    if content[8:12] == b"WEBP" or content[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif"):
        raise _is("is_picture")
    if _is_dbase(content):
        raise _is(DATA, "a dBase table")
    return _kind_of_text(content)


def _is(reason: str, what: str = "") -> FileError:
    return FileError(reason, what=what) if what else FileError(reason)


def _refuse_nothing(content: bytes, name: str) -> None:
    """Raises FileError for a file of NULs, and for the trace of one that lies elsewhere; an empty one is a text."""
    if name.endswith(".icloud"):
        raise _is(PLACE, "iCloud")
    if content:
        raise FileError("is_nulls", found=len(content))


def _refuse_leftovers(content: bytes, name: str) -> None:
    """Raises FileError for what programs leave beside a file that is open, or in place of one that is elsewhere."""
    again = LOCKS.get(len(content), 0)  # where the length of the name stands a second time
    if name.startswith((".~lock.", "~$")) or (again and content[again : again + 2] == bytes([content[0], 0])):
        raise FileError("is_lock")
    if name.endswith(".icloud"):
        raise _is(PLACE, "iCloud")


def _is_dbase(content: bytes) -> bool:
    """Whether the head of a dBase table fits: a date, and descriptions of fields of 32 bytes each up to a CR."""
    header = int.from_bytes(content[8:10], "little")
    described = bool(DBASE.match(content)) and b"\0" in content[:32]
    return described and header % 32 in (1, 8, 9) and content[header - 1 : header] in (b"\r", b"\0")


# --- containers -----------------------------------------------------------------------------------------------


def _kind_of_zip(content: bytes) -> Kind:
    """A zip that can't be listed is left to the child with limits, which says what is wrong."""
    try:
        if int.from_bytes(content[content.rfind(EMPTY_ZIP) :][10:12], "little") > MOST_ENTRIES:
            return "workbook"
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = {name.replace("\\", "/").lstrip("/"): name for name in archive.namelist()}  # as some programs do
            names = list(listed)
            mime = archive.read(listed["mimetype"])[:100] if {"mimetype", "content.xml"} <= {*names} else b""
    except DAMAGED:
        return "workbook"
    if mime and b"spreadsheet" not in mime:
        raise _is(DOCUMENT, "an OpenDocument file that is no spreadsheet")
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        raise FileError("is_iwork")
    for start, what in (("word/", "a Word document"), ("ppt/", "a presentation"), ("visio/", "a drawing (Visio)")):
        if any(name.startswith(start) for name in names) and not any(name.startswith("xl/") for name in names):
            raise _is(DOCUMENT, what)
    lower = {name.lower() for name in names}
    if {"[content_types].xml", "content.xml"} & lower or any(name.startswith("xl/") for name in lower):
        return "workbook"
    files = [name for name in names if not name.endswith("/") and not name.startswith("__MACOSX/")]
    tables = [name for name in files if TABLE.search(name)]
    shown = quoted(tables, most=NAMED, spelled=repr)
    raise FileError("is_archive", holds=shown if tables else plural(len(files), "file"))


def _kind_of_ole(content: bytes) -> Kind:
    """What has no other known stream is left to the child with limits, which says what is wrong."""
    for stream, reason, what in (
        *(("Workbook", "", ""), ("Book", "", ""), ("EncryptedPackage", "", "")),
        *(("WordDocument", DOCUMENT, "a Word document"), ("PowerPoint Document", DOCUMENT, "a presentation")),
        *(("VisioDocument", DOCUMENT, "a drawing (Visio)"), ("__properties_version1.0", "is_mail", "")),
    ):
        if f"{stream}\0".encode("utf-16-le") in content:
            if reason:
                raise _is(reason, what)
            break
    return "workbook"


# --- texts ----------------------------------------------------------------------------------------------------


def _kind_of_text(content: bytes) -> Kind:
    encoding = marked_encoding(content) or "utf-8"
    head = content[:HEAD].decode(encoding, "ignore").lstrip("\ufeff")
    if head.lstrip()[:1] == "<":
        return _kind_of_markup(content[:HEAD_OF_XML].decode(encoding, "ignore"), content[-HEAD:])
    for pattern, reason, what in RECOGNISED:
        if pattern.match(head):
            raise _is(reason, what)
    if _is_mail(head):
        raise FileError("is_web_archive" if "multipart/related" in head else "is_mail")
    return "text"


def _is_mail(head: str) -> bool:
    """Whether a text begins with the header of an e-mail: three fields or more, one that only programs write."""
    names, end = [], 0
    while field := HEADER.match(head, end):
        names.append(field[1])
        end = field.end()
    return len(names) > 2 and bool(OF_MAIL & set(names))


def _kind_of_markup(head: str, tail: bytes) -> Kind:
    before = BEFORE_ROOT.match(head)
    said = before[0].lower() if before else ""
    found, rest = ROOT.match(head, len(said)), head[len(said) :]
    root = found[1].lower() if found else ""
    if root in OF_WEB_PAGE or "<!doctype html" in said or rest[:4] in ("", "<!--"):  # or nothing but comments so far
        return "web page"
    if root == "workbook" and ("office:spreadsheet" in head or "excel.sheet" in said):
        return "xml workbook"
    if root == "document" and "opendocument:xmlns:office" in head:
        if "opendocument.spreadsheet" in head:
            return "flat workbook"
        raise _is(DOCUMENT, "an OpenDocument file that is no spreadsheet")
    if root == "worddocument" or "word.document" in said:
        raise _is(DOCUMENT, "a Word document (XML)")
    if root == "plist" and "<key>URL</key>" in head:
        raise FileError("is_shortcut")
    if root == "svg":
        raise _is("is_picture")
    end = tail.decode("latin-1").replace("\0", "")
    if root and ("<?xml" in said or re.search(rf"(?:</(?:[\w.-]+:)?{re.escape(root)}\s*|/)>\s*\Z", end, re.IGNORECASE)):
        raise _is(DATA, "an XML file that is no spreadsheet")
    return "text"
