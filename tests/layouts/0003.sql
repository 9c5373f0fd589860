-- What builders.new_history made by the last version with layout 0003, and two files of a source in which one
-- number is written in two ways.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE audit_head (
    id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (id),
    CONSTRAINT ck_audit_head_ck_audit_head_one_row CHECK (id = 1)
);
INSERT INTO "audit_head" VALUES(1,14,'3e45be3738d3bf36485549e55f9032e37cc314d242a91731dbb4d77ffa5384ac');
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
INSERT INTO "batch_keys" VALUES(1,'dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731',1,'df2696baecea799130c1a892af83fbbac6a3ba49017b8621cde9917caff4297f',0,1);
INSERT INTO "batch_keys" VALUES(1,'8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113',1,'59dde2d97024ae6bc6c9d7e6b35ffbedbe77185b6125891205dda5b352654ff5',1,2);
INSERT INTO "batch_keys" VALUES(2,'a21a274f1df1a5b0209de919fb28258a0447615b88b1cc4a53d7dfed13061d77',1,'7c1576b84a9e290e4da49f778d5b0219e692c489f77ff5966ca82d45905b551b',0,4);
INSERT INTO "batch_keys" VALUES(2,'a3ce482b2350a24bfc4d04549f74c04a23b3c4a9d1844cf13d6eac3e05d8302e',1,'7f929df33fe3fc5f2fb50ee09c7795d74e9e54f1e52ddeff8597d51be6d44759',4,5);
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
INSERT INTO "batches" VALUES(1,1,'dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731',1,1,'first.csv','finished','7d3d783b3ce2403592f57a7258d0b8d2','credentials','f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20','schema: credentials
','735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35','df2696baecea799130c1a892af83fbbac6a3ba49017b8621cde9917caff4297f','credential_number,expiration_date,issue_date','part',NULL,0,NULL,'uploader@example.org','2026-11-29 20:02:08.944483','uploader@example.org','2026-11-29 20:02:09.294321','2026-11-29',NULL,NULL,NULL,NULL,4,3,0,0,0,0,1,0,0,'{"audit_head": "248d5339582421274fd202ad565de38b77fe6bbab15b76baf51482a299d2045c", "audit_seq": 4, "judgement": "df2696baecea799130c1a892af83fbbac6a3ba49017b8621cde9917caff4297f", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "schema": "f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20", "sha256": "dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731"}');
INSERT INTO "batches" VALUES(2,1,'8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113',1,1,'second.csv','finished','4560e88d3b14458bb28a2679d561b186','credentials','f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20','schema: credentials
','735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35','59dde2d97024ae6bc6c9d7e6b35ffbedbe77185b6125891205dda5b352654ff5','credential_number,expiration_date,issue_date','part',NULL,0,NULL,'uploader@example.org','2026-11-29 20:02:09.491809','uploader@example.org','2026-11-29 20:02:09.835503','2026-11-29',NULL,NULL,NULL,NULL,3,0,1,1,0,1,0,0,0,'{"audit_head": "4f8b099e9007775f02cc31fb670924ab6dcee7070f10a4ab647565a1e7950879", "audit_seq": 8, "judgement": "59dde2d97024ae6bc6c9d7e6b35ffbedbe77185b6125891205dda5b352654ff5", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "schema": "f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20", "sha256": "8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113"}');
INSERT INTO "batches" VALUES(3,1,'d9f76ea17c10102f62a30d0f370ca4c33d033ef9788c3fae4fcbf1077721cff5',1,1,'third.csv','held','36ca8c1ba4364d45bc611b75d2d3b582','credentials',NULL,'schema: credentials
','735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35',NULL,NULL,'part',NULL,0,NULL,'uploader@example.org','2026-11-29 20:02:10.052549',NULL,NULL,NULL,'None of the 2 rows can be accepted. Look at the causes and correct the recipe.',NULL,NULL,NULL,2,0,0,0,0,0,0,0,2,NULL);
INSERT INTO "batches" VALUES(4,2,'a21a274f1df1a5b0209de919fb28258a0447615b88b1cc4a53d7dfed13061d77',1,1,'hr1.csv','finished','bd9e1cf1aa36453cb2723940e90f0ff1','credentials','f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20','schema: credentials
date_format: YYYY-MM-DD
','c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb','7c1576b84a9e290e4da49f778d5b0219e692c489f77ff5966ca82d45905b551b','credential_number,expiration_date,issue_date','part',NULL,0,NULL,'uploader@example.org','2026-11-29 20:02:10.349602','uploader@example.org','2026-11-29 20:02:10.495309','2026-11-29',NULL,NULL,NULL,NULL,2,2,0,0,0,0,0,0,0,'{"audit_head": "b60df09bbf2b3926fd7e4e15502664aca9eb7c464d662443987e2365477445ec", "audit_seq": 12, "judgement": "7c1576b84a9e290e4da49f778d5b0219e692c489f77ff5966ca82d45905b551b", "recipe": "c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb", "schema": "f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20", "sha256": "a21a274f1df1a5b0209de919fb28258a0447615b88b1cc4a53d7dfed13061d77"}');
INSERT INTO "batches" VALUES(5,2,'a3ce482b2350a24bfc4d04549f74c04a23b3c4a9d1844cf13d6eac3e05d8302e',1,1,'hr2.csv','finished','b4ac27ad9e30473481ac6b57f823d1cd','credentials','f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20','schema: credentials
date_format: YYYY-MM-DD
','c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb','7f929df33fe3fc5f2fb50ee09c7795d74e9e54f1e52ddeff8597d51be6d44759','credential_number,expiration_date,issue_date','part',NULL,0,NULL,'uploader@example.org','2026-11-29 20:02:10.542146','uploader@example.org','2026-11-29 20:02:10.688228','2026-11-29',NULL,NULL,NULL,NULL,2,1,0,0,0,1,0,0,0,'{"audit_head": "3e45be3738d3bf36485549e55f9032e37cc314d242a91731dbb4d77ffa5384ac", "audit_seq": 14, "judgement": "7f929df33fe3fc5f2fb50ee09c7795d74e9e54f1e52ddeff8597d51be6d44759", "recipe": "c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb", "schema": "f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20", "sha256": "a3ce482b2350a24bfc4d04549f74c04a23b3c4a9d1844cf13d6eac3e05d8302e"}');
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
    validity_months INTEGER, merged_into INTEGER CONSTRAINT fk_credential_types_merged_into_credential_types REFERENCES credential_types (id),
    CONSTRAINT pk_credential_types PRIMARY KEY (id),
    CONSTRAINT ck_credential_types_ck_credential_types_expiry CHECK (expiry IN ('required', 'optional', 'never')),
    CONSTRAINT ck_credential_types_ck_credential_types_issue CHECK (issue IN ('required', 'optional', 'never')),
    CONSTRAINT ck_credential_types_ck_credential_types_status CHECK (status IN ('active', 'deactivated')),
    CONSTRAINT uq_credential_types_name_key UNIQUE (name_key)
);
INSERT INTO "credential_types" VALUES(1,'First Aid','first aid','active','optional','required',0,0,1,NULL,NULL);
INSERT INTO "credential_types" VALUES(2,'Forklift','forklift','active','never','required',0,0,0,NULL,NULL);
INSERT INTO "credential_types" VALUES(3,'Licence','licence','active','optional','required',1,0,NULL,NULL,NULL);
INSERT INTO "credential_types" VALUES(4,'Passport','passport','active','optional','required',0,1,1,NULL,NULL);
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
    digest BLOB NOT NULL,
    CONSTRAINT pk_credential_versions PRIMARY KEY (id),
    CONSTRAINT uq_credential_versions_batch_id_sheet_line_piece UNIQUE (batch_id, sheet, line, piece),
    CONSTRAINT ck_credential_versions_decision CHECK (decision IN ('not_required', 'pending', 'approved', 'declined')),
    CONSTRAINT fk_credential_versions_credential_id_credentials FOREIGN KEY (credential_id) REFERENCES credentials (id),
    CONSTRAINT fk_credential_versions_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id),
    CONSTRAINT fk_credential_versions_inherits_id_credential_versions FOREIGN KEY (inherits_id) REFERENCES credential_versions (id),
    CONSTRAINT fk_credential_versions_replaces_id_credential_versions FOREIGN KEY (replaces_id) REFERENCES credential_versions (id)
);
INSERT INTO "credential_versions" VALUES(1,1,1,1,2,1,'2024-01-10','2030-01-10','','{}','credential_number,expiration_date,issue_date',NULL,NULL,'approved',1,0,X'29316D803B131893AEBACCE72FBA267D',X'05D3AA348C9BA5379A309002143FBA26D30F6600155B4BE9E5196897A6EBA726');
INSERT INTO "credential_versions" VALUES(2,2,1,1,4,1,'2024-02-20',NULL,'','{}','credential_number,expiration_date,issue_date',NULL,NULL,'not_required',1,0,X'898A15EFD55DD4351D8C4ECA1F82CA60',X'8348E30C0B574B39E48F2A1EBC58B4E97131C4F6C7D72B1003AD76DEF91A5867');
INSERT INTO "credential_versions" VALUES(3,3,1,1,5,1,'2024-03-05',NULL,'','{}','credential_number,expiration_date,issue_date',NULL,NULL,'declined',1,0,X'C8B9B4AC09293C79114C3ACB64E57F68',X'32653D41E7087EBF6B955031337E0BBE3DF7B8152946188ACBCA78CBACBADFB4');
INSERT INTO "credential_versions" VALUES(4,1,2,1,2,1,'2025-01-10','2031-01-10','','{}','credential_number,expiration_date,issue_date',NULL,NULL,'pending',1,0,X'49FC8BDFB90AE3A90AC572C3D0B49F28',X'F11A0164313492A1ECCA5852146F74A8187D113D54FB34CDACCB61887518B9A3');
INSERT INTO "credential_versions" VALUES(5,2,2,1,3,1,'2020-02-20',NULL,'','{}','credential_number,expiration_date,issue_date',NULL,NULL,'not_required',1,0,X'52388EA602F4B585D413EDB01B2AD4AE',X'A9C624F3AA95AF1340F1EAC46D257690F7B04B016862AE1199C5A59500501223');
INSERT INTO "credential_versions" VALUES(6,4,4,1,2,1,'2024-01-01',NULL,'SC-0041','{}','credential_number,expiration_date,issue_date',NULL,NULL,'pending',1,0,X'C711A2BE487FA92BBA4429CD0D8C9CD8',X'7AE1786E6E691385541A3EAE0CD4C8CA204807E7848E246816917C9A7541D192');
INSERT INTO "credential_versions" VALUES(7,5,4,1,3,1,'2024-03-01',NULL,'sc 0042','{}','credential_number,expiration_date,issue_date',NULL,NULL,'pending',1,0,X'99A8FD901A0BAAF8B34ACEA459171D6A',X'863755561C0E22C4640E232DAE1F6C95B02A9563EAB3E12865D839C0AEE41738');
INSERT INTO "credential_versions" VALUES(8,6,5,1,2,1,'2025-01-01',NULL,'sc 0041','{}','credential_number,expiration_date,issue_date',NULL,NULL,'pending',1,0,X'FB9047FB36489772B6D85510EA5A2BAB',X'0A1112AAD23642B0D8BBC197C4EF1AE75EBEE858B018EAFE8E4429815DEF5E5E');
CREATE TABLE credentials (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    type_id INTEGER NOT NULL,
    number TEXT DEFAULT '' NOT NULL,
    head_version_id INTEGER,
    counter INTEGER NOT NULL, merged_into INTEGER CONSTRAINT fk_credentials_merged_into_credentials REFERENCES credentials (id),
    CONSTRAINT pk_credentials PRIMARY KEY (id),
    CONSTRAINT fk_credentials_type_id_credential_types FOREIGN KEY (type_id) REFERENCES credential_types (id),
    CONSTRAINT fk_credentials_user_id_users FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT uq_credentials_user_id_type_id_number UNIQUE (user_id, type_id, number)
);
INSERT INTO "credentials" VALUES(1,1,1,'',4,2,NULL);
INSERT INTO "credentials" VALUES(2,2,2,'',2,2,NULL);
INSERT INTO "credentials" VALUES(3,3,1,'',3,1,NULL);
INSERT INTO "credentials" VALUES(4,1,3,'SC-0041',6,1,NULL);
INSERT INTO "credentials" VALUES(5,3,3,'sc 0042',7,1,NULL);
INSERT INTO "credentials" VALUES(6,1,3,'sc 0041',8,1,NULL);
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
INSERT INTO "decisions" VALUES(1,1,'approved','','uploader@example.org','approver@example.org','2026-11-29 20:02:09.373376',5,0);
INSERT INTO "decisions" VALUES(2,3,'declined','no signature','uploader@example.org','approver@example.org','2026-11-29 20:02:09.454179',6,0);
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
INSERT INTO "events" VALUES(1,'load',NULL,'{"added": 4, "at": "2026-11-29T20:02:08.783600+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "seq": 1, "what": "users"}','0000000000000000000000000000000000000000000000000000000000000000','036c0190a1cc2dba1ca524254c49b7b17129667c3dfdf9de1df1c233a34eb408');
INSERT INTO "events" VALUES(2,'load',NULL,'{"added": 4, "at": "2026-11-29T20:02:08.859730+00:00", "batch": null, "by": "uploader@example.org", "changed": 0, "deactivated": 0, "kind": "load", "seq": 2, "what": "types"}','036c0190a1cc2dba1ca524254c49b7b17129667c3dfdf9de1df1c233a34eb408','3f0d64897e54a8fc1cddd9f2aa5dedb06a1aa82f1eb1571afc73d13a8c05d1b6');
INSERT INTO "events" VALUES(3,'upload',1,'{"at": "2026-11-29T20:02:08.944483+00:00", "attempt": "7d3d783b3ce2403592f57a7258d0b8d2", "batch": 1, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 3, "sha256": "dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731", "source": "manual"}','3f0d64897e54a8fc1cddd9f2aa5dedb06a1aa82f1eb1571afc73d13a8c05d1b6','26009c7622d9e436bb035b39c2802bb93c64d1f5d79b983794ce40dea3757548');
INSERT INTO "events" VALUES(4,'finish',1,'{"absent": null, "at": "2026-11-29T20:02:09.294321+00:00", "attempt": "7d3d783b3ce2403592f57a7258d0b8d2", "batch": 1, "by": "uploader@example.org", "counts": {"accepted": 3, "left_out": 0, "new": 3, "new_versions": 0, "older": 0, "rejected": 1, "rows": 4, "unchanged": 0, "waiting": 0, "withdrawn": 0}, "judgement": "df2696baecea799130c1a892af83fbbac6a3ba49017b8621cde9917caff4297f", "kind": "finish", "ledger": "a4a2f3177c8de96c5c87bf295c6449254eb7bfd23802095c72fa525572b0fc7a", "listing": "part", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "said": "credential_number,expiration_date,issue_date", "schema": "f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20", "seq": 4, "sha256": "dfde3b2900e9915ded5473813f0412f3723b8bdc6fc019a583e9346e80601731", "versions": "df44812f0af76df1e2b0157b584485c3fa643f74614673b56ec24c90a8c262d1", "withdraws": false}','26009c7622d9e436bb035b39c2802bb93c64d1f5d79b983794ce40dea3757548','248d5339582421274fd202ad565de38b77fe6bbab15b76baf51482a299d2045c');
INSERT INTO "events" VALUES(5,'decide',1,'{"at": "2026-11-29T20:02:09.373376+00:00", "batch": 1, "by": "approver@example.org", "count": 1, "decision": "approved", "kind": "decide", "seq": 5, "versions": [1]}','248d5339582421274fd202ad565de38b77fe6bbab15b76baf51482a299d2045c','701d6d72bb0e134386440e202257cf1fa53016c5693f10025f2313cdac50f396');
INSERT INTO "events" VALUES(6,'decide',1,'{"at": "2026-11-29T20:02:09.454179+00:00", "batch": 1, "by": "approver@example.org", "count": 1, "decision": "declined", "kind": "decide", "seq": 6, "versions": [3]}','701d6d72bb0e134386440e202257cf1fa53016c5693f10025f2313cdac50f396','82731b7d61b1e62f40c403f603d163a50cce675622eb51659fc2f5baf8c93d57');
INSERT INTO "events" VALUES(7,'upload',2,'{"at": "2026-11-29T20:02:09.491809+00:00", "attempt": "4560e88d3b14458bb28a2679d561b186", "batch": 2, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 7, "sha256": "8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113", "source": "manual"}','82731b7d61b1e62f40c403f603d163a50cce675622eb51659fc2f5baf8c93d57','754cb9c5c461505f08989628e0f7362cad9ab431a837bea81656e2e6fe47f17f');
INSERT INTO "events" VALUES(8,'finish',2,'{"absent": null, "at": "2026-11-29T20:02:09.835503+00:00", "attempt": "4560e88d3b14458bb28a2679d561b186", "batch": 2, "by": "uploader@example.org", "counts": {"accepted": 2, "left_out": 0, "new": 0, "new_versions": 1, "older": 1, "rejected": 0, "rows": 3, "unchanged": 1, "waiting": 0, "withdrawn": 0}, "judgement": "59dde2d97024ae6bc6c9d7e6b35ffbedbe77185b6125891205dda5b352654ff5", "kind": "finish", "ledger": "9d4f4a405d8c55422a4f7597ad8b911c9f64bc522b63e67603c868c67ec35eda", "listing": "part", "recipe": "735aa56725404df83317b9d7c81d8d72a402790375b1b6721e7ad60f84db2a35", "said": "credential_number,expiration_date,issue_date", "schema": "f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20", "seq": 8, "sha256": "8e077d470104d22ef7e9c6f6fcbb727c99415c997e2666540fb3757edaecb113", "versions": "539d67f7ca7685dee9fa193e0801c70af7dc40bdcbe517e797b1bf76b89cf6dc", "withdraws": false}','754cb9c5c461505f08989628e0f7362cad9ab431a837bea81656e2e6fe47f17f','4f8b099e9007775f02cc31fb670924ab6dcee7070f10a4ab647565a1e7950879');
INSERT INTO "events" VALUES(9,'upload',3,'{"at": "2026-11-29T20:02:10.052549+00:00", "attempt": "36ca8c1ba4364d45bc611b75d2d3b582", "batch": 3, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 9, "sha256": "d9f76ea17c10102f62a30d0f370ca4c33d033ef9788c3fae4fcbf1077721cff5", "source": "manual"}','4f8b099e9007775f02cc31fb670924ab6dcee7070f10a4ab647565a1e7950879','ad635889383390df6228e94b3212f58edd01d4242bb1d5b9c940b8345a2a6124');
INSERT INTO "events" VALUES(10,'hold',3,'{"at": "2026-11-29T20:02:10.287679+00:00", "attempt": "36ca8c1ba4364d45bc611b75d2d3b582", "batch": 3, "by": "uploader@example.org", "kind": "hold", "rows": 2, "seq": 10}','ad635889383390df6228e94b3212f58edd01d4242bb1d5b9c940b8345a2a6124','5b7bc029f68a327d78b2b34df5446cc8e758a3008c9ce39ced233ab1c9ffde0c');
INSERT INTO "events" VALUES(11,'upload',4,'{"at": "2026-11-29T20:02:10.349602+00:00", "attempt": "bd9e1cf1aa36453cb2723940e90f0ff1", "batch": 4, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 11, "sha256": "a21a274f1df1a5b0209de919fb28258a0447615b88b1cc4a53d7dfed13061d77", "source": "hr"}','5b7bc029f68a327d78b2b34df5446cc8e758a3008c9ce39ced233ab1c9ffde0c','5fa60313e7b71b918f2edb873f986a6cc95b348833a2189bace8199aaccbf918');
INSERT INTO "events" VALUES(12,'finish',4,'{"absent": null, "at": "2026-11-29T20:02:10.495309+00:00", "attempt": "bd9e1cf1aa36453cb2723940e90f0ff1", "batch": 4, "by": "uploader@example.org", "counts": {"accepted": 2, "left_out": 0, "new": 2, "new_versions": 0, "older": 0, "rejected": 0, "rows": 2, "unchanged": 0, "waiting": 0, "withdrawn": 0}, "judgement": "7c1576b84a9e290e4da49f778d5b0219e692c489f77ff5966ca82d45905b551b", "kind": "finish", "ledger": "ae22e26e372fb66d6141ad93e46b3fc024a790fb915de82d79ecdffe46c4bf9e", "listing": "part", "recipe": "c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb", "said": "credential_number,expiration_date,issue_date", "schema": "f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20", "seq": 12, "sha256": "a21a274f1df1a5b0209de919fb28258a0447615b88b1cc4a53d7dfed13061d77", "versions": "e9c6797369bf4fd03c5f65857f1bfa5e7bf3c449bee7454b91592c07781a41ea", "withdraws": false}','5fa60313e7b71b918f2edb873f986a6cc95b348833a2189bace8199aaccbf918','b60df09bbf2b3926fd7e4e15502664aca9eb7c464d662443987e2365477445ec');
INSERT INTO "events" VALUES(13,'upload',5,'{"at": "2026-11-29T20:02:10.542146+00:00", "attempt": "b4ac27ad9e30473481ac6b57f823d1cd", "batch": 5, "by": "uploader@example.org", "kind": "upload", "part": 1, "seq": 13, "sha256": "a3ce482b2350a24bfc4d04549f74c04a23b3c4a9d1844cf13d6eac3e05d8302e", "source": "hr"}','b60df09bbf2b3926fd7e4e15502664aca9eb7c464d662443987e2365477445ec','c84ed19740d0f2018c04be004d5ed5c1cb418c4d331d9ec1f39083a2ca8eac3f');
INSERT INTO "events" VALUES(14,'finish',5,'{"absent": null, "at": "2026-11-29T20:02:10.688228+00:00", "attempt": "b4ac27ad9e30473481ac6b57f823d1cd", "batch": 5, "by": "uploader@example.org", "counts": {"accepted": 1, "left_out": 0, "new": 1, "new_versions": 0, "older": 0, "rejected": 0, "rows": 2, "unchanged": 1, "waiting": 0, "withdrawn": 0}, "judgement": "7f929df33fe3fc5f2fb50ee09c7795d74e9e54f1e52ddeff8597d51be6d44759", "kind": "finish", "ledger": "8fe5c1e9a7c1b0a272ca6644b8b147712c86742bf953ba7b97bb3159d9aa96a3", "listing": "part", "recipe": "c70cb1ad5c354300d4811c0a2ea4ff9f4a30762310b48a0ed58ec918d1ddf5bb", "said": "credential_number,expiration_date,issue_date", "schema": "f80aef5f50d90f307c3ea4d55af897ba0706ae856d59c566b7c31e152bf37d20", "seq": 14, "sha256": "a3ce482b2350a24bfc4d04549f74c04a23b3c4a9d1844cf13d6eac3e05d8302e", "versions": "e62f4f4e28ed8911cba630bb9e88a49fc3589a647635a3e92a76f94e550751bb", "withdraws": false}','c84ed19740d0f2018c04be004d5ed5c1cb418c4d331d9ec1f39083a2ca8eac3f','3e45be3738d3bf36485549e55f9032e37cc314d242a91731dbb4d77ffa5384ac');
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
INSERT INTO "ledger" VALUES(1,1,2,1,'new','',NULL,1,X'EA0C129963D19DA0A4C8A0116C1420A0E2CF46967ED4C1A623365E981A30DF6A');
INSERT INTO "ledger" VALUES(1,1,3,1,'rejected','user_exists',NULL,NULL,X'660A69E3D653201A81353CA3436A45C068A42A31CF099518FB8F3E7EEA2587A6');
INSERT INTO "ledger" VALUES(1,1,4,1,'new','',NULL,2,X'4586A85BDD2144D099167A0DFDE566D6D730455B197DBB3EAD0E8A42F1F05B63');
INSERT INTO "ledger" VALUES(1,1,5,1,'new','',NULL,3,X'8847F355A6F2B113405FDC6C1AA3B729B57F9D86182301BAA5DA5847EB462A5B');
INSERT INTO "ledger" VALUES(2,1,2,1,'new_version','',NULL,4,X'58DB2DAC031D5F72191CDFBBA2C62691BF719E3926694A3B0B56821D755CDBEB');
INSERT INTO "ledger" VALUES(2,1,3,1,'older','',NULL,5,X'F11C3EE6E0B48020EA4765A59565AD6FC16D77138F932E4E3F5AF5EB48C352B8');
INSERT INTO "ledger" VALUES(4,1,2,1,'new','',NULL,6,X'28CEA036E09FDA2F2C28EC289674396AE492B364936A151942477A9C7B848447');
INSERT INTO "ledger" VALUES(4,1,3,1,'new','',NULL,7,X'F69615372CC0CC0057656DF53752B18EA2D5F2CA7585EB9FA9C6B5B52EF917EC');
INSERT INTO "ledger" VALUES(5,1,2,1,'new','',NULL,8,X'BFDFF82581B422002EEBCBB48042DE0B922212E35CAFF2DF3E602F6B57A362F1');
CREATE TABLE ledger_block_values (
    batch_id INTEGER NOT NULL,
    salts BLOB NOT NULL,
    raw BLOB NOT NULL,
    CONSTRAINT pk_ledger_block_values PRIMARY KEY (batch_id),
    CONSTRAINT fk_ledger_block_values_batch_id_ledger_blocks FOREIGN KEY (batch_id) REFERENCES ledger_blocks (batch_id)
);
INSERT INTO "ledger_block_values" VALUES(2,X'2865FDB5B3CDAA9486A6962CF05B1AB1',X'78018B568A8E514A4ACD7348AD48CC2DC849D5CB2F4A8F51D251885172CB2FCACEC94C2B81F08C0C8C4C740D8C748D0C207C1819AB140B00BF6612CF');
INSERT INTO "ledger_block_values" VALUES(5,X'930FAC7348BF54B1B9AF9E48BB6E14FB',X'78018B568A8E514A4E2C4A7448AD48CC2DC849D5CB2F4A8F51D2518851F2C94C4ECD4B4E85708C0C8C4C740D8C750D0C217C08599CAC6060606214A314AB140B0043DA145F');
CREATE TABLE ledger_blocks (
    batch_id INTEGER NOT NULL,
    rows TEXT NOT NULL,
    digests BLOB NOT NULL,
    CONSTRAINT pk_ledger_blocks PRIMARY KEY (batch_id),
    CONSTRAINT fk_ledger_blocks_batch_id_batches FOREIGN KEY (batch_id) REFERENCES batches (id)
);
INSERT INTO "ledger_blocks" VALUES(2,'[[1,4,1,2]]',X'97C8CDA4E8686BD9985B3C6A31CF1EB3D42092F1EACF07CB5581E9162FBF052D');
INSERT INTO "ledger_blocks" VALUES(5,'[[1,3,1,7]]',X'D18516756511DAD8A3922C8970E5425553E1F39095737AEE6A352ADD527CA44A');
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
INSERT INTO "ledger_values" VALUES(1,1,2,1,X'6E5A7161530D5B37760BA220DFEC9118','["ana@example.org", "First Aid", "2024-01-10", "2030-01-10", ""]');
INSERT INTO "ledger_values" VALUES(1,1,3,1,X'14777BFFEAFAA6F0196A61EF2E59CC75','["zoe@example.org", "First Aid", "2024-04-01", "", ""]');
INSERT INTO "ledger_values" VALUES(1,1,4,1,X'D623A3621B5D80C9E0182E67A00E456F','["ben@example.org", "Forklift", "2024-02-20", "", ""]');
INSERT INTO "ledger_values" VALUES(1,1,5,1,X'03F2C194FB9297A393537E0C1151C2DE','["cara@example.org", "First Aid", "2024-03-05", "", ""]');
INSERT INTO "ledger_values" VALUES(2,1,2,1,X'BC99B5D97DD15A1F9A6CE62BF6A11F06','["ana@example.org", "First Aid", "2025-01-10", "2031-01-10", ""]');
INSERT INTO "ledger_values" VALUES(2,1,3,1,X'ED76076859A85132475917A4CE2C50B7','["ben@example.org", "Forklift", "2020-02-20", "", ""]');
INSERT INTO "ledger_values" VALUES(4,1,2,1,X'17CBECCB05391B303548EB37BBE4DE11','["ana@example.org", "Licence", "2024-01-01", "", "SC-0041"]');
INSERT INTO "ledger_values" VALUES(4,1,3,1,X'693416826D3625BABA45D05693630E36','["cara@example.org", "Licence", "2024-03-01", "", "sc 0042"]');
INSERT INTO "ledger_values" VALUES(5,1,2,1,X'D8EA917A2B7FC518BBFA49C88FF4034C','["ana@example.org", "Licence", "2025-01-01", "", "sc 0041"]');
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
INSERT INTO "rejects" VALUES(1,1,1,3,1,1,'935557fc50fda6277fc20033cf5d6ed53f6e4afbff98496c9156aa8e66653d16',1,'user_email,credential_type,issue_date,expiration_date,credential_number',0,'open','2026-11-29 20:02:09.294321','2026-11-29 20:02:09.294321','uploader@example.org',NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL);
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
INSERT INTO "runs" VALUES(1,1,1,'2026-11-29 20:02:09.294321','partial','first.csv','{"attempt": "7d3d783b3ce2403592f57a7258d0b8d2", "codes": {"user_exists": 1}, "expected_fields": 5, "headings": ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"], "hits": {}, "rejected": 1, "rows": 4, "unknown": {}, "warnings": []}');
INSERT INTO "runs" VALUES(2,1,2,'2026-11-29 20:02:09.835503','ok','second.csv','{"attempt": "4560e88d3b14458bb28a2679d561b186", "codes": {}, "expected_fields": 5, "headings": ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"], "hits": {}, "rejected": 0, "rows": 3, "unknown": {}, "warnings": [{"code": "older_than_stored", "count": 1, "sentence": "Older than what is stored (1 row). An earlier version of the credential; the newest one stays. Nothing needs to be done unless the earlier one is right; then undo the upload with the newer one first."}]}');
INSERT INTO "runs" VALUES(3,1,3,'2026-11-29 20:02:10.287679','held','third.csv','{"attempt": "36ca8c1ba4364d45bc611b75d2d3b582", "codes": {"user_exists": 2}, "expected_fields": 5, "headings": ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"], "hits": {}, "rejected": 2, "rows": 2, "unknown": {}, "warnings": []}');
INSERT INTO "runs" VALUES(4,2,4,'2026-11-29 20:02:10.495309','ok','hr1.csv','{"attempt": "bd9e1cf1aa36453cb2723940e90f0ff1", "codes": {}, "expected_fields": 5, "headings": ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"], "hits": {}, "rejected": 0, "rows": 2, "unknown": {}, "warnings": []}');
INSERT INTO "runs" VALUES(5,2,5,'2026-11-29 20:02:10.688228','ok','hr2.csv','{"attempt": "b4ac27ad9e30473481ac6b57f823d1cd", "codes": {}, "expected_fields": 5, "headings": ["User email", "Credential type", "Issue date", "Expiration date", "Credential number"], "hits": {}, "rejected": 0, "rows": 2, "unknown": {}, "warnings": []}');
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
INSERT INTO "source_files" VALUES('a21a274f1df1a5b0209de919fb28258a0447615b88b1cc4a53d7dfed13061d77',161,X'5573657220656D61696C2C43726564656E7469616C20747970652C497373756520646174652C45787069726174696F6E20646174652C43726564656E7469616C206E756D6265720A616E61406578616D706C652E6F72672C4C6963656E63652C323032342D30312D30312C2C53432D303034310A63617261406578616D706C652E6F72672C4C6963656E63652C323032342D30332D30312C2C736320303034320A');
INSERT INTO "source_files" VALUES('a3ce482b2350a24bfc4d04549f74c04a23b3c4a9d1844cf13d6eac3e05d8302e',161,X'5573657220656D61696C2C43726564656E7469616C20747970652C497373756520646174652C45787069726174696F6E20646174652C43726564656E7469616C206E756D6265720A616E61406578616D706C652E6F72672C4C6963656E63652C323032352D30312D30312C2C736320303034310A63617261406578616D706C652E6F72672C4C6963656E63652C323032342D30332D30312C2C736320303034320A');
CREATE TABLE sources (
    id INTEGER NOT NULL,
    name TEXT NOT NULL, merged_into INTEGER CONSTRAINT fk_sources_merged_into_sources REFERENCES sources (id),
    CONSTRAINT pk_sources PRIMARY KEY (id),
    CONSTRAINT uq_sources_name UNIQUE (name)
);
INSERT INTO "sources" VALUES(1,'manual',NULL);
INSERT INTO "sources" VALUES(2,'hr',NULL);
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
CREATE TABLE users (
    id INTEGER NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    external_id TEXT,
    name TEXT DEFAULT '' NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    deactivated_on DATE,
    date_format TEXT, merged_into INTEGER CONSTRAINT fk_users_merged_into_users REFERENCES users (id),
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_ck_users_status CHECK (status IN ('active', 'deactivated')),
    CONSTRAINT uq_users_email_key UNIQUE (email_key),
    CONSTRAINT uq_users_external_id UNIQUE (external_id)
);
INSERT INTO "users" VALUES(1,'ana@example.org','ana@example.org','E-1','Ana Silva','active',NULL,NULL,NULL);
INSERT INTO "users" VALUES(2,'ben@example.org','ben@example.org','E-2','Ben Okafor','active',NULL,NULL,NULL);
INSERT INTO "users" VALUES(3,'cara@example.org','cara@example.org',NULL,'Cara Lind','active',NULL,NULL,NULL);
INSERT INTO "users" VALUES(4,'dora@example.org','dora@example.org','E-4','Dora Quist','deactivated','2025-01-31',NULL,NULL);
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
INSERT INTO "words" VALUES(2,4,0,'valid',6,4,'2026-11-29 20:02:10.495309','credential_number,expiration_date,issue_date','2024-01-01',NULL,'SC-0041','{}');
INSERT INTO "words" VALUES(2,5,0,'valid',7,4,'2026-11-29 20:02:10.495309','credential_number,expiration_date,issue_date','2024-03-01',NULL,'sc 0042','{}');
INSERT INTO "words" VALUES(2,6,0,'valid',8,5,'2026-11-29 20:02:10.688228','credential_number,expiration_date,issue_date','2025-01-01',NULL,'sc 0041','{}');
CREATE INDEX ix_credentials_type_id ON credentials (type_id);
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
COMMIT;
