"""`python -m ops.stack.migrate`: an empty database, migrated in the order that takes the least time."""

import gc
from typing import Final

from django import setup
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BESIDE_DJSTRIPE: Final = ("djstripe", "payments", "insights")


def migrate_all() -> None:
    """Those that need dj-stripe last: its sixty models are rendered anew by each change of a model beside them."""
    gc.set_threshold(200_000, 50, 100)  # as manage.py does
    executor = MigrationExecutor(connection)
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] not in BESIDE_DJSTRIPE])
    call_command("migrate", interactive=False, verbosity=0)


if __name__ == "__main__":
    setup()
    migrate_all()
