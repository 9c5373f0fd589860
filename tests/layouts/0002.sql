-- What builders.new_history made by the last version with layout 0002.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE audit_head (
    id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (id),
    CONSTRAINT ck_audit_head_ck_audit_head_one_row CHECK (id = 1)
);
INSERT INTO "audit_head" VALUES(1,10,'8cf8727d8e959c79db4cc6e4ca1498b3773d84e20e3891efcff6d16e8cdda590');
CREATE TABLE batch_keys (
    sha256 TEXT NOT NULL,
    part INTEGER NOT NULL,
    judgement TEXT NOT NULL,
    batch_id INTEGER NOT NULL,
    CONSTRAINT pk_batch_keys PRIMARY KEY (sha256, part, judgement),
    CONSTRAINT fk_batch_keys_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT uq_batch_keys_batch_id UNIQUE (batch_id)
);
INSERT INTO "batch_keys" VALUES('dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731',1,'df2696baecea799130c1a892af83fbbac6a3ba49017b8621cde9917caff4297f',1);
INSERT INTO "batch_keys" VALUES('8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113',1,'59dde2d97024ae6bc6c9d7e6b35ffbedbe77185b6125891205dda5b352654ff5',2);
CREATE TABLE batches (
    id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
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
    follows_id INTEGER,
    uploaded_by TEXT NOT NULL,
    uploaded_at DATETIME NOT NULL,
    finished_by TEXT,
    finished_at DATETIME,
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
INSERT INTO "batches" VALUES(1,1,'dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731',1,'first.csv','finished','f9e85577564c4d1dbd230d6df44a0113','credentials','42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be','schema: credentials
','735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35','df2696baecea799130c1a892af83fbbac6a3ba49017b8621cde9917caff4297f',NULL,'uploader@example.org','2026-11-29 16:12:55.317619','uploader@example.org','2026-11-29 16:12:55.371662','2026-11-29',NULL,NULL,NULL,4,3,0,0,0,1,0,'{"audit_head": "9e9906d7f408975ca0a89cb7acaf34f677555dc82a41454696269da59094b38a", "audit_seq": 4, "judgement": "df2696baecea799130c1a892af83fbbac6a3ba49017b8621cde9917caff4297f", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "sha256": "dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731"}');
INSERT INTO "batches" VALUES(2,1,'8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113',1,'second.csv','finished','a33b2b8d0af7488b8fffc9406d104d5a','credentials','42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be','schema: credentials
','735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35','59dde2d97024ae6bc6c9d7e6b35ffbedbe77185b6125891205dda5b352654ff5',NULL,'uploader@example.org','2026-11-29 16:12:55.402959','uploader@example.org','2026-11-29 16:12:55.448543','2026-11-29',NULL,NULL,NULL,3,0,1,1,1,0,0,'{"audit_head": "73c1408e1d465fbe3de3d52480b22b1ed43b14c9e453d2882287ca5f388cc7cf", "audit_seq": 8, "judgement": "59dde2d97024ae6bc6c9d7e6b35ffbedbe77185b6125891205dda5b352654ff5", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "sha256": "8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113"}');
INSERT INTO "batches" VALUES(3,1,'d9f76ea17c10102f62a30d0f370ca4c33d033ef9788c3fae4fcbf1077721cff5',1,'third.csv','held','2ce5df3f8fd349dba15e7a93a956a22e','credentials',NULL,'schema: credentials
','735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35',NULL,NULL,'uploader@example.org','2026-11-29 16:12:55.458934',NULL,NULL,NULL,'None of the 2 rows can be accepted. Look at the causes and correct the recipe.',NULL,NULL,2,0,0,0,0,0,2,NULL);
CREATE TABLE blobs (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    erased_at DATETIME,
    CONSTRAINT pk_blobs PRIMARY KEY (sha256)
);
CREATE TABLE credential_types (
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
    CONSTRAINT pk_credential_types PRIMARY KEY (id),
    CONSTRAINT ck_credential_types_ck_credential_types_expiry CHECK (expiry IN ('required', 'optional', 'never')),
    CONSTRAINT ck_credential_types_ck_credential_types_issue CHECK (issue IN ('required', 'optional', 'never')),
    CONSTRAINT ck_credential_types_ck_credential_types_status CHECK (status IN ('active', 'deactivated')),
    CONSTRAINT uq_credential_types_name_key UNIQUE (name_key)
);
INSERT INTO "credential_types" VALUES(1,'First Aid','first aid','active','optional','required',0,0,1,NULL);
INSERT INTO "credential_types" VALUES(2,'Forklift','forklift','active','never','required',0,0,0,NULL);
INSERT INTO "credential_types" VALUES(3,'Licence','licence','active','optional','required',1,0,NULL,NULL);
INSERT INTO "credential_types" VALUES(4,'Passport','passport','active','optional','required',0,1,1,NULL);
CREATE TABLE credential_versions (
    id INTEGER NOT NULL,
    credential_id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    issue_date DATE,
    expiration_date DATE,
    number TEXT DEFAULT '' NOT NULL,
    own TEXT DEFAULT '{}' NOT NULL,
    decision TEXT NOT NULL,
    stands BOOLEAN NOT NULL,
    salt BLOB,
    digest BLOB NOT NULL,
    CONSTRAINT pk_credential_versions PRIMARY KEY (id),
    CONSTRAINT ck_credential_versions_ck_credential_versions_decision CHECK (decision IN ('not_required', 'pending', 'approved', 'declined')),
    CONSTRAINT fk_credential_versions_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_credential_versions_credential_id_credentials FOREIGN KEY (credential_id) REFERENCES credentials (id),
    CONSTRAINT uq_credential_versions_batch_id_line UNIQUE (batch_id, line)
);
INSERT INTO "credential_versions" VALUES(1,1,1,2,'2024-01-10','2030-01-10','','{}','approved',1,X'C7385C0ED229A8E61A0062825F063CBE',X'52A5FE84B01B47FB4BCE72DC8A125110943BF8753996FACD27AA6A77B2FA16EF');
INSERT INTO "credential_versions" VALUES(2,2,1,4,'2024-02-20',NULL,'','{}','not_required',1,X'CF07C0383643EFD4CD6B983BE42B6E47',X'FCFFDA4F12284D3626E53DB528ECB01BBB77F6D5422385FEC2E27589228A0EFD');
INSERT INTO "credential_versions" VALUES(3,3,1,5,'2024-03-05',NULL,'','{}','declined',1,X'4926EDA040AADE8960F0BBDCACA6B906',X'6F7390F281800CD6FB39A9AE7DB6008A6C9A4D03C5F7691F9980032743950F89');
INSERT INTO "credential_versions" VALUES(4,1,2,2,'2025-01-10','2031-01-10','','{}','pending',1,X'D8041F85B4A7BF24D952CFE0E2F28ED3',X'CA31618E73DF1769EA6164641E55F4CC8F054BED6A7A5BAA488267D9C1E0D26B');
INSERT INTO "credential_versions" VALUES(5,2,2,3,'2020-02-20',NULL,'','{}','not_required',1,X'42DE142B614C6F09CC41E0A0384D6FBA',X'1CF93020EB188E105DC56E0A777A9666E7CC8470ED3554D7CEC8AFBE92755A75');
CREATE TABLE credentials (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    type_id INTEGER NOT NULL,
    number TEXT DEFAULT '' NOT NULL,
    head_version_id INTEGER,
    counter INTEGER NOT NULL,
    CONSTRAINT pk_credentials PRIMARY KEY (id),
    CONSTRAINT fk_credentials_type_id_credential_types FOREIGN KEY (type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_credentials_user_id_users FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT uq_credentials_user_id_type_id_number UNIQUE (user_id, type_id, number)
);
INSERT INTO "credentials" VALUES(1,1,1,'',4,2);
INSERT INTO "credentials" VALUES(2,2,2,'',2,2);
INSERT INTO "credentials" VALUES(3,3,1,'',3,1);
CREATE TABLE decisions (
    id INTEGER NOT NULL,
    version_id INTEGER NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    uploaded_by TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at DATETIME NOT NULL,
    event_seq INTEGER NOT NULL,
    four_eyes BOOLEAN NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (id),
    CONSTRAINT ck_decisions_ck_decisions_decision CHECK (decision IN ('approved', 'declined')),
    CONSTRAINT ck_decisions_ck_decisions_four_eyes CHECK (NOT four_eyes OR decided_by <> uploaded_by),
    CONSTRAINT fk_decisions_event_seq_events FOREIGN KEY (event_seq) REFERENCES events (seq),
    CONSTRAINT fk_decisions_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id)
);
INSERT INTO "decisions" VALUES(1,1,'approved','','uploader@example.org','approver@example.org','2026-11-29 16:12:55.386149',5,0);
INSERT INTO "decisions" VALUES(2,3,'declined','no signature','uploader@example.org','approver@example.org','2026-11-29 16:12:55.396133',6,0);
CREATE TABLE events (
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    batch_id INTEGER,
    text TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (seq),
    CONSTRAINT fk_events_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id)
);
INSERT INTO "events" VALUES(1,'load',NULL,'{"added": 4, "at": "2026-11-29T16:12:55.277170+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "seq": 1, "what": "users"}','0000000000000000000000000000000000000000000000000000000000000000','2ecfbbebc7a3dc608c2175cce621789ea6a0dc0fa9f1be64a6394699883795d7');
INSERT INTO "events" VALUES(2,'load',NULL,'{"added": 4, "at": "2026-11-29T16:12:55.299277+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "seq": 2, "what": "types"}','2ecfbbebc7a3dc608c2175cce621789ea6a0dc0fa9f1be64a6394699883795d7','48b9592b0a4ec46e9309435c534a13bc3d55f5f764997fcb0b3ab68bebab7db0');
INSERT INTO "events" VALUES(3,'upload',1,'{"at": "2026-11-29T16:12:55.317619+00:00", "attempt": "f9e85577564c4d1dbd230d6df44a0113", "batch": 1, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 3, "sha256": "dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731", "source": "manual"}','48b9592b0a4ec46e9309435c534a13bc3d55f5f764997fcb0b3ab68bebab7db0','679b68e4e3e552238a4799f0233f14c39241e546447a1ecdb9cf28465ea1fbad');
INSERT INTO "events" VALUES(4,'finish',1,'{"at": "2026-11-29T16:12:55.371662+00:00", "attempt": "f9e85577564c4d1dbd230d6df44a0113", "batch": 1, "by": "uploader@example.org", "counts": {"accepted": 3, "new": 3, "new_versions": 0, "older": 0, "rejected": 1, "rows": 4, "unchanged": 0, "waiting": 0}, "judgement": "df2696baecea799130c1a892af83fbbac6a3ba49017b8621cde9917caff4297f", "kind": "finish", "ledger": "a090fbba79f16a0b8250722d3be2a63f2fcb7d4053f0a78fa8cf9e1b424d8e47", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "seq": 4, "sha256": "dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731", "versions": "cb68ec3f1763e4e6e10f91b16dde4828f6cb611119bf7d206ae3839e21ec9d84"}','679b68e4e3e552238a4799f0233f14c39241e546447a1ecdb9cf28465ea1fbad','9e9906d7f408975ca0a89cb7acaf34f677555dc82a41454696269da59094b38a');
INSERT INTO "events" VALUES(5,'decide',1,'{"at": "2026-11-29T16:12:55.386149+00:00", "batch": 1, "by": "approver@example.org", "count": 1, "decision": "approved", "kind": "decide", "seq": 5, "versions": [1]}','9e9906d7f408975ca0a89cb7acaf34f677555dc82a41454696269da59094b38a','6d9962a6b79766ef943b7e42768b379b026987620c771c24465bcd20eca6dd68');
INSERT INTO "events" VALUES(6,'decide',1,'{"at": "2026-11-29T16:12:55.396133+00:00", "batch": 1, "by": "approver@example.org", "count": 1, "decision": "declined", "kind": "decide", "seq": 6, "versions": [3]}','6d9962a6b79766ef943b7e42768b379b026987620c771c24465bcd20eca6dd68','9f210024d3445c2d77eead28454721b63fa6d210ebda6cc491788605c26846a6');
INSERT INTO "events" VALUES(7,'upload',2,'{"at": "2026-11-29T16:12:55.402959+00:00", "attempt": "a33b2b8d0af7488b8fffc9406d104d5a", "batch": 2, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 7, "sha256": "8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113", "source": "manual"}','9f210024d3445c2d77eead28454721b63fa6d210ebda6cc491788605c26846a6','f20d52df79c1f166c7a3b4455d8ec7daf26d58663e78962c4da5431b501f5d84');
INSERT INTO "events" VALUES(8,'finish',2,'{"at": "2026-11-29T16:12:55.448543+00:00", "attempt": "a33b2b8d0af7488b8fffc9406d104d5a", "batch": 2, "by": "uploader@example.org", "counts": {"accepted": 2, "new": 0, "new_versions": 1, "older": 1, "rejected": 0, "rows": 3, "unchanged": 1, "waiting": 0}, "judgement": "59dde2d97024ae6bc6c9d7e6b35ffbedbe77185b6125891205dda5b352654ff5", "kind": "finish", "ledger": "f610f0869269369e246483f2bb06b3391bf37f95de89e9271f69ea72421893b2", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "seq": 8, "sha256": "8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113", "versions": "3a3e81ebd10f3fcb722aeca9d6796e3404b67da4c99e7a089d672267e6faa8ca"}','f20d52df79c1f166c7a3b4455d8ec7daf26d58663e78962c4da5431b501f5d84','73c1408e1d465fbe3de3d52480b22b1ed43b14c9e453d2882287ca5f388cc7cf');
INSERT INTO "events" VALUES(9,'upload',3,'{"at": "2026-11-29T16:12:55.458934+00:00", "attempt": "2ce5df3f8fd349dba15e7a93a956a22e", "batch": 3, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 9, "sha256": "d9f76ea17c10102f62a30d0f370ca4c33d033ef9788c3fae4fcbf1077721cff5", "source": "manual"}','73c1408e1d465fbe3de3d52480b22b1ed43b14c9e453d2882287ca5f388cc7cf','035e44b53392b0876820290f30f3f4a88abf2d0cfbe7dba68dd63205827aab07');
INSERT INTO "events" VALUES(10,'hold',3,'{"at": "2026-11-29T16:12:55.487328+00:00", "attempt": "2ce5df3f8fd349dba15e7a93a956a22e", "batch": 3, "by": "uploader@example.org", "kind": "hold", "rows": 2, "seq": 10}','035e44b53392b0876820290f30f3f4a88abf2d0cfbe7dba68dd63205827aab07','8cf8727d8e959c79db4cc6e4ca1498b3773d84e20e3891efcff6d16e8cdda590');
CREATE TABLE ledger (
    batch_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    codes TEXT DEFAULT '' NOT NULL,
    version_id INTEGER,
    digest BLOB NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (batch_id, line),
    CONSTRAINT ck_ledger_ck_ledger_verdict CHECK (verdict IN ('new', 'new_version', 'older', 'unchanged', 'rejected')),
    CONSTRAINT fk_ledger_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_ledger_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id)
);
INSERT INTO "ledger" VALUES(1,2,'new','',1,X'1A4CC37FD12E7670430052FA709E28749534D2CDCDEB3F5AD7EDCE769075F215');
INSERT INTO "ledger" VALUES(1,3,'rejected','user_exists',NULL,X'4923E8C8B3BD08756976FA3B33CA37B74DFF5805CBBEBA4D8FC10C8B951DB847');
INSERT INTO "ledger" VALUES(1,4,'new','',2,X'17696C2D8399E89414D04EEB481C635B30927332D0BF43CEA0F1B2158BFE4784');
INSERT INTO "ledger" VALUES(1,5,'new','',3,X'F0821469425679C5CB562748E572F100B0E4D51E0C6F7D040BFB85EB5E55CC98');
INSERT INTO "ledger" VALUES(2,2,'new_version','',4,X'36229B1F3A6F8176E4A191CE79AFDDCDAF958515B395CADC5966A2FCC6BA5D65');
INSERT INTO "ledger" VALUES(2,3,'older','',5,X'F69CB76FAC2FFC76D3A610A5D1D5C441AD52E1395597DF7885AB2B3E91CC891C');
INSERT INTO "ledger" VALUES(2,4,'unchanged','',2,X'EA771D5F7FE42960FC1D53E9440AA123D0EA724BE173D14ADBF8540A3C19DB41');
CREATE TABLE ledger_values (
    batch_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    salt BLOB NOT NULL,
    raw TEXT NOT NULL,
    CONSTRAINT pk_ledger_values PRIMARY KEY (batch_id, line),
    CONSTRAINT fk_ledger_values_batch_id_line_ledger FOREIGN KEY (batch_id, line) REFERENCES ledger (batch_id, line)
);
INSERT INTO "ledger_values" VALUES(1,2,X'185CE07299E3A856609F9C2956E95C09','["ana@example.org", "First Aid", "2024-01-10", "2030-01-10", ""]');
INSERT INTO "ledger_values" VALUES(1,3,X'8E6BD064DB473E60CBCFB9E87DAE5186','["zoe@example.org", "First Aid", "2024-04-01", "", ""]');
INSERT INTO "ledger_values" VALUES(1,4,X'DEAA11803CFFB2C962F985A435FFE30F','["ben@example.org", "Forklift", "2024-02-20", "", ""]');
INSERT INTO "ledger_values" VALUES(1,5,X'6080F28798BD340B7FFC452E74C6DC38','["cara@example.org", "First Aid", "2024-03-05", "", ""]');
INSERT INTO "ledger_values" VALUES(2,2,X'A517BBE246683404C71703941B3842C6','["ana@example.org", "First Aid", "2025-01-10", "2031-01-10", ""]');
INSERT INTO "ledger_values" VALUES(2,3,X'2FAF3A364CA53AEBFD38787CBEFEA82F','["ben@example.org", "Forklift", "2020-02-20", "", ""]');
INSERT INTO "ledger_values" VALUES(2,4,X'9A4F18E0C32B6D460596EEA043D36065','["ben@example.org", "Forklift", "2024-02-20", "", ""]');
CREATE TABLE media (
    id INTEGER NOT NULL,
    version_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at DATETIME NOT NULL,
    removed_at DATETIME,
    CONSTRAINT pk_media PRIMARY KEY (id),
    CONSTRAINT fk_media_sha256_blobs FOREIGN KEY (sha256) REFERENCES blobs (sha256),
    CONSTRAINT fk_media_version_id_credential_versions FOREIGN KEY (version_id) REFERENCES credential_versions (id)
);
CREATE TABLE patches (
    id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    record_digest TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    column_name TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    batch_id INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    made_at DATETIME NOT NULL,
    removed_at DATETIME,
    CONSTRAINT pk_patches PRIMARY KEY (id),
    CONSTRAINT fk_patches_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_patches_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id)
);
CREATE TABLE reject_errors (
    reject_id INTEGER NOT NULL,
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
INSERT INTO "reject_errors" VALUES(1,0,'user_exists','user_email','User email','User doesn''t exist','zoe@example.org','No user of this organisation has the User email ''zoe@example.org''. Correct it, or load the user first.','');
CREATE TABLE rejects (
    id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    record_digest TEXT,
    ordinal INTEGER NOT NULL,
    state TEXT NOT NULL,
    first_seen DATETIME NOT NULL,
    changed_at DATETIME NOT NULL,
    changed_by TEXT NOT NULL,
    fixed_batch_id INTEGER,
    fixed_line INTEGER,
    superseded_by INTEGER,
    reason TEXT, type_id INTEGER REFERENCES credential_types (id), user_id INTEGER REFERENCES users (id),
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
INSERT INTO "rejects" VALUES(1,1,3,1,'e600c7f209af5e640a191740a6c2ef40205cac3350fef9955b1dfea9097ec72e',0,'open','2026-11-29 16:12:55.371662','2026-11-29 16:12:55.371662','uploader@example.org',NULL,NULL,NULL,NULL,1,NULL);
CREATE TABLE runs (
    id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    batch_id INTEGER,
    at DATETIME NOT NULL,
    verdict TEXT NOT NULL,
    file_name TEXT NOT NULL,
    statistics TEXT NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (id),
    CONSTRAINT fk_runs_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_runs_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id)
);
INSERT INTO "runs" VALUES(1,1,1,'2026-11-29 16:12:55.371662','partial','first.csv','{"codes": {"user_exists": 1}, "expected_fields": 5, "headings": ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"], "hits": {}, "rejected": 1, "rows": 4, "unknown": {}}');
INSERT INTO "runs" VALUES(2,1,2,'2026-11-29 16:12:55.448543','ok','second.csv','{"codes": {}, "expected_fields": 5, "headings": ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"], "hits": {}, "rejected": 0, "rows": 3, "unknown": {}}');
INSERT INTO "runs" VALUES(3,1,3,'2026-11-29 16:12:55.487328','held','third.csv','{"codes": {"user_exists": 2}, "expected_fields": 5, "headings": ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"], "hits": {}, "rejected": 2, "rows": 2, "unknown": {}}');
CREATE TABLE settings (
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY ("key")
);
CREATE TABLE source_files (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    content BLOB,
    CONSTRAINT pk_source_files PRIMARY KEY (sha256)
);
INSERT INTO "source_files" VALUES('dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731',238,X'5573657220656D61696C2C43726564656E7469616C20747970652C497373756520646174652C45787069726174696F6E20646174652C43726564656E7469616C206E756D6265720A616E61406578616D706C652E6F72672C4669727374204169642C323032342D30312D31302C323033302D30312D31302C0A7A6F65406578616D706C652E6F72672C4669727374204169642C323032342D30342D30312C2C0A62656E406578616D706C652E6F72672C466F726B6C6966742C323032342D30322D32302C2C0A63617261406578616D706C652E6F72672C4669727374204169642C323032342D30332D30352C2C0A');
INSERT INTO "source_files" VALUES('8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113',197,X'5573657220656D61696C2C43726564656E7469616C20747970652C497373756520646174652C45787069726174696F6E20646174652C43726564656E7469616C206E756D6265720A616E61406578616D706C652E6F72672C4669727374204169642C323032352D30312D31302C323033312D30312D31302C0A62656E406578616D706C652E6F72672C466F726B6C6966742C323032302D30322D32302C2C0A62656E406578616D706C652E6F72672C466F726B6C6966742C323032342D30322D32302C2C0A');
INSERT INTO "source_files" VALUES('d9f76ea17c10102f62a30d0f370ca4c33d033ef9788c3fae4fcbf1077721cff5',150,X'5573657220656D61696C2C43726564656E7469616C20747970652C497373756520646174652C45787069726174696F6E20646174652C43726564656E7469616C206E756D6265720A7A6F65406578616D706C652E6F72672C4669727374204169642C323032342D30342D30312C2C0A7A6F65406578616D706C652E6F72672C4669727374204169642C323032342D30342D30312C2C0A');
CREATE TABLE sources (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_sources PRIMARY KEY (id),
    CONSTRAINT uq_sources_name UNIQUE (name)
);
INSERT INTO "sources" VALUES(1,'manual');
CREATE TABLE staged_media (
    batch_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at DATETIME NOT NULL,
    CONSTRAINT pk_staged_media PRIMARY KEY (batch_id, line, sha256),
    CONSTRAINT fk_staged_media_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_staged_media_sha256_blobs FOREIGN KEY (sha256) REFERENCES blobs (sha256)
);
CREATE TABLE users (
    id INTEGER NOT NULL,
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
INSERT INTO "users" VALUES(1,'ana@example.org','ana@example.org','E-1','Ana Silva','active',NULL,NULL);
INSERT INTO "users" VALUES(2,'ben@example.org','ben@example.org','E-2','Ben Okafor','active',NULL,NULL);
INSERT INTO "users" VALUES(3,'cara@example.org','cara@example.org',NULL,'Cara Lind','active',NULL,NULL);
INSERT INTO "users" VALUES(4,'dora@example.org','dora@example.org','E-4','Dora Quist','deactivated','2025-01-31',NULL);
CREATE INDEX ix_batches_sha256 ON batches (sha256);
CREATE INDEX ix_batches_source_id ON batches (source_id);
CREATE INDEX ix_credentials_type_id ON credentials (type_id);
CREATE INDEX ix_credential_versions_credential_id ON credential_versions (credential_id);
CREATE INDEX ix_credential_versions_decision ON credential_versions (decision, stands);
CREATE INDEX ix_credential_versions_expiration_date ON credential_versions (expiration_date);
CREATE INDEX ix_events_batch_id ON events (batch_id);
CREATE INDEX ix_events_kind ON events (kind);
CREATE INDEX ix_patches_record ON patches (source_id, record_digest, ordinal);
CREATE INDEX ix_runs_source_id ON runs (source_id);
CREATE INDEX ix_decisions_version_id ON decisions (version_id);
CREATE INDEX ix_ledger_version_id ON ledger (version_id);
CREATE INDEX ix_media_sha256 ON media (sha256);
CREATE INDEX ix_media_version_id ON media (version_id);
CREATE INDEX ix_staged_media_sha256 ON staged_media (sha256);
CREATE INDEX ix_rejects_record ON rejects (source_id, record_digest, ordinal);
CREATE INDEX ix_rejects_state ON rejects (state, source_id);
CREATE INDEX ix_reject_errors_code ON reject_errors (code);
CREATE INDEX ix_rejects_user_id ON rejects (user_id);
CREATE INDEX ix_rejects_superseded_by ON rejects (superseded_by);
CREATE INDEX ix_rejects_fixed ON rejects (fixed_batch_id, fixed_line);
COMMIT;