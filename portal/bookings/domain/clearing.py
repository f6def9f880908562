"""What is cleared by what was booked: notes, feedback, people who were removed, accounts that nobody uses.

An account is erased as if its owner had asked (`portal.caregivers.erasure`): its row stays as a number. Staff accounts
are closed by an administrator, never by age.
"""

from datetime import datetime, timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.formats import date_format

from portal.accounts.models import User
from portal.accounts.roles import STAFF_ROLES
from portal.audit.domain.values import forget_values
from portal.bookings.enums import UPCOMING
from portal.bookings.models import Answer, Booking, Feedback
from portal.caregivers.erasure import erase_unused
from portal.caregivers.messages import UNUSED
from portal.caregivers.models import CareRecipient
from portal.common import clock
from portal.common.retention import CHUNK, DONE, Chunk, due
from portal.notifications.domain import send
from portal.notifications.models import Notification

UNUSED_DAYS: Final = 2 * 365
FORMER_DAYS: Final = 6 * 365
NOTICE: Final = timedelta(days=30)
PEOPLE: Final = 100  # erased one by one


def booking_notes(limit: datetime, after: int) -> Chunk:
    """Notes on bookings whose session ended by `limit`."""
    rows = Booking.objects.filter(pk__gt=after, session__ends_at__lte=limit).exclude(notes="")
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    return Chunk(keys[-1], Booking.objects.filter(pk__in=keys).update(notes="")) if keys else DONE


def removed_people(limit: datetime, after: int) -> Chunk:
    """All but the name of people who were removed by `limit` and have no booking ahead."""
    rows = _removed(limit).filter(pk__gt=after).exclude(**CareRecipient.NOTHING_TOLD)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    blanked = CareRecipient.objects.filter(pk__in=keys)
    forget_values(CareRecipient._meta.label_lower, keys)
    return Chunk(keys[-1], blanked.update(**CareRecipient.NOTHING_TOLD)) if keys else DONE


def answers_about_removed_people(limit: datetime, after: int) -> Chunk:
    """Answers to a service's questions about the same people."""
    rows = Answer.objects.filter(care_recipient__in=_removed(limit), pk__gt=after)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    return Chunk(keys[-1], Answer.objects.filter(pk__in=keys).delete()[0]) if keys else DONE


def _removed(limit: datetime) -> QuerySet[CareRecipient]:
    ahead = Booking.objects.filter(care_recipient=OuterRef("pk"), status__in=UPCOMING, session__ends_at__gt=clock.now())
    removed: QuerySet[CareRecipient] = CareRecipient.objects.filter(~Exists(ahead), removed_at__lte=limit)
    return removed


def feedback_comments(limit: datetime, after: int) -> Chunk:
    """What was written about a session by `limit`; how it was rated stays, for the figures."""
    keys = due(Feedback.objects.all(), "created_at", limit, after)
    changed = Feedback.objects.filter(pk__in=keys).exclude(comment="").update(comment="") if keys else 0
    return Chunk(keys[-1], changed) if keys else DONE


def unverified_accounts(limit: datetime, after: int) -> Chunk:
    """Accounts made by `limit` whose address nobody ever confirmed, without a booking."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    accounts = _caregivers(after).filter(~Exists(confirmed), ~_booked(), date_joined__lte=limit, last_login=None)
    users = list(accounts[:PEOPLE])
    erased = sum(erase_unused(user, reason="unverified") for user in users)
    return Chunk(users[-1].pk, erased) if users else DONE


def unused_accounts(limit: datetime, after: int) -> Chunk:
    """Accounts without a booking that were last used by `limit`: told a month before, then erased."""
    return _told_then_erased(_caregivers(after).filter(~_booked()), limit, reason="unused")


def former_caregivers(limit: datetime, after: int) -> Chunk:
    """Accounts whose last session and last sign-in were by `limit`: told a month before, then erased."""
    recent = Q(session__ends_at__gt=limit + NOTICE)
    return _told_then_erased(_caregivers(after).filter(_booked(), ~_booked(recent)), limit, reason="former")


def _told_then_erased(accounts: QuerySet[User], limit: datetime, *, reason: str) -> Chunk:
    accounts = accounts.annotate(used=Coalesce(F("last_login"), F("date_joined"))).filter(used__lte=limit + NOTICE)
    users = list(accounts[:PEOPLE])
    changed = 0
    for user in users:
        key = f"{UNUSED.key}:user:{user.pk}:{user.used:%Y-%m-%d}"  # a sign-in begins anew
        notified_at = Notification.objects.filter(dedupe_key=key).values_list("created_at", flat=True).first()
        if notified_at is None:
            _tell(user, key)
        elif notified_at <= clock.now() - NOTICE:
            changed += erase_unused(user, reason=reason)
    return Chunk(users[-1].pk, changed) if users else DONE


def _tell(user: User, key: str) -> None:
    when = date_format(clock.now() + NOTICE + timedelta(days=1), "j F Y")
    values = {"name": user.first_name, "date": when, "url": "/accounts/login/"}
    send(UNUSED, to=user, context=values, dedupe_key=key)


def _caregivers(after: int) -> QuerySet[User]:
    """Open accounts that are not staff's, after a key, in the order of keys."""
    staff = User.groups.through.objects.filter(
        user=OuterRef("pk"), group__name__in=[role.value for role in STAFF_ROLES]
    )
    people = User.objects.filter(~Exists(staff), pk__gt=after, is_active=True, is_staff=False, is_superuser=False)
    return people.order_by("pk")


def _booked(which: Q | None = None) -> Exists:
    return Exists(Booking.objects.filter(which or Q(), caregiver__user=OuterRef("pk")))
