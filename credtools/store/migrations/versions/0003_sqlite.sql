ALTER TABLE users ADD COLUMN merged_into INTEGER CONSTRAINT fk_users_merged_into_users REFERENCES users (id);
ALTER TABLE credential_types ADD COLUMN merged_into INTEGER CONSTRAINT fk_credential_types_merged_into_credential_types REFERENCES credential_types (id);
ALTER TABLE sources ADD COLUMN merged_into INTEGER CONSTRAINT fk_sources_merged_into_sources REFERENCES sources (id);
ALTER TABLE credentials ADD COLUMN merged_into INTEGER CONSTRAINT fk_credentials_merged_into_credentials REFERENCES credentials (id);
ALTER TABLE patches ADD COLUMN digest_kind INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE patches ADD COLUMN digest_columns TEXT DEFAULT '' NOT NULL;

CREATE TABLE batches_new (
    id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER DEFAULT '1' NOT NULL,
    file_name TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt_id TEXT NOT NULL,
    schema_name TEXT NOT NULL,
    schema_fingerprint TEXT,
    recipe_text TEXT NOT NULL,
    recipe_fingerprint TEXT NOT NULL,
    judgement TEXT,
    said TEXT,
    listing TEXT DEFAULT 'part' NOT NULL,
    absent TEXT,
    withdraws BOOLEAN DEFAULT 0 NOT NULL,
    follows_id INTEGER,
    uploaded_by TEXT NOT NULL,
    uploaded_at DATETIME NOT NULL,
    finished_by TEXT,
    finished_at DATETIME,
    today DATE,
    held_because TEXT,
    media_optional BOOLEAN,
    approval_required BOOLEAN,
    count_again BOOLEAN,
    rows INTEGER DEFAULT '0' NOT NULL,
    new INTEGER DEFAULT '0' NOT NULL,
    new_versions INTEGER DEFAULT '0' NOT NULL,
    older INTEGER DEFAULT '0' NOT NULL,
    withdrawn INTEGER DEFAULT '0' NOT NULL,
    unchanged INTEGER DEFAULT '0' NOT NULL,
    rejected INTEGER DEFAULT '0' NOT NULL,
    left_out INTEGER DEFAULT '0' NOT NULL,
    waiting INTEGER DEFAULT '0' NOT NULL,
    receipt TEXT,
    CONSTRAINT pk_batches PRIMARY KEY (id),
    CONSTRAINT ck_batches_state CHECK (state IN ('draft', 'held', 'finished', 'undone', 'discarded')),
    CONSTRAINT ck_batches_listing CHECK (listing IN ('part', 'full')),
    CONSTRAINT ck_batches_conservation CHECK (rows = new + new_versions + older + withdrawn + unchanged + rejected + left_out + waiting),
    CONSTRAINT fk_batches_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id),
    CONSTRAINT fk_batches_sha256_source_files FOREIGN KEY (sha256) REFERENCES source_files (sha256),
    CONSTRAINT uq_batches_attempt_id UNIQUE (attempt_id),
    CONSTRAINT fk_batches_follows_id_batches FOREIGN KEY (follows_id) REFERENCES batches (id)
);
INSERT INTO batches_new (id, source_id, sha256, part, file_name, state, attempt_id, schema_name, schema_fingerprint, recipe_text, recipe_fingerprint, judgement, follows_id, uploaded_by, uploaded_at, finished_by, finished_at, today, held_because, media_optional, approval_required, rows, new, new_versions, older, unchanged, rejected, waiting, receipt) SELECT id, source_id, sha256, part, file_name, state, attempt_id, schema_name, schema_fingerprint, recipe_text, recipe_fingerprint, judgement, follows_id, uploaded_by, uploaded_at, finished_by, finished_at, today, held_because, media_optional, approval_required, rows, new, new_versions, older, unchanged, rejected, waiting, receipt FROM batches;
DROP TABLE batches;
ALTER TABLE batches_new RENAME TO batches;
CREATE INDEX ix_batches_sha256 ON batches (sha256);
CREATE INDEX ix_batches_source_id ON batches (source_id);

