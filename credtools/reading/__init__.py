"""Reading: the bytes of a file → Table (text, with physical line numbers) + Reading (what was assumed).

bytes → `recognise` what they are. Of a text, in `delimited/`: `decode` → `sniff` (its `dialect`) → `split` (`regular`
records at once, `torn` ones, too; `repair` where marks don't match otherwise); of a workbook: `sheets` (after
`xml_workbooks`); of a web page: `pages`. Each makes `records`; of these, in `table/`: `layout` → `tables`. Nothing is
parsed and nothing is guessed silently: each assumption is noted in `Table.reading`, and each can be overridden by an
option of the same name (or by `read:` in a recipe).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from credtools.errors import FileError
from credtools.limited import collection_paused
from credtools.model import FileWarning, Reading, Table
from credtools.reading import pages, sheets, xml_workbooks
from credtools.reading.delimited.decode import decode
from credtools.reading.delimited.sniff import RECORD_SEPARATOR, find_dialect, find_record_end
from credtools.reading.delimited.split import closed_by, split_records
from credtools.reading.delimited.wrapped import unwrapped
from credtools.reading.options import Options
from credtools.reading.recognise import kind_of
from credtools.reading.records import Records, require_size
from credtools.reading.sources import FRAME, FRAME_OPTIONS, MAX_BYTES, Source, file_bytes, file_name
from credtools.reading.table.headings import suggest_columns
from credtools.reading.table.layout import lay_out
from credtools.reading.table.noted import ends_with
from credtools.reading.table.stack import stacked
from credtools.reading.table.tables import make_table

__all__ = ["MAX_BYTES", "Source", "file_bytes", "file_name", "read", "read_bytes", "suggest_columns"]

MAX_LINES = 5_000_000
OPEN_END = FileWarning(
    "last_line_open",
    1,
    "The last line has no line end. Many programs leave it out, so nothing needs to be done if the file is complete; "
    "a file that was taken while it was still being written ends like this, too.",
)
PARTS = {
    "workbook": sheets.split_sheets,
    "xml workbook": xml_workbooks.split_sheets,
    "flat workbook": xml_workbooks.split_flat_sheets,
    "web page": pages.split_tables,
}


def read(source: Source, *, max_bytes: int = MAX_BYTES, **options: Any) -> Table:
    """The table in a file – delimited text, a spreadsheet, a table of a web page – or in a DataFrame.

    What a file is, is decided by its content, whatever its name ends in.

    Args:
        source: A path, a DataFrame, bytes, or a file that is open for reading bytes.
        max_bytes: Larger files are refused.
        **options: What is known about the file (`Options`); all else is found and noted in `Table.reading`.

    Returns:
        A Table: one row per record, text only, each with the line on which it starts.

    Raises:
        MissingFileError: There is no file under the path.
        FileError: The file as a whole can't be read: `reason`, the line, and what to do.
    """
    return read_bytes(file_bytes(source, max_bytes), file_name(source), **options)


def read_bytes(content: bytes, name: str, **options: Any) -> Table:
    """The table in the bytes of a file called `name` (see `file_bytes`, `file_name`); otherwise like `read`."""
    known = Options(**options | (FRAME_OPTIONS if name == FRAME else {}))
    with collection_paused():
        return _table(content, name, known)


def _table(content: bytes, name: str, options: Options) -> Table:
    """A function of its own, so that the records are gone before Python looks for garbage again."""
    split = None if name == FRAME else PARTS.get(kind_of(content, name))
    parts = split(content, options) if split else [_split_text(content, options, is_file=name != FRAME)]
    sha256 = hashlib.sha256(content).hexdigest()
    for records, _ in parts:
        require_size(records)
    tables = [make_table(records, lay_out(records, options), options, found, sha256, name) for records, found in parts]
    return (
        tables[0]
        if options.stacked is None or not split
        else stacked(tables, options.titles, every=not options.stacked)
    )


def _split_text(content: bytes, options: Options, *, is_file: bool) -> tuple[Records, Reading]:
    text, encoding, warnings = decode(content, options.encoding)
    if len(text) > MAX_LINES and (lines := max(map(text.count, "\n\r"))) > MAX_LINES:
        raise FileError("too_many_lines", found=lines, allowed=MAX_LINES)
    if not text or text.isspace():
        raise FileError("not_a_table", why="every line is empty" if text else "the file is empty")
    end = options.record_end or ("" if options.exact else find_record_end(text))
    if end == RECORD_SEPARATOR and not ("\n" in text or "\r" in text):
        text = text.replace(end, "\n")
    text, wrapped = unwrapped(text, options) if is_file and not options.exact else (text, ())
    dialect = find_dialect(text, options)
    records = split_records(text, dialect, options.heading_line or 1)
    if end and end in text:
        records = closed_by(records, end, options.heading_line or 1)
    if end and not options.record_end:
        warnings = [*warnings, ends_with(end)]
    reading = Reading(encoding, dialect.delimiter, records.lines, None, quote=dialect.quote, escape=dialect.escape)
    reading = replace(reading, record_end=end)
    ended = text.endswith(("\n", "\r"))
    return records, replace(reading, noted=(*warnings, *wrapped, *(() if ended else (OPEN_END,))))
