"""Bare: a name of which nothing says that it is the holder's, where holders stand: by itself, large, or at the type.

Only where no word of the row's name is anywhere on the page, in whatever spelling, such a name is another person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from credtools.media.scan import eastern, labels
from credtools.media.scan.kinds import ELSE, GENERIC
from credtools.media.scan.languages import titles
from credtools.media.scan.months import MONTH_WORDS
from credtools.media.scan.page import Page
from credtools.media.scan.people import EASTERN, PARTICLES, WORD, Called, called, core, key, same_word
from credtools.media.scan.spelling import plain

LEAST, MOST = 2, 4  # words of a name that stands by itself
LONG = 400  # letters of a text that says who it is about
SHORT = 3  # letters from which on a word of a name is one
BETWEEN = re.compile(r"\s[–—|·-]\s")
ASIDE = re.compile(r"^[\s,]*\([^)]*\)")
DONE = re.compile(r"^\W*(?:attended|completed|passed|participated|took part|has|hat|a suivi|ha|heeft|har)\b")
HIGH = 0.95  # of the largest letters
MARKS = " \t.,:;*'\"„“”»«-–—"


@dataclass(frozen=True)
class Bare:
    """A line that may be a name."""

    part: int
    text: str
    rank: int


def other(page: Page, mine: Sequence[Called], types: Sequence[str], named: Callable[[str], str]) -> Bare | None:
    """The holder whom a page names without saying so, where that is nobody of `mine`; None where that is unclear."""
    if any(me.glued for me in mine):
        return _eastern(page, mine)
    some = list(_candidates(page, types, named))
    if not some:
        return None
    top = [one for one in some if one.rank]
    if len({plain(one.text) for one in top}) != 1:
        return None
    if any(me.may_be(called(one.text)) is not False for one in some for me in mine):
        return None
    return None if _traces(page, mine, {one.part for one in some}) else top[0]


def _eastern(page: Page, mine: Sequence[Called]) -> Bare | None:
    """The same for names of which only what people are called says that they are names: 殿, 同学, 님."""
    some = [
        Bare(k, name, 1)
        for k, part in enumerate(page.parts)
        if not part.alone and (name := eastern.named(part.text.strip(MARKS))) and not _of_others(page, k)
    ]
    if len({called(one.text).glued for one in some}) != 1:
        return None
    if any(me.may_be(called(some[0].text)) is not False for me in mine):
        return None
    apart = {one.part for one in some}
    rest = ("".join(filter(str.isalpha, part.text)) for k, part in enumerate(page.parts) if k not in apart)
    return None if any(eastern.traced(text, me.glued) for text in rest for me in mine) else some[0]


def _candidates(page: Page, types: Sequence[str], named: Callable[[str], str]) -> Iterator[Bare]:
    no_name = titles() | GENERIC | {word for one in types for word in WORD.findall(plain(one))}
    kinds = {plain(one) for one in types}
    usual = [part.box[3] - part.box[1] for part in page.parts if not part.alone and part.text.strip()]
    found = []
    for k, part in enumerate(page.parts):
        if part.alone or len(part.text) > LONG:
            continue
        beside = False
        text = part.text.strip(MARKS)
        halves = BETWEEN.split(text)
        if len(halves) == LEAST and any(plain(one).strip(MARKS) in kinds for one in halves):
            text = next((one for one in halves if plain(one).strip(MARKS) not in kinds), "")
            beside = True
        elif subject := _subject(text, named):
            text, beside = subject, True
        if _is_name(text, no_name, named) and not labels.begins(plain(text)) and (len(page.line(k)) == 1):
            found.append((k, text, beside))
    tallest = max((page.parts[k].box[3] - page.parts[k].box[1] for k, _, _ in found), default=0)
    for k, text, beside in found:
        high = page.parts[k].box[3] - page.parts[k].box[1]
        large = high >= HIGH * tallest and sum(one > high * 1.02 for one in usual) <= LEAST and high > min(usual)
        near = beside or any(_at_type(page, o, kinds) for o in (k - 1, k + 1) if 0 <= o < len(page.parts))
        if not _of_others(page, k):
            yield Bare(k, text, large + near)


def _subject(text: str, named: Callable[[str], str]) -> str:
    """The name that a sentence begins with, whose verb is what holders do; '' for none."""
    name = named(text)
    rest = plain(ASIDE.sub("", text[len(name) :], count=1)) if name and text.startswith(name) else ""
    return name if rest and (DONE.match(rest) or labels.AFTER.match(rest)) else ""


def _is_name(text: str, no_name: frozenset[str], named: Callable[[str], str]) -> bool:
    """Whether a text is a name and nothing else."""
    if EASTERN.search(text) or any(map(str.isdigit, text)) or ELSE.search(plain(text)):
        return False
    words = core(tuple(map(key, WORD.findall(text))))
    return (
        LEAST <= len(words) <= MOST
        and sum(len(one) >= SHORT for one in words) >= 1
        and not any(
            plain(one) in no_name for one in WORD.findall(text) if len(one) >= SHORT and key(one) not in PARTICLES
        )
        and not labels.roles(plain(text))
        and named(text).strip(MARKS) == text.strip(MARKS)
    )


def _at_type(page: Page, k: int, kinds: set[str]) -> bool:
    """Whether a part names a type, or says that one follows, or what the holder did."""
    bare = page.parts[k].plain.strip(MARKS)
    return any(one in bare for one in kinds) or bool(labels.KIND.search(bare) or labels.AFTER.match(bare))


def _of_others(page: Page, k: int) -> bool:
    """Whether a part, or the line before or after it, says that it names a trainer, or somebody else."""
    near = [o for o in page.above(k)[:1] if page.near(o, k)] + [o for o in page.below(k)[:1] if page.near(k, o)]
    return any(labels.OTHERS_NAME.search(page.parts[o].plain.replace("training", "")) for o in (k, *near))


def _traces(page: Page, mine: Sequence[Called], apart: set[int]) -> bool:
    """Whether any word of the names is anywhere else on the page."""
    words = {one for me in mine for one in me.words if len(one) >= SHORT}
    return any(
        same_word(word, one)
        for k, part in enumerate(page.parts)
        if k not in apart and not labels.OTHERS_NAME.search(part.plain)
        for one in map(key, WORD.findall(part.plain))
        if len(one) >= SHORT and one not in MONTH_WORDS
        for word in words
    )
