"""Correcting: rejected rows go out as a file, come back mended, and are judged again in a follow-up batch.

Each row of the follow-up keeps the identity of the record that it corrects, so that its acceptance settles the old
reject; what was mended also becomes patches of that record, in case its source sends it again.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from credtools import exports, store
from credtools.checking import judge
from credtools.exports.corrections import KEY, OURS, WrongRow, key_of, row_key
from credtools.exports.damage import mended
from credtools.model import Receipt, Review, Table
from credtools.recipe import Recipe, apply
from credtools.registry import layouts
from credtools.registry.batch import Batch
from credtools.registry.layouts import READ, as_csv

if TYPE_CHECKING:
    from credtools.registry.registry import Registry

WIDTH_GONE = (
    "The file of batch {} is erased, and nothing that is left of it tells how many fields its rows should have, so the "
    "row can't be corrected here; send the record again in a file of its source."
)


@dataclass(frozen=True)
class Corrected:
    """What came of a correction file: numbers of rejects.

    `still_wrong` have an error that they had before, `newly_wrong` only others; `untouched`: rows of the file that
    nobody changed; `left_out`: open rejects of the same batches that the file doesn't hold. `repaired`: (line,
    heading) of cells that a spreadsheet had rewritten; `problems`: (line, sentence) of rows that could not be taken.
    """

    fixed: tuple[int, ...] = ()
    still_wrong: tuple[int, ...] = ()
    newly_wrong: tuple[int, ...] = ()
    untouched: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    repaired: tuple[tuple[int, str], ...] = ()
    problems: tuple[tuple[int, str], ...] = ()
    receipts: tuple[Receipt, ...] = ()

    def __str__(self) -> str:
        names = ("fixed", "still_wrong", "newly_wrong", "untouched", "left_out")
        return " · ".join(f"{len(getattr(self, name)):,} {name.replace('_', ' ')}" for name in names)


@dataclass
class _Row:
    """A row of the file: its line, the reject that it speaks of, and its record as corrected."""

    line: int
    reject: store.Rejected
    record: list[str]
    changed: bool


@dataclass
class _File:
    """A correction file under way."""

    table: Table
    repaired: list[tuple[int, str]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def rows(self, found: Mapping[int, store.Rejected]) -> Iterator[tuple[int, store.Rejected]]:
        """Each row that can be taken, with its reject; all others become problems."""
        taken: set[int] = set()
        for row, text in enumerate(self.table.frame[KEY].tolist()):
            key = key_of(text)
            reject = found.get(key[0]) if key else None
            if reject is None or key is None or row_key(reject.id, reject.digest) != key[1]:
                self.problem(row, f"The key in the column {KEY!r} is none that was given out, so the row was left out.")
            elif reject.id in taken:
                self.problem(row, "The file holds this row twice; only the first was taken.")
            elif reject.raw is None:
                self.problem(row, "What this row held was erased meanwhile, so it can't be corrected.")
            else:
                taken.add(reject.id)
                yield row, reject

    def problem(self, row: int, sentence: str) -> None:
        self.problems.append((int(self.table.lines[row]), sentence))


def write(registry: Registry, path: str | Path, batch: int | None = None, only: Collection[int] | None = None) -> int:
    """Writes the open rejects (of one batch, or `only` those of some numbers) for correction; returns how many."""
    by_batch: defaultdict[int, list[store.Rejected]] = defaultdict(list)
    for reject in store.open_rejects(registry.engine, batch).values():
        if only is None or reject.id in only:
            by_batch[reject.batch].append(reject)
    rows = []
    for number, rejects in by_batch.items():
        headings = layouts.names(registry.batch(number))
        rows += [_wrong_row(reject, headings) for reject in rejects]
    exports.write_corrections(path, rows)
    return len(rows)


def _wrong_row(reject: store.Rejected, headings: Sequence[str]) -> WrongRow:
    raw = json.loads(reject.raw or "[]")
    told = [(error.heading, str(error.resolution or ""), str(error.suggestion or "")) for error in reject.errors]
    return WrongRow(
        row_key(reject.id, reject.digest),
        {heading: raw[k] if k < len(raw) else "" for k, heading in enumerate(headings)},
        frozenset(heading for heading, _, _ in told),
        "\n".join(dict.fromkeys(f"{heading}: {text}" if heading else text for heading, text, _ in told)),
        "\n".join(dict.fromkeys(f"{heading}: {text}" for heading, _, text in told if text)),
    )


def correct(registry: Registry, path: str | Path, recipe: Recipe | None = None) -> Corrected:
    """Takes a correction file back: judges its rows again, and finishes those that were changed or are right now.

    `recipe`: instead of the one that each batch was judged by. Raises FileError when it is no correction file,
    RegistryError when somebody else settles the same rejects in the same moment.
    """
    file = _File(exports.read_corrections(path))
    keys = filter(None, map(key_of, file.table.frame[KEY]))
    found = store.rejected(registry.engine, [number for number, _ in keys])
    by_batch: defaultdict[int, list[tuple[int, store.Rejected]]] = defaultdict(list)
    for row, reject in file.rows(found):
        by_batch[reject.batch].append((row, reject))
    done = []
    for number, rows in by_batch.items():
        before = registry.batch(number)
        if table := layouts.table(before):
            done.append(_FollowUp(before, table, file, recipe).settle(rows, found, path))
            continue
        for row, _ in rows:
            file.problem(row, WIDTH_GONE.format(number))
    seen = {
        number for one in done for numbers in (one.untouched, one.still_wrong, one.newly_wrong) for number in numbers
    }
    still_open = (number for batch in by_batch for number in store.open_rejects(registry.engine, batch))
    return Corrected(
        fixed=tuple(number for one in done for number in one.fixed),
        still_wrong=tuple(number for one in done for number in one.still_wrong),
        newly_wrong=tuple(number for one in done for number in one.newly_wrong),
        untouched=tuple(number for one in done for number in one.untouched),
        left_out=tuple(number for number in still_open if number not in seen),
        repaired=tuple(file.repaired),
        problems=tuple(sorted(file.problems)),
        receipts=tuple(receipt for one in done for receipt in one.receipts),
    )


class _FollowUp:
    """The rows of a correction file that belong to one batch."""

    def __init__(self, before: Batch, table: Table, file: _File, recipe: Recipe | None) -> None:
        self.registry = registry = before.registry
        self.file = file
        self.before = before
        self.recipe = replace(recipe or self.before.recipe, source=self.before.source, read=READ)
        self.schema = registry.schema(self.recipe.schema)
        self.headings = list(table.frame.columns)
        self.expected = table.expected_fields
        formats = {c.name: self.recipe.formats(c.name) for c in self.schema.columns if c.kind == "date"}
        columns = apply(replace(self.recipe, read={}), table, self.schema.columns).headings
        default = (registry.lookups().date_format,)
        frame, dates = file.table.frame, file.table.date_cells
        names = {heading: _name_in(frame, heading) for heading in self.headings}
        self.columns = {h: (frame[name].tolist(), dates.get(name, {})) for h, name in names.items() if name}
        self.formats = {h: formats[c] or default for h, c in columns.items() if c in formats}

    def settle(
        self, rows: Sequence[tuple[int, store.Rejected]], found: Mapping[int, store.Rejected], path: str | Path
    ) -> Corrected:
        """Judges the rows, writes those that are worth it, and tells what became of each."""
        mine = list(self._rows(rows, found))
        first = self._judged(mine)
        worth = [row.changed or not wrong for row, wrong in zip(mine, first.rejected.tolist(), strict=True)]
        chosen = [row for row, worth_it in zip(mine, worth, strict=True) if worth_it]
        untouched = tuple(row.reject.id for row, worth_it in zip(mine, worth, strict=True) if not worth_it)
        if not chosen:
            return Corrected(untouched=untouched)
        table = self._table(chosen)
        batch = Batch(self.registry, self._draft(chosen, table, Path(path).name), table)
        batch.answers = tuple(row.reject.id for row in chosen)
        try:
            if (patches := self._patches(batch, chosen)).new:
                store.patch(self.registry.engine, patches)
            receipt = batch.finish()
        except Exception:
            if batch.state == "draft":
                batch.discard()
            raise
        return replace(_told(chosen, batch.review()), untouched=untouched, receipts=(receipt,))

    def _rows(self, rows: Sequence[tuple[int, store.Rejected]], found: Mapping[int, store.Rejected]) -> Iterator[_Row]:
        for place, keyed in rows:
            reject, record = keyed, self._record(place, keyed)
            while reject.superseded_by is not None:
                reject = found[reject.superseded_by]
            came_again = reject.record_digest == keyed.record_digest and reject.raw is not None
            if reject.state != "open" or not came_again:
                self.file.problem(place, f"This row is {reject.state} meanwhile, so it was left out.")
            elif reject.raw not in (keyed.raw, json.dumps(record)):
                self.file.problem(place, "Somebody else has corrected this row meanwhile; write the rejects anew.")
            elif not any(cell.strip() for cell in record):
                self.file.problem(place, "Every cell of this row was emptied; to close its reject, waive it.")
            else:
                yield _Row(int(self.file.table.lines[place]), reject, record, json.dumps(record) != reject.raw)

    def _record(self, place: int, reject: store.Rejected) -> list[str]:
        """The record as the file has it now; where nothing was changed, byte for byte as it came."""
        raw: list[str] = json.loads(reject.raw or "[]")
        blamed = {error.heading for error in reject.errors}
        cells = []
        for k, heading in enumerate(self.headings):
            came = raw[k] if k < len(raw) else ""
            texts, dates = self.columns.get(heading, (None, {}))
            if texts is None:  # the column was deleted
                cells.append(came)
                continue
            now, formats = texts[place], self.formats.get(heading, ())
            text, repaired = mended(came, now, dates.get(now), wrong=heading in blamed, formats=formats)
            cells.append(text)
            if repaired:
                self.file.repaired.append((int(self.file.table.lines[place]), heading))
        if cells[: len(raw)] == raw and not any(cells[len(raw) :]):
            return raw
        filled = max((k for k, cell in enumerate(cells, 1) if cell), default=0)
        return cells[: max(self.expected, filled)]

    def _judged(self, rows: Sequence[_Row]) -> Review:
        patches = store.reads.patches(self.registry.engine, self.before.source)
        lookups = self.registry.lookups()
        return judge.review(self._table(rows), self.recipe, self.schema, lookups, patches)

    def _table(self, rows: Sequence[_Row]) -> Table:
        """The corrected records as a file of their own; each keeps the identity of the record that it corrects."""
        table = self.registry.read(self._bytes([row.record for row in rows]), "corrections.csv", self.recipe)
        table.__dict__["record_digests"] = [row.reject.record_digest for row in rows]
        table.__dict__["ordinals"] = [row.reject.ordinal for row in rows]
        return table

    def _bytes(self, records: Iterable[Sequence[str]]) -> bytes:
        return as_csv([self.headings[: self.expected], *records])

    def _draft(self, rows: Sequence[_Row], table: Table, name: str) -> int:
        content = self._bytes([row.record for row in rows])
        value = store.Draft(
            attempt_id=uuid.uuid4().hex,
            by=self.registry.by,
            source=self.before.source,
            file_name=name.encode("utf-8", "backslashreplace").decode(),
            sha256=table.sha256,
            content=content,
            part=1,
            schema_name=self.recipe.schema,
            recipe_text=self.recipe.text(),
            recipe_fingerprint=self.recipe.fingerprint,
            follows_id=self.before.id,
        )
        return store.draft(self.registry.engine, value)

    def _patches(self, batch: Batch, rows: Sequence[_Row]) -> store.Patches:
        """What was mended, as corrections of the record as its source sent it."""
        value = store.Patches(batch.id, batch.registry.by)
        wrong = batch.review().rejected.tolist()
        right = [row for row, still in zip(rows, wrong, strict=True) if not still and self._first_came(row)]
        came, now = (self._mapped([record(row) for row in right]) for record in (self._came, lambda row: row.record))
        for column in came.columns:
            for row, old, new in zip(right, came[column].tolist(), now[column].tolist(), strict=True):
                if old != new:
                    value.record_digest.append(str(row.reject.record_digest))
                    value.ordinal.append(row.reject.ordinal)
                    value.column.append(column)
                    value.old.append(old)
                    value.new.append(new)
        return value

    def _first_came(self, row: _Row) -> bool:
        """Whether the reject's own row is the record that its source sent, whole: only then can it be patched."""
        digest = hashlib.sha256((row.reject.raw or "").encode()).hexdigest()
        return row.changed and digest == row.reject.record_digest and len(self._came(row)) == self.expected

    def _came(self, row: _Row) -> list[str]:
        return list(json.loads(row.reject.raw or "[]"))

    def _mapped(self, records: Sequence[Sequence[str]]) -> pd.DataFrame:
        table = self.registry.read(self._bytes(records), "corrections.csv", self.recipe)
        return apply(self.recipe, table, self.schema.columns).frame


def _name_in(frame: pd.DataFrame, heading: str) -> str | None:
    """The heading as the correction file has it: spelled out, or neutralised."""
    names = (heading, exports.shown(heading))
    return next((name for name in names if name in frame.columns and name not in OURS), None)


def _told(rows: Sequence[_Row], review: Review) -> Corrected:
    """Fixed, still wrong, or newly wrong: by the errors that each row had and has."""
    errors = review.reasons
    has: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for place, code, column in zip(errors["row"], errors["code"], errors["column"], strict=True):
        has[int(place)].add((str(code), str(column)))
    had = [{(error.code, error.column_name) for error in row.reject.errors} for row in rows]
    ids = [row.reject.id for row in rows]
    return Corrected(
        fixed=tuple(ids[k] for k in range(len(rows)) if not has[k]),
        still_wrong=tuple(ids[k] for k in range(len(rows)) if has[k] & had[k]),
        newly_wrong=tuple(ids[k] for k in range(len(rows)) if has[k] and not has[k] & had[k]),
    )
