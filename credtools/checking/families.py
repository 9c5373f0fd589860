"""Families: causes of one column that one proposal explains, or that at least can be looked at together.

Greedy: what helps most rows comes first, and a cause that is in a family is in no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from credtools.checking import certain, hypotheses
from credtools.checking.kept import Basis, Kept
from credtools.checking.one_column import Known
from credtools.checking.proposing import Proposal, ValueChange, best_first, changed, impersonal, judged, worth
from credtools.model import IntArray, Review
from credtools.recipe.examples import cost
from credtools.recipe.pattern import Pattern
from credtools.recipe.steps import Replace
from credtools.schema.dates import NEVER
from credtools.schema.evidence import swapped
from credtools.schema.words import Column
from credtools.text import plural

MOST_JUDGED = 12  # patterns of one column
ENOUGH = 2  # causes that are a family without a pattern
ALONE, PATTERN, NEAR, LEFT, UNKNOWN, VALUES = "alone", "pattern", "near", "left", "unknown", "values"
USER_EXISTS = "user_exists"


@dataclass(frozen=True)
class Family:
    """Causes that belong on one card.

    `kind`: what makes them one – `pattern` (a proposal with a rule explains them), `near` (each value has its own
    suggestion), `left` (users who were deactivated), `unknown` (users whom nobody is like), `values` (others of the
    same code), `alone` (a single cause). `causes`: their numbers in `review.causes`; `rows`: the places of their rows;
    `sentence`: what they have in common; `proposal`: what would settle them, with before → after of every value, or
    None where only a person can say what is right.
    """

    code: str
    column: str
    kind: str
    causes: tuple[int, ...]
    rows: tuple[int, ...]
    sentence: str
    proposal: Proposal | None = None

    @property
    def changes(self) -> tuple[ValueChange, ...]:
        """Before → after of every value."""
        return self.proposal.changes if self.proposal else ()


class Errors:
    """The blocking errors of one column, by cause."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._of_cause: dict[int, list[int]] = {}
        for cause, row in zip(frame["cause"].tolist(), frame["row"].tolist(), strict=True):
            self._of_cause.setdefault(cause, []).append(row)

    def of(self, causes: Iterable[int]) -> pd.DataFrame:
        """Those of some causes."""
        return self.frame[self.frame["cause"].isin(set(causes))]

    def rows(self, causes: Iterable[int]) -> tuple[int, ...]:
        """The rows of some causes."""
        return tuple(sorted({row for cause in causes for row in self._of_cause[cause]}))


def families(review: Review, known: Callable[[str], Known], kept: Kept) -> list[Family]:
    """All causes of a review that block rows, in families, that of most rows first.

    `known`: of a column; `kept`: what was found before about the file.
    """
    told = review.explanation  # what is said about them doesn't matter
    errors, causes = told.errors(warnings=False), told.causes(warnings=False)
    codes = dict(zip(causes["cause"].tolist(), causes["code"].tolist(), strict=True))
    found: list[Family] = []
    for name, some in errors.groupby("column", sort=False):
        errors_here, here = Errors(some), known(str(name)) if name else None
        make = partial(_of_column, review, str(name), errors_here, here, codes)
        found += kept.families(Basis(here, some), make) if here else make()
    return sorted(found, key=lambda one: (-len(one.rows), min(one.causes)))


def _of_column(
    review: Review, name: str, errors: Errors, here: Known | None, codes: Mapping[int, str]
) -> Iterator[Family]:
    left = [int(cause) for cause in errors.frame["cause"].unique()]
    column = None
    if here:
        column = here.column
        for proposal, causes in _explained(here, errors, left):
            left = [cause for cause in left if cause not in causes]
            sentence = f"{plural(len(proposal.changes), 'value')}: {proposal.pattern}"
            yield _family(codes, name, PATTERN, causes, errors, sentence, proposal)
        for kind, causes, near in _alike(review, here, errors, left):
            left = [cause for cause in left if cause not in causes]
            yield _family(codes, name, kind, causes, errors, _said(kind, len(causes), column), near)
    for code in dict.fromkeys(str(codes[cause]) for cause in left):
        causes = [cause for cause in left if codes[cause] == code]
        kind = VALUES if len(causes) > 1 else ALONE
        yield _family(codes, name, kind, causes, errors, _said(kind, len(causes), column))


def _said(kind: str, count: int, column: Column | None) -> str:
    """What the causes of a family have in common."""
    values = plural(count, "user" if column and column.kind == "user" else "value")
    return {
        NEAR: f"{values}, each close to one that exists",
        LEFT: f"{values} who {'was' if count == 1 else 'were'} deactivated",
        UNKNOWN: f"{values} whom nobody here is like",
        VALUES: f"{values}, each to be looked at",
        ALONE: values,
    }[kind]


def _family(
    codes: Mapping[int, str],
    column: str,
    kind: str,
    causes: Sequence[int],
    errors: Errors,
    sentence: str,
    proposal: Proposal | None = None,
) -> Family:
    code = Counter(codes[cause] for cause in causes).most_common(1)[0][0]
    return Family(code, column, kind, tuple(sorted(causes)), errors.rows(causes), sentence, proposal)


