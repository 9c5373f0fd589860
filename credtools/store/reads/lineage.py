"""Lineage: what was merged into what. To which source, user or type each belongs by now, and under which name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, Table, select

from credtools.store import tables
from credtools.text import fold

MERGES = ("rename_person", "merge_person", "unmerge_person", "rename_type", "merge_type", "unmerge_type")


def roots(connection: Connection, table: Table) -> dict[int, int]:
    """To which row each belongs by now that was merged into another one."""
    merged = table.c.merged_into
    return rooted(dict(connection.execute(select(table.c.id, merged).where(merged.is_not(None))).all()))


def rooted(into: Mapping[int, int]) -> dict[int, int]:
    """The same, of what is known to be merged into what; nobody is merged in a circle but past the program."""

    def root(number: int) -> int:
        seen: set[int] = set()
        while number in into and number not in seen:
            seen.add(number)
            number = into[number]
        return number

    return {number: root(number) for number in into}


def kin(connection: Connection, table: Table, number: int) -> list[int]:
    """The row itself, and all that belong to it by now."""
    return [number, *sorted(one for one, root in roots(connection, table).items() if root == number)]


def _current(table: Table, name: str) -> Subquery:
    row, child, named = table.c, table.alias(), table.alias()
    tree = select(row.id, row.id.label("root")).where(row.merged_into.is_(None)).cte(f"of_{name}", recursive=True)
    tree = tree.union_all(select(child.c.id, tree.c.root).join_from(child, tree, tree.c.id == child.c.merged_into))
    return select(tree.c.id, tree.c.root, named.c.name).join_from(tree, named, named.c.id == tree.c.root).subquery(name)


# Each source, and each type, by its id, with the one to which it belongs (root) and the name of that.
current = _current(tables.sources, "current")
current_types = _current(tables.credential_types, "current_types")


def members(name: str) -> Select[Any]:
    """The ids of all sources that belong to the one of this name, itself among them, as a question."""
    return _members(current, tables.sources, tables.sources.c.name == name)


def type_members(name: str) -> Select[Any]:
    """The same of the types that are one with the one of this name."""
    return _members(current_types, tables.credential_types, tables.credential_types.c.name_key == fold(name))


def _members(now: Subquery, table: Table, called: ColumnElement[bool]) -> Select[Any]:
    ours = now.alias()
    root = select(now.c.root).join(table, table.c.id == now.c.id).where(called)
    return select(ours.c.id).where(ours.c.root.in_(root))
