"""Facts: what each step shows, as plain values; the browser turns them into text, never into markup."""

from __future__ import annotations

from typing import Any

import pandas as pd

from credtools.jupyter import assumptions
from credtools.jupyter.causes import Cause
from credtools.jupyter.decisions import Decision
from credtools.jupyter.journey import Journey
from credtools.model import Counts
from credtools.recipe import MANUAL
from credtools.recipe.steps import Hit, Replace, Rule
from credtools.registry.correcting import Corrected
from credtools.text import fold, plural

MOST_CAUSES = 8
EXAMPLES = 3
MOST_IDLE = MOST_LINES = 50


def review(journey: Journey, shown: int = MOST_CAUSES) -> dict[str, Any]:
    """The step *Review data*: what was assumed, causes largest first, decisions, warnings, and what Next will do."""
    found = journey.reviewed
    causes = journey.causes()
    return {
        "counts": f"{found.ready:,} ready · {found.rows - found.ready:,} rejected · {plural(len(causes), 'cause')}",
        "reading": reading(journey),
        "causes": [_cause(journey, cause) for cause in causes[:shown]],
        "more": max(0, len(causes) - shown),
        "decisions": [_decision(journey, decision) for decision in reversed(journey.decisions)],
        "warnings": warnings(found.causes),
        "unlike": unlike(journey),
        "idle": _idle(journey),
        "comparison": str(journey.comparison) if journey.comparison else "",
        "next": next_sentence(found.rows, found.ready),
        "names": [name(cause) for cause in causes[:shown]],
        "places": [cause.place for cause in causes[:shown]],
    }


def warnings(causes: pd.DataFrame) -> list[str]:
    """What blocks no row but should be seen, one sentence per cause."""
    told = causes[~causes["blocks"]].to_dict("records")
    return [f"{plural(int(cause['count']), 'row')}: {cause['title']}. {cause['resolution']}" for cause in told]


def unlike(journey: Journey) -> list[dict[str, Any]]:
    """What is unlike the last files of the source, one sentence each, and whether it holds an unattended run.

    Of a held batch also what else would hold it now. Values that nobody knows are causes anyway.
    """
    batch = journey.batch
    found = [] if batch.source == MANUAL else batch.preflight()  # files by hand have nothing in common
    told = {one.sentence: one.holds for one in found if one.holds or one.about != "values"}
    others = batch.why_hold() if batch.held_because else []
    told = {sentence: True for sentence in others if sentence not in (*told, journey.problem)} | told
    return [{"sentence": sentence, "holds": holds} for sentence, holds in told.items()]


def _idle(journey: Journey) -> dict[str, Any]:
    """The corrections of the source that do nothing in this file, the first ones in a sentence each."""
    idle = journey.batch.idle_patches
    told = zip(*(idle[name].head(MOST_IDLE).tolist() for name in ("column", "old", "new", "why")), strict=True)
    return {"found": len(idle), "sentences": [f"{_pair(journey, *each)}: {why}." for *each, why in told]}


def reading(journey: Journey) -> dict[str, Any]:
    """What was assumed to read the file, and what of it can be changed."""
    return {
        "line": assumptions.line(journey),
        "choices": assumptions.choices(journey),
        "warnings": list(journey.batch.table.reading.warnings),
    }


def next_sentence(rows: int, ready: int) -> str:
    """What *Next* stands for, in one sentence."""
    if ready == rows:
        return f"Upload all {plural(rows, 'row')}."
    if not ready:
        return f"Every row has an error: nothing would be uploaded, and {plural(rows, 'row')} rejected."
    return f"Discard {plural(rows - ready, 'row')} with errors, upload the other {ready:,}."


def numbers(counts: Counts) -> list[dict[str, str]]:
    """What finishing will do, in numbers."""
    told = (
        ("New credentials", counts.new, "were not here before"),
        ("New versions", counts.new_versions, "of credentials that were here already"),
        ("Older versions", counts.older, "go into the history; the newer one stays in force"),
        ("Unchanged", counts.unchanged, "are here already, or stand twice in the file"),
        ("Rejected", counts.rejected, "stay on the list of rejects until somebody mends them"),
    )
    return [{"label": label, "count": f"{count:,}", "help": text} for label, count, text in told]


