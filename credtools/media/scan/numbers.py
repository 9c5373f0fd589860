"""Numbers: whether the number of a row's credential is the one that a page says.

Blanks, dashes and other marks don't count here: PDF readers add and lose them. Letters, digits, leading zeros do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from credtools.media.compared import Difference, Evidence
from credtools.media.scan import labels
from credtools.media.scan.dated import Dated
from credtools.media.scan.page import Page
from credtools.text import fold

COLUMN = "credential_number"
SHORT = 4  # letters and digits up to which a number without a label may be anything
VALUE = re.compile(r"[:#.)\s\-–]*((?:[^\W_][\w/.\-–]*)(?: (?=[^\W_]*\d|[A-Z]{1,3}\b)[\w/.\-–]+)*)")
TOKEN = re.compile(r"(?<![\w/.@-])[A-Za-z0-9](?:[A-Za-z0-9/.-]*[A-Za-z0-9])")
SENTENCE = re.compile(r"^|[.;!?]\s+(?=[a-z]{3})")
NAMELESS = re.compile(r"5\.(?=\s)|(?:no|nr|n)[.°:]+\s?(?=\S*\d)")
LIKE_DIGITS = str.maketrans("oil", "011")
VERIFY = re.compile(r"ver ?if ?y|valida|verific|verifi|confirm|certificat|credential|accomplish")  # of a link


@dataclass(frozen=True)
class Numbered:
    """A number with a label that says it is that of a credential (`sure`), or only that it is a number."""

    part: int
    text: str
    sure: bool


def number(
    page: Page, found: Sequence[Dated], value: str, line: set[int], *, whole: bool
) -> Difference | Evidence | None:
    """What is said of a number; `line`: the parts of the row in a table, where there is one."""
    key = _key(value)
    if not key:
        return None
    given = list(_labelled(page, found))
    if line:  # other lines of the table are of other rows
        dates = {one.part for one in found}
        given = [one for one in given if one.part in line] or [one for one in given if one.part not in dates]
    same = next((one.part for one in given if _is(page, one, key)), None)
    if same is None and any(_looks(one.text) == _looks(value) and _key(one.text) != key for one in given):
        return None  # O for 0, l for 1: damage of a font or of an OCR
    hit = same if same is not None else _anywhere(page, key, sure=any(one.sure for one in given))
    if hit is not None:
        return Evidence(COLUMN, value, page.parts[hit].piece.page, page.parts[hit].box)
    if not any(one.isdigit() for one in key):
        return None  # a word such as "unknown" is said where nobody knew the number
    sure = [one for one in given if one.sure] or [one for one in given if _shape(_key(one.text)) == _shape(key)]
    if sure:
        return _differs(page, sure[0].part, value, sure[0].text)
    alike = list(dict.fromkeys(_alike(page, found, value))) if whole else []
    return _differs(page, *alike[0][:1], value, alike[0][1]) if len({text for _, text in alike}) == 1 else None


def _is(page: Page, one: Numbered, key: str) -> bool:
    """Whether a number is the row's, or the part that it is in holds the row's."""
    said = _key(one.text)
    if said == key or (len(said) > SHORT and key.endswith(said) and key.removesuffix(said).isalpha()):
        return True  # or the row's but for letters that the organisation puts before it
    long = len(key) > SHORT
    return long and (said.startswith(key) or bool(_pattern(key).search(page.parts[one.part].plain)))


def _looks(text: str) -> str:
    """A number with the digits that some of its letters may be."""
    return _key(text).translate(LIKE_DIGITS)


def hits(page: Page, value: str) -> list[int]:
    """The parts that hold a number."""
    key = _key(value)
    pattern = _pattern(key)
    return [k for k, part in enumerate(page.parts) if len(key) > SHORT and pattern.search(part.plain)]


def _key(text: str) -> str:
    return "".join(one for one in fold(text) if one.isalnum())


def _shape(text: str) -> str:
    return "".join("9" if one.isdigit() else "A" if one.isalpha() else one for one in text)


@lru_cache(maxsize=64)
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(r"(?<![^\W_])" + r"[\W_]*".join(map(re.escape, key)) + r"(?![^\W_])")


def _anywhere(page: Page, key: str, *, sure: bool) -> int | None:
    """The part where a number is, not as the number of something else if the credential's is plain; over lines, too."""
    if len(key) < SHORT:
        return None
    pattern = _pattern(key)
    for k, part in enumerate(page.parts):
        found = pattern.search(part.plain)
        if found and not (sure and _foreign(page, k, found.start())):
            return k
    found = pattern.search("\n".join(part.plain for part in page.parts)) if not sure else None
    return _part_at(page, found.start()) if found else None


def _part_at(page: Page, place: int) -> int:
    for k, part in enumerate(page.parts):
        place -= len(part.plain) + 1
        if place < 0:
            return k
    return len(page.parts) - 1


def _words(page: Page, k: int, start: int) -> Iterator[str]:
    """The words beside a place: before it in its part, left of it, over it."""
    yield page.parts[k].plain[:start]
    left = page.left(k)
    if left is not None:
        yield page.parts[left].plain
    yield from (page.parts[o].plain for o in page.above(k)[:1] if page.near(o, k))
    yield from (page.parts[o].plain for o in page.below(k)[:1] if page.near(k, o))


