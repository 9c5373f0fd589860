"""Media: the step *Add media* – which file belongs to which rows, and what is left to do by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from heapq import nsmallest
from types import MappingProxyType
from typing import Any

import pandas as pd

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.parts import scans
from credtools.jupyter.parts.previews import Previews
from credtools.jupyter.wizard.causes import MOST_OFFERED
from credtools.jupyter.wizard.open_file import FIRST_MEDIA, OpenFile
from credtools.jupyter.wizard.review import ReviewStep
from credtools.media import told
from credtools.media.compared import Compared
from credtools.media.matching import Medium, Missing
from credtools.model import Line, Place
from credtools.recipe import MEDIA_VALUES, USER_COLUMN
from credtools.text import fold, plural

MORE_MEDIA = 5 * FIRST_MEDIA
EVERY = 0.2  # seconds between two messages about progress
PATTERNS = (
    "{user_email}_{credential_type}",
    "{user_email}_{credential_type}_{issue_date}",
    "{user_email}",
    "{external_id}",
    "{credential_number}",
)
OF_FILE = ("file", "sha256", "shown", "shown_type", "notes")
UNPLACED = ("ambiguous", "unmatched", "refused")  # what somebody has to look at, in this order


class MediaStep(Previews, ReviewStep):
    """The verbs and facts of the page `media`; a draft keeps its files until it is finished."""

    _missing: Sequence[Missing] = ()  # the rows without media, as they were shown last
    _kinds: Mapping[str, str] = MappingProxyType({})  # by SHA-256 the media type of what is shown
    _progress_at = 0.0

    def media_facts(self) -> dict[str, Any]:
        """The lists, the first entries of each; and how files are matched to rows."""
        file, batch, first = self.file, self.file.batch, self.file.shown_media
        media, self._missing = batch.media(), batch.add_media([], None).missing
        differs = _differing(file, media)
        linked = _linked(file, media, differs)
        lists = {"linked": linked} | {
            name: [_unplaced(medium) for its, medium in file.unplaced.values() if its == name] for name in UNPLACED
        }
        self._kinds = dict(zip(media["shown"], media["shown_type"], strict=True))
        self._kinds |= {medium.shown: medium.shown_type for _, medium in file.unplaced.values()}
        shared = sum(entry["lines"] > 1 for entry in linked)
        counts = [f"{len(linked) - shared:,} matched", f"{shared:,} shared"]
        counts += [f"{len(lists[name]):,} {name}" for name in UNPLACED]
        missing = [
            (row.line, *_who(file, row.line), ", ".join(row.files) or "any file", row.required)
            for row in self._missing[:first]
        ]
        return self.in_hand | {
            **{name: {"rows": entries[:first], "found": len(entries)} for name, entries in lists.items()},
            "missing": {"rows": missing, "found": len(self._missing)},
            "differs": {"rows": differs[:first], "found": len(differs)},
            "required": sum(row.required for row in self._missing),
            "optional": batch.media_optional,
            "pattern": batch.recipe.media or ("" if "media" in file.reviewed.headings.values() else PATTERNS[0]),
            "patterns": _patterns(batch.recipe.media),
            "example": _example(file),
            "counts": " · ".join([*counts, f"{plural(len(self._missing), 'row')} without", *_scans(len(differs))]),
        }

    def do_media(self, pattern: str, line: int | str = 0) -> str:
        """What has arrived since the last time, together: two files of one name are seen as such.

        It is matched by the pattern ('': by the media column), or all belongs to one line.
        """
        file, paths, pattern = self.file, self.arrivals(), pattern.strip()
        if line:
            done = file.batch.add_media([*paths], dict.fromkeys(paths.values(), line), self._progress)
        else:
            if not pattern:
                file.use_media("")
            done = file.batch.add_media([*paths], pattern or None, self._progress)
            file.use_media(file.batch.recipe.media)  # the pattern belongs to the recipe
        for medium in done.linked:
            file.unplaced.pop(medium.file, None)
        for name in UNPLACED:
            file.unplaced.update((medium.file, (name, medium)) for medium in getattr(done, name))
        lists = {name: len(found) for name, found in vars(done).items() if name not in ("missing", "zips") and found}
        counted = ", ".join(f"{count:,} {name}" for name, count in lists.items())
        said = [f"{plural(sum(lists.values()), 'file')}: {counted}.", *(names.said for names in done.zips)]
        return " ".join(said)

    def do_assign(self, file: str, line: str) -> str:
        """A file that found no row by itself belongs to this one."""
        self.file.unplaced_medium(file)
        row = self.file.reviewed.table.row_at(line)
        try:
            self.file.batch.place_medium(file, self.file.reviewed.table.labels[row] if row is not None else line)
        except FileError as problem:
            raise CredtoolsError("medium_refused", why=str(problem)) from problem
        del self.file.unplaced[file]
        return f"{file} now belongs to line {line}."

    def do_detach(self, file: str) -> str:
        rows = self.file.batch.remove_media(file)
        return f"{file} was removed from {plural(rows, 'row')}."

    def do_more_media(self) -> str:
        self.file.shown_media += MORE_MEDIA
        return ""

    def do_optional(self, *, optional: bool) -> str:
        self.file.batch.make_media_optional(optional=optional)
        return f"Media are {'now optional' if optional else 'required again'} for this file."

    def do_rows_like(self, text: str, file: str, *, first: bool = False) -> None:
        """Rows that a file may belong to, those that it fits first (see `_order`); only those that contain `text`.

        `first`: with what the dialog says.
        """
        review, medium, wanted = self.file.reviewed, self.file.unplaced_medium(file), fold(text)
        usable = [label for label, ok in zip(review.table.labels, review.passed.tolist(), strict=True) if ok]
        found = [line for line in usable if wanted in fold(_label(self.file, line))] if wanted else usable
        lines = nsmallest(MOST_OFFERED, found, key=self._order(medium))
        choices = [(str(line), _label(self.file, line)) for line in lines]
        if not first:
            self.send({"type": "found", "choices": choices})
            return
        asked = {"name": f"Which row does {file} belong to?", "find": "Find a row by user or type"}
        offered = {"kind": "search", "choices": choices, "resolution": medium.reason}
        self.send({"type": "options", "file": file} | asked | offered)

    def _order(self, medium: Medium) -> Callable[[Line], tuple[int, ...]]:
        """Rows by how likely a file is theirs: what its name fits, what lacks media (required first), what it names."""
        lacking = {row.line: 0 if row.required else 1 for row in self._missing}
        fits, name = set(medium.lines), fold(medium.file)

        def key(line: Line) -> tuple[int, ...]:
            named = sum(fold(word) in name for word in _who(self.file, line) if word)
            return line not in fits, lacking.get(line, 2), -named

        return key

    def to_show(self, key: str) -> tuple[bytes, str]:
        if key not in self._kinds:
            raise CredtoolsError("medium_gone")
        return self.file.registry.blobs.read(key), self._kinds[key]

    def _progress(self, done: int, of: int) -> None:
        now = time.monotonic()
        if done == of or now - self._progress_at > EVERY:
            self._progress_at = now
            self.send({"type": "work", "words": f"Looked at {done:,} of {plural(of, 'file')}", "share": done / of})


def wanted(file: OpenFile) -> bool:
    """Whether the step comes by itself: a type asks for media, the file names some, or some are there."""
    review, batch = file.reviewed, file.batch
    types = file.registry.lookups().types
    asking = types.loc[types["media_required"].eq(True), "id"]
    resolved = review.resolved[review.passed]
    asked = not file.registry.settings.media_optional and bool(resolved["type_id"].isin(asking).any())
    named = "media" in resolved and bool(resolved["media"].fillna("").ne("").any())
    return asked or named or bool(batch.recipe.media) or not batch.media().empty


def _unplaced(medium: Medium) -> dict[str, Any]:
    facts = {name: getattr(medium, name) for name in ("file", "reason", "sha256", "shown", "shown_type")}
    return facts | {"notes": told.noted(medium.notes)}


def _linked(file: OpenFile, media: pd.DataFrame, differs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each file that is kept: the first rows to which it belongs and how many they are, its notes and its verdict.

    `differs`: see `_differing`; what is marked on a file of one row.
    """
    marks = {(one["file"], one["sha256"]): one["marks"] for one in differs}
    lines: dict[tuple[str, ...], list[tuple[int | str, str]]] = {}
    table = file.reviewed.table
    called = dict(zip(table.places, table.labels, strict=True))
    rows = media[[*OF_FILE, "scan", *Place._fields]].itertuples(index=False, name=None)
    for *facts, scan, sheet, line, piece in rows:
        lines.setdefault(tuple(facts), []).append((called[Place(sheet, line, piece)], scan))
    return [
        dict(zip(OF_FILE, facts, strict=True))
        | {"rows": [_label(file, line) for line, _ in some[:3]], "lines": len(some)}
        | {"marks": marks.get((facts[0], facts[1]), []) if len(some) == 1 else []}
        | {"notes": told.noted(facts[-1].split()), "scan": scans.SCANS[scans.worst(scan for _, scan in some)]}
        for facts, some in lines.items()
    ]


