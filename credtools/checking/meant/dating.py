"""Dating: which columns of dates are the issue date and the expiration date.

Every file has dates of other things: birthdays, first days of work, next appointments. A column is taken for one of
these two where its heading says so, or where the two dates are whole periods apart in most rows; else it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from credtools.checking.lookups import Lookups
from credtools.checking.meant.days import FUTURE, NEARLY_ALL, Days, Pair, days_under, pairs
from credtools.checking.meant.found import Meant
from credtools.checking.meant.under import Under
from credtools.checking.meant.words import of_something_else, speaks_for
from credtools.recipe import Recipe
from credtools.schema.dates import DateFormat, date_format

ISSUE, EXPIRY = "issue_date", "expiration_date"
BOTH = (ISSUE, EXPIRY)


def dates_meant(
    left: Sequence[Under],
    known: Mapping[str, Under],
    free: Callable[[str], bool],
    recipe: Recipe,
    lookups: Lookups,
    near: Mapping[str, str],
) -> list[Meant]:
    """The issue and expiration date among some columns.

    `known`: the one of them that has its heading already; `free`: whether a column still needs one; `near`: headings
    that have nearly the words of a column.
    """
    forms = _in_force(recipe, lookups)
    given = {name: one for name, under in known.items() if (one := _days(under, forms, recipe, lookups))}
    able = [one for under in left if (one := _days(under, forms, recipe, lookups))]
    if not able:
        return []
    lengths = [int(months) for months in lookups.types["validity_months"].dropna().tolist()]
    couples = pairs([*able, *given.values()], lengths)
    spoken = {one.heading: name for one in able for name in BOTH if _says(one.heading, name, near)}
    found: dict[str, Meant] = {}
    for name in BOTH:
        words = [one for one in able if spoken.get(one.heading) == name and free(name)]
        if words:
            against = _against(words[0], name, spoken, couples, given)
            because = words[0].because + (f"; but {against}" if against else "")
            found[name] = Meant(words[0].heading, name, because, len(words) == 1 and not against)
    taken = {one.heading for one in found.values()}
    rest = [one for one in able if one.heading not in taken]
    fixed = {**given, **{name: one for name in found for one in able if one.heading == found[name].heading}}
    needs = [name for name in BOTH if free(name) and name not in found]
    return [*found.values(), *_by_content(rest, fixed, needs, couples)]


def has_days(under: Under, recipe: Recipe, lookups: Lookups) -> bool:
    """Whether dates lie under a heading."""
    return _days(under, _in_force(recipe, lookups), recipe, lookups) is not None


def _days(under: Under, forms: list[DateFormat], recipe: Recipe, lookups: Lookups) -> Days | None:
    """The dates under a heading; their formats are tried first under the next one."""
    found = days_under(under, forms, recipe.notation, lookups.today)
    forms += [form for form in (found.forms if found else ()) if form not in forms]
    return found


def _in_force(recipe: Recipe, lookups: Lookups) -> list[DateFormat]:
    texts = dict.fromkeys(form for name in BOTH for form in recipe.formats(name) or (lookups.date_format,))
    return [date_format(text, recipe.notation) for text in texts]


def _says(heading: str, name: str, near: Mapping[str, str]) -> bool:
    return near.get(heading) == name or speaks_for(heading, name)


def _against(
    one: Days, name: str, spoken: Mapping[str, str], couples: Sequence[Pair], given: Mapping[str, Days]
) -> str:
    """What the rows say against the words of a heading: the two dates are the other way round."""
    headings = {given[name].heading for name in given} | set(spoken)
    for couple in couples:
        first, second = couple.first.heading, couple.second.heading
        mine = (second, first)[name == ISSUE]
        if mine == one.heading and {first, second} <= headings and couple.both and couple.order < 0.5:
            other = first if mine == second else second
            if spoken.get(other, EXPIRY if name == ISSUE else ISSUE) != name:
                return f"the dates under ‘{other}’ are on the wrong side of them"
    return ""


def _by_content(
    rest: Sequence[Days], fixed: Mapping[str, Days], needs: Sequence[str], couples: Sequence[Pair]
) -> list[Meant]:
    """What the dates themselves say: one that is a whole period after another is an expiration date."""
    usable = {one.heading for one in rest if not of_something_else(one.heading)}

    def fits(couple: Pair) -> bool:
        first, second = couple.first, couple.second
        for name, one in ((ISSUE, first), (EXPIRY, second)):
            mine = fixed[name].heading == one.heading if name in fixed else name in needs and one.heading in usable
            if not mine:
                return False
        return not first.like_birthdays

    fitting = [couple for couple in couples if needs and fits(couple)]
    plain = [couple for couple in fitting if couple.plain]
    if plain:
        best = max(plain, key=lambda couple: (couple.regular, couple.order))
        sure = len(plain) == 1 and best.first.future <= 1 - NEARLY_ALL
        roles = ((ISSUE, best.first), (EXPIRY, best.second))
        return [Meant(one.heading, name, _why(one, best, name), sure) for name, one in roles if name in needs]
    if possible := [couple for couple in fitting if couple.possible]:
        best = max(possible, key=lambda couple: (couple.order, couple.second.future))
        roles = ((ISSUE, best.first), (EXPIRY, best.second))
        return [Meant(one.heading, name, _why(one, best, name), clear=False) for name, one in roles if name in needs]
    if ISSUE in needs:
        past = [one for one in rest if one.heading in usable and one.future < FUTURE and not one.like_birthdays]
        if past:
            best_day = max(past, key=lambda one: len(one.days))
            return [Meant(best_day.heading, ISSUE, best_day.because, clear=False)]
    return []


def _why(one: Days, couple: Pair, name: str) -> str:
    return f"{one.because}; {couple.because}" if name == EXPIRY else one.because
