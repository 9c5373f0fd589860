"""Rows: what of a row is refused at once, whoever writes it: conditions on it before (o) and after (n)."""

from __future__ import annotations

from collections.abc import Mapping

from credtools.model import COUNTED

Refusals = tuple[tuple[str, str], ...]  # (why, condition)

LATE = "abs(extract(epoch FROM clock_timestamp() - n.{})) > 900"  # seconds: a finish takes a while after its moment
ME = "session_user::text"
NO_ADMIN = "NOT {schema}.ct_may('administer')"
COUNTS = ", ".join(f"n.{name}" for name in ("rows", *COUNTED))
JUDGED = (
    *("judgement", "schema_fingerprint", "finished_by", "finished_at", "receipt", "said", "absent", "held_because"),
    *("media_optional", "approval_required", "count_again"),
)
FROZEN = (  # of a batch that was finished, undone or discarded
    *("source_id", "schema_name", "recipe_fingerprint", "follows_id", "rows", *COUNTED, "judgement", "count_again"),
    *("schema_fingerprint", "finished_by", "finished_at", "today", "said", "listing", "absent", "withdraws"),
)
TURNS = (
    "(('draft', 'held'), ('draft', 'finished'), ('held', 'finished'), ('draft', 'discarded'), ('held', 'discarded'),"
    " ('finished', 'undone'))"
)


def _changed(*columns: str) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in "on")
    return f"({old}) IS DISTINCT FROM ({new})" if len(columns) > 1 else f"{old} IS DISTINCT FROM {new}"


OTHER_SALTS = (
    "SELECT FROM generate_series(1, length(o.salt), 16) k"
    " WHERE substr(n.salt, k, 16) NOT IN (substr(o.salt, k, 16), decode(repeat('00', 16), 'hex'))"
)
ELSEWHERE = (
    "what has a source does not move",
    f"{_changed('source_id')} AND o.source_id <> (SELECT s.id FROM {{schema}}.sources s WHERE s.name = '{{manual}}')",
)

