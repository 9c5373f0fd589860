"""Words of headings in the languages of our users: what they speak for, and what they speak against.

They never map a heading: they only decide between columns whose content could mean the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from credtools.text import fold

_SAYS_NOTHING = (
    r"(col|column|field|feld|spalte|champ|colonne|kolom|veld|campo|columna|unnamed|f|c|x|v|var)?[\s_:.#-]*\d*"
)
NUMBER_WORDS = re.compile(r"(^|[^a-zà-ž])(nr|no|n°|nº|num|number|nummer|numéro|numero|número|id|#)([^a-zà-ž]|$)|nummer")


def _pattern(stems: Sequence[str]) -> re.Pattern[str]:
    def one(stem: str) -> str:
        text = r"\W*".join(re.escape(word) for word in fold(stem.removesuffix("$")).split())
        return text + (r"(?!\w)" if stem.endswith("$") else "")

    return re.compile(r"(?<!\w)(" + "|".join(map(one, stems)) + ")")


@cache
def _words() -> tuple[dict[str, re.Pattern[str]], re.Pattern[str], re.Pattern[str]]:
    """What speaks for each column, what against all of them, and for persons' names."""
    words = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))
    speaks_for = {column: _pattern(stems) for column, stems in words["speaks_for"].items()}
    persons = _pattern([f"{word}$" for word in words["others"]["persons"]])
    return speaks_for, _pattern(words["others"]["against"]), persons


@cache
def status_words() -> dict[str, str]:
    """What people write under a status, folded: `valid`, `withdrawn`, `leave_out`, or `asked`."""
    words = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))["status"]
    return {fold(word): meaning for meaning, some in words.items() for word in some}


def _plain(heading: str) -> str:
    """A heading in lower case, with blanks between its words: 'issueDate', 'ISSUE_DATE' are 'issue date'."""
    return fold(re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])|_", " ", heading))


def speaks_for(heading: str, column: str) -> bool:
    """Whether its words are those of this column, and not of something else."""
    pattern = _words()[0].get(column)
    plain = _plain(heading)
    return bool(pattern and pattern.search(plain)) and not _words()[1].search(plain)


def speaks_against(heading: str, column: str) -> bool:
    """Whether its words name something that isn't this column: a birthday, a manager, or another column."""
    plain = _plain(heading)
    if _words()[1].search(plain):
        return True
    return any(p.search(plain) for c, p in _words()[0].items() if c != column) and not speaks_for(heading, column)


def names_persons(heading: str) -> bool:
    """Whether its words say that persons' names lie under it."""
    return bool(_words()[2].search(_plain(heading)))


def says_nothing(heading: str) -> bool:
    """Whether it is no word at all: `col_3`, `Feld 7`, `F2`, a single letter."""
    plain = fold(heading)
    return len(plain) < 2 or bool(re.fullmatch(_SAYS_NOTHING, plain))


def of_a_number(heading: str) -> bool:
    """Whether its words say that there is a number under it, whatever is numbered."""
    return bool(NUMBER_WORDS.search(_plain(heading)))


def of_something_else(heading: str) -> bool:
    """Whether its words name what no credential has: a birthday, a manager, an invoice."""
    return bool(_words()[1].search(_plain(heading)))
