"""Attachments: what the step *Add media* shows – which file belongs to which rows, and what is left to do by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.jupyter.journey import Journey
from credtools.media import Attached, Medium, Missing, gathered
from credtools.model import Review
from credtools.recipe import MEDIA_VALUES
from credtools.registry.attaching import Progress
from credtools.text import fold, plural

SHOWN_FIRST, SHOWN_MORE = 50, 250  # of each list
MOST_OFFERED = 20
PATTERNS = (
    "{user_email}_{credential_type}",
    "{user_email}_{credential_type}_{issue_date}",
    "{user_email}",
    "{external_id}",
    "{credential_number}",
)
LEFT = ("ambiguous", "unmatched", "refused")  # what somebody has to look at, in this order


class Attachments:
    """The media of one journey; knows the files that found no row, as long as the wizard is open."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self._left: dict[str, tuple[str, Medium, list[Path]]] = {}  # by file: its list, what is said, where it lies
        self._missing: list[Missing] = []
        self.shown = SHOWN_FIRST
        self._whose: Review | None = None  # of which review the words are
        self._words: dict[int, tuple[str, str]] = {}

    def deliver(self, paths: list[Path], pattern: str, line: int, progress: Progress) -> str:
        """Adds files, by the pattern ('': the media column), or all to one line; says what became of them."""
        if line:
            done = self._add(paths, {path.name: line for path in paths}, progress)
        else:
            if pattern != self.journey.batch.recipe.media and not pattern:
                self._use("")
            done = self._add(paths, pattern or None, progress)
            self._use(self.journey.batch.recipe.media)
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
            raise CredtoolsError(done.refused[0].reason)
        del self._left[file]

    def left(self, file: str) -> tuple[str, Medium, list[Path]]:
        """A file that found no row. Raises CredtoolsError when it is none of these any more."""
        if file not in self._left:
            raise CredtoolsError("This file isn't on the list any more; look at it again.")
        return self._left[file]

    def _add(self, paths: Sequence[Path], match: Any, progress: Progress | None = None) -> Attached:
        return self.journey.batch.add_media(paths, match, progress)

    def _use(self, pattern: str) -> None:
        """The pattern belongs to the recipe, so the journey has to know of it."""
        self.journey.use_media(pattern)

    # --- what is shown --------------------------------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        """The lists, the first entries of each; and how files are matched to rows."""
        batch = self.journey.batch
        self._missing = self._add([], None).missing
        linked: list[dict[str, Any]] = [
            {
                "file": file,
                "sha256": sha256,
                "kind": kind,
                "rows": [self._label(k) for k in lines[:3]],
                "lines": len(lines),
            }
            for (file, sha256, kind), lines in _lines_of(batch.media).items()
        ]
        required = sum(row.required for row in self._missing)
        told: dict[str, Any] = {"linked": self._first(linked)}
        for name in LEFT:
            found = [medium for list_name, medium, _ in self._left.values() if list_name == name]
            told[name] = self._first([_medium(medium) for medium in found])
        shared = sum(entry["lines"] > 1 for entry in linked)
        counts = [f"{len(linked) - shared:,} matched", f"{shared:,} shared"]
        counts += [f"{told[name]['found']:,} {name}" for name in LEFT]
        counts += [f"{plural(len(self._missing), 'row')} without"]
        missing = self._first([[row.line, row.files, row.required] for row in self._missing])
        missing["rows"] = [
            [line, *self._who(line), ", ".join(files) or "any file", required]
            for line, files, required in missing["rows"]
        ]
        told |= {"missing": missing, "required": required, "optional": batch.media_optional}
        named = "media" in self.journey.reviewed.headings.values()
        told |= {"pattern": batch.recipe.media or ("" if named else PATTERNS[0]), "patterns": self._patterns()}
        return told | {"counts": " · ".join(counts), "example": self._example()}

    def rows_like(self, text: str, file: str) -> list[tuple[str, str]]:
        """Rows that a file may belong to: those that it fits, or that lack media; else those that contain `text`."""
        usable = self.journey.reviewed.table.lines[~self.journey.reviewed.rejected].tolist()
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
        media = self.journey.batch.media
        found = media.loc[media["sha256"] == sha256, "media_type"]
        if found.empty:
            raise CredtoolsError("This file isn't on the list any more; look at it again.")
        return self.journey.registry.blobs.read(sha256), str(found.iloc[0])

    def _first(self, entries: list[Any]) -> dict[str, Any]:
        return {"rows": entries[: self.shown], "found": len(entries)}

    def _patterns(self) -> list[tuple[str, str]]:
        own = self.journey.batch.recipe.media
        known = [("", "the names in its media column"), *((each, f"{each} – the file's name") for each in PATTERNS)]
        return known + [(own, f"{own} – the file's name")] * bool(own and own not in PATTERNS)

    def _example(self) -> dict[str, str]:
        """What a pattern may name, from the first row that is ready."""
        resolved = self.journey.reviewed.resolved[~self.journey.reviewed.rejected].head(1)
        names = [name for name in MEDIA_VALUES if f"{name}_text" in resolved]
        told = {name: str(text) for name in names for text in resolved[f"{name}_text"]}
        for day in resolved["issue_date"].dropna():
            told["issue_date"] = str(day.date())  # as the names of files have it
        return told

    def _label(self, line: int) -> str:
        return " · ".join(filter(None, (f"line {line}", *self._who(line))))

    def _who(self, line: int) -> tuple[str, str]:
        """User and type of a row, as they stand in the file."""
        review = self.journey.reviewed
        if self._whose is not review:
            users = next(name for name in ("user_email_text", "external_id_text") if name in review.resolved)
            columns = review.resolved[[users, "credential_type_text"]].itertuples(index=False, name=None)
            self._whose, self._words = review, dict(zip(review.table.lines.tolist(), columns, strict=True))
        return self._words[line]


def wanted(journey: Journey) -> bool:
    """Whether the step comes by itself: a type asks for media, the file names some, or some are there."""
    review, batch = journey.reviewed, journey.batch
    types = journey.registry.lookups().types
    asking = types.loc[types["media_required"].eq(True), "id"]
    resolved = review.resolved[~review.rejected]
    asked = not journey.registry.settings.media_optional and bool(resolved["type_id"].isin(asking).any())
    named = "media" in resolved and bool(resolved["media"].fillna("").ne("").any())
    return asked or named or bool(batch.recipe.media) or not batch.media.empty


def _lines_of(media: pd.DataFrame) -> dict[tuple[str, str, str], list[int]]:
    """The lines to which each file belongs, by its name, digest and kind."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for file, sha256, kind, line in media[["file", "sha256", "media_type", "line"]].itertuples(index=False):
        found.setdefault((file, sha256, kind), []).append(line)
    return found


def _medium(medium: Medium) -> dict[str, Any]:
    return {"file": medium.file, "reason": medium.reason, "sha256": medium.sha256, "kind": medium.media_type}
