"""Files and what was done with them: sources, batches, runs, and the chain of events."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, MetaData, Table, Text, false, true

from credtools.model import BATCH_STATES, COUNTED, LISTINGS
from credtools.store.columns import (
    ID,
    Packed,
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

sources = Table("sources", metadata, own_id(), Column("name", Text, nullable=False, unique=True), merged("sources"))

source_files = Table(
    "source_files",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("content", Packed),  # erasable
)

batches = Table(
    "batches",
    metadata,
    own_id(),
    ref("source_id", "sources.id", index=True),
    ref("sha256", "source_files.sha256", index=True),
    integer("part"),  # 1 unless the file was divided on purpose
    integer("parts", 1),  # into how many it was divided
    *texts("file_name", "state"),
    Column("attempt_id", Text, nullable=False, unique=True),  # by which it arrived; each event names its own
    text("schema_name"),
    text("schema_fingerprint", nullable=True),
    *texts("recipe_text", "recipe_fingerprint"),
    text("judgement", nullable=True),
    text("said", nullable=True),  # the columns of which its file spoke (`said_text`); blank: not recorded then, all
    text("listing", "part"),  # whether its file counted as a full list of what stands at its source
    text("absent", nullable=True),  # JSON: the credentials of which its source spoke, and that a full list doesn't hold
    flag("withdraws", false()),  # whether those are withdrawn
    flag("whole", true()),  # whether all parts of its file stand: only then it says what the whole file says
    ref("follows_id", "batches.id", nullable=True),  # re-upload, correction, replay: the batch before
    text("uploaded_by"),
    moment("uploaded_at"),
    text("finished_by", nullable=True),
    moment("finished_at", nullable=True),
    day("today"),  # the one "today" by which the batch was judged
    text("held_because", nullable=True),
    flag("media_optional", nullable=True),  # batch switches; blank: as type and organisation decide
    flag("approval_required", nullable=True),
    flag("count_again", nullable=True),  # whether what equals an older version counts again; blank: nobody was asked
    integer("rows", 0),
    *(integer(name, 0) for name in COUNTED),
    text("receipt", nullable=True),  # the stored text of the receipt, replayed word for word
    one_of("state", BATCH_STATES),
    one_of("listing", LISTINGS),
    CheckConstraint(f"rows = {' + '.join(COUNTED)}", name="conservation"),
)

# A view of what is asked of batches whoever uploaded them: a team's uploaders see only their own.
known_batches = Table(
    "known_batches",
    MetaData(),
    Column("id", ID, primary_key=True),
    Column("source_id", ID, nullable=False),
    text("state"),
    flag("whole"),
)

# One row per finished, not undone batch: INSERT … ON CONFLICT DO NOTHING decides who was first.
batch_keys = Table(
    "batch_keys",
    metadata,
    Column("source_id", ForeignKey("sources.id"), primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("judgement", Text, primary_key=True),
    Column("previous_id", ID, primary_key=True, autoincrement=False),  # its source's latest standing batch, or 0
    Column("batch_id", ForeignKey("batches.id"), nullable=False, unique=True),
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

# A salted digest of each row that an event wrote where no digest of its own covers it; the event chains them all.
seals = Table(
    "seals",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("event_seq", ForeignKey("events.seq"), primary_key=True, index=True),
    binary("salt", nullable=True),  # erasable
    binary("digest", nullable=True),  # SHA-256 over salt and row; blank: the row was deleted
)
