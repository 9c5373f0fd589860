"""Worded: days and years that are written in words, and Thai months, as the digits and names that `days` reads.

English, German, French, Spanish, Italian, Portuguese and Dutch: 'the first of March two thousand twenty-six', 'zweiter
März zweitausendsechsundzwanzig', 'deux mars deux mil vingt-six', 'dos de marzo de dos mil veintiséis'.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from credtools.media.scan.months import MONTH_WORDS
from credtools.media.scan.spelling import plain

# What is in a text that may hold a year in words, or is Thai; a line without any of these is passed over.
SIGNS = ("thousand", "twenty", "tausend", " mil", "duizend", "mila", "tweeduizend", "nineteen")
THAI = re.compile("[\u0e01-\u0e5b]")
# The months of Thai, whole and short (CLDR), and what stands before a Buddhist year.
THAI_MONTHS = (
    ("มกราคม", "ม.ค."),
    ("กุมภาพันธ์", "ก.พ."),
    ("มีนาคม", "มี.ค."),
    ("เมษายน", "เม.ย."),
    ("พฤษภาคม", "พ.ค."),
    ("มิถุนายน", "มิ.ย."),
    ("กรกฎาคม", "ก.ค."),
    ("สิงหาคม", "ส.ค."),
    ("กันยายน", "ก.ย."),
    ("ตุลาคม", "ต.ค."),
    ("พฤศจิกายน", "พ.ย."),
    ("ธันวาคม", "ธ.ค."),
)
ERA = ("พ.ศ.", "พุทธศักราช", "ค.ศ.")
NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The numbers from one to thirty-one (and on to ninety-nine, of years) by language: ones and teens; tens; what is
# between; days that have words of their own. As `plain` has them.
_EN = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_DE = "ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn"
_FR = "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept"
_ES = "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete"
_IT = "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
_PT = "um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete"
_NL = "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien"
SMALL = {
    "en": f"{_EN} eighteen nineteen",
    "de": f"{_DE} achtzehn neunzehn",
    "fr": f"{_FR} dix-huit dix-neuf",
    "es": f"{_ES} dieciocho diecinueve",
    "it": f"{_IT} diciassette diciotto diciannove",
    "pt": f"{_PT} dezoito dezenove",
    "nl": f"{_NL} achttien negentien",
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
}
OTHERS = {"es": {"primero": 1}, "fr": {"premier": 1, "1er": 1}, "it": {"primo": 1}, "pt": {"primeiro": 1}}
FIRSTS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
GERMAN = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
SPELLED = {"pt": {16: "dezasseis", 17: "dezassete", 19: "dezanove", 14: "catorze"}}
# Before the rest of a year: what is two thousand, and nineteen hundred.
THOUSANDS = {
    r"two[\s-]+thousand(?:[\s-]+and)?": 2000,
    r"zweitausend(?:und)?": 2000,
    r"deux[\s-]+mil(?:le)?": 2000,
    r"dos[\s-]+mil": 2000,
    r"due\s?mila": 2000,
    r"dois[\s-]+mil(?:\s+e)?": 2000,
    r"twee\s?duizend(?:\s?en)?": 2000,
    "twenty": 2000,
    r"nineteen(?:\s+hundred(?:\s+and)?)?": 1900,
    "neunzehnhundert": 1900,
    r"mil\s+neuf\s+cent": 1900,
    r"mil\s+novecientos": 1900,
}
GAP = r"[\s-]+"


@lru_cache(maxsize=1)
def numbers() -> dict[str, int]:
    """What the words for the numbers from 1 to 99 mean, with one blank where they have blanks or hyphens."""
    found: dict[str, int] = {}
    for language, words in SMALL.items():
        small = dict(enumerate(words.split(), 1))
        tens = dict(enumerate(TENS[language].split(), 2))
        found |= {word: k for k, word in small.items()} | {word: 10 * k for k, word in tens.items()}
        for (ten, many), one in product(tens.items(), range(1, 10)):
            found |= dict.fromkeys(_joined(language, many, small[one]), 10 * ten + one)
        found |= {word: k for k, word in SPELLED.get(language, {}).items()} | OTHERS.get(language, {})
    return {word.replace("-", " "): number for word, number in found.items()}


def _joined(language: str, many: str, one: str) -> list[str]:
    """Twenty and one in the ways of a language."""
    if language in {"de", "nl"}:
        return [f"{one}{'und' if language == 'de' else 'en'}{many}"]
    if language == "es" and many == "veinte":
        return [f"veinti{one}", f"veinte y {one}"]
    if language == "it":
        return [f"{many[:-1] if one[0] in 'uo' else many}{one}"]
    between = {"en": " ", "fr": " ", "es": " y ", "pt": " e "}[language]
    return [f"{many}{between}{one}", *([f"{many} et {one}", f"{many} et {one}e"] if language == "fr" else [])]


@lru_cache(maxsize=1)
def days() -> dict[str, int]:
    """What the words for the days of a month mean: numbers, and English and German ordinals."""
    found = {word: number for word, number in numbers().items() if number <= 31}
    for word, number in list(found.items()):
        before, blank, last = word.rpartition(" ")
        if last in SMALL["en"].split() or last in TENS["en"].split():
            nth = FIRSTS.get(last, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
            found[f"{before}{blank}{'twelfth' if last == 'twelve' else nth}"] = number
    for word in (*SMALL["de"].split(), *(word for word in numbers() if "und" in word), "zwanzig", "dreissig"):
        number = numbers()[word]
        if number <= 31:
            stem = GERMAN.get(number, word + ("t" if number < 20 else "st"))
            found |= {f"{stem}e{end}": number for end in ("", "n", "r", "s", "m")}
    return found | {"siebenten": 7, "siebente": 7}


def _words(some: dict[str, int]) -> str:
    return "|".join(GAP.join(word.split(" ")) for word in sorted(some, key=len, reverse=True))


@lru_cache(maxsize=1)
def _years() -> re.Pattern[str]:
    first = "|".join(f"(?P<t{k}>{one})" for k, one in enumerate(THOUSANDS))
    return re.compile(rf"(?<![^\W_])(?:{first})[\s-]*(?P<rest>{_words(numbers())})?(?![^\W_])")


@lru_cache(maxsize=1)
def _of_months() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A day in words before the name of a month, and after it."""
    of = r"(?:\s+day)?(?:\s+of|\s+de|\s+del|\s+di|\s+d')?(?:\s+the\s+month\s+of)?\s+"
    day, month = rf"(?P<day>{_words(days())})", r"(?P<month>[^\W\d_]+)"
    return (
        re.compile(rf"(?<![^\W_]){day}{of}{month}(?![^\W_])"),
        re.compile(rf"(?<![^\W_]){month},?\s+(?:the\s+)?{day}(?![^\W_])"),
    )


