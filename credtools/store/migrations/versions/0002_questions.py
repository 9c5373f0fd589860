"""Rejects know the user and the type that their row resolved to; indexes for the questions of an audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credtools.store.columns import ID

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite can't add a constraint to a table that exists, but a column that brings its own.
    inline = op.get_context().dialect.name == "sqlite"
    for column, table in (("type_id", "credential_types"), ("user_id", "users")):
        target = sa.ForeignKey(f"{table}.id", name=f"fk_rejects_{column}_{table}")
        op.add_column("rejects", sa.Column(column, ID, target, nullable=True), inline_references=inline)
    op.create_index("ix_rejects_user_id", "rejects", ["user_id"])
    op.create_index("ix_rejects_superseded_by", "rejects", ["superseded_by"])
    op.create_index("ix_rejects_fixed", "rejects", ["fixed_batch_id", "fixed_line"])
