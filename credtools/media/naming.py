"""Naming: what a file is that can't be a medium ("a Word document"), so that whoever added it knows what to do."""

from __future__ import annotations

from credtools.errors import FileError
from credtools.reading.recognise import OLE, ZIP, kind_of

# Documents, which can be printed, and the rest: by the reason for which no table is read in them.
DOCUMENTS = {
    "is_mail": "an e-mail",
    "is_web_archive": "a saved web page",
    "is_iwork": "a document of Numbers, Pages or Keynote",
    "is_picture": "a drawing (SVG)",
    "workbook": "a spreadsheet (Excel or OpenDocument)",
    "xml workbook": "a spreadsheet (Excel)",
    "flat workbook": "a spreadsheet (OpenDocument)",
    "web page": "a web page",
}
OTHERS = {
    "is_shortcut": "a shortcut to another file",
    "is_lock": "a sign that a document is open in a program",
    "is_encrypted": "an encrypted file (PGP)",
    "is_nulls": "a file into which nothing was written",
}
TOLD = {"is_document", "is_old_workbook", "is_data"}  # reasons whose fact is what the file is
ARCHIVES = {"is_archive", "is_compressed"}
# What is in a workbook; other containers count as one there, too, so that its reader says what is wrong.
IN_WORKBOOKS = (b"xl/", b"content.xml", *(f"{name}\0".encode("utf-16-le") for name in ("Workbook", "Book")))
FEWEST = 8  # letters that make a text


def by_content(name: str, content: bytes) -> FileError | None:
    """The refusal of a file that isn't a medium, with what it is; none where that can't be told."""
    try:
        found: str = kind_of(content, name)
        what = ""
    except FileError as refused:
        found, what = refused.reason, str(refused.facts.get("what", ""))
    if _is_guess(found, content):
        return None
    if found in ARCHIVES:
        return FileError("inner_archive", file=name)
    if found == "text":
        return FileError("is_other_document", file=name, what="a text") if _is_text(content) else None
    if found in TOLD or found in DOCUMENTS:
        return FileError("is_other_document", file=name, what=DOCUMENTS.get(found, what))
    if found == "is_placeholder":
        return FileError("is_no_scan", file=name, what=f"a stand-in for a file that is kept elsewhere ({what})")
    return FileError("is_no_scan", file=name, what=OTHERS[found]) if found in OTHERS else None


def _is_guess(found: str, content: bytes) -> bool:
    """Whether a kind only says how the file begins: a photo by a name that doesn't say so, a container of anything."""
    if found == "is_picture":
        return not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    return found == "workbook" and content.startswith((ZIP, OLE)) and not any(one in content for one in IN_WORKBOOKS)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return len(text.strip()) >= FEWEST and (
        text.isprintable() or all(one.isprintable() or one.isspace() for one in text)
    )
