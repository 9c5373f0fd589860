"""Pages: one file each that anybody can open, read and print. Nothing is fetched or run; every value is escaped."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from credtools.audit import sections
from credtools.audit.plots import Plot
from credtools.audit.sections import Asked, Section
from credtools.errors import CredtoolsError
from credtools.model import Counts, Outcome, Receipt
from credtools.settings import VERSION
from credtools.text import escape, plural

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = (Path(__file__).parent / "page.css").read_text("utf-8")
PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title><style>{style}</style></head>
<body><main><h1>{title}</h1><p class="facts">{facts}</p>{body}</main>
<footer>Made by credtools {version} on {now:%Y-%m-%d %H:%M} UTC. Nothing in this page names a person whose rows were \
judged; their values stand in the registry (<code>credtools rejects</code>).</footer></body></html>
"""
MOST_LINES = 12
MEANING = {
    "ok": "Imported; no row was rejected.",
    "partial": "Imported; some rows were rejected and are followed.",
    "held": "Nothing was written; a person has to look.",
    "failed": "Nothing was written.",
    "unknown": "Whether it was written isn't known; run the same command again.",
}


class Judged(Protocol):
    """What the page of a batch tells."""

    id: int
    file: str
    source: str
    sha256: str

    @property
    def recipe(self) -> Any: ...
    @property
    def state(self) -> str: ...
    @property
    def counts(self) -> Counts: ...
    @property
    def held_because(self) -> str | None: ...
    @property
    def receipt(self) -> Receipt | None: ...
    def rejects(self) -> Any: ...
    def credentials(self) -> Any: ...


def audit_page(registry: Asked, filters: Mapping[str, Any] | None = None) -> str:
    """The page of an audit: every section with its picture and its table. Raises CredtoolsError."""
    filters = {name: value for name, value in (filters or {}).items() if value not in (None, "")}
    chosen = ", ".join(f"{name} {value}" for name, value in filters.items())
    found = sections.of_audit(registry, filters)
    return _page("Rejected rows", f"Only {chosen}." if chosen else "All sources, all times.", map(_section, found))


def batch_page(batch: Judged) -> str:
    """The page of a batch: what became of its rows, why rows were rejected, and by what it was judged."""
    state = f"It is {batch.state}" + (f": {batch.held_because}" if batch.held_because else ".")
    sentence = f"{plural(batch.counts.rows, 'row')} of the source {batch.source}. {state}"
    return _page(f"Batch {batch.id}: {batch.file}", sentence, _of_batch(batch))


def run_page(outcome: Outcome, batch: Judged | None, facts: Mapping[str, object]) -> str:
    """The page of an unattended run: how it ended, its batch where there is one, and how it was run."""
    told = " ".join(text for text in (outcome.held_because, outcome.problem) if text)
    if batch is None:
        body = [_totals({name: count for name, count in outcome.counts.as_dict().items() if count})]
    else:
        body = list(_of_batch(batch))
    rows = [(name, "" if fact is None else fact) for name, fact in facts.items()]
    body.append(f"<section><h2>How it was run</h2>{_table(('', ''), rows)}</section>")
    return _page(f"{Path(outcome.file).name}: {outcome.verdict}", told or MEANING[outcome.verdict], body)


def _of_batch(batch: Judged) -> Iterator[str]:
    yield _totals({name.replace("_", " "): count for name, count in batch.counts.as_dict().items() if count})
    rejects = batch.rejects()
    if len(rejects):
        yield _rejected(rejects)
    elif batch.state in ("finished", "undone"):
        yield "<section><h2>Rejected rows</h2><p>No row was rejected.</p></section>"
    decisions = Counter(batch.credentials()["decision"].tolist())
    if decisions:
        rows = [(name.replace("_", " ").capitalize(), count) for name, count in decisions.most_common()]
        yield f"<section><h2>Credentials</h2>{_table(('Decision', 'Credentials'), rows)}</section>"
    facts = {"Batch": str(batch.id), "File": batch.file, "Source": batch.source, "SHA-256 of the file": batch.sha256}
    facts |= {"Recipe (fingerprint)": batch.recipe.fingerprint}
    if (receipt := batch.receipt) is not None:
        facts |= {"Schema (fingerprint)": receipt.schema, "Judgement": receipt.judgement}
        facts |= {"Audit event": f"{receipt.audit_seq:,}", "Audit head": receipt.audit_head}
    yield f"<section><h2>By what it was judged</h2>{_table(('', ''), list(facts.items()))}</section>"


def write_page(path: str | Path, page: str) -> Path:
    """Writes a page. Raises CredtoolsError when the name isn't .html, or it can't be written."""
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise CredtoolsError("not_html", name=path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
    except OSError as problem:
        raise CredtoolsError("page_not_written", path=str(path), why=problem.strerror) from problem
    return path


def picture(plot: Plot, alternative: str) -> str:
    """A picture in the page itself, in the colours that the reader's screen asks for; printed in light ones."""
    dark, light = (base64.b64encode(plot(theme)).decode() for theme in ("dark", "light"))
    return (
        f'<picture><source media="screen and (prefers-color-scheme: dark)" srcset="data:image/png;base64,{dark}">'
        f'<img src="data:image/png;base64,{light}" alt="{escape(alternative)}"></picture>'
    )


def _page(title: str, facts: str, body: Iterable[str]) -> str:
    told = {"title": escape(title), "facts": escape(facts), "body": "".join(body)}
    return PAGE.format(**told, policy=POLICY, style=STYLE, version=VERSION, now=datetime.now(UTC))


def _section(section: Section) -> str:
    shown = picture(section.plot, sections.alternative(section)) if section.plot else ""
    table = _table(section.headings, section.rows) if section.rows else ""
    if shown and table:
        table = f"<details><summary>The figures</summary>{table}</details>"
    return f"<section><h2>{escape(section.title)}</h2><p>{escape(section.sentence)}</p>{shown}{table}</section>"


def _rejected(rejects: Any) -> str:
    each = rejects.drop_duplicates(["reject", "code"])
    rows = []
    for (title, code), some in sorted(each.groupby(["title", "code"]), key=lambda group: -len(group[1])):
        states = Counter(some["state"].tolist())
        told = ", ".join(f"{count:,} {name}" for name, count in states.most_common())
        lines = sorted(some["line"].tolist())
        shown = ", ".join(f"{line:,}" for line in lines[:MOST_LINES])
        rest = f" and {len(lines) - MOST_LINES:,} more" if len(lines) > MOST_LINES else ""
        rows.append((title, code, len(some), told, shown + rest))
    open_rows = rejects.loc[rejects["state"] == "open", "reject"].nunique()
    rejected = plural(rejects["reject"].nunique(), "row")
    sentence = f"{rejected} rejected, {open_rows:,} still open. A row may have several errors."
    table = _table(("Error", "Code", "Rows", "What became of them", "Lines of the file"), rows)
    return f"<section><h2>Rejected rows</h2><p>{sentence}</p>{table}</section>"


def _totals(counts: Mapping[str, int]) -> str:
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{count:,}</dd></div>" for name, count in counts.items())
    return f'<dl class="totals">{told}</dl>'


def _table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table; columns of numbers are ranged right."""
    numbers = [bool(rows) and all(isinstance(row[k], int) for row in rows) for k in range(len(headings))]
    marks = [' class="number"' if number else "" for number in numbers]
    head = "".join(f'<th scope="col"{m}>{escape(name)}</th>' for name, m in zip(headings, marks, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{m}>{_cell(cell)}</td>" for cell, m in zip(row, marks, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else escape(value)
