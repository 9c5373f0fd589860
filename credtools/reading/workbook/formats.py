"""Number formats: a number as its cell shows it (ECMA-376-1, 18.8.31), as far as that is the same on every computer.

What isn't – signs of currencies, fractions, scientific notation, which hides digits, scaling by thousands – falls back
to the number as the file has it: a text is as the sheet shows it or as the file says it, never a third thing, and
never blank. Marks that group digits are left out: nobody's number is 12,345. Of a General number up to 15 digits are
written, which is what spreadsheets hold, not the 11 that fit into a usual column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

EXACT = 2**53  # up to which a spreadsheet, which counts in doubles, can keep a whole number
HELD, ROUGH = Context(prec=400, rounding=ROUND_HALF_UP), Context(prec=15, rounding=ROUND_HALF_UP)
LONGEST = 300  # digits before the point
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
SMALL = Decimal("0.0001")
PART = re.compile(
    r"""(?P<literal>"[^"]*"|[\\!].)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General|Standard)"""
    r"""|(?P<half>AM/PM|A/P)|(?P<power>E[+-])|(?P<date>y+|m+|d+|h+|s+|e+|g+|b+)|(?P<digit>[0\#?])|(?P<other>.)""",
    re.IGNORECASE | re.DOTALL,
)
MEANT = {"%": "percent", ".": "point", ",": "comma", "/": "slash", "@": "text", ";": "end"}
CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
COMPARED = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__", "=": "__eq__", "<>": "__ne__"}
LANGUAGE = re.compile(r"\$-(?:(?P<number>[0-9a-f]{1,8})|(?P<tag>[a-z]{2,3}(?:-[a-z]+)*))?(?:,.*)?", re.IGNORECASE)
SYSTEM = "[$-F800]"  # as each computer is set
# What every file knows; 27–36 and 50–58 are dates of East Asia, which depend on the computer.
KNOWN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: f"{SYSTEM}mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: f"{SYSTEM}m/d/yy h:mm",
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), f"{SYSTEM}yyyy-mm-dd"),
}


@dataclass(frozen=True)
class Section:
    """What a format writes for some numbers, in order: (kind, text) of each part, where its `condition` holds.

    `dated`: whether it shows a date or a time; `foreign`: whether its names are in another language; `unclear`: whether
    the text can't be known from the file, as it depends on the computer.
    """

    parts: tuple[tuple[str, str], ...]
    condition: tuple[str, Decimal] | None
    dated: bool
    foreign: bool
    unclear: bool


@lru_cache(maxsize=4096)
def sections(code: str) -> tuple[Section, ...]:
    """The sections of a format."""
    found: list[list[tuple[str, str]]] = [[]]
    for part in PART.finditer(code):
        kind, text = str(part.lastgroup), str(part[str(part.lastgroup)])
        kind = MEANT.get(text, "literal") if kind == "other" else kind
        if kind == "end":
            found.append([])
        elif kind == "literal" and len(text) > 1:
            found[-1].append(("literal", text[1:-1] if text[0] == '"' else text[1:]))
        elif kind != "fill":
            found[-1].append((kind, text))
    return tuple(map(_section, found))


def _section(raw: list[tuple[str, str]]) -> Section:
    parts: list[tuple[str, str]] = []
    condition, foreign, unclear = None, False, False
    for kind, text in raw:
        if kind != "bracket":
            parts.append((kind, " " if kind == "blank" else text))
        elif text and text.lower().strip(text[0].lower()) == "" and text[0].lower() in "hms":
            parts.append(("elapsed", text.lower()))
        elif compared := CONDITION.fullmatch(text):
            condition = compared[1], Decimal(compared[2])
        elif text.startswith("$-"):
            language = _language(text)
            foreign |= language != "en"
            unclear |= not language
        else:
            unclear |= text.startswith(("$", "~")) or text.upper().startswith(("DBNUM", "NATNUM"))
    kinds = {kind for kind, _ in parts}
    letters = {text[0].lower() for kind, text in parts if kind == "date"}
    if letters or kinds & {"elapsed", "half"}:
        return Section(tuple(parts), condition, True, foreign, unclear or bool(letters & set("egb")))
    parts, scaled = _without_commas(parts)
    money = any(unicodedata.category(c) == "Sc" for kind, text in parts if kind == "literal" for c in text)
    unclear |= scaled or money or bool(kinds & {"power", "slash"})
    return Section(tuple(parts), condition, False, foreign, unclear)


