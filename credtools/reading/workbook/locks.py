"""Locks: XLSX encrypted within OLE, and XLS: recognised, and opened by their password (ODS: `ods_lock`)."""

from __future__ import annotations

import io
from typing import Any

from credtools.limited import Refused

USUAL = "VelvetSweatshop"  # by which Excel protects what nobody shall be asked a password for
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PACKAGE = "EncryptedPackage".encode("utf-16-le")


def is_locked_package(content: bytes) -> bool:
    """Whether an OLE file holds an encrypted XLSX."""
    return content.startswith(OLE) and PACKAGE in content


def opened(content: bytes, password: str | None, kind: str) -> bytes:
    """An encrypted XLSX or XLS without its password. Raises Refused."""
    import msoffcrypto  # noqa: PLC0415 - after the limits, and only where it is needed

    for attempt in (USUAL, password):
        if attempt is None:
            raise Refused("password_needed", kind=kind)
        found = io.BytesIO()
        try:
            file: Any = msoffcrypto.OfficeFile(io.BytesIO(content))
            file.load_key(password=attempt)
            file.decrypt(found)
        except MemoryError:
            raise
        except msoffcrypto.exceptions.InvalidKeyError:  # by kind of file from one of both
            continue
        except Exception as problem:
            raise Refused("protection_unknown", kind=kind) from problem
        return found.getvalue()
    raise Refused("password_wrong", kind=kind)
