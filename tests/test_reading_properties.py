"""What holds for every file: no line is lost, at once or singly gives the same records, what is written is read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credtools.errors import CredtoolsError
from credtools.model import Table
from credtools.model.json_arrays import json_arrays
from credtools.reading.delimited import split
from credtools.reading.delimited.regular import Regular
from tests.core import SHARED, meant, table
from tests.pollution import POLLUTIONS, Rows, sample

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=10)
ANY_TEXT = st.text(alphabet=st.characters(), max_size=4)  # halves of characters, too
TABLE_TEXT = st.text(alphabet="ab1,;\t|^'\"\\\r\n \x00é-+~#!\x1f", max_size=80)
REAL = SHARED / "real" / "vt_licenses.csv"
BESIDE = [
    path
    for folder in (SHARED, SHARED.parent / "cases" / "exports")
    for path in sorted(folder.rglob("*"))
    if path.suffix in {".csv", ".tsv", ".txt", ".tab", ".dat", ".psv", ".prn"} and path.is_file()
]
MADE_UP = "Licence,Holder,Kind,Town,Valid until\n" + "".join(
    f'L-{k:04},"Holder {k}, Ltd",{"Retailer" if k % 3 else "Wholesale"},Town {k % 3},{k % 28 + 1:02}/11/2026\n'
    for k in range(200)
)


def every_line_once(read: Table) -> None:
    """Each physical line is exactly one of preamble, heading, instruction, blank, footer, aside, or of a record."""
    told = read.reading
    kinds = ("preamble", "heading", "instruction", "blank", "footer", "aside")
    apart = [line for kind in kinds for line in getattr(told, f"{kind}_lines")]
    assert len(set(apart)) == len(apart)
    assert all(1 <= line <= told.lines for line in apart)
    starts = read.lines.tolist()
    assert starts == sorted(set(starts))
    assert not set(starts) & set(apart)
    owner = dict.fromkeys(apart, "apart") | dict.fromkeys(starts, "record")
    before = ""
    for line in range(1, told.lines + 1):
        before = owner.get(line, before)
        assert before == "record" or line in owner, line
    assert set(told.repaired_lines) <= set(starts) | set(apart)


def read_or_refuse(content: bytes, **options: Any) -> Table | str:
    from credtools import reading

    try:
        return reading.read_bytes(content, "a.csv", **options)
    except CredtoolsError as refused:
        return str(refused)


@settings(max_examples=300, deadline=None)  # what begins like a spreadsheet is opened in a process
@given(st.one_of(st.binary(max_size=80), TABLE_TEXT.map(str.encode), TEXT.map(lambda text: text.encode("utf-16"))))
@example(b'a,b\n"\n"\n')
@example(b'a,b\n1,"x\n2,y\n')
@example(b"a,b,c\n1,2,3\n\n\nx,y\nz,w\n")
@example(b'"\\"')
@example(b"Name  Kind  No\n----  ----  --\nAna   x     12\n\n(1 row)\n")
@example(b"a|b!##!\n1|x\ny!##!\n2|z!##!\n")
@example(b"sep=;\n# x\n# a;b\n1;2,5\n3;4,5\n")
@example(b"+---+---+\n| a | b |\n+---+---+\n| 1 | 2 |\n+---+---+\n")
def test_no_line_is_lost(content: bytes) -> None:
    """Whatever the bytes are, the answer is a table with every physical line in one place, or one sentence."""
    read = read_or_refuse(content)
    if isinstance(read, str):
        assert read.endswith((".", ")"))
    else:
        every_line_once(read)


CELL = st.text(alphabet="abc1é€\u2028\x00 .-", max_size=6)
BROKEN = st.text(alphabet="a1\"',;\n\r \x00é", max_size=8)


@st.composite
def files(draw: st.DrawFn) -> str:
    """Records as programs write them, with faults of all kinds in some; their lines end in all ways."""
    cut, mark = draw(st.sampled_from([",", ";", "\t", ", ", "  "])), draw(st.sampled_from('"\'"'))
    width, always = draw(st.integers(1, 5)), draw(st.booleans())
    quoted = st.one_of(CELL, st.text(alphabet=f"ab{mark}{cut}\n\r é", max_size=8))
    quoted = quoted.map(lambda cell: mark + cell.replace(mark, 2 * mark) + mark)
    cell = quoted if always else st.one_of(CELL, CELL, quoted)
    usual = st.lists(cell, min_size=width, max_size=width)
    head = [f"Head {k}" for k in range(width)]
    other = st.one_of(st.just([""]), st.just(head), st.lists(st.one_of(cell, BROKEN), max_size=width + 2))
    rows = draw(st.lists(usual if draw(st.booleans()) else st.one_of(usual, usual, usual, other), max_size=12))
    ends = (
        st.just(draw(st.sampled_from(["\n", "\r\n", "\r"])))
        if draw(st.booleans())
        else st.sampled_from(["\n", "\r\n", "\r"])
    )
    text = "".join(cut.join(row) + draw(ends) for row in [head, *rows])
    text = draw(st.sampled_from(["", "", "A title\n\n"])) + text * draw(st.sampled_from([1, 1, 20]))
    return text.rstrip("\r\n") if draw(st.booleans()) else text


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(files(), TABLE_TEXT),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.fixed_dictionaries(
        {},
        optional={
            "delimiter": st.sampled_from([",", ";", ", "]),
            "quote": st.sampled_from(["", '"', "'"]),
            "escape": st.sampled_from(["", "\\"]),
            "heading_line": st.integers(0, 3),
        },
    ),
)
@example('a,b\n"x\n\ny",1\n2,3\n', "utf-8", {})
@example("a,b\n1,2,3\n\n4\n", "utf-8", {})
@example('a,b\n"1, ""2""",\n,5" x\n"",y\n', "utf-8", {})
@example('a;b\r\n"1;";2\r\n3;\r\n', "utf-16", {})
@example("a,b\n1,2\r3,4\n", "utf-8", {})
@example('a,b\n1,"x"y\n1,"x""\n', "utf-8", {})
@example('a,b,c\n1,"x,2\n1,2,3\n1,2,3\n4,"y\n1,2,3\n5,z",3\n', "utf-8", {})
@example('a,b,c\n1,"x,2\n1,2,3\n5,z",3\n4,5,6\n', "utf-8", {})
@example('a,b\n1,"' + "x" * 132_000 + '"\n2,3\n', "utf-8", {})
@example('a,b\n1,"' + "x\n" * 1_100 + '"\n2,3\n', "utf-8", {})
def test_records_cut_at_once_are_those_cut_one_by_one(text: str, encoding: str, options: dict[str, Any]) -> None:
    """A file is read just so when each of its records is looked at on its own, or refused with the same sentence."""
    same_one_by_one(text.encode(encoding), **options)


