"""What a correct file of credential types is: one row, one kind of licence, certificate or qualification."""

import pandas as pd

from credtools.schema import Schema, field, rule

WHEN = ("required", "optional", "never")


class CredentialTypes(Schema):
    """One row is one credential type, known by its name."""

    name: str = field(
        "Name",
        kind="name",
        required=True,
        synonyms=("credential type", "type", "type name"),
        example="First Aid",
        help="the name by which the type is known; case doesn't matter",
    )
    expiry: str = field(
        "Expiry", kind="choice", choices=WHEN, example="required", help="whether it has an expiration date"
    )
    issue: str = field("Issue", kind="choice", choices=WHEN, example="required", help="whether it has an issue date")
    numbered: pd.BooleanDtype = field(
        "Numbered", kind="flag", example="no", help="yes when one user may hold several, told apart by number"
    )
    media_required: pd.BooleanDtype = field("Media required", kind="flag", example="no")
    approval_required: pd.BooleanDtype = field(
        "Approval required", kind="flag", help="blank: as the organisation decides"
    )
    validity_months: pd.Int64Dtype = field("Validity months", kind="whole", example="24")
    expiry_computed: pd.BooleanDtype = field(
        "Expiry computed",
        kind="flag",
        example="yes",
        help="yes: a blank expiration date is computed from the validity months; no: it must be stated",
    )

    row_rejected = None  # a list is loaded as a whole

    @rule(
        "Duplicate type",
        on="name",
        together=("name_key",),
        resolution="The type {value!r} also appears on {other_lines}. Keep one row.",
    )
    def not_repeated(cls, rows, column):
        return ~(rows.duplicated("name_key", keep=False) & (rows["name_state"] == "given"))
