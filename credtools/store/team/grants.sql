-- Rights on tables follow from changes.py: a column may be changed by who may write one of its events.
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {groups};
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;  -- with IN SCHEMA it would change nothing
GRANT SELECT ON {tables}, {schema}.ledger_rows, {schema}.known_batches, {schema}.alembic_version TO {groups};
ALTER VIEW {schema}.ledger_rows SET (security_invoker = true);
{grants}
