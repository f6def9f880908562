#!/usr/bin/env bash
# fetch.sh COMMIT: the release COMMIT, with what it needs, beside the running one. Prints its folder.
# The repository is a clone at $PORTAL_ROOT/repository (default /srv/portal).
set -euo pipefail
commit=$(git -C "${PORTAL_ROOT:=/srv/portal}/repository" rev-parse --short=12 "${1:?which commit}^{commit}")
release="$PORTAL_ROOT/releases/$commit"
if [ ! -e "$release/.complete" ]; then
    rm -rf "$release" && mkdir -p "$release"
    git -C "$PORTAL_ROOT/repository" archive "$commit" | tar -x -C "$release"
    cd "$release"
    "${PYTHON:-python3}" -m venv .venv
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
    VIRTUAL_ENV=$release/.venv .venv/bin/uv pip install --quiet --require-hashes -r requirements/base.txt
    .venv/bin/python -m compileall -q -j 0 .  # the portal's account may not write here
    touch .complete
fi
echo "$release"
