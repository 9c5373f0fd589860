"""A real public register, from file to approved credentials; collected only where the shared data lies beside us."""

from __future__ import annotations

import csv
import json
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

import credtools as ct
from credtools.cli import main
from credtools.model import Outcome
from credtools.registry import Registry
from credtools.runs import importing

REGISTER = Path(__file__).parents[2] / "shared" / "data" / "real" / "vt_licenses.csv"
RECIPE = """\
# The register names holders by business name and has no issue dates.
headings:
  "License #": credential_number
  Business Name: external_id
  License Type: credential_type
  Expiration Date: expiration_date
date_format: dddd, MMMM D, YYYY
match_users_by: external_id
"""
LATECOMER = "Rebel East VT LLC"  # on line 5 only

if REGISTER.is_file():

    def records() -> list[dict[str, str]]:
        """The register's rows, read without us."""
        with REGISTER.open(encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.DictReader(file) if any(row.values())]  # line 559 holds empty cells only

    @pytest.fixture
    def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A working folder with the register's own holders (but one) and licence types."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("CREDTOOLS_DATABASE", raising=False)
        holders = list(dict.fromkeys(row["Business Name"].strip() for row in records()))
        write_users([name for name in holders if name != LATECOMER])
        with Path("types.csv").open("w", newline="", encoding="utf-8") as file:
            types = sorted({row["License Type"] for row in records()})
            csv.writer(file).writerows([("Name", "Issue", "Numbered"), *((name, "optional", "yes") for name in types)])
        Path("recipes").mkdir()
        Path("recipes/vt.yaml").write_text(RECIPE, encoding="utf-8")
        made = ct.init()
        made.load("users", "users.csv")
        made.load("types", "types.csv")
        return tmp_path

    def write_users(names: list[str]) -> None:
        with Path("users.csv").open("w", newline="", encoding="utf-8") as file:
            rows = [(f"holder{zlib.crc32(name.encode())}@example.org", name) for name in names]
            csv.writer(file).writerows([("Email", "External ID"), *rows])

    def run_import() -> Outcome:
        run = importing.import_file(REGISTER, recipe="recipes/vt.yaml")
        assert run.outcome.notebook is not None
        return run.outcome

    def stored(registry: Registry) -> set[tuple[str, str, str]]:
        found = registry.credentials()
        days = found["expiration_date"].dt.strftime("%Y-%m-%d")
        return set(zip(found["credential_type"], found["credential_number"], days, strict=True))

    @pytest.mark.usefixtures("folder")
    def test_the_register_from_file_to_approved_credentials() -> None:
        """Every row is accounted for, a second run changes nothing, and one holder more frees exactly his row."""
        truth = records()
        registry = ct.open()

        first = run_import()
        assert (first.verdict, first.counts.as_dict()) == (
            "partial",
            {
                "rows": 557,
                "accepted": 556,
                "new": 556,
                "new_versions": 0,
                "older": 0,
                "withdrawn": 0,
                "unchanged": 0,
                "rejected": 1,
                "left_out": 0,
                "waiting": 0,
            },
        )
        wanted = {
            (row["License Type"], " ".join(row["License #"].split()), iso(row["Expiration Date"]))
            for row in truth
            if row["Business Name"].strip() != LATECOMER
        }
        assert stored(registry) == wanted
        assert len(registry.approve(1).decided) == 556

        again = run_import()
        assert (again.receipt and again.receipt.replayed, again.batch) == (True, 1)
        assert stored(registry) == wanted

        write_users([LATECOMER])
        registry.load("users", "users.csv")
        third = run_import()
        assert (third.verdict, third.counts.new, third.counts.unchanged, third.counts.rejected) == ("ok", 1, 556, 0)
        (reject,) = registry.audit.rejects().to_dict("records")
        assert (reject["line"], reject["state"], reject["fixed_batch"], reject["fixed_line"]) == (
            5,
            "fixed",
            third.batch,
            5,
        )
        assert set(registry.approve(int(third.batch or 0)).decided) == {5}
        assert set(registry.credentials()["decision"]) == {"approved"}
        assert registry.verify() == []

    @pytest.mark.usefixtures("folder")
    def test_check_tells_how_the_register_was_read() -> None:
        """The reading names every assumption: encoding, delimiter, heading line, blank line, headings."""
        result = CliRunner().invoke(main, ["check", str(REGISTER), "--recipe", "recipes/vt.yaml", "--json"])
        found = json.loads(result.stdout)
        assert (found["rows"], found["ready"], found["rejected"]) == (557, 556, 1)
        assert found["reading"] == {
            "encoding": "utf-8-sig",
            "delimiter": ",",
            "sheet": None,
            "heading_line": 1,
            "heading_lines": [1],
            "instruction_lines": [],
            "preamble_lines": [],
            "footer_lines": [],
            "repaired_lines": [],
            "blank_lines": [559],
            "aside_lines": [],
            "headings": {
                "License #": "credential_number",
                "Business Name": "external_id",
                "Location Type": None,
                "License Type": "credential_type",
                "Tier": None,
                "City": None,
                "Expiration Date": "expiration_date",
            },
            "warnings": [],
        }

    def iso(text: str) -> str:
        """'Saturday, June 20, 2026' → '2026-06-20', by the standard library."""
        from datetime import datetime

        return datetime.strptime(text, "%A, %B %d, %Y").date().isoformat()  # noqa: DTZ007 - a day has no zone
