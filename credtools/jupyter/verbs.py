"""Verbs: how a click in the browser becomes a call here, and what is told when it can't be done.

Every click is one verb (`do_…`); what is shown is sent as messages, never kept in traits, so that nothing of a file can
be saved with the notebook.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import anywidget

from credtools.errors import CredtoolsError
from credtools.registry import Registry

log = logging.getLogger(__name__)


class Verbs(anywidget.AnyWidget):
    """A widget that takes verbs and shows its state anew after each refusal."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self.registry = registry
        self._told = ("", "")
        self.on_msg(self._on_message)

    def show(self) -> None:
        """Sends what is to be seen."""
        raise NotImplementedError

    def begin_again(self) -> None:
        """Back to what can always be shown."""

    def tell(self, sentence: str, kind: str = "done") -> None:
        """One sentence about what has just happened, shown with the next state."""
        self._told = (sentence, kind)

    def told(self) -> dict[str, str]:
        """What was told last, for the state that is sent now."""
        (sentence, kind), self._told = self._told, ("", "")
        return {"told": sentence, "kind": kind, "by": self.registry.by}

    def _on_message(self, _widget: Any, message: dict[str, Any], buffers: list[Any]) -> None:
        """One verb; what it refuses is told as a sentence and leaves everything as it was."""
        verb = str(message.get("do", ""))
        act: Callable[..., None] | None = getattr(self, f"do_{verb}", None) if verb.isidentifier() else None
        if act is None:
            return
        given = {key: value for key, value in message.items() if key != "do"}
        try:
            act(**given, **({"buffers": buffers} if buffers else {}))
        except CredtoolsError as problem:
            self.tell(str(problem), "problem")
        except Exception as problem:  # noqa: BLE001 - whoever clicked must hear of it, but of no value in a file
            kind = type(problem).__name__
            # Not the problem itself: its message could hold values.
            log.error("%s in the verb %r:\n%s", kind, verb, "".join(traceback.format_tb(problem.__traceback__)))  # noqa: TRY400
            self.tell(f"Something went wrong that should not have ({kind}); nothing was written.", "problem")
        else:
            return
        try:
            self.show()
        except CredtoolsError as problem:  # this can't be shown any more
            self.tell(str(problem), "problem")
            self.begin_again()
            self.show()
