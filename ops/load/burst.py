"""Events for the webhook burst: real payments at the sandbox, that nobody told us of."""

import json
import random
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from ops.stack.program import until
from ops.stack.sandbox import SandboxControl
from payments.domain.checkout import book, open_checkout
from portal.accounts.models import User
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.models import Booking, Service
from portal.caregivers.domain import caregiver_of

EVENTS_EACH: Final = 4  # created, succeeded, charge succeeded, charge updated


def write_events(count: int, service: Service, file: Path) -> None:
    """Make payments until Stripe has `count` events about them, and write those to `file`, one a line, shuffled."""
    sandbox = SandboxControl(settings.STRIPE_API_BASE)
    sandbox.faults(webhooks={"drop": True})
    try:
        intents = {_paid(sandbox, booking) for booking in islice(_bookings(service), -(-count // EVENTS_EACH))}
        until(lambda: len(_events(sandbox, intents)) >= count, f"{count} events at the sandbox")
    finally:
        sandbox.faults(webhooks={"drop": 0})
    events = _events(sandbox, intents)[:count]
    random.Random(7).shuffle(events)
    file.write_text("".join(json.dumps(event) + "\n" for event in events))


def _bookings(service: Service) -> Iterator[Booking]:
    """Places held by one caregiver after the other, none with more than the holds allowed."""
    sessions = cycle(service.sessions.order_by("starts_at"))
    for number, session in enumerate(sessions):
        name = f"load-burst-{number // settings.BOOKING_MAX_OPEN_HOLDS:04}@example.com"
        user = User.objects.filter(email=name).first() or User.objects.create(email=name)
        caregiver = caregiver_of(user)
        person = caregiver.care_recipients.first() or caregiver.care_recipients.create(full_name="Nobody")
        yield book(
            session=session,
            caregiver=caregiver,
            care_recipient=person,
            cause=Cause(Actor.user(user), Source.CAREGIVER),
            hold_minutes=24 * 60,
        )


def _paid(sandbox: SandboxControl, booking: Booking) -> str:
    intent = open_checkout(booking).intent.id
    sandbox.post(f"payment_intents/{intent}/confirm", payment_method="pm_card_visa").raise_for_status()
    return intent


def _events(sandbox: SandboxControl, intents: set[str]) -> list[dict[str, Any]]:
    def intent_of(event: dict[str, Any]) -> str:
        about = event["data"]["object"]
        return str(about["id"] if about["object"] == "payment_intent" else about.get("payment_intent"))

    return [event for event in sandbox.every("events") if intent_of(event) in intents]
