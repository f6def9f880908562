"""/metrics: what the contract names is there, adds up over processes, names nobody, and is not for everybody."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.bookings.metrics import TRANSITIONS, count_transition
from portal.common.metrics import DECLARED
from tests.services import ROOT

CONTRACT = {
    "portal_funnel_events_total": ("counter", {"stage", "service"}),
    "portal_booking_transitions_total": ("counter", {"service", "from_status", "to_status"}),
    "portal_booking_confirmation_seconds": ("histogram", set()),
    "portal_payment_outcomes_total": ("counter", {"outcome", "reason"}),
    "portal_refund_outcomes_total": ("counter", {"outcome"}),
    "portal_webhook_received_total": ("counter", {"type", "result"}),
    "portal_webhook_ack_seconds": ("histogram", set()),
    "portal_webhook_lag_seconds": ("histogram", set()),
    "portal_webhook_backlog": ("gauge", {"stage"}),
    "portal_anomaly": ("gauge", {"kpi"}),
    "portal_notifications_total": ("counter", {"template", "outcome"}),
    "portal_media_events_total": ("counter", {"event"}),
    "portal_reconciliation_discrepancies": ("gauge", {"kind"}),
    "portal_reconciliation_last_success_timestamp_seconds": ("gauge", set()),
}
# A label's name says that its values are few: states, kinds, codes, and the slugs of services.
FEW = {
    "action", "directive", "event", "from_status", "invariant", "kind", "kpi", "outcome", "reason", "result", "service",
    "stage", "template", "to_status", "type", "rule",
}  # fmt: skip


def test_every_metric_of_the_contract_is_declared_with_its_labels() -> None:
    found = {name: (metric.kind, set(metric.labels)) for name, metric in DECLARED.items() if name in CONTRACT}
    assert found == CONTRACT


def test_no_label_could_hold_an_id() -> None:
    assert {label for metric in DECLARED.values() for label in metric.labels} - FEW == set()


@pytest.mark.django_db
def test_what_is_rolled_back_is_not_counted(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def counted() -> float:
        found: float = TRANSITIONS.labels(service="s", from_status="a", to_status="b")._value.get()
        return found

    @transaction.atomic
    def broken() -> None:
        count_transition("s", "a", "b")
        raise ZeroDivisionError

    before = counted()
    with pytest.raises(ZeroDivisionError):
        broken()
    with django_capture_on_commit_callbacks(execute=True):
        count_transition("s", "a", "b")
        assert counted() == before
    assert counted() == before + 1


PROCESSES = """
import os
from portal.common.metrics import counter, histogram, DECLARED
from portal.common.views import _registry
from prometheus_client import generate_latest

seen = counter("portal_seen_total", "Seen.", ["who"], [["nobody"]])
took = histogram("portal_took_seconds", "Took.", (1, 5))
seen.labels("worker").inc()
for n in range(3):  # as gunicorn and Celery fork their workers after the import
    if not (child := os.fork()):
        seen.labels("worker").inc(10)
        took.observe(2)
        os._exit(0)
    os.waitpid(child, 0)
print(generate_latest(_registry()).decode())
"""


def test_processes_add_up_those_that_have_ended_too(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROCESSES], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    lines = dict(
        line.rsplit(" ", 1) for line in done.stdout.splitlines() if line.startswith(("portal_seen", "portal_took"))
    )
    assert {name: float(value) for name, value in lines.items()} == {
        'portal_seen_total{who="nobody"}': 0.0,
        'portal_seen_total{who="worker"}': 31.0,
        'portal_took_seconds_bucket{le="1.0"}': 0.0,
        'portal_took_seconds_bucket{le="5.0"}': 3.0,
        'portal_took_seconds_bucket{le="+Inf"}': 3.0,
        "portal_took_seconds_count": 3.0,
        "portal_took_seconds_sum": 6.0,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, 403),
        ({"REMOTE_ADDR": ""}, 403),  # a socket file
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer right"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer wrong"}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer r\u00efght"}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Basic right"}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer"}, 403),
    ],
)
def test_outside_the_demo_it_is_for_allowed_networks_or_the_token(
    asked: dict[str, Any], answer: int, settings: Settings
) -> None:
    settings.DEMO, settings.METRICS_TOKEN = False, "right"
    assert Client().get("/metrics", **asked).status_code == answer


@pytest.mark.django_db
def test_without_a_token_set_no_token_is_right_and_the_demo_is_open(settings: Settings) -> None:
    settings.DEMO, settings.METRICS_TOKEN = False, ""
    stranger: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9"}
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer ", **stranger).status_code == 403
    settings.DEMO = True
    page = Client().get("/metrics", **stranger)
    assert page.status_code == 200
    scraped = set(re.findall(r"^# TYPE (portal_\w+) ", page.content.decode(), re.MULTILINE))
    assert set(DECLARED) - scraped == set()
