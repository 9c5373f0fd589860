"""Sources over months: renamed, merged and taken apart, and batches that came without a recipe until one was saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from credtools.errors import RegistryError
from credtools.registry import Registry
from credtools.registry.batch import Batch
from credtools.store import tables
from tests.builders import ANA, BEN, CARA, HEADINGS, ZOE, export, load, only_sqlite

ANA_2032 = ANA.replace("2030", "2032")
YVES = "yves@example.org,Forklift,2024-04-02,,"  # nobody knows him either


def recipe(folder: Path, name: str, text: str = "") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


def night(registry: Registry, folder: Path, source: str, *rows: str, name: str = "night.csv", text: str = "") -> Batch:
    """One file of a source, finished."""
    batch = registry.upload(export(folder, *rows, name=name), recipe=recipe(folder, source, text))
    batch.finish()
    return batch


def rejects(registry: Registry) -> list[tuple[int, int, str, str]]:
    """(batch, line, source, state) of each reject, in the order in which they were opened."""
    frame = registry.audit.rejects().drop_duplicates("reject").sort_values("reject")
    return list(zip(frame["batch"], frame["line"], frame["source"], frame["state"], strict=True))


def words(registry: Registry) -> dict[str, list[tuple[str, str]]]:
    """Per source the state and expiration date of what it said last, by credential."""
    word, source = tables.words.c, tables.sources.c
    statement = select(source.name, word.state, word.expiration_date).join(tables.sources, source.id == word.source_id)
    found: dict[str, list[tuple[str, str]]] = {}
    with registry.engine.connect() as connection:
        for name, state, expires in connection.execute(statement.order_by(word.credential_id, word.ordinal)):
            found.setdefault(name, []).append((state, str(expires)))
    return found


# --- renamed --------------------------------------------------------------------------------------------------


def test_renamed_in_march(registry: Registry, tmp_path: Path) -> None:
    """Nightly files before and after a rename are those of one source: no reject, correction or word is lost."""
    batch = registry.upload(export(tmp_path, ANA, ZOE, YVES, name="1.csv"), recipe=recipe(tmp_path, "hr"))
    batch.patch(3, "user_email", "ben@example.org")
    batch.finish()
    assert str(registry.rename_source("hr", "people"))
    assert night(registry, tmp_path, "people", ANA_2032, ZOE, YVES, name="2.csv").counts.new_versions == 1
    assert words(registry) == {"people": [("valid", "2032-01-10"), ("valid", "None")]}
    assert rejects(registry) == [(1, 4, "people", "superseded"), (2, 4, "people", "open")]
    old = night(registry, tmp_path, "hr", ANA, YVES, name="3.csv")
    assert (old.source, [one.code for one in old.warnings]) == ("people", ["source_came_as", "corrected_back"])
    assert old.counts.new_versions == 1  # a correction back, by the same source
    assert rejects(registry)[-1] == (3, 3, "people", "open")
    assert [state for *_, state in rejects(registry)] == ["superseded", "superseded", "open"]
    assert registry.sources()[["source", "runs"]].to_numpy().tolist() == [["people", 3]]
    assert registry.batches()["source"].unique().tolist() == ["people"]
    assert registry.audit.rejects("source", source="hr").equals(registry.audit.rejects("source", source="people"))
    assert registry.verify() == []


def test_renamed_back(registry: Registry, tmp_path: Path) -> None:
    """A rename is taken back by another one; both names stay the source's."""
    night(registry, tmp_path, "hr", ANA)
    registry.rename_source("hr", "people")
    registry.rename_source("people", "hr")
    assert night(registry, tmp_path, "people", ANA, BEN, name="2.csv").source == "hr"
    assert registry.verify() == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("nobody", "people", "source_unknown"),
        ("hr", "hr", "source_same"),
        ("manual", "people", "source_manual"),
        ("hr", "manual", "source_manual"),
        ("hr", "lms", "source_taken"),
        ("hr", "a/b", "source_name_unusable"),
        ("hr", " ", "source_name_unusable"),
        ("part", "people", "source_merged"),
        ("once", "people", "source_renamed"),
    ],
)
def test_refused_names(registry: Registry, tmp_path: Path, old: str, new: str, reason: str) -> None:
    """What can't be renamed is refused with a reason, and nothing changes."""
    several(registry, tmp_path)
    with pytest.raises(RegistryError) as caught:
        registry.rename_source(old, new)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("old", "into", "reason"),
    [
        ("nobody", "hr", "source_unknown"),
        ("hr", "nobody", "source_unknown"),
        ("hr", "hr", "source_same"),
        ("manual", "hr", "source_manual"),
        ("hr", "manual", "source_manual"),
        ("part", "lms", "source_merged"),
        ("lms", "part", "source_merged"),
        ("lms", "once", "source_renamed"),
    ],
)
def test_refused_merges(registry: Registry, tmp_path: Path, old: str, into: str, reason: str) -> None:
    """What can't be merged is refused with a reason, and nothing changes."""
    several(registry, tmp_path)
    with pytest.raises(RegistryError) as caught:
        registry.merge_source(old, into)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("old", "reason"),
    [("nobody", "source_unknown"), ("hr", "source_not_merged"), ("once", "source_renamed")],
)
def test_refused_unmerges(registry: Registry, tmp_path: Path, old: str, reason: str) -> None:
    """Only a merge is taken back that way; a former name isn't one."""
    several(registry, tmp_path)
    with pytest.raises(RegistryError) as caught:
        registry.unmerge_source(old)
    assert caught.value.reason == reason


