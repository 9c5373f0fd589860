"""Listed: the pending, approved or withdrawn credentials of an organisation – filtered, sorted, page by page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from credtools.audit.acts import changed
from credtools.errors import CredtoolsError
from credtools.jupyter.parts import scans
from credtools.jupyter.parts.shown import listed, moment, records
from credtools.media import told
from credtools.media.compared import Compared
from credtools.model import Line, exact, lines_in
from credtools.registry import Registry, validity
from credtools.schema.dates import date_format
from credtools.text import fold

Place = tuple[int, Line]  # batch and line

PAGE = 100  # rows that are shown at once
FILTERS = ("credential_type", "source", "batch", "uploaded_by", "expiry", "media", "scan")
SORTS = {  # by heading what it sorts by
    "user": ["user_email"],
    "type": ["credential_type", "credential_number"],
    "issued": ["issue_date"],
    "expires": ["expiration_date"],
    "uploaded": ["uploaded_by", "batch", "line_order"],
    "media": ["media", "blocked"],
}
EXPIRY = ("expired", "expiring soon", "later", "never")
MEDIA = ("there", "required, but missing", "none")
NO_MEDIA = "requires media, and none has been added yet"
SAME_PERSON = "uploaded or finished by you; this organisation asks for approval by somebody else (four eyes)"
DEACTIVATED = "the user is deactivated by now"
DIFFERING = "what can be read in a scan differs from the row"
MEDIUM = ["batch", "file", "sha256", "media_type", "shown", "shown_type", "notes", "scan", "differs"]
WITHDRAWN = "withdrawn; approved, it counts only once it is reinstated"
SHOWN = [  # what the browser shows of each
    *("batch", "line", "user_email", "name", "credential_type", "credential_number", "issue_date", "expiration_date"),
    *("expiry", "uploaded_by", "uploader", "source", "file", "blocked", "note", "scan", "at"),
]
CALLED = {"issue_date": "issue date", "expiration_date": "expiration date", "own": "own columns"}
CALLED |= {"undecided": "decision taken back"}
SAMPLES = 3
MOST_NAMED = 5


class View(NamedTuple):
    """What of the list is looked at: by filters, sorted by a heading (downwards), from which page."""

    filters: Mapping[str, str]
    sort: str = ""
    down: bool = False
    page: int = 0


class Listed:
    """The pending, approved or withdrawn credentials of an organisation, as of now; what stops an approval of each."""

    def __init__(self, registry: Registry, look: str = "pending") -> None:
        self.registry = registry
        self._lookups = lookups = registry.lookups()
        settings = lookups.settings
        self._dates = date_format(lookups.date_format)
        self._zone = ZoneInfo(settings.time_zone)
        found = registry.credentials()
        found["row"] = exact(found)  # for verbs
        found["line"] = pd.Series(lines_in(found), index=found.index, dtype="object")  # for people
        found = _looked_at(found, look).reset_index(drop=True)
        found["line_order"] = found.index
        found = found.join(
            registry.batches().set_index("batch")[["file", "source", "uploaded_by", "finished_by"]], on="batch"
        )
        found["place"] = list(zip(found["batch"].tolist(), found["line"].tolist(), strict=True))
        self.media: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)  # by batch and row
        media = registry.media()
        for medium, row in zip(records(media[MEDIUM]), exact(media), strict=True):
            self.media[medium["batch"], row].append(medium)
        found["at"] = list(zip(found["batch"].tolist(), found["row"].tolist(), strict=True))
        there = found["at"].map(lambda place: place in self.media).astype(bool)
        found["scan"] = [self._scan(place) for place in found["at"]]
        found["media"] = np.select([there], MEDIA[:1], MEDIA[2])
        found["blocked"] = found["note"] = ""
        if look == "pending":
            self._stops(found, there)
        plain = found.assign(decision="", withdrawn=False)
        states = validity.states(plain, lookups.today, settings.expiring_soon_days)
        found["expiry"] = states.replace("valid", "later").mask(found["expiration_date"].isna(), "never")
        self._names(found)
        words = zip(found["user_email"], found["name"], found["credential_number"].fillna(""), strict=True)
        self._words = pd.Series([fold(" ".join(some)) for some in words], index=found.index, dtype="object")
        self.rows = found

    def _scan(self, place: tuple[int, str]) -> str:
        """What the media of a credential say beside its row, taken together; '' without media."""
        media = self.media.get(place)
        return scans.SCANS[scans.worst(medium["scan"] for medium in media)] if media else ""

    def _stops(self, found: pd.DataFrame, there: pd.Series[bool]) -> None:
        """What stops the approval of pending ones, or should be known before it."""
        settings = self._lookups.settings
        kinds, users = self._lookups.types, self._lookups.users
        required = kinds.loc[kinds["media_required"].eq(True), "name"]
        free = {k for k in set(found["batch"]) if settings.media_optional or self.registry.batch(k).media_optional}
        lacks = found["credential_type"].isin(required) & ~found["batch"].isin(free) & ~there
        found["media"] = np.select([there, lacks], MEDIA[:2], MEDIA[2])
        brought = found[["uploaded_by", "finished_by"]]
        mine = {login for login in pd.unique(brought.to_numpy().ravel()) if self.registry.is_me(login)}
        own = settings.four_eyes & brought.isin(mine).any(axis=1)
        found["blocked"] = np.select([lacks, own], [NO_MEDIA, SAME_PERSON], "")
        users = users.assign(external_id=users["external_id"].fillna(""))
        gone = users.loc[users["status"] == "deactivated", ["email", "external_id"]]
        theirs = pd.MultiIndex.from_frame(found[["user_email", "external_id"]]).isin(pd.MultiIndex.from_frame(gone))
        known: list[Any] = [found["withdrawn"], theirs]
        found["note"] = np.select(known, [WITHDRAWN, DEACTIVATED], "")

    def _names(self, found: pd.DataFrame) -> None:
        """The names of people beside their addresses, where they have one."""
        users = self._lookups.users.fillna({"name": "", "external_id": ""})
        keys = zip(users["email"], users["external_id"], strict=True)
        names = dict(zip(keys, users["name"], strict=True))
        theirs = zip(found["user_email"], found["external_id"], strict=True)
        found["name"] = pd.Series([names.get(one, "") for one in theirs], index=found.index, dtype="str")
        by_address = {fold(email): name for (email, _), name in names.items() if email}
        logins = self.registry.called()
        called = {by: logins.get(by) or by_address.get(fold(by), "") for by in set(found["uploaded_by"])}
        found["uploader"] = found["uploaded_by"].map(called).astype("str")

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What can be filtered by: of each filter its values and their names."""
        batches = self.rows.drop_duplicates("batch")[["batch", "file"]].itertuples(index=False)
        uploaders = self.rows.drop_duplicates("uploaded_by").sort_values("uploaded_by")
        by = zip(uploaders["uploaded_by"], uploaders["uploader"], strict=True)
        return {
            "credential_type": listed(sorted(self.rows["credential_type"].unique())),
            "source": listed(sorted(self.rows["source"].unique())),
            "batch": [(str(number), f"{number} · {file}") for number, file in batches],
            "uploaded_by": [(address, f"{name} · {address}" if name else address) for address, name in by],
            "expiry": listed(EXPIRY),
            "media": listed(MEDIA),
            "scan": listed(scans.SCANS.values()),
        }

    def like(self, filters: Mapping[str, str]) -> pd.DataFrame:
        """Those that fit all filters; `text` is looked for in names, addresses and numbers."""
        fits = pd.Series(data=True, index=self.rows.index)
        for name in FILTERS:
            if wanted := filters.get(name):
                fits &= self.rows[name].astype(str) == wanted
        if text := fold(filters.get("text", "")):
            fits &= pd.Series([text in words for words in self._words], index=self.rows.index)
        return self.rows[fits]

    def page(self, view: View, ticked: Collection[Place]) -> dict[str, Any]:
        """One page of what fits, as the browser takes it: its rows, and where it lies among all."""
        rows = self.like(view.filters)
        if view.sort in SORTS:
            rows = rows.sort_values(SORTS[view.sort], ascending=not view.down, kind="stable")
        last = max(0, (len(rows) - 1) // PAGE)
        number = min(max(view.page, 0), last)
        here = rows.iloc[number * PAGE : (number + 1) * PAGE]
        return {
            "rows": self.shown(here, ticked),
            "found": len(rows),
            "free": int((rows["blocked"] == "").sum()),
            "page": number,
            "pages": last + 1,
            "from": number * PAGE + 1,
            "sort": view.sort,
            "down": view.down,
        } | self.counts(rows, here, ticked)

    def counts(self, rows: pd.DataFrame, here: pd.DataFrame, ticked: Collection[Place]) -> dict[str, int]:
        """How many are ticked, how many of these on other pages, and how many don't fit the filters."""
        fits = int(rows["place"].isin(ticked).sum()) if ticked else 0
        on_page = int(here["place"].isin(ticked).sum()) if ticked else 0
        return {"ticked": len(ticked), "elsewhere": fits - on_page, "hidden": len(ticked) - fits}

    def shown(self, rows: pd.DataFrame, ticked: Collection[Place] = ()) -> list[dict[str, Any]]:
        """Rows as the browser takes them."""
        some = rows[SHOWN].assign(ticked=rows["place"].isin(ticked) if ticked else False)
        for name in ("issue_date", "expiration_date"):
            some[name] = ["" if pd.isna(day) else self._dates.write(day) for day in some[name]]
        some["credential_number"] = some["credential_number"].fillna("")
        some["media"] = some.pop("at").map(lambda place: [self._medium(medium) for medium in self.media.get(place, [])])
        return records(some)

    def about(self, rows: pd.DataFrame, *, whole: bool = False) -> dict[str, Any]:
        """What some are, for whoever is about to decide: by type, source and batch, with a few of them as samples.

        `whole`: also of what can't be approved yet; else that is left out, and counted.
        """
        free = rows if whole else rows[rows["blocked"] == ""]
        batches = Counter(f"{number} · {file}" for number, file in zip(free["batch"], free["file"], strict=True))
        places = sorted({round(k * (len(free) - 1) / max(1, SAMPLES - 1)) for k in range(SAMPLES)}) if len(free) else []
        return {
            "count": len(free),
            "people": free[["user_email", "external_id"]].drop_duplicates().shape[0],
            "kinds": [
                ("Types", _counted(Counter(free["credential_type"]))),
                ("Sources", _counted(Counter(free["source"]))),
                ("Batches", _counted(batches)),
            ],
            "samples": self.shown(free.iloc[places]),
            "left": sorted(Counter(rows.loc[~rows.index.isin(free.index), "blocked"]).items()),
            "notes": sorted(Counter(free.loc[free["note"] != "", "note"]).items()) + _differing(free),
        }

    def detail(self, batch: int, line: Line) -> dict[str, Any]:
        """One credential with its media and everything that was done with it."""
        rows = self.rows[self.rows["place"] == (batch, line)]
        if rows.empty:
            raise CredtoolsError("not_listed_any_more")
        called = self.registry.namer()
        history = [
            (
                moment(act.at, self._zone),
                called(act.by),
                act.version,
                *self._change(str(act.what), act.before, act.after),
            )
            for act in self.registry.history(batch, rows["row"].iloc[0]).itertuples()
        ]
        found = self.shown(rows)[0]
        beside = self.registry.batch(batch).compared(rows["row"].iloc[0]) if found["media"] else {}
        for medium in found["media"]:
            compared = beside.get(medium["sha256"], Compared())
            medium["marks"] = scans.marks(compared, medium["media_type"], self._dates.text)
        return found | {"history": history, "zone": str(self._zone)}

    def _medium(self, medium: Mapping[str, Any]) -> dict[str, Any]:
        """A medium as the browser takes it: with its notes, and what of it differs, in sentences."""
        compared = Compared.from_json(medium["differs"]) if medium["differs"] else Compared()
        differs = scans.says(compared, medium["media_type"], self._dates.text)
        words = scans.SCANS[medium["scan"]]
        return {**medium, "notes": told.noted(medium["notes"].split()), "differs": differs, "scan": words}

    def _change(self, what: str, before: Any, after: Any) -> tuple[str, str]:
        """What was changed or done, and how."""
        if what.endswith("_date"):
            before, after = (text and self._dates.write(date.fromisoformat(text)) for text in (before, after))
        return CALLED.get(what, what), changed(before, after)


def _looked_at(credentials: pd.DataFrame, look: str) -> pd.DataFrame:
    """Those versions that are pending, count, or are withdrawn."""
    if look == "approved":
        return validity.counting(credentials).sort_index()
    return credentials[credentials["withdrawn"] if look == "withdrawn" else credentials["decision"] == "pending"]


def _differing(rows: pd.DataFrame) -> list[tuple[str, int]]:
    count = int((rows["scan"] == scans.SCANS[scans.DIFFERS]).sum())
    return [(DIFFERING, count)] if count else []


def _counted(some: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent ones with their number; what is left as one more."""
    first = some.most_common(MOST_NAMED)
    rest = len(some) - len(first)
    return [*first, (f"{rest} others", sum(some.values()) - sum(count for _, count in first))] if rest else first
