"""Reads: everything that is asked of the database, as plain values and frames.

Each takes first whom to ask: the database as it is now, or a moment (`snapshot`) that several reads share.
"""

from credtools.store.reads.batches import (
    BEGUN,
    acts_of,
    batch,
    batch_of_attempt,
    batches,
    field_counts,
    left,
    source_bytes,
)
from credtools.store.reads.credentials import credentials, stored_versions, words
from credtools.store.reads.media import (
    all_media,
    erased_blobs,
    media_of,
    media_of_versions,
    referenced_blobs,
    rows_of,
)
from credtools.store.reads.organisation import Facts, facts, types, users
from credtools.store.reads.rejects import (
    Followed,
    Rejected,
    credentials_of,
    first_said,
    followed,
    open_rejects,
    rejected,
    said_in,
)
from credtools.store.reads.sources import (
    family,
    last_listing,
    last_runs,
    last_uploads,
    listed,
    look_of,
    patches,
    runs,
    said_by_others,
    seen,
    sources_of,
    standing_batches,
)

__all__ = [
    "BEGUN",
    "Facts",
    "Followed",
    "Rejected",
    "acts_of",
    "all_media",
    "batch",
    "batch_of_attempt",
    "batches",
    "credentials",
    "credentials_of",
    "erased_blobs",
    "facts",
    "family",
    "field_counts",
    "first_said",
    "followed",
    "last_listing",
    "last_runs",
    "last_uploads",
    "left",
    "listed",
    "look_of",
    "media_of",
    "media_of_versions",
    "open_rejects",
    "patches",
    "referenced_blobs",
    "rejected",
    "rows_of",
    "runs",
    "said_by_others",
    "said_in",
    "seen",
    "source_bytes",
    "sources_of",
    "standing_batches",
    "stored_versions",
    "types",
    "users",
    "words",
]
