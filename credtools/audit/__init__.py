"""Audit: questions about rejected rows → DataFrames. Reads only."""

from credtools.audit.audit import Audit
from credtools.audit.filters import Filters

__all__ = ["Audit", "Filters"]
