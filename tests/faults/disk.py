"""A disk on which one operation goes wrong, for a process that is thrown away afterwards.

What SQLite does to its files is watched by changing, in place, the functions through which it reaches the system
(https://www.sqlite.org/vfs.html); what Python does by itself is told by its audit events. Operations are counted in
the order in which they come, so that a process can be run once for each of them.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import errno
import os
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OK, FULL, IO_ERROR = 0, 13, 10  # https://www.sqlite.org/rescode.html
OF_KIND = {"read": 1, "write": 3, "sync": 4, "truncate": 6, "delete": 10}  # SQLITE_IOERR_…: IO_ERROR | number << 8
OPENS_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT
SECTOR = 512  # bytes that reach the disk together or not at all
OF_PYTHON = frozenset(("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"))

_HANDLE, _INT, _LONG, _TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.c_char_p
_OPEN = ctypes.CFUNCTYPE(_INT, _HANDLE, _HANDLE, _HANDLE, _INT, _HANDLE)
_DELETE = ctypes.CFUNCTYPE(_INT, _HANDLE, _HANDLE, _INT)
_READ = ctypes.CFUNCTYPE(_INT, _HANDLE, _HANDLE, _INT, _LONG)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _HANDLE, _LONG)
_SYNC = ctypes.CFUNCTYPE(_INT, _HANDLE, _INT)


class _System(ctypes.Structure):
    """sqlite3_vfs up to what is changed here."""

    _fields_ = (
        ("version", _INT),
        ("size", _INT),
        ("longest", _INT),
        ("next", _HANDLE),
        ("name", _TEXT),
        ("data", _HANDLE),
        ("open", _HANDLE),
        ("delete", _HANDLE),
    )


class _Methods(ctypes.Structure):
    """sqlite3_io_methods of version 3: those of an open file."""

    _fields_ = (
        ("version", _INT),
        ("close", _HANDLE),
        ("read", _HANDLE),
        ("write", _HANDLE),
        ("truncate", _HANDLE),
        ("sync", _HANDLE),
        *((f"other_{number}", _HANDLE) for number in range(13)),
    )


class _File(ctypes.Structure):
    """sqlite3_file: its first member alone is everybody's."""

    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


@dataclass(frozen=True)
class Fault:
    """What goes wrong at the operation with this number, counted from 1; at none, when it is 0.

    `kind`: `kill` – the process dies before it; `torn` – half of what is written arrives, then it dies; `power` – the
    machine goes out: of what wasn't synchronised some sectors arrive; `io`, `full` – it fails. `sticky`: so do all
    later ones.
    """

    kind: str
    at: int = 0
    sticky: bool = False


@dataclass
class _Kept:
    """What of a file is on the disk for sure, and what was written since then."""

    durable: bytearray
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # where what; None: the end is there

    def all_of(self) -> bytearray:
        content = bytearray(self.durable)
        for where, what in self.pending:
            _apply(content, where, what)
        return content

    def by_chance(self, chance: random.Random) -> bytes:
        """What is there after the lights went out."""
        content = bytearray(self.durable)
        for where, what in self.pending:
            if what is None:
                if chance.random() < 1 / 2:
                    _apply(content, where, None)
                continue
            for begin in range(0, len(what), SECTOR):
                if chance.random() < 1 / 2:
                    _apply(content, where + begin, what[begin : begin + SECTOR])
        return bytes(content)


def _apply(content: bytearray, where: int, what: bytes | None) -> None:
    if what is None:
        del content[where:]
        return
    content.extend(bytes(max(0, where + len(what) - len(content))))
    content[where : where + len(what)] = what


