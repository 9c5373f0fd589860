"""Files that others collected: a table or one sentence for each; not collected where they don't lie beside us."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from credtools import reading
from credtools.errors import CredtoolsError
from credtools.model import Table
from tests.core import SHARED, meant, table

CORPORA = SHARED / "corpora"
FILES = sorted(path for path in CORPORA.rglob("*") if path.is_file())
NAUGHTY = CORPORA / "blns" / "blns.json"
SECONDS = 10


def table_or_sentence(path: Path) -> Table | str:
    try:
        return reading.read(path)
    except CredtoolsError as refused:
        return str(refused)


if FILES:

    @pytest.mark.parametrize("folder", sorted({path.relative_to(CORPORA).parts[0] for path in FILES}))
    def test_a_table_or_a_sentence(folder: str) -> None:
        """Each file of a corpus is read with every line in one place, or refused with one whole sentence, in time."""
        for path in (path for path in FILES if path.relative_to(CORPORA).parts[0] == folder):
            start = time.monotonic()
            read = table_or_sentence(path)
            assert time.monotonic() - start < SECONDS, path
            if isinstance(read, str):
                assert re.fullmatch(r"(The|Files) .+[.)]", read, re.DOTALL), (path, read)
                assert len(read) < 500, path
                continue
            told = read.reading
            kinds = ("preamble", "heading", "instruction", "blank", "footer", "aside")
            apart = [line for kind in kinds for line in getattr(told, f"{kind}_lines")]
            assert len(set(apart)) == len(apart), path
            assert not set(apart) & set(read.lines.tolist()), path
            assert len(read.frame) == len(read.lines) == len(read.fields), path

    @pytest.mark.parametrize("folder", ["duckdb", "frictionless"])
    def test_spreadsheets_are_read(folder: str) -> None:
        """All spreadsheets of a corpus are tables."""
        sheets = [path for path in FILES if path.suffix in {".xlsx", ".xls", ".ods"} and folder in path.parts]
        assert [path.name for path in sheets if isinstance(table_or_sentence(path), str)] == []


if NAUGHTY.is_file():

    def naughty() -> list[str]:
        return [text for text in json.loads(NAUGHTY.read_text("utf-8")) if text.strip()]

    def written(rows: list[list[str]]) -> bytes:
        quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
        return "\n".join(quoted).encode("utf-8", "surrogatepass")

    def test_naughty_strings_as_cells() -> None:
        """The big list of naughty strings comes back as it was written."""
        rows = [[str(k), text] for k, text in enumerate(naughty())]
        read = table(written([["no", "text"], *rows]))
        assert [json.loads(raw) for raw in read.raw] == meant(rows)

    def test_naughty_strings_as_headings() -> None:
        """Each naughty string is a heading like others: trimmed, squeezed, and unique."""
        texts = naughty()
        for start in range(0, len(texts), 60):
            some = texts[start : start + 60]
            read = table(written([some, ["x"] * len(some), ["y"] * len(some)]), heading_line=1)
            assert read.reading.headings == tuple(" ".join(text.split()) for text in meant([some])[0])
            assert len(set(read.frame.columns)) == len(some)
