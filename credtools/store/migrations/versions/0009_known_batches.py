"""What everybody of a team may know of each batch, whoever uploaded it: where it belongs, and whether it stands."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE VIEW known_batches AS SELECT id, source_id, state, whole FROM batches")
