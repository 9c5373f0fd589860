"""Protected workbooks: recognised in each form, opened by their password, which is kept and shown nowhere."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.format.ooxml import OOXMLFile

from credtools import reading
from credtools.cli import arguments
from credtools.errors import FileError, RecipeError
from credtools.reading.options import Options
from credtools.reading.workbook import xls
from credtools.recipe import Recipe
from credtools.registry import Registry
from tests import core
from tests.books import ods_text, zipped
from tests.builders import only_sqlite

EXPORTS = core.SHARED.parent / "cases" / "exports"
PASSWORD = "cor-rect horse ü"
ROWS = (["User email", "Credential type", "Issue date"], ["ana@example.org", "First Aid", "2025-01-01"])


def locked_xlsx(password: str = PASSWORD, rows: Sequence[list[str]] = ROWS) -> bytes:
    """A workbook as office programs encrypt it."""
    book, plain, out = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(plain)
    OOXMLFile(plain).encrypt(password, out)
    return out.getvalue()


def locked_ods(password: str = PASSWORD, cipher: str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc") -> bytes:
    """A spreadsheet as LibreOffice encrypts it."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    table = f'<table:table table:name="Data">{"".join(ods_text(*row) for row in ROWS)}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    names = "".join(f' xmlns:{name}="{space}:{name}:1.0"' for name in ("office", "table", "text"))
    content = f"<office:document-content{names}>{body}<!-- {'x' * 3000} --></office:document-content>".encode()
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS, level=0)
    packed = packer.compress(content) + packer.flush()
    packed += bytes([16 - len(packed) % 16]) * (16 - len(packed) % 16)
    salt, vector, rounds = b"s" * 16, b"v" * 16, 1000
    key = hashlib.pbkdf2_hmac("sha1", hashlib.sha256(password.encode()).digest(), salt, rounds, 32)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    check, salt_text, vector_text = (
        base64.b64encode(one).decode() for one in (hashlib.sha256(packed[:1024]).digest(), salt, vector)
    )
    start = "http://www.w3.org/2000/09/xmldsig#sha256"
    manifest = (
        f'<m:manifest xmlns:m="{space}:manifest:1.0"><m:file-entry m:full-path="content.xml" m:size="{len(content)}">'
        f'<m:encryption-data m:checksum-type="{space}:manifest:1.0#sha256-1k" m:checksum="{check}">'
        f'<m:algorithm m:algorithm-name="{cipher}" m:initialisation-vector="{vector_text}"/>'
        f'<m:start-key-generation m:start-key-generation-name="{start}" m:key-size="32"/>'
        f'<m:key-derivation m:key-derivation-name="PBKDF2" m:key-size="32" m:iteration-count="{rounds}" '
        f'm:salt="{salt_text}"/></m:encryption-data></m:file-entry></m:manifest>'
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": encryptor.update(packed) + encryptor.finalize(),
            "META-INF/manifest.xml": manifest,
        }
    )


LOCKED = {"XLSX workbook": locked_xlsx, "ODS workbook": locked_ods}


