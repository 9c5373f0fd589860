"""Every sentence that people read, collected from where it is made: the catalogue, the schemas, Python and JavaScript.

`python -m tests.sentences` writes them to `tests/sentences.txt`, which is read through whenever it changes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from credtools import errors

ROOT = Path(__file__).parent.parent
SNAPSHOT = Path(__file__).parent / "sentences.txt"
WORDS = re.compile(r"[A-Za-z‘’'{}…:,%\d.-]+ +[a-z‘({“0-9]")  # two words, the second of them in lower case
MARKUP = re.compile(
    r"^\s*(?:[<.#@]|\{[#%])|</|::|=>|\b(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|SET LOCAL|FROM)\b|[\w-]+:\s*[\w#.-]+;"
)
IN_JAVASCRIPT = re.compile(
    r"//[^\n]*|/\*.*?\*/|'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`", re.DOTALL
)
UNSAID = (  # words that are looked for in scans, and statements for a server
    ROOT / "credtools" / "media" / "scan",
    ROOT / "credtools" / "store" / "team",
)
DEFINITIONS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def everything() -> str:
    """The snapshot: a heading per place, a sentence per line, in the order of the place."""
    parts = ["# What credtools says. Written by `make sentences`; read the difference, then commit it.\n"]
    for title, found in places():
        if found:
            parts.append("\n".join([f"\n## {title}", *dict.fromkeys(one.replace("\n", "⏎") for one in found)]) + "\n")
    return "".join(parts)


def places() -> Iterator[tuple[str, list[str]]]:
    """Each place with its sentences."""
    for room, entries in errors._document().items():
        said = {k: one["sentence"] if isinstance(one, dict) and room != "remedy" else one for k, one in entries.items()}
        yield f"sentences.toml [{room}]", [f"{reason}: {one}" for reason, one in said.items()]
    for path in [*sorted((ROOT / "schemas").glob("*.py")), *sorted((ROOT / "credtools").rglob("*.py"))]:
        if path.parent in UNSAID:
            continue
        yield str(path.relative_to(ROOT)), list(_of_python(path))
    for path in sorted((ROOT / "credtools").rglob("*.js")):
        yield str(path.relative_to(ROOT)), list(_of_javascript(path))


def _of_python(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {id(one) for node in ast.walk(tree) for one in _unread(node)}
    for node in _in_order(tree, skipped):
        text = ast.unparse(node)[2:-1] if isinstance(node, ast.JoinedStr) else str(getattr(node, "value", ""))
        if _is_for_people(text):
            yield text


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    """The docstring of `node`, unless it is the help of a command."""
    decorators = " ".join(map(ast.unparse, getattr(node, "decorator_list", ())))
    help_text = "command" in decorators or "group" in decorators
    if isinstance(node, DEFINITIONS) and ast.get_docstring(node) and not help_text:
        yield node.body[0].value  # type: ignore[attr-defined]


def _in_order(node: ast.AST, skipped: set[int]) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if id(child) in skipped:
            continue
        if isinstance(child, ast.JoinedStr) or (isinstance(child, ast.Constant) and isinstance(child.value, str)):
            yield child
        else:
            yield from _in_order(child, skipped)


def _of_javascript(path: Path) -> Iterator[str]:
    for found in IN_JAVASCRIPT.finditer(path.read_text("utf-8")):
        text = next((one for one in found.groups() if one), "")
        if _is_for_people(text):
            yield text


def _is_for_people(text: str) -> bool:
    return bool(WORDS.search(text)) and not MARKUP.search(text)


if __name__ == "__main__":
    SNAPSHOT.write_text(everything(), "utf-8")
