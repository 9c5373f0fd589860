"""Page: how a click in the browser becomes a call here, and what is said when it can't be done.

Every click is one verb (`do_…`): the sentence that it returns is said, and the page is shown again ("" says nothing);
None: it has sent by itself what is needed. What is shown is sent as messages, never kept in traits, so that nothing of
a file can be saved with the notebook.
"""

from __future__ import annotations

import logging
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget

from credtools.errors import CredtoolsError
from credtools.registry import Registry

STATIC = Path(__file__).parents[1] / "static"
MIME = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html",
}
log = logging.getLogger(__name__)


def scripts(*names: str) -> str:
    """The browser's half of a page: these files of `static/`, in this order."""
    return "\n".join((STATIC / f"{name}.js").read_text("utf-8") for name in names)


class Page(anywidget.AnyWidget):
    """A widget that takes verbs, and shows its state again after each refusal."""

    _css = STATIC / "page.css"

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self.registry = registry
        self.say("")
        self.on_msg(self._on_message)

    def __repr__(self) -> str:
        return type(self).__name__

    def show(self) -> None:
        """Sends what is to be seen."""
        raise NotImplementedError

    def do_ready(self) -> str | None:
        """A browser shows the page (again): it needs everything."""
        return ""

    def start_over(self) -> None:
        """Back to what can always be shown."""

    def say(self, sentence: str, kind: str = "done", reason: str = "") -> None:
        """One sentence about what has just happened, shown with the next state."""
        self._said = {"said": sentence, "kind": kind, "reason": reason}

    def refuse(self, problem: CredtoolsError) -> None:
        self.say(problem.on("screen"), "problem", problem.reason)

    def said(self) -> dict[str, str]:
        """The last such sentence, for the state that is sent now."""
        said = self._said
        self.say("")
        return {**said, "by": self.registry.by}

    def hand_out(self, stem: str, kind: str, write: Callable[[Path], object]) -> None:
        """Sends a file of this kind (`.csv` …) to the browser, which saves it; `write` is given where to write it."""
        with tempfile.TemporaryDirectory(prefix="credtools-") as folder:
            path = Path(folder) / f"{stem}{kind}"
            write(path)
            self.send({"type": "download", "name": path.name, "mime": MIME[kind]}, [path.read_bytes()])

    def _on_message(self, _widget: Any, message: dict[str, Any], buffers: list[Any]) -> None:
        """One verb; a refusal is said in a sentence and leaves everything as it was."""
        verb = str(message.get("do", ""))
        act: Callable[..., str | None] | None = getattr(self, f"do_{verb}", None) if verb.isidentifier() else None
        if act is None:
            return
        given = {key: value for key, value in message.items() if key != "do"}
        try:
            if (sentence := act(**given, **({"buffers": buffers} if buffers else {}))) is not None:
                if sentence:
                    self.say(sentence)
                self.show()
        except CredtoolsError as problem:
            self.refuse(problem)
        except Exception as problem:  # noqa: BLE001 - whoever clicked must hear of it, but of no value in a file
            kind = type(problem).__name__
            # Not the problem itself: its message could hold values.
            log.error("%s in the verb %r:\n%s", kind, verb, "".join(traceback.format_tb(problem.__traceback__)))  # noqa: TRY400
            self.say(f"Something unexpected went wrong ({kind}). Look at the page as it is now; try again.", "problem")
        else:
            return
        try:
            self.show()
        except CredtoolsError as problem:  # this can't be shown any more
            self.refuse(problem)
            self.start_over()
            self.show()