def _differing(file: OpenFile, media: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row with a medium that says something else: what that is, and where it says it."""
    dates = file.registry.lookups().date_format
    table = file.reviewed.table
    called = dict(zip(table.places, table.labels, strict=True))
    found = []
    for medium in media[media["scan"] == scans.DIFFERS].to_dict("records"):
        compared, kind = Compared.from_json(medium["differs"]), medium["media_type"]
        about = {name: medium[name] for name in OF_FILE}
        row = _label(file, called[Place(*(medium[name] for name in Place._fields))])
        said = {"says": scans.says(compared, kind, dates), "marks": scans.marks(compared, kind, dates)}
        found.append({**about, "row": row, **said})
    return found


def _scans(differ: int) -> list[str]:
    return [f"{plural(differ, 'scan')} {'differs' if differ == 1 else 'differ'}"] if differ else []


def _patterns(own: str) -> list[tuple[str, str]]:
    """How files can be matched to rows; `own`: the pattern of the recipe."""
    known = dict.fromkeys((*PATTERNS, own) if own else PATTERNS)
    return [("", "the names in its media column"), *((each, f"{each} – the file's name") for each in known)]


def _example(file: OpenFile) -> dict[str, str]:
    """What a pattern may name, from the first row that is ready."""
    resolved = file.reviewed.resolved[file.reviewed.passed].head(1)
    names = [name for name in MEDIA_VALUES if f"{name}_text" in resolved]
    found = {name: str(text) for name in names for text in resolved[f"{name}_text"]}
    for day in resolved["issue_date"].dropna():
        found["issue_date"] = str(day.date())  # as the names of files have it
    return found


def _label(file: OpenFile, line: int | str) -> str:
    return " · ".join(filter(None, (f"line {line}", *_who(file, line))))


def _who(file: OpenFile, line: int | str) -> tuple[str, str]:
    """User and type of a row, as they are in the file."""
    review = file.reviewed

    def everybody() -> dict[int | str, tuple[str, str]]:
        user = f"{USER_COLUMN[file.batch.recipe.match_users_by]}_text"
        people = review.resolved[[user, "credential_type_text"]].itertuples(index=False, name=None)
        return dict(zip(review.table.labels, people, strict=True))

    return file.once("who", review, everybody)[line]
