"""The values that are handed around: frozen dataclasses, no I/O."""

from credtools.model.changes import (
    ACCEPTED,
    COUNTED,
    VERDICTS,
    Act,
    Changes,
    Content,
    Counts,
    Entry,
    Key,
    NewVersion,
    Spoken,
    StoredVersion,
    Word,
)
from credtools.model.files import BoolArray, FileWarning, IntArray, Patch, Reading, StateArray, Table
from credtools.model.outcomes import Outcome, Receipt
from credtools.model.review import Review
from credtools.model.settings import OrganisationSettings
from credtools.model.states import (
    ACTS,
    BATCH_STATES,
    COUNTING,
    DECISIONS,
    JUDGED_STATES,
    LISTINGS,
    REJECT_STATES,
    WAITING_STATES,
    WORDS,
)

__all__ = [
    "ACCEPTED",
    "ACTS",
    "BATCH_STATES",
    "COUNTED",
    "COUNTING",
    "DECISIONS",
    "JUDGED_STATES",
    "LISTINGS",
    "REJECT_STATES",
    "VERDICTS",
    "WAITING_STATES",
    "WORDS",
    "Act",
    "BoolArray",
    "Changes",
    "Content",
    "Counts",
    "Entry",
    "FileWarning",
    "IntArray",
    "Key",
    "NewVersion",
    "OrganisationSettings",
    "Outcome",
    "Patch",
    "Reading",
    "Receipt",
    "Review",
    "Spoken",
    "StateArray",
    "StoredVersion",
    "Table",
    "Word",
]
