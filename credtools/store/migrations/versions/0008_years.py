"""The values of a block in parts, of which erasing takes up one; what was there before is one part each.

Uploaded files are packed on SQLite from now on (`columns.Packed`), which says itself where it is so.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = {
    "sqlite": (  # which can't change a key: the table is made anew
        """CREATE TABLE new_values (
    batch_id INTEGER NOT NULL,
    first INTEGER DEFAULT '0' NOT NULL,
    salts BLOB NOT NULL,
    raw BLOB NOT NULL,
    CONSTRAINT pk_ledger_block_values PRIMARY KEY (batch_id, first),
    CONSTRAINT fk_ledger_block_values_batch_id_ledger_blocks FOREIGN KEY (batch_id) REFERENCES ledger_blocks (batch_id)
)""",
        "INSERT INTO new_values (batch_id, salts, raw) SELECT batch_id, salts, raw FROM ledger_block_values",
        "DROP TABLE ledger_block_values",
        "ALTER TABLE new_values RENAME TO ledger_block_values",
    ),
    "postgresql": (
        "ALTER TABLE ledger_block_values ADD COLUMN first INTEGER DEFAULT 0 NOT NULL",
        "ALTER TABLE ledger_block_values DROP CONSTRAINT pk_ledger_block_values",
        "ALTER TABLE ledger_block_values ADD CONSTRAINT pk_ledger_block_values PRIMARY KEY (batch_id, first)",
    ),
}


def upgrade() -> None:
    for statement in STATEMENTS[op.get_context().dialect.name]:
        op.execute(statement)
