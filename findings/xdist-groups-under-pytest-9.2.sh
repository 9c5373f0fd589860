#!/usr/bin/env bash
# pytest 9.2.0 with pytest-xdist 3.8.0: `--dist loadgroup` runs the tests of one group on several workers, without a word.
#
# xdist hands the group on as a suffix of the test's id, written to an attribute that pytest 9.2 no longer reads
# (pytest-dev/pytest-xdist issue 1386, open on 2026-11-29). All tests pass; what must not run side by side does.
# Seen with pytest 9.1.1: one worker. Seen with pytest 9.2.0: both. Here: pyproject.toml keeps pytest below 9.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >test_group.py <<'PYTHON'
import os
import time

import pytest

pytestmark = pytest.mark.xdist_group("one after the other")


@pytest.mark.parametrize("number", range(6))
def test_number(number, worker_id):
    time.sleep(0.2)
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(f"{worker_id}\n")
PYTHON

workers() { # the number of workers that ran the group under pytest $1
  python3 -m venv "v$1"
  "v$1/bin/pip" install --quiet "pytest==$1" pytest-xdist==3.8.0 2>pip.log || { cat pip.log >&2; exit 2; }
  SEEN="$folder/seen-$1" "v$1/bin/pytest" -q -n 2 --dist loadgroup -p no:cacheprovider test_group.py >"log-$1" ||
    { cat "log-$1" >&2; exit 2; }
  sort -u "seen-$1" | wc -l
}

before=$(workers 9.1.1)
after=$(workers 9.2.0)
echo "workers that ran one group: pytest 9.1.1: $before, pytest 9.2.0: $after"
[ "$before $after" = "1 2" ]
