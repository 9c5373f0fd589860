"""Holders: whether the person of a row is the one whom a page names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from credtools.media.compared import Difference, Evidence, Facts
from credtools.media.scan import bare, eastern, labels
from credtools.media.scan.page import Page
from credtools.media.scan.people import EASTERN, PARTICLES, TITLES, WORD, Called, called, core, key, same_word
from credtools.media.scan.spelling import plain

COLUMN = "user_name"
MOST_WORDS = 7
# Where a name ends: at what is said of the person.
STOP = re.compile(
    r"[,;:()|·•0-9/]|\s[–-]\s|\b(?:has|have|had|who|is|was|born|geb|hat|having|document\w*|dni|nif|passport"
    r"|identi\w*|on|in|for|the|with|nato|nata|nacid\w*"
    r"|con|ne|nee|urodz\w*|from"
    r"|of|at|did|a suivi|ha|ukoncz\w*|having|passed|completed|successfully|as|and|by|attended|to|that|this|your|we"
    r"|employee|date|course)\b"
)
BOTH = re.compile(r"^\w{1,5}\.?/\w{1,6}\.?\s+")  # 'Herr/Frau'
AFTER = re.compile(
    r"^\s*(?:who )?(?:has|have|had|hat|a suivi|a participe|ha (?:superado|completado|realizado|frequentato)"
    r"|ukonczyl\w*|heeft|completed|passed)\b"
)
_WORDS = (
    "name names certificate certification course training date number no the of academy university college school "
    "ltd gmbh inc limited "
    "institute centre center licence license card issue issued expiry expires valid holder student member employee "
    "instructor trainer "
    "signature safety first "
    "aid email mail address company employer this is certify that completion attendance sir madam colleague team "
    "department position title surname family given nr nom nome nombre naam navn namn nimi ime meno jmeno nev vorname "
    "nachname prenom cognome apellidos imie nazwisko"
)
NO_NAME = frozenset(_WORDS.split())
# What a label ends with that a name follows, and never comes before.
INTRODUCES = re.compile(r"\b(?:to|that|dass|que|che|dat|at|att|ze|hogy|etta|kad|an|fur|aan)\W*$")
SHORTEST = 3  # letters of a name by which a letter calls its reader
_READERS = (
    "customer client candidate delegate participant learner student trainee applicant friend friends parent parents "
    "guest user all everyone member members graduate volunteer partner owner holder nurse doctor professional employee "
    "attendee volunteer reader subscriber teacher driver operator patron resident sirs ladies gentlemen recruit "
    "kunde kundin kunden kollege kollegin kollegen teilnehmer teilnehmerin teilnehmende damen herren mitglied "
    "client cliente alumno alumna colega participante estimado amigo amiga socio usuario titular "
    "cliente corsista collega socio utente panstwo kliencie uczestniku deelnemer klant cursist collega relatie"
)
ADDRESSED = frozenset(_READERS.split())


@dataclass(frozen=True)
class Held:
    """A name beside a label that says whose credential it is."""

    part: int
    text: str


def holder(page: Page, row: Facts, line: set[int], *, whole: bool) -> Difference | Evidence | None:
    """What is said of the holder; `line`: the parts of the row in a table, where there is one."""
    mine = [
        one
        for name in (row.user_name, *row.other_names)
        if name.strip()
        for one in [called(name)]
        if one.words or one.glued
    ]
    if not mine:
        return None
    taken = [set(WORD.findall(plain(name))) for name in row.types]
    given = list(_labelled(page, labels.HOLDER)) or list(_labelled(page, labels.GREETING))
    given = [one for one in given if not any(set(WORD.findall(plain(one.text))) <= words for words in taken)]
    given = [one for one in given if one.part in line] or given
    told = [(one, [me.may_be(called(one.text)) for me in mine]) for one in given]
    same = next((one for one, verdicts in told if True in verdicts), None)
    if same:
        return Evidence(COLUMN, same.text, page.parts[same.part].piece.page, page.parts[same.part].box)
    others = [one for one, verdicts in told if set(verdicts) == {False} and _whole(one.text, mine)]
    if pairs := _apart(page, mine, line):
        return _of_two(page, row, mine, pairs)
    found = _anywhere(page, mine, among_others=not others)
    if found is not None:
        return Evidence(COLUMN, row.user_name, page.parts[found].piece.page, page.parts[found].box)
    if others or given:
        return _differs(page, row, others[0]) if others else _greeted(page, row, mine, given[0])
    by_itself = bare.other(page, mine, row.types, _name) if whole else None
    return _differs(page, row, Held(by_itself.part, by_itself.text)) if by_itself else None


def _greeted(page: Page, row: Facts, mine: list[Called], one: Held) -> Difference | Evidence | None:
    """What a letter says that calls its reader by one name alone: one of the row's, or one that is none of them."""
    words = called(one.text).words
    if len(words) != 1 or not labels.GREETING.match(page.parts[one.part].plain):
        return None
    own = [word for me in mine for word in me.words]
    if any(same_word(words[0], word) for word in own):
        return Evidence(COLUMN, one.text, page.parts[one.part].piece.page, page.parts[one.part].box)
    far = plain(one.text) not in ADDRESSED and words[0][0] not in {word[0] for word in own}  # else a pet name, perhaps
    return _differs(page, row, one) if far and own and len(words[0]) >= SHORTEST else None


