"""Deliveries of media to rows, with the truth about each file beside: for tests that compare counts."""

from __future__ import annotations

import base64
import random
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.builders import load
from tests.pictures import jpeg, noise, pdf, png

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.media.matching import Attached
    from credtools.registry import Registry

PATTERN = "{user_email}_{credential_type}"
KINDS = ("First Aid", "Forklift", "Passport")
LISTS = ("matched", "unmatched", "ambiguous", "refused")


@dataclass
class Delivery:
    """Rows, files, and by name of list the truth: which files stand in it; `missing`: the lines."""

    rows: list[str]
    users: list[str]
    files: dict[str, bytes]
    truth: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in LISTS})
    lines: dict[str, int] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)


def deliver(rows: int, files: int, bytes_each: int = 0, seed: int = 1) -> Delivery:
    """Rows of users and types, some twice with another issue date; files for some of them, some strange or broken."""
    chance = random.Random(seed)  # noqa: S311 - the same delivery each time
    users = [f"user{k}@example.org" for k in range(rows // 2)]
    keys = [(user, kind) for user in users for kind in KINDS]
    chosen = chance.sample(keys, rows - rows // 20)
    twice = set(chosen[: rows // 20])
    written = [(*key, "2024-01-01") for key in chosen] + [(*key, "2025-01-01") for key in sorted(twice)]
    told = [f"{user},{kind},{day},," for user, kind, day in written]
    made = Delivery(told, users, {})
    line_of = {(user, kind): k for k, (user, kind, day) in enumerate(written, 2) if day == "2024-01-01"}
    filler = noise(64) if bytes_each else b""
    for number, (user, kind) in enumerate(chance.sample(chosen, files)):
        ending, content = ((".jpg", jpeg), (".png", png), (".pdf", pdf))[number % 3]
        whole = _padded(content(number), ending, bytes_each, filler)
        name, where = f"in/{user}_{kind}{ending}", "ambiguous" if (user, kind) in twice else "matched"
        if number % 10 == 7:
            name, where = f"in/stranger {number}{ending}", "unmatched"
        elif number % 10 == 3:
            whole, where = whole[: len(whole) * 2 // 3], "refused"
        elif number % 10 == 5:
            whole = whole.replace(b"startxref\n", b"startxref\n1")  # of a PDF: taken, and shown as a repaired copy
        made.files[name] = whole
        made.truth[where].add(name)
        if where == "matched":
            made.lines[name] = line_of[user, kind]
    there = set(made.lines.values())
    made.missing = {k for k, (_, kind, _) in enumerate(written, 2) if kind == "Passport" and k not in there}
    return made


def _padded(content: bytes, ending: str, size: int, filler: bytes) -> bytes:
    """A larger file that is still a proper one: a comment that no program shows."""
    rest = max(0, size - len(content))
    if not rest:
        return content
    comment = (filler * (rest // len(filler) + 1))[:rest]
    if ending == ".jpg":  # comment segments behind the start of the picture
        parts = [comment[k : k + 65_000] for k in range(0, rest, 65_000)]
        segments = b"".join(b"\xff\xfe" + (len(part) + 2).to_bytes(2, "big") + part for part in parts)
        return content[:2] + segments + content[2:]
    if ending == ".png":
        body = b"noIs" + comment
        chunk = rest.to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
        return content[:33] + chunk + content[33:]
    return pdf(len(content), root={"/Filler": base64.b64encode(comment)[:rest].decode()})


def organise(registry: Registry, folder: Path, made: Delivery) -> None:
    load(registry, folder, users="\n".join(["Email", *made.users, ""]))


def compare(done: Attached, made: Delivery) -> None:
    """Each file stands in exactly the list that the truth says, and each row that lacks media among the missing."""
    for name in LISTS:
        found = [medium.file for medium in getattr(done, name)]
        assert len(found) == len(set(found))
        assert set(found) == made.truth[name], name
    assert done.shared == []
    assert {medium.file: medium.lines for medium in done.matched} == {k: (v,) for k, v in made.lines.items()}
    assert [row.line for row in done.missing] == sorted(made.missing)
