"""The upload in plain ipywidgets: choose a file, see counts and causes, finish and upload, approve.

Each step is a region with a heading; what happened is told in a line with role `status`. Nothing of a file is kept in
the notebook: what is shown lives in the browser only while the kernel does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as w

from credtools import html
from credtools.errors import CredtoolsError, MovedError
from credtools.html import escape
from credtools.registry import Batch, Registry
from credtools.registry.views import View

# FileUpload sends a file as one message, and the server drops messages over 10 MiB without a word.
HINT = "Files over 10 MB: name them as a path."
SHOWN = 20
WIDE = w.Layout(width="98%", max_width="960px")
BOX = w.Layout(max_height="420px", overflow="auto", width="98%")  # long lists scroll inside, so the page stays put


class Upload(w.VBox):
    """The steps *Upload CSV · Review data · Finish · Approve*, one at a time."""

    def __init__(self, registry: Registry, source: str = "", recipe: str = "") -> None:
        self.registry = registry
        self.batch: Batch | None = None
        self.status = w.HTML()
        self.chooser = w.FileUpload(
            accept=".csv,.tsv,.txt",
            description="Upload CSV file",
            layout=w.Layout(width="200px"),
            tooltip="Upload CSV file",
        )
        self.path = w.Text(source, placeholder="or a path on this server", description="Path", layout=WIDE)
        self.recipe = w.Dropdown(options=_recipes(recipe), value=recipe, description="Recipe", layout=WIDE)
        self.read = _button("Read this path", self._read_path, "")
        self.review = w.HTML(layout=BOX)
        self.next = _button("Next", self._preview, "primary")
        self.discard = _button("Discard", self._discard, "")
        self.numbers = w.HTML()
        self.back = _button("Back", self._back, "")
        self.finish = _button("Finish and upload", self._finish, "success")
        self.receipt = w.HTML()
        self.approve = _button("Approve", self._approve, "success")
        self.later = _button("Later", self._later, "")
        self.chooser.observe(self._read_chosen, names="value")
        self.steps = {
            "Upload CSV": _region(
                "Upload CSV", self.chooser, w.HTML(f"<p>{escape(HINT)}</p>"), self.path, self.recipe, self.read
            ),
            "Review data": _region("Review data", w.HBox([self.discard, self.next]), self.review),
            "Finish": _region("Finish", self.numbers, w.HBox([self.back, self.finish])),
            "Approve": _region("Approve", self.receipt, w.HBox([self.later, self.approve])),
        }
        super().__init__([self.status, *self.steps.values()], layout=WIDE)
        self._show("Upload CSV")
        self._tell("Choose a CSV file, or name one on this server.")
        if source:
            self._read_path(None)

    # --- steps ----------------------------------------------------------------------------------------------

    def _read_chosen(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        chosen = change["new"][0]
        with tempfile.TemporaryDirectory(prefix="credtools-") as folder:
            path = Path(folder) / (Path(chosen["name"]).name or "upload.csv")
            path.write_bytes(bytes(chosen["content"]))
            self._upload(path)

    def _read_path(self, _button: Any) -> None:
        self._upload(Path(self.path.value.strip()))

    def _upload(self, path: Path) -> None:
        def work() -> None:
            self._drop_draft()
            self._tell(f"Reading {path.name} …")
            self.batch = self.registry.upload(path, self.recipe.value or None)
            self._tell("Checking …")
            review = self.batch.review()
            causes = review.causes[review.causes["blocks"]]
            self.review.value = f"<p>{escape(repr(self.batch))}</p>" + _warnings(review.table.reading.warnings)
            self.review.value += _causes(causes) if len(causes) else "<p>No row has an error.</p>"
            self.next.tooltip = (
                f"Discard {review.rows - review.ready:,} rows with errors, upload the other {review.ready:,}"
            )
            self._show("Review data")
            self._tell(repr(review))

        self._guard(work)

    def _preview(self, _button: Any) -> None:
        def work() -> None:
            counts = self._batch.preview()
            self.numbers.value = f"<p>{escape(counts)}</p>"
            self._show("Finish")
            others = counts.rows - counts.rejected
            self._tell(f"Discard {counts.rejected:,} rows with errors, upload the other {others:,}: {counts}")

        self._guard(work)

    def _back(self, _button: Any) -> None:
        self._show("Review data")
        self._tell(repr(self._batch.review()))

    def _finish(self, _button: Any) -> None:
        def work() -> None:
            self._tell("Writing …")
            receipt = self._batch.finish()
            self.batch = self.registry.batch(receipt.batch)
            pending = int((self.batch.credentials()["decision"] == "pending").sum())
            self.receipt.value = f"<pre>{escape(receipt)}</pre><p>{_question(pending)}</p>"
            self.approve.disabled = not pending
            self._show("Approve")
            self.later.focus()
            self._tell(f"Uploaded: {receipt.counts}. {pending:,} wait for approval.")

        self._guard(work)

    def _approve(self, _button: Any) -> None:
        def work() -> None:
            decided = self.registry.approve(self._batch)
            self.approve.disabled = True
            blocked = f" {len(decided.blocked):,} can't be approved yet." if decided.blocked else ""
            self._show("Upload CSV")
            self._tell(f"{len(decided.decided):,} credentials approved.{blocked}")

        self._guard(work)

    def _later(self, _button: Any) -> None:
        self._show("Upload CSV")
        self._tell(f"Approve later with: credtools approve {self._batch.id}")

    def _discard(self, _button: Any) -> None:
        def work() -> None:
            self._drop_draft()
            self._show("Upload CSV")
            self._tell("Discarded; nothing was uploaded.")

        self._guard(work)

    def _drop_draft(self) -> None:
        """A draft that another file takes the place of would lie about for ever."""
        if self.batch is not None and self.batch.state == "draft":
            self.batch.discard()
        self.batch = None

    # --- parts ----------------------------------------------------------------------------------------------

    @property
    def _batch(self) -> Batch:
        if self.batch is None:
            raise CredtoolsError("Choose a file first.")
        return self.batch

    def _show(self, *names: str) -> None:
        for name, region in self.steps.items():
            region.layout.display = "" if name in names else "none"

    def _tell(self, sentence: str) -> None:
        self.status.value = f'<p role="status" style="font-weight:600">{escape(sentence)}</p>'

    def _guard(self, work: Callable[[], None]) -> None:
        """Runs a step; what it refuses is told as a sentence, and the buttons rest while it works."""
        buttons = [b for b in (self.read, self.next, self.finish, self.approve, self.discard) if not b.disabled]
        for button in buttons:
            button.disabled = True
        try:
            work()
        except MovedError as problem:
            self._show("Review data")
            self._tell(str(problem))
        except CredtoolsError as problem:
            self._tell(str(problem))
        finally:
            for button in buttons:
                button.disabled = False

    def _repr_mimebundle_(self, **options: Any) -> Any:
        if interactive():
            return super()._repr_mimebundle_(**options)
        view = self.batch.overview() if self.batch else View("No file was named.", "<p>No file was named.</p>")
        return view._repr_mimebundle_()


def upload(registry: Registry, source: str = "", recipe: str = "") -> Upload:
    """The upload for a registry; `source` and `recipe` name a file to begin with."""
    return Upload(registry, source, recipe)


def interactive() -> bool:
    """Whether somebody can click: Lab sets JPY_SESSION_NAME, Voilà VOILA_REQUEST_URL, papermill neither."""
    import os  # noqa: PLC0415

    return "JPY_SESSION_NAME" in os.environ or "VOILA_REQUEST_URL" in os.environ


def _recipes(chosen: str) -> list[tuple[str, str]]:
    """The recipes of the working folder, by name; first: none."""
    found = sorted({chosen, *map(str, Path("recipes").glob("*.y*ml"))} - {""})
    return [("none: headings as in the template", ""), *((Path(name).stem, name) for name in found)]


def _button(label: str, on_click: Callable[[Any], None], style: str) -> w.Button:
    button = w.Button(description=label, button_style=style, tooltip=label, layout=w.Layout(width="auto"))
    button.on_click(on_click)
    return button


def _region(title: str, *children: w.Widget) -> w.VBox:
    return w.VBox([w.HTML(f"<h3>{escape(title)}</h3>"), *children])


def _question(pending: int) -> str:
    return f"Approve {pending:,} credentials now?" if pending else "No approval is required."


def _warnings(warnings: tuple[str, ...]) -> str:
    return "".join(f"<p>⚠ {escape(text)}</p>" for text in warnings)


def _causes(causes: Any) -> str:
    headings = ("Rows", "Error", "Value", "What to do", "Suggestion")
    rows = [
        (f"{cause.count:,}", cause.title, cause.pattern or cause.value, cause.resolution, cause.suggestion)
        for cause in causes.head(SHOWN).itertuples()
    ]
    more = len(causes) - SHOWN
    caption = "Causes, largest first" + (f" (and {more:,} more)" if more > 0 else "")
    return html.table(headings, rows, caption)
