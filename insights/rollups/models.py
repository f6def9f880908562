"""One row a day and cell. Days are of the reporting time zone, amounts in minor units. There are no foreign keys, so
that a service's totals outlive it (`service_id` 0: no service)."""

from django.db import models


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0)


def _amount() -> models.BigIntegerField:
    return models.BigIntegerField(default=0)


class Daily(models.Model):
    """A row of a day."""

    day = models.DateField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.day}"


class DailyServiceTotals(Daily):
    """Bookings, funnel, payments and places of one day, service and currency.

    Statuses and `reached_*` count the bookings *made* on the day, by their status now. `attempts_*`, amounts, `paid`
    and `paid_refunded` count on the day of the event; places on the session's day.
    """

    service_id = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    # bookings made on this day, by status
    awaiting_deposit = _count()
    confirmed = _count()
    completed = _count()
    no_show = _count()
    cancelled = _count()
    expired = _count()
    # the funnel; the first two are events, and miss people who decline analytics
    viewed_events = _count()
    started_events = _count()
    booked = _count()
    reached_deposit_page = _count()
    reached_attempt = _count()
    reached_paid = _count()
    reached_attended = _count()
    # payments
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
    feedback_given = models.PositiveIntegerField(default=0, db_default=0)
    feedback_satisfied = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "insights_dailyfigures"  # its name in earlier releases
        default_permissions = ()
        permissions = (("view_insights", "Can see dashboards and KPIs"),)
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
    """Durations that are stored as histograms, so that days add up."""

    CONFIRMATION = "confirmation", "Booking made to confirmed"
    NOTIFICATION_DELAY = "notification_delay", "Email queued to sent"
    WEBHOOK_LAG = "webhook_lag", "Stripe's event to our ledger"


class DailyHistogram(Daily):
    """How many durations lie in the bucket whose upper edge is `edge` seconds (0: above the last one)."""

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
    """Emails queued on the day, by template; `paid_after`: reminded bookings whose deposit was paid afterwards."""

    template = models.CharField(max_length=64)
    queued = _count()
    sent = _count()
    failed = _count()
    paid_after = _count()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["day", "template"], name="one_notifications_row"),)


class DailyMedia(Daily):
    """Plays and downloads of one item on the day."""

    item = models.CharField(max_length=64)
    plays = _count()
    completed = _count()
    downloads = _count()
    watched_seconds = _count()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["day", "item"], name="one_media_row"),)


class DailyViewer(Daily):
    """A viewer (a keyed hash) who played or downloaded something on the day, and last before it on `seen_before`.

    The unique viewers of a period are then those not seen before within it (None: never).
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
