"""What a PDF could do to whoever opens it, judged by its structure: which names stand in which dictionary.

A dictionary is judged as a small Python one (`judged`), whether it comes from the table of objects (`walk`) or was
found beside it (`unlisted`). Letters in titles, links and pages are values, never names of a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pikepdf

from credtools.limited import Refused
from credtools.media.parser import scripts

LEAVES = "an action that leaves the document"
MOVES = "moving or sounding parts"
# What runs, leaves the document, or hides in it (ISO 32000-2, 12.6, 7.11.4, 13.7).
ACTIONS = {
    "/Launch": LEAVES,
    "/ImportData": LEAVES,
    "/SubmitForm": LEAVES,
    "/GoToE": LEAVES,
    "/Rendition": LEAVES,
    "/RichMediaExecute": LEAVES,
}
AWAY = ("/URI", "/GoToR")  # harmless in a link, which somebody chooses to follow
# Where actions stand that nobody chooses (12.6.3): on opening, on closing, under a pointer; a button is pressed.
UNASKED, PRESSED = {"/OpenAction", "/AA"}, ("/D", "/U")
UNASKED_BYTES, AWAY_BYTES = ({name.encode() for name in names} for names in (UNASKED, AWAY))
HARMLESS_ALONE = {*UNASKED_BYTES, *AWAY_BYTES, b"/ObjStm"}
LONGEST_CHAIN = 1_000  # actions, each followed by the next
SCRIPTS = ("/JS", "/JavaScript", "/OnInstantiate")
NAMES = {*SCRIPTS, "/XFA", "/EF", "/RichMediaContent", "/RichMediaSettings", "/Movie", "/ByteRange"}
# The same as bytes: where none stands in them, no dictionary needs to be looked at.
SUSPECT = re.compile(
    rb"/(?:JS|JavaScript|OnInstantiate|Launch|ImportData|SubmitForm|GoToE|Rendition|RichMedia\w*|XFA|EF|EmbeddedFiles?|"
    rb"Movie|ByteRange)(?![^\s\0()<>\[\]{}/%])"
)
ACTING, PACKED = (re.compile(rb"/(?:%s)(?![^\s\0()<>\[\]{}/%%])" % names) for names in (rb"OpenAction|AA", rb"ObjStm"))
JUDGED = re.compile(SUSPECT.pattern.replace(rb"(?:JS|", rb"(?:OpenAction|AA|URI|GoToR|ObjStm|JS|"))
SPELLED = re.compile(rb"/[A-Za-z]*(?:#[4-7][0-9A-Fa-f][A-Za-z]*)+")  # a name of letters, some of them by their number
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
SIZES = re.compile(rb"/(?:Width|Height)\s+(\d+)(\s+\d+\s+R)?")
# What an XFA form is more than a second description of its fields (XFA 3.3, part 2).
ACTIVE_XFA = re.compile(
    rb"<\s*(?:[\w.-]+:)?(?:script|event|calculate|validate|exec\w*|submit|connect\w*|dynamicRender|xmlConnection|"
    rb"wsdlConnection|bindItems)\b|<!ENTITY|\0",
    re.IGNORECASE,
)
MOST_XFA = 8 << 20


Listed = Mapping[tuple[int, int], Any]  # the table of objects: where each is


class Name(str):
    """A name of a PDF, unlike a text."""

    __slots__ = ()


class Stream:
    """A stream: what its dictionary says, and how to read it."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self.read = read


class Unknown:
    """A value that can't be found out."""


