"""Rows of the audit trail by who acted, and by what they are about."""

from typing import TYPE_CHECKING

from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.search import accounts
from portal.audit.actor import ActorKind
from portal.audit.models import AuditEvent
from portal.common.search import Keys, Term, keys_of, subjects_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def about(keys: Keys) -> Q:
    """A condition: rows about any of these records."""
    whole = Q(pk__in=[])
    for kind, rows in keys.items():
        if rows:
            whole |= Q(object_type=kind, object_id__in=[str(key) for key in rows])
    return whole


def about_or_by(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on the trail's rows: Stripe's event, who did it, or what the apps above say it is about."""
    if term.stripe_id.startswith("evt_"):
        return Q(stripe_event_id=term.stripe_id)
    people = accounts(term, by).keys
    acted = AuditEvent.objects.filter(actor_kind=ActorKind.USER, actor_id__in=[str(key) for key in people])
    subjects = AuditEvent.objects.filter(about({"accounts.user": people, **subjects_of(term, by)}))
    return Q(pk__in=[*keys_of(acted, newest=True), *keys_of(subjects)])
