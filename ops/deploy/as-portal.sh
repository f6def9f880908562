#!/usr/bin/env bash
# as-portal.sh COMMAND...: runs it in this release with the portal's environment, as the portal's account:
#   as-portal.sh .venv/bin/python manage.py check_invariants
set -euo pipefail
# Read as systemd reads an EnvironmentFile: NAME=VALUE, the value as it stands, without the quotes around it.
while IFS= read -r line || [ -n "$line" ]; do
    name=${line%%=*} value=${line#*=}
    if [[ "$line" = *=* && "$name" =~ ^[A-Z_][A-Z0-9_]*$ ]]; then
        if [[ "$value" =~ ^\"(.*)\"$ || "$value" =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
        export "$name=$value"
    fi
done < "${PORTAL_ENVIRONMENT:-/etc/portal/environment}"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
account=${PORTAL_ACCOUNT:-portal}
if [ "$(id -un)" = "$account" ]; then exec "$@"; fi
exec runuser -u "$account" -- "$@"
