"""The store: what it holds (tables), every write as one verb with one transaction, and all reads (`reads`)."""

from credtools.store import heads, reads
from credtools.store.addresses import shown
from credtools.store.engine import At, Upgraded, copies, create, open_engine, snapshot, upgrade
from credtools.store.reads import JustDecided
from credtools.store.refused import no_role, not_allowed
from credtools.store.transaction import WRITTEN, Done
from credtools.store.values import Blank, Correction, Erase, Finish, Kept, Link, Load, Scan, Upload
from credtools.store.verify import Verified, verify
from credtools.store.writes import baseline, merging
from credtools.store.writes.decisions import Decided, decide, decide_several, resubmit
from credtools.store.writes.drafts import amend, count_again, discard, draft, hold, leave, note_failure, patch
from credtools.store.writes.erase import erase, tidy
from credtools.store.writes.finish import finish, settled, stored_receipt
from credtools.store.writes.grants import grant, revoke, share
from credtools.store.writes.load import Loaded, load, set_setting
from credtools.store.writes.media import add_media, keep_unplaced, remove_staged, switch_media
from credtools.store.writes.moving import move
from credtools.store.writes.rejects import waive
from credtools.store.writes.sources import Renamed, merge_source, rename_source, unmerge_source
from credtools.store.writes.undecide import Undecided, undecide
from credtools.store.writes.undo import Undone, undo
from credtools.store.writes.waivers import Known
from credtools.store.writes.withdrawals import Withdrawn, reinstate, withdraw

__all__ = [
    "WRITTEN",
    "At",
    "Blank",
    "Correction",
    "Decided",
    "Done",
    "Erase",
    "Finish",
    "JustDecided",
    "Kept",
    "Known",
    "Link",
    "Load",
    "Loaded",
    "Renamed",
    "Scan",
    "Undecided",
    "Undone",
    "Upgraded",
    "Upload",
    "Verified",
    "Withdrawn",
    "add_media",
    "amend",
    "baseline",
    "copies",
    "count_again",
    "create",
    "decide",
    "decide_several",
    "discard",
    "draft",
    "erase",
    "finish",
    "grant",
    "heads",
    "hold",
    "keep_unplaced",
    "leave",
    "load",
    "merge_source",
    "merging",
    "move",
    "no_role",
    "not_allowed",
    "note_failure",
    "open_engine",
    "patch",
    "reads",
    "reinstate",
    "remove_staged",
    "rename_source",
    "resubmit",
    "revoke",
    "set_setting",
    "settled",
    "share",
    "shown",
    "snapshot",
    "stored_receipt",
    "switch_media",
    "tidy",
    "undecide",
    "undo",
    "unmerge_source",
    "upgrade",
    "verify",
    "waive",
    "withdraw",
]
