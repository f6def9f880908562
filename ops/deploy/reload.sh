#!/usr/bin/env bash
# reload.sh PID [ADDRESS]: gunicorn's workers are replaced by new ones with the code that lies here now, and no request
# is lost: the old ones finish what they answer. PID is gunicorn's main process; ADDRESS is where it listens.
# Refuses, and changes nothing, when the new code does not start: gunicorn would end altogether.
set -euo pipefail
pid=${1:?the process id of gunicorn}
address=${2:-http://127.0.0.1:8000}
host=${PORTAL_ALLOWED_HOSTS:-127.0.0.1}

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
.venv/bin/python -c "import portal.wsgi" || { echo "reload: the new code does not start; nothing was changed" >&2; exit 1; }

old=$(cat "/proc/$pid/task/$pid/children")
kill -HUP "$pid"
for _ in $(seq 400); do
    left=0
    for worker in $old; do [ ! -e "/proc/$worker" ] || left=$((left + 1)); done
    if [ "$left" = 0 ] && curl -fsS --max-time 5 -o /dev/null -H "Host: ${host%%,*}" "$address/readyz/"; then exit 0; fi
    sleep 0.1
done
echo "reload: $left of the old workers still run, or $address/readyz/ does not answer" >&2
exit 1
