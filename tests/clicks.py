"""The wizard without a browser: what a click sends, and what is sent back."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from credtools.jupyter import Wizard
from credtools.registry import Registry


class Clicks:
    """A wizard, and the last state that it sent."""

    def __init__(self, registry: Registry, recipe: Path | None = None) -> None:
        self.wizard = Wizard(registry, str(recipe or ""))
        self.state: dict[str, Any] = {}
        self.sent: list[dict[str, Any]] = []
        self.rows: dict[str, Any] = {}
        self.downloads: list[bytes] = []
        self.buffers: list[bytes] = []  # of the last message that had some
        self.wizard.send = self._send
        self("ready")

    def __call__(self, verb: str, **values: Any) -> dict[str, Any]:
        buffers = values.pop("buffers", [])
        self.wizard._on_message(self.wizard, {"do": verb, **values}, buffers)
        return self.state

    def _send(self, message: dict[str, Any], buffers: Any = None) -> None:
        self.sent.append(message)
        self.buffers = [bytes(one) for one in buffers or self.buffers]
        if message["type"] == "state":
            self.state = json.loads(json.dumps(message))
        if message["type"] == "download":
            self.downloads += buffers
        if message["type"] in ("rows", "changes", "unused"):
            self.rows = json.loads(gzip.decompress(buffers[0]))

    def upload(self, name: str, content: bytes, *, again: bool = False) -> dict[str, Any]:
        self("file", key="k", name=name, size=len(content), again=again)
        self("piece", key="k", buffers=[memoryview(content)])
        return self("whole", key="k")

    def cause(self, text: str) -> str:
        """The key of the card that speaks of this, shown with the others if need be."""
        while not any(text in c["name"] for c in self.state["causes"]) and self.state["more"]:
            self("more")
        return next(c["key"] for c in self.state["causes"] if text in c["name"])


def clicked(page: Any, verb: str, /, **values: Any) -> dict[str, Any]:
    """What a page answers to a click, as the browser gets it."""
    sent: list[dict[str, Any]] = []
    page.send = lambda message, *_: sent.append(json.loads(json.dumps(message)))
    page._on_message(page, {"do": verb, **values}, [])
    return sent[-1] if verb != "ready" else next(one for one in sent if one["type"] == "state")
