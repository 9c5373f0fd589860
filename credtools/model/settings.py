"""What the organisation has decided."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OrganisationSettings:
    """What the organisation has decided; each value changes a verdict or a right (DESIGN §1)."""

    approval_required: bool = True
    media_optional: bool = False
    date_format: str = "YYYY-MM-DD"
    same_day_expiry: bool = True
    expiring_soon_days: int = 30
    four_eyes: bool = False
    time_zone: str = "UTC"
    max_rows: int = 20_000
    refuse_attachments: bool = False  # PDFs that hold other files aren't taken as media
    keep_source_days: int = 0  # how long bytes of files, raw values, media and records of runs are kept; 0: for ever
    keep_values_days: int = 0
    keep_media_days: int = 0
    keep_runs_days: int = 0
