"""Changes: Review × stored versions → new / new version / older / unchanged / rejected.

A credential is user + type (+ number where the type is numbered); its content is dates, number and own columns.
Versions order by issue date (none first), then arrival.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from credtools.checking.causes import Explanation
from credtools.checking.judge import failing
from credtools.checking.messages import Finding
from credtools.checking.parse import NOT_A_DAY, category
from credtools.model import ACCEPTED, BoolArray, Changes, Content, Counts, Key, NewVersion, Review, StoredVersion
from credtools.schema.words import RECORD, SHARED

COLUMNS = ("user_id", "type_id", "number_key", "issue_date", "expiration_date", "credential_number", "own")
STORED_AS = ("newest", "older", "declined")


@dataclass
class _Credential:
    """What is stored about one credential, and what this file adds to it."""

    id: int | None = None
    counter: int = 0
    versions: dict[Content, int | None] = field(default_factory=dict)
    declined: set[int] = field(default_factory=set)
    newest: tuple[date, int] = (date.min, -1)


def ready_rows(review: Review) -> list[tuple[int, Key, Content]]:
    """(row, identity, content) of every row that is ready, in the order of the file."""
    frame = review.resolved.loc[review.passed, list(COLUMNS)]
    keys = map(Key._make, zip(*(frame[name].tolist() for name in COLUMNS[:3]), strict=True))
    dates = (frame[name].to_numpy().astype("M8[D]").astype(object).tolist() for name in COLUMNS[3:5])
    numbers = frame["credential_number"].fillna("").tolist()
    contents = map(Content._make, zip(*dates, numbers, frame["own"].tolist(), strict=True))
    return list(zip(frame.index.tolist(), keys, contents, strict=True))


def classify(review: Review, stored: Iterable[StoredVersion]) -> Changes:
    """What finishing would do to each row, by what is stored, oldest first; it serves preview and finish."""
    known = _known(stored)
    verdict = ["rejected"] * review.rows
    equals: list[int | None] = [None] * review.rows
    repeats: list[int | None] = [None] * review.rows
    declined: list[int] = []
    outdated: dict[int, date | None] = {}
    in_file: dict[tuple[Key, Content], int] = {}
    chains: defaultdict[Key, list[tuple[date, int, Content]]] = defaultdict(list)
    for row, key, content in ready_rows(review):
        credential = known.get(key)
        if credential and content in credential.versions:
            verdict[row], equals[row] = "unchanged", credential.versions[content]
            if equals[row] in credential.declined:
                declined.append(row)
            elif equals[row] != credential.newest[1]:
                outdated[row] = None if credential.newest[0] == date.min else credential.newest[0]
        elif (key, content) in in_file:
            verdict[row], repeats[row] = "unchanged", in_file[key, content]
        else:
            in_file[key, content] = row
            chains[key].append((content.issue_date or date.min, row, content))
    writes: list[NewVersion] = []
    for key, chain in chains.items():
        credential = known.get(key) or _Credential()
        first = not credential.versions  # none yet, or all undone
        newest = credential.newest[0]
        for issued, row, content in sorted(chain, key=lambda link: link[:2]):
            verdict[row] = "new" if first else ("older" if issued < newest else "new_version")
            first, newest = False, max(newest, issued)
            writes.append(NewVersion(row, credential.id, credential.counter, key, content))
    of = Counter(verdict)
    counts = Counts(review.rows, of["new"], of["new_version"], of["older"], of["unchanged"], of["rejected"])
    return Changes(verdict, equals, repeats, writes, counts, tuple(declined), outdated)


def _known(stored: Iterable[StoredVersion]) -> dict[Key, _Credential]:
    known: dict[Key, _Credential] = {}
    for credential_id, counter, key, version_id, content, decision in stored:
        credential = known.setdefault(key, _Credential(credential_id, counter))
        if version_id is not None:
            credential.versions[content] = version_id
            if decision == "declined":
                credential.declined.add(version_id)
            credential.newest = max(credential.newest, (content.issue_date or date.min, version_id))
    return known


# --- warnings about what is stored --------------------------------------------------------------------------


def with_stored(review: Review, changes: Changes, has_media: Iterable[int] | None = ()) -> Review:
    """The review with the schema's warnings about what is stored; they block nothing and change no judgement.

    `has_media`: the lines for which media have been added already; None where none are asked for. A review that was
    pickled stays as it is. Raises SchemaError when such a rule itself fails.
    """
    explanation = review.explanation
    if not isinstance(explanation, Explanation):
        return review
    schema, resolved = explanation.basis.schema, explanation.basis.resolved
    needed = _media_needed(explanation, review, changes, has_media)
    quiet = not (changes.declined or changes.outdated or needed.any())  # no shared rule has anything to warn of
    rules = [one for one in schema.rules if one.reads_stored]
    rules = [one for one in rules if not quiet or getattr(schema.model, one.code).__module__ != SHARED]
    if not rules:
        return review
    stored_as = np.array([-1 if version is None else STORED_AS.index("newest") for version in changes.equals], "i1")
    stored_as[list(changes.outdated)] = STORED_AS.index("older")
    stored_as[list(changes.declined)] = STORED_AS.index("declined")
    newest = np.full(review.rows, NOT_A_DAY, "M8[s]")
    newest[list(changes.outdated)] = np.array(list(changes.outdated.values()), "M8[s]")
    stored = {"stored_as": category(stored_as, STORED_AS), "stored_newest_issue": newest, "media_needed": needed}
    frame = pd.DataFrame({**resolved.data, **stored}, copy=False)
    findings = []
    for rule in rules:
        for column in rule.columns:
            if column == RECORD or column in resolved.used:
                failed = failing(schema, rule, column, frame)
                findings += [Finding(rule, column, np.flatnonzero(failed))] if failed.any() else []
    return replace(review, explanation=explanation.with_more(findings, frame)) if findings else review


def _media_needed(
    explanation: Explanation, review: Review, changes: Changes, has_media: Iterable[int] | None
) -> BoolArray:
    """Which accepted rows are of a type that requires media and have none."""
    needed = np.zeros(review.rows, dtype=np.bool_)
    types = explanation.basis.lookups.types
    asking = types["media_required"].eq(True)
    if has_media is not None and asking.any():
        needed |= np.isin(explanation.basis.resolved.data["type_id"], types.loc[asking, "id"])
        needed &= np.array([verdict in ACCEPTED for verdict in changes.verdict], dtype=np.bool_)
        needed &= ~np.isin(review.table.lines, list(has_media))
    return needed
