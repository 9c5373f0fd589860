"""Lineage: what was merged into what. To which source, user or type each belongs by now, and under which name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Subquery, Table, select

from credtools.store import tables

MERGES = ("rename_person", "merge_person", "unmerge_person", "rename_type", "merge_type", "unmerge_type")


def roots(connection: Connection, table: Table) -> dict[int, int]:
    """To which row each belongs by now that was merged into another one."""
    merged = table.c.merged_into
    into: dict[int, int] = dict(connection.execute(select(table.c.id, merged).where(merged.is_not(None))).all())

    def root(number: int) -> int:
        return root(into[number]) if number in into else number

    return {number: root(number) for number in into}


def kin(connection: Connection, table: Table, number: int) -> list[int]:
    """The row itself, and all that belong to it by now."""
    return [number, *sorted(one for one, root in roots(connection, table).items() if root == number)]


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
