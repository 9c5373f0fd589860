"""Record: the wizard without a person – what a notebook keeps when papermill runs it. No personal values."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from credtools.audit import reports
from credtools.errors import CredtoolsError
from credtools.jupyter import assumptions, facts
from credtools.jupyter.home import NOTHING_WAITS, Credentials, waiting
from credtools.jupyter.journey import Journey
from credtools.jupyter.pending import Pending
from credtools.registry import Batch, Registry
from credtools.registry.views import View
from credtools.text import escape, plural, table


class Record:
    """What the file is worth, and the receipt if it was finished; `batch` goes on from there."""

    def __init__(self, registry: Registry, batch: Batch | None, views: list[View]) -> None:
        self.registry = registry
        self.batch = batch
        self._views = views

    @classmethod
    def of_file(
        cls, registry: Registry, source: str, recipe: str, *, finish: bool, max_reject_rate: float | None = None
    ) -> Record:
        """A file, read and checked; with `finish` finished or held, as `credtools import` would."""
        if not source:
            return cls(registry, None, [_page(registry)])
        batch = registry.upload(source, recipe or None)
        views = _steps(batch)
        return cls._settled(batch, views, max_reject_rate) if finish else cls(registry, batch, views)

    @classmethod
    def of_approvals(cls, registry: Registry, batch: int, decide: str, lines: Sequence[int], reason: str) -> Record:
        """What waits for approval, after the decision that was asked for. Raises CredtoolsError, RegistryError."""
        decided = [_decided(registry, batch, decide, lines, reason)] if decide else []
        return cls(registry, None, [*decided, _approvals(Pending(registry), batch)])

    @classmethod
    def of_audit(cls, registry: Registry, filters: Mapping[str, Any]) -> Record:
        """What became of rejected rows, section by section. Raises CredtoolsError."""
        return cls(registry, None, [_section(one) for one in reports.of_audit(registry, filters)])

    @classmethod
    def of_batch(cls, registry: Registry, number: int, *, finish: bool, max_reject_rate: float | None = None) -> Record:
        """A draft or held batch; with `finish` finished or held, as `credtools import` would."""
        if not number:
            nothing = [] if waiting(registry) else [View(NOTHING_WAITS, f"<p>{NOTHING_WAITS}</p>")]
            return cls(registry, None, [*nothing, _page(registry)])
        batch = registry.batch(number)
        if batch.state == "finished":
            return cls(registry, batch, [_ending(str(batch.receipt))])
        views = _steps(batch)
        if not finish:
            return cls(registry, batch, views)
        batch.why_hold(max_reject_rate)  # what can't be finished raises here, and the draft stays
        return cls._settled(batch, views, max_reject_rate)

    @classmethod
    def _settled(cls, batch: Batch, views: list[View], max_reject_rate: float | None) -> Record:
        """The same, with how it ended: finished, or held with the reason."""
        outcome = batch.settle(max_reject_rate)
        found = batch.registry.batch(outcome.batch) if outcome.batch else batch
        return cls(batch.registry, found, [*views, _ending(str(outcome))])

    def __repr__(self) -> str:
        return "\n\n".join(view.text for view in self._views)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": "".join(view.markup for view in self._views)}


def _section(section: reports.Section) -> View:
    """A sentence, a picture in the record itself, and the figures of it."""
    figures = table(section.headings, section.rows) if section.rows else ""
    drawn = ""
    if section.plot is not None:
        picture = base64.b64encode(section.plot("light")).decode()
        words = escape(reports.alternative(section))
        drawn = f'<img style="max-width:100%" src="data:image/png;base64,{picture}" alt="{words}">'
        figures = f"<details><summary>The figures</summary>{figures}</details>"
    told = f"<h3>{escape(section.title)}</h3><p>{escape(section.sentence)}</p>"
    return View(f"{section.title}\n{section.sentence}", told + drawn + figures)


def _decided(registry: Registry, batch: int, decide: str, lines: Sequence[int], reason: str) -> View:
    if decide not in ("approve", "reject") or not batch:
        raise CredtoolsError("Set batch to a number, and decide to 'approve' or 'reject'.")
    if decide == "reject" and not lines:
        raise CredtoolsError("Name the lines to reject; nothing is rejected all at once without a person.")
    chosen = list(lines) or None
    done = registry.approve(batch, chosen, reason) if decide == "approve" else registry.decline(batch, lines, reason)
    what = "approved" if decide == "approve" else "rejected"
    text = f"Batch {batch}: {plural(len(done.decided), 'credential')} {what}."
    for why, count in Counter(done.blocked.values()).items():
        text += f" {count:,} can't be decided yet: {why}."
    return View(text, f"<p>{escape(text)}</p>")


def _approvals(pending: Pending, batch: int) -> View:
    """How many credentials wait, by batch and type, and how many of them can't be approved yet; nobody's name."""
    found = pending.like({"batch": str(batch)} if batch else {})
    rows = [
        (number, kind, len(some), int((some["blocked"] != "").sum()))
        for (number, kind), some in found.groupby(["batch", "credential_type"])
    ]
    text = f"{plural(len(found), 'credential')} waiting for approval."
    lines = "".join(
        f"\n  batch {number} · {kind} · {count:,} ({blocked:,} blocked)" for number, kind, count, blocked in rows
    )
    markup = table(("Batch", "Type", "Credentials", "Can't be approved yet"), rows, "Waiting for approval")
    return View(text + lines, f"<p>{escape(text)}</p>" + markup * bool(rows))


def _page(registry: Registry) -> View:
    """The credentials page in numbers."""
    totals = [(name, f"{count:,}") for name, count in Credentials(registry).totals.items()]
    open_batches = [(batch["batch"], batch["state"]) for batch in waiting(registry)]
    text = " · ".join(f"{count} {name}" for name, count in totals)
    markup = table(("Credentials", "Number"), totals)
    return View(text, markup + table(("Batch", "State"), open_batches, "Not finished yet") * bool(open_batches))


def _steps(batch: Batch) -> list[View]:
    """Read, reviewed, and what finishing would do, in the order of the clicks."""
    journey = Journey(batch)
    line = f"{batch.file}: {assumptions.line(journey)}"
    views = [View(line, f"<p>{escape(line)}</p>"), batch.overview()]
    if journey.review is None:
        return views
    counts = batch.preview()
    sentence = facts.next_sentence(journey.review.rows, journey.review.ready)
    numbers = [(told["label"], told["count"], told["help"]) for told in facts.numbers(counts)]
    markup = f"<p>{escape(sentence)}</p>" + table(("", "Rows", ""), numbers, "What finishing does")
    return [*views, View(f"{sentence}\n{counts}", markup)]


def _ending(text: str) -> View:
    """How it ended: the receipt, or why the batch is held."""
    return View(text, f"<pre>{escape(text)}</pre>")
