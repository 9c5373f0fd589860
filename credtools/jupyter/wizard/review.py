"""Review: the step *Review data* – causes settled, cells typed, decisions taken back; each checked at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.shown import next_sentence
from credtools.jupyter.wizard import by_hand, meanings, same_person, status
from credtools.jupyter.wizard.cards import SEEN, card, listed, right_of
from credtools.jupyter.wizard.causes import OF_FORMATS, Cause, choices, users_like
from credtools.jupyter.wizard.decisions import usual_scope
from credtools.jupyter.wizard.like import LikeStep, follow
from credtools.jupyter.wizard.steps import FIRST_CAUSES
from credtools.jupyter.wizard.stored import asked, losing
from credtools.jupyter.wizard.together import STRANGERS
from credtools.jupyter.wizard.told import decided, idle, sentence
from credtools.jupyter.wizard.upload import STATUS_UNUSED, unlike
from credtools.text import plural

OF_ANOTHER_STEP = ("media_missing", "scan_differs")  # *Add media* is about it


class ReviewStep(LikeStep):
    """The verbs and facts of the page `review`."""

    def review_facts(self) -> dict[str, Any]:
        """What was assumed, causes largest first, and decisions."""
        file, found = self.file, self.file.reviewed
        shown = listed(file, self.each)
        cards = [card(file, one) for one in shown[: self.shown_causes]]
        causes = sum(1 if isinstance(one, Cause) else len(one.causes) for one in shown)
        return self.in_hand | {
            "counts": found.summary(causes, len(shown)),
            "reading": self.reading_facts(),
            "assumed": meanings.told(file),
            "status_line": status.line(file),
            "causes": cards,
            "more": len(shown) - len(cards),
            "redo": file.redoable,
            "decisions": [decided(file, decision) for decision in reversed(file.decisions)],
            "idle": idle(file),
            "comparison": str(file.comparison or ""),
        }

    def stored_facts(self) -> dict[str, Any]:
        """What is doubtful, what is asked about credentials that are stored, warnings, and what Next will do."""
        file = self.file
        doubts = file.doubts()
        asked_above = {cause.code for cause in doubts}
        return {
            "doubts": [card(file, cause) | {"right": right_of(cause), "rows": cause.rows} for cause in doubts],
            "asked": asked(file),
            "unlike": unlike(file),
            "status": next((one.sentence for one in file.warned().warnings if one.code == STATUS_UNUSED), ""),
            "warnings": warnings(file.warned().causes, but=(*OF_ANOTHER_STEP, *asked_above)),
            "next": next_sentence(file.reviewed, (one["sentence"] for one in losing(file))),
        }

    def do_more(self) -> str:
        self.shown_causes += FIRST_CAUSES
        return ""

    def do_each(self, cause: str = STRANGERS) -> str:
        """Each cause of a card by itself."""
        self.each.add(cause)
        return ""

    def do_strangers(self) -> None:
        """The unknown users as a file to complete and load."""
        review = self.file.reviewed
        self.hand_out("users", ".csv", lambda path: self.registry.write_unknown_users(path, review))

    def do_accept(self, cause: str) -> str:
        """What is suggested for a cause, or what is proposed for several, all of which the card shows."""
        shared = next((one for one in self.file.together() if one.key == cause and one.proposal), None)
        if shared and shared.proposal and len(shared.proposal.changes) <= SEEN:
            return self._decide(follow, self.file, shared.proposal)
        return self._decide(self.file.accept, cause)

    def do_leave(self, cause: str) -> str:
        return sentence(self.file, self.file.leave(cause))

    def do_same(self, cause: str) -> None:
        """What would become of it if an unknown address were a user's new one, before it is done."""
        told = same_person.before(self.registry, self.file.people(cause))
        self.send({"type": "same", "cause": cause, **told})

    def do_join(self, cause: str) -> str:
        """The users are renamed, or two accounts become one; all files in hand are judged again."""
        people = self.file.people(cause)
        same_person.join(self.registry, people)
        for other in self.files[1:]:
            other.look_again()
        return self._decide(self.file.joined, cause, people)

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

    def do_status(self, heading: str | None = None) -> None:
        """Which heading can be the status, and what the words of the chosen one may mean."""
        self.send({"type": "status", **status.facts(self.file, heading)})

    def do_use_status(self, heading: str, words: dict[str, str]) -> str:
        return sentence(self.file, status.use(self.file, heading, words))

    def do_blanks(self, answer: str) -> str:
        return sentence(self.file, self.file.say_blanks(answer))

    def do_again(self, answer: str) -> str:
        return sentence(self.file, self.file.count_again(again=answer == "yes"))

    def do_edit(self, cells: list[list[Any]]) -> str:
        return self._decide(
            self.file.edit,
            [(line if isinstance(line, str) else int(line), str(column), str(new)) for line, column, new in cells],
        )

    def do_reject(self, lines: list[int | str]) -> str:
        """These rows are rejected, whatever is in them."""
        return sentence(self.file, by_hand.reject(self.file, lines))

    def do_unreject(self, lines: list[int | str]) -> str:
        """These rows are judged again by what is in them."""
        return self._decide(by_hand.take_back, self.file, lines)

    def do_keep(self, line: int | str) -> str:
        """Of the rows that differ about one credential this one is right."""
        return self._decide(by_hand.keep, self.file, line)

    def do_fields(self, line: int | str) -> None:
        """The fields of a row as they were read, before they are put together."""
        self.send({"type": "fields", **by_hand.fields(self.file, line)})

    def do_complete(self, line: int | str, fields: list[str]) -> str:
        return self._decide(by_hand.complete, self.file, line, fields)

    def do_unused(self) -> None:
        """The columns of the file that nothing is made of."""
        if self.grid is not None:
            self.send({"type": "unused"}, [self.grid.unused()])

    def do_turn(self, number: int) -> str:
        return sentence(self.file, self.file.turn(number))

    def do_undo(self, number: int | None = None) -> str:
        """Takes a decision back: the one of this number, else the last one."""
        if number is None and not self.file.decisions:
            raise CredtoolsError("nothing_to_undo")
        taken = self.file.decision(self.file.decisions[-1].number if number is None else number)
        if taken.people:
            same_person.part(self.registry, taken.people)
            for other in self.files[1:]:
                other.look_again()
        return f"Undone: {sentence(self.file, self.file.undo(taken.number))}"

    def do_redo(self) -> str:
        """Decides again what was undone last."""
        taken = self.file.redo()
        if taken.people:
            same_person.join(self.registry, taken.people)
            for other in self.files:
                other.look_again()
        return f"Again: {sentence(self.file, taken)}"


def warnings(causes: pd.DataFrame, but: Sequence[str] = ()) -> list[str]:
    """What blocks no row but should be seen, one sentence per cause; `but`: codes that aren't shown."""
    shown = causes[~(causes["blocks"] | causes["code"].isin(but))]
    found = shown[["count", "title", "resolution"]].itertuples(index=False)
    return [f"{plural(int(count), 'row')}: {title}. {text}" for count, title, text in found]
