"""Finish: from the review to the receipt, the approval and the saved recipe; only the last click writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.shown import next_sentence, numbers
from credtools.jupyter.wizard import read_as
from credtools.jupyter.wizard.media import MediaStep, wanted
from credtools.jupyter.wizard.review import warnings
from credtools.jupyter.wizard.steps import own_recipe
from credtools.recipe import MANUAL
from credtools.text import plural


class FinishStep(MediaStep):
    """The verbs and facts of the pages `finish` and `done`, and the ways *Next* and *Back* between the steps."""

    def do_next(self) -> str:
        after = {"review": "media" if wanted(self.file) else "finish", "media": "finish"}
        self.step = after.get(self.step, "review")
        return ""

    def do_back(self) -> str:
        if self.step == "review" and read_as.headings(self.file)["rows"]:
            self.step = "headings"
        else:
            before = {"media": "review", "finish": "media" if wanted(self.file) else "review"}
            self.step, self.grid = before.get(self.step, "upload"), None
        return ""

    def finish_facts(self) -> dict[str, Any]:
        found, counts = self.file.reviewed, self.file.batch.preview()
        return self.in_hand | {
            "next": next_sentence(found),
            "numbers": numbers(counts),
            "counts": str(self.file.batch.counts),
            "remarks": counts.remarks,
            "warnings": warnings(self.file.warned().causes),
            "media": wanted(self.file),
        }

    def do_finish(self) -> str:
        self.finished = self.registry.batch(self.file.batch.finish().batch)
        self.step = "done"
        return ""

    def done_facts(self) -> dict[str, Any]:
        receipt, batch = self.done.receipt, self.file.batch
        if receipt is None:
            raise CredtoolsError("nothing_finished")
        own = own_recipe(self.file, self.recipe)
        return self.in_hand | {
            "recipe": str(own or ""),
            "changes": batch.recipe_changes(own) if own else [],
            "source": "" if batch.source == MANUAL else batch.source,
            "receipt": str(receipt),
            "numbers": numbers(receipt.counts),
            "counts": str(receipt.counts),
            "remarks": self.done.remarks,
            "pending": int((self.done.credentials()["decision"] == "pending").sum()),
            "rejected": receipt.counts.rejected,
            "may_approve": not self.registry.settings.four_eyes,
            "batch": self.done.id,
        }

    def do_approve(self) -> str:
        decided = self.registry.approve(self.done)
        blocked = f" {len(decided.blocked):,} can't be approved yet." if decided.blocked else ""
        return f"{plural(len(decided.decided), 'credential')} approved.{blocked}"

    def do_later(self) -> str:
        return "Approve them later on the Approvals page."

    def do_rejects(self, kind: str) -> None:
        """Sends the rejected rows of the file that was finished, to be fixed in a spreadsheet and uploaded again."""
        number = self.done.id
        self.hand_out(f"rejects_of_batch_{number}", kind, lambda path: self.registry.write_rejects(path, number))

    def do_save(self, name: str) -> str:
        """Saves how this file was read and corrected as the recipe of its source."""
        stem = name.strip()
        if not stem or Path(stem).name != stem or stem.startswith("."):
            raise CredtoolsError("recipe_name_unusable")
        own, path = own_recipe(self.file, self.recipe), Path("recipes") / f"{stem.removesuffix('.yaml')}.yaml"
        if own and own.stem == path.stem:
            path = own
        elif path.exists() and str(path) != self.recipe:
            raise CredtoolsError("recipe_name_taken", path=str(path))
        batch, before = self.file.batch, self.file.batch.source
        self.recipe = str(batch.save_recipe(path))
        moved = "" if batch.source == before else f" This upload belongs to the source {batch.source} now."
        return f"Saved as {self.recipe}.{moved} Choose this recipe for the next file of the source."

    def do_close(self) -> str:
        self.finished = None
        self.leave_file()
        return ""
