-- The check of a whole write, when the head moves: every change has its event, and every event its change.
CREATE OR REPLACE FUNCTION {schema}.ct_root(source bigint) RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (id, into_) AS (SELECT s.id, s.merged_into FROM {schema}.sources s WHERE s.id = source
        UNION ALL SELECT s.id, s.merged_into FROM {schema}.sources s JOIN up ON s.id = up.into_)
    SELECT id FROM up WHERE into_ IS NULL
$$;

CREATE OR REPLACE FUNCTION {schema}.ct_check(this xid8) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE wrong record; one record; tabs text[];
BEGIN
    SELECT array_agg(DISTINCT t.tab) INTO tabs FROM {schema}.ct_touched t WHERE t.xid = this;
    SELECT t.tab, t.what INTO wrong FROM
        (SELECT DISTINCT t.tab, t.what, CASE WHEN c.own THEN t.id END AS id, c.kinds
         FROM {schema}.ct_touched t LEFT JOIN {schema}.ct_changes c USING (tab, what) WHERE t.xid = this) t
    WHERE NOT coalesce('' = ANY (t.kinds), false) AND NOT EXISTS (
        SELECT FROM {schema}.ct_said s WHERE s.xid = this AND s.kind = ANY (t.kinds)
        AND (t.id IS NULL OR s.batch_id = t.id OR s.kind = 'erase')) LIMIT 1;
    IF wrong IS NOT NULL THEN
        PERFORM {schema}.ct_refuse(format('no event of this transaction says why %s of %s changes', wrong.what, wrong.tab));
    END IF;
    -- rows that name their event name one of this transaction
    SELECT t.tab INTO wrong FROM {schema}.ct_touched t WHERE t.xid = this AND t.what = 'INSERT'
        AND t.tab IN ('decisions', 'seals', 'user_facts', 'type_facts', 'former_names')
        AND NOT EXISTS (SELECT FROM {schema}.ct_said s WHERE s.xid = this AND s.seq = t.id) LIMIT 1;
    IF wrong IS NOT NULL THEN PERFORM {schema}.ct_refuse(format('a row of %s names another event', wrong.tab)); END IF;
    PERFORM {schema}.ct_check_batches(this);
    FOR one IN SELECT * FROM {schema}.ct_said s WHERE s.xid = this AND s.kind = 'finish' LOOP
        PERFORM {schema}.ct_check_finish(this, one.batch_id, one.body);
    END LOOP;
    PERFORM {schema}.ct_check_decisions(this);
    IF tabs && '{rejects}' THEN PERFORM {schema}.ct_check_rejects(this); END IF;
    IF tabs && '{settings}' AND EXISTS (SELECT FROM {schema}.ct_touched t WHERE t.xid = this AND t.tab = 'settings'
        AND NOT EXISTS (SELECT FROM {schema}.ct_said s JOIN {schema}.settings k ON k.key = s.body ->> 'key'
        AND k.value = s.body ->> 'value' WHERE s.xid = this AND s.kind = 'settings' AND hashtextextended(k.key, 0) = t.id)) THEN
        PERFORM {schema}.ct_refuse('another setting is not what the event is about');
    END IF;
    IF tabs && '{words,runs,patches,media}' THEN PERFORM {schema}.ct_check_rows(this); END IF;
END $$;

