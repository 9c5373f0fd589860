"""Approvals: pending credentials with their media beside; one, some or all that fit a filter are decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter.pending import Pending
from credtools.jupyter.pictures import thumbnail
from credtools.jupyter.taking import Taking
from credtools.registry import Registry
from credtools.text import plural

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("dom.js", "sending.js", "dialog.js", "steps.js", "media.js", "approvals.js")  # in this order
THUMB, LARGE = 96, 900
PART = 512 << 10  # bytes of a file that go at once: the server drops what is sent faster than 1 MB/s


class Approvals(Taking):
    """The list, the filters, one credential in detail, and the decisions."""

    _esm = "\n".join((STATIC / name).read_text("utf-8") for name in SCRIPTS)
    _css = STATIC / "wizard.css"

    def __init__(self, registry: Registry, batch: int = 0) -> None:
        super().__init__(registry)
        self._filters = {"batch": str(batch)} if batch else {}
        self._pending: Pending | None = None

    def __repr__(self) -> str:
        return "Approvals"

    @property
    def pending(self) -> Pending:
        """What was pending when it was shown last."""
        if self._pending is None:
            self._pending = Pending(self.registry)
        return self._pending

    def show(self) -> None:
        """Everything anew."""
        self._pending = None
        choices = self.pending.choices()
        state = {"type": "state", "filters": self._filters, "choices": choices, "all": len(self.pending.rows)}
        self.send(state | self.told() | {"list": self._list()})

    def begin_again(self) -> None:
        self._filters = {}

    def _list(self) -> dict[str, Any]:
        rows = self.pending.like(self._filters)
        places = rows.loc[rows["blocked"] == "", "place"]
        return {"rows": self.pending.shown(rows), "found": len(rows), "free": len(places)}

    # --- verbs ----------------------------------------------------------------------------------------------

    def do_ready(self) -> None:
        self.show()

    def do_filter(self, filters: dict[str, str]) -> None:
        self._filters = {name: value for name, value in filters.items() if value}
        self.send({"type": "list", "list": self._list()})

    def do_detail(self, batch: int, line: int) -> None:
        self.send({"type": "detail", "detail": self.pending.detail(batch, line)})

    def do_decide(self, decision: str, reason: str = "", chosen: list[list[int]] | None = None) -> None:
        """Approves or rejects the chosen credentials, else all that fit the filters; batch by batch."""
        rows = self.pending.like(self._filters)
        wanted = {(batch, line) for batch, line in chosen} if chosen is not None else set(rows["place"])
        known = self.pending.rows[self.pending.rows["place"].isin(wanted)]
        if decision == "approve":
            known = known[known["blocked"] == ""]
        if known.empty:
            raise CredtoolsError("None of these can be decided now; the last column says why.")
        if decision != "approve" and not reason.strip():
            raise CredtoolsError("A credential is rejected with a reason; say why, for example 'no signature'.")
        done = 0
        for batch, lines in known.groupby("batch")["line"]:
            number, chosen_lines = int(str(batch)), lines.tolist()
            if decision == "approve":
                done += len(self.registry.approve(number, chosen_lines).decided)
            else:
                done += len(self.registry.decline(number, chosen_lines, reason).decided)
        left = len(wanted) - done
        rest = f" {plural(left, 'other')} can't be approved yet." if left else ""
        self.tell(f"{plural(done, 'credential')} {'approved' if decision == 'approve' else 'rejected'}.{rest}")
        self.show()

    def do_media(self, batch: int, line: int) -> None:
        """Tops a credential up with what has arrived."""
        done = self.registry.batch(batch).add_media(paths := self.come(), {path.name: line for path in paths})
        if done.refused:
            raise CredtoolsError(" ".join(medium.reason for medium in done.refused))
        self.tell(f"{plural(len(done.linked), 'file')} added.")
        self.show()

    def do_optional(self, batch: int) -> None:
        self.registry.batch(batch).make_media_optional()
        self.tell(f"Media are optional for batch {batch} now.")
        self.show()

    def do_thumbs(self, keys: list[str], *, large: bool = False) -> None:
        """Small views of media, one by one; `large`: the one that stands beside."""
        for key in keys:
            picture, told = thumbnail(*self._content(key)[:2], LARGE if large else THUMB)
            self.send({"type": "thumb", "key": key, "told": told, "large": large}, [picture] if picture else None)

    def do_part(self, key: str, start: int) -> None:
        """The next piece of a whole file, which the browser puts together."""
        content, kind, name = self._content(key)
        told = {"key": key, "start": start, "size": len(content), "kind": kind, "name": name}
        self.send({"type": "part", **told}, [content[start : start + PART]])

    def _content(self, key: str) -> tuple[bytes, str, str]:
        for media in self.pending.media.values():
            for told in media:
                if told["sha256"] == key:
                    return self.registry.blobs.read(key), told["media_type"], told["file"]
        raise CredtoolsError("This file isn't there any more; look at the list again.")
