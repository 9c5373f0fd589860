ALTER TABLE users ADD COLUMN merged_into BIGINT CONSTRAINT fk_users_merged_into_users REFERENCES users (id);
ALTER TABLE credential_types ADD COLUMN merged_into BIGINT CONSTRAINT fk_credential_types_merged_into_credential_types REFERENCES credential_types (id);
ALTER TABLE sources ADD COLUMN merged_into BIGINT CONSTRAINT fk_sources_merged_into_sources REFERENCES sources (id);
ALTER TABLE credentials ADD COLUMN merged_into BIGINT CONSTRAINT fk_credentials_merged_into_credentials REFERENCES credentials (id);
ALTER TABLE patches
    ADD COLUMN digest_kind INTEGER DEFAULT '0' NOT NULL,
    ADD COLUMN digest_columns TEXT DEFAULT '' NOT NULL;

ALTER TABLE batches
    ADD COLUMN parts INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN said TEXT,
    ADD COLUMN listing TEXT DEFAULT 'part' NOT NULL,
    ADD COLUMN absent TEXT,
    ADD COLUMN withdraws BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN count_again BOOLEAN,
    ADD COLUMN withdrawn INTEGER DEFAULT '0' NOT NULL,
    ADD COLUMN left_out INTEGER DEFAULT '0' NOT NULL,
    ADD CONSTRAINT ck_batches_listing CHECK (listing IN ('part', 'full')),
    DROP CONSTRAINT ck_batches_ck_batches_conservation,
    ADD CONSTRAINT ck_batches_conservation CHECK (
        rows = new + new_versions + older + withdrawn + unchanged + rejected + left_out + waiting
    );

ALTER TABLE batch_keys
    ADD COLUMN source_id BIGINT,
    ADD COLUMN previous_id BIGINT DEFAULT 0 NOT NULL,
    DROP CONSTRAINT pk_batch_keys;
UPDATE batch_keys SET source_id = batches.source_id FROM batches WHERE batches.id = batch_keys.batch_id;
ALTER TABLE batch_keys
    ALTER COLUMN source_id SET NOT NULL,
    ALTER COLUMN previous_id DROP DEFAULT,
    ADD CONSTRAINT pk_batch_keys PRIMARY KEY (source_id, sha256, part, judgement, previous_id),
    ADD CONSTRAINT fk_batch_keys_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id);

ALTER TABLE credential_versions
    ADD COLUMN sheet INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN piece INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN said TEXT,
    ADD COLUMN inherits_id BIGINT,
    ADD COLUMN replaces_id BIGINT,
    ADD COLUMN withdrawn BOOLEAN DEFAULT false NOT NULL,
    DROP CONSTRAINT uq_credential_versions_batch_id_line,
    ADD CONSTRAINT uq_credential_versions_batch_id_sheet_line_piece UNIQUE (batch_id, sheet, line, piece),
    ADD CONSTRAINT fk_credential_versions_inherits_id_credential_versions
        FOREIGN KEY (inherits_id) REFERENCES credential_versions (id),
    ADD CONSTRAINT fk_credential_versions_replaces_id_credential_versions
        FOREIGN KEY (replaces_id) REFERENCES credential_versions (id);
CREATE INDEX ix_credential_versions_replaces_id ON credential_versions (replaces_id);

ALTER TABLE ledger_values DROP CONSTRAINT fk_ledger_values_batch_id_line_ledger;
ALTER TABLE rejects
    DROP CONSTRAINT fk_rejects_batch_id_line_ledger,
    DROP CONSTRAINT fk_rejects_fixed_batch_id_fixed_line_ledger,
    DROP CONSTRAINT uq_rejects_batch_id_line,
    DROP CONSTRAINT ck_rejects_ck_rejects_state;

ALTER TABLE ledger
    ADD COLUMN sheet INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN piece INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN rule TEXT,
    DROP CONSTRAINT pk_ledger,
    ADD CONSTRAINT pk_ledger PRIMARY KEY (batch_id, sheet, line, piece),
    DROP CONSTRAINT ck_ledger_ck_ledger_verdict,
    ADD CONSTRAINT ck_ledger_verdict CHECK (
        verdict IN ('new', 'new_version', 'older', 'withdrawn', 'unchanged', 'rejected', 'left_out')
    );

