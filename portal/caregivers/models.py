"""Family caregivers and the people they look after."""

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from portal.accounts.fields import validate_name
from portal.common import clock
from portal.common.leases import Leased

if TYPE_CHECKING:
    from portal.accounts.models import User


class Caregiver(models.Model):
    """The person who books and pays; one for each account that is not staff's alone."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="caregiver")
    phone = models.CharField("phone number", max_length=32, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("user__last_name", "user__first_name")

    def __str__(self) -> str:
        return str(self.user)


class CareRecipientQuerySet(QuerySet["CareRecipient"]):
    """Ownership is in the query."""

    def of(self, user: "User") -> "CareRecipientQuerySet":
        """Those the signed-in caregiver looks after and has not removed."""
        return self.filter(caregiver__user=user, removed_at__isnull=True)


class CareRecipient(models.Model):
    """Somebody who is cared for. Removing one keeps the row while bookings name it."""

    caregiver = models.ForeignKey(Caregiver, on_delete=models.PROTECT, related_name="care_recipients")
    full_name = models.CharField("full name", max_length=150, validators=[validate_name])
    relationship = models.CharField(
        "how you are related", max_length=60, blank=True, help_text="For example: my mother, a neighbour."
    )
    care_notes = models.TextField(
        "what we should know",
        max_length=2000,
        blank=True,
        help_text="Mobility, food, routines, what comforts them. Only our care team reads this.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = CareRecipientQuerySet.as_manager()

    class Meta:
        ordering = ("full_name",)

    def __str__(self) -> str:
        return self.full_name


class RetentionProgress(models.Model):
    """How far the clearing of one kind of data has come, by primary key: a run that was killed goes on from here."""

    key = models.CharField(max_length=64, unique=True, editable=False)
    done_to = models.BigIntegerField(default=0, db_default=0, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.key} to {self.done_to}"


class ErasureRequest(Leased):
    """Somebody asked to be forgotten; a worker does it. `last_email` is blanked once the last e-mail has gone."""

    user_id = models.BigIntegerField(unique=True, editable=False)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    last_email = models.EmailField(blank=True, editable=False)

    class Meta:
        ordering = ("-requested_at",)

    def __str__(self) -> str:
        return f"erasure of account {self.user_id}"
