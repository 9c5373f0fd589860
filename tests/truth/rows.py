"""One row on its way: what its cells say, what that means, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta

if TYPE_CHECKING:
    from tests.truth.organisation import Kind, Person

USER, TYPE, ISSUE, EXPIRY, NUMBER, MEDIA, LEVEL, STATUS = range(8)
RECORD = -1  # the row as a whole
BLOCKING = {
    *("field_count", "value_required", "value_readable", "value_damaged", "value_allowed", "status_known"),
    *("user_exists", "credential_type_exists", "number_known", "date_format", "date_incomplete"),
    *("expires_after_issue", "not_repeated"),
}
CODES = {"bad": "date_format", "hidden": "value_readable", "destroyed": "value_damaged", "dayless": "date_incomplete"}


@dataclass(frozen=True)
class Said:
    """What the cell of a date says: a day, or (`how`) blank, never, one of CODES."""

    text: str
    day: date | None = None
    how: str = "day"
    two_ways: bool = False


BLANK = Said("", how="blank")


@dataclass
class Row:
    """One row: its cells, what they mean, what is wrong with them.

    `user`: who is meant, None where nobody is; `kind`: None where no type is; `known`: its credential is known;
    `whole`: and its content. `copies`: whether others of the file speak of its credential; `history`: what was stored
    before (see `history`).
    """

    cells: list[str]
    user: Person | None
    kind: Kind | None
    level: bool | None = None
    status: str = "valid"
    issue: date | None = None
    expiry: date | None = None
    expires: Said = BLANK
    computed: bool = False
    wrong: set[tuple[int, str]] = field(default_factory=set)
    known: bool = True
    whole: bool = True
    line: int = 0
    headings: dict[int, str] = field(default_factory=dict)  # where others than usual
    copies: bool = False
    history: str = ""
    written: bool = True
    note: str = ""

    def blame(self, column: int, code: str, *, broken: bool = True, unknown: bool = False) -> None:
        """`broken`: its content isn't known then; `unknown`: nor is its credential."""
        self.wrong.add((column, code))
        self.whole &= not broken
        self.known &= not unknown

    @property
    def rejected(self) -> bool:
        return any(code in BLOCKING for _, code in self.wrong)

    @property
    def ready(self) -> bool:
        return not self.rejected and self.status in ("valid", "withdrawn")

    @property
    def number(self) -> str:
        """The key of its number: however it is written."""
        return self.cells[NUMBER].casefold().replace(" ", "-").replace("\u2013", "-")

    @property
    def credential(self) -> tuple[object, ...]:
        numbered = self.kind is not None and self.kind.numbered
        return self.user and self.user.number, self.kind and self.kind.number, self.number if numbered else ""

    @property
    def version(self) -> tuple[object, ...]:
        return *self.credential, self.issue

    @property
    def content(self) -> tuple[object, ...]:
        return self.expiry, self.number, self.level, self.status

    def copy(self) -> Row:
        return replace(self, cells=list(self.cells), wrong=set(self.wrong))

    def leave_out(self) -> None:
        self.status, self.wrong, self.whole, self.known = "leave_out", set(), False, False

    def miscount(self, cells: list[str]) -> None:
        self.cells, self.status = cells, "unknown"
        self.wrong, self.whole, self.known = {(RECORD, "field_count")}, False, False

    # --- dates ------------------------------------------------------------------------------------------------

    def says(self, issued: Said, expires: Said, today: date, *, same_day: bool) -> None:
        """Takes both dates, and blames what is wrong with them for its type, by the docs alone."""
        kind: Any = self.kind
        self.cells[ISSUE], self.cells[EXPIRY], self.expires = issued.text, expires.text, expires
        self.issue = self._taken(ISSUE, issued, kind.issue if kind else "optional", today)
        usual = None
        if self.issue and kind and kind.months and kind.expiry != "never":
            usual = self.issue + relativedelta(months=kind.months)
        stands = self.status not in ("withdrawn", "leave_out")
        self.computed = bool(usual and kind.follows and expires.how == "blank" and stands)
        if self.computed:
            self.expiry = usual
        else:
            self.expiry = self._taken(EXPIRY, expires, kind.expiry_needed if kind else "optional", today)
        if usual and (expires.how == "never" or (expires.how == "day" and self.expiry)) and self.expiry != usual:
            self.blame(EXPIRY, "expiry_unusual", broken=False)
        if self.issue and self.expiry and (self.expiry < self.issue or (self.expiry == self.issue and not same_day)):
            self.blame(EXPIRY, "expires_after_issue", broken=False)
        if self.expiry and self.expiry < today:
            self.blame(EXPIRY, "already_expired", broken=False)
        if self.issue and self.issue > today:
            self.blame(ISSUE, "issued_in_future", broken=False)

    def _taken(self, column: int, said: Said, needed: str, today: date) -> date | None:
        """The day that the row then has."""
        if needed == "never" and said.how in ("day", "bad", "destroyed", "dayless"):
            self.blame(column, "date_unused", broken=False)
            return None
        if said.how in CODES:
            self.blame(column, CODES[said.how])
        elif said.how == "blank" and needed == "required" and self.status != "withdrawn":
            self.blame(column, "value_required")  # what no longer stands needs no dates
        if said.day and said.two_ways:
            self.blame(column, "date_ambiguous", broken=False)
        if said.day and not date(1950, 1, 1) <= said.day <= today.replace(year=today.year + 50):
            self.blame(column, "date_unlikely", broken=False)
        return said.day
