"""Finance asks for a comparison: half a year, where the nightly run looks at a month."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import ReconciliationRun
from payments.tasks import reconcile_half_year, reconcile_nightly
from portal.caregivers.models import Caregiver
from portal.celery import app
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
WIDENED = 2 * ReconciliationRun.OVERLAP


def days_compared() -> int:
    run = ReconciliationRun.objects.get()
    return (run.until - run.since - WIDENED) // timedelta(days=1)


def test_the_button_asks_the_worker_for_half_a_year(finance: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[str] = []
    monkeypatch.setattr("payments.admin.reconciliation.enqueue_now", queued.append)
    reply = finance.post(reverse("reconciliation_run"), follow=True)
    assert queued == [reconcile_half_year.name]
    assert "Reconciliation has started" in reply.content.decode()


def test_a_caregiver_cannot_ask(client: Client, caregiver: Caregiver, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[str] = []
    monkeypatch.setattr("payments.admin.reconciliation.enqueue_now", queued.append)
    client.force_login(caregiver.user)
    assert client.post(reverse("reconciliation_run")).status_code == 403
    assert queued == []


def test_asked_for_it_is_half_a_year(stripe: FakeGateway) -> None:
    reconcile_half_year()
    assert days_compared() == 183


def test_at_night_it_is_a_month(stripe: FakeGateway) -> None:
    reconcile_nightly()
    assert days_compared() == 31
    assert app.conf.beat_schedule["reconcile"]["task"] == reconcile_nightly.name
