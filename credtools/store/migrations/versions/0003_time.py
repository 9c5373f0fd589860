"""Addresses of rows, records known by their columns, words of sources, withdrawals, blocks of unchanged rows.

SQLite can't change the constraints of a table that exists: those tables are made anew, and nothing else refers to a
table in between (`store.engine` turns foreign keys off meanwhile, and looks at all of them afterwards).
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    file = Path(__file__).with_name(f"0003_{op.get_context().dialect.name}.sql")
    for statement in file.read_text("utf-8").split(";\n"):
        if statement.strip():
            op.execute(statement.strip())
