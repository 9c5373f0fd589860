"""What is known of a medium once it was opened, in which copy it is shown, and what it says beside its row.

What was stored before was never looked at in this way, and says so: it has no row in `blob_texts`, no `scan`.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE blobs ADD COLUMN notes TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE blobs ADD COLUMN shown_as TEXT CONSTRAINT fk_blobs_shown_as_blobs REFERENCES blobs (sha256)",
    """CREATE TABLE blob_texts (
    sha256 TEXT NOT NULL,
    whole BOOLEAN NOT NULL,
    pieces TEXT NOT NULL,
    CONSTRAINT pk_blob_texts PRIMARY KEY (sha256),
    CONSTRAINT fk_blob_texts_sha256_blobs FOREIGN KEY (sha256) REFERENCES blobs (sha256)
)""",
    "ALTER TABLE media ADD COLUMN shown_as TEXT CONSTRAINT fk_media_shown_as_blobs REFERENCES blobs (sha256)",
    "ALTER TABLE media ADD COLUMN scan TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE media ADD COLUMN scan_salt {binary}",
    "ALTER TABLE media ADD COLUMN scan_digest {binary}",
    "ALTER TABLE media ADD COLUMN compared TEXT DEFAULT '' NOT NULL",
)


def upgrade() -> None:
    binary = "BLOB" if op.get_context().dialect.name == "sqlite" else "BYTEA"
    for statement in STATEMENTS:
        op.execute(statement.format(binary=binary))
