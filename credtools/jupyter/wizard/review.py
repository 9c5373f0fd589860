"""Review: the step *Review data* – causes settled, cells typed, decisions taken back; each checked at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.shown import next_sentence
from credtools.jupyter.wizard.brought import when
from credtools.jupyter.wizard.causes import (
    MEANS,
    OF_FORMATS,
    OF_WARNINGS,
    OF_WHOLE_ROWS,
    Cause,
    choices,
    suggest,
    users_like,
)
from credtools.jupyter.wizard.decisions import Decision, usual_scope
from credtools.jupyter.wizard.open_file import BLANK, STATUS_UNKNOWN, STRANGERS, OpenFile
from credtools.jupyter.wizard.steps import FIRST_CAUSES
from credtools.jupyter.wizard.stored import asked, losing, of_stored
from credtools.jupyter.wizard.upload import UploadStep, unlike
from credtools.recipe import Hit, Replace, Step
from credtools.registry import Strangers
from credtools.text import first_of, fold, plural

EXAMPLES = 3
MOST_IDLE = 50
OF_ANOTHER_STEP = ("media_missing",)  # *Add media* is about it


class ReviewStep(UploadStep):
    """The verbs and facts of the page `review`."""

    def review_facts(self) -> dict[str, Any]:
        """What was assumed, causes largest first, and decisions."""
        file, found, causes = self.file, self.file.reviewed, self.file.causes()
        unknown, together = file.strangers, []
        if unknown.users and not self.each_stranger:
            together = [_strangers(file, unknown)]
            causes = [cause for cause in causes if cause.place not in unknown.causes]
        cards = [*together, *(_card(file, cause) for cause in causes[: self.shown_causes - len(together)])]
        return self.in_hand | {
            "counts": found.summary(len(causes) + len(together)),
            "reading": self.reading_facts(),
            "causes": cards,
            "more": len(causes) + len(together) - len(cards),
            "decisions": [_decided(file, decision) for decision in reversed(file.decisions)],
            "unlike": unlike(file),
            "idle": _idle(file),
            "comparison": str(file.comparison or ""),
        }

    def stored_facts(self) -> dict[str, Any]:
        """What is doubtful, what is asked about credentials that are stored, warnings, and what Next will do."""
        file = self.file
        doubts = file.doubts()
        asked_above = {cause.code for cause in doubts}
        return {
            "doubts": [_card(file, cause) | {"right": _right(cause), "rows": cause.rows} for cause in doubts],
            "asked": asked(file),
            "warnings": warnings(file.warned().causes, but=(*OF_ANOTHER_STEP, *asked_above)),
            "next": next_sentence(file.reviewed, (one["sentence"] for one in losing(file))),
        }

    def do_more(self) -> str:
        self.shown_causes += FIRST_CAUSES
        return ""

    def do_each(self) -> str:
        """Each unknown user as a cause of its own."""
        self.each_stranger = True
        return ""

    def do_strangers(self) -> None:
        """The unknown users as a file to complete and load."""
        review = self.file.reviewed
        self.hand_out("users", ".csv", lambda path: self.registry.write_unknown_users(path, review))

    def do_accept(self, cause: str) -> str:
        return self._decide(self.file.accept, cause)

    def do_leave(self, cause: str) -> str:
        return sentence(self.file, self.file.leave(cause))

    def do_right(self, cause: str) -> str:
        return sentence(self.file, self.file.say_right(cause))

    def do_options(self, cause: str) -> None:
        """What *Choose…* offers for a cause."""
        found = self.file.cause(cause)
        column, offered = found.column, choices(found, self.registry.lookups(), self.file.batch.recipe.status)
        offered |= {"name": str(found), "resolution": found.resolution, "column": found.column_name}
        if column and column.kind != "user" and all(found.errors["value"]):  # no rule for a blank, nor for a person
            offered["usual"] = usual_scope(column, found.cells(""))
        self.send({"type": "options", "cause": cause, **offered})

    def do_search(self, text: str, column: str) -> None:
        self.send({"type": "found", "choices": users_like(text, column, self.registry.lookups())})

    def do_choose(self, cause: str, value: str, scope: str) -> str:
        found = self.file.cause(cause)
        if found.code in OF_FORMATS:
            return self._decide(self.file.add_format, found, value)
        return self._decide(self.file.replace, found, value.strip(), "rule" if scope == "rule" else "patch")

    def do_means(self, cause: str, meaning: str) -> str:
        return self._decide(self.file.give_meaning, cause, meaning)

    def do_blanks(self, answer: str) -> str:
        return sentence(self.file, self.file.say_blanks(answer))

    def do_again(self, answer: str) -> str:
        return sentence(self.file, self.file.count_again(again=answer == "yes"))

    def do_edit(self, cells: list[list[Any]]) -> str:
        return self._decide(
            self.file.edit,
            [(line if isinstance(line, str) else int(line), str(column), str(new)) for line, column, new in cells],
        )

    def do_turn(self, number: int) -> str:
        return sentence(self.file, self.file.turn(number))

    def do_undo(self, number: int | None = None) -> str:
        """Takes a decision back: the one of this number, else the last one."""
        if number is None and not self.file.decisions:
            raise CredtoolsError("nothing_to_undo")
        taken = self.file.undo(self.file.decisions[-1].number if number is None else number)
        return f"Undone: {sentence(self.file, taken)}"

    def _decide(self, decide: Callable[..., Decision | None], *given: Any) -> str:
        """Takes a decision; returns what it was, and how many errors are fixed by it."""
        before = self.file.errors()
        decision = decide(*given)
        if decision is None:
            return ""
        fixed = before - self.file.errors()
        effect = f"{plural(fixed, 'error')} fixed" if fixed > 0 else "No error fixed"
        return f"{sentence(self.file, decision)} {plural(-fixed, 'new error') if fixed < 0 else effect}."


def warnings(causes: pd.DataFrame, but: Sequence[str] = ()) -> list[str]:
    """What blocks no row but should be seen, one sentence per cause; `but`: codes that aren't shown."""
    shown = causes[~(causes["blocks"] | causes["code"].isin(but))]
    found = shown[["count", "title", "resolution"]].itertuples(index=False)
    return [f"{plural(int(count), 'row')}: {title}. {text}" for count, title, text in found]


