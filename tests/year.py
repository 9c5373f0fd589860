"""A simulated year: three sources deliver everything they have each week, with faults that drift and are repaired.

The generator knows what is wrong with each row and what was done about it, and from that, by the rules in the docs,
what must become of every reject. It never asks the registry.
"""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import credtools as ct
from tests.builders import UPLOADER, export, load, write
from tests.test_correcting import put_back, rows_in

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.registry import Registry

SOURCES = ("hr", "sap", "sites")
TYPES = ("First Aid", "Forklift", "Welding")
MISSPELT = ("{}s", "{} Certificate", "Kurs {}", "{} (new)")  # one after the other comes into fashion
PATIENCE = 3  # weeks, until a hopeless row is waived and leaves the export

Cells = tuple[str, str, str, str]


class Place(NamedTuple):
    """A row of a file."""

    batch: int
    line: int


class Fate(NamedTuple):
    """The state of a reject, and the row that it is linked to."""

    state: str
    link: Place | None = None


@dataclass(eq=False)
class Row:
    """A row of a source: as it should be, as the export shows it, what is wrong with it, how it will be repaired."""

    right: Cells
    shown: Cells
    week: int
    fault: str = ""
    repair: str = ""
    before: Cells | None = None  # as it was shown before it was repaired
    twin: Row | None = None
    corrected: bool = False


@dataclass
class Source:
    """A source: its rows, its recipe, and what the last file of it was."""

    name: str
    rows: list[Row] = field(default_factory=list)
    rules: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    open: dict[Cells, Place] = field(default_factory=dict)
    batch: int = 0
    recipe: str = ""
    right: set[Cells] = field(default_factory=set)  # of the last file
    all: set[Cells] = field(default_factory=set)


@dataclass(frozen=True)
class Change:
    """A file under another recipe than the one before, and how many rows it broke."""

    source: str
    before: int
    after: int
    broke: int


