"""Eastern: names in Chinese characters, kana and Hangul, in which families and given names are written together.

One character may be written in several ways: 张 in China, 張 in Taiwan and Japan, 渡辺 and 渡邊 in Japan alone. China's
old national set of characters (GB 2312) has one way for each: two of its own are two characters.
"""

from __future__ import annotations

import re
from functools import lru_cache

HANGUL, KANA = re.compile("[\uac00-\ud7af]"), re.compile("[\u3040-\u30ff]+")
HONOURS = re.compile("(様|殿|さま|さん|くん|氏|先生|女士|小姐|同志|同学|同學|님|씨|귀하)$")
# A name with what people are called, by itself: '山田 太郎 殿', '王小明同学', '김민수 님'.
CALLED = re.compile(
    r"(?P<name>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々]{1,6}(?:\s[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々]{1,5})?)"
    r"\s?(?:様|殿|女士|小姐|同志|同学|同學|先生|님|씨|귀하)"
)
# What is called so and nobody's name: customers, members, schools and companies.
NOBODY = re.compile(
    r"[者員员生客皆方主位長长師师等様殿]$|[お御ご各]|会社|會社|法人|協会|协会|協會|学校|學校|大学|大學|学院|公司|団体|集団|病院|医院|组|委員|担当"
    r"|(?:고객|회원|선생|학생|수강생|교육생|수료생|여러분|사장|원장|교수|강사|대표|부장|과장|담당자|귀하|기관|회사)$"
)
SHORTEST, LONGEST = 2, 8  # letters of a name
PAIR = 2


def script(name: str) -> str:
    """In what a name is written: kana, hangul, or characters (kana among them, too). One name isn't read as another."""
    return "kana" if KANA.fullmatch(name) else "hangul" if HANGUL.search(name) else "characters"


def alike(one: str, other: str, turned: str = "") -> bool | None:
    """Whether two names may be one person's, in the same script; None where that can't be told."""
    if sorted(one) == sorted(other):
        return True
    if not one or not other:
        return None
    if one in other or other in one or any(_otherwise(name, other) for name in (one, turned)):
        return None
    return False


def named(text: str) -> str:
    """The name of a text that is nothing but a name and what a person is called; '' for any other text."""
    found = CALLED.fullmatch(text)
    name = found["name"] if found else ""
    return name if SHORTEST <= len(name) <= LONGEST and not NOBODY.search(name) else ""


def is_nobody(called: str) -> bool:
    """Whether a text is no name, but for what people are called: 皆様, お客様."""
    name = HONOURS.sub("", called.strip())
    return len(name) < SHORTEST or (name != called.strip() and bool(NOBODY.search(name)))


def traced(text: str, name: str) -> bool:
    """Whether a part of a name is in a text."""
    return any(name[k : k + PAIR] in text for k in range(len(name) - 1))


def _otherwise(one: str, other: str) -> bool:
    """Whether each character of a name may be the other name's, written in another way."""
    return len(one) == len(other) and all(
        a == b or not (_is_alone(a) and _is_alone(b)) for a, b in zip(one, other, strict=True)
    )


@lru_cache(maxsize=4096)
def _is_alone(character: str) -> bool:
    """Whether a character is written in one way among those of its set; a letter of an alphabet is, too."""
    if not "\u3400" <= character <= "\u9fff":
        return True
    try:
        return bool(character.encode("gb2312"))
    except UnicodeError:
        return False