def _idle(file: OpenFile) -> dict[str, Any]:
    """The corrections of the source that do nothing in this file, the first ones in a sentence each."""
    idle = file.batch.idle_patches()
    first = idle[["column", "old", "new", "why"]].head(MOST_IDLE).itertuples(index=False)
    sentences = [f"{_pair(file, column, old, new)}: {why}." for column, old, new, why in first]
    return {"found": len(idle), "sentences": sentences}


def _card(file: OpenFile, cause: Cause) -> dict[str, Any]:
    """What is shown of a cause."""
    suggestion = suggest(cause)
    values = list(dict.fromkeys(cause.errors["value"].head(200).tolist()))
    means = [("never", "Never expires")] if cause.may_mean_never else []
    means += [(BLANK, "No value")] if file.may_be_blank(cause) else []
    statuses = [(key, name.capitalize()) for key, name in MEANS.items()] if cause.code == STATUS_UNKNOWN else []
    words = dict.fromkeys(cause.errors["value"]) if means else [cause.value]
    doubtful = cause.code in OF_WARNINGS
    return {
        "key": cause.key,
        "place": cause.place,
        "count": plural(cause.count, "row"),
        "name": str(cause),
        "resolution": cause.resolution,
        "examples": values[:EXAMPLES] if cause.pattern or doubtful else [],
        "lines": _lines(cause.errors["line"].head(EXAMPLES).tolist(), cause.count),
        "suggestion": suggestion.label if suggestion else "",
        "means": means or statuses,
        "word": first_of([f"‘{value}’" for value in words], EXAMPLES) if cause.value else "a blank cell",
        "choose": cause.column is not None and cause.code not in OF_WHOLE_ROWS and not (doubtful and len(values) > 1),
        "before": _before(file, [cause]),
    }


def _right(cause: Cause) -> str:
    """What the button says that leaves doubtful values as they are."""
    return "It is right" if cause.count == 1 else "They are right"


