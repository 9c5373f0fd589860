-- Once, by whoever makes the registry a team's: the roles, and everything here handed to the owner.
CREATE ROLE {owner} NOLOGIN NOINHERIT;
CREATE ROLE {prefix}_uploader NOLOGIN;
CREATE ROLE {prefix}_service NOLOGIN;
CREATE ROLE {prefix}_approver NOLOGIN;
CREATE ROLE {prefix}_auditor NOLOGIN;
CREATE ROLE {prefix}_admin NOLOGIN;
GRANT {prefix}_uploader, {prefix}_service, {prefix}_approver, {prefix}_auditor, {prefix}_admin TO {owner}
    WITH ADMIN OPTION;
-- Whoever makes the registry upgrades it later, as its owner; a superuser may do so anyway.
DO $$ BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT {owner} TO %I', current_user);
    END IF;
END $$;
GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner};
GRANT USAGE ON SCHEMA {schema} TO {groups};  -- by whoever owns the schema: the owner of the tables can't hand it on
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT c.relname, c.relkind FROM pg_class c
        WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind IN ('r', 'v') LOOP
        EXECUTE format('ALTER %s {schema}.%I OWNER TO {owner}',
            CASE one.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, one.relname);
    END LOOP;
END $$;
