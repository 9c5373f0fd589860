"""The template in the program in which people fill it in."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools.registry import Registry
from tests.builders import only_sqlite
from tests.office.conftest import FillIn

TYPED = {
    "A3": "ana@example.org",
    "B3": "First Aid",
    "C3": "2024-01-10",
    "D3": "2030-01-10",
    "E3": "0042",
    "A4": "ben@example.org",
    "B4": "Licence",
    "C4": "2024-02-20",
    "E4": "1E5",
    "A5": "cara@example.org",
    "B5": "Forklift",
    "C5": "2023-12-31",
}


@only_sqlite
@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls", "csv"])
def test_template_filled_in_is_accepted(registry: Registry, tmp_path: Path, fill_in: FillIn, ending: str) -> None:
    """Filled in by hand and saved as whatever the program offers, the template is read back without an error."""
    template = registry.template(tmp_path / "template.xlsx")
    filled = tmp_path / f"filled.{ending}"
    fill_in(template, TYPED, [filled])
    batch = registry.upload(filled)
    assert batch.errors.empty
    batch.finish()
    found = registry.credentials()
    assert found["user_email"].tolist() == ["ana@example.org", "ben@example.org", "cara@example.org"]
    assert found["issue_date"].astype(str).tolist() == ["2024-01-10", "2024-02-20", "2023-12-31"]
    assert found["credential_number"].tolist() == ["0042", "1E5", ""]
