"""YAML: recipes as people write them – read without surprises, and changed with their comments kept."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from credtools.errors import RecipeError

WIDTH = 1000
HARMLESS = re.compile(r"\w([\w ./@()+-]*[\w./@()+])?")  # texts that can do without quotes, or that ruamel quotes well


def load(text: str, source: str) -> dict[str, Any]:
    """The keys and values of a YAML text; every scalar stays the text it is (007 is no 7). Raises RecipeError."""
    try:
        for event in YAML(typ="base", pure=True).parse(text):
            _refuse(event, source)
        value = YAML(typ="base", pure=True).load(text)
    except (YAMLError, RecursionError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        reason = getattr(problem, "problem", None) or str(problem).strip().partition("\n")[0]
        raise RecipeError(f"The recipe {source!r} isn't valid YAML{where}: {reason}.") from problem
    if not value:
        return {}
    if not isinstance(value, dict):
        raise RecipeError(
            f"The recipe {source!r} must be a list of keys and values, for example 'date_format: DD/MM/YYYY'."
        )
    return value


def _refuse(event: Any, source: str) -> None:
    if getattr(event, "anchor", None):  # 600 bytes of aliases can grow to gigabytes
        raise RecipeError(f"The recipe {source!r} uses YAML anchors or aliases (& or *); write the values out.")
    if getattr(event, "value", None) in ("null", "Null", "NULL", "~") and event.style is None:
        raise RecipeError(
            f"The recipe {source!r} holds {event.value} on line {event.start_mark.line + 1}: leave the value blank for "
            "nothing, or put the word in quotation marks."
        )


def dump(value: Mapping[str, Any]) -> str:
    """A mapping as YAML, keys in their order."""
    yaml = YAML()
    yaml.default_flow_style = False
    return _dumped(yaml, _lined(value))


def changed(text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The YAML `text`, which says `before`, so that it says `after`: what is equal stays as it is written."""
    yaml = YAML()
    yaml.preserve_quotes = True
    if re.search(r"^ +- ", text, re.MULTILINE):
        yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(text)
    if not isinstance(document, CommentedMap):
        return dump(after)
    _change(document, before, _lined(after))
    return _dumped(yaml, document)


def _dumped(yaml: YAML, value: Any) -> str:
    yaml.width = WIDTH
    out = io.StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def _lined(value: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of lists – rules – on one line each, so that a new one is one line in a comparison, too."""
    return {key: [_on_one_line(item) for item in one] if isinstance(one, list) else one for key, one in value.items()}


def _on_one_line(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    line = CommentedMap({key: CommentedMap(_quoted(told)) for key, told in item.items()})
    for told in line.values():
        told.fa.set_flow_style()
    return line


def _quoted(value: Any) -> Any:
    """Within braces ruamel leaves some texts without the quotes that they need to be read again (`?0`, U+0085)."""
    if isinstance(value, Mapping):
        return {_quoted(key): _quoted(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_quoted(one) for one in value]
    needs_quotes = isinstance(value, str) and value and not HARMLESS.fullmatch(value)
    return DoubleQuotedScalarString(value) if needs_quotes else value


def _change(document: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    order = list(after)
    for key in before.keys() - after.keys():
        document.pop(key, None)
    for key in order:
        old, new, there = before.get(key), after[key], document.get(key)
        if old == new and key in before:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping) and isinstance(there, dict):
            _change(there, old, new)
        elif isinstance(old, list) and isinstance(new, list) and isinstance(there, list) and len(old) == len(there):
            _change_list(there, old, new)
        elif key in document:
            document[key] = new
        else:
            place = next((k for k, name in enumerate(document) if name in order[order.index(key) :]), len(document))
            document.insert(place, key, new)


def _change_list(document: Any, before: list[Any], after: list[Any]) -> None:
    """Takes out what is gone and puts in what is new, where it belongs."""
    left = list(before)
    for k in reversed(range(len(left))):
        if left[k] not in after:
            del document[k], left[k]
    for k, item in enumerate(after):
        if k >= len(left) or left[k] != item:
            document.insert(k, item)
            left.insert(k, item)
    while len(left) > len(after):
        del document[len(left) - 1], left[-1]
