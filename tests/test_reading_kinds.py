"""What a file is, whatever its name ends in; and in which encoding its text is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credtools import reading
from credtools.errors import FileError
from credtools.model import Table


def read(content: bytes, name: str = "export.csv", **options: Any) -> Table:
    return reading.read_bytes(content, name, **options)


def rows(table: Table) -> list[list[str]]:
    """Headings and cells."""
    return [list(table.reading.headings), *table.frame.to_numpy().tolist()]


def codes(table: Table) -> list[str]:
    return [one.code for one in table.reading.noted]


def refusal(content: bytes, name: str = "export.csv", **options: Any) -> tuple[str, dict[str, Any]]:
    """The reason why a file is refused, and its facts."""
    with pytest.raises(FileError) as caught:
        read(content, name, **options)
    assert caught.value.code == "file_readable"
    return caught.value.reason, caught.value.facts


# --- encodings ------------------------------------------------------------------------------------------------

NAMES = "Name;Nr\nJosé Müller;1\nZoë Ångström;2\n"
WORDS = {
    "cp850": ("Name;Nr\nJosé Müller;1\n", 2, "osé"),
    "mac_roman": (NAMES, 2, "osé"),
    "cp1250": ("Name;Nr\nŁukasz Żółć;1\n", 2, "Łuk"),
    "cp1251": ("Имя;Лимит\nЖилин;12\n", 1, "Лим"),
    "koi8_r": ("Имя;Лимит\nЖилин;12\n", 1, "Лим"),
    "cp932": ("メール,氏名,番号\nana@x.org,東京 太郎,0012\n", 1, "メール"),
    "gbk": ("邮箱,姓名,编号\nana@x.org,张伟,0012\n", 1, "邮箱"),
    "big5": ("姓名,編號\n王小明,12\n", 1, "編號"),
}


@pytest.mark.parametrize("encoding", WORDS)
def test_other_code_pages_are_named_never_guessed(encoding: str) -> None:
    """Bytes that make no sense in cp1252 are refused with how likely code pages read them, the right one among them."""
    text, line, piece = WORDS[encoding]
    reason, facts = refusal(text.encode(encoding))
    assert (reason, facts["line"]) == ("encoding_unclear", line)
    choices = [one.partition("' in ")[::2] for one in facts["found"].split(", ")]
    assert 1 <= len(choices) <= 3
    assert any(found == f"'{piece}" and encoding in names.split(" or ") for found, names in choices)
    assert rows(read(text.encode(encoding), encoding=encoding)) == rows(read(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        *("José Müller", "„Wort“ 5 €", "O’Brien – x", "fechaÚltima", "STRAßE", "yöäänestys", "Šimon Žižek Œuvre"),
        *("£100", "25 °C", "10 m²", "50 ¢", "Ana · Bo", "ÅNGSTRÖM", "créée", "¿Qué?", "l‘été", "µg ½"),
    ],
)
def test_what_makes_sense_in_cp1252_is_read_with_a_warning(text: str) -> None:
    """Western languages are read as cp1252, visibly: no accent, quotation mark or unit makes that doubtful."""
    table = read(f"Name\n{text}\n".encode("cp1252"))
    assert (rows(table), codes(table)) == ([["Name"], [text]], ["encoding_doubtful"])


def test_of_a_word_only_a_piece_is_shown() -> None:
    """The sentence about an encoding is kept in records, so it holds no whole name of a person."""
    with pytest.raises(FileError) as caught:
        read("Email;Name\nana@x.org;Österreicherová\n".encode("cp850"))
    assert "Ö" in str(caught.value)
    assert "sterreicher" not in str(caught.value)


def test_control_characters_that_stand_for_letters() -> None:
    """C1 controls in any text are the characters of cp1252 that were meant, and that is told; a lone U+0085 is none."""
    for encoding in ("utf-8", "utf-16", "latin-1"):
        table = read("Name,x\nO\x92Brien,\x85\nPlain,\x81\n".encode(encoding), encoding=encoding)
        assert rows(table) == [["Name", "x"], ["O’Brien", "…"], ["Plain", "\x81"]]
        assert codes(table) == ["controls_misread"]
    assert rows(read("Name,x\nO\x85Brien,\x81\n".encode())) == [["Name", "x"], ["O\x85Brien", "\x81"]]


@pytest.mark.parametrize("end", ["\x1a", "\x1a\x1a\x00", "\x00" * 500])
def test_what_only_marks_the_end_is_no_record(end: str) -> None:
    """Ctrl-Z and NULs after the last line are told, no record; the last line has its end."""
    table = read(f"a,b\r\n1,2\r\n{end}".encode())
    assert (rows(table), codes(table), table.reading.lines) == ([["a", "b"], ["1", "2"]], ["end_marked"], 2)
    table = read(b"a,b\r\n1,2\x1a")
    assert (rows(table), codes(table)) == ([["a", "b"], ["1", "2"]], ["end_marked", "last_line_open"])


def test_nul_characters_within_a_text_stay() -> None:
    """NULs and Ctrl-Z inside the text are part of their cells, which a rule rejects, and don't make it UTF-16."""
    assert rows(read(b"a,b\n1\x00\x00,2\n3,\x1a4\n")) == [["a", "b"], ["1\x00\x00", "2"], ["3", "\x1a4"]]


def test_byte_order_marks_where_files_were_put_together() -> None:
    """A byte-order mark at the beginning of a later line is told and isn't part of its first cell."""
    table = read(b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n\xef\xbb\xbfa,b\n3,4\n")
    assert (rows(table), codes(table)) == ([["a", "b"], ["1", "2"], ["3", "4"]], ["marks_within"])
    assert table.reading.heading_lines == (1, 3)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Name;Nr\nAna;1\n", "Имя;Лимит\nЖилин;12\n", "姓名,編號\n王小明,12\n"])
def test_utf_16_without_its_mark(encoding: str, text: str) -> None:
    """UTF-16 shows by its NUL bytes, whatever the script."""
    table = read(text.encode(encoding))
    assert (table.reading.encoding, rows(table)) == (encoding, rows(read(text.encode())))


@given(st.binary(min_size=1, max_size=80), st.sampled_from(["a\n", ""]))
def test_any_bytes_have_an_encoding_or_candidates(content: bytes, head: str) -> None:
    """No bytes break the search for an encoding; what is found is a text or one sentence that names code pages."""
    found = "encoding"
    try:
        found = read(head.encode() + content).reading.encoding
    except FileError as refused:
        found = refused.facts.get("found", refused.reason) if refused.reason == "encoding_unclear" else refused.reason
    assert found
