"""Steps: what all steps of the wizard share – the files in hand, the step that is shown, and how it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.credentials import Credentials
from credtools.jupyter.parts.grid import Grid
from credtools.jupyter.parts.page import DropZone
from credtools.jupyter.wizard import meanings
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.model import Review
from credtools.recipe import MANUAL, Recipe
from credtools.registry import Batch, Registry

if TYPE_CHECKING:
    from credtools.jupyter.wizard.locked import Locked

FIRST_CAUSES = 8
COMPARED_AT_ONCE = 2_000  # rows, of which it isn't noticed how long that takes


class Steps(DropZone):
    """The state of the wizard; each step has its verbs (`do_…`) and its facts: plain values, which the browser shows.

    The browser turns facts into text, never into markup.
    """

    def __init__(self, registry: Registry, recipe: str = "") -> None:
        super().__init__(registry)
        self.recipe = recipe
        self.calls = False  # a click elsewhere opened it: what it shows next comes into sight and gets the focus
        self.step = "home"
        self.files: list[OpenFile] = []  # the one in hand first, then those that wait for their turn
        self.finished: Batch | None = None  # the last one
        self.credentials: Credentials  # as the home page shows them
        self.grid: Grid | None = None  # None: the browser hasn't the rows of the file in hand
        self.shown_causes = FIRST_CAUSES
        self.locked: list[Locked] = []  # files that wait for their password
        self.tried: Recipe | None = None  # other rows of the file in hand, to look at
        self.each: set[str] = set()  # the keys of cards of several causes, each of which is shown by itself

    def show(self) -> None:
        """Sends what the step shows: its facts, and the rows – all of them once, then what has changed.

        Of a large file the rows come first: who types in them sees at once what came of it, before like causes are put
        together; and comparing them with what is stored takes longer than checking them again.
        """
        facts = getattr(self, f"{self.step}_facts")
        asked = {"locked": self.locked_facts(), "known": self.known_facts()}
        at = self.files[0].batch.id if self.files else 0  # by which the browser comes back
        state = {"type": "state", "step": self.step, "calls": self.calls, "batch": at} | asked | self.said()
        self.calls = False
        if self.step != "review":
            self.send(state | facts())
            return
        review = self.file.reviewed
        large = review.rows > COMPARED_AT_ONCE
        at_once = large and self.grid is not None
        if at_once:
            self._show_rows(review)
        known = facts()
        self.send(state | known | ({} if large else self.stored_facts()))
        if not at_once:
            self._show_rows(review)
        if large:
            self.send(state | known | self.stored_facts() | {"calls": False})

    def locked_facts(self) -> dict[str, Any] | None:
        """The file whose password is asked for."""
        return None

    def known_facts(self) -> dict[str, Any] | None:
        """The file that was uploaded before, and what is asked about it."""
        return None

    def stored_facts(self) -> dict[str, Any]:
        """Those of the review that follow from what is stored."""
        return {}

    def _show_rows(self, review: Review) -> None:
        if self.grid is None or not self.grid.fits(review):
            self.grid = Grid(self.file.columns.values(), review)
            self.send({"type": "rows"}, [self.grid.whole(review)])
        else:
            self.send({"type": "changes"}, [self.grid.changes(review)])

    def where(self) -> str:
        return self.step

    def go_back(self, where: str) -> None:
        self.step = where

    def start_over(self) -> None:
        self.step = "home"

    @property
    def file(self) -> OpenFile:
        """The file in hand. Raises CredtoolsError when there is none."""
        if not self.files:
            self.step = "home"
            raise CredtoolsError("no_open_file")
        return self.files[0]

    @property
    def in_hand(self) -> dict[str, Any]:
        """The facts of all steps with a file."""
        return {"file": self.file.batch.file, "later": len(self.files) - 1}

    @property
    def done(self) -> Batch:
        """The batch that was finished last. Raises CredtoolsError when there is none."""
        if self.finished is None:
            raise CredtoolsError("nothing_finished")
        return self.finished

    def go_on(self) -> None:
        """To the headings where something must be asked, else to the review."""
        self.shown_causes, self.each, self.tried = FIRST_CAUSES, set(), None
        if meanings.is_asked(self.file) and not self._assumed() and meanings.facts(self.file)["open"]:
            self.step = "headings"
        else:
            self.to_review()

    def _assumed(self) -> bool:
        """Whether the content says so plainly what each heading means that nobody is asked; it is shown afterwards."""
        try:
            return not self.file.asks_headings and meanings.assume(self.file)
        except FileError:  # a heading is still missing
            return False

    def to_review(self) -> None:
        """To the review, with all rows."""
        self.step, self.grid = "review", None

    def leave_file(self) -> None:
        """The file in hand is done: on to the next one, or home."""
        self.files.pop(0)
        self.step = "home"
        if self.files:
            self.go_on()


def recipes(chosen: str) -> list[tuple[str, str]]:
    """The recipes of the working folder, by name; first: none."""
    found = sorted({chosen, *map(str, Path("recipes").glob("*.y*ml"))} - {""})
    return [("", "none – headings are matched on the next page"), *((name, Path(name).stem) for name in found)]


def own_recipe(batch: Batch, chosen: str) -> Path | None:
    """Where the recipe of the source of a batch lies, if it is one of the working folder's."""
    known = (Path(name) for name, _ in recipes(chosen))
    return next((path for path in known if path.stem == batch.source != MANUAL and path.is_file()), None)
