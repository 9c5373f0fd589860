"""What a correct file of users is: one row, one person of the organisation."""

import numpy as np

from credtools.schema import EVERY, Schema, field, rule, unreadable


class Users(Schema):
    """One row is one user, known by e-mail address."""

    email: str = field(
        "Email",
        kind="name",
        required=True,
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
    status: str = field("Status", kind="choice", choices=("active", "deactivated"), example="active")
    deactivated_on: np.dtype("datetime64[s]") = field(
        "Deactivated on", kind="date", help="when the user was deactivated"
    )
    date_format: str = field(
        "Date format",
        kind="format",
        example="DD/MM/YYYY",
        help="the format of this user's own uploads, if another one",
    )

    @rule(
        "Wrong number of fields",
        on="record",
        groups="rule",
        resolution="The row has {fields} fields, but the headings promise {expected_fields}. Correct the row in the file.",
    )
    def field_count(cls, rows, column):
        return rows["fields"] == rows["expected_fields"]

    @rule(
        "A value is required",
        on="email",
        groups="rule",
        resolution="{title} is blank, but each user needs one.",
    )
    def value_required(cls, rows, column):
        return rows[f"{column}_state"] != "blank"

    @rule("Value can't be read", on=EVERY, resolution=unreadable)
    def value_readable(cls, rows, column):
        return rows[f"{column}_state"] != "unreadable"

    @rule(
        "Value isn't allowed",
        on=("status", "date_format"),
        resolution="{title} is {value!r}, but must be one of: {choices}.",
    )
    def value_allowed(cls, rows, column):
        return rows[f"{column}_state"] != "malformed"

    @rule(
        "Invalid date format",
        on="deactivated_on",
        groups="shape",
        resolution="{value!r} isn't a date written as {date_format}, for example {date_example}; it looks like {shape}.",
    )
    def date_format_known(cls, rows, column):
        return rows[f"{column}_state"] != "malformed"

    @rule(
        "User stands twice",
        on="email",
        together=("email_key",),
        resolution="The user {value!r} also stands on {other_lines}. Keep one row.",
    )
    def not_repeated(cls, rows, column):
        return ~(rows.duplicated("email_key", keep=False) & (rows["email_state"] == "given"))

    @rule(
        "External ID stands twice",
        on="external_id",
        together=("external_id",),
        resolution="The external ID {value!r} also stands on {other_lines}. Each user has an ID of their own.",
    )
    def external_id_unique(cls, rows, column):
        return ~(rows.duplicated("external_id", keep=False) & (rows["external_id_state"] == "given"))
