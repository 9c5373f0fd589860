"""People: when two ways of writing a name may mean one person.

Accents, case, hyphens, order, titles, particles, middle names and initials don't matter; ü is ue and u. Two names mean
different people when each has a word that the other one lacks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from credtools.media.scan import eastern
from credtools.media.scan.page import tidy
from credtools.media.scan.spelling import plain

WORD = re.compile(r"(?<!\d)[^\W\d_]+(?!\d)(?:[.](?=[^\W\d_]))?")
_TITLES = (
    "dr drs prof professor mr mrs ms miss mx sir dame herr herrn frau dipl phil rer msc bsc phd rn mba llm beng meng "
    "pan pani panu m mme mlle monsieur madame sr sra srta d dna dona dott dottssa sig sigra signor signora "
    "jr iii ii esq hon rev mag dhr mevr"
)
TITLES = frozenset(_TITLES.split())
_PARTICLES = "van von der den de del della dos das zu zur ter ten af av bin ibn la al el y e und"
PARTICLES = frozenset(_PARTICLES.split())
PAIRS = (("ue", "u"), ("oe", "o"), ("ae", "a"), ("aa", "a"))
EASTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
TWO = 2  # words of an Eastern name that is written with a blank
# Short forms of given names, as people call themselves; each line is one name.
SHORT_FORMS = (
    "william will bill;robert rob bob bert;richard rick dick rich;james jim jimmy jamie;john jack johnny jon;michael "
    "mike mick;"
    "elizabeth liz beth betty lisa eliza;margaret maggie meg peggy;katherine catherine kate kathy katie cathy;thomas "
    "tom tommy;"
    "daniel dan danny;david dave;edward ed eddie ted;anthony tony;christopher chris;alexander alex sasha;andrew andy "
    "drew;"
    "benjamin ben;charles charlie chuck;joseph joe;matthew matt;nicholas nick nico;patrick pat paddy;peter "
    "pete;samuel sam;"
    "stephen steven steve;susan sue;victoria vicky;jennifer jen jenny;rebecca becky;gregory greg;frederick "
    "fred;francisco paco;"
    "mohammed muhammad mohamed mohammad muhammed mohamad mohamet muhamed mehmet;alexander oleksandr aleksandr alexandr "
    "olexandr aleksander alejandro alessandro;vladimir volodymyr wladimir;sergey serhii sergei serhiy sergej;nikolay "
    "mykola nikolai nikolaj;dmitry dmytro dmitri dmitrij;helen olena elena jelena;andrey andrii andriy andrei andrej;"
    "mikhail mykhailo michail mihail;evgeny yevhen evgenij jewgeni yevgeny;catherine kateryna ekaterina yekaterina;"
    "ahmed ahmad ahmet;hussein husain hussain huseyin;hassan hasan;yusuf youssef yousef josef joseph;ali aly;"
    "jose pepe;johannes hans;josef sepp;maximilian max;katarzyna kasia;malgorzata gosia;giuseppe beppe;timothy "
    "tim;kenneth ken"
)
NONE: frozenset[int] = frozenset()
ALIKE = {
    word: frozenset(k for k, line in enumerate(SHORT_FORMS.split(";")) if word in line.split())
    for word in SHORT_FORMS.replace(";", " ").split()
}
# What is written in several ways where a name comes from another alphabet; and the endings of men and women.
SOUNDS = tuple(
    (re.compile(one), other)
    for one, other in (
        ("tsch|tch|cz", "ch"),
        ("sch|sz", "sh"),
        ("sh", "s"),
        ("zh|dzh", "z"),
        ("kh", "h"),
        ("ph", "f"),
        ("ck", "k"),
        ("th", "t"),
        ("x", "ks"),
        ("w", "v"),
        ("[yj]", "i"),
        (r"(.)\1+", r"\1"),
        ("^(?:al|el)(?=[a-z]{4})", ""),
        ("(?<=[a-z]{3})(?:iia|aia|ia|i)$", "i"),
        ("(?<=[a-z]{3})([oei]v|in|sk)(?:[ai]|ai)$", r"\1"),
        ("(?<=[a-z]{3}sk)i$", ""),
    )
)


def key(word: str) -> str:
    """How a word of a name is compared: 'Müller', 'MUELLER' and 'Muller' are one."""
    found = plain(word)
    for long, short in PAIRS:
        found = found.replace(long, short)
    return found


@dataclass(frozen=True)
class Called:
    """A name: its words that count, as they are compared.

    `glued`: an Eastern name without its blanks, and `turned`: its words the other way round, family name or given name
    first.
    """

    words: tuple[str, ...]
    glued: str = ""
    script: str = "latin"
    turned: str = ""

    def may_be(self, other: Called) -> bool | None:
        """Whether both may mean one person; None where that can't be told."""
        if self.script != other.script:
            return None
        if self.glued or other.glued:
            return eastern.alike(self.glued, other.glued, self.turned)
        return _alike(self.words, other.words)


@lru_cache(maxsize=4096)
def called(name: str) -> Called:
    """A name as a row or a page has it: 'Okafor, Dr. Ben' has the words ok okafor, ben."""
    text = tidy(name)
    if EASTERN.search(text):
        glued = eastern.HONOURS.sub("", "".join(one for one in text if one.isalpha()))
        parts = eastern.HONOURS.sub("", text.strip()).split()
        return Called((), glued, eastern.script(glued), "".join(reversed(parts)) if len(parts) == TWO else "")
    words = tuple(key(one) for one in WORD.findall(text.replace("’", "'")))
    script = "latin" if all(one < "\u0250" or one > "\u1dff" for one in plain(text) if one.isalpha()) else "other"
    return Called(core(words), "", script)


def core(words: Sequence[str]) -> tuple[str, ...]:
    """The words of a name without titles and particles, as long as two are left; all, where nothing else is there."""
    named = [one for one in words if one not in TITLES]
    rest = [one for one in named if one not in PARTICLES]
    return tuple(rest if len(rest) > 1 else named or words)


def same_word(one: str, other: str) -> bool:
    """Whether two words of names may be one: equal, an initial, a short form."""
    if one == other:
        return True
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    if one.removesuffix("ova") == other.removesuffix("ova") or _sound(one) == _sound(other):
        return True  # Nováková and Novák
    return bool(ALIKE.get(one, NONE) & ALIKE.get(other, NONE))


@lru_cache(maxsize=8192)
def _sound(word: str) -> str:
    """A word without what is written in several ways: 'Yulia' and 'Julia', 'Zelenskyy' and 'Zelensky' are one."""
    for pattern, one in SOUNDS:
        word = pattern.sub(one, word)
    return word


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool | None:
    if "".join(one) == "".join(other) or sorted(one) == sorted(other):
        return True
    left, right, matched = list(one), list(other), 0
    for exact in (True, False):
        for word in list(left):
            hit = next((o for o in right if (word == o if exact else same_word(word, o))), None)
            if hit is not None:
                left.remove(word)
                right.remove(hit)
                matched += len(word) > 1 and len(hit) > 1
    if left and right:
        if matched > 1 and not {one[0], one[-1]} & set(left):
            return None  # first and last word are there; a text may go on behind a name
        return None if sorted("".join(left)) == sorted("".join(right)) else False
    return True if matched > 1 or (matched and len(one) == len(other) == 1) else None
