"""Reports: one page each that anybody can open, read and print – of an audit, a batch, an unattended run.

All are sections in one template (`templates/`); they hold counts and names of sources, types and uploaders, never a
value of a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from credtools import outputs
from credtools.audit.audit import Audit
from credtools.audit.section import Row, Section
from credtools.audit.sections import sections
from credtools.errors import CredtoolsError
from credtools.model import JUDGED_STATES, Counts, FileWarning, Outcome, Receipt, lines_in, order
from credtools.settings import VERSION
from credtools.text import first_of, plural

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["BatchSummary", "Section", "audit_page", "batch_page", "run_page", "sections", "write"]

MOST_LINES = 12
SCANS = {
    "differs": "Differs from the row",
    "agrees": "Agrees with the row",
    "nothing": "Nothing to read",
    "": "Not compared",
}
MEANING = {
    "ok": "Imported; no row was rejected.",
    "partial": "Imported; the rejected rows are followed until they are fixed.",
    "held": "Nothing was written; a person has to review it.",
    "failed": "Nothing was written.",
    "unknown": "It isn't known whether anything was written; run the same command again.",
}


@dataclass(frozen=True)
class BatchSummary:
    """What the page of a batch is made of: `batch.summary()` gives it.

    `rejects` as in `registry.audit.rejects`; `decisions`: of each credential that the batch wrote; `scans`: what each
    of its media says beside its row.
    """

    number: int
    file: str
    source: str
    state: str
    held_because: str | None
    counts: Counts
    sha256: str
    recipe: str
    receipt: Receipt | None
    warnings: Sequence[FileWarning]
    rejects: pd.DataFrame
    decisions: Sequence[str]
    scans: Sequence[str]


def audit_page(audit: Audit, filters: Mapping[str, Any], *, own: bool = False) -> str:
    """The page of an audit: every section with its picture and its table; blank filters are left out.

    `own`: whether whoever asks sees only what is their own.

    Raises CredtoolsError when a filter means nothing.
    """
    filters = {name: value for name, value in filters.items() if value not in (None, "")}
    said = {name.replace("_", " "): "(not shown)" if name == "value" else value for name, value in filters.items()}
    named = ", ".join(f"{name} {value}" for name, value in said.items())
    facts = f"Only {named}." if named else "All sources, all times."
    facts += " Of your uploads and those shared with you." if own else ""
    return _page("Rejected rows", facts, sections(audit, filters))


def batch_page(batch: BatchSummary) -> str:
    """The page of a batch: what became of its rows, why rows were rejected, and its provenance."""
    state = f"It is {batch.state}" + (f": {batch.held_because}" if batch.held_because else ".")
    facts = f"{plural(batch.counts.rows, 'row')} of the source {batch.source}. {state}"
    shown = [*_warned(batch.warnings), *_of_batch(batch)]
    return _page(f"Batch {batch.number}: {batch.file}", facts, shown, batch.counts)


def run_page(outcome: Outcome, batch: BatchSummary | None, run: Mapping[str, object]) -> str:
    """The page of an unattended run: how it ended, its batch where there is one, and how it was run."""
    title = f"{Path(outcome.file).name}: {outcome.verdict}"
    facts = " ".join(text for text in (outcome.held_because, outcome.problem) if text) or MEANING[outcome.verdict]
    rows = tuple((name, "" if fact is None else fact) for name, fact in run.items())
    how = Section("run", "How it was run", "", ("", ""), rows)
    shown = [*_warned(outcome.warnings), *(_of_batch(batch) if batch else ()), how]
    return _page(title, facts, shown, (batch or outcome).counts)


def write(path: str | Path, page: str) -> Path:
    """Writes a page. Raises CredtoolsError when the name isn't .html, or it can't be written."""
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise CredtoolsError("not_html", name=path.name)
    try:
        outputs.write(path, page)
    except OSError as problem:
        raise CredtoolsError("page_not_written", path=str(path), why=problem.strerror) from problem
    return path


def _warned(warnings: Sequence[FileWarning]) -> Iterator[Section]:
    if warnings:
        rows = tuple((one.sentence, one.code, one.count) for one in warnings)
        yield Section("warnings", "Warnings", "They hold no row back.", ("Warning", "Code", "Count"), rows)


def _of_batch(batch: BatchSummary) -> Iterator[Section]:
    rejects = batch.rejects
    if len(rejects):
        open_rows = rejects.loc[rejects["state"] == "open", "reject"].nunique()
        sentence = f"{plural(rejects['reject'].nunique(), 'row')} rejected, {open_rows:,} still open. A row may have "
        headings = ("Error", "Code", "Rows", "What became of them", "Lines of the file")
        rows = _errors(rejects.drop_duplicates(["reject", "code"]))
        yield Section("rejected", "Rejected rows", sentence + "several errors.", headings, rows)
    elif batch.state in JUDGED_STATES:
        yield Section("rejected", "Rejected rows", "No row was rejected.")
    if batch.decisions:
        decisions = Counter(name.replace("_", " ").capitalize() for name in batch.decisions).most_common()
        yield Section("credentials", "Credentials", "", ("Decision", "Credentials"), tuple(decisions))
    if batch.scans:
        scans = Counter(batch.scans)
        said = tuple((words, scans[scan]) for scan, words in SCANS.items() if scans[scan])
        yield Section("media", "Media", "", ("What can be read in them", "Media"), said)
    provenance = {"Batch": str(batch.number), "File": batch.file, "Source": batch.source}
    provenance |= {"SHA-256 of the file": batch.sha256, "Recipe (fingerprint)": batch.recipe}
    if (receipt := batch.receipt) is not None:
        provenance |= {"Schema (fingerprint)": receipt.schema, "Judgement": receipt.judgement}
        provenance |= {"Audit event": f"{receipt.audit_seq:,}", "Audit head": receipt.audit_head}
    yield Section("provenance", "Provenance", "", ("", ""), tuple(provenance.items()))


def _errors(rejects: pd.DataFrame) -> tuple[Row, ...]:
    """Per error, the most frequent first: title, code, how many rows, what became of them, where they are."""
    rows = []
    rejects = rejects.assign(row=pd.Series(lines_in(rejects), index=rejects.index, dtype="object"))
    for (title, code), some in rejects.groupby(["title", "code"]):
        states = ", ".join(f"{count:,} {name}" for name, count in Counter(some["state"].tolist()).most_common())
        ordered = sorted(some["row"].tolist(), key=order)
        lines = first_of((f"{line:,}" if isinstance(line, int) else line for line in ordered), MOST_LINES)
        rows.append((title, code, len(some), states, lines))
    return tuple(sorted(rows, key=lambda row: -row[2]))


def _page(title: str, facts: str, shown: Iterable[Section], counts: Counts | None = None) -> str:
    about = {"title": title, "facts": facts, "version": VERSION, "now": datetime.now(UTC)}
    return _template().render(**about, sections=shown, totals=counts.as_dict() if counts else {})


@lru_cache(maxsize=1)
def _template() -> Template:
    """The page; each value in it is escaped, and one that is missing is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only who writes pages needs it

    loader = FileSystemLoader(Path(__file__).parent / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["grouped"] = lambda value: f"{value:,}" if isinstance(value, int) else value
    made.globals["are_numbers"] = _are_numbers
    return made.get_template("page.html")


def _are_numbers(headings: Sequence[str], rows: Sequence[Row]) -> list[bool]:
    """Which columns hold numbers only: they are ranged right."""
    return [bool(rows) and all(isinstance(row[k], int) for row in rows) for k in range(len(headings))]
