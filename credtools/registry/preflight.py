"""Preflight: what a file looks like beside the last runs of its source, and what would hold it for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from credtools import store
from credtools.errors import CredtoolsError, FileError, sentence
from credtools.model import FileWarning
from credtools.recipe import MANUAL, apply, expectations
from credtools.recipe.expectations import Deviation, Look
from credtools.registry import previewing, reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.text import plural

LAST_RUNS = 5
MOST_CAUSES = 3  # told of a held batch
MOST_ABSENT = 0.1  # of the credentials that a source listed, that may be withdrawn at once without a person
# What is unlike the last files and yet holds nothing is a warning; unknown values are rejected rows anyway.
UNLIKE = {"headings": "headings_changed", "rows": "rows_unusual", "hits": "hits_unusual"}
LISTED = ("credential_type", "choice", "status")  # columns whose values are on a list, and name nobody


def look(session: Session, draft: Draft) -> Look:
    """What this file looks like; as far as it can be known when it can't be judged."""
    table = reviewing.table(session, draft)
    read = len(table.lines), tuple(table.frame.columns), table.expected_fields
    of_file = table.shaped.headings if table.shaped else ()
    seen = Look(*read, warnings=table.reading.noted, attempt=draft.attempt, of_file=of_file)
    try:
        review = reviewing.review(session, draft)
    except FileError:  # nothing of it is kept that may be data
        hidden = table.reading.hidden
        headings = tuple("" if heading in hidden else heading for heading in seen.headings)
        of_file = tuple("" if heading in hidden else heading for heading in of_file)
        return replace(seen, headings=headings, of_file=of_file, unknown=_unknown_types(session, draft))
    except CredtoolsError:
        return seen
    rows = review.resolved
    unknown: Counter[str] = Counter()
    for column in session.schema(draft.recipe.schema).columns:
        if column.kind in LISTED and column.name in rows:
            is_type = column.kind == "credential_type"
            strange = rows["type_status"] == "unknown" if is_type else rows[f"{column.name}_state"] == "malformed"
            unknown.update(rows.loc[strange, f"{column.name}_text"].tolist())
    codes = Counter(code for of_row in review.codes for code in of_row)
    rejected = int(review.rejected.sum())
    return replace(seen, hits=review.hits, unknown=dict(unknown), rejected=rejected, codes=dict(codes))


def noted(session: Session, draft: Draft) -> Look:
    """The same with all warnings: about what is stored, and of what is unlike the last files and holds nothing."""
    with reviewing.moment(session, draft) as now:
        seen = look(now, draft)
        with suppress(CredtoolsError):
            seen = replace(seen, warnings=reviewing.warned(now, draft).on("stored").warnings)
        own = draft.source == MANUAL or draft.row.follows_id is not None  # have nothing in common with the last files
        unlike = [] if own else _unlike(now, draft, seen)
        unlike = [one for one in unlike if one.about in UNLIKE and not one.holds]
        more = {UNLIKE[one.about]: FileWarning(UNLIKE[one.about], one.count, one.sentence) for one in unlike}
        return replace(seen, warnings=tuple(replace(one, example="") for one in (*seen.warnings, *more.values())))


def warnings_of(session: Session, draft: Draft, attempt: str = "") -> tuple[FileWarning, ...]:
    """The warnings about a file, as its attempt (else the run that finished or held the batch) has noted them."""
    return noted_by(session, draft, attempt).warnings


def noted_by(session: Session, draft: Draft, attempt: str = "") -> Look:
    """What an attempt has noted of a file, likewise."""
    return Look.from_json(store.reads.look_of(session.at, draft.id, attempt, held=draft.state == "held"))


def _unknown_types(session: Session, draft: Draft) -> dict[str, int]:
    """The types that no list knows, of a file that lacks another heading."""
    with suppress(CredtoolsError):
        columns = session.schema(draft.recipe.schema).columns
        frame = apply(draft.recipe, reviewing.table(session, draft), columns).frame
        kinds = [column.name for column in columns if column.kind == "credential_type" and column.name in frame]
        counts = Counter(text.strip() for name in kinds for text in frame[name].tolist() if text.strip())
        places = session.lookups().find_types(list(counts))
        return {value: counts[value] for value, place in zip(counts, places.tolist(), strict=True) if place < 0}
    return {}