def hits(page: Page, row: Facts) -> list[int]:
    """The parts that hold a row's name, as it is or with other words between."""
    mine = [called(name) for name in (row.user_name, *row.other_names) if name.strip()]
    return [k for k, part in enumerate(page.parts) if any(_holds(part.text, me) for me in mine)]


def _whole(text: str, mine: list[Called]) -> bool:
    """Whether a name is all of one: a single word may be only the family name."""
    name = called(text)
    return bool(name.glued) or len(name.words) > 1 or any(len(me.words) == 1 for me in mine)


def _differs(page: Page, row: Facts, one: Held) -> Difference:
    return Difference(COLUMN, row.user_name, one.text, page.parts[one.part].piece.page, page.parts[one.part].box)


def _labelled(page: Page, label: re.Pattern[str]) -> Iterator[Held]:
    """The names that a label, or what follows them, says to be the holder's."""
    for k, part in enumerate(page.parts):
        above = page.above(k)[:1] if AFTER.match(part.plain) or labels.AFTER.match(part.plain) else []
        name = _name(page.parts[above[0]].text) if above else ""
        if len(name.split()) > 1:
            yield Held(above[0], name)
        for found in label.finditer(part.plain):
            if labels.OTHERS_NAME.search(part.plain[max(0, found.start() - 25) : found.end() + 25]):
                continue
            yield from _values(page, k, found.end())


def _values(page: Page, k: int, end: int) -> Iterator[Held]:
    """What a label is followed by: in its part, else right of it, else under it or, as a caption, over it."""
    part = page.parts[k]
    rest = _rest(part.text, part.plain, end)
    if name := _name(rest):
        yield Held(k, name)
        return
    if labels.NUMBER.search(part.plain) and labels.roles(part.plain):  # the heads of a table that came in one piece
        yield from (Held(o, one) for o in page.below(k) if (one := _name(page.parts[o].text)))
        return
    if len(rest.strip(" :.,-/()")) > len("of the holder / name"):
        return
    right = page.right(k)
    if right is not None and (name := _name(page.parts[right].text)):
        yield Held(right, name)
        return
    near = [o for o in page.below(k)[:1] if page.near(k, o) or (page.gap(k, o) < 45 and not rest.strip())]
    over = [o for o in page.above(k)[:1] if page.near(o, k) and not INTRODUCES.search(part.plain[:end])]
    for group in [near, over] if not over or not near or page.gap(k, near[0]) <= page.gap(over[0], k) else [over, near]:
        if group and (name := _name(page.parts[group[0]].text)):
            yield Held(group[0], name)
            if group is near and len(page.line(k)) > 2:
                yield from (Held(o, one) for o in page.below(k)[1:] if (one := _name(page.parts[o].text)))
            return


def _rest(text: str, bare: str, end: int) -> str:
    """A text from a place of its plain form on, which may be longer than it (ß is ss)."""
    if len(text) == len(bare):
        return text[end:]
    place = next((n for n in range(len(text) + 1) if len(plain(text[:n])) >= end), len(text))
    return text[place:]


def _name(text: str) -> str:
    """The name that a text begins with, '' where it begins with something else."""
    text = text.strip(" \t\n:.-–_*„“\"'°#>/")
    if EASTERN.search(text):
        found = re.match(
            r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々ー]{1,8}(?:\s[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々ー]{1,6})?",
            text,
        )
        name = found[0] if found and len(text) <= len(found[0]) + 3 else ""
        return "" if eastern.is_nobody(name) else name
    text = BOTH.sub("", text)
    if re.match(r"^[^,\d]{2,40}, [^\W\d_]", text):
        family, _, given = text.partition(",")
        given = _name(given) if _name(family) else ""
        return f"{family}, {given}" if given else _name(family)
    bare = plain(text)
    stop = STOP.search(bare)
    text = text[: stop.start()] if stop and len(text) == len(bare) else _cut(text, stop.start() if stop else len(bare))
    text = _proper(text)
    words = WORD.findall(text)
    cut = stop is not None and stop[0].isdigit()
    if not words or len(words) > MOST_WORDS or (cut and len(words) == 1) or not core(tuple(map(key, words))):
        return ""
    return (
        ""
        if {plain(one) for one in words} & NO_NAME or all(key(one) in PARTICLES for one in words)
        else text.strip(" .")
    )


