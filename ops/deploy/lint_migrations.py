"""`python -m ops.deploy.lint_migrations`: would the running release live with the schema of the next one?

While a release is switched, the old code runs on the new schema: a migration may add, never take away or demand (the
rule is in docs/operations/deployment.md). django-migration-linter reads the SQL that PostgreSQL would be sent.
"""

import argparse
import logging
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ops.stack.postgres import QUICK, TEMPLATE, migrated_cluster, reachable_folder

OURS: Final = ("portal", "payments", "insights", "home")
NEW: Final = "no release had the table before, so no running one can miss it"
EXCEPTIONS: Final = {
    "0005_staging_lease": f"payments: staged rows live for one reconciliation, and {NEW}",
    "0019_amounts_of_stripe": "payments: integers become bigints, which the running release reads and writes as before",
    "0002_media_figures": f"insights: {NEW}",
    "0004_viewer_seen_before": f"insights: {NEW}",
    "0002_playback_moves_to_activity": f"media_library: {NEW}",
}


def main() -> int:
    """1 when a migration of ours is not safe, with the linter's reasons."""
    argparse.ArgumentParser(prog="python -m ops.deploy.lint_migrations", description=__doc__).parse_args()
    folder = reachable_folder()
    cluster = migrated_cluster(folder, safety=QUICK)
    try:
        _use(cluster.url(TEMPLATE))
        found = has_unsafe(ignoring=EXCEPTIONS)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if found:
        print("How to write it in two releases: docs/operations/deployment.md, Migrations.", file=sys.stderr)
    return int(found)


def _use(database: str) -> None:
    os.environ.update(DATABASE_URL=database, BROKER_URL="memory://", DJANGO_SETTINGS_MODULE="portal.settings.test")
    import django

    django.setup()


def has_unsafe(*, ignoring: Iterable[str]) -> bool:
    """Whether a migration of ours is unsafe, but for those named; prints the linter's reasons. Needs the database."""
    from django.apps import apps
    from django_migration_linter import MigrationLinter

    logging.getLogger("django_migration_linter").setLevel(logging.WARNING)
    linter = MigrationLinter(
        str(Path(__file__).resolve().parents[2]),
        include_apps=[config.label for config in apps.get_app_configs() if config.name.split(".")[0] in OURS],
        ignore_name=list(ignoring),
        no_cache=True,
        quiet=["ok", "ignore", "warning"],
    )
    linter.lint_all_migrations()
    return bool(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
