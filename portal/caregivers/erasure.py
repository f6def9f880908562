"""Erasing a person: asked for by them, done by a worker, listed outside the database, replayed after a restore."""

import json
import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from portal.accounts import personal_data
from portal.accounts.models import User
from portal.accounts.privacy import end_sessions
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.domain import record
from portal.caregivers.models import ErasureRequest
from portal.common import clock
from portal.common.leases import back_off, claim
from portal.common.task_queue import enqueue_on_commit
from portal.notifications.domain.render import rendered

logger = logging.getLogger("portal.privacy")
LEASE: Final = timedelta(minutes=5)
ASK_AGAIN: Final = timedelta(hours=1)
MOST_TELLINGS: Final = 8
BY: Final = Actor.system(SystemActor.PRIVACY)
LAST_SUBJECT: Final = _("Your account and your data have been erased")
LAST_WORDS: Final = _(
    "As you asked, we’ve erased your account: your name, your addresses, the people you care for, your notes and "
    "our emails to you.\n\nFor our accounts, we keep the amounts and dates of payments, without your name. "
    "This is our last email to you."
)


@transaction.atomic
def request_erasure(user: User) -> bool:
    """Write the request and close the account; False when something has to be settled first."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if personal_data.erasure_blockers(user):
        return False
    request, is_new = ErasureRequest.objects.get_or_create(user_id=user.pk)
    if is_new:
        User.objects.filter(pk=user.pk).update(is_active=False)
        end_sessions(user)
        record("person.erasure_requested", request, cause=Cause(Actor.user(user), Source.CAREGIVER))
        enqueue_on_commit("portal.caregivers.tasks.erase_waiting")
    return True


def erase_waiting(limit: int = 10) -> int:
    """Erase who asked, then tell them; returns how many requests were worked on."""
    open_ones = ErasureRequest.objects.filter(Q(erased_at__isnull=True) | ~Q(last_email=""))
    due = claim(open_ones, limit=limit, lease=LEASE)
    for request in due:
        if request.erased_at is None:
            _erase(request)
        if request.last_email:
            _tell(request)
    return len(due)


def _erase(request: ErasureRequest) -> None:
    user = User.objects.get(pk=request.user_id)
    if personal_data.erasure_blockers(user):  # money moved after they asked: it is settled first
        _again(request, ASK_AGAIN)
        return
    with transaction.atomic():
        request.last_email, request.erased_at = user.email, clock.now()
        request.save(update_fields=["last_email", "erased_at"])
        personal_data.erase(user)
        record("person.erased", request, cause=Cause(BY, Source.SCHEDULE))
        _list(user)


def erase_unused(user: User, *, reason: str) -> bool:
    """Erase an account that nobody uses any more; False when something has to be settled first. `reason` is a code.

    No last email: who once confirmed their address was told a month before, who never did is a stranger to it.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if personal_data.erasure_blockers(user):
            return False
        request, _ = ErasureRequest.objects.get_or_create(user_id=user.pk)
        ErasureRequest.objects.filter(pk=request.pk).update(erased_at=clock.now(), last_email="")
        personal_data.erase(user)
        record("person.erased", request, cause=Cause(BY, Source.SCHEDULE), data={"reason": reason})
        _list(user)
    return True


def _tell(request: ErasureRequest) -> None:
    message = rendered(LAST_SUBJECT, LAST_WORDS, "", {})
    email = EmailMultiAlternatives(message.subject, message.text, to=[request.last_email])
    email.attach_alternative(message.html, "text/html")
    try:
        email.send()
    except OSError as error:
        logger.warning("a last email was not taken", extra={"request": request.pk, "error": type(error).__name__})
        if request.attempts < MOST_TELLINGS:
            _again(request, back_off(request.attempts, first=timedelta(minutes=1), longest=ASK_AGAIN))
            return
    ErasureRequest.objects.filter(pk=request.pk).update(last_email="", leased_until=None)


def _again(request: ErasureRequest, wait: timedelta) -> None:
    ErasureRequest.objects.filter(pk=request.pk).update(leased_until=None, due_at=clock.now() + wait)


def _list(user: User) -> None:
    """A line before the commit: a crash in between leaves a line that a replay repeats, never one too few."""
    path = Path(settings.ERASURES_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"user": user.pk, "joined": user.date_joined.isoformat(), "at": clock.now().isoformat()})
    with path.open("a") as erasures:
        erasures.write(line + "\n")
        erasures.flush()
        os.fsync(erasures.fileno())


def _listed() -> Iterator[dict[str, Any]]:
    path = Path(settings.ERASURES_FILE)
    for line in path.read_text().splitlines() if path.exists() else ():
        yield json.loads(line)


def replay_erasures() -> int:
    """Erase again everybody on the list whom a restore brought back; returns how many were found.

    An account is the listed one when it joined at the same moment too: a number may have been given anew.
    """
    count = 0
    for entry in _listed():
        user = User.objects.filter(pk=entry["user"], date_joined=entry["joined"]).first()
        if user is None:
            continue
        count += 1
        with transaction.atomic():
            personal_data.erase(user)
            request, _ = ErasureRequest.objects.update_or_create(
                user_id=user.pk, defaults={"erased_at": entry["at"], "last_email": ""}
            )
            record("person.erasure_replayed", request, cause=Cause(BY, Source.SCHEDULE))
    return count


def erase_again() -> int:
    """Erase once more who was erased: Stripe may have told us of an old charge since. Returns how many."""
    ids = ErasureRequest.objects.filter(erased_at__isnull=False).values("user_id")
    for user in User.objects.filter(pk__in=ids).iterator(chunk_size=100):
        with transaction.atomic():
            personal_data.erase(user)
    return ids.count()