def _proper(text: str) -> str:
    """A text up to the first word that is none of a name; '' where fewer than two come before it."""
    found = list(WORD.finditer(text))
    for n, one in enumerate(found):
        if one[0][0].islower() and key(one[0]) not in PARTICLES | TITLES:
            return text[: one.start()].rstrip() if n > 1 else ""
    return text


def _cut(text: str, end: int) -> str:
    place = next((n for n in range(len(text) + 1) if len(plain(text[:n])) >= end), len(text))
    return text[:place]


def _holds(text: str, me: Called) -> bool:
    """Whether a text holds a name: its words beside one another, in any order; the first and the last at least."""
    if me.glued:
        letters = "".join(one for one in text if one.isalpha())
        return me.glued in letters or bool(me.turned and me.turned in letters)
    some = (key(one) for one in WORD.findall(text) if len(one) > 1 or one.isupper())  # 'a' is no initial
    words = [one for one in some if one not in PARTICLES and one not in TITLES]
    first, last = me.words[0], me.words[-1]
    run: list[str] = []
    for word in [*words, ""]:
        if word and (word in me.words or any(same_word(word, one) for one in (first, last))):
            run.append(word)
            continue
        if len(me.words) == 1 and run:
            return True
        if len(run) > 1 and _same(run, first) and _same(run, last) and max(map(len, run)) > 1:
            return True
        run = run[-1:] if word and len(word) == 1 else []
    return len("".join(me.words)) > len("annaroe") and "".join(me.words) in words


def _across(text: str, following: str, me: Called) -> bool:
    """Whether a text holds a name, or it and the next one together."""
    return _holds(text, me) or (_holds(f"{text} {following}", me) and not _holds(following, me))


def _same(run: list[str], word: str) -> bool:
    return any(same_word(one, word) for one in run)


def _anywhere(page: Page, mine: list[Called], *, among_others: bool) -> int | None:
    """The part that holds the name; of a trainer only where nobody else is named as the holder."""
    for k, part in enumerate(page.parts):
        following = page.parts[k + 1].text if k + 1 < len(page.parts) else ""
        if (among_others or not _foreign(page, k)) and any(_across(part.text, following, me) for me in mine):
            return k
    return None


def _foreign(page: Page, k: int) -> bool:
    """Whether the words beside a part say that it names a trainer, or somebody else."""
    near = [o for o in (page.left(k),) if o is not None]
    near += [o for o in page.above(k)[:1] if page.near(o, k)] + [o for o in page.below(k)[:1] if page.near(k, o)]
    return any(labels.OTHERS_NAME.search(page.parts[o].plain) for o in (k, *near))


def _apart(page: Page, mine: list[Called], line: set[int]) -> list[tuple[Held, Held]]:
    """Family name and given name that have labels of their own: those of the row's line, or of all lines of a table."""
    numbered = any(labels.NUMBERED.match(part.plain) for part in page.parts)
    words = (labels.FIRST, labels.SECOND) if numbered else (labels.FAMILY, labels.GIVEN)
    families, given = (list(_fields(page, one)) for one in words)
    pairs = [
        (one, other)
        for one in families
        for other in given
        if one.part != other.part and (len(families) == 1 or other.part in page.line(one.part))
    ]
    if len(families) == 1:
        pairs = pairs[:1]
    pairs = [pair for pair in pairs if not any(labels.begins(plain(one.text)) for one in pair)]
    pairs = [pair for pair in pairs if line & {one.part for one in pair}] or pairs
    return pairs if any(not me.glued for me in mine) else []


def _fields(page: Page, pattern: re.Pattern[str]) -> Iterator[Held]:
    for k, part in enumerate(page.parts):
        found = pattern.search(part.plain)
        if found and not labels.OTHERS_NAME.search(part.plain):
            yield from _values(page, k, found.end())


def _of_two(page: Page, row: Facts, mine: list[Called], pairs: list[tuple[Held, Held]]) -> Difference | Evidence | None:
    """What family name and given name say, each by itself and both together; of several pairs one may be the row's."""
    verdicts: list[bool | None] = []
    for pair in pairs:
        both = " ".join(one.text for one in reversed(pair))
        verdicts += [me.may_be(called(both)) for me in mine]
        if True in verdicts:
            part = page.parts[pair[0].part]
            return Evidence(COLUMN, both, part.piece.page, part.box)
    if None in verdicts:
        return None
    words = {word for me in mine for word in me.words}
    said = " ".join(one.text for one in reversed(pairs[0]))
    wrong = next((one for one in pairs[0] if not set(called(one.text).words) & words), pairs[0][0])
    return Difference(COLUMN, row.user_name, said, page.parts[wrong.part].piece.page, page.parts[wrong.part].box)
