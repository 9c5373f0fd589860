"""A throw-away PgBouncer for tests, in transaction mode: own folder, own socket, no port, no service of the system.

    with PgBouncer(server) as pooler:
        registry = credtools.open(pooler.url("test_1"))

The program is Debian's (`make servers` installs it).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psycopg

from tests.postgres import unprivileged_user

if TYPE_CHECKING:
    from tests.postgres import PostgresServer

PROGRAM = Path("/usr/sbin/pgbouncer")
PORT = 6432  # the name of its socket; it listens nowhere else
START_SECONDS = 20
SETTINGS = """\
[databases]
* = host={server}
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/logins
admin_users = postgres
pool_mode = transaction
default_pool_size = {size}
"""


class PgBouncer:
    """One pooler before a server; every client's transactions go through the same `size` sessions of a database."""

    def __init__(self, server: PostgresServer, size: int = 2) -> None:
        self.server = server
        self.size = size

    def __enter__(self) -> Self:
        if not PROGRAM.exists():
            raise RuntimeError(f"These tests need PgBouncer as {PROGRAM}: run 'make servers' (it installs it).")
        self.folder = Path(tempfile.mkdtemp(prefix="credtools-pgb-", dir="/tmp"))
        settings = SETTINGS.format(server=self.server.folder, folder=self.folder, port=PORT, size=self.size)
        (self.folder / "pgbouncer.ini").write_text(settings)
        logins = self.server.tell("SELECT rolname FROM pg_roles WHERE rolcanlogin")  # those that are there by now
        (self.folder / "logins").write_text("".join(f'"{name}" ""\n' for (name,) in logins))
        owner = unprivileged_user()
        how: dict[str, Any] = {"cwd": self.folder}
        if owner:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, owner.pw_uid, owner.pw_gid)
            how |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, self.folder / "pgbouncer.ini"], stdout=log, stderr=log, start_new_session=True, **how
            )
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, *, user: str = "postgres") -> str:
        """The address of a database of the server, through the pooler."""
        return f"postgresql://{user}@/{database}?host={self.folder}&port={PORT}"

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """A client of its own, as other programs have one."""
        return psycopg.connect(
            host=str(self.folder), port=PORT, dbname=database, user="postgres", autocommit=True, prepare_threshold=None
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect("pgbouncer").close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "log").read_text(errors="replace")[-2000:]
                    self.__exit__()
                    raise RuntimeError(f"PgBouncer did not start: {log}") from None
                time.sleep(0.02)
            else:
                return
