"""Mapping: a table in the schema's columns – headings matched, constants filled in, rules followed, cells corrected.

Values are compared after NFKC, trim, squeeze and case fold. A pattern is matched by RE2, in time that grows with the
length of a text and no faster, whatever the pattern.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from credtools.errors import FileError, RecipeError
from credtools.model import BoolArray, Patch, Table
from credtools.recipe import steps
from credtools.recipe.headings import match_headings, require_status, unknown_column
from credtools.recipe.hits import Hit, heading_by_which, left_out_by
from credtools.recipe.recipe import USER_COLUMN, Recipe
from credtools.recipe.records import Records
from credtools.recipe.rewriting import Rewriting
from credtools.recipe.step import Step
from credtools.recipe.steps import Aliases, Extract, Join, LeaveOut, Map, Replace, Split, matched
from credtools.schema.words import RECORD, Column
from credtools.text import fold

MAX_USED = 64  # columns of a file; more of them may be there
REJECTED, COMPLETE = "rejected", "complete"  # what a correction of a record as a whole says


@dataclass(frozen=True)
class Mapped:
    """A table in the schema's columns: after headings, constants and rules, before any judgement.

    `frame`: text columns named by the schema; `headings`: each heading of the file and its column (None:
    kept in the raw record only), or what a column is joined of (`Join.names`); `sources`: per schema column its heading
    ('' for a constant, all of them for a joined one); `hits`: what each rule did; `left_out`: per rule that leaves rows
    out which ones; `by_hand`: what a person said of a row as a whole (`rejected`, or `complete`: its fields are right).
    """

    frame: pd.DataFrame
    headings: Mapping[str, str | None]
    sources: Mapping[str, str]
    hits: Sequence[Hit] = ()
    left_out: Mapping[LeaveOut, BoolArray] = field(default_factory=dict)
    by_hand: Mapping[int, str] = field(default_factory=dict)

    def which(self, said: str) -> BoolArray:
        """The rows of which a person said this."""
        found = np.zeros(len(self.frame), dtype=np.bool_)
        found[[row for row, one in self.by_hand.items() if one == said]] = True
        return found

    @property
    def left_out_by(self) -> dict[int, str]:
        """Per row that a rule leaves out the first rule that does."""
        some = reversed(list(self.left_out.items()))
        return {row: step.label for step, rows in some for row in np.flatnonzero(rows).tolist()}


def apply(recipe: Recipe, table: Table, columns: Sequence[Column]) -> Mapped:
    """The table in the schema's columns: headings matched, constants filled in, rules followed.

    Raises FileError when two headings mean one column (`heading_required`) or too many mean some, and RecipeError when
    the recipe names a column that the schema doesn't have, or a heading for the status that means another one.
    """
    known = {column.name: column for column in columns}
    usable = {name: column for name, column in known.items() if name in recipe.columns_in_use(columns)}
    _require_columns(recipe, known, list(usable))
    require_status(recipe, columns)
    headings = match_headings(recipe, table, list(usable.values()))
    sources = {column: heading for heading, column in headings.items() if column}
    if len(sources) > MAX_USED:
        raise FileError("too_many_used", found=len(sources), allowed=MAX_USED)
    data: dict[str, pd.Series] = {}
    joined = {step.column: list(step.names.values()) for step in recipe.rules if isinstance(step, Join)}
    for name in [*usable, *(part for parts in joined.values() for part in parts)]:
        if name in sources:
            data[name] = _texts(table, sources[name], known.get(name))
        elif name in recipe.constants:
            sources[name] = ""
            data[name] = pd.Series([recipe.constants[name]] * len(table.lines), dtype="str")
    frame = pd.DataFrame(data, index=table.frame.index)
    for step in recipe.rules:
        _require_no_person(recipe, step, headings, known)
    left_out: dict[LeaveOut, BoolArray] = {}
    frame, hits = follow(recipe.rules, frame, table, left_out)
    frame = frame[[name for name in frame if name in known]]
    for column in joined.keys() & set(frame):
        if column not in sources and sources.keys() >= set(joined[column]):
            sources[column] = ", ".join(sources[part] for part in joined[column])
    for step in recipe.rules:
        if step.column in sources:
            sources |= {name: sources[step.column] for name in step.columns if name not in sources}
    return Mapped(frame, headings, sources, hits, left_out)


def _texts(table: Table, heading: str, column: Column | None) -> pd.Series:
    """A column of the file: where it holds no dates, date cells are what the sheet shows of them."""
    texts, shown = table.frame[heading], table.shown_dates.get(heading)
    if not shown or (column is not None and column.kind == "date"):
        return texts
    return texts.map(lambda text: shown.get(text, text)).astype(texts.dtype)  # `replace` goes through all per text


def _require_columns(recipe: Recipe, known: Mapping[str, Column], usable: Sequence[str]) -> None:
    """Raises RecipeError for a name that is no column here, or where there is none by which users are matched."""
    formats = [name for name in recipe.date_format if name != "*"]
    of_rules = [name for step in recipe.rules for name in step.columns]
    for name in [*recipe.headings.values(), *recipe.constants, *of_rules, *formats]:
        if name not in usable:
            raise unknown_column(recipe, name, known, usable)
    by = USER_COLUMN[recipe.match_users_by]
    if by not in known and any(column.kind == "user" for column in known.values()):
        raise RecipeError("recipe_match_column", source=recipe.source, way=recipe.match_users_by, column=by)


def _require_no_person(
    recipe: Recipe, step: Step, headings: Mapping[str, str | None], known: Mapping[str, Column]
) -> None:
    """Raises RecipeError for a rule that speaks of single persons."""
    column = {fold(heading): name for heading, name in headings.items() if name}.get(fold(step.column), step.column)
    names_some = isinstance(step, steps.WITH_VALUES) or (isinstance(step, Rewriting) and not step.names_nobody)
    if column in known and known[column].kind == "user" and names_some:
        raise RecipeError("recipe_names_person", source=recipe.source, column=column)


def apply_patches(mapped: Mapped, table: Table, patches: Sequence[Patch]) -> Mapped:
    """The mapped table with single cells corrected: where the record is the same and still holds the old value.

    What was said of a record as a whole doesn't hold in a file of corrections: who sends it says that it is right.
    """
    if not patches:
        return mapped
    records = Records(table, mapped.headings)
    texts: dict[str, list[str]] = {}
    by_hand: dict[int, str] = {}
    rows = records.rows_of(patch.record for patch in patches)
    for patch, row in zip(patches, rows, strict=True):
        name = patch.column
        if row is not None and name == RECORD and not table.corrects:
            by_hand[row] = patch.new
        elif row is not None and name in mapped.frame:
            if name not in texts:
                texts[name] = mapped.frame[name].tolist()
            if texts[name][row] == patch.old:
                texts[name][row] = patch.new
    frame = mapped.frame.assign(**{name: pd.Series(some, mapped.frame.index, "str") for name, some in texts.items()})
    return replace(mapped, frame=frame, by_hand=by_hand)


# --- the rules of a recipe, step by step --------------------------------------------------------------------


def follow(
    steps: Sequence[Step],
    frame: pd.DataFrame,
    table: Table | None = None,
    left_out: dict[LeaveOut, BoolArray] | None = None,
) -> tuple[pd.DataFrame, list[Hit]]:
    """The frame after all steps, and what each of them did. A step on a column that the file lacks does nothing.

    `table`: the file, whose other headings rows may be left out by; in `left_out` stands which rows each rule leaves
    out.
    """
    columns: dict[str, _Values] = {}
    hits = []
    for step in steps:
        if isinstance(step, Split):
            hits.append(Hit(step, *(table.shaped.split.get(step, (0, ())) if table and table.shaped else (0, ()))))
            continue
        if isinstance(step, LeaveOut):
            there = columns[step.column].series() if step.column in columns else frame.get(step.column)
            if there is None and table is not None:
                there = table.frame[heading_by_which(step, table, table.frame.columns)]
            rows, hit = left_out_by(step, frame.index.to_series().astype("str") if there is None else there)
            if left_out is not None:
                left_out[step] = rows
            hits.append(hit)
            continue
        if isinstance(step, Join):
            frame, columns = _written(frame, columns), {}
            frame, hit = _joined(step, frame)
            hits.append(hit)
            continue
        if step.column not in frame:
            hits.append(Hit(step, 0, ()))
            continue
        if isinstance(step, Extract):
            frame = _written(frame, columns)
            columns = {}
            frame, hit = _extracted(step, frame)
        else:
            if step.column not in columns:
                columns[step.column] = _Values(frame[step.column])
            hit = columns[step.column].follow(step)
        hits.append(hit)
    return _written(frame, columns), hits


def _written(frame: pd.DataFrame, columns: Mapping[str, _Values]) -> pd.DataFrame:
    return frame.assign(**{name: values.series() for name, values in columns.items()}) if columns else frame


class _Values:
    """The distinct values of a column, changed step by step."""

    def __init__(self, series: pd.Series) -> None:
        self.index = series.index
        self.codes, uniques = pd.factorize(series)
        self.texts = [str(text) for text in uniques]
        self.rows = np.bincount(self.codes, minlength=len(self.texts)).tolist()
        self.places: dict[str, list[int]] | None = None  # by folded text, once it is asked for

    def series(self) -> pd.Series:
        return pd.Series(pd.array(self.texts, dtype="str").take(self.codes), index=self.index)

    def follow(self, step: Step) -> Hit:
        changes = []
        for place, new in self._changes(step):
            old = self.texts[place]
            if new != old:
                changes.append((old, new, self.rows[place]))
                self.texts[place] = new
                if self.places is not None:
                    self.places[fold(old)].remove(place)
                    self.places.setdefault(fold(new), []).append(place)
        return Hit(step, sum(rows for *_, rows in changes), tuple(changes))

    def _changes(self, step: Step) -> list[tuple[int, str]]:
        if isinstance(step, Rewriting):
            return [(k, step.rewritten(text)) for k, text in enumerate(self.texts)]
        if self.places is None:
            self.places = {}
            for place, text in enumerate(self.texts):
                self.places.setdefault(fold(text), []).append(place)
        known = self.places
        return [(place, new) for old, new in single_values(step) for place in list(known.get(fold(old), ()))]


def single_values(step: Step) -> list[tuple[str, str]]:
    """(old, new) of a step that speaks of single values."""
    if isinstance(step, Replace):
        return [(step.old, step.new)]
    if isinstance(step, Map):
        return list(step.values)
    return [(old, new) for new, names in step.names for old in names] if isinstance(step, Aliases) else []


def _joined(step: Join, frame: pd.DataFrame) -> tuple[pd.DataFrame, Hit]:
    """A blank among the texts is left out; a file that lacks one of the headings has nothing to join."""
    if not set(step.names.values()) <= set(frame):
        return frame, Hit(step, 0, ())
    texts = zip(*(frame[name].str.strip().tolist() for name in step.names.values()), strict=True)
    new = pd.Series([step.by.join(filter(None, some)) for some in texts], index=frame.index, dtype="str")
    old = frame[step.column] if step.column in frame else pd.Series("", index=frame.index, dtype="str")
    takes = (old.str.strip() == "") & (new != "")
    counted = new[takes].value_counts(sort=False)
    changes = tuple(("", str(text), int(rows)) for text, rows in counted.items())
    return frame.assign(**{step.column: old.where(~takes, new)}), Hit(step, int(takes.sum()), changes)


def _extracted(step: Extract, frame: pd.DataFrame) -> tuple[pd.DataFrame, Hit]:
    codes, uniques = pd.factorize(frame[step.column])
    found = matched([str(text) for text in uniques], step.pattern)
    fits = np.asarray(found.is_valid())
    changed = np.zeros(len(frame), dtype=np.bool_)
    for group in step.targets:
        new = pd.Series(pd.array(pc.fill_null(pc.struct_field(found, group), "").to_pylist(), dtype="str").take(codes))
        new.index = frame.index
        old = frame[group] if group in frame else pd.Series("", index=frame.index, dtype="str")
        takes = fits[codes] & ((old.str.strip() == "").to_numpy() if group != step.column else True)
        takes &= (new != old).to_numpy()
        frame = frame.assign(**{group: old.where(~takes, new)})
        changed |= takes
    rows = np.bincount(codes[changed], minlength=len(uniques)).tolist()
    groups = found.to_pylist()
    changes = tuple(
        (str(text), " · ".join(map(str, (groups[k] or {}).values())), rows[k])
        for k, text in enumerate(uniques)
        if rows[k]
    )
    return frame, Hit(step, int(changed.sum()), changes)
