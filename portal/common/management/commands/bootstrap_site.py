"""`manage.py bootstrap_site`: after `migrate`, makes an empty installation usable; run again, it changes nothing."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.common.installation import run_steps


class Command(BaseCommand):
    help = "Make the site, its pages, the roles' permissions on pages and files, and the workflow, where missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the steps that ran as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        done = run_steps()
        self.stdout.write(json.dumps({"steps": done}) if options["json"] else f"done: {', '.join(done)}")