CREATE OR REPLACE FUNCTION {schema}.ct_check_batches(this xid8) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE wrong record;
BEGIN
    SELECT s.kind, s.batch_id INTO wrong FROM {schema}.ct_said s JOIN {schema}.batches b ON b.id = s.batch_id
    CROSS JOIN LATERAL (SELECT
        EXISTS (SELECT FROM {schema}.ct_touched t WHERE (t.xid, t.tab, t.what, t.id) = (this, 'batches', 'state', b.id)),
        EXISTS (SELECT FROM {schema}.ct_touched t WHERE (t.xid, t.tab, t.what, t.id) = (this, 'batches', 'INSERT', b.id))
    ) now (turned, made)
    WHERE s.xid = this AND NOT CASE s.kind
        WHEN 'upload' THEN now.made AND s.body ->> 'sha256' = b.sha256
        WHEN 'finish' THEN now.turned AND b.state = 'finished'
        WHEN 'undo' THEN now.turned AND b.state = 'undone'
        WHEN 'hold' THEN b.state = 'held'
        WHEN 'discard' THEN now.turned AND b.state = 'discarded' AND ({schema}.ct_mine(b.id)  -- or nothing is left of it
            OR EXISTS (SELECT FROM {schema}.ct_said e WHERE e.xid = this AND e.kind = 'erase'))
        WHEN 'replay' THEN now.turned AND b.state = 'discarded' AND to_jsonb(b.follows_id) = s.body -> 'replays'
            AND EXISTS (SELECT FROM {schema}.batches e WHERE e.id = b.follows_id AND e.state = 'finished' AND e.sha256 = b.sha256)
            OR NOT now.turned AND b.state = 'finished' AND to_jsonb(b.id) = s.body -> 'replays'
        WHEN 'withdraw' THEN b.state IN ('finished', 'undone')
        WHEN 'reinstate' THEN b.state IN ('finished', 'undone')
        WHEN 'move' THEN true WHEN 'waive' THEN true WHEN 'reopen' THEN true
        WHEN 'media_switch' THEN b.state IN ('draft', 'held', 'finished')
        ELSE CASE WHEN s.kind IN ('media', 'compare', 'decide', 'undecide', 'resubmit') THEN b.state = 'finished'
            ELSE b.state IN ('draft', 'held') END
    END LIMIT 1;
    IF wrong IS NOT NULL THEN
        PERFORM {schema}.ct_refuse(format('batch %s is not as the event %s says', wrong.batch_id, wrong.kind));
    END IF;
    IF EXISTS (SELECT FROM {schema}.ct_said s WHERE s.xid = this
        AND s.kind IN ('upload', 'finish', 'undo', 'hold', 'discard', 'replay') GROUP BY s.batch_id HAVING count(*) >
        CASE WHEN 'upload' = ANY (array_agg(s.kind)) THEN 2 ELSE 1 END) THEN
        PERFORM {schema}.ct_refuse('a batch ends once');
    END IF;
    SELECT b.id INTO wrong FROM {schema}.ct_touched t JOIN {schema}.batches b ON b.id = t.id
    WHERE t.xid = this AND t.tab = 'batches' AND t.what = 'state' AND NOT EXISTS (
        SELECT FROM {schema}.ct_said s WHERE s.xid = this AND s.batch_id = b.id AND s.kind = ANY (CASE b.state
        WHEN 'finished' THEN '{finish}' WHEN 'held' THEN '{hold}' WHEN 'undone' THEN '{undo}'
        ELSE '{discard,replay}' END::text[])) LIMIT 1;
    IF wrong IS NOT NULL THEN PERFORM {schema}.ct_refuse(format('no event says what became of batch %s', wrong.id)); END IF;
    -- nobody uploads under a source that others began, but whom an administrator has let in
    IF NOT {schema}.ct_may('administer') THEN
        SELECT s.batch_id AS id INTO wrong FROM {schema}.ct_said s JOIN {schema}.batches b ON b.id = s.batch_id
            JOIN {schema}.sources o ON o.id = b.source_id WHERE s.xid = this AND s.kind IN ('upload', 'move')
            AND {schema}.ct_taken(o.name) IS NOT NULL LIMIT 1;
        IF wrong IS NOT NULL THEN PERFORM {schema}.ct_refuse('this source belongs to others'); END IF;
    END IF;
    -- exactly those move that the event names, each to its source; an uploader's own
    WITH named AS (SELECT one.id::bigint AS id, s.body -> 'source' AS source FROM {schema}.ct_said s
        CROSS JOIN LATERAL jsonb_array_elements_text(s.body -> 'batches') one (id) WHERE s.xid = this AND s.kind = 'move'),
    turned AS (SELECT t.id FROM {schema}.ct_touched t WHERE (t.xid, t.tab, t.what) = (this, 'batches', 'source_id'))
    SELECT coalesce(n.id, t.id) AS id INTO wrong FROM named n FULL JOIN turned t ON t.id = n.id
    LEFT JOIN {schema}.batches b ON b.id = n.id WHERE n.id IS NULL OR t.id IS NULL OR to_jsonb(b.source_id) <> n.source
        OR NOT ({schema}.ct_may('administer') OR {schema}.ct_mine(b.id)) LIMIT 1;
    IF wrong IS NOT NULL THEN PERFORM {schema}.ct_refuse(format('batch %s is not to be moved', wrong.id)); END IF;
