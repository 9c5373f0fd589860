from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from credtools.audit import sections
from credtools.audit.filters import GROUPS, WORDS, Filters
from credtools.errors import CredtoolsError
from credtools.model import REJECT_STATES
from credtools.recipe import Recipe
from credtools.registry import Registry
from tests.builders import ANA, BEN, MIXED, ZOE, export, load, rows_of, tamper, write

WRONG = "yan@example.org,Frist Aid,10.01.2024,,"


@pytest.fixture
def audited(registry: Registry, tmp_path: Path) -> Registry:
    """Two sources: `manual` with one fixed reject and one open one with three errors, `hr` with one open one."""
    registry.upload(export(tmp_path, *MIXED, name="a.csv")).finish()
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    registry.upload(export(tmp_path, *MIXED, name="a.csv")).finish()
    registry.upload(export(tmp_path, WRONG, BEN, name="b.csv")).finish()
    nobody = "nobody@example.org,Forklift,2024-01-01,,"
    registry.upload(export(tmp_path, BEN, nobody, name="c.csv"), recipe=write(tmp_path, "hr.yaml", "")).finish()
    return registry


def counts(frame: pd.DataFrame) -> dict[str, list[int]]:
    assert list(frame.columns) == ["open", "fixed", "waived", "superseded", "void"]
    return {str(key): row.tolist() for key, row in frame.iterrows()}


def test_every_error_of_every_reject(audited: Registry) -> None:
    """One row per error, with the place in the file, the sentence, and what became of the row."""
    frame = audited.audit.rejects()
    found = [
        tuple(row)
        for row in frame[["batch", "source", "line", "state", "code", "column", "value"]].itertuples(index=False)
    ]
    assert found == [
        (1, "manual", 3, "fixed", "user_exists", "user_email", "zoe@example.org"),
        (3, "manual", 2, "open", "user_exists", "user_email", "yan@example.org"),
        (3, "manual", 2, "open", "credential_type_exists", "credential_type", "Frist Aid"),
        (3, "manual", 2, "open", "date_format", "issue_date", "10.01.2024"),
        (4, "hr", 3, "open", "user_exists", "user_email", "nobody@example.org"),
    ]
    fixed = frame.iloc[0]
    assert (fixed["fixed_batch"], fixed["fixed_line"]) == (2, 3)
    assert fixed["raw"] == '["zoe@example.org", "First Aid", "2024-04-01", "", ""]'
    assert frame.iloc[2]["suggestion"] == "First Aid"


def test_rejects_by_code(audited: Registry) -> None:
    """By code: a reject counts once for each of its codes; the most open come first."""
    assert counts(audited.audit.rejects(by="code")) == {
        "user_exists": [2, 1, 0, 0, 0],
        "credential_type_exists": [1, 0, 0, 0, 0],
        "date_format": [1, 0, 0, 0, 0],
    }
    assert next(iter(counts(audited.audit.rejects(by="code")))) == "user_exists"


def test_rejects_by_column(audited: Registry) -> None:
    """By column: how often each column was to blame."""
    assert counts(audited.audit.rejects(by="column")) == {
        "user_email": [2, 1, 0, 0, 0],
        "credential_type": [1, 0, 0, 0, 0],
        "issue_date": [1, 0, 0, 0, 0],
    }


def test_rejects_by_source(audited: Registry) -> None:
    """By source: a reject with three errors is one reject; one of an undone batch is void."""
    assert counts(audited.audit.rejects(by="source")) == {"manual": [1, 1, 0, 0, 0], "hr": [1, 0, 0, 0, 0]}
    audited.undo(4)
    assert counts(audited.audit.rejects(by="source"))["hr"] == [0, 0, 0, 0, 1]


def test_rejects_by_week(audited: Registry) -> None:
    """By week: rejects by the week in which they were first seen."""
    frame = audited.audit.rejects(by="week")
    assert list(frame["open"]) == [2]
    assert list(frame["fixed"]) == [1]


def test_superseded_rejects_are_counted_apart(registry: Registry, tmp_path: Path) -> None:
    """A row that comes again and again is open once; its forerunners are superseded."""
    for number in range(3):
        rows = (ZOE, BEN.replace("2024", str(2020 + number)))
        registry.upload(export(tmp_path, *rows, name=f"{number}.csv")).finish()
    assert counts(registry.audit.rejects(by="code")) == {"user_exists": [1, 0, 0, 2, 0]}


