"""The base of every schema document, and the rules that all of them share.

A document inherits those whose columns it has. It changes one by writing a rule of the same name, and leaves one out
by `name = None`.
"""

from __future__ import annotations

import copy
from typing import Any, ClassVar

import pandas as pd
import pandera.pandas as pa

from credtools.schema.resolutions import destroyed, unknown_word, unreadable
from credtools.schema.stored import AboutStored
from credtools.schema.words import EVERY, RECORD, REQUIRED, Column, columns, of_kind, rule, rules


def left_out() -> None:
    """Stands where a document says that it leaves a shared rule out."""


class Schema(AboutStored, pa.DataFrameModel):
    """The base of every schema document: a Pandera model whose rules are named functions."""

    _with_rules: ClassVar[pa.DataFrameSchema]

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """The Pandera schema with one named Check per rule of a file and column, in the order of the document."""
        if "_with_rules" not in vars(cls):
            schema = copy.copy(super().to_schema())
            schema.checks = [
                pa.Check(getattr(cls, one.code), name=one.code, title=one.title, column=column)
                for one in rules(cls)
                for column in one.columns
                if not one.reads_stored
            ]
            cls._with_rules = schema
        return cls._with_rules

    @classmethod
    def column(cls, name: str) -> Column:
        """What the document says about a field."""
        return next(column for column in columns(cls) if column.name == name)

    def __init_subclass__(cls, **options: Any) -> None:
        for name, member in list(vars(cls).items()):
            if hasattr(member, "__rule__"):
                setattr(cls, name, classmethod(member))
            elif member is None:  # Pandera would miss an annotation
                setattr(cls, name, staticmethod(left_out))
        super().__init_subclass__(**options)  # type: ignore[no-untyped-call]

    @classmethod
    @rule(
        "Wrong number of fields",
        on=RECORD,
        groups="rule",
        resolution=(
            "The row has {fields} fields, but the heading row has {expected_fields}: a delimiter or a quotation mark "
            "is missing or extra. Correct the row in the file."
        ),
    )
    def field_count(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003 - as each rule is called
        return rows["fields"] == rows["expected_fields"]

    @classmethod
    @rule(
        "Rejected by a person",
        on=RECORD,
        groups="rule",
        resolution="A person has rejected this row. If it is right after all, undo that decision{remedy[undo_reject]}.",
    )
    def row_rejected(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return ~rows["rejected_by_hand"]

    @classmethod
    @rule(
        "A rule changes an existing value",
        on=RECORD,
        needs=("credential_type",),
        groups="rule",
        resolution=(
            "The file says {overruled!r}, which exists here, but a rule of the recipe turns it into {overruled_as!r}. "
            "If the file is right, correct the cell or change the rule{remedy[change_rule]}; if the rule is right, "
            "replace this value by a rule of its own."
        ),
    )
    def value_overruled(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["overruled"] == ""

    @classmethod
    @rule(
        "A value is required",
        on=REQUIRED,
        groups="rule",
        resolution="{title} is blank, but every row needs it; fill it in.",
    )
    def value_required(cls, rows: pd.DataFrame, column: str) -> pd.Series:
        return rows[f"{column}_state"] != "blank"

    @classmethod
    @rule("Value can't be read", on=EVERY, resolution=unreadable)
    def value_readable(cls, rows: pd.DataFrame, column: str) -> pd.Series:
        return rows[f"{column}_state"] != "unreadable"

    @classmethod
    @rule("Value was damaged by a spreadsheet", on=EVERY, resolution=destroyed)
    def value_damaged(cls, rows: pd.DataFrame, column: str) -> pd.Series:
        return (rows[f"{column}_state"] != "damaged") | (column == "media")  # for want of media no row is rejected

    @classmethod
    @rule(
        "Value isn't allowed",
        on=of_kind("choice", "flag", "whole", "format"),
        resolution="{title} is {value!r}, but must be one of: {choices}.",
    )
    def value_allowed(cls, rows: pd.DataFrame, column: str) -> pd.Series:
        return rows[f"{column}_state"] != "malformed"

    @classmethod
    @rule("Status isn't known", on=of_kind("status"), resolution=unknown_word)
    def status_known(cls, rows: pd.DataFrame, column: str) -> pd.Series:
        return rows[column].notna() | ~rows[f"{column}_state"].isin(["malformed", "blank"])

    @classmethod
    @rule(
        "Date shows no day",
        on=of_kind("date"),
        groups="rule",
        resolution=(
            "The spreadsheet shows this date without its day; however it is shown there, it is read as {value!r}. Show "
            "the whole date there{remedy[say_day]}."
        ),
    )
    def date_incomplete(cls, rows: pd.DataFrame, column: str) -> pd.Series:
        return rows[f"{column}_state"] != "incomplete"
