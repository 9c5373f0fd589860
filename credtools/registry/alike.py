"""Alike: "the same for all like these" – patterns that a decision follows, and what is done with one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from credtools.checking import clusters as clusters_
from credtools.checking import families as families_
from credtools.checking import personal, proposing
from credtools.checking.families import Family
from credtools.checking.one_column import Known
from credtools.checking.proposing import Proposal
from credtools.errors import RegistryError
from credtools.model import IntArray, Review
from credtools.recipe import Recipe, apply
from credtools.registry import editing, reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.text import fold


def like(session: Session, draft: Draft, column: str, examples: Mapping[str, str]) -> list[Proposal]:
    """The proposals that examples old → new of a column lead to."""
    return proposing.like(known(session, draft, column, _without(draft.recipe, column, examples)), examples)


def naming(session: Session, texts: Iterable[str]) -> frozenset[str]:
    """Which of some texts name somebody."""
    return personal.naming(texts, session.lookups())


def _without(recipe: Recipe, column: str, examples: Mapping[str, str]) -> Recipe:
    """The recipe without the rules for the examples themselves: a pattern may take their place."""
    given = {(fold(old), new) for old, new in examples.items()}
    mine = [rule for rule in recipe.replacements if rule.column == column and (fold(rule.old), rule.new) in given]
    return replace(recipe, rules=tuple(rule for rule in recipe.rules if rule not in mine))


def known(session: Session, draft: Draft, column: str, recipe: Recipe, patches: pd.DataFrame | None = None) -> Known:
    """What is known of a column of a draft, as a recipe reads it; `patches`: the corrections in force, if at hand."""
    schema, review = session.schema(recipe.schema), reviewing.review(session, draft)
    if column not in (names := [one.name for one in schema.columns]):
        raise RegistryError("column_absent", column=column, columns=", ".join(names))
    mapped = (
        editing.as_mapped(session, draft) if recipe is draft.recipe else apply(recipe, review.table, schema.columns)
    )
    patched = _patched(session, draft, column, editing.in_force(session, draft) if patches is None else patches)
    found = Known.of(review, recipe, schema, session.lookups(), column, mapped, patched)
    texts, before = (some.to_numpy(dtype=object) for some in (found.texts, review.resolved[f"{column}_text"]))
    for row in np.flatnonzero((texts != before) & found.judged).tolist():
        if " ".join(texts[row].split()) != before[row]:
            found.failed[row] = True  # what is an example, and was fixed
    return found


def _patched(session: Session, draft: Draft, column: str, patches: pd.DataFrame) -> IntArray:
    """The rows whose cell of a column is corrected by hand."""
    table = reviewing.table(session, draft)
    rows = [table.row_at(label) for label in patches.loc[patches["column"] == column, "line"].tolist()]
    return np.array([row for row in rows if row is not None], dtype=np.int64)


def teach(session: Session, draft: Draft, proposal: Proposal | Family, only: Collection[str] | None = None) -> Review:
    """Follows a proposal: as a rule, or for some of its values alone."""
    if isinstance(proposal, Family):
        if proposal.proposal is None:
            raise RegistryError("nothing_chosen")
        proposal = proposal.proposal
    values = {old: new for old, new in proposal.replacements.items() if only is None or old in only}
    if not values:
        raise RegistryError("nothing_chosen")
    pattern = proposal.pattern
    if pattern is not None and pattern.of_values:
        pattern = pattern.only(list(values))
    if pattern is not None and (pattern.of_values or len(values) == len(proposal.replacements)):
        formats = reviewing.review(session, draft).date_formats.get(proposal.column, ())
        return editing.use(session, draft, pattern.added_to(draft.recipe, formats))
    in_force = reviewing.review(session, draft).date_formats
    written = {old: draft.recipe.in_file(proposal.column, new, in_force) for old, new in values.items()}
    return editing.replace(session, draft, proposal.column, written)


def clusters(session: Session, draft: Draft, column: str) -> list[Proposal]:
    """The values of a column that are nearly spelled alike."""
    return clusters_.clusters(known(session, draft, column, draft.recipe))


def families(session: Session, draft: Draft) -> list[Family]:
    """The causes of a draft in families."""
    review, patches = reviewing.review(session, draft), editing.in_force(session, draft)
    return families_.families(review, lambda column: known(session, draft, column, draft.recipe, patches), draft.kept)
