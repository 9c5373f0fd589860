"""What a correct file of credentials is: one row, one credential of one user.

Change a rule here and verdict, sentences and template follow; nothing in the package knows it by name. Inherited are
`field_count`, `value_readable`, `value_damaged`, `value_allowed`, `status_known` and the warnings about what is stored: `declined_before`,
`older_than_stored`, `media_missing`. `schemas/README.md` explains the words, the resolved columns that a rule may read,
and how an inherited rule is changed or left out.
"""

import numpy as np
import pandas as pd

from credtools.schema import EVERY, Schema, field, is_placeholder, of_kind, rule

USER = ("user_email", "external_id", "user_name")
NEEDED_BY_TYPE = {"issue_date": "type_issue", "expiration_date": "type_expiry", "credential_number": "type_number"}


def user_resolution(row):
    if row["user_status"] == "deactivated":
        since = f" on {row['user_since']:%Y-%m-%d}" if pd.notna(row["user_since"]) else ""
        return (
            f"The user {row['value']!r} was deactivated{since}; only active users can hold new credentials. "
            "Reactivate the user, or leave the row rejected."
        )
    if row["user_status"] == "several":
        by_name = row["column"] == "user_name"
        cure = "Give the e-mail address or the User ID of the right one in the place of the name."
        other = "Name users by their User IDs (match_users_by: external_id in the recipe)."
        return (
            f"Several users have the {row['title']} {row['value']!r}, so it doesn't say who is meant. {row['nearest']}"
            f"{cure if by_name else other}"
        )
    return (
        f"No user of this organisation has the {row['title']} {row['value']!r}. {row['nearest']}Correct it, or load the "
        f"user first{row['remedy']['load_users']}."
    )


def former_resolution(row):
    now = row["type_now"] if row["column"] == "credential_type" else row["user_now"]
    return f"{row['value']!r} is a former name of {now!r}, and was understood. Correct it at the source when you can."


def type_resolution(row):
    if row["type_status"] == "deactivated":
        return (
            f"The credential type {row['value']!r} was deactivated; only active types can be used. Choose another one, "
            f"or load the type again{row['remedy']['load_types']}."
        )
    return (
        f"This organisation has no credential type called {row['value']!r}; only types that were already created here "
        f"count. {row['nearest']}Choose an existing one{row['remedy']['alias_type']}, or create it first{row['remedy']['load_types']}."
    )


def placeholder_resolution(row):
    return f"{row['value']!r} is stored as the number. If it means that there is none{row['remedy']['make_blank']}."


def dates_resolution(row):
    both = f"The credential expires on {row['expiration_date_text']} and was issued on {row['issue_date_text']}"
    if row["expiration_date"] == row["issue_date"]:
        return f"{both}: the same day isn't allowed here. Correct one of the two dates."
    return f"{both}: a credential can't expire before it is issued. Correct one of the two dates."


def repeated_resolution(row):
    said = (
        f"Line {row['line']} and {row['other_lines']} have the same credential with the same issue date, but different "
        f"content ({row['differing']})."
    )
    if row["several_numbers"] and row["type_number"] != "required":
        return (
            f"{said} If one person can hold several {row['credential_type_text']!r}, told apart by their numbers, let the "
            f"type be numbered{row['remedy']['load_types']}. Else keep the right row and remove the others."
        )
    return f"{said} Keep the right row and remove the others."


def unusual_resolution(row):
    usual = f"by the validity of the type ({row['type_validity']} months) it would be {row['usual_written']}"
    if row["expiration_date_state"] == "never":
        return f"{row['value']!r} says that the credential doesn't expire, but {usual}. The row is imported as it says; check it."
    return f"The expiration date is {row['date_written']}, but {usual}. The row is imported as it says; check the date."