def is_worded(text: str) -> bool:
    """Whether a year may be in words in a text, or a month in Thai."""
    return any(sign in text for sign in SIGNS) or (not text.isascii() and bool(THAI.search(text)))


def in_digits(text: str) -> str:
    """A text as long as before, with days and years as digits where they were words; Thai months as English ones."""
    if not text.isascii() and THAI.search(text):
        text = _thai(text)
    text = _years().sub(_year, text)
    for pattern in _of_months():
        text = pattern.sub(_day, text)
    return text


def _year(found: re.Match[str]) -> str:
    """The digits stand at the end, beside which nothing follows; 'twenty' alone is no year."""
    start = next(THOUSANDS[form] for k, form in enumerate(THOUSANDS) if found[f"t{k}"] is not None)
    rest = numbers()[_one_blank(found["rest"])] if found["rest"] else 0
    short = found[0].startswith(("twenty", "nineteen"))
    if short and (rest < 10 or (rest < 13 and start == 2000)) and "hundred" not in found[0]:
        return found[0]
    return str(start + rest).rjust(len(found[0]))


def _day(found: re.Match[str]) -> str:
    said, start = found["day"], found.start("day") - found.start()
    if found["month"] not in MONTH_WORDS:
        return found[0]
    return found[0][:start] + str(days()[_one_blank(said)]).ljust(len(said)) + found[0][start + len(said) :]


def _one_blank(said: str) -> str:
    return " ".join(re.split(GAP, said))


@lru_cache(maxsize=1)
def _thai_words() -> tuple[tuple[str, str], ...]:
    """Words of Thai as `plain` has them, the longest first, with what stands for each."""
    pairs = [(plain(word), name) for name, words in zip(NAMES, THAI_MONTHS, strict=True) for word in words]
    return tuple(sorted([*pairs, *((plain(era), "") for era in ERA)], key=lambda pair: -len(pair[0])))


def _thai(text: str) -> str:
    for word, name in _thai_words():
        text = text.replace(word, f" {name}".ljust(len(word))[: len(word)] if len(word) > len(name) else name)
    return text
