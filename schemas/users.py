"""What a correct file of users is: one row, one person of the organisation."""

import numpy as np

from credtools.schema import Schema, field, rule


def status_resolution(row):
    return (
        f"Status is {row['value']!r}, which is none of these words: {row['choices']}. {row['nearest']}Correct the row, or say "
        "what the word means in a recipe (status: {active: […], deactivated: […], leave_out: […]})."
    )


class Users(Schema):
    """One row is one user, known by e-mail address, by External ID, or by both."""

    email: str = field(
        "Email",
        kind="name",
        synonyms=("e-mail", "user email", "user e-mail", "email address", "e-mail address"),
        example="ana.silva@example.org",
        help="the address by which the user is known; case doesn't matter",
    )
    external_id: str = field(
        "External ID",
        kind="id",
        synonyms=("user id", "employee id", "personnel number", "staff id"),
        example="E-1047",
        help="the user's number in your own systems",
    )
    name: str = field("Name", synonyms=("full name", "user name"), example="Ana Silva")
    status: str = field("Status", kind="status", choices=("active", "deactivated"), example="active")
    deactivated_on: np.dtype("datetime64[s]") = field(
        "Deactivated on", kind="date", help="when the user was deactivated; without a status it means that"
    )
    groups: str = field("Groups", synonyms=("group", "teams"), example="Drivers; Site A", help="several separated by ;")
    manager: str = field("Manager", synonyms=("reports to", "supervisor"), example="ben@example.org")
    date_format: str = field(
        "Date format",
        kind="format",
        example="DD/MM/YYYY",
        help="the format of this user's own uploads, if another one",
    )

    row_rejected = None  # a list is loaded as a whole

    @rule(
        "Not an e-mail address",
        on="email",
        resolution="{value!r} isn't an e-mail address, which has one @ and no spaces. Correct it.",
    )
    def email_valid(cls, rows, column):
        return rows["email_text"].str.fullmatch(r"[^@\s]+@[^@\s]+") | (rows["email_state"] != "given")

    @rule(
        "User without address and ID",
        on="record",
        groups="rule",
        resolution="The row has neither an e-mail address nor an External ID; give one of the two.",
    )
    def user_identified(cls, rows, column):
        missing = ("blank", "absent")
        return ~(rows["email_state"].isin(missing) & rows["external_id_state"].isin(missing))

    @rule("Status isn't known", on="status", resolution=status_resolution)
    def status_known(cls, rows, column):
        return rows["status_state"] != "malformed"

    @rule(
        "Invalid date format",
        on="deactivated_on",
        groups="shape",
        resolution="{value!r} isn't a date written as {date_format}, like {date_example!r}. Correct the date.",
    )
    def date_format_known(cls, rows, column):
        return rows[f"{column}_state"] != "malformed"

    @rule(
        "Duplicate user",
        on="email",
        together=("email_key",),
        resolution=(
            "The user {value!r} also appears on {other_lines}. Keep one row, or give each person an External ID if they "
            "share the address."
        ),
    )
    def not_repeated(cls, rows, column):
        told_apart = rows["external_id_state"].eq("given").groupby(rows["email_key"]).transform("all")
        return ~(rows.duplicated("email_key", keep=False) & (rows["email_state"] == "given")) | told_apart

    @rule(
        "Duplicate external ID",
        on="external_id",
        together=("external_id",),
        resolution="The external ID {value!r} also appears on {other_lines}. Each user has an ID of their own.",
    )
    def external_id_unique(cls, rows, column):
        return ~(rows.duplicated("external_id", keep=False) & (rows["external_id_state"] == "given"))
