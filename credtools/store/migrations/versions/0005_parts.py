"""Batches of divided files know whether all parts stand; records of pairs of columns are known by the pair's headings.

The latter changes no table: `registry.upgrading` makes the digests anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batches", sa.Column("whole", sa.Boolean(), server_default=sa.true(), nullable=False))
