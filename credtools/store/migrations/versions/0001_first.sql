CREATE TABLE audit_head (
    id INTEGER NOT NULL,
    seq $id NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (id),
    CONSTRAINT ck_audit_head_ck_audit_head_one_row CHECK (id = 1)
);

CREATE TABLE blobs (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    erased_at $moment,
    CONSTRAINT pk_blobs PRIMARY KEY (sha256)
);

CREATE TABLE credential_types (
    id $id NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    expiry TEXT DEFAULT 'optional' NOT NULL,
    issue TEXT DEFAULT 'required' NOT NULL,
    numbered BOOLEAN DEFAULT $no NOT NULL,
    media_required BOOLEAN DEFAULT $no NOT NULL,
    approval_required BOOLEAN,
    validity_months INTEGER,
    CONSTRAINT pk_credential_types PRIMARY KEY (id),
    CONSTRAINT ck_credential_types_ck_credential_types_expiry CHECK (expiry IN ('required', 'optional', 'never')),
    CONSTRAINT ck_credential_types_ck_credential_types_issue CHECK (issue IN ('required', 'optional', 'never')),
    CONSTRAINT ck_credential_types_ck_credential_types_status CHECK (status IN ('active', 'deactivated')),
    CONSTRAINT uq_credential_types_name_key UNIQUE (name_key)
);

CREATE TABLE settings (
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY ("key")
);

CREATE TABLE source_files (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    content $bytes,
    CONSTRAINT pk_source_files PRIMARY KEY (sha256)
);

CREATE TABLE sources (
    id $id NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_sources PRIMARY KEY (id),
    CONSTRAINT uq_sources_name UNIQUE (name)
);

CREATE TABLE users (
    id $id NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    external_id TEXT,
    name TEXT DEFAULT '' NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    deactivated_on DATE,
    date_format TEXT,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_ck_users_status CHECK (status IN ('active', 'deactivated')),
    CONSTRAINT uq_users_email_key UNIQUE (email_key),
    CONSTRAINT uq_users_external_id UNIQUE (external_id)
);

CREATE TABLE batches (
    id $id NOT NULL,
    source_id $id NOT NULL,
    sha256 TEXT NOT NULL,
    part INTEGER NOT NULL,
    file_name TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt_id TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    schema_fingerprint TEXT,
    recipe_text TEXT NOT NULL,
    recipe_fingerprint TEXT NOT NULL,
    judgement TEXT,
    follows_id $id,
    uploaded_by TEXT NOT NULL,
    uploaded_at $moment NOT NULL,
    finished_by TEXT,
    finished_at $moment,
    today DATE,
    held_because TEXT,
    media_optional BOOLEAN,
    approval_required BOOLEAN,
    rows INTEGER DEFAULT '0' NOT NULL,
    new INTEGER DEFAULT '0' NOT NULL,
    new_versions INTEGER DEFAULT '0' NOT NULL,
    older INTEGER DEFAULT '0' NOT NULL,
    unchanged INTEGER DEFAULT '0' NOT NULL,
    rejected INTEGER DEFAULT '0' NOT NULL,
    waiting INTEGER DEFAULT '0' NOT NULL,
    receipt TEXT,
    CONSTRAINT pk_batches PRIMARY KEY (id),
    CONSTRAINT ck_batches_ck_batches_state CHECK (state IN ('draft', 'held', 'finished', 'undone', 'discarded')),
    CONSTRAINT ck_batches_ck_batches_conservation CHECK (rows = new + new_versions + older + unchanged + rejected + waiting),
    CONSTRAINT fk_batches_follows_id_batches FOREIGN KEY (follows_id) REFERENCES batches (id),
    CONSTRAINT fk_batches_sha256_source_files FOREIGN KEY (sha256) REFERENCES source_files (sha256),
    CONSTRAINT fk_batches_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id),
    CONSTRAINT uq_batches_attempt_id UNIQUE (attempt_id)
);
CREATE INDEX ix_batches_sha256 ON batches (sha256);
CREATE INDEX ix_batches_source_id ON batches (source_id);

