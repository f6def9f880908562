"""Webhook health: when Stripe was last heard of, what waits, what failed and why; do it again."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from payments import mirror_check
from payments.domain import unreadable
from payments.domain.replay import replay
from payments.enums import LedgerState, MirrorState
from payments.models import Payment, ReceivedEvent
from portal.audit.actor import Cause, Source, actor_of
from portal.common import clock
from portal.common.admin_page import admin_page

SEE: Final = "payments.view_receivedevent"
REPLAY: Final = "payments.change_receivedevent"
RECENT: Final = timedelta(days=1)  # a payment that was declined stays open: its attempt says nothing for ever
APPLYING: Final = timedelta(minutes=1)  # an attempt is noted a moment after the event that tells of it
FAILED: Final = Q(ledger_state=LedgerState.FAILED) | Q(mirror_state=MirrorState.FAILED)


def is_silent() -> bool:
    """Payments were attempted, and Stripe has told us nothing since for too long."""
    now = clock.now()
    too_long = now - timedelta(minutes=settings.WEBHOOK_SILENCE_MINUTES)
    attempted = Payment.objects.unpaid().filter(first_attempt_at__gte=now - RECENT, first_attempt_at__lt=too_long)
    heard = ReceivedEvent.objects.aggregate(last=Max("received_at"))["last"]
    if heard is not None:
        attempted = attempted.filter(first_attempt_at__gt=heard + APPLYING)
    return attempted.exists()


@require_GET
@permission_required(SEE, raise_exception=True)
def health(request: HttpRequest) -> HttpResponse:
    """The page."""
    events = ReceivedEvent.objects.all()
    context = {
        "last": events.order_by("-received_at").first(),
        "silent": is_silent(),
        "backlog": events.filter(ledger_state=LedgerState.RECEIVED).count(),
        "unmirrored": events.filter(mirror_state=MirrorState.WAITING).count(),
        "mirror_check": mirror_check.last(),
        "failed": events.filter(FAILED).order_by("-received_at").defer("payload")[:50],
        "unreadable": unreadable.waiting().select_related("event")[:20],
        "failures": events.filter(FAILED).count(),
        "may_replay": request.user.has_perm(REPLAY),
    }
    return admin_page(request, "payments/admin/webhooks.html", context, title=_("Webhooks"), icon="history")


@require_POST
@permission_required(REPLAY, raise_exception=True)
def replay_events(request: HttpRequest) -> HttpResponse:
    """One event (`event` in the form) or every failed one."""
    event = request.POST.get("event", "")
    count = replay([event] if event else None, cause=Cause(actor_of(request), Source.STAFF), only_failed=True)
    if count:
        done = ngettext(
            "%(count)s event is being retried. Reload this page in a few seconds.",
            "%(count)s events are being retried. Reload this page in a few seconds.",
            count,
        )
        messages.success(request, done % {"count": count})
    else:
        messages.warning(
            request, _("Nothing to retry: the event is unknown, didn’t fail, or is too old to still have its data.")
        )
    return redirect("webhook_health")


@require_POST
@permission_required(REPLAY, raise_exception=True)
def settle_event(request: HttpRequest) -> HttpResponse:
    """Somebody has dealt with an event that could not be read (`event` in the form)."""
    if unreadable.settle(request.POST.get("event", ""), cause=Cause(actor_of(request), Source.STAFF)):
        messages.success(request, _("The event has been marked as resolved."))
    else:
        messages.warning(request, _("This event doesn’t exist, or has already been resolved."))
    return redirect("webhook_health")
