"""Three directories loaded in turn, with renames, merges and returns, beside a small model: nobody doubled or lost.

An account is known by its External ID and belongs to one directory; the same person may have one in each. Who is one by
now, what they are called and what they hold follows from the accounts alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credtools.registry import Registry
from tests.builders import new_organisation, only_postgres, only_sqlite, write
from tests.conftest import Home
from tests.test_people import BY_ID, ID_HEADINGS

DIRECTORIES = {"hr": ("H1", "H2", "H3"), "lms": ("L1", "L2"), "site": ("S1", "S2")}
ACCOUNTS = [account for some in DIRECTORIES.values() for account in some]
TYPES = ("First Aid", "Forklift")
BASE = ("E-1", "E-2", "E-4", "")  # who is there before

loads = st.tuples(
    st.just("load"),
    st.sampled_from(sorted(DIRECTORIES)),
    st.sampled_from(["", "active", "deactivated"]),  # its column Status, or none
    st.booleans(),  # whether it is the whole list
    st.tuples(*(st.sampled_from(["gone", "first", "second"]) for _ in range(3))),  # by which address each is called
)
joins = st.tuples(st.just("merge"), st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS))
apart = st.tuples(st.just("unmerge"), st.sampled_from(ACCOUNTS))
held = st.tuples(
    st.just("upload"), st.booleans(), st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(TYPES)), max_size=4)
)
steps = st.lists(st.one_of(loads, loads, joins, apart, held), min_size=3, max_size=12)


@dataclass
class Model:
    """Accounts with the address and status loaded last; into whom each was merged; what was written for whom."""

    address: dict[str, str] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    active: dict[str, bool] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)
    written: set[tuple[str, str]] = field(default_factory=set)

    def root(self, account: str) -> str:
        return self.root(self.into[account]) if account in self.into else account

    def load(self, listed: dict[str, str], status: str, *, whole: bool) -> None:
        for account, address in listed.items():
            if account in self.into:
                continue
            known = account in self.address
            self.address[account] = address
            if status or whole or not known:
                self.active[account] = status != "deactivated"
        if whole:
            present = {self.root(account) for account in listed}
            for account in self.address.keys() - self.into.keys() - present:
                self.active[account] = False

    def holds(self) -> set[tuple[str, str]]:
        return {(self.root(account), kind) for account, kind in self.written}

    def upload(self, rows: list[tuple[str, str]]) -> None:
        for account, kind in rows:
            root = self.root(account)
            if account in self.address and self.active[root] and (root, kind) not in self.holds():
                self.written.add((root, kind))


class Beside:
    """A registry to which the same happens as to the model."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self.registry, self.folder, self.model, self.files = registry, folder, Model(), 0
        self.recipe = write(folder, "byid.yaml", BY_ID)

    def load(self, name: str, status: str, whole: bool, called: tuple[str, ...]) -> None:  # noqa: FBT001
        some = {
            a: f"{a.lower()}.{how}@x.org" for a, how in zip(DIRECTORIES[name], called, strict=False) if how != "gone"
        }
        if not some:
            return
        rows = [f"{address},{account}" + (f",{status}" if status else "") for account, address in some.items()]
        head = "Email,External ID" + (",Status" if status else "")
        path = write(self.folder, f"{name}.csv", "\n".join([head, *rows, ""]))
        self.registry.load("users", path, replace=whole, yes=True)
        self.model.load(some, status, whole=whole)

    def merge(self, one: str, other: str) -> None:
        if {one, other} <= self.model.address.keys() - self.model.into.keys() and one != other:
            self.registry.merge_person(one, self.model.address[other])
            self.model.into[one] = other

    def unmerge(self, account: str) -> None:
        if account in self.model.into:
            self.registry.unmerge_person(account)
            del self.model.into[account]

    def upload(self, by_id: bool, rows: list[tuple[str, str]]) -> None:  # noqa: FBT001
        """By ID, or by whatever address an account had when it was loaded last, of its own or merged by now."""
        rows = [row for row in dict.fromkeys(rows) if row[0] in self.model.address]
        if not rows:
            return
        self.files += 1
        named = [(a if by_id else self.model.address[a], kind) for a, kind in rows]
        first = ID_HEADINGS if by_id else ID_HEADINGS.replace("User ID", "User email")
        lines = [f"{name},{kind},2025-01-01," for name, kind in named]
        path = write(self.folder, f"{self.files}.csv", "\n".join([first, *lines, ""]))
        self.registry.upload(path, recipe=self.recipe if by_id else None).finish()
        self.model.upload(rows)

    def compare(self) -> None:
        users = self.registry.lookups().users
        ours = users[~users["external_id"].fillna("").isin(BASE)]
        model, roots = self.model, self.model.address.keys() - self.model.into.keys()
        found = {row.external_id: (row.email, row.status == "active") for row in ours.itertuples()}
        assert found == {account: (model.address[account], model.active[account]) for account in roots}
        of = {email: account for account, (email, _) in found.items()}
        held = self.registry.credentials()
        pairs = {(of[row.user_email], row.credential_type): row.credential for row in held.itertuples()}
        assert pairs.keys() == model.holds()
        assert len(set(held["credential"])) == len(pairs) == int(held["newest"].sum())


def played(registry: Registry, folder: Path, history: list[tuple[object, ...]], order: random.Random) -> None:
    beside = Beside(registry, folder)
    for verb, *how in history:
        getattr(beside, verb)(*how)
        beside.compare()
    assert registry.verify() == []
    left = sorted(beside.model.into)
    order.shuffle(left)
    for account in left:
        beside.unmerge(account)
    beside.compare()
    assert registry.verify() == []


def run(folder: Path, fresh: Callable[[], Registry], examples: int) -> None:
    quiet = list(HealthCheck)

    @settings(max_examples=examples, deadline=None, suppress_health_check=quiet, derandomize=True, database=None)
    @given(steps, st.randoms(use_true_random=False))
    def check(history: list[tuple[object, ...]], order: random.Random) -> None:
        played(fresh(), folder, history, order)

    check()


@pytest.fixture
def fresh(home: Home, opened: Callable[..., Registry]) -> Callable[[], Registry]:
    """Organisations as new, one after the other."""
    return lambda: opened(home.copy_of(new_organisation))


@only_sqlite
@pytest.mark.parametrize("examples", [pytest.param(5, id="some"), pytest.param(150, marks=pytest.mark.long, id="many")])
def test_nobody_is_doubled_or_lost(tmp_path: Path, fresh: Callable[[], Registry], examples: int) -> None:
    """Whatever three directories say in turn: each account is one user or part of one, with what was written for it."""
    run(tmp_path, fresh, examples)


@only_postgres
@pytest.mark.parametrize("examples", [pytest.param(2, id="some"), pytest.param(40, marks=pytest.mark.long, id="many")])
def test_nobody_is_doubled_or_lost_on_a_server(tmp_path: Path, fresh: Callable[[], Registry], examples: int) -> None:
    """The same on PostgreSQL."""
    run(tmp_path, fresh, examples)
