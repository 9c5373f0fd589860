"""YAML: recipes as people write them – read without surprises, and changed so that all else stays as it is written."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from credtools.errors import RecipeError

WIDTH = 1000
DEEPEST = 30  # the documented keys need six
# What opens or closes a level in one line; quoted texts, comments and words are stepped over.
LEVELS = re.compile(r"""[\[{\]}]|"(?:\\.|[^"\\])*"?|'[^']*'?|#[^\n]*|[^\s\[\]{},"'#][^\s,\]}]*""", re.DOTALL)
HARMLESS = re.compile(r"\w([\w ./@()+-]*[\w./@()+])?")  # texts that can do without quotes, or that ruamel quotes well


BREAKS = re.compile(r"[\x85\u2028\u2029]")


def load(text: str, source: str) -> dict[str, Any]:
    """The keys and values of a YAML text; every scalar stays the text it is (007 is no 7). Raises RecipeError."""
    _refuse_depth(text, source)
    depth = 0
    try:
        for event in YAML(typ="base", pure=True).parse(text):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > DEEPEST:
                raise _too_deep(source, event.start_mark.line + 1)
            _refuse(event, source)
        value = YAML(typ="base", pure=True).load(text)
    except (YAMLError, RecursionError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        why = getattr(problem, "problem", None) or str(problem).strip().partition("\n")[0]
        raise RecipeError("yaml_invalid", source=source, where=where, why=why) from problem
    if not value:
        return {}
    if not isinstance(value, dict):
        raise RecipeError("yaml_no_keys", source=source)
    return value


def _refuse_depth(text: str, source: str) -> None:
    """Before the parser sees it: what it does with each bracket takes as long as all that are open."""
    depth = 0
    for found in LEVELS.finditer(text):
        depth = max(0, depth + {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0))
        if depth > DEEPEST:
            raise _too_deep(source, text.count("\n", 0, found.start()) + 1)


def _too_deep(source: str, line: int) -> RecipeError:
    return RecipeError("yaml_too_deep", source=source, allowed=DEEPEST, line=line)


def _refuse(event: Any, source: str) -> None:
    if getattr(event, "anchor", None):  # 600 bytes of aliases can grow to gigabytes
        raise RecipeError("yaml_alias", source=source)
    if getattr(event, "value", None) in ("null", "Null", "NULL", "~") and event.style is None:
        raise RecipeError("yaml_null", source=source, value=event.value, line=event.start_mark.line + 1)


def dump(value: Mapping[str, Any]) -> str:
    """A mapping as YAML, keys in their order; entries of lists – rules – on one line each."""
    yaml = _writer()
    yaml.default_flow_style = False
    lists = {key: [_styled(item, None) for item in one] if isinstance(one, list) else one for key, one in value.items()}
    return _dumped(yaml, lists)


def changed(text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The YAML `text`, which says `before`, so that it says `after`: ways to do it, least changes first.

    The last is sure to say it; of the others whoever asks must see whether they do.
    """
    yaml = _writer()
    yaml.preserve_quotes = True
    yaml.indent(**_indents(text))
    yaml.brace_single_entry_mapping_in_flow_sequence = bool(re.search(r"\[\s*\{", text))
    document = yaml.load(text)
    if isinstance(document, CommentedMap):
        plain = _dumped(yaml, document)
        _change(document, before, after)
        made = _dumped(yaml, document)
        yield _spliced(text, plain, made)
        yield made
    yield dump(after)


def _indents(text: str) -> dict[str, int]:
    """How far a text indents what lies in a mapping, and the entries of a list."""
    dash = re.search(r"^( *)-( +)\S", text, re.MULTILINE)
    offset = len(dash[1]) if dash else 0
    inner = re.search(r"^( *)[^\s#-][^\n]*:[ ]*\n(?: *(?:#[^\n]*)?\n)*\1( +)[^\s#-]", text, re.MULTILINE)
    entry = re.search(r"^( *-( +))[^\n]*:[ ]*\n( +)[^\s#-]", text, re.MULTILINE)
    mapping = len(inner[2]) if inner else len(entry[3]) - len(entry[1]) if entry else 2
    return {"mapping": max(mapping, 1), "sequence": offset + 1 + (len(dash[2]) if dash else 1), "offset": offset}


def _spliced(text: str, plain: str, made: str) -> str:
    """What `made` changes in `plain`, which is how ruamel writes `text`, changed in `text` line by line."""
    written, rewritten, lines = (one.splitlines(keepends=True) for one in (text, plain, made))
    if len(written) != len(rewritten):
        return made
    found: list[str] = []
    for kind, i, j, k, m in SequenceMatcher(None, rewritten, lines, autojunk=False).get_opcodes():
        found += written[i:j] if kind == "equal" else lines[k:m]
    return "".join(found)


class _Representer(RoundTripRepresenter):
    """Texts with a line break of Unicode in double quotes: in single ones ruamel adds spaces that are read again."""

    def represent_text(self, text: str) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"' if BREAKS.search(text) else None)


_Representer.add_representer(str, _Representer.represent_text)


def _writer() -> YAML:
    yaml = YAML()
    yaml.Representer = _Representer
    return yaml


def _dumped(yaml: YAML, value: Any) -> str:
    yaml.width = WIDTH
    out = io.StringIO()
    yaml.dump(value, out)
    return out.getvalue()


# --- how entries of lists are written -------------------------------------------------------------------------


def _styled(value: Any, like: Any, *, flow: bool = False, depth: int = 0) -> Any:
    """A value as its neighbour `like` is written, in braces or over several lines; without one, a rule on one line."""
    if not isinstance(value, Mapping | list):
        return _quoted(value) if flow else value
    kin = isinstance(like, CommentedMap | CommentedSeq)
    flow = flow or (bool(like.fa.flow_style()) if kin else depth > 0)
    rest = [_first(like)] * len(value)
    made: Any
    if isinstance(value, Mapping):
        keys = zip(value.items(), rest, strict=True)
        made = CommentedMap(
            {_quoted(key) if flow else key: _styled(one, r, flow=flow, depth=depth + 1) for (key, one), r in keys}
        )
    else:
        made = CommentedSeq([_styled(one, r, flow=flow, depth=depth + 1) for one, r in zip(value, rest, strict=True)])
    if flow:
        made.fa.set_flow_style()
    return made


def _first(like: Any) -> Any:
    """What stands first in a mapping or list that was read."""
    children = like.values() if isinstance(like, CommentedMap) else like if isinstance(like, CommentedSeq) else ()
    return next((one for one in children if isinstance(one, CommentedMap | CommentedSeq)), None)


def _quoted(text: Any) -> Any:
    """Within braces ruamel leaves some texts without the quotes that they need to be read again (`?0`, U+0085)."""
    needs_quotes = isinstance(text, str) and text and not HARMLESS.fullmatch(text)
    return DoubleQuotedScalarString(text) if needs_quotes else text


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
            document[key] = _fresh(new)
        else:
            place = next((k for k, name in enumerate(document) if name in order[order.index(key) :]), len(document))
            document.insert(place, key, _fresh(new))


def _fresh(value: Any) -> Any:
    return [_styled(item, None) for item in value] if isinstance(value, list) else value


def _change_list(document: Any, before: list[Any], after: list[Any]) -> None:
    """Takes out what is gone and puts in what is new, where it belongs, written like its neighbours."""
    like = next((one for one in reversed(document) if isinstance(one, CommentedMap)), None)
    flow = bool(document.fa.flow_style())
    left = list(before)
    for k in reversed(range(len(left))):
        if left[k] not in after:
            del document[k], left[k]
    for k, item in enumerate(after):
        if k >= len(left) or left[k] != item:
            document.insert(k, _styled(item, like, flow=flow))
            left.insert(k, item)
    while len(left) > len(after):
        del document[len(left) - 1], left[-1]
