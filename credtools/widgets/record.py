"""Record: the wizard without a person – what a notebook keeps when papermill runs it. No personal values."""

from __future__ import annotations

from typing import Any

from credtools import html
from credtools.registry import Batch, Registry
from credtools.registry.views import View
from credtools.widgets import assumptions, facts
from credtools.widgets.home import Credentials, waiting
from credtools.widgets.journey import Journey


class Record:
    """What the file is worth, and the receipt if it was finished; `batch` goes on from there."""

    def __init__(self, registry: Registry, batch: Batch | None, *, finish: bool) -> None:
        self.registry = registry
        self.batch = batch
        self._views = [_page(registry)] if batch is None else _steps(batch, finish=finish)

    @classmethod
    def of_file(cls, registry: Registry, source: str, recipe: str, *, finish: bool) -> Record:
        """A file, read and checked; finished as the last click would."""
        return cls(registry, registry.upload(source, recipe or None) if source else None, finish=finish)

    @classmethod
    def of_batch(cls, registry: Registry, number: int, *, finish: bool) -> Record:
        """A draft or held batch."""
        return cls(registry, registry.batch(number) if number else None, finish=finish)

    def __repr__(self) -> str:
        return "\n\n".join(view.text for view in self._views)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": "".join(view.markup for view in self._views)}


def _page(registry: Registry) -> View:
    """The credentials page in numbers."""
    totals = [(name, f"{count:,}") for name, count in Credentials(registry).totals.items()]
    open_batches = [(batch["batch"], batch["state"]) for batch in waiting(registry)]
    text = " · ".join(f"{count} {name}" for name, count in totals)
    markup = html.table(("Credentials", "Number"), totals)
    return View(text, markup + html.table(("Batch", "State"), open_batches, "Not finished yet") * bool(open_batches))


def _steps(batch: Batch, *, finish: bool) -> list[View]:
    """Read, review, and – where asked for – the receipt, in the order of the clicks."""
    if batch.state == "finished":
        return [_receipt(batch)]
    journey = Journey(batch)
    line = f"{batch.file}: {assumptions.line(journey)}"
    views = [View(line, f"<p>{html.escape(line)}</p>"), batch.overview()]
    if journey.review is None:
        return views
    counts = batch.preview()
    sentence = facts.next_sentence(journey.review.rows, journey.review.ready)
    numbers = [(told["label"], told["count"], told["help"]) for told in facts.numbers(counts)]
    markup = f"<p>{html.escape(sentence)}</p>" + html.table(("", "Rows", ""), numbers, "What finishing does")
    views.append(View(f"{sentence}\n{counts}", markup))
    if finish:
        views.append(_receipt(batch.registry.batch(batch.finish().batch)))
    return views


def _receipt(batch: Batch) -> View:
    text = str(batch.receipt)
    return View(text, f"<pre>{html.escape(text)}</pre>")
