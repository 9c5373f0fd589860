"""Writes docs/api.md from the docstrings of what people type: `make api`. A test keeps the page true."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import credtools
from credtools import errors, schema
from credtools.audit.audit import Audit

PAGE = Path(__file__).parent / "api.md"
HEAD = """\
# What a person types

Made from the docstrings by `make api`; don't edit it here. `import credtools as ct` is all that is needed.
"""
FUNCTIONS = ("open", "init", "read", "upgrade", "restore", "copy")
CLASSES = (credtools.Registry, credtools.Batch, Audit, credtools.Recipe)
VALUES = (credtools.Review, credtools.Table, credtools.Receipt)
SECTION = re.compile(r"^(Args|Returns|Raises|Example|Yields):$", re.MULTILINE)
MODULES = re.compile(r"\b(?:credtools|pandas|datetime|pathlib|collections|sqlalchemy|typing|io)(?:\.\w+)*\.(?=[A-Z])")


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_parts()]).rstrip() + "\n"


def _parts() -> Iterator[str]:
    yield "## credtools\n"
    for name in FUNCTIONS:
        yield _entry(f"ct.{name}", getattr(credtools, name))
    for one in CLASSES:
        yield f"## {one.__name__}\n\n{_prose(one)}\n"
        for name, member in _members(one):
            yield _entry(f"{one.__name__.lower()}.{name}", member)
    yield "## Values\n"
    for one in VALUES:
        yield f"### {one.__name__}\n\n{_prose(one)}\n"
    yield "## Errors\n"
    yield f"```text\n{_tree()}\n```\n"
    yield "## The words of a schema\n"
    for name in schema.__all__:
        if inspect.getdoc(getattr(schema, name)) and callable(getattr(schema, name)):
            yield _entry(name, getattr(schema, name))


def _members(one: type) -> Iterator[tuple[str, Any]]:
    """What a class offers, in the order of its file; what it inherits comes first."""
    for base in reversed(one.__mro__):
        if base.__module__.startswith("credtools."):
            for name, member in vars(base).items():
                offered = callable(member) or isinstance(member, property | cached_property | classmethod)
                if offered and not name.startswith("_") and not inspect.isclass(member):
                    yield name, member


def _entry(name: str, member: Any) -> str:
    inner = getattr(member, "__func__", member)
    bare = isinstance(member, property | cached_property | type)
    return f"### `{name}{'' if bare else _signature(inner)}`\n\n{_prose(member)}\n"


def _signature(function: Any) -> str:
    """The parameters and what comes back, as they are annotated, without the modules of the types."""
    made = inspect.signature(function)
    kept = [one for name, one in made.parameters.items() if name not in ("self", "cls")]
    parts, starred = [], False
    for one in kept:
        if one.kind is one.KEYWORD_ONLY and not starred:
            parts.append("*")
        starred |= one.kind in (one.KEYWORD_ONLY, one.VAR_POSITIONAL)
        mark = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        default = "" if one.default is one.empty else f" = {one.default!r}"
        parts.append(f"{mark}{one.name}: {one.annotation}{default}")
    return MODULES.sub("", f"({', '.join(parts)}) -> {made.return_annotation}").replace("pd.", "").replace("store.", "")


def _prose(documented: Any) -> str:
    """A docstring as Markdown: sections become lists, examples become code."""
    text = inspect.getdoc(documented) or ""
    head, *sections = SECTION.split(text)
    parts = [head.strip()]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        said = inspect.cleandoc(body)
        listed = f"**{title}**\n\n" + "\n".join(f"- {one}" for one in _items(said))
        parts.append(f"```python\n{said}\n```" if title == "Example" else listed)
    return "\n\n".join(part for part in parts if part)


def _items(body: str) -> list[str]:
    """The entries of a section, each on one line; what is indented belongs to the one above."""
    items: list[str] = []
    for line in body.splitlines():
        if line[:1].isspace() and items:
            items[-1] += f" {line.strip()}"
        elif line.strip():
            items.append(line.strip())
    return items


def _tree() -> str:
    """The tree of exceptions, as the module draws it."""
    lines = (errors.__doc__ or "").splitlines()
    return "\n".join(line for line in lines if line.startswith(("CredtoolsError", "├", "│", "└", "    ├", "    └")))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
