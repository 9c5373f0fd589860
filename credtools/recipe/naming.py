"""Naming: under which name the recipe of a file may be saved – the name of the file without what differs each month."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import PurePath

from credtools.recipe.recipe import MANUAL
from credtools.recipe.rewriting import plain
from credtools.schema.evidence import LANGUAGES
from credtools.schema.notation import names

_YEAR_FIRST = r"(19|20)\d\d[-_. ]?(0[1-9]|1[0-2])([-_. ]?([0-2]\d|3[01]))?"
_DAY = _YEAR_FIRST + r"|([0-2]?\d|3[01])[-_. ](0?[1-9]|1[0-2])[-_. ](19|20)?\d\d"
_COUNTED = "kw|cw|week|wk|semaine|semana|q|v|rev|version|part|teil"
_SHORT = 3  # letters of months that are words, too ('out', 'set'); these are not:
_USUAL = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mai|mei|maj|okt|dez"
_CHANGING = (
    re.compile(rf"(?<![^\W\d_])({_COUNTED})[-_. ]?\d{{1,3}}(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(19|20)\d\d(?!\d)"),
    re.compile(r"(?<![^\W\d_])(copy( of)?|kopie( von)?|copie( de)?|final|neu|new)(?![^\W\d_])", re.IGNORECASE),
    re.compile(r"(?<![^\W\d_])t?\d{4,6}z?(?!\w)", re.IGNORECASE),
    re.compile(r"\(\d+\)|(?<![^\W_])\d+(?![^\W_])"),
)
_UNUSABLE = re.compile(r"[^\w-]+|_+")
NO_NAME = "recipe"
LONGEST = 60


@lru_cache(maxsize=1)
def _months() -> re.Pattern[str]:
    """The names of months as files have them, in the languages of dates, also without accents."""
    known = {name for one in ("en", *LANGUAGES) for name in names((one,)).months if len(name) > _SHORT}
    umlauts = {name.replace("ä", "ae") for name in known}
    every = sorted({*known, *umlauts, *map(plain, known)}, key=len, reverse=True)
    return re.compile(rf"(?<![^\W\d_])({'|'.join(map(re.escape, every))}|{_USUAL})(?![^\W\d_])", re.IGNORECASE)


def proposed_name(file: str, taken: Callable[[str], bool] = lambda _: False) -> str:
    """A name for the recipe of a file: `hr_export` of `hr_export_2026-11.csv`, without dates, counters and endings.

    `taken`: whether a name can't be used, because it is another source's; then a number is added.
    """
    name = PurePath(file.replace("\\", "/")).name
    stem = name.rsplit(".", 1)[0] if "." in name.lstrip(".") else name
    text = stem.replace("_", " ")
    for changing in (re.compile(rf"(?<!\d)({_DAY})(?!\d)"), _months(), *_CHANGING):
        text = changing.sub(" ", text)
    found = re.sub(r"[-_]*_[-_]*|^-+|-+$", "_", _UNUSABLE.sub("_", text.strip())).strip("_-")[:LONGEST] or NO_NAME
    able = (found if number == 1 else f"{found}_{number}" for number in range(1, 1_000))
    return next((one for one in able if one != MANUAL and not taken(one)), found)
