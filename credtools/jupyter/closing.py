"""Closing: the verbs that lead from the review to the receipt, the approval and the saved recipe."""

from __future__ import annotations

from pathlib import Path

from credtools.errors import CredtoolsError, MovedError
from credtools.jupyter import assumptions
from credtools.jupyter.attaching import Attaching
from credtools.jupyter.attachments import wanted
from credtools.jupyter.taking import MIME


class Closing(Attaching):
    """The steps after the last decision; nothing is written before *Finish and upload*."""

    def do_next(self) -> None:
        self.step = {"review": "media" if wanted(self.journey) else "finish", "media": "finish"}.get(
            self.step, "review"
        )
        self.show()

    def do_back(self) -> None:
        if self.step == "review" and assumptions.headings(self.journey)["rows"]:
            self.step = "headings"
        else:
            before = {"media": "review", "finish": "media" if wanted(self.journey) else "review"}
            self.step, self.sheet = before.get(self.step, "upload"), None
        self.show()

    def do_finish(self) -> None:
        try:
            self.finished = self.registry.batch(self.journey.batch.finish().batch)
        except MovedError:
            self.step = "finish"  # with the numbers as they are now
            raise
        self.step = "done"
        self.show()

    def do_approve(self) -> None:
        if self.finished is None:
            raise CredtoolsError("Finish a file first; then its credentials can be approved.")
        decided = self.registry.approve(self.finished)
        blocked = f" {len(decided.blocked):,} can't be approved yet." if decided.blocked else ""
        self.tell(f"{len(decided.decided):,} credentials approved.{blocked}")
        self.show()

    def do_later(self) -> None:
        number = self.finished.id if self.finished else ""
        self.tell(f"Approve them later, in approve.ipynb or by: credtools approve {number}")
        self.show()

    def do_rejects(self, kind: str) -> None:
        """Sends the rejected rows of the file that was finished, to be mended in a spreadsheet and uploaded again."""
        if self.finished is None:
            raise CredtoolsError("Finish a file first; then its rejected rows can be downloaded.")
        number = self.finished.id
        name = f"rejects_of_batch_{number}{kind if kind in MIME else '.csv'}"
        self.hand_out(name, lambda path: self.registry.write_rejects(path, number))

    def do_save(self, name: str) -> None:
        """Saves how this file was read and mended as the recipe of its source."""
        stem = name.strip()
        if not stem or Path(stem).name != stem or stem.startswith("."):
            raise CredtoolsError("Give the recipe a simple name, for example the system that the file comes from.")
        own, path = self.own_recipe, Path("recipes") / f"{stem.removesuffix('.yaml')}.yaml"
        if own and own.stem == path.stem:
            path = own
        elif path.exists() and str(path) != self.recipe:
            raise CredtoolsError(f"There is a recipe {path} already; choose another name.")
        saved = self.journey.batch.save_recipe(path)
        self.recipe = str(saved)
        self.tell(f"Saved as {saved}; next time choose it, or run: credtools import FILE --recipe {saved}")
        self.show()

    def do_close(self) -> None:
        self.journeys.pop(0)
        self.finished = None
        self.next_file()
