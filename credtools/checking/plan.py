"""Changes: Review × stored versions → new / new version / older / unchanged / rejected.

A credential is user + type (+ number where the type is numbered); its content is dates, number and own columns.
Versions order by issue date (none first), then arrival.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from credtools.model import Changes, Content, Counts, Key, Review, StoredVersions

DECLINED_BEFORE = (
    *("declined_before", "Declined before"),
    (
        "Exactly this credential was declined before, so it isn't stored again. Correct the row, leave it out, or once "
        "the batch is finished have it decided again (credtools resubmit BATCH --lines …)."
    ),
)
OLDER_THAN_STORED = (
    *("older_than_stored", "Older than what is stored"),
    (
        "The row is an earlier version of its credential; the newest one, issued on {day}, stays. If this one is "
        "right, have the newer one's batch undone first."
    ),
)
COLUMNS = ("user_id", "type_id", "number_key", "issue_date", "expiration_date", "credential_number", "own")


@dataclass
class _Credential:
    """What is stored about one credential, and what this file adds to it."""

    id: int | None = None
    counter: int = 0
    versions: dict[Content, int | None] = field(default_factory=dict)
    declined: set[int] = field(default_factory=set)
    newest: tuple[date, int] = (date.min, -1)


def ready_rows(review: Review) -> list[tuple[int, Key, Content]]:
    """(row, identity, content) of every row without a blocking error, in the order of the file."""
    frame = review.resolved.loc[~review.rejected, list(COLUMNS)]
    keys = map(Key._make, zip(*(frame[name].tolist() for name in COLUMNS[:3]), strict=True))
    dates = (frame[name].to_numpy().astype("M8[D]").astype(object).tolist() for name in COLUMNS[3:5])
    numbers = frame["credential_number"].fillna("").tolist()
    contents = map(Content._make, zip(*dates, numbers, frame["own"].tolist(), strict=True))
    return list(zip(frame.index.tolist(), keys, contents, strict=True))


def classify(review: Review, stored: StoredVersions) -> Changes:
    """What finishing would do to each row; the same function serves preview and finish."""
    known = _known(stored)
    verdict = ["rejected"] * review.rows
    equals: list[int | None] = [None] * review.rows
    repeats: list[int | None] = [None] * review.rows
    declined: list[int] = []
    outdated: dict[int, date] = {}
    in_file: dict[tuple[Key, Content], int] = {}
    chains: defaultdict[Key, list[tuple[date, int, Content]]] = defaultdict(list)
    for row, key, content in ready_rows(review):
        credential = known.get(key)
        if credential and content in credential.versions:
            verdict[row], equals[row] = "unchanged", credential.versions[content]
            if equals[row] in credential.declined:
                declined.append(row)
            elif equals[row] != credential.newest[1]:
                outdated[row] = credential.newest[0]
        elif (key, content) in in_file:
            verdict[row], repeats[row] = "unchanged", in_file[key, content]
        else:
            in_file[key, content] = row
            chains[key].append((content.issue_date or date.min, row, content))
    writes: list[int] = []
    ids: list[int | None] = []
    counters: list[int] = []
    keys: list[Key] = []
    contents: list[Content] = []
    for key, chain in chains.items():
        credential = known.get(key) or _Credential()
        first = not credential.versions  # none yet, or all undone
        newest = credential.newest[0]
        for issued, row, content in sorted(chain, key=lambda link: link[:2]):
            verdict[row] = "new" if first else ("older" if issued < newest else "new_version")
            first, newest = False, max(newest, issued)
            writes.append(row)
            ids.append(credential.id)
            counters.append(credential.counter)
            keys.append(key)
            contents.append(content)
    counts = Counts(
        rows=review.rows,
        new=verdict.count("new"),
        new_versions=verdict.count("new_version"),
        older=verdict.count("older"),
        unchanged=verdict.count("unchanged"),
        rejected=verdict.count("rejected"),
    )
    return Changes(verdict, equals, repeats, writes, ids, counters, keys, contents, counts, tuple(declined), outdated)


def with_warnings(review: Review, changes: Changes) -> Review:
    """The review, its errors and causes with what is worth a look because of what is stored; it blocks nothing."""
    return replace(review, explain=lambda: _merged(review, changes)) if changes.declined or changes.outdated else review


def _merged(review: Review, changes: Changes) -> tuple[pd.DataFrame, pd.DataFrame]:
    errors, causes = review.errors, review.causes
    groups = ((*DECLINED_BEFORE, dict.fromkeys(changes.declined)), (*OLDER_THAN_STORED, changes.outdated))
    blank = dict.fromkeys(("heading", "column", "value", "suggestion"), "")
    for code, title, sentence, rows in groups:
        told = {"code": code, "title": title, "blocks": False, "cause": len(causes)}
        found = [
            {**blank, **told, "line": int(review.table.lines[row]), "row": row, "resolution": sentence.format(day=day)}
            for row, day in sorted(rows.items())
        ]
        if found:
            cause = {**blank, **told, "pattern": "", "count": len(found), "resolution": found[0]["resolution"]}
            errors = pd.concat([errors, pd.DataFrame(found)[list(errors.columns)]])
            causes = pd.concat([causes, pd.DataFrame([cause])[list(causes.columns)]], ignore_index=True)
    return errors.sort_values("row", kind="stable", ignore_index=True), causes


def _known(stored: StoredVersions) -> dict[Key, _Credential]:
    known: dict[Key, _Credential] = {}
    rows = zip(
        *(stored.credential_id, stored.counter, stored.user_id, stored.type_id, stored.number_key),
        *(stored.decision, stored.version_id, stored.issue_date, stored.expiration_date, stored.number, stored.own),
        strict=True,
    )
    for credential_id, counter, user_id, type_id, number_key, decision, version_id, *content in rows:
        credential = known.setdefault(Key(user_id, type_id, number_key), _Credential(credential_id, counter))
        if version_id is not None:
            said = Content(*content)
            credential.versions[said] = version_id
            if decision == "declined":
                credential.declined.add(version_id)
            credential.newest = max(credential.newest, (said.issue_date or date.min, version_id))
    return known
