"""Passwords of protected workbooks where nobody can be asked: from a file that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

from credtools.errors import FileError

VARIABLE = "CREDTOOLS_PASSWORD_FILE"  # a file, for the environment is shown in lists of processes and in reports


def from_environment() -> str | None:
    """The first line of that file; None where none is named. Raises FileError when it can't be read."""
    path = os.environ.get(VARIABLE, "")
    if not path:
        return None
    try:
        return Path(path).read_text("utf-8-sig").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it isn't a text in UTF-8"
        raise FileError("password_unread", path=path, variable=VARIABLE, why=why) from None
