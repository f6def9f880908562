"""A session that staff cancelled or moved, until everybody who booked it was seen to."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, QuerySet

from portal.bookings.enums import UPCOMING, SessionChangeKind
from portal.bookings.models.booking import Booking
from portal.bookings.models.session import Session
from portal.common import clock
from portal.common.leases import Leased


class SessionChange(Leased):
    """Written with the change itself; a worker then sees to one booking a transaction, and goes on after a crash.

    `total` is how many bookings there were to see to. Starts are in UTC; both are None when it was cancelled.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="changes", editable=False)
    kind = models.CharField(max_length=10, choices=SessionChangeKind, editable=False)
    from_starts_at = models.DateTimeField(null=True, editable=False)
    to_starts_at = models.DateTimeField(null=True, editable=False)
    message = models.CharField(max_length=300, blank=True, editable=False)
    actor_kind = models.CharField(max_length=10, editable=False)
    actor_id = models.CharField(max_length=255, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-requested_at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="session_change_due", condition=Q(finished_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.get_kind_display().lower()}"

    def remaining(self) -> "QuerySet[Booking]":
        """Bookings still to be seen to: read from their own state, so that a crash loses nothing."""
        bookings = Booking.objects.filter(session=self.session_id, status__in=UPCOMING)
        if self.kind == SessionChangeKind.CANCELLED:
            return bookings
        untold = Q(terms_waived_at__isnull=True) | Q(terms_waived_at__lt=self.requested_at)
        return bookings.filter(untold, created_at__lt=self.requested_at)

    @property
    def done(self) -> int:
        """How many bookings have been seen to."""
        return max(0, self.total - self.remaining().count())
