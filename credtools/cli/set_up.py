"""Set up: an organisation, what it knows, and the ways in."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credtools.cli.arguments import FILE, FORCE, OUTPUT, PATH, RECIPE, YES, open_registry, require_free, unlocked
from credtools.cli.import_files import cause_lines, exit_code, outcome_lines
from credtools.cli.output import SHOWN, Answer, command, progress, records, say, shown_lines, stop
from credtools.errors import LoadError, SettingError
from credtools.text import first_of, plural

if TYPE_CHECKING:
    from credtools.demo import Demo
    from credtools.model import FileWarning
    from credtools.registry import Registry


@click.command(epilog="Example: credtools init --team")
@click.option("--team", is_flag=True, help="On PostgreSQL: roles say who may do what, and the database keeps to them.")
@click.option("--prefix", default="ct", show_default=True, help="What the names of the roles on the server begin with.")
def init(prefix: str, *, team: bool) -> None:
    """Create the registry of this folder, and copy the notebooks here.

    The registry is credtools.db, or what credtools.toml names. With --team it takes a login of the database's server
    that may make roles, and owns the database; it then says who the first administrator is.
    """
    from credtools import registry  # noqa: PLC0415
    from credtools.serving import lab  # noqa: PLC0415

    with registry.create(team=team, prefix=prefix) as made:
        lab.copy_notebooks(Path())
        for line in _made(made, team=team):
            say(line)


def _made(made: Registry, *, team: bool) -> Iterator[str]:
    """That a registry is there, who may do what in it, and what comes next."""
    if team:
        yield f"Created {made!r}, of a team whose rights PostgreSQL keeps by the roles {made.me.prefix}_…"
        yield "Next, say who the first administrator is: credtools grant LOGIN --role admin --as EMAIL."
        return
    yield f"Created {made!r}. Next: credtools load users FILE, credtools load types FILE."
    on_server = made.engine.dialect.name == "postgresql"
    kept = "credtools init --team keeps them." if on_server else "PostgreSQL keeps them for teams (docs/team.md)."
    yield f"Rights are advisory here: whoever can open this registry may do everything. {kept}"


@command(example="load users users.csv")
@click.argument("kind", type=click.Choice(["users", "types"]), help="What the file lists.")
@FILE
@RECIPE
@click.option("--replace/--add", default=False, help="--replace also deactivates who isn't in the file.")
@YES(help="Deactivate without asking, even more than a tenth of the active.")
def load(kind: str, file: Path, recipe: Path | None, *, replace: bool, yes: bool) -> Answer:
    """Add or update users or credential types from a file.

    All rows are loaded, or none. 'credtools template --schema users -o users.csv' writes a file to fill in, 'credtools
    recipe new' lists recipes for the exports of directories. Exit 0 loaded, 2 rows with errors or misuse, 3 the file is
    refused: unreadable, a heading missing.
    """
    registry = open_registry()

    def loaded(password: str | None, **how: bool) -> Any:
        with progress(f"Loading {kind}"):
            return registry.load(kind, file, recipe=recipe, replace=replace, password=password, **how)

    try:
        if replace and (would := unlocked(partial(loaded, dry_run=True))).absent:
            _confirm(kind, would.absent, would.warnings, yes=yes)
        done = unlocked(partial(loaded, yes=yes))
    except LoadError as problem:
        wrong = problem.errors[problem.errors["blocks"]]
        return Answer(records(wrong), _by_cause(wrong), 2, problem.on("prompt"), err=True)
    data = {name: value for name, value in asdict(done).items() if name != "absent"}
    data["warnings"] = [one.as_dict() for one in done.warnings]
    return Answer({"file": str(file), **data}, [f"{kind}: {done}"])


def _by_cause(wrong: Any) -> Iterator[str]:
    """What is wrong in a list, each sentence once, with its lines; the largest cause first."""
    causes = wrong.groupby(["title", "resolution"], sort=False)["line"].agg(list)
    causes = causes.iloc[causes.map(len).argsort(kind="stable")[::-1]]
    for (title, resolution), lines in causes.head(SHOWN).items():
        yield f"  {len(lines):>6,}  {title} · {shown_lines(lines)}"
        yield f"          {resolution}"
    if len(causes) > SHOWN:
        yield f"  … and {len(causes) - SHOWN:,} more (--json lists all)."


def _confirm(kind: str, absent: Sequence[str], warnings: Sequence[FileWarning], *, yes: bool) -> None:
    """Who is about to be deactivated; a person at a terminal is asked."""
    counted = plural(len(absent), kind.removesuffix("s")) + (" isn't" if len(absent) == 1 else " aren't")
    say(f"{counted} in the file and will be deactivated: {first_of(absent, SHOWN)}.", err=True)
    if yes or not sys.stdin.isatty():
        return
    for one in warnings:
        say(f"Warning: {one.sentence}", err=True)
    if not click.confirm("Go on?", err=True):
        stop("Nothing was loaded.", 2)


@command(  # a value may begin with a minus
    example="settings date_format DD/MM/YYYY", context_settings={"ignore_unknown_options": True}
)
@click.argument("key", required=False, help="Only this setting.")
@click.argument("value", required=False, help="Its new value.")
def settings(key: str | None, value: str | None) -> Answer:
    """Show the organisation's settings, or change one."""
    registry = open_registry()
    if key and value is not None:
        registry.set(key, value)
    found = asdict(registry.settings)
    if key and key not in found:
        raise SettingError("setting_unknown", key=key, keys=", ".join(found))
    shown = {key: found[key]} if key else found
    return Answer(shown, [f"{name} = {setting}" for name, setting in shown.items()])


