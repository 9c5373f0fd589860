#!/bin/sh
# nightly.sh [RECIPE [FOLDER [DONE]]]: imports what lies in a folder, in the order of its names, and says so only when
# somebody has to look. What was imported moves to DONE (on the same disk: at once or not at all): an old export that
# stayed would count as a correction back to the old values, every night. A file that wasn't imported stays, and those
# after it wait for it, for the same reason; the next night tries again.
cd "$CREDTOOLS_HOME" || exit 2
recipe=${1:-recipes/hr.yaml} folder=${2:-incoming} imported=${3:-done}
mkdir -p "$imported" || exit 2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
worst=0
for file in "$folder"/[!~]*; do
  [ -f "$file" ] || continue # nothing has arrived
  "${CREDTOOLS:-credtools}" import --recipe "$recipe" "$file" >"$log" 2>&1
  code=$?
  [ "$code" -eq 0 ] || { cat "$log" && worst=$code; }
  case $code in
    0 | 5) mv "$file" "$imported/$(date -u +%Y%m%dT%H%M%SZ)-${file##*/}" || exit 2 ;; # 5: imported, a record or its rejects not written
    *) break ;;
  esac
done
"${CREDTOOLS:-credtools}" show --sources --json | grep -v '"overdue": null'
exit "$worst"
