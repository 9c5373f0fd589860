"""Previews: the verbs by which a browser gets pictures of media – small ones, and one page after the other large."""

from __future__ import annotations

from contextlib import suppress

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.page import DropZone
from credtools.jupyter.parts.pictures import LARGE, THUMB, Pictures


class Previews(DropZone):
    """A page that shows media."""

    def to_show(self, key: str) -> tuple[bytes, str]:
        """What is shown of a medium by its SHA-256, and its media type. Raises CredtoolsError when it is gone."""
        raise NotImplementedError

    def do_thumbs(self, keys: list[str]) -> None:
        """Thumbnails of some of the media that are shown, one by one; of one that was just removed there is none."""
        with Pictures() as pictures:
            for key in keys:
                with suppress(CredtoolsError):
                    picture = pictures.of(*self.to_show(key), THUMB)
                    about = {"key": key, "words": picture.words, "pages": picture.pages}
                    self.send({"type": "thumb", **about}, [picture.content] if picture.content else None)

    def do_look_at(self, key: str, page: int = 1) -> None:
        """A page of a medium, large; what stops it is said in its place."""
        try:
            with Pictures() as pictures:
                picture = pictures.of(*self.to_show(key), LARGE, page)
        except CredtoolsError as problem:
            self.send({"type": "large", "key": key, "words": problem.on("screen"), "page": 1, "pages": 1})
            return
        about = {"key": key, "words": picture.words, "page": picture.page, "pages": picture.pages}
        self.send({"type": "large", **about}, [picture.content] if picture.content else None)