def several(registry: Registry, folder: Path) -> None:
    """The sources hr (once), lms (of which part is a part), and manual."""
    for name in ("once", "lms", "part"):
        night(registry, folder, name, ANA, name=f"{name}.csv")
    registry.upload(export(folder, BEN, name="by_hand.csv")).finish()
    registry.rename_source("once", "hr")
    registry.merge_source("part", "lms")


# --- merged ---------------------------------------------------------------------------------------------------


def test_merged_and_taken_apart(registry: Registry, tmp_path: Path) -> None:
    """Of two words the later batch's holds; taken apart, each source has its own again."""
    night(registry, tmp_path, "hr", ANA, BEN, ZOE, name="1.csv")
    night(registry, tmp_path, "people", ANA_2032, CARA, ZOE, name="2.csv")
    before = words(registry)
    assert before == {
        "hr": [("valid", "2030-01-10"), ("valid", "None")],
        "people": [("valid", "2032-01-10"), ("valid", "None")],
    }
    done = registry.merge_source("hr", "people")
    assert (done.batches, done.credentials) == (1, 3)
    assert words(registry) == {"people": [("valid", "2032-01-10"), ("valid", "None"), ("valid", "None")]}
    assert registry.verify() == []
    third = night(registry, tmp_path, "hr", ANA_2032, BEN, ZOE, name="3.csv")
    assert (third.source, third.counts.unchanged) == ("people", 2)
    assert [(batch, state) for batch, _, _, state in rejects(registry)] == [
        (1, "superseded"),
        (2, "superseded"),
        (3, "open"),
    ]
    assert registry.verify() == []
    registry.unmerge_source("hr")
    assert words(registry) == {
        "hr": [("valid", "2032-01-10"), ("valid", "None")],
        "people": [("valid", "2032-01-10"), ("valid", "None")],
    }
    assert registry.batch(3).source == "hr"
    assert registry.verify() == []
    registry.undo(3)
    assert words(registry) == before
    assert registry.verify() == []


def test_same_file_of_both_after_a_merge(registry: Registry, tmp_path: Path) -> None:
    """What was finished while two were one is in nobody's way once they are two again."""
    night(registry, tmp_path, "hr", ANA, name="1.csv")
    night(registry, tmp_path, "people", BEN, name="2.csv")
    registry.merge_source("hr", "people")
    night(registry, tmp_path, "hr", ANA, CARA, name="3.csv")
    registry.unmerge_source("hr")
    assert night(registry, tmp_path, "people", ANA, CARA, name="3.csv").state == "finished"  # no replay
    assert registry.verify() == []


WRONG = "ana@example.org,Forklift,2024-13-01,,"
OTHER = "ben@example.org,Forklift,2024-13-02,,"


