"""ODS that is protected by a password (OpenDocument 1.3, part 2, 3.4 and 4.8; PBKDF2 and AES, as since 2011)."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
import zlib
from xml.etree import ElementTree as ET

from credtools.limited import Refused
from credtools.reading.workbook.parts import Parts, local

KIND = "ODS workbook"
MANIFEST = "META-INF/manifest.xml"
NEEDED = ("content.xml", "styles.xml")
MOST_ROUNDS = 10_000_000  # that a key may take
CHECKED = 1024  # bytes by which a password is known to be right


def is_locked(parts: Parts) -> bool:
    """Whether the parts of an ODS are encrypted."""
    return MANIFEST in parts and any(local(one.tag) == "encryption-data" for one in parts.tree(MANIFEST).iter())


def opened(parts: Parts, password: str | None, limits: dict[str, int]) -> Parts:
    """The parts that hold cells, without their password. Raises Refused."""
    if password is None:
        raise Refused("password_needed", kind=KIND)
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in parts.tree(MANIFEST):
            name = next((value for key, value in entry.items() if local(key) == "full-path"), "")
            if name in NEEDED and name in parts:
                content = parts.read(name)
                locked = any(local(one.tag) == "encryption-data" for one in entry)
                archive.writestr(name, _plain(content, entry, password, limits["bytes"]) if locked else content)
    plain = Parts(found.getvalue(), limits)
    if "content.xml" not in plain:  # all of it is one encrypted part, as since 2024
        raise Refused("protection_unknown", kind=KIND)
    return plain


def _plain(content: bytes, entry: ET.Element, password: str, most: int) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - after the limits

    said: dict[str, str] = {}
    for one in entry.iter():
        said |= {f"{local(one.tag)} {local(key)}": value for key, value in one.items()}
    rounds, size = (int(said.get(f"key-derivation {name}", "0")) for name in ("iteration-count", "key-size"))
    ways = said.get("algorithm algorithm-name", ""), said.get("key-derivation key-derivation-name", "")
    if not ways[0].endswith("#aes256-cbc") or ways[1].rpartition("#")[2].lower() != "pbkdf2":
        raise Refused("protection_unknown", kind=KIND)
    if not 0 < rounds <= MOST_ROUNDS or size != 32:
        raise Refused("protection_unknown", kind=KIND)
    start = said.get("start-key-generation start-key-generation-name", "SHA1").rpartition("#")[2].lower()
    first = hashlib.new("sha256" if start == "sha256" else "sha1", password.encode()).digest()
    salt, vector = (base64.b64decode(said[name]) for name in ("key-derivation salt", "algorithm initialisation-vector"))
    key = hashlib.pbkdf2_hmac("sha1", first, salt, rounds, size)
    packed = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor().update(content)
    check = said.get("encryption-data checksum-type", "").rpartition("#")[2].lower().replace("-", "")
    made = hashlib.new("sha256" if check.startswith("sha256") else "sha1", packed[:CHECKED])
    if base64.b64encode(made.digest()).decode() != said.get("encryption-data checksum") and len(packed) > CHECKED + 16:
        raise Refused("password_wrong", kind=KIND)
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)
    except zlib.error as problem:
        raise Refused("password_wrong", kind=KIND) from problem