class Credentials(Schema):
    """One row is one credential of one user."""

    user_email: str = field(
        "User email",
        kind="user",
        required=True,
        synonyms=("email", "e-mail", "email address", "e-mail address", "user e-mail", "user"),
        example="ana.silva@example.org",
        help="the e-mail address of an active user",
    )
    external_id: str = field(
        "User ID",
        kind="user",
        required=True,
        synonyms=("external id", "employee id", "personnel number", "staff id"),
        example="E-1047",
        help="the user's number in your own systems, instead of the e-mail address",
    )
    user_name: str = field(
        "User name",
        kind="user",
        required=True,
        synonyms=("name", "full name", "employee", "employee name", "person", "holder"),
        example="Ana Silva",
        help="the user's name, where the recipe matches users by name and only one user has it",
    )
    credential_type: str = field(
        "Credential type",
        kind="credential_type",
        required=True,
        synonyms=("type", "credential", "qualification", "certificate", "certification", "license type"),
        example="First Aid",
        help="the name of a type that exists in this organisation",
    )
    issue_date: np.dtype("datetime64[s]") = field(
        "Issue date",
        kind="date",
        synonyms=("issued", "issued on", "date issued", "date of issue", "valid from"),
        help="in the organisation's date format",
    )
    expiration_date: np.dtype("datetime64[s]") = field(
        "Expiration date",
        kind="date",
        synonyms=("expires", "expires on", "expiry", "expiry date", "expiration", "valid until", "valid to"),
        help="blank or never when the credential doesn't expire",
    )
    credential_number: str = field(
        "Credential number",
        synonyms=(
            "number",
            "certificate number",
            "certificate no.",
            "license no.",
            "license number",
            "license #",
            "licence number",
            "card number",
        ),
        example="FA-20931",
        help="the number printed on the licence or certificate",
    )
    media: str = field(
        "Media",
        synonyms=("file", "files", "attachment", "attachments"),
        example="first-aid.pdf",
        help="names of scans, several separated by ;",
    )
    status: str = field(
        "Status",
        kind="status",
        help="whether the credential still stands; it counts when the recipe says what its words mean",
    )

    @rule(
        "A value is required",
        on=EVERY,
        groups="rule",
        resolution="{title} is blank, but this row needs it; fill it in.",
    )
    def value_required(cls, rows, column):
        if column in NEEDED_BY_TYPE:
            missing = (rows[f"{column}_state"] == "blank") | (rows[f"{column}_state"] == "absent")
            if column != "credential_number":  # what no longer stands needs no dates
                missing &= rows["status"] != "withdrawn"
            return ~(missing & (rows[NEEDED_BY_TYPE[column]] == "required"))
        return (rows[f"{column}_state"] != "blank") | (not cls.column(column).required)

    @rule(
        "Number isn't known",
        on="credential_number",
        resolution=(
            "{value!r} is no number, but credentials of the type {credential_type_text!r} are told apart by theirs. Fill "
            "in the number."
        ),
    )
    def number_known(cls, rows, column):
        some = rows.loc[rows["type_number"] == "required", column]
        return ~is_placeholder(some).reindex(rows.index, fill_value=False)

    @rule(
        "Number may be none",
        on="credential_number",
        blocks=False,
        resolution=placeholder_resolution,
        summary="What is written as the number may mean that there is none. If it does{remedy[make_blank]}.",
    )
    def number_doubtful(cls, rows, column):
        some = rows.loc[rows["type_number"] != "required", column]
        return ~is_placeholder(some).reindex(rows.index, fill_value=False)

    @rule(
        "User doesn't exist",
        on=USER,
        resolution=user_resolution,
        titles=("user_status", {"several": "Several users match"}),
    )
    def user_exists(cls, rows, column):
        return (rows[f"{column}_state"] != "given") | (rows["user_status"] == "active")

    @rule("Credential type doesn't exist", on="credential_type", resolution=type_resolution)
    def credential_type_exists(cls, rows, column):
        return (rows[f"{column}_state"] != "given") | (rows["type_status"] == "active")

    @rule(
        "Invalid date format",
        on=of_kind("date"),
        groups="shape",
        resolution=(
            "{value!r} isn't a date written as {date_format} (the format set by the {date_format_from}), like "
            "{date_example!r}. {nearest}Correct the date{remedy[name_format]}.{never}"
        ),
    )
    def date_format(cls, rows, column):
        return rows[f"{column}_state"] != "malformed"

    @rule(
        "Expiration date is earlier than issue date",
        on="expiration_date",
        needs=("issue_date",),
        groups="rule",
        resolution=dates_resolution,
    )
    def expires_after_issue(cls, rows, column):
        early = rows["expiration_date"] < rows["issue_date"]
        same_day = (rows["expiration_date"] == rows["issue_date"]) & ~rows["same_day_expiry"]
        return ~(early | same_day)

    @rule(
        "Same credential twice with different content",
        on="record",
        needs=("user", "credential_type", "issue_date", "expiration_date", "credential_number"),
        together=("version",),
        groups="rule",
        resolution=repeated_resolution,
    )
    def not_repeated(cls, rows, column):
        return rows["contents"] <= 1

    @rule(
        "Several numbers of one credential",
        on="credential_number",
        needs=("user", "credential_type"),
        together=("credential",),
        groups="rule",
        blocks=False,
        resolution=(
            "Line {line} and {other_lines} are taken for versions of one credential, though their numbers differ. Nothing "
            "needs to be done if the card was renewed under another number. If one person can hold several "
            "{credential_type_text!r}, let the type be numbered{remedy[load_types]}."
        ),
        summary=(
            "Rows are taken for versions of one credential, though their numbers differ. Nothing needs to be done if cards "
            "were renewed under other numbers. If one person can hold several, let the type be numbered."
        ),
    )
    def number_changes(cls, rows, column):
        return rows["number_count"] <= 1

    @rule(
        "Repeated row",
        on="record",
        needs=("user", "credential_type", "issue_date", "expiration_date", "credential_number"),
        together=("content",),
        groups="rule",
        blocks=False,
        resolution="The same credential also appears on {other_lines}, with the same content; it is imported once. Nothing needs to be done.",
        summary="The same credential appears several times with the same content; it is imported once. Nothing needs to be done.",
    )
    def repeated(cls, rows, column):
        return ~(rows["again"] & (rows["contents"] <= 1))

    @rule(
        "Date isn't used",
        on=of_kind("date"),
        groups="rule",
        blocks=False,
        resolution="Credentials of the type {credential_type_text!r} have no such date; {value!r} isn't stored.",
        summary="The type has no such date, so the date isn't stored. Nothing needs to be done unless the type is wrong.",
    )
    def date_unused(cls, rows, column):
        return rows[f"{column}_state"] != "unused"

    @rule(
        "Date can be read two ways",
        on=of_kind("date"),
        groups="rule",
        blocks=False,
        resolution=(
            "{value!r} was read as {date_taken}, but would be {date_other} in another of the declared formats "
            "({date_format}). Make sure that it is right, or declare one format only."
        ),
        summary="The date would be another day in another of the declared formats. Make sure that it is right, or declare one format only.",
    )
    def date_ambiguous(cls, rows, column):
        return rows[f"{column}_other"].isna()

    @rule(
        "Day and month may be swapped",
        on=of_kind("date"),
        groups="rule",
        blocks=False,
        resolution=(
            "{value!r} was read as {date_taken}, but other dates of this column have day and month the other way round; "
            "then it would be {date_swapped}. The row is imported; check the order at the source."
        ),
        summary=(
            "Other dates of the column have day and month the other way round, and these could be read so, too. Such "
            "rows are imported in the order that was declared; check it at the source."
        ),
    )
    def date_swapped(cls, rows, column):
        return rows[f"{column}_swapped"].isna()

    @rule(
        "Date is unlikely",
        on=of_kind("date"),
        blocks=False,
        resolution=(
            "{value!r} is before 1950 or more than 50 years ahead; the row is imported, but check the date.{never}"
        ),
        summary=(
            "Such dates are before 1950 or more than 50 years ahead. The rows are imported, but check the dates; where "
            "one means that the credential doesn't expire, write ‘never’ instead{remedy[list_never]}."
        ),
    )
    def date_unlikely(cls, rows, column):
        latest = rows["today"].max() + pd.DateOffset(years=50)
        unlikely = (rows[column] < pd.Timestamp(1950, 1, 1)) | (rows[column] > latest)
        return ~unlikely | (rows[f"{column}_state"] == "computed")  # which no one has written

    @rule(
        "Expiration date is unusual",
        on="expiration_date",
        needs=("issue_date", "credential_type"),
        groups="rule",
        blocks=False,
        resolution=unusual_resolution,
        summary=(
            "The expiration date isn't the one that follows from the validity of the type. Such rows are imported as "
            "they say, but check their dates."
        ),
    )
    def expiry_unusual(cls, rows, column):
        stated = rows[f"{column}_state"].isin(["given", "never"]) & rows["usual_expiry"].notna()
        return ~(stated & (rows[column] != rows["usual_expiry"]))

    @rule(
        "Former name",
        on=(*USER, "credential_type"),
        blocks=False,
        resolution=former_resolution,
        summary="Such rows are taken for the person or the type of today. Nothing needs to be done; the source may learn the new name.",
    )
    def former_name(cls, rows, column):
        return rows["type_now" if column == "credential_type" else "user_now"].isna()

    @rule(
        "Already expired",
        on="expiration_date",
        groups="rule",
        blocks=False,
        resolution="The credential expired on {expiration_date_text}; it is imported, and counts as expired.",
        summary="Such credentials are imported, and count as expired. Nothing needs to be done.",
    )
    def already_expired(cls, rows, column):
        return ~(rows["expiration_date"] < rows["today"])

    @rule(
        "Issued in the future",
        on="issue_date",
        groups="rule",
        blocks=False,
        resolution="The issue date {issue_date_text} is in the future; the row is imported, but check the date.",
        summary="The issue date is in the future. Such rows are imported, but check their dates.",
    )
    def issued_in_future(cls, rows, column):
        return ~(rows["issue_date"] > rows["today"])

    @rule(
        "Row was repaired",
        on="record",
        groups="rule",
        blocks=False,
        resolution=(
            "The quotation marks of this row didn't match, so it was reconstructed while reading. Compare it with the file."
        ),
    )
    def row_repaired(cls, rows, column):
        return ~rows["repaired"]
