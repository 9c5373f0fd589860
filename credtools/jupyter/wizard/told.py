"""Told: what was decided, one sentence each, before → after."""

from __future__ import annotations

from typing import Any

from credtools.jupyter.wizard import by_hand
from credtools.jupyter.wizard.decisions import Decision
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.jupyter.wizard.stored import of_stored
from credtools.recipe import REJECTED, Hit, Replace, Rewriting, Step
from credtools.schema.notation import plainly
from credtools.schema.words import RECORD
from credtools.text import fold, plural

EXAMPLES = 3
MOST_IDLE = 50


def idle(file: OpenFile) -> dict[str, Any]:
    """The corrections of the source that do nothing in this file, the first ones in a sentence each."""
    found = file.batch.idle_patches()
    first = found[["column", "old", "new", "why"]].head(MOST_IDLE).itertuples(index=False)
    sentences = [f"{_pair(file, column, old, new)}: {why}." for column, old, new, why in first]
    return {"found": len(found), "sentences": sentences}


def decided(file: OpenFile, decision: Decision) -> dict[str, Any]:
    """What is shown of a decision; `turn`: what it can become instead."""
    is_rule = decision.scope == "rule"
    people = {column.name for column in file.columns.values() if column.kind == "user"}
    turn = ""
    if decision.rules and not people & decision.rules.keys():  # an address names a person; recipes name nobody
        turn = "Only these records" if is_rule else "Every file of this source"
    return {
        "number": decision.number,
        "sentence": sentence(file, decision),
        "scope": _scope(decision),
        "idle": is_rule and decision.rule is not None and not _hit(file, decision.rule).rows,
        "turn": turn,
    }


def _scope(decision: Decision) -> str:
    """For what it holds."""
    if decision.people:
        return "the whole organisation"
    if decision.again is not None or decision.right:
        return "this file only"
    if decision.causes:
        return "stays rejected"
    return "rule: every file of this source" if decision.scope == "rule" else "patch: only these records"


def sentence(file: OpenFile, decision: Decision) -> str:
    """A decision in one sentence, before → after."""
    if decision.people or decision.causes:
        return _of_rows(decision)
    if decision.format:
        where = file.columns[decision.column].title
        form = plainly(f"{decision.format}{decision.notation}")
        return f"{where}: dates are also read as {form} ({plural(decision.count, 'cell')})."
    if decision.pattern:
        return f"{decision.said} ({plural(decision.count, 'row')})."
    if told := of_stored(file, decision) or by_hand.sentence(decision):
        return told
    if decision.rule:
        return _rule(file, _hit(file, decision.rule, decision.count))
    first = decision.cells[0]
    pairs = {(fold(cell.old), cell.new) for cell in decision.cells}
    more = f" and {plural(len(pairs) - 1, 'more value')}" if len(pairs) > 1 else ""
    return f"{_pair(file, first.column, first.old, first.new)}{more} ({plural(decision.count, 'cell')})."


def _of_rows(decision: Decision) -> str:
    """A decision that changes no cell: who somebody is, what is right, what stays rejected."""
    rows, one = plural(decision.count, "row"), decision.count == 1
    if len(decision.people) > 1:
        return f"{len(decision.people):,} users have the addresses of this file now ({rows})."
    for person in decision.people:
        if person.merges:
            return f"{person.address} is part of {person.known} now ({rows})."
        return f"{person.address} is the address of {person.name} now, instead of {person.known} ({rows})."
    if decision.right:
        return f"{decision.said} {'is' if one else 'are'} right ({rows})."
    return f"{rows} {'stays' if one else 'stay'} rejected: {decision.said}."


def _hit(file: OpenFile, rule: Step, before: int = 0) -> Hit:
    """What a rule does in this file now, or did `before` it was taken back."""
    return file.hits.get(rule) or Hit(rule, before, ())


def _rule(file: OpenFile, hit: Hit) -> str:
    if isinstance(hit.step, Replace):
        return f"{_pair(file, hit.step.column, hit.step.old, hit.step.new)} ({plural(hit.rows, 'cell')})."
    pairs = ", ".join(f"‘{before}’ → ‘{after}’" for before, after, _ in hit.changes[:EXAMPLES])
    more = f" and {plural(len(hit.changes) - EXAMPLES, 'more value')}" if len(hit.changes) > EXAMPLES else ""
    label = hit.label
    if isinstance(hit.step, Rewriting):
        column = file.columns.get(hit.step.column)
        label = f"{column.title if column else hit.step.column}: {hit.step.said}"
    return f"{label}{': ' * bool(pairs)}{pairs}{more} ({plural(hit.rows, 'row')})."


def _pair(file: OpenFile, column: str, old: str, new: str) -> str:
    if column == RECORD:
        return "A row rejected by a person" if new == REJECTED else "A row whose fields were put together"
    title = file.columns[column].title if column in file.columns else column
    return f"{title}: {f'‘{old}’' if old else '(blank)'} → {f'‘{new}’' if new else '(blank)'}"
