"""`python -m ops.chaos.people`: caregivers and scarce sessions of a chaos run, into the database of the environment.

Prints, as JSON, who is there and what they compete for.
"""

import argparse
import json
from datetime import timedelta
from typing import Any

import django

from ops.chaos.scenario import CAREGIVERS, PLACES

SERVICE = "chaos-care"
WINDOWS = ((72, 100), (24, 50))  # hours before the session, percent that comes back


def main() -> None:
    """Everything in one transaction."""
    argparse.ArgumentParser(prog="python -m ops.chaos.people", description=__doc__).parse_args()
    django.setup()
    from django.db import transaction

    with transaction.atomic():
        print(json.dumps({"sessions": _sessions(), "caregivers": [_caregiver(n) for n in range(CAREGIVERS)]}))


def _sessions() -> list[int]:
    """One for each entry of PLACES, a day and an hour apart, so that each cancellation window is met."""
    from portal.bookings.models import Service, Session
    from portal.common import clock

    service = Service.objects.create(
        name="Chaos care", slug=SERVICE, summary="Few places.", location="Here", price_amount=4500, currency="GBP",
        deposit_kind="percentage", deposit_value=2500, duration_minutes=60,
    )  # fmt: skip
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
    from allauth.account.models import EmailAddress

    from ops.demo.management.commands.seed_demo import PASSWORD
    from portal.accounts.models import User
    from portal.caregivers.domain import welcome

    email = f"chaos{number}@example.com"
    user = User.objects.create_user(email, PASSWORD, first_name="Chaos", last_name=f"Number {number}")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    recipient = welcome(user).care_recipients.create(full_name=f"Relative of {number}")
    return {"email": email, "care_recipient": recipient.pk}


if __name__ == "__main__":
    main()
