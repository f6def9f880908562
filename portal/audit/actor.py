"""Who made a change, through which channel, and when it was true."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.common import clock

if TYPE_CHECKING:
    from portal.accounts.models import User


class ActorKind(models.TextChoices):
    """What sort of actor."""

    USER = "user", _("Person")
    STRIPE = "stripe", _("Stripe")
    SYSTEM = "system", _("The portal")


class Source(models.TextChoices):
    """The way a change came in."""

    CAREGIVER = "caregiver", _("Caregiver")
    STAFF = "staff", _("Staff")
    WEBHOOK = "webhook", _("Webhook")
    RETURN_PAGE = "return_page", _("Return from payment")
    RECONCILIATION = "reconciliation", _("Reconciliation")
    SCHEDULE = "schedule", _("Schedule")


class SystemActor(StrEnum):
    """The portal's own actors."""

    EXPIRY = "expiry"
    SETTLEMENT = "settlement"
    NOTIFICATIONS = "notifications"
    RECONCILIATION = "reconciliation"
    SEED = "seed"
    PRIVACY = "privacy"
    SECURITY = "security"
    PAY_LINK = "pay_link"


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` and an id: a user's primary key, a Stripe event id, or the name of a part of the portal."""

    kind: ActorKind
    id: str

    @classmethod
    def user(cls, user: "User") -> Self:
        """A signed-in person."""
        return cls(ActorKind.USER, str(user.pk))

    @classmethod
    def system(cls, name: SystemActor) -> Self:
        """A part of the portal, on its own."""
        return cls(ActorKind.SYSTEM, name.value)

    @classmethod
    def stripe(cls, event_id: str = "") -> Self:
        """Stripe, by the event that reported the change when there is one."""
        return cls(ActorKind.STRIPE, event_id)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a row changes: who, through which channel, and as of when it was true at the source (UTC).

    `external_id` is Stripe's event id when an event brought it.
    """

    actor: Actor
    source: Source
    as_of: datetime = field(default_factory=clock.now)
    external_id: str = ""


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in user, as the audit trail names them. Raises PermissionDenied for a stranger."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return Actor.user(request.user)