CREATE TABLE credential_versions_new (
    id INTEGER NOT NULL,
    credential_id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    sheet INTEGER DEFAULT '1' NOT NULL,
    line INTEGER NOT NULL,
    piece INTEGER DEFAULT '1' NOT NULL,
    issue_date DATE,
    expiration_date DATE,
    number TEXT DEFAULT '' NOT NULL,
    own TEXT DEFAULT '{}' NOT NULL,
    said TEXT,
    inherits_id INTEGER,
    replaces_id INTEGER,
    decision TEXT NOT NULL,
    stands BOOLEAN NOT NULL,
    withdrawn BOOLEAN DEFAULT 0 NOT NULL,
    salt BLOB,
    digest BLOB NOT NULL,
    CONSTRAINT pk_credential_versions PRIMARY KEY (id),
    CONSTRAINT uq_credential_versions_batch_id_sheet_line_piece UNIQUE (batch_id, sheet, line, piece),
    CONSTRAINT ck_credential_versions_decision CHECK (decision IN ('not_required', 'pending', 'approved', 'declined')),
    CONSTRAINT fk_credential_versions_credential_id_credentials FOREIGN KEY (credential_id) REFERENCES credentials (id),
    CONSTRAINT fk_credential_versions_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_credential_versions_inherits_id_credential_versions FOREIGN KEY (inherits_id) REFERENCES credential_versions (id),
    CONSTRAINT fk_credential_versions_replaces_id_credential_versions FOREIGN KEY (replaces_id) REFERENCES credential_versions (id)
);
INSERT INTO credential_versions_new (id, credential_id, batch_id, line, issue_date, expiration_date, number, own, decision, stands, salt, digest) SELECT id, credential_id, batch_id, line, issue_date, expiration_date, number, own, decision, stands, salt, digest FROM credential_versions;
DROP TABLE credential_versions;
ALTER TABLE credential_versions_new RENAME TO credential_versions;
CREATE INDEX ix_credential_versions_credential_id ON credential_versions (credential_id);
CREATE INDEX ix_credential_versions_decision ON credential_versions (decision, stands);
CREATE INDEX ix_credential_versions_expiration_date ON credential_versions (expiration_date);
CREATE INDEX ix_credential_versions_replaces_id ON credential_versions (replaces_id);

CREATE TABLE ledger_new (
    batch_id INTEGER NOT NULL,
    sheet INTEGER DEFAULT '1' NOT NULL,
    line INTEGER NOT NULL,
    piece INTEGER DEFAULT '1' NOT NULL,
    verdict TEXT NOT NULL,
    codes TEXT DEFAULT '' NOT NULL,
    rule TEXT,
    version_id INTEGER,
    digest BLOB NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (batch_id, sheet, line, piece),
    CONSTRAINT ck_ledger_verdict CHECK (verdict IN ('new', 'new_version', 'older', 'withdrawn', 'unchanged', 'rejected', 'left_out')),
    CONSTRAINT fk_ledger_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_ledger_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id)
);
INSERT INTO ledger_new (batch_id, line, verdict, codes, version_id, digest) SELECT batch_id, line, verdict, codes, version_id, digest FROM ledger;
DROP TABLE ledger;
ALTER TABLE ledger_new RENAME TO ledger;
CREATE INDEX ix_ledger_version_id ON ledger (version_id);

CREATE TABLE ledger_values_new (
    batch_id INTEGER NOT NULL,
    sheet INTEGER DEFAULT '1' NOT NULL,
    line INTEGER NOT NULL,
    piece INTEGER DEFAULT '1' NOT NULL,
    salt BLOB NOT NULL,
    raw TEXT NOT NULL,
    CONSTRAINT pk_ledger_values PRIMARY KEY (batch_id, sheet, line, piece),
    CONSTRAINT fk_ledger_values_batch_id_sheet_line_piece_ledger FOREIGN KEY (batch_id, sheet, line, piece) REFERENCES ledger (batch_id, sheet, line, piece)
);
INSERT INTO ledger_values_new (batch_id, line, salt, raw) SELECT batch_id, line, salt, raw FROM ledger_values;
DROP TABLE ledger_values;
ALTER TABLE ledger_values_new RENAME TO ledger_values;

