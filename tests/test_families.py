"""Families: causes that one look can settle, month 1 and month 2 of one source."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import credtools as ct
from credtools.errors import RegistryError
from tests.builders import UPLOADER, export, only_sqlite, write
from tests.test_examples import DAY, NUMBER, TYPE, UNTIL, USER
from tests.test_examples import organisation as examples
from tests.two_months import FAMILY, GIVEN, LEAVERS, month, organisation

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.registry import Batch, Family, Registry
    from tests.conftest import Home

pytestmark = only_sqlite
MOST_LATER, MOST_FIRST = 8, 20


@pytest.fixture
def registry(home: Home) -> Registry:
    return ct.open(home.copy_of(organisation), by=UPLOADER)


def causes_of(batch: Batch) -> int:
    return int(batch.causes["blocks"].sum())


def taught(batch: Batch) -> list[Family]:
    """Each family that has a pattern is accepted, largest first; how they were."""
    accepted = []
    while found := [one for one in batch.families() if one.proposal and one.proposal.pattern]:
        ready = batch.review().ready
        assert batch.teach(found[0]).ready >= ready
        accepted.append(found[0])
    return accepted


@pytest.mark.long
def test_the_second_month_has_few_families(registry: Registry, tmp_path: Path) -> None:
    """Month 1 is settled by a few patterns; with its recipe month 2, of other people and values, has 8 or less."""
    first = registry.upload(month(tmp_path, 1))
    assert causes_of(first) > 3 * len(first.families())
    assert len(first.families()) <= MOST_FIRST
    assert len(taught(first)) < MOST_FIRST
    path = first.save_recipe(tmp_path / "recipes" / "hr.yaml")
    untaught = registry.upload(month(tmp_path, 2))
    later = registry.upload(month(tmp_path, 2), recipe=path)
    assert len(later.families()) <= MOST_LATER
    assert causes_of(later) < causes_of(untaught)
    text = path.read_text("utf-8").casefold()
    assert [name for name in (*GIVEN, *FAMILY) if name in text] == []


@pytest.mark.long
def test_an_unattended_run_does_the_same(registry: Registry, tmp_path: Path) -> None:
    """What the wizard showed by a taught recipe is what a run by the saved one does, row by row."""
    shown = registry.upload(month(tmp_path, 1))
    taught(shown)
    judgement, counts = shown.review().judgement, shown.review().counted
    path = shown.save_recipe(tmp_path / "recipes" / "hr.yaml")
    shown.discard()
    run = registry.upload(month(tmp_path, 1), recipe=path)
    assert (run.review().judgement, run.review().counted) == (judgement, counts)
    run.settle()
    assert run.counts.accepted == counts["ready"] - run.counts.unchanged


def test_each_cause_is_in_one_family(registry: Registry, tmp_path: Path) -> None:
    """Families divide the causes; each names the rows of its own causes and none else."""
    batch = registry.upload(month(tmp_path, 1))
    families, errors = batch.families(), batch.errors
    named = [cause for one in families for cause in one.causes]
    blocking = batch.causes[batch.causes["blocks"]]
    assert sorted(named) == sorted(batch.review().causes.query("blocks")["cause"])
    assert len(named) == len(blocking)
    for one in families:
        mine = batch.review().errors
        assert set(one.rows) == set(mine[mine["cause"].isin(one.causes)]["row"])
    assert errors["blocks"].any()


def test_leavers_are_one_family(registry: Registry, tmp_path: Path) -> None:
    """All who have left are one family, without a proposal: only a person knows what that means."""
    batch = registry.upload(month(tmp_path, 1))
    [left] = [one for one in batch.families() if one.kind == "left"]
    assert (left.code, len(left.causes), left.proposal) == ("user_exists", LEAVERS, None)
    with pytest.raises(RegistryError, match="No value is chosen"):
        batch.teach(left)


@pytest.mark.long
def test_near_users_are_corrected_one_by_one(registry: Registry, tmp_path: Path) -> None:
    """Unknown users who are each one letter from one who exists: a list, accepted as corrections, never as rules."""
    batch = registry.upload(month(tmp_path, 1))
    [near] = [one for one in batch.families() if one.kind == "near" and one.code == "user_exists"]
    assert near.proposal is not None
    assert near.proposal.pattern is None
    first, *others = near.changes
    batch.teach(near, only=[first.old])
    assert batch.patches()["new"].tolist() == [first.new]
    assert batch.recipe.rules == ()
    assert {one.old for family in batch.families() for one in family.changes} >= {one.old for one in others}


def test_nothing_is_changed_by_asking(registry: Registry, tmp_path: Path) -> None:
    """To list families or proposals changes neither recipe nor corrections nor the review."""
    batch = registry.upload(month(tmp_path, 1))
    before, recipe = batch.review(), batch.recipe
    for one in batch.families():
        if one.changes:
            batch.like(one.column, {one.changes[0].old: one.changes[0].new})
    assert (batch.review() is before, batch.recipe, len(batch.patches())) == (True, recipe, 0)


def test_what_a_decision_has_not_touched_is_kept(registry: Registry, tmp_path: Path) -> None:
    """After each decision the families are those of a batch that nobody has asked before, whatever was kept of them."""
    rows = [f"ana.silva0@example.org,First Aid,2024-02-{day:02},{until}," for day, until in enumerate(UNTILS, 3)]
    wrong = [f"{name};,Frist Aid,{day}. Mai 2024,2024-01-01," for day, name in enumerate(WRONG, 1)]
    batch = registry.upload(export(tmp_path, *rows, *wrong))
    found, kept = batch.families(), 0
    for line, column, value in (
        (2, UNTIL, ""),  # its cause is no more: those after it have other numbers
        (len(rows) + 3, USER, "ana.silva0@example.org"),
    ):
        before = [one.proposal for one in found if one.proposal]
        batch.patch(line=line, column=column, value=value)
        found = batch.families()
        assert found == registry.batch(batch.id).families()
        kept += sum(any(one.proposal is old for old in before) for one in found)
    assert kept > 2


UNTILS = ("2024-13-01", "2024-13-01", "soon", "2023-01-01", "Lifetime", "unlimited")
WRONG = ("ana.silva0@example.org", "ben.okafor0@example.org", "cara.lind0@example.org", "dora.quist0@example.org")
USUAL = {USER: "ben@example.org", TYPE: "First Aid", DAY: "2024-02-20", UNTIL: "", NUMBER: "1"}
USUAL_PERSON = {**USUAL, USER: "ana.silva0@example.org"}
# column, values of a file: what may not be offered for them
UNCERTAIN = [
    (USER, ["ana@example.org; ben@example.org", "cara@example.org; ben@example.org"]),  # one of two would be lost
    (DAY, ["2024-01-01 - 2025-01-01", "2024-02-01 - 2025-02-01"]),
    (DAY, ["04/03/2024", "05/04/2024"]),  # day and month could be either
    (DAY, ["2024", "2025"]),  # no day numbers, and which day of the year nobody says
    (DAY, ["03/2024", "04/2024"]),
    (NUMBER, ["#N/A", "#REF!"]),  # destroyed: there is nothing that could be made right
    (UNTIL, ["########", "#VALUE!"]),
    (TYPE, ["Crane", "Welding"]),
]


@pytest.mark.parametrize(("column", "values"), UNCERTAIN)
def test_what_is_uncertain_is_not_offered(home: Home, tmp_path: Path, column: str, values: list[str]) -> None:
    """Where a pattern would lose or guess something, the causes are still together, but nothing is offered."""
    registry = ct.open(home.copy_of(examples), by=UPLOADER)
    rows = [",".join({**USUAL, column: value}.values()) for value in values]
    found = registry.upload(export(tmp_path, *rows)).families()
    assert [family.proposal for family in found] == [None]


def test_a_swapped_order_is_no_second_format(home: Home, tmp_path: Path) -> None:
    """A column whose dates prove that the month comes first isn't offered to be read the other way round, too."""
    registry = ct.open(home.copy_of(examples), by=UPLOADER)
    rows = [",".join({**USUAL, DAY: value}.values()) for value in ("1/2/2025", "5/20/2025", "6/21/2025", "13/02/2025")]
    batch = registry.upload(export(tmp_path, *rows))
    while offered := [one for one in batch.families() if one.proposal and one.proposal.kind == "date_format"]:
        batch.teach(offered[0])
    assert batch.recipe.formats(DAY) == ("YYYY-MM-DD", "MM/DD/YYYY")


