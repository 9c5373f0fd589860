"""Frame: what all verbs of the wizard share – the files in hand, and what is shown of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter import assumptions, facts
from credtools.jupyter.attachments import Attachments, wanted
from credtools.jupyter.home import Credentials, waiting
from credtools.jupyter.journey import Journey
from credtools.jupyter.sheet import Sheet
from credtools.jupyter.taking import Taking
from credtools.recipe import MANUAL
from credtools.registry import Batch, Registry
from credtools.registry.correcting import Corrected


class Frame(Taking):
    """The state of the wizard: the step, the files in hand, the batch that was finished last."""

    def __init__(self, registry: Registry, recipe: str = "") -> None:
        super().__init__(registry)
        self.recipe = recipe
        self.calls = False  # a click elsewhere opened it: what it shows next comes into sight and gets the focus
        self.step = "home"
        self.journeys: list[Journey] = []  # the file in hand first, then those that wait for their turn
        self.finished: Batch | None = None
        self.corrected: tuple[str, Corrected] | None = None  # the correction file taken back last, and what came of it
        self.credentials: Credentials | None = None
        self.sheet: Sheet | None = None
        self._attachments: Attachments | None = None
        self.shown_causes = facts.MOST_CAUSES

    def __repr__(self) -> str:
        return f"Wizard: {self.step}"

    # --- what goes to the browser ---------------------------------------------------------------------------

    def show(self) -> None:
        """Sends what the step shows."""
        self.send({"type": "state", "step": self.step, "calls": self.calls} | self.told() | self._facts())
        self.calls = False
        if self.step == "review":
            self._send_rows()

    def begin_again(self) -> None:
        self.step = "home"

    def _facts(self) -> dict[str, Any]:
        if self.step == "home":
            self.credentials = Credentials(self.registry)
            found = self.credentials.like("", "")
            return {"totals": self.credentials.totals, "list": found, "waiting": waiting(self.registry)}
        waits = self.journeys[0].batch.file if self.journeys else ""
        if self.step == "corrected" and self.corrected:
            return facts.corrected(*self.corrected) | {"open": waits}
        if self.step == "upload":
            return {"recipes": recipes(self.recipe), "recipe": self.recipe, "open": waits}
        told: dict[str, Any] = {"file": self.journey.batch.file, "later": len(self.journeys) - 1}
        return told | self._step_facts()

    def _step_facts(self) -> dict[str, Any]:
        """What a step with a file in hand shows."""
        if self.step == "headings":
            found_headings = assumptions.headings(self.journey)
            unlike = {"problem": self.journey.problem, "unlike": facts.unlike(self.journey)}
            return {"headings": found_headings, "reading": facts.reading(self.journey)} | unlike
        if self.step == "review":
            return facts.review(self.journey, self.shown_causes)
        if self.step == "media":
            return self.attached.facts()
        if self.step == "finish":
            counts = self.journey.batch.preview()
            rows = self.journey.reviewed
            told: dict[str, Any] = {"numbers": facts.numbers(counts), "counts": str(counts)}
            told |= {"warnings": facts.warnings(self.journey.batch.causes)}
            return told | {"next": facts.next_sentence(rows.rows, rows.ready), "media": wanted(self.journey)}
        return self._receipt()

    def _send_rows(self) -> None:
        """The rows: all of them once, then what has changed."""
        if self.sheet is None or self.sheet.journey is not self.journey:
            self.sheet = Sheet(self.journey)
            self.send({"type": "rows"}, [self.sheet.whole()])
        else:
            self.send({"type": "changes"}, [self.sheet.changes()])

    @property
    def journey(self) -> Journey:
        """The file in hand. Raises CredtoolsError when there is none."""
        if not self.journeys:
            self.step = "home"
            raise CredtoolsError("Choose a file first.")
        return self.journeys[0]

    @property
    def own_recipe(self) -> Path | None:
        """Where the recipe of the source of the file in hand lies, if it is one of the working folder's."""
        source = self.journey.batch.source
        found = [Path(name) for name, _ in recipes(self.recipe) if name and Path(name).stem == source != MANUAL]
        return next((path for path in found if path.is_file()), None)

    @property
    def attached(self) -> Attachments:
        """The media of the file in hand."""
        if self._attachments is None or self._attachments.journey is not self.journey:
            self._attachments = Attachments(self.journey)
        return self._attachments

    # --- going on -------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """To the headings where they are open, else to the review."""
        self.shown_causes = facts.MOST_CAUSES
        unsettled = self.journey.problem or not self.journey.batch.recipe.headings
        self.step = "headings" if unsettled and assumptions.headings(self.journey)["open"] else "review"
        self.show()

    def show_review(self) -> None:
        """To the review, with all rows anew."""
        self.step, self.sheet = "review", None
        self.show()

    def next_file(self) -> None:
        """The file is done: on to the next one, or home."""
        self.step = "home"
        self.go_on() if self.journeys else self.show()

    def _receipt(self) -> dict[str, Any]:
        if self.finished is None or self.finished.receipt is None:
            raise CredtoolsError("Nothing was finished yet.")
        pending = int((self.finished.credentials()["decision"] == "pending").sum())
        receipt, own = self.finished.receipt, self.own_recipe
        return {
            "recipe": str(own or ""),
            "changes": self.journey.batch.recipe_changes(own) if own else [],
            "source": "" if self.journey.batch.source == MANUAL else self.journey.batch.source,
            "receipt": str(receipt),
            "numbers": facts.numbers(receipt.counts),
            "counts": str(receipt.counts),
            "pending": pending,
            "rejected": receipt.counts.rejected,
            "may_approve": not self.registry.settings.four_eyes,
            "batch": self.finished.id,
        }


def recipes(chosen: str) -> list[tuple[str, str]]:
    """The recipes of the working folder, by name; first: none."""
    found = sorted({chosen, *map(str, Path("recipes").glob("*.y*ml"))} - {""})
    return [("", "none – headings are matched on the next page"), *((name, Path(name).stem) for name in found)]
