"""What the headings of a file may mean, by what lies under them: to be shown with its evidence, never applied here."""

from credtools.checking.meant.earlier import Earlier
from credtools.checking.meant.found import Meant
from credtools.checking.meant.statuses import StatusSaid, status_said, status_under
from credtools.checking.meant.suggest import Suggested, suggest
from credtools.checking.meant.under import Statistics, statistics

__all__ = [
    "Earlier",
    "Meant",
    "Statistics",
    "StatusSaid",
    "Suggested",
    "statistics",
    "status_said",
    "status_under",
    "suggest",
]
