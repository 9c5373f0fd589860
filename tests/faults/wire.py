"""A wire to PostgreSQL on which something happens when a message passes, and what can happen at its other end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.postgres import PostgresServer

KINDS = {
    "cut": "the message never arrives, the connection is closed",
    "deaf": "it arrives, its answer doesn't",
    "ended": "an administrator ends every session",
    "crash": "the server is killed with all its helpers, and started again",
    "failover": "the server is killed, and its copy takes its place",
}


class Wire:
    """Passes on what clients and server say; `count`: how many messages clients have sent since `listen_for`.

    `happens`: called in the moment in which the chosen message passes; for good: nobody gets through afterwards.
    """

    def __init__(self, server: PostgresServer) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="credtools-wire-", dir="/tmp"))  # a socket's path must be short
        self.server = server
        self.happens: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self.listen_for("cut", 0)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / ".s.PGSQL.5432"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self.folder)

    def listen_for(self, kind: str, at: int, *, for_good: bool = False) -> None:
        """From now on something happens at this message, counted from 1; at none, when it is 0."""
        self.kind, self.at, self.for_good, self.count = kind, at, for_good, 0
        self.happened = threading.Event()

    def _broken(self) -> bool:
        return self.for_good and 0 < self.at <= self.count

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                if self._broken():
                    raise ConnectionRefusedError
                server.connect(str(self.server.folder / ".s.PGSQL.5432"))
            except OSError:
                client.close()
                server.close()
                continue
            deaf = threading.Event()
            for passes in (self._forth, self._back):
                threading.Thread(target=passes, args=(client, server, deaf), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket, deaf: threading.Event) -> None:
        while data := _received(client):
            with self._lock:
                self.count += 1
                now = self.count == self.at
                lost = now or self._broken()
            if now:
                self.happens()
                self.happened.set()
            if lost and self.kind == "deaf":
                deaf.set()
            elif lost:
                break
            with contextlib.suppress(OSError):
                server.sendall(data)
            if lost:
                break  # the server hangs up when it has answered
        if deaf.is_set():
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            return
        _hang_up(client)
        _hang_up(server)

    def _back(self, client: socket.socket, server: socket.socket, deaf: threading.Event) -> None:
        while data := _received(server):
            if not deaf.is_set():
                with contextlib.suppress(OSError):
                    client.sendall(data)
        _hang_up(client)
        client.close()
        server.close()


def end_sessions(server: PostgresServer, database: str) -> None:
    """Ends every connection to a database, as an administrator does."""
    others = f"datname = '{database}' AND pid <> pg_backend_pid()"
    server.tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


def crash(server: PostgresServer) -> None:
    """Kills the server with all its helpers at once, as a power cut does."""
    process = server._process
    assert process is not None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    server._process = None
    (server.data / "postmaster.pid").unlink(missing_ok=True)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
