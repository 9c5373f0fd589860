"""What an organisation has decided and knows: settings, users, types of credentials."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text, false

from credtools.store.columns import day, flag, merged, metadata, one_of, own_id, text

settings = Table("settings", metadata, Column("key", Text, primary_key=True), text("value"))

users = Table(
    "users",
    metadata,
    own_id(),
    text("email"),
    Column("email_key", Text, nullable=False, unique=True),  # folded by Python: NFKC, trim, squeeze, case fold
    Column("external_id", Text, unique=True),
    text("name", ""),
    text("status", "active"),
    day("deactivated_on"),
    text("date_format", nullable=True),
    merged("users"),
    one_of("status", ("active", "deactivated")),
)

credential_types = Table(
    "credential_types",
    metadata,
    own_id(),
    text("name"),
    Column("name_key", Text, nullable=False, unique=True),
    text("status", "active"),
    text("expiry", "optional"),
    text("issue", "required"),
    flag("numbered", false()),
    flag("media_required", false()),
    flag("approval_required", nullable=True),  # blank: as the organisation decides
    Column("validity_months", Integer),
    merged("credential_types"),
    one_of("status", ("active", "deactivated")),
    one_of("expiry", ("required", "optional", "never")),
    one_of("issue", ("required", "optional", "never")),
)