def refusal(content: bytes, **options: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(FileError) as caught:
        reading.read_bytes(content, "book", **options)
    assert caught.value.code == "file_readable"
    return caught.value.reason, caught.value.facts


@pytest.mark.parametrize(("kind", "locked"), LOCKED.items())
def test_protected_workbooks_open_by_their_password(kind: str, locked: Callable[[], bytes]) -> None:
    """Without a password, with another one, with the right one: three answers, the first two say what the file is."""
    content = locked()
    assert refusal(content) == ("password_needed", {"kind": kind})
    assert refusal(content, password="another") == ("password_wrong", {"kind": kind})
    table = reading.read_bytes(content, "book", password=PASSWORD)
    assert (table.frame.columns.tolist(), table.frame.iloc[0].tolist()) == ROWS
    assert table.sha256 == hashlib.sha256(content).hexdigest()


def test_a_password_that_nobody_chose() -> None:
    """What Excel protects by its usual password, so that nobody is asked, opens without one."""
    assert len(reading.read_bytes(locked_xlsx("VelvetSweatshop"), "book").frame) == 1


def test_a_way_of_protection_that_is_not_known() -> None:
    """A workbook that no password opens here is refused as that, and not for its password."""
    content = locked_ods(cipher="http://www.w3.org/2009/xmlenc11#aes256-gcm")
    assert refusal(content) == ("password_needed", {"kind": "ODS workbook"})
    assert refusal(content, password=PASSWORD) == ("protection_unknown", {"kind": "ODS workbook"})


if EXPORTS.is_dir():

    def test_a_protected_workbook_of_another_program() -> None:
        """As another program encrypts it."""
        content = (EXPORTS / "enc.xlsx").read_bytes()
        assert refusal(content) == ("password_needed", {"kind": "XLSX workbook"})
        assert refusal(content, password="x") == ("password_wrong", {"kind": "XLSX workbook"})

    def test_a_protected_old_workbook_is_recognised() -> None:
        """FILEPASS in an XLS says that it is protected."""
        stream = xls.stream((EXPORTS / "x.xls").read_bytes())
        after = 4 + struct.unpack_from("<H", stream, 2)[0]  # the first record
        passed = stream[:after] + struct.pack("<HHHHH", 0x2F, 6, 0, 1, 2) + stream[after:]
        with pytest.raises(xls.Locked):
            xls.sheets(passed)


def test_the_environment_names_a_file_with_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can be asked it is the first line of a file; one that can't be read is said, when it is needed."""
    place = tmp_path / "password"
    place.write_text(f"{PASSWORD}\nnot this\n", "utf-8")
    monkeypatch.setenv("CREDTOOLS_PASSWORD_FILE", str(place))
    content = locked_ods()
    assert len(reading.read_bytes(content, "book").frame) == 1
    assert refusal(content, password="another")[0] == "password_wrong"  # what was given counts
    place.unlink()
    told = {"path": str(place), "variable": "CREDTOOLS_PASSWORD_FILE", "why": "No such file or directory"}
    assert refusal(content) == ("password_unread", told)
    assert len(core.table("a,b\n1,2\n").frame) == 1


def test_the_password_is_no_part_of_a_recipe() -> None:
    """A recipe can't hold it, what is known of a file doesn't show it, and an error doesn't either."""
    with pytest.raises(RecipeError):
        Recipe.parse("read: {password: geheim}")
    assert "geheim" not in repr(Options(password="geheim"))
    with pytest.raises(FileError) as caught:
        reading.read_bytes(locked_ods(), "book", password="geheim")
    said = [str(caught.value), repr(caught.value.facts), repr(caught.value)]
    said += [caught.value.on(face) for face in ("prompt", "screen", "stored")]
    assert not any("geheim" in text for text in said)


@only_sqlite
def test_a_batch_of_a_protected_workbook(registry: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is uploaded, reviewed and finished by a password that the open registry remembers and the database doesn't."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "book.xlsx"
    path.write_bytes(locked_xlsx())
    with pytest.raises(FileError):
        registry.check(path)
    assert registry.check(path, password=PASSWORD).rows == 1
    batch = registry.upload(path, password=PASSWORD)
    number = batch.id
    assert batch.review().rows == registry.batch(number).review().rows == 1
    batch.finish()
    assert PASSWORD not in caplog.text
    stored = Path(str(registry.engine.url.database))
    for file in (stored, stored.with_name(f"{stored.name}-wal")):
        assert not file.exists() or PASSWORD.encode() not in file.read_bytes()
    assert stored.stat().st_size
    registry.passwords.clear()
    with pytest.raises(FileError) as caught:
        registry.batch(number).table  # noqa: B018
    assert caught.value.reason == "password_needed"
    assert len(registry.batch(number, password=PASSWORD).table.frame) == 1


def test_a_person_at_a_terminal_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, without an echo, and only at a terminal."""
    given: list[str | None] = []

    def read(password: str | None) -> str:
        given.append(password)
        if password is None:
            raise FileError("password_needed", kind="XLSX workbook")
        return "read"

    monkeypatch.setattr(arguments.getpass, "getpass", lambda _prompt: PASSWORD)
    monkeypatch.setattr(arguments.sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(FileError):
        arguments.unlocked(read)
    monkeypatch.setattr(arguments.sys.stdin, "isatty", lambda: True, raising=False)
    assert (arguments.unlocked(read), given) == ("read", [None, None, PASSWORD])
