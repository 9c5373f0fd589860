"""Keeping: a registry as a stream of rows, into one file (`backup`), out of it (`restore`), or straight on (`copying`).

`lines` (rows as portable text) → `outgoing` (one moment of a registry) → `archive` (the file, with its `manifest`) →
`incoming` (a new one).
"""

from credtools.keeping.backup import Backup, backup
from credtools.keeping.copying import Copied, copy
from credtools.keeping.outgoing import Progress
from credtools.keeping.place import Place
from credtools.keeping.restore import Restored, restore

__all__ = ["Backup", "Copied", "Place", "Progress", "Restored", "backup", "copy", "restore"]