ALTER TABLE ledger_values
    ADD COLUMN sheet INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN piece INTEGER DEFAULT '1' NOT NULL,
    DROP CONSTRAINT pk_ledger_values,
    ADD CONSTRAINT pk_ledger_values PRIMARY KEY (batch_id, sheet, line, piece),
    ADD CONSTRAINT fk_ledger_values_batch_id_sheet_line_piece_ledger
        FOREIGN KEY (batch_id, sheet, line, piece) REFERENCES ledger (batch_id, sheet, line, piece);

ALTER TABLE rejects
    ADD COLUMN sheet INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN piece INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN digest_kind INTEGER DEFAULT '0' NOT NULL,
    ADD COLUMN digest_columns TEXT DEFAULT '' NOT NULL,
    ADD COLUMN fixed_sheet INTEGER,
    ADD COLUMN fixed_piece INTEGER,
    ADD COLUMN for_good BOOLEAN DEFAULT false NOT NULL,
    ADD CONSTRAINT ck_rejects_state CHECK (state IN ('open', 'fixed', 'waived', 'superseded', 'void')),
    ADD CONSTRAINT uq_rejects_batch_id_sheet_line_piece UNIQUE (batch_id, sheet, line, piece),
    ADD CONSTRAINT fk_rejects_batch_id_sheet_line_piece_ledger
        FOREIGN KEY (batch_id, sheet, line, piece) REFERENCES ledger (batch_id, sheet, line, piece),
    ADD CONSTRAINT fk_rejects_fixed_batch_id_batches FOREIGN KEY (fixed_batch_id) REFERENCES batches (id);

ALTER TABLE staged_media
    ADD COLUMN sheet INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN piece INTEGER DEFAULT '1' NOT NULL,
    DROP CONSTRAINT pk_staged_media,
    ADD CONSTRAINT pk_staged_media PRIMARY KEY (batch_id, sheet, line, piece, sha256);

CREATE TABLE ledger_blocks (
    batch_id BIGINT NOT NULL,
    rows TEXT NOT NULL,
    digests BYTEA NOT NULL,
    CONSTRAINT pk_ledger_blocks PRIMARY KEY (batch_id),
    CONSTRAINT fk_ledger_blocks_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id)
);

CREATE TABLE ledger_block_values (
    batch_id BIGINT NOT NULL,
    salts BYTEA NOT NULL,
    raw BYTEA NOT NULL,
    CONSTRAINT pk_ledger_block_values PRIMARY KEY (batch_id),
    CONSTRAINT fk_ledger_block_values_batch_id_ledger_blocks FOREIGN KEY (batch_id) REFERENCES ledger_blocks (batch_id)
);

CREATE TABLE withdrawals (
    id BIGINT NOT NULL,
    version_id BIGINT NOT NULL,
    act TEXT NOT NULL,
    batch_id BIGINT,
    reason TEXT DEFAULT '' NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    event_seq BIGINT NOT NULL,
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
    source_id BIGINT NOT NULL,
    credential_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    state TEXT NOT NULL,
    version_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    first_said TIMESTAMP WITH TIME ZONE NOT NULL,
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
SELECT block.batch_id, (one ->> 0)::integer, (one ->> 1)::integer, (one ->> 2)::integer, 'unchanged', '', NULL,
    (one ->> 3)::bigint
FROM ledger_blocks AS block CROSS JOIN LATERAL json_array_elements(block.rows::json) AS one;

UPDATE rejects SET fixed_sheet = 1, fixed_piece = 1 WHERE fixed_batch_id IS NOT NULL;
UPDATE rejects SET state = 'void', reason = NULL, fixed_batch_id = NULL, fixed_sheet = NULL, fixed_line = NULL,
    fixed_piece = NULL, superseded_by = NULL
WHERE batch_id IN (SELECT id FROM batches WHERE state = 'undone');