@click.command(epilog="Example: credtools template -o template.xlsx")
@OUTPUT
@FORCE
@click.option("--schema", default="credentials", show_default=True, help="credentials, users or credential_types.")
def template(output: Path, schema: str, *, force: bool) -> None:
    """Write the template that people fill in.

    A .csv file, or .xlsx with drop-down lists of the organisation's own types.
    """
    require_free(output, force=force)
    say(f"The template was written to {open_registry().template(output, schema)}.")


@click.command()
@click.option("--decided", is_flag=True, help="Read the media of credentials that were decided already, too.")
def upgrade(*, decided: bool) -> None:
    """Update the registry's layout after an update of credtools.

    An SQLite file is copied first. Media of pending credentials that were never read are read afterwards; if that is
    interrupted, the same command goes on.
    """
    from credtools import registry  # noqa: PLC0415

    with progress("Upgrading"):
        done = registry.upgrade()
    say(str(done))
    with progress("Reading media") as tell, open_registry() as found:
        may = found.me.may_write("compare")  # whoever owns a team's has no such right
        read = found.look_again(tell, decided=decided) if may else 0
    if read:
        what = "drafts and credentials" if decided else "drafts and pending credentials"
        say(f"{plural(read, 'media file')} of {what} {'was' if read == 1 else 'were'} read.")


@click.command()
@click.option("--folder", type=PATH, default=Path("credtools-demo"), show_default=True, help="Where to make it.")
@click.option("--rows", type=click.IntRange(100, 20_000), default=2_000, show_default=True, help="Rows of the export.")
def demo(folder: Path, rows: int) -> None:
    """Make an organisation to try credtools with.

    Its messy export is imported without a person, and what comes next is printed.
    """
    from credtools import demo as making  # noqa: PLC0415
    from credtools.runs import importing  # noqa: PLC0415

    made = making.prepare(folder, rows)
    os.environ["CREDTOOLS_DATABASE"] = str((folder / making.DATABASE).absolute())  # never the team's own registry
    say(f"Made an organisation in {folder}: {made.registry!r}")
    say(f"Importing {made.export} with {made.recipe} …")
    with progress("Importing"):
        review = made.registry.check(made.export, made.recipe)
        run = importing.import_file(made.export, recipe=made.recipe, folder=folder)
    for line in (*cause_lines(review), *outcome_lines(run), *_next(made, run.outcome.batch)):
        say(line)
    sys.exit(exit_code(run, strict=False))


def _next(made: Demo, batch: int | None) -> Iterator[str]:
    from credtools import demo as making  # noqa: PLC0415

    here = Path(sys.argv[0]).absolute()
    me = f"{sys.executable} -m credtools" if here.name == "__main__.py" else str(here)
    me = "credtools" if shutil.which("credtools") else me
    yield f"Next, go into the folder: cd {made.folder}"
    yield f"To add the scans that one type requires: {me} media {batch} {making.SCANS}"
    if made.differing:
        yield f"One of them, {made.differing.name}, says another expiration date than its row, and is reported."
    yield f"To see what waits for approval, with its media beside, in the browser: {me} app (choose Approvals there)"
    yield f"To fix the rejected rows by hand in JupyterLab: {me} lab"
    yield f"There, drop {making.EXPORT}: credtools knows it, so its recipe {making.RECIPE} is used again."


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--whole", is_flag=True, help="Open the whole JupyterLab, with its list of files.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, help="Handed on to JupyterLab.")
def lab(arguments: tuple[str, ...], *, whole: bool) -> None:
    """Open the upload in JupyterLab.

    The notebooks are copied into this folder first; a copy that is there is never overwritten.
    """
    from credtools.serving import lab as opening  # noqa: PLC0415

    sys.exit(opening.open_lab(Path.cwd(), arguments, whole=whole))


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Where to listen; by default any free port.")
@click.option("--browser/--no-browser", default=True, help="Whether to open a browser.")
def app(port: int, *, browser: bool) -> None:
    """Open the same pages in a browser, without notebooks.

    The wizard, the approvals, the credentials and the audit, until Ctrl+C.
    """
    from credtools.serving import app as serving  # noqa: PLC0415

    # Whether there is a registry is said here, not on each page.
    sys.exit(serving.run(Path.cwd(), port, browser=browser, say=say, look=open_registry))


COMMANDS = (init, demo, lab, app, load, settings, template, upgrade)
