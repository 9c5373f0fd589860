"""Status: which heading says whether credentials stand, and what each of its words means – seen before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter.wizard.causes import MEANS
from credtools.jupyter.wizard.decisions import Decision
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.recipe import Status
from credtools.text import first_of, fold, plural

ASKED = ""  # nobody has said it: such rows are rejected until somebody does
MOST_WORDS = 60  # different ones that are shown; others are asked about as causes
NAMED = 4


def line(file: OpenFile) -> str:
    """Which heading is the status now, in a few words; '' where no heading can be."""
    if status := file.batch.recipe.status:
        said = ((MEANS.get(name, name), [word or "(blank)" for word in words]) for name, words in status.said)
        return f"‘{_heading(file)}’ – {'; '.join(f'{name}: {first_of(words, NAMED)}' for name, words in said)}"
    return "no heading says what still stands, so all rows count as valid" if _headings(file) else ""


def facts(file: OpenFile, heading: str | None = None) -> dict[str, Any]:
    """What the form shows: the headings, and of the chosen one each word, its rows, what it means now and may mean.

    `heading`: None for the one in use, else the one that is proposed. Meanings are those of MEANS, or ASKED.
    """
    offered, used = _headings(file), _heading(file)
    if heading is None:
        said = file.batch.status_said()
        heading = used or (said.heading if said else "")
    heading = heading if heading in offered else ""
    words, more = _words(file, heading)
    return {
        "headings": offered,
        "heading": heading,
        "used": used,
        "means": list(MEANS.items()),
        "words": words,
        "more": more,
    }


def use(file: OpenFile, heading: str, words: Mapping[str, str]) -> Decision:
    """This heading is the status, its words mean this; '' for none. Raises CredtoolsError for what can't be meant."""
    if heading not in ("", *_headings(file)) or not {*words.values()} <= {ASKED, *MEANS}:
        raise CredtoolsError("meaning_unusable")
    status, now = Status(heading), file.batch.recipe.status
    if heading and now and fold(heading) == fold(_heading(file)):  # words of other files of the source stay
        here = {fold(word) for word in words}
        for word, meaning in ((word, name) for name, some in now.said for word in some if fold(word) not in here):
            status = status.meaning(word, meaning)
    for word, meaning in words.items():
        if meaning != ASKED:
            status = status.meaning(word, meaning)
    if heading and not any(status.said):
        raise CredtoolsError("status_without_meaning", heading=heading)
    if status == (now or Status()):
        raise CredtoolsError("no_change")
    rows = sum(count for word, count, _ in file.batch.status_under(heading).words if word in words) if heading else 0
    return file.decide(Decision(file.number(), rows, "rule", column=heading, status=status))


def sentence(file: OpenFile, status: Status) -> str:
    """Such a decision in one sentence, with the rows of each word."""
    if not any(status.said):
        return "No heading is the status: all rows count as valid."
    under = file.batch.table.frame.columns
    counts = {}
    if status.column in under:
        counts = {fold(word): count for word, count, _ in file.batch.status_under(status.column).words}
    said = [
        f"{f'‘{word}’' if word else 'a blank cell'} means {MEANS.get(name, name)} ({plural(counts[fold(word)], 'row')})"
        for name, some in sorted(status.said, key=lambda one: one[0] == "valid")  # what is doubtful first
        for word in some
        if fold(word) in counts
    ]
    return f"Status is ‘{status.column}’: {first_of(said, NAMED)}."


def _words(file: OpenFile, heading: str) -> tuple[list[tuple[str, int, str, str]], int]:
    """Of each word its rows, what it means now (valid, where no status is used), and what it may mean."""
    if not heading:
        return [], 0
    status, used = file.batch.recipe.status, heading == _heading(file)
    found = []
    for word, count, proposed in file.batch.status_under(heading).words:
        now = status.meanings.get(fold(word), ASKED) if status and used else "valid"
        then = now if used and now else proposed
        found.append((word, count, now, then if then in MEANS else ASKED))
    return found[:MOST_WORDS], max(0, len(found) - MOST_WORDS)


def _heading(file: OpenFile) -> str:
    """The heading of the file that is the status now; '' for none."""
    status, columns = file.batch.recipe.status, file.columns
    if status is None:
        return ""
    here = (heading for heading, column in file.reviewed.headings.items() if column in columns)
    return next((one for one in here if columns[file.reviewed.headings[one] or ""].kind == "status"), status.column)


def _headings(file: OpenFile) -> list[str]:
    """The headings that can be the status: the one that is, and those that mean nothing else."""
    kinds = {column.name: column.kind for column in file.columns.values()}
    frame = file.batch.table.frame
    known = file.reviewed.headings.items()
    return [one for one, column in known if one in frame and (column is None or kinds.get(column) == "status")]
