"""A real cron and a real Airflow; `make test-schedulers` installs them. What lies here is marked `schedulers`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import credtools as ct
from credtools.registry import Registry
from credtools.serving.lab import copy_notebooks
from tests.builders import ANA, HEADINGS, TYPES, USERS, ZOE
from tests.core import ROOT

EXAMPLES = ROOT / "docs" / "unattended"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.schedulers)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The working folder that the examples speak of: a registry, notebooks, the script, a recipe, one export."""
    monkeypatch.delenv("CREDTOOLS_DATABASE", raising=False)
    home = tmp_path / "credentials"
    for name in ("incoming", "recipes", "runs"):
        (home / name).mkdir(parents=True)
    files = {
        "recipes/hr.yaml": "date_format: YYYY-MM-DD\n",
        "incoming/hr_export.csv": f"{HEADINGS}\n{ANA}\n{ZOE}\n",
        "users.csv": USERS,
        "types.csv": TYPES,
    }
    for name, content in files.items():
        (home / name).write_text(content, "utf-8")
    copy_notebooks(home)
    shutil.copy(EXAMPLES / "nightly.sh", home)
    made = ct.init(folder=str(home))
    made.load("users", home / "users.csv")
    made.load("types", home / "types.csv")
    return made
