"""Taught: a decision about one value becomes one about its kind – proposals, families of causes, and what is accepted.

For example, after one address was corrected by hand:

    offers = batch.like("user_email", {"ana@exmaple.org": "ana@example.org"})
    offers[0].sentence        # ‘@exmaple.org’ at the end becomes ‘@example.org’: changes 36 values in 41 rows.
    offers[0].changes[0]      # ValueChange(old='ben@exmaple.org', new='ben@example.org', rows=2, passes=True, …)
    batch.teach(offers[0])                              # a rule of the recipe
    batch.teach(offers[0], only=["ben@exmaple.org"])    # no rule: only this value is corrected
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from credtools.checking.families import Family
from credtools.checking.proposing import Proposal
from credtools.model import Review
from credtools.registry import alike
from credtools.registry.foreseen import Foreseen


class Taught(Foreseen):
    """The part of a batch that learns from decisions."""

    def like(self, column: str, examples: Mapping[str, str]) -> list[Proposal]:
        """The patterns that some decisions of a column may follow, each with what it would change; nothing is changed.

        Args:
            column: the schema's name of the column.
            examples: old → new; a date as it is written now or as YYYY-MM-DD, `never` for one that doesn't expire,
                "" for a blank, a cell that holds several values as these with line breaks between them. They may be
                decided already (by a rule or a correction of this draft) or not.

        Returns:
            What helps most rows first, then the simplest. Each fits all examples, and changes no cell that passes
            already (unless the examples pass, too: then there is nothing wrong in this column, and each change is only
            shown). None of them puts a personal value into the recipe.

        Raises RegistryError when the schema has no such column.
        """
        return alike.like(self.registry, self.draft, column, examples)

    def clusters(self, column: str) -> list[Proposal]:
        """Values of a column that are nearly spelled alike, good or not, each with the most frequent spelling.

        By fingerprint (letters and digits alone), then by nearest neighbours; values with different numbers in them
        are never alike. None of columns of persons, dates or numbers. Raises RegistryError for an unknown column.
        """
        return alike.clusters(self.registry, self.draft, column)

    def naming(self, texts: Iterable[str]) -> frozenset[str]:
        """Which of some texts name somebody – an address, a user's name –, so that no recipe may hold them."""
        return alike.naming(self.registry, texts)

    def families(self) -> list[Family]:
        """The causes that block rows in families that one look can settle, largest first; nothing is changed.

        Each cause is in exactly one of them; one that is like no other is a family of its own.
        """
        return alike.families(self.registry, self.draft)

    def teach(self, proposal: Proposal | Family, only: Collection[str] | None = None) -> Review:
        """Accepts a proposal, or that of a family, and reviews again.

        All of its values: its pattern becomes a part of the draft's recipe (`proposal.pattern.added_to`); it is taken
        back by `batch.use` with the recipe of before. Only some values (`only`: the old ones): no pattern, but these
        values alone are replaced, as `batch.replace` does – by rules, or where they name persons row by row. A
        pattern that is a list of values is kept for those that were chosen.

        Raises RegistryError when none is chosen, or the proposal changes nothing.
        """
        return alike.teach(self.registry, self.draft, proposal, only)
