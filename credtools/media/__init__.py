"""Media: from files, folders and zips to the rows that they belong to, each file really opened first."""

from credtools.media.files import File, gathered
from credtools.media.looking import Looker
from credtools.media.matching import Attached, Match, Medium, Missing, Row, by_column, by_hand, by_pattern, names_in
from credtools.media.matching import missing as missing_media

__all__ = [
    "Attached",
    "File",
    "Looker",
    "Match",
    "Medium",
    "Missing",
    "Row",
    "by_column",
    "by_hand",
    "by_pattern",
    "gathered",
    "missing_media",
    "names_in",
]
