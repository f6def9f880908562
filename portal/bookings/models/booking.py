"""A booking: one person's place in a session, with the terms it was made on."""

import re
import secrets
from typing import TYPE_CHECKING, ClassVar, Final

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.audit.models import Transition
from portal.bookings.enums import HOLDS_PLACE, UPCOMING, BookingStatus
from portal.bookings.models.session import Session
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock
from portal.common.money import formatted

if TYPE_CHECKING:
    from portal.accounts.models import User

# Crockford's base 32: no letters that read like digits. 12 symbols are 60 bits.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE: Final = re.compile(f"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{2}}")


def new_reference() -> str:
    """An unguessable reference that can be read out on the phone: 7K3M-9QX2-W4TD."""
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join((symbols[:4], symbols[4:8], symbols[8:]))


class BookingQuerySet(QuerySet["Booking"]):
    """Ownership is in the query."""

    def of(self, user: "User") -> "BookingQuerySet":
        """The signed-in caregiver's own."""
        return self.filter(caregiver__user=user)

    def open_holds(self) -> "BookingQuerySet":
        """Places held without a deposit yet."""
        return self.filter(status=BookingStatus.AWAITING_DEPOSIT)

    def upcoming(self) -> "BookingQuerySet":
        """Still ahead, or under way: to be paid or attended."""
        return self.filter(status__in=UPCOMING, session__ends_at__gt=clock.now())

    def past(self) -> "BookingQuerySet":
        """The others: over, cancelled or expired."""
        return self.filter(~Q(status__in=UPCOMING) | Q(session__ends_at__lte=clock.now()))

    def with_details(self) -> "BookingQuerySet":
        """With what a page shows, in one query."""
        return self.select_related("session__service", "care_recipient", "caregiver__user")


class Booking(models.Model):
    """Price, deposit, currency and policy are a snapshot of the service's, taken when the booking is made.

    `status` is changed by `bookings.domain.transitions.transition()` alone. Amounts in minor units.
    """

    reference = models.CharField(_("reference"), max_length=14, unique=True, default=new_reference, editable=False)
    token = models.UUIDField(
        null=True, unique=True, editable=False, help_text="Of the form it came from: sent twice, booked once."
    )
    caregiver = models.ForeignKey(
        Caregiver, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("caregiver")
    )
    care_recipient = models.ForeignKey(
        CareRecipient, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("person")
    )
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("session"))
    status = models.CharField(
        _("status"), max_length=20, choices=BookingStatus, default=BookingStatus.AWAITING_DEPOSIT, editable=False
    )
    notes = models.TextField(_("notes"), max_length=1000, blank=True)
    price_amount = models.PositiveIntegerField(_("price"), editable=False)
    deposit_amount = models.PositiveIntegerField(_("deposit"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    policy = models.JSONField(default=list, editable=False)
    hold_minutes = models.PositiveIntegerField(default=30, editable=False)
    created_at = models.DateTimeField(_("date booked"), default=clock.now, editable=False)
    hold_expires_at = models.DateTimeField(_("held until"), null=True, editable=False)
    hold_extended_at = models.DateTimeField(null=True, editable=False)
    terms_waived_at = models.DateTimeField(
        null=True, editable=False, help_text="When we moved its session: cancelling returns everything since then."
    )
    confirmed_at = models.DateTimeField(_("date confirmed"), null=True, editable=False)
    release_requested_at = models.DateTimeField(null=True, editable=False)
    release_to = models.CharField(max_length=20, choices=BookingStatus, blank=True, editable=False)
    release_due_at = models.DateTimeField(null=True, editable=False)
    release_attempts = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar = BookingQuerySet.as_manager()

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(condition=Q(deposit_amount__lte=F("price_amount")), name="deposit_within_price"),
        )
        indexes = (
            models.Index(fields=["status", "created_at"], name="booking_status_created"),
            models.Index(fields=["created_at"], name="booking_created_at"),
            models.Index(
                fields=["hold_expires_at"], name="booking_hold_expires", condition=Q(status="awaiting_deposit")
            ),
            models.Index(
                fields=["release_due_at"], name="booking_release_due", condition=Q(release_requested_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.reference

    def get_price_amount_display(self) -> str:
        """The price as the admin shows it: £45.00."""
        return formatted(self.price_amount, self.currency)

    def get_deposit_amount_display(self) -> str:
        """The deposit as the admin shows it."""
        return formatted(self.deposit_amount, self.currency)

    @property
    def holds_place(self) -> bool:
        """Whether a place in the session is held for this booking."""
        return self.status in HOLDS_PLACE

    @property
    def is_upcoming(self) -> bool:
        """Still ahead: to be paid or attended."""
        return self.status in UPCOMING and self.session.ends_at > clock.now()

    @property
    def where(self) -> str:
        """The place, as the caregiver who booked is told: the person's address, for a confirmed visit at home to come.

        Not for a held place, whose emails may carry a link that whoever has it can open.
        """
        service, person = self.session.service, self.care_recipient
        is_coming = self.status == BookingStatus.CONFIRMED and self.session.starts_at > clock.now()
        shows_address = service.at_home and is_coming and person.has_address
        return ", ".join(person.address) if shows_address else service.location

    @property
    def can_extend_hold(self) -> bool:
        """Once, while the hold runs."""
        return (
            self.status == BookingStatus.AWAITING_DEPOSIT
            and self.release_requested_at is None
            and self.hold_extended_at is None
            and self.hold_expires_at is not None
            and self.hold_expires_at > clock.now()
        )


class BookingTransition(Transition):
    """One change of a booking's state."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="transitions", editable=False)

    class Meta:
        ordering = ("occurred_at", "pk")
        indexes = (models.Index(fields=["occurred_at"], name="booking_transition_at"),)
