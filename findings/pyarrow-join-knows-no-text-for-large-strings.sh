#!/usr/bin/env bash
# pyarrow 26.0.1: binary_join_element_wise takes a Python text as separator beside string arrays, not beside large_string.
#
# A text becomes a `string` scalar, and this function, other than most of pyarrow.compute, widens nothing: beside
# large_string arrays (which pandas 3 makes of its texts) it says that no kernel matches, although every kernel for
# large_string is there. `pa.scalar(", ", pa.large_string())` is what it wants.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet pyarrow==26.0.1 2>pip.log || { cat pip.log >&2; exit 2; }
cat >look.py <<'PYTHON'
import pyarrow as pa
import pyarrow.compute as pc


def joined(kind, separator):
    texts = pa.array(["a"], kind)
    try:
        return pc.binary_join_element_wise(texts, texts, separator)[0].as_py()
    except pa.ArrowNotImplementedError as problem:
        return type(problem).__name__


large = pa.large_string()
print(joined(pa.string(), "-"), joined(large, "-"), joined(large, pa.scalar("-", large)))
print(pc.equal(pa.array(["a"], large), "a")[0].as_py())  # as most others do
PYTHON
seen=$(v/bin/python look.py | tr '\n' ' ')
echo "string, large_string, large_string with its own scalar; equal: $seen"
[ "$seen" = "a-a ArrowNotImplementedError a-a True " ]
