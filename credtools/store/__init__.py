"""The store: tables, reads, and every write as one verb that takes one frozen value and is one transaction."""

from credtools.store import reads
from credtools.store.batches import amend, discard, draft, hold, note_failure, settled
from credtools.store.decide import Decided, decide
from credtools.store.engine import create, open_engine
from credtools.store.finish import finish, stored_receipt
from credtools.store.load import Loaded, absent, load, set_setting
from credtools.store.patches import patch
from credtools.store.undo import undo
from credtools.store.values import Amend, Decide, Draft, Failure, Finish, Hold, Load, Patches, Setting, Undo
from credtools.store.verify import verify

__all__ = [
    "Amend",
    "Decide",
    "Decided",
    "Draft",
    "Failure",
    "Finish",
    "Hold",
    "Load",
    "Loaded",
    "Patches",
    "Setting",
    "Undo",
    "absent",
    "amend",
    "create",
    "decide",
    "discard",
    "draft",
    "finish",
    "hold",
    "load",
    "note_failure",
    "open_engine",
    "patch",
    "reads",
    "set_setting",
    "settled",
    "stored_receipt",
    "undo",
    "verify",
]
