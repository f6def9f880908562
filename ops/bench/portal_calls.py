"""What a benchmark has the portal itself do, each in a process of its own (`ops.stack.call`)."""

import time
from datetime import timedelta
from typing import NoReturn

from django.conf import settings
from djstripe.models import WebhookEndpoint

from home.models import HomePage
from insights.rollups.refresh import refresh
from ops.demo.management.commands.seed_demo import seed
from payments.domain.reconciliation.pull import ProgressReporter, pull
from payments.enums import RunKind, RunState
from payments.models import ReconciliationRun, StagedIntent
from portal.celery import app
from portal.common import clock


def make_endpoint() -> dict[str, str]:
    """A webhook endpoint as `register_webhook` makes it; its path and secret."""
    secret = "whsec_bench"
    made = WebhookEndpoint.objects.create(
        id="we_bench", livemode=False, secret=secret, url="http://127.0.0.1/", enabled_events=["*"]
    )
    if settings.ROOT_URLCONF == "ops.bench.peer_urls":  # stock dj-stripe decrypts nothing
        WebhookEndpoint.objects.filter(pk=made.pk).update(secret=secret)
    return {"path": f"/stripe/webhook/{made.djstripe_uuid}/", "secret": secret}


def fill_site() -> None:
    """The demo's pages."""
    seed()


def publish(heading: str) -> None:
    """A new heading on the front page, as an editor writes it."""
    page = HomePage.objects.get()
    page.hero_heading = heading
    page.save_revision().publish()


def pull_intents(days: str) -> dict[str, float]:
    """List Stripe's intents of the last days: seconds, how many were seen, how many different ones are staged."""
    now = clock.now()
    since = now - timedelta(days=int(days), minutes=5)
    run = ReconciliationRun.objects.create(kind=RunKind.FULL, state=RunState.FINISHED, since=since, until=now)
    started = time.perf_counter()
    seen = pull(run, ProgressReporter(lambda *_: None, lambda: None))["intents"]
    seconds = time.perf_counter() - started
    staged = StagedIntent.objects.filter(run=run).values("payment_id").distinct().count()
    return {"seconds": seconds, "seen": seen, "staged": staged}


def keep_refreshing() -> NoReturn:
    """The roll-ups at beat's own pace, as a worker does; a run that takes longer is followed by the next at once."""
    pace = app.conf.beat_schedule["refresh-rollups"]["schedule"].total_seconds()
    while True:
        began = time.monotonic()
        refresh()
        took = time.monotonic() - began
        print(f"{took:.2f} s", flush=True)
        time.sleep(max(0.0, pace - took))
