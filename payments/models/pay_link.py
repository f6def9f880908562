"""Links that open the payment page of one deposit without an account: for those who booked by phone."""

import secrets
from hashlib import sha256
from typing import Final

from django.db import models

from portal.bookings.models import Booking
from portal.common import clock

TOKEN_BYTES: Final = 32


def new_token() -> str:
    """256 random bits, as they stand in an address: 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """What is kept of a token. It has too many random bits for a slow hash to add anything."""
    return sha256(token.encode()).hexdigest()


class PayLink(models.Model):
    """One link as it was emailed. Its token is known to that email alone; the row has its hash.

    It pays while the deposit can be paid, however often it is opened, until it is revoked: by a newer one.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="pay_links", editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    def __str__(self) -> str:
        return f"link {self.pk} to the deposit of booking {self.booking_id}"
