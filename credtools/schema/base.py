"""The base of every schema document, and the rules that all of them share.

A document inherits those whose columns it has. It changes one by writing a rule of the same name, and leaves one out
by `name = None`.
"""

from __future__ import annotations

import copy
from typing import Any, ClassVar

import pandas as pd
import pandera.pandas as pa

from credtools.schema.resolutions import cleared, corrected, destroyed, lost, superseded, unknown_word, unreadable
from credtools.schema.words import EVERY, RECORD, REQUIRED, Column, columns, of_kind, rule, rules


def left_out() -> None:
    """Stands where a document says that it leaves a shared rule out."""


class Schema(pa.DataFrameModel):
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

    # --- warnings about what is stored ----------------------------------------------------------------------

    @classmethod
    @rule(
        "Declined before",
        on=RECORD,
        needs=("credential_type", "stored_as"),
        groups="rule",
        blocks=False,
        resolution=(
            "Exactly this credential was declined before, so it isn't stored again. Correct the row, leave it out, or "
            "once the batch is finished reopen the credential for a new decision{remedy[resubmit]}."
        ),
    )
    def declined_before(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["stored_as"] != "declined"

    @classmethod
    @rule(
        "Older than what is stored",
        on=RECORD,
        needs=("credential_type", "stored_as", "stored_newest_issue"),
        groups="rule",
        blocks=False,
        resolution=superseded,
        summary=(
            "An earlier version of the credential; the newest one stays. Nothing needs to be done unless the earlier "
            "one is right; then undo the upload with the newer one first."
        ),
    )
    def older_than_stored(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["stored_as"] != "older"

    @classmethod
    @rule(
        "Another source counts",
        on=RECORD,
        needs=("credential_type", "stored_as"),
        groups="rule",
        blocks=False,
        resolution=(
            "The source says the same as before, but another source has said something else since, and that counts. "
            "Find out which is right, and have the other one corrected at its source."
        ),
    )
    def other_source_counts(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["stored_as"] != "other_source"

    @classmethod
    @rule(
        "Another source said otherwise",
        on=RECORD,
        needs=("credential_type", "stored_change"),
        groups="rule",
        blocks=False,
        resolution=(
            "Another source says something else about this credential; from now on this row counts. Find out which is "
            "right, and have the other one corrected at its source."
        ),
    )
    def taken_over(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["stored_change"] != "taken_over"

    @classmethod
    @rule(
        "Corrected back",
        on=RECORD,
        needs=("credential_type", "stored_change"),
        groups="rule",
        blocks=False,
        resolution=(
            "The row says again what an older version says, and counts again as a new version. Nothing needs to be "
            "done unless the version in between was right."
        ),
    )
    def corrected_back(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["stored_change"] != "said_again"

    @classmethod
    @rule(
        "Issue date corrected",
        on=RECORD,
        needs=("credential_type", "stored_change", "stored_issue"),
        groups="rule",
        blocks=False,
        resolution=corrected,
        summary=(
            "The source lists these credentials no longer under their later issue date: each row corrects that version "
            "and counts in its place. Nothing needs to be done unless both are right."
        ),
    )
    def issue_date_corrected(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["stored_change"] != "issue_date"

    @classmethod
    @rule(
        "Reinstated",
        on=RECORD,
        needs=("credential_type", "stored_change"),
        groups="rule",
        blocks=False,
        resolution=(
            "The source had withdrawn this credential, or no longer listed it, and now says that it is valid: it "
            "counts again. Nothing needs to be done unless that is wrong."
        ),
    )
    def reinstated(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["stored_change"] != "reinstated"

    @classmethod
    @rule(
        "Expiration date computed",
        on="expiration_date",
        needs=("issue_date", "credential_type", "stored_computed"),
        groups="rule",
        blocks=False,
        resolution=(
            "{title} isn't given; by the validity of the type ({type_validity} months) it is {date_taken}. Nothing "
            "needs to be done unless the credential says otherwise."
        ),
        summary=(
            "The expiration date isn't given and follows from the validity of the type. Nothing needs to be done "
            "unless the credentials say otherwise."
        ),
    )
    def expiry_computed(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return ~rows["stored_computed"]

    @classmethod
    @rule(
        "Stored value would be lost",
        on=EVERY,
        needs=("credential_type", "stored_lost", "blanks_told"),
        groups="rule",
        blocks=False,
        resolution=lost,
        summary=(
            "Cells are blank where a value is stored, which would be lost. Fill them in, or say what blank cells of "
            "this source mean{remedy[say_blanks]}."
        ),
    )
    def value_lost(cls, rows: pd.DataFrame, column: str) -> pd.Series:
        return (rows[f"{column}_lost"] == "") | rows["blanks_told"]

    @classmethod
    @rule(
        "Stored value is cleared",
        on=EVERY,
        needs=("credential_type", "stored_lost", "blanks_told"),
        groups="rule",
        blocks=False,
        resolution=cleared,
        summary="Cells are blank where a value was stored, which no longer counts. Nothing needs to be done.",
    )
    def value_cleared(cls, rows: pd.DataFrame, column: str) -> pd.Series:
        return (rows[f"{column}_lost"] == "") | ~rows["blanks_told"]

    @classmethod
    @rule(
        "Number held by two people",
        on="credential_number",
        needs=("credential_type", "number_holder"),
        blocks=False,
        resolution=(
            "The number {value!r} is also that of {number_holder}, for the same type. Find out whose it is, and have "
            "the other one corrected."
        ),
        summary="Two people have the same number for one type. Find out whose it is, and have the other one corrected.",
    )
    def number_shared(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["number_holder"] == ""

    @classmethod
    @rule(
        "Required media missing",
        on="credential_type",
        needs=("media_needed",),
        blocks=False,
        resolution=(
            "The type {value!r} requires media and none has been added yet; the row is accepted, but can't be "
            "approved. Add its file{remedy[add_media]}, or make media optional."
        ),
        summary=(
            "Accepted, but can't be approved before the media that their types require are added{remedy[add_media]} or "
            "made optional."
        ),
    )
    def media_missing(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return ~rows["media_needed"]

    @classmethod
    @rule(
        "File says something else than the row",
        on="credential_type",
        needs=("scan_says",),
        blocks=False,
        resolution="{scan_says} Look at the file before the row is approved, and correct the row if it is wrong.",
        summary="Look at the files of these rows before they are approved, and correct the rows that are wrong.",
    )
    def scan_differs(cls, rows: pd.DataFrame, column: str) -> pd.Series:  # noqa: ARG003
        return rows["scan_says"] == ""
