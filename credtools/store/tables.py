"""The tables, in their final layout: they may grow by migration, but nothing is renamed or reinterpreted.

Ids of credentials, versions, rejects and events are handed out by the writing transaction, which holds the audit
head; all times are UTC; dates are dates of the organisation's time zone.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from credtools.model import BATCH_STATES, DECISIONS, REJECT_STATES, VERDICTS
from credtools.store.columns import ID, binary, day, flag, integer, metadata, moment, one_of, own_id, ref, text, texts

settings = Table("settings", metadata, Column("key", Text, primary_key=True), text("value"))

users = Table(
    "users",
    metadata,
    own_id(),
    text("email"),
    Column("email_key", Text, nullable=False, unique=True),  # folded by Python: NFKC, trim, squeeze, case fold
    Column("external_id", Text, unique=True),
    text("name", ""),
    text("status", "active"),
    day("deactivated_on"),
    text("date_format", nullable=True),
    one_of("status", ("active", "deactivated")),
)

credential_types = Table(
    "credential_types",
    metadata,
    own_id(),
    text("name"),
    Column("name_key", Text, nullable=False, unique=True),
    text("status", "active"),
    text("expiry", "optional"),
    text("issue", "required"),
    flag("numbered", false()),
    flag("media_required", false()),
    flag("approval_required", nullable=True),  # blank: as the organisation decides
    Column("validity_months", Integer),
    one_of("status", ("active", "deactivated")),
    one_of("expiry", ("required", "optional", "never")),
    one_of("issue", ("required", "optional", "never")),
)

sources = Table("sources", metadata, own_id(), Column("name", Text, nullable=False, unique=True))

source_files = Table(
    "source_files",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    binary("content", nullable=True),  # erasable
)

batches = Table(
    "batches",
    metadata,
    own_id(),
    ref("source_id", "sources.id", index=True),
    ref("sha256", "source_files.sha256", index=True),
    integer("part"),  # 1 unless the file was divided on purpose
    *texts("file_name", "state"),
    Column("attempt_id", Text, nullable=False, unique=True),  # by which it arrived; each event names its own
    text("schema_name"),
    text("schema_fingerprint", nullable=True),
    *texts("recipe_text", "recipe_fingerprint"),
    text("judgement", nullable=True),
    ref("follows_id", "batches.id", nullable=True),  # re-upload, correction, replay: the batch before
    text("uploaded_by"),
    moment("uploaded_at"),
    text("finished_by", nullable=True),
    moment("finished_at", nullable=True),
    day("today"),  # the one "today" by which the batch was judged
    text("held_because", nullable=True),
    flag("media_optional", nullable=True),  # batch switches; blank: as type and organisation decide
    flag("approval_required", nullable=True),
    *(
        Column(name, Integer, nullable=False, server_default="0")
        for name in ("rows", "new", "new_versions", "older", "unchanged", "rejected", "waiting")
    ),
    text("receipt", nullable=True),  # the stored text of the receipt, replayed word for word
    one_of("state", BATCH_STATES),
    CheckConstraint("rows = new + new_versions + older + unchanged + rejected + waiting", name="conservation"),
)

# One row per finished, not undone batch: INSERT … ON CONFLICT DO NOTHING decides who was first.
batch_keys = Table(
    "batch_keys",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("judgement", Text, primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, unique=True),
)

credentials = Table(
    "credentials",
    metadata,
    own_id(),
    ref("user_id", "users.id"),
    ref("type_id", "credential_types.id", index=True),
    text("number", ""),  # part of the identity where the type is numbered, else ''
    Column("head_version_id", ID),  # the newest standing version
    integer("counter"),  # compared and swapped by each write
    UniqueConstraint("user_id", "type_id", "number"),
)

credential_versions = Table(
    "credential_versions",
    metadata,
    own_id(),
    ref("credential_id", "credentials.id", index=True),
    ref("batch_id", "batches.id"),
    integer("line"),
    day("issue_date"),
    Column("expiration_date", Date, index=True),
    text("number", ""),
    text("own", "{}"),  # the organisation's own columns, as JSON
    text("decision"),
    flag("stands"),  # false once its batch was undone
    binary("salt", nullable=True),  # erasable
    binary("digest"),  # SHA-256 over salt and content
    UniqueConstraint("batch_id", "line"),
    one_of("decision", DECISIONS),
    Index("ix_credential_versions_decision", "decision", "stands"),
)

decisions = Table(
    "decisions",
    metadata,
    own_id(),
    ref("version_id", "credential_versions.id", index=True),
    text("decision"),
    text("reason", ""),
    *texts("uploaded_by", "decided_by"),
    moment("decided_at"),
    Column("event_seq", ForeignKey("events.seq"), nullable=False),
    flag("four_eyes"),
    one_of("decision", ("approved", "declined")),
    CheckConstraint("NOT four_eyes OR decided_by <> uploaded_by", name="four_eyes"),
)

# Immutable: what became of each row of each file. Raw values stand in ledger_values, which can be erased.
ledger = Table(
    "ledger",
    metadata,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    text("verdict"),
    text("codes", ""),  # blocking codes, separated by commas
    Column("version_id", ForeignKey("credential_versions.id"), index=True),
    binary("digest"),  # SHA-256 over salt and raw text
    one_of("verdict", VERDICTS),
)

ledger_values = Table(
    "ledger_values",
    metadata,
    Column("batch_id", ID, primary_key=True),
    Column("line", Integer, primary_key=True),
    binary("salt"),
    text("raw"),  # the record's cells as they came, as the text of a JSON array
    ForeignKeyConstraint(["batch_id", "line"], ["ledger.batch_id", "ledger.line"]),
)

rejects = Table(
    "rejects",
    metadata,
    own_id(),
    ref("batch_id", "batches.id"),
    integer("line"),
    ref("source_id", "sources.id"),
    text("record_digest", nullable=True),  # erasable; with source and ordinal it knows the record again
    integer("ordinal"),
    text("state"),
    moment("first_seen"),
    moment("changed_at"),
    text("changed_by"),
    Column("fixed_batch_id", ID),
    Column("fixed_line", Integer),
    ref("superseded_by", "rejects.id", nullable=True, index=True),
    text("reason", nullable=True),  # why it was waived
    ref("type_id", "credential_types.id", nullable=True),  # what the row resolved to; blank: not known then
    ref("user_id", "users.id", nullable=True, index=True),
    UniqueConstraint("batch_id", "line"),
    ForeignKeyConstraint(["batch_id", "line"], ["ledger.batch_id", "ledger.line"]),
    ForeignKeyConstraint(["fixed_batch_id", "fixed_line"], ["ledger.batch_id", "ledger.line"]),
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
    integer("ordinal"),
    text("column_name"),
    *texts("old_value", "new_value", nullable=True),
    ref("batch_id", "batches.id"),
    text("made_by"),
    moment("made_at"),
    moment("removed_at", nullable=True),
    Index("ix_patches_record", "source_id", "record_digest", "ordinal"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", Text, primary_key=True),  # also the name of the file
    Column("size", BigInteger, nullable=False),
    text("media_type"),
    moment("erased_at", nullable=True),
)

media = Table(
    "media",
    metadata,
    own_id(),
    ref("version_id", "credential_versions.id", index=True),
    ref("sha256", "blobs.sha256", index=True),
    *texts("file_name", "added_by"),
    moment("added_at"),
    moment("removed_at", nullable=True),
)

# Files that were added to the rows of a draft; finishing makes them media of the versions that it writes.
staged_media = Table(
    "staged_media",
    metadata,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("sha256", ForeignKey("blobs.sha256"), primary_key=True, index=True),
    *texts("file_name", "added_by"),
    moment("added_at"),
)

# What a run on a source looked like: the yardstick for the next file of that source.
runs = Table(
    "runs",
    metadata,
    own_id(),
    ref("source_id", "sources.id", index=True),
    ref("batch_id", "batches.id", nullable=True),
    moment("at"),
    *texts("verdict", "file_name"),
    text("statistics"),  # JSON: rows, headings, hits per rule, rejects per code
)

events = Table(
    "events",
    metadata,
    Column("seq", ID, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, index=True),
    ref("batch_id", "batches.id", nullable=True, index=True),
    text("text"),  # the stored text over which the chain runs
    *texts("previous", "hash"),
)

# One row, locked by every write before it reads: the writers stand in line.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", ID, nullable=False),
    text("hash"),
    CheckConstraint("id = 1", name="one_row"),
)
