-- People: whose a login is, what it may do, and who says so. A login's roles are the database's own.
-- Whoever made the roles may hand them on (from PostgreSQL 16 on by a membership that gives no right), and has none.
CREATE OR REPLACE FUNCTION {schema}.ct_has(login text, role text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = login AND NOT r.rolsuper AND login <> '{prefix}_' || role
        AND pg_has_role(r.oid, ('{prefix}_' || role)::regrole, 'USAGE'))
$$;
CREATE OR REPLACE FUNCTION {schema}.ct_rights_of(login text) RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT given.right_ ORDER BY given.right_), '{}') FROM (VALUES {role_rights}) given (role, right_)
    WHERE {schema}.ct_has(login, given.role)
$$;
CREATE OR REPLACE FUNCTION {schema}.ct_rights() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ SELECT {schema}.ct_rights_of(session_user::text) $$;
CREATE OR REPLACE FUNCTION {schema}.ct_may(given text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ SELECT given = ANY ({schema}.ct_rights_of(session_user::text)) $$;
-- To which role of the server a login was granted: by its number, which stays when the role is renamed; written by its
-- name where a server is dumped and restored, for there the numbers are other ones. It is no part of backups or copies.
CREATE TABLE IF NOT EXISTS {schema}.ct_bound (login text PRIMARY KEY, role regrole NOT NULL);
INSERT INTO {schema}.ct_bound SELECT l.login, r.oid FROM {schema}.logins l JOIN pg_roles r ON r.rolname = l.login ON CONFLICT DO NOTHING;
-- Under which name a login was granted: its own, else the last one that it had before it was renamed; else none.
CREATE OR REPLACE FUNCTION {schema}.ct_granted(login text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT l.login FROM {schema}.logins l WHERE l.login = ct_granted.login),
        (SELECT l.login FROM pg_roles r JOIN {schema}.ct_bound b ON b.role = r.oid JOIN {schema}.logins l ON l.login = b.login
        WHERE r.rolname = ct_granted.login ORDER BY l.event_seq DESC LIMIT 1))
