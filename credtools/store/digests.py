"""Digests: what the chain of events covers. Salted, so that erased values can't be guessed from them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence

SALT_BYTES = 16


def salts(count: int) -> list[bytes]:
    pool = os.urandom(SALT_BYTES * count)
    return [pool[k * SALT_BYTES : (k + 1) * SALT_BYTES] for k in range(count)]


def salted_digest(salt: bytes, text: str) -> bytes:
    return hashlib.sha256(salt + text.encode()).digest()


def content_text(key: Sequence[object], content: Sequence[object]) -> str:
    """The text over which a version's digest runs: whose credential it is (user, type, number), and what it says."""
    issued, expires, number, own = content
    return json.dumps([*key, *(str(day) if day else None for day in (issued, expires)), number, own])


def ledger_digest(
    line: list[int], verdict: list[str], codes: list[str], version_id: list[int | None], digest: list[bytes]
) -> str:
    """SHA-256 over the ledger of one batch, line by line."""
    rows = zip(line, verdict, codes, version_id, (d.hex() for d in digest), strict=True)
    return _digest(" ".join(map(str, row)) for row in rows)


def versions_digest(
    version_id: list[int], credential_id: list[int], line: list[int], decision: list[str], digest: list[bytes]
) -> str:
    """SHA-256 over the versions that one batch wrote, in the order of their ids.

    Of the decision only whether one is required: what was decided has events of its own.
    """
    required = (str(text != "not_required") for text in decision)
    rows = zip(version_id, credential_id, line, required, (d.hex() for d in digest), strict=True)
    return _digest(" ".join(map(str, row)) for row in rows)


def media_digest(
    media_id: list[int], version_id: list[int], sha256: list[str], media_type: list[str], added_by: list[str]
) -> str:
    """SHA-256 over the links that one event made; not over the files' names, which can be erased."""
    return _digest(map(json.dumps, zip(media_id, version_id, sha256, media_type, added_by, strict=True)))


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
