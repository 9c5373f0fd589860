"""Tests with a real LibreOffice; `make test-office` installs it. Whatever lies in this folder is marked `office`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

FILL_IN = Path(__file__).with_name("fill_in.py")
SYSTEM_PYTHON = "/usr/bin/python3"  # LibreOffice's bridge is installed for this one

FillIn = Callable[[Path, Mapping[str, str], list[Path]], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.office)


@pytest.fixture
def fill_in(tmp_path: Path) -> FillIn:
    """Opens a file in LibreOffice, types the cells, and saves it as each of the other files."""

    def run(source: Path, cells: Mapping[str, str], targets: list[Path]) -> None:
        places = [str(path) for path in (source, *targets)]
        command = [SYSTEM_PYTHON, FILL_IN, tmp_path / "profile", places[0], json.dumps(dict(cells)), *places[1:]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr

    return run
