"""Naming: under which name the recipe of a file may be saved – the name of the file without what differs each month."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from credtools.recipe.recipe import MANUAL

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    *("december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec", "januar"),
    *(
        "februar",
        "märz",
        "maerz",
        "mai",
        "juni",
        "juli",
        "oktober",
        "dezember",
        "mrz",
        "okt",
        "dez",
        "janvier",
        "février",
    ),
    *("fevrier", "mars", "avril", "juin", "juillet", "août", "aout", "septembre", "octobre", "novembre", "décembre"),
    *("decembre", "januari", "februari", "maart", "augustus", "enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre", "gennaio", "febbraio", "aprile", "maggio"),
    *("giugno", "luglio", "settembre", "ottobre", "dicembre"),
)
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR_FIRST = r"(19|20)\d\d[-_. ]?(0[1-9]|1[0-2])([-_. ]?([0-2]\d|3[01]))?"
_DAY = _YEAR_FIRST + r"|([0-2]?\d|3[01])[-_. ](0?[1-9]|1[0-2])[-_. ](19|20)?\d\d"
_COUNTED = "kw|cw|week|wk|semaine|semana|q|v|rev|version|part|teil"
_CHANGING = (
    re.compile(rf"(?<!\d)({_DAY})(?!\d)"),
    re.compile(rf"(?<![^\W\d_])({_NAMES})(?![^\W\d_])", re.IGNORECASE),
    re.compile(
        r"(?<![^\W\d_])(kw|cw|week|wk|semaine|semana|q|v|rev|version|part|teil)[-_. ]?\d{1,3}(?!\d)", re.IGNORECASE
    ),
    re.compile(r"(?<!\d)(19|20)\d\d(?!\d)"),
    re.compile(r"(?<![^\W\d_])(copy( of)?|kopie( von)?|copie( de)?|final|neu|new)(?![^\W\d_])", re.IGNORECASE),
    re.compile(r"(?<![^\W\d_])t?\d{4,6}z?(?!\w)", re.IGNORECASE),
    re.compile(r"\(\d+\)|(?<![^\W_])\d+(?![^\W_])"),
)
_UNUSABLE = re.compile(r"[^\w-]+|_+")
NO_NAME = "recipe"
LONGEST = 60


def proposed_name(file: str, taken: Callable[[str], bool] = lambda _: False) -> str:
    """A name for the recipe of a file: `hr_export` of `hr_export_2026-11.csv`, without dates, counters and endings.

    `taken`: whether a name can't be used, because it is another source's; then a number is added.
    """
    name = PurePath(file.replace("\\", "/")).name
    stem = name.rsplit(".", 1)[0] if "." in name.lstrip(".") else name
    text = stem.replace("_", " ")
    for changing in _CHANGING:
        text = changing.sub(" ", text)
    plain = re.sub(r"[-_]*_[-_]*|^-+|-+$", "_", _UNUSABLE.sub("_", text.strip())).strip("_-")[:LONGEST] or NO_NAME
    names = (plain if number == 1 else f"{plain}_{number}" for number in range(1, 1_000))
    return next((one for one in names if one != MANUAL and not taken(one)), plain)
