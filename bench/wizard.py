"""`python -m bench.wizard`: how long a person waits, at 20,000 rows with 3,000 wrong cells, in a real browser."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from credtools import demo, settings
from tests.browser.lab import Lab, Notebook, chromium, new_page
from tests.browser.test_review import messy

FIXES = 9
# From the click on the first `begin` (blank: from now on) to the second frame after the rows were drawn.
PAINTED = """
([selector, begin]) => new Promise(done => {
    const begun = performance.now()
    const observer = new MutationObserver(() => {
        if (!document.querySelector(selector)) return
        observer.disconnect()
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)))
    })
    observer.observe(document.querySelector(begin ? '.ct-body' : '.ct-wizard'), {childList: true, subtree: true})
    if (begin) [...document.querySelectorAll('button')].find(button => button.textContent === begin).click()
})
"""


def main() -> None:
    """Prints milliseconds: a file chosen → its review painted; a fix clicked → re-checked and painted anew."""
    with tempfile.TemporaryDirectory(prefix="credtools-bench-") as folder, chromium() as browser:
        base = Path(folder)
        demo.prepare(base / "demo", rows=300)
        shutil.copy(settings.documents("notebooks") / "upload.ipynb", base / "demo")
        with Lab(base) as lab:
            page, _ = new_page(browser)
            notebook = Notebook.open(page, lab, base / "demo" / "upload.ipynb")
            notebook.ran()
            print(json.dumps(_measure(page, messy(base / "messy.csv"))))
            notebook.close()


def _measure(page: Page, file: Path) -> dict[str, int]:
    page.get_by_role("button", name="Bulk upload (CSV)").click()
    chooser = page.get_by_label("Upload CSV file")
    chooser.wait_for()
    page.evaluate(f"() => {{ window.painted = ({PAINTED})(['.ct-body .ct-row', '']) }}")
    chooser.set_input_files(file)
    painted = page.evaluate("() => window.painted")
    fixes = [page.evaluate(PAINTED, [".ct-body .ct-row", "Accept"]) for _ in range(FIXES)]
    return {
        "chosen_to_painted_ms": round(painted),
        "fix_to_painted_median_ms": round(statistics.median(fixes)),
        "fix_to_painted_worst_ms": round(max(fixes)),
    }


if __name__ == "__main__":
    main()
