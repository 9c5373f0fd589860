"""Arriving: the verbs of the credentials page and of the step *Upload CSV*."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from credtools import exports
from credtools.errors import CredtoolsError
from credtools.jupyter import assumptions, facts
from credtools.jupyter.frame import Frame, recipes
from credtools.jupyter.journey import Journey
from credtools.jupyter.taking import MIME
from credtools.recipe import Recipe
from credtools.registry import Registry


class Arriving(Frame):
    """From the credentials page to a file whose headings are matched."""

    def __init__(self, registry: Registry, recipe: str = "") -> None:
        super().__init__(registry, recipe)
        self._replaces: Journey | None = None  # by the file that is on its way (Re-upload)

    def do_ready(self) -> None:
        """A browser shows the wizard (again): it needs everything."""
        self.sheet = None
        self._tell_held()
        self.show()

    def do_home(self) -> None:
        self.step = "home"
        self.show()

    def do_list(self, text: str, state: str, days: str = "") -> None:
        """The credentials that match a filter, as of when the page was opened."""
        if self.credentials is not None:
            within = int(days) if days.isdecimal() else 0
            self.send({"type": "list", "list": self.credentials.like(text, state, within)})

    def do_begin(self) -> None:
        self.step = "upload"
        self.show()

    def do_resume(self) -> None:
        """From the upload page back to the file in hand."""
        self.sheet = None
        self.go_on()

    def do_open(self, batch: int) -> None:
        """Goes on with a draft or held batch."""
        found = self.registry.batch(batch)
        self.sheet = None
        for known in [journey for journey in self.journeys if journey.batch.id == batch]:
            self.journeys.remove(known)
        if found.state not in ("draft", "held"):
            raise CredtoolsError(f"Batch {batch} is {found.state}; only a draft or held batch can be reviewed.")
        self.journeys.insert(0, Journey(found))
        self._tell_held()
        self.go_on()

    def _tell_held(self) -> None:
        """Why a run has held the file in hand, if it doesn't show: the run's own threshold may have been stricter."""
        held = self.journeys[0].batch.held_because if self.journeys else None
        if held and not any(one["holds"] for one in facts.unlike(self.journey)):
            self.tell(held)

    def do_discard(self) -> None:
        self.journey.batch.discard()
        self.journeys.pop(0)
        self.tell("Discarded; nothing was uploaded.")
        self.next_file()

    def do_template(self, kind: str) -> None:
        """Sends the template that people fill in."""
        self.hand_out(f"credentials{kind if kind in MIME else '.csv'}", self.registry.template)

    def do_file(self, key: str, name: str, size: int, *, again: bool = False) -> None:
        self._replaces = self.journey if again else None
        self.begin(key, name, size)

    def do_whole(self, key: str) -> None:
        """A file has arrived: it becomes a draft, and its turn comes after the files before it."""
        received = self._receiver.end(key)
        told = {"name": received.path.name, "sha256": received.sha256, "size": received.size}
        self.send({"type": "received", "key": key, **told})
        try:
            self.take(received.path)
        finally:
            received.path.unlink(missing_ok=True)

    def do_recipe(self, recipe: str) -> None:
        if recipe not in [name for name, _ in recipes(self.recipe)]:
            raise CredtoolsError("There is no such recipe any more; choose another one.")
        self.recipe = recipe
        self.show()

    def take(self, path: Path) -> None:
        """A file from this machine: read, checked, and shown if no other file is in hand.

        A correction file is taken back at once: what was mended in it is finished, and what became of it is shown.
        """
        replaced, self._replaces = self._replaces, None
        if exports.is_correction(path):
            self.corrected = path.name, self.registry.correct(path)
            self.step = "corrected"
            self.tell(f"{path.name}: {self.corrected[1]}.")
            self.show()
            return
        self.recipe = self.recipe or self._known_recipe(path)
        recipe: Recipe | str | None = replaced.batch.recipe if replaced else self.recipe or None
        batch = self.registry.upload(path, recipe)
        try:
            journey = Journey(batch, replaced.review if replaced else None)
            if replaced:
                journey.leave_again(replaced)
        except CredtoolsError:
            with suppress(CredtoolsError):
                batch.discard()
            raise
        if replaced is not None and replaced in self.journeys:
            if replaced.batch.id != batch.id:
                replaced.batch.discard()
            self.journeys[self.journeys.index(replaced)] = journey
        else:
            self.journeys.append(journey)
        if replaced is not None or len(self.journeys) == 1:
            self.go_on()
        else:
            self.tell(f"{batch.file} is waiting for its turn.")
            self.show()

    def _known_recipe(self, path: Path) -> str:
        """The recipe of the source from which this very file came before, where it still lies in recipes/."""
        known = {Path(name).stem: name for name, _ in recipes("") if name}
        for source in self.registry.sources_of(path):
            if source in known:
                self.tell(f"This file came before, from the source {source}: it is read by {known[source]} again.")
                return known[source]
        return ""

    def do_headings(self, chosen: dict[str, str]) -> None:
        self.journey.use(assumptions.with_headings(self.journey, chosen))
        self.show_review()

    def do_reading(self, values: dict[str, str]) -> None:
        self.journey.use(assumptions.changed(self.journey, values))
        self.show_review() if self.step == "review" else self.go_on()
