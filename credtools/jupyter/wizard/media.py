"""Media: the step *Add media* – which file belongs to which rows, and what is left to do by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.pictures import THUMB, thumbnail
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.jupyter.wizard.review import ReviewStep
from credtools.media.files import gathered
from credtools.media.matching import Attached, Medium, Missing
from credtools.recipe import MEDIA_VALUES
from credtools.registry import Registry
from credtools.registry.attaching import Progress
from credtools.text import fold, plural

SHOWN_FIRST, SHOWN_MORE = 50, 250  # of each list
MOST_OFFERED = 20
EVERY = 0.2  # seconds between two messages about progress
PATTERNS = (
    "{user_email}_{credential_type}",
    "{user_email}_{credential_type}_{issue_date}",
    "{user_email}",
    "{external_id}",
    "{credential_number}",
)
LEFT = ("ambiguous", "unmatched", "refused")  # what somebody has to look at, in this order


class MediaStep(ReviewStep):
    """The verbs and facts of the page `media`; a draft keeps its files until it is finished."""

    def __init__(self, registry: Registry, recipe: str = "") -> None:
        super().__init__(registry, recipe)
        self._file_media: FileMedia | None = None
        self._progress_at = 0.0

    @property
    def file_media(self) -> FileMedia:
        """The media of the file in hand."""
        if self._file_media is None or self._file_media.file is not self.file:
            self._file_media = FileMedia(self.file)
        return self._file_media

    def media_facts(self) -> dict[str, Any]:
        return self.in_hand | self.file_media.facts()

    def do_media(self, pattern: str, line: int = 0) -> str:
        """What has arrived since the last time is matched together: two files of one name are seen as such."""
        return self.file_media.deliver(self.arrivals(), pattern.strip(), line, self._progress)

    def do_assign(self, file: str, line: str) -> str:
        self.file_media.assign(file, int(line))
        return f"{file} now belongs to line {line}."

    def do_detach(self, file: str) -> str:
        rows = self.file.batch.remove_media(file)
        return f"{file} was removed from {plural(rows, 'row')}."

    def do_more_media(self) -> str:
        self.file_media.shown += SHOWN_MORE
        return ""

    def do_optional(self, *, optional: bool) -> str:
        self.file.batch.make_media_optional(optional=optional)
        return f"Media are {'now optional' if optional else 'required again'} for this file."

    def do_rows_like(self, text: str, file: str, *, first: bool = False) -> None:
        """Rows to choose from for a file; `first`: with what the dialog says."""
        choices = self.file_media.rows_like(text, file)
        if not first:
            self.send({"type": "found", "choices": choices})
            return
        _, medium, _ = self.file_media.left(file)
        asked = {"name": f"Which row does {file} belong to?", "find": "Find a row by user or type"}
        offered = {"kind": "search", "choices": choices, "resolution": medium.reason}
        self.send({"type": "options", "file": file} | asked | offered)

    def do_thumbs(self, keys: list[str]) -> None:
        """Thumbnails of some of the files shown, one by one; of one that was just removed there is none."""
        for key in keys:
            with suppress(CredtoolsError):
                picture, description = thumbnail(*self.file_media.content(key), THUMB)
                self.send({"type": "thumb", "key": key, "words": description}, [picture] if picture else None)

    def _progress(self, done: int, of: int) -> None:
        now = time.monotonic()
        if done == of or now - self._progress_at > EVERY:
            self._progress_at = now
            self.send({"type": "work", "words": f"Looked at {done:,} of {plural(of, 'file')}", "share": done / of})


class FileMedia:
    """The media of one file; knows those that found no row, as long as the wizard is open."""

    def __init__(self, file: OpenFile) -> None:
        self.file = file
        self._left: dict[str, tuple[str, Medium, list[Path]]] = {}  # by name: its list, what is said, where it lies
        self._missing: list[Missing] = []
        self.shown = SHOWN_FIRST

    def deliver(self, paths: list[Path], pattern: str, line: int, progress: Progress) -> str:
        """Adds files, by the pattern ('': the media column), or all to one line; says what became of them."""
        if line:
            done = self._add(paths, {path.name: line for path in paths}, progress)
        else:
            if pattern != self.file.batch.recipe.media and not pattern:
                self.file.use_media("")
            done = self._add(paths, pattern or None, progress)
            self.file.use_media(self.file.batch.recipe.media)  # the pattern belongs to the recipe
        for medium in done.linked:
            self._left.pop(medium.file, None)
        for name in LEFT:
            for medium in getattr(done, name):
                self._left[medium.file] = (name, medium, paths)
        counts = [(name, len(found)) for name, found in vars(done).items() if name != "missing" and found]
        return f"{plural(sum(k for _, k in counts), 'file')}: {', '.join(f'{k:,} {name}' for name, k in counts)}."

    def assign(self, file: str, line: int) -> None:
        """A file that found no row by itself belongs to this one."""
        _, medium, paths = self.left(file)
        done = self._add(paths, {PurePath(medium.file.replace("\\", "/")).name: line})
        if done.refused:
            raise CredtoolsError("medium_refused", why=done.refused[0].reason)
        del self._left[file]

    def left(self, file: str) -> tuple[str, Medium, list[Path]]:
        """A file that found no row. Raises CredtoolsError when it is none of these any more."""
        if file not in self._left:
            raise CredtoolsError("medium_gone")
        return self._left[file]

    def rows_like(self, text: str, file: str) -> list[tuple[str, str]]:
        """Rows that a file may belong to: those that it fits, or that lack media; else those that contain `text`."""
        usable = self.file.reviewed.table.lines[~self.file.reviewed.rejected].tolist()
        _, medium, _ = self.left(file)
        if wanted := fold(text):
            lines = [line for line in usable if wanted in fold(self._label(line))]
        else:
            lines = list(medium.lines) or [row.line for row in self._missing] or usable
        return [(str(line), self._label(line)) for line in lines[:MOST_OFFERED]]

    def content(self, sha256: str) -> tuple[bytes, str]:
        """A file that is shown, and its media type: a kept one, else one that found no row."""
        for _, medium, paths in self._left.values():
            if medium.sha256 == sha256:
                with gathered(paths) as files:
                    return next(file.read() for file in files if file.name == medium.file), medium.media_type
        media = self.file.batch.media()
        found = media.loc[media["sha256"] == sha256, "media_type"]
        if found.empty:
            raise CredtoolsError("medium_gone")
        return self.file.registry.blobs.read(sha256), str(found.iloc[0])

    def _add(self, paths: Sequence[Path], match: Any, progress: Progress | None = None) -> Attached:
        return self.file.batch.add_media(paths, match, progress)

    # --- what is shown --------------------------------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        """The lists, the first entries of each; and how files are matched to rows."""
        batch = self.file.batch
        self._missing = self._add([], None).missing
        linked = self._linked(batch.media())
        shared = sum(entry["lines"] > 1 for entry in linked)
        required = sum(row.required for row in self._missing)
        left = {name: [medium for its, medium, _ in self._left.values() if its == name] for name in LEFT}
        counts = [f"{len(linked) - shared:,} matched", f"{shared:,} shared"]
        counts += [f"{len(media):,} {name}" for name, media in left.items()]
        named = batch.recipe.media or ("" if "media" in self.file.reviewed.headings.values() else PATTERNS[0])
        return {
            "linked": self._first(linked),
            **{name: self._first([vars(medium) for medium in media]) for name, media in left.items()},
            "missing": self._first(
                [
                    [row.line, *self._who(row.line), ", ".join(row.files) or "any file", row.required]
                    for row in self._missing[: self.shown]
                ],
                len(self._missing),
            ),
            "required": required,
            "optional": batch.media_optional,
            "pattern": named,
            "patterns": self._patterns(),
            "example": self._example(),
            "counts": " · ".join([*counts, f"{plural(len(self._missing), 'row')} without"]),
        }

    def _first(self, entries: list[Any], found: int = 0) -> dict[str, Any]:
        return {"rows": entries[: self.shown], "found": found or len(entries)}

    def _linked(self, media: pd.DataFrame) -> list[dict[str, Any]]:
        """Each file that is kept, with the first rows to which it belongs and how many they are."""
        lines: dict[tuple[str, str, str], list[int]] = {}
        for file, sha256, kind, line in media[["file", "sha256", "media_type", "line"]].itertuples(index=False):
            lines.setdefault((file, sha256, kind), []).append(line)
        return [
            {"file": file, "sha256": sha256, "kind": kind, "rows": [*map(self._label, some[:3])], "lines": len(some)}
            for (file, sha256, kind), some in lines.items()
        ]

    def _patterns(self) -> list[tuple[str, str]]:
        own = self.file.batch.recipe.media
        known = [("", "the names in its media column"), *((each, f"{each} – the file's name") for each in PATTERNS)]
        return known + [(own, f"{own} – the file's name")] * bool(own and own not in PATTERNS)

    def _example(self) -> dict[str, str]:
        """What a pattern may name, from the first row that is ready."""
        resolved = self.file.reviewed.resolved[~self.file.reviewed.rejected].head(1)
        names = [name for name in MEDIA_VALUES if f"{name}_text" in resolved]
        found = {name: str(text) for name in names for text in resolved[f"{name}_text"]}
        for day in resolved["issue_date"].dropna():
            found["issue_date"] = str(day.date())  # as the names of files have it
        return found

    def _label(self, line: int) -> str:
        return " · ".join(filter(None, (f"line {line}", *self._who(line))))

    def _who(self, line: int) -> tuple[str, str]:
        """User and type of a row, as they are in the file."""
        return self.file.once("who", self.file.reviewed, self._everybody)[line]

    def _everybody(self) -> dict[int, tuple[str, str]]:
        review = self.file.reviewed
        users = next(name for name in ("user_email_text", "external_id_text") if name in review.resolved)
        columns = review.resolved[[users, "credential_type_text"]].itertuples(index=False, name=None)
        return dict(zip(review.table.lines.tolist(), columns, strict=True))


def wanted(file: OpenFile) -> bool:
    """Whether the step comes by itself: a type asks for media, the file names some, or some are there."""
    review, batch = file.reviewed, file.batch
    types = file.registry.lookups().types
    asking = types.loc[types["media_required"].eq(True), "id"]
    resolved = review.resolved[~review.rejected]
    asked = not file.registry.settings.media_optional and bool(resolved["type_id"].isin(asking).any())
    named = "media" in resolved and bool(resolved["media"].fillna("").ne("").any())
    return asked or named or bool(batch.recipe.media) or not batch.media().empty
