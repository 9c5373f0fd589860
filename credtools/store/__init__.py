"""The store: tables, reads, and every write as one verb that takes one frozen value and is one transaction."""

from credtools.store import reads
from credtools.store.batches import discard, draft, hold, note_failure, settled
from credtools.store.decide import Decided, decide
from credtools.store.engine import create, open_engine
from credtools.store.finish import finish, stored_receipt
from credtools.store.load import Loaded, absent, load, set_setting
from credtools.store.undo import undo
from credtools.store.values import Decide, Draft, Failure, Finish, Hold, Load, Setting, Undo
from credtools.store.verify import verify

__all__ = [
    "Decide",
    "Decided",
    "Draft",
    "Failure",
    "Finish",
    "Hold",
    "Load",
    "Loaded",
    "Setting",
    "Undo",
    "absent",
    "create",
    "decide",
    "discard",
    "draft",
    "finish",
    "hold",
    "load",
    "note_failure",
    "open_engine",
    "reads",
    "set_setting",
    "settled",
    "stored_receipt",
    "undo",
    "verify",
]
