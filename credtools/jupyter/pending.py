"""Pending: the credentials that wait for approval – what is filtered, what is shown, what stops an approval."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.registry import Registry
from credtools.schema.dates import date_format
from credtools.text import fold

MOST_SHOWN = 100
EXPIRY = ("expired", "expiring soon", "later", "never")
MEDIA = ("there", "required, but missing", "none")
NO_MEDIA = "requires media, and none is there yet"
SAME_PERSON = "uploaded by yourself; the organisation asks for four eyes"
CALLED = {"issue_date": "issue date", "expiration_date": "expiration date", "own": "own columns"}
Place = tuple[int, int]  # batch and line


class Pending:
    """The pending credentials of an organisation, as of now."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        lookups = registry.lookups()
        settings = lookups.settings
        self._dates = date_format(lookups.profile_date_format or settings.date_format)
        self._zone = ZoneInfo(settings.time_zone)
        found = registry.credentials()
        found = found[found["decision"] == "pending"].reset_index(drop=True)
        found = found.join(registry.batches().set_index("batch")[["file", "uploaded_by"]], on="batch")
        self.media: dict[Place, list[dict[str, Any]]] = defaultdict(list)
        for told in registry.media().to_dict("records"):
            self.media[told["batch"], told["line"]].append({str(name): value for name, value in told.items()})
        found["place"] = list(zip(found["batch"].tolist(), found["line"].tolist(), strict=True))
        required = lookups.types.loc[lookups.types["media_required"].eq(True), "name"]
        free = {k for k in set(found["batch"]) if settings.media_optional or registry.batch(k).media_optional}
        there = found["place"].map(lambda place: bool(self.media.get(place)))
        lacks = found["credential_type"].isin(required) & ~found["batch"].isin(free) & ~there
        found["media"] = "none"
        found.loc[there, "media"] = "there"
        found.loc[lacks, "media"] = "required, but missing"
        found["blocked"] = ""
        if settings.four_eyes:
            found.loc[found["uploaded_by"].map(fold) == fold(registry.by), "blocked"] = SAME_PERSON
        found.loc[lacks, "blocked"] = NO_MEDIA
        until = pd.to_datetime(found["expiration_date"])
        found["expiry"] = "later"
        found.loc[until <= pd.Timestamp(lookups.today + timedelta(days=settings.expiring_soon_days)), "expiry"] = (
            "expiring soon"
        )
        found.loc[until < pd.Timestamp(lookups.today), "expiry"] = "expired"
        found.loc[until.isna(), "expiry"] = "never"
        self.rows = found

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What can be filtered by: per filter its values and their names."""
        batches = self.rows.drop_duplicates("batch")[["batch", "file"]].itertuples(index=False)
        return {
            "credential_type": [(name, name) for name in sorted(self.rows["credential_type"].unique())],
            "batch": [(str(number), f"{number} · {file}") for number, file in batches],
            "uploaded_by": [(name, name) for name in sorted(self.rows["uploaded_by"].unique())],
            "expiry": [(name, name) for name in EXPIRY],
            "media": [(name, name) for name in MEDIA],
        }

    def like(self, filters: dict[str, str]) -> pd.DataFrame:
        """Those that fit all filters; `text` is looked for in user and number."""
        rows = self.rows
        for name in ("credential_type", "batch", "uploaded_by", "expiry", "media"):
            if wanted := filters.get(name):
                rows = rows[rows[name].astype(str) == wanted]
        if text := fold(filters.get("text", "")):
            words = rows["user_email"] + " " + rows["credential_number"].fillna("")
            rows = rows[[text in fold(word) for word in words]]
        return rows

    def shown(self, rows: pd.DataFrame) -> list[dict[str, Any]]:
        """The first rows as the browser takes them."""
        return [self._row(told) for told in rows.head(MOST_SHOWN).to_dict("records")]

    def detail(self, batch: int, line: int) -> dict[str, Any]:
        """One credential with its media and everything that was done with it."""
        rows = self.rows[(self.rows["batch"] == batch) & (self.rows["line"] == line)]
        if rows.empty:
            raise CredtoolsError("This credential doesn't wait for approval any more; look at the list again.")
        history = [
            [
                pd.Timestamp(act["at"]).tz_convert(self._zone).strftime("%Y-%m-%d %H:%M"),
                act["by"],
                act["version"],
                CALLED.get(act["what"], act["what"]),
                self._change(act),
            ]
            for act in self.registry.history(batch, line).to_dict("records")
        ]
        return self._row(rows.to_dict("records")[0]) | {"history": history, "zone": str(self._zone)}

    def _row(self, told: Any) -> dict[str, Any]:
        media = self.media.get(told["place"], [])
        return {
            "batch": told["batch"],
            "line": told["line"],
            "user": told["user_email"],
            "type": told["credential_type"],
            "number": told["credential_number"] or "",
            "issued": self._day(told["issue_date"]),
            "expires": self._day(told["expiration_date"]),
            "expiry": told["expiry"],
            "file": told["file"],
            "by": told["uploaded_by"],
            "blocked": told["blocked"],
            "media": [{"file": m["file"], "sha256": m["sha256"], "kind": m["media_type"]} for m in media],
        }

    def _day(self, value: Any) -> str:
        return "" if pd.isna(value) else self._dates.write(value)

    def _change(self, act: Any) -> str:
        before, after = (self._written(act["what"], act[name]) for name in ("before", "after"))
        return f"{before} → {after or '(none)'}" if before else after

    def _written(self, what: str, text: str) -> str:
        return self._dates.write(date.fromisoformat(text)) if text and what.endswith("_date") else text
