"""Search: what the registry holds of one person. Reads only; what is found is erased by `erase`.

A row of a file is the person's when it resolved to them, when it names them, or when it was rejected and corrected
into one of theirs later. A misspelt address is somebody else until it is named, too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Table, select

from credtools.errors import RegistryError
from credtools.limited import collection_paused
from credtools.model import JUDGED_STATES, WAITING_STATES
from credtools.privacy import media as of_media
from credtools.privacy.known import known, logins_of
from credtools.privacy.looking import Batch, Looking, Pieces, Theirs
from credtools.privacy.media import strings
from credtools.privacy.person import Person
from credtools.recipe import USER_COLUMN, Recipe
from credtools.store import tables
from credtools.store.blocks import Address
from credtools.store.engine import snapshot
from credtools.store.erased import token
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import current
from credtools.store.reads.media import referenced_blobs, unneeded
from credtools.store.tables.rows import ADDRESS
from credtools.store.values import NO_ROW, Erase, Text
from credtools.text import fold

WRITTEN = (tables.credential_versions, tables.credentials)
FIXED = tuple(f"fixed_{name}" for name in ADDRESS)
AT_ONCE = 1_000  # rows in the memory
Row = tuple[int, int, int, int]  # batch, sheet, line, piece


class Records(Protocol):
    """What the records of a batch are: as they came, where it was never finished, and how they are known."""

    def raw(self, batch: int) -> Iterable[tuple[int, str]]: ...

    def digests(self, batch: int, rows: Iterable[tuple[int, str]], kind: int, columns: str) -> Iterable[str | None]: ...


@dataclass(frozen=True)
class Found:
    """Who is meant and what of them goes.

    `own`: per batch the values that only their rows hold, folded; `namesakes`: how many other users have the same
    name, so that it proves nothing; `mentions`: how many credentials of others name them in own columns, which stay;
    `scans`: how many stored files that others refer to name them, and stay.
    """

    person: Person
    erase: Erase = field(repr=False)
    own: dict[int, frozenset[str]] = field(repr=False)
    namesakes: int = 0
    mentions: int = 0
    scans: int = 0


def search(engine: Engine, email: str, external_id: str, by: str, searched: dict[str, bool], records: Records) -> Found:
    """Everything of the person with this address, or else this User ID, whether they are a user or not.

    `searched`: files (by SHA-256) that were searched already, and whether they name the person; more are noted there.
    Raises RegistryError when nothing here is theirs.
    """
    with snapshot(engine) as connection, collection_paused():
        found = _Search(connection, email, external_id, records).everything(by, searched)
    if found.erase.user is None and not any(found.erase.counts().values()):
        raise RegistryError("person_not_found", person=email or external_id)
    return found


class _Search:
    """The search for one person at one moment."""

    def __init__(self, connection: Connection, email: str, external_id: str, records: Records) -> None:
        self.c, self.records = connection, records
        self.users, self.person, self.namesakes = known(connection, email, external_id)
        self.user = self.users[0] if self.users else None
        self.one = {row.id: row.root for row in connection.execute(select(current.c.id, current.c.root))}
        self.batches = {row.id: row for row in connection.execute(select(tables.batches))}
        by_recipe = {text: Recipe.parse(text) for text in {row.recipe_text for row in self.batches.values()}}
        self.recipes = {number: by_recipe[row.recipe_text] for number, row in self.batches.items()}
        self.by_id = {number for number, recipe in self.recipes.items() if recipe.match_users_by == "external_id"}

    def everything(self, by: str, searched: dict[str, bool]) -> Found:
        seen = self.c.execute(select(tables.audit_head.c.seq)).scalar_one()
        versions = self._versions(tables.credential_versions.c.salt.is_not(None))
        theirs = self._rows()
        lines, raws = _lines(theirs), {number: set(one.records) for number, one in theirs.items() if one.records}
        rejects, digests = self._rejects(lines)
        theirs = self._completed(theirs, lines)
        own = {number: theirs[number].own for number in sorted(theirs)}
        files = self._files(lines, searched)
        waiting = [k for k, row in self.batches.items() if row.sha256 in files and row.state in WAITING_STATES]
        unjudged = [k for k, row in self.batches.items() if row.sha256 in files and row.state not in JUDGED_STATES]
        named = of_media.named_in(self.c, self.person)
        unplaced = self._unplaced(named)
        logins = logins_of(self.c, self.person)
        first = min((login for theirs in logins.values() for login in theirs), default="")
        media, blobs = self._media(versions, unjudged, {*unplaced})
        value = Erase(
            *(by, ""),
            seen=seen,
            user=self.user,
            merged=self.users[1:],
            rows=[(number, *place) for number in sorted(theirs) for place in theirs[number].kept],
            versions=sorted(versions),
            rejects=sorted(rejects),
            patches=self._patches(digests, raws, unjudged),
            media=media,
            scans=of_media.scans(self.c, {*media} | of_media.naming(self.c, self.person)),
            blobs=blobs,
            files=sorted(files),
            waiting=sorted(waiting),
            unjudged=sorted(unjudged),
            unplaced=unplaced,
            logins=logins,
            stand_in=token(first if self.user is None else self.user),
            texts=[*self._texts(own, versions, rejects, {*media}), *of_media.texts(named, blobs)],
        )
        stay = len(named.keys() & {*referenced_blobs(self.c)} - {*blobs})
        return Found(self.person, value, own, self.namesakes, self._mentions(versions), stay)

    def _versions(self, *which: ColumnElement[bool]) -> set[int]:
        version, credential = WRITTEN
        theirs = select(version.c.id).join(credential, credential.c.id == version.c.credential_id)
        return set(self.c.execute(theirs.where(credential.c.user_id == self.user, *which)).scalars())

    def _rows(self) -> dict[int, Theirs]:
        """Per batch their lines of the ledger, and the records on them, as far as values are left."""
        look = Looking(self.c, self.person, self.users, self._versions())
        found = ((number, look.through(number, by_id=number in self.by_id)) for number in sorted(self.batches))
        return {number: one for number, one in found if one.lines}

    def _completed(self, theirs: dict[int, Theirs], lines: set[Row]) -> dict[int, Theirs]:
        """The same with more lines."""
        more: defaultdict[int, set[Address]] = defaultdict(set)
        for number, *place in lines - _lines(theirs):
            more[number].add((place[0], place[1], place[2]))
        known = {number: one.lines for number, one in theirs.items()}
        again = {number: Batch(self.c, number).theirs(some | known.get(number, set())) for number, some in more.items()}
        return theirs | again

    def _rejects(self, lines: set[Row]) -> tuple[set[int], set[tuple[int, str]]]:
        """Their rejects: of their rows, corrected into one of them, and what superseded or was superseded by these.

        Adds the rows of these to `lines`; returns (source, digest) of their records, too.
        """
        reject = tables.rejects.c
        columns = select(reject.id, reject.source_id, reject.superseded_by, reject.user_id, reject.record_digest)
        columns = columns.add_columns(*(reject[name] for name in (*ADDRESS, *FIXED)))
        new = {
            row.id: row
            for row in self.c.execute(columns.execution_options(yield_per=AT_ONCE))
            if tuple(row[5:9]) in lines or tuple(row[9:]) in lines or (row.user_id in self.users)
        }
        found: dict[int, Any] = {}
        while new:
            found |= new
            later = {row.superseded_by for row in new.values()} - found.keys() - {None}
            near = [*rows_in(self.c, columns, reject.id, later), *rows_in(self.c, columns, reject.superseded_by, new)]
            new = {row.id: row for row in near if row.id not in found}
        lines |= {(row.batch_id, row.sheet, row.line, row.piece) for row in found.values()}
        kept = [row for row in found.values() if row.record_digest is not None]  # else erased before
        return {row.id for row in kept}, {(self.one[row.source_id], row.record_digest) for row in kept}

    def _files(self, lines: set[Row], searched: dict[str, bool]) -> set[str]:
        """The files that hold one of their rows, or name them anywhere, and whose bytes are still here."""
        file = tables.source_files.c
        there = set(self.c.execute(select(file.sha256).where(file.content.is_not(None))).scalars())
        found = {self.batches[batch].sha256 for batch, *_ in lines} & there
        for sha256 in sorted(there - found - searched.keys()):
            read = [self.recipes[number] for number, row in self.batches.items() if row.sha256 == sha256]
            encodings = {str(recipe.read["encoding"]) for recipe in read if "encoding" in recipe.read}
            by_id = any(self.batches[number].sha256 == sha256 for number in self.by_id)
            content = self.c.execute(select(file.content).where(file.sha256 == sha256)).scalar_one()
            searched[sha256] = self.person.in_bytes(bytes(content), sorted(encodings), by_id=by_id)
        return found | {sha256 for sha256 in there if searched.get(sha256)}

    def _unplaced(self, named: Collection[str]) -> list[tuple[int, int]]:
        """Media of drafts that have no row yet, and are called after the person or name them: batch and piece."""
        staged = tables.staged_media
        loose = self.c.execute(select(staged).where(staged.c.line == NO_ROW.line))
        theirs = (row for row in loose if row.sha256 in named or self.person.in_file_name(row.file_name))
        return sorted((row.batch_id, row.piece) for row in theirs)

    def _media(
        self, versions: set[int], unjudged: list[int], unplaced: set[tuple[int, int]]
    ) -> tuple[list[int], list[str]]:
        """Their links; and the blobs to which then nobody refers any more."""
        media, staged = tables.media.c, tables.staged_media.c
        named = self.c.execute(select(media.id, media.version_id, media.sha256).where(media.file_name != "")).all()
        theirs = {row.id: row.sha256 for row in named if row.version_id in versions}
        others = {row.sha256 for row in named if row.version_id not in versions}
        waiting: set[str] = set()
        for row in self.c.execute(select(staged.batch_id, staged.line, staged.piece, staged.sha256)):
            alone = row.line == NO_ROW.line and (row.batch_id, row.piece) in unplaced
            (waiting if alone or row.batch_id in unjudged else others).add(row.sha256)
        return sorted(theirs), unneeded(self.c, {*theirs.values()} | waiting, others)

    def _patches(self, digests: set[tuple[int, str]], raws: dict[int, Pieces], unjudged: list[int]) -> list[int]:
        """Corrections of their records, and those that name them."""
        found = self.c.execute(select(tables.patches).where(tables.patches.c.record_digest != "")).all()
        for batch in {row.batch_id for row in found} & {*unjudged}:
            named = partial(self.person.in_record, by_id=batch in self.by_id)
            raws[batch] = {(piece, raw) for piece, raw in self.records.raw(batch) if named(raw)}
        kinds = {(self.one[row.source_id], row.digest_kind, row.digest_columns) for row in found}
        for batch, (source, kind, columns) in product(raws, kinds):
            if source == self.one[self.batches[batch].source_id]:
                digests |= {(source, one) for one in self.records.digests(batch, raws[batch], kind, columns) if one}
        return [
            row.id
            for row in found
            if (self.one[row.source_id], row.record_digest) in digests
            or self.person.in_cells([row.old_value or "", row.new_value or ""])
        ]

    def _texts(
        self, own: dict[int, frozenset[str]], versions: set[int], rejects: set[int], media: set[int]
    ) -> Iterator[Text]:
        """The texts of rows that stay, without the person; a suggestion that names them goes."""
        text, name = self.person.without, self.person.without_in_file_name
        for row in self.batches.values():
            because = _nothing if row.id in own else text  # it may quote a value of theirs
            yield from _changed("batches", row, ("id",), file_name=name, recipe_text=text, held_because=because)
        for row in self.c.execute(select(tables.runs)):
            look = partial(_look, self.person, own.get(row.batch_id, frozenset()))
            yield from _changed("runs", row, ("id",), file_name=name, statistics=look)
        for row in self._others(tables.media, "id", media):
            yield from _changed("media", row, ("id",), file_name=name)
        for table in (tables.decisions, tables.withdrawals):
            for row in self._others(table, "version_id", versions):
                yield from _changed(table.name, row, ("id",), reason=text)
        for row in self._others(tables.rejects, "id", rejects):
            yield from _changed("rejects", row, ("id",), reason=text)
        for row in self._others(tables.reject_errors, "reject_id", rejects):
            lists = row.column_name == USER_COLUMN["name"]  # those of one name
            resolution: Callable[[str], str] = self.person.without_ids if lists else text
            said = {"value": text, "resolution": resolution, "suggestion": self._nobody}
            yield from _changed("reject_errors", row, ("reject_id", "position"), **said)
        yield from self._managers()

    def _managers(self) -> Iterator[Text]:
        """Where others have them for a manager."""
        for row in self._others(tables.users, "id", {*self.users}):
            yield from _changed("users", row, ("id",), manager=self.person.without)
        for row in self._others(tables.user_facts, "user_id", {*self.users}):
            yield from _changed("user_facts", row, ("id",), value=self.person.without)

    def _nobody(self, suggestion: str) -> str:
        return "" if self.person.in_cells([suggestion]) else suggestion

    def _others(self, table: Table, column: str, gone: set[int]) -> Iterator[Any]:
        rows = self.c.execute(select(table).execution_options(yield_per=AT_ONCE))
        return (row for row in rows if getattr(row, column) not in gone)

    def _mentions(self, versions: set[int]) -> int:
        version = tables.credential_versions.c
        said = self.c.execute(select(version.id, version.own).where(version.own != "{}"))
        return sum(row.id not in versions and self.person.in_cells(strings(json.loads(row.own))) for row in said)


def _lines(theirs: dict[int, Theirs]) -> set[Row]:
    return {(number, *place) for number, one in theirs.items() for place in one.lines}


def _changed(table: str, row: Any, key: tuple[str, ...], **changes: Callable[[str], str]) -> Iterator[Text]:
    for column, change in changes.items():
        before = getattr(row, column)
        if before and (after := change(before)) != before:
            yield Text(table, {name: getattr(row, name) for name in key}, column, after)


def _nothing(_: str) -> str:
    return ""


def _look(person: Person, own: frozenset[str], text: str) -> str:
    """The statistics of a run without the person, and without unknown values that only their rows hold."""
    if '"unknown"' not in text and not person.may_be_in(text):
        return text
    look = json.loads(text)
    if "unknown" in look:
        kept = {value: n for value, n in look["unknown"].items() if fold(value) not in own}
        look["unknown"] = {value: n for value, n in kept.items() if not person.in_cells([value])}
    cleaned = person.without_in_json(look)
    return text if cleaned == json.loads(text) else json.dumps(cleaned, sort_keys=True)