END $$;

-- A finished batch is what its event says: made again from the rows themselves, whatever the program had found.
CREATE OR REPLACE FUNCTION {schema}.ct_check_finish(this xid8, batch bigint, body jsonb) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE b {schema}.batches; found jsonb; block record; inside int := 0; sum_ text; org boolean; same_day boolean; low bigint; high bigint;
BEGIN
    SELECT * INTO b FROM {schema}.batches WHERE id = batch;
    IF (body ->> 'judgement', body ->> 'sha256', body ->> 'recipe', body ->> 'schema', body ->> 'said', body ->> 'listing',
        (body ->> 'withdraws')::boolean, body ->> 'absent', body ->> 'digests') IS DISTINCT FROM (b.judgement, b.sha256,
        b.recipe_fingerprint, b.schema_fingerprint, b.said, b.listing, b.withdraws, b.absent, '2') THEN
        PERFORM {schema}.ct_refuse('the batch is not as its event says');
    END IF;
    -- conservation
    SELECT k.rows, k.digests INTO block FROM {schema}.ledger_blocks k WHERE k.batch_id = batch;
    IF block IS NOT NULL THEN
        inside := json_array_length(block.rows::json);
        IF length(block.digests) <> 32 * inside OR EXISTS (SELECT FROM json_array_elements(block.rows::json) one
            LEFT JOIN {schema}.credential_versions v ON v.id = (one ->> 3)::bigint WHERE v.id IS NULL) THEN
            PERFORM {schema}.ct_refuse('the unchanged rows are not whole');
        END IF;
    END IF;
    SELECT jsonb_object_agg(verdict, n) INTO found FROM
        (SELECT l.verdict, count(*) AS n FROM {schema}.ledger l WHERE l.batch_id = batch GROUP BY l.verdict) counted;
    found := coalesce(found, '{}');
    found := jsonb_build_object('new', coalesce(found -> 'new', '0'), 'new_versions', coalesce(found -> 'new_version', '0'),
        'older', coalesce(found -> 'older', '0'), 'withdrawn', coalesce(found -> 'withdrawn', '0'),
        'unchanged', coalesce((found ->> 'unchanged')::int, 0) + inside, 'rejected', coalesce(found -> 'rejected', '0'),
        'left_out', coalesce(found -> 'left_out', '0'), 'waiting', 0);
    IF found <> jsonb_build_object('new', b.new, 'new_versions', b.new_versions, 'older', b.older, 'withdrawn', b.withdrawn,
            'unchanged', b.unchanged, 'rejected', b.rejected, 'left_out', b.left_out, 'waiting', b.waiting)
        OR found || jsonb_build_object('rows', b.rows, 'accepted', b.new + b.new_versions + b.older + b.withdrawn) <> body -> 'counts' THEN
        PERFORM {schema}.ct_refuse('the counts of the batch are not those of its rows');
    END IF;
    -- accepted rows and versions, rejected rows and rejects
    IF EXISTS (SELECT FROM (SELECT * FROM {schema}.ledger WHERE batch_id = batch AND verdict IN ('new', 'new_version', 'older')) l
        FULL JOIN (SELECT * FROM {schema}.credential_versions WHERE batch_id = batch) v ON v.id = l.version_id
        AND (v.sheet, v.line, v.piece) = (l.sheet, l.line, l.piece) WHERE v.id IS NULL OR l.version_id IS NULL)
    OR EXISTS (SELECT FROM (SELECT * FROM {schema}.ledger WHERE batch_id = batch AND verdict = 'rejected') l
        FULL JOIN (SELECT * FROM {schema}.rejects WHERE batch_id = batch) r ON (r.sheet, r.line, r.piece) = (l.sheet, l.line, l.piece)
        WHERE r.id IS NULL OR l.batch_id IS NULL OR r.source_id <> b.source_id OR (r.state = 'waived' AND NOT EXISTS
            (SELECT FROM {schema}.rejects e WHERE e.superseded_by = r.id AND e.for_good))) THEN
        PERFORM {schema}.ct_refuse('the accepted or rejected rows are not those that are followed');
    END IF;
    -- what each version says
    SELECT coalesce(max(s.value) FILTER (WHERE s.key = 'approval_required'), 'true') = 'true',
        coalesce(max(s.value) FILTER (WHERE s.key = 'same_day_expiry'), 'true') = 'true' INTO org, same_day FROM {schema}.settings s;
    IF EXISTS (SELECT FROM {schema}.credential_versions v
        JOIN {schema}.credentials c ON c.id = v.credential_id JOIN {schema}.credential_types t ON t.id = c.type_id
        JOIN {schema}.users u ON u.id = c.user_id WHERE v.batch_id = batch AND (
            u.status <> 'active' OR t.status <> 'active' OR v.digest_kind <> 2 OR (v.number = '' AND t.numbered)
            OR (c.number <> '') <> t.numbered
            OR v.decision <> CASE WHEN coalesce(b.approval_required, t.approval_required, org) THEN 'pending' ELSE 'not_required' END
            OR v.expiration_date < v.issue_date OR v.expiration_date = v.issue_date AND NOT same_day
            OR v.expiration_date IS NULL AND t.expiry = 'required' AND NOT v.never OR v.never AND v.expiration_date IS NOT NULL
            OR v.expiration_date IS NOT NULL AND t.expiry = 'never'
            OR v.issue_date IS NULL AND t.issue = 'required' OR v.issue_date IS NOT NULL AND t.issue = 'never'
            OR v.digest <> sha256(v.salt || convert_to('7:version' || «coalesce(c.written_user_id, c.user_id)::text»
                || «coalesce(c.written_type_id, c.type_id)::text» || «c.number» || «to_char(v.issue_date, 'YYYY-MM-DD')»
                || «to_char(v.expiration_date, 'YYYY-MM-DD')» || «v.number» || «v.own» || «v.never::text», 'UTF8')))) THEN
        PERFORM {schema}.ct_refuse('a version is not one that this batch may write');
    END IF;
    -- new credentials are those of its versions
    SELECT min(t.id), max(t.id) INTO low, high FROM {schema}.ct_touched t WHERE (t.xid, t.tab, t.what) = (this, 'credentials', 'INSERT');
    IF EXISTS (SELECT FROM {schema}.credentials c WHERE c.id BETWEEN low AND high AND c.id NOT IN  -- which is hashed
        (SELECT v.credential_id FROM {schema}.credential_versions v WHERE v.batch_id = batch)) THEN
        PERFORM {schema}.ct_refuse('a credential has no version in this batch');
    END IF;
    -- what the event chains
    SELECT encode(sha256(convert_to('6:ledger' || «count(*)::text» || coalesce(string_agg(«l.sheet::text» || «l.line::text»
        || «l.piece::text» || «l.verdict» || «l.codes» || «l.rule» || «l.version_id::text» || «encode(l.digest, 'hex')», ''
        ORDER BY l.sheet, l.line, l.piece), '') || CASE WHEN block IS NULL THEN '' ELSE '5:block'
        || '64:' || encode(sha256(convert_to(block.rows, 'UTF8')), 'hex') || '64:' || encode(sha256(block.digests), 'hex') END,
        'UTF8')), 'hex') INTO sum_ FROM {schema}.ledger l WHERE l.batch_id = batch;
    IF sum_ IS DISTINCT FROM body ->> 'ledger' THEN PERFORM {schema}.ct_refuse('the ledger is not the one that is chained'); END IF;
    SELECT encode(sha256(convert_to('8:versions' || «count(*)::text» || coalesce(string_agg(«v.id::text»
        || «coalesce(v.written_id, v.credential_id)::text» || «v.sheet::text» || «v.line::text» || «v.piece::text»
        || «(v.decision <> 'not_required')::text» || «encode(v.digest, 'hex')» || «v.digest_kind::text» || «v.said»
        || «v.inherits_id::text» || «v.replaces_id::text», '' ORDER BY v.id), ''), 'UTF8')), 'hex')
        INTO sum_ FROM {schema}.credential_versions v WHERE v.batch_id = batch;
    IF sum_ IS DISTINCT FROM body ->> 'versions' THEN PERFORM {schema}.ct_refuse('the versions are not those that are chained'); END IF;
    IF NOT EXISTS (SELECT FROM {schema}.batch_keys k WHERE k.batch_id = batch AND k.source_id = {schema}.ct_root(b.source_id)
        AND (k.sha256, k.part, k.judgement) = (b.sha256, b.part, b.judgement)) THEN
        PERFORM {schema}.ct_refuse('the batch has not taken its key');
    END IF;
