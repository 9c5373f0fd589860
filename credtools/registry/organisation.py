"""Settings of the organisation: stored texts ↔ typed values."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from credtools.errors import SettingError
from credtools.model import OrganisationSettings
from credtools.schema.dates import DateFormat

KINDS = {f.name: type(f.default) for f in fields(OrganisationSettings)}
KEEP = "keep_"  # settings of retention
FLAGS = {**dict.fromkeys(("true", "yes", "on", "1"), True), **dict.fromkeys(("false", "no", "off", "0"), False)}


def from_texts(texts: dict[str, str]) -> OrganisationSettings:
    """The settings in force: stored texts over the defaults."""
    return OrganisationSettings(**{key: parse(key, text) for key, text in texts.items() if key in KINDS})


def parse(key: str, text: str) -> Any:
    """The value that a text means for a setting. Raises SettingError with what would be accepted."""
    if key not in KINDS:
        raise SettingError("setting_unknown", key=key, keys=", ".join(KINDS))
    if KINDS[key] is bool:
        if text.lower() not in FLAGS:
            raise SettingError("setting_not_a_flag", key=key, text=text)
        return FLAGS[text.lower()]
    if key.startswith(KEEP):
        if text.strip() and not text.isdecimal():
            raise SettingError("setting_not_days", key=key, text=text)
        return int(text.strip() or 0)
    if KINDS[key] is int:
        if not text.isdecimal() or int(text) < 1:
            raise SettingError("setting_not_a_number", key=key, text=text)
        return int(text)
    try:
        return DateFormat(text).text if key == "date_format" else ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        if key == "date_format":
            raise SettingError("date_format_unusable", problem=problem) from problem
        raise SettingError("time_zone_unknown", text=text) from problem


def to_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
