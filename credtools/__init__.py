"""credtools: messy exports of licences and qualifications → approved, auditable credential records.

`open` a registry, `upload` a file, look at `review`, `finish`, `approve`. Names load what they need when they are
first used, so that `credtools --help` loads nothing heavy.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credtools.errors import CredtoolsError
    from credtools.model import Receipt, Review, Table
    from credtools.reading import read
    from credtools.recipe import Recipe
    from credtools.registry import Batch, Registry, open_registry, restore, upgrade
    from credtools.registry import copy as copy
    from credtools.registry import create as init

    open = open_registry  # noqa: A001 - credtools.open is the door of the house
    __version__: str

__all__ = [  # without `open` and `copy`, so that `from credtools import *` leaves Python's own
    "Batch",
    "CredtoolsError",
    "Receipt",
    "Recipe",
    "Registry",
    "Review",
    "Table",
    "init",
    "read",
    "restore",
    "upgrade",
]

_HOME = {
    "CredtoolsError": ("errors", "CredtoolsError"),
    "Batch": ("registry", "Batch"),
    "Registry": ("registry", "Registry"),
    "copy": ("registry", "copy"),
    "init": ("registry", "create"),
    "open": ("registry", "open_registry"),
    "read": ("reading", "read"),
    "Recipe": ("recipe", "Recipe"),
    "Receipt": ("model", "Receipt"),
    "Review": ("model", "Review"),
    "Table": ("model", "Table"),
    "restore": ("registry", "restore"),
    "upgrade": ("registry", "upgrade"),
    "__version__": ("settings", "VERSION"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'credtools' has no attribute {name!r}")
    module, attribute = _HOME[name]
    return getattr(import_module(f"credtools.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted([*__all__, "copy", "open", "__version__"])


_MOVED = {"credtools.widgets": "credtools.jupyter", "credtools.fields": "credtools.schema"}


class _Moved:
    """Finds modules that documents of users import by the names they had before."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in _MOVED else None  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> None:
        """Python makes an empty one, which `exec_module` replaces."""

    def exec_module(self, module: Any) -> None:
        sys.modules[module.__name__] = import_module(_MOVED[module.__name__])


sys.meta_path.append(_Moved())