END $$;

-- Decisions: exactly the versions that events name, by whoever may, with their rows; four eyes belong to two persons.
CREATE OR REPLACE FUNCTION {schema}.ct_check_decisions(this xid8) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE four boolean; optional boolean; me text; wrong record; about bigint[];
BEGIN
    SELECT array_agg(s.batch_id) INTO about FROM {schema}.ct_said s WHERE s.xid = this AND s.kind IN ('decide', 'undecide', 'resubmit');
    IF about IS NULL AND NOT EXISTS (SELECT FROM {schema}.ct_touched t WHERE t.xid = this
        AND (t.tab, t.what) IN (('decisions', 'INSERT'), ('credential_versions', 'decision'))) THEN RETURN; END IF;
    SELECT coalesce(max(s.value) FILTER (WHERE s.key = 'four_eyes'), 'false') = 'true',
        coalesce(max(s.value) FILTER (WHERE s.key = 'media_optional'), 'false') = 'true' INTO four, optional FROM {schema}.settings s;
    me := {schema}.ct_person(session_user::text);
    WITH told AS MATERIALIZED (SELECT s.seq, s.kind, s.batch_id, s.body ->> 'decision' AS decision, s.body -> 'versions' AS ids
        FROM {schema}.ct_said s WHERE s.xid = this AND s.kind IN ('decide', 'undecide', 'resubmit')),
    named AS MATERIALIZED (SELECT t.seq, t.kind, t.batch_id, t.decision, one.id::bigint AS id
        FROM told t CROSS JOIN LATERAL jsonb_array_elements_text(t.ids) one (id)),
    turned AS MATERIALIZED (SELECT t.id FROM {schema}.ct_touched t WHERE (t.xid, t.tab, t.what) = (this, 'credential_versions', 'decision')),
    batch AS MATERIALIZED (SELECT b.id, b.uploaded_by, {schema}.ct_person(b.uploaded_by) AS person,
        {schema}.ct_person(b.finished_by) AS finisher, b.media_optional
        FROM {schema}.batches b WHERE b.id = ANY (about)),
    again AS MATERIALIZED (SELECT DISTINCT ON (one.id) one.id::bigint AS id, e.text::jsonb ->> 'by' AS login
        FROM {schema}.events e CROSS JOIN LATERAL jsonb_array_elements_text(e.text::jsonb -> 'versions') one (id)
        WHERE e.kind = 'resubmit' ORDER BY one.id, e.seq DESC)
    SELECT coalesce(n.id, t.id) AS id INTO wrong FROM named n FULL JOIN turned t ON t.id = n.id
    LEFT JOIN {schema}.credential_versions v ON v.id = n.id LEFT JOIN batch b ON b.id = n.batch_id LEFT JOIN again a ON a.id = n.id
    LEFT JOIN {schema}.credentials c ON c.id = v.credential_id LEFT JOIN {schema}.credential_types k ON k.id = c.type_id
    LEFT JOIN {schema}.decisions d ON d.version_id = n.id AND d.event_seq = n.seq
    WHERE n.id IS NULL OR t.id IS NULL OR NOT v.stands OR v.salt IS NULL
        OR NOT (v.batch_id = n.batch_id OR (n.batch_id, n.id) IN
            (SELECT r.batch_id, r.version_id FROM {schema}.ledger_rows r WHERE r.batch_id = ANY (about)))
        OR v.decision <> CASE n.kind WHEN 'decide' THEN n.decision ELSE 'pending' END
        OR n.kind = 'decide' AND (n.decision NOT IN ('approved', 'declined') OR d.id IS NULL OR d.decision <> n.decision
            OR d.uploaded_by <> coalesce(a.login, b.uploaded_by) OR d.four_eyes <> four
            OR four AND me IN (b.person, b.finisher, {schema}.ct_person(a.login))
            OR n.decision = 'approved' AND k.media_required AND NOT coalesce(b.media_optional, false) AND NOT optional
                AND NOT EXISTS (SELECT FROM {schema}.media m WHERE m.version_id = n.id AND m.removed_at IS NULL))
        OR n.kind <> 'decide' AND NOT EXISTS (SELECT FROM (SELECT d.* FROM {schema}.decisions d WHERE d.version_id = n.id
            ORDER BY d.id DESC LIMIT 1) last WHERE CASE n.kind WHEN 'resubmit' THEN last.decision = 'declined'
            ELSE lower(last.decided_by) = lower(session_user::text)
            AND abs(extract(epoch FROM clock_timestamp() - last.decided_at)) < 75 END) LIMIT 1;
    IF wrong IS NOT NULL THEN
        PERFORM {schema}.ct_refuse(format('version %s is not decided by this, or must not be', wrong.id));
    END IF;
    IF EXISTS (SELECT FROM {schema}.ct_said s CROSS JOIN LATERAL jsonb_array_elements_text(s.body -> 'versions') one (id)
        WHERE s.xid = this AND s.kind IN ('decide', 'undecide', 'resubmit') GROUP BY one.id HAVING count(*) > 1) THEN
        PERFORM {schema}.ct_refuse('a version is decided once in a transaction');
    END IF;