CREATE TABLE credentials (
    id $id NOT NULL,
    user_id $id NOT NULL,
    type_id $id NOT NULL,
    number TEXT DEFAULT '' NOT NULL,
    head_version_id $id,
    counter INTEGER NOT NULL,
    CONSTRAINT pk_credentials PRIMARY KEY (id),
    CONSTRAINT fk_credentials_type_id_credential_types FOREIGN KEY (type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_credentials_user_id_users FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT uq_credentials_user_id_type_id_number UNIQUE (user_id, type_id, number)
);
CREATE INDEX ix_credentials_type_id ON credentials (type_id);

CREATE TABLE batch_keys (
    sha256 TEXT NOT NULL,
    part INTEGER NOT NULL,
    judgement TEXT NOT NULL,
    batch_id $id NOT NULL,
    CONSTRAINT pk_batch_keys PRIMARY KEY (sha256, part, judgement),
    CONSTRAINT fk_batch_keys_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT uq_batch_keys_batch_id UNIQUE (batch_id)
);

CREATE TABLE credential_versions (
    id $id NOT NULL,
    credential_id $id NOT NULL,
    batch_id $id NOT NULL,
    line INTEGER NOT NULL,
    issue_date DATE,
    expiration_date DATE,
    number TEXT DEFAULT '' NOT NULL,
    own TEXT DEFAULT '{}' NOT NULL,
    decision TEXT NOT NULL,
    stands BOOLEAN NOT NULL,
    salt $bytes,
    digest $bytes NOT NULL,
    CONSTRAINT pk_credential_versions PRIMARY KEY (id),
    CONSTRAINT ck_credential_versions_ck_credential_versions_decision CHECK (decision IN ('not_required', 'pending', 'approved', 'declined')),
    CONSTRAINT fk_credential_versions_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_credential_versions_credential_id_credentials FOREIGN KEY (credential_id) REFERENCES credentials (id),
    CONSTRAINT uq_credential_versions_batch_id_line UNIQUE (batch_id, line)
);
CREATE INDEX ix_credential_versions_credential_id ON credential_versions (credential_id);
CREATE INDEX ix_credential_versions_decision ON credential_versions (decision, stands);
CREATE INDEX ix_credential_versions_expiration_date ON credential_versions (expiration_date);

CREATE TABLE events (
    seq $id NOT NULL,
    kind TEXT NOT NULL,
    batch_id $id,
    text TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (seq),
    CONSTRAINT fk_events_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id)
);
CREATE INDEX ix_events_batch_id ON events (batch_id);
CREATE INDEX ix_events_kind ON events (kind);

CREATE TABLE patches (
    id $id NOT NULL,
    source_id $id NOT NULL,
    record_digest TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    column_name TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    batch_id $id NOT NULL,
    made_by TEXT NOT NULL,
    made_at $moment NOT NULL,
    removed_at $moment,
    CONSTRAINT pk_patches PRIMARY KEY (id),
    CONSTRAINT fk_patches_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_patches_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id)
);
CREATE INDEX ix_patches_record ON patches (source_id, record_digest, ordinal);

CREATE TABLE runs (
    id $id NOT NULL,
    source_id $id NOT NULL,
    batch_id $id,
    at $moment NOT NULL,
    verdict TEXT NOT NULL,
    file_name TEXT NOT NULL,
    statistics TEXT NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (id),
    CONSTRAINT fk_runs_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_runs_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id)
);
CREATE INDEX ix_runs_source_id ON runs (source_id);

CREATE TABLE decisions (
    id $id NOT NULL,
    version_id $id NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    uploaded_by TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at $moment NOT NULL,
    event_seq $id NOT NULL,
    four_eyes BOOLEAN NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (id),
    CONSTRAINT ck_decisions_ck_decisions_decision CHECK (decision IN ('approved', 'declined')),
    CONSTRAINT ck_decisions_ck_decisions_four_eyes CHECK (NOT four_eyes OR decided_by <> uploaded_by),
    CONSTRAINT fk_decisions_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq),
    CONSTRAINT fk_decisions_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id)
);
CREATE INDEX ix_decisions_version_id ON decisions (version_id);

