"""Schemas: what a correct file is, in the words `field` and `rule`."""

from credtools.schema.base import Schema
from credtools.schema.placeholders import is_placeholder
from credtools.schema.resolutions import superseded, unreadable
from credtools.schema.words import EVERY, LONGEST, RECORD, REQUIRED, USER, field, of_kind, rule
from credtools.text import fold_number

__all__ = [
    "EVERY",
    "LONGEST",
    "RECORD",
    "REQUIRED",
    "USER",
    "Schema",
    "field",
    "fold_number",
    "is_placeholder",
    "of_kind",
    "rule",
    "superseded",
    "unreadable",
]
