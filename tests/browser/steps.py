"""The wizard as a test drives it: by the names that people see; and files to drive it with."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from credtools import demo, settings
from tests.browser.lab import Notebook

OpenNotebook = Callable[..., Notebook]
PATIENCE = 30_000
HEADINGS = ("User email", "Credential type", "Issue date", "Expiration date")


@dataclass(frozen=True)
class Wizard:
    """The wizard in a page."""

    page: Page

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name)

    @property
    def grid(self) -> Locator:
        return self.page.get_by_role("grid")

    @property
    def said(self) -> Locator:
        return self.page.locator(".ct-said")

    def counts(self, text: str) -> None:
        """Wait until the counts line says it."""
        expect(self.page.locator("p[role=status]")).to_contain_text(text, timeout=PATIENCE)

    def tells(self, text: str) -> None:
        """Wait until it is said what has just happened."""
        expect(self.said).to_contain_text(text, timeout=PATIENCE)

    def upload(self, *files: Path) -> None:
        """From the credentials page to the chosen files."""
        self.button("Bulk upload (CSV)").click()
        self.page.get_by_label("Upload CSV file").set_input_files(files)

    def card(self, text: str) -> Locator:
        """The cause that speaks of this."""
        return self.page.locator("li[data-card]").filter(has_text=text)

    def cell(self, line: int, column: str) -> Locator:
        """A cell in sight, by the line of the file and its heading."""
        place = [*self.grid.get_by_role("columnheader").all_inner_texts()].index(column)
        row = self.grid.get_by_role("row").filter(has=self.page.get_by_role("gridcell", name=str(line), exact=True))
        return row.get_by_role("gridcell").nth(place)

    def is_accessible(self) -> None:
        """An accessibility scan of what is shown finds nothing serious."""
        found = Axe().run(self.page, context=".ct-wizard").response["violations"]
        serious = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found if v["impact"] in SERIOUS]
        assert serious == [], serious

    def has_room(self, *widths: int) -> None:
        """No text is squeezed at these widths; on a narrow page nothing scrolls sideways but the rows of a file."""
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 800})
            tight = self.page.evaluate(TIGHT)
            assert tight == [], (width, tight)

    def is_whole(self) -> None:
        """Neither list nor what stands beside it hides a column at its right, on usual screens and small ones."""
        for width in (1100, 1280, 1400):
            self.page.set_viewport_size({"width": width, "height": 950})
            for half in self.page.locator(".ct-beside > *").all():
                expect(half).to_have_js_property("scrollWidth", half.evaluate("half => half.clientWidth"))


SERIOUS = ("serious", "critical")
# What scrolls sideways or is cut off on a narrow page; and cells of tables whose texts wrap though no line of them has
# eight characters, and cells whose texts lie below their own label.
TIGHT = """() => {
    const page = document.querySelector('.ct-wizard'), found = []
    const unseen = head => head && getComputedStyle(head).clipPath !== 'none'  // of a table that is shown as cards
    const inside = element => element.closest('.ct-grid, pre, dialog') || unseen(element.closest('thead'))
    const narrow = page.clientWidth < 700, right = page.getBoundingClientRect().right + 1
    for (const element of narrow ? page.querySelectorAll('*') : []) {
        if (inside(element) || !element.checkVisibility()) continue
        const wide = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 2
        if (wide && ['auto', 'scroll'].includes(getComputedStyle(element).overflowX)) {
            found.push(`scrolls: ${element.outerHTML.slice(0, 120)}`)
        }
        const box = element.getBoundingClientRect()
        if (box.width > 2 && box.right > right) found.push(`cut off: ${element.outerHTML.slice(0, 120)}`)
    }
    for (const cell of page.querySelectorAll('td, tbody th')) {
        if (inside(cell) || !cell.checkVisibility() || !cell.textContent.trim()) continue
        const label = getComputedStyle(cell, '::before')
        const end = cell.getBoundingClientRect().left + parseFloat(label.width)
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
        let wraps = false, widest = 0
        while (texts.nextNode()) {
            const range = document.createRange()
            range.selectNodeContents(texts.currentNode)
            const rects = [...range.getClientRects()].filter(rect => rect.width > 2)
            wraps ||= new Set(rects.map(rect => Math.round(rect.top))).size > 1
            widest = Math.max(widest, ...rects.map(rect => rect.width))
            const under = narrow && label.position === 'absolute' && rects.some(rect => rect.left < end - 1)
            if (under) found.push(`below its label: ${cell.textContent.slice(0, 60)}`)
        }
        const probe = document.createElement('span')
        probe.textContent = 'a'.repeat(7)
        probe.style.cssText = 'position: absolute; visibility: hidden; white-space: nowrap'
        cell.append(probe)
        const enough = probe.getBoundingClientRect().width
        probe.remove()
        if (wraps && widest < enough) found.push(`squeezed: ${cell.textContent.slice(0, 60)}`)
    }
    return found
}"""


def start(folder: Path, open_notebook: OpenNotebook, page: Page, name: str = "upload") -> tuple[demo.Demo, Wizard]:
    """The demo's organisation in a folder, and a notebook of it open and run."""
    made = demo.prepare(folder, rows=300)
    return made, run(folder, open_notebook, page, name)


def run(folder: Path, open_notebook: OpenNotebook, page: Page, name: str, **parameters: Any) -> Wizard:
    """A notebook, copied to a folder, with other parameters, open; it has run by itself."""
    source = (settings.documents("notebooks") / f"{name}.ipynb").read_text("utf-8")
    for key, value in parameters.items():
        assert f'"{key} = 0' in source
        source = source.replace(f'"{key} = 0', f'"{key} = {value}')
    (folder / f"{name}.ipynb").write_text(source, "utf-8")
    open_notebook(folder / f"{name}.ipynb").ran()
    return Wizard(page)


def write(path: Path, rows: Iterable[Sequence[str]], headings: Sequence[str] = HEADINGS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def right_rows(count: int) -> list[list[str]]:
    """Rows without fault for the demo's organisation, each another credential or version."""
    users = demo.ACTIVE
    rows = []
    for k in range(count):
        day, month, year = k // len(users) % 28 + 1, k // len(users) // 28 % 12 + 1, 2024
        rows.append(
            [users[k % len(users)], "First Aid", f"{day:02}/{month:02}/{year}", f"{day:02}/{month:02}/{year + 5}"]
        )
    return rows


def press_on(page: Page, name: str, key: str = "Enter") -> None:
    """Tab to the control of this name, then press a key."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("() => document.activeElement.dataset.focus ?? document.activeElement.textContent")
        if focused.startswith(name):
            page.keyboard.press(key)
            return
    raise AssertionError(f"The Tab key never comes to {name}.")


def cell_count(page: Page) -> int:
    """How many cells the notebook has: a key that slipped through could delete or add one."""
    return int(page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length"))


def theme(page: Page, name: str) -> None:
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)


def copy_of(path: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(path, folder))
