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
from credtools.registry import Batch
from credtools.text import plural


class FinishStep(MediaStep):
    """The verbs and facts of the pages `finish` and `done`, and the ways *Next* and *Back* between the steps."""

    looked_back: Batch | None = None  # at the last page of which batch, finished before

    def look_back(self, batch: Batch) -> None:
        """To the last page of a batch that was finished before. Raises CredtoolsError when it isn't finished."""
        if batch.state != "finished":
            raise CredtoolsError("nothing_finished")
        self.finished = self.looked_back = batch
        self.step = "done"

    @property
    def _decided(self) -> Batch:
        """The batch whose last page is shown, as it was decided: that of the file in hand has its review."""
        return self.looked_back or self.file.batch

    def do_next(self) -> str:
        after = {"review": "media" if wanted(self.file) else "finish", "media": "finish"}
        self.step = after.get(self.step, "review")
        return ""

    def do_back(self) -> str:
        if self.step == "review" and read_as.matched(self.file):
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
        self.finished, self.looked_back = self.registry.batch(self.file.batch.finish().batch), None
        self.step = "done"
        return ""

    def done_facts(self) -> dict[str, Any]:
        receipt, batch = self.done.receipt, self._decided
        if receipt is None:
            raise CredtoolsError("nothing_finished")
        own = own_recipe(batch, self.recipe)
        approvers = self.registry.sent_to()
        erased = bool(self.looked_back) and batch.erased  # then nobody knows how it was read
        return {
            "file": batch.file,
            "later": len(self.files) if self.looked_back else len(self.files) - 1,
            "again": bool(self.looked_back),
            "erased": erased,
            "recipe": str(own or ""),
            "changes": batch.recipe_changes(own) if own and not erased else [],
            "source": "" if batch.source == MANUAL else batch.source,
            "proposed": batch.proposed_recipe().stem,
            "receipt": str(receipt),
            "numbers": numbers(receipt.counts),
            "counts": str(receipt.counts),
            "remarks": self.done.remarks,
            "pending": int((self.done.credentials()["decision"] == "pending").sum()),
            "rejected": receipt.counts.rejected,
            "may_approve": approvers is None and not self.registry.settings.four_eyes,
            "approvers": approvers,
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
        saved, told = self.save(self._decided, name, over=self.recipe)
        self.recipe = saved
        return f"{told} Choose this recipe for the next file of the source."

    def save(self, batch: Batch, name: str, *, over: str = "") -> tuple[str, str]:
        """Saves how the file of a batch was read and corrected; returns where, and the sentence about it.

        No recipe of another source is written over, but the one that is named (`over`).
        """
        stem = name.strip()
        if not stem or Path(stem).name != stem or stem.startswith("."):
            raise CredtoolsError("recipe_name_unusable")
        own, path = own_recipe(batch, over), Path("recipes") / f"{stem.removesuffix('.yaml')}.yaml"
        if own and own.stem == path.stem:
            path = own
        elif path.exists() and str(path) != over:
            raise CredtoolsError("recipe_name_taken", path=str(path))
        before, saved = batch.source, str(batch.save_recipe(path))
        moved = "" if batch.source == before else f" This upload belongs to the source {batch.source} now."
        return saved, f"Saved as {saved}.{moved}"

    def do_go(self, step: str) -> str:
        """To a page that needs nothing more than this click; the file that is finished is left by it."""
        if self.step == "done":
            self.do_close()
        return super().do_go(step)

    def do_close(self) -> str:
        back, self.finished, self.looked_back = self.looked_back, None, None
        if back is None:
            self.leave_file()
        else:
            self.step = "batch"
        return ""
