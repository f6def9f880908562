"""Family caregivers and the people they look after."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.accounts.fields import validate_name
from portal.common import clock
from portal.common.leases import Leased
from portal.common.phone_fields import PhoneNumberField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from portal.accounts.models import User


class Caregiver(models.Model):
    """The person who books and pays; one for each account that is not staff's alone."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="caregiver")
    phone: Any = PhoneNumberField("phone number", max_length=32, blank=True)  # what was typed before, as it was typed
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


def _text(label: "StrOrPromise", max_length: int, **kwargs: Any) -> "models.CharField[str, str]":
    """An optional line; the release before this one makes rows without it."""
    return models.CharField(label, max_length=max_length, blank=True, default="", db_default="", **kwargs)


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
    address_line_1 = _text(_("address line 1"), 100)
    address_line_2 = _text(_("address line 2"), 100)
    town = _text(_("town or city"), 60)
    postcode = _text(_("postcode"), 12)
    access_needs = models.TextField(_("access needs"), max_length=1000, blank=True, default="", db_default="")
    emergency_name = _text(_("emergency contact’s name"), 150, validators=[validate_name])
    emergency_relationship = _text(_("emergency contact’s relationship"), 60)
    emergency_phone: Any = PhoneNumberField(
        _("emergency contact’s phone number"), max_length=32, blank=True, default="", db_default=""
    )
    details_confirmed_at = models.DateTimeField(
        null=True, editable=False, help_text="When the caregiver last said that all of this is right."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = CareRecipientQuerySet.as_manager()

    # All that a caregiver tells us of somebody but for the name: taken away, erased and cleared together.
    TOLD: ClassVar[tuple[str, ...]] = (
        "relationship",
        "care_notes",
        "address_line_1",
        "address_line_2",
        "town",
        "postcode",
        "access_needs",
        "emergency_name",
        "emergency_relationship",
        "emergency_phone",
    )
    NOTHING_TOLD: ClassVar[dict[str, str]] = dict.fromkeys(TOLD, "")

    class Meta:
        ordering = ("full_name",)

    def __str__(self) -> str:
        return self.full_name

    @property
    def address(self) -> list[str]:
        """The address of a visit, line by line; empty when it was never given."""
        lines = (self.address_line_1, self.address_line_2, self.town, self.postcode)
        return [line for line in lines if line]

    @property
    def has_address(self) -> bool:
        """Whether somebody could find the way."""
        return bool(self.address_line_1 and self.town and self.postcode)

    @property
    def has_emergency_contact(self) -> bool:
        """Whether somebody could be called."""
        return bool(self.emergency_name and self.emergency_phone)


class StaffNote(models.Model):
    """What our team wrote down about a family: read by care coordinators, in the family's copy of their data."""

    caregiver = models.ForeignKey(Caregiver, on_delete=models.CASCADE, related_name="staff_notes", editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    text = models.TextField(_("note"), max_length=2000)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True  # no content

    class Meta:
        verbose_name = _("staff note")
        verbose_name_plural = _("staff notes")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"note {self.pk}"


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
    """Somebody asked to be forgotten; a worker does it. `last_email` is blanked once the last email has gone."""

    user_id = models.BigIntegerField(unique=True, editable=False)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    last_email = models.EmailField(blank=True, editable=False)

    class Meta:
        ordering = ("-requested_at",)

    def __str__(self) -> str:
        return f"erasure of account {self.user_id}"
