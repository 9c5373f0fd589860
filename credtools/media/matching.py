"""Matching: which rows a file belongs to, by its name alone. Nothing ambiguous is linked by itself.

Names are compared as everything is here: NFKC, trimmed, squeezed, case-folded; and without joiners.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from credtools.media.code_pages import ZipNames
from credtools.media.compared import Difference
from credtools.media.looking import KINDS
from credtools.model import Line, Place, lines_among
from credtools.text import Shown, fold_name, plural

NOWHERE = Place(1, 0, 1)
# What browsers, cloud drives, Windows and macOS add to the name of a file when they copy it or save it twice.
COPIED = re.compile(
    r"\s*\(\d{1,3}\)$|\s+-?\s*(copy|kopie|copie|copia|kopia)(\s*\(?\d{1,3}\)?)?$|^(copy of|kopie von|copie de)\s+",
    re.IGNORECASE,
)
FORBIDDEN = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))  # what file names can't hold, written as _ instead


@dataclass(frozen=True)
class Row:
    """A row that media may belong to.

    `line`: what it is called (see `model.labels`); `place`: where it is; `key`: equal for rows of the same version;
    `values`: what a pattern may name; `names`: its files by the media column; `usable`: it has, or will have, a
    version, else it is rejected, or `left_out` by its recipe; `required`: the first row of a version that asks for
    media, be it new or stored already; `has`: the media of its version, folded name → SHA-256.
    """

    line: int | str
    key: int
    values: Mapping[str, str]
    names: tuple[str, ...] = ()
    usable: bool = True
    left_out: bool = False
    required: bool = False
    has: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True)
class Differing(Difference):
    """Where a medium says something else than the row of a line."""

    line: int | str


@dataclass(frozen=True)
class Medium:
    """One file that was given, the lines that it belongs to (or may belong to), and why it is listed where it is.

    `notes`: what an approver should know, as codes; `shown`, `shown_type`: the SHA-256 of what is shown in its place,
    or its own; `scan`: what it says beside its rows: agrees, differs (of any), nothing, '' where it wasn't compared;
    `differs`: where.
    """

    file: str
    lines: tuple[int | str, ...] = ()
    reason: str = ""
    sha256: str = ""
    media_type: str = ""
    size: int = 0
    notes: tuple[str, ...] = ()
    shown: str = ""
    shown_type: str = ""
    scan: str = ""
    differs: tuple[Differing, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A row that lacks media: `files` it names but didn't get; `required`: it can't be approved like this."""

    line: int | str
    user_email: str
    credential_type: str
    files: tuple[str, ...]
    required: bool


@dataclass(frozen=True, repr=False)
class Attached(Shown):
    """What became of each file given; each is in exactly one of the first five lists, or `skipped`: left by a system.

    `missing` lists rows; `zips` says how names were read where a zip doesn't tell.
    """

    matched: list[Medium] = field(default_factory=list)
    unmatched: list[Medium] = field(default_factory=list)
    ambiguous: list[Medium] = field(default_factory=list)
    shared: list[Medium] = field(default_factory=list)
    refused: list[Medium] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    skipped: list[Medium] = field(default_factory=list)
    zips: list[ZipNames] = field(default_factory=list)

    @property
    def linked(self) -> list[Medium]:
        return self.matched + self.shared

    @property
    def differing(self) -> int:
        """How many rows say something else than one of their media."""
        return len({one.line for medium in self.linked for one in medium.differs})

    def __repr__(self) -> str:
        seldom = ("skipped", "zips")
        counts = {name: len(found) for name, found in vars(self).items() if name != "zips"}
        shown = [f"{count:,} {name}" for name, count in counts.items() if count or name not in seldom]
        return " · ".join([*shown, *([f"{plural(self.differing, 'row')} differing"] if self.differing else [])])

    def as_dict(self) -> dict[str, list[dict[str, Any]]]:
        """The lists as `credtools media --json` prints them."""
        return {name: [asdict(entry) for entry in found] for name, found in vars(self).items()}


Lines = int | str | Sequence[int | str]


@dataclass(frozen=True)
class Match:
    """Which rows a file belongs to, by its name without folders.

    `named`: all rows that have the name, rejected ones too. `resembles`: names that it may stand for, were it a copy.
    `several`: the list of what fits several rows; `nothing`: what is said where no row has the name.
    """

    named: Callable[[str], list[Row]]
    several: str
    nothing: str
    resembles: Callable[[str], Iterable[str]] = lambda _: ()

    def __call__(self, name: str) -> tuple[str, list[Row], str]:
        """(list, rows, reason): rows of one version count once, rejected ones not at all."""
        if rows := self.named(name):
            return _placed(name, rows, self.several)
        reason = self.nothing.format(name)
        close = _usable([row for other in self.resembles(name) for row in self.named(other)])
        if close:
            reason = f"{reason} It may be a copy of the file of line {close[0].line}. Choose the row."
        return "unmatched", close, reason

    def places(self, name: str) -> frozenset[Place]:
        """Where the rows are that have a name."""
        return frozenset(row.place for row in self.named(name))


