-- Nobody calls what is not meant for them; the lint finds a function that lacks its search_path or that anybody may call.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC, {groups};
GRANT EXECUTE ON FUNCTION {schema}.ct_guards(), {schema}.ct_rights(), {schema}.ct_may(text), {schema}.ct_who(),
    {schema}.ct_batches(), {schema}.ct_sources(), {schema}.ct_last(text), {schema}.ct_person(text) TO {groups};
GRANT EXECUTE ON FUNCTION {schema}.ct_grant(text, text, text), {schema}.ct_revoke(text, text) TO {prefix}_admin;
-- Erasing ends with VACUUM, which only owners may before PostgreSQL 17: there the server does it by itself, later.
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN ON {tables} TO {prefix}_admin';
    END IF;
END $$;
