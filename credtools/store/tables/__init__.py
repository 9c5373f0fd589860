"""The tables, in their final layout: they may grow by migration, but nothing is renamed or reinterpreted.

Ids of credentials, versions, rejects and events are handed out by the writing transaction, which holds the audit
head; all times are UTC; dates are dates of the organisation's time zone.
"""

from credtools.store.columns import metadata
from credtools.store.tables.batches import (
    audit_head,
    batch_keys,
    batches,
    events,
    known_batches,
    runs,
    seals,
    source_files,
    sources,
)
from credtools.store.tables.credentials import (
    blob_texts,
    blobs,
    credential_versions,
    credentials,
    decisions,
    media,
    staged_media,
    withdrawals,
    words,
)
from credtools.store.tables.organisation import (
    credential_types,
    former_names,
    logins,
    settings,
    type_facts,
    user_facts,
    users,
)
from credtools.store.tables.rows import (
    ledger,
    ledger_block_values,
    ledger_blocks,
    ledger_rows,
    ledger_values,
    patches,
    reject_errors,
    rejects,
)

__all__ = [
    "audit_head",
    "batch_keys",
    "batches",
    "blob_texts",
    "blobs",
    "credential_types",
    "credential_versions",
    "credentials",
    "decisions",
    "events",
    "former_names",
    "known_batches",
    "ledger",
    "ledger_block_values",
    "ledger_blocks",
    "ledger_rows",
    "ledger_values",
    "logins",
    "media",
    "metadata",
    "patches",
    "reject_errors",
    "rejects",
    "runs",
    "seals",
    "settings",
    "source_files",
    "sources",
    "staged_media",
    "type_facts",
    "user_facts",
    "users",
    "withdrawals",
    "words",
]
