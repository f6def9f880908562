"""`manage.py reconcile`: compare the ledger with Stripe."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date, parse_datetime

from payments.domain.events import process_inbox
from payments.domain.reconciliation import AlreadyRunning, reconcile
from payments.enums import DiscrepancyStatus, RunKind
from payments.gateway.base import GatewayError
from payments.models import Discrepancy, ReconciliationRun
from portal.common import clock

BAR_WIDTH: Final = 20
EARLIEST: Final = datetime(2011, 1, 1, tzinfo=UTC)  # Stripe has nothing older


class Command(BaseCommand):
    help = "Compare the ledger with Stripe: events first, then every object; exits 1 when a discrepancy is open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", help="first day or moment (UTC), such as 2026-11-01; a week ago by default")
        parser.add_argument("--until", help="last moment (UTC); now by default")
        parser.add_argument("--heal", action="store_true", help="apply what is only a missed event")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        until = _moment("--until", options["until"], clock.now())
        since = _moment("--since", options["since"], until - timedelta(days=7))
        if since >= until:
            raise CommandError(f"--since ({since:%Y-%m-%d %H:%M}) must be before --until ({until:%Y-%m-%d %H:%M}).")
        try:
            if options["heal"]:
                self._run(RunKind.EVENTS, since, until, options)
                while process_inbox():
                    pass
            run = self._run(RunKind.FULL, since, until, options)
        except AlreadyRunning:
            raise CommandError("Another reconciliation is running. Wait until it has ended.") from None
        except GatewayError as error:
            raise CommandError(f"Stripe did not answer ({error.code}). Nothing is lost: run it again.") from error
        self._report(run, options["json"])

    def _run(self, kind: RunKind, since: datetime, until: datetime, options: dict[str, Any]) -> ReconciliationRun:
        return reconcile(kind, since, until, heal_missed=options["heal"], progress=self._progress)

    def _progress(self, message: str, share: float) -> None:
        """A bar for whoever sits at a terminal; nothing in a log."""
        if self.stderr.isatty():
            bar = "#" * round(share * BAR_WIDTH)
            self.stderr.write(f"\r[{bar:<{BAR_WIDTH}}] {share:4.0%} {message[:80]:<80}", style_func=str, ending="")

    def _report(self, run: ReconciliationRun, as_json: bool) -> None:
        if self.stderr.isatty():
            self.stderr.write("")  # the bar stays on a line of its own
        still_open = Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN).count()
        report = {"run": run.pk, "seen": run.seen, "found": run.found, "healed": run.healed, "failed": run.failed}
        report["open"] = still_open
        if as_json:
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write(f"compared {sum(run.seen.values())} objects at Stripe")
            for kind, count in sorted(run.found.items()):
                failed = f", {run.failed[kind]} failed" if kind in run.failed else ""
                self.stdout.write(f"{kind}: {count} found, {run.healed.get(kind, 0)} healed{failed}")
            self.stdout.write(f"{still_open} discrepancies are open")
        if still_open:
            raise CommandError(f"{still_open} discrepancies are open", returncode=1)


def _moment(option: str, text: str | None, default: datetime) -> datetime:
    if text is None:
        return default
    try:
        parsed = parse_datetime(text)
        day = None if parsed else parse_date(text)
    except ValueError:
        parsed = day = None
    if parsed is None and day is None:
        raise CommandError(f"{option} must be a day or a moment, such as 2026-11-01 or 2026-11-01T09:30, not {text!r}.")
    if parsed is None and day is not None:
        parsed = datetime(day.year, day.month, day.day)
    assert parsed is not None
    moment = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    if not EARLIEST <= moment <= clock.now() + timedelta(days=1):
        raise CommandError(f"{option} must lie between {EARLIEST:%Y-%m-%d} and tomorrow, not {text!r}.")
    return moment
