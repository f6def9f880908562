"""`manage.py replay_erasures`: after a restore, erase again everybody on the list kept outside the database."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.caregivers.erasure import replay_erasures


class Command(BaseCommand):
    help = "After a restore: erase again everybody who had been erased. Run it before the portal opens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the count as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        count = replay_erasures()
        self.stdout.write(json.dumps({"erased": count}) if options["json"] else f"{count} accounts erased again")