def _explained(known: Known, errors: Errors, left: Sequence[int]) -> Iterator[tuple[Proposal, list[int]]]:
    """Patterns with the causes that each explains, those that help most rows first."""
    offered = []
    for pattern in hypotheses.patterns(known, errors.frame):
        places = changed(known, pattern, known.distinct.bad)
        if places is not None and len(places) and _keeps_numbers(known, pattern, places):
            offered.append((pattern, places))
    offered.sort(key=lambda one: (-int(known.distinct.count[one[1]].sum()), cost(one[0])))
    helping = [one for one in judged(known, offered[:MOST_JUDGED]) if worth(one) > 0]
    # Where two formats read the same values as other days, only a person knows which is meant.
    clear = [one for one in best_first(known, helping) if not one.other_formats]
    proposals = [one for one in impersonal(known, clear) if one.pattern]
    open_causes = set(left)
    while proposals:
        covered = [(one, _covered(known, one, errors, open_causes)) for one in proposals]
        best, causes = max(covered, key=lambda one: len(errors.rows(one[1])))
        if not causes:
            return
        yield best, causes
        open_causes -= set(causes)
        proposals = [one for one in proposals if one is not best and not _contradicts(one, best)]


def _keeps_numbers(known: Known, pattern: Pattern, places: IntArray) -> bool:
    """Whether none of the values that a pattern changes gets another number."""
    olds = [known.distinct.texts[k] for k in places.tolist()]
    pairs = zip(olds, pattern.rewritten(olds), strict=True)
    return all(certain.changes_no_number(known.column, old, new) for old, new in pairs)


def _contradicts(one: Proposal, other: Proposal) -> bool:
    """Whether their date formats differ in the order of day and month alone."""
    forms = [form for proposal in (one, other) if proposal.pattern for form in proposal.pattern.formats]
    return len(forms) > 1 and forms[0] == swapped(forms[1])


def _covered(known: Known, proposal: Proposal, errors: Errors, among: set[int]) -> list[int]:
    """The causes of which most errors are settled by a proposal."""
    passing = {one.old for one in proposal.changes if one.passes}
    texts = known.texts.to_numpy(dtype=object)[errors.frame["row"].to_numpy()]
    settled = pd.Series([text in passing for text in texts], index=errors.frame["cause"].to_numpy())
    share = settled.groupby(level=0).mean()
    return [int(cause) for cause in share.index[share > 0.5] if int(cause) in among]


def _alike(
    review: Review, known: Known, errors: Errors, left: Sequence[int]
) -> Iterator[tuple[str, list[int], Proposal | None]]:
    """What no pattern explains but belongs together: its kind, its causes, what would settle them."""
    rows = errors.of(left)
    unclear = rows.loc[rows["suggestion"].isin(["", NEVER]), "cause"]
    near = rows[~rows["cause"].isin(unclear)]
    by_code: dict[str, list[int]] = {}
    for code, cause in near[["code", "cause"]].drop_duplicates().itertuples(index=False):
        by_code.setdefault(str(code), []).append(int(cause))
    for some in by_code.values():
        if proposal := _near(known, errors.of(some)):
            texts, olds = known.texts.to_numpy(dtype=object), {one.old for one in proposal.changes}
            mine = errors.of(some)
            sure = [text in olds for text in texts[mine["row"].to_numpy()]]
            causes = [cause for cause in some if cause in set(mine.loc[sure, "cause"])]
            yield NEAR if len(causes) >= ENOUGH else ALONE, causes, proposal
            left = [cause for cause in left if cause not in causes]
    rows = errors.of(left)
    users = rows[rows["code"] == USER_EXISTS]
    if users.empty or "user_status" not in review.resolved:
        return
    status = review.resolved["user_status"].astype("str").to_numpy()[users["row"].to_numpy()]
    for kind, wanted in ((LEFT, "deactivated"), (UNKNOWN, "unknown")):
        causes = [int(cause) for cause in users["cause"].to_numpy()[status == wanted]]
        if len(set(causes)) >= ENOUGH:
            yield kind, list(dict.fromkeys(causes)), None


def _near(known: Known, rows: pd.DataFrame) -> Proposal | None:
    """Each value becomes what is suggested for it: by rules for single values, or row by row where it names persons."""
    suggested = dict(zip(known.texts.to_numpy(dtype=object)[rows["row"].to_numpy()], rows["suggestion"], strict=True))
    place = {text: k for k, text in enumerate(known.distinct.texts)}
    usable = certain.plainly_near(known, {str(old): str(new) for old, new in suggested.items() if new and old in place})
    if not usable:
        return None
    name = known.column.name
    # Of persons it is judged as if it were rules, but none of them is kept.
    pattern = Pattern(name, tuple(Replace(name, old, new) for old, new in usable.items()))
    [found] = judged(known, [(pattern, np.array([place[old] for old in usable], dtype=np.int64))])
    return replace(found, pattern=None) if known.column.kind == "user" else impersonal(known, [found])[0]
