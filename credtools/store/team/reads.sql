-- Reads: raw personal values are seen by who may audit, and by those whose batches they came with. The rest of a registry
-- everybody of the team sees: without the versions of others nobody could say what is new.
--   own: batches that one's person has uploaded, those of services, and batches that follow such a one.
--   shared: of the sources (not `manual`) for which one has uploaded, what its next file needs to be judged: corrections
--   in force, and the rows of rejects that are followed.
CREATE OR REPLACE FUNCTION {schema}.ct_batches() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE us (login) AS MATERIALIZED (
        SELECT l.login FROM {schema}.logins l WHERE {schema}.ct_known(l.person) = {schema}.ct_person(session_user::text)
            OR {schema}.ct_is_service(l.login)
        UNION SELECT session_user::text
        UNION SELECT b.by FROM (SELECT DISTINCT b.uploaded_by FROM {schema}.batches b) b (by)  -- also from before the team
            WHERE {schema}.ct_person(b.by) = {schema}.ct_person(session_user::text)),
    mine (id) AS (
        SELECT b.id FROM {schema}.batches b WHERE b.uploaded_by IN (SELECT us.login FROM us)
        UNION SELECT b.id FROM {schema}.batches b JOIN mine ON b.follows_id = mine.id)
    SELECT id FROM mine
$$;
CREATE OR REPLACE FUNCTION {schema}.ct_sources() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    WITH of AS MATERIALIZED (SELECT s.id, s.name, {schema}.ct_root(s.id) AS root FROM {schema}.sources s)
    SELECT of.id FROM of WHERE of.root IN (SELECT mine.root FROM of mine JOIN {schema}.batches b ON b.source_id = mine.id
        WHERE b.state <> 'discarded' AND b.id IN (SELECT {schema}.ct_batches())
        AND b.uploaded_by IN (SELECT l.login FROM {schema}.logins l
            WHERE {schema}.ct_known(l.person) = {schema}.ct_person(session_user::text)))
    AND of.root NOT IN (SELECT of.id FROM of WHERE of.name = '{manual}')
$$;
CREATE OR REPLACE FUNCTION {schema}.ct_last(tab text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF tab <> 'patches' THEN PERFORM {schema}.ct_refuse('its last number can be read'); END IF;
    RETURN (SELECT coalesce(max(p.id), 0) FROM {schema}.patches p);
END $$;

DO $$
DECLARE tab text; seen text;
BEGIN
    FOR tab, seen IN VALUES
        ('source_files', 'sha256 IN (SELECT b.sha256 FROM {schema}.batches b WHERE b.id IN (SELECT {schema}.ct_batches()))'),
        ('ledger_values', 'batch_id IN (SELECT {schema}.ct_batches()) OR (batch_id, sheet, line, piece) IN (SELECT r.batch_id,'
            ' r.sheet, r.line, r.piece FROM {schema}.rejects r WHERE r.source_id IN (SELECT {schema}.ct_sources())'
            ' AND r.state IN (''open'', ''waived''))'),
        ('ledger_block_values', 'batch_id IN (SELECT {schema}.ct_batches())'),
        ('reject_errors', 'reject_id IN (SELECT r.id FROM {schema}.rejects r WHERE r.batch_id IN (SELECT {schema}.ct_batches())'
            ' OR r.source_id IN (SELECT {schema}.ct_sources()) AND r.state IN (''open'', ''waived''))'),
        ('patches', 'batch_id IN (SELECT {schema}.ct_batches()) OR source_id IN (SELECT {schema}.ct_sources())'),
        ('staged_media', 'batch_id IN (SELECT {schema}.ct_batches())'),
        ('blob_texts', 'sha256 IN (SELECT m.sha256 FROM {schema}.staged_media m UNION SELECT m.sha256 FROM {schema}.media m'
            ' JOIN {schema}.credential_versions v ON v.id = m.version_id WHERE v.batch_id IN (SELECT {schema}.ct_batches()))')
    LOOP
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', tab);
        EXECUTE format('DROP POLICY IF EXISTS ct_reads ON {schema}.%I', tab);
        EXECUTE format('CREATE POLICY ct_reads ON {schema}.%I FOR SELECT USING ((SELECT {schema}.ct_may(''audit'')) OR %s)', tab, seen);
        EXECUTE format('DROP POLICY IF EXISTS ct_comes ON {schema}.%I', tab);
        EXECUTE format('CREATE POLICY ct_comes ON {schema}.%I FOR INSERT WITH CHECK (true)', tab);
        EXECUTE format('DROP POLICY IF EXISTS ct_changes ON {schema}.%I', tab);
        EXECUTE format('CREATE POLICY ct_changes ON {schema}.%I FOR UPDATE USING (true)', tab);
        EXECUTE format('DROP POLICY IF EXISTS ct_goes ON {schema}.%I', tab);
        EXECUTE format('CREATE POLICY ct_goes ON {schema}.%I FOR DELETE USING (true)', tab);
    END LOOP;
END $$;

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
