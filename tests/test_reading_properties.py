"""What holds for every file: no line is lost, the quick way and the careful way agree, what was written is read."""

from __future__ import annotations

import csv
import io
import json
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credtools.errors import CredtoolsError
from credtools.model import Table
from credtools.reading import records as splitting
from credtools.reading.dialect import Dialect
from tests.core import SHARED, meant, table
from tests.pollution import POLLUTIONS, Rows, sample

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=10)
TABLE_TEXT = st.text(alphabet="ab1,;\t|^'\"\\\r\n \x00é", max_size=80)
REAL = SHARED / "real" / "vt_licenses.csv"
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


def read_or_refuse(content: bytes, name: str = "a.csv") -> Table | str:
    from credtools import reading

    try:
        return reading.read_bytes(content, name)
    except CredtoolsError as refused:
        return str(refused)


@settings(max_examples=300, deadline=None)  # what begins like a spreadsheet is opened in a process
@given(st.one_of(st.binary(max_size=80), TABLE_TEXT.map(str.encode), TEXT.map(lambda text: text.encode("utf-16"))))
@example(b'a,b\n"\n"\n')
@example(b'a,b\n1,"x\n2,y\n')
@example(b"a,b,c\n1,2,3\n\n\nx,y\nz,w\n")
@example(b'"\\"')
def test_no_line_is_lost(content: bytes) -> None:
    """Whatever the bytes are, the answer is a table with every physical line in one place, or one sentence."""
    read = read_or_refuse(content)
    if isinstance(read, str):
        assert read.endswith((".", ")"))
    else:
        every_line_once(read)


@settings(max_examples=300)
@given(TABLE_TEXT, st.sampled_from([Dialect(), Dialect(";"), Dialect(",", "'"), Dialect(",", "")]))
@example('a,b\n"x\n\ny",1\n2,3\n', Dialect())
@example("a,b\n1,2,3\n\n4\n", Dialect())
def test_the_quick_way_is_the_careful_way(text: str, dialect: Dialect) -> None:
    """A text that is split in one go is split record by record just so."""
    lines = list(io.StringIO(text, newline=""))
    quick = splitting._quickly(lines, dialect)
    if not isinstance(quick, int):
        careful = splitting._carefully(lines, dialect, 1, quick.width)
        assert list(careful.cells) == list(quick.cells)
        assert list(careful.starts) == list(quick.starts)
        assert careful.repaired == []


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
