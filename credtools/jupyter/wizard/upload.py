"""Upload: the credentials page and the step *Upload CSV* – from a dropped file to one whose headings are matched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from credtools.errors import CredtoolsError, FileError
from credtools.exports.corrections import is_correction
from credtools.jupyter.credentials import Credentials, waiting
from credtools.jupyter.parts.shown import labelled
from credtools.jupyter.wizard import meanings, read_as, reshape
from credtools.jupyter.wizard.errors_told import passing, wrong_dates
from credtools.jupyter.wizard.known import KnownStep
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.jupyter.wizard.steps import recipes
from credtools.model import Corrected
from credtools.recipe import MANUAL, Recipe
from credtools.registry import Batch
from credtools.text import plural

MOST_LINES = 50
STATUS_UNUSED = "status_unused"  # the code of a warning that has a place of its own


class UploadStep(KnownStep):
    """The verbs and facts of the pages `home`, `upload`, `headings` and `corrected`."""

    _replaces: OpenFile | None = None  # by the file that is on its way (Re-upload)
    _encoding: str | None = None  # of the next file, '' for as found; None: nobody was asked
    _corrected: tuple[str, Corrected] = "", Corrected()  # the last correction file, and what came of it

    def home_facts(self) -> dict[str, Any]:
        self.credentials = Credentials(self.registry)
        found = self.credentials.like()
        return {"totals": self.credentials.totals, "list": found, "waiting": waiting(self.registry)}

    def do_go(self, step: str) -> str:
        """To a page that needs nothing more than this click."""
        usable = ("home", "uploads", *(("upload", "media") if self.registry.may("upload") else ()))
        usable += ("headings",) if self.files else ()
        self.step = step if step in usable else self.step
        return ""

    def do_list(self, text: str, state: str, days: str = "") -> None:
        """The credentials that match a filter, as of when the page was opened."""
        within = int(days) if days.isdecimal() else 0
        self.send({"type": "list", "list": self.credentials.like(text, state, within)})

    def do_resume(self) -> str:
        self.go_on()
        return ""

    def do_open(self, batch: int) -> str:
        """Goes on with a draft or held batch."""
        name, know = self.registry.batch(batch).file, partial(self._know_of, batch)
        return self._unless_locked(name, know, partial(self._open, batch))

    def _know_of(self, batch: int, password: str) -> None:
        self.registry.batch(batch, password=password)

    def _open(self, batch: int) -> str:
        found = self.registry.batch(batch)
        self.files = [file for file in self.files if file.batch.id != batch]
        self.grid = None
        if found.state not in ("draft", "held"):
            raise CredtoolsError("not_reviewable", batch=batch, state=found.state)
        self.files.insert(0, OpenFile(found))
        self.go_on()
        return self._why_held()

    def _why_held(self) -> str:
        """Why a run has held the file in hand, if it isn't shown: the run's own threshold may have been stricter."""
        held = self.files[0].batch.held_because if self.files else ""
        return held if held and not any(one["holds"] for one in unlike(self.file)) else ""

    def upload_facts(self) -> dict[str, Any]:
        encodings = [] if self._encoding is None else [("", "as found"), *((one, one) for one in read_as.ENCODINGS)]
        chosen = {"encodings": encodings, "encoding": self._encoding or ""}
        return {"recipes": recipes(self.recipe), "recipe": self.recipe, "open": self._waits} | chosen

    @property
    def _waits(self) -> str:
        return self.files[0].batch.file if self.files else ""

    def do_template(self, kind: str) -> None:
        self.hand_out("credentials", kind, self.registry.template)

    def do_recipe(self, recipe: str) -> str:
        if recipe not in [name for name, _ in recipes(self.recipe)]:
            raise CredtoolsError("recipe_gone", recipe=recipe)
        self.recipe = recipe
        return ""

    def do_encoding(self, encoding: str) -> str:
        self._encoding = encoding if encoding in read_as.ENCODINGS else ""
        return f"The next file is read as {self._encoding}." if self._encoding else ""

    def do_file(self, key: str, name: str, size: int, *, again: bool = False) -> None:
        self._replaces = self.file if again else None
        self.expect(key, name, size)

    def do_whole(self, key: str) -> str:
        """A file has arrived: it becomes a draft, and its turn comes after the files before it."""
        path = self.arrived(key)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        arrived = {"name": path.name, "sha256": sha256, "size": path.stat().st_size}
        self.send({"type": "received", "key": key, **arrived})
        return self.take(path, passing=True)

    def take(self, path: Path, *, passing: bool = False) -> str:
        """A file from this machine: read and checked, and its turn if no other file is in hand; what is to be said.

        A correction file is taken back at once: what was fixed in it is finished, and what became of it is shown. Of
        one that was uploaded before that is said first, and asked what to do.
        `passing`: the file goes once it was read.
        """
        replaced, self._replaces = self._replaces, None
        know, go_on = partial(self._know, path), partial(self._take, path, replaced)
        judge = partial(self._unless_locked, path.name, know, go_on, path if passing else None)
        beside = {file.batch.id for file in self.files if file is replaced or file.batch.file != path.name}
        return self._unless_known(path, judge, passing=passing, but=beside)  # dropped together: each its own draft

    def _know(self, path: Path, password: str) -> None:
        self.registry.know(path.read_bytes(), password)

    def _take(self, path: Path, replaced: OpenFile | None) -> str:
        if is_correction(path):
            self._corrected = path.name, self.registry.correct(path)
            self.step = "corrected"
            done = self._corrected[1]
            stopped = "".join(f" {problem.on('screen')}" for problem in done.stopped)
            return f"{path.name}: {replace(done, stopped=())}.{stopped}"
        known = "" if self.recipe or replaced else self._known_recipe(path)
        file = self._opened(path, replaced)
        if replaced is not None and replaced in self.files:
            if replaced.batch.id != file.batch.id:
                replaced.batch.discard()
            self.files[self.files.index(replaced)] = file
        else:
            self.files.append(file)
        if replaced is not None or len(self.files) == 1:
            self.go_on()
            return known
        return f"{file.batch.file} is waiting for its turn."

    def _opened(self, path: Path, replaced: OpenFile | None) -> OpenFile:
        """A file as a draft; no draft is left of one that can't be judged."""
        recipe: Recipe | str | None = replaced.batch.recipe if replaced else self.recipe or None
        if self._encoding:
            known = recipe if isinstance(recipe, Recipe) else Recipe.load(recipe) if recipe else Recipe()
            recipe = replace(known, read={**known.read, "encoding": self._encoding})
        try:
            batch = self.registry.upload(path, recipe)
        except FileError as problem:
            if problem.reason in ("encoding_unclear", "encoding_mixed"):
                self._encoding = ""
            raise
        self._encoding = None
        try:
            if replaced and (left := replaced.decided):  # stays rejected where the same cause is there again
                batch.leave(left)
            return OpenFile(batch, replaced.review if replaced else None)
        except CredtoolsError:
            with suppress(CredtoolsError):
                batch.discard()
            raise

    def _known_recipe(self, path: Path) -> str:
        """Chooses the recipe of the source from which this very file came before, if it still lies in recipes/."""
        known = {Path(name).stem: name for name, _ in recipes("") if name}
        for source in self.registry.sources_of(path):
            if source in known:
                self.recipe = known[source]
                return f"This file was uploaded before from the source {source}; its recipe {self.recipe} is used."
        return ""

    def do_discard(self) -> str:
        self.file.batch.discard()
        self.leave_file()
        return "Discarded. Nothing of it was uploaded."

    def headings_facts(self) -> dict[str, Any]:
        problem = self.file.problem.on("screen") if self.file.problem else ""
        shown = {"problem": problem, "unlike": unlike(self.file), "reading": self.reading_facts()}
        return self.in_hand | {"headings": meanings.facts(self.file)} | shown

    def reading_facts(self) -> dict[str, Any]:
        """How the file is read, how its rows are made, and the first of them with what each column is taken for."""
        first = meanings.first_rows(self.file, read_as.matched(self.file))
        return read_as.facts(self.file) | {"shapes": reshape.facts(self.file, self.tried), "first": first}

    def do_column(self, heading: str) -> None:
        """What is under a heading, in numbers."""
        self.send({"type": "column", **meanings.statistics(self.file, heading)})

    def do_preview_shape(self, values: dict[str, Any]) -> str:
        self.tried = reshape.changed(self.file, values)
        return "These are the first rows; nothing is changed yet."

    def do_values(self, heading: str) -> None:
        """The values under a heading, by which rows can be left out."""
        self.send({"type": "values", **reshape.values_of(self.file, heading)})

    def do_shape(self, values: dict[str, Any]) -> str:
        reshape.use(self.file, reshape.changed(self.file, values))
        return self._reshaped()

    def do_unshape(self) -> str:
        reshape.use(self.file, None)
        return self._reshaped()

    def _reshaped(self) -> str:
        self.tried = None
        self.to_review() if self.step == "review" else self.go_on()
        left = self.file.review.counted["left_out"] if self.file.review else 0
        told = f"; {left:,} of them left out" if left else ""
        return f"The file has {plural(len(self.file.batch.table.lines), 'row')} now{told}."

    def do_headings(self, chosen: dict[str, str]) -> str:
        self.file.use(read_as.with_headings(self.file, chosen))
        self.file.assume(())
        self.file.asks_headings = True
        self.to_review()
        return ""

    def do_reading(self, values: dict[str, str]) -> str:
        file, before = self.file, self.file.batch.recipe.date_format
        wrong, rows = wrong_dates(file), len(file.batch.table.lines)
        file.use(read_as.changed(file, values))
        self.to_review() if self.step == "review" else self.go_on()
        if file.batch.recipe.date_format == before or len(file.batch.table.lines) != rows:
            return ""
        return f"Dates are read as {values['date_format']}. {passing(wrong, wrong_dates(file))}"

    def corrected_facts(self) -> dict[str, Any]:
        file, done = self._corrected
        restored = "a spreadsheet program had rewritten the cell under ‘{}’; its original value was used"
        lines = [*done.problems, *((line, restored.format(heading)) for line, heading in done.repaired)]
        return {
            "file": file,
            "open": self._waits,
            "numbers": labelled(
                ("Fixed", len(done.fixed), "accepted now"),
                ("Still wrong", len(done.still_wrong), "have an error that they had before; they stay rejected"),
                ("Newly wrong", len(done.newly_wrong), "have other errors than before; they stay rejected"),
                ("Untouched", len(done.untouched), "not changed in the file"),
                ("Left out", len(done.left_out), "rejected rows of the same uploads that are not in the file"),
            ),
            "lines": [f"Line {line:,}: {sentence}" for line, sentence in lines[:MOST_LINES]],
            "found": len(lines),
            "receipts": "\n".join(str(receipt) for receipt in done.receipts),
        }


def _of_origin(batch: Batch) -> Iterator[str]:
    return (one.sentence for one in batch.warned().origin if one.code != STATUS_UNUSED)


def unlike(file: OpenFile) -> list[dict[str, Any]]:
    """What is unlike the last files of the source, one sentence each, and whether it holds an unattended run.

    Of a held batch also what else would hold it now. Values that nobody knows are causes anyway.
    """
    batch = file.batch
    found = [] if batch.source == MANUAL else batch.preflight()  # files by hand have nothing in common
    holds = {one.sentence: one.holds for one in found if one.holds or one.about != "values"}
    others = batch.why_hold() if batch.held_because else []
    known = (*holds, file.problem.on("stored") if file.problem else "")
    holds = {sentence: True for sentence in others if sentence not in known} | holds
    with suppress(CredtoolsError):  # what can't be judged yet
        holds |= dict.fromkeys(_of_origin(batch), False)
    return [{"sentence": sentence, "holds": held} for sentence, held in holds.items()]
