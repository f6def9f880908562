"""Test data, made through the domain where a row has a history."""

from datetime import timedelta
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from payments.domain.checkout import book
from portal.accounts.models import User
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.models import Booking, Service, Session
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock
from portal.media_library.models import Category, MediaItem


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    first_name = "Amara"
    last_name = "Okafor"
    password = factory.django.Password("correct horse battery")


class CaregiverFactory(DjangoModelFactory[Caregiver]):
    class Meta:
        model = Caregiver

    user = factory.SubFactory(UserFactory)


class CareRecipientFactory(DjangoModelFactory[CareRecipient]):
    class Meta:
        model = CareRecipient

    caregiver = factory.SubFactory(CaregiverFactory)
    full_name = "Rose Okafor"


class ServiceFactory(DjangoModelFactory[Service]):
    """£45.00, a quarter of it as deposit (£11.25), in London."""

    class Meta:
        model = Service
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Respite care {n}")
    slug = factory.Sequence(lambda n: f"respite-care-{n}")
    summary = "A carer comes."
    location = "At your home"
    price_amount = 4500
    currency = "GBP"
    deposit_kind = "percentage"
    deposit_value = 2500
    duration_minutes = 180

    @factory.post_generation
    def windows(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Cancellation windows as (hours before, percent returned)."""
        for hours, percent in extracted if extracted is not None else ((72, 100), (24, 50)):
            self.cancellation_windows.create(hours_before=hours, refund_percent=percent)
        self.save()  # until then a cluster keeps its children in memory


class SessionFactory(DjangoModelFactory[Session]):
    """In a week's time, four places."""

    class Meta:
        model = Session

    service = factory.SubFactory(ServiceFactory)
    starts_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))
    ends_at = factory.LazyAttribute(lambda session: session.starts_at + timedelta(hours=3))
    capacity = 4


class BookingFactory(factory.Factory[Booking]):
    """Booked as a caregiver books: a place held, a payment written."""

    class Meta:
        model = Booking

    session = factory.SubFactory(SessionFactory)
    care_recipient = factory.SubFactory(CareRecipientFactory)

    @classmethod
    def _create(cls, model_class: type[Booking], *args: Any, **kwargs: Any) -> Booking:
        recipient: CareRecipient = kwargs["care_recipient"]
        return book(
            session=kwargs["session"],
            caregiver=recipient.caregiver,
            care_recipient=recipient,
            cause=Cause(Actor.user(recipient.caregiver.user), Source.CAREGIVER),
            accepted=kwargs.get("accepted", ()),
        )


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Moving safely {n}")
    slug = factory.Sequence(lambda n: f"moving-safely-{n}")


class MediaItemFactory(DjangoModelFactory[MediaItem]):
    """A film of 100 seconds that everybody may open. Its bytes are not a film: what is uploaded is tried elsewhere."""

    class Meta:
        model = MediaItem

    kind = "video"
    title = factory.Sequence(lambda n: f"Out of a chair {n}")
    slug = factory.Sequence(lambda n: f"out-of-a-chair-{n}")
    summary = "How to help somebody stand up."
    file = factory.LazyFunction(lambda: ContentFile(bytes(range(256)) * 4, name="chair.mp4"))
    captions = "WEBVTT\n\n00:00.000 --> 00:04.000\nSit beside them.\n"
    content_type = "video/mp4"
    duration_seconds = 100
    visible = True