def corrected(file: str, done: Corrected) -> dict[str, Any]:
    """What came of a correction file."""
    told = (
        ("Fixed", done.fixed, "are accepted now"),
        ("Still wrong", done.still_wrong, "have an error that they had before; they stay on the list of rejects"),
        ("Newly wrong", done.newly_wrong, "have other errors than before; they stay on the list of rejects"),
        ("Untouched", done.untouched, "were not changed in the file"),
        ("Left out", done.left_out, "are rejected rows of the same uploads that the file doesn't hold"),
    )
    repaired = "the cell under ‘{}’ was rewritten by a spreadsheet; it counts as it came"
    lines = [*done.problems, *((line, repaired.format(heading)) for line, heading in done.repaired)]
    return {
        "file": file,
        "numbers": [{"label": label, "count": f"{len(rows):,}", "help": text} for label, rows, text in told],
        "lines": [f"Line {line:,}: {sentence}" for line, sentence in lines[:MOST_LINES]],
        "found": len(lines),
        "receipts": "\n".join(str(receipt) for receipt in done.receipts),
    }


def name(cause: Cause) -> str:
    """A cause in a few words."""
    if cause.column is None:
        return cause.title
    if cause.pattern:
        return f"{cause.title} in {cause.column.title}: like ‘{cause.value}’"
    return (
        f"{cause.title}: ‘{cause.value}’ in {cause.column.title}"
        if cause.value
        else f"{cause.title}: {cause.column.title}"
    )


def _cause(journey: Journey, cause: Cause) -> dict[str, Any]:
    proposal = journey.proposal(cause)
    values = list(dict.fromkeys(cause.errors["value"].head(200).tolist()))
    lines = ", ".join(f"{line:,}" for line in cause.errors["line"].head(EXAMPLES).tolist())
    rest = cause.count - EXAMPLES
    return {
        "key": cause.key,
        "place": cause.place,
        "count": plural(cause.count, "row"),
        "name": name(cause),
        "resolution": cause.resolution,
        "examples": values[:EXAMPLES] if cause.pattern else [],
        "lines": f"{'line' if cause.count == 1 else 'lines'} {lines}" + (f" and {rest:,} more" if rest > 0 else ""),
        "proposal": proposal.label if proposal else "",
        "choose": cause.column is not None
        and cause.code not in ("expires_after_issue", "not_repeated", "field_count", "expires_too_late"),
    }


def _decision(journey: Journey, decision: Decision) -> dict[str, Any]:
    return {
        "number": decision.number,
        "sentence": sentence(journey, decision),
        "scope": _scope(decision),
        "idle": decision.scope == "rule" and decision.rule is not None and not _hit(journey, decision.rule).rows,
        "turn": _turn(journey, decision),
    }


def _turn(journey: Journey, decision: Decision) -> str:
    """What a decision can become instead; an address names a person, and recipes hold none."""
    people = {column.name for column in journey.columns.values() if column.kind == "user"}
    if not decision.changeable or people & decision.rules.keys():
        return ""
    return "Only these records" if decision.scope == "rule" else "Every file of this source"


def _scope(decision: Decision) -> str:
    if decision.cause:
        return "stays rejected"
    return "rule: every file of this source" if decision.scope == "rule" else "patch: only these records"


def sentence(journey: Journey, decision: Decision) -> str:
    """A decision in one sentence, before → after."""
    if decision.cause:
        return f"{plural(decision.count, 'row')} stay rejected: {decision.said}."
    if decision.format:
        where = journey.columns[decision.column].title
        return f"{where}: dates are also read as {decision.format} ({plural(decision.count, 'cell')})."
    if decision.rule:
        return _rule(journey, _hit(journey, decision.rule, decision.count))
    first = decision.cells[0]
    pairs = {(fold(cell.old), cell.new) for cell in decision.cells}
    more = f" and {len(pairs) - 1:,} more values" if len(pairs) > 1 else ""
    return f"{_pair(journey, first.column, first.old, first.new)}{more} ({plural(decision.count, 'cell')})."


def _hit(journey: Journey, rule: Rule, before: int = 0) -> Hit:
    """What a rule does in this file now, or did `before` it was taken back."""
    return journey.hits.get(rule) or Hit(rule, before, ())


def _rule(journey: Journey, hit: Hit) -> str:
    if isinstance(hit.rule, Replace):
        return f"{_pair(journey, hit.rule.column, hit.rule.old, hit.rule.new)} ({plural(hit.rows, 'cell')})."
    told = ", ".join(f"‘{before}’ → ‘{after}’" for before, after, _ in hit.changes[:EXAMPLES])
    more = f" and {len(hit.changes) - EXAMPLES:,} more values" if len(hit.changes) > EXAMPLES else ""
    return f"{hit.label}{': ' * bool(told)}{told}{more} ({plural(hit.rows, 'row')})."


def _pair(journey: Journey, column: str, old: str, new: str) -> str:
    title = journey.columns[column].title if column in journey.columns else column
    return f"{title}: {f'‘{old}’' if old else '(blank)'} → {f'‘{new}’' if new else '(blank)'}"
