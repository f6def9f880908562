"""Who acted, by name: the trail itself holds numbers."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.audit.actor import ActorKind, Source
from portal.audit.models import AuditEvent


def names_of(events: Iterable[AuditEvent]) -> dict[str, str]:
    """Names of the people who did `events`, by their number; one query."""
    ids = {event.actor_id for event in events if event.actor_kind == ActorKind.USER}
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=ids)}


def actor_name(event: AuditEvent, names: dict[str, str]) -> str:
    """A person's name, or Stripe, or the portal."""
    if event.actor_kind == ActorKind.USER:
        return names.get(event.actor_id, str(_("Deleted account")))
    return str(ActorKind(event.actor_kind).label)


def who(event: AuditEvent, names: dict[str, str]) -> str:
    """The actor, and by which way: "Amara Okafor (staff)"."""
    way = str(Source(event.source).label)
    return f"{actor_name(event, names)} ({way[0].lower()}{way[1:]})"
