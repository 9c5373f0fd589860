"""The first layout of the registry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credtools.store.columns import ID, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_audit_head_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )
    op.create_table(
        "credential_types",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("expiry", sa.Text(), server_default="optional", nullable=False),
        sa.Column("issue", sa.Text(), server_default="required", nullable=False),
        sa.Column("numbered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("media_required", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("approval_required", sa.Boolean(), nullable=True),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.CheckConstraint("expiry IN ('required', 'optional', 'never')", name="ck_credential_types_expiry"),
        sa.CheckConstraint("issue IN ('required', 'optional', 'never')", name="ck_credential_types_issue"),
        sa.CheckConstraint("status IN ('active', 'deactivated')", name="ck_credential_types_status"),
        sa.PrimaryKeyConstraint("id", name="pk_credential_types"),
        sa.UniqueConstraint("name_key", name="uq_credential_types_name_key"),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )
    op.create_table(
        "source_files",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name="pk_source_files"),
    )
    op.create_table(
        "sources",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("name", name="uq_sources_name"),
    )
    op.create_table(
        "users",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("deactivated_on", sa.Date(), nullable=True),
        sa.Column("date_format", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('active', 'deactivated')", name="ck_users_status"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sa.UniqueConstraint("external_id", name="uq_users_external_id"),
    )
    op.create_table(
        "batches",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("schema_fingerprint", sa.Text(), nullable=True),
        sa.Column("recipe_text", sa.Text(), nullable=False),
        sa.Column("recipe_fingerprint", sa.Text(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=True),
        sa.Column("follows_id", ID, nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.Column("finished_by", sa.Text(), nullable=True),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("today", sa.Date(), nullable=True),
        sa.Column("held_because", sa.Text(), nullable=True),
        sa.Column("media_optional", sa.Boolean(), nullable=True),
        sa.Column("approval_required", sa.Boolean(), nullable=True),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new_versions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("older", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting", sa.Integer(), server_default="0", nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'held', 'finished', 'undone', 'discarded')", name="ck_batches_state"),
        sa.CheckConstraint(
            "rows = new + new_versions + older + unchanged + rejected + waiting",
            name="ck_batches_conservation",
        ),
        sa.ForeignKeyConstraint(["follows_id"], ["batches.id"], name="fk_batches_follows_id_batches"),
        sa.ForeignKeyConstraint(["sha256"], ["source_files.sha256"], name="fk_batches_sha256_source_files"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_batches_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("attempt_id", name="uq_batches_attempt_id"),
    )
    op.create_index("ix_batches_sha256", "batches", ["sha256"], unique=False)
    op.create_index("ix_batches_source_id", "batches", ["source_id"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("type_id", ID, nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("head_version_id", ID, nullable=True),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["type_id"], ["credential_types.id"], name="fk_credentials_type_id_credential_types"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_credentials_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
        sa.UniqueConstraint("user_id", "type_id", "number", name="uq_credentials_user_id_type_id_number"),
    )
    op.create_index("ix_credentials_type_id", "credentials", ["type_id"], unique=False)
    op.create_table(
        "batch_keys",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_keys_batch_id_batches"),
        sa.PrimaryKeyConstraint("sha256", "part", "judgement", name="pk_batch_keys"),
        sa.UniqueConstraint("batch_id", name="uq_batch_keys_batch_id"),
    )
    op.create_table(
        "credential_versions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("credential_id", ID, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=True),
        sa.Column("expiration_date", sa.Date(), nullable=True),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("own", sa.Text(), server_default="{}", nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('not_required', 'pending', 'approved', 'declined')",
            name="ck_credential_versions_decision",
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_credential_versions_batch_id_batches"),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credentials.id"], name="fk_credential_versions_credential_id_credentials"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credential_versions"),
        sa.UniqueConstraint("batch_id", "line", name="uq_credential_versions_batch_id_line"),
    )
    op.create_index("ix_credential_versions_credential_id", "credential_versions", ["credential_id"], unique=False)
    op.create_index("ix_credential_versions_decision", "credential_versions", ["decision", "stands"], unique=False)
    op.create_index("ix_credential_versions_expiration_date", "credential_versions", ["expiration_date"], unique=False)
    op.create_table(
        "events",
        sa.Column("seq", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("batch_id", ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_events_batch_id_batches"),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
    )
    op.create_index("ix_events_batch_id", "events", ["batch_id"], unique=False)
    op.create_index("ix_events_kind", "events", ["kind"], unique=False)
    op.create_table(
        "patches",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("record_digest", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=True),
        sa.Column("new_value", sa.Text(), nullable=True),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_patches_batch_id_batches"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_patches_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_patches"),
    )
    op.create_index("ix_patches_record", "patches", ["source_id", "record_digest", "ordinal"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("batch_id", ID, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("statistics", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_runs_batch_id_batches"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_runs_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_source_id", "runs", ["source_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("event_seq", ID, nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.CheckConstraint("decision IN ('approved', 'declined')", name="ck_decisions_decision"),
        sa.CheckConstraint("NOT four_eyes OR decided_by <> uploaded_by", name="ck_decisions_four_eyes"),
        sa.ForeignKeyConstraint(["event_seq"], ["events.seq"], name="fk_decisions_event_seq_events"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["credential_versions.id"], name="fk_decisions_version_id_credential_versions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_version_id", "decisions", ["version_id"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("codes", sa.Text(), server_default="", nullable=False),
        sa.Column("version_id", ID, nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('new', 'new_version', 'older', 'unchanged', 'rejected')", name="ck_ledger_verdict"
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_ledger_batch_id_batches"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["credential_versions.id"], name="fk_ledger_version_id_credential_versions"
        ),
        sa.PrimaryKeyConstraint("batch_id", "line", name="pk_ledger"),
    )
    op.create_index("ix_ledger_version_id", "ledger", ["version_id"], unique=False)
    op.create_table(
        "media",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_media_sha256_blobs"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["credential_versions.id"], name="fk_media_version_id_credential_versions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
    )
    op.create_index("ix_media_sha256", "media", ["sha256"], unique=False)
    op.create_index("ix_media_version_id", "media", ["version_id"], unique=False)
    op.create_table(
        "staged_media",
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_staged_media_batch_id_batches"),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_staged_media_sha256_blobs"),
        sa.PrimaryKeyConstraint("batch_id", "line", "sha256", name="pk_staged_media"),
    )
    op.create_index("ix_staged_media_sha256", "staged_media", ["sha256"], unique=False)
    op.create_table(
        "ledger_values",
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id", "line"],
            ["ledger.batch_id", "ledger.line"],
            name="fk_ledger_values_batch_id_line_ledger",
        ),
        sa.PrimaryKeyConstraint("batch_id", "line", name="pk_ledger_values"),
    )
    op.create_table(
        "rejects",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("record_digest", sa.Text(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fixed_batch_id", ID, nullable=True),
        sa.Column("fixed_line", sa.Integer(), nullable=True),
        sa.Column("superseded_by", ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'fixed') = (fixed_batch_id IS NOT NULL)", name="ck_rejects_fixed_has_link"),
        sa.CheckConstraint(
            "(state = 'superseded') = (superseded_by IS NOT NULL)", name="ck_rejects_superseded_has_link"
        ),
        sa.CheckConstraint("state IN ('open', 'fixed', 'waived', 'superseded')", name="ck_rejects_state"),
        sa.ForeignKeyConstraint(
            ["batch_id", "line"], ["ledger.batch_id", "ledger.line"], name="fk_rejects_batch_id_line_ledger"
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_rejects_batch_id_batches"),
        sa.ForeignKeyConstraint(
            ["fixed_batch_id", "fixed_line"],
            ["ledger.batch_id", "ledger.line"],
            name="fk_rejects_fixed_batch_id_fixed_line_ledger",
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_rejects_source_id_sources"),
        sa.ForeignKeyConstraint(["superseded_by"], ["rejects.id"], name="fk_rejects_superseded_by_rejects"),
        sa.PrimaryKeyConstraint("id", name="pk_rejects"),
        sa.UniqueConstraint("batch_id", "line", name="uq_rejects_batch_id_line"),
    )
    op.create_index("ix_rejects_record", "rejects", ["source_id", "record_digest", "ordinal"], unique=False)
    op.create_index("ix_rejects_state", "rejects", ["state", "source_id"], unique=False)
    op.create_table(
        "reject_errors",
        sa.Column("reject_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["reject_id"], ["rejects.id"], name="fk_reject_errors_reject_id_rejects"),
        sa.PrimaryKeyConstraint("reject_id", "position", name="pk_reject_errors"),
    )
    op.create_index("ix_reject_errors_code", "reject_errors", ["code"], unique=False)
