"""Exports: what people take away – the template, rejected rows, clean files of what was accepted."""

from credtools.exports.accepted import write_accepted
from credtools.exports.corrections import is_correction, read_corrections, write_corrections
from credtools.exports.damage import shown
from credtools.exports.template import instructions, write_template

__all__ = [
    "instructions",
    "is_correction",
    "read_corrections",
    "shown",
    "write_accepted",
    "write_corrections",
    "write_template",
]
