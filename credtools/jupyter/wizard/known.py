"""Known: a file whose very bytes were uploaded before waits for an answer; until then nothing of it is written."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.shown import ended, moment, records
from credtools.jupyter.wizard.locked import LockedStep
from credtools.recipe import MANUAL

MOST_TOLD = 3
AGAIN = {  # what judging it again does, by the state of the batch that it is
    "draft": "Checking it again begins another draft of it; the one that is there stays.",
    "held": "Checking it again judges it as things are now; a batch of the same source that is held is continued.",
    "finished": "Checking it again judges it as things are now: what is stored already is unchanged, and rejected rows "
    "that pass now are uploaded.",
    "undone": "Checking it again judges it as things are now, as if it came for the first time.",
}


@dataclass
class Known:
    """A file that waits: where it lies, how it is gone on with, and the batches that it is, the one to open first.

    `passing`: the file goes once it was read, or given up.
    """

    path: Path
    go_on: Callable[[], str]
    batches: list[dict[str, Any]]
    passing: bool


class KnownStep(LockedStep):
    """The verb about a file that was uploaded before; whichever page is shown, the browser asks."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.known: list[Known] = []

    def open_batch(self, batch: int) -> str:
        """To a batch, whatever its state."""
        raise NotImplementedError

    def _unless_known(self, path: Path, go_on: Callable[[], str], *, passing: bool, but: Collection[int] = ()) -> str:
        """Goes on with a file, unless its very bytes are a batch already (`but`: apart from these)."""
        try:
            found = records(self.registry.same_file(path))
        except CredtoolsError:  # why it can't be read is said by whoever reads it
            found = []
        same = sorted((one for one in found if one["batch"] not in but), key=lambda one: one["state"] == "undone")
        if not same:
            return go_on()
        self.known.append(Known(path, go_on, same, passing))
        return ""

    def known_facts(self) -> dict[str, Any] | None:
        """The file about which is asked: what it is, a sentence per batch, and what the answers do."""
        if not self.known:
            return None
        waits, zone = self.known[0], ZoneInfo(self.registry.settings.time_zone)
        first, *others = waits.batches
        told = [_sentence(one, waits.path.name, zone) for one in others[: MOST_TOLD - 1]]
        return {
            "file": waits.path.name,
            "said": f"This very file is {_sentence(first, waits.path.name, zone)}",
            "others": [f"It is also {one}" for one in told],
            "more": max(0, len(others) - len(told)),
            "batch": first["batch"],
            "again": AGAIN[first["state"]],
        }

    def do_known(self, answer: str) -> str:
        """`open`: to the batch that the file is; `again`: it is judged again; anything else: it is given up."""
        if not self.known:
            raise CredtoolsError("no_open_file")
        waits = self.known.pop(0)
        if answer == "again":
            return waits.go_on()
        if waits.passing:
            waits.path.unlink(missing_ok=True)
        if answer == "open":
            return self.open_batch(int(waits.batches[0]["batch"]))
        return f"{waits.path.name} was not uploaded again. Nothing is stored of it."


def _sentence(one: dict[str, Any], name: str, zone: ZoneInfo) -> str:
    """Which batch it is, since when and by whom, and what became of it."""
    part = f" (part {one['part']} of {one['parts']})" if one["parts"] > 1 else ""
    source = "" if one["source"] == MANUAL else f" of the source {one['source']}"
    as_name = "" if one["file"] == name else f" as ‘{one['file']}’"
    when = moment(one["uploaded_at"], zone)[:10]
    return f"batch {one['batch']}{part}{source}, uploaded {when} by {one['uploaded_by']}{as_name}: {ended(one)}."
