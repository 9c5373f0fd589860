-- The check of a whole write, when the head moves.
CREATE OR REPLACE FUNCTION {schema}.ct_check(this xid8) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE wrong record;
BEGIN
    SELECT t.tab, t.what INTO wrong FROM {schema}.ct_touched t LEFT JOIN {schema}.ct_changes c USING (tab, what)
    WHERE t.xid = this AND NOT coalesce('' = ANY (c.kinds), false) AND NOT EXISTS (
        SELECT FROM {schema}.ct_said s WHERE s.xid = this AND s.kind = ANY (c.kinds)
        AND (NOT c.own OR s.batch_id = t.id OR s.kind IN ('erase', 'move'))) LIMIT 1;
    IF wrong IS NOT NULL THEN
        PERFORM {schema}.ct_refuse(format('no event of this transaction says why %s of %s changes', wrong.what, wrong.tab));
    END IF;
END $$;
