"""What an organisation has decided and knows: settings, users, types of credentials."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, Table, Text, false, true

from credtools.store.columns import ITS_OWN, day, flag, merged, metadata, moment, one_of, own_id, ref, text, texts


def _unique(name: str, column: str) -> Index:
    return Index(name, column, unique=True, sqlite_where=ITS_OWN, postgresql_where=ITS_OWN)


settings = Table("settings", metadata, Column("key", Text, primary_key=True), text("value"))

users = Table(
    "users",
    metadata,
    own_id(),
    text("email", ""),
    Column("email_key", Text),  # folded by Python: NFKC, trim, squeeze, case fold; NULL: none, or shared with others
    Column("external_id", Text),
    text("name", ""),
    text("status", "active"),
    day("deactivated_on"),
    text("date_format", nullable=True),
    text("groups", ""),  # several separated by ;
    text("manager", ""),  # as the file names them
    ref("merged_into", "users.id", nullable=True, index=True),
    one_of("status", ("active", "deactivated")),
    _unique("uq_users_email_key", "email_key"),
    _unique("uq_users_external_id", "external_id"),
)

credential_types = Table(
    "credential_types",
    metadata,
    own_id(),
    text("name"),
    text("name_key"),
    text("status", "active"),
    text("expiry", "optional"),
    text("issue", "required"),
    flag("numbered", false()),
    flag("media_required", false()),
    flag("approval_required", nullable=True),  # blank: as the organisation decides
    Column("validity_months", Integer),
    flag(
        "expiry_computed", true()
    ),  # whether a blank expiration date follows from validity_months; else it is required
    merged("credential_types"),
    one_of("status", ("active", "deactivated")),
    one_of("expiry", ("required", "optional", "never")),
    one_of("issue", ("required", "optional", "never")),
    _unique("uq_credential_types_name_key", "name_key"),
)


def _facts(name: str, of: str, table: str) -> Table:
    """What was known of each of a kind, and from which day on it is so, in the order in which that was recorded."""
    return Table(
        name,
        metadata,
        own_id(),
        ref(of, f"{table}.id", index=True),
        *texts("name", "value"),
        Column("valid_from", Date, nullable=False),
        ref("event_seq", "events.seq"),
    )


user_facts = _facts("user_facts", "user_id", "users")  # status, groups, manager; erasable
type_facts = _facts("type_facts", "type_id", "credential_types")  # the columns that are rules

# Addresses and names by which somebody or something was known before; the last one who had it is meant.
former_names = Table(
    "former_names",
    metadata,
    own_id(),
    text("key"),  # folded; erasable
    ref("user_id", "users.id", nullable=True, index=True),
    ref("type_id", "credential_types.id", nullable=True),
    ref("event_seq", "events.seq"),
    CheckConstraint("(user_id IS NULL) <> (type_id IS NULL)", name="one_of"),
)

# Whose a login of a team's database is; its roles are the database's own.
logins = Table(
    "logins",
    metadata,
    Column("login", Text, primary_key=True),
    text("person"),  # an e-mail address; erasable
    text("granted_by"),
    moment("granted_at"),
    ref("event_seq", "events.seq"),
)
