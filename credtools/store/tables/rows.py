"""Rows of files: what became of each, and those that are followed because they were rejected.

A row's address is its batch, sheet (from 1), line, and piece (from 1).
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from credtools.model import REJECT_STATES, VERDICTS
from credtools.store.columns import (
    ID,
    address,
    binary,
    flag,
    integer,
    metadata,
    moment,
    one_of,
    own_id,
    ref,
    text,
    texts,
)

ADDRESS = ("batch_id", "sheet", "line", "piece")
OF_LEDGER = tuple(f"ledger.{name}" for name in ADDRESS)

# Immutable: what became of each row of each file. Raw values stand in ledger_values, which can be erased.
ledger = Table(
    "ledger",
    metadata,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    *address(key=True),
    text("verdict"),
    text("codes", ""),  # blocking codes, separated by commas
    text("rule", nullable=True),  # by which a row was left out
    Column("version_id", ForeignKey("credential_versions.id"), index=True),  # of which it speaks
    binary("digest"),  # SHA-256 over salt and raw text
    one_of("verdict", VERDICTS),
)

ledger_values = Table(
    "ledger_values",
    metadata,
    Column("batch_id", ID, primary_key=True),
    *address(key=True),
    binary("salt"),
    text("raw"),  # the record's cells as they came, as the text of a JSON array
    ForeignKeyConstraint(ADDRESS, OF_LEDGER),
)

# The unchanged rows of a batch with which nothing else is linked, as one block.
ledger_blocks = Table(
    "ledger_blocks",
    metadata,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    text("rows"),  # JSON: [sheet, line, piece, version] of each
    binary("digests"),  # 32 bytes each, as in the ledger
)

# The values of a block, in parts, so that what is erased is only taken out of one of them.
ledger_block_values = Table(
    "ledger_block_values",
    metadata,
    Column("batch_id", ForeignKey("ledger_blocks.batch_id"), primary_key=True),
    # The first of its rows, from 0; before layout 0008 one part held all of them.
    Column("first", Integer, primary_key=True, autoincrement=False, server_default="0"),
    binary("salts"),  # 16 bytes each
    binary("raw"),  # deflated JSON: the raw text of each, null for one that was erased
)

# A view of both: every row of every judged batch.
ledger_rows = Table(
    "ledger_rows",
    MetaData(),
    *(Column(name, ID, nullable=False) for name in ADDRESS),
    *texts("verdict", "codes"),
    text("rule", nullable=True),
    Column("version_id", ID),
)

rejects = Table(
    "rejects",
    metadata,
    own_id(),
    ref("batch_id", "batches.id"),
    *address(),
    ref("source_id", "sources.id"),
    text("record_digest", nullable=True),  # erasable; with source and ordinal it knows the record again
    integer("digest_kind", 0),  # by which rule it was made (0: over the whole line)
    text("digest_columns", ""),  # over which columns
    integer("ordinal"),
    text("state"),
    moment("first_seen"),
    moment("changed_at"),
    text("changed_by"),
    Column("fixed_batch_id", ID),
    Column("fixed_sheet", Integer),
    Column("fixed_line", Integer),
    Column("fixed_piece", Integer),
    ref("superseded_by", "rejects.id", nullable=True, index=True),
    text("reason", nullable=True),  # why it was waived
    flag("for_good", false()),  # whether its record is waived again when it comes again
    ref("type_id", "credential_types.id", nullable=True),  # what the row resolved to; blank: not known then
    ref("user_id", "users.id", nullable=True, index=True),
    UniqueConstraint("batch_id", "sheet", "line", "piece"),
    ForeignKeyConstraint(ADDRESS, OF_LEDGER),
    ForeignKeyConstraint(["fixed_batch_id"], ["batches.id"]),  # its row may stand in a block
    one_of("state", REJECT_STATES),
    CheckConstraint("(state = 'fixed') = (fixed_batch_id IS NOT NULL)", name="fixed_has_link"),
    CheckConstraint("(state = 'superseded') = (superseded_by IS NOT NULL)", name="superseded_has_link"),
    Index("ix_rejects_record", "source_id", "record_digest", "ordinal"),
    Index("ix_rejects_state", "state", "source_id"),
    Index("ix_rejects_fixed", "fixed_batch_id", "fixed_line"),
)

reject_errors = Table(
    "reject_errors",
    metadata,
    Column("reject_id", ForeignKey("rejects.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("code", Text, nullable=False, index=True),
    *texts("column_name", "heading", "title"),
    text("value", nullable=True),  # erasable, as are the two sentences, which quote it
    *texts("resolution", "suggestion", nullable=True),
)

patches = Table(
    "patches",
    metadata,
    own_id(),
    ref("source_id", "sources.id"),
    text("record_digest"),
    integer("digest_kind", 0),
    text("digest_columns", ""),
    integer("ordinal"),
    text("column_name"),
    *texts("old_value", "new_value", nullable=True),
    ref("batch_id", "batches.id"),
    text("made_by"),
    moment("made_at"),
    moment("removed_at", nullable=True),
    Index("ix_patches_record", "source_id", "record_digest", "ordinal"),
)