def findings(session: Session, draft: Draft) -> list[Deviation]:
    """What is unlike the last files of the source, each in one sentence; `holds` by what the recipe expects."""
    with reviewing.moment(session, draft) as now:
        return _unlike(now, draft, look(now, draft))


def _unlike(session: Session, draft: Draft, seen: Look) -> list[Deviation]:
    source = draft.source
    kept = session.once(("last runs", source), lambda: store.reads.last_runs(session.at, source, LAST_RUNS))
    before = [Look.from_json(text) for text in kept]
    hidden = reviewing.table(session, draft).reading.hidden
    return expectations.deviations(draft.recipe.expect, seen, before, hidden)


def why_hold(session: Session, draft: Draft, max_reject_rate: float | None) -> list[tuple[str, str]]:
    """Why an unattended batch must wait for a person: each reason with its sentence; empty to go on.

    Raises FileError for a missing heading when there is no recipe that promised it.
    """
    with reviewing.moment(session, draft) as now:
        unlike = findings(now, draft) if draft.recipe.expect.written() else []  # else they hold nothing
        try:
            reasons = [*_of_rows(now, draft, max_reject_rate), *_of_blanks(now, draft), *_of_absence(now, draft)]
        except FileError as problem:
            if problem.code != "heading_required" or draft.source == MANUAL:
                raise
            reasons = [(problem.reason, problem.on("stored"))]
            unlike = [one for one in unlike if one.about != "headings"]
        return [*reasons, *((f"unlike_{one.about}", one.sentence) for one in unlike if one.holds)]


def _reason(reason: str, **facts: object) -> tuple[str, str]:
    return reason, sentence(reason, facts, "stored")


def _of_rows(session: Session, draft: Draft, max_reject_rate: float | None) -> Iterator[tuple[str, str]]:
    if not reviewing.review(session, draft).rows:
        yield _reason("held_without_rows")
        return
    counts = reviewing.planned(session, draft).counts
    limit = next((x for x in (max_reject_rate, draft.recipe.max_reject_rate) if x is not None), 1.0)
    rate = counts.rejected / counts.rows
    if not counts.accepted and not counts.unchanged and not counts.left_out:
        yield _reason("held_without_ready", rows=counts.rows)
    elif rate > limit:
        yield _reason("held_by_rate", rejected=counts.rejected, rows=counts.rows, rate=rate, limit=limit)


def _of_blanks(session: Session, draft: Draft) -> Iterator[tuple[str, str]]:
    """Stored values that blank cells would take away, unless the recipe says what those mean."""
    if draft.recipe.blanks is not None or not reviewing.review(session, draft).rows:
        return
    lost = previewing.lost(session, draft, reviewing.planned(session, draft))
    yield from (_reason("held_by_blanks", rows=plural(rows, "row"), title=title) for title, rows in lost.items())


def most_rejected(session: Session, schema: str, seen: Look) -> tuple[tuple[str, int], ...]:
    """For which errors most rows of a file are rejected: their titles, the largest first."""
    titles = {rule.code: rule.title for rule in session.schema(schema).rules}
    return tuple((titles.get(code, code), rows) for code, rows in Counter(seen.codes).most_common(MOST_CAUSES))


def _of_absence(session: Session, draft: Draft) -> Iterator[tuple[str, str]]:
    """Far fewer credentials than its source listed so far, where it withdraws those that it no longer lists."""
    if draft.recipe.absent != "withdraw":
        return
    gone = len({word.credential_id for word in reviewing.planned(session, draft).unlisted})
    listed = store.reads.listed(session.at, session.family(draft.source)) if gone else 0
    if gone > MOST_ABSENT * listed:
        yield _reason("held_by_absence", gone=gone, listed=listed, limit=MOST_ABSENT)
