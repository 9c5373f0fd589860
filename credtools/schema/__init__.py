"""Schemas: what a correct file is, in the words `field` and `rule`."""

from credtools.schema.words import EVERY, RECORD, USER, Schema, field, of_kind, rule, unreadable

__all__ = ["EVERY", "RECORD", "USER", "Schema", "field", "of_kind", "rule", "unreadable"]
