"""`manage.py compare_mirror`: compare dj-stripe's tables with Stripe now, and fill them with what came before them."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.mirror_check import BACK, NotCompared, compare


class Command(BaseCommand):
    help = "Compare dj-stripe's tables with Stripe and write again what differs; exits 1 when something cannot be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=BACK.days, help="how far back to look (%(default)s)")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 1:
            raise CommandError("--days has to be 1 or more.")
        try:
            counts = compare(timedelta(days=options["days"]))
        except NotCompared as error:
            raise CommandError(f"Stripe did not answer ({error}). Run it again.") from error
        text = ", ".join(f"{count} {result}" for result, count in counts.items())
        self.stdout.write(json.dumps(counts) if options["json"] else text)
        if counts["failed"]:
            raise CommandError(f"{counts['failed']} objects could not be mirrored; the log names them.")
