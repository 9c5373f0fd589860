"""Random histories of two sources beside a small model: after each step both say the same of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import case, select, true

import credtools as ct
from credtools.errors import RegistryError
from credtools.registry import Registry, validity
from credtools.registry import registry as registry_module
from credtools.store import tables
from tests.builders import UPLOADER, only_postgres, only_sqlite
from tests.conftest import Home
from tests.histories import COUNTING, WAIVERS, Batch, Model, Row, Source, Version
from tests.nights import company

SOURCES = {
    "hr": Source(full=True, has_status=True),
    "lms": Source(keeps_blanks=True),
    "crm": Source(full=True, withdraws=True),
}
RECIPES = {
    "hr": "date_format: YYYY-MM-DD\nexport: {full: 0.5}\nblanks: clear\n"
    "status: {valid: [Active], withdrawn: [Revoked], leave_out: [Draft]}\n",
    "lms": "date_format: YYYY-MM-DD\nblanks: keep\n",
    "crm": "date_format: YYYY-MM-DD\nexport: {full: 0.5}\nblanks: clear\nabsent: withdraw\n",
}
TITLES = {
    "user": "User email",
    "kind": "Credential type",
    "issue": "Issue date",
    "expires": "Expiration date",
    "number": "Credential number",
    "status": "Status",
}
KEYS = [("ana", "Forklift"), ("ana", "Welding"), ("ben", "Forklift"), ("cleo", "Welding")]
EDITS: dict[str, list[str]] = {
    "issue": ["2024-01-01", "2024-06-01", "2025-01-01"],
    "expires": ["", "2029-01-01", "2030-01-01"],
    "number": ["", "F-1", "F-2"],
    "status": ["Active", "Revoked", "Draft"],
    "typo": ["", "", "user", "kind", "issue"],
}

ACTS = ["undo", "undo", "approve", "decline", "undecide", "withdraw", "reinstate", "waive", "waive_for_good", "reopen"]

edit = st.one_of(
    st.just(("keep", "")),
    st.just(("gone", "")),
    *(st.tuples(st.just(name), st.sampled_from(values)) for name, values in EDITS.items()),
)
file = st.tuples(
    st.just("file"),
    st.sampled_from(sorted(SOURCES)),
    st.sampled_from([("expires", "number"), ("expires", "number"), ("expires",), ("number",), ()]),
    st.tuples(*(edit for _ in KEYS)),
)
some = st.integers(0, 30)
act = st.tuples(st.sampled_from(ACTS), some)
step = st.one_of(file, file, file, act)


class Lived:
    """A registry and the model of it, side by side."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self.registry = registry
        self.model = Model(SOURCES, frozenset({"First Aid", "Welding"}))
        self.recipes = {name: folder / f"{name}.yaml" for name in SOURCES}
        for name, path in self.recipes.items():
            path.write_text(RECIPES[name], "utf-8")
        self.rows = {
            name: [Row(*key, "2024-01-01", "2029-01-01", f"{name[0].upper()}-{key[0]}") for key in KEYS]
            for name in SOURCES
        }
        self.gone: dict[str, set[int]] = {name: set() for name in SOURCES}
        self.numbers: dict[int, int] = {}  # the model's batches by the registry's
        self.decided: list[tuple[Version, int, int, tuple[int, ...]]] = []  # as whose, and what had been done by then

    def step(self, step: tuple[Any, ...]) -> None:
        kind, *values = step
        getattr(self, kind)(*values)
        self.compare(step)

    # --- steps ----------------------------------------------------------------------------------------------

    def file(self, source: str, more: tuple[str, ...], edits: tuple[tuple[str, str], ...]) -> None:
        rows, gone = self.rows[source], self.gone[source]
        for place, (name, value) in enumerate(edits):
            if name == "gone":
                gone ^= {place}
            elif name != "keep":
                rows[place] = replace(rows[place], **{name: value})
        left = [row for place, row in enumerate(rows) if place not in gone]
        left = [row for row in left if row.user not in self.model.erased]
        if not left:
            return
        columns = ("user", "kind", "issue", *more, *(("status",) if SOURCES[source].has_status else ()))
        content = "\n".join(
            ",".join(cells[name] for name in columns)
            for cells in (dict(zip(columns, TITLES.values(), strict=False)), *(row.cells(columns) for row in left))
        )
        content = content.replace(content.split("\n")[0], ",".join(TITLES[name] for name in columns), 1) + "\n"
        expected = self.model.judge(source, left, columns, content)
        receipt = self.registry.upload(content.encode(), self.recipes[source], name=f"{source}.csv").finish()
        if receipt.replayed:
            last = [batch for batch in self.model.standing_batches if batch.source == source][-1]
            assert last.bytes == content or not self.model.would_change(expected), "replayed, though it is news"
            return
        self.model.keep(expected)
        self.numbers[expected.id] = receipt.batch
        counts = {name: count for name, count in receipt.counts.as_dict().items() if count}
        assert sum(expected.counts.values()) == counts.pop("rows")
        accepted = counts.pop("accepted", 0)
        alike("counts", counts.items(), expected.counts.items(), edits)
        assert accepted == sum(expected.counts[name] for name in ("new", "new_versions", "older", "withdrawn"))

    def undo(self, which: int) -> None:
        if batches := self.model.standing_batches:
            self.take_back(batches[which % len(batches)])

    def take_back(self, batch: Batch) -> None:
        before = self.model.said()
        batch.undone = True
        fallen = before - self.model.said()
        seen = self.registry.undo(self.numbers[batch.id], dry_run=True)
        done = self.registry.undo(self.numbers[batch.id])
        assert seen == done
        assert done.fallen == len(fallen)

    def undecide(self, which: int) -> None:
        """One that nothing has happened to since waits again; else it does, or nothing is changed at all."""
        if decided := [one for one in self.decided if one[0].decision != "pending"]:
            one, batch, line, before = decided[which % len(decided)]
            refused = ""
            try:
                self.registry.undecide(batch, [line])
            except RegistryError as problem:
                refused = problem.reason
            if not refused:
                one.decision = "pending"
            assert refused in ("", "decision_too_old") or before != self.touched(one, batch)

    def decide(self, one: Version, decision: str) -> None:
        place, line = self.model.place(one)
        batch = self.numbers[place]
        if decision == "approved":
            self.registry.approve(batch, [line])
        else:
            self.registry.decline(batch, [line], "no signature")
        one.decision = decision
        self.decided = [other for other in self.decided if other[0] is not one]
        self.decided.append((one, batch, line, self.touched(one, batch)))

    def touched(self, one: Version, batch: int) -> tuple[int, ...]:
        """How much has been done with a credential so far, and with the batch as whose it was decided."""
        model = self.model
        spoken = sum(one.key in {*other.said, *other.absent} for other in model.batches)
        undone = [self.numbers[other.id] for other in model.batches if other.undone]
        return spoken, sum(key == one.key for _, key, _, _ in model.acts), batch in undone, one.erased

    def approve(self, which: int) -> None:
        if waiting := [one for one in self.model.standing() if one.decision == "pending"]:
            self.decide(waiting[which % len(waiting)], "approved")

    def decline(self, which: int) -> None:
        waiting = [one for one in self.model.standing() if one.decision == "pending"]
        alike = Counter((one.key, one.content) for one in self.model.standing())
        if waiting := [one for one in waiting if alike[one.key, one.content] == 1]:
            self.decide(waiting[which % len(waiting)], "declined")

    def withdraw(self, which: int) -> None:
        withdrawn = self.model.withdrawn()
        some = [one for one in self.model.standing() if one.decision in COUNTING and one.id not in withdrawn]
        if some:
            one = some[which % len(some)]
            self.registry.withdraw(self.numbers[one.batch], [one.line], "revoked")
            self.model.acts.append((len(self.model.batches), one.key, one.content.issue, "withdrawn"))

    def reinstate(self, which: int) -> None:
        withdrawn = self.model.withdrawn()
        some = [one for one in self.model.standing() if one.decision in COUNTING and one.id in withdrawn]
        if some:
            one = some[which % len(some)]
            self.registry.reinstate(self.numbers[one.batch], [one.line], "by mistake")
            self.model.acts.append((len(self.model.batches), one.key, one.content.issue, "reinstated"))

    def waive(self, which: int, act: str = "waive") -> None:
        before, _ = WAIVERS[act]
        if some := [one for one in self.model.rejects() if one.state in before]:
            one = some[which % len(some)]
            batch, lines = self.numbers[one.place[0]], [one.place[1]]
            if act == "reopen":
                self.registry.reopen(batch, lines)
            else:
                self.registry.waive(batch, lines, "has left", for_good=act == "waive for good")
            self.model.waivers.append((len(self.model.batches), one, act))

    def waive_for_good(self, which: int) -> None:
        self.waive(which, "waive for good")

    def reopen(self, which: int) -> None:
        self.waive(which, "reopen")

    def erase(self, user: str) -> None:
        self.model.erase(user)
        self.registry.erase(f"{user}@example.org", "asked for it")

    # --- both sides -----------------------------------------------------------------------------------------

    def compare(self, step: Any) -> None:
        model = self.model
        withdrawn, replaced = model.withdrawn(), model.replaced()
        expected = {
            (self.numbers[one.batch], one.line): (
                *(*one.key, *one.content, one.decision),
                *(one.id in withdrawn, one.id in replaced),
            )
            for one in model.standing()
        }
        frame = self.registry.credentials()
        stored = {
            (row.batch, row.line): (
                *(row.user_email.partition("@")[0], row.credential_type, str(row.issue_date)[:10]),
                *("" if str(row.expiration_date) == "NaT" else str(row.expiration_date)[:10], row.credential_number),
                *(row.decision, bool(row.withdrawn), bool(row.replaced)),
            )
            for row in frame.itertuples()
        }
        alike("versions", stored.items(), expected.items(), step)
        counts = {
            (row.user_email.partition("@")[0], row.credential_type): str(row.issue_date)[:10]
            for row in validity.counting(frame).itertuples()
        }
        expected_counting = {key: content.issue for key, content in model.counting().items()}
        alike("counting", counts.items(), expected_counting.items(), step)
        for source in SOURCES:
            told = {key: (word.state, word.content.issue) for key, word in model.words(source).items()}
            alike(f"words of {source}", self.words(source).items(), told.items(), step)
        rejects = {((self.numbers[one.place[0]], one.place[1]), one.state) for one in model.rejects()}
        unsure = {place for place, _ in self.rejects(erased=True)}
        expected_rejects = {one for one in rejects if one[0] not in unsure}
        alike("rejects", {one for one in self.rejects() if one[0] not in unsure}, expected_rejects, step)
        if step[0] != "file":  # what a file leaves is looked at after the next step
            assert self.registry.verify() == [], step

    def rejects(self, *, erased: bool = False) -> set[tuple[tuple[int, int], str]]:
        """(batch, line) and state of those that are open or waived.

        Of `erased` ones nobody knows any more which are one record, unless one had taken the other's place by then.
        """
        reject = tables.rejects.c
        state = case((reject.for_good, "for good"), else_=reject.state)
        statement = select(reject.batch_id, reject.line, state).where(reject.state.in_(["open", "waived"]))
        with self.registry.engine.connect() as connection:
            found = connection.execute(statement.where(reject.record_digest.is_(None) if erased else true()))
            return {((batch, line), how) for batch, line, how in found}

    def words(self, source: str) -> dict[tuple[str, str], tuple[str, str]]:
        word, credential = tables.words.c, tables.credentials.c
        user, kind, named = tables.users.c, tables.credential_types.c, tables.sources.c
        statement = (
            select(user.email, kind.name, word.state, word.issue_date)
            .select_from(tables.words)
            .join(tables.sources, named.id == word.source_id)
            .join(tables.credentials, credential.id == word.credential_id)
            .join(tables.users, user.id == credential.user_id)
            .join(tables.credential_types, kind.id == credential.type_id)
            .where(named.name == source)
        )
        with self.registry.engine.connect() as connection:
            rows = connection.execute(statement).all()
        assert len({row[:2] for row in rows}) == len(rows)
        return {(email.partition("@")[0], name): (state, str(day)) for email, name, state, day in rows}

    def end(self, order: Any) -> None:
        """Undo of everything, in any order, leaves nothing."""
        batches = self.model.standing_batches
        order.shuffle(batches)
        for batch in batches:
            self.take_back(batch)
            self.compare(("undo", batch.id))
        assert self.registry.credentials().empty
        assert not any(map(self.words, SOURCES))
        assert not self.rejects()
        assert self.registry.verify() == []


