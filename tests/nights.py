"""Nightly files of several sources, taken without a person; and what then counts, asked of the tables themselves."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

import credtools as ct
from credtools.store import tables
from tests.builders import UPLOADER, export, load, write

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.model import Outcome
    from credtools.registry import Registry

USERS = """\
Email,Name,External ID,Status
ana@example.org,Ana Silva,00417,active
ben@example.org,Ben Okafor,00418,active
cleo@example.org,Cleo Marchetti,00419,active
dov@example.org,Dov Lindqvist,00420,active
eve@example.org,Eve Tanaka,00421,active
fay@example.org,Fay Novak,00422,active
gus@example.org,Gus Muller,00423,deactivated
"""
TYPES = """\
Name,Expiry,Issue,Numbered,Media required,Approval required
First Aid,required,required,no,no,yes
Forklift,optional,required,no,no,no
Induction,never,required,no,no,no
Scaffolding,optional,required,yes,no,no
Welding,optional,required,no,no,yes
"""
HEADINGS = "User email,Credential type,Issue date,Expiration date,Credential number"
COUNTING = ("approved", "not_required")


class Held(NamedTuple):
    """What counts of a credential."""

    issued: str
    expires: str
    number: str


def company(url: str, folder: Path) -> None:
    """An organisation of six active users and five types; two of these ask for approval."""
    registry = ct.init(url, by=UPLOADER)
    load(registry, folder, users=USERS, types=TYPES)
    registry.engine.dispose()


class Nights:
    """The files of some sources, each with the recipe that it was given last."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self.registry, self.folder = registry, folder
        self._numbers = itertools.count(1)
        self.recipes: dict[str, Path | None] = {"manual": None}

    def recipe(self, source: str, text: str) -> None:
        self.recipes[source] = write(self.folder, f"{source}.yaml", text)

    def send(self, source: str, *rows: str, headings: str = HEADINGS, name: str = "") -> Outcome:
        """One file, as an unattended run takes it."""
        if source not in self.recipes:
            self.recipe(source, "date_format: YYYY-MM-DD\n")
        path = export(self.folder, *rows, name=name or f"night-{next(self._numbers)}.csv", headings=headings)
        return self.registry.upload(path, self.recipes[source]).settle()

    # --- what came of it ------------------------------------------------------------------------------------

    def counting(self) -> dict[tuple[str, str], Held]:
        """By user and type (and number, where there are several) the version that counts, found by its rule alone."""
        version, credential = tables.credential_versions.c, tables.credentials.c
        word = tables.words.c
        with self.registry.engine.connect() as connection:
            rows = connection.execute(
                select(
                    *(version.id, version.credential_id, version.issue_date, version.expiration_date, version.number),
                    *(version.decision, version.withdrawn, version.replaces_id),
                    tables.users.c.email,
                    tables.credential_types.c.name,
                )
                .select_from(tables.credential_versions)
                .join(tables.credentials, credential.id == version.credential_id)
                .join(tables.users, tables.users.c.id == credential.user_id)
                .join(tables.credential_types, tables.credential_types.c.id == credential.type_id)
                .where(version.stands, version.salt.is_not(None))
            ).all()
            said = set(connection.execute(select(word.version_id).where(word.state == "valid")).scalars())
            gone = {row.replaces_id for row in rows if row.decision in COUNTING}
            wrong = connection.execute(
                select(version.id, version.credential_id, version.issue_date).where(version.id.in_(gone))
            ).all()
        replaced = {
            row.id
            for row in rows
            for last, *of_date in wrong
            if row.id <= last and [row.credential_id, row.issue_date] == of_date and row.id not in said
        }
        found: dict[tuple[str, str], Held | None] = {}
        for row in sorted(rows, key=lambda row: (str(row.issue_date or ""), row.id)):
            if row.decision in COUNTING and row.id not in replaced:
                held = Held(str(row.issue_date or ""), str(row.expiration_date or ""), row.number)
                found[row.email.partition("@")[0], row.name] = None if row.withdrawn else held
        return {key: held for key, held in found.items() if held}  # what is withdrawn has no older one in its place

    def versions(self) -> int:
        """How many versions stand."""
        return len(self.registry.credentials())

    def words(self, source: str) -> dict[tuple[str, str], list[tuple[str, str, str, str]]]:
        """By user and type what a source said last: state, issue date, expiration date, number; the newest first."""
        word, credential = tables.words.c, tables.credentials.c
        statement = (
            select(
                tables.users.c.email,
                tables.credential_types.c.name,
                *(word.state, word.issue_date, word.expiration_date, word.number),
            )
            .select_from(tables.words)
            .join(tables.sources, tables.sources.c.id == word.source_id)
            .join(tables.credentials, credential.id == word.credential_id)
            .join(tables.users, tables.users.c.id == credential.user_id)
            .join(tables.credential_types, tables.credential_types.c.id == credential.type_id)
            .where(tables.sources.c.name == source)
            .order_by(word.credential_id, word.ordinal)
        )
        found: dict[tuple[str, str], list[tuple[str, str, str, str]]] = {}
        with self.registry.engine.connect() as connection:
            for email, kind, state, issued, expires, number in connection.execute(statement):
                told = (state, str(issued or ""), str(expires or ""), number)
                found.setdefault((email.partition("@")[0], kind), []).append(told)
        return found

    def states(self, source: str) -> dict[tuple[str, str], str]:
        """By user and type the state of what a source said last."""
        return {key: told[0][0] for key, told in self.words(source).items()}

    def rejects(self) -> list[tuple[int, int, str]]:
        """(batch, line, state) of every reject."""
        frame = self.registry.audit.rejects().drop_duplicates("reject").sort_values("reject")
        return list(zip(frame["batch"], frame["line"], frame["state"], strict=True))

    def open_rejects(self) -> list[tuple[int, int]]:
        return [(batch, line) for batch, line, state in self.rejects() if state == "open"]


def codes(outcome: Outcome) -> dict[str, int]:
    """The warnings of an outcome by code."""
    return {one.code: one.count for one in outcome.warnings}


def counted(outcome: Outcome) -> dict[str, int]:
    """The counts that aren't 0, without `rows` and `accepted`."""
    found = {name: count for name, count in outcome.counts.as_dict().items() if count}
    assert found.get("rows", 0) == sum(count for name, count in found.items() if name not in ("rows", "accepted"))
    return {name: count for name, count in found.items() if name not in ("rows", "accepted")}