CREATE TABLE rejects_new (
    id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    sheet INTEGER DEFAULT '1' NOT NULL,
    line INTEGER NOT NULL,
    piece INTEGER DEFAULT '1' NOT NULL,
    source_id INTEGER NOT NULL,
    record_digest TEXT,
    digest_kind INTEGER DEFAULT '0' NOT NULL,
    digest_columns TEXT DEFAULT '' NOT NULL,
    ordinal INTEGER NOT NULL,
    state TEXT NOT NULL,
    first_seen DATETIME NOT NULL,
    changed_at DATETIME NOT NULL,
    changed_by TEXT NOT NULL,
    fixed_batch_id INTEGER,
    fixed_sheet INTEGER,
    fixed_line INTEGER,
    fixed_piece INTEGER,
    superseded_by INTEGER,
    reason TEXT,
    for_good BOOLEAN DEFAULT 0 NOT NULL,
    type_id INTEGER,
    user_id INTEGER,
    CONSTRAINT pk_rejects PRIMARY KEY (id),
    CONSTRAINT uq_rejects_batch_id_sheet_line_piece UNIQUE (batch_id, sheet, line, piece),
    CONSTRAINT fk_rejects_batch_id_sheet_line_piece_ledger FOREIGN KEY (batch_id, sheet, line, piece) REFERENCES ledger (batch_id, sheet, line, piece),
    CONSTRAINT fk_rejects_fixed_batch_id_batches FOREIGN KEY (fixed_batch_id) REFERENCES batches (id),
    CONSTRAINT ck_rejects_state CHECK (state IN ('open', 'fixed', 'waived', 'superseded', 'void')),
    CONSTRAINT ck_rejects_fixed_has_link CHECK ((state = 'fixed') = (fixed_batch_id IS NOT NULL)),
    CONSTRAINT ck_rejects_superseded_has_link CHECK ((state = 'superseded') = (superseded_by IS NOT NULL)),
    CONSTRAINT fk_rejects_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_rejects_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id),
    CONSTRAINT fk_rejects_superseded_by_rejects FOREIGN KEY (superseded_by) REFERENCES rejects (id),
    CONSTRAINT fk_rejects_type_id_credential_types FOREIGN KEY (type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_rejects_user_id_users FOREIGN KEY (user_id) REFERENCES users (id)
);
INSERT INTO rejects_new (id, batch_id, line, source_id, record_digest, ordinal, state, first_seen, changed_at, changed_by, fixed_batch_id, fixed_line, superseded_by, reason, type_id, user_id) SELECT id, batch_id, line, source_id, record_digest, ordinal, state, first_seen, changed_at, changed_by, fixed_batch_id, fixed_line, superseded_by, reason, type_id, user_id FROM rejects;
DROP TABLE rejects;
ALTER TABLE rejects_new RENAME TO rejects;
CREATE INDEX ix_rejects_fixed ON rejects (fixed_batch_id, fixed_line);
CREATE INDEX ix_rejects_record ON rejects (source_id, record_digest, ordinal);
CREATE INDEX ix_rejects_state ON rejects (state, source_id);
CREATE INDEX ix_rejects_superseded_by ON rejects (superseded_by);
CREATE INDEX ix_rejects_user_id ON rejects (user_id);

CREATE TABLE staged_media_new (
    batch_id INTEGER NOT NULL,
    sheet INTEGER DEFAULT '1' NOT NULL,
    line INTEGER NOT NULL,
    piece INTEGER DEFAULT '1' NOT NULL,
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at DATETIME NOT NULL,
    CONSTRAINT pk_staged_media PRIMARY KEY (batch_id, sheet, line, piece, sha256),
    CONSTRAINT fk_staged_media_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_staged_media_sha256_blobs FOREIGN KEY (sha256) REFERENCES blobs (sha256)
);
INSERT INTO staged_media_new (batch_id, line, sha256, file_name, added_by, added_at) SELECT batch_id, line, sha256, file_name, added_by, added_at FROM staged_media;
DROP TABLE staged_media;
ALTER TABLE staged_media_new RENAME TO staged_media;
CREATE INDEX ix_staged_media_sha256 ON staged_media (sha256);

