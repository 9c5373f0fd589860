"""Rejected rows leave by the receipt page, come back mended by the upload page, and are known as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools.exports.corrections import is_correction
from credtools.registry import Registry
from tests.builders import ANA, BEN, CARA, ZOE, export
from tests.clicks import Clicks


def test_a_correction_file_goes_its_own_way(registry: Registry, tmp_path: Path) -> None:
    """Rejected rows that come back mended are told apart, and no fresh draft is made of them."""
    clicks = Clicks(registry)
    rows = (ANA, ZOE, BEN.replace("Forklift", "Forklfit"), CARA.replace("2024", "24"), ZOE.replace("First Aid", "FA"))
    clicks.upload("mixed.csv", export(tmp_path, *rows).read_bytes())
    clicks("next")
    assert clicks("finish")["rejected"] == 4
    clicks("rejects", kind=".csv")
    sent = clicks.sent[-1]
    assert (sent["type"], sent["name"], sent["mime"]) == ("download", "rejects_of_batch_1.csv", "text/csv")
    file = clicks.downloads[-1].decode("utf-8-sig")
    for old, new in (("Forklfit", "Forklift"), ("zoe@example.org,FA", "cara@example.org,FA"), ("zoe@", "dora@")):
        file = file.replace(old, new)
    clicks("go", step="upload")
    state = clicks.upload("back.csv", f"{file}R1-AAAAAAAAAA,ana@example.org\n".encode("utf-16"))
    assert (state["step"], state["said"]) == (
        "corrected",
        "back.csv: 1 fixed · 2 still wrong · 0 newly wrong · 1 untouched · 0 left out.",
    )
    assert [(one["label"], one["count"]) for one in state["numbers"]] == [
        ("Fixed", "1"),
        ("Still wrong", "2"),
        ("Newly wrong", "0"),
        ("Untouched", "1"),
        ("Left out", "0"),
    ]
    assert [(line.partition(":")[0], "'credtools row'" in line) for line in state["lines"]] == [("Line 7", True)]
    assert state["receipts"].startswith("receipt of batch 2: 1 new")
    assert sorted(registry.batches()["state"]) == ["finished", "finished"]
    assert clicks("go", step="home")["step"] == "home"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_correction_file_is_known_whatever_its_kind(registry: Registry, tmp_path: Path, ending: str) -> None:
    """By the column of keys; neither a template, nor a file that only speaks of one, nor one that can't be read is."""
    registry.upload(export(tmp_path, ANA, ZOE)).finish()
    registry.write_rejects(tmp_path / f"rejects.{ending}")
    assert is_correction(tmp_path / f"rejects.{ending}")
    assert not is_correction(registry.template(tmp_path / f"template.{ending}"))
    broken = tmp_path / f"broken.{ending}"
    broken.write_bytes((tmp_path / f"rejects.{ending}").read_bytes()[:10])
    assert not is_correction(broken)
    assert not is_correction(export(tmp_path, f"{ANA}credtools row", name="speaks.csv"))
    assert not is_correction(tmp_path / "nowhere.csv")


def test_rejected_rows_of_nothing(registry: Registry) -> None:
    """Before anything is finished there are none."""
    assert Clicks(registry)("rejects", kind=".xlsx")["reason"] == "nothing_finished"
