"""Matching: which rows a file belongs to, by its name alone. Nothing ambiguous is linked by itself.

Names are compared as everything is here: NFKC, trimmed, squeezed, case-folded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from credtools.model import Line, Place, lines_among
from credtools.text import Shown, fold

NOWHERE = Place(1, 0, 1)
FORBIDDEN = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))  # what file names can't hold, written as _ instead


@dataclass(frozen=True)
class Row:
    """A row that media may belong to.

    `line`: what it is called (see `model.labels`); `place`: where it is; `key`: equal for rows of the same version;
    `values`: what a pattern may name; `names`: its files by the media column; `usable`: it has, or will have, a
    version; `required`: the first row of a version that asks for media, be it new or stored already; `has`: the media
    of its version, folded name → SHA-256.
    """

    line: int | str
    key: int
    values: Mapping[str, str]
    names: tuple[str, ...] = ()
    usable: bool = True
    required: bool = False
    has: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True)
class Medium:
    """One file that was given, the lines that it belongs to (or may belong to), and why it is listed where it is."""

    file: str
    lines: tuple[int | str, ...] = ()
    reason: str = ""
    sha256: str = ""
    media_type: str = ""
    size: int = 0


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
    """What became of each file given; each is in exactly one of the first five lists. `missing` lists rows."""

    matched: list[Medium] = field(default_factory=list)
    unmatched: list[Medium] = field(default_factory=list)
    ambiguous: list[Medium] = field(default_factory=list)
    shared: list[Medium] = field(default_factory=list)
    refused: list[Medium] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    @property
    def linked(self) -> list[Medium]:
        return self.matched + self.shared

    def __repr__(self) -> str:
        return " · ".join(f"{len(found):,} {name}" for name, found in vars(self).items())

    def as_dict(self) -> dict[str, list[dict[str, Any]]]:
        """The lists as `credtools media --json` prints them."""
        return {name: [asdict(entry) for entry in found] for name, found in vars(self).items()}


Lines = int | str | Sequence[int | str]
Match = Callable[[str], tuple[str, list[Row], str]]


def by_column(rows: Iterable[Row]) -> Match:
    """A file belongs to every row that names it; when those are several it is shared."""
    named = _index((name, row) for row in rows for name in row.names)
    nothing = "No row names {!r} in its media column."
    return lambda name: _placed(name, named.get(fold(name), []), "shared", nothing)


def by_pattern(pattern: str, rows: Iterable[Row]) -> Match:
    """A file belongs to the one row for which the pattern makes its name, without the ending."""
    made = _index((text, row) for row in rows if (text := _rendered(pattern, row.values)))
    nothing = "The pattern gives no row the name {!r}."
    return lambda name: _placed(name, made.get(fold(PurePath(name).stem), []), "ambiguous", nothing)


def by_hand(chosen: Mapping[str, Lines], rows: Iterable[Row]) -> Match:
    """A file belongs to the lines that somebody has chosen for it."""
    rows = list(rows)
    found = {fold(name): on_lines(lines, rows)[0] for name, lines in chosen.items()}
    nothing = "No line was chosen for {!r}."
    return lambda name: _placed(name, found.get(fold(name), []), "shared", nothing)


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
            arrived[keys[line]].add(fold(short(medium.file)))
    found = []
    for row in rows:
        there = arrived[row.key] | row.has.keys()
        files = tuple(n for n in row.names if fold(n) not in there) if by_name and row.usable else ()
        required = row.required and not there
        if files or required:
            email, kind = row.values.get("user_email", ""), row.values.get("credential_type", "")
            found.append(Missing(row.line, email, kind, files, required))
    return found


def _index(pairs: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    index: dict[str, list[Row]] = defaultdict(list)
    for text, row in pairs:
        index[fold(text)].append(row)
    return index


def _rendered(pattern: str, values: Mapping[str, str]) -> str:
    """The name that a row's file has by the pattern; '' when the row lacks one of the values."""
    try:
        return pattern.format_map({name: value.translate(FORBIDDEN) for name, value in values.items() if value})
    except KeyError:
        return ""


def _placed(name: str, rows: list[Row], several: str, nothing: str) -> tuple[str, list[Row], str]:
    """(list, rows, reason): rows of one version count once, rejected ones not at all."""
    usable = list({row.key: row for row in reversed(rows) if row.usable}.values())[::-1]
    if len(usable) == 1:
        return "matched", usable, ""
    if usable:
        lines = ", ".join(str(row.line) for row in usable)
        doubt = f"{name!r} fits the lines {lines}. Choose the right one." if several == "ambiguous" else ""
        return several, usable, doubt
    if rows:
        return "unmatched", [], f"{name!r} belongs to line {rows[0].line}, which is rejected. Correct that row first."
    return "unmatched", [], nothing.format(name)
