"""What a caregiver says about a session afterwards."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.bookings.models.booking import Booking
from portal.common import clock


class Rating(models.IntegerChoices):
    """How the session was."""

    VERY_GOOD = 5, _("Very good")
    GOOD = 4, _("Good")
    FAIR = 3, _("Neither good nor poor")
    POOR = 2, _("Poor")
    VERY_POOR = 1, _("Very poor")


class Feedback(models.Model):
    """Three answers about one attended session; one row a booking, changed by its caregiver for two weeks."""

    booking = models.OneToOneField(
        Booking, on_delete=models.PROTECT, related_name="feedback", verbose_name=_("booking"), editable=False
    )
    rating = models.PositiveSmallIntegerField(_("how it was"), choices=Rating, editable=False)
    would_book_again = models.BooleanField(_("would book again"), editable=False)
    comment = models.TextField(_("comment"), max_length=2000, blank=True, editable=False)
    created_at = models.DateTimeField(_("date given"), default=clock.now, editable=False)
    changed_at = models.DateTimeField(_("date changed"), default=clock.now, editable=False)

    wagtail_reference_index_ignore = True  # no content

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(rating__gte=1) & Q(rating__lte=5), name="rating_from_one_to_five")
        ]
        indexes: ClassVar = [models.Index(fields=["changed_at"], name="feedback_changed_at")]

    def __str__(self) -> str:
        return str(self.booking)