END $$;

-- Rejects: waived and opened as the event says, settled by a finish of their own source.
CREATE OR REPLACE FUNCTION {schema}.ct_check_rejects(this xid8) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE wrong record;
BEGIN
    IF EXISTS (SELECT FROM {schema}.ct_said s WHERE s.xid = this AND s.kind IN ('undo', 'unmerge_source', 'erase')) THEN RETURN; END IF;
    WITH named AS MATERIALIZED (SELECT s.kind, s.batch_id, one.id::bigint AS id FROM {schema}.ct_said s
        CROSS JOIN LATERAL jsonb_array_elements_text(s.body -> 'rejects') one (id) WHERE s.xid = this AND s.kind IN ('waive', 'reopen')),
    turned AS MATERIALIZED (SELECT DISTINCT t.id FROM {schema}.ct_touched t WHERE t.xid = this AND t.tab = 'rejects'
        AND t.what NOT IN ('INSERT', 'source_id')),
    kin AS MATERIALIZED (SELECT s.batch_id, o.id FROM {schema}.ct_said s JOIN {schema}.batches b ON b.id = s.batch_id
        JOIN {schema}.sources o ON {schema}.ct_root(o.id) = {schema}.ct_root(b.source_id) WHERE s.xid = this AND s.kind = 'finish')
    SELECT coalesce(n.id, t.id) AS id INTO wrong FROM named n FULL JOIN turned t ON t.id = n.id
    LEFT JOIN {schema}.rejects r ON r.id = coalesce(n.id, t.id) LEFT JOIN {schema}.rejects later ON later.id = r.superseded_by
    WHERE t.id IS NULL OR r.id IS NULL OR CASE WHEN n.id IS NULL THEN NOT EXISTS (SELECT FROM kin k WHERE k.id = r.source_id
        AND (r.state = 'fixed' AND r.fixed_batch_id = k.batch_id OR r.state = 'superseded' AND later.batch_id = k.batch_id))
        ELSE r.batch_id <> n.batch_id OR r.state <> CASE n.kind WHEN 'waive' THEN 'waived' ELSE 'open' END END LIMIT 1;
    IF wrong IS NOT NULL THEN
        PERFORM {schema}.ct_refuse(format('reject %s is not what the event is about', wrong.id));
    END IF;
