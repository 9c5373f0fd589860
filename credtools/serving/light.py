"""Light: runs a server's module without a grammar that nothing here needs and that takes a second of CPU to build.

`jsonschema` builds it when it is imported, to judge web addresses in other alphabets (the formats `iri` and
`iri-reference`), and is content without it; no schema of a server asks for them. (jsonschema 4, rfc3987-syntax 1.1)
"""

from __future__ import annotations

import runpy
import sys

UNNEEDED = "rfc3987_syntax"


def main() -> None:
    """`python -m credtools.serving.light MODULE …`: as `python -m MODULE …`."""
    sys.modules[UNNEEDED] = None  # type: ignore[assignment]  # importing it fails, as if it weren't installed
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