def alike(what: str, stored: Iterable[Any], expected: Iterable[Any], step: Any) -> None:
    """Fails with what only one side says."""
    stored, expected = set(stored), set(expected)
    assert stored == expected, (
        f"{what} after {step}: only stored {stored - expected}, only expected {expected - stored}"
    )


def live(home: Home, folder: Path, steps: list[tuple[Any, ...]], leaver: str, order: Any) -> None:
    lived = Lived(ct.open(home.copy_of(company), by=UPLOADER), folder)
    try:
        for one in steps:
            lived.step(one)
        if leaver and any(one.key[0] == leaver for one in lived.model.standing()):
            lived.erase(leaver)
            lived.compare("erased")
            for source in SOURCES:
                lived.step(("file", source, ("expires", "number"), (("keep", ""),) * len(KEYS)))
            assert lived.registry.verify() == []
        lived.end(order)
    finally:
        lived.registry.engine.dispose()


usual = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
leavers = st.sampled_from(["", "", "ana", "ben"])


@only_sqlite
@settings(usual, max_examples=4, derandomize=True)
@given(steps=st.lists(step, min_size=4, max_size=7), leaver=leavers, order=st.randoms(use_true_random=False))
def test_a_history(
    home: Home, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]], leaver: str, order: Any
) -> None:
    """Versions, words, withdrawals, rejects and counts are those of the model after each step; undo leaves nothing."""
    live(home, tmp_path_factory.mktemp("history"), steps, leaver, order)


