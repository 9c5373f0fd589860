"""Triggers: per table and kind of statement one function that notes what was touched, and refuses what never may be.

Per statement, over its rows at once: a trigger per row would take several times as long as the write itself.
"""

from __future__ import annotations

from credtools.store.columns import metadata
from credtools.store.team.changes import CHANGES, DELETE, INSERT, columns_of
from credtools.store.team.rows import REFUSED

# What is noted of the rows that were touched, where their event must be about them: a batch, or the row itself.
BATCH_ID = (
    *("ledger", "ledger_values", "ledger_blocks", "ledger_block_values", "batch_keys", "credential_versions"),
    *("rejects", "patches", "staged_media"),
)
ROW_ID = {"rejects", "patches", "media", "credential_versions.decision"}
OF_NO_BATCH = {"batches.whole", "batches.source_id", "batches.file_name", "batch_keys.source_id"}
OF_EVENTS = ("decisions", "seals", "user_facts", "type_facts", "former_names")  # their rows name the event
UNGUARDED = ("events", "audit_head")  # they have guards of their own
KEYS = {"batch_keys": ("batch_id",)}  # by which rows before and after a statement are known, where not by their key
# What can be read in a file to which nobody refers may be forgotten without an event.
UNUSED = (
    "CASE WHEN EXISTS (SELECT FROM {schema}.media m WHERE m.sha256 = o.sha256 AND m.file_name <> '')"
    " OR EXISTS (SELECT FROM {schema}.staged_media m WHERE m.sha256 = o.sha256) THEN 'DELETE' ELSE 'UNUSED' END"
)
JOINED = " SET enable_nestloop = off"  # rows before and after are joined, of which nobody knows how many they are
DEFINER = "LANGUAGE plpgsql SECURITY DEFINER\nSET search_path = pg_catalog, pg_temp"


def of_batch(table: str, what: str) -> bool:
    """Whether the event must be about the very batch whose rows are touched."""
    if table == "batches":
        return f"{table}.{what}" not in OF_NO_BATCH
    return table in (*BATCH_ID, "reject_errors") and what in (INSERT, DELETE)


def triggers() -> str:
    found = []
    for table in metadata.tables:
        if table not in UNGUARDED:
            found += [_insert(table), _update(table), _delete(table)]
        found.append(_never(table))
    return "\n".join(found)


def _noted(table: str, what: str, row: str) -> str:
    if table == "batches":
        return f"{row}.id"
    if table == "words":
        return f"{row}.source_id"
    if table == "settings":
        return f"hashtextextended({row}.key, 0)"
    if what == INSERT and table in OF_EVENTS:
        return f"{row}.event_seq"
    if what in (INSERT, DELETE):
        return f"{row}.id" if table in ("media", "runs") else f"{row}.batch_id" if table in BATCH_ID else "0"
    return f"{row}.id" if table in ROW_ID or f"{table}.{what}" in ROW_ID else "0"


def _insert(table: str) -> str:
    note = f"SELECT DISTINCT this, '{table}', 'INSERT', {_noted(table, INSERT, 'n')} FROM fresh n"
    if table == "credentials":  # the first and the last of them
        note = f"SELECT this, '{table}', 'INSERT', unnest(ARRAY[min(n.id), max(n.id)]) FROM fresh n"
    if table == "reject_errors":  # of whose rejects they are
        batch = "FROM fresh n JOIN {schema}.rejects r ON r.id = n.reject_id"
        note = f"SELECT DISTINCT this, '{table}', 'INSERT', r.batch_id {batch}"
    return _function(table, INSERT, "NEW TABLE AS fresh", "fresh", note)


def _delete(table: str) -> str:
    what = UNUSED if table == "blob_texts" else "'DELETE'"
    note = f"SELECT DISTINCT this, '{table}', {what}, {_noted(table, DELETE, 'o')} FROM stale o"
    return _function(table, DELETE, "OLD TABLE AS stale", "stale", note)


def _update(table: str) -> str:
    columns = columns_of(table)
    if not columns:
        return ""  # nobody may
    differs = ", ".join(f"CASE WHEN o.{name} IS DISTINCT FROM n.{name} THEN '{name}' END" for name in columns)
    ids = {_noted(table, name, "n") for name in columns}
    noted = "CASE WHEN d.what = 'decision' THEN n.id ELSE 0 END" if len(ids) > 1 else ids.pop()
    note = (
        f"SELECT DISTINCT this, '{table}', d.what, {noted} FROM {_both(table)}\n"
        f"        CROSS JOIN LATERAL unnest(ARRAY[{differs}]) d (what) WHERE d.what IS NOT NULL"
    )
    return _function(table, "UPDATE", "OLD TABLE AS stale NEW TABLE AS fresh", "fresh", note)


def _both(table: str) -> str:
    keys = KEYS.get(table) or tuple(column.name for column in metadata.tables[table].primary_key)
    return "stale o JOIN fresh n ON " + " AND ".join(f"o.{name} = n.{name}" for name in keys)


def _function(table: str, what: str, transition: str, rows: str, note: str) -> str:
    name = f"ct_{table}_{what.lower()}"
    return f"""
CREATE OR REPLACE FUNCTION {{schema}}.{name}() RETURNS trigger {DEFINER}{JOINED if what == "UPDATE" else ""} AS $$
DECLARE this xid8; why text;
BEGIN
    IF {{schema}}.ct_deploys() OR NOT EXISTS (SELECT FROM {rows}) THEN RETURN NULL; END IF;
    this := {{schema}}.ct_begin();
{_refused(table, what)}    INSERT INTO {{schema}}.ct_touched
        {note} ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {name} AFTER {what} ON {{schema}}.{table} REFERENCING {transition}
    FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.{name}();
ALTER TABLE {{schema}}.{table} ENABLE ALWAYS TRIGGER {name};"""


def _refused(table: str, what: str) -> str:
    """Refuses by the first condition that holds of a row, all looked at in one pass."""
    rows = {INSERT: "fresh n", DELETE: "stale o", "UPDATE": _both(table)}[what]
    found = REFUSED.get((table, what), ())
    if not found:
        return ""
    whys = " ".join(f"WHEN {condition} THEN '{why}'" for why, condition in found)
    any_of = " OR ".join(f"({condition})" for _, condition in found)
    return (
        f"    SELECT CASE {whys} END INTO why FROM {rows} WHERE {any_of} LIMIT 1;\n"
        "    IF why IS NOT NULL THEN PERFORM {schema}.ct_refuse(why); END IF;\n"
    )


def _never(table: str) -> str:
    """No table is ever emptied at a stroke; where nothing may be deleted or changed nothing is, replica or not."""
    never = ["TRUNCATE", *([] if DELETE in CHANGES.get(table, {}) else [DELETE])]
    never += [] if columns_of(table) else ["UPDATE"]
    return f"""
CREATE OR REPLACE TRIGGER ct_never BEFORE {" OR ".join(never)} ON {{schema}}.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.ct_never();
ALTER TABLE {{schema}}.{table} ENABLE ALWAYS TRIGGER ct_never;"""
