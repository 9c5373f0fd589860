"""Who is who, a seal on whatever counts, and *never* told from a blank.

What was there before is sealed by the upgrade's own event. Whether an older version's file said *never* isn't known.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE logins (
    login TEXT NOT NULL,
    person TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at {moment} NOT NULL,
    event_seq {number} NOT NULL,
    CONSTRAINT pk_logins PRIMARY KEY (login),
    CONSTRAINT fk_logins_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq)
)""",
    """CREATE TABLE seals (
    event_seq {number} NOT NULL,
    table_name TEXT NOT NULL,
    key TEXT NOT NULL,
    salt {binary},
    digest {binary},
    CONSTRAINT pk_seals PRIMARY KEY (table_name, key, event_seq),
    CONSTRAINT fk_seals_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq)
)""",
    "CREATE INDEX ix_seals_event_seq ON seals (event_seq)",
    "ALTER TABLE credential_versions ADD COLUMN never BOOLEAN DEFAULT {false} NOT NULL",
    "ALTER TABLE credential_versions ADD COLUMN digest_kind INTEGER DEFAULT 1 NOT NULL",
)
TYPES = {
    "sqlite": {"binary": "BLOB", "number": "INTEGER", "moment": "DATETIME", "false": "0"},
    "postgresql": {"binary": "BYTEA", "number": "BIGINT", "moment": "TIMESTAMP WITH TIME ZONE", "false": "false"},
}


def upgrade() -> None:
    types = TYPES[op.get_context().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(**types))
