"""Parameters: what a scheduler gave a notebook, typed at its door.

papermill's -p guesses (1.10 becomes the number 1.1), its -r gives text ('False' counts as true), and what a notebook
doesn't know it sets without a word. So each is converted, or refused by its name, before anything is opened.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, MutableMapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from credtools.errors import CredtoolsError

if TYPE_CHECKING:
    from credtools.model import Line

LAST_LINE = 10_000_000
MOST_LINES = 1_000_000  # of one decision
INJECTED = "# Parameters\n"  # how the cell begins that papermill puts below a notebook's own parameters
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def typed(notebook: MutableMapping[str, Any], **types: type) -> None:
    """Gives the parameters in a notebook's `globals()` their types: str, bool, int, float (0 to 1) or list (of lines).

    Blank means False, 0, None (of a float) or no lines. Raises CredtoolsError for a name that isn't among `types`, and
    for a value that can't be converted.
    """
    if unknown := sorted(_given(notebook.get("In", ())) - types.keys()):
        meant = get_close_matches(unknown[0], types, 1)
        perhaps = f" Did you mean {meant[0]!r}?" if meant else ""
        raise CredtoolsError("parameter_unknown", name=unknown[0], perhaps=perhaps, known=", ".join(types))
    for name, kind in types.items():
        convert, wanted, blank = KINDS[kind]
        value = notebook.get(name)
        if kind is str and not isinstance(value, str | None):
            raise CredtoolsError("parameter_not_text", name=name, value=value)
        try:
            notebook[name] = blank if value is None or value == "" else convert(value)
        except (ValueError, TypeError, KeyError) as problem:
            raise CredtoolsError("parameter_unusable", name=name, value=value, wanted=wanted) from problem


def _given(cells: Sequence[str]) -> set[str]:
    """The names that papermill has set, by the cells that ran."""
    injected = next((cell for cell in reversed(cells) if cell.startswith(INJECTED)), "")
    assigned = [node.targets[0] for node in ast.parse(injected).body if isinstance(node, ast.Assign)]
    return {target.id for target in assigned if isinstance(target, ast.Name)}


def _flag(value: object) -> bool:
    return FLAGS[str(value).strip().lower()]


def _number(value: object) -> int:
    return int(str(value))


def _share(value: object) -> float:
    share = float(str(value))
    if not 0 <= share <= 1:
        raise ValueError(value)
    return share


def _list(value: object) -> list[Line]:
    some = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(one, float) for one in some):  # papermill's -p reads piece 10 of line 3 as 3.1
        raise ValueError(value)
    return [line for one in some for line in lines(str(one))]


KINDS: dict[type, tuple[Callable[[Any], Any], str, Any]] = {  # how to convert, what is wanted, what a blank means
    str: (str, "text", ""),
    bool: (_flag, "True or False", False),
    int: (_number, "a whole number", 0),
    float: (_share, "a number from 0 to 1", None),
    list: (_list, "lines like 5,9-12", []),
}


def lines(text: str) -> tuple[Line, ...]:
    """'5,9-11,2:4.1' → 5, 9, 10, 11, '2:4.1'; of sheet 2, '2:9-11' → '2:9', '2:10', '2:11'.

    Raises CredtoolsError, before anything large is made.
    """
    from credtools.model import parts  # noqa: PLC0415

    found: list[Line] = []
    for part in map(str.strip, text.split(",")):
        first, dash, end = part.partition("-")
        sheet, start, piece = parts(first)
        if dash and (piece is not None or not end.isdecimal()):
            raise CredtoolsError("lines_unclear", text=text)
        last = int(end) if dash and len(end) <= len(str(LAST_LINE)) else LAST_LINE + 1 if dash else start
        if max(start, last) > LAST_LINE:
            raise CredtoolsError("line_beyond", last=LAST_LINE, part=part)
        if start > last:
            raise CredtoolsError("lines_backwards", part=part, first=first, last=end)
        if len(found) + 1 + last - start > MOST_LINES:
            raise CredtoolsError("lines_too_many", allowed=MOST_LINES)
        found += [first] if piece is not None else [f"{sheet}:{n}" if sheet else n for n in range(start, last + 1)]
    return tuple(found)
