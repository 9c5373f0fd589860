"""Changes: which kinds of events may change which columns of which tables; rights, grants and guards follow from it.

A table's rows come (`INSERT`), go (`DELETE`) and change column by column, each only in a transaction that has chained
an event of one of the kinds named; `""` stands for none: whoever has the right may do it alone. What isn't named here
nobody may do. Kept beside `model.rights.KINDS`, which says what right each kind takes.
"""

from __future__ import annotations

from collections.abc import Mapping

from credtools.model import COUNTED
from credtools.model.rights import KINDS, Right

INSERT, DELETE = "INSERT", "DELETE"
UNUSED = "UNUSED"  # deleted, of what nobody uses
SILENT = ""  # no event

FINISH = ("finish",)
ENDS = ("hold", "discard", "finish", "replay")
_MERGES = tuple(f"{verb}_{what}" for verb in ("merge", "unmerge") for what in ("person", "type"))
_SOURCES = ("merge_source", "unmerge_source", "move")
_REGROUPS = (*_MERGES, "load")
_TOLD_ANEW = ("finish", "undo", *_SOURCES, *_REGROUPS)
ERASE = ("erase",)
_SETTLES = ("finish", "undo", "unmerge_source")  # rejects
_WAIVES = ("waive", "reopen")
_DECIDES = ("decide", "undecide", "resubmit")
_FACTS = (*_MERGES, "rename_person", "rename_type", "load")

CHANGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "events": {INSERT: tuple(kind for kind in KINDS if KINDS[kind])},
    "audit_head": {**dict.fromkeys(("seq", "hash"), (SILENT, *(kind for kind in KINDS if KINDS[kind])))},
    "seals": {INSERT: tuple(kind for kind in KINDS if KINDS[kind]), "salt": ERASE},
    "sources": {
        INSERT: ("upload", "fail", "move", "rename_source"),
        "name": ("rename_source",),
        "merged_into": ("rename_source", "merge_source", "unmerge_source"),
    },
    "source_files": {INSERT: ("upload",), "content": ("upload", "erase")},
    "batches": {
        INSERT: ("upload",),
        **dict.fromkeys(("schema_name", "recipe_fingerprint"), ("continue", "amend", "finish")),
        "recipe_text": ("continue", "amend", "finish", "erase"),
        "held_because": ("continue", "hold", "erase"),
        "file_name": ERASE,
        "count_again": ("count_again",),
        "state": (*ENDS, "undo", "erase"),
        "follows_id": ("discard", "replay"),
        **dict.fromkeys(("rows", *COUNTED), ("hold", "finish", "replay")),
        **dict.fromkeys(("judgement", "schema_fingerprint", "finished_by", "finished_at", "today"), FINISH),
        **dict.fromkeys(("receipt", "said", "listing", "absent", "withdraws"), FINISH),
        "whole": ("finish", "undo", *_SOURCES),
        "media_optional": ("media_switch",),
        "source_id": ("move",),
    },
    "batch_keys": {
        INSERT: FINISH,
        DELETE: ("undo",),
        "source_id": ("unmerge_source", "move"),
        "previous_id": ("move",),
    },
    "runs": {
        INSERT: ("fail", "hold", "discard", "finish", "replay"),
        "source_id": ("move",),
        **dict.fromkeys(("statistics", "file_name"), ERASE),
    },
    "ledger": {INSERT: FINISH},
    "ledger_values": {INSERT: FINISH, DELETE: ERASE},
    "ledger_blocks": {INSERT: FINISH},
    "ledger_block_values": {INSERT: FINISH, **dict.fromkeys(("salts", "raw"), ERASE)},
    "credentials": {
        INSERT: ("finish", *_REGROUPS),
        "head_version_id": (*_TOLD_ANEW, *_DECIDES, "erase"),
        "counter": (*_TOLD_ANEW, "withdraw", "reinstate"),
        **dict.fromkeys(("user_id", "type_id", "merged_into", "written_user_id", "written_type_id"), _REGROUPS),
        "number_key": (*_REGROUPS, "erase"),
        "number": ERASE,
    },
    "credential_versions": {
        INSERT: FINISH,
        "decision": _DECIDES,
        "stands": ("undo",),
        "withdrawn": (*_TOLD_ANEW, "withdraw", "reinstate", "erase"),
        **dict.fromkeys(("credential_id", "written_id"), _REGROUPS),
        **dict.fromkeys(("issue_date", "expiration_date", "number", "own", "never", "salt"), ERASE),
    },
    "decisions": {INSERT: ("decide",), "reason": ERASE},
    "withdrawals": {INSERT: ("withdraw", "reinstate", *_TOLD_ANEW), "stands": _TOLD_ANEW, "reason": ERASE},
    "words": {
        INSERT: _TOLD_ANEW,
        DELETE: (*_TOLD_ANEW, "erase"),
        **dict.fromkeys(("state", "batch_id"), FINISH),
    },
    "rejects": {
        INSERT: FINISH,
        "state": (*_SETTLES, *_WAIVES),
        **dict.fromkeys(("changed_at", "changed_by"), (*_SETTLES, *_WAIVES)),
        **dict.fromkeys(("fixed_batch_id", "fixed_sheet", "fixed_line", "fixed_piece", "superseded_by"), _SETTLES),
        "for_good": ("undo", "unmerge_source", *_WAIVES),
        "reason": ("undo", "unmerge_source", *_WAIVES, "erase"),
        "first_seen": ("undo", "unmerge_source"),
        "source_id": ("move",),
        "record_digest": ERASE,
    },
    "reject_errors": {INSERT: FINISH, **dict.fromkeys(("value", "resolution", "suggestion"), ERASE)},
    "patches": {
        INSERT: ("patch",),
        "removed_at": ("patch", "erase"),
        "source_id": ("move",),
        **dict.fromkeys(("record_digest", "old_value", "new_value"), ERASE),
    },
    "blobs": {
        INSERT: ("keep", "media", "stage", "compare"),
        **dict.fromkeys(("notes", "shown_as"), ("keep", "media", "stage", "compare")),
        "erased_at": ("keep", "media", "stage", "compare", "erase"),
    },
    "blob_texts": {
        INSERT: ("keep", "media", "stage", "compare"),
        "pieces": ERASE,
        DELETE: ("erase", "tidy"),
        UNUSED: ("erase", "tidy"),
    },
    "media": {
        INSERT: ("media",),
        "file_name": ERASE,
        **dict.fromkeys(("scan", "scan_digest"), ("compare",)),
        **dict.fromkeys(("compared", "scan_salt"), ("compare", "erase")),
    },
    "staged_media": {INSERT: ("stage",), DELETE: ("unstage", "discard", "finish", "replay", "erase")},
    "users": {
        INSERT: ("load",),
        "email": ("load", "rename_person", "erase"),
        "email_key": ("load", "rename_person", "merge_person", "unmerge_person", "erase"),
        **dict.fromkeys(
            ("external_id", "name", "status", "deactivated_on", "date_format", "groups", "manager"), ("load", "erase")
        ),
        "merged_into": ("merge_person", "unmerge_person"),
    },
    "credential_types": {
        INSERT: ("load",),
        **dict.fromkeys(("name", "name_key"), ("load", "rename_type")),
        **dict.fromkeys(("status", "expiry", "issue", "media_required", "approval_required"), ("load",)),
        **dict.fromkeys(("validity_months", "expiry_computed"), ("load",)),
        "numbered": ("load", "unmerge_type"),
        "merged_into": ("merge_type", "unmerge_type"),
    },
    "user_facts": {INSERT: _FACTS, DELETE: ERASE, "value": ERASE},
    "type_facts": {INSERT: _FACTS},
    "former_names": {INSERT: _FACTS, DELETE: ERASE},
    "settings": {INSERT: ("settings",), DELETE: ("settings",)},
    "logins": {INSERT: ("grant",), DELETE: ("revoke",), "person": ("grant", "erase")},  # by functions alone
}
SILENT_RIGHTS: Mapping[str, frozenset[Right]] = {  # who may do what needs no event
    **dict.fromkeys(("sources", "runs"), frozenset[Right]({"upload"})),
    **dict.fromkeys(("blobs", "blob_texts"), frozenset[Right]({"upload", "approve"})),
    "audit_head": frozenset[Right]({"upload", "approve", "administer"}),
}
ONLY_FUNCTIONS = frozenset({"logins"})


def rights_for(table: str, what: str) -> frozenset[Right]:
    """The rights of which one is enough for an INSERT, a DELETE, or the change of a column."""
    found = (SILENT_RIGHTS[table] if kind == SILENT else KINDS[kind] for kind in CHANGES[table][what])
    return frozenset().union(*found)


def columns_of(table: str) -> list[str]:
    """The columns of a table that may change."""
    return [what for what in CHANGES.get(table, {}) if what not in (INSERT, DELETE, UNUSED)]
