#!/usr/bin/env bash
# ruamel.yaml 0.19.1: two texts that its round-trip writer writes, and that are not what is read back.
#
# 1. In braces, a text that begins with "?" ("?0", "? x") is written without quotes: {to: ?0}. Reading that raises a
#    ParserError. ("?" by itself, and "x:", get their quotes.)
# 2. A text with U+0085 (NEXT LINE, common in exports of mainframes) between letters is written in single quotes over
#    the break and an indent; read back it is a blank: another text, no error. With U+2028 there is no such loss.
# Seen with ruamel.yaml 0.19.1, pure Python, YAML() as documented for round trips. Here: credtools/recipe/yaml.py
# quotes such texts itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet ruamel.yaml==0.19.1 2>pip.log || { cat pip.log >&2; exit 2; }
v/bin/python - <<'PYTHON'
import io
import sys

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError


def written(value):
    out = io.StringIO()
    YAML().dump(value, out)
    return out.getvalue()


def back(text):
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as problem:
        return type(problem).__name__


seen = {}
for text in ("?0", "? x", "?", "x:"):
    braces = CommentedMap({"to": text})
    braces.fa.set_flow_style()
    seen[text] = back(written({"rule": braces}))
for text in ("a\x85b", "a\u2028b"):
    seen[text] = back(written({"rule": text}))
for text, value in seen.items():
    print(f"{ascii(text):12} is read back as {ascii(value)}")
expected = {
    "?0": "ParserError",
    "? x": "ParserError",
    "?": {"rule": {"to": "?"}},
    "x:": {"rule": {"to": "x:"}},
    "a\x85b": {"rule": "a b"},
    "a\u2028b": {"rule": "a\u2028b"},
}
sys.exit(seen != expected)
PYTHON
