"""One row a day and cell. A day is one of the reporting time zone; amounts in minor units; no foreign keys, so that
a service's figures outlive it (`service_id` 0: no service was named)."""

from django.db import models


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0)


def _amount() -> models.BigIntegerField:
    return models.BigIntegerField(default=0)


class Daily(models.Model):
    """A row that belongs to a day."""

    day = models.DateField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.day}"


class DailyFigures(Daily):
    """Bookings, funnel, payments, money and places of one day, service and currency.

    Statuses and `reached_*` count the bookings *made* on the day, by what became of them until now. `attempts_*`,
    amounts, `paid` and `paid_refunded` count on the day it happened; places on the session's day.
    """

    service_id = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    # what became of the bookings made on this day
    awaiting_deposit = _count()
    confirmed = _count()
    completed = _count()
    no_show = _count()
    cancelled = _count()
    expired = _count()
    # the funnel; the first two are events, and miss whoever does not want to be measured
    viewed_events = _count()
    started_events = _count()
    booked = _count()
    reached_deposit_page = _count()
    reached_attempt = _count()
    reached_paid = _count()
    reached_attended = _count()
    # paying
    attempts_succeeded = _count()
    attempts_failed = _count()
    payments_tried = _count()
    payments_captured = _count()
    paid = _count()
    paid_refunded = _count()
    refunds = _count()
    deposits_amount = _amount()
    refunded_amount = _amount()
    disputed_amount = _amount()
    dispute_fees_amount = models.BigIntegerField(default=0, db_default=0)
    # sessions that start on this day
    places_offered = _count()
    places_held = _count()
    attended = _count()
    missed = _count()

    class Meta:
        default_permissions = ()
        permissions = (("view_insights", "Can see the figures and dashboards"),)
        constraints = (
            models.UniqueConstraint(fields=["day", "service_id", "currency"], name="one_figures_row_per_cell"),
        )


class DailyDecline(Daily):
    """Attempts that failed on the day, by the bank's reason."""

    service_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=64)
    declines = _count()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["day", "service_id", "currency", "reason"], name="one_decline_row"),
        )


class Measure(models.TextChoices):
    """Durations that are kept as histograms, so that ranges add up."""

    CONFIRMATION = "confirmation", "Booking made to confirmed"
    NOTIFICATION_DELAY = "notification_delay", "E-mail queued to sent"
    WEBHOOK_LAG = "webhook_lag", "Stripe's event to our ledger"


class DailyHistogram(Daily):
    """How many durations ended in the bucket whose upper edge is `edge` seconds (0: above the last one)."""

    measure = models.CharField(max_length=20, choices=Measure)
    service_id = models.BigIntegerField(default=0)
    edge = models.PositiveIntegerField()
    count = _count()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["day", "measure", "service_id", "edge"], name="one_histogram_row"),
        )


class DailyNotifications(Daily):
    """E-mails queued on the day, by template; `paid_after`: reminded bookings whose deposit then came."""

    template = models.CharField(max_length=64)
    queued = _count()
    sent = _count()
    failed = _count()
    paid_after = _count()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["day", "template"], name="one_notifications_row"),)


class DailyMedia(Daily):
    """What was done with one item on the day."""

    item = models.CharField(max_length=64)
    plays = _count()
    completed = _count()
    downloads = _count()
    watched_seconds = _count()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["day", "item"], name="one_media_row"),)


class DailyViewer(Daily):
    """Somebody (a keyed hash) played something on the day, and did so before on `seen_before` (None: never).

    Different people of a range are then counted without comparing them: those not seen before within the range.
    """

    viewer = models.CharField(max_length=32)
    seen_before = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["viewer", "day"], name="one_viewer_row"),)
        indexes = (models.Index(fields=["day", "seen_before"], name="viewer_seen_before"),)


class Cursor(models.Model):
    """How far the refresher has read: one row, locked while it works."""

    read_to = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"read to {self.read_to}"
