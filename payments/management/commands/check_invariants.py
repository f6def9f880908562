"""`manage.py check_invariants`: is the ledger as it must be?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.domain.invariants import INVARIANTS, violations

SHOWN = 50


class Command(BaseCommand):
    help = "Check every rule that the ledger keeps; exits 1 when one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        breaches = violations(INVARIANTS)
        if options["json"]:
            report = {"checked": [i.name for i in INVARIANTS], "violations": [asdict(v) for v in breaches]}
            self.stdout.write(json.dumps(report))
        else:
            for invariant in INVARIANTS:
                broken = sum(v.invariant == invariant.name for v in breaches)
                self.stdout.write(f"{'broken ' + str(broken) if broken else 'holds':>10}  {invariant.rule}")
            for violation in breaches[:SHOWN]:
                self.stdout.write(f"{violation.subject}: {violation.sentence}")
        if breaches:
            raise CommandError(f"{len(breaches)} violations", returncode=1)
