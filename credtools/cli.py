"""The verbs at the prompt; each is a light wrapper of a public Python call.

Exit codes: 0 fine · 1 rows rejected, held, or something to look at · 2 misuse or no such file · 3 unreadable, or failed
· 4 outcome unknown · 5 imported, but an export failed. With --json stdout holds only JSON, one object a line.
Heavy libraries are loaded inside the commands: `credtools --help` needs none.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from credtools import __version__
from credtools.errors import CredtoolsError, FileError, MissingFileError

if TYPE_CHECKING:
    from credtools.model import Outcome, Review, Table
    from credtools.registry import Registry
    from credtools.runs import Run

EXIT = {"ok": 0, "partial": 0, "held": 1, "failed": 3, "unknown": 4}
WORST_FIRST = (4, 3, 2, 1, 5, 0)
SHOWN = 10  # causes on the screen; --json shows all


class Verbs(click.Group):
    """Turns our errors into one sentence on stderr and an exit code, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MissingFileError as problem:
            _stop(str(problem), 2)
        except FileError as problem:
            _stop(str(problem), 3)
        except CredtoolsError as problem:
            from credtools.errors import UnknownOutcomeError  # noqa: PLC0415

            _stop(str(problem), 4 if isinstance(problem, UnknownOutcomeError) else 2)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="credtools")
def main() -> None:
    """Messy exports of licences and qualifications → approved, auditable credential records."""


# --- the organisation ---------------------------------------------------------------------------------------


@main.command()
def init() -> None:
    """Create the registry of this working folder (credtools.db, or as credtools.toml says)."""
    from credtools import registry  # noqa: PLC0415

    made = registry.create()
    click.echo(f"Created {made!r}. Next: credtools load users FILE, credtools load types FILE.")


