"""Users without an address of their own, groups, managers, former names, dated facts; credentials by folded numbers.

`store.baseline` fills what only the program can find out; tables are made anew on SQLite as in 0003.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    file = Path(__file__).with_name(f"0004_{op.get_context().dialect.name}.sql")
    for statement in file.read_text("utf-8").split(";\n"):
        if statement.strip():
            op.execute(statement.strip())