def judged(said: Mapping[str, Any]) -> set[str]:
    """The notes of a dictionary. Raises Refused for what could harm whoever opens the document."""
    action, notes = said.get("/S"), set()
    if isinstance(action, Name) and action in ACTIONS:
        raise Refused("active", what=ACTIONS[action])
    if action == "/JavaScript" and isinstance(action, Name) and said.get("/JS") is None:
        raise Refused("active", what="a script")
    for key in SCRIPTS:
        _refuse_script(said.get(key))
    if (form := said.get("/XFA")) not in (None, []):
        _refuse_active_form(form if isinstance(form, list) else [form])
    moves = isinstance(said.get("/Subtype"), Name) and said["/Subtype"] in ("/RichMedia", "/Movie")
    if moves or isinstance(said.get("/Movie"), dict) or {"/RichMediaContent", "/RichMediaSettings"} & said.keys():
        raise Refused("active", what=MOVES)
    if (isinstance(said.get("/EF"), dict) and said["/EF"]) or said.get("/Type") == "/EmbeddedFile":
        notes.add("attachments")
    return notes


def refuse_unasked(actions: list[Any], resolved: Callable[[Any], list[Any]]) -> None:
    """Raises Refused for an action among these, or one that follows it, that leaves the document without being asked.

    `resolved`: the dictionaries, with all that is in them, which a value of one may be.
    """
    seen = 0
    while actions:
        seen += 1
        for action in resolved(actions.pop()):
            if str(action.get("/S", "")) in AWAY or seen > LONGEST_CHAIN:
                raise Refused("active", what=LEAVES)
            following = action.get("/Next")
            actions.extend(following if isinstance(following, list | pikepdf.Array) else [following])


def unasked(said: Mapping[str, Any], resolved: Callable[[Any], list[Any]]) -> list[Any]:
    """The actions of a dictionary that nobody asks for."""
    found = [said.get("/OpenAction")]
    for each in resolved(said.get("/AA")):
        found += [each.get(key) for key in each.keys() if key not in PRESSED]  # noqa: SIM118 - it may be pikepdf's
    return found


def _refuse_script(script: Any) -> None:
    if script is None or isinstance(script, Name | dict | list | int | float):  # an empty tree of names, or a font
        return
    text = script
    if isinstance(script, Stream):
        text = text_of(script.read())
    if not isinstance(text, str) or not scripts.is_harmless(text):
        raise Refused("active", what="a script")


def text_of(content: bytes) -> str:
    """A text of a PDF (ISO 32000-2, 7.9.2.2)."""
    if content.startswith(b"\xfe\xff"):
        return content[2:].decode("utf-16-be", "replace")
    if content.startswith(b"\xef\xbb\xbf"):
        return content[3:].decode("utf-8", "replace")
    return content.decode("latin-1")


def _refuse_active_form(packets: Iterable[Any]) -> None:
    streams = [one for one in packets if not isinstance(one, str)]
    parts = [one.read() if isinstance(one, Stream) else b"\0" for one in streams]
    whole = b"".join(parts)
    if not parts or len(whole) > MOST_XFA or ACTIVE_XFA.search(whole):
        raise Refused("active", what="a form with scripts")


def is_suspect(content: bytes) -> bool:
    """Whether a name that would be judged stands in bytes, however it is spelled."""
    if SUSPECT.search(content):
        return True
    if b"#" not in content:
        return False
    return any(JUDGED.match(unescaped(name)) for name in SPELLED.findall(content))


def is_packed(content: bytes) -> bool:
    """Whether bytes say that they are a stream in which objects are packed, however that is spelled."""
    return bool(PACKED.search(content)) or any(PACKED.match(unescaped(name)) for name in SPELLED.findall(content))