@main.command()
@click.argument("kind", type=click.Choice(["users", "types"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def load(kind: str, file: Path, *, as_json: bool) -> None:
    """Add or update users or credential types from a file; all rows or none."""
    done = _open().load(kind, file)
    if as_json:
        _json({"file": str(file), "added": done.added, "changed": done.changed, "unchanged": done.unchanged})
    else:
        click.echo(f"{kind}: {done.added:,} added · {done.changed:,} changed · {done.unchanged:,} unchanged")


@main.command()
@click.argument("key", required=False)
@click.argument("value", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def settings(key: str | None, value: str | None, *, as_json: bool) -> None:
    """Show the organisation's settings, or change one: settings date_format DD/MM/YYYY."""
    from dataclasses import asdict  # noqa: PLC0415

    registry = _open()
    if key and value is not None:
        registry.set(key, value)
    found = asdict(registry.settings)
    if key and key not in found:
        raise CredtoolsError(f"There is no setting {key!r}; settings: {', '.join(found)}.")
    shown = {key: found[key]} if key else found
    if as_json:
        _json(shown)
    else:
        for name, setting in shown.items():
            click.echo(f"{name} = {setting}")


# --- files --------------------------------------------------------------------------------------------------


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--recipe", type=click.Path(path_type=Path), help="How this source's export is read (YAML).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing left out.")
def check(file: Path, recipe: Path | None, *, as_json: bool) -> None:
    """Say what a file would be worth; nothing is stored.

    Exit 0 clean or only warnings, 1 rows rejected, 2 misuse or no such file, 3 unreadable, heading or row limit.
    """
    try:
        review = _open().check(file, recipe)
    except MissingFileError:
        raise
    except FileError as problem:
        if as_json:
            _json(_refused(file, recipe, problem))
        _stop(str(problem), 3)
    if as_json:
        _json(_check_object(file, review))
    else:
        _print_review(file, review)
    sys.exit(1 if review.rejected.any() else 0)


@main.command("import")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--recipe", type=click.Path(path_type=Path), help="How this source's export is read (YAML).")
@click.option("--max-reject-rate", type=click.FloatRange(0, 1), help="Hold the batch when more rows are rejected.")
@click.option("--strict", is_flag=True, help="Exit 1 when a row was rejected.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file on stdout.")
def import_(
    files: tuple[Path, ...], recipe: Path | None, max_reject_rate: float | None, *, strict: bool, as_json: bool
) -> None:
    """Import files unattended, each by its own notebook run; all are tried, the worst exit code counts."""
    codes = []
    for file in files:
        from credtools import runs  # noqa: PLC0415

        run = runs.import_file(file, recipe=recipe, max_reject_rate=max_reject_rate)
        if as_json:
            _json(run.outcome.as_dict())
        else:
            _print_outcome(run)
        codes.append(_exit_code(run, strict=strict))
    sys.exit(next(code for code in WORST_FIRST if code in codes))


def _exit_code(run: Run, *, strict: bool) -> int:
    if isinstance(run.error, MissingFileError) and run.outcome.verdict == "failed":
        return 2
    if run.export_failed:
        return 5
    if strict and run.outcome.verdict == "partial":
        return 1
    return EXIT[run.outcome.verdict]


# --- decisions ----------------------------------------------------------------------------------------------


@main.command()
@click.argument("batch", type=int)
@click.option("--lines", help="Only these lines, for example 5,9-12; refused when one of them can't be decided.")
@click.option("--note", default="", help="Kept with the decision.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def approve(batch: int, lines: str | None, note: str, *, as_json: bool) -> None:
    """Approve the pending credentials of a batch, all at once."""
    done = _open().approve(batch, _lines(lines), note)
    _decided("approved", batch, done, as_json=as_json)


@main.command()
@click.argument("batch", type=int)
@click.option("--lines", required=True, help="The lines to decline, for example 5,9-12.")
@click.option("--reason", required=True, help="Why, in a few words.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def decline(batch: int, lines: str, reason: str, *, as_json: bool) -> None:
    """Decline pending credentials, with a reason."""
    done = _open().decline(batch, _lines(lines) or (), reason)
    _decided("declined", batch, done, as_json=as_json)


def _decided(word: str, batch: int, done: Any, *, as_json: bool) -> None:
    if as_json:
        blocked = [{"line": line, "reason": reason} for line, reason in done.blocked.items()]
        _json({"batch": batch, "decided": list(done.decided), "blocked": blocked, "audit_head": done.audit_head})
        return
    click.echo(f"batch {batch}: {len(done.decided):,} {word}, {len(done.blocked):,} blocked")
    for line, reason in list(done.blocked.items())[:SHOWN]:
        click.echo(f"  line {line}: {reason}")


# --- looking back -------------------------------------------------------------------------------------------


@main.command()
@click.option("--batch", type=int, help="Only those of one batch.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write them to a .csv or .xlsx file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per error on stdout.")
def rejects(batch: int | None, output: Path | None, *, as_json: bool) -> None:
    """List rejected rows and what became of them."""
    registry = _open()
    if batch is not None:
        registry.batch(batch)  # a batch that isn't there is misuse, not an empty list
    found = registry.audit.rejects(batch=batch)
    if output:
        from credtools import exports  # noqa: PLC0415

        written = exports.write_rejects(found, output)
        click.echo(f"{found['reject'].nunique():,} rejects written to {written}", err=as_json)
    if as_json:
        for row in found.to_dict("records"):
            _json(_plain(row))
    elif not output:
        for row in found.to_dict("records"):
            where = f"batch {row['batch']} line {row['line']} · {row['state']}"
            click.echo(f"{where} · {row['title']}: {_safe(row['resolution'])}")
        click.echo(f"{found['reject'].nunique():,} rejected rows, {_open_rejects(found):,} still open.")


def _open_rejects(found: Any) -> int:
    return int(found.loc[found["state"] == "open", "reject"].nunique())


@main.command()
@click.argument("batch", type=int, required=False)
@click.option("--sources", is_flag=True, help="Each source and its last run.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
def show(batch: int | None, *, sources: bool, as_json: bool) -> None:
    """Show a batch with its receipt; without a number the list of batches."""
    registry = _open()
    if batch is None:
        frame = registry.sources() if sources else registry.batches()
        for row in frame.to_dict("records"):
            shown = _plain(row)
            if as_json:
                _json(shown)
            else:
                click.echo(" · ".join(f"{k} {_safe(v)}" for k, v in shown.items() if v not in (None, "")))
        if frame.empty and not as_json:
            click.echo("Nothing was uploaded yet. Next: credtools import FILE --recipe RECIPE.")
        return
    found = registry.batch(batch)
    receipt, counts = found.receipt, found.counts
    told: dict[str, Any] = {
        "batch": batch,
        "file": found.file,
        "state": found.state,
        "source": found.source,
        **counts.as_dict(),
    }
    told |= {"held_because": found.held_because, "receipt": receipt.as_dict() if receipt else None}
    if as_json:
        _json(told)
        return
    click.echo(_safe(repr(found)))
    if found.held_because:
        click.echo(f"held: {found.held_because}")
    if receipt:
        click.echo(str(receipt))
    decisions = found.credentials()["decision"].value_counts().to_dict()
    click.echo("credentials: " + (" · ".join(f"{n:,} {word}" for word, n in decisions.items()) or "none"))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def verify(*, as_json: bool) -> None:
    """Compare the stored history with what was chained. Exit 0 when everything agrees, else 1."""
    problems = _open().verify()
    if as_json:
        _json({"agrees": not problems, "problems": problems})
    else:
        for problem in problems:
            click.echo(problem)
        click.echo("Everything agrees." if not problems else f"{len(problems):,} things don't agree.")
    sys.exit(1 if problems else 0)


# --- ways in ------------------------------------------------------------------------------------------------


@main.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("credtools-demo"), show_default=True)
@click.option("--rows", type=click.IntRange(50, 20_000), default=2_000, show_default=True)
def demo(folder: Path, rows: int) -> None:
    """Make an organisation and a messy export in a folder, import it unattended, and say what to open next."""
    from credtools import demo as making  # noqa: PLC0415
    from credtools import runs  # noqa: PLC0415

    made = making.prepare(folder, rows)
    click.echo(f"Made an organisation in {folder}: {made.registry!r}")
    click.echo(f"Importing {made.export} with {made.recipe} …")
    review = made.registry.check(made.export, made.recipe)
    run = runs.import_file(made.export, recipe=made.recipe, folder=folder)
    _print_causes(review)
    _print_outcome(run)
    click.echo(
        f"Next: cd {folder} && credtools approve {run.outcome.batch}, then credtools lab to clean the rest by hand."
    )
    sys.exit(_exit_code(run, strict=False))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...]) -> None:
    """Copy the notebooks into this folder (a changed copy is never overwritten) and open JupyterLab."""
    from credtools import lab as opening  # noqa: PLC0415

    sys.exit(opening.open_lab(Path.cwd(), arguments))


# --- printing -----------------------------------------------------------------------------------------------


def _open() -> Registry:
    from credtools.registry import open_registry  # noqa: PLC0415

    return open_registry()


def _stop(sentence: str, code: int) -> NoReturn:
    click.echo(f"credtools: {_safe(sentence)}", err=True)
    sys.exit(code)


def _safe(value: object) -> str:
    """Text for a terminal: control characters, which could move the cursor or colour the screen, made visible."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in str(value))


def _json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, allow_nan=False))


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _jsonable(value) for name, value in row.items()}


def _jsonable(value: Any) -> Any:
    import pandas as pd  # noqa: PLC0415

    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value


def _lines(text: str | None) -> tuple[int, ...] | None:
    """'5,9-12' → 5, 9, 10, 11, 12."""
    if text is None:
        return None
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise CredtoolsError(f"Lines are written like 5,9-12, not {text!r}.")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def _check_object(file: Path, review: Review) -> dict[str, Any]:
    error_keys = ("line", "heading", "column", "value", "code", "title", "resolution", "suggestion", "blocks")
    cause_keys = ("code", "column", "value", "pattern", "count", "suggestion")
    return {
        "file": str(file),
        "sha256": review.table.sha256,
        "rows": review.rows,
        "ready": review.ready,
        "rejected": review.rows - review.ready,
        "reading": _reading_object(review.table, review.headings),
        "errors": _records(review.errors, error_keys),
        "causes": _records(review.causes, cause_keys),
    }


def _reading_object(table: Table, headings: Mapping[str, str | None]) -> dict[str, Any]:
    found = table.reading
    return {
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "sheet": found.sheet,
        "heading_line": found.heading_line,
        "preamble_lines": list(found.preamble_lines),
        "footer_lines": list(found.footer_lines),
        "repaired_lines": list(found.repaired_lines),
        "blank_lines": list(found.blank_lines),
        "headings": dict(headings),
        "warnings": list(found.warnings),
    }


def _refused(file: Path, recipe: Path | None, problem: FileError) -> dict[str, Any]:
    """The object of a file that is refused as a whole, with what could be read of it all the same."""
    from credtools import Recipe, read  # noqa: PLC0415

    error = {"line": problem.line, "heading": "", "column": problem.column, "value": "", "code": problem.code}
    error |= {"title": "File refused", "resolution": str(problem), "suggestion": "", "blocks": True}
    told: dict[str, Any] = {"file": str(file), "sha256": None, "rows": 0, "ready": 0, "rejected": 0, "reading": None}
    with suppress(FileError):
        table = read(file, **(Recipe.load(recipe).read if recipe else {}))
        told |= {"sha256": table.sha256, "rows": len(table.lines)}
        told["reading"] = _reading_object(table, dict.fromkeys(table.frame.columns))
    return {**told, "errors": [error], "causes": []}


def _records(frame: Any, keys: Iterable[str]) -> list[dict[str, Any]]:
    names = list(keys)
    columns = [frame[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _print_review(file: Path, review: Review) -> None:
    found = review.table.reading
    click.echo(
        f"{file}: {review.rows:,} rows · {found.encoding} · {found.delimiter!r} · headings on line {found.heading_line}"
    )
    for warning in found.warnings:
        click.echo(f"Warning: {warning}")
    unknown = [heading for heading, column in review.headings.items() if column is None]
    if unknown:
        click.echo(f"Headings that stand for nothing here (kept with the row): {_safe(', '.join(unknown))}")
    click.echo(repr(review))
    _print_causes(review)


def _print_causes(review: Review) -> None:
    causes = review.causes[review.causes["blocks"]].to_dict("records")
    if causes:
        click.echo("Causes, largest first:")
    for cause in causes[:SHOWN]:
        looks = cause["pattern"] or cause["value"]
        click.echo(f"  {cause['count']:>6,}  {cause['title']}" + (f" · {_safe(looks)}" if looks else ""))
        click.echo(f"          {_safe(cause['resolution'])}")
    if len(causes) > SHOWN:
        click.echo(f"  … and {len(causes) - SHOWN:,} more causes (credtools check --json lists all).")


def _print_outcome(run: Run) -> None:
    outcome: Outcome = run.outcome
    click.echo(_safe(str(outcome)), err=outcome.verdict in ("failed", "unknown"))
    if outcome.notebook:
        click.echo(f"record:  {outcome.notebook}")
    if run.rejects:
        click.echo(f"rejects: {run.rejects}")
