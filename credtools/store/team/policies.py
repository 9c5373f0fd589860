"""Policies: which rows of which tables are seen by those who may not audit; everybody else sees all.

Each table is in one of the two lists below, which a test compares with what there is. A condition names what is one's
own by functions that are asked once per statement (`reads.sql`); a row of a table that belongs to another is seen where
that one is.
"""

from __future__ import annotations

from collections.abc import Mapping

from credtools.store.columns import metadata

OPEN: Mapping[str, str] = {  # tables that everybody of a team reads, and why
    "sources": "whoever uploads says from which of them a file comes",
    "events": "the chain is everybody's: who did what when, with numbers and digests, without values",
    "audit_head": "the end of the chain",
    "users": "the rows of a file are told whom they mean",
    "credential_types": "the rows of a file are told which they mean",
    "user_facts": "what is so of users from which day on",
    "type_facts": "what is so of types from which day on",
    "former_names": "rows name people and types also as they were called before",
    "settings": "by them everything is judged",
    "logins": "names of colleagues stand for their logins",
    "blobs": "kinds and sizes by SHA-256, as the folder shows them that all share; whose they are `media` says",
}
OWN = "batch_id IN (SELECT {schema}.ct_batches())"
SAME = "batch_id IN (SELECT {schema}.ct_same())"
OF_VERSION = "EXISTS (SELECT FROM {schema}.credential_versions v WHERE v.id = version_id)"
ASKED = "(SELECT count(*) > 0 FROM {schema}.ct_asked())"
SEEN: Mapping[str, str] = {  # conditions; the policies of the tables that they name hold within them, too
    "batches": "uploaded_by = session_user OR id IN (SELECT {schema}.ct_same())",
    "source_files": "EXISTS (SELECT FROM {schema}.batches b WHERE b.sha256 = source_files.sha256)",
    "batch_keys": SAME,
    "runs": f"{SAME} OR source_id IN (SELECT {{schema}}.ct_sources())",
    "seals": "false",  # salts, by which values can be guessed; nothing that is judged asks for them
    "ledger": SAME,
    "ledger_values": OWN,
    "ledger_blocks": SAME,
    "ledger_block_values": OWN,
    "credentials": "user_id IN (SELECT {schema}.ct_asked()) OR id IN (SELECT {schema}.ct_credentials())",
    "credential_versions": (
        f"{OWN} OR {ASKED} AND EXISTS (SELECT FROM {{schema}}.credentials c WHERE c.id = credential_id"
        " AND c.user_id IN (SELECT {schema}.ct_asked())) OR credential_id IN (SELECT {schema}.ct_credentials())"
    ),
    "decisions": OF_VERSION,
    "withdrawals": OF_VERSION,
    "media": OF_VERSION,
    "words": f"source_id IN (SELECT {{schema}}.ct_sources()) OR {OF_VERSION}",
    "rejects": OWN,
    "reject_errors": "EXISTS (SELECT FROM {schema}.rejects r WHERE r.id = reject_id)",
    "patches": OWN,
    "staged_media": OWN,
    "blob_texts": (
        "EXISTS (SELECT FROM {schema}.staged_media m WHERE m.sha256 = blob_texts.sha256)"
        " OR EXISTS (SELECT FROM {schema}.media m WHERE m.sha256 = blob_texts.sha256)"
    ),
}
POLICY = """
ALTER TABLE {{schema}}.{table} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS ct_reads ON {{schema}}.{table};
CREATE POLICY ct_reads ON {{schema}}.{table} FOR SELECT USING ((SELECT {{schema}}.ct_may('audit')) OR {seen});
DROP POLICY IF EXISTS ct_comes ON {{schema}}.{table};
CREATE POLICY ct_comes ON {{schema}}.{table} FOR INSERT WITH CHECK (true);
DROP POLICY IF EXISTS ct_changes ON {{schema}}.{table};
CREATE POLICY ct_changes ON {{schema}}.{table} FOR UPDATE USING (true);
DROP POLICY IF EXISTS ct_goes ON {{schema}}.{table};
CREATE POLICY ct_goes ON {{schema}}.{table} FOR DELETE USING (true);"""


def policies() -> str:
    return "".join(POLICY.format(table=table, seen=seen) for table, seen in SEEN.items())


def numbered() -> list[str]:
    """The tables whose rows have numbers that follow each other, and of which not everybody sees all."""
    return [name for name in SEEN if "id" in metadata.tables[name].c]
