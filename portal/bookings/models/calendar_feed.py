"""A caregiver's private calendar address: what is kept is a hash of it, and a new one ends the old."""

import secrets
from hashlib import sha256
from typing import Final

from django.db import models

from portal.caregivers.models import Caregiver
from portal.common import clock

TOKEN_BYTES: Final = 32


def hash_of(token: str) -> str:
    """What is kept of an address; a random one of 256 bits needs no salt."""
    return sha256(token.encode()).hexdigest()


class CalendarFeed(models.Model):
    """At most one a caregiver."""

    caregiver = models.OneToOneField(
        Caregiver, on_delete=models.CASCADE, related_name="calendar_feed", editable=False, primary_key=True
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    def __str__(self) -> str:
        return f"calendar of {self.caregiver_id}"

    @classmethod
    def renew(cls, caregiver: Caregiver) -> str:
        """A new address for the caregiver, whose old one ends; returns its token, which is kept nowhere."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        values = {"token_hash": hash_of(token), "created_at": clock.now()}
        cls.objects.update_or_create(caregiver=caregiver, defaults=values)
        return token
