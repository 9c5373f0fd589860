"""Judged: what was found out about one file – its review, and what of it a person is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.wizard import same_person
from credtools.jupyter.wizard.causes import Cause, blocking, doubtful, may_be_blank
from credtools.jupyter.wizard.decisions import Decision
from credtools.jupyter.wizard.together import FEW, Together, together
from credtools.media.matching import Medium
from credtools.model import ACCEPTED, Review
from credtools.recipe import Hit, Step, apply
from credtools.registry import Batch, Family, Left, SamePerson, Strangers, strangers
from credtools.schema.words import Column

T = TypeVar("T")


class Judged:
    """A batch and its review at hand."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.registry = batch.registry
        self.review: Review | None = None
        self.problem: FileError | None = None  # a heading is missing
        self.decisions: tuple[Decision, ...] = ()
        self.left: dict[str, Left] = {}  # by the key of a cause what was left rejected, here or when it came before
        self._unplaced: dict[str, tuple[str, Medium]] | None = None  # None: nobody has looked
        self._kept: dict[object, tuple[object, Any]] = {}

    @property
    def columns(self) -> dict[str, Column]:
        """The schema's columns in use, by name."""
        recipe = self.batch.recipe

        def used() -> dict[str, Column]:
            known = self.registry.schema(recipe.schema).columns
            names = recipe.columns_in_use(known)
            return {column.name: column for column in known if column.name in names}

        return self.once("columns", recipe, used)

    @property
    def reviewed(self) -> Review:
        """The review at hand, as a screen says it. Raises FileError while a heading is missing."""
        review = self.review
        if review is None:
            raise self.problem or CredtoolsError("no_open_file")
        return self.once("screen", review, lambda: review.on("screen"))

    @property
    def hits(self) -> dict[Step, Hit]:
        """What each rule of the recipe does in this file, with (before, after, rows) of each value."""
        recipe, table = self.batch.recipe, self.batch.table
        columns = self.registry.schema(recipe.schema).columns
        return self.once("hits", recipe, lambda: {hit.step: hit for hit in apply(recipe, table, columns).hits})

    def once(self, name: object, basis: object, make: Callable[[], T]) -> T:
        """What `make` makes, kept as long as what it is made of is the same object."""
        if name not in self._kept or self._kept[name][0] is not basis:
            self._kept[name] = basis, make()
        found: T = self._kept[name][1]
        return found

    def warned(self) -> Review:
        """The review with the warnings about what is stored."""
        return self.once("warned", self.batch.changes(), lambda: self.batch.warned().on("screen"))

    @property
    def decided(self) -> set[str]:
        """The keys of the causes that were decided to stay as they are."""
        return {key for decision in self.decisions for key in decision.causes}

    def causes(self) -> list[Cause]:
        """What blocks rows, largest first, apart from what was decided to stay rejected."""
        decided = self.decided
        return [one for one in self.blocking() if one.key not in decided and one.code != "row_rejected"]

    def doubts(self) -> list[Cause]:
        """What blocks nothing but may be wrong, among rows that are news, apart from what was said to be right."""
        decided = self.decided
        found = [cause for cause in self.doubtful() if cause.key not in decided]
        verdicts = self.batch.changes().verdict if found else ()
        return [cause for cause in found if any(verdicts[row] in ACCEPTED for row in cause.rows)]

    @property
    def same(self) -> dict[str, SamePerson]:
        """By the key of a cause who is perhaps meant by its unknown address."""
        return self.once("same", self.reviewed, lambda: same_person.by_cause(self.batch.same_people(), self.blocking()))

    def people(self, key: str) -> tuple[SamePerson, ...]:
        """Who they are for one card. Raises CredtoolsError when nobody is, or the card is no more."""
        keys = [cause.key for cause in self.causes_of(key)]
        if found := tuple(self.same[one] for one in keys if one in self.same):
            return found
        raise CredtoolsError("cause_gone")

    @property
    def alone(self) -> Collection[str]:
        """The keys of causes that are asked about by themselves: few people who may be known by another address."""
        return self.same if len(self.same) <= FEW else {}

    def families(self) -> list[Family]:
        """All causes in families, whatever was decided."""
        return self.once("families", self.reviewed, self.batch.families)

    def together(self) -> list[Together]:
        """What of the causes left to decide shares a card."""
        return self.once(("together", frozenset(self.decided)), self.reviewed, lambda: together(self))

    def strangers_among(self, causes: Sequence[Cause]) -> Strangers:
        """The unknown users of some causes as one finding."""
        return strangers(self.reviewed, {cause.place for cause in causes})

    def card(self, key: str) -> Together:
        """The card of several causes with this key. Raises CredtoolsError when there is no such card any more."""
        if found := [one for one in self.together() if one.key == key]:
            return found[0]
        raise CredtoolsError("cause_gone")

    def causes_of(self, key: str) -> Sequence[Cause]:
        """The causes of a card, which is that of one cause or of several. Raises CredtoolsError when it is no more."""
        return next((one.causes for one in self.together() if one.key == key), None) or [self.cause(key)]

    @property
    def unplaced(self) -> dict[str, tuple[str, Medium]]:
        """Media that found no row or were refused, by name: their list, and what is said. A draft keeps the former."""
        if self._unplaced is None:
            self._unplaced = {medium.file: (where, medium) for where, medium in self.batch.unplaced_media()}
        return self._unplaced

    def unplaced_medium(self, name: str) -> Medium:
        """A medium that found no row. Raises CredtoolsError when it is none of these any more."""
        if name not in self.unplaced:
            raise CredtoolsError("medium_gone")
        return self.unplaced[name][1]

    def cause(self, key: str) -> Cause:
        """The cause of this key. Raises CredtoolsError when there is no such cause any more."""
        for causes in (self.causes, self.doubts):
            if found := [cause for cause in causes() if cause.key == key]:
                return found[0]
        raise CredtoolsError("cause_gone")

    def blocking(self) -> list[Cause]:
        """All that blocks rows, whatever was decided."""
        notation = self.batch.recipe.notation
        return self.once("causes", self.reviewed, lambda: blocking(self.reviewed, self.columns, notation))

    def doubtful(self) -> list[Cause]:
        """All that blocks nothing but may be wrong, likewise."""
        notation = self.batch.recipe.notation
        return self.once("doubts", self.reviewed, lambda: doubtful(self.reviewed, self.columns, notation))

    def may_be_blank(self, cause: Cause) -> bool:
        """Whether a cause may become blank cells: its values can say that there is none, and the schema lets them."""
        return may_be_blank(cause, self.reviewed, self.registry.schema(self.batch.recipe.schema).model)
