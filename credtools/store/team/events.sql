-- What a transaction has said and touched. Its own bookkeeping, by the number of the transaction: xmin is another one
-- under a savepoint. Rows of transactions that have ended are nobody's, and go with the next write.
CREATE TABLE IF NOT EXISTS {schema}.ct_open (xid xid8 PRIMARY KEY, closed boolean NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.ct_said (
    xid xid8 NOT NULL, seq bigint NOT NULL, kind text NOT NULL, batch_id bigint, body jsonb NOT NULL, PRIMARY KEY (xid, seq)
);
CREATE TABLE IF NOT EXISTS {schema}.ct_touched (
    xid xid8 NOT NULL, tab text NOT NULL, what text NOT NULL, id bigint NOT NULL, PRIMARY KEY (xid, tab, what, id)
);
ALTER TABLE {schema}.ct_open SET UNLOGGED;
ALTER TABLE {schema}.ct_said SET UNLOGGED;
ALTER TABLE {schema}.ct_touched SET UNLOGGED;

-- Which kinds may change what, see changes.py; '' for none at all. `own`: only of the batch that the event is about.
DROP TABLE IF EXISTS {schema}.ct_changes;
CREATE TABLE {schema}.ct_changes (tab text, what text, kinds text[] NOT NULL, own boolean NOT NULL, PRIMARY KEY (tab, what));
INSERT INTO {schema}.ct_changes VALUES {changes};
DROP TABLE IF EXISTS {schema}.ct_kinds;
CREATE TABLE {schema}.ct_kinds (kind text PRIMARY KEY, rights text[] NOT NULL);
INSERT INTO {schema}.ct_kinds VALUES {kinds};

-- Whoever works as the owner (a deployer, to upgrade) is bound by nothing here; nobody else can set that role.
CREATE OR REPLACE FUNCTION {schema}.ct_deploys() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT current_setting('role') = '{prefix}_owner' $$;

CREATE OR REPLACE FUNCTION {schema}.ct_refuse(why text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RAISE EXCEPTION '%', why USING ERRCODE = '42501'; END $$;

CREATE OR REPLACE FUNCTION {schema}.ct_never() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT {schema}.ct_deploys() THEN PERFORM {schema}.ct_refuse(format('%s of %s is never done', TG_OP, TG_TABLE_NAME)); END IF;
    RETURN NULL;
END $$;

-- Whether this transaction may go on: nothing follows the move of the head, with which everything is checked.
CREATE OR REPLACE FUNCTION {schema}.ct_begin() RETURNS xid8 LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE this xid8 := pg_current_xact_id(); shut boolean;
BEGIN
    INSERT INTO {schema}.ct_open VALUES (this, false) ON CONFLICT DO NOTHING;
    SELECT o.closed INTO shut FROM {schema}.ct_open o WHERE o.xid = this;
    IF shut THEN PERFORM {schema}.ct_refuse('nothing follows the move of the head'); END IF;
    RETURN this;
END $$;

-- The head after an event: its hash, and what it has sealed (the rule: credtools/store/seals.py).
CREATE OR REPLACE FUNCTION {schema}.ct_end(seq bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN told.seals IS NULL THEN e.hash ELSE encode(sha256(convert_to(
        e.hash || encode(sha256(convert_to(told.seals, 'UTF8')), 'hex'), 'UTF8')), 'hex') END
    FROM {schema}.events e CROSS JOIN LATERAL (
        SELECT string_agg(length(s.table_name) || ':' || s.table_name || length(s.key) || ':' || s.key
            || coalesce(2 * length(s.digest) || ':' || encode(s.digest, 'hex'), '~'), ''
            ORDER BY s.table_name COLLATE "C", s.key COLLATE "C") AS seals
        FROM {schema}.seals s WHERE s.event_seq = e.seq) told
    WHERE e.seq = ct_end.seq
$$;

CREATE OR REPLACE FUNCTION {schema}.ct_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE head record; last record; body jsonb; this xid8;
BEGIN
    IF {schema}.ct_deploys() THEN RETURN NEW; END IF;
    this := {schema}.ct_begin();
    SELECT h.seq, h.hash INTO head FROM {schema}.audit_head h FOR UPDATE;  -- the writers stand in line
    SELECT e.seq, e.hash INTO last FROM {schema}.events e ORDER BY e.seq DESC LIMIT 1;
    body := NEW.text::jsonb;
    IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.previous <> (CASE WHEN last.seq > head.seq THEN {schema}.ct_end(last.seq) ELSE head.hash END)
        OR NEW.hash <> encode(sha256(convert_to(NEW.previous || NEW.text, 'UTF8')), 'hex') THEN
        PERFORM {schema}.ct_refuse('this is not the next event of the chain');
    END IF;
    IF jsonb_typeof(body) <> 'object' OR body -> 'seq' IS DISTINCT FROM to_jsonb(NEW.seq)
        OR body ->> 'kind' IS DISTINCT FROM NEW.kind OR body -> 'batch' IS DISTINCT FROM coalesce(to_jsonb(NEW.batch_id), 'null')
        OR coalesce(body ->> 'at', '') !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$'
        OR (SELECT count(*) <> count(DISTINCT k) FROM json_object_keys(NEW.text::json) k) THEN
        PERFORM {schema}.ct_refuse('the columns of this event contradict its text');
    END IF;
    IF body ->> 'by' IS DISTINCT FROM session_user::text THEN
        PERFORM {schema}.ct_refuse('events are written in one''s own name, ' || session_user);
    END IF;
    IF abs(extract(epoch FROM clock_timestamp() - (body ->> 'at')::timestamptz)) > 600 THEN
        PERFORM {schema}.ct_refuse('the clock of this computer is wrong');
    END IF;
    IF NOT {schema}.ct_rights() && coalesce((SELECT k.rights FROM {schema}.ct_kinds k WHERE k.kind = NEW.kind), '{}') THEN
        PERFORM {schema}.ct_refuse(session_user || ' has not the right for events of the kind ' || NEW.kind);
    END IF;
    PERFORM {schema}.ct_about(NEW.kind, NEW.batch_id, body);
    INSERT INTO {schema}.ct_said VALUES (this, NEW.seq, NEW.kind, NEW.batch_id, body);
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ct_event BEFORE INSERT ON {schema}.events FOR EACH ROW EXECUTE FUNCTION {schema}.ct_event();
ALTER TABLE {schema}.events ENABLE ALWAYS TRIGGER ct_event;

-- Batches belong to the person who uploaded them; those of services to all who may upload.
CREATE OR REPLACE FUNCTION {schema}.ct_mine(batch bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM {schema}.batches b WHERE b.id = batch
        AND ({schema}.ct_person(b.uploaded_by) = {schema}.ct_person(session_user) OR {schema}.ct_is_service(b.uploaded_by)))
$$;

-- An uploader's event is about a batch that is theirs; approvers' and administrators' are about any.
CREATE OR REPLACE FUNCTION {schema}.ct_about(kind text, batch bigint, body jsonb) RETURNS void LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE state text; rights text[];
BEGIN
    SELECT k.rights INTO rights FROM {schema}.ct_kinds k WHERE k.kind = ct_about.kind;
    IF batch IS NULL THEN
        IF 'upload' = ANY (rights) AND kind <> 'fail' THEN PERFORM {schema}.ct_refuse('an event of this kind is about a batch'); END IF;
        RETURN;
    END IF;
    SELECT b.state INTO state FROM {schema}.batches b WHERE b.id = batch;
    IF state IS NULL THEN PERFORM {schema}.ct_refuse('there is no such batch'); END IF;
    IF NOT 'upload' = ANY (rights) OR {schema}.ct_mine(batch) OR array_remove(rights, 'upload') && {schema}.ct_rights() THEN
        RETURN;
    END IF;
    -- The same bytes, judged equally before: nothing changes but that they came again, and what came with them.
    IF kind = 'replay' AND state IN ('finished', 'undone') THEN RETURN; END IF;
    IF kind IN ('media', 'compare') AND EXISTS (SELECT FROM {schema}.ct_said s WHERE s.xid = pg_current_xact_id()
        AND s.kind = 'replay' AND s.body -> 'replays' = to_jsonb(batch)) THEN RETURN; END IF;
    PERFORM {schema}.ct_refuse('this batch belongs to another person');
END $$;

-- The head moves to the newest event, as the last step of each write: everything that it did is checked then.
CREATE OR REPLACE FUNCTION {schema}.ct_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE this xid8; last record;
BEGIN
    IF {schema}.ct_deploys() THEN RETURN NEW; END IF;
    this := {schema}.ct_begin();
    SELECT e.seq, e.hash INTO last FROM {schema}.events e ORDER BY e.seq DESC LIMIT 1;
    IF NEW.id <> OLD.id OR NEW.seq <> coalesce(last.seq, 0) OR NEW.hash <> coalesce({schema}.ct_end(last.seq), repeat('0', 64)) THEN
        PERFORM {schema}.ct_refuse('the head is the newest event');
    END IF;
    PERFORM {schema}.ct_check(this);
    DELETE FROM {schema}.ct_said WHERE true;
    DELETE FROM {schema}.ct_touched WHERE true;
    DELETE FROM {schema}.ct_open WHERE xid <> this;
    UPDATE {schema}.ct_open SET closed = true WHERE xid = this;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ct_head BEFORE UPDATE ON {schema}.audit_head FOR EACH ROW EXECUTE FUNCTION {schema}.ct_head();
ALTER TABLE {schema}.audit_head ENABLE ALWAYS TRIGGER ct_head;

-- Whoever has touched anything has moved the head by the end.
CREATE OR REPLACE FUNCTION {schema}.ct_closed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM {schema}.ct_open o WHERE o.xid = NEW.xid AND NOT o.closed) THEN
        PERFORM {schema}.ct_refuse('nothing is written without moving the head');
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS ct_closed ON {schema}.ct_open;
CREATE CONSTRAINT TRIGGER ct_closed AFTER INSERT ON {schema}.ct_open DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION {schema}.ct_closed();
ALTER TABLE {schema}.ct_open ENABLE ALWAYS TRIGGER ct_closed;
