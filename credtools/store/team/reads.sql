-- Reads: who may audit sees everything; everybody else what is their own, see policies.py.
--   logins: of one's person, and of services.
--   sources: those that one of these began, or nobody of the team, and those that an administrator has shared with one;
--     `manual`, under which comes what has no recipe, is nobody's.
--   batches: uploaded by one of these logins, or of one of these sources; and batches that follow such a one.
--   asked: people (ids of users) who were named in this transaction, as by the rows of a file that is judged.
CREATE OR REPLACE FUNCTION {schema}.ct_logins() RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE me text := {schema}.ct_person(session_user::text);
BEGIN
    RETURN QUERY SELECT l.login FROM {schema}.logins l
        WHERE {schema}.ct_known(l.person) = me OR {schema}.ct_is_service(l.login)
    UNION SELECT session_user::text
    UNION SELECT b.by FROM (SELECT DISTINCT b.uploaded_by FROM {schema}.batches b) b (by)  -- also from before the team
        WHERE {schema}.ct_person(b.by) = me;
END $$;
CREATE OR REPLACE FUNCTION {schema}.ct_sources() RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE me text := {schema}.ct_person(session_user::text);
BEGIN
    RETURN QUERY WITH of AS MATERIALIZED (SELECT s.id, s.name, {schema}.ct_root(s.id) AS root FROM {schema}.sources s),
    begun AS (SELECT b.source_id, b.uploaded_by FROM {schema}.batches b WHERE b.id IN
        (SELECT min(f.id) FROM {schema}.batches f WHERE f.state <> 'discarded' GROUP BY f.source_id)),
    shared AS (SELECT DISTINCT ON (e.source, e.login) e.source, e.login, e.kind FROM
        (SELECT (e.text::jsonb ->> 'source')::bigint, e.text::jsonb ->> 'login', e.kind, e.seq FROM {schema}.events e
            WHERE e.kind IN ('share_source', 'unshare_source')) e (source, login, kind, seq)
        ORDER BY e.source, e.login, e.seq DESC),
    mine AS (SELECT b.source_id FROM begun b WHERE b.uploaded_by IN (SELECT {schema}.ct_logins()) OR NOT EXISTS
            (SELECT FROM {schema}.logins l WHERE {schema}.ct_known(l.person) = {schema}.ct_person(b.uploaded_by))
        UNION SELECT s.source FROM shared s WHERE s.kind = 'share_source' AND {schema}.ct_person(s.login) = me)
    SELECT of.id FROM of WHERE of.root IN (SELECT of.root FROM of JOIN mine ON mine.source_id = of.id)
        AND of.root NOT IN (SELECT of.root FROM of WHERE of.name = '{manual}');
END $$;
-- Who began the source of a name that isn't one's own; NULL where one may upload under it.
CREATE OR REPLACE FUNCTION {schema}.ct_taken(source text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE this bigint := (SELECT s.id FROM {schema}.sources s WHERE s.name = ct_taken.source);
BEGIN
    IF this IS NULL OR this IN (SELECT {schema}.ct_sources()) THEN RETURN NULL; END IF;
    this := {schema}.ct_root(this);
    RETURN (SELECT b.uploaded_by FROM {schema}.batches b WHERE b.state <> 'discarded' AND b.source_id IN
        (SELECT s.id FROM {schema}.sources s WHERE s.name <> '{manual}' AND {schema}.ct_root(s.id) = this) ORDER BY b.id LIMIT 1);
END $$;
CREATE OR REPLACE FUNCTION {schema}.ct_batches() RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY WITH RECURSIVE mine (id) AS (
        SELECT b.id FROM {schema}.batches b WHERE b.uploaded_by IN (SELECT {schema}.ct_logins())
            OR b.source_id IN (SELECT {schema}.ct_sources())
        UNION SELECT b.id FROM {schema}.batches b JOIN mine ON b.follows_id = mine.id)
    SELECT mine.id FROM mine;
END $$;
-- The same, and batches of the same bytes: whoever has these may know what became of them.
CREATE OR REPLACE FUNCTION {schema}.ct_same() RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT b.id FROM {schema}.batches b WHERE b.sha256 IN
        (SELECT o.sha256 FROM {schema}.batches o WHERE o.id IN (SELECT {schema}.ct_batches()));
END $$;
-- Those of which one's files or sources speak, whoever wrote what else is stored of them.
CREATE OR REPLACE FUNCTION {schema}.ct_credentials() RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT v.credential_id FROM {schema}.credential_versions v WHERE v.batch_id IN (SELECT {schema}.ct_batches())
        UNION SELECT w.credential_id FROM {schema}.words w WHERE w.source_id IN (SELECT {schema}.ct_sources());
END $$;
CREATE OR REPLACE FUNCTION {schema}.ct_asked() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT unnest(('{' || current_setting('credtools.asked', true) || '}')::bigint[])
$$;
-- Of whom the rows of a batch speak that is one's own, or holds the same bytes.
CREATE OR REPLACE FUNCTION {schema}.ct_people(batch bigint) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF {schema}.ct_may('audit') THEN RETURN; END IF;  -- who sees everything
    RETURN QUERY SELECT DISTINCT c.user_id FROM {schema}.ledger_rows r JOIN {schema}.credential_versions v ON v.id = r.version_id
        JOIN {schema}.credentials c ON c.id = v.credential_id WHERE r.batch_id = batch AND batch IN (SELECT {schema}.ct_same());
END $$;
-- Who holds credentials with one of some numbers, or keys of numbers.
CREATE OR REPLACE FUNCTION {schema}.ct_numbered(numbers text[], keys text[]) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT c.user_id FROM {schema}.credentials c JOIN {schema}.credential_versions v ON v.credential_id = c.id
            WHERE v.number <> '' AND v.number = ANY (numbers)
        UNION SELECT c.user_id FROM {schema}.credentials c WHERE c.number_key <> '' AND c.number_key = ANY (keys);
END $$;
-- The last number of a table of which not everybody sees all rows.
CREATE OR REPLACE FUNCTION {schema}.ct_last(tab text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE last bigint;
BEGIN
    IF tab NOT IN ({numbered}) THEN PERFORM {schema}.ct_refuse('its last number can be read'); END IF;
    EXECUTE format('SELECT coalesce(max(t.id), 0) FROM {schema}.%I t', tab) INTO last;
    RETURN last;
END $$;

{policies}

-- What is here already, unseen, comes again: the same bytes, or what was read in them. Nothing is added then.
CREATE OR REPLACE FUNCTION {schema}.ct_again() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'blob_texts' THEN
        RETURN CASE WHEN EXISTS (SELECT FROM {schema}.blob_texts t WHERE t.sha256 = NEW.sha256) THEN NULL ELSE NEW END;
    END IF;
    IF NOT EXISTS (SELECT FROM {schema}.source_files f WHERE f.sha256 = NEW.sha256) THEN RETURN NEW; END IF;
    UPDATE {schema}.source_files f SET content = NEW.content WHERE f.sha256 = NEW.sha256 AND f.content IS NULL;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ct_again BEFORE INSERT ON {schema}.source_files FOR EACH ROW EXECUTE FUNCTION {schema}.ct_again();
CREATE OR REPLACE TRIGGER ct_again BEFORE INSERT ON {schema}.blob_texts FOR EACH ROW EXECUTE FUNCTION {schema}.ct_again();
