"""The words a schema is written in: `field` for a column, `rule` for what must be true; `base.Schema` is the whole.

A schema is a Pandera model over *resolved* columns. For every field `C` a rule may read, by name:

- `C`        the typed value: text, date (datetime64[s]), flag or whole number; missing where it isn't usable;
- `C_text`   the text that was judged, trimmed and squeezed;
- `C_state`  given | blank | unreadable | malformed | absent (no such heading) | unused (the type has no such date)
             | unjudged (the row has the wrong number of fields) | damaged (by a spreadsheet: see `destroyed`)
             | never (it says that there is no such date) | computed (blank or absent, by the validity of the type)
             | incomplete (a date of a spreadsheet that is shown without its day);

and what the lookups know about it (`user_status`, `type_expiry`, …; `schemas/README.md` lists them). A warning may also
need a column about what is stored (STORED), which is filled in once it is known what the file would change; then each
field `C` has `C_lost`, too: the stored text over which the row's cell is blank, '' where there is none. Rules never
read files, tables or the clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from string import Formatter
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa

STATES = (
    *("given", "blank", "unreadable", "malformed", "absent", "unused", "unjudged", "damaged"),
    *("never", "computed", "incomplete"),
)
EVERY = "*"  # in `on`: each field of the schema
REQUIRED = "required"  # in `on`: each required field
LONGEST = 2_000  # characters that a cell may have; the reader refuses files with cells of more than 32 KiB
RECORD = "record"  # in `on`: the row as a whole
USER = "user"  # in `needs`: the column by which users are matched
SHARED = ("credtools.schema.base", "credtools.schema.stored")  # the rules that all schemas inherit
# What the lookups and the record add to the resolved fields; no field may have such a name.
KNOWN = (
    *("line", "fields", "expected_fields", "rejected_by_hand", "repaired", "today", "same_day_expiry"),
    *("overruled", "overruled_as"),
    *("record", "user"),
    *("user_id", "user_status", "user_since", "type_id", "type_status", "type_issue", "type_expiry", "type_number"),
    *("type_validity", "type_computes", "usual_expiry", "user_now", "type_now"),
    *("number_key", "own", "credential", "version", "content", "contents", "again", "number_count"),
)
# What is known only after the file was compared with what is stored, in `needs` of warnings.
STORED = (
    *("stored_as", "stored_newest_issue", "stored_change", "stored_issue", "stored_lost", "stored_computed"),
    *("blanks_told", "media_needed", "number_holder", "scan_says"),
)
# What a sentence may speak of, beside the resolved columns.
SPOKEN = (
    *("value", "value_escaped", "confusable", "title", "shape", "nearest", "choices", "remedy"),
    *("other_lines", "differing", "several_numbers"),
    *("date_format", "date_format_from", "date_example", "date_taken", "date_other", "date_swapped", "never"),
    *("date_written", "usual_written"),
)
Kind = Literal["text", "name", "id", "format", "date", "choice", "flag", "whole", "user", "credential_type", "status"]
Groups = Literal["value", "shape", "rule"]
Resolution = str | Callable[[Mapping[str, Any]], str]
RuleFunction = Callable[..., pd.Series]


@dataclass(frozen=True)
class Column:
    """A column of a schema, as the template, the headings and the lookups need it."""

    name: str
    title: str
    kind: Kind
    required: bool
    synonyms: tuple[str, ...]
    example: str
    help: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A rule of a schema; `code` is the name of its function."""

    code: str
    title: str
    columns: tuple[str, ...]
    needs: tuple[str, ...]
    together: tuple[str, ...]
    groups: Groups
    blocks: bool
    resolution: Resolution
    summary: str = ""
    titles: tuple[str, Mapping[str, str]] | None = None

    @property
    def about_all(self) -> str:
        """What to do about all its rows, without their values: its summary, else a resolution that speaks of none."""
        said = isinstance(self.resolution, str) and names_in(self.resolution) <= {"remedy"}
        return self.summary or (self.resolution if said and isinstance(self.resolution, str) else "")

    @property
    def reads_stored(self) -> bool:
        """Whether it is judged only once it is known what the file would change."""
        return not set(STORED).isdisjoint(self.needs)


