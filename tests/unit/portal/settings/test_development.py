"""What developing adds to the demo, and what it must not open."""

import uuid

import pytest
from django.test import Client
from djstripe.models import WebhookEndpoint
from pytest_django import Settings

from payments.models import ReceivedEvent
from portal.settings import demo, development


def test_developing_is_the_demo_with_errors_in_full() -> None:
    assert (demo.DEBUG, development.DEBUG, development.DEMO) == (False, True, True)
    assert development.DATABASES == demo.DATABASES


def test_no_page_that_was_made_before_a_change_is_kept() -> None:
    assert development.CACHES["pages"]["BACKEND"].endswith("DummyCache")


@pytest.mark.django_db
def test_an_event_forged_through_dj_stripes_debug_header_is_refused(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    endpoint = WebhookEndpoint.objects.create(
        id="we_1",
        djstripe_uuid=uuid.uuid4(),
        secret="whsec_1",
        livemode=False,
        url="http://127.0.0.1/",
        enabled_events=["*"],
    )
    reply = client.post(
        f"/stripe/webhook/{endpoint.djstripe_uuid}/",
        b'{"id": "evt_1", "object": "event", "type": "charge.succeeded"}',
        content_type="application/json",
        headers={"x-djstripe-webhook-secret": "whsec_1"},
    )
    assert reply.status_code == 400
    assert not ReceivedEvent.objects.exists()
