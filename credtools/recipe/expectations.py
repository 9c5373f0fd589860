"""Preflight: does a file look like the last ones of its source? What a recipe expects decides: go on, or hold.

A pure function of what the file looks like and what the last runs looked like (`Look`, kept as JSON, without personal
values). Each deviation is one sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from statistics import median
from typing import Any

from credtools.errors import RecipeError
from credtools.model import FileWarning
from credtools.text import data_among, first_of, plural, quoted

UNITS = {"hour": 1, "day": 24, "week": 168}
EVERY = re.compile(r"([1-9]\d{0,3}) (hour|day|week)s?")
NAMED = 3  # headings or values in one sentence
FEW = 5  # rows under which a rule's hits say nothing


@dataclass(frozen=True)
class Expect:
    """What a recipe expects of each file; None: whatever comes is fine.

    `every`: how often a file comes; `headings`: 'same' as in the last run; `rows`, `hits`: by which share the rows, and
    the rows that each rule changes, may differ from the usual; `new_values`: how many values may be known to no rule.
    """

    every: str | None = None
    headings: str | None = None
    rows: float | None = None
    hits: float | None = None
    new_values: int | None = None

    def written(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def interval(self) -> timedelta | None:
        found = EVERY.fullmatch(self.every or "")
        return timedelta(hours=int(found[1]) * UNITS[found[2]]) if found else None


@dataclass(frozen=True)
class Look:
    """What a file looks like: rows, headings, rows changed per rule, values that no rule or list knows, rejects.

    `headings` also name the cells beyond the heading row, which are those from `expected_fields` on (0: not noted, as
    older runs hadn't); `of_file`: those of a file whose rows were made of its records; `warnings`: about the file as a
    whole; `attempt`: which attempt of a run has looked; `held_by`: for which reasons it was held.
    """

    rows: int = 0
    headings: tuple[str, ...] = ()
    expected_fields: int = 0
    hits: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    rejected: int = 0
    codes: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[FileWarning, ...] = ()
    attempt: str = ""
    of_file: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()

    @property
    def open_end(self) -> bool:
        """Whether its last line has no line end, as of a file that is still being written."""
        return any(one.code == "last_line_open" for one in self.warnings)

    def as_json(self) -> str:
        warnings = [one.as_dict() for one in self.warnings]
        return json.dumps({**asdict(self), "warnings": warnings}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Look:
        kept = json.loads(text)
        known = {one.name: kept[one.name] for one in fields(cls) if one.name in kept}
        warnings = tuple(FileWarning(**one) for one in known.get("warnings", ()))
        names = {name: tuple(known.get(name, ())) for name in ("headings", "of_file", "held_by")}
        return cls(**{**known, **names, "warnings": warnings})


@dataclass(frozen=True)
class Deviation:
    """How a file is unlike the last ones (about headings, rows, hits or values); `holds`: more than may pass.

    `count`: of the headings, rows or values that it is about.
    """

    about: str
    sentence: str
    holds: bool
    count: int = 0

    def __str__(self) -> str:
        return self.sentence


def parse(value: object, source: str) -> Expect:
    """The `expect` of a recipe. Raises RecipeError."""
    known = [one.name for one in fields(Expect)]
    if not isinstance(value, dict) or not set(value) <= set(known):
        raise RecipeError("expect_keys", source=source, known=", ".join(known))
    every, headings = value.get("every"), value.get("headings")
    if every is not None and not EVERY.fullmatch(str(every)):
        raise RecipeError("expect_every", source=source, every=every)
    if headings not in (None, "same"):
        raise RecipeError("expect_headings", source=source, headings=headings)
    rows, hits = (_number(value.get(name), name, source) for name in ("rows", "hits"))
    new = _number(value.get("new_values"), "new_values", source)
    return Expect(every, headings, rows, hits, None if new is None else int(new))


def _number(value: object, name: str, source: str) -> float | None:
    if value is None:
        return None
    if not re.fullmatch(r"\d{1,9}" if name == "new_values" else r"\d{1,9}(\.\d+)?", str(value)):
        what = "a whole number" if name == "new_values" else "a share, for example 0.3"
        raise RecipeError("expect_number", source=source, name=name, value=value, what=what)
    return float(str(value))


def deviations(expect: Expect, now: Look, before: Sequence[Look], hidden: Collection[str] = ()) -> list[Deviation]:
    """What is unlike the last files (`before`, the newest first), each in one sentence.

    `hidden`: headings of this file that are never quoted.
    """
    found = [_headings(expect, now, before[0], hidden)] if before else []
    found += [_rows(expect, now, before), *_hits(expect, now, before), _unknown(expect, now)]
    return [one for one in found if one]


def _headings(expect: Expect, now: Look, last: Look, hidden: Collection[str]) -> Deviation | None:
    had = last.of_file or last.headings[: last.expected_fields or None]
    has = now.of_file or (now.headings[: now.expected_fields or None] if last.expected_fields else now.headings)
    gone = [name for name in had if name not in has]
    come = [name for name in has if name not in had]
    if not gone and not come:
        return None
    parts = [f"lacks {quoted(gone, most=NAMED, spelled=repr)}"] if gone else []
    never = {*hidden, *data_among(come)}
    parts += [f"has {quoted(come, never, NAMED, repr)}, which the last file didn't have"] if come else []
    return Deviation(
        "headings", f"The heading row {' and '.join(parts)}.", expect.headings == "same", len(gone) + len(come)
    )


def _rows(expect: Expect, now: Look, before: Sequence[Look]) -> Deviation | None:
    usual = median([look.rows for look in before]) if before else 0
    apart = (now.rows - usual) / usual if usual else 0.0
    limit = 0.5 if expect.rows is None else expect.rows
    if abs(apart) <= limit:
        return None
    sentence = (
        f"The file has {plural(now.rows, 'row')}; {usual:,.0f} are usual ({apart:+.0%}; up to {limit:.0%} may pass)."
    )
    if now.open_end and apart < 0:
        sentence += " Its last line has no line end, so the file may be incomplete; compare it with its source."
    return Deviation("rows", sentence, expect.rows is not None, now.rows)


def _hits(expect: Expect, now: Look, before: Sequence[Look]) -> list[Deviation]:
    """A rule's share of the rows, beside its usual share; by share, because files grow."""
    found = []
    for rule, rows in now.hits.items():
        shares = [look.hits[rule] / look.rows for look in before if look.rows and rule in look.hits]
        usual = median(shares) * now.rows if shares else 0.0
        if max(usual, rows) < FEW or not usual:
            continue
        holds = expect.hits is not None and abs(rows - usual) / usual > expect.hits
        if rows == 0 or holds:
            found.append(
                Deviation(
                    "hits", f"The rule {rule} changed {plural(rows, 'row')}; {usual:,.0f} are usual.", holds, rows
                )
            )
    return found


def _unknown(expect: Expect, now: Look) -> Deviation | None:
    if not now.unknown or (expect.new_values is not None and len(now.unknown) <= expect.new_values):
        return None
    rows = sum(now.unknown.values())
    values = first_of(map(repr, now.unknown), NAMED)
    return Deviation(
        "values", f"No rule and no list knows {values} ({plural(rows, 'row')}).", expect.new_values is not None, rows
    )