def same_one_by_one(content: bytes, **options: Any) -> None:
    at_once = read_or_refuse(content, **options)
    singly = {"take": lambda _, line, __: line, "widths": lambda *_: [], "is_torn": lambda *_: False}
    with patch.object(split, "even_rows", lambda *_: None):
        by_marks = read_or_refuse(content, **options)
        with patch.multiple(Regular, **singly):
            one_by_one = read_or_refuse(content, **options)
    for other in (by_marks, one_by_one):
        assert at_once == other
        if isinstance(at_once, Table) and isinstance(other, Table):
            assert at_once.raw == other.raw
            assert list(at_once.keys()) == list(other.keys())


if BESIDE:

    @pytest.mark.parametrize("path", BESIDE, ids=lambda path: str(path.relative_to(SHARED.parent)))
    def test_files_of_others_are_cut_at_once_as_one_by_one(path: Path) -> None:
        """The same for files that nobody here wrote, and for the exports of known systems."""
        same_one_by_one(path.read_bytes())


@given(
    rows=st.integers(1, 6).flatmap(lambda n: st.lists(st.lists(TEXT, min_size=n, max_size=n), min_size=1, max_size=9)),
    delimiter=st.sampled_from([",", ";", "\t", "|", "^"]),
    quote=st.sampled_from(['"', "'"]),
    end=st.sampled_from(["\n", "\r\n"]),
    always=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_what_was_written_is_read(
    *, rows: list[list[str]], delimiter: str, quote: str, end: str, always: bool, encoding: str
) -> None:
    """Any cells, written by Python's csv in any dialect and encoding, come back exactly when the dialect is told."""
    out = io.StringIO(newline="")
    how = csv.QUOTE_ALL if always or end == "\n" else csv.QUOTE_MINIMAL  # it forgets that a CR ends a line, too
    writer = csv.writer(out, delimiter=delimiter, quotechar=quote, lineterminator=end, quoting=how)
    rows = [[str(k), *row] for k, row in enumerate(rows)]  # so that no line is blank
    writer.writerows([["no", *(f"h{k}" for k in range(1, len(rows[0])))], *rows])
    told = {"delimiter": delimiter, "quote": quote, "escape": "", "heading_line": 1, "footer_lines": 0}
    read = table(out.getvalue().encode(encoding), **told, **({"encoding": encoding} if encoding != "utf-8" else {}))
    assert [json.loads(raw) for raw in read.raw] == meant(rows)
    assert read.reading.repaired_lines == ()
    every_line_once(read)


def dtype_for(cells: Sequence[str]) -> pd.StringDtype:
    """As a table has them: in Arrow, which can't hold half a character, or as Python's texts."""
    halves = any("\ud800" <= letter <= "\udfff" for cell in cells for letter in cell)
    return pd.StringDtype("python" if halves else "pyarrow", na_value=np.nan)


@given(
    rows=st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(ANY_TEXT, min_size=n, max_size=n), max_size=6)),
    lacking=st.booleans(),
)
@example(rows=[["\ud800"]], lacking=False)
def test_json_of_many_rows_is_that_of_single_ones(*, rows: list[list[str]], lacking: bool) -> None:
    """Raw records and what digests cover are written as json.dumps does, whatever letters are in the cells."""
    columns: list[Any] = [pd.Series(column, dtype=dtype_for(column)) for column in zip(*rows, strict=True)]
    blank = [""] if lacking else []
    columns += [None] if lacking else []
    assert json_arrays(columns, len(rows)) == [json.dumps([*row, *blank]) for row in rows]
    numbers, words = range(len(rows)), [json.dumps(["é", k]) for k in range(len(rows))]
    assert json_arrays(columns, len(rows), numbers) == [json.dumps([k, *row, *blank]) for k, row in enumerate(rows)]
    said = [json.dumps([["é", k], *row, *blank]) for k, row in enumerate(rows)]
    assert json_arrays(columns, len(rows), words) == said


# --- pollutions -----------------------------------------------------------------------------------------------


def clean_rows(rng: Random) -> Rows:
    text = REAL.read_text("utf-8-sig") if REAL.is_file() else MADE_UP
    return sample(text, rng, records=rng.choice((10, 60)))


@pytest.mark.parametrize("name", POLLUTIONS)
def test_polluted_tables_are_recovered(name: str) -> None:
    """Every pollution of the Pollock paper, at random places of a real table: all cells come back, or nearly all."""
    scores = []
    for seed in range(8):
        rng = Random(f"{name} {seed}")  # noqa: S311 - the same places in every run
        polluted = POLLUTIONS[name](clean_rows(rng), rng)
        read = table(polluted.content)
        every_line_once(read)
        headings = read.frame.columns[: read.expected_fields] if read.reading.heading_line else None
        scores.append(polluted.score(headings, [json.loads(raw) for raw in read.raw]))
    assert min(scores) > 0.95, scores
    assert sum(scores) / len(scores) >= (0.999 if name in {"missing_quote", "extra_quote"} else 1.0), scores
