"""Text blocks: the rules for texts, each read off examples old → new as it would have to be written.

What they yield may fail to fit: the search drops that.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from credtools.recipe.rewriting import (
    CASES,
    MOST_DIGITS,
    Beginning,
    Case,
    Ending,
    Pad,
    Spellings,
    Take,
    Trim,
    Within,
    spellings,
)
from credtools.recipe.step import Step
from credtools.recipe.steps import Extract
from credtools.schema.words import Column

Pairs = Sequence[tuple[str, str]]
# How simple each kind of rule is: of those that fit, and change as much for the better, the least is offered first.
COSTS = {
    **dict.fromkeys(("spellings",), 1),
    **dict.fromkeys(("replace", "case", "pad", "trim"), 2),
    **dict.fromkeys(("take", "split", "ending", "beginning"), 3),
    **dict.fromkeys(("within",), 4),
    **dict.fromkeys(("extract",), 5),
}
# Each is the only one of its kind in the text: of two, none is taken. Around an address there is nothing but a name,
# and marks between them: what else is said there ('left 2026', '/visitor', 'fw: …') may matter.
ADDRESS = (
    r"^[\s\"'<(\[]*(?:[\pL .,'-]+[\s\"']*[<(\[]\s*)?"
    r"(?P<{name}>[\pL\d._%+-](?:[\pL\d._%+'-]*[\pL\d._%+-])?@[\pL\d-]+(?:\.[\pL\d-]+)+)"
    r"(?:\s*[>)\]\"']+)?(?:\s*[(\[][\pL .,'-]+[)\]])?[\s.,;]*$"
)
DAYS = tuple(
    rf"^\D*?(?P<{{name}}>{day})\D*$"
    for day in (r"\d+[./-]\d+[./-]\d+", r"\d+\.? \pL+\.? \d{{4}}", r"\pL+ \d+, \d{{4}}")
)
DIVIDERS = (";", "|", "\n", " / ", "/", " + ", "+", " & ", ",", " und ", " and ", " et ")
MARKS = re.compile(r"[^\w\s@.]|_")
WORD_EDGE = re.compile(r"(?<=\w)(?=\W)|(?<=\W)(?=\w)")


def cost(rule: Step) -> int:
    """How simple a rule is; one that looks for a single mark says less of what it means."""
    return COSTS[rule.kind] + (isinstance(rule, Take) and not (rule.after and rule.before))


def rules(column: Column, pairs: Pairs) -> Iterator[Step]:
    """Single rules that may give each pair."""
    name = column.name
    yield from _spelled(column, pairs)
    yield from (Case(name, to) for to, turned in CASES.items() if all(turned(old) == new for old, new in pairs))
    yield from _padded(name, pairs)
    yield from _trimmed(name, pairs)
    yield from _taken(name, pairs)
    yield from _ends(column, pairs)
    yield from _within(name, pairs)
    yield from _extracted(column, pairs)


def around(column: Column, texts: Sequence[str]) -> Iterator[Step]:
    """Rules that take away what is around a value, read off the texts alone."""
    name = column.name
    if all("<" in text and ">" in text for text in texts):
        yield Take(name, "<", ">")
    if all("(" in text and ")" in text for text in texts):
        yield Take(name, "(", ")")
        yield Take(name, "", "(")
    labels = [found[0] if (found := re.match(r"[^\W\d]+\s*[:=]\s*", text)) else "" for text in texts]
    if label := common_start(labels).strip():
        yield Take(name, label, "")
    edges = "".join(sorted({c for text in texts for c in re.sub(r"^\W*(.*?)\W*$", "", text) or _edge(text)}))
    if edges.strip():
        yield Trim(name, edges.replace(" ", ""))
    if column.kind == "user" and all("@" in text for text in texts):
        yield Extract(name, ADDRESS.format(name=name))
    if column.kind == "date":
        yield from days(name)


def days(name: str) -> list[Extract]:
    """What takes the only date out of a text."""
    return [Extract(name, day.format(name=name)) for day in DAYS]


def dividers(whole: dict[str, list[str]]) -> list[str]:
    """What divides each text into its parts."""
    return [by for by in DIVIDERS if all(_divided(old, by) == parts for old, parts in whole.items())]


def _divided(text: str, by: str) -> list[str]:
    return [part.strip() for part in text.split(by) if part.strip()]


def _edge(text: str) -> str:
    """The marks at both ends of a text."""
    bare = re.sub(r"^[^\w(<\[]+|[^\w)>\]]+$", "", text)
    start, _, end = text.partition(bare) if bare else ("", "", "")
    return start + end


def _spelled(column: Column, pairs: Pairs) -> Iterator[Step]:
    if column.kind in ("user", "date", "id"):
        return
    new = {new for _, new in pairs}
    if all(new and not set(spellings(old)).isdisjoint(spellings(new)) for old, new in pairs):
        yield Spellings(column.name, tuple(sorted(new)))


def _padded(name: str, pairs: Pairs) -> Iterator[Step]:
    lengths = {len(new) for _, new in pairs}
    if len(lengths) == 1 and 1 <= (to := lengths.pop()) <= MOST_DIGITS and all(new.isdigit() for _, new in pairs):
        yield Pad(name, str(to))


def _trimmed(name: str, pairs: Pairs) -> Iterator[Step]:
    taken: set[str] = set()
    for old, new in pairs:
        if not new or new not in old:
            return
        start, _, end = old.partition(new)
        taken |= set(start + end)
    marks = "".join(sorted(taken - {" "}))
    if marks and not any(c.isalnum() for c in marks):
        yield Trim(name, marks)


def _taken(name: str, pairs: Pairs) -> Iterator[Step]:
    """What is before and after the new text in the old one, as far as the examples share it."""
    places = [(old.casefold().find(new.casefold()), len(new)) for old, new in pairs]
    if not all(new and place >= 0 for (place, _), (_, new) in zip(places, pairs, strict=True)):
        return
    before = _common_end([old[:place] for (place, _), (old, _) in zip(places, pairs, strict=True)])
    after = common_start([old[place + size :] for (place, size), (old, _) in zip(places, pairs, strict=True)])
    starts, ends = {"", before, _last(before)}, {"", after, _first(after)}
    for start, end in itertools.product(sorted(starts, key=len), sorted(ends, key=len)):
        if start or end:
            yield Take(name, start, end)


def _first(text: str) -> str:
    """The first mark or word of a text."""
    found = re.match(r"\s*(\w+[:=]?|\W)", text)
    return found[0].strip() or " " if found else ""


def _last(text: str) -> str:
    """The last mark or word of a text."""
    found = re.search(r"(\w+[:=]?|\W)\s*$", text)
    return found[0].strip() or " " if found else ""


def common_start(texts: Sequence[str]) -> str:
    """The longest text with which all of some begin."""
    least, most = min(texts), max(texts)
    return least[: next((k for k, c in enumerate(least) if c != most[k]), len(least))]


def _common_end(texts: Iterable[str]) -> str:
    return common_start([text[::-1] for text in texts])[::-1]


def _ends(column: Column, pairs: Pairs) -> Iterator[Step]:
    """Another beginning or ending, the shortest that differs and longer ones to the edges of words."""
    for turned in (False, True):
        cuts = [_cuts(old, new, turned=turned) for old, new in pairs]
        shared = set.intersection(*map(set, cuts)) if cuts else set()
        made: type[Beginning | Ending] = Beginning if turned else Ending
        for old, new in sorted(shared, key=lambda cut: len(cut[0])):
            if column.kind != "user" or turned or old.startswith("@"):
                yield made(column.name, old, new)


def _cuts(old: str, new: str, *, turned: bool) -> Iterator[tuple[str, str]]:
    """(old, new) endings (or beginnings) that differ, from the shortest on."""
    one, other = (old[::-1], new[::-1]) if turned else (old, new)
    size = len(common_start([one, other]))
    for cut in sorted((m.start() for m in WORD_EDGE.finditer(one) if 0 < m.start() <= size), reverse=True):
        pair = (one[cut:], other[cut:])
        yield (pair[0][::-1], pair[1][::-1]) if turned else pair


def _within(name: str, pairs: Pairs) -> Iterator[Step]:
    """A mark, a blank or a word that is another one, or gone, wherever it is."""
    old, new = pairs[0]
    marks = [
        mark for mark in dict.fromkeys(MARKS.findall(old) + [" "] * (" " in old)) if old.count(mark) > new.count(mark)
    ]
    others = ["", *dict.fromkeys(c for c in new if not c.isalnum() and c != "@")]
    yield from (Within(name, mark, other) for mark in marks for other in others if mark != other)
    words, others = re.findall(r"\w+\.?", old), re.findall(r"\w+\.?", new)
    if len(words) == len(others):
        yield from (Within(name, one, other) for one, other in zip(words, others, strict=True) if one != other)


def _extracted(column: Column, pairs: Pairs) -> Iterator[Step]:
    """What looks like the new texts, among other text."""
    if not all(new and new in old and new != old for old, new in pairs):
        return
    name, news = column.name, [new for _, new in pairs]
    if column.kind == "user" and all("@" in new for new in news):
        yield Extract(name, ADDRESS.format(name=name))
        return
    looks = {re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "A", new)) for new in news}
    if len(looks) != 1 or not any(c.isdigit() for c in news[0]):
        return
    exact = {re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "A", new)) for new in news}
    for look, wide in ((looks.pop(), True), *(((exact.pop(), False),) if len(exact) == 1 else ())):
        yield Extract(name, rf"^\D*?(?P<{name}>{_as_pattern(look, wide=wide)})\D*$")


def _as_pattern(look: str, *, wide: bool) -> str:
    def one(found: re.Match[str]) -> str:
        some, count = found[0], len(found[0])
        if some[0] in "9A":
            kind = r"\d" if some[0] == "9" else r"\pL"
            return f"{kind}+" if wide else kind + (f"{{{count}}}" if count > 1 else "")
        return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", some)

    return re.sub(r"9+|A+|[^9A]+", one, look)