def test_rejects_of_a_source_taken_apart(registry: Registry, tmp_path: Path) -> None:
    """Taken apart, each source has the rejects that its own files give: open, waived for good, since when, and by what.

    What another one's file settled meanwhile is open again, and nobody has waived a record but where somebody did.
    """
    night(registry, tmp_path, "a", WRONG, OTHER, name="1.csv")
    registry.waive(1, [3], "not ours", for_good=True)
    night(registry, tmp_path, "b", ZOE, name="2.csv")
    registry.merge_source("b", "a")
    night(registry, tmp_path, "b", WRONG, OTHER, ZOE, name="3.csv")
    registry.unmerge_source("b")
    of_b = [(2, 2, "b", "superseded"), (3, 2, "b", "open"), (3, 3, "b", "open"), (3, 4, "b", "open")]
    assert rejects(registry) == [(1, 2, "a", "open"), (1, 3, "a", "waived"), *of_b]
    night(registry, tmp_path, "a", CARA, WRONG, OTHER, name="4.csv")
    night(registry, tmp_path, "b", ANA, OTHER, name="5.csv")
    last = registry.audit.rejects().drop_duplicates("reject").set_index(["batch", "line"])
    assert last["state"].loc[[(4, 3), (4, 4), (3, 3), (5, 3)]].tolist() == ["open", "waived", "superseded", "open"]
    seen = last["first_seen"]
    assert seen.loc[[(4, 4), (5, 3), (3, 4)]].tolist() == seen.loc[[(1, 2), (3, 2), (2, 2)]].tolist()
    assert seen[1, 2] < seen[2, 2] < seen[3, 2]
    assert registry.verify() == []


@only_sqlite
def test_what_was_said_of_both_while_they_were_one(registry: Registry, tmp_path: Path) -> None:
    """A chain through files of both: each keeps its own links, and what a person said of the common one holds for both.

    A row that another source's file put right is open again, but where its own next file has it right, too.
    """
    night(registry, tmp_path, "a", WRONG, OTHER, ZOE, name="1.csv")
    night(registry, tmp_path, "b", CARA, name="2.csv")
    registry.merge_source("b", "a")
    night(registry, tmp_path, "b", WRONG, OTHER, ZOE, BEN, name="3.csv")
    night(registry, tmp_path, "a", WRONG, OTHER, ZOE, CARA, name="4.csv")
    night(registry, tmp_path, "b", OTHER, ZOE, YVES, name="5.csv")
    registry.waive(5, [2], "not ours", for_good=True)
    load(registry, tmp_path, users="email,name\nana@example.org,Ana\nzoe@example.org,Zoe\nyves@example.org,Yves")
    night(registry, tmp_path, "a", ZOE, YVES, name="6.csv")
    registry.unmerge_source("b")
    assert [one for one in rejects(registry) if one[3] != "superseded"] == [
        (3, 2, "b", "open"),
        (4, 2, "a", "open"),
        (4, 3, "a", "waived"),
        (4, 4, "a", "fixed"),
        (5, 2, "b", "waived"),
        (5, 3, "b", "open"),
        (5, 4, "b", "open"),
    ]
    registry.undo(4)
    assert [one for one in rejects(registry) if one[0] == 1] == [
        (1, 2, "a", "open"),
        (1, 3, "a", "waived"),
        (1, 4, "a", "fixed"),
    ]
    assert registry.verify() == []


def test_undone_after_a_merge(registry: Registry, tmp_path: Path) -> None:
    """A batch is undone out of the words that both left; in any order nothing stands in the end."""
    night(registry, tmp_path, "hr", ANA, ZOE, name="1.csv")
    night(registry, tmp_path, "people", ANA_2032, ZOE, name="2.csv")
    registry.merge_source("hr", "people")
    night(registry, tmp_path, "people", ANA_2032, ZOE, BEN, name="3.csv")
    registry.undo(2)
    assert words(registry)["people"][0] == ("valid", "2032-01-10")
    assert registry.verify() == []
    registry.undo(3)
    assert words(registry) == {"people": [("valid", "2030-01-10")]}
    assert [(batch, state) for batch, _, _, state in rejects(registry)] == [(1, "open"), (2, "void"), (3, "void")]
    registry.unmerge_source("hr")
    assert words(registry) == {"hr": [("valid", "2030-01-10")]}
    registry.undo(1)
    assert words(registry) == {}
    assert registry.verify() == []


def test_erased_after_a_merge(registry: Registry, tmp_path: Path) -> None:
    """A person who is erased is in neither source's words, merged or taken apart."""
    night(registry, tmp_path, "hr", ANA, BEN, name="1.csv")
    night(registry, tmp_path, "people", ANA_2032, ZOE, name="2.csv")
    registry.merge_source("hr", "people")
    registry.erase("ana@example.org", "asked for it")
    assert words(registry) == {"people": [("valid", "None")]}
    assert registry.verify() == []
    registry.unmerge_source("hr")
    assert words(registry) == {"hr": [("valid", "None")]}
    assert registry.verify() == []


