"""Who has a pay link may pay one deposit and see amount, time, terms and reference: no names, and no service.

Two secrets, so that Stripe is told neither of them in an address: the link's token opens the form, and the key of its
return page, which is signed and stored nowhere, only tells how it ended.
"""

import re
from datetime import timedelta
from typing import Final

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from payments.domain.payable import is_payable, is_processing
from payments.enums import Purpose
from payments.models import PayLink
from payments.models.pay_link import hash_of, new_token
from portal.audit.actor import Actor, SystemActor
from portal.bookings.domain.transitions import locked
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification

BY: Final = Actor.system(SystemActor.PAY_LINK)
TOLD_FOR: Final = timedelta(hours=1)
_TOKEN: Final = re.compile(r"[\w-]{43}", re.ASCII)
_RETURN: Final = "payments.pay_link.return"


def issue(booking: Booking) -> str:
    """A new link's token. Those sent before go on working: a mail that is sent again may carry either."""
    token = new_token()
    PayLink.objects.create(booking=booking, token_hash=hash_of(token))
    return token


def revoke(booking: Booking) -> None:
    """Links sent so far open nothing any more."""
    booking.pay_links.filter(revoked_at__isnull=True).update(revoked_at=clock.now())


def opened_by(token: str) -> PayLink | None:
    """The link, with its booking, while the deposit can be paid or is with the bank; None for every other token."""
    if not _TOKEN.fullmatch(token):
        return None
    link = _stands(Q(token_hash=hash_of(token)))
    return link if link is not None and _is_open(link.booking) else None


def return_key(link: PayLink) -> str:
    """What the address of the link's return page carries."""
    return signing.dumps(link.pk, salt=_RETURN)


def returned_with(key: str) -> PayLink | None:
    """The link whose payer comes back, while it can be paid, and for an hour after it was; else None."""
    try:
        pk = signing.loads(key, salt=_RETURN)
    except signing.BadSignature:
        return None
    link = _stands(Q(pk=pk))
    return link if link is not None and (_is_open(link.booking) or was_just_paid(link.booking)) else None


def was_just_paid(booking: Booking) -> bool:
    """Whether the deposit came within the hour; `payments` are loaded."""
    since = clock.now() - TOLD_FOR
    return any(
        p.purpose == Purpose.DEPOSIT and p.succeeded_at is not None and p.succeeded_at > since
        for p in booking.payments.all()
    )


@transaction.atomic
def fresh_path(notification: Notification) -> str | None:
    """Where the email's button leads, made as it is sent; None when nothing is to be paid, or a newer email is.

    The booking is locked, so that whoever revokes its links finds this one, or is found here.
    """
    booking = locked(int(notification.about.removeprefix("booking:")))
    newer = Notification.objects.filter(
        about=notification.about, template=notification.template, pk__gt=notification.pk
    )
    if newer.exists() or not booking.caregiver.user.is_active or not _is_open(booking):
        return None
    return reverse("payments:pay_link", args=[issue(booking)])


def deposit_path(notification: Notification) -> str | None:
    """Where an email about a held place leads: behind sign-in; by a fresh link for who has never signed in.

    None when there is nothing to pay by that link any more. Links sent before go on working: a family may be paying
    by one of them as this email is sent.
    """
    user = notification.recipient
    if user is None or user.has_usable_password() or user.last_login is not None:
        return str(notification.context["url"])
    return fresh_path(notification)


def _bookings() -> QuerySet[Booking]:
    return Booking.objects.with_details().filter(caregiver__user__is_active=True).prefetch_related("payments")


def _stands(which: Q) -> PayLink | None:
    link = PayLink.objects.filter(which, revoked_at__isnull=True).first()
    if link is None:
        return None
    booking = _bookings().filter(pk=link.booking_id).first()
    if booking is None:
        return None
    link.booking = booking
    return link


def _is_open(booking: Booking) -> bool:
    return is_payable(booking) or is_processing(booking, Purpose.DEPOSIT)
