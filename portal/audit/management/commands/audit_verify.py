"""`manage.py audit_verify`: is the audit trail as it was written?"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit.domain.verify import verify


class Command(BaseCommand):
    help = "Find altered, removed, inserted and truncated rows of the audit trail; exits 1 when there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        result = verify()
        oldest = None if result.oldest_unsealed is None else round(result.oldest_unsealed.total_seconds(), 1)
        if options["json"]:
            report = {"rows": result.rows, "findings": result.findings, "oldest_unsealed_seconds": oldest}
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write(f"{result.rows} sealed rows, oldest unsealed row: {oldest or 0} s")
            for finding in result.findings:
                self.stdout.write(finding)
        if result.findings:
            raise CommandError(f"{len(result.findings)} findings", returncode=1)
