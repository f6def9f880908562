"""The demo's library has something for everybody, and is seeded once."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from ops.demo.library import ITEMS, seed_library
from portal.bookings.enums import BookingStatus
from portal.media_library.models import MediaItem
from tests.factories import BookingFactory, CaregiverFactory, ServiceFactory, SessionFactory

PUBLIC = {"your-first-respite-visit", "a-quiet-minute", "orchard-house"}


@pytest.fixture
def night(db: None) -> ServiceFactory:
    service = ServiceFactory(slug="overnight-respite")
    seed_library()
    return service


def slugs(user: Any) -> set[str]:
    return set(MediaItem.objects.visible_to(user).values_list("slug", flat=True))


def test_each_visitor_finds_what_is_theirs(night: ServiceFactory) -> None:
    guest = CaregiverFactory()
    booked = BookingFactory(session=SessionFactory(service=night))
    type(booked).objects.filter(pk=booked.pk).update(status=BookingStatus.CONFIRMED)
    assert slugs(AnonymousUser()) == PUBLIC
    assert slugs(guest.user) == PUBLIC | {"a-page-for-the-carer"}
    assert slugs(booked.caregiver.user) == {item.slug for item in ITEMS}


def test_films_have_their_length_captions_and_poster(night: ServiceFactory) -> None:
    film = MediaItem.objects.get(slug="your-first-respite-visit")
    assert (film.duration_seconds, film.content_type) == (38, "video/mp4")
    assert film.captions.startswith("WEBVTT")
    assert film.poster is not None


def test_a_second_seed_adds_nothing(night: ServiceFactory) -> None:
    before = list(MediaItem.objects.values_list("pk", "file"))
    seed_library()
    assert list(MediaItem.objects.values_list("pk", "file")) == before
