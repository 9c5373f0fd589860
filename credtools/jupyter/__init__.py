"""Jupyter: the wizard, the approvals, the audit and the administration, for people with a mouse or a keyboard.

Each page is a module called as on the screen: `credentials` (home), `wizard/`, `approvals`, `audit`, `admin`;
`parts/` is what pages are made of, `static/` their half in the browser. A click there → one verb (`do_…`) of the page →
Registry or Batch, from which all values come. Without a person `record` keeps the same as text.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from credtools.jupyter.admin import Admin
from credtools.jupyter.approvals import Approvals
from credtools.jupyter.audit import AuditPage
from credtools.jupyter.credentials import NOTHING_WAITS, waiting
from credtools.jupyter.record import Record
from credtools.jupyter.wizard import Wizard
from credtools.registry import Registry

__all__ = ["Approvals", "Record", "Wizard", "admin", "approve", "audit", "interactive", "review", "upload"]


def upload(
    registry: Registry,
    source: str = "",
    recipe: str = "",
    *,
    finish: bool = False,
    max_reject_rate: float | None = None,
) -> Wizard | Record:
    """The credentials page and the upload; `source` and `recipe` name a file to begin with.

    Without a person (papermill) the same as a record: what the file is worth, and with `finish` how it ended: finished,
    or held as `credtools import` would hold it (`max_reject_rate` goes before the recipe's).
    """
    if not interactive():
        return Record.of_file(registry, source, recipe, finish=finish, max_reject_rate=max_reject_rate)
    wizard = Wizard(registry, recipe)
    if source:
        wizard.start(Path(source))
    return wizard


def review(
    registry: Registry, batch: int = 0, *, finish: bool = False, max_reject_rate: float | None = None
) -> Wizard | Record:
    """The review of a draft or held batch; without a number, the page that lists them.

    Without a person a record; with `finish` the batch is finished, or held as `credtools import` would hold it.
    """
    if not interactive():
        return Record.of_batch(registry, batch, finish=finish, max_reject_rate=max_reject_rate)
    wizard = Wizard(registry)
    if batch:
        wizard.start(batch)
    elif not waiting(registry):
        wizard.say(NOTHING_WAITS)
    return wizard


def approve(
    registry: Registry, batch: int = 0, decide: str = "", lines: Sequence[int] = (), reason: str = ""
) -> Approvals | Record:
    """The credentials that wait for approval (of one batch), with their media and their history.

    Without a person what waits, in numbers; with `decide` (approve or reject) those of a batch, or of some of its
    lines, are decided first. Raises CredtoolsError when that can't be done.
    """
    return Approvals(registry, batch) if interactive() else Record.of_approvals(registry, batch, decide, lines, reason)


def audit(registry: Registry, **filters: Any) -> ipywidgets.VBox | Record:
    """What became of rejected rows, in pictures and figures; `filters` as in `registry.audit`, blank ones left out.

    Without a person the same sections as a record. Raises CredtoolsError for an unknown filter.
    """
    chosen = {name: value for name, value in filters.items() if value}
    return AuditPage(registry, chosen).page if interactive() else Record.of_audit(registry, chosen)


def admin(registry: Registry, part: str = "") -> Admin | Record:
    """Who may do what, the organisation's settings and types of credentials.

    Without a person a record of it, or of one part (people, settings or types), without anybody's name.
    """
    return Admin(registry) if interactive() else Record.of_organisation(registry, part)


def interactive() -> bool:
    """Whether somebody can click: Lab sets JPY_SESSION_NAME, Voilà VOILA_REQUEST_URL, papermill neither."""
    return "JPY_SESSION_NAME" in os.environ or "VOILA_REQUEST_URL" in os.environ