OTHER_PEOPLE = (
    "p01@example.org",
    "p09@example.org",
    "maria.lopez2@example.org",
    "annette@example.org",
    "annetta@example.org",
)
OTHER_TYPES = (
    *("ADR Class 1", "ADR Class 3", "Welding Level 1", "EN 1090", "Crane up to 5 t", "First Aid (Trainer)"),
    *("Rope Access A", "Rigging Level II", "Scaffolding"),
)


@pytest.fixture
def others(registry: Registry, tmp_path: Path) -> Registry:
    """With people and types that differ by a number or a letter."""
    users = [f"{one},{one.partition('@')[0]},,active," for one in OTHER_PEOPLE]
    headings = "Email,Name,External ID,Status,Deactivated on"
    registry.load("users", write(tmp_path, "more_users.csv", "\n".join([headings, *users, ""])))
    registry.load("types", write(tmp_path, "more_types.csv", "\n".join(["Name", *OTHER_TYPES, ""])))
    return registry


# a column, values of a file that are not what they look like
NOT_NEAR = [
    (TYPE, ["ADR Class 2", "Welding Level 2"]),
    (TYPE, ["ADR Class 4", "EN 1091", "Crane up to 50 t"]),
    (TYPE, ["Not Welding Level 1", "Not ADR Class 1"]),
    (TYPE, ["First Aid (refresher)"]),
    (TYPE, ["Rope Access B", "Rigging Level III"]),
    (USER, ["p31@example.org", "p99@example.org", "maria.lopez@example.org"]),
    (USER, ["annettx@example.org"]),  # as near to one as to the other
    (USER, ["maria.lopes2@example.org", "mario.lopez2@example.org"]),  # two who would become one
]


