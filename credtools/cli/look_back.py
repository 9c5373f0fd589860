"""Look back: batches, rejected rows, history, what was accepted, and whether all of it is still as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credtools.audit.filters import GROUPS, WORDS
from credtools.cli.arguments import FORCE, OUTPUT, PATH, filtered, open_registry, own, require_free, unlocked_batches
from credtools.cli.output import Answer, command, progress, records, say, shown_lines, wants_json
from credtools.cli.stories import told
from credtools.text import plural

if TYPE_CHECKING:
    from credtools.registry import Batch, Registry

UNNAMED = {"column": "the row as a whole", "type": "type not known"}


@command(example="show 3 --line 17")
@click.argument("batch", type=int, required=False, help="The number of a batch; without one all batches are listed.")
@click.option("--sources", is_flag=True, help="List each source and its last run.")
@click.option("--line", help="The history of the row on this line of the batch; 5.2 is the second piece of line 5.")
@click.option("--unlisted", is_flag=True, help="List the credentials that their source no longer lists.")
@click.option("--person", metavar="EMAIL", help="The history of a person's credentials.")
def show(batch: int | None, line: str | None, person: str | None, *, sources: bool, unlisted: bool) -> Answer:
    """Show batches, sources, what these no longer list, or a history."""
    if line is not None and batch is None:
        raise click.UsageError("--line needs the number of a batch: credtools show BATCH --line LINE.")
    registry = open_registry()
    if person is not None:
        acts = registry.audit.person(person)
        return Answer(records(acts), [*told(registry, acts, titled=True), *own(registry)])
    if unlisted:
        return _listed(registry, registry.audit.unlisted(), "Every credential that a full list held is still listed.")
    if batch is None:
        nothing = "Nothing has been uploaded yet. Next: credtools import FILE --recipe RECIPE."
        return _listed(registry, registry.sources() if sources else registry.batches(), nothing)
    if line is not None:
        acts = registry.audit.row(batch, line)
        return Answer(records(acts), told(registry, acts, titled=False))
    found = registry.batch(batch)
    data = {"batch": found.id, "file": found.file, "state": found.state, "source": found.source}
    data |= found.counts.as_dict() | {"held_because": found.held_because}
    return Answer(data | {"receipt": found.receipt.as_dict() if found.receipt else None}, _batch_lines(found))


def _listed(registry: Registry, frame: Any, nothing: str) -> Answer:
    rows = records(frame)
    lines = [" · ".join(f"{name} {value}" for name, value in row.items() if value not in (None, "")) for row in rows]
    return Answer(rows, [*(lines or [nothing]), *own(registry)])


def _batch_lines(found: Batch) -> Iterator[str]:
    from credtools.model import lines_in  # noqa: PLC0415

    yield repr(found)
    if found.state in ("draft", "held") and len(idle := found.idle_patches()):
        verb = "has" if len(idle) == 1 else "have"
        yield f"{plural(len(idle), 'correction')} of this source {verb} no effect on this file."
    if found.held_because:
        yield f"held: {found.held_because}"
    if found.receipt:
        yield str(found.receipt)
    written = found.credentials()
    decisions = written["decision"].value_counts().to_dict()
    withdrawn = f" · {gone:,} of them withdrawn" if (gone := int(written["withdrawn"].sum())) else ""
    yield "credentials: " + (" · ".join(f"{n:,} {word}" for word, n in decisions.items()) or "none") + withdrawn
    said = zip(lines_in(written), written["decision"], strict=True)
    if pending := [line for line, decision in said if decision == "pending"]:
        yield f"pending: {shown_lines(pending, limit=50)}"


@command(example="rejects -o wrong.xlsx")
@click.option("--batch", type=int, help="Only rows of this batch.")
@click.option("--source", help=WORDS["source"].help)
@click.option("-o", "--output", type=PATH, help="Write the open ones to a .csv or .xlsx file, to be corrected.")
@FORCE
def rejects(batch: int | None, source: str | None, output: Path | None, *, force: bool) -> Answer:
    """List rejected rows, or write the open ones to a file to correct."""
    from credtools.model import lines_in  # noqa: PLC0415

    if output:
        require_free(output, force=force)
    registry = open_registry()
    if batch is not None:
        registry.batch(batch)  # a batch that isn't there is misuse, not an empty list
    only = {} if source is None else {"source": source}
    found = registry.audit.rejects(batch=batch, **only)
    found = found.sort_values("state", key=lambda states: states != "open", kind="stable", ignore_index=True)
    rows = records(found)
    if output:
        written = unlocked_batches(registry, lambda: registry.write_rejects(output, batch, **only))
        count = plural(written, "open reject")
        say(f"{count} written to {output}. Correct the file, then: credtools correct {output}", err=wants_json())
        return Answer(rows)
    lines = [
        f"batch {row['batch']} line {line} · {row['state']} · {row['title']}: {row['resolution']}"
        for line, row in zip(lines_in(found), rows, strict=True)
    ]
    still_open = found.loc[found["state"] == "open", "reject"].nunique()
    counted = f"{plural(found['reject'].nunique(), 'rejected row')}, {still_open:,} still open."
    return Answer(rows, [*lines, counted, *own(registry)])


@command(example="audit --by source --since 2026-01-01")
@click.option("--by", type=click.Choice([*GROUPS, "month", "value"]), help="What to count by; by default the error.")
@filtered
@click.option("--batch", type=int, help=WORDS["batch"].help)
@click.option("--ageing", is_flag=True, help="Count the open rows by how many days they have been open.")
@click.option("--rate", is_flag=True, help="Which source (uploader, recipe) gets worse: rates of the last weeks.")
@click.option("--settled", is_flag=True, help="Count what was fixed, waived and superseded, by when (month, week).")
def audit(by: str | None, *, ageing: bool, rate: bool, settled: bool, **filters: Any) -> Answer:
    """Count rejected rows by state, or open rows by age.

    With --by value the most frequent wrong values of each error; with --rate the last week of each source beside up to
    four before it.
    """
    if ageing + rate + settled > 1:
        raise click.UsageError("--ageing, --rate and --settled are different questions. Ask one at a time.")
    registry = open_registry()
    asked = registry.audit
    if by == "value" and not (ageing or rate or settled):
        return _values(registry, asked.values(**filters))
    if rate:
        return _rates(registry, asked.worsening(by or "source", **filters))
    counts = asked.settled if settled else asked.ageing if ageing else asked.rejects
    by = by or ("month" if settled else "code")
    found = counts(by, **filters)
    rows = dict(zip(map(str, found.index), records(found), strict=True))
    lines = [
        f"{key or UNNAMED.get(by, '')}: " + " · ".join(f"{count:,} {word}" for word, count in row.items())
        for key, row in rows.items()
    ]
    chosen = any(value is not None for value in filters.values())
    nothing = "No rejected row matches." if chosen else "No row was rejected."
    return Answer(rows, [*(lines or [nothing]), *own(registry)])


def _values(registry: Registry, found: Any) -> Answer:
    rows = records(found)
    lines = [f"{row['code']} · {row['value']!r}: {plural(row['rows'], 'row')} · {row['open']:,} open" for row in rows]
    return Answer(rows, [*(lines or ["No wrong value is stored for these rows."]), *own(registry)])


def _rates(registry: Registry, found: Any) -> Answer:
    rows = dict(zip(map(str, found.index), records(found), strict=True))
    lines = [_rate(key, row) for key, row in rows.items()] or ["No file was finished."]
    return Answer(rows, [*lines, *own(registry)])


def _rate(key: str, row: dict[str, Any]) -> str:
    """`hr: 30.0% of 20 rows in the week of 2026-10-19 · 5.0% of 40 before · worse`."""

    def share(rate: float | None, rows: int) -> str:
        return f"{rate:.1%} of {plural(rows, 'row')}" if rate is not None else "no row"

    now: str = f"{key}: {share(row['rate'], row['rows'])} in the week of {row['week']}"
    before = f" · {share(row['rate_before'], row['rows_before'])} before" if row["rows_before"] else ""
    return f"{now}{before}{' · worse' if row['worse'] else ''}"


@click.command(epilog="Example: credtools report -o audit.html --since 2026-01-01")
@click.argument("batch", type=int, required=False, help="The number of a batch; without one the page is the audit.")
@click.option("-o", "--output", type=PATH, required=True, help="The .html file to write.")
@FORCE
@filtered
def report(batch: int | None, output: Path, *, force: bool, **filters: Any) -> None:
    """Write a page about a batch, or about all rejected rows.

    One file that opens in any browser and can be printed.
    """
    if batch is not None and any(filters.values()):
        raise click.UsageError("The page of a batch shows all of it. Use filters without the number of a batch.")
    require_free(output, force=force)
    registry = open_registry()
    with progress("Writing the page"):
        written = registry.report(output, **filters) if batch is None else registry.batch(batch).report(output)
    say(f"Written to {written}. Open it in a browser.")


@command(example="export -o soon.csv --expiring 90")
@OUTPUT
@FORCE
@click.option("--batch", type=int, help="Only what one batch wrote.")
@click.option("--expiring", type=click.IntRange(0, 36_500), metavar="DAYS", help="Only what expires within DAYS days.")
@click.option("--current", is_flag=True, help="Only what counts now: no older, pending or corrected version.")
@click.option(
    "--media", type=PATH, metavar="DIR|F.zip", help="Write the scans, too, and name them in the column Media."
)
@click.option("--name", metavar="PATTERN", help="How scans are called, by default {user_email}_{credential_type}.")
def export(
    output: Path,
    batch: int | None,
    expiring: int | None,
    media: Path | None,
    name: str | None,
    *,
    current: bool,
    force: bool,
) -> Answer:
    """Write accepted credentials to template files.

    Each file has at most 20,000 rows. With --expiring only the newest approved version of each credential, soonest
    first. Scans are written as they came, to a new or empty folder or a new zip (F-2.zip and so on where one would be
    too large).
    """
    if name is not None and media is None:
        raise click.UsageError("--name is how scans are called. Say where they go, too: --media DIR or --media F.zip.")
    require_free(output, force=force, parts=True)
    registry = open_registry()
    if batch is not None:
        registry.batch(batch)  # a batch that isn't there is misuse, not an empty file
    if media is not None:
        called = {} if name is None else {"name": name}
        with progress("Exporting") as tell:
            done = registry.export_with_media(
                output, media, batch, **called, expiring=expiring, current=current, progress=tell
            )
        places = {"files": [*map(str, done.files)], "media": [*map(str, done.media)]}
        return Answer(places | {"scans": done.scans, "erased": done.erased}, [repr(done), *own(registry)])
    with progress("Exporting"):
        written = [str(path) for path in registry.export(output, batch, expiring=expiring, current=current)]
    return Answer({"files": written}, [f"Written: {', '.join(written)}.", *own(registry)])


@command(example="verify --head 12:4be0643f1d98573b")
@click.option("--head", metavar="SEQ:HASH", help="The head of a receipt or backup, which must be in this history.")
@click.option("--since", metavar="SEQ:HASH", help="Look only at what came after this head, which verify has printed.")
def verify(head: str | None, since: str | None) -> Answer:
    """Check that nobody has changed the stored history.

    Exit 0 when everything stored agrees with the hash chain, else 1. It can't know what was never there: a copy of
    credtools.db without its log (credtools.db-wal) is an older registry, and agrees. Compare with a receipt by --head,
    let each write tell its head to a file elsewhere (heads in credtools.toml), and use 'credtools backup'. Where
    everything agrees the head is printed: --since it looks only at what was written later, and says what it left out.
    """
    with progress("Verifying"):
        found = open_registry().verify(head, since)
    counted = f"{plural(len(found), 'problem')} found." if found else "Everything agrees."
    data = {"agrees": not found, "problems": [*found], "unseen": [*found.unseen], "since": since}
    data["head"] = f"{found.head.seq}:{found.head.hash}" if found.head else None
    lines = [*found, *found.unseen, counted, *([f"Head: {found.head}"] if found.head else ())]
    return Answer(data, lines, 1 if found else 0)


COMMANDS = (show, rejects, audit, report, export, verify)