def field(
    title: str,
    *,
    kind: Kind = "text",
    required: bool = False,
    synonyms: tuple[str, ...] = (),
    example: str = "",
    help: str = "",  # noqa: A002 - the word in the template
    choices: tuple[str, ...] = (),
) -> Any:
    """A column: its heading in the template, its synonyms, what it contains.

    `required` columns need a heading (or a constant) and a value in every row.
    """
    more = {"kind": kind, "required": required, "synonyms": synonyms, "example": example, "help": help}
    return pa.Field(title=title, nullable=True, metadata={"credtools": {**more, "choices": choices}})


def rule(  # noqa: PLR0913 - each is named where it is given
    title: str,
    *,
    on: str | tuple[str, ...],
    resolution: Resolution,
    needs: tuple[str, ...] = (),
    together: tuple[str, ...] = (),
    groups: Groups = "value",
    blocks: bool = True,
    summary: str = "",
    titles: tuple[str, Mapping[str, str]] | None = None,
) -> Callable[[RuleFunction], RuleFunction]:
    """A rule: `def code(cls, rows, column)` gives one truth value per row of the resolved frame.

    `on`: the columns to blame, each judged in turn (RECORD: the row, EVERY: each field, REQUIRED: each required one,
    `of_kind`: each of a kind); `needs`: further columns without whose values the rule can't be judged; `together`: the
    columns whose equal values tie rows into one finding (their lines are named); `groups`: what makes errors one cause;
    `blocks`: False for a warning. `resolution` is a sentence with {names} of resolved columns, or a function of one
    row's values; `summary`: what a warning says about all its rows at once, without their values, where runs are told;
    `titles`: a resolved column, and by its value another title, where the rule fails for several reasons.
    """
    columns = (on,) if isinstance(on, str) else on

    def mark(function: RuleFunction) -> RuleFunction:
        made = Rule(function.__name__, title, columns, needs, together, groups, blocks, resolution, summary, titles)
        function.__rule__ = made  # type: ignore[attr-defined]
        return function

    return mark


def of_kind(*kinds: Kind) -> str:
    """In `on`: each field of these kinds."""
    return f"kind {' '.join(kinds)}"


def names_in(sentence: str) -> set[str]:
    """The names that a resolution speaks of: of `{remedy[load_users]}` it is `remedy`."""
    fields = (name for _, name, _, _ in Formatter().parse(sentence) if name is not None)
    return {re.split(r"[.\[]", name)[0] for name in fields}


# --- what a document says -----------------------------------------------------------------------------------


def bare(schema: type[pa.DataFrameModel]) -> pa.DataFrameSchema:
    """The Pandera schema without our rules."""
    return pa.DataFrameModel.to_schema.__func__(schema)  # type: ignore[attr-defined,no-any-return]


@lru_cache(maxsize=32)
def columns(schema: type[pa.DataFrameModel]) -> tuple[Column, ...]:
    """The columns of a schema, in the order of the document."""
    known = {name: (column, (column.metadata or {}).get("credtools")) for name, column in bare(schema).columns.items()}
    return tuple(
        Column(name=name, title=column.title or name, **more) for name, (column, more) in known.items() if more
    )


@lru_cache(maxsize=32)
def rules(schema: type[pa.DataFrameModel]) -> tuple[Rule, ...]:
    """The rules of a schema, their columns written out: shared ones first, those about what is stored last.

    A shared rule is left out where the schema has no such column, or says `name = None`.
    """
    here = {column.name for column in columns(schema)} | {RECORD, USER, *STORED}
    found: dict[str, Rule] = {}
    for base in reversed(schema.__mro__):
        for name, member in vars(base).items():
            made = getattr(getattr(member, "__func__", member), "__rule__", None)
            if made is None:
                found.pop(name, None)
            else:
                found[name] = replace(made, columns=_written_out(made.columns, schema))
        if base.__module__ in SHARED:
            found = {
                name: rule
                for name, rule in found.items()
                if rule.columns and here.issuperset((*rule.columns, *rule.needs))
            }
    return tuple(sorted(found.values(), key=lambda rule: rule.reads_stored))


def _written_out(names: tuple[str, ...], schema: type[pa.DataFrameModel]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        if name in (EVERY, REQUIRED):
            found += [column.name for column in columns(schema) if column.required or name == EVERY]
        elif name.startswith("kind "):
            found += [column.name for column in columns(schema) if column.kind in name.split()[1:]]
        else:
            found.append(name)
    return tuple(dict.fromkeys(found))
