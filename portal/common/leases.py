"""Work is claimed by a lease: an UPDATE in a short transaction, the same on PostgreSQL and SQLite."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F, Q, QuerySet

from portal.common import clock


class Leased(models.Model):
    """A row that a worker processes once; after a crash the lease runs out and another takes it."""

    attempts = models.PositiveIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(default=clock.now, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=models.Model)


def claim(rows: QuerySet[Row], *, limit: int, lease: timedelta, prefix: str = "") -> Sequence[Row]:
    """Up to `limit` of `rows` that are due and free, leased to the caller for `lease`.

    `prefix` names a second set of `Leased`'s fields on the same row.
    """
    due_at, leased_until, attempts = (f"{prefix}{name}" for name in ("due_at", "leased_until", "attempts"))
    moment = clock.now()
    free = Q(**{f"{leased_until}__isnull": True}) | Q(**{f"{leased_until}__lt": moment})
    manager = rows.model._default_manager
    with transaction.atomic():
        ids = list(
            rows.filter(free, **{f"{due_at}__lte": moment})
            .order_by(due_at, "pk")
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .values_list("pk", flat=True)[:limit]
        )
        manager.filter(pk__in=ids).update(**{leased_until: moment + lease, attempts: F(attempts) + 1})
    return list(manager.filter(pk__in=ids).order_by(due_at, "pk"))


def back_off(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Exponential back-off: `first` after the first attempt, doubled each time, at most `longest`."""
    doublings: int = min(max(attempts - 1, 0), 20)
    return min(first * float(2**doublings), longest)
