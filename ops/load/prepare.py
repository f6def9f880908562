"""`python -m ops.load.prepare`: what a load run needs in the portal that the settings name, and a file that says it.

Caregivers, a manager, a service with room, films, and Stripe's events of payments that the ledger does not know yet.
Demo settings only: the accounts have a published password. The sandbox makes the events.
"""

import argparse
import json
import os
import random
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from djstripe.models import WebhookEndpoint  # noqa: E402

from ops.demo import PASSWORD  # noqa: E402
from ops.load.burst import write_events  # noqa: E402
from portal.accounts.models import User  # noqa: E402
from portal.accounts.roles import Role  # noqa: E402
from portal.bookings.domain.availability import generate_sessions  # noqa: E402
from portal.bookings.models import Service  # noqa: E402
from portal.caregivers.domain import caregiver_of  # noqa: E402
from portal.common import clock  # noqa: E402
from portal.common.encryption import decrypt  # noqa: E402
from portal.media_library.enums import Access, Kind  # noqa: E402
from portal.media_library.models import MediaItem  # noqa: E402

CAREGIVERS: Final = 50
PEOPLE: Final = 10  # of each caregiver: one person has one place in a session
FILMS: Final = 12
FILM_BYTES: Final = 4 * 1024 * 1024
SERVICE: Final = "load-test-visits"
PLACES: Final = 100_000


def main() -> None:
    """Read the arguments, prepare, and write the file."""
    parser = argparse.ArgumentParser(prog="python -m ops.load.prepare", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the JSON file that run-load-tests.sh --fixture takes")
    parser.add_argument("--events", type=int, default=0, help="how many events to make for the webhook burst")
    arguments = parser.parse_args()
    if not settings.DEMO:
        parser.error("accounts with a published password: demo settings only")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    fixture = prepare(arguments.events, arguments.out.with_suffix(".events.jsonl"))
    arguments.out.write_text(json.dumps(fixture))
    print(json.dumps({"caregivers": CAREGIVERS, "films": FILMS, "events": arguments.events}))


def prepare(events: int, events_file: Path) -> dict[str, Any]:
    """Everything; safe to run again. Returns what the scenarios read."""
    hashed = make_password(PASSWORD)
    service = _service()
    caregivers = [_account(f"load-{n:03}@example.com", hashed, Role.CAREGIVER) for n in range(1, CAREGIVERS + 1)]
    managers = [_account(f"load-manager-{n}@example.com", hashed, Role.MANAGER) for n in (1, 2)]
    _films()
    fixture: dict[str, Any] = {
        "password": PASSWORD,
        "caregivers": [user.email for user in caregivers],
        "managers": [user.email for user in managers],
        "service": service.slug,
        "cdn": settings.STORAGES["default"]["OPTIONS"]["base_url"].startswith("http"),
    }
    if events:
        endpoint = WebhookEndpoint.objects.latest("id")
        write_events(events, service, events_file)
        path = f"/stripe/webhook/{endpoint.djstripe_uuid}/"
        fixture["webhook"] = {"path": path, "secret": decrypt(endpoint.secret), "events": str(events_file.resolve())}
    return fixture


def _service() -> Service:
    service: Service
    price = {"price_amount": 6000, "deposit_kind": "fixed", "deposit_value": 1500, "duration_minutes": 60}
    about = {"name": "Load test visits", "summary": "Visits that nobody makes.", "location": "Nowhere"}
    service, is_new = Service.objects.get_or_create(slug=SERVICE, defaults={**about, **price})
    if is_new:
        service.cancellation_windows.create(hours_before=24, refund_percent=100)
        for weekday in range(7):
            for hour in (9, 11, 14, 16):
                service.availabilities.create(weekday=weekday, start_time=time(hour), capacity=PLACES)
        service.save()
    today = clock.now().date()
    generate_sessions(service, first=today + timedelta(days=2), last=today + timedelta(weeks=8))
    return service


def _account(email: str, hashed: str, role: str) -> User:
    user, is_new = User.objects.get_or_create(
        email=email, defaults={"password": hashed, "first_name": "Load", "is_staff": role != Role.CAREGIVER}
    )
    if is_new:
        user.groups.add(Group.objects.get(name=str(role)))
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if role == Role.CAREGIVER:
            caregiver = caregiver_of(user)
            for number in range(1, PEOPLE + 1):
                caregiver.care_recipients.create(full_name=f"Nobody {number}", relationship="nobody")
    return user


def _films() -> None:
    """Noise, named as films: nothing here plays them. Every third is for people with an account."""
    for number in range(1, FILMS + 1):
        slug = f"load-film-{number:02}"
        if MediaItem.objects.filter(slug=slug).exists():
            continue
        access = Access.PUBLIC if number % 3 else Access.SIGNED_IN
        item = MediaItem(kind=Kind.VIDEO, slug=slug, access=access, visible=True, size=FILM_BYTES, duration_seconds=11)
        item.title, item.summary, item.captions = f"Load film {number}", "Noise.", "WEBVTT\n"
        item.content_type = "video/mp4"
        item.file.save(f"{slug}.mp4", ContentFile(random.Random(number).randbytes(FILM_BYTES)), save=True)


if __name__ == "__main__":
    main()