class Disk:
    """Watches all that is done in a folder from now on, until the process ends; `count`: how many operations."""

    def __init__(self, folder: Path, fault: Fault) -> None:
        self.folder, self.fault, self.count, self.resting = folder, fault, 0, False
        self._names: dict[int, str] = {}
        self._kept: dict[str, _Kept] = {}
        self._made: dict[int, tuple[_Methods, _Methods]] = {}  # by where the own ones are: these and ours
        self._alive: list[Any] = []  # SQLite calls them
        self._put()
        sys.addaudithook(self._watch)

    def image(self, folder: Path) -> None:
        """Writes what SQLite's files are after the lights went out."""
        chance = random.Random(self.fault.at)  # noqa: S311 - the same each time
        for name, kept in self._kept.items():
            (folder / Path(name).name).write_bytes(kept.by_chance(chance))

    # --- each operation ---------------------------------------------------------------------------------------------

    def _fails(self, kind: str, torn: Callable[[], object] = lambda: None) -> int:
        """OK, or the error with which an operation ends; it doesn't come back from a death."""
        if self.resting or (kind == "read" and self.fault.kind != "io"):
            return OK
        self.count += 1
        late = self.fault.sticky and self.fault.at and self.count > self.fault.at
        if self.count != self.fault.at and not late:
            return OK
        if self.fault.kind == "io":
            return IO_ERROR | OF_KIND.get(kind, 0) << 8
        if self.fault.kind == "full":
            return FULL if kind in {"write", "python"} else OK
        self.resting = True
        if self.fault.kind == "torn":
            torn()
        if self.fault.kind == "power":
            self.image(self.folder)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def _watch(self, what: str, told: tuple[Any, ...]) -> None:
        """What Python does to files here; an error raised here is the operation's."""
        writes = what in OF_PYTHON or (what == "open" and isinstance(told[2], int) and told[2] & OPENS_TO_WRITE)
        if not writes or not isinstance(told[0], str | bytes | os.PathLike):
            return
        if Path(os.fsdecode(told[0])).is_relative_to(self.folder) and self._fails("python") != OK:
            number = errno.ENOSPC if self.fault.kind == "full" else errno.EIO
            raise OSError(number, os.strerror(number), told[0])

    # --- between SQLite and the system ------------------------------------------------------------------------------

    def _put(self) -> None:
        library = ctypes.CDLL(_sqlite3.__file__)  # with what it is linked to
        find = library.sqlite3_vfs_find
        find.restype, find.argtypes = ctypes.POINTER(_System), (_TEXT,)
        system = find(None).contents
        really_open, really_delete = _OPEN(system.open), _DELETE(system.delete)

        def _open(vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
            path = ctypes.string_at(name).decode() if name else ""
            known = bool(path) and Path(path).is_relative_to(self.folder) and not path.endswith("-shm")
            if known and not Path(path).exists() and (failed := self._fails("open")):
                ctypes.cast(file, ctypes.POINTER(_File)).contents.methods = None
                return failed
            result = really_open(vfs, name, file, flags, out)
            if result == OK and known:
                self._names[file] = path
                if path not in self._kept:
                    self._kept[path] = _Kept(bytearray(Path(path).read_bytes()))
                opened = ctypes.cast(file, ctypes.POINTER(_File)).contents
                opened.methods = ctypes.pointer(self._ours(opened.methods.contents))
            return int(result)

        def _delete(vfs: int, name: int, now: int) -> int:
            path = ctypes.string_at(name).decode()
            if path in self._kept and (failed := self._fails("delete")):
                return failed
            self._kept.pop(path, None)
            return int(really_delete(vfs, name, now))

        self._alive += [really_open, really_delete, _OPEN(_open), _DELETE(_delete)]
        system.open = ctypes.cast(self._alive[-2], _HANDLE).value
        system.delete = ctypes.cast(self._alive[-1], _HANDLE).value

    def _keep(self, file: int, where: int | None = None, what: bytes | None = None) -> int:
        """Notes what is written where, or the new end; nowhere: that all of it is on the disk now."""
        kept = self._kept[self._names[file]]
        if where is None:
            kept.durable, kept.pending = kept.all_of(), []
        else:
            kept.pending.append((where, what))
        return OK

    def _ours(self, methods: _Methods) -> _Methods:
        where = ctypes.addressof(methods)
        if where in self._made:
            return self._made[where][1]
        ours = _Methods.from_buffer_copy(methods)
        really_read, really_write = _READ(methods.read), _READ(methods.write)
        really_truncate, really_sync = _TRUNCATE(methods.truncate), _SYNC(methods.sync)

        def _read(file: int, into: int, count: int, begin: int) -> int:
            return self._fails("read") or int(really_read(file, into, count, begin))

        def _write(file: int, what: int, count: int, begin: int) -> int:
            failed = self._fails("write", lambda: really_write(file, what, count // 2, begin))
            return (
                failed
                or self._keep(file, begin, ctypes.string_at(what, count))
                or int(really_write(file, what, count, begin))
            )

        def _truncate(file: int, size: int) -> int:
            return self._fails("truncate") or self._keep(file, size) or int(really_truncate(file, size))

        def _sync(file: int, flags: int) -> int:
            return self._fails("sync") or self._keep(file) or int(really_sync(file, flags))

        called = {"read": _READ(_read), "write": _READ(_write), "truncate": _TRUNCATE(_truncate), "sync": _SYNC(_sync)}
        for name, function in called.items():
            setattr(ours, name, ctypes.cast(function, _HANDLE).value)
        self._alive.append(called)
        self._made[where] = (methods, ours)
        return ours
