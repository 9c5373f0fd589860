"""Rules that all documents share about what is stored: warnings, which reject nothing."""

from __future__ import annotations

import pandas as pd

from credtools.schema.resolutions import cleared, corrected, lost, superseded
from credtools.schema.words import EVERY, RECORD, rule


class AboutStored:
    """What a row would do to what is stored already, and what its media say."""

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
            "{title} isn't given; by the validity of the type ({type_validity} months) it is {date_written}. Nothing "
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