CREATE TABLE batch_keys_new (
    source_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    part INTEGER NOT NULL,
    judgement TEXT NOT NULL,
    previous_id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    CONSTRAINT pk_batch_keys PRIMARY KEY (source_id, sha256, part, judgement, previous_id),
    CONSTRAINT fk_batch_keys_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id),
    CONSTRAINT uq_batch_keys_batch_id UNIQUE (batch_id),
    CONSTRAINT fk_batch_keys_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id)
);
INSERT INTO batch_keys_new (source_id, sha256, part, judgement, previous_id, batch_id)
SELECT batches.source_id, k.sha256, k.part, k.judgement, 0, k.batch_id
FROM batch_keys AS k JOIN batches ON batches.id = k.batch_id;
DROP TABLE batch_keys;
ALTER TABLE batch_keys_new RENAME TO batch_keys;

CREATE TABLE ledger_blocks (
    batch_id INTEGER NOT NULL,
    rows TEXT NOT NULL,
    digests BLOB NOT NULL,
    CONSTRAINT pk_ledger_blocks PRIMARY KEY (batch_id),
    CONSTRAINT fk_ledger_blocks_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id)
);

CREATE TABLE ledger_block_values (
    batch_id INTEGER NOT NULL,
    salts BLOB NOT NULL,
    raw BLOB NOT NULL,
    CONSTRAINT pk_ledger_block_values PRIMARY KEY (batch_id),
    CONSTRAINT fk_ledger_block_values_batch_id_ledger_blocks FOREIGN KEY (batch_id) REFERENCES ledger_blocks (batch_id)
);

CREATE TABLE withdrawals (
    id INTEGER NOT NULL,
    version_id INTEGER NOT NULL,
    act TEXT NOT NULL,
    batch_id INTEGER,
    reason TEXT DEFAULT '' NOT NULL,
    made_by TEXT NOT NULL,
    made_at DATETIME NOT NULL,
    event_seq INTEGER NOT NULL,
    stands BOOLEAN NOT NULL,
    CONSTRAINT pk_withdrawals PRIMARY KEY (id),
    CONSTRAINT ck_withdrawals_act CHECK (act IN ('withdrawn', 'reinstated')),
    CONSTRAINT fk_withdrawals_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id),
    CONSTRAINT fk_withdrawals_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_withdrawals_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq)
);
CREATE INDEX ix_withdrawals_batch_id ON withdrawals (batch_id);
CREATE INDEX ix_withdrawals_version_id ON withdrawals (version_id);

CREATE TABLE words (
    source_id INTEGER NOT NULL,
    credential_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    state TEXT NOT NULL,
    version_id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    first_said DATETIME NOT NULL,
    said TEXT NOT NULL,
    issue_date DATE,
    expiration_date DATE,
    number TEXT DEFAULT '' NOT NULL,
    own TEXT DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_words PRIMARY KEY (source_id, credential_id, ordinal),
    CONSTRAINT ck_words_state CHECK (state IN ('valid', 'withdrawn', 'unlisted')),
    CONSTRAINT fk_words_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id),
    CONSTRAINT fk_words_credential_id_credentials FOREIGN KEY (credential_id) REFERENCES credentials (id),
    CONSTRAINT fk_words_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id),
    CONSTRAINT fk_words_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id)
);
CREATE INDEX ix_words_credential_id ON words (credential_id);
CREATE INDEX ix_words_version_id ON words (version_id);

CREATE VIEW ledger_rows AS
SELECT batch_id, sheet, line, piece, verdict, codes, rule, version_id FROM ledger
UNION ALL
SELECT block.batch_id, one.value ->> 0, one.value ->> 1, one.value ->> 2, 'unchanged', '', NULL, one.value ->> 3
FROM ledger_blocks AS block, json_each(block.rows) AS one;

UPDATE rejects SET fixed_sheet = 1, fixed_piece = 1 WHERE fixed_batch_id IS NOT NULL;
UPDATE rejects SET state = 'void', reason = NULL, fixed_batch_id = NULL, fixed_sheet = NULL, fixed_line = NULL,
    fixed_piece = NULL, superseded_by = NULL
WHERE batch_id IN (SELECT id FROM batches WHERE state = 'undone');
