"""Caregivers and scarce sessions of a chaos run, made in the database of the environment (`ops.stack.call`)."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from ops.chaos.scenario import CAREGIVERS, PLACES, SERVICE
from ops.demo import PASSWORD
from portal.accounts.models import User
from portal.bookings.models import Service, Session
from portal.caregivers.domain import welcome
from portal.common import clock

WINDOWS = ((72, 100), (24, 50))  # hours before the session, percent that comes back


@transaction.atomic
def make_people() -> dict[str, Any]:
    """Who is there, and what they compete for."""
    return {"sessions": _sessions(), "caregivers": [_caregiver(number) for number in range(CAREGIVERS)]}


def _sessions() -> list[int]:
    """One for each entry of PLACES, a day and an hour apart, so that each cancellation window is met."""
    price = {"price_amount": 4500, "currency": "GBP", "deposit_kind": "percentage", "deposit_value": 2500}
    about = {"name": "Chaos care", "slug": SERVICE, "summary": "Few places.", "location": "Here"}
    service = Service.objects.create(**about, **price, duration_minutes=60)
    for hours, percent in WINDOWS:
        service.cancellation_windows.create(hours_before=hours, refund_percent=percent)
    service.save()
    start = clock.now() + timedelta(hours=12)
    begins = [start + timedelta(hours=25 * number) for number in range(len(PLACES))]
    return [
        Session.objects.create(service=service, starts_at=at, ends_at=at + timedelta(hours=1), capacity=places).pk
        for at, places in zip(begins, PLACES, strict=True)
    ]


def _caregiver(number: int) -> dict[str, Any]:
    email = f"chaos{number}@example.com"
    user = User.objects.create_user(email, PASSWORD, first_name="Chaos", last_name=f"Number {number}")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    recipient = welcome(user).care_recipients.create(full_name=f"Relative of {number}")
    return {"email": email, "care_recipient": recipient.pk}