def _language(bracket: str) -> str:
    """'en', 'other', or '' where digits or calendar are others, or as each computer is set (ECMA-376-1, 18.8.31)."""
    found = LANGUAGE.fullmatch(bracket)
    if not found:
        return ""
    number = int(found["number"] or "0", 16)
    digits, calendar, place = number >> 24, number >> 16 & 0xFF, number & 0xFFFF
    if digits > 1 or calendar > 1 or place in (0xF400, 0xF800):
        return ""
    is_english = (found["tag"] or "en").lower().startswith("en") and (not place or place & 0x3FF == 9)
    return "en" if is_english else "other"


def _without_commas(parts: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], bool]:
    """Without those that group digits; and whether one stands for thousands that aren't shown."""
    digits = [k for k, (kind, _) in enumerate(parts) if kind == "digit"]
    first, last = (digits[0], digits[-1]) if digits else (0, -1)
    point = next((k for k, (kind, _) in enumerate(parts) if kind == "point"), last + 1)
    commas = [k for k, (kind, _) in enumerate(parts) if kind == "comma"]
    scaled = any(k > first and not any(k < d < point for d in digits) and k <= max(point, last + 1) for k in commas)
    grouping = {k for k in commas if first < k < point}
    kept = [(kind if kind != "comma" else "literal", text) for k, (kind, text) in enumerate(parts) if k not in grouping]
    return kept, scaled


def section_of(code: str, number: Decimal) -> tuple[Section, Decimal]:
    """The section that shows a number, and the number as it shows it: a section for negative ones has its own sign."""
    found = [one for one in sections(code)[:3] if "text" not in dict(one.parts) or one == sections(code)[0]]
    if any(one.condition for one in found):
        for one in found:
            if one.condition is None or getattr(number, COMPARED[one.condition[0]])(one.condition[1]):
                return one, number
        return Section((), None, False, False, True), number
    if number < 0 and len(found) > 1:
        return found[1], -number
    return found[2 if number == 0 and len(found) > 2 else 0], number


def plain(text: str) -> str:
    """A number as the file has it, without what only comes of counting in doubles: 0.30000000000000004 is 0.3.

    More digits than a spreadsheet keeps are there only where the file spells them out.
    """
    text = text.strip()
    if not NUMBER.fullmatch(text):
        return text
    if text.lstrip("+-").isdigit():
        return "0" if not text.strip("+-0") else text.removeprefix("+")
    exact = Decimal(text)
    number = ROUGH.plus(exact)
    if number == number.to_integral_value():
        if exact != exact.to_integral_value() and abs(exact) > EXACT / 10:
            return text.upper()
        return f"{int(number)}" if abs(number) <= EXACT else f"{float(number):.14E}"
    if "e" in text.lower() and abs(number) < SMALL:
        return f"{number.normalize():E}"  # not as the program spelt it: 1E-05, 1.0E-5
    return f"{number.normalize():f}"


@lru_cache(maxsize=65536)
def shown(text: str, code: str) -> str:
    """A number as its cell shows it, or `plain`. The number may be of any size."""
    own = plain(text)
    if code in ("General", "", "@") or not NUMBER.fullmatch(own) or "E" in own:
        return own
    number = Decimal(own)
    section, counted = section_of(code, number)
    if section.unclear or section.dated or number.adjusted() > LONGEST:
        return own
    kinds = {kind for kind, _ in section.parts}
    if kinds & {"general", "text"} or not section.parts:
        literal = "".join(own if kind in ("general", "text") else part for kind, part in section.parts)
        return literal.strip() if counted == number and kinds & {"general"} else own
    if (section.condition and number < 0) or not any(kind == "digit" or part.isalnum() for kind, part in section.parts):
        return own  # such as the - of no money
    return _written(section.parts, counted) or own


def _written(parts: Sequence[tuple[str, str]], number: Decimal) -> str:
    kinds = [kind for kind, _ in parts]
    point = kinds.index("point") if "point" in kinds else len(kinds)
    before = [k for k, kind in enumerate(kinds) if kind == "digit" and k < point]
    after = [k for k, kind in enumerate(kinds) if kind == "digit" and k > point]
    size = HELD.quantize(abs(number).scaleb(2 * kinds.count("percent")), Decimal(1).scaleb(-len(after)))
    whole, _, rest = f"{size:f}".partition(".")
    whole = whole.lstrip("0").rjust(len(before))
    surplus = len(whole) - len(before)
    digits = {k: whole[surplus + n] for n, k in enumerate(before)}
    if before:
        digits[before[0]] = whole[: surplus + 1]
    fading = len(rest.rstrip("0"))
    digits |= {k: rest[n] if n < fading else " " for n, k in enumerate(after)}
    text = ""
    for k, (kind, part) in enumerate(parts):
        if kind == "digit":
            none = {"0": "0", "#": "", "?": " "}[part]
            text += digits[k] if digits[k].strip() else none
        elif k == point and not before:
            text += whole + part
        else:
            text += part
    text = text.strip()
    return f"-{text}" if number < 0 and size and text else text
