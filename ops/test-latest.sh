#!/usr/bin/env bash
# The suite on the newest Django and Wagtail that our other dependencies support: test-latest.sh [pytest arguments].
# Not part of CI: what somebody publishes tomorrow must not stop us today.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
place="${VAR:-var}/venvs/latest"
uv=".venv/bin/uv"

mkdir -p "$place.in"
sed -E 's/^(Django|wagtail|wagtail-modeladmin)[<>=!~].*/\1/' requirements/base.in > "$place.in/base.in"
sed '/^-c /d' requirements/dev.in > "$place.in/dev.in"
"$uv" venv --quiet --clear "$place"
"$uv" pip install --quiet --python "$place" -r "$place.in/dev.in"
"$uv" pip list --python "$place" 2>/dev/null | grep -iE '^(django|wagtail|wagtail-modeladmin|dj-stripe) '
exec "$place/bin/python" -m pytest -n 2 --dist loadgroup "${@:-tests}"
