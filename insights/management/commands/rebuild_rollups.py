"""`manage.py rebuild_rollups [--verify]`: compute every day again, or say which days differ from the base tables."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights.rollups.refresh import rebuild
from insights.rollups.verify import verify


class Command(BaseCommand):
    help = "Rebuild the daily roll-ups; with --verify only compare them, and exit non-zero when they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--verify", action="store_true", help="compare with the base tables, change nothing")
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report: dict[str, Any] = {}
        if options["verify"]:
            report["differences"] = [{"day": str(d.day), "table": d.table} for d in verify()]
        else:
            report["days"] = rebuild()
        self.stdout.write(json.dumps(report) if options["json"] else f"roll-ups: {report}")
        if report.get("differences"):
            raise CommandError("The roll-ups differ from the base tables: run rebuild_rollups.")