@pytest.mark.parametrize(("column", "values"), NOT_NEAR)
def test_what_is_another_value_is_not_offered(others: Registry, tmp_path: Path, column: str, values: list[str]) -> None:
    """Another number, grade or word, or what is near to two, is no slip: nothing is proposed, and no cause is lost."""
    rows = [",".join({**USUAL_PERSON, column: value}.values()) for value in values]
    batch = others.upload(export(tmp_path, *rows))
    found = batch.families()
    assert [one.sentence for one in found if one.proposal] == []
    assert sum(len(one.causes) for one in found) == causes_of(batch) == len(values)


def test_a_slip_is_offered(others: Registry, tmp_path: Path) -> None:
    """One letter, or two that changed places, in a long value is offered, number and grade untouched."""
    slips = {"ADR Clas 1": "ADR Class 1", "Weldign Level 1": "Welding Level 1", "Scafolding": "Scaffolding"}
    rows = [",".join({**USUAL_PERSON, TYPE: value}.values()) for value in slips]
    [found] = others.upload(export(tmp_path, *rows)).families()
    assert {one.old: one.new for one in found.changes} == slips


def test_only_what_says_never_is_offered_to_be_it(others: Registry, tmp_path: Path) -> None:
    """A blank, a question or a name may mean anything: only what plainly says it is proposed as never."""
    plain = ["Lifetime", "no expiry", "PERMANENT", "unbefristet", "31.12.9999"]
    rows = [
        ",".join({**USUAL_PERSON, UNTIL: word}.values())
        for word in (*plain, "n/a", "-", "?", "tbd", "ask Ana Silva", "0000-00-00")
    ]
    batch = others.upload(export(tmp_path, *rows))
    [never] = [one for one in batch.families() if one.proposal]
    assert sorted(one.old for one in never.changes) == sorted(plain)
    batch.teach(never)
    assert sorted(batch.recipe.never) == sorted(plain)


MISSPELT = ("First Aif", "Frist Aid", "Forklifd", "Scubba")
DAYS = ("05.06.2024", "2024/06/05", "2024-13-01")


def told(family: Family) -> tuple[object, ...]:
    return family.code, family.column, family.kind, family.causes, family.rows, family.sentence, str(family.changes)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 12))])
def test_families_that_are_kept_are_those_found_anew(registry: Registry, tmp_path: Path, seed: int) -> None:
    """Rules, formats, cells, words, in this column or another: nothing depends on what was found before."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    rows = [
        f"{chance.choice([USER, USER, 'bne@example.org', 'x@exmaple.org'])},{chance.choice([TYPE, *MISSPELT])},"
        f"{chance.choice([DAY, DAY, *DAYS])},{chance.choice([UNTIL, '', *DAYS])},{k}"
        for k in range(24)
    ]
    batch = registry.upload(export(tmp_path, *rows))
    for _ in range(8 if seed else 3):
        batch.families()
        resolved = batch.review().resolved
        kind = chance.choice(["rule", "rule", "cell", "format", "never"])
        if kind == "rule":
            wrong = [text for text in MISSPELT if (resolved["credential_type_text"] == text).any()]
            if wrong:
                batch.replace(
                    "credential_type", {chance.choice(wrong): chance.choice([TYPE, "First Aid", "Frist Aid"])}
                )
        elif kind == "cell":
            column = chance.choice(["credential_type", "issue_date", "user_email"])
            new = {"credential_type": [TYPE, "Scubba"], "issue_date": [DAY, *DAYS], "user_email": [USER, "x@y.z"]}[
                column
            ]
            batch.patch(chance.randint(2, 25), column, chance.choice(new))
        elif kind == "format":
            form = chance.choice(["YYYY-MM-DD", "DD.MM.YYYY", "YYYY/MM/DD"])
            forms = {
                "issue_date": ("YYYY-MM-DD", form),
                chance.choice(["expiration_date", "issue_date"]): ("YYYY-MM-DD", form),
            }
            batch.use(replace(batch.recipe, date_format={**batch.recipe.date_format, **forms}))
        else:
            batch.never("2024-13-01")
        fresh = registry.batch(batch.id)
        assert list(map(told, batch.families())) == list(map(told, fresh.families()))
