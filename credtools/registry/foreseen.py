"""Foreseen: what finishing a batch would do, what would hold it, and what a person says beforehand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from credtools.checking.meant import Statistics, StatusSaid, Suggested, status_under
from credtools.model import Changes, Preview
from credtools.recipe import Recipe
from credtools.recipe.expectations import Deviation
from credtools.registry import (
    editing,
    finishing,
    leaving,
    preflight,
    previewing,
    recipes,
    reviewing,
    same_people,
    statuses,
    suggesting,
)
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.text import Shown


class Foreseen(Shown):
    """The part of a batch that looks ahead."""

    registry: Session
    draft: Draft

    def preflight(self) -> list[Deviation]:
        """What is unlike the last files of its source, each in one sentence; `holds` by what the recipe expects."""
        return preflight.findings(self.registry, self.draft)

    def status_said(self) -> StatusSaid | None:
        """A heading that nobody named, whose few words say whether credentials stand (Active, Revoked), or None.

        Its `status` is what a recipe would say: `batch.use(dataclasses.replace(batch.recipe, status=said.status))`.
        """
        return statuses.unused(reviewing.review(self.registry, self.draft), self.draft.recipe)

    def status_under(self, heading: str) -> StatusSaid:
        """The words under a heading, blank cells too, each with its rows and what it means where that is known.

        Raises KeyError when its file has no such heading.
        """
        return status_under(reviewing.table(self.registry, self.draft), heading)

    def why_hold(self, max_reject_rate: float | None = None) -> list[str]:
        """What would hold this batch without a person, one sentence for each reason; the threshold as in `settle`."""
        return [said for _, said in preflight.why_hold(self.registry, self.draft, max_reject_rate)]

    def preview(self) -> Preview:
        """What finishing would do now, in counts; `finish` refuses if they change in between.

        `remarks` says in sentences how many rows would lose a stored value to a blank cell, and how many credentials
        would be withdrawn, reinstated, or are no longer listed.
        """
        return finishing.preview(self.registry, self.draft)

    def changes(self) -> Changes:
        """What finishing would do now, row by row: verdicts, versions to write, what is withdrawn and reinstated."""
        return reviewing.planned(self.registry, self.draft)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What finishing has done to what counts, in sentences; of a draft what it would do, as `preview` says it."""
        if reviewing.refresh(self.registry, self.draft).waits:
            return previewing.preview(self.registry, self.draft).remarks
        return previewing.done(self.registry, self.draft)

    def count_again(self, *, yes: bool | None = True) -> None:
        """Makes rows that equal an older version of the same issue date count again as new versions, or leaves them.

        Only a file without a recipe is asked about; it has no source whose last word could tell. `yes`: None takes the
        answer back: a person's finish leaves them unchanged then, an unattended run makes them count again.

        Raises RegistryError when the batch is neither a draft nor held.
        """
        editing.count_again(self.registry, self.draft, yes=yes)

    @property
    def counts_again(self) -> bool | None:
        """Whether such rows count again; None where nobody has said so."""
        said = reviewing.refresh(self.registry, self.draft).row.count_again
        return None if said is None else bool(said)

    def leave(self, causes: Iterable[str], taken_back: Iterable[str] = ()) -> None:
        """Keeps which causes (by the caller's names for them) stay rejected, instead of those kept before.

        `taken_back`: those for which that was undone.
        """
        leaving.leave(self.registry, self.draft, causes, taken_back)

    def left(self, causes: Mapping[str, Collection[int]]) -> dict[str, leaving.Left]:
        """Of these causes, each with its rows, those of which rows were left rejected, here or when they came."""
        return leaving.left(self.registry, self.draft, causes)

    def suggested(self, recipe: Recipe | None = None) -> Suggested:
        """What its headings may mean that neither recipe nor words say, each with the evidence; nothing is changed.

        `found`: heading, column, because, clear; `settled`: whether nothing of it must be asked. `recipe`: instead of
        the one of the draft.
        """
        return suggesting.suggested(self.registry, self.draft, recipe or self.draft.recipe)

    def statistics(self, heading: str) -> Statistics:
        """What is under a heading of its file: filled, different, most frequent. Raises KeyError for another one."""
        return suggesting.under(self.registry, self.draft, heading)

    def proposed_recipe(self, folder: str | Path = "recipes") -> Path:
        """Where `save_recipe` may save its recipe, now or long after it was finished; nothing is written.

        As the recipe of its source; of `manual` under the name of its file without dates and counters, which no other
        source and no recipe in the folder has.
        """
        return recipes.proposed(self.registry, self.draft, Path(folder))

    def same_people(self) -> list[same_people.SamePerson]:
        """Addresses of its file that nobody active has, though name and External ID in their rows are those of a user.

        Each is perhaps that user's new address: to be renamed, or merged where it is another account's.
        """
        return list(same_people.same_people(self.registry, reviewing.review(self.registry, self.draft)))