END $$;

-- Words, runs, corrections and media: of the source, batch or versions that the event is about.
CREATE OR REPLACE FUNCTION {schema}.ct_check_rows(this xid8) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE wrong record; about bigint[];
BEGIN
    WITH of AS MATERIALIZED (SELECT s.kind, s.batch_id, s.body, {schema}.ct_root(b.source_id) AS root
        FROM {schema}.ct_said s JOIN {schema}.batches b ON b.id = s.batch_id WHERE s.xid = this)
    SELECT t.tab INTO wrong FROM (SELECT DISTINCT t.tab, t.what, t.id FROM {schema}.ct_touched t
        WHERE t.xid = this AND (t.tab = 'words' OR (t.tab, t.what) IN (('runs', 'INSERT'), ('patches', 'removed_at')))) t
    WHERE NOT CASE t.tab
        WHEN 'words' THEN EXISTS (SELECT FROM of WHERE of.kind = 'finish' AND of.root = t.id
                OR of.kind = 'move' AND (of.root = t.id OR t.id = (SELECT m.id FROM {schema}.sources m WHERE m.name = '{manual}')))
            OR EXISTS (SELECT FROM {schema}.ct_said s JOIN {schema}.ct_changes c ON s.kind = ANY (c.kinds)
                WHERE s.xid = this AND (c.tab, c.what) = ('words', 'DELETE') AND s.kind NOT IN ('finish', 'move'))
        WHEN 'patches' THEN EXISTS (SELECT FROM of JOIN {schema}.patches p ON p.id = t.id WHERE of.kind = 'patch'
            AND of.root = {schema}.ct_root(p.source_id)) OR EXISTS (SELECT FROM {schema}.ct_said s WHERE s.xid = this AND s.kind = 'erase')
        ELSE EXISTS (SELECT FROM {schema}.runs r WHERE r.id = t.id AND (r.batch_id IS NULL AND (SELECT {schema}.ct_taken(s.name)
            FROM {schema}.sources s WHERE s.id = r.source_id) IS NULL OR r.batch_id IS NOT NULL AND EXISTS (SELECT FROM of
            WHERE r.batch_id = of.batch_id AND of.kind IN ('hold', 'finish') OR of.kind = 'discard' AND to_jsonb(r.batch_id) = of.body -> 'follows'
            OR of.kind = 'replay' AND to_jsonb(r.batch_id) = of.body -> 'replays'))) END LIMIT 1;
    IF wrong IS NOT NULL THEN PERFORM {schema}.ct_refuse(format('no event is about what changes in %s', wrong.tab)); END IF;
    IF EXISTS (SELECT FROM {schema}.ct_said s WHERE s.xid = this AND s.kind = 'erase') THEN RETURN; END IF;
    SELECT array_agg(s.batch_id) INTO about FROM {schema}.ct_said s WHERE s.xid = this AND s.kind IN ('media', 'compare');
    IF EXISTS (SELECT FROM {schema}.media m WHERE m.id IN (SELECT t.id FROM {schema}.ct_touched t WHERE t.xid = this AND t.tab = 'media')
        AND NOT coalesce(m.version_id IN (SELECT r.version_id FROM {schema}.ledger_rows r WHERE r.batch_id = ANY (about)
        AND r.version_id IS NOT NULL), false)) THEN
        PERFORM {schema}.ct_refuse('media belong to the rows of the batch that the event is about');
    END IF;
END $$;