@only_postgres
@settings(usual, max_examples=2, derandomize=True)
@given(steps=st.lists(step, min_size=4, max_size=7), leaver=leavers, order=st.randoms(use_true_random=False))
def test_a_history_on_a_server(
    home: Home, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]], leaver: str, order: Any
) -> None:
    """The same on PostgreSQL."""
    live(home, tmp_path_factory.mktemp("history"), steps, leaver, order)


SAME = (("keep", ""),) * len(KEYS)


@only_sqlite
@pytest.mark.parametrize("verb", ["approve", "undo", "withdraw", "waive"])
def test_a_history_sees_what_is_not_done(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Negative control: when a verb says that it was done and does nothing, the model disagrees."""
    done = registry_module.Registry.undo
    nothing = (lambda self, number, **_: done(self, number, dry_run=True)) if verb == "undo" else lambda *_, **__: None
    steps = [("file", "hr", ("expires", "number"), (("typo", "user"), *SAME[1:])), (verb, 0)]
    live(home, tmp_path, steps, "", Random(1))  # noqa: S311 - the same order each time
    monkeypatch.setattr(registry_module.Registry, verb, nothing)
    with pytest.raises(AssertionError):
        live(home, tmp_path, steps, "", Random(1))  # noqa: S311


@pytest.mark.long
@settings(usual, max_examples=200)
@given(steps=st.lists(step, min_size=6, max_size=30), leaver=leavers, order=st.randoms(use_true_random=False))
def test_a_long_history(
    home: Home, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]], leaver: str, order: Any
) -> None:
    """The same over weeks."""
    live(home, tmp_path_factory.mktemp("history"), steps, leaver, order)
