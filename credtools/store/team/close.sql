-- Nobody calls what is not meant for them; the lint finds a function that lacks its search_path or that anybody may call.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC, {groups};
GRANT EXECUTE ON FUNCTION {schema}.ct_guards(), {schema}.ct_rights(), {schema}.ct_may(text), {schema}.ct_who(),
    {schema}.ct_batches(), {schema}.ct_same(), {schema}.ct_sources(), {schema}.ct_taken(text),
    {schema}.ct_credentials(), {schema}.ct_asked(), {schema}.ct_people(bigint), {schema}.ct_numbered(text[], text[]),
    {schema}.ct_last(text), {schema}.ct_person(text), {schema}.ct_granted(text), {schema}.ct_renamed() TO {groups};
GRANT EXECUTE ON FUNCTION {schema}.ct_grant(text, text, text), {schema}.ct_revoke(text, text),
    {schema}.ct_forget(text, text) TO {prefix}_admin;
