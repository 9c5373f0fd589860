"""Digests: what the chain of events covers. Salted, so that erased values can't be guessed from them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

SALT_BYTES = 16
CHAINED = ("id", "version_id", "sha256", "media_type", "added_by", "shown_as", "scan", "scan_digest")  # of a link


def salts(count: int) -> list[bytes]:
    pool = os.urandom(SALT_BYTES * count)
    return [pool[k * SALT_BYTES : (k + 1) * SALT_BYTES] for k in range(count)]


def salted_digest(salt: bytes, text: str) -> bytes:
    return hashlib.sha256(salt + text.encode()).digest()


def content_text(key: Sequence[object], content: Sequence[object]) -> str:
    """The text over which a version's digest runs: whose credential it is (user, type, number), and what it says."""
    issued, expires, number, own = content
    return json.dumps([*key, *(str(day) if day else None for day in (issued, expires)), number, own])


def place_text(sheet: int, line: int, piece: int) -> str:
    """A row's place in its file; just its line where there is one sheet and one piece."""
    return str(line) if sheet == piece == 1 else f"{sheet}:{line}.{piece}"


def columns_text(columns: Collection[str] | None) -> str | None:
    """Names of columns as one text, in one order."""
    return None if columns is None else ",".join(sorted(columns))


def said_text(by_pair: Sequence[Collection[str]]) -> str:
    """Of which columns a file speaks, as one text: pair by pair of `unpivot` where these differ."""
    texts = [columns_text(columns) or "" for columns in by_pair]
    return texts[0] if len(set(texts)) == 1 else ";".join(texts)


def said_by(text: str, piece: int) -> frozenset[str]:
    """The columns of which a piece of a record speaks, by such a text."""
    by_pair = text.split(";")
    return frozenset(by_pair[(piece - 1) % len(by_pair)].split(","))


def ledger_digest(columns: Mapping[str, Sequence[Any]], block: tuple[str, bytes] | None = None) -> str:
    """SHA-256 over the ledger of one batch: row by row, and its block of unchanged rows (their text, their digests)."""
    names = ("verdict", "codes", "version_id", "digest", "rule")
    places = map(place_text, *(columns[name] for name in ("sheet", "line", "piece")))
    lines = [
        f"{place} {verdict} {codes} {version} {digest.hex()}" + (f" {rule}" if rule else "")
        for place, verdict, codes, version, digest, rule in zip(places, *(columns[n] for n in names), strict=True)
    ]
    if block:
        lines.append(f"block {hashlib.sha256(block[0].encode()).hexdigest()} {hashlib.sha256(block[1]).hexdigest()}")
    return _digest(lines)


def versions_digest(columns: Mapping[str, Sequence[Any]]) -> str:
    """SHA-256 over the versions that one batch wrote, in the order of their ids.

    Of the decision only whether one is required: what was decided has events of its own.
    """
    names = (
        "id",
        "credential_id",
        "sheet",
        "line",
        "piece",
        "decision",
        "digest",
        "said",
        "inherits_id",
        "replaces_id",
    )
    return _digest(
        f"{number} {credential} {place_text(*place)} {decision != 'not_required'} {digest.hex()}"
        + (f" {' '.join(map(str, origin))}" if any(one is not None for one in origin) else "")
        for number, credential, *place, decision, digest, a, b, c in zip(*(columns[n] for n in names), strict=True)
        for origin in [(a, b, c)]
    )


def media_digest(columns: Mapping[str, Sequence[Any]]) -> str:
    """SHA-256 over the links that one event made; not over the files' names, which can be erased.

    Of what they are shown as, and what they say beside their rows, only where there is such a thing.
    """
    return _digest(
        json.dumps([*link, *([shown_as, scan, digest and digest.hex()] if shown_as or scan or digest else ())])
        for *link, shown_as, scan, digest in zip(*(columns[name] for name in CHAINED), strict=True)
    )


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