CREATE TABLE ledger (
    batch_id $id NOT NULL,
    line INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    codes TEXT DEFAULT '' NOT NULL,
    version_id $id,
    digest $bytes NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (batch_id, line),
    CONSTRAINT ck_ledger_ck_ledger_verdict CHECK (verdict IN ('new', 'new_version', 'older', 'unchanged', 'rejected')),
    CONSTRAINT fk_ledger_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_ledger_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id)
);
CREATE INDEX ix_ledger_version_id ON ledger (version_id);

CREATE TABLE media (
    id $id NOT NULL,
    version_id $id NOT NULL,
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at $moment NOT NULL,
    removed_at $moment,
    CONSTRAINT pk_media PRIMARY KEY (id),
    CONSTRAINT fk_media_sha256_blobs FOREIGN KEY (sha256) REFERENCES blobs (sha256),
    CONSTRAINT fk_media_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id)
);
CREATE INDEX ix_media_sha256 ON media (sha256);
CREATE INDEX ix_media_version_id ON media (version_id);

CREATE TABLE staged_media (
    batch_id $id NOT NULL,
    line INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at $moment NOT NULL,
    CONSTRAINT pk_staged_media PRIMARY KEY (batch_id, line, sha256),
    CONSTRAINT fk_staged_media_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_staged_media_sha256_blobs FOREIGN KEY (sha256) REFERENCES blobs (sha256)
);
CREATE INDEX ix_staged_media_sha256 ON staged_media (sha256);

CREATE TABLE ledger_values (
    batch_id $id NOT NULL,
    line INTEGER NOT NULL,
    salt $bytes NOT NULL,
    raw TEXT NOT NULL,
    CONSTRAINT pk_ledger_values PRIMARY KEY (batch_id, line),
    CONSTRAINT fk_ledger_values_batch_id_line_ledger FOREIGN KEY (batch_id, line) REFERENCES ledger (batch_id, line)
);

CREATE TABLE rejects (
    id $id NOT NULL,
    batch_id $id NOT NULL,
    line INTEGER NOT NULL,
    source_id $id NOT NULL,
    record_digest TEXT,
    ordinal INTEGER NOT NULL,
    state TEXT NOT NULL,
    first_seen $moment NOT NULL,
    changed_at $moment NOT NULL,
    changed_by TEXT NOT NULL,
    fixed_batch_id $id,
    fixed_line INTEGER,
    superseded_by $id,
    reason TEXT,
    CONSTRAINT pk_rejects PRIMARY KEY (id),
    CONSTRAINT ck_rejects_ck_rejects_fixed_has_link CHECK ((state = 'fixed') = (fixed_batch_id IS NOT NULL)),
    CONSTRAINT ck_rejects_ck_rejects_superseded_has_link CHECK ((state = 'superseded') = (superseded_by IS NOT NULL)),
    CONSTRAINT ck_rejects_ck_rejects_state CHECK (state IN ('open', 'fixed', 'waived', 'superseded')),
    CONSTRAINT fk_rejects_batch_id_line_ledger FOREIGN KEY (batch_id, line) REFERENCES ledger (batch_id, line),
    CONSTRAINT fk_rejects_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_rejects_fixed_batch_id_fixed_line_ledger FOREIGN KEY (fixed_batch_id, fixed_line) REFERENCES ledger (batch_id, line),
    CONSTRAINT fk_rejects_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id),
    CONSTRAINT fk_rejects_superseded_by_rejects FOREIGN KEY (superseded_by) REFERENCES rejects (id),
    CONSTRAINT uq_rejects_batch_id_line UNIQUE (batch_id, line)
);
CREATE INDEX ix_rejects_record ON rejects (source_id, record_digest, ordinal);
CREATE INDEX ix_rejects_state ON rejects (state, source_id);

CREATE TABLE reject_errors (
    reject_id $id NOT NULL,
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    column_name TEXT NOT NULL,
    heading TEXT NOT NULL,
    title TEXT NOT NULL,
    value TEXT,
    resolution TEXT,
    suggestion TEXT,
    CONSTRAINT pk_reject_errors PRIMARY KEY (reject_id, position),
    CONSTRAINT fk_reject_errors_reject_id_rejects FOREIGN KEY (reject_id) REFERENCES rejects (id)
);
CREATE INDEX ix_reject_errors_code ON reject_errors (code);