$$;
-- Who was renamed since, by the name of now: whose the login is.
CREATE OR REPLACE FUNCTION {schema}.ct_renamed() RETURNS TABLE (login text, person text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT r.rolname::text, l.person FROM {schema}.ct_bound b JOIN pg_roles r ON r.oid = b.role AND r.rolname <> b.login
    JOIN {schema}.logins l ON l.login = {schema}.ct_granted(r.rolname) WHERE l.login <> r.rolname
$$;
-- Whose an address is: the one that user has now, after renaming and merging; an unknown one is itself.
CREATE OR REPLACE FUNCTION {schema}.ct_known(address text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (id, into_) AS (
        (SELECT o.id, o.into_ FROM (
            SELECT 2, u.id, u.merged_into, 0 FROM {schema}.users u
                WHERE u.email_key = lower(btrim(address)) AND u.merged_into IS NULL
            UNION ALL SELECT 1, u.id, u.merged_into, 0 FROM {schema}.users u
                WHERE u.merged_into IS NOT NULL AND lower(btrim(u.email)) = lower(btrim(address))
            UNION ALL SELECT 0, u.id, u.merged_into, f.id FROM {schema}.former_names f JOIN {schema}.users u ON u.id = f.user_id
                WHERE f.key = lower(btrim(address))
        ) o (rank, id, into_, at) ORDER BY o.rank DESC, o.at DESC LIMIT 1)
        UNION ALL SELECT u.id, u.merged_into FROM {schema}.users u JOIN up ON u.id = up.into_)
    SELECT coalesce((SELECT u.email_key FROM {schema}.users u JOIN up ON up.id = u.id AND up.into_ IS NULL), lower(btrim(address)))
$$;
-- An address, or a login that was granted nothing (of a time before the team), is its own person.
CREATE OR REPLACE FUNCTION {schema}.ct_person(login text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT {schema}.ct_known(coalesce((SELECT l.person FROM {schema}.logins l WHERE l.login = (SELECT {schema}.ct_granted(ct_person.login))), login))
$$;
-- A scheduler's login that was taken its role, or is gone, still was one: what it brought goes on belonging to all uploaders.
CREATE OR REPLACE FUNCTION {schema}.ct_is_service(login text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT {schema}.ct_has(login, 'service') OR NOT {schema}.ct_has(login, 'uploader') AND EXISTS (SELECT FROM {schema}.events e
        WHERE e.kind = 'grant' AND e.text::jsonb @> jsonb_build_object('login', login, 'role', 'service'))
$$;

-- Who may administer, or whoever works as the owner, as when the first administrator is made.
CREATE OR REPLACE FUNCTION {schema}.ct_require_admin() RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT ({schema}.ct_may('administer') OR {schema}.ct_deploys()) THEN
        PERFORM {schema}.ct_refuse(session_user || ' may not say who may do what');
    END IF;
END $$;

-- What a grant is refused for, by the reason of its sentence; with what else that speaks of.
CREATE OR REPLACE FUNCTION {schema}.ct_wrong(reason text, about text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RAISE EXCEPTION '%: %', reason, about USING ERRCODE = '22023', CONSTRAINT = reason, DETAIL = about; END $$;

-- The event of this transaction that says so: the last one where a deployer works, of whom nothing is noted.
CREATE OR REPLACE FUNCTION {schema}.ct_told(kind text, login text, role text) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF {schema}.ct_deploys() THEN
        RETURN (SELECT e.seq FROM (SELECT * FROM {schema}.events ORDER BY events.seq DESC LIMIT 1) e WHERE e.kind = ct_told.kind
            AND e.text::jsonb @> jsonb_build_object('login', login, 'role', role));
    END IF;
    PERFORM {schema}.ct_begin();
    RETURN (SELECT max(s.seq) FROM {schema}.ct_said s WHERE s.xid = pg_current_xact_id() AND s.kind = ct_told.kind
        AND s.body @> jsonb_build_object('login', login, 'role', role));
END $$;

-- A grant takes an event of the kind `grant` in the same transaction, with login, role and person: what is sealed and
-- chained is written by the program, who may do what by the database.
CREATE OR REPLACE FUNCTION {schema}.ct_grant(login text, role text, person text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE told bigint; of record; why text;
BEGIN
    PERFORM {schema}.ct_require_admin();
    told := {schema}.ct_told('grant', login, role);
    IF told IS NULL THEN PERFORM {schema}.ct_refuse('no event says that this is granted'); END IF;
    IF role NOT IN ({roles}) THEN PERFORM {schema}.ct_wrong('role_unknown', role); END IF;
    IF coalesce(btrim(person), '') = '' THEN PERFORM {schema}.ct_wrong('person_no_address', person); END IF;
    SELECT * INTO of FROM pg_roles r WHERE r.rolname = login;
    IF of IS NULL THEN PERFORM {schema}.ct_wrong('login_unknown', login); END IF;
    IF NOT of.rolcanlogin THEN PERFORM {schema}.ct_wrong('login_closed', login); END IF;
    why := CASE WHEN of.rolsuper THEN 'SUPERUSER' WHEN of.rolbypassrls THEN 'BYPASSRLS' WHEN of.rolreplication THEN 'REPLICATION'
        WHEN of.rolcreaterole THEN 'CREATEROLE' WHEN pg_has_role(of.oid, '{prefix}_owner'::regrole, 'MEMBER') THEN 'may become {prefix}_owner'
        WHEN pg_has_role(of.oid, (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database()), 'MEMBER')
        THEN 'owns the database' END;
    IF why IS NOT NULL THEN PERFORM {schema}.ct_wrong('login_unbound', why); END IF;
    -- what it did as one person is not another's, by whom four eyes would be told apart
    SELECT l.person INTO why FROM {schema}.logins l WHERE l.login = {schema}.ct_granted(ct_grant.login)
        AND {schema}.ct_known(l.person) <> {schema}.ct_known(ct_grant.person)
        AND (EXISTS (SELECT FROM {schema}.batches b WHERE ct_grant.login IN (b.uploaded_by, b.finished_by) OR l.login IN (b.uploaded_by, b.finished_by))
            OR EXISTS (SELECT FROM {schema}.events e WHERE e.kind = 'resubmit' AND e.text::jsonb ->> 'by' IN (ct_grant.login, l.login)));
    IF why IS NOT NULL THEN PERFORM {schema}.ct_wrong('login_of_another', why); END IF;
    -- by all logins of that person, whichever role is given now: also one that was another's until now
    SELECT string_agg(l.login, ' and ' ORDER BY l.login) FILTER (WHERE l.serves OR l.approves) INTO why
    FROM (SELECT l.login, {schema}.ct_has(l.login, 'service') OR role = 'service' AND l.login = ct_grant.login AS serves,
            {schema}.ct_has(l.login, 'approver') OR role = 'approver' AND l.login = ct_grant.login AS approves
        FROM (SELECT ct_grant.login UNION SELECT r.rolname FROM pg_roles r JOIN {schema}.logins g ON g.login = {schema}.ct_granted(r.rolname)
            WHERE {schema}.ct_known(g.person) = {schema}.ct_known(ct_grant.person)) l (login)) l
    HAVING bool_or(l.serves) AND bool_or(l.approves);
    IF why IS NOT NULL THEN PERFORM {schema}.ct_wrong('roles_apart', why); END IF;
    INSERT INTO {schema}.logins AS l (login, person, granted_by, granted_at, event_seq)
        VALUES (ct_grant.login, btrim(ct_grant.person), session_user, clock_timestamp(), told)
        ON CONFLICT ON CONSTRAINT pk_logins DO UPDATE SET person = EXCLUDED.person, granted_by = EXCLUDED.granted_by,
            granted_at = EXCLUDED.granted_at, event_seq = EXCLUDED.event_seq;
    INSERT INTO {schema}.ct_bound VALUES (ct_grant.login, of.oid)
        ON CONFLICT ON CONSTRAINT ct_bound_pkey DO UPDATE SET role = EXCLUDED.role;
    EXECUTE format('GRANT %I TO %I', '{prefix}_' || role, login);
    IF NOT {schema}.ct_has(login, role) THEN PERFORM {schema}.ct_wrong('login_inherits_nothing', login); END IF;
END $$;

-- The login stays its person's: what it did keeps its name.
CREATE OR REPLACE FUNCTION {schema}.ct_revoke(login text, role text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE through text;
BEGIN
    PERFORM {schema}.ct_require_admin();
    IF {schema}.ct_told('revoke', login, role) IS NULL THEN
        PERFORM {schema}.ct_refuse('no event says that this is revoked');
    END IF;
    IF role NOT IN ({roles}) THEN PERFORM {schema}.ct_wrong('role_unknown', role); END IF;
    IF NOT {schema}.ct_has(login, role) THEN PERFORM {schema}.ct_wrong('role_not_there', role); END IF;
    IF EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
        WHERE m.roleid = ('{prefix}_' || role)::regrole AND r.rolname = login) THEN
        EXECUTE format('REVOKE %I FROM %I', '{prefix}_' || role, login);
    END IF;
    IF {schema}.ct_has(login, role) THEN  -- by another role of the server, or by somebody else's grant
        SELECT min(g.rolname) INTO through FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
            WHERE r.rolname = login AND {schema}.ct_has(g.rolname, role);
        IF through IS NOT NULL THEN PERFORM {schema}.ct_wrong('role_inherited', through); END IF;
        SELECT min(g.rolname) INTO through FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member JOIN pg_roles g ON g.oid = m.grantor
            WHERE m.roleid = ('{prefix}_' || role)::regrole AND r.rolname = login;
        PERFORM {schema}.ct_wrong('role_of_another_grant', through);
    END IF;
    IF role = 'admin' AND NOT {schema}.ct_deploys()
        AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolcanlogin AND {schema}.ct_has(r.rolname, 'admin')) THEN
        PERFORM {schema}.ct_wrong('admin_last', login);
    END IF;
END $$;

-- Whose logins were is forgotten when they are erased, which an event of this transaction says; they stay one person's.
CREATE OR REPLACE FUNCTION {schema}.ct_forget(person text, stand_in text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM {schema}.ct_require_admin();
    PERFORM {schema}.ct_begin();
    IF stand_in NOT LIKE 'erased-%' OR NOT EXISTS (SELECT FROM {schema}.ct_said s WHERE s.xid = pg_current_xact_id() AND s.kind = 'erase') THEN
        PERFORM {schema}.ct_refuse('no event says that somebody is erased');
    END IF;
    UPDATE {schema}.logins l SET person = stand_in WHERE l.person = ct_forget.person;
END $$;

-- Everybody of the team: login, person, roles; `formerly`: under which other name that was granted.
DROP FUNCTION IF EXISTS {schema}.ct_who();
CREATE FUNCTION {schema}.ct_who() RETURNS TABLE (login text, person text, roles text[], granted_by text, granted_at timestamptz, formerly text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.rolname::text, l.person, given.roles, l.granted_by, l.granted_at, nullif(l.login, r.rolname::text)
    FROM pg_roles r LEFT JOIN {schema}.logins l ON l.login = {schema}.ct_granted(r.rolname)
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(one ORDER BY one), '{}') FROM unnest(ARRAY[{roles}]) one
        WHERE {schema}.ct_has(r.rolname, one)) given (roles)
    WHERE r.rolcanlogin AND (l.login IS NOT NULL OR given.roles <> '{}') ORDER BY 1
$$;
