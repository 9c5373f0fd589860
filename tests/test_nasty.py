"""A thousand nasty files, given to a registry on each database: one verdict, and nothing is lost."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from credtools.errors import CredtoolsError
from credtools.registry import Registry, open_registry
from tests.builders import HEADINGS, UPLOADER, new_organisation, only_postgres, outcome
from tests.conftest import Home
from tests.pollution import POLLUTIONS, Rows

FILES = int(os.environ.get("NASTY", "1000"))
USERS = ("ana@example.org", "ben@example.org", "cara@example.org", "dora@example.org", "zoe@example.org")
TYPES = ("First Aid", "Forklift", "Licence", "Passport", "first  aid", "Fork-lift", "")
DATES = ("2024-01-10", "10/01/2024", "1.2.24", "45301", "2024-02-30", "0000-00-00", "9999-12-31", "never", "-", "")
# Cells that databases, drivers or spreadsheets treat otherwise than text: NUL, halves of pairs, what can't be seen,
# what turns the reading order, other forms of letters, formulas, what looks like SQL, JSON, escapes, numbers, blanks.
UNSEEN = "\0|a\0b|\ud800|\udfff|\ufeff|\u200b|\u202e|\u2028|\x1a|\x7f|\x85|\x00\x00\x00| |\u00a0|\u3000|\ta|a\nb|a\r\nb"
LETTERS = "e\u0301|\ufb01|\uff21\uff4e\uff41|\u0430na@example.org|\u0130|\u00df|\U0001d504|👩‍🏫|\U0010ffff"
LETTERS += "|\u0e01\u0e33|מבחן|\uff11\uff12"
CODE = '=1+1|+1|@x|\'|"|""|\'; DROP TABLE users; --|%s|:name|{}|${x}|<b>|&amp;|\\|\\x00|\\N|[]|{"a":'
NUMBERS = "NULL|null|NaN|inf|-inf|1e999|0x1F|007|1_000|1,5|TRUE|None|#N/A|-0|" + "9" * 40
NASTY = [*f"{UNSEEN}|{LETTERS}|{CODE}|{NUMBERS}".split("|"), "x" * 5000]
BYTES = (b"\xff", b"\xc3", b"\x00", b"\x81", b"\xef\xbb\xbf", b"\xfe\xff", b"\r", b"\n\n", b'"', b";", b"\xed\xa0\x80")


def nasty(number: int) -> bytes:
    """A file of some rows, in which some cells, its form and some bytes are nasty."""
    chance = Random(number)  # noqa: S311 - the same each time
    rows: Rows = [HEADINGS.split(",")]
    for place in range(chance.randint(1, 8)):
        rows.append([chance.choice(USERS), chance.choice(TYPES), *chance.choices(DATES, k=2), f"L-{place}"])
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        row = rows[chance.randrange(1 if chance.random() < 0.9 else 0, len(rows))]
        at, cell = chance.randrange(len(row)), chance.choice(NASTY)
        row[at] = chance.choice((cell, row[at] + cell, cell + row[at]))
    rows = [[cell.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") for cell in row] for row in rows]
    if chance.random() < 1 / 3:
        plain = [[cell.encode("utf-8", "replace").decode("utf-8") or "-" for cell in row] for row in rows]
        return POLLUTIONS[chance.choice(sorted(POLLUTIONS))](plain, chance).content
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    content = "\n".join([*quoted, ""]).encode("utf-8", "surrogateescape")
    for _ in range(chance.choice((0, 0, 0, 1, 3))):
        at = chance.randrange(len(content))
        content = content[:at] + chance.choice(BYTES) + content[at:]
    return content


def verdict(registry: Registry, content: bytes, number: int) -> tuple[Any, ...]:
    """What becomes of a file: the verdict on it and its counts, or why it was refused."""
    try:
        ended = registry.upload(content, name=f"{number}.csv").settle()
    except CredtoolsError as problem:
        return ("refused", problem.reason)
    counts = ended.counts.as_dict()
    assert counts["rows"] == sum(
        counts.get(name, 0) for name in ("accepted", "unchanged", "rejected", "waiting", "left_out")
    )
    return (ended.verdict, *sorted(counts.items()))


def judged(home: Home, folder: Path, numbers: range) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """The verdicts on the files, one after another in one registry, and what stands in the end."""
    folder.mkdir()
    with open_registry(home.copy_of(new_organisation), by=UPLOADER, folder=str(folder)) as registry:
        verdicts = [verdict(registry, nasty(number), number) for number in numbers]
        assert registry.verify() == []
        return verdicts, outcome(registry)


@pytest.fixture
def beside(homes: dict[str, Home], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Where registries are files."""
    return homes.get("sqlite") or homes.setdefault("sqlite", Home(tmp_path_factory.mktemp("sqlite")))


def alike(home: Home, beside: Home, folder: Path, numbers: range) -> Counter[str]:
    on_a_server, in_a_file = judged(home, folder / "server", numbers), judged(beside, folder / "file", numbers)
    for number, one, other in zip(numbers, on_a_server[0], in_a_file[0], strict=True):
        assert one == other, f"file {number}: {nasty(number)!r}"
    assert on_a_server[1] == in_a_file[1]
    return Counter(found[0] if found[0] != "refused" else f"refused: {found[1]}" for found in in_a_file[0])


@only_postgres
def test_some_nasty_files(home: Home, beside: Home, tmp_path: Path) -> None:
    """Both databases come to one verdict; what they store reads the same, and verifies; rows are conserved."""
    assert alike(home, beside, tmp_path, range(12)).total() == len(range(12))


@pytest.mark.faults
@only_postgres
def test_many_nasty_files(home: Home, beside: Home, tmp_path: Path) -> None:
    """The same of a thousand."""
    counts = alike(home, beside, tmp_path, range(FILES))
    sys.stdout.write(f"{FILES} nasty files: {dict(counts)}\n")
    assert counts["ok"]
    assert len(counts) > 2  # some were refused, some held