@pytest.mark.long
def test_a_chain_of_merges(registry: Registry, tmp_path: Path) -> None:
    """What is part of a part belongs to the whole; a held file goes on under either name."""
    for number, name in enumerate(("a", "b", "c"), 1):
        night(registry, tmp_path, name, (ANA, BEN, CARA)[number - 1], name=f"{number}.csv")
    registry.merge_source("a", "b")
    registry.merge_source("b", "c")
    assert list(words(registry)) == ["c"]
    file = export(tmp_path, ZOE, name="held.csv")
    assert registry.upload(file, recipe=recipe(tmp_path, "a")).settle(0).verdict == "held"
    assert registry.upload(file, recipe=recipe(tmp_path, "c")).id == 4
    registry.unmerge_source("b")
    assert {name: len(said) for name, said in words(registry).items()} == {"b": 2, "c": 1}
    assert registry.verify() == []


STATUS = "status: {valid: [Completed], withdrawn: [Revoked]}\n"
STATUS_HEADINGS = f"{HEADINGS},Status"


def test_withdrawals_of_a_merged_source(registry: Registry, tmp_path: Path) -> None:
    """Merged, a later file of the other reinstates what a source has withdrawn; taken apart, it is withdrawn again."""
    for number, (name, status) in enumerate((("a", "Revoked"), ("b", "Completed"), ("c", "Completed")), 1):
        hr = recipe(tmp_path, name, STATUS)
        first = export(tmp_path, f"{ANA},Completed", name=f"{number}0.csv", headings=STATUS_HEADINGS)
        registry.upload(first, recipe=hr).finish()
        if status == "Revoked":
            file = export(tmp_path, f"{ANA},{status}", name=f"{number}1.csv", headings=STATUS_HEADINGS)
            assert registry.upload(file, recipe=hr).finish().counts.withdrawn == 1
    assert registry.credentials()["withdrawn"].tolist() == [True]
    registry.merge_source("a", "b")
    registry.merge_source("b", "c")
    assert registry.credentials()["withdrawn"].tolist() == [False]  # by the later word of the same source
    assert registry.verify() == []
    registry.unmerge_source("b")
    assert registry.credentials()["withdrawn"].tolist() == [False]
    registry.unmerge_source("a")
    assert registry.credentials()["withdrawn"].tolist() == [True]
    assert registry.verify() == []


# --- from manual to a source ------------------------------------------------------------------------------------


def test_months_by_hand_then_a_recipe(registry: Registry, tmp_path: Path) -> None:
    """The batch from which a recipe is saved takes its rejects and corrections along; the next file goes on with it."""
    registry.upload(export(tmp_path, ANA, ZOE, name="1.csv")).finish()
    batch = registry.upload(export(tmp_path, ANA, ZOE, YVES, name="2.csv"))
    batch.patch(4, "user_email", "ben@example.org")
    batch.finish()
    assert (batch.source, words(registry)) == ("manual", {})
    path = batch.save_recipe(tmp_path / "hr.yaml")
    assert batch.source == registry.batch(2).source == "hr"
    assert rejects(registry) == [(1, 3, "manual", "superseded"), (2, 3, "hr", "open")]
    assert words(registry) == {"hr": [("valid", "2030-01-10"), ("valid", "None")]}
    assert registry.verify() == []
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    third = registry.upload(export(tmp_path, ANA_2032, ZOE, YVES, name="3.csv"), recipe=path)
    counts = third.finish().counts
    assert (counts.new, counts.new_versions, counts.unchanged, counts.rejected) == (1, 1, 1, 0)
    assert [state for *_, state in rejects(registry)] == ["superseded", "fixed"]
    assert registry.verify() == []
    registry.undo(3)
    registry.undo(2)
    assert words(registry) == {}
    assert registry.verify() == []


def test_a_draft_and_a_held_batch_move(registry: Registry, tmp_path: Path) -> None:
    """Before it is finished a batch moves alike, with its notes; what it finds then is its source's."""
    registry.upload(export(tmp_path, ANA, ZOE, name="1.csv")).finish()
    held = registry.upload(export(tmp_path, ANA_2032, ZOE, name="2.csv"))
    held.settle(0)
    assert held.state == "held"
    held.save_recipe(tmp_path / "hr.yaml")
    assert registry.sources()[["source", "runs"]].to_numpy().tolist() == [["hr", 1], ["manual", 1]]
    held.finish()
    assert words(registry) == {"hr": [("valid", "2032-01-10")]}
    assert rejects(registry) == [(1, 3, "hr", "superseded"), (2, 3, "hr", "open")]
    assert registry.verify() == []


