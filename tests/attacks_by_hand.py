"""Attacks that were thought of: what a login may try to become, to switch off, to forge, to do beside what it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks import AT, HARMLESS, HEAD, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credtools.registry import Registry

RECIPE = "UPDATE batches SET recipe_text = 'x', recipe_fingerprint = 'x', schema_name = 'x' WHERE id = 4"
FOREIGN = (
    ("amend", RECIPE),
    ("continue", RECIPE),
    ("count_again", "UPDATE batches SET count_again = true WHERE id = 4"),
    ("discard", "UPDATE batches SET state = 'discarded' WHERE id = 4"),
    ("hold", "UPDATE batches SET state = 'held', held_because = 'x' WHERE id = 4"),
    (
        "finish",
        (
            "UPDATE batches SET state = 'finished', finished_by = session_user, finished_at = now(),"
            " today = now()::date,"
            " judgement = 'x', receipt = '{}' WHERE id = 4"
        ),
    ),
    ("replay", "UPDATE batches SET state = 'discarded', follows_id = 2 WHERE id = 4"),
    ("patch", "UPDATE patches SET removed_at = now() WHERE batch_id IN (2, 4)"),
    ("patch", "UPDATE patches SET new_value = 'x' WHERE batch_id = 4"),
    (
        "patch",
        (
            "INSERT INTO patches SELECT id + 100, source_id, record_digest, digest_kind, digest_columns, ordinal,"
            " column_name, old_value, 'x', batch_id, session_user, now(), NULL FROM patches WHERE batch_id = 4"
        ),
    ),
    ("unstage", "DELETE FROM staged_media WHERE batch_id = 4"),
    ("stage", "INSERT INTO staged_media SELECT 4, 1, 9, 1, sha256, 'x', session_user, now() FROM blobs LIMIT 1"),
    (
        "media",
        (
            "INSERT INTO media (id, version_id, sha256, file_name, added_by, added_at) SELECT 100, 4, sha256, 'x',"
            " session_user, now() FROM blobs LIMIT 1"
        ),
    ),
    ("waive", "UPDATE rejects SET state = 'waived', reason = 'x', changed_by = session_user, changed_at = now()"),
    ("move", "UPDATE batches SET source_id = (SELECT max(id) FROM sources)"),
)
CLAIMS = (
    (
        "decide",
        '\'{"decision": "approved", "versions": [3, 4]}\'',
        "UPDATE credential_versions SET decision = 'approved' WHERE decision = 'pending'",
    ),
    (
        "decide",
        '\'{"decision": "approved", "versions": []}\'',
        "UPDATE credential_versions SET decision = 'approved' WHERE decision = 'pending'",
    ),
    ("undecide", "'{\"versions\": [1]}'", "UPDATE credential_versions SET decision = 'pending' WHERE id = 1"),
    ("resubmit", "'{\"versions\": [1]}'", "UPDATE credential_versions SET decision = 'pending' WHERE id = 1"),
    ("withdraw", "'{\"versions\": [2]}'", "UPDATE credential_versions SET withdrawn = true WHERE id = 2"),
    ("reinstate", "'{\"versions\": [1]}'", "UPDATE credential_versions SET withdrawn = false WHERE id = 1"),
    ("undo", "'{\"versions\": 1}'", "UPDATE credential_versions SET stands = false"),
    ("undo", "'{\"versions\": 1}'", "UPDATE batches SET state = 'undone' WHERE id IN (1, 2)"),
    ("undo", "'{\"versions\": 1}'", "DELETE FROM batch_keys"),
    (
        "finish",
        "'{\"counts\": {}}'",
        "INSERT INTO ledger (batch_id, line, verdict, digest) VALUES (1, 99, 'left_out', '')",
    ),
    ("finish", "'{\"counts\": {}}'", "INSERT INTO ledger_values (batch_id, line, salt, raw) VALUES (1, 99, '', '')"),
    ("finish", "'{\"counts\": {}}'", "UPDATE credentials SET counter = counter + 1"),
    ("finish", "'{\"counts\": {}}'", "UPDATE credentials SET user_id = 1"),
    ("finish", "'{\"counts\": {}}'", "UPDATE words SET state = 'withdrawn'"),
    ("finish", "'{\"counts\": {}}'", "DELETE FROM words"),
    ("media_switch", "'{\"optional\": true}'", "UPDATE batches SET media_optional = true"),
    ("media_switch", "'{\"optional\": true}'", "UPDATE batches SET approval_required = false"),
    (
        "waive",
        "'{\"rejects\": [1]}'",
        (
            "UPDATE rejects SET state = 'waived', for_good = true, reason = 'x',"
            " changed_by = session_user, changed_at = now()"
        ),
    ),
    ("reopen", "'{\"rejects\": [2]}'", "UPDATE rejects SET state = 'open', reason = NULL"),
    ("waive", "'{\"rejects\": [1]}'", "SELECT 1"),
    ("waive", "'{\"rejects\": [2, 3]}'", "SELECT 1"),
    ("media", '\'{"first": 1, "count": 1}\'', "UPDATE media SET version_id = 1"),
    ("compare", "'{\"media\": []}'", "UPDATE media SET scan = 'agrees', compared = 'x'"),
    ("settings", '\'{"key": "x"}\'', "UPDATE settings SET value = 'false'"),
    ("erase", "'{\"versions\": []}'", "UPDATE source_files SET content = NULL"),
)


def by_hand(who: str, prefix: str) -> Iterator[tuple[str, ...]]:
    """Clever ones: what a login may try to become, to switch off, to forge, and to do beside what it may."""
    me, owner = f"{prefix}_{who}", f"{prefix}_owner"
    approve = "UPDATE credential_versions SET decision = 'approved' WHERE decision = 'pending'"
    foreign = "UPDATE batches SET recipe_text = 'headings: {}', recipe_fingerprint = 'x' WHERE id = 4"
    kind, batch, facts = HARMLESS[who]
    mine = event(kind, batch, facts)
    for become in (
        f"SET ROLE {owner}",
        f"SET LOCAL ROLE {owner}",
        "SET SESSION AUTHORIZATION postgres",
        f"SELECT set_config('role', '{owner}', false)",
        f"SELECT set_config('session_authorization', '{owner}', false)",
        "SET session_replication_role = replica",
        f"ALTER ROLE {me} SUPERUSER",
        f"ALTER ROLE {me} BYPASSRLS",
        f"ALTER ROLE {me} SET role = '{owner}'",
        f"GRANT {owner} TO {me}",
        f"GRANT {prefix}_approver TO {me}",
        f"GRANT {prefix}_admin TO {me} WITH ADMIN OPTION",
        f"CREATE ROLE {me}_x LOGIN",
        "ALTER TABLE credential_versions DISABLE TRIGGER ALL",
        "ALTER TABLE events DISABLE TRIGGER ct_event",
        "ALTER TABLE events DISABLE TRIGGER USER",
        "DROP TRIGGER ct_event ON events",
        "CREATE OR REPLACE TRIGGER ct_event BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION ct_never()",
        "ALTER TABLE source_files DISABLE ROW LEVEL SECURITY",
        "DROP POLICY ct_reads ON source_files",
        "CREATE POLICY mine ON source_files USING (true)",
        "CREATE RULE mine AS ON INSERT TO events DO INSTEAD NOTHING",
        "ALTER TABLE events OWNER TO CURRENT_USER",
        "DROP TABLE ct_said",
        "DROP FUNCTION ct_check(xid8) CASCADE",
        "CREATE OR REPLACE FUNCTION ct_check(this xid8) RETURNS void LANGUAGE sql AS 'SELECT'",
        "ALTER FUNCTION ct_check(xid8) RESET ALL",
        "ALTER FUNCTION ct_rights() SECURITY INVOKER",
        "GRANT EXECUTE ON FUNCTION ct_check(xid8) TO PUBLIC",
        "GRANT ALL ON events TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",
        "SECURITY LABEL ON TABLE events IS 'mine'",
        "COMMENT ON TABLE events IS 'mine'",
        "ALTER TABLE events ADD COLUMN x text",
        "ALTER TABLE decisions DROP CONSTRAINT ck_decisions_four_eyes",
        "CREATE INDEX mine ON events (hash)",
        "CREATE VIEW ledger_rows AS SELECT 1",
        "CREATE OR REPLACE VIEW ledger_rows AS SELECT * FROM ledger",
        "UPDATE pg_proc SET prosecdef = false",
        "DELETE FROM pg_trigger",
        "SET LOCAL allow_system_table_mods = on",
        "INSERT INTO ct_kinds VALUES ('mine', '{upload}')",
        "UPDATE ct_kinds SET rights = '{upload,approve,audit,administer}'",
        "UPDATE ct_changes SET kinds = kinds || '{\"\"}'",
        "UPDATE ct_open SET closed = true",
        "DELETE FROM ct_touched",
        "DELETE FROM ct_open",
        "INSERT INTO ct_open VALUES (pg_current_xact_id(), true)",
        "INSERT INTO ct_said VALUES (pg_current_xact_id(), 99, 'decide', 1, '{}')",
        "TRUNCATE ct_said",
        "SELECT ct_begin()",
        "SELECT ct_check(pg_current_xact_id())",
        "SELECT ct_again()",
        "SELECT ct_mine(1)",
        f"SELECT ct_grant('{me}', 'approver', 'x@example.org')",
        f"SELECT ct_revoke('{prefix}_eva', 'admin')",
        f"UPDATE logins SET person = 'ulf@example.org' WHERE login = '{me}'",
        "CREATE TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE TEMP TABLE events (LIKE events)",
        "CREATE TEMP TABLE credential_versions AS SELECT * FROM credential_versions",
        "CREATE FUNCTION pg_temp.now() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
        "CREATE EXTENSION dblink",
        "COPY events FROM '/etc/hostname'",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT lo_import('/etc/hostname')",
        "SELECT pg_read_file('/etc/hostname')",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
        "LOCK TABLE events IN ACCESS EXCLUSIVE MODE",
    ):
        yield (become,)
        yield (become, approve)
        yield (mine, become, approve, HEAD)
    # statements that write in other ways
    for statement in (
        f"WITH done AS ({approve} RETURNING id) SELECT count(*) FROM done",
        f"DO $x$ BEGIN {approve}; EXCEPTION WHEN others THEN NULL; END $x$",
        f"EXPLAIN ANALYZE {approve}",
        (
            "MERGE INTO credential_versions v USING events e ON e.seq = v.id"
            " WHEN MATCHED THEN UPDATE SET decision = 'approved'"
        ),
        "INSERT INTO audit_head VALUES (1, 0, 'x') ON CONFLICT (id) DO UPDATE SET seq = 0, hash = repeat('0', 64)",
        "INSERT INTO settings VALUES ('four_eyes', 'false') ON CONFLICT (key) DO UPDATE SET value = 'false'",
        "COPY settings (key, value) FROM PROGRAM 'echo'",
        "UPDATE ledger_rows SET verdict = 'new'",
        "SELECT * FROM credential_versions FOR UPDATE; " + approve,
    ):
        yield (statement,)
        yield (statement, HEAD)
        yield (mine, statement, HEAD)
        yield ("SAVEPOINT a", statement, "RELEASE a", HEAD)
        yield ("SET CONSTRAINTS ALL IMMEDIATE", mine, statement, HEAD)
        yield ("SET search_path = pg_temp, public", mine, statement, HEAD)
        yield ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", mine, statement, HEAD)
        yield (mine, HEAD, statement)
        yield (mine, HEAD, "SAVEPOINT a", statement, HEAD)
        yield ("SAVEPOINT a", mine, HEAD, "ROLLBACK TO a", statement, HEAD)
        yield ("SAVEPOINT a", mine, statement, "ROLLBACK TO a", statement)
        yield (statement, "PREPARE TRANSACTION 'mine'")
    # events that aren't one's own, or aren't the next
    for wrong in (
        event(kind, batch, facts, f"'{prefix}_bea'"),
        event(kind, batch, facts, "'postgres'"),
        event(kind, batch, facts, "upper(session_user)"),
        event(kind, batch, f"jsonb_build_object('at', {AT.format('-1 day')})"),
        event(kind, batch, f"jsonb_build_object('at', {AT.format('1 hour')})"),
        event(kind, batch, '\'{"at": "now"}\''),
        event(kind, batch, '\'{"kind": "erase"}\''),
        event(kind, batch, "'{\"seq\": 1}'"),
        event(kind, batch, "'{\"batch\": 2}'"),
        event(kind, batch, "'[]'"),
        event("mine", batch),
        event("upgrade", None),
        event("discard", 4),
        event("finish", 1),
        event("finish", 3),
        event("undo", 3),
        event("upload", 1),
        event("upload", None),
        mine.replace("h.seq + 1 AS seq", "h.seq + 2 AS seq"),
        mine.replace("encode(sha256(", "upper(encode(sha256(").replace("'hex')", "'hex'))"),
        mine.replace("hash || said::text", "said::text"),
        mine.replace("said::text, hash,", "said::text, repeat('0', 64),"),
    ):
        yield (wrong,)
        yield (wrong, HEAD)
    yield (mine,)
    yield (mine, mine, HEAD)
    yield ("UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM events WHERE seq = 1)",)
    yield ("UPDATE audit_head SET seq = 0, hash = repeat('0', 64)",)
    yield (mine, "UPDATE audit_head SET seq = seq")
    # what belongs to others, with the very event that such a change takes
    for kind, change in FOREIGN:
        yield (event(kind, 4), change, HEAD)
        yield (change, event(kind, 4), HEAD)
        yield (event(kind, 3), change, HEAD)  # one's own, and another's beside it
        yield (event(kind, 2), change, HEAD)
    for kind, facts, change in CLAIMS:
        for number in (1, 2):
            yield (event(kind, number, facts), change, HEAD)
            yield (change, event(kind, number, facts), HEAD)
    yield (event("amend", 4), foreign, HEAD)


def finish(registry: Registry) -> object:
    return registry.batch(3).finish()


def waive(registry: Registry) -> object:
    return registry.waive(1, [3], "she has left")


def patch(registry: Registry) -> object:
    return registry.batch(3).patch(2, "user_email", "ben@example.org")


def approve(registry: Registry) -> object:
    return registry.approve(2, lines=[3])


def undo(registry: Registry) -> object:
    return registry.undo(2)


# What rides along in the transaction of somebody's own verb.
RIDERS = (
    ("ana", finish, "INSERT INTO ledger (batch_id, line, verdict, digest) VALUES (3, 99, 'left_out', '')"),
    ("ana", finish, "INSERT INTO ledger (batch_id, line, verdict, digest) VALUES (1, 99, 'left_out', '')"),
    ("ana", finish, "INSERT INTO ledger_values (batch_id, line, salt, raw) VALUES (1, 99, '', '')"),
    ("ana", finish, "UPDATE batches SET rows = rows + 1, left_out = left_out + 1 WHERE id = 3"),
    ("ana", finish, "UPDATE batches SET receipt = '{}' WHERE id = 3"),
    ("ana", finish, "UPDATE batches SET recipe_text = 'x' WHERE id = 3"),
    ("ana", finish, "UPDATE batches SET held_because = 'x' WHERE id = 4"),
    ("ana", finish, "UPDATE batches SET state = 'finished', finished_by = session_user WHERE id = 4"),
    ("ana", finish, "UPDATE batches SET whole = false"),
    ("ana", finish, "UPDATE credentials SET counter = counter + 5"),
    ("ana", finish, "UPDATE credentials SET head_version_id = 1"),
    ("ana", finish, "INSERT INTO credentials (id, user_id, type_id, head_version_id, counter) VALUES (99, 3, 2, 1, 1)"),
    ("ana", finish, "UPDATE credential_versions SET withdrawn = NOT withdrawn"),
    ("ana", finish, "UPDATE credential_versions SET decision = 'approved' WHERE decision = 'pending'"),
    (
        "ana",
        finish,
        (
            "INSERT INTO credential_versions (id, credential_id, batch_id, line, issue_date, decision, stands,"
            " salt, digest, digest_kind) SELECT 99, 1, 3, 2, issue_date, 'not_required', true, salt, digest, 2"
            " FROM credential_versions WHERE id = 1"
        ),
    ),
    ("ana", finish, "UPDATE words SET state = 'withdrawn'"),
    ("ana", finish, "DELETE FROM words"),
    (
        "ana",
        finish,
        (
            "UPDATE rejects SET state = 'fixed', fixed_batch_id = 3, fixed_sheet = 1, fixed_line = 2,"
            " fixed_piece = 1, changed_by = session_user, changed_at = now() WHERE batch_id = 2"
        ),
    ),
    ("ana", finish, "UPDATE rejects SET state = 'open', changed_by = session_user, changed_at = now()"),
    (
        "ana",
        finish,
        (
            "INSERT INTO withdrawals (id, version_id, act, batch_id, made_by, made_at, event_seq, stands)"
            " SELECT 99, 1, 'withdrawn', 3, session_user, now(), max(seq), true FROM events"
        ),
    ),
    (
        "ana",
        finish,
        (
            "INSERT INTO withdrawals (id, version_id, act, made_by, made_at, event_seq, stands)"
            " SELECT 99, 1, 'reinstated', session_user, now(), max(seq), true FROM events"
        ),
    ),
    (
        "ana",
        finish,
        (
            "INSERT INTO runs (id, source_id, batch_id, at, verdict, file_name, statistics)"
            " SELECT 99, 2, 2, now(), 'ok', 'x', '{}'"
        ),
    ),
    (
        "ana",
        finish,
        "INSERT INTO batch_keys SELECT source_id, sha256, part, 'x', previous_id, 4 FROM batch_keys LIMIT 1",
    ),
    (
        "ana",
        finish,
        (
            "INSERT INTO reject_errors (reject_id, position, code, column_name, heading, title)"
            " VALUES (1, 9, 'x', 'x', 'x', 'x')"
        ),
    ),
    ("ana", finish, "DELETE FROM staged_media WHERE batch_id = 4"),
    (
        "ana",
        finish,
        (
            "INSERT INTO media (id, version_id, sha256, file_name, added_by, added_at)"
            " SELECT 99, 1, sha256, 'x', session_user, now() FROM blobs LIMIT 1"
        ),
    ),
    ("ana", finish, "INSERT INTO sources (id, name) VALUES (99, 'x')"),
    (
        "ana",
        waive,
        (
            "UPDATE rejects SET state = 'waived', reason = 'x', changed_by = session_user, changed_at = now()"
            " WHERE id = 3"
        ),
    ),
    ("ana", waive, "UPDATE rejects SET reason = 'another' WHERE id = 1"),
    ("ana", patch, "UPDATE patches SET removed_at = now() WHERE batch_id = 4"),
    (
        "ana",
        patch,
        (
            "INSERT INTO patches SELECT id + 100, source_id, record_digest, digest_kind, digest_columns, ordinal,"
            " column_name, old_value, 'x', 4, session_user, now(), NULL FROM patches WHERE batch_id = 3"
        ),
    ),
    ("bea", approve, "UPDATE credential_versions SET decision = 'approved' WHERE decision = 'pending'"),
    ("bea", approve, "UPDATE credential_versions SET decision = 'pending' WHERE decision <> 'pending'"),
    ("bea", approve, "UPDATE credential_versions SET withdrawn = false"),
    ("bea", approve, "UPDATE credential_versions SET stands = false"),
    ("bea", approve, "UPDATE credentials SET head_version_id = NULL"),
    (
        "bea",
        approve,
        (
            "INSERT INTO decisions SELECT id + 100, 1, 'approved', '', uploaded_by, decided_by, decided_at,"
            " event_seq, four_eyes FROM decisions ORDER BY id DESC LIMIT 1"
        ),
    ),
    ("bea", approve, "UPDATE batches SET media_optional = true WHERE id = 2"),
    ("bea", undo, "UPDATE batches SET state = 'undone' WHERE id = 1"),
    ("bea", undo, "UPDATE credential_versions SET stands = false"),
    ("bea", undo, "DELETE FROM batch_keys"),
    ("bea", undo, "DELETE FROM words"),
)
