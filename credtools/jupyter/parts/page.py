"""Page: how a click in the browser becomes a call here, what is said when it can't be done, and how files come.

Every click is one verb (`do_…`): the sentence that it returns is said, and the page is shown again ("" says nothing);
None: it has sent by itself what is needed. What is shown is sent as messages, never kept in traits, so that nothing of
a file can be saved with the notebook.

The server drops messages of more than 10 MiB without a word, so the browser cuts files into pieces of 1 MiB, and waits
for the answer to earlier ones before it sends more; they are written straight to disk.
"""

from __future__ import annotations

import logging
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, BinaryIO

import anywidget

from credtools import temporary
from credtools.errors import CredtoolsError, unexpected
from credtools.limited import collection_paused
from credtools.registry import Registry

MAX_BYTES = 1024**3  # of a file from the browser
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

    def before(self, verb: str) -> None:
        """What must be true before a verb; raises CredtoolsError when it isn't."""

    def after(self) -> None:
        """Once a verb is done."""

    def do_here(self) -> None:
        """The browser asks whether it is heard."""
        self.send({"type": "here"})

    def where(self) -> Any:
        """What the browser shows, to go back there."""
        return None

    def go_back(self, where: Any) -> None:
        """Back to what the browser still shows, as nothing else could be sent."""

    def start_over(self) -> None:
        """Back to what can always be shown."""

    def say(self, sentence: str, kind: str = "done", reason: str = "") -> None:
        """One sentence about what has just happened, shown with the next state."""
        self._said = {"said": sentence, "kind": kind, "reason": reason}

    def refuse(self, problem: CredtoolsError) -> None:
        self.say(problem.on("screen"), "problem", problem.reason)

    def said(self) -> dict[str, Any]:
        """The last such sentence, for the state that is sent now; with who is at work, and what that may do."""
        said = self._said
        self.say("")
        with self.registry.moment() as now:  # in which all of it is one question, as long as nobody has written
            return {**said, "by": now.namer()(now.by), "may": sorted(now.me.rights)}

    def hand_out(self, stem: str, kind: str, write: Callable[[Path], object]) -> None:
        """Sends a file of this kind (`.csv` …) to the browser, which saves it; `write` is given where to write it."""
        with temporary.Folder() as folder:
            path = folder.path / f"{stem}{kind}"
            write(path)
            self.send({"type": "download", "name": path.name, "mime": MIME[kind]}, [path.read_bytes()])

    def _on_message(self, _widget: Any, message: dict[str, Any], buffers: list[Any]) -> None:
        """One verb; a refusal is said in a sentence and leaves everything as it was."""
        verb = str(message.get("do", ""))
        act: Callable[..., str | None] | None = getattr(self, f"do_{verb}", None) if verb.isidentifier() else None
        if act is None:
            return
        given, where = {key: value for key, value in message.items() if key != "do"}, self.where()
        try:
            with collection_paused():  # who has clicked waits
                self.before(verb)
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
            self.say(f"{unexpected(problem).on('screen')} Look at the page as it is now.", "problem")
        else:
            self.after()
            return
        try:
            self.show()
        except CredtoolsError as problem:
            self.refuse(problem)
            if not self._can_ask():
                self.go_back(where)
                self.send({"type": "said", **self._said})
                self.say("")
                return
            self.start_over()  # this can't be shown any more
            self.show()
        self.after()

    def _can_ask(self) -> bool:
        """Whether the registry answers, and who is at work still has a role in it."""
        try:
            return bool(self.registry.me)
        except CredtoolsError:
            return False


class DropZone(Page):
    """A page to which files can be sent; they lie in a folder that goes with it, media until they are used."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._folder = temporary.Folder()
        self._incoming: dict[str, tuple[BinaryIO, int]] = {}  # by key: where it is written, and its size
        self._media: dict[Path, str] = {}

    def do_piece(self, key: str, buffers: list[Any]) -> None:
        self._incoming[key][0].write(buffers[0])
        self.send({"type": "ack", "key": key})

    def do_medium(self, key: str, name: str, size: int) -> None:
        """A medium is about to come; its name may have folders before it."""
        self.expect(key, name, size)

    def do_arrived(self, key: str) -> None:
        """A medium has arrived; all are matched together later."""
        path = self.arrived(key)
        above, *folders, _ = path.relative_to(self._folder.path).parts
        in_folders = folders and path.suffix.lower() != ".zip"  # a zip is opened only when it is given by itself
        self._media[self._folder.path / above if in_folders else path] = path.name
        self.send({"type": "received", "key": key})

    def expect(self, key: str, name: str, size: int) -> None:
        """A file is about to come. Raises CredtoolsError when it can't be taken, and the browser sends none of it."""
        try:
            self._incoming[key] = self._begun(name, size), size
        except CredtoolsError:
            self.send({"type": "refused", "key": key})
            raise

    def arrived(self, key: str) -> Path:
        """Where the file lies, now that it is whole. Raises CredtoolsError when bytes are missing."""
        file, size = self._incoming.pop(key)
        file.close()
        path = Path(file.name)
        if (found := path.stat().st_size) != size:
            raise CredtoolsError("arrived_incomplete", name=path.name, found=found, expected=size)
        return path

    def arrivals(self) -> dict[Path, str]:
        """The media that have arrived since this was asked the last time: what to add, and the name of the file."""
        arrivals, self._media = self._media, {}
        return arrivals

    def _begun(self, name: str, size: int) -> BinaryIO:
        if size > MAX_BYTES:
            raise CredtoolsError("too_large_to_send", name=name, found=size / 1e6, allowed=MAX_BYTES / 1e6)
        folder = tempfile.mkdtemp(dir=self._folder.path)  # two files may have the same name
        *folders, last = PurePosixPath("/", name.replace("\x00", "")).parts
        lead_out = any(part in ("/", "..") or "\\" in part or ":" in part for part in folders[1:])
        path = Path(folder, *([] if lead_out else folders[1:]), PurePath(last).name or "upload.csv")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return path.open("wb")
        except (OSError, ValueError) as problem:
            raise CredtoolsError("file_name_unusable") from problem
