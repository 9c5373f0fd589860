"""Digests: what the chain of events covers. Salted, so that erased values can't be guessed from them.

Texts of the second kind (a version's `digest_kind` 2; `"digests": 2` in the event `finish`) are made of **fields**, so
that nobody can shift a character from one value into the next, and so that a server can make them again. A field is
`LENGTH:VALUE`, the length in characters (not bytes), or `~` for a value that isn't there; nothing separates fields.
Values: text as it is stored · whole numbers in digits · dates `YYYY-MM-DD` · `true` `false` · bytes in hex, small
letters · moments `YYYY-MM-DDTHH:MM:SS.ffffffZ`. In SQL: `coalesce(length(x) || ':' || x, '~')` of such a text. All
texts are UTF-8 when they are digested.

- version: SHA-256(salt, fields of 'version', user id, type id, number of the credential, issue_date, expiration_date,
  number, own, never), the first three as they were written (`written_user_id` … where there are such).
- versions of a batch, by id: SHA-256(fields of 'versions', how many; then of each: id, credential as it was written,
  sheet, line, piece, whether `decision` isn't 'not_required', digest, digest_kind, said, inherits_id, replaces_id).
- ledger of a batch, by sheet, line, piece: SHA-256(fields of 'ledger', how many rows; then of each: sheet, line, piece,
  verdict, codes, rule, version_id, digest; then, where there is a block, fields of 'block', SHA-256 of its `rows`,
  SHA-256 of its `digests`), of which the last two are bytes in hex.

The digest of a batch's versions or ledger stands in its event in hex.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

SALT_BYTES = 16
KIND = 2  # of the digests that are made today
CHAINED = ("id", "version_id", "sha256", "media_type", "added_by", "shown_as", "scan", "scan_digest")  # of a link


def salts(count: int) -> list[bytes]:
    pool = os.urandom(SALT_BYTES * count)
    return [pool[k * SALT_BYTES : (k + 1) * SALT_BYTES] for k in range(count)]


def salted_digest(salt: bytes, text: str) -> bytes:
    return hashlib.sha256(salt + text.encode()).digest()


def field(value: object) -> str:
    """One value as a field of a text of the second kind."""
    if value is None:
        return "~"
    text = value if isinstance(value, str) else plain(value)
    return f"{len(text)}:{text}"


def fields(*values: object) -> str:
    return "".join(map(field, values))


def plain(value: object) -> str:
    """A value as both databases write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")  # years before 1000
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


def content_text(kind: int, key: Sequence[object], content: Sequence[object], *, never: bool) -> str:
    """The text over which a version's digest runs: whose credential it is (user, type, number), and what it says.

    `kind`: 1 before layout 0007, without `never`.
    """
    issued, expires, number, own = content
    if kind == 1:
        return json.dumps([*key, *(str(day) if day else None for day in (issued, expires)), number, own])
    return fields("version", *key, issued, expires, number, own, never)


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


LEDGER = ("sheet", "line", "piece", "verdict", "codes", "rule", "version_id", "digest")
VERSIONS = ("id", "credential_id", "sheet", "line", "piece", "decision", "digest", "said", "inherits_id", "replaces_id")


def ledger_digest(columns: Mapping[str, Sequence[Any]], block: tuple[str, bytes] | None = None, *, kind: int) -> str:
    """SHA-256 over the ledger of one batch: row by row, and its block of unchanged rows (their text, their digests).

    `columns`: those of LEDGER. `kind`: 1 before layout 0007.
    """
    shas = [hashlib.sha256(part).hexdigest() for part in (block[0].encode(), block[1])] if block else []
    rows = zip(*(columns[name] for name in LEDGER), strict=True)
    if kind != 1:
        lines = [fields("ledger", len(columns["line"])), *(fields(*row) for row in rows)]
        return _digest("", [*lines, fields("block", *shas)] if block else lines)
    lines = [
        f"{place_text(*place)} {verdict} {codes} {version} {digest.hex()}" + (f" {rule}" if rule else "")
        for *place, verdict, codes, rule, version, digest in rows
    ]
    return _digest("\n", [*lines, " ".join(["block", *shas])] if block else lines)


def versions_digest(columns: Mapping[str, Sequence[Any]], *, kind: int) -> str:
    """SHA-256 over the versions that one batch wrote, in the order of their ids; `columns`: those of VERSIONS.

    Of the decision only whether one is required: what was decided has events of its own. `kind`: 1 before layout 0007;
    since then `digest_kind` belongs to the columns.
    """
    rows = zip(*(columns[name] for name in VERSIONS), strict=True)
    if kind != 1:
        kinds = columns["digest_kind"]
        head = fields("versions", len(kinds))
        return _digest(
            "",
            (head,),
            (
                fields(*place, decision != "not_required", digest, of_kind, *origin)
                for of_kind, (*place, decision, digest, a, b, c) in zip(kinds, rows, strict=True)
                for origin in [(a, b, c)]
            ),
        )
    return _digest(
        "\n",
        (
            f"{number} {credential} {place_text(*place)} {decision != 'not_required'} {digest.hex()}"
            + (f" {' '.join(map(str, origin))}" if any(one is not None for one in origin) else "")
            for number, credential, *place, decision, digest, a, b, c in rows
            for origin in [(a, b, c)]
        ),
    )


def media_digest(columns: Mapping[str, Sequence[Any]]) -> str:
    """SHA-256 over the links that one event made; not over the files' names, which can be erased.

    Of what they are shown as, and what they say beside their rows, only where there is such a thing.
    """
    return _digest(
        "\n",
        (
            json.dumps([*link, *([shown_as, scan, digest and digest.hex()] if shown_as or scan or digest else ())])
            for *link, shown_as, scan, digest in zip(*(columns[name] for name in CHAINED), strict=True)
        ),
    )


def _digest(end: str, *parts: Iterable[str]) -> str:
    """SHA-256 over lines; `end`: how each ends."""
    return hashlib.sha256("".join(f"{line}{end}" for part in parts for line in part).encode()).hexdigest()