def _foreign(page: Page, k: int, start: int) -> bool:
    words = list(_words(page, k, start))
    mine = any(labels.NUMBER.search(one) for one in words)
    return not mine and any(labels.OTHERS_NUMBER.search(one) for one in words)


def _labelled(page: Page, found: Sequence[Dated]) -> Iterator[Numbered]:
    """The numbers that have a label."""
    dates = _undated(page, found)
    for k, part in enumerate(page.parts):
        for match in labels.NUMBER.finditer(part.plain):
            if labels.OTHERS_NUMBER.search(part.plain[max(0, match.start() - 20) : match.end() + 4]):
                continue
            yield from _values(page, k, match.end(), dates, sure=True)
        yield from _weak(page, k, dates)


def _weak(page: Page, k: int, dates: Mapping[int, str]) -> Iterator[Numbered]:
    """The numbers of a part with a label that says no more, at the beginning of a sentence."""
    text = page.parts[k].plain
    starts = [one.end() for one in SENTENCE.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        weak = labels.WEAK_NUMBER.match(text, start) or NAMELESS.match(text, start)
        if weak and not labels.OTHERS_NUMBER.search(text, start, end):
            yield from _values(page, k, weak.end(), dates, sure=False)


def _values(page: Page, k: int, end: int, dates: Mapping[int, str], *, sure: bool) -> Iterator[Numbered]:
    """What a label is followed by: in its part, else right of it, else under it or, as a caption, over it."""
    rest = (
        page.parts[k].text[end:] if len(page.parts[k].text) == len(page.parts[k].plain) else page.parts[k].plain[end:]
    )
    if value := _value(rest):
        yield Numbered(k, value, sure)
        return
    if labels.roles(page.parts[k].plain):  # one of the heads of a table that came in one piece
        yield from (Numbered(o, value, sure) for o in page.below(k) if o in dates and (value := _only(dates[o])))
        return
    if any(one.isalnum() for one in re.sub(r"[/|·]\s*\w+.*|\(.*\)", "", rest)):
        return
    right = page.right(k)
    if right is not None and right not in dates and (value := _value(page.parts[right].text)):
        yield Numbered(right, value, sure)
        return
    yield from _under(page, k, dates, sure=sure)


def _under(page: Page, k: int, dates: Mapping[int, str], *, sure: bool) -> Iterator[Numbered]:
    below = [o for o in page.below(k) if o not in dates]
    over = [o for o in page.above(k)[:1] if page.near(o, k) and o not in dates and _value(page.parts[o].text)]
    near = [o for o in below[:1] if page.near(k, o) and _value(page.parts[o].text)]
    if over and (not near or page.gap(over[0], k) < page.gap(k, near[0])):
        yield Numbered(over[0], _value(page.parts[over[0]].text), sure)
        return
    table = len(page.line(k)) > 2
    for o in below if table else near:
        value = _value(page.parts[o].text)
        if not value:
            return
        yield Numbered(o, value, sure)


def _value(text: str) -> str:
    """The number at the beginning of a text, '' for none."""
    found = VALUE.match(text)
    value = found[1].rstrip(".-–/ ") if found else ""
    digits = sum(one.isdigit() for one in value)
    return value if digits >= 2 and digits * 5 >= len(value) else ""


def _only(text: str) -> str:
    """The only number in a text, '' for none or several."""
    found = [one for one in TOKEN.findall(text) if sum(map(str.isdigit, one)) > 2]
    return found[0] if len(found) == 1 else ""


def _alike(page: Page, found: Sequence[Dated], value: str) -> Iterator[tuple[int, str]]:
    """The numbers without a label that look like the row's own."""
    shape = _shape(value.upper())
    if sum(one.isalnum() for one in shape) <= SHORT or "9" not in shape:
        return
    texts = _undated(page, found)
    form = "".join({"9": r"\d", "A": "[A-Za-z]"}.get(one, re.escape(one)) for one in shape)
    alone = re.compile(rf"(?<![\w/.@+-])(?<!\d ){form}(?![\w/-])(?! \d)")
    in_link = re.compile(rf"(?<=[/=]){form}(?![\w/=-])")
    for k, part in enumerate(page.parts):
        pattern = in_link if not part.alone and VERIFY.search(part.plain) else alone
        for match in pattern.finditer(texts.get(k, part.text)):
            if not _foreign(page, k, match.start()):
                yield k, match[0]


def _undated(page: Page, found: Sequence[Dated]) -> dict[int, str]:
    """The texts of parts with dates, without these."""
    texts: dict[int, str] = {}
    for one in found:
        if one.role == "number":
            continue
        text = texts.get(one.part, page.parts[one.part].text)
        if len(text) == len(page.parts[one.part].plain):
            start, end = one.mention.start, one.mention.end
            texts[one.part] = text[:start] + "|" * (end - start) + text[end:]
    return texts


def _differs(page: Page, k: int, value: str, said: str) -> Difference:
    return Difference(COLUMN, value, said, page.parts[k].piece.page, page.parts[k].box)
