"""Everything that credtools raises on purpose.

CredtoolsError
├── FileError            the file as a whole is refused (code: file_readable, heading_required, row_limit)
│   └── MissingFileError there is no such file
├── LoadError            rows of users or types have errors
├── RecipeError          a recipe says something that can't be followed
├── SchemaError          a schema document can't be found, loaded or trusted
├── SettingError         a setting is unknown or has an unusable value
└── RegistryError        the registry refuses: not there, wrong state, nothing to decide
    ├── MovedError       what was shown is no longer so: look again, then repeat
    └── UnknownOutcomeError  the connection was lost during COMMIT: run the same command again

Every message is a whole sentence: what happened, where, what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class CredtoolsError(Exception):
    """The base of all errors that credtools raises on purpose."""


class FileError(CredtoolsError):
    """A file that is refused as a whole; nothing of it is judged or stored.

    `code` is `file_readable`, `heading_required` or `row_limit`; `line` the physical line, where one is to
    blame; `column` the schema's column, where one is missing.
    """

    def __init__(self, message: str, code: str = "file_readable", line: int | None = None, column: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.column = column


class MissingFileError(FileError):
    """There is no file where one was named."""


class LoadError(CredtoolsError):
    """A file of users or types with errors; `errors` is the frame of all of them. Nothing was loaded."""

    def __init__(self, message: str, errors: pd.DataFrame) -> None:
        super().__init__(message)
        self.errors = errors


class RecipeError(CredtoolsError):
    """A recipe says something that can't be followed."""


class SchemaError(CredtoolsError):
    """A schema document can't be found, loaded or trusted."""


class SettingError(CredtoolsError):
    """A setting is unknown, or its value can't be used."""


class RegistryError(CredtoolsError):
    """The registry refuses: not there, in the wrong state, or nothing to decide."""


class MovedError(RegistryError):
    """What was shown before the last click is no longer so; nothing was written."""


class UnknownOutcomeError(RegistryError):
    """The connection was lost during COMMIT; the same command, run again, finds out and finishes."""


# --- sentences of file errors -------------------------------------------------------------------------------


def no_such_file(path: object) -> MissingFileError:
    if Path(str(path)).is_dir():
        return MissingFileError(f"{str(path)!r} is a folder; name a file in it.")
    return MissingFileError(f"There is no file {str(path)!r}; check the name and the folder.")


def too_many_bytes(found: int, allowed: int) -> FileError:
    return FileError(
        f"The file has {found:,} bytes, but at most {allowed:,} are read at a time; divide it into several files."
    )


def not_decodable(encoding: str, position: int) -> FileError:
    return FileError(
        f"The file isn't text in the encoding {encoding}: byte {position:,} has no meaning there; "
        "save it as UTF-8, or name its encoding in the recipe (read: {encoding: …})."
    )


def unknown_encoding(encoding: str) -> FileError:
    return FileError(
        f"There is no encoding called {encoding!r}; name one that Python knows, for example utf-8 or cp1252."
    )


def unknown_delimiter(delimiter: str) -> FileError:
    return FileError(f"The delimiter {delimiter!r} can't be used; it must be one character, for example ',' or ';'.")


def unknown_mark(name: str, mark: str) -> FileError:
    return FileError(
        f"The {name} mark {mark!r} can't be used; it must be one character that is neither blank nor the delimiter, "
        "or nothing for none."
    )


def not_a_table(reason: str) -> FileError:
    return FileError(f"The file holds no table: {reason}; export it again as CSV with a line of headings.")


def unsupported_kind(suffix: str) -> FileError:
    return FileError(
        f"Files that end in {suffix!r} can't be read; save the table as CSV (UTF-8) or XLSX and upload that."
    )


def is_web_page() -> FileError:
    return FileError(
        "The file is a web page, whatever its name ends in; open it in a spreadsheet, save it as XLSX or CSV, and "
        "upload that."
    )


def sheet_unreadable(reason: str) -> FileError:
    return FileError(
        f"The spreadsheet can't be read: {reason}; open it in a spreadsheet program, save it again and upload that."
    )


def sheet_beyond(what: str, found: int, allowed: int) -> FileError:
    return FileError(
        f"The spreadsheet has {found:,} {what}, but at most {allowed:,} are read; remove what isn't part of the table, "
        "or save the table as CSV."
    )


def far_cell(sheet: str, cell: str, found: int, allowed: int) -> FileError:
    return FileError(
        f"The sheet {sheet!r} has a cell at {cell}, so that it spans {found:,} cells, but at most {allowed:,} are "
        "read; delete what stands far from the table."
    )


def sheet_too_costly(what: str, allowed: int) -> FileError:
    return FileError(
        f"Reading the spreadsheet took more than the {allowed:,} {what} that are allowed; save the table as CSV "
        "(UTF-8) and upload that."
    )


def no_such_sheet(sheet: str, sheets: list[str]) -> FileError:
    return FileError(
        f"The spreadsheet has no sheet {sheet!r}; its sheets are: {', '.join(map(repr, sheets)) or 'none'}. "
        "Name one of them in the recipe (read: {sheet: …})."
    )


def too_many_lines(found: int, allowed: int) -> FileError:
    return FileError(
        f"The file has {found:,} lines, but at most {allowed:,} are read at a time; divide it into several files."
    )


def cell_too_long(line: int, found: str, allowed: int) -> FileError:
    return FileError(
        f"The record on line {line} has a cell of {found} bytes, but at most {allowed:,} are allowed; "
        "shorten the cell, or look for a missing quotation mark there.",
        line=line,
    )


def line_too_long(line: int, found: int, allowed: int) -> FileError:
    return FileError(
        f"Line {line:,} has {found:,} characters, but at most {allowed:,} are read in one line; look for missing line "
        "ends.",
        line=line,
    )


def too_many_columns(line: int, found: int, allowed: int) -> FileError:
    return FileError(
        f"The record on line {line} has {found:,} fields, but at most {allowed} columns are allowed; "
        "remove the columns that aren't needed, or check the delimiter.",
        line=line,
    )


def heading_line_beyond(heading_line: int, lines: int) -> FileError:
    return FileError(
        f"The headings should be on line {heading_line:,}, but there is no such record in the file, which has "
        f"{lines:,} lines; correct heading_line in the recipe."
    )


def too_many_rows(found: int, allowed: int) -> FileError:
    return FileError(
        f"The file has {found:,} rows, but at most {allowed:,} are taken at a time; divide it, "
        "or upload it in parts on purpose with --split.",
        code="row_limit",
    )


def heading_missing(column: str, title: str, line: int | None, found: list[str], likely: str = "") -> FileError:
    perhaps = f"Perhaps {likely!r} stands for it. " if likely else ""
    where = f"The heading row (line {line})" if line else "The file"
    names = ", ".join(found) or "none"
    return FileError(
        f"{where} has no heading for {title!r}; the headings found are: {names}. "
        f"{perhaps}Rename the right one, or name it in the recipe (headings: {{Heading in the file: column}}).",
        code="heading_required",
        line=line,
        column=column,
    )


def heading_twice(column: str, title: str, first: str, second: str, line: int | None) -> FileError:
    return FileError(
        f"The headings {first!r} and {second!r} both stand for {title!r}; "
        "keep one of them, or say in the recipe which one counts.",
        code="heading_required",
        line=line,
        column=column,
    )
