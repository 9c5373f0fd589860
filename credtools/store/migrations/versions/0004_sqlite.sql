CREATE TABLE users_new (
    id INTEGER NOT NULL,
    email TEXT DEFAULT '' NOT NULL,
    email_key TEXT,
    external_id TEXT,
    name TEXT DEFAULT '' NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    deactivated_on DATE,
    date_format TEXT,
    groups TEXT DEFAULT '' NOT NULL,
    manager TEXT DEFAULT '' NOT NULL,
    merged_into INTEGER,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_status CHECK (status IN ('active', 'deactivated')),
    CONSTRAINT fk_users_merged_into_users FOREIGN KEY (merged_into) REFERENCES users (id)
);
INSERT INTO users_new (id, email, email_key, external_id, name, status, deactivated_on, date_format, merged_into) SELECT id, email, email_key, external_id, name, status, deactivated_on, date_format, merged_into FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

CREATE TABLE credential_types_new (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    expiry TEXT DEFAULT 'optional' NOT NULL,
    issue TEXT DEFAULT 'required' NOT NULL,
    numbered BOOLEAN DEFAULT 0 NOT NULL,
    media_required BOOLEAN DEFAULT 0 NOT NULL,
    approval_required BOOLEAN,
    validity_months INTEGER,
    expiry_computed BOOLEAN DEFAULT 1 NOT NULL,
    merged_into INTEGER,
    CONSTRAINT pk_credential_types PRIMARY KEY (id),
    CONSTRAINT ck_credential_types_expiry CHECK (expiry IN ('required', 'optional', 'never')),
    CONSTRAINT ck_credential_types_issue CHECK (issue IN ('required', 'optional', 'never')),
    CONSTRAINT ck_credential_types_status CHECK (status IN ('active', 'deactivated')),
    CONSTRAINT fk_credential_types_merged_into_credential_types FOREIGN KEY (merged_into) REFERENCES credential_types (id)
);
INSERT INTO credential_types_new (id, name, name_key, status, expiry, issue, numbered, media_required, approval_required, validity_months, merged_into) SELECT id, name, name_key, status, expiry, issue, numbered, media_required, approval_required, validity_months, merged_into FROM credential_types;
DROP TABLE credential_types;
ALTER TABLE credential_types_new RENAME TO credential_types;

CREATE TABLE credentials_new (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    type_id INTEGER NOT NULL,
    number TEXT DEFAULT '' NOT NULL,
    number_key TEXT DEFAULT '' NOT NULL,
    written_user_id INTEGER,
    written_type_id INTEGER,
    head_version_id INTEGER,
    counter INTEGER NOT NULL,
    merged_into INTEGER,
    CONSTRAINT pk_credentials PRIMARY KEY (id),
    CONSTRAINT fk_credentials_user_id_users FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT fk_credentials_type_id_credential_types FOREIGN KEY (type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_credentials_written_user_id_users FOREIGN KEY (written_user_id) REFERENCES users (id),
    CONSTRAINT fk_credentials_written_type_id_credential_types FOREIGN KEY (written_type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_credentials_merged_into_credentials FOREIGN KEY (merged_into) REFERENCES credentials (id)
);
INSERT INTO credentials_new (id, user_id, type_id, number, number_key, head_version_id, counter, merged_into) SELECT id, user_id, type_id, number, number, head_version_id, counter, merged_into FROM credentials;
DROP TABLE credentials;
ALTER TABLE credentials_new RENAME TO credentials;
CREATE INDEX ix_credentials_type_id ON credentials (type_id);
ALTER TABLE credential_versions ADD COLUMN written_id INTEGER CONSTRAINT fk_credential_versions_written_id_credentials REFERENCES credentials (id);

CREATE TABLE user_facts (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from DATE NOT NULL,
    event_seq INTEGER NOT NULL,
    CONSTRAINT pk_user_facts PRIMARY KEY (id),
    CONSTRAINT fk_user_facts_user_id_users FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT fk_user_facts_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq)
);
CREATE INDEX ix_user_facts_user_id ON user_facts (user_id);

CREATE TABLE type_facts (
    id INTEGER NOT NULL,
    type_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from DATE NOT NULL,
    event_seq INTEGER NOT NULL,
    CONSTRAINT pk_type_facts PRIMARY KEY (id),
    CONSTRAINT fk_type_facts_type_id_credential_types FOREIGN KEY (type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_type_facts_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq)
);
CREATE INDEX ix_type_facts_type_id ON type_facts (type_id);

CREATE TABLE former_names (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    user_id INTEGER,
    type_id INTEGER,
    event_seq INTEGER NOT NULL,
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
