-- Made by the last version with layout 0005: media of a finished file, one of them erased, and of a draft, one of them
-- without a row; their bytes are what `tests.pictures.certificate` makes.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0005');
CREATE TABLE audit_head (
    id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (id),
    CONSTRAINT ck_audit_head_ck_audit_head_one_row CHECK (id = 1)
);
INSERT INTO "audit_head" VALUES(1,11,'9cc003340ad81a4f7b0a0e5eecb98bb1824475717c7ec51f4c04d801e5679478');
CREATE TABLE "batch_keys" (
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
INSERT INTO "batch_keys" VALUES(1,'f37ec7f67657843d668f3707394a90c8a92137d04438d8ba14b54cf5f40773de',1,'2c153240ab74ab1e310e604ecacd61b7d320ef7e88a1dc40dcb28db147134cc5',0,1);
CREATE TABLE "batches" (
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
    receipt TEXT, whole BOOLEAN DEFAULT 1 NOT NULL,
    CONSTRAINT pk_batches PRIMARY KEY (id),
    CONSTRAINT ck_batches_state CHECK (state IN ('draft', 'held', 'finished', 'undone', 'discarded')),
    CONSTRAINT ck_batches_listing CHECK (listing IN ('part', 'full')),
    CONSTRAINT ck_batches_conservation CHECK (rows = new + new_versions + older + withdrawn + unchanged + rejected + left_out + waiting),
    CONSTRAINT fk_batches_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id),
    CONSTRAINT fk_batches_sha256_source_files FOREIGN KEY (sha256) REFERENCES source_files (sha256),
    CONSTRAINT uq_batches_attempt_id UNIQUE (attempt_id),
    CONSTRAINT fk_batches_follows_id_batches FOREIGN KEY (follows_id) REFERENCES batches (id)
);
INSERT INTO "batches" VALUES(1,1,'f37ec7f67657843d668f3707394a90c8a92137d04438d8ba14b54cf5f40773de',1,1,'first.csv','finished','b7828802dfe1495c8e5840226334324e','credentials','46770c3550aa4373e003e93b61c970ba9df015f8c4c6979126493660b2baa9d8','schema: credentials
','735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35','2c153240ab74ab1e310e604ecacd61b7d320ef7e88a1dc40dcb28db147134cc5','expiration_date,issue_date','part',NULL,0,NULL,'uploader@example.org','2026-11-30 17:16:12.630687','uploader@example.org','2026-11-30 17:16:13.369655','2026-11-30',NULL,NULL,NULL,NULL,3,3,0,0,0,0,0,0,0,'{"audit_head": "f4c3cf029fcb41aa9ba7cb4fa911d046188716cd814d1c7d4a396bee39461e79", "audit_seq": 6, "judgement": "2c153240ab74ab1e310e604ecacd61b7d320ef7e88a1dc40dcb28db147134cc5", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "schema": "46770c3550aa4373e003e93b61c970ba9df015f8c4c6979126493660b2baa9d8", "sha256": "f37ec7f67657843d668f3707394a90c8a92137d04438d8ba14b54cf5f40773de"}',1);
INSERT INTO "batches" VALUES(2,1,'351a35af03e30fb42e44c4c635107062ca1985e8b5eb788fa2856fa787ff1936',1,1,'second.csv','draft','c92d1085356f4b4db243212b60e5a7cd','credentials',NULL,'schema: credentials
media: ''{user_email}''
','5980e14af07b7e08cf5518af2222d88567d2033cfc027112b3b5f5e077771b85',NULL,NULL,'part',NULL,0,NULL,'uploader@example.org','2026-11-30 17:16:13.578100',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,0,0,NULL,1);
CREATE TABLE blobs (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    erased_at DATETIME,
    CONSTRAINT pk_blobs PRIMARY KEY (sha256)
);
INSERT INTO "blobs" VALUES('bffd3f55063ec9149b6ac1a0f5f79d4073b22a96a0854245d10742143329e16a',669,'application/pdf',NULL);
INSERT INTO "blobs" VALUES('279f3e4de34649a7c5d30b6712019aaaff75b40b13664b5f02092101ed86b812',670,'application/pdf',NULL);
INSERT INTO "blobs" VALUES('03c7a6b4696bb3f429b1b931aceca4d335befa5efc244cfd307736432d700c45',669,'application/pdf','2026-11-30 17:16:13.447204');
INSERT INTO "blobs" VALUES('356fa72af2a35788e3d5fcdfe512fd93558a665329a9a57c9e143444bb777af9',669,'application/pdf',NULL);
CREATE TABLE "credential_types" (
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
INSERT INTO "credential_types" VALUES(1,'First Aid','first aid','active','optional','required',0,0,1,NULL,1,NULL);
CREATE TABLE "credential_versions" (
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
    digest BLOB NOT NULL, written_id INTEGER CONSTRAINT fk_credential_versions_written_id_credentials REFERENCES credentials (id),
    CONSTRAINT pk_credential_versions PRIMARY KEY (id),
    CONSTRAINT uq_credential_versions_batch_id_sheet_line_piece UNIQUE (batch_id, sheet, line, piece),
    CONSTRAINT ck_credential_versions_decision CHECK (decision IN ('not_required', 'pending', 'approved', 'declined')),
    CONSTRAINT fk_credential_versions_credential_id_credentials FOREIGN KEY (credential_id) REFERENCES credentials (id),
    CONSTRAINT fk_credential_versions_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_credential_versions_inherits_id_credential_versions FOREIGN KEY (inherits_id) REFERENCES credential_versions (id),
    CONSTRAINT fk_credential_versions_replaces_id_credential_versions FOREIGN KEY (replaces_id) REFERENCES credential_versions (id)
);
INSERT INTO "credential_versions" VALUES(1,1,1,1,2,1,'2024-01-10','2030-01-10','','{}','expiration_date,issue_date',NULL,NULL,'pending',1,0,X'EB194A91D1ACC1E4757972FDC4543029',X'808A041582F139269490840133EFBA979E535FE974AEFCC76BD74CE855D3D61B',NULL);
INSERT INTO "credential_versions" VALUES(2,2,1,1,3,1,'2024-02-20','2030-02-20','','{}','expiration_date,issue_date',NULL,NULL,'pending',1,0,X'F533A21335C2F09E3AF683790E25CC6C',X'231362C25AFCEBF24463088EE8591AA5D8E884F11F2DE0CE7EAA2160A8BA317B',NULL);
INSERT INTO "credential_versions" VALUES(3,3,1,1,4,1,NULL,NULL,'','{}','expiration_date,issue_date',NULL,NULL,'pending',1,0,NULL,X'0EFA546453F0F7E28E748A850239ACE32BC6C88FC2BBD128E0CCB23D998FFAF1',NULL);
CREATE TABLE "credentials" (
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
INSERT INTO "credentials" VALUES(1,1,1,'','',NULL,NULL,1,1,NULL);
INSERT INTO "credentials" VALUES(2,2,1,'','',NULL,NULL,2,1,NULL);
INSERT INTO "credentials" VALUES(3,3,1,'','',NULL,NULL,3,1,NULL);
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
INSERT INTO "events" VALUES(1,'load',NULL,'{"added": 3, "at": "2026-11-30T17:16:12.493013+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "reactivated": 0, "renamed": 0, "seq": 1, "what": "users"}','0000000000000000000000000000000000000000000000000000000000000000','5eb478e1bc3d69992b62cd81e0ced47f56997c62f94c302b82637d09631e89ac');
INSERT INTO "events" VALUES(2,'load',NULL,'{"added": 1, "at": "2026-11-30T17:16:12.578042+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "reactivated": 0, "renamed": 0, "seq": 2, "what": "types"}','5eb478e1bc3d69992b62cd81e0ced47f56997c62f94c302b82637d09631e89ac','1313c041c8e333e9d9ab909f091e4f82ae413c1de3cbd130cee49f11b2e296bd');
INSERT INTO "events" VALUES(3,'upload',1,'{"at": "2026-11-30T17:16:12.630687+00:00", "attempt": "b7828802dfe1495c8e5840226334324e", "batch": 1, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 3, "sha256": "f37ec7f67657843d668f3707394a90c8a92137d04438d8ba14b54cf5f40773de", "source": "manual"}','1313c041c8e333e9d9ab909f091e4f82ae413c1de3cbd130cee49f11b2e296bd','90a91439caf3a681d5ec847aa8be4bfc066cf0cd45d508f43ed759242c09eab4');
INSERT INTO "events" VALUES(4,'stage',1,'{"at": "2026-11-30T17:16:13.265214+00:00", "batch": 1, "by": "uploader@example.org", "count": 3, "kind": "stage", "seq": 4}','90a91439caf3a681d5ec847aa8be4bfc066cf0cd45d508f43ed759242c09eab4','240f6ba483544e7c6e6acc98f4319f57ac4219aceb98ff6170224321a81d6916');
INSERT INTO "events" VALUES(5,'media',1,'{"at": "2026-11-30T17:16:13.369655+00:00", "batch": 1, "by": "uploader@example.org", "count": 3, "first": 1, "kind": "media", "links": "6c880f59e81ce388da5a09818d2267e3151dd4ee3b1efe0348e111e9cea9a382", "seq": 5}','240f6ba483544e7c6e6acc98f4319f57ac4219aceb98ff6170224321a81d6916','0a68c722d8c36011c95008c7a565295a8a3856e40541d965cf3c9bc001d3b098');
INSERT INTO "events" VALUES(6,'finish',1,'{"absent": null, "at": "2026-11-30T17:16:13.369655+00:00", "attempt": "b7828802dfe1495c8e5840226334324e", "batch": 1, "by": "uploader@example.org", "counts": {"accepted": 3, "left_out": 0, "new": 3, "new_versions": 0, "older": 0, "rejected": 0, "rows": 3, "unchanged": 0, "waiting": 0, "withdrawn": 0}, "judgement": "2c153240ab74ab1e310e604ecacd61b7d320ef7e88a1dc40dcb28db147134cc5", "kind": "finish", "ledger": "1c4b29f13626db9f678b16eb3c72de1252b475e02d529a9a527bb95b8e970457", "listing": "part", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "said": "expiration_date,issue_date", "schema": "46770c3550aa4373e003e93b61c970ba9df015f8c4c6979126493660b2baa9d8", "seq": 6, "sha256": "f37ec7f67657843d668f3707394a90c8a92137d04438d8ba14b54cf5f40773de", "versions": "2f3f8f639e72f403e86bec1a85d46b63a70e98185d4549af3a86efdfaff2f2f6", "withdraws": false}','0a68c722d8c36011c95008c7a565295a8a3856e40541d965cf3c9bc001d3b098','f4c3cf029fcb41aa9ba7cb4fa911d046188716cd814d1c7d4a396bee39461e79');
INSERT INTO "events" VALUES(7,'erase',NULL,'{"at": "2026-11-30T17:16:13.447204+00:00", "batch": null, "blobs": ["03c7a6b4696bb3f429b1b931aceca4d335befa5efc244cfd307736432d700c45"], "by": "uploader@example.org", "counts": {"blobs": 1, "files": 1, "media": 1, "patches": 0, "rejects": 0, "rows": 1, "runs": 0, "texts": 0, "versions": 1, "waiting": 0}, "files": ["f37ec7f67657843d668f3707394a90c8a92137d04438d8ba14b54cf5f40773de"], "kind": "erase", "lines": {"1": [[4, 4]]}, "merged": [], "reason": "asked for it", "rejects": [], "seq": 7, "user": 3, "versions": [[3, 3]], "waiting": []}','f4c3cf029fcb41aa9ba7cb4fa911d046188716cd814d1c7d4a396bee39461e79','4fa86156929b57e9d23cbae978132bc59d71563e4589d58e9487de3137b9e38a');
INSERT INTO "events" VALUES(8,'upload',2,'{"at": "2026-11-30T17:16:13.578100+00:00", "attempt": "c92d1085356f4b4db243212b60e5a7cd", "batch": 2, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 8, "sha256": "351a35af03e30fb42e44c4c635107062ca1985e8b5eb788fa2856fa787ff1936", "source": "manual"}','4fa86156929b57e9d23cbae978132bc59d71563e4589d58e9487de3137b9e38a','e5e25a9c5e9541da44a204faf96d807299e63ad6773d03c371da4dc5a2e0e6a4');
INSERT INTO "events" VALUES(9,'stage',2,'{"at": "2026-11-30T17:16:14.339505+00:00", "batch": 2, "by": "uploader@example.org", "count": 1, "kind": "stage", "seq": 9}','e5e25a9c5e9541da44a204faf96d807299e63ad6773d03c371da4dc5a2e0e6a4','489f6a29c48de929ede9fec5801a0d2d927690ee57a6367057b0773afd4d2510');
INSERT INTO "events" VALUES(10,'stage',2,'{"at": "2026-11-30T17:16:15.126818+00:00", "batch": 2, "by": "uploader@example.org", "count": 1, "kind": "stage", "seq": 10}','489f6a29c48de929ede9fec5801a0d2d927690ee57a6367057b0773afd4d2510','028abe0d77b05dbf68e8d4f856497ece519bdcd55b5f38cc72ef05ebbfd445cf');
INSERT INTO "events" VALUES(11,'amend',2,'{"at": "2026-11-30T17:16:15.139543+00:00", "batch": 2, "by": "uploader@example.org", "kind": "amend", "recipe": "5980e14af07b7e08cf5518af2222d88567d2033cfc027112b3b5f5e077771b85", "seq": 11}','028abe0d77b05dbf68e8d4f856497ece519bdcd55b5f38cc72ef05ebbfd445cf','9cc003340ad81a4f7b0a0e5eecb98bb1824475717c7ec51f4c04d801e5679478');
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
CREATE TABLE "ledger" (
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
INSERT INTO "ledger" VALUES(1,1,2,1,'new','',NULL,1,X'82DB1EB13284A46A382DE24F1ACDE7E537F7706CD989EAE67C71F805C2BB127F');
INSERT INTO "ledger" VALUES(1,1,3,1,'new','',NULL,2,X'AB8D992E855C5BCAD1DD62EA826A09D694A6692C6EBC33B5643E1E71C2CB54D0');
INSERT INTO "ledger" VALUES(1,1,4,1,'new','',NULL,3,X'64DBCC3CE1CCDAD26EE18715A44B0AE42ED91673A8E414674E189B095432DD53');
CREATE TABLE ledger_block_values (
    batch_id INTEGER NOT NULL,
    salts BLOB NOT NULL,
    raw BLOB NOT NULL,
    CONSTRAINT pk_ledger_block_values PRIMARY KEY (batch_id),
    CONSTRAINT fk_ledger_block_values_batch_id_ledger_blocks FOREIGN KEY (batch_id) REFERENCES ledger_blocks (batch_id)
);
CREATE TABLE ledger_blocks (
    batch_id INTEGER NOT NULL,
    rows TEXT NOT NULL,
    digests BLOB NOT NULL,
    CONSTRAINT pk_ledger_blocks PRIMARY KEY (batch_id),
    CONSTRAINT fk_ledger_blocks_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id)
);
CREATE TABLE "ledger_values" (
    batch_id INTEGER NOT NULL,
    sheet INTEGER DEFAULT '1' NOT NULL,
    line INTEGER NOT NULL,
    piece INTEGER DEFAULT '1' NOT NULL,
    salt BLOB NOT NULL,
    raw TEXT NOT NULL,
    CONSTRAINT pk_ledger_values PRIMARY KEY (batch_id, sheet, line, piece),
    CONSTRAINT fk_ledger_values_batch_id_sheet_line_piece_ledger FOREIGN KEY (batch_id, sheet, line, piece) REFERENCES ledger (batch_id, sheet, line, piece)
);
INSERT INTO "ledger_values" VALUES(1,1,2,1,X'8EEEB0939776069DA9E83D1A7ED678C4','["ana@example.org", "First Aid", "2024-01-10", "2030-01-10"]');
INSERT INTO "ledger_values" VALUES(1,1,3,1,X'4ECF903C9F35903892EE7E059DCD24EE','["ben@example.org", "First Aid", "2024-02-20", "2030-02-20"]');
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
INSERT INTO "media" VALUES(1,1,'bffd3f55063ec9149b6ac1a0f5f79d4073b22a96a0854245d10742143329e16a','ana.pdf','uploader@example.org','2026-11-30 17:16:13.369655',NULL);
INSERT INTO "media" VALUES(2,2,'279f3e4de34649a7c5d30b6712019aaaff75b40b13664b5f02092101ed86b812','ben.pdf','uploader@example.org','2026-11-30 17:16:13.369655',NULL);
INSERT INTO "media" VALUES(3,3,'03c7a6b4696bb3f429b1b931aceca4d335befa5efc244cfd307736432d700c45','','uploader@example.org','2026-11-30 17:16:13.369655',NULL);
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
    removed_at DATETIME, digest_kind INTEGER DEFAULT '0' NOT NULL, digest_columns TEXT DEFAULT '' NOT NULL,
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
CREATE TABLE "rejects" (
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
INSERT INTO "runs" VALUES(1,1,1,'2026-11-30 17:16:13.369655','ok','first.csv','{"attempt": "b7828802dfe1495c8e5840226334324e", "codes": {}, "expected_fields": 4, "headings": ["User email", "Credential type", "Issue date", "Expiration date"], "held_by": [], "hits": {}, "of_file": [], "rejected": 0, "rows": 3, "unknown": {}, "warnings": []}');
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
INSERT INTO "source_files" VALUES('f37ec7f67657843d668f3707394a90c8a92137d04438d8ba14b54cf5f40773de',199,NULL);
INSERT INTO "source_files" VALUES('351a35af03e30fb42e44c4c635107062ca1985e8b5eb788fa2856fa787ff1936',150,X'5573657220656D61696C2C43726564656E7469616C20747970652C497373756520646174652C45787069726174696F6E20646174650A62656E406578616D706C652E6F72672C4669727374204169642C323032352D30322D32302C323033322D30322D32300A616E61406578616D706C652E6F72672C4669727374204169642C323032352D30312D31302C323033322D30312D31300A');
CREATE TABLE sources (
    id INTEGER NOT NULL,
    name TEXT NOT NULL, merged_into INTEGER CONSTRAINT fk_sources_merged_into_sources REFERENCES sources (id),
    CONSTRAINT pk_sources PRIMARY KEY (id),
    CONSTRAINT uq_sources_name UNIQUE (name)
);
INSERT INTO "sources" VALUES(1,'manual',NULL);
CREATE TABLE "staged_media" (
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
INSERT INTO "staged_media" VALUES(2,1,2,1,'279f3e4de34649a7c5d30b6712019aaaff75b40b13664b5f02092101ed86b812','ben.pdf','uploader@example.org','2026-11-30 17:16:14.339505');
INSERT INTO "staged_media" VALUES(2,0,0,1,'356fa72af2a35788e3d5fcdfe512fd93558a665329a9a57c9e143444bb777af9','loose.pdf','uploader@example.org','2026-11-30 17:16:15.126818');
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
INSERT INTO "type_facts" VALUES(1,1,'name','First Aid','2026-11-30',2);
INSERT INTO "type_facts" VALUES(2,1,'status','active','2026-11-30',2);
INSERT INTO "type_facts" VALUES(3,1,'approval_required','true','2026-11-30',2);
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
CREATE TABLE "users" (
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
INSERT INTO "users" VALUES(1,'ana@example.org','ana@example.org',NULL,'Ana Silva','active',NULL,NULL,'','',NULL);
INSERT INTO "users" VALUES(2,'ben@example.org','ben@example.org',NULL,'Ben Okafor','active',NULL,NULL,'','',NULL);
INSERT INTO "users" VALUES(3,'erased-3','ERASED-3',NULL,'','deactivated',NULL,NULL,'','',NULL);
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
CREATE INDEX ix_events_batch_id ON events (batch_id);
CREATE INDEX ix_events_kind ON events (kind);
CREATE INDEX ix_patches_record ON patches (source_id, record_digest, ordinal);
CREATE INDEX ix_runs_source_id ON runs (source_id);
CREATE INDEX ix_decisions_version_id ON decisions (version_id);
CREATE INDEX ix_media_sha256 ON media (sha256);
CREATE INDEX ix_media_version_id ON media (version_id);
CREATE INDEX ix_reject_errors_code ON reject_errors (code);
CREATE INDEX ix_batches_sha256 ON batches (sha256);
CREATE INDEX ix_batches_source_id ON batches (source_id);
CREATE INDEX ix_credential_versions_credential_id ON credential_versions (credential_id);
CREATE INDEX ix_credential_versions_decision ON credential_versions (decision, stands);
CREATE INDEX ix_credential_versions_expiration_date ON credential_versions (expiration_date);
CREATE INDEX ix_credential_versions_replaces_id ON credential_versions (replaces_id);
CREATE INDEX ix_ledger_version_id ON ledger (version_id);
CREATE INDEX ix_rejects_fixed ON rejects (fixed_batch_id, fixed_line);
CREATE INDEX ix_rejects_record ON rejects (source_id, record_digest, ordinal);
CREATE INDEX ix_rejects_state ON rejects (state, source_id);
CREATE INDEX ix_rejects_superseded_by ON rejects (superseded_by);
CREATE INDEX ix_rejects_user_id ON rejects (user_id);
CREATE INDEX ix_staged_media_sha256 ON staged_media (sha256);
CREATE INDEX ix_withdrawals_batch_id ON withdrawals (batch_id);
CREATE INDEX ix_withdrawals_version_id ON withdrawals (version_id);
CREATE INDEX ix_words_credential_id ON words (credential_id);
CREATE INDEX ix_words_version_id ON words (version_id);
CREATE INDEX ix_credentials_type_id ON credentials (type_id);
CREATE INDEX ix_user_facts_user_id ON user_facts (user_id);
CREATE INDEX ix_type_facts_type_id ON type_facts (type_id);
CREATE INDEX ix_former_names_user_id ON former_names (user_id);
CREATE UNIQUE INDEX uq_users_email_key ON users (email_key) WHERE merged_into IS NULL;
CREATE UNIQUE INDEX uq_users_external_id ON users (external_id) WHERE merged_into IS NULL;
CREATE INDEX ix_users_merged_into ON users (merged_into);
CREATE UNIQUE INDEX uq_credential_types_name_key ON credential_types (name_key) WHERE merged_into IS NULL;
CREATE UNIQUE INDEX uq_credentials_identity ON credentials (user_id, type_id, number_key) WHERE merged_into IS NULL;
CREATE INDEX ix_credentials_merged_into ON credentials (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_credentials_number_key ON credentials (number_key) WHERE number_key <> '';
CREATE INDEX ix_credential_versions_number ON credential_versions (number) WHERE number <> '';
CREATE VIEW ledger_rows AS
SELECT batch_id, sheet, line, piece, verdict, codes, rule, version_id FROM ledger
UNION ALL
SELECT block.batch_id, one.value ->> 0, one.value ->> 1, one.value ->> 2, 'unchanged', '', NULL, one.value ->> 3
FROM ledger_blocks AS block, json_each(block.rows) AS one;
COMMIT;
