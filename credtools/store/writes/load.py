"""Load: users and types into the registry; settings of the organisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, Engine, bindparam, delete, insert, update

from credtools.errors import RegistryError, sentence
from credtools.model import FileWarning
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.transaction import Write, write
from credtools.store.values import Load
from credtools.store.writes import numbering
from credtools.store.writes.facts import write_facts
from credtools.store.writes.matching import Meant, Row, Stored, meant, own_addresses, remember_former
from credtools.text import Shown, first_of, fold, plural

TABLES = {"users": tables.users, "types": tables.credential_types}
LABELS = {"users": "email", "types": "name"}
VALUES = {None: "values_kept", "keep": "values_kept_as_said", "clear": "values_cleared"}
NAMED = 10  # users or types in one sentence
LIKE_A_NAME = 85  # rapidfuzz ratio (0–100) from which a new type may be an old one


@dataclass(frozen=True)
class Loaded(Shown):
    """What a load did: counts of rows, and of those who are deactivated now, by their status or for being absent.

    `notes`: on the file; `absent`: who was, by e-mail or name; `left`: who is by their status and was active before;
    `added_deactivated`: how many of those who were added; `renamed`: who has another address than before
    (before, now); `reactivated`: who was deactivated and isn't any more; `warnings`: what should be looked at.
    A renamed user isn't counted as changed, too.
    """

    added: int
    changed: int
    unchanged: int
    deactivated: int = 0
    notes: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    added_deactivated: int = 0
    renamed: tuple[tuple[str, str], ...] = ()
    reactivated: tuple[str, ...] = ()
    warnings: tuple[FileWarning, ...] = ()

    def __str__(self) -> str:
        counts = {name: getattr(self, name) for name in ("added", "changed", "unchanged", "deactivated")}
        told = {"renamed": len(self.renamed), "reactivated": len(self.reactivated)}
        counts |= {name: count for name, count in told.items() if count}
        more = {"added": f" ({self.added_deactivated:,} of them deactivated)" if self.added_deactivated else ""}
        lines = [" · ".join(f"{count:,} {name}{more.get(name, '')}" for name, count in counts.items())]
        if self.renamed:
            names = (f"{before or 'no address'} → {now or 'no address'}" for before, now in self.renamed)
            lines.append(f"Renamed: {first_of(names, NAMED)}.")
        if self.left:
            lines.append(f"Deactivated by their status: {first_of(self.left, NAMED)}.")
        if self.reactivated:
            lines.append(f"Active again: {first_of(self.reactivated, NAMED)}.")
        return "\n".join([*lines, *self.notes, *(f"Warning: {one.sentence}" for one in self.warnings)])


@dataclass(frozen=True)
class _Plan:
    """What a load would do: rows that are new, (stored row, values) of those that differ, who is deactivated."""

    stored: Stored
    new: list[Row]
    changed: list[tuple[Any, Row]]
    gone: list[Any]
    done: Loaded


def load(engine: Engine, value: Load, *, dry_run: bool = False) -> Loaded:
    """Adds the rows that are new, and updates those whose values differ; see `matching` for who is who.

    Who is absent stays, or is deactivated when the value says so. Raises RegistryError, and writes nothing, when that
    would be too many, an external id is somebody else's, or credentials of a type forbid that it becomes numbered or
    isn't any more (see `numbering`).
    `dry_run` only says what would be done, however many are absent.
    """
    if dry_run:
        with snapshot(engine) as connection:
            return _planned(connection, replace(value, most_absent=1.0)).done
    table = TABLES[value.kind]
    with write(engine) as work:
        plan = _planned(work.connection, value)
        done = plan.done
        if not (plan.new or plan.changed or plan.gone):
            return done
        ids = list(work.ids(table, len(plan.new)))
        _update(work, value, plan)
        names = next(map(tuple, plan.new), ())
        work.insert(table, {"id": ids, **{name: [row[name] for row in plan.new] for name in names}})
        when = {"deactivated_on": value.absent_from} if value.kind == "users" else {}
        work.change(table.c.id, [row.id for row in plan.gone], status="deactivated", **when)
        if value.kind == "users":
            addresses = [row.get("email") or "" for row in [*plan.new, *(row for _, row in plan.changed)]]
            own_addresses(work, {*map(fold, addresses), *(fold(old.email) for old, _ in plan.changed)})
        else:
            numbering.follow(work, plan.changed)
        counts = {"added": done.added, "changed": done.changed, "deactivated": done.deactivated}
        counts |= {"renamed": len(done.renamed), "reactivated": len(done.reactivated)}
        work.event("load", value.by, None, what=value.kind, **counts)
        _remember(work, value, plan, ids)
        return done


def _planned(connection: Connection, value: Load) -> _Plan:
    stored, names = Stored.of(connection, TABLES[value.kind]), list(value.columns)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*value.columns.values(), strict=True)]
    label = LABELS[value.kind]
    keys = [fold(row.get(label) or "") for row in rows]
    who = meant(stored, rows, keys)
    new, changed, lost = [], [], Counter[str]()
    taken = {*keys, *(row.get("external_id") for row in rows)} - {"", None}
    for row in rows:
        row.update({label: row[label] or ""} if label in row else {})
    for place, (row, number) in enumerate(zip(rows, who.ids, strict=True)):
        if place in who.left_out:
            continue
        if number is None:
            new.append(row if value.kind == "users" else row | {"name_key": keys[place]})
            continue
        if place in who.former:  # the name of today stays
            del row[label]
        _blanks(value, place, stored.rows[number], row, taken, lost)
        if any(getattr(stored.rows[number], name) != row[name] for name in row):
            changed.append((stored.rows[number], row))
    if value.kind == "types":
        numbering.require(connection, changed)
    seen = {number for number in who.ids if number is not None} | {who.former[place] for place in who.left_out}
    active = [row for row in stored.rows.values() if row.status == "active"]
    gone = [row for row in active if value.absent_from and row.id not in seen]
    if len(gone) > value.most_absent * len(active):
        facts = {"absent": len(gone), "active": len(active), "kind": value.kind, "share": value.most_absent}
        raise RegistryError("too_many_absent", **facts)
    renamed = tuple(
        (getattr(old, label), row[label])
        for old, row in changed
        if value.kind == "users" and label in row and fold(row[label]) != fold(getattr(old, label))
    )
    again = tuple(
        _named(old, row, label) for old, row in changed if old.status == "deactivated" and row.get("status") == "active"
    )
    left = tuple(
        _named(old, row, label) for old, row in changed if old.status == "active" and row.get("status") == "deactivated"
    )
    came_deactivated = sum(row.get("status") == "deactivated" for row in new)
    unchanged = len(rows) - len(new) - len(changed)
    done = Loaded(
        *(len(new), len(changed) - len(renamed), unchanged, len(gone) + len(left)),
        notes=(*value.notes, *_notes(stored, value.kind, keys, who, changed)),
        absent=tuple(_named(row, {}, label) for row in gone),
        left=left,
        added_deactivated=came_deactivated,
        renamed=renamed,
        reactivated=again,
        warnings=(*value.warnings, *_of_blanks(value, lost), *_renamed_types(value, new, gone)),
    )
    return _Plan(stored, new, changed, gone, done)


def _blanks(value: Load, place: int, old: Any, row: Row, taken: set[Any], lost: Counter[str]) -> None:
    """What a row's blank cells make of what is stored: nothing, unless the list says so; a blank isn't a value.

    It is one where another row has the address or External ID (`taken`), or the status that there is no such day.
    """
    for name, blank in value.blank.items():
        if not blank.cells[place] or name not in row:
            continue
        had = getattr(old, name)
        no_status = "status" in value.blank and value.blank["status"].cells[place]
        said = name == "deactivated_on" and row.get("status") == "active" and not no_status
        said |= name in ("email", "external_id") and {had, fold(str(had or ""))} & taken != set()
        lost[name] += not said and had not in (blank.default, None, "")
        if not said and value.blanks != "clear":
            del row[name]


def _of_blanks(value: Load, lost: Counter[str]) -> Iterator[FileWarning]:
    """How many stored values blank cells met, and what became of these."""
    if value.blanks != "clear" and (stay := lost.pop("status", 0)):
        said = sentence("status_blank", {"users": plural(stay, "user")})
        yield FileWarning("status_blank", stay, said)
    if count := lost.total():
        columns = ", ".join(f"{value.blank[name].title} ({rows:,})" for name, rows in lost.items() if rows)
        facts = {"values": plural(count, "stored value"), "columns": columns}
        yield FileWarning("value_lost", count, sentence(VALUES[value.blanks], facts))


def _renamed_types(value: Load, new: Sequence[Row], gone: Sequence[Any]) -> Iterator[FileWarning]:
    """Types that a list no longer holds, and new ones that are nearly called like them: perhaps only renamed."""
    names = [row["name"] for row in new] if value.kind == "types" else []
    alike = {
        one.name: process.extractOne(
            fold(one.name), names, scorer=fuzz.token_set_ratio, processor=fold, score_cutoff=LIKE_A_NAME
        )
        for one in gone
        if names
    }
    pairs = [f"{old} → {found[0]}" for old, found in alike.items() if found]
    if pairs:
        said = sentence("type_renamed", {"pairs": first_of(pairs, NAMED)})
        yield FileWarning("type_renamed", len(pairs), said)


def _named(old: Any, row: Row, label: str) -> str:
    """What somebody is called after a change: the address or name, else the External ID."""
    return str(row.get(label) or getattr(old, label) or old.external_id)


def _notes(
    stored: Stored, kind: str, keys: Sequence[str], who: Meant, changed: Sequence[tuple[Any, Row]]
) -> Iterator[str]:
    """What was understood of outdated names, and whose External ID is another one."""
    what, label = ("address", "email") if kind == "users" else ("name", "name")
    now = {old.id: row.get(label) for old, row in changed}
    told = {keys[at]: now.get(number) or getattr(stored.rows[number], label) for at, number in who.former.items()}
    if told:
        pairs = first_of((f"{old} → {now}" for old, now in told.items()), NAMED)
        yield f"{plural(len(told), 'row')} with a former {what}, read as the one of today: {pairs}."
    if who.left_out:
        counts = "another row, or what it was merged into, counts"
        yield f"{plural(len(who.left_out), 'row')} of these changed nothing: {counts}."
    ids = [
        f"{_named(old, row, label)} ({old.external_id} → {row['external_id']})"
        for old, row in changed
        if row.get("external_id") and old.external_id and row["external_id"] != old.external_id
    ]
    if ids:
        yield f"{plural(len(ids), 'user')} with another External ID than before: {first_of(ids, NAMED)}."


def _update(work: Write, value: Load, plan: _Plan) -> None:
    """Changes the rows that differ; what must be unique is free before somebody else takes it."""
    table = TABLES[value.kind]
    if value.kind == "users":
        moved = [old.id for old, row in plan.changed if "email" in row or "external_id" in row]
        work.change(table.c.id, moved, email_key=None, external_id=None)
    shapes: dict[tuple[str, ...], list[Row]] = {}
    for old, row in plan.changed:
        kept = {"external_id": old.external_id} if value.kind == "users" else {}
        changes = {**kept, **row}
        shapes.setdefault(tuple(changes), []).append({"row_id": old.id, **changes})
    for names, some in shapes.items():
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        work.execute(update(table).where(table.c.id == bindparam("row_id")).values(values), some)


def _remember(work: Write, value: Load, plan: _Plan, ids: Sequence[int]) -> None:
    """Former addresses, and what is known from which day on; after the event."""
    before = [(old, row) for old, row in plan.changed if value.kind == "users" and "email" in row]
    former = [(fold(old.email), old.id) for old, row in before if old.email and fold(row["email"]) != fold(old.email)]
    remember_former(work, tables.users, former)
    added: list[tuple[int, Any, Row]] = [(number, {}, row) for number, row in zip(ids, plan.new, strict=True)]
    differ = [(old.id, old._asdict(), row) for old, row in plan.changed]
    away = {"status": "deactivated", "deactivated_on": value.absent_from}
    left = [(old.id, old._asdict(), away) for old in plan.gone]
    write_facts(work, TABLES[value.kind], [*added, *differ, *left], value.today or work.at.date())


def set_setting(engine: Engine, by: str, key: str, value: str) -> None:
    """Stores one setting of the organisation (its text is checked by the registry)."""
    with write(engine) as work:
        work.execute(delete(tables.settings).where(tables.settings.c.key == key))
        work.execute(insert(tables.settings).values(key=key, value=value))
        work.event("settings", by, None, key=key, value=value)
