ALTER TABLE users
    ALTER COLUMN email SET DEFAULT '',
    ALTER COLUMN email_key DROP NOT NULL,
    ADD COLUMN groups TEXT DEFAULT '' NOT NULL,
    ADD COLUMN manager TEXT DEFAULT '' NOT NULL,
    DROP CONSTRAINT uq_users_email_key,
    DROP CONSTRAINT uq_users_external_id;

ALTER TABLE credential_types
    ADD COLUMN expiry_computed BOOLEAN DEFAULT true NOT NULL,
    DROP CONSTRAINT uq_credential_types_name_key;

ALTER TABLE credentials
    ADD COLUMN number_key TEXT DEFAULT '' NOT NULL,
    ADD COLUMN written_user_id BIGINT CONSTRAINT fk_credentials_written_user_id_users REFERENCES users (id),
    ADD COLUMN written_type_id BIGINT CONSTRAINT fk_credentials_written_type_id_credential_types REFERENCES credential_types (id),
    DROP CONSTRAINT uq_credentials_user_id_type_id_number;
UPDATE credentials SET number_key = number WHERE number <> '';
ALTER TABLE credential_versions
    ADD COLUMN written_id BIGINT CONSTRAINT fk_credential_versions_written_id_credentials REFERENCES credentials (id);

CREATE TABLE user_facts (
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from DATE NOT NULL,
    event_seq BIGINT NOT NULL,
    CONSTRAINT pk_user_facts PRIMARY KEY (id),
    CONSTRAINT fk_user_facts_user_id_users FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT fk_user_facts_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq)
);
CREATE INDEX ix_user_facts_user_id ON user_facts (user_id);

CREATE TABLE type_facts (
    id BIGINT NOT NULL,
    type_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from DATE NOT NULL,
    event_seq BIGINT NOT NULL,
    CONSTRAINT pk_type_facts PRIMARY KEY (id),
    CONSTRAINT fk_type_facts_type_id_credential_types FOREIGN KEY (type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_type_facts_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq)
);
CREATE INDEX ix_type_facts_type_id ON type_facts (type_id);

CREATE TABLE former_names (
    id BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    user_id BIGINT,
    type_id BIGINT,
    event_seq BIGINT NOT NULL,
    CONSTRAINT pk_former_names PRIMARY KEY (id),
    CONSTRAINT ck_former_names_one_of CHECK ((user_id IS NULL) <> (type_id IS NULL)),
    CONSTRAINT fk_former_names_user_id_users FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT fk_former_names_type_id_credential_types FOREIGN KEY (type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_former_names_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq)
);
CREATE INDEX ix_former_names_user_id ON former_names (user_id);

CREATE UNIQUE INDEX uq_users_email_key ON users (email_key) WHERE merged_into IS NULL;
CREATE UNIQUE INDEX uq_users_external_id ON users (external_id) WHERE merged_into IS NULL;
CREATE INDEX ix_users_merged_into ON users (merged_into);
CREATE UNIQUE INDEX uq_credential_types_name_key ON credential_types (name_key) WHERE merged_into IS NULL;
CREATE UNIQUE INDEX uq_credentials_identity ON credentials (user_id, type_id, number_key) WHERE merged_into IS NULL;
CREATE INDEX ix_credentials_merged_into ON credentials (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_credentials_number_key ON credentials (number_key) WHERE number_key <> '';
CREATE INDEX ix_credential_versions_number ON credential_versions (number) WHERE number <> '';
