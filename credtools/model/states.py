"""The states of batches, rejects and versions, and of a row before a rule: each list is written here only."""

BATCH_STATES = ("draft", "held", "finished", "undone", "discarded")
WAITING_STATES = ("draft", "held")  # not judged yet: can still be changed
JUDGED_STATES = ("finished", "undone")  # these have a ledger
REJECT_STATES = ("open", "fixed", "waived", "superseded", "void")  # void: its batch was undone
DECISIONS = ("not_required", "pending", "approved", "declined")
COUNTING = ("approved", "not_required")  # decisions by which a version counts
WORDS = ("valid", "withdrawn", "unlisted")  # what a source says of a credential
ACTS = ("withdrawn", "reinstated")
LISTINGS = ("part", "full")  # whether a file lists all that stands at its source
PASSED, FAILED, NOT_JUDGED = 0, 1, 2  # what a rule says of a row
