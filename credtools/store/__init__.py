"""The store: what it holds (tables), every write as one verb with one transaction, and all reads (`reads`)."""

from credtools.store import reads
from credtools.store.engine import At, Upgraded, copies, create, open_engine, snapshot, upgrade
from credtools.store.reads import (
    Rejected,
    all_media,
    erased_blobs,
    field_counts,
    last_file,
    last_runs,
    last_uploads,
    left,
    look_of,
    media_of,
    media_of_versions,
    open_rejects,
    referenced_blobs,
    rejected,
    rejected_lines,
    rows_of,
    sources_of,
    types_with_media,
)
from credtools.store.values import Draft, Erase, Finish, Load, Media, Patches
from credtools.store.verify import verify
from credtools.store.writes.decisions import Decided, decide, resubmit
from credtools.store.writes.drafts import amend, discard, draft, hold, leave, note_failure, patch
from credtools.store.writes.erase import erase, tidy
from credtools.store.writes.finish import finish, settled, stored_receipt
from credtools.store.writes.load import Loaded, absent, load, set_setting
from credtools.store.writes.media import add_media, remove_staged, switch_media
from credtools.store.writes.rejects import reopen, waive
from credtools.store.writes.undo import undo

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
