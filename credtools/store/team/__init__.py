"""Team: the rights that a PostgreSQL registry keeps by itself, whoever speaks to it and with what.

One repeatable script, made from `changes` (which kinds of events may change what) and `model.rights` (which right each
kind takes). The owner is a role that nobody is; people have logins, and these roles by `ct_grant`. Identity is
`session_user`. Every write chains an event, and moves the head as its last step: then the whole transaction is checked,
and nothing follows.
"""

from credtools.store.team.install import TEAM, Guards, become_owner, guards, install, lint, prefix_of, require_free

__all__ = ["TEAM", "Guards", "become_owner", "guards", "install", "lint", "prefix_of", "require_free"]
