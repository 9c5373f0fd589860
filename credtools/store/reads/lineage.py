"""Lineage: to which source each belongs now, and under which name; a source may be renamed, or merged into another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Subquery, select

from credtools.store import tables


def _current() -> Subquery:
    source, child = tables.sources.c, tables.sources.alias()
    tree = select(source.id, source.id.label("root")).where(source.merged_into.is_(None)).cte("lineage", recursive=True)
    tree = tree.union_all(select(child.c.id, tree.c.root).join_from(child, tree, tree.c.id == child.c.merged_into))
    named = tables.sources.alias()
    return (
        select(tree.c.id, tree.c.root, named.c.name)
        .join_from(tree, named, named.c.id == tree.c.root)
        .subquery("current")
    )


# Each source by its id, with the one to which it belongs (root) and the name of that.
current = _current()


def members(name: str) -> Select[Any]:
    """The ids of all sources that belong to the one of this name, itself among them, as a question."""
    asked, ours = tables.sources.alias(), current.alias()
    root = select(current.c.root).join_from(current, asked, asked.c.id == current.c.id).where(asked.c.name == name)
    return select(ours.c.id).where(ours.c.root == root.scalar_subquery())
