"""`manage.py seed_volume --bookings N`: fill PostgreSQL with a ledger of that size, for benchmarks and load tests."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from ops.volume.seed import FILLED, seed
from portal.common import clock


class Command(BaseCommand):
    help = "Add N bookings over some years, with payments, refunds, emails, events; never in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bookings", type=int, required=True, metavar="N", help="how many bookings")
        parser.add_argument("--years", type=int, default=3, help="over how many years, up to now (3)")
        parser.add_argument("--seed", type=int, default=1, help="another number, another history (1)")
        parser.add_argument("--no-audit", action="store_true", help="leave the audit trail's rows out, a fifth of all")
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse(options)
        began = time.monotonic()
        seed(
            options["bookings"],
            years=options["years"],
            seed=options["seed"],
            until=clock.now(),
            audit=not options["no_audit"],
            told=lambda step: self.stderr.write(f"{time.monotonic() - began:6.1f} s  {step}"),
        )
        _tidy()
        report = {"bookings": options["bookings"], "seconds": round(time.monotonic() - began, 1)}
        self.stdout.write(json.dumps(report) if options["json"] else f"added: {report}")


def _refuse(options: dict[str, Any]) -> None:
    if settings.STRIPE_LIVE_MODE:
        raise CommandError("seed_volume invents bookings and payments: it does not run in production.")
    if connection.vendor != "postgresql":
        raise CommandError("seed_volume needs PostgreSQL: set DATABASE_URL to one. SQLite is for the demo.")
    if not 1 <= options["bookings"] <= 50_000_000 or not 1 <= options["years"] <= 20:
        raise CommandError("Ask for 1 to 50,000,000 bookings over 1 to 20 years.")


def _tidy() -> None:
    """What autovacuum would do within the next minutes."""
    tables = ", ".join(model._meta.db_table for model in FILLED)
    with connection.cursor() as cursor:
        cursor.execute(f"{'ANALYZE' if connection.in_atomic_block else 'VACUUM (ANALYZE)'} {tables}")
