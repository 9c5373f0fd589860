"""Approvals: credentials with their media beside – pending ones are decided, approved ones withdrawn and reinstated.

One, some, or (of the pending) all that fit the filters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.jupyter.listed import Listed, Place, View
from credtools.jupyter.parts.page import scripts
from credtools.jupyter.parts.previews import Previews
from credtools.model import Line
from credtools.registry import Registry
from credtools.text import plural

PART = 512 << 10  # bytes of a file that go at once: the server drops what is sent faster than 1 MB/s
LOOKS = {"pending": "waiting for approval", "approved": "approved", "withdrawn": "withdrawn"}
DECISIONS = {"approve": "approved", "reject": "declined"}
TICKED = "ticked"  # instead of places: those that are ticked
Chosen = list[list[Any]] | str | None  # places, those that are ticked, or (None) all that fit the filters


class Approvals(Previews):
    """The list, the filters, one credential in detail, and the decisions."""

    _esm = scripts("dom", "connected", "drop_zone", "dialog", "preview", "media", "decided", "approving", "approvals")

    def __init__(self, registry: Registry, batch: int = 0) -> None:
        super().__init__(registry)
        self._view = View({"batch": str(batch)} if batch else {})
        self._look = "pending"
        self._ticked: set[Place] = set()
        self.listed: Listed  # as it was shown last

    def show(self) -> None:
        self.listed = Listed(self.registry, self._look)
        self._ticked &= set(self.listed.rows["place"])
        self._recent = self.registry.just_decided()
        choices = self.listed.choices() | {"look": list(LOOKS.items())}
        filters = {**self._view.filters, "look": self._look}
        state = {"type": "state", "filters": filters, "choices": choices, "all": len(self.listed.rows)}
        self.send(state | self.said() | {"list": self._page(), "undo": self._undo()})

    def where(self) -> tuple[View, str, set[Place]]:
        return self._view, self._look, self._ticked

    def go_back(self, where: tuple[View, str, set[Place]]) -> None:
        self._view, self._look, self._ticked = where

    def start_over(self) -> None:
        self._view, self._look, self._ticked = View({}), "pending", set()

    def do_look(self, look: str) -> str:
        """Shows the pending, the approved or the withdrawn ones."""
        self._view, self._look, self._ticked = View({}), look if look in LOOKS else "pending", set()
        return ""

    # --- the list -------------------------------------------------------------------------------------------

    def _page(self) -> dict[str, Any]:
        return self.listed.page(self._view, self._ticked)

    def _send_page(self, **view: Any) -> None:
        self._view = self._view._replace(**view)
        self.send({"type": "list", "list": self._page()})

    def do_filter(self, filters: dict[str, str]) -> None:
        """Shows what fits, from its first page; what is ticked stays so."""
        self._send_page(filters={name: value for name, value in filters.items() if value}, page=0)

    def do_sort(self, sort: str, *, down: bool = False) -> None:
        self._send_page(sort=sort, down=down, page=0)

    def do_page(self, page: int) -> None:
        self._send_page(page=page)

    def do_tick(self, places: list[list[Any]], *, on: bool) -> None:
        """Ticks some, or no longer; what can't be decided yet is never ticked."""
        known = self._known({(batch, line) for batch, line in places})
        some = set(known.loc[known["blocked"] == "", "place"])
        self._ticked = self._ticked | some if on else self._ticked - some
        page = self._page()
        self.send({"type": "ticked", **{name: page[name] for name in ("ticked", "elsewhere", "hidden")}})

    def do_tick_all(self, *, on: bool) -> None:
        """Ticks all that fit and can be decided, on all pages; or none any more."""
        fitting = self.listed.like(self._view.filters)
        self._ticked = self._ticked | set(fitting.loc[fitting["blocked"] == "", "place"]) if on else set()
        self._send_page()

    def do_detail(self, batch: int, line: Line) -> None:
        """Sends one credential with media and history."""
        self.send({"type": "detail", "detail": self.listed.detail(batch, line)})

    # --- decisions ------------------------------------------------------------------------------------------

    def do_ask(self, act: str, chosen: Chosen = None) -> None:
        """Says what the chosen ones are, before somebody decides."""
        rows = self._asked(chosen) if act == "approve" else self._wanted(chosen)
        if rows.empty:
            raise CredtoolsError("not_listed_any_more")
        about = self.listed.about(rows, whole=act != "approve")
        self.send(
            {"type": "ask", "act": act, "chosen": chosen, "about": about, "by": self.registry.namer()(self.registry.by)}
        )

    def _asked(self, chosen: Chosen) -> pd.DataFrame:
        """Those that are meant; if all that fit are, also those of them that can't be decided yet and are left out."""
        wanted, fitting = self._wanted(chosen), self.listed.like(self._view.filters)
        if chosen == TICKED and self._ticked.issuperset(fitting.loc[fitting["blocked"] == "", "place"]):
            return pd.concat([wanted, fitting[fitting["blocked"] != ""]])
        return wanted

    def do_decide(self, decision: str, reason: str = "", chosen: Chosen = None) -> str:
        """Approves or rejects the chosen credentials, else all that fit the filters: all of them, or none."""
        wanted = self._wanted(chosen)
        known = wanted[wanted["blocked"] == ""] if decision == "approve" else wanted
        if known.empty:
            raise CredtoolsError("none_can_be_decided")
        lines = {int(str(batch)): rows.tolist() for batch, rows in known.groupby("batch")["row"]}
        decided = self.registry.decide(DECISIONS[decision], lines, reason)
        self._ticked -= set(known["place"])
        done = sum(len(one.decided) for one in decided.values())
        gone = tuple(line for one in decided.values() for line in one.deactivated)
        told = replace(next(iter(decided.values())), deactivated=gone).told
        left = len(wanted) - len(known)
        more = [told] if told else []
        more += [f"{plural(left, 'other')} can't be approved yet."] if left else []
        what = "approved" if decision == "approve" else "rejected"
        return " ".join([f"{plural(done, 'credential')} {what}.", *more])

    def _undo(self) -> dict[str, Any] | None:
        """What can still be taken back."""
        if (recent := self._recent) is None:
            return None
        what = "Approved" if recent.decision == "approved" else "Rejected"
        return {"what": f"{what} {recent.count:,}.", "seconds": recent.seconds}

    def do_undecide(self) -> str:
        """Takes back what was decided last, as it was shown."""
        if self._recent is None:
            raise CredtoolsError("nothing_to_take_back")
        return f"{self.registry.undecide(self._recent.lines)}."

    def do_withdraw(self, chosen: Chosen, reason: str) -> str:
        """Withdraws the chosen approved credentials, batch by batch."""
        return self._act("withdrawn", chosen, reason)

    def do_reinstate(self, chosen: Chosen, reason: str = "") -> str:
        """Reinstates the chosen withdrawn credentials, batch by batch."""
        return self._act("reinstated", chosen, reason)

    def _act(self, act: str, chosen: Chosen, reason: str) -> str:
        known = self._wanted(chosen)
        if known.empty:
            raise CredtoolsError("none_can_be_withdrawn" if act == "withdrawn" else "none_can_be_reinstated")
        do = self.registry.withdraw if act == "withdrawn" else self.registry.reinstate
        done = [do(int(str(batch)), lines.tolist(), reason) for batch, lines in known.groupby("batch")["row"]]
        newer = sum(len(one.newer) for one in done)
        more = f" {plural(newer, 'credential')} had a newer version, which decides." if newer else ""
        return f"{plural(sum(len(one.decided) for one in done), 'credential')} {act}.{more}"

    def _wanted(self, chosen: Chosen) -> pd.DataFrame:
        """Those that are meant, of the list as it was shown last."""
        if chosen is None:
            return self.listed.like(self._view.filters)
        return self._known(self._ticked if isinstance(chosen, str) else {(batch, line) for batch, line in chosen})

    def _known(self, places: Iterable[Place]) -> pd.DataFrame:
        return self.listed.rows[self.listed.rows["place"].isin(set(places))]

    def do_media(self, batch: int, line: Line) -> str:
        """Tops a credential up with what has arrived."""
        paths, row = self.arrivals(), self._known({(batch, line)})["row"]
        if row.empty:
            raise CredtoolsError("not_listed_any_more")
        done = self.registry.batch(batch).add_media([*paths], dict.fromkeys(paths.values(), row.iloc[0]))
        if done.refused:
            raise CredtoolsError("medium_refused", why=" ".join(medium.reason for medium in done.refused))
        return f"{plural(len(done.linked), 'file')} added."

    def do_optional(self, batch: int) -> str:
        self.registry.batch(batch).make_media_optional()
        return f"Media are now optional for batch {batch}."

    def to_show(self, key: str) -> tuple[bytes, str]:
        return self.registry.blobs.read(key), self._medium(key)[1]

    def do_part(self, key: str, start: int) -> None:
        """The next piece of a whole file, as it is shown or as it came; the browser puts them together."""
        name, kind = self._medium(key)
        content = self.registry.blobs.read(key)
        part = {"key": key, "start": start, "size": len(content), "kind": kind, "name": name}
        self.send({"type": "part", **part}, [content[start : start + PART]])

    def _medium(self, key: str) -> tuple[str, str]:
        """The name and media type of what has this SHA-256: what is shown of one of the media, or itself."""
        for medium in (medium for media in self.listed.media.values() for medium in media):
            for sha256, kind in (("shown", "shown_type"), ("sha256", "media_type")):
                if medium[sha256] == key:
                    return medium["file"], medium[kind]
        raise CredtoolsError("medium_gone")
