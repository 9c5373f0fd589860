-- Made by the last version with layout 0004: a file of two pairs of one type, of whose rejects one was corrected in the
-- draft and two were waived for good.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE audit_head (
    id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (id),
    CONSTRAINT ck_audit_head_ck_audit_head_one_row CHECK (id = 1)
);
INSERT INTO "audit_head" VALUES(1,6,'c7d160a7397eb4e5a8c1c6792902a1b515ecb0ee6cef824741032ab7bed39e59');
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
INSERT INTO "batch_keys" VALUES(1,'b3c5536598a0dbce24ed0c904468a087d4dde6f67e725127db39046e97f64ef6',1,'bb1e019644fd954fe3264860f3a72a1863cc6d61a6677a72b63afd68ff5b5910',0,1);
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
INSERT INTO "batches" VALUES(1,1,'b3c5536598a0dbce24ed0c904468a087d4dde6f67e725127db39046e97f64ef6',1,1,'mon.csv','finished','426d50ebfcf24851ab5a4c9e2a8c36c7','credentials','b0723a37004b93bdc6086e12ba091d65325d47ab2fa7015e97deb29ca94271a6','schema: credentials
headings:
  Email: user_email
unpivot:
- credential_type: Forklift
  issue_date: ''2023''
- credential_type: Forklift
  issue_date: ''2024''
','748e7fbebd080daa5eaa073b19595c972aea7cc90817ce3df92728545eb3260d','bb1e019644fd954fe3264860f3a72a1863cc6d61a6677a72b63afd68ff5b5910','issue_date','part',NULL,0,NULL,'uploader@example.org','2026-11-30 03:34:21.791602','uploader@example.org','2026-11-30 03:34:22.016407','2026-11-30',NULL,NULL,NULL,NULL,6,2,1,0,0,0,3,0,0,'{"audit_head": "412d3bcda9de6ec4261413a5fc0751f529a1b83fd93b3dd1ee3ae5a5fe6be4d7", "audit_seq": 5, "judgement": "bb1e019644fd954fe3264860f3a72a1863cc6d61a6677a72b63afd68ff5b5910", "recipe": "748e7fbebd080daa5eaa073b19595c972aea7cc90817ce3df92728545eb3260d", "schema": "b0723a37004b93bdc6086e12ba091d65325d47ab2fa7015e97deb29ca94271a6", "sha256": "b3c5536598a0dbce24ed0c904468a087d4dde6f67e725127db39046e97f64ef6"}');
CREATE TABLE blobs (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    erased_at DATETIME,
    CONSTRAINT pk_blobs PRIMARY KEY (sha256)
);
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
INSERT INTO "credential_types" VALUES(1,'Forklift','forklift','active','optional','required',0,0,0,NULL,1,NULL);
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
INSERT INTO "credential_versions" VALUES(1,1,1,1,2,1,'2023-01-01',NULL,'','{}','issue_date',NULL,NULL,'not_required',1,0,X'1B3936725875C998502358A152A8B718',X'9AD4CB75A53F3E20DE63CA1B91EB88C65F0C804E2B5A4C1935C181E3555E341A',NULL);
INSERT INTO "credential_versions" VALUES(2,1,1,1,2,2,'2024-02-02',NULL,'','{}','issue_date',NULL,NULL,'not_required',1,0,X'D5BF9DD7AFE00875B5CB87E02A3D1A44',X'15A19C754B87FC1D26F2F0E725057E20B26A20D0FD692F238772AF855DD88AB2',NULL);
INSERT INTO "credential_versions" VALUES(3,2,1,1,5,2,'2024-12-01',NULL,'','{}','issue_date',NULL,NULL,'not_required',1,0,X'0B798EBD14C2A08BB737B1EC5CE21C6D',X'764DAF5A07E87DAEF73837B7BC30C3E44D47CBB3A07D77B000E8B005212AFBDD',NULL);
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
INSERT INTO "credentials" VALUES(1,1,1,'','',NULL,NULL,2,1,NULL);
INSERT INTO "credentials" VALUES(2,2,1,'','',NULL,NULL,3,1,NULL);
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
INSERT INTO "events" VALUES(1,'load',NULL,'{"added": 2, "at": "2026-11-30T03:34:21.683887+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "reactivated": 0, "renamed": 0, "seq": 1, "what": "users"}','0000000000000000000000000000000000000000000000000000000000000000','daa2b69db01a980f823ccfea9edd42572438b9261fb44531a4a7e52720c6df7e');
INSERT INTO "events" VALUES(2,'load',NULL,'{"added": 1, "at": "2026-11-30T03:34:21.743146+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "reactivated": 0, "renamed": 0, "seq": 2, "what": "types"}','daa2b69db01a980f823ccfea9edd42572438b9261fb44531a4a7e52720c6df7e','a19808699e1f33433a47afb0133218a1a755295f99b603fa02b19606dffc53d5');
INSERT INTO "events" VALUES(3,'upload',1,'{"at": "2026-11-30T03:34:21.791602+00:00", "attempt": "426d50ebfcf24851ab5a4c9e2a8c36c7", "batch": 1, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 3, "sha256": "b3c5536598a0dbce24ed0c904468a087d4dde6f67e725127db39046e97f64ef6", "source": "matrix"}','a19808699e1f33433a47afb0133218a1a755295f99b603fa02b19606dffc53d5','0e06ed7d24a3ad097aa30a154e362e7b34d731aa7ad19f08976b83e9a65114a3');
INSERT INTO "events" VALUES(4,'patch',1,'{"at": "2026-11-30T03:34:21.844178+00:00", "batch": 1, "by": "uploader@example.org", "cells": 1, "kind": "patch", "removed": 0, "seq": 4}','0e06ed7d24a3ad097aa30a154e362e7b34d731aa7ad19f08976b83e9a65114a3','a99b365e0f4f7397249521504ca9ca431f134fb7f192cf4293c8e6f6c52770cc');
INSERT INTO "events" VALUES(5,'finish',1,'{"absent": null, "at": "2026-11-30T03:34:22.016407+00:00", "attempt": "426d50ebfcf24851ab5a4c9e2a8c36c7", "batch": 1, "by": "uploader@example.org", "counts": {"accepted": 3, "left_out": 0, "new": 2, "new_versions": 1, "older": 0, "rejected": 3, "rows": 6, "unchanged": 0, "waiting": 0, "withdrawn": 0}, "judgement": "bb1e019644fd954fe3264860f3a72a1863cc6d61a6677a72b63afd68ff5b5910", "kind": "finish", "ledger": "d2069abeff0daa30ebb6344c335bca99d63cbbfdc387c1707d90281ed28dfff9", "listing": "part", "recipe": "748e7fbebd080daa5eaa073b19595c972aea7cc90817ce3df92728545eb3260d", "said": "issue_date", "schema": "b0723a37004b93bdc6086e12ba091d65325d47ab2fa7015e97deb29ca94271a6", "seq": 5, "sha256": "b3c5536598a0dbce24ed0c904468a087d4dde6f67e725127db39046e97f64ef6", "versions": "1f768316191f6c0684d61cf46f92a0e5a09ec33ba2861f07038879e22c0a40de", "withdraws": false}','a99b365e0f4f7397249521504ca9ca431f134fb7f192cf4293c8e6f6c52770cc','412d3bcda9de6ec4261413a5fc0751f529a1b83fd93b3dd1ee3ae5a5fe6be4d7');
INSERT INTO "events" VALUES(6,'waive',1,'{"at": "2026-11-30T03:34:22.039848+00:00", "batch": 1, "by": "uploader@example.org", "for_good": true, "kind": "waive", "rejects": [2, 3], "seq": 6}','412d3bcda9de6ec4261413a5fc0751f529a1b83fd93b3dd1ee3ae5a5fe6be4d7','c7d160a7397eb4e5a8c1c6792902a1b515ecb0ee6cef824741032ab7bed39e59');
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
INSERT INTO "ledger" VALUES(1,1,2,1,'new','',NULL,1,X'58AB99DC121B271B80C41353C0AFC8A1991A85F607B72BE375C9A544E4125BA0');
INSERT INTO "ledger" VALUES(1,1,2,2,'new_version','',NULL,2,X'F9587C4E5C488F6F3CE9322D1FB2F024F9028137B4CB89655CC8200725F28E27');
INSERT INTO "ledger" VALUES(1,1,3,1,'rejected','date_format',NULL,NULL,X'52DF735C7FBD94680871D267E079069F41E69BBB92176EB2043973C0C8583C88');
INSERT INTO "ledger" VALUES(1,1,3,2,'rejected','date_format',NULL,NULL,X'C1F3FA8BC96D99959E18418C9C7C1D330CD1C36AF9C34176E62C77BB9EFFDB9B');
INSERT INTO "ledger" VALUES(1,1,4,2,'rejected','user_exists',NULL,NULL,X'E5C6359D7D7F5310F7080FC215B8CBA5DDDB543F62764907183F1CFF33E8A86E');
INSERT INTO "ledger" VALUES(1,1,5,2,'new','',NULL,3,X'F83226CA63DF7D24E454953768449F65C166747EDC228F7FAC4F29B87CADE3D9');
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
INSERT INTO "ledger_values" VALUES(1,1,2,1,X'8D69A90C7D896F59B1C54C3BA9C5075E','["ana@example.org", "Forklift", "2023-01-01"]');
INSERT INTO "ledger_values" VALUES(1,1,2,2,X'D382DFD8054EAF787A369B6A58D894C7','["ana@example.org", "Forklift", "2024-02-02"]');
INSERT INTO "ledger_values" VALUES(1,1,3,1,X'D578E721040FEBA0892922CB511EE525','["ben@example.org", "Forklift", "n/a"]');
INSERT INTO "ledger_values" VALUES(1,1,3,2,X'CC77371AAA527564F50B123D86738022','["ben@example.org", "Forklift", "n/a"]');
INSERT INTO "ledger_values" VALUES(1,1,4,2,X'799EC5C4D9CD0870E4F967080B66B7E2','["zoe@example.org", "Forklift", "2024-03-03"]');
INSERT INTO "ledger_values" VALUES(1,1,5,2,X'EBADC28583F2E6B5720A924220512618','["ben@example.org", "Forklift", "2024-13-01"]');
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
    removed_at DATETIME, digest_kind INTEGER DEFAULT '0' NOT NULL, digest_columns TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_patches PRIMARY KEY (id),
    CONSTRAINT fk_patches_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_patches_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id)
);
INSERT INTO "patches" VALUES(1,1,'6d3f5f494736bd09274361cb7c6c3c5c8c93408e8a5237b3e49f30e7a5b2a932',0,'issue_date','2024-13-01','2024-12-01',1,'uploader@example.org','2026-11-30 03:34:21.844178',NULL,1,'user_email,credential_type,issue_date');
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
INSERT INTO "reject_errors" VALUES(1,0,'date_format','issue_date','2023','Invalid date format','n/a','''n/a'' isn''t a date written as YYYY-MM-DD (the format set by the organisation), like ''2026-12-31''. Correct the date, or name its format in the recipe.','');
INSERT INTO "reject_errors" VALUES(2,0,'date_format','issue_date','2024','Invalid date format','n/a','''n/a'' isn''t a date written as YYYY-MM-DD (the format set by the organisation), like ''2026-12-31''. Correct the date, or name its format in the recipe.','');
INSERT INTO "reject_errors" VALUES(3,0,'user_exists','user_email','Email','User doesn''t exist','zoe@example.org','No user of this organisation has the User email ''zoe@example.org''. Correct it, or load the user first.','');
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
INSERT INTO "rejects" VALUES(1,1,1,3,1,1,'c10ddea522e53913c676e467a4c3594c8f713c052556e72ccdae461fdd355991',1,'user_email,credential_type,issue_date',0,'open','2026-11-30 03:34:22.016407','2026-11-30 03:34:22.016407','uploader@example.org',NULL,NULL,NULL,NULL,NULL,NULL,0,1,2);
INSERT INTO "rejects" VALUES(2,1,1,3,2,1,'300d04c461ce47783045e770514e8a64fedc791df28e65db19c959299732440f',1,'user_email,credential_type,issue_date',0,'waived','2026-11-30 03:34:22.016407','2026-11-30 03:34:22.039848','uploader@example.org',NULL,NULL,NULL,NULL,NULL,'left',1,1,2);
INSERT INTO "rejects" VALUES(3,1,1,4,2,1,'b35bd8846017d448d08a370336428019576a9bdb23a646e206619f966b6c65fc',1,'user_email,credential_type,issue_date',0,'waived','2026-11-30 03:34:22.016407','2026-11-30 03:34:22.039848','uploader@example.org',NULL,NULL,NULL,NULL,NULL,'left',1,1,NULL);
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
INSERT INTO "runs" VALUES(1,1,1,'2026-11-30 03:34:22.016407','partial','mon.csv','{"attempt": "426d50ebfcf24851ab5a4c9e2a8c36c7", "codes": {"date_format": 2, "user_exists": 1}, "expected_fields": 3, "headings": ["Email", "credential_type", "issue_date"], "hits": {}, "of_file": ["Email", "2023", "2024"], "rejected": 3, "rows": 6, "unknown": {}, "warnings": []}');
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
INSERT INTO "source_files" VALUES('b3c5536598a0dbce24ed0c904468a087d4dde6f67e725127db39046e97f64ef6',134,X'456D61696C2C323032332C323032340A616E61406578616D706C652E6F72672C323032332D30312D30312C323032342D30322D30320A62656E406578616D706C652E6F72672C6E2F612C6E2F610A7A6F65406578616D706C652E6F72672C2C323032342D30332D30330A62656E406578616D706C652E6F72672C2C323032342D31332D30310A');
CREATE TABLE sources (
    id INTEGER NOT NULL,
    name TEXT NOT NULL, merged_into INTEGER CONSTRAINT fk_sources_merged_into_sources REFERENCES sources (id),
    CONSTRAINT pk_sources PRIMARY KEY (id),
    CONSTRAINT uq_sources_name UNIQUE (name)
);
INSERT INTO "sources" VALUES(1,'matrix',NULL);
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
INSERT INTO "type_facts" VALUES(1,1,'name','Forklift','2026-11-30',2);
INSERT INTO "type_facts" VALUES(2,1,'status','active','2026-11-30',2);
INSERT INTO "type_facts" VALUES(3,1,'expiry','optional','2026-11-30',2);
INSERT INTO "type_facts" VALUES(4,1,'issue','required','2026-11-30',2);
INSERT INTO "type_facts" VALUES(5,1,'approval_required','false','2026-11-30',2);
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
INSERT INTO "users" VALUES(1,'ana@example.org','ana@example.org',NULL,'','active',NULL,NULL,'','',NULL);
INSERT INTO "users" VALUES(2,'ben@example.org','ben@example.org',NULL,'','active',NULL,NULL,'','',NULL);
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
INSERT INTO "words" VALUES(1,1,0,'valid',2,1,'2026-11-30 03:34:22.016407','issue_date','2024-02-02',NULL,'','{}');
INSERT INTO "words" VALUES(1,1,1,'valid',1,1,'2026-11-30 03:34:22.016407','issue_date','2023-01-01',NULL,'','{}');
INSERT INTO "words" VALUES(1,2,0,'valid',3,1,'2026-11-30 03:34:22.016407','issue_date','2024-12-01',NULL,'','{}');
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
CREATE VIEW ledger_rows AS
SELECT batch_id, sheet, line, piece, verdict, codes, rule, version_id FROM ledger
UNION ALL
SELECT block.batch_id, one.value ->> 0, one.value ->> 1, one.value ->> 2, 'unchanged', '', NULL, one.value ->> 3
FROM ledger_blocks AS block, json_each(block.rows) AS one;
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
COMMIT;
