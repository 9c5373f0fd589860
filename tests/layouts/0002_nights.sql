-- Made by the last version with layout 0002: a file with a changing column, of whose rejects one was corrected, one
-- corrected wrongly and one waived; then a file in which a row was corrected as a draft.
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
INSERT INTO "audit_head" VALUES(1,11,'29d6a999c3aac112fe7d01c8a06450f10e06293b69c529b5b5f83407712a8d18');
CREATE TABLE batch_keys (
    sha256 TEXT NOT NULL,
    part INTEGER NOT NULL,
    judgement TEXT NOT NULL,
    batch_id INTEGER NOT NULL,
    CONSTRAINT pk_batch_keys PRIMARY KEY (sha256, part, judgement),
    CONSTRAINT fk_batch_keys_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT uq_batch_keys_batch_id UNIQUE (batch_id)
);
INSERT INTO "batch_keys" VALUES('23e17f8d408b36c55e8efbb5e87e32dbd2697e8589a265dd0b9d4b03216e4f6b',1,'e102d2c6b886a9f2ff1a84bb7b0eece04d5c6438a24140e12070dee30f355366',1);
INSERT INTO "batch_keys" VALUES('f01c895da373fe9824c9d4cfb4894b8ebdd68675e889a582b11a6b2f13ccc472',1,'5e38dc6c29f8b09d764dd83abd06b23380c819c461e3908903d198a455f56017',2);
INSERT INTO "batch_keys" VALUES('c20deba1a774bff3160053b403c9fbe3bee402bdb29bb0402a4348f80d6db5b9',1,'8e27d3fa3ed74e85e75de44d01bb1aee1005e52bd8d48ee8ce0045bb2f8e4c38',3);
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
INSERT INTO "batches" VALUES(1,1,'23e17f8d408b36c55e8efbb5e87e32dbd2697e8589a265dd0b9d4b03216e4f6b',1,'mon.csv','finished','36711ff40a654b3cbaef63dd37fa8444','credentials','42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be','schema: credentials
date_format: YYYY-MM-DD
','c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb','e102d2c6b886a9f2ff1a84bb7b0eece04d5c6438a24140e12070dee30f355366',NULL,'uploader@example.org','2026-11-29 16:12:55.583391','uploader@example.org','2026-11-29 16:12:55.636223','2026-11-29',NULL,NULL,NULL,6,1,0,0,0,5,0,'{"audit_head": "5662650818c324428361b4436e7f549351e8b0f8b54a627e019e082e5d6dbbd3", "audit_seq": 4, "judgement": "e102d2c6b886a9f2ff1a84bb7b0eece04d5c6438a24140e12070dee30f355366", "recipe": "c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "sha256": "23e17f8d408b36c55e8efbb5e87e32dbd2697e8589a265dd0b9d4b03216e4f6b"}');
INSERT INTO "batches" VALUES(2,1,'f01c895da373fe9824c9d4cfb4894b8ebdd68675e889a582b11a6b2f13ccc472',1,'r.csv','finished','061e8bec7ed5484f9ffe39292bcf9baa','credentials','42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be','schema: credentials
read:
  encoding: utf-8
  delimiter: '',''
  heading_line: 1
  heading_rows: 1
  footer_lines: none
date_format: YYYY-MM-DD
','0a39089abe41309c86ef7c06f4375eb98e7a8758dc85d75db4fb852903a804ef','5e38dc6c29f8b09d764dd83abd06b23380c819c461e3908903d198a455f56017',1,'uploader@example.org','2026-11-29 16:12:55.690810','uploader@example.org','2026-11-29 16:12:55.787841','2026-11-29',NULL,NULL,NULL,2,1,0,0,0,1,0,'{"audit_head": "7ca5e1e16a41b6d8bdaed86c2436830f013aef7a2dfb5a7a98658e5d695769b2", "audit_seq": 7, "judgement": "5e38dc6c29f8b09d764dd83abd06b23380c819c461e3908903d198a455f56017", "recipe": "0a39089abe41309c86ef7c06f4375eb98e7a8758dc85d75db4fb852903a804ef", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "sha256": "f01c895da373fe9824c9d4cfb4894b8ebdd68675e889a582b11a6b2f13ccc472"}');
INSERT INTO "batches" VALUES(3,1,'c20deba1a774bff3160053b403c9fbe3bee402bdb29bb0402a4348f80d6db5b9',1,'tue.csv','finished','a4850d66eed34a17b28fbe86821e4aa4','credentials','42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be','schema: credentials
date_format: YYYY-MM-DD
','c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb','8e27d3fa3ed74e85e75de44d01bb1aee1005e52bd8d48ee8ce0045bb2f8e4c38',NULL,'uploader@example.org','2026-11-29 16:12:55.818629','uploader@example.org','2026-11-29 16:12:55.899518','2026-11-29',NULL,NULL,NULL,2,1,0,0,0,1,0,'{"audit_head": "29d6a999c3aac112fe7d01c8a06450f10e06293b69c529b5b5f83407712a8d18", "audit_seq": 11, "judgement": "8e27d3fa3ed74e85e75de44d01bb1aee1005e52bd8d48ee8ce0045bb2f8e4c38", "recipe": "c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "sha256": "c20deba1a774bff3160053b403c9fbe3bee402bdb29bb0402a4348f80d6db5b9"}');
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
INSERT INTO "credential_versions" VALUES(1,1,1,2,'2025-01-01','2027-01-01','','{}','pending',1,X'F8A5183D19BD6927A962E4987FF8B175',X'7A17B70B2ECAE2C93B1E70715FCAFDC551B52D2E139547FC165E8267FFB1AD4D');
INSERT INTO "credential_versions" VALUES(2,2,2,2,'2025-01-01','2027-01-01','','{}','pending',1,X'224416A7FFDB112D5A9EC00BAC00554B',X'4D23DE21A30F65E3BB2F5F7DED01DDD00337F00F25831CAB78DE4BBEC80120AB');
INSERT INTO "credential_versions" VALUES(3,3,3,2,'2025-01-01','2027-01-01','','{}','pending',1,X'FDDA73930DF001CC69B0613E32D252F2',X'ABC38636462DBD03D8EA29A601DA00F2788B8CED73E285C910F41553827BD0CE');
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
INSERT INTO "credentials" VALUES(1,1,1,'',1,1);
INSERT INTO "credentials" VALUES(2,2,1,'',2,1);
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
INSERT INTO "events" VALUES(1,'load',NULL,'{"added": 4, "at": "2026-11-29T16:12:55.549056+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "seq": 1, "what": "users"}','0000000000000000000000000000000000000000000000000000000000000000','91d547a2cef4d2575372929d476ee7df7c5264604976c369c9eaf9b63d1b1f4e');
INSERT INTO "events" VALUES(2,'load',NULL,'{"added": 4, "at": "2026-11-29T16:12:55.567565+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "seq": 2, "what": "types"}','91d547a2cef4d2575372929d476ee7df7c5264604976c369c9eaf9b63d1b1f4e','bffd8916187238ba81406fab819c7340236230c9eb12e2efd9e8b0b47c4afd47');
INSERT INTO "events" VALUES(3,'upload',1,'{"at": "2026-11-29T16:12:55.583391+00:00", "attempt": "36711ff40a654b3cbaef63dd37fa8444", "batch": 1, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 3, "sha256": "23e17f8d408b36c55e8efbb5e87e32dbd2697e8589a265dd0b9d4b03216e4f6b", "source": "lms"}','bffd8916187238ba81406fab819c7340236230c9eb12e2efd9e8b0b47c4afd47','cf21720add1f4f080d74c7ef79326d76f7ce9865b94d161b3e58412eaca625d3');
INSERT INTO "events" VALUES(4,'finish',1,'{"at": "2026-11-29T16:12:55.636223+00:00", "attempt": "36711ff40a654b3cbaef63dd37fa8444", "batch": 1, "by": "uploader@example.org", "counts": {"accepted": 1, "new": 1, "new_versions": 0, "older": 0, "rejected": 5, "rows": 6, "unchanged": 0, "waiting": 0}, "judgement": "e102d2c6b886a9f2ff1a84bb7b0eece04d5c6438a24140e12070dee30f355366", "kind": "finish", "ledger": "437a3057f08e3cb5b5f7a87e143f6e3c41c646e53463e88552ccfdc6b79b52cf", "recipe": "c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "seq": 4, "sha256": "23e17f8d408b36c55e8efbb5e87e32dbd2697e8589a265dd0b9d4b03216e4f6b", "versions": "a7aa817e6b038b6182a330f337643223c252e8e435443912cb0b736c7b92b4ee"}','cf21720add1f4f080d74c7ef79326d76f7ce9865b94d161b3e58412eaca625d3','5662650818c324428361b4436e7f549351e8b0f8b54a627e019e082e5d6dbbd3');
INSERT INTO "events" VALUES(5,'upload',2,'{"at": "2026-11-29T16:12:55.690810+00:00", "attempt": "061e8bec7ed5484f9ffe39292bcf9baa", "batch": 2, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 5, "sha256": "f01c895da373fe9824c9d4cfb4894b8ebdd68675e889a582b11a6b2f13ccc472", "source": "lms"}','5662650818c324428361b4436e7f549351e8b0f8b54a627e019e082e5d6dbbd3','af4b7caaaeb54a454454d2ff353701b9254b674891abaea9188887e883a45175');
INSERT INTO "events" VALUES(6,'patch',2,'{"at": "2026-11-29T16:12:55.756835+00:00", "batch": 2, "by": "uploader@example.org", "cells": 1, "kind": "patch", "removed": 0, "seq": 6}','af4b7caaaeb54a454454d2ff353701b9254b674891abaea9188887e883a45175','b0d518cabfbe5fb8f7c5a2aa3b3006be300be47574599dffc82e79d53a9a9479');
INSERT INTO "events" VALUES(7,'finish',2,'{"at": "2026-11-29T16:12:55.787841+00:00", "attempt": "061e8bec7ed5484f9ffe39292bcf9baa", "batch": 2, "by": "uploader@example.org", "counts": {"accepted": 1, "new": 1, "new_versions": 0, "older": 0, "rejected": 1, "rows": 2, "unchanged": 0, "waiting": 0}, "judgement": "5e38dc6c29f8b09d764dd83abd06b23380c819c461e3908903d198a455f56017", "kind": "finish", "ledger": "aeafea2bf42ac804062a0db45e9c37c8c3ceae2b23b553ec5bcfd7456460f44a", "recipe": "0a39089abe41309c86ef7c06f4375eb98e7a8758dc85d75db4fb852903a804ef", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "seq": 7, "sha256": "f01c895da373fe9824c9d4cfb4894b8ebdd68675e889a582b11a6b2f13ccc472", "versions": "ed480a4c1ccad6d4e4954e96b0ec9c90380fc0b5ed21d62ae7a1365124193c64"}','b0d518cabfbe5fb8f7c5a2aa3b3006be300be47574599dffc82e79d53a9a9479','7ca5e1e16a41b6d8bdaed86c2436830f013aef7a2dfb5a7a98658e5d695769b2');
INSERT INTO "events" VALUES(8,'waive',1,'{"at": "2026-11-29T16:12:55.804646+00:00", "batch": 1, "by": "uploader@example.org", "kind": "waive", "rejects": [2], "seq": 8}','7ca5e1e16a41b6d8bdaed86c2436830f013aef7a2dfb5a7a98658e5d695769b2','47651758d55603c5ab51748152e7d3ccbdeb75e7a723e43157f7160aab6b74e6');
INSERT INTO "events" VALUES(9,'upload',3,'{"at": "2026-11-29T16:12:55.818629+00:00", "attempt": "a4850d66eed34a17b28fbe86821e4aa4", "batch": 3, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 9, "sha256": "c20deba1a774bff3160053b403c9fbe3bee402bdb29bb0402a4348f80d6db5b9", "source": "lms"}','47651758d55603c5ab51748152e7d3ccbdeb75e7a723e43157f7160aab6b74e6','0a842682a64bf71e31117f758c65fc1181cc2610bd8e31720b12068d0091fe27');
INSERT INTO "events" VALUES(10,'patch',3,'{"at": "2026-11-29T16:12:55.827904+00:00", "batch": 3, "by": "uploader@example.org", "cells": 1, "kind": "patch", "removed": 0, "seq": 10}','0a842682a64bf71e31117f758c65fc1181cc2610bd8e31720b12068d0091fe27','d5a06e5d8f00fd69843c66dc24e6cdad1d52e4bfdb3562b9fb5928ddcd8927cb');
INSERT INTO "events" VALUES(11,'finish',3,'{"at": "2026-11-29T16:12:55.899518+00:00", "attempt": "a4850d66eed34a17b28fbe86821e4aa4", "batch": 3, "by": "uploader@example.org", "counts": {"accepted": 1, "new": 1, "new_versions": 0, "older": 0, "rejected": 1, "rows": 2, "unchanged": 0, "waiting": 0}, "judgement": "8e27d3fa3ed74e85e75de44d01bb1aee1005e52bd8d48ee8ce0045bb2f8e4c38", "kind": "finish", "ledger": "859a54011f8d8f1e3e99c67e331f4b85bbec7e6ddcf6798d84218a70280cff0c", "recipe": "c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb", "schema": "42ca9563a6862f3c33a80772f009f95777290aa2d6cda7e9de2168f5d66072be", "seq": 11, "sha256": "c20deba1a774bff3160053b403c9fbe3bee402bdb29bb0402a4348f80d6db5b9", "versions": "8654f4df1e1a45e8386e6dcc3ea12ae12cba82529543277ac723f292617d6a95"}','d5a06e5d8f00fd69843c66dc24e6cdad1d52e4bfdb3562b9fb5928ddcd8927cb','29d6a999c3aac112fe7d01c8a06450f10e06293b69c529b5b5f83407712a8d18');
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
INSERT INTO "ledger" VALUES(1,2,'new','',1,X'3624A523852D64DB45557B17A98DE684913263637D63B28081DBFAD88B570F66');
INSERT INTO "ledger" VALUES(1,3,'rejected','user_exists',NULL,X'ACB59C6AC54CB1809513B3CB85F6088138D464388C8B0057B247F340E4DEE979');
INSERT INTO "ledger" VALUES(1,4,'rejected','user_exists',NULL,X'3551E514AF77EF2D1A3884E62B87486985777F2F9AFDA544440F0B8260EA7F4E');
INSERT INTO "ledger" VALUES(1,5,'rejected','credential_type_exists',NULL,X'BFDB919BA37EEE32E8DBDD17C8B75D886CB6D479A6500D00BE6FA85E0C481329');
INSERT INTO "ledger" VALUES(1,6,'rejected','user_exists',NULL,X'3A4EF70E35D48EB74BFE7FFDE825C4C0E4C7B1C56866BC528E1261791C31C0A0');
INSERT INTO "ledger" VALUES(1,7,'rejected','user_exists',NULL,X'CFBDAA1142AB5728A1E1A2C0D200ECA0111DAFAA9337CFEC014710159A741660');
INSERT INTO "ledger" VALUES(2,2,'new','',2,X'57AC287DE27572D5725510AE33030C6AE62D615B89D6F02B7D9B116934C5C3F0');
INSERT INTO "ledger" VALUES(2,3,'rejected','user_exists',NULL,X'F049EFB1BCC7CF7CE1F54BE1E7C8DFA645253015A48E788DC19A3733BA6B3C22');
INSERT INTO "ledger" VALUES(3,2,'new','',3,X'285AA60AE52D1DF5A261022FC562E91325ECBC118C4F696B03B0479BB64EA3BF');
INSERT INTO "ledger" VALUES(3,3,'rejected','date_format',NULL,X'968D8593F1C753112D137E35A59E21AA0B3B3D32714BEE3426205F32B2AAA9D9');
CREATE TABLE ledger_values (
    batch_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    salt BLOB NOT NULL,
    raw TEXT NOT NULL,
    CONSTRAINT pk_ledger_values PRIMARY KEY (batch_id, line),
    CONSTRAINT fk_ledger_values_batch_id_line_ledger FOREIGN KEY (batch_id, line) REFERENCES ledger (batch_id, line)
);
INSERT INTO "ledger_values" VALUES(1,2,X'FABA5FAFB41BA6B21BF9973EA24D9A6F','["2026-11-02", "ana@example.org", "First Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(1,3,X'A168A835D8B2DE49B4BAD8FDEE459B73','["2026-11-02", "bne@example.org", "First Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(1,4,X'337A32D7E786858082D3FB32A9B1400D','["2026-11-02", "zoe@example.org", "First Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(1,5,X'6CCB01E2457244D37E7BC1CC5FD4699A','["2026-11-02", "ben@example.org", "Frist Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(1,6,X'6ADAC8608272EEF3EEB0F5EE721D41A9','["2026-11-02", "yan@example.org", "First Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(1,7,X'BBD47F995B5E4510BAB94EE122DD07A7','["2026-11-02", "xan@example.org", "First Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(2,2,X'36D26B7ABFA54AA68677E1F7BFF65D23','["2026-11-02", "ben@example.org", "First Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(2,3,X'66DB1CE4EBA59D69B18B4F116855DDCE','["2026-11-02", "nobody@example.org", "First Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(3,2,X'FB08D9E37066CCE27E4C18FA8D1FC526','["2026-11-03", "dan@example.org", "First Aid", "2025-01-01", "2027-01-01"]');
INSERT INTO "ledger_values" VALUES(3,3,X'A53C03B9C3113D45FCF1FD144A84209C','["2026-11-03", "cara@example.org", "First Aid", "soon-01-01", "2027-01-01"]');
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
INSERT INTO "patches" VALUES(1,1,'ecb8d7f189a00543fee8fe5c0a5ffd7b42cec8d3c6432e54af1c19a63ce20728',0,'user_email','bne@example.org','ben@example.org',2,'uploader@example.org','2026-11-29 16:12:55.756835',NULL);
INSERT INTO "patches" VALUES(2,1,'f921c9134d8b9f0b4e9d45c36efd5988dfa64797958d359e7e770c67ad4b92cc',0,'user_email','dan@example.org','cara@example.org',3,'uploader@example.org','2026-11-29 16:12:55.827904',NULL);
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
INSERT INTO "reject_errors" VALUES(1,0,'user_exists','user_email','User email','User doesn''t exist','bne@example.org','No user of this organisation has the User email ''bne@example.org''. Correct it, or load the user first.','');
INSERT INTO "reject_errors" VALUES(2,0,'user_exists','user_email','User email','User doesn''t exist','zoe@example.org','No user of this organisation has the User email ''zoe@example.org''. Correct it, or load the user first.','');
INSERT INTO "reject_errors" VALUES(3,0,'credential_type_exists','credential_type','Credential type','Credential type doesn''t exist','Frist Aid','This organisation has no credential type called ''Frist Aid''; only types that were already created here count. The nearest: ''First Aid''. Choose an existing one, or create it first.','First Aid');
INSERT INTO "reject_errors" VALUES(4,0,'user_exists','user_email','User email','User doesn''t exist','yan@example.org','No user of this organisation has the User email ''yan@example.org''. Correct it, or load the user first.','');
INSERT INTO "reject_errors" VALUES(5,0,'user_exists','user_email','User email','User doesn''t exist','xan@example.org','No user of this organisation has the User email ''xan@example.org''. Correct it, or load the user first.','');
INSERT INTO "reject_errors" VALUES(6,0,'user_exists','user_email','User email','User doesn''t exist','nobody@example.org','No user of this organisation has the User email ''nobody@example.org''. Correct it, or load the user first.','');
INSERT INTO "reject_errors" VALUES(7,0,'date_format','issue_date','Issue date','Invalid date format','soon-01-01','''soon-01-01'' isn''t a date written as YYYY-MM-DD (the format set by the recipe), like ''2026-12-31''. Correct the date, or name its format in the recipe.','');
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
INSERT INTO "rejects" VALUES(1,1,3,1,'ecb8d7f189a00543fee8fe5c0a5ffd7b42cec8d3c6432e54af1c19a63ce20728',0,'fixed','2026-11-29 16:12:55.636223','2026-11-29 16:12:55.787841','uploader@example.org',2,2,NULL,NULL,1,NULL);
INSERT INTO "rejects" VALUES(2,1,4,1,'a4316c00972e0bebbf7dd936aaf82b52399a24edcc61caf20a0d4a16818d042b',0,'waived','2026-11-29 16:12:55.636223','2026-11-29 16:12:55.804646','uploader@example.org',NULL,NULL,NULL,'left in 2020',1,NULL);
INSERT INTO "rejects" VALUES(3,1,5,1,'e7081a2f0d9006e48176ecfbe4d17977317b60c3c48fcf4c6c70661352410b88',0,'open','2026-11-29 16:12:55.636223','2026-11-29 16:12:55.636223','uploader@example.org',NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "rejects" VALUES(4,1,6,1,'3b704bc0a03d1821f99d10322ba59f83a375c7205f17c8b8e89f0240529778e0',0,'superseded','2026-11-29 16:12:55.636223','2026-11-29 16:12:55.787841','uploader@example.org',NULL,NULL,6,NULL,1,NULL);
INSERT INTO "rejects" VALUES(5,1,7,1,'ca69f8e0dd4ad5c0a3397b4a7584c547326c49f0fbaa9a5ad7de46e27f1835be',0,'open','2026-11-29 16:12:55.636223','2026-11-29 16:12:55.636223','uploader@example.org',NULL,NULL,NULL,NULL,1,NULL);
INSERT INTO "rejects" VALUES(6,2,3,1,'3b704bc0a03d1821f99d10322ba59f83a375c7205f17c8b8e89f0240529778e0',0,'open','2026-11-29 16:12:55.636223','2026-11-29 16:12:55.787841','uploader@example.org',NULL,NULL,NULL,NULL,1,NULL);
INSERT INTO "rejects" VALUES(7,3,3,1,'1a8df9f9b331f7f29819e82c940b55f72b374fdf47c23bef1538a46f3f271759',0,'open','2026-11-29 16:12:55.899518','2026-11-29 16:12:55.899518','uploader@example.org',NULL,NULL,NULL,NULL,1,3);
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
INSERT INTO "runs" VALUES(1,1,1,'2026-11-29 16:12:55.636223','partial','mon.csv','{"codes": {"credential_type_exists": 1, "user_exists": 4}, "expected_fields": 5, "headings": ["Report run", "User email", "Credential type", "Issue date", "Expiration date"], "hits": {}, "rejected": 5, "rows": 6, "unknown": {"Frist Aid": 1}}');
INSERT INTO "runs" VALUES(2,1,2,'2026-11-29 16:12:55.787841','partial','r.csv','{"codes": {"user_exists": 1}, "expected_fields": 5, "headings": ["Report run", "User email", "Credential type", "Issue date", "Expiration date"], "hits": {}, "rejected": 1, "rows": 2, "unknown": {}}');
INSERT INTO "runs" VALUES(3,1,3,'2026-11-29 16:12:55.899518','partial','tue.csv','{"codes": {"date_format": 1}, "expected_fields": 5, "headings": ["Report run", "User email", "Credential type", "Issue date", "Expiration date"], "hits": {}, "rejected": 1, "rows": 2, "unknown": {}}');
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
INSERT INTO "source_files" VALUES('23e17f8d408b36c55e8efbb5e87e32dbd2697e8589a265dd0b9d4b03216e4f6b',419,X'5265706F72742072756E2C5573657220656D61696C2C43726564656E7469616C20747970652C497373756520646174652C45787069726174696F6E20646174650A323032362D31312D30322C616E61406578616D706C652E6F72672C4669727374204169642C323032352D30312D30312C323032372D30312D30310A323032362D31312D30322C626E65406578616D706C652E6F72672C4669727374204169642C323032352D30312D30312C323032372D30312D30310A323032362D31312D30322C7A6F65406578616D706C652E6F72672C4669727374204169642C323032352D30312D30312C323032372D30312D30310A323032362D31312D30322C62656E406578616D706C652E6F72672C4672697374204169642C323032352D30312D30312C323032372D30312D30310A323032362D31312D30322C79616E406578616D706C652E6F72672C4669727374204169642C323032352D30312D30312C323032372D30312D30310A323032362D31312D30322C78616E406578616D706C652E6F72672C4669727374204169642C323032352D30312D30312C323032372D30312D30310A');
INSERT INTO "source_files" VALUES('f01c895da373fe9824c9d4cfb4894b8ebdd68675e889a582b11a6b2f13ccc472',219,X'225265706F72742072756E222C225573657220656D61696C222C2243726564656E7469616C2074797065222C2249737375652064617465222C2245787069726174696F6E2064617465220D0A22323032362D31312D3032222C2262656E406578616D706C652E6F7267222C22466972737420416964222C22323032352D30312D3031222C22323032372D30312D3031220D0A22323032362D31312D3032222C226E6F626F6479406578616D706C652E6F7267222C22466972737420416964222C22323032352D30312D3031222C22323032372D30312D3031220D0A');
INSERT INTO "source_files" VALUES('c20deba1a774bff3160053b403c9fbe3bee402bdb29bb0402a4348f80d6db5b9',184,X'5265706F72742072756E2C5573657220656D61696C2C43726564656E7469616C20747970652C497373756520646174652C45787069726174696F6E20646174650A323032362D31312D30332C64616E406578616D706C652E6F72672C4669727374204169642C323032352D30312D30312C323032372D30312D30310A323032362D31312D30332C63617261406578616D706C652E6F72672C4669727374204169642C736F6F6E2D30312D30312C323032372D30312D30310A');
CREATE TABLE sources (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_sources PRIMARY KEY (id),
    CONSTRAINT uq_sources_name UNIQUE (name)
);
INSERT INTO "sources" VALUES(1,'lms');
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