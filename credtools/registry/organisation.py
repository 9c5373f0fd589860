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
FLAGS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def from_texts(texts: dict[str, str]) -> OrganisationSettings:
    """The settings in force: stored texts over the defaults."""
    return OrganisationSettings(**{key: parse(key, text) for key, text in texts.items() if key in KINDS})


def parse(key: str, text: str) -> Any:
    """The value that a text means for a setting. Raises SettingError with what would be accepted."""
    if key not in KINDS:
        raise SettingError(f"There is no setting {key!r}; settings: {', '.join(KINDS)}.")
    if KINDS[key] is bool:
        if text.lower() not in FLAGS:
            raise SettingError(f"{key} must be true or false, not {text!r}.")
        return FLAGS[text.lower()]
    if key.startswith(KEEP):
        if text.strip() and not text.isdecimal():
            raise SettingError(f"{key} must be a whole number of days, or 0 for ever, not {text!r}.")
        return int(text.strip() or 0)
    if KINDS[key] is int:
        if not text.isdecimal() or int(text) < 1:
            raise SettingError(f"{key} must be a whole number from 1 on, not {text!r}.")
        return int(text)
    if key == "date_format":
        return _date_format(text)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise SettingError(f"There is no time zone {text!r}; write one like Europe/Vienna or UTC.") from problem
    return text


def to_text(value: Any) -> str:
    """The stored text of a value."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _date_format(text: str) -> str:
    try:
        return DateFormat(text).text
    except ValueError as problem:
        raise SettingError(str(problem)) from problem
