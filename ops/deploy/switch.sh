#!/usr/bin/env bash
# switch.sh RELEASE: from the running release to the one in the folder RELEASE, without losing a request. Run as root.
# Settings are checked, the database is migrated (the running release lives with the new schema: docs/operations/
# deployment.md), what the site lacks is added, static files too, then `current` is switched. If the new workers do not come, it is switched back.
set -euo pipefail
root=${PORTAL_ROOT:-/srv/portal}
release=$(realpath "${1:?the folder of the release}")
previous=$(realpath "$root/current" 2>/dev/null || true)

manage() { "$release/ops/deploy/as-portal.sh" .venv/bin/python manage.py "$@"; }
point() { ln -sfn "$1" "$root/current.next" && mv -T "$root/current.next" "$root/current"; }

manage check --deploy --fail-level WARNING
manage migrate --noinput
manage createcachetable
manage bootstrap_site
manage collectstatic --noinput -v0

point "$release"
if ! systemctl reload-or-restart portal-web.service; then
    echo "switch: the new release does not answer; back to ${previous:-nothing}" >&2
    if [ -n "$previous" ]; then point "$previous" && systemctl reload-or-restart portal-web.service; fi
    exit 1
fi
systemctl restart portal-worker.service portal-mirror.service portal-beat.service
manage encrypt_secrets  # now that no process of the older release reads or writes them in clear
echo "running: $release"

# Five releases are kept: going back is `switch.sh` with an older folder.
find "$root/releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +6 | cut -d' ' -f2- |
    while read -r old; do [ "$old" = "$release" ] || [ "$old" = "$previous" ] || rm -rf "$old"; done
