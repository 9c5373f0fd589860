"""What is done with a PDF: it is opened as strictly as its writer wrote it, judged by its structure, and noted."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

import pikepdf

from credtools.limited import Refused
from credtools.media.parser import objects, unlisted
from credtools.media.parser.kinds import PDF, PDF_WITHIN
from credtools.media.parser.objects import Listed

END = b"%%EOF"
# What may follow the end of a PDF: comments, and the end or beginning of a part of an e-mail (RFC 2046, 5.1.1).
TAIL = re.compile(rb"(?:[\s\0\x1a]+|%[^\r\n]*|--[^\r\n]{1,72}(?=[\r\n]|\Z)|[A-Za-z][A-Za-z-]*: [^\r\n]*)*")
# A PDF of which only the last line is gone, or some of it; what comes before is whole: the number has its line end.
WITHOUT_END = re.compile(rb"startxref[\s\0]+\d+\s+(%(%(EO?)?)?)?\Z")
LONGEST_TAIL = 1_000  # bytes; beyond these no reader finds the end
AT_OBJECT = re.compile(rb"[\s\0]*\d+[\s\0]+\d+[\s\0]+obj")
# What qpdf says of a table of objects that it made anew; anything else is damage.
OF_TABLE = re.compile(
    r"file is damaged|xref not found|Attempting to reconstruct cross-reference table|expected n n obj|"
    r"xref syntax invalid|reconstructed|expected trailer dictionary|can't find startxref|invalid xref entry|"
    r"xref entry|loop detected following xref|unexpected xref|startxref"
)


@dataclass
class Opened:
    """A PDF that was taken: its notes, and a copy with a new table of objects where its own is wrong."""

    notes: set[str] = field(default_factory=set)
    copy: bytes = b""
    has_form: bool = False


def looked_at(content: bytes, limits: dict[str, int]) -> Opened:
    """What is known of a PDF. Raises Refused, or what qpdf comes upon in a damaged one."""
    if unended := WITHOUT_END.search(content, max(0, len(content) - LONGEST_TAIL)):
        return _ended(content[: unended.start(1) if unended[1] else len(content)] + END + b"\n", limits)
    if not TAIL.fullmatch(_tail(content)):
        raise Refused("damaged", kind="PDF")
    begins = content.find(PDF, 0, PDF_WITHIN + len(PDF))
    try:
        with _open(content, recover=False) as pdf:
            listed = pdf.get_xref_table()
            if _is_true(content, listed, begins):
                return _judged(pdf, content, listed, limits, begins)
    except pikepdf.PasswordError:
        raise
    except (pikepdf.PdfError, RuntimeError):
        pass
    return _repaired(content, limits, begins)


def _ended(copy: bytes, limits: dict[str, int]) -> Opened:
    """The same of a PDF that lacked its last line, in a copy that has it, when nothing else is wrong."""
    found = looked_at(copy, limits)
    if found.copy:
        raise Refused("damaged", kind="PDF")
    found.copy = copy
    found.notes.add("repaired")
    return found


def _tail(content: bytes) -> bytes:
    end = content.rfind(END)
    tail = content[end + len(END) :] if end >= 0 else b"?"
    return tail if len(tail.strip(b"\0\r\n\t ")) <= LONGEST_TAIL else b"?"


def _open(content: bytes, *, recover: bool) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content), attempt_recovery=recover, suppress_warnings=True)


def _is_true(content: bytes, listed: Listed, begins: int) -> bool:
    """Whether each object is where the table says."""
    places = [entry.offset + begins for entry in listed.values() if entry.type == 1 and entry.offset]
    match = AT_OBJECT.match
    return all(match(content, place) for place in places)


def _judged(pdf: pikepdf.Pdf, content: bytes, listed: Listed, limits: dict[str, int], begins: int) -> Opened:
    if pdf.is_encrypted and not pdf.user_password_matched:
        raise Refused("locked")
    if not 0 < len(pdf.pages) <= limits["pages"]:
        raise Refused("page_count", found=len(pdf.pages), allowed=limits["pages"])
    found = Opened({"restricted"} if pdf.is_encrypted else set(), has_form="/AcroForm" in pdf.Root)
    if not objects.is_quiet(pdf, content, listed, limits):
        notes, covered = objects.walk(pdf, limits)
        found.notes |= notes | unlisted.refuse(pdf, content, listed, begins)
        if covered:
            found.notes.add("signed" if any(_covers(one, content, begins) for one in covered) else "signed_part")
    return found


def _covers(ranges: list[int], content: bytes, begins: int) -> bool:
    """Whether a signature covers the whole file, but for the gap in which it lies (ISO 32000-2, 12.8.1)."""
    if len(ranges) != 4 or ranges[0]:
        return False
    gap = content[begins + ranges[1] : begins + ranges[2]]
    rest = content[begins + ranges[2] + ranges[3] :]
    return gap.startswith(b"<") and gap.endswith(b">") and not rest.strip(b"\0\r\n\t ")


def _repaired(content: bytes, limits: dict[str, int], begins: int) -> Opened:
    """The same of a PDF whose table of objects is wrong, when all else is there."""
    with _open(content, recover=True) as pdf:
        found = _judged(pdf, content, pdf.get_xref_table(), limits, begins)
        problems = [*map(str, pdf.get_warnings()), *pdf.check_pdf_syntax()]
        if not all(OF_TABLE.search(problem) for problem in problems) or pdf.Root.Pages.get("/Count") != len(pdf.pages):
            raise Refused("damaged", kind="PDF")
        out = io.BytesIO()
        pdf.save(out, encryption=False, deterministic_id=True)
    found.copy = out.getvalue()
    found.notes.add("repaired")
    return found
