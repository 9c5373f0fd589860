"""Record: the wizard without a person – what a notebook keeps when papermill runs it. No personal values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from credtools.audit import reports
from credtools.errors import CredtoolsError
from credtools.jupyter.admin import ADVISORY, HEADINGS, ROLES, people, settings, types
from credtools.jupyter.credentials import NOTHING_WAITS, Credentials, waiting
from credtools.jupyter.listed import Listed
from credtools.jupyter.parts.shown import next_sentence, numbers
from credtools.jupyter.wizard import read_as
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.model import Outcome, Receipt
from credtools.registry import Batch, Registry
from credtools.registry.views import View
from credtools.text import escape, plural, table


class Record(View):
    """What the file is worth, and the receipt if it was finished; `batch` goes on from there."""

    def __init__(self, registry: Registry, batch: Batch | None, views: Sequence[View]) -> None:
        super().__init__("\n\n".join(view.text for view in views), "".join(view.markup for view in views))
        self.registry, self.batch = registry, batch

    @classmethod
    def of_file(
        cls, registry: Registry, source: str, recipe: str, *, finish: bool, max_reject_rate: float | None = None
    ) -> Record:
        """A file, read and checked; with `finish` finished or held, as `credtools import` would."""
        if not source:
            return cls(registry, None, [_page(registry)])
        batch = registry.upload(source, recipe or None)
        record = cls(registry, batch, _steps(batch, unattended=finish))
        return record._ended(batch.settle(max_reject_rate)) if finish else record

    @classmethod
    def of_approvals(cls, registry: Registry, batch: int, decide: str, lines: Sequence[int], reason: str) -> Record:
        """What waits for approval, after the decision that was asked for. Raises CredtoolsError, RegistryError."""
        decided = [_decided(registry, batch, decide, lines, reason)] if decide else []
        return cls(registry, None, [*decided, _approvals(Listed(registry), batch)])

    @classmethod
    def of_audit(cls, registry: Registry, filters: Mapping[str, Any]) -> Record:
        """What became of rejected rows, section by section. Raises CredtoolsError."""
        return cls(registry, None, [_section(one) for one in reports.sections(registry.audit, filters)])

    @classmethod
    def of_organisation(cls, registry: Registry, part: str = "") -> Record:
        """How many have each role, settings and types; of all or one part. Raises CredtoolsError."""
        if part and part not in ORGANISATION:
            raise CredtoolsError("part_unknown", part=part, known=", ".join(ORGANISATION))
        return cls(registry, None, [make(registry) for name, make in ORGANISATION.items() if part in ("", name)])

    @classmethod
    def of_batch(cls, registry: Registry, number: int, *, finish: bool, max_reject_rate: float | None = None) -> Record:
        """A draft or held batch; with `finish` finished or held, as `credtools import` would."""
        if not number:
            nothing = [] if waiting(registry) else [_view(NOTHING_WAITS)]
            return cls(registry, None, [*nothing, _page(registry)])
        batch = registry.batch(number)
        if batch.state == "finished":
            return cls(registry, batch, [_view(str(batch.receipt), tag="pre")])
        record = cls(registry, batch, _steps(batch, unattended=finish))
        if not finish:
            return record
        reasons = batch.why_hold(max_reject_rate)  # as `settle`, which would discard somebody's draft if it failed
        return record._ended(batch.hold(" ".join(reasons)) if reasons else batch.finish())

    def _ended(self, ending: Outcome | Receipt) -> Record:
        """The same, with how it ended: finished, or held with the reason."""
        batch = self.registry.batch(ending.batch) if ending.batch else self.batch
        return Record(self.registry, batch, [self, _view(str(ending), tag="pre")])


def _view(text: str, more: str = "", markup: str = "", tag: str = "p") -> View:
    """A sentence, further text below it, and what stands in its place in HTML."""
    return View(text + more, f"<{tag}>{escape(text)}</{tag}>{markup}")


def _page(registry: Registry) -> View:
    """The credentials page in numbers."""
    totals = [(name, f"{count:,}") for name, count in Credentials(registry).totals.items()]
    batches = [(batch["batch"], batch["state"]) for batch in waiting(registry)]
    unfinished = table(("Batch", "State"), batches, "Not finished yet") if batches else ""
    return View(
        " · ".join(f"{count} {name}" for name, count in totals), table(("Credentials", "Number"), totals) + unfinished
    )


def _steps(batch: Batch, *, unattended: bool) -> list[View]:
    """Read, reviewed, and what finishing would do, in the order of the clicks."""
    batch.draft.unattended = unattended  # what is shown is what is written then
    file = OpenFile(batch)
    views = [_view(f"{batch.file}: {read_as.line(file)}"), batch.overview()]
    if file.review is None:
        return views
    counts = batch.preview()
    rows = [(row["label"], row["count"], row["help"]) for row in numbers(counts)]
    markup = "".join(f"<p>{escape(remark)}</p>" for remark in counts.remarks)
    markup += table(("", "Rows", ""), rows, "What finishing does")
    return [*views, _view(next_sentence(file.review), f"\n{counts}", markup)]


def _decided(registry: Registry, batch: int, decide: str, lines: Sequence[int], reason: str) -> View:
    if decide not in ("approve", "reject") or not batch:
        raise CredtoolsError("decision_unclear")
    if decide == "reject" and not lines:
        raise CredtoolsError("lines_not_named")
    chosen = list(lines) or None
    done = registry.approve(batch, chosen, reason) if decide == "approve" else registry.decline(batch, lines, reason)
    what = "approved" if decide == "approve" else "rejected"
    blocked = Counter(done.blocked.values()).items()
    left = "".join(f" {count:,} can't be decided yet: {why}." for why, count in blocked)
    gone = f" {done.told}" if done.told else ""
    return _view(f"Batch {batch}: {plural(len(done.decided), 'credential')} {what}.{gone}{left}")


def _approvals(pending: Listed, batch: int) -> View:
    """How many credentials wait, by batch and type, and how many of them can't be approved yet; nobody's name."""
    found = pending.like({"batch": str(batch)} if batch else {})
    rows = [
        (number, kind, len(some), int((some["blocked"] != "").sum()))
        for (number, kind), some in found.groupby(["batch", "credential_type"])
    ]
    lines = [f"\n  batch {number} · {kind} · {count:,} ({blocked:,} blocked)" for number, kind, count, blocked in rows]
    markup = table(("Batch", "Type", "Credentials", "Can't be approved yet"), rows, "Waiting for approval")
    return _view(f"{plural(len(found), 'credential')} waiting for approval.", "".join(lines), markup if rows else "")


def _section(section: reports.Section) -> View:
    """A sentence, a picture in the record itself, and its figures."""
    figures = table(section.headings, section.rows) if section.rows else ""
    drawn = ""
    if section.plot is not None:
        source = f"data:image/png;base64,{section.drawn('light')}"
        drawn = f'<img style="max-width:100%" src="{source}" alt="{escape(section.alternative)}">'
        figures = f"<details><summary>The figures</summary>{figures}</details>"
    return _view(section.title, f"\n{section.sentence}", f"<p>{escape(section.sentence)}</p>{drawn}{figures}", "h3")


def _people(registry: Registry) -> View:
    found = people(registry)
    if found is None:
        return _view(ADVISORY)
    counted = Counter(role for one in found for role in one["roles"])
    rows = [(role, f"{counted[role]:,}") for role in ROLES]
    return _listed("People with each role", ("Role", "People"), rows)


def _settings(registry: Registry) -> View:
    rows = [(one["title"], str(one["value"])) for one in settings(registry)]
    return _listed("Settings", ("Setting", "Value"), rows)


def _types(registry: Registry) -> View:
    return _listed("Credential types", HEADINGS, types(registry))


def _listed(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> View:
    lines = "".join("\n  " + " · ".join(cell for cell in row if cell) for row in rows)
    return View(f"{title}:{lines}", table(headings, rows, title))


ORGANISATION = {"people": _people, "settings": _settings, "types": _types}
