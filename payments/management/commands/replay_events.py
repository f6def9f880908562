"""`manage.py replay_events`: apply received events again."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.domain.events import process_inbox
from payments.domain.replay import replay
from payments.enums import LedgerState
from payments.models import ReceivedEvent
from portal.audit.actor import Actor, Cause, Source, SystemActor


class Command(BaseCommand):
    help = "Apply received Stripe events again: those that failed, or those named; exits 1 when one fails again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", help="ids at Stripe, such as evt_1Q2w3E")
        parser.add_argument("--failed", action="store_true", help="every event that failed")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        ids: list[str] = options["ids"]
        if options["failed"] == bool(ids):
            raise CommandError("Say either --failed or the ids of events.")
        unknown = set(ids) - set(ReceivedEvent.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
        if unknown:
            raise CommandError(
                f"Not received: {', '.join(sorted(unknown))}. `reconcile --heal` fetches what is missing."
            )
        by = Actor.system(SystemActor.RECONCILIATION)
        count = replay(None if options["failed"] else ids, cause=Cause(by, Source.STAFF))
        while process_inbox():
            pass
        failed = ReceivedEvent.objects.filter(ledger_state=LedgerState.FAILED).count()
        report = {"replayed": count, "failed": failed}
        self.stdout.write(json.dumps(report) if options["json"] else f"{count} done again, {failed} are failed")
        if failed:
            raise CommandError(f"{failed} events are failed", returncode=1)
