"""The first layout of the registry: written out in SQL, so that no change of the program or a library changes it."""

from __future__ import annotations

from pathlib import Path
from string import Template

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KINDS = {
    "sqlite": {"id": "INTEGER", "moment": "DATETIME", "bytes": "BLOB", "no": "0"},
    "postgresql": {"id": "BIGINT", "moment": "TIMESTAMP WITH TIME ZONE", "bytes": "BYTEA", "no": "false"},
}


def upgrade() -> None:
    layout = Template(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    for statement in layout.substitute(KINDS[op.get_context().dialect.name]).split(";\n"):
        if statement.strip():
            op.execute(statement.strip())