def _strangers(file: OpenFile, unknown: Strangers) -> dict[str, Any]:
    """What is shown of unknown users, all of them one card; `users`: how many they are."""
    causes = [cause for cause in file.causes() if cause.place in unknown.causes]
    shown = {"key": STRANGERS, "place": -1, "users": unknown.users, "count": plural(unknown.rows, "row")}
    shown |= {"name": str(unknown), "resolution": unknown.resolution("screen"), "before": _before(file, causes)}
    shown |= {"lines": _lines(unknown.lines[:EXAMPLES], unknown.rows), "rows": [r for c in causes for r in c.rows]}
    return shown | {"examples": [], "suggestion": "", "means": [], "word": "", "choose": False}


def _lines(first: Sequence[int], count: int) -> str:
    more = f" and {count - EXAMPLES:,} more" if count > EXAMPLES else ""
    return f"{'line' if count == 1 else 'lines'} {', '.join(f'{line:,}' for line in first)}{more}"


def _before(file: OpenFile, causes: Sequence[Cause]) -> str:
    """How many rows of a card came before and were left rejected then."""
    found = [(left, left.rows & {*cause.rows}) for cause in causes if (left := file.left.get(cause.key))]
    rows = sum(len(some) for _, some in found)
    last = max((left for left, some in found if some), key=lambda left: left.batch, default=None)
    return f"{plural(rows, 'row')} came before and stayed rejected{when(last)}." if last else ""


def _decided(file: OpenFile, decision: Decision) -> dict[str, Any]:
    """What is shown of a decision; `turn`: what it can become instead."""
    is_rule, this_file = decision.scope == "rule", decision.again is not None or decision.right
    people = {column.name for column in file.columns.values() if column.kind == "user"}
    turn = ""
    if decision.rules and not people & decision.rules.keys():  # an address names a person; recipes name nobody
        turn = "Only these records" if is_rule else "Every file of this source"
    scope = "rule: every file of this source" if is_rule else "patch: only these records"
    return {
        "number": decision.number,
        "sentence": sentence(file, decision),
        "scope": "this file only" if this_file else "stays rejected" if decision.causes else scope,
        "idle": is_rule and decision.rule is not None and not _hit(file, decision.rule).rows,
        "turn": turn,
    }


def sentence(file: OpenFile, decision: Decision) -> str:
    """A decision in one sentence, before → after."""
    rows = plural(decision.count, "row")
    if decision.right:
        return f"{decision.said} {'is' if decision.count == 1 else 'are'} right ({rows})."
    if decision.causes:
        stay = "stays" if decision.count == 1 else "stay"
        return f"{rows} {stay} rejected: {decision.said}."
    if decision.format:
        where = file.columns[decision.column].title
        return (
            f"{where}: dates are also read as {decision.format}{decision.notation} ({plural(decision.count, 'cell')})."
        )
    if told := of_stored(file, decision):
        return told
    if decision.rule:
        return _rule(file, _hit(file, decision.rule, decision.count))
    first = decision.cells[0]
    pairs = {(fold(cell.old), cell.new) for cell in decision.cells}
    more = f" and {plural(len(pairs) - 1, 'more value')}" if len(pairs) > 1 else ""
    return f"{_pair(file, first.column, first.old, first.new)}{more} ({plural(decision.count, 'cell')})."


def _hit(file: OpenFile, rule: Step, before: int = 0) -> Hit:
    """What a rule does in this file now, or did `before` it was taken back."""
    return file.hits.get(rule) or Hit(rule, before, ())


def _rule(file: OpenFile, hit: Hit) -> str:
    if isinstance(hit.step, Replace):
        return f"{_pair(file, hit.step.column, hit.step.old, hit.step.new)} ({plural(hit.rows, 'cell')})."
    pairs = ", ".join(f"‘{before}’ → ‘{after}’" for before, after, _ in hit.changes[:EXAMPLES])
    more = f" and {plural(len(hit.changes) - EXAMPLES, 'more value')}" if len(hit.changes) > EXAMPLES else ""
    return f"{hit.label}{': ' * bool(pairs)}{pairs}{more} ({plural(hit.rows, 'row')})."


def _pair(file: OpenFile, column: str, old: str, new: str) -> str:
    title = file.columns[column].title if column in file.columns else column
    return f"{title}: {f'‘{old}’' if old else '(blank)'} → {f'‘{new}’' if new else '(blank)'}"
