"""A simulated year: three sources deliver everything they have each week, with faults that drift and are repaired.

The generator knows what is wrong with each row and what was done about it, and from that, by the rules in the docs,
what must become of every reject. It never asks the registry.
"""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import credtools as ct
from credtools.store.verify.seals import sealed_rows
from tests.builders import UPLOADER, load, seal_again, write
from tests.test_correcting import put_back, rows_in

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.registry import Registry

SOURCES = ("hr", "sap", "sites")
TYPES = ("First Aid", "Forklift", "Welding")
MISSPELT = ("{}s", "{} Certificate", "Kurs {}", "{} (new)")  # one after the other comes into fashion
PATIENCE = 3  # weeks, until a hopeless row is waived and leaves the export

SENDING = "blanks: keep\nstatus: {valid: [Active], withdrawn: [Revoked]}\n"
LISTS = "sites"  # lists all that it has, and names nobody who is unknown: else nothing is said by silence

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
    status: str = "Active"
    number: str = ""
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
    away: list[Row] = field(default_factory=list)  # who left and will return


@dataclass
class Delivery:
    """A file that was finished: which rows were right, on which lines, and what each of them said."""

    source: Source
    batch: int
    said: dict[Cells, tuple[int, tuple[str, str], Held]]
    undone: bool = False
    corrects: bool = False


class Held(NamedTuple):
    """What a row says of a credential."""

    issued: str
    expires: str
    number: str
    withdrawn: bool


@dataclass(frozen=True)
class Change:
    """A file under another recipe than the one before, and how many rows it broke."""

    source: str
    before: int
    after: int
    broke: int


def _unsettled(week: int) -> bool:
    """Whether right rows are, will be or were rejected for the recipe's sake: they come again as they were."""
    return week % 16 in (7, 8, 9)


def _ambiguous(row: Row, waiting: set[Cells]) -> bool:
    """Whether the row that differs from this only in what was wrong is open, too."""
    return row.twin is not None and (row.twin.shown in waiting or row.twin.before in waiting)