def unescaped(name: bytes) -> bytes:
    """A name as it is meant (ISO 32000-2, 7.3.5)."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name)


# --- objects that the document lists --------------------------------------------------------------------------


def is_quiet(pdf: pikepdf.Pdf, content: bytes, listed: Listed, limits: Mapping[str, int]) -> bool:
    """Whether the bytes, those of packed objects too, hold nothing that would be judged: the usual case."""
    if pdf.is_encrypted or len(listed) > limits["objects"]:
        return False
    names, packed = _judged_names(content), packed_in(listed)
    if names - HARMLESS_ALONE or (b"/ObjStm" in names and len(PACKED.findall(content)) > len(packed)):
        return False
    sizes = SIZES.findall(content)
    largest = max((int(size) for size, _ in sizes), default=0)
    if largest**2 > limits["pixels"] or any(reference for _, reference in sizes):
        return False
    for number in packed:
        names |= _judged_names(pdf.get_object(number, 0).read_bytes())
    return names <= HARMLESS_ALONE and not (names & UNASKED_BYTES and names & AWAY_BYTES)


def _judged_names(content: bytes) -> set[bytes]:
    """The names in bytes that matter; those that are spelled in another way as b'#'."""
    spelled = b"#" in content and any(JUDGED.match(unescaped(name)) for name in SPELLED.findall(content))
    return {*JUDGED.findall(content), *([b"#"] if spelled else [])}


def packed_in(listed: Listed) -> set[int]:
    """The numbers of the streams in which listed objects are packed."""
    return {entry.obj_stream_number for entry in listed.values() if entry.type == 2}


def walk(pdf: pikepdf.Pdf, limits: Mapping[str, int]) -> tuple[set[str], list[list[int]]]:
    """The notes of all objects of the document, those inside others too, and what its signatures cover.

    Raises Refused for what could harm whoever opens it.
    """
    seen, notes, covered = 0, set(), list[list[int]]()
    rest: list[Any] = [pdf.trailer]
    for numbered in pdf.objects:
        rest.append(numbered)
        while rest:
            seen += 1
            if seen > limits["objects"]:
                raise Refused("medium_too_costly", limit=f"{limits['objects']:,} objects")
            thing = rest.pop()
            if isinstance(thing, pikepdf.Array):
                rest += [inner for inner in thing if _nested(inner)]
            elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                notes |= _judged(thing, limits, covered)
                rest += [inner for _, inner in thing.items() if _nested(inner)]
    return notes, covered


def _nested(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Array | pikepdf.Dictionary) and not thing.is_indirect


def _judged(thing: Any, limits: Mapping[str, int], covered: list[list[int]]) -> set[str]:
    keys = set(thing.keys())
    if keys & UNASKED:
        refuse_unasked(unasked(thing, _dictionaries), _dictionaries)
    if "/Width" in keys and str(thing.get("/Subtype", "")) == "/Image":
        refuse_pixels(int(thing.get("/Width", 0)), int(thing.get("/Height", 0)), limits)
    if not (keys & NAMES or keys & {"/S", "/Subtype", "/Type"}):
        return set()
    said = {key: simple(thing.get(key)) for key in keys & (NAMES | {"/S", "/Subtype", "/Type"})}
    if isinstance(ranges := said.get("/ByteRange"), list) and "/Contents" in keys:
        covered.append([one for one in ranges if isinstance(one, int)])
    return judged(said)


def _dictionaries(value: Any) -> list[Any]:
    return [value] if isinstance(value, pikepdf.Dictionary) else []


def simple(value: Any) -> Any:
    """A value of pikepdf as `judged` takes it, without what is in a dictionary."""
    if isinstance(value, pikepdf.Name):
        return Name(str(value))
    if isinstance(value, pikepdf.String):
        return text_of(bytes(value))
    if isinstance(value, pikepdf.Stream):
        return dict.fromkeys(value.keys()) if "/Subtype" in value else Stream(value.read_bytes)
    if isinstance(value, pikepdf.Dictionary):
        return dict.fromkeys(value.keys())
    if isinstance(value, pikepdf.Array):
        return [simple(inner) for inner in value if not isinstance(inner, pikepdf.Array)]
    return value if value is None or isinstance(value, int | float) else Unknown()


def refuse_pixels(width: int, height: int, limits: Mapping[str, int]) -> None:
    """Raises Refused for more than are read."""
    if width * height > limits["pixels"]:
        raise Refused("too_many_pixels", width=width, height=height, allowed=limits["pixels"])
