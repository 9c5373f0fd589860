"""Credentials: their versions, what was decided about them, what each source said last, and their media."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy import text as sql

from credtools.model import ACTS, DECISIONS, WORDS
from credtools.store.columns import (
    ID,
    ITS_OWN,
    NOT_ITS_OWN,
    address,
    binary,
    day,
    flag,
    integer,
    merged,
    metadata,
    moment,
    one_of,
    own_id,
    ref,
    text,
    texts,
)

credentials = Table(
    "credentials",
    metadata,
    own_id(),
    ref("user_id", "users.id"),  # whose it is by now: merges followed; as are the type and the versions' credential
    ref("type_id", "credential_types.id", index=True),
    text("number", ""),  # part of the identity where the type is numbered, else ''; as it was written first
    text("number_key", ""),  # the same, folded: what identifies it
    ref("written_user_id", "users.id", nullable=True),  # what digests cover, where that is another one
    ref("written_type_id", "credential_types.id", nullable=True),
    Column("head_version_id", ID),  # the newest standing version that isn't replaced
    integer("counter"),  # compared and swapped by each write
    merged("credentials"),  # the one with the same user, type and key of the number; never another merged one
    Index(
        "uq_credentials_identity",
        *("user_id", "type_id", "number_key"),
        unique=True,
        sqlite_where=ITS_OWN,
        postgresql_where=ITS_OWN,
    ),
    Index(None, "merged_into", sqlite_where=NOT_ITS_OWN, postgresql_where=NOT_ITS_OWN),
    Index(None, "number_key", sqlite_where=sql("number_key <> ''"), postgresql_where=sql("number_key <> ''")),
)

credential_versions = Table(
    "credential_versions",
    metadata,
    own_id(),
    ref("credential_id", "credentials.id", index=True),
    ref("written_id", "credentials.id", nullable=True),  # of which it was written, where that was merged into another
    ref("batch_id", "batches.id"),
    *address(),
    day("issue_date"),
    Column("expiration_date", Date, index=True),
    text("number", ""),
    text("own", "{}"),  # the organisation's own columns, as JSON
    text("said", nullable=True),  # the columns that its file said; blank: not recorded then, all of them
    ref("inherits_id", "credential_versions.id", nullable=True),  # from which version the others come
    ref("replaces_id", "credential_versions.id", nullable=True, index=True),  # whose issue date it corrects
    text("decision"),
    flag("stands"),  # whether any finished batch that isn't undone says it
    flag("withdrawn", false()),  # by the last act that holds
    binary("salt", nullable=True),  # erasable
    binary("digest"),  # SHA-256 over salt and content
    flag("never", false()),  # whether its file said that it never expires; before layout 0007 not told from a blank
    integer("digest_kind", 1),  # by which rule the digest was made
    UniqueConstraint("batch_id", "sheet", "line", "piece"),
    one_of("decision", DECISIONS),
    Index("ix_credential_versions_decision", "decision", "stands"),
    Index(None, "number", sqlite_where=sql("number <> ''"), postgresql_where=sql("number <> ''")),
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

# Acts on versions: by a person, or by what the batches of a source say. They follow each other by their events; what a
# person withdraws holds for all versions of the credential's issue date.
withdrawals = Table(
    "withdrawals",
    metadata,
    own_id(),
    ref("version_id", "credential_versions.id", index=True),
    text("act"),
    ref("batch_id", "batches.id", nullable=True, index=True),
    text("reason", ""),
    text("made_by"),
    moment("made_at"),
    Column("event_seq", ForeignKey("events.seq"), nullable=False),  # the person's, or by which the batch was finished
    flag("stands"),
    one_of("act", ACTS),
)

# What each source said last about a credential: a row per issue date that its file named, the newest first.
words = Table(
    "words",
    metadata,
    Column("source_id", ForeignKey("sources.id"), primary_key=True),
    Column("credential_id", ForeignKey("credentials.id"), primary_key=True, index=True),
    Column("ordinal", ID, primary_key=True, autoincrement=False),
    text("state"),
    ref("version_id", "credential_versions.id", index=True),
    ref("batch_id", "batches.id"),  # which said this first
    moment("first_said"),  # when the source first spoke of the credential
    text("said"),  # the columns of which it ever spoke
    day("issue_date"),
    day("expiration_date"),
    text("number", ""),
    text("own", "{}"),
    one_of("state", WORDS),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", Text, primary_key=True),  # also the name of the file
    Column("size", BigInteger, nullable=False),
    text("media_type"),
    moment("erased_at", nullable=True),
    text("notes", ""),  # what an approver should know: codes, separated by blanks
    ref("shown_as", "blobs.sha256", nullable=True),  # the copy that is shown in its place; NULL: it is shown itself
)

# What can be read in a file, apart, so that listings never read it; erasable. A file without a row was never looked at.
blob_texts = Table(
    "blob_texts",
    metadata,
    Column("sha256", ForeignKey("blobs.sha256"), primary_key=True),
    flag("whole"),  # to the end
    text("pieces"),  # as JSON
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
    ref("shown_as", "blobs.sha256", nullable=True),  # as what it was shown when it was linked
    text("scan", ""),  # what it says beside its row: agrees, differs, nothing; '': not compared
    binary("scan_salt", nullable=True),  # erasable
    binary("scan_digest", nullable=True),  # SHA-256 over salt and `compared`
    text("compared", ""),  # where it says what, as JSON; erasable
)

# Files that were added to the rows of a draft; finishing makes them media of the versions that it writes.
staged_media = Table(
    "staged_media",
    metadata,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    *address(key=True),
    Column("sha256", ForeignKey("blobs.sha256"), primary_key=True, index=True),
    *texts("file_name", "added_by"),
    moment("added_at"),
)