REFUSED: Mapping[tuple[str, str], Refusals] = {
    ("sources", "INSERT"): (("a new source is part of no other", f"n.merged_into IS NOT NULL AND {NO_ADMIN}"),),
    ("source_files", "INSERT"): (
        (
            "a file is what its name says",
            "n.content IS NULL OR n.sha256 <> encode(sha256(n.content), 'hex') OR n.size <> length(n.content)",
        ),
    ),
    ("source_files", "UPDATE"): (
        ("only who may administer erases files", f"n.content IS NULL AND o.content IS NOT NULL AND {NO_ADMIN}"),
        (
            "a file is what its name says",
            (
                f"n.content IS NOT NULL AND {_changed('content')} AND"
                " (o.content IS NOT NULL OR n.sha256 <> encode(sha256(n.content), 'hex'))"
            ),
        ),
    ),
    ("batches", "INSERT"): (
        (
            "a batch begins as its uploader''s draft",
            (
                f"n.uploaded_by <> {ME} OR n.state <> 'draft' OR {LATE.format('uploaded_at')}"
                f" OR ({COUNTS}) <> ({', '.join('0' * (1 + len(COUNTED)))})"
                f" OR num_nonnulls({', '.join(f'n.{name}' for name in JUDGED)}) > 0"
                " OR n.listing <> 'part' OR n.withdraws OR NOT n.whole"
            ),
        ),
    ),
    ("runs", "UPDATE"): (ELSEWHERE,),
    ("batches", "UPDATE"): (
        ELSEWHERE,
        ("a batch does not become that", f"o.state <> n.state AND (o.state, n.state) NOT IN {TURNS}"),
        (
            "a settled batch stays as it is",
            (
                f"o.state IN ('finished', 'undone', 'discarded') AND ({_changed(*FROZEN[1:])}"
                f" OR ({_changed('recipe_text', 'held_because', 'file_name')}) AND {NO_ADMIN})"
            ),
        ),
        ("a receipt is written once", f"{_changed('receipt')} AND o.receipt IS NOT NULL"),
        (
            "batches are finished in one''s own name and time",
            (
                f"n.state = 'finished' AND o.state <> 'finished' AND (n.finished_by IS DISTINCT FROM {ME}"
                f" OR n.finished_at IS NULL OR {LATE.format('finished_at')} OR n.today IS NULL"
                " OR abs(n.today - (clock_timestamp() AT TIME ZONE 'UTC')::date) > 1)"
            ),
        ),
    ),
    ("runs", "INSERT"): (
        ("runs are noted when they are", LATE.format("at")),
        ("a run without a batch failed", "n.batch_id IS NULL AND (n.verdict, n.statistics) <> ('failed', '{}')"),
        ("a run on a batch did not fail", "n.batch_id IS NOT NULL AND n.verdict NOT IN ('held', 'ok', 'partial')"),
    ),
    ("credentials", "INSERT"): (
        (
            "a new credential is its own",
            (
                "n.counter <> 1 OR (num_nonnulls(n.merged_into, n.written_user_id, n.written_type_id) > 0"
                f" OR n.head_version_id IS NULL) AND {NO_ADMIN}"
            ),
        ),
    ),
    ("credentials", "UPDATE"): (("counters count", "n.counter NOT IN (o.counter, o.counter + 1)"),),
    ("credential_versions", "INSERT"): (
        (
            "a version begins standing and undecided",
            (
                "NOT n.stands OR n.withdrawn OR n.decision NOT IN ('pending', 'not_required') OR n.salt IS NULL"
                " OR n.written_id IS NOT NULL"
            ),
        ),
    ),
    ("credential_versions", "UPDATE"): (
        (
            "a decision is made once",
            (
                "o.decision <> n.decision AND NOT (o.decision = 'pending' AND n.decision IN ('approved', 'declined')"
                " OR o.decision IN ('approved', 'declined') AND n.decision = 'pending')"
            ),
        ),
        ("what fell does not stand again", "n.stands AND NOT o.stands"),
        ("salts are only taken away", f"{_changed('salt')} AND n.salt IS NOT NULL"),
    ),
    ("decisions", "INSERT"): (
        ("decisions are made in one''s own name and time", f"n.decided_by <> {ME} OR {LATE.format('decided_at')}"),
    ),
    ("withdrawals", "INSERT"): (
        (
            "acts are done in one''s own name and time",
            f"n.batch_id IS NULL AND (n.made_by <> {ME} OR {LATE.format('made_at')})",
        ),
    ),
    ("rejects", "INSERT"): (
        (
            "rejects are opened in one''s own name and time",
            (
                f"n.changed_by <> {ME} OR {LATE.format('changed_at')} OR n.state NOT IN ('open', 'waived')"
                " OR (n.state = 'waived') <> n.for_good OR n.record_digest IS NULL"
            ),
        ),
    ),
    ("rejects", "UPDATE"): (
        ELSEWHERE,
        (
            "rejects are settled in one''s own name and time",
            (
                f"{_changed('state', 'changed_at', 'changed_by')}"
                f" AND (n.changed_by <> {ME} OR {LATE.format('changed_at')})"
            ),
        ),
    ),
    ("patches", "INSERT"): (
        (
            "corrections are made in one''s own name and time",
            (
                f"n.made_by <> {ME} OR {LATE.format('made_at')} OR n.removed_at IS NOT NULL"
                " OR n.source_id <> (SELECT b.source_id FROM {schema}.batches b WHERE b.id = n.batch_id)"
            ),
        ),
    ),
    ("patches", "UPDATE"): (
        ELSEWHERE,
        ("a correction is taken back once", f"{_changed('removed_at')} AND o.removed_at IS NOT NULL"),
    ),
    ("blobs", "UPDATE"): (
        (
            "what is known of a file is found out once",
            f"(n.notes <> o.notes AND o.notes <> '' OR {_changed('shown_as')}) AND o.erased_at IS NULL",
        ),
        ("only who may administer erases files", f"n.erased_at IS NOT NULL AND {_changed('erased_at')} AND {NO_ADMIN}"),
    ),
    ("blob_texts", "DELETE"): (("only who may administer erases texts", NO_ADMIN),),
    ("media", "INSERT"): (
        (
            "media are added in one''s own name and time",
            f"n.added_by <> {ME} OR {LATE.format('added_at')} OR n.removed_at IS NOT NULL",
        ),
    ),
    ("media", "UPDATE"): (
        ("media are compared once", f"({_changed('scan', 'scan_digest')}) AND o.scan_digest IS NOT NULL"),
        (
            "only who may administer erases what a medium says",
            f"({_changed('compared', 'scan_salt')}) AND o.scan_digest IS NOT NULL AND {NO_ADMIN}",
        ),
    ),
    ("staged_media", "INSERT"): (
        ("media are added in one''s own name and time", f"n.added_by <> {ME} OR {LATE.format('added_at')}"),
    ),
    ("seals", "UPDATE"): (  # a seal of several rows has a salt for each
        (
            "salts are only taken away",
            f"n.salt IS NOT NULL AND (length(n.salt) <> length(o.salt) OR EXISTS ({OTHER_SALTS}))",
        ),
    ),
}
