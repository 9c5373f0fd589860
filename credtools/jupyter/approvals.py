"""Approvals: credentials with their media beside – pending ones are decided, approved ones withdrawn and reinstated.

One, some, or (of the pending) all that fit the filters.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from credtools.audit.timeline import changed
from credtools.errors import CredtoolsError
from credtools.jupyter.parts.page import DropZone, scripts
from credtools.jupyter.parts.pictures import LARGE, THUMB, thumbnail
from credtools.jupyter.parts.shown import listed, moment, records
from credtools.model import Line, exact, lines_in
from credtools.registry import Registry, validity
from credtools.schema.dates import date_format
from credtools.text import fold, plural

PART = 512 << 10  # bytes of a file that go at once: the server drops what is sent faster than 1 MB/s
MOST_SHOWN = 100
FILTERS = ("credential_type", "batch", "uploaded_by", "expiry", "media")
EXPIRY = ("expired", "expiring soon", "later", "never")
LOOKS = {"pending": "waiting for approval", "approved": "approved", "withdrawn": "withdrawn"}
MEDIA = ("there", "required, but missing", "none")
NO_MEDIA = "requires media, and none has been added yet"
SAME_PERSON = "uploaded by you; this organisation asks for approval by somebody else (four eyes)"
DEACTIVATED = "the user is deactivated by now"
WITHDRAWN = "withdrawn; approved, it counts only once it is reinstated"
SHOWN = [  # what the browser shows of each
    *("batch", "line", "user_email", "credential_type", "credential_number", "issue_date", "expiration_date"),
    *("expiry", "uploaded_by", "file", "blocked", "note", "at"),
]
CALLED = {"issue_date": "issue date", "expiration_date": "expiration date", "own": "own columns"}


class Approvals(DropZone):
    """The list, the filters, one credential in detail, and the decisions."""

    _esm = scripts("dom", "drop_zone", "dialog", "media", "approvals")

    def __init__(self, registry: Registry, batch: int = 0) -> None:
        super().__init__(registry)
        self._filters = {"batch": str(batch)} if batch else {}
        self._look = "pending"
        self.listed: Listed  # as it was shown last

    def show(self) -> None:
        self.listed = Listed(self.registry, self._look)
        choices = self.listed.choices() | {"look": list(LOOKS.items())}
        filters = self._filters | {"look": self._look}
        state = {"type": "state", "filters": filters, "choices": choices, "all": len(self.listed.rows)}
        self.send(state | self.said() | {"list": self._list()})

    def start_over(self) -> None:
        self._filters, self._look = {}, "pending"

    def do_look(self, look: str) -> str:
        """Shows the pending, the approved or the withdrawn ones."""
        self._filters, self._look = {}, look if look in LOOKS else "pending"
        return ""

    def _list(self) -> dict[str, Any]:
        rows = self.listed.like(self._filters)
        return {"rows": self.listed.shown(rows), "found": len(rows), "free": int((rows["blocked"] == "").sum())}

    def do_filter(self, filters: dict[str, str]) -> None:
        self._filters = {name: value for name, value in filters.items() if value}
        self.send({"type": "list", "list": self._list()})

    def do_detail(self, batch: int, line: Line) -> None:
        self.send({"type": "detail", "detail": self.listed.detail(batch, line)})

    def do_decide(self, decision: str, reason: str = "", chosen: list[list[Line]] | None = None) -> str:
        """Approves or rejects the chosen credentials, else all that fit the filters; batch by batch."""
        approves = decision == "approve"
        fitting = set(self.listed.like(self._filters)["place"])
        wanted = fitting if chosen is None else {(batch, line) for batch, line in chosen}
        known = self._known(wanted)
        if approves:
            known = known[known["blocked"] == ""]
        if known.empty:
            raise CredtoolsError("none_can_be_decided")
        done, told = 0, ""
        gone: tuple[int | str, ...] = ()
        for batch, lines in known.groupby("batch")["row"]:
            number, those = int(str(batch)), lines.tolist()
            decide = self.registry.approve(number, those) if approves else self.registry.decline(number, those, reason)
            done += len(decide.decided)
            gone += decide.deactivated
            told = replace(decide, deactivated=gone).told
        left = f" {plural(len(wanted) - done, 'other')} can't be approved yet." if len(wanted) > done else ""
        return f"{plural(done, 'credential')} {'approved' if approves else 'rejected'}.{told and f' {told}'}{left}"

    def do_withdraw(self, chosen: list[list[Line]], reason: str) -> str:
        """Withdraws the chosen approved credentials, batch by batch."""
        return self._act("withdrawn", chosen, reason)

    def do_reinstate(self, chosen: list[list[Line]], reason: str = "") -> str:
        """Reinstates the chosen withdrawn credentials, batch by batch."""
        return self._act("reinstated", chosen, reason)

    def _act(self, act: str, chosen: list[list[Line]], reason: str) -> str:
        known = self._known({(batch, line) for batch, line in chosen})
        if known.empty:
            raise CredtoolsError("none_can_be_withdrawn" if act == "withdrawn" else "none_can_be_reinstated")
        do = self.registry.withdraw if act == "withdrawn" else self.registry.reinstate
        done = [do(int(str(batch)), lines.tolist(), reason) for batch, lines in known.groupby("batch")["row"]]
        newer = sum(len(one.newer) for one in done)
        more = f" {plural(newer, 'credential')} had a newer version, which decides." if newer else ""
        return f"{plural(sum(len(one.decided) for one in done), 'credential')} {act}.{more}"

    def _known(self, places: set[Any]) -> pd.DataFrame:
        """Those of the list as it was shown last."""
        return self.listed.rows[self.listed.rows["place"].isin(places)]

    def do_media(self, batch: int, line: Line) -> str:
        """Tops a credential up with what has arrived."""
        paths, row = self.arrivals(), self._known({(batch, line)})["row"]
        if row.empty:
            raise CredtoolsError("not_listed_any_more")
        done = self.registry.batch(batch).add_media(paths, dict.fromkeys((path.name for path in paths), row.iloc[0]))
        if done.refused:
            raise CredtoolsError("medium_refused", why=" ".join(medium.reason for medium in done.refused))
        return f"{plural(len(done.linked), 'file')} added."

    def do_optional(self, batch: int) -> str:
        self.registry.batch(batch).make_media_optional()
        return f"Media are now optional for batch {batch}."

    def do_thumbs(self, keys: list[str], *, large: bool = False) -> None:
        """Thumbnails of media, one by one; `large`: the picture beside the list."""
        for key in keys:
            picture, words = thumbnail(*self._content(key)[:2], LARGE if large else THUMB)
            self.send({"type": "thumb", "key": key, "words": words, "large": large}, [picture] if picture else None)

    def do_part(self, key: str, start: int) -> None:
        """The next piece of a whole file, which the browser puts together."""
        content, kind, name = self._content(key)
        part = {"key": key, "start": start, "size": len(content), "kind": kind, "name": name}
        self.send({"type": "part", **part}, [content[start : start + PART]])

    def _content(self, key: str) -> tuple[bytes, str, str]:
        for medium in (medium for media in self.listed.media.values() for medium in media):
            if medium["sha256"] == key:
                return self.registry.blobs.read(key), medium["media_type"], medium["file"]
        raise CredtoolsError("medium_gone")


def _looked_at(credentials: pd.DataFrame, look: str) -> pd.DataFrame:
    """Those versions that are pending, count, or are withdrawn."""
    if look == "approved":
        return validity.counting(credentials).sort_index()
    return credentials[credentials["withdrawn"] if look == "withdrawn" else credentials["decision"] == "pending"]


class Listed:
    """The pending, approved or withdrawn credentials of an organisation, as of now; what stops an approval of each."""

    def __init__(self, registry: Registry, look: str = "pending") -> None:
        self.registry = registry
        lookups = registry.lookups()
        settings = lookups.settings
        self._dates = date_format(lookups.profile_date_format or settings.date_format)
        self._zone = ZoneInfo(settings.time_zone)
        found = registry.credentials()
        found["row"] = exact(found)  # for verbs
        found["line"] = pd.Series(lines_in(found), index=found.index, dtype="object")  # for people
        found = _looked_at(found, look).reset_index(drop=True)
        found = found.join(registry.batches().set_index("batch")[["file", "uploaded_by"]], on="batch")
        found["place"] = list(zip(found["batch"].tolist(), found["line"].tolist(), strict=True))
        self.media: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)  # by batch and row
        media = registry.media()
        for medium, row in zip(records(media[["batch", "file", "sha256", "media_type"]]), exact(media), strict=True):
            self.media[medium["batch"], row].append(medium)
        found["at"] = list(zip(found["batch"].tolist(), found["row"].tolist(), strict=True))
        there = found["at"].map(lambda place: place in self.media).astype(bool)
        found["media"] = np.select([there], MEDIA[:1], MEDIA[2])
        found["blocked"] = found["note"] = ""
        if look == "pending":
            self._stops(found, there)
        plain = found.assign(decision="", withdrawn=False)
        states = validity.states(plain, lookups.today, settings.expiring_soon_days)
        found["expiry"] = states.replace("valid", "later").mask(found["expiration_date"].isna(), "never")
        self.rows = found

    def _stops(self, found: pd.DataFrame, there: pd.Series[bool]) -> None:
        """What stops the approval of pending ones, or should be known before it."""
        lookups = self.registry.lookups()
        settings = lookups.settings
        required = lookups.types.loc[lookups.types["media_required"].eq(True), "name"]
        free = {k for k in set(found["batch"]) if settings.media_optional or self.registry.batch(k).media_optional}
        lacks = found["credential_type"].isin(required) & ~found["batch"].isin(free) & ~there
        found["media"] = np.select([there, lacks], MEDIA[:2], MEDIA[2])
        own = settings.four_eyes & (found["uploaded_by"].map(fold) == fold(self.registry.by))
        found["blocked"] = np.select([lacks, own], [NO_MEDIA, SAME_PERSON], "")
        users = lookups.users.assign(external_id=lookups.users["external_id"].fillna(""))
        gone = users.loc[users["status"] == "deactivated", ["email", "external_id"]]
        theirs = pd.MultiIndex.from_frame(found[["user_email", "external_id"]]).isin(pd.MultiIndex.from_frame(gone))
        known: list[Any] = [found["withdrawn"], theirs]
        found["note"] = np.select(known, [WITHDRAWN, DEACTIVATED], "")

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What can be filtered by: of each filter its values and their names."""
        batches = self.rows.drop_duplicates("batch")[["batch", "file"]].itertuples(index=False)
        return {
            "credential_type": listed(sorted(self.rows["credential_type"].unique())),
            "batch": [(str(number), f"{number} · {file}") for number, file in batches],
            "uploaded_by": listed(sorted(self.rows["uploaded_by"].unique())),
            "expiry": listed(EXPIRY),
            "media": listed(MEDIA),
        }

    def like(self, filters: dict[str, str]) -> pd.DataFrame:
        """Those that fit all filters; `text` is looked for in user and number."""
        rows = self.rows
        for name in FILTERS:
            if wanted := filters.get(name):
                rows = rows[rows[name].astype(str) == wanted]
        if text := fold(filters.get("text", "")):
            words = rows["user_email"] + " " + rows["credential_number"].fillna("")
            rows = rows[[text in fold(word) for word in words]]
        return rows

    def shown(self, rows: pd.DataFrame) -> list[dict[str, Any]]:
        """The first rows as the browser takes them."""
        first = rows.head(MOST_SHOWN)[SHOWN]
        for name in ("issue_date", "expiration_date"):
            first[name] = ["" if pd.isna(day) else self._dates.write(day) for day in first[name]]
        first["credential_number"] = first["credential_number"].fillna("")
        first["media"] = first.pop("at").map(lambda place: self.media.get(place, []))
        return records(first)

    def detail(self, batch: int, line: Line) -> dict[str, Any]:
        """One credential with its media and everything that was done with it."""
        rows = self.rows[self.rows["place"] == (batch, line)]
        if rows.empty:
            raise CredtoolsError("not_listed_any_more")
        history = [
            (moment(act.at, self._zone), act.by, act.version, *self._change(str(act.what), act.before, act.after))
            for act in self.registry.history(batch, rows["row"].iloc[0]).itertuples()
        ]
        return self.shown(rows)[0] | {"history": history, "zone": str(self._zone)}

    def _change(self, what: str, before: Any, after: Any) -> tuple[str, str]:
        """What was changed or done, and how."""
        if what.endswith("_date"):
            before, after = (text and self._dates.write(date.fromisoformat(text)) for text in (before, after))
        return CALLED.get(what, what), changed(before, after)
