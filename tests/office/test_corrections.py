"""The correction file in the program in which people correct: what nobody touched comes back byte for byte."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from credtools.registry import Registry
from tests.builders import only_sqlite
from tests.office.conftest import FillIn

HEADINGS = ["User email", "Credential type", "Issue date", "Credential number", "Remark", "=Code"]
NASTY = (
    *("007", "1E5", "12345678901234567890", "1.50", "=1+1", "'quoted'", "-5", "+49 30 1234", "@home", "＝1+1"),  # noqa: RUF001
    *("1-2", "3/4", "MAR1", "03/05/2024", "5.3.2024", "2024-05-03", "TRUE", "true", "#N/A", "a;b", 'say "hi"'),
    *("two\nlines", " blanks ", "Łukasz Ñandú", "50%", "€ 1,000.00", "1,000", "\ttab", "e\u0301", "🦺"),
)
ROWS = [
    ["ben@example.org", "Frist Aid", f"2024-05-{k + 1:02}", f"00{k}", text.removeprefix("#N/A"), text]
    for k, text in enumerate(NASTY)
]


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    """A folder with the correction files, as .csv and as .xlsx, of 30 rows with nasty cells; each has a wrong type."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([HEADINGS, *ROWS])
    (tmp_path / "export.csv").write_text(text.getvalue(), "utf-8", newline="")
    registry.upload(tmp_path / "export.csv").finish()
    for ending in ("csv", "xlsx"):
        assert registry.write_rejects(tmp_path / f"wrong.{ending}") == len(ROWS)
    return tmp_path


@only_sqlite
@pytest.mark.parametrize("source", ["xlsx", "csv"])
@pytest.mark.parametrize("target", ["xlsx", "ods", "xls", "csv"])
def test_round_trip(registry: Registry, out: Path, fill_in: FillIn, source: str, target: str) -> None:
    """Corrected in one column and saved as whatever the program offers, all other cells are exactly as they came."""
    back = out / f"back.{target}"
    fill_in(out / f"wrong.{source}", {f"C{k + 2}": "First Aid" for k in range(len(ROWS))}, [back])
    done = registry.correct(back)
    assert done.problems == ()
    assert len(done.fixed) == len(ROWS)
    came_back = [json.loads(raw) for raw in registry.batch(done.receipts[0].batch).table.raw]
    wanted = [[email, "First Aid", *rest] for email, _, *rest in ROWS]
    assert [pair for pair in zip(wanted, came_back, strict=True) if pair[0] != pair[1]] == []
    if source == "xlsx":  # its cells are text: only a tab in front may be lost
        assert {line for line, _ in done.repaired} <= {NASTY.index("\ttab") + 2}
    else:
        assert len(done.repaired) > len(ROWS)
