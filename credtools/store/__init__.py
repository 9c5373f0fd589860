"""The store: tables, reads, and every write as one verb that takes one frozen value and is one transaction."""

from credtools.store import reads
from credtools.store.batches import amend, discard, draft, hold, leave, left, note_failure, settled
from credtools.store.corrections import Rejected, last_file, open_rejects, rejected, rejected_lines
from credtools.store.decide import Decided, decide
from credtools.store.engine import At, Upgraded, copies, create, open_engine, snapshot, upgrade
from credtools.store.erase import erase, tidy
from credtools.store.finish import finish, stored_receipt
from credtools.store.load import Loaded, absent, load, set_setting
from credtools.store.media import (
    add_media,
    all_media,
    erased_blobs,
    media_of,
    media_of_versions,
    referenced_blobs,
    remove_staged,
    rows_of,
    switch_media,
    types_with_media,
)
from credtools.store.patches import patch
from credtools.store.resubmit import resubmit
from credtools.store.sources import field_counts, last_runs, last_uploads, look_of, sources_of
from credtools.store.undo import undo
from credtools.store.values import (
    Draft,
    Erase,
    Finish,
    Load,
    Media,
    Patches,
)
from credtools.store.verify import verify
from credtools.store.waive import reopen, waive

__all__ = [
    "At",
    "Decided",
    "Draft",
    "Erase",
    "Finish",
    "Load",
    "Loaded",
    "Media",
    "Patches",
    "Rejected",
    "Upgraded",
    "absent",
    "add_media",
    "all_media",
    "amend",
    "copies",
    "create",
    "decide",
    "discard",
    "draft",
    "erase",
    "erased_blobs",
    "field_counts",
    "finish",
    "hold",
    "last_file",
    "last_runs",
    "last_uploads",
    "leave",
    "left",
    "load",
    "look_of",
    "media_of",
    "media_of_versions",
    "note_failure",
    "open_engine",
    "open_rejects",
    "patch",
    "reads",
    "referenced_blobs",
    "rejected",
    "rejected_lines",
    "remove_staged",
    "reopen",
    "resubmit",
    "rows_of",
    "set_setting",
    "settled",
    "snapshot",
    "sources_of",
    "stored_receipt",
    "switch_media",
    "tidy",
    "types_with_media",
    "undo",
    "upgrade",
    "verify",
    "waive",
]