def by_column(rows: Iterable[Row]) -> Match:
    """A file belongs to every row that names it; when those are several it is shared."""
    named = _index((name, row) for row in rows for name in row.names)
    nothing = "No row names {!r} in its media column."
    return Match(lambda name: named.get(fold_name(name), []), "shared", nothing, _originals)


def by_pattern(pattern: str, rows: Iterable[Row]) -> Match:
    """A file belongs to the one row for which the pattern makes its name, without the ending (or the same two)."""
    made = _index((text, row) for row in rows if (text := rendered(pattern, row.values)))

    def named(name: str) -> list[Row]:
        stem = PurePath(name).stem
        found = made.get(fold_name(stem), [])
        twice = PurePath(stem).suffix.lower() in KINDS
        return found or (made.get(fold_name(PurePath(stem).stem), []) if twice else [])

    return Match(named, "ambiguous", "The pattern gives no row the name {!r}.", _originals)


def by_hand(chosen: Mapping[str, Lines], rows: Iterable[Row]) -> Match:
    """A file belongs to the lines that somebody has chosen for it."""
    rows = list(rows)
    found = {fold_name(name): on_lines(lines, rows)[0] for name, lines in chosen.items()}
    return Match(lambda name: found.get(fold_name(name), []), "shared", "No line was chosen for {!r}.")


def _originals(name: str) -> Iterator[str]:
    """The names of which a file may be a copy: without what a copy is called by, or with one ending for two."""
    path = PurePath(name)
    if (stem := COPIED.sub("", path.stem)) != path.stem and stem:
        yield f"{stem}{path.suffix}"
    if PurePath(path.stem).suffix.lower() in KINDS:
        yield path.stem


def on_lines(lines: Lines, rows: Sequence[Row]) -> tuple[list[Row], list[Line]]:
    """The rows that are meant, each written in any way that means it; and what means none of them."""
    at = {row.place: row for row in rows}
    forms = [lines] if isinstance(lines, int | str) else lines
    places, strange = lines_among(at).chosen(forms, at)
    return [at[place] for place in places], strange


def short(name: str) -> str:
    """A file's name without the folders before it, of a zip, too."""
    return PurePath(name.replace("\\", "/")).name


def names_in(cell: str) -> tuple[str, ...]:
    """The names in a cell of the media column, several separated by ';'; folders before a name don't count."""
    parts = (part.strip().replace("\\", "/").rpartition("/")[2] for part in cell.split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


def missing(rows: Sequence[Row], linked: Iterable[Medium], *, by_name: bool) -> list[Missing]:
    """The rows that lack what they require or, where the media column counts, what they name."""
    arrived, keys = defaultdict(set), {row.line: row.key for row in rows}
    for medium in linked:
        for line in medium.lines:
            arrived[keys[line]].add(fold_name(short(medium.file)))
    found = []
    for row in rows:
        there = arrived[row.key] | row.has.keys()
        files = tuple(n for n in row.names if fold_name(n) not in there) if by_name and row.usable else ()
        required = row.required and not there
        if files or required:
            email, kind = row.values.get("user_email", ""), row.values.get("credential_type", "")
            found.append(Missing(row.line, email, kind, files, required))
    return found


def _index(pairs: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    index: dict[str, list[Row]] = defaultdict(list)
    for text, row in pairs:
        index[fold_name(text)].append(row)
    return index


def rendered(pattern: str, values: Mapping[str, str]) -> str:
    """The name that a row's file has by the pattern; '' when the row lacks one of the values."""
    try:
        return pattern.format_map({name: value.translate(FORBIDDEN) for name, value in values.items() if value})
    except KeyError:
        return ""


def _usable(rows: Sequence[Row]) -> list[Row]:
    """The first row of each version."""
    return list({row.key: row for row in reversed(rows) if row.usable}.values())[::-1]


def _placed(name: str, rows: list[Row], several: str) -> tuple[str, list[Row], str]:
    usable = _usable(rows)
    if len(usable) == 1:
        return "matched", usable, ""
    if usable:
        lines = ", ".join(str(row.line) for row in usable)
        doubt = f"{name!r} fits the lines {lines}. Choose the right one." if several == "ambiguous" else ""
        return several, usable, doubt
    row = min(rows, key=lambda row: row.left_out)
    why = "the recipe leaves out." if row.left_out else "is rejected. Correct that row first."
    return "unmatched", [], f"{name!r} belongs to line {row.line}, which {why}"
