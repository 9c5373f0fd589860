"""Dates as people declare them: a format in tokens (DD/MM/YYYY, D MMM YYYY, dddd, MMMM D, YYYY) → dates.

A text is read by the declared format only: leading zeros may be missing, `Mar` and `March` both serve a month's
name, case and repeated blanks don't matter. Other separators, impossible days and a weekday that isn't the date's are
errors; nothing is guessed. Years of two digits (YY) and names of another language need a notation. Times (HH:mm:ss,
h:mm A, T) and zones (Z, +00:00) are read and dropped where the format names them. More formats are for those who
choose them: `[excel]` reads the day numbers of a spreadsheet (45386), `[excel 1904]` those that count from 1904,
`[first] MMM YYYY`, `[last] MM/YYYY` and `[last] YYYY` a month or year as its first or last day.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date
from functools import lru_cache

from credtools.schema.notation import PLAIN, Notation
from credtools.text import fold

TOKEN = re.compile(r"YYYY|YY|MMMM|MMM|MM|M|DD|Do|D|dddd|ddd|HH|H|hh|h|mm|ss|[TZA](?![a-z])|\+00:00|\s+|[A-Za-z]+|.")
DIGITS = ("YYYY", "YY", "MM", "M", "DD", "D", "HH", "H", "hh", "h", "mm", "ss")
ZONE = r"(z|utc|gmt|[+-]\d{2}(:?\d{2})?)"
PATTERNS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<year>\d{2})",
    **dict.fromkeys(("MM", "M"), r"(?P<month>\d{1,2})"),
    **dict.fromkeys(("MMMM", "MMM"), r"(?P<name>{months})\.?"),
    **dict.fromkeys(("DD", "D"), r"(?P<day>\d{1,2})"),
    "Do": r"(?P<day>(0?|[23])1(?=st)|[02]?2(?=nd)|[02]?3(?=rd)|(1\d|[02]?[04-9]|30)(?=th))(st|nd|rd|th)",
    **dict.fromkeys(("dddd", "ddd"), r"(?P<weekday>{days})\.?"),
    # A time and its zone are read and dropped: the day is the one that is written.
    **dict.fromkeys(("HH", "H"), r"([01]?\d|2[0-3])"),
    **dict.fromkeys(("hh", "h"), r"(0?[1-9]|1[0-2])"),
    "mm": r"[0-5]\d",
    "ss": r"([0-5]\d|60)([.,]\d{1,9})?",
    "T": "t",
    "A": r"([ap]\.?m\.?)",
    **dict.fromkeys(("Z", "+00:00"), ZONE),
}
KINDS = {"Y": "year", "M": "month", "D": "day", "d": "weekday"}
EXCEL, EXCEL_1904 = "[excel]", "[excel 1904]"
EXCEL_FROM = 61  # 1 March 1900: before it spreadsheets disagree
EXCEL_ZERO = {EXCEL: date(1899, 12, 30), EXCEL_1904: date(1904, 1, 1)}
EXCEL_UNTIL = date(2099, 12, 31)  # beyond it a number is no day that anybody meant, but for 31 December 9999
NINES = re.compile(r"9{5,}|2958465")  # numbers that stand for no day, the second one being that of 31 December 9999
NO_YEARS, ZERO_YEAR = frozenset({"0000", "0001", "9999"}), "1900"  # in dates that stand for none
NEVER = "never"  # in any file: it doesn't expire
LAST_YEAR = "9999"
# How people write it, as words alone (folded).
SAID_NEVER = frozenset(
    (
        *(
            "never",
            "never expires",
            "does not expire",
            "doesn t expire",
            "no expiry",
            "no expiry date",
            "no expiration",
        ),
        *("no expiration date", "non expiring", "without expiry", "without end", "lifetime", "life time", "for life"),
        *("lifelong", "permanent", "permanently", "unlimited", "indefinite", "indefinitely", "forever", "perpetual"),
        *(
            "no end",
            "no end date",
            "no limit",
            "valid indefinitely",
            "valid for life",
            "unbefristet",
            "unbegrenzt",
            "dauerhaft",
        ),
        *("lebenslang", "ohne ablauf", "ohne ablaufdatum", "nie", "läuft nicht ab", "kein ablauf", "kein ablaufdatum"),
        *("unbegrenzt gültig", "unbefristet gültig", "permanente", "à vie", "illimité", "illimitée", "jamais"),
        *("sans expiration", "sans limite", "indefinido", "ilimitado", "nunca", "vitalicio", "de por vida"),
        *("sin caducidad", "sin vencimiento", "illimitato", "permanentemente", "a vita", "senza scadenza"),
        *("onbeperkt", "levenslang", "vitalício", "sem validade", "bezterminowo", "bezterminowe", "bezterminowy"),
    )
)
MIDNIGHT = {"HH": "00", "H": "0", "hh": "12", "h": "12", "mm": "00", "ss": "00", "A": "AM", "Z": "Z", "T": "T"}
SEPARATORS = ("-", "/", ".", " ")
MONTH_ONLY = re.compile(r"\[(first|last)\]\s*")


class DateFormat:
    """A declared date format; `parse` reads one text, `write` shows a date in it.

    `notation`: what its source declares of years and names. Raises ValueError with a whole sentence for a format that
    doesn't name a day, a month and a year, or whose tokens need what isn't declared.
    """

    def __init__(self, text: str, notation: Notation = PLAIN) -> None:
        text = text.strip()
        self.text, self.notation = text, notation
        self.day_of_month = found[1] if (found := MONTH_ONLY.match(text)) else ""
        self.tokens = TOKEN.findall(MONTH_ONLY.sub("", text, count=1)) if text not in EXCEL_ZERO else []
        if text in EXCEL_ZERO:
            return
        kinds = [_kind(token) for token in self.tokens]
        if self.day_of_month:
            kinds.append("day")  # one more of them would be too many
            kinds += ["month"] if "month" not in kinds else []  # the first or last day of a year
        if any(kinds.count(kind) != 1 for kind in ("year", "month", "day")) or kinds.count("weekday") > 1:
            raise ValueError(
                f"{text!r} can't be used as a date format; it needs a day (D or DD), a month (M, MM, MMM or MMMM) and "
                "a year (YYYY), for example DD/MM/YYYY."
            )
        unknown = [token for token in self.tokens if token not in PATTERNS and (token.isalnum() or not token.isascii())]
        if unknown:
            raise ValueError(f"{text!r} can't be used as a date format; {unknown[0]!r} means nothing in it.")
        if "YY" in self.tokens and not notation.years:
            raise ValueError(
                f"{text!r} can't be used as a date format while it isn't said which years YY means. Name the first and "
                "the last one in the recipe, for example years: 1950-2049, or use YYYY."
            )
        self._names = notation.names
        self._any_letters = bool(notation.months) and not {"MMM", "MMMM", "ddd", "dddd"}.isdisjoint(self.tokens)
        self._pattern = re.compile("".join(self._part(place) for place in range(len(self.tokens))), re.ASCII)

    @property
    def separated(self) -> list[str]:
        """The same format without times, with each of the usual separators; none where it has no tokens."""
        tokens = [token for token in self.tokens if _kind(token)]
        mark = f"[{self.day_of_month}] " if self.day_of_month else ""
        return [mark + separator.join(tokens) for separator in SEPARATORS] if tokens else []

    def _part(self, place: int) -> str:
        """The pattern of one token; digits that touch other digits must have a fixed number."""
        token = self.tokens[place]
        beside = self.tokens[max(place - 1, 0) : place] + self.tokens[place + 1 : place + 2]
        if token in DIGITS and any(other in DIGITS for other in beside):
            if len(token) == 1:
                raise ValueError(
                    f"{self.text!r} can't be used as a date format; {token!r} beside other digits could mean one digit "
                    "or two, so write it twice or put a separator between them."
                )
            return PATTERNS[token].replace(r"\d{1,2}", r"\d{2}").replace("]?", "]").replace("0?", "0")
        if _kind(token) in ("month", "weekday") and len(token) > len("MM"):
            names = self._names.months if token[0] == "M" else {name for name, _ in self._names.days}
            any_of = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
            return PATTERNS[token].format(months=any_of, days=any_of)
        return PATTERNS.get(token) or (r"\s+" if token.isspace() else re.escape(token))

    def _found(self, text: str) -> dict[str, str] | None:
        """What the tokens stand for in a text that is written in this format."""
        if not text.isascii():
            if not self._any_letters:
                return None
            text = unicodedata.normalize("NFC", text).casefold()
        found = self._pattern.fullmatch(text.lower())
        return found.groupdict() if found else None

    def _month(self, part: dict[str, str]) -> tuple[int, int]:
        """(year, month) of a text."""
        usual = 12 if self.day_of_month == "last" else 1
        month = self._names.months[part["name"]] if "name" in part else int(part.get("month", usual))
        return self.notation.year(part["year"]), month

    def parse(self, text: str) -> date | None:
        """The date that `text` (trimmed, squeezed) means in this format, or None."""
        if self.text in EXCEL_ZERO:
            number = int(text) if re.fullmatch(r"[0-9]{2,7}", text) else 0
            ordinal_day = EXCEL_ZERO[self.text].toordinal() + number
            meant = ordinal_day <= EXCEL_UNTIL.toordinal() or ordinal_day == date.max.toordinal()
            return date.fromordinal(ordinal_day) if number >= EXCEL_FROM and meant else None
        part = self._found(text)
        if part is None:
            return None
        year, month = self._month(part)
        try:
            last = monthrange(year, month)[1] if self.day_of_month == "last" else 1
            day = date(year, month, int(part.get("day", last)))
        except ValueError:
            return None
        if "weekday" in part and (part["weekday"], day.weekday()) not in self._names.days:
            return None
        return day

    def lacks_day(self, text: str) -> bool:
        """Whether `text` is written in this format, but the calendar has no such day (31/02/2025)."""
        part = self._found(text) if self.text not in EXCEL_ZERO else None
        if part is None or "weekday" in part:
            return False
        in_window = len(part["year"]) > len("YY") or self.notation.year(part["year"]) > 0
        return in_window and self.parse(text) is None

    def write(self, day: date) -> str:
        """`day` in this format."""
        if self.text in EXCEL_ZERO:
            return str((day - EXCEL_ZERO[self.text]).days)
        names = self._names.written
        written = {
            "YYYY": f"{day.year:04}",
            "YY": f"{day.year % 100:02}",
            **{token: names[token][day.month - 1] for token in ("MMMM", "MMM")},
            "MM": f"{day.month:02}",
            "M": str(day.month),
            "DD": f"{day.day:02}",
            "D": str(day.day),
            "Do": f"{day.day}{ordinal(day.day)}",
            **{token: names[token][day.weekday()] for token in ("dddd", "ddd")},
            **MIDNIGHT,
        }
        return "".join(written.get(token, token) for token in self.tokens)


def ordinal(number: int) -> str:
    """What English writes after the number of a day: 1st, 22nd, 3rd, 11th."""
    return "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


@lru_cache(maxsize=256)
def date_format(text: str, notation: Notation = PLAIN) -> DateFormat:
    """The DateFormat of a text, made once."""
    return DateFormat(text, notation)


def may_mean_none(text: str) -> bool:
    """Whether a text under a date may say that there is no such date: a word without digits, or a placeholder."""
    return placeholder(text) or not any(c.isdigit() for c in text)


def says_never(text: str) -> bool:
    """Whether a text under an expiration date plainly says that it doesn't expire; '-' or 'tbd' may say anything."""
    words = " ".join(re.findall(r"[^\W_]+", fold(text)))
    return words in SAID_NEVER or (placeholder(text) and LAST_YEAR in re.findall(r"[0-9]{4}", text))


def placeholder(text: str) -> bool:
    """Whether a text is what systems write for *no date*: zeros, nines, a year 0000, 0001 or 9999, early in 1900."""
    if NINES.fullmatch(text):
        return True
    numbers = re.findall(r"[0-9]+", text)
    numbers = [text[:4], text[4:]] if [text] == numbers and len(text) == len("99991231") else numbers
    if not numbers or not NO_YEARS.isdisjoint(numbers):
        return bool(numbers)
    beside = [number for number in numbers if number != ZERO_YEAR]
    return all(int(number) <= (len(beside) < len(numbers)) for number in beside)


def shape(text: str) -> str:
    """What a text looks like: 9 for a digit, A for a letter, the rest unchanged (2024-03-05 → 9999-99-99)."""
    return re.sub(r"[^\W\d_]+", lambda m: "A" * min(len(m[0]), 4), re.sub(r"\d", "9", text))[:60]


def _kind(token: str) -> str | None:
    return KINDS.get(token[0]) if token in PATTERNS else None