def test_corrections_move_with_their_batch(registry: Registry, tmp_path: Path) -> None:
    """A batch takes along what corrects its rows; the rejects of both are settled by the source's next file."""
    first = registry.upload(export(tmp_path, ANA, ZOE, YVES, name="1.csv"))
    first.finish()
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    registry.follow(first).finish()
    assert [state for *_, state in rejects(registry)] == ["fixed", "superseded", "open"]
    path = first.save_recipe(tmp_path / "hr.yaml")
    assert {source for _, _, source, _ in rejects(registry)} == {"hr"}
    assert registry.batches()["source"].tolist() == ["hr", "hr"]
    load(registry, tmp_path, users="Email\nyves@example.org\n")
    registry.upload(export(tmp_path, ANA, ZOE, YVES, name="2.csv"), recipe=path).finish()
    assert [state for *_, state in rejects(registry)] == ["fixed", "superseded", "fixed"]
    assert registry.verify() == []


def test_only_batches_of_manual_move(registry: Registry, tmp_path: Path) -> None:
    """A copy of a recipe under another name moves nothing."""
    batch = night(registry, tmp_path, "hr", ANA)
    batch.save_recipe(tmp_path / "copy.yaml")
    assert batch.source == registry.batch(1).source == "hr"
    assert registry.verify() == []


def test_moved_to_a_source_with_files(registry: Registry, tmp_path: Path) -> None:
    """A batch that moves takes its place among those of its source by when it was finished; its file can come again."""
    by_hand = registry.upload(export(tmp_path, ANA, name="1.csv"))
    by_hand.finish()
    night(registry, tmp_path, "hr", ANA_2032, name="2.csv")
    by_hand.save_recipe(tmp_path / "hr.yaml")
    assert words(registry) == {"hr": [("valid", "2032-01-10")]}
    assert registry.verify() == []
    again = registry.upload(export(tmp_path, ANA, name="1.csv"), recipe=tmp_path / "hr.yaml")
    assert again.finish().counts.new_versions == 1  # a correction back
    assert words(registry) == {"hr": [("valid", "2030-01-10")]}
    assert registry.verify() == []


# --- the same bytes elsewhere --------------------------------------------------------------------------------------


def test_bytes_known_from_another_source(registry: Registry, tmp_path: Path) -> None:
    """Identical bytes under another source are told, are that source's own word, and are never replayed."""
    night(registry, tmp_path, "lms", ANA, BEN, name="1.csv")
    file, hr = export(tmp_path, ANA, BEN, name="1.csv"), recipe(tmp_path, "hr")
    checked = registry.check(file, recipe=hr).warnings
    batch = registry.upload(file, recipe=hr)
    outcome = batch.settle()
    assert [one.code for one in checked] == [one.code for one in outcome.warnings] == ["known_elsewhere"]
    assert outcome.receipt is not None
    assert (outcome.receipt.replayed, outcome.counts.unchanged) == (False, 2)
    assert words(registry)["hr"] == words(registry)["lms"]
    again = registry.upload(file, recipe=hr).settle()
    assert again.receipt is not None
    assert again.receipt.replayed is True
    registry.merge_source("hr", "lms")
    assert [one.code for one in registry.check(file, recipe=hr).warnings] == ["source_came_as"]
    assert registry.verify() == []


def test_an_old_file_that_was_left(registry: Registry, tmp_path: Path) -> None:
    """Bytes that later files of their source have changed are told when they come again; if nothing changes, not."""
    hr = recipe(tmp_path, "hr")
    first = export(tmp_path, ANA, name="1.csv")
    night(registry, tmp_path, "hr", ANA, name="1.csv")
    assert not registry.check(first, recipe=hr).warnings
    night(registry, tmp_path, "hr", ANA_2032, name="2.csv")
    (told,) = [one for one in registry.check(first, recipe=hr).warnings if one.code == "file_outdated"]
    assert "batch 1 " in told.sentence
    assert "batch 2 " in told.sentence
    outcome = registry.upload(first, recipe=hr).settle()
    assert "file_outdated" in [one.code for one in outcome.warnings]
    assert outcome.counts.new_versions == 1
    assert not [one for one in registry.upload(first, recipe=hr).settle().warnings if one.code == "file_outdated"]
