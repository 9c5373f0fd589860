"""Exports: what people take away – the template, rejected rows, clean files of what was accepted."""

from credtools.exports.accepted import write_accepted
from credtools.exports.rejects import write_rejects
from credtools.exports.template import instructions, write_template

__all__ = ["instructions", "write_accepted", "write_rejects", "write_template"]
