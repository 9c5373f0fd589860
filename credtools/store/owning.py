"""Owning: to whom the tables of a registry on PostgreSQL belong, and acting as that role for one transaction.

The owner of a team's registry has no login. Whoever deploys is a member of it, and becomes it only while a command
needs that: `SET LOCAL ROLE` ends with the transaction. A superuser does so, too, so that what is made new has the same
owner.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError

DENIED = "42501"  # SQLSTATE: insufficient privilege
# In whatever schema; where the login may not look into that, its name alone is known.
FOUND = """
    SELECT pg_get_userbyid(relowner), current_user, pg_has_role(relowner, 'MEMBER') FROM pg_class
    WHERE relname = 'audit_head' AND relkind = 'r' AND oid = coalesce(to_regclass('audit_head'), oid)"""


def become(connection: Connection) -> None:
    """Acts as the owner of the tables until the transaction ends.

    Raises RegistryError (`not_the_owner`) when the login may not.
    """
    found = connection.exec_driver_sql(FOUND).all()
    if len(found) != 1 or found[0][0] == found[0][1]:  # no registry: whoever looks for one says so
        return
    role, me, member = found[0]
    if not member:
        raise RegistryError("not_the_owner", login=me, owner=role)
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    try:
        connection.exec_driver_sql(f"SET LOCAL ROLE {quoted}")
    except DBAPIError as problem:  # a member since PostgreSQL 16 may be one WITH SET FALSE
        if getattr(problem.orig, "sqlstate", None) != DENIED:
            raise
        raise RegistryError("not_the_owner", login=me, owner=role) from None
