"""Previews: the verbs by which a browser gets pictures of media – small ones, and one page after the other large."""

from __future__ import annotations

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.page import DropZone
from credtools.jupyter.parts.pictures import LARGE, THUMB, Picture, Pictures

UNREADABLE = "No preview: the stored file can't be read."


class Previews(DropZone):
    """A page that shows media."""

    def to_show(self, key: str) -> tuple[bytes, str]:
        """What is shown of a medium by its SHA-256, and its media type. Raises CredtoolsError when it is gone."""
        raise NotImplementedError

    def do_thumbs(self, keys: list[str]) -> None:
        """Thumbnails of some of the media that are shown, one by one; of one that was just removed there is none."""
        with Pictures() as pictures:
            for key in keys:
                try:
                    picture = pictures.of(*self.to_show(key), THUMB)
                except CredtoolsError as problem:
                    if problem.reason == "medium_gone":
                        continue
                    picture = Picture(b"", UNREADABLE)
                self._sent("thumb", key, picture)

    def do_look_at(self, key: str, page: int = 1) -> None:
        """A page of a medium, large; what stops it is said in its place."""
        try:
            with Pictures() as pictures:
                picture = pictures.of(*self.to_show(key), LARGE, page)
        except CredtoolsError as problem:
            picture = Picture(b"", problem.on("screen"))
        self._sent("large", key, picture)

    def _sent(self, kind: str, key: str, picture: Picture) -> None:
        about = {"type": kind, "key": key, "words": picture.words, "page": picture.page, "pages": picture.pages}
        self.send(about, [picture.content] if picture.content else None)
