"""How days are written on certificates."""

from __future__ import annotations

import random
from datetime import date

from babel import Locale

ORDINAL = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
WIDE = str.maketrans("0123456789", "".join(chr(0xFF10 + k) for k in range(10)))


def month(day: date, language: str, width: str = "wide") -> str:
    return str(Locale.parse(language).months["format"][width][day.month])


def _ordinal(day: date) -> str:
    return f"{day.day}{ORDINAL.get(day.day, 'th')}"


FORMATS = {
    "en": (
        lambda d: f"{d:%d/%m/%Y}",
        lambda d: f"{d.day} {month(d, 'en')} {d.year}",
        lambda d: f"{month(d, 'en')} {d.day}, {d.year}",
        lambda d: f"{_ordinal(d)} {month(d, 'en')} {d.year}",
        lambda d: f"{d:%d}-{month(d, 'en', 'abbreviated')}-{d:%y}",
        lambda d: f"{d:%Y-%m-%d}",
        lambda d: f"{d:%m/%d/%Y}",
        lambda d: f"{month(d, 'en', 'abbreviated')} {d.day}, {d.year}",
        lambda d: f"{d:%d.%m.%y}",
        lambda d: f"{d:%d %m %Y}",
        lambda d: f"{d:%d}-{month(d, 'en', 'abbreviated').upper()}-{d.year}",
        lambda d: f"{d:%Y/%m/%d}",
    ),
    "de": (
        lambda d: f"{d:%d.%m.%Y}",
        lambda d: f"{d.day}. {month(d, 'de')} {d.year}",
        lambda d: f"{d:%d.%m.%y}",
        lambda d: f"{d.day}.{d.month}.{d.year}",
        lambda d: f"{d:%d}. {d:%m}. {d.year}",
    ),
    "fr": (
        lambda d: f"{d:%d/%m/%Y}",
        lambda d: f"{'1er' if d.day == 1 else d.day} {month(d, 'fr')} {d.year}",
        lambda d: f"{d:%d/%m/%y}",
        lambda d: f"{d:%d-%m-%Y}",
    ),
    "es": (
        lambda d: f"{d.day} de {month(d, 'es')} de {d.year}",
        lambda d: f"{d:%d/%m/%Y}",
        lambda d: f"{d:%d-%m-%Y}",
        lambda d: f"{d.day} de {month(d, 'es').capitalize()} del {d.year}",
    ),
    "pl": (
        lambda d: f"{d:%d.%m.%Y} r.",
        lambda d: f"{d.day} {month(d, 'pl')} {d.year} r.",
        lambda d: f"{d:%Y-%m-%d}",
    ),
    "it": (lambda d: f"{d:%d/%m/%Y}", lambda d: f"{d.day} {month(d, 'it')} {d.year}"),
    "nl": (lambda d: f"{d:%d-%m-%Y}", lambda d: f"{d.day} {month(d, 'nl')} {d.year}"),
    "ja": (
        lambda d: f"{d.year}年{d.month}月{d.day}日",
        lambda d: f"{d.year}年{d.month}月{d.day}日".translate(WIDE),
        lambda d: (
            f"令和{d.year - 2018 if d.year > 2019 else '元'}年{d.month}月{d.day}日"
            if d >= date(2019, 5, 1)
            else f"平成{d.year - 1988}年{d.month}月{d.day}日"
        ),
        lambda d: f"{d:%Y.%m.%d}",
    ),
    "sv": (lambda d: f"{d.day} {month(d, 'sv')} {d.year}", lambda d: f"{d:%Y-%m-%d}"),
    "da": (lambda d: f"{d.day}. {month(d, 'da')} {d.year}", lambda d: f"{d:%d.%m.%Y}", lambda d: f"{d:%d-%m-%Y}"),
    "tr": (lambda d: f"{d.day} {month(d, 'tr')} {d.year}", lambda d: f"{d:%d.%m.%Y}", lambda d: f"{d:%d/%m/%Y}"),
    "ro": (lambda d: f"{d.day} {month(d, 'ro')} {d.year}", lambda d: f"{d:%d.%m.%Y}"),
    "sk": (lambda d: f"{d.day}. {month(d, 'sk')} {d.year}", lambda d: f"{d.day}. {d.month}. {d.year}"),
    "uk": (lambda d: f"{d.day} {month(d, 'uk')} {d.year} \u0440.", lambda d: f"{d:%d.%m.%Y}"),
}


def writer(chance: random.Random, language: str):  # noqa: ANN201 - one of FORMATS
    """One way to write the days of a certificate."""
    return chance.choice(FORMATS[language])
