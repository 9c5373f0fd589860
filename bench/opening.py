"""`python -m bench.opening`: how long audit.ipynb takes to open on a million ledger rows, in a real browser."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from bench import backlog
from credtools import settings
from tests.browser.lab import Lab, Notebook, chromium, new_page

ROUNDS = 3
PATIENCE = 60_000


def main() -> None:
    """Prints seconds from asking for the page (its kernel included) until rows, figures and pictures are there."""
    with tempfile.TemporaryDirectory(prefix="credtools-bench-") as folder, chromium() as browser:
        place = Path(folder) / "office"
        place.mkdir()
        backlog.build(f"sqlite:///{place / 'credtools.db'}").dispose()
        shutil.copy(settings.documents("notebooks") / "audit.ipynb", place)
        with Lab(Path(folder)) as lab:
            found = []
            for _ in range(ROUNDS):
                page, _witness = new_page(browser)
                began = time.perf_counter()
                page.goto(lab.address(place / "audit.ipynb"))  # runs by itself
                marks = []
                for what in (".ct-audit .ct-scope", ".ct-chart:nth-child(7)", ".ct-charts:not([aria-busy])"):
                    page.locator(what).first.wait_for(timeout=PATIENCE)
                    marks.append(time.perf_counter() - began)
                found.append(marks)
                Notebook(page).close()
                page.context.close()
    names = ("rows_s", "figures_s", "pictures_s")
    medians = [statistics.median(marks) for marks in zip(*found, strict=True)]
    print(json.dumps({name: round(seconds, 2) for name, seconds in zip(names, medians, strict=True)}))


if __name__ == "__main__":
    main()