class Year:
    """The organisation, its weeks, and the truth about every reject and every credential."""

    def __init__(self, url: str, folder: Path, *, rows: int, weekly: int) -> None:
        self.folder, self.weekly = folder, weekly
        self.chance = random.Random(2026)  # noqa: S311 - the same year each time
        self.known: set[str] = set()
        self.people = 0
        self.truth: dict[Place, Fate] = {}
        self.changes: list[Change] = []
        self.done: defaultdict[str, int] = defaultdict(int)
        self.deliveries: list[Delivery] = []
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
            if week == 9:
                self._rename("hr", "people")
            if week == weeks - 3:
                self._undo_long_ago(3)
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
        number = "" if fault else f"N-{self.people}"
        return Row(right, self._spoilt(right, fault, week), week, fault, self._repair(fault), number=number)

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
        faults = ["", "", *usual, usual[week // 13 % len(usual)]]
        if source.name == LISTS:
            faults = [fault for fault in faults if fault != "user"]
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
        self._change(source, week)
        if week % 2:
            self._fix(source, week)
        self._deliver(source, week)
        if busy == 0:
            fixed = self._fix(source, week + 1)
            if fixed and week % 4 == 1:  # only what was repaired, a file of its own
                self._deliver(source, week, again="-fixed", only=fixed)
                self.done["only fixed"] += 1
            else:
                self._deliver(source, week, again="-again")
        elif busy == 1:
            self._correct(source)
        else:
            self._undo(source, week)
        self._waive(source, week)
        self._change_recipe(source, week)

    def _change(self, source: Source, week: int) -> None:
        """Some leave, for good or for two weeks; some values are corrected, and back; some are revoked."""
        if week == 0:
            return
        quiet = [row for row in source.rows if not row.fault and not row.twin and row.week < week]
        if week % 10 == 9:
            source.rows.remove(quiet.pop())
            self.done["left"] += 1
        if week % 4 == 2:
            source.away.append(quiet.pop())
            source.rows.remove(source.away[-1])
        if week % 4 == 0 and source.away:
            source.rows.append(source.away.pop())
            self.done["returned"] += 1
        if _unsettled(week):
            return
        if week % 3 == 1:
            quiet[0].status = "Revoked" if quiet[0].status == "Active" else "Active"
            quiet[-1].status = "Active"
            self.done["revoked"] += 1
        if week % 2 == 0:  # the same row each time, there and back
            row = min(quiet, key=lambda row: row.right[0])
            until = "2030-06-30" if row.right[3] != "2030-06-30" else "2031-06-30"
            row.shown = row.right = (*row.right[:3], until)
            self.done["back and forth"] += 1
        if source.name == LISTS and week % 4 == 1 and self._numbers(week) == "said":
            active = [row for row in quiet if row.status == "Active"]
            row = active[len(active) // 2]
            issued = date.fromisoformat(row.right[2]) - timedelta(days=week)
            row.shown = row.right = (*row.right[:2], str(issued), row.right[3])
            self.done["issue dates"] += 1

    def _numbers(self, week: int) -> str:
        """Whether the files of a week say numbers, leave their cells blank, or lack their heading."""
        if _unsettled(week):
            return "said"
        return "absent" if week % 5 == 3 else "blank" if week % 6 == 4 else "said"

    def _fix(self, source: Source, week: int) -> list[Row]:
        fixed = []
        for row in source.rows:
            if row.repair == "fix" and row.week < week and row.shown != row.right:
                row.before, row.shown = row.shown, row.right
                self.done["repaired"] += 1
                fixed.append(row)
        return fixed

    def _deliver(self, source: Source, week: int, again: str = "", only: list[Row] | None = None) -> int:
        """A file with a column that changes each time, in another order of columns, now and then without numbers."""
        rules = "".join(
            f"  - replace: {{column: credential_type, from: {old!r}, to: {new}}}\n"
            for old, new in [*source.rules.items(), *([("Forklift", "Frklft")] if source.broken else [])]
        )
        recipe = f"rules:\n{rules}" if rules else ""
        recipe = f"{SENDING}{'export: {full: 0.5}' if source.name == LISTS else ''}\n{recipe}"
        columns = ["User email", "Credential type", "Issue date", "Expiration date", "Status", "Run"]
        columns += ["Credential number"] if self._numbers(week) != "absent" else []
        columns += ["Days left"] if week > 7 else []
        columns = columns[week % 3 :] + columns[: week % 3]
        rows = source.rows if only is None else only
        path = write(
            self.folder,
            f"{source.name}-{week}{again}.csv",
            "\n".join([",".join(columns), *(self._line(row, columns, week) for row in rows), ""]),
        )
        batch = self.registries[source.name].upload(path, recipe=write(self.folder, f"{source.name}.yaml", recipe))
        receipt = batch.finish()
        if not receipt.replayed:  # the same file, judged equally
            self._note(source, batch.id, recipe, rows, numbers="Credential number" in columns)
        self.done["replayed"] += receipt.replayed
        return batch.id

    def _line(self, row: Row, columns: list[str], week: int) -> str:
        blank = self._numbers(week) == "blank" and not row.fault  # kept by the recipe
        names = ("User email", "Credential type", "Issue date", "Expiration date")
        cells = dict(zip(names, row.shown, strict=True)) | {"Status": row.status, "Run": f"2026-{week}"}
        cells |= {"Credential number": "" if blank else row.number, "Days left": str(400 - week)}
        return ",".join(cells[name] for name in columns)

    def _note(self, source: Source, batch: int, recipe: str, rows: list[Row], *, numbers: bool) -> None:
        """What must become of each row of the file, and of the rejects that it settles."""
        wrong = {row.shown for row in rows if self._wrong(source, row)}
        shown = {row.shown for row in rows}
        if source.batch and recipe != source.recipe:
            self.changes.append(Change(source.name, source.batch, batch, len(source.right & wrong)))
        said, waiting = {}, set(source.open)
        for line, row in enumerate(rows, 2):
            place, earlier = Place(batch, line), source.open.pop(row.shown, None)
            if row.shown in wrong:
                self.truth[place] = Fate("open")
                source.open[row.shown] = place
                if earlier:
                    self.truth[earlier] = Fate("superseded", place)
                continue
            held = Held(*row.right[2:], row.number if numbers else "", row.status == "Revoked")
            said[row.shown] = (line, row.right[:2], held)
            if (
                earlier is None
                and row.before in source.open
                and row.before not in shown
                and not _ambiguous(row, waiting)
            ):
                earlier = source.open.pop(row.before)
                self.done["linked"] += 1
            if earlier:
                self.truth[earlier] = Fate("fixed", place)
        self.deliveries.append(Delivery(source, batch, said))
        source.batch, source.recipe, source.right = batch, recipe, shown - wrong

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
            said = {row.shown: (k, row.right[:2], Held(*row.right[2:], "", False)) for k, row in enumerate(follow, 2)}
            self.deliveries.append(Delivery(source, done.receipts[0].batch, said, corrects=True))  # type: ignore[arg-type]
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
        self.truth |= dict.fromkeys(fallen, Fate("void"))
        self.deliveries[-1].undone = True
        self.done["undone"] += 1

    def _undo_long_ago(self, week: int) -> None:
        """A file of which nobody thought any more is taken back alone; what later ones say, too, stays."""
        files = [one for one in self.deliveries if not (one.undone or one.corrects) and one.source.name == "sap"]
        gone = files[week]
        self.registry.undo(gone.batch)
        gone.undone = True
        fates = {place: fate for place, fate in self.truth.items() if place.batch == gone.batch}
        for place, fate in [*self.truth.items()]:
            if fate.state == "superseded" and fate.link in fates:
                self.truth[place] = fates[fate.link]
            elif fate.state == "fixed" and fate.link and fate.link.batch == gone.batch:
                (shown,) = (shown for shown, (line, *_) in gone.said.items() if line == fate.link.line)
                later = (one for one in self.deliveries if one.source is gone.source and not one.undone)
                links = [Place(one.batch, one.said[shown][0]) for one in later if shown in one.said]
                links = [link for link in links if link.batch > place.batch]
                self.truth[place] = Fate("fixed", links[0]) if links else Fate("open")
        self.truth |= dict.fromkeys(fates, Fate("void"))
        self.done["undone long ago"] += 1

    def _rename(self, old: str, new: str) -> None:
        """A recipe gets another name: its source goes on."""
        self.registry.rename_source(old, new)
        self.sources[old].name = new
        self.registries[new] = self.registries[old]
        self.changes = [replace(one, source=new) if one.source == old else one for one in self.changes]
        self.done["renamed"] += 1

    @property
    def held(self) -> dict[tuple[str, str], Held]:
        """By address and type what the files that stand have said last of each credential."""
        found: dict[tuple[str, str], Held] = {}
        for one in self.deliveries:
            for _, key, said in one.said.values() if not one.undone else ():
                before = found.get(key)
                found[key] = said._replace(number=said.number or (before.number if before else ""))
        return found

    def _change_recipe(self, source: Source, week: int) -> None:
        """From time to time the recipe learns the misspellings of the day; once it breaks something for a week."""
        if week % 5 == 4:
            source.rules |= {
                row.shown[1]: row.right[1] for row in source.rows if row.fault == "type" and row.shown != row.right
            }
            self.done["recipes"] += 1
        source.broken = week % 16 == 7

    def _pass_a_week(self) -> None:
        """Everything that was stored happened a week earlier; what is chained says when it was written, as ever.

        What was sealed this week must hold until then, and is sealed again as it is now.
        """
        engine = self.registry.engine
        with engine.connect() as connection:
            assert sealed_rows(connection) == []
        moved = {"batches": ("uploaded_at", "finished_at"), "rejects": ("first_seen", "changed_at")}
        moved |= {"words": ("first_said",)}
        with engine.begin() as connection:
            for table, columns in moved.items():
                for name in columns:
                    earlier = (
                        f"date(substr({name}, 1, 10), '-7 days') || substr({name}, 11)"
                        if engine.dialect.name == "sqlite"
                        else f"{name} - interval '168 hours'"
                    )
                    connection.exec_driver_sql(f"UPDATE {table} SET {name} = {earlier}")
        seal_again(self.registry)
