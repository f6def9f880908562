"""What waits for finance, on the admin's home page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.template.defaultfilters import date
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from payments.admin.webhook_health import FAILED, is_silent
from payments.enums import (
    DISPUTE_TO_ANSWER,
    REFUND_TASKS,
    STRIPE_ALARMS,
    DiscrepancyKind,
    DiscrepancyStatus,
    EvidenceState,
    LedgerState,
    MirrorState,
)
from payments.models import Discrepancy, Dispute, DisputeEvidence, ReceivedEvent
from portal.common import clock

SENT_SOON: Final = timedelta(hours=1)  # then an answer that is still being sent is somebody's task again
SEE: Final = "payments.view_discrepancy"


@dataclass(frozen=True, slots=True)
class Task:
    """Something that somebody has to see to."""

    text: str
    url: str


class FinancePanel(Component):
    """Disputes to answer, refunds to send again, differences, failed events; or that there is nothing."""

    order = 120
    template_name = "payments/admin/home_panel.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"tasks": tasks()}


class SilenceWarning(Component):
    """Payments were attempted and Stripe is silent."""

    order = 10
    template_name = "payments/admin/silence_panel.html"


def panels(request: HttpRequest) -> list[Component]:
    """What this person's home page shows of the payments."""
    shown: list[Component] = []
    if request.user.has_perm("payments.view_receivedevent") and is_silent():
        shown.append(SilenceWarning())
    if request.user.has_perm(SEE):
        shown.append(FinancePanel())
    return shown


def tasks() -> list[Task]:
    """In the order of their urgency; a query each."""
    found = (
        *_alarms(),
        _disputes(),
        _warnings(),
        _reviews(),
        _refunds(),
        _by_hand(),
        _differences(),
        *_events(),
    )
    return [task for task in found if task is not None]


def _alarms() -> list[Task]:
    """What Stripe says of our account and payouts: one line each, in the kind's own words."""
    alarms = _open().filter(kind__in=STRIPE_ALARMS).order_by("found_at")[:5]
    return [Task(f"{alarm.get_kind_display()}: {alarm.stripe_object_id}", _listed(alarm.kind)) for alarm in alarms]


def _warnings() -> Task | None:
    count = _open().filter(kind=DiscrepancyKind.FRAUD_WARNING).count()
    text = ngettext("%(count)s fraud warning: refund in time", "%(count)s fraud warnings: refund in time", count)
    return Task(text % {"count": count}, _listed(DiscrepancyKind.FRAUD_WARNING)) if count else None


def _reviews() -> Task | None:
    count = _open().filter(kind=DiscrepancyKind.REVIEW_OPEN).count()
    text = ngettext("%(count)s payment under review at Stripe", "%(count)s payments under review at Stripe", count)
    return Task(text % {"count": count}, _listed(DiscrepancyKind.REVIEW_OPEN)) if count else None


def _listed(kind: str) -> str:
    return f"{reverse('reconciliation')}?kind={kind}&status=open"


def _disputes() -> Task | None:
    answers = DisputeEvidence.objects.filter(dispute=OuterRef("pk"), stage=OuterRef("status"))
    submitted = answers.filter(state=EvidenceState.SUBMITTED)
    just_sent = answers.filter(state=EvidenceState.SENDING, requested_at__gt=clock.now() - SENT_SOON)
    waiting = Dispute.objects.filter(~Exists(submitted), ~Exists(just_sent), status__in=DISPUTE_TO_ANSWER)
    due = list(waiting.order_by("evidence_due_at").values_list("evidence_due_at", flat=True))
    if not due:
        return None
    first = next((moment for moment in due if moment), None)
    until = f", the first by {date(localtime(first), 'j F')}" if first else ""
    return Task(f"{_many(len(due), 'dispute')} to answer{until}", reverse("payments_dispute_modeladmin_index"))


def _refunds() -> Task | None:
    count = _open().filter(kind=DiscrepancyKind.REFUND_BLOCKED).count()
    return _task(count, "refund", "did not go through", reverse("reconciliation") + "?kind=refund_blocked&status=open")


def _by_hand() -> Task | None:
    count = _open().filter(kind=DiscrepancyKind.REFUND_BY_HAND).count()
    return _task(
        count, "refund", "to give back by hand", reverse("reconciliation") + "?kind=refund_by_hand&status=open"
    )


def _differences() -> Task | None:
    count = Discrepancy.objects.open_differences().exclude(kind__in=REFUND_TASKS).count()
    return _task(count, "difference", "between the ledger and Stripe", reverse("reconciliation"))


def _events() -> list[Task | None]:
    """What the ledger could not apply, and what the mirror or a handler could not do; one look at the table."""
    failed = ReceivedEvent.objects.filter(FAILED).aggregate(
        applied=Count("pk", filter=Q(ledger_state=LedgerState.FAILED)),
        copied=Count("pk", filter=Q(mirror_state=MirrorState.FAILED)),
    )
    address, copied = reverse("webhook_health"), failed["copied"]
    text = ngettext(
        "%(count)s event of Stripe's could not be copied, or its handler failed",
        "%(count)s events of Stripe's could not be copied, or their handlers failed",
        copied,
    )
    return [
        _task(failed["applied"], "event", "of Stripe's could not be applied", address),
        Task(text % {"count": copied}, address) if copied else None,
    ]


def _open() -> Any:
    return Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN)


def _task(count: int, noun: str, rest: str, url: str) -> Task | None:
    return Task(f"{_many(count, noun)} {rest}", url) if count else None


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
