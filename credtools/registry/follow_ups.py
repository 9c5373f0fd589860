"""Follow-ups: the rows of a correction file that belong to one batch, judged again and finished.

Each row keeps the identity of the record that it corrects, so that its acceptance settles the old reject; what was
corrected also becomes patches of that record, in case its source sends it again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from credtools import store
from credtools.checking import judge
from credtools.exports.corrections import KEY, OURS, key_of, row_key
from credtools.exports.damage import shown, undamaged
from credtools.model import Corrected, Patch, Record, Review, Table, known_under
from credtools.recipe import Recipe, apply
from credtools.recipe.records import digest, marks_by
from credtools.registry import editing, finishing, layouts, reviewing, uploading
from credtools.registry.draft import Draft
from credtools.registry.layouts import READ, as_csv
from credtools.registry.session import Session
from credtools.schema.words import RECORD

NOT_OURS = f"The key in the column {KEY!r} was not issued by credtools; the row was skipped."
TWICE = "The file has this row twice; only the first was taken."
ERASED = "The values of this row have since been erased, so it can't be corrected."
HIDDEN = (
    f"The key in the column {KEY!r} is of a file of somebody else, who can correct it, or wasn't issued by credtools."
)
NOT_OPEN = "This row is {} by now; it was skipped."
OTHERS = "Somebody else has corrected this row in the meantime; export the rejects again."
EMPTIED = "Every cell of this row is empty now; to close its reject, waive it."


@dataclass
class Row:
    """A row of the file: its line, the reject that it speaks of, and its record as it came and as corrected.

    `sent`: how that is known, where it came from its source like this; only then it can be patched.
    """

    line: int
    reject: store.reads.Rejected
    came: list[str]
    record: list[str]
    sent: Record | None

    @property
    def changed(self) -> bool:
        return self.record != self.came


@dataclass
class CorrectionFile:
    """A correction file under way; `unknown`: what is said of a row whose key isn't known."""

    table: Table
    unknown: str = NOT_OURS
    repaired: list[tuple[int, str]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def rows(self, found: Mapping[int, store.reads.Rejected]) -> Iterator[tuple[int, store.reads.Rejected]]:
        """Each row that can be taken, with its reject; all others become problems."""
        taken: set[int] = set()
        for row, text in enumerate(self.table.frame[KEY].tolist()):
            key = key_of(text)
            reject = found.get(key[0]) if key else None
            if reject is None or key is None or row_key(reject.id, reject.digest) != key[1]:
                self.problem(row, self.unknown)
            elif reject.id in taken:
                self.problem(row, TWICE)
            elif reject.raw is None:
                self.problem(row, ERASED)
            else:
                taken.add(reject.id)
                yield row, reject

    def problem(self, row: int, sentence: str) -> None:
        self.problems.append((int(self.table.lines[row]), sentence))


class FollowUp:
    """The rows of a correction file that belong to one batch."""

    def __init__(
        self,
        session: Session,
        before: Draft,
        table: Table,
        file: CorrectionFile,
        recipe: Recipe | None,
    ) -> None:
        self.session = session
        self.file = file
        self.before = before
        recipe = recipe or self.before.recipe
        self.recipe, self.shapes = replace(recipe.of_rows(), source=before.source, read=READ), recipe.shapes
        self.schema = session.schema(self.recipe.schema)
        self.headings = list(table.frame.columns)
        self.places = {before.id: layouts.places(session, before)}
        self.expected = table.expected_fields
        of_dates = {c.name for c in self.schema.columns if c.kind == "date"}
        columns = apply(replace(self.recipe, read={}), table, self.schema.columns).headings
        default = session.lookups().date_format
        self.cells = known_under([(table, {heading: heading for heading in self.headings})])
        frame, dates = file.table.frame, file.table.date_cells
        names = {heading: _name_in(frame, heading) for heading in self.headings}
        self.columns = {h: (frame[name].tolist(), dates.get(name, {})) for h, name in names.items() if name}
        self.formats = {h: self.recipe.dates(c, default) for h, c in columns.items() if c in of_dates}

    def judge(
        self, rows: Sequence[tuple[int, store.reads.Rejected]], found: Mapping[int, store.reads.Rejected]
    ) -> None:
        """Reads and judges the rows, so that all that can be wrong with files is known before anything is written."""
        self.rows = list(self._rows(rows, found))
        self.judged = self._judged(self.rows)

    def settle(self, name: str | None) -> Corrected:
        """Writes the rows that are worth it (under a name), and says what became of each."""
        mine, judged = self.rows, self.judged
        chosen = [row for row, still in zip(mine, judged.rejected.tolist(), strict=True) if row.changed or not still]
        answers = [row.reject.id for row in chosen]
        known = set(answers)
        untouched = tuple(row.reject.id for row in mine if row.reject.id not in known)
        lines = np.array([row.line for row in mine], dtype=np.int64)
        errors = judged.errors.assign(line=lines[judged.errors["row"].to_numpy()])
        taken = tuple((row.reject.id, row.line) for row in mine)
        about: dict[str, Any] = {"untouched": untouched, "lines": taken, "errors": (errors,)}
        if not chosen:
            return Corrected(**about)
        if name is None:
            return replace(_became(chosen, self._judged(chosen)), **about)
        session, content, follows = self.session, self._bytes([row.record for row in chosen]), self.before.id
        draft = uploading.begin(session, content, name, self.recipe, follows=follows)
        draft.table, draft.answers = self._table(chosen), tuple(answers)
        try:
            editing.keep_patches(session, draft, *self._patches(draft, chosen))
            receipt = finishing.finish(session, draft)
        except Exception:
            if reviewing.refresh(session, draft).state == "draft":
                finishing.discard(session, draft)
            raise
        return replace(_became(chosen, reviewing.review(session, draft)), receipts=(receipt,), **about)

    def _rows(
        self, rows: Sequence[tuple[int, store.reads.Rejected]], found: Mapping[int, store.reads.Rejected]
    ) -> Iterator[Row]:
        for place, keyed in rows:
            reject, record = keyed, self._record(place, keyed)
            while reject.superseded_by is not None:
                reject = found[reject.superseded_by]
            line, came = int(self.file.table.lines[place]), self._came(keyed, reject, record)
            if reject.state != "open":
                self.file.problem(place, NOT_OPEN.format(reject.state))
            elif reject.record is None or reject.raw is None:
                self.file.problem(place, ERASED)
            elif came is None:
                self.file.problem(place, OTHERS)
            elif not any(cell.strip() for cell in record):
                self.file.problem(place, EMPTIED)
            else:
                known = self._digests(keyed.record, json.dumps(came)) if keyed.record else []
                same = keyed.record if keyed.record and keyed.record.digest in known else None
                yield Row(line, reject, came, record, same if len(came) == self.expected else None)

    def _came(self, keyed: store.reads.Rejected, reject: store.reads.Rejected, record: list[str]) -> list[str] | None:
        """The record as it came, before it was corrected here; None where somebody else has corrected it by now."""
        if reject.raw in (keyed.raw, json.dumps(record)):
            return list(json.loads(reject.raw or "[]"))
        for batch in {keyed.batch, reject.batch} - self.places.keys():
            self.places[batch] = layouts.places(self.session, reviewing.opened(self.session, batch))
        before, after = (layouts.cells(self.places[one.batch], one.raw or "[]") for one in (keyed, reject))
        same = bool(before) and all(after.get(column, "") == text for column, text in before.items())
        return list(json.loads(keyed.raw or "[]")) if same else None  # it came once more, in another line

    def _digests(self, like: Record, raw: str) -> list[str | None]:
        """Those of a record, by the pairs of which it may be, made like another's; None for a pair that it isn't of."""
        cells = layouts.cells(self.places[self.before.id], raw)
        marks = marks_by(like.columns, self.shapes)
        return [digest(like.kind, like.columns, raw, cells, mark) if mark else None for mark in marks]

    def _record(self, place: int, reject: store.reads.Rejected) -> list[str]:
        """The record as the file has it now; where nothing was changed, byte for byte as it came."""
        raw: list[str] = json.loads(reject.raw or "[]")
        blamed = {name for error in reject.errors for name in (error.heading, error.column_name)}
        cells = []
        for k, heading in enumerate(self.headings):
            came = raw[k] if k < len(raw) else ""
            texts, dates = self.columns.get(heading, (None, {}))
            if texts is None:  # the column was deleted
                cells.append(came)
                continue
            now, formats = texts[place], self.formats.get(heading, ())
            was = self.cells["date_cells"].get(heading, {}).get(came)
            text, repaired = undamaged(came, now, dates.get(now), was=was, wrong=heading in blamed, formats=formats)
            cells.append(text)
            if repaired:
                self.file.repaired.append((int(self.file.table.lines[place]), heading))
        if cells[: len(raw)] == raw and not any(cells[len(raw) :]):
            return raw
        filled = max((k for k, cell in enumerate(cells, 1) if cell), default=0)
        return cells[: max(self.expected, filled)]

    def _judged(self, rows: Sequence[Row]) -> Review:
        with self.session.moment() as now:
            patches = store.reads.patches(now.at, now.family(self.before.source))
            return judge.review(self._table(rows), self.recipe, self.schema, now.lookups(), patches)

    def _table(self, rows: Sequence[Row]) -> Table:
        """The corrected records as a file of their own; each keeps the identity of the record that it corrects."""
        patches = store.reads.patches(self.session.at, self.session.family(self.before.source))
        kinds = {(one.record.kind, one.record.columns) for one in patches}
        known = [list(self._known(row, kinds)) for row in rows]
        table = self._read([row.record for row in rows])
        return replace(layouts.as_said(self.session, table, [row.reject for row in rows], self.schema), corrects=known)

    def _known(self, row: Row, kinds: Iterable[tuple[int, str]]) -> Iterator[Record]:
        """How the record is known: by its reject, and by patches of other kinds or columns."""
        if row.reject.record is not None:
            yield row.reject.record
        if row.sent is not None:
            yield row.sent
            which = self._digests(row.sent, raw := json.dumps(row.came)).index(row.sent.digest)
            for like in (Record("", row.sent.ordinal, *one) for one in kinds):
                if known := self._digests(like, raw)[which]:
                    yield like._replace(digest=known)

    def _bytes(self, records: Iterable[Sequence[str]]) -> bytes:
        return as_csv([self.headings[: self.expected], *records])

    def _patches(self, draft: Draft, rows: Sequence[Row]) -> tuple[list[store.Correction], list[Patch]]:
        """What was corrected, as patches of the record as its source sent it; and those in whose place they are."""
        review = reviewing.review(self.session, draft)
        right = [place for place, row in enumerate(rows) if row.sent and row.changed and not review.rejected[place]]
        came, now = (self._mapped([getattr(rows[k], cells) for k in right]) for cells in ("came", "record"))
        kept, same = [], set()
        for column in came.columns:
            for place, old, new in zip(right, came[column].tolist(), now[column].tolist(), strict=True):
                sent = rows[place].sent
                if sent is not None and old != new:
                    kept.append(store.Correction(sent, column, old, new))
                    same |= {(record, column) for record in review.table.corrects[place]}
        same |= {(record, RECORD) for place in right for record in review.table.corrects[place]}
        stored = store.reads.patches(self.session.at, self.session.family(draft.source))
        return kept, [one for one in stored if (one.record, one.column) in same]

    def _mapped(self, records: Sequence[Sequence[str]]) -> pd.DataFrame:
        return apply(self.recipe, self._read(records), self.schema.columns).frame

    def _read(self, records: Sequence[Sequence[str]]) -> Table:
        lookups = self.session.lookups()
        read = reviewing.read(self.session, self._bytes(records), "corrections.csv", self.recipe, lookups)
        return replace(read, **self.cells)


def _name_in(frame: pd.DataFrame, heading: str) -> str | None:
    """The heading as the correction file has it: spelled out, or neutralised."""
    names = (heading, shown(heading))
    return next((name for name in names if name in frame.columns and name not in OURS), None)


def _became(rows: Sequence[Row], review: Review) -> Corrected:
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
