#!/usr/bin/env bash
# jsonschema 4.26.0 [format-nongpl] with rfc3987-syntax 1.1.0: `import nbformat` builds some forty Lark grammars.
#
# JupyterLab asks for jsonschema[format-nongpl] (through jupyter-events), so every environment of notebooks has
# rfc3987-syntax, which jsonschema imports with itself, for the formats `iri` and `iri-reference`. That module builds a
# grammar for each rule of RFC 3987 when it is imported. So nbformat, papermill, nbconvert, Voilà and the server pay for
# it at every start: about a second of CPU, nine tenths of `import nbformat`. No schema of a notebook has these formats.
# With sys.modules["rfc3987_syntax"] = None while it is imported, jsonschema does without them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet 'jsonschema[format-nongpl]'==4.26.0 lark==1.3.1 nbformat==5.11.1 rfc3987-syntax==1.1.0 2>pip.log || { cat pip.log >&2; exit 2; }
cat >count.py <<'PYTHON'
import sys
import time

import lark

made, build = [], lark.Lark.__init__


def counted(self, *given, **named):
    made.append(named.get("start"))
    build(self, *given, **named)


lark.Lark.__init__ = counted
if sys.argv[1] == "without":
    sys.modules["rfc3987_syntax"] = None
began = time.process_time()
import nbformat

print(f"{time.process_time() - began:.2f} s", file=sys.stderr)
nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("A notebook")]))
print(len(made))
PYTHON
with=$(v/bin/python count.py with) without=$(v/bin/python count.py without)
echo "grammars built by 'import nbformat': $with; without rfc3987_syntax: $without, and notebooks are validated all the same"
[ "$with" -gt 30 ] && [ "$without" = 0 ]