class Year:
    """The organisation, its weeks, and the truth about every reject."""

    def __init__(self, url: str, folder: Path, *, rows: int, weekly: int) -> None:
        self.folder, self.weekly = folder, weekly
        self.chance = random.Random(2026)  # noqa: S311 - the same year each time
        self.known: set[str] = set()
        self.people = 0
        self.truth: dict[Place, Fate] = {}
        self.changes: list[Change] = []
        self.done: defaultdict[str, int] = defaultdict(int)
        registry = ct.init(url, by=UPLOADER)
        load(registry, folder, types="Name,Approval required\n" + "".join(f"{name},no\n" for name in TYPES))
        registry.engine.dispose()
        self.registries = {name: ct.open(url, by=f"{name}@example.org") for name in SOURCES}
        self.sources = {name: Source(name) for name in SOURCES}
        for source in self.sources.values():
            source.rows = [self._row(0) for _ in range(rows)]

    @property
    def registry(self) -> Registry:
        return self.registries["hr"]

    def live(self, weeks: int) -> None:
        """All weeks; after each the past is a week older."""
        for week in range(weeks):
            for source in self.sources.values():
                self._grow(source, week)
            self._load_users(week)
            for k, source in enumerate(self.sources.values()):
                self._week(source, week, busy=(week + k) % 3)
            if week < weeks - 1:
                self._pass_a_week()

    def close(self) -> None:
        for registry in self.registries.values():
            registry.engine.dispose()

    # --- what the sources hold ------------------------------------------------------------------------------

    def _row(self, week: int, fault: str = "") -> Row:
        self.people += 1
        email = f"person{self.people}@example.org"
        if fault != "user":
            self.known.add(email)
        issued = date(2025, 1, 1) + timedelta(days=self.chance.randrange(300))
        right = (email, self.chance.choice(TYPES), str(issued), str(issued + timedelta(days=800)))
        return Row(right, self._spoilt(right, fault, week), week, fault, self._repair(fault))

    def _repair(self, fault: str) -> str:
        ways = {"type": ("recipe", "fix", "correct"), "date": ("fix", "correct"), "user": ("load",)}
        ways["expiry"] = ("fix", "correct", "waive")
        return self.chance.choice(ways[fault]) if fault in ways else ""

    def _spoilt(self, right: Cells, fault: str, week: int) -> Cells:
        email, kind, issued, until = right
        if fault == "type":
            return (email, MISSPELT[week // 5 % len(MISSPELT)].format(kind), issued, until)
        if fault == "date":
            return (email, kind, ".".join(reversed(issued.split("-"))), until)
        if fault == "expiry":
            return (email, kind, issued, str(date.fromisoformat(issued) - timedelta(days=9)))
        return right

    def _grow(self, source: Source, week: int) -> None:
        """New rows; which faults they have drifts from quarter to quarter."""
        usual = ("type", "date", "user", "expiry")
        faults = ("", "", *usual, usual[week // 13 % len(usual)])
        source.rows += [self._row(week, self.chance.choice(faults)) for _ in range(self.weekly)]
        if week % 4 == 1:  # the same credential twice, with different ends
            first = self._row(week, "twice")
            second = Row(first.right, (*first.shown[:3], "2031-01-01"), week, "twice", "leave", twin=first)
            first.twin = second
            source.rows += [first, second]
        if week % 6 == 2:  # two rows that differ only in what is wrong with them
            one = self._row(week)
            kinds = self.chance.sample(TYPES, 2)
            rights = [(one.right[0], kind, *one.right[2:]) for kind in kinds]
            pair = [Row(right, self._spoilt(right, "type", week), week, "type", "fix") for right in rights]
            pair[0].twin, pair[1].twin = pair[1], pair[0]
            source.rows += pair
        self.chance.shuffle(source.rows)

    def _load_users(self, week: int) -> None:
        """Everybody who is known, and who was missed two weeks ago."""
        for source in self.sources.values():
            self.known |= {row.right[0] for row in source.rows if row.fault == "user" and row.week <= week - 2}
        load(self.registry, self.folder, users="Email\n" + "".join(f"{email}\n" for email in sorted(self.known)))

    def _wrong(self, source: Source, row: Row) -> bool:
        if source.broken and source.rules.get(row.shown[1], row.shown[1]) == "Forklift":
            return True
        if row.corrected or (row.shown == row.right and row.fault not in ("user", "twice")):
            return False
        if row.fault == "type":
            return row.shown[1] not in source.rules
        if row.fault == "user":
            return row.right[0] not in self.known
        return row.fault != "twice" or row.twin in source.rows

    # --- a week of a source ---------------------------------------------------------------------------------

    def _week(self, source: Source, week: int, *, busy: int) -> None:
        """Export, then what people do about it: fix it at the source and upload it again, correct, waive, undo."""
        if week % 10 == 9:  # somebody leaves: the file is no longer the last one, repaired
            source.rows.remove(next(row for row in source.rows if row.shown in source.right))
            self.done["left"] += 1
        if week % 2:
            self._fix(source, week)
        self._deliver(source, week)
        if busy == 0:
            self._fix(source, week + 1)
            self._deliver(source, week, again="-again")
        elif busy == 1:
            self._correct(source)
        else:
            self._undo(source, week)
        self._waive(source, week)
        self._change_recipe(source, week)

    def _fix(self, source: Source, week: int) -> None:
        for row in source.rows:
            if row.repair == "fix" and row.week < week and row.shown != row.right:
                row.before, row.shown = row.shown, row.right
                self.done["repaired"] += 1

    def _deliver(self, source: Source, week: int, again: str = "") -> int:
        rules = "".join(
            f"  - replace: {{column: credential_type, from: {old!r}, to: {new}}}\n"
            for old, new in [*source.rules.items(), *([("Forklift", "Frklft")] if source.broken else [])]
        )
        recipe = f"rules:\n{rules}" if rules else ""
        path = export(
            self.folder, *(",".join([*row.shown, ""]) for row in source.rows), name=f"{source.name}-{week}{again}.csv"
        )
        batch = self.registries[source.name].upload(path, recipe=write(self.folder, f"{source.name}.yaml", recipe))
        receipt = batch.finish()
        if not receipt.replayed:  # the same file, judged equally
            self._note(source, batch.id, recipe)
        self.done["replayed"] += receipt.replayed
        return batch.id

    def _note(self, source: Source, batch: int, recipe: str) -> None:
        """What must become of each row of the file, and of the rejects that it settles."""
        wrong = {row.shown for row in source.rows if self._wrong(source, row)}
        shown = {row.shown for row in source.rows}
        if source.batch and recipe != source.recipe:
            self.changes.append(Change(source.name, source.batch, batch, len(source.right & wrong)))
        repaired = bool(source.right) and source.right <= shown  # the last file, repaired
        for line, row in enumerate(source.rows, 2):
            place, earlier = Place(batch, line), source.open.pop(row.shown, None)
            if row.shown in wrong:
                self.truth[place] = Fate("open")
                source.open[row.shown] = place
                if earlier:
                    self.truth[earlier] = Fate("superseded", place)
                continue
            if earlier is None and row.before in source.open and row.shown not in source.all and not row.twin:
                came = source.open[row.before]
                if repaired and came.batch == source.batch:
                    earlier = source.open.pop(row.before)
                    self.done["linked"] += 1
            if earlier:
                self.truth[earlier] = Fate("fixed", place)
        source.batch, source.recipe, source.right, source.all = batch, recipe, shown - wrong, shown

    def _correct(self, source: Source) -> None:
        """Those that are corrected in a spreadsheet, from the file of open rejects of the last batch."""
        path = self.folder / "corrections.csv"
        if not self.registry.write_rejects(path, source.batch):
            return
        chosen = {
            row.shown: row
            for row in source.rows
            if row.repair == "correct"
            and row.shown in source.open
            and not (source.broken and row.right[1] == "Forklift")
        }
        table, follow = rows_in(path), []
        names = ("User email", "Credential type", "Issue date", "Expiration date")
        for record in table:
            row = chosen.get(tuple(record[name] for name in names))  # type: ignore[arg-type]
            if row is not None and not row.corrected:
                record |= dict(zip(names, row.right, strict=True))
                follow.append(row)
        if follow:
            done = self.registries[source.name].correct(put_back(path, table))
            for line, row in enumerate(follow, 2):
                row.corrected = True
                self.truth[source.open.pop(row.shown)] = Fate("fixed", Place(done.receipts[0].batch, line))
            self.done["corrected"] += len(follow)

    def _waive(self, source: Source, week: int) -> None:
        """What nobody repairs is waived after some weeks, and leaves the export."""
        hopeless = [row for row in source.rows if row.repair in ("waive", "leave") and row.week <= week - PATIENCE]
        for row in hopeless:
            source.rows.remove(row)
            if (place := source.open.pop(row.shown, None)) is not None:
                self.registry.waive(place.batch, [place.line], "nobody knows")
                self.truth[place] = Fate("waived")
                self.done["waived"] += 1

    def _undo(self, source: Source, week: int) -> None:
        """A file that is taken back leaves everything as it was; its own rejects are void."""
        source.rows += [self._row(week), self._row(week, "date")]  # the same file again would be replayed
        self._load_users(week)
        before = copy.copy(source), dict(source.open), dict(self.truth), list(self.changes)
        number = self._deliver(source, week, again="-undone")
        self.registry.undo(number)
        fallen = [place for place in self.truth if place.batch == number]
        source.__dict__.update(before[0].__dict__)
        source.open, self.truth, self.changes = before[1:]
        self.truth |= dict.fromkeys(fallen, Fate("waived"))
        self.done["undone"] += 1

    def _change_recipe(self, source: Source, week: int) -> None:
        """From time to time the recipe learns the misspellings of the day; once it breaks something for a week."""
        if week % 5 == 4:
            source.rules |= {
                row.shown[1]: row.right[1] for row in source.rows if row.fault == "type" and row.shown != row.right
            }
            self.done["recipes"] += 1
        source.broken = week % 16 == 7

    def _pass_a_week(self) -> None:
        """Everything that was stored happened a week earlier; what is chained says when it was written, as ever."""
        engine = self.registry.engine
        moved = {"batches": ("uploaded_at", "finished_at"), "rejects": ("first_seen", "changed_at")}
        with engine.begin() as connection:
            for table, columns in moved.items():
                for name in columns:
                    earlier = (
                        f"date(substr({name}, 1, 10), '-7 days') || substr({name}, 11)"
                        if engine.dialect.name == "sqlite"
                        else f"{name} - interval '168 hours'"
                    )
                    connection.exec_driver_sql(f"UPDATE {table} SET {name} = {earlier}")
