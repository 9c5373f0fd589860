"""The values that are handed around: frozen dataclasses, no I/O."""

from credtools.model.changes import ACCEPTED, VERDICTS, Changes, Content, Counts, Key, NewVersion, StoredVersion
from credtools.model.files import BoolArray, IntArray, Patch, Reading, StateArray, Table
from credtools.model.outcomes import Outcome, Receipt
from credtools.model.review import Review
from credtools.model.settings import OrganisationSettings
from credtools.model.states import BATCH_STATES, COUNTING, DECISIONS, JUDGED_STATES, REJECT_STATES, WAITING_STATES

__all__ = [
    "ACCEPTED",
    "BATCH_STATES",
    "COUNTING",
    "DECISIONS",
    "JUDGED_STATES",
    "REJECT_STATES",
    "VERDICTS",
    "WAITING_STATES",
    "BoolArray",
    "Changes",
    "Content",
    "Counts",
    "IntArray",
    "Key",
    "NewVersion",
    "OrganisationSettings",
    "Outcome",
    "Patch",
    "Reading",
    "Receipt",
    "Review",
    "StateArray",
    "StoredVersion",
    "Table",
]