def test_rejects_of_one_batch(audited: Registry) -> None:
    """Of one batch: only its own."""
    assert audited.audit.rejects(batch=4)["value"].tolist() == ["nobody@example.org"]
    assert audited.audit.rejects(batch=2).empty


@pytest.mark.parametrize("kind", [str, date.fromisoformat], ids=["text", "date"])
def test_rejects_since_a_day(audited: Registry, kind: type) -> None:
    """Since: first seen on this day (UTC) or later."""
    today = datetime.now(UTC).date()
    assert len(audited.audit.rejects(since=kind(str(today - timedelta(days=1))))) == 5
    assert audited.audit.rejects(since=kind(str(today + timedelta(days=1)))).empty


def test_no_rejects_are_no_error(registry: Registry) -> None:
    """Where nothing was rejected each question has an empty answer of the same shape."""
    assert registry.audit.rejects().empty
    for by in ("code", "column", "source"):
        assert counts(registry.audit.rejects(by=by)) == {}
    assert registry.audit.rejects(since="2024-01-01").empty


ALL_GROUPS = "code, column, source, recipe, type, uploader, week"
REFUSED = {
    "group": (lambda audit: audit.rejects(by="colour"), "group_unknown", "colour", ALL_GROUPS),
    "second group": (lambda audit: audit.cross("code", "colour"), "group_unknown", "colour", ALL_GROUPS),
    "group of a flow": (lambda audit: audit.flow(by="code"), "flow_group_unknown", "code", "source, week"),
    "state": (
        lambda audit: audit.ageing(state="lost"),
        "state_unknown",
        "lost",
        "open, fixed, waived, superseded, void",
    ),
    "filter": (lambda audit: audit.trend(colour="red"), "filter_unknown", "colour", ", ".join(WORDS)),
    "source": (lambda audit: audit.flow(source="payroll"), "filter_source_unknown", "payroll", "hr, manual"),
    "type": (
        lambda audit: audit.time_to_fix(type="Frist Aid"),
        "filter_type_unknown",
        "Frist Aid",
        "First Aid, Forklift, Licence, Passport",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_unknown_words_are_refused(audited: Registry, name: str) -> None:
    """A word that means nothing here is refused with those that do, not answered by an empty table."""
    ask, reason, word, choices = REFUSED[name]
    with pytest.raises(CredtoolsError) as caught:
        ask(audited.audit)
    assert (caught.value.reason, caught.value.facts) == (reason, {"word": word, "choices": choices})


IMPOSSIBLE = {
    "the same group twice": (lambda audit: audit.cross("code", "code"), "same_group_twice", {"word": "code"}),
    "day": (lambda audit: audit.rejects(since="yesterday"), "day_malformed", {"day": "yesterday"}),
    "days the wrong way round": (
        lambda audit: audit.rejects(by="code", since="2026-12-01", until=date(2026, 1, 1)),
        "days_swapped",
        {"since": "2026-12-01", "until": date(2026, 1, 1)},
    ),
    "row": (lambda audit: audit.row(1, 99), "row_not_judged", {"batch": 1, "line": 99}),
    "user": (
        lambda audit: audit.credential("yan@example.org", "First Aid"),
        "credential_of_nobody",
        {"user": "yan@example.org"},
    ),
    "type of a credential": (
        lambda audit: audit.credential("ana@example.org", "Frist Aid"),
        "credential_of_no_type",
        {"type": "Frist Aid"},
    ),
    "person": (lambda audit: audit.person("one@example.org"), "person_unknown", {"email": "one@example.org"}),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_questions_without_an_answer_are_refused(audited: Registry, name: str) -> None:
    """What can't be answered is refused with its reason, not answered by an empty table."""
    ask, reason, facts = IMPOSSIBLE[name]
    with pytest.raises(CredtoolsError) as caught:
        ask(audited.audit)
    assert (caught.value.reason, caught.value.facts) == (reason, facts)


def test_every_filter_has_its_words(audited: Registry) -> None:
    """The help of the filters is written once; that of the state names the states that there are."""
    assert list(WORDS) == list(Filters.__annotations__)
    assert WORDS["state"].help.endswith(f"{', '.join(REJECT_STATES[:-1])} or {REJECT_STATES[-1]}.")
    assert all(word.title and word.help.endswith(".") for word in WORDS.values())
    for name in WORDS:
        assert len(audited.audit.rejects(**{name: None})) == len(audited.audit.rejects())


def test_no_figures_are_zeros(registry: Registry) -> None:
    """Where nothing was rejected counts are 0, and what can't be said is missing."""
    audit = registry.audit
    assert audit.ageing().to_dict("records") == [{"up to 7 days": 0, "8 to 30": 0, "31 to 90": 0, "over 90": 0}]
    (took,) = audit.time_to_fix().to_dict("records")
    assert (took["count"], pd.isna(took["median"]), pd.isna(took["90th percentile"])) == (0, True, True)
    names = ("rows", "accepted", "unchanged", "rejected", "left_out", "open", "fixed", "waived", "superseded")
    assert audit.flow().to_dict("records") == [dict.fromkeys(names, 0)]
    for table in (audit.trend(), audit.cross("source", "code"), audit.ageing("type"), audit.recipe_changes()):
        assert table.empty


def types(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


MOMENT = "datetime64[us, UTC]"
ROW_TYPES = {
    **dict.fromkeys(("reject", "batch", "line", "sheet", "piece"), "int64"),
    **dict.fromkeys(("source", "type", "uploader", "recipe", "state", "reason", "raw"), "str"),
    **dict.fromkeys(("code", "column", "heading", "value", "title", "resolution", "suggestion"), "str"),
    **dict.fromkeys(("first_seen", "changed_at"), MOMENT),
    **dict.fromkeys(("fixed_batch", "fixed_sheet", "fixed_line", "fixed_piece", "superseded_by"), "Int64"),
    **dict.fromkeys(("file", "changed_by"), "str"),
    "for_good": "bool",
}
WHERE = dict.fromkeys(("batch", "sheet", "line", "piece"), "int64")
ACT_TYPES = {"at": MOMENT, "by": "str", "what": "str", "told": "str", "sentence": "str", **WHERE}
CHANGE_TYPES = {
    "source": "str",
    "before": "int64",
    "after": "int64",
    "at": MOMENT,
    "recipe_before": "str",
    "recipe_after": "str",
    "fixed": "int64",
    "broke": "Int64",
}
COUNTS = dict.fromkeys(("open", "fixed", "waived", "superseded", "void"), "int64")
FLOW = ("rows", "accepted", "unchanged", "rejected", "left_out", "open", "fixed", "waived", "superseded")


def test_frames_have_the_types_of_their_columns(registry: Registry, tmp_path: Path) -> None:
    """Each column of an answer has the same type with rows and without."""
    for rows in ((), (*MIXED, WRONG)):
        if rows:
            registry.upload(export(tmp_path, *rows)).finish()
        audit = registry.audit
        assert types(audit.rejects()) == types(audit.newest(5)) == ROW_TYPES
        assert types(audit.recipe_changes()) == CHANGE_TYPES | {
            "recipe_after": "str",
            "fixed": "int64",
            "broke": "Int64",
        }
        for by in GROUPS:
            assert types(audit.rejects(by)) == COUNTS
            assert str(audit.rejects(by).index.dtype) == "str"
            assert set(types(audit.cross(by, "source" if by == "code" else "code")).values()) <= {"int64"}
            assert types(audit.ageing(by)) == dict.fromkeys(("up to 7 days", "8 to 30", "31 to 90", "over 90"), "int64")
            took = types(audit.time_to_fix(by))
            assert took == {"count": "int64", "median": "float64", "90th percentile": "float64"}
        for by in ("source", "week"):
            flow = audit.flow(by)
            assert types(flow) == dict.fromkeys(FLOW, "int64")
            assert str(flow.index.dtype) == "str"
    assert types(registry.audit.row(1, 3)) == types(registry.audit.row(1, 2)) == ACT_TYPES | {"credential": "str"}
    assert types(registry.audit.credential("ana@example.org", "Licence", "7")) == ACT_TYPES | {"credential": "str"}
    versions = {"at": MOMENT, "by": "str", "version": "int64", "what": "str", **WHERE}
    assert types(registry.history(1, 2)) == versions | {"before": "str", "after": "str"}


def test_history_is_the_timeline_of_the_credential(audited: Registry) -> None:
    """`registry.history` tells of a line what `audit.row` tells of its credential, with what it was before."""
    history, row = audited.history(2, 3), audited.audit.row(2, 3)
    assert history["what"].tolist() == ["uploaded", "issue_date"]
    same = ["at", "by", "batch", "line", "what"]
    (dated,) = row.loc[row["what"] == "issue_date", same].itertuples(index=False, name=None)
    assert dated == tuple(history.loc[1, same])


def test_a_cleared_value_is_told_as_cleared(registry: Registry, tmp_path: Path) -> None:
    """A value that a later file took away is not shown as if that had brought it."""
    row = "ana@example.org,First Aid,2024-01-10,2030-01-10,{}"
    for number in ("F-1", ""):
        registry.upload(export(tmp_path, row.format(number), name=f"{number or 0}.csv")).finish()
    told = [act[3] for act in acts(registry.audit.row(2, 2)) if act[0] == "number"]
    assert told == ["F-1", "F-1 → (none)"]


def test_days_are_both_included(audited: Registry) -> None:
    """Since and until name days (UTC), of which both belong to what is asked."""
    today = datetime.now(UTC).date()
    assert len(audited.audit.rejects(since=today - timedelta(days=1), until=today)) == 5
    assert audited.audit.rejects(until=today - timedelta(days=1)).empty


STATUS = "status: {valid: [Held], withdrawn: [Revoked], leave_out: [Failed]}\nexport: {full: 0.5}\n"


def deliver(registry: Registry, folder: Path, source: str, *rows: str) -> None:
    headings = "User email,Credential type,Issue date,Status"
    file = export(folder, *rows, name=f"{len(registry.batches())}.csv", headings=headings)
    registry.upload(file, recipe=write(folder, f"{source}.yaml", STATUS)).finish()


def test_what_one_source_no_longer_lists(registry: Registry, tmp_path: Path) -> None:
    """What a full list holds no longer is asked of all sources or of one, and counted by source and type."""
    ana, ben, cara = (f"{name}@example.org,Forklift,2024-01-01,Held" for name in ("ana", "ben", "cara"))
    for source, gone in (("hr", ana), ("lms", ben)):
        deliver(registry, tmp_path, source, ana, ben, cara)
        deliver(registry, tmp_path, source, *(row for row in (ana, ben, cara) if row != gone))
    ask = registry.audit.unlisted
    names = ["source", "user_email", "batch", "withdrawn"]
    hr, lms = ["hr", "ana@example.org", 2, False], ["lms", "ben@example.org", 4, False]
    assert ask()[names].to_numpy().tolist() == [hr, lms]
    assert [ask(source)[names].to_numpy().tolist() for source in ("hr", "lms")] == [[hr], [lms]]
    (section,) = (one for one in sections.sections(registry.audit, {"source": "lms"}) if one.name == "unlisted")
    assert [row[:4] for row in section.rows] == [("lms", "Forklift", 1, 0)]


def test_left_out_and_withdrawn_rows_flow(registry: Registry, tmp_path: Path) -> None:
    """A withdrawal is accepted, a repeated one unchanged; a row left out is neither, and of no type that is known."""
    ana, ben = "ana@example.org,Forklift,2024-01-01,{}", "ben@example.org,First Aid,2024-01-01,{}"
    deliver(registry, tmp_path, "hr", ana.format("Held"), ben.format("Failed"))
    deliver(registry, tmp_path, "hr", ana.format("Revoked"), ben.format("Failed"), "zoe@example.org,x,2024-01-01,Held")
    deliver(registry, tmp_path, "hr", ana.format("Revoked"), ben.format("Held"))
    names = ["rows", "accepted", "unchanged", "rejected", "left_out", "open"]
    assert registry.audit.flow()[names].to_numpy().tolist() == [[7, 3, 1, 1, 2, 1]]
    assert registry.audit.flow(type="Forklift")[names].to_numpy().tolist() == [[3, 2, 1, 0, 0, 0]]
    assert registry.audit.flow(type="First Aid")[names].to_numpy().tolist() == [[1, 1, 0, 0, 0, 0]]


def test_what_left_rows_out_is_said_of_both_ways(registry: Registry, tmp_path: Path) -> None:
    """The page of the audit doesn't say of rows that a rule left out that their status did."""
    recipe = Recipe.parse("rules: [{leave_out: {column: Site, values: [North]}}]", source="hr")
    rows = ("ana@example.org,First Aid,2024-01-10,,,North", "ben@example.org,First Aid,2024-01-10,,,South")
    headings = "User email,Credential type,Issue date,Expiration date,Credential number,Site"
    registry.upload(export(tmp_path, *rows, headings=headings), recipe).finish()
    assert " 1 left out by their status or by a rule." in sections.flow(registry.audit, {}).sentence


# --- histories ----------------------------------------------------------------------------------------------


def acts(frame: pd.DataFrame) -> list[tuple[str, int, int, str]]:
    """(what, batch, line, told), fingerprints left out."""
    short = frame["told"].str.replace(r"(recipe|schema) [0-9a-f]{16}", r"\1", regex=True)
    return list(zip(frame["what"], frame["batch"], frame["line"], short, strict=True))


FOLLOWED = [
    ("uploaded", 1, 3, "a.csv · source manual"),
    ("rejected", 1, 3, "user_exists · recipe · schema"),
    ("uploaded", 2, 3, "a.csv · source manual"),
    ("new", 2, 3, "recipe · schema"),
    ("issue_date", 2, 3, "2024-04-01"),
    ("fixed", 1, 3, "by batch 2 line 3"),
]


def test_a_row_is_followed_from_both_ends(audited: Registry) -> None:
    """Since when, from which source, by which rule, under which recipe, and what it became: on one page."""
    assert acts(audited.audit.row(1, 3)) == FOLLOWED
    assert acts(audited.audit.row(2, 3)) == FOLLOWED
    names = ["at", "by", "what", "batch", "line", "told", "credential", "sheet", "piece", "sentence"]
    assert list(audited.audit.row(1, 3).columns) == names
    assert audited.audit.row(1, 3)["at"].is_monotonic_increasing


def test_superseded_waived_and_reopened_are_in_the_history(registry: Registry, tmp_path: Path) -> None:
    """Each appearance of a record belongs to its history, and so does each decision about it."""
    for number in range(2):
        rows = (ZOE, BEN.replace("2024", str(2020 + number)))
        registry.upload(export(tmp_path, *rows, name=f"{number}.csv")).finish()
    registry.waive(2, [2], "who is that?")
    registry.reopen(2, [2])
    registry.waive(2, [2], "left the company")
    assert acts(registry.audit.row(1, 2)) == [
        ("uploaded", 1, 2, "0.csv · source manual"),
        ("rejected", 1, 2, "user_exists · recipe · schema"),
        ("uploaded", 2, 2, "1.csv · source manual"),
        ("rejected", 2, 2, "user_exists · recipe · schema"),
        ("superseded", 1, 2, "by batch 2 line 2"),
        ("waived", 2, 2, ""),
        ("reopened", 2, 2, ""),
        ("waived", 2, 2, "left the company"),
    ]


def test_an_undone_batch_is_in_the_history(audited: Registry) -> None:
    """A reject whose batch was undone says so; the credential of a row that fell, too."""
    audited.undo(3)
    assert acts(audited.audit.row(3, 2))[-1] == ("undone", 3, 2, "Batch 3 was undone.")
    audited.undo(2)
    assert acts(audited.audit.row(2, 3))[-1][:3] == ("undone", 2, 3)


def test_waived_for_good_is_in_the_history(registry: Registry, tmp_path: Path) -> None:
    """A record that was waived for good is waived again when it comes again, and its history says why."""
    for number in range(2):
        registry.upload(export(tmp_path, ZOE, BEN.replace("2024", str(2020 + number)), name=f"{number}.csv")).finish()
        if not number:
            registry.waive(1, [2], "left the company", for_good=True)
    assert acts(registry.audit.row(2, 2))[-2:] == [
        ("superseded", 1, 2, "by batch 2 line 2"),
        ("waived", 2, 2, "left the company"),
    ]


def test_an_erased_row_keeps_its_history(registry: Registry, tmp_path: Path) -> None:
    """Without its values a row still tells when it came, by which rule it was rejected, and when it was erased."""
    for number in range(3):
        rows = (ZOE, BEN.replace("2024", str(2020 + number)))
        registry.upload(export(tmp_path, *rows, name=f"{number}.csv")).finish()
    registry.erase("zoe@example.org", "asked for it")
    expected = [
        ("uploaded", 1, 2, "0.csv · source manual"),
        ("rejected", 1, 2, "user_exists · recipe · schema"),
        ("uploaded", 2, 2, "1.csv · source manual"),
        ("rejected", 2, 2, "user_exists · recipe · schema"),
        ("superseded", 1, 2, "by batch 2 line 2"),
        ("uploaded", 3, 2, "2.csv · source manual"),
        ("rejected", 3, 2, "user_exists · recipe · schema"),
        ("superseded", 2, 2, "by batch 3 line 2"),
        *(("erased", number, 2, "asked for it") for number in (1, 2, 3)),
    ]
    for number in (1, 2, 3):
        assert acts(registry.audit.row(number, 2)) == expected
    with pytest.raises(CredtoolsError):
        registry.audit.person("zoe@example.org")


def test_a_credential_has_its_rejected_rows(audited: Registry) -> None:
    """The rows that were rejected before a credential was accepted belong to its history."""
    assert acts(audited.audit.credential(" ZOE@example.org", "first aid")) == FOLLOWED
    assert audited.audit.credential("ana@example.org", "Licence", "7").empty


def test_a_person_has_all_their_rows_and_nobody_elses(audited: Registry) -> None:
    """Also rows that were rejected because nobody had the address; never another person's."""
    assert acts(audited.audit.person("zoe@example.org")) == FOLLOWED
    unknown = audited.audit.person("Yan@example.org ")
    assert list(unknown[["what", "batch", "line"]].itertuples(index=False, name=None)) == [
        ("uploaded", 3, 2),
        ("rejected", 3, 2),
    ]
    assert audited.audit.person("zoe@example.org")["credential"].unique().tolist() == ["First Aid"]
    ben = audited.audit.person("ben@example.org")
    assert ben["what"].tolist().count("unchanged") == 3


def test_a_changed_recipe_fixes_and_breaks(registry: Registry, tmp_path: Path) -> None:
    """Of two files of a source under different recipes: what the second fixed, and which very records it broke."""
    wrong = "ana@example.org,Frist Aid,2024-05-06,,"

    def deliver(recipe: str, *rows: str) -> None:
        registry.upload(export(tmp_path, *rows), recipe=write(tmp_path, "hr.yaml", recipe)).finish()

    rule = "  - replace: {{column: credential_type, from: {}, to: {}}}\n"
    deliver("", ANA, BEN, wrong)
    deliver("rules:\n" + rule.format("Frist Aid", "First Aid"), ANA, BEN, wrong)
    deliver("rules:\n" + rule.format("Forklift", "Frklft"), ANA, BEN, wrong, "ben@example.org,Forklift,2020-01-01,,")
    table = registry.audit.recipe_changes("hr")
    assert table[["before", "after", "fixed", "broke"]].to_numpy().tolist() == [[1, 2, 1, 0], [2, 3, 0, 2]]
    again = registry.follow(3)
    again.use(dataclasses.replace(again.recipe, rules=()))
    again.finish()
    assert registry.audit.recipe_changes()["fixed"].tolist() == [1, 0, 2]
    tamper(registry, "DELETE FROM ledger_values WHERE batch_id = 2 AND line = 4")
    assert registry.audit.recipe_changes()["broke"].isna().tolist() == [False, True, False]


def test_a_newly_mapped_column_breaks_what_was_unchanged(registry: Registry, tmp_path: Path) -> None:
    """A record that was unchanged, and is rejected for a column that its recipe maps only now, is what that broke."""
    headings = "User email,Credential type,Issue date,Ends"
    ana, ben = "ana@example.org,First Aid,2024-01-10,soon", "ben@example.org,First Aid,2024-01-10,2030-01-10"
    recipes = ("", "headings: {Ends: expiration_date}\n")
    for number, (rows, recipe) in enumerate([([ana], 0), ([ana, ben], 0), ([ana, ben], 1)]):
        file = export(tmp_path, *rows, name=f"{number}.csv", headings=headings)
        registry.upload(file, recipe=write(tmp_path, "hr.yaml", recipes[recipe])).finish()
    assert registry.audit.recipe_changes("hr")[["before", "after", "fixed", "broke"]].to_numpy().tolist() == [
        [2, 3, 0, 1]
    ]
    registry.erase("ana@example.org", "asked for it")
    assert registry.audit.recipe_changes("hr")["broke"].isna().tolist() == [True]


def test_questions_change_nothing(audited: Registry) -> None:
    """Audit only reads."""
    before = rows_of(audited)
    audited.audit.rejects()
    audited.audit.rejects(by="code", since="2020-01-01")
    assert rows_of(audited) == before
