"""Uploads: every file that came, whatever became of it – found again, looked at, waived, undone, opened again."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from credtools.errors import CredtoolsError, MovedError
from credtools.jupyter.parts.shown import counts_of, listed, moment, numbers, records
from credtools.jupyter.wizard.batch_told import about, line, undone
from credtools.jupyter.wizard.finish import FinishStep
from credtools.jupyter.wizard.rejected import rejected
from credtools.model import BATCH_STATES, JUDGED_STATES, WAITING_STATES, Line
from credtools.recipe import MANUAL
from credtools.text import plural

A_PAGE = 50  # batches, or rejected rows
HAPPENED = {  # what is shown of what was done with a batch
    "upload": "uploaded",
    "continue": "continued with the same file",
    "hold": "held for a person",
    "finish": "finished",
    "move": "moved to its source",
    "decide": "credentials decided",
    "undecide": "a decision was taken back",
    "resubmit": "credentials opened for a new decision",
    "media": "media added",
    "compare": "media compared with their rows",
    "withdraw": "credentials withdrawn",
    "reinstate": "credentials reinstated",
    "waive": "rejected rows waived",
    "reopen": "waived rows opened again",
    "undo": "undone",
    "discard": "discarded",
    "erase": "erased",
}


class UploadsStep(FinishStep):
    """The verbs and facts of the pages `uploads` (all of them, page by page) and `batch` (one of them)."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._which: dict[str, Any] = {"text": "", "source": "", "state": ""}
        self._skip = 0
        self._looked = 0  # at which batch
        self._of_state, self._shown_rejects = "open", A_PAGE
        self._undoing: Any = None  # what undoing the batch would do, as it was shown

    # --- all of them ----------------------------------------------------------------------------------------

    def uploads_facts(self) -> dict[str, Any]:
        choices = {"source": listed(self.registry.uploaded_from()), "state": listed(BATCH_STATES)}
        return {"uploads": self._page(), "filters": self._which, "choices": choices}

    def do_find(self, skip: int = 0, **which: str) -> None:
        """The batches that fit, from one on; without a word of what is asked for as before."""
        self._which |= {name: str(value) for name, value in which.items() if name in self._which}
        self._skip = max(0, int(skip))
        self.send({"type": "uploads", "uploads": self._page()})

    def _page(self) -> dict[str, Any]:
        found = self.registry.uploads(**self._which, most=A_PAGE, skip=self._skip)
        self._skip = self._skip if self._skip < max(1, found.found) else 0
        zone = self._zone
        rows = [line(one, zone) for one in self._by_name(records(found.rows))]
        return {"rows": rows, "found": found.found, "skip": self._skip, "page": A_PAGE, "zone": str(zone)}

    def _by_name(self, batches: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """With the names of those who uploaded and finished them, before their addresses."""
        keys = ("uploaded_by", "finished_by")
        known = self._people([one[key] or "" for one in batches for key in keys])
        return [one | {key: known.get(one[key], one[key]) for key in keys} for one in batches]

    def _people(self, addresses: list[str]) -> dict[str, str]:
        """Name and address of those whose name is known here, by address."""
        lookups, logins = self.registry.lookups(), self.registry.called()
        names = lookups.users["name"].fillna("").tolist()
        found = zip(addresses, lookups.find_users(addresses, "email").tolist(), strict=True)
        return {one: f"{names[place]} ({one})" for one, place in found if place >= 0 and names[place]} | logins

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.registry.settings.time_zone)

    # --- one of them ----------------------------------------------------------------------------------------

    def do_batch(self, batch: int) -> str:
        """To one batch. Raises RegistryError when there is none of this number."""
        self._looked = self.registry.batch(int(batch)).id
        self._of_state, self._shown_rejects, self._undoing = "open", A_PAGE, None
        self.step = "batch"
        return ""

    def open_batch(self, batch: int) -> str:
        """A draft or held batch is continued; any other is looked at."""
        return self.do_open(batch) if self.registry.batch(batch).state in WAITING_STATES else self.do_batch(batch)

    def batch_facts(self) -> dict[str, Any]:
        batch, zone, found = self.registry.batch(self._looked), self._zone, self.registry.uploads(batch=self._looked)
        if not found.found:  # a draft that was given up for another one
            raise CredtoolsError("batch_not_listed", batch=self._looked)
        (plain,) = records(found.rows)
        (one,) = self._by_name([plain])
        state, judged = one["state"], one["state"] in JUDGED_STATES
        happened = self.registry.events(self._looked)
        known = happened[happened["kind"].isin(HAPPENED)].itertuples(index=False)
        people = self._people(happened["by"].tolist())
        return {
            **line(one, zone),
            "about": about(one),
            "waits": state in WAITING_STATES,
            "finished": state == "finished",
            "undone": state == "undone",
            "erased": one["erased"],
            "numbers": numbers(counts_of(one)) if judged else [],
            "warnings": [warning.sentence for warning in batch.warnings] if judged or state == "held" else [],
            "receipt": str(batch.receipt or ""),
            "recipe": batch.recipe.text(),
            "mine": self.registry.is_me(plain["uploaded_by"]),
            "saves": one["source"] == MANUAL and state in ("finished", *WAITING_STATES) and not one["erased"],
            "follows": None if pd.isna(one["follows"]) else int(one["follows"]),
            "happened": [(moment(at, zone), people.get(by, by), HAPPENED[kind]) for at, by, kind in known],
            "zone": str(zone),
            "rejects": rejected(self.registry, self._looked, self._of_state, self._shown_rejects) if judged else None,
        }

    def do_of_state(self, state: str) -> str:
        """Shows the rejected rows of this state, '' for all."""
        self._of_state, self._shown_rejects = str(state), A_PAGE
        return ""

    def do_more_rejects(self) -> str:
        self._shown_rejects += A_PAGE
        return ""

    def do_rejects_of(self, kind: str) -> None:
        """Sends the open rejected rows of the batch as a correction file."""
        number = self._looked
        self.hand_out(f"rejects_of_batch_{number}", kind, lambda path: self.registry.write_rejects(path, number))

    def do_waive(self, rows: list[Line], reason: str, *, for_good: bool = False) -> str:
        """Closes rejected rows of the batch that nobody will fix."""
        done = self.registry.waive(self._looked, rows, reason, for_good=for_good)
        again = " Whenever the same records come again they are waived, too." if for_good else ""
        return f"{plural(len(done), 'row')} waived.{again}"

    def do_reopen(self, rows: list[Line]) -> str:
        """Waived rows of the batch are open again."""
        done = self.registry.reopen(self._looked, rows)
        return f"{plural(len(done), 'row')} open again."

    def do_undoing(self) -> None:
        """What undoing the batch would do, before it is done."""
        self._undoing = self.registry.undo(self._looked, dry_run=True)
        lines = list(undone(self._undoing, self.registry.uploads(batch=self._looked).rows.iloc[0]))
        self.send({"type": "undoing", "batch": self._looked, "lines": lines})

    def do_undo_batch(self) -> str:
        """Undoes the batch, as it was shown; what would be something else by now is shown again."""
        shown, self._undoing = self._undoing, None
        if shown is None:
            raise CredtoolsError("nothing_to_undo")
        try:
            done = self.registry.undo(self._looked, shown=shown)
        except MovedError:
            self.do_undoing()
            raise
        return f"Batch {self._looked} is undone. {done}"

    def do_discard_batch(self) -> str:
        """Discards a draft or held batch, also one in hand."""
        self.registry.batch(self._looked).discard()
        self.files = [file for file in self.files if file.batch.id != self._looked]
        return f"Batch {self._looked} is discarded. Nothing of it was uploaded."

    def do_judge_again(self) -> str:
        """The file of the batch as a new draft, judged as things are now."""
        return self.do_open(self.registry.follow(self._looked).id)

    def do_last_page(self) -> str:
        """The last page of a finished batch, as it was after *Finish*."""
        self.look_back(self.registry.batch(self._looked))
        return ""

    def do_save_of(self, name: str) -> str:
        """Saves the recipe of the batch under a name."""
        return self.save(self.registry.batch(self._looked), name)[1]
