"""What waits for finance, on the admin's home page."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.template.defaultfilters import date
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
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
from portal.common.home_panel import MOST, Task, TaskPanel, counted, in_figures

SENT_SOON: Final = timedelta(hours=1)  # then an answer that is still being sent is somebody's task again
SEE: Final = "payments.view_discrepancy"


class FinancePanel(TaskPanel):
    """Disputes to answer, refunds to send again, differences, failed events; or that there is nothing."""

    order = 120
    key = "finance-tasks"
    heading = _("Needs your attention")
    nothing = _("Nothing to do: no disputes to respond to, no failed refunds and no open differences with Stripe.")

    def tasks(self) -> list[Task]:
        return tasks()


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
        shown.append(FinancePanel(request))
    return shown


def tasks() -> list[Task]:
    """In the order of their urgency; a query each."""
    open_tasks = (
        *_alarms(),
        _disputes(),
        _warnings(),
        _reviews(),
        _refunds(),
        _by_hand(),
        _differences(),
        *_events(),
    )
    return [task for task in open_tasks if task is not None]


def _alarms() -> list[Task]:
    """What Stripe says of our account and payouts: one line each, in the kind's own words."""
    alarms = _open().filter(kind__in=STRIPE_ALARMS).order_by("found_at")[:5]
    return [Task(f"{alarm.get_kind_display()}: {alarm.stripe_object_id}", _listed(alarm.kind)) for alarm in alarms]


def _warnings() -> Task | None:
    count = counted(_open().filter(kind=DiscrepancyKind.FRAUD_WARNING))
    text = ngettext("%(count)s fraud warning: refund in time", "%(count)s fraud warnings: refund in time", count)
    return _task(count, text, _listed(DiscrepancyKind.FRAUD_WARNING))


def _reviews() -> Task | None:
    count = counted(_open().filter(kind=DiscrepancyKind.REVIEW_OPEN))
    text = ngettext("%(count)s payment under review at Stripe", "%(count)s payments under review at Stripe", count)
    return _task(count, text, _listed(DiscrepancyKind.REVIEW_OPEN))


def _listed(kind: str) -> str:
    return f"{reverse('reconciliation')}?kind={kind}&status=open"


def _disputes() -> Task | None:
    answers = DisputeEvidence.objects.filter(dispute=OuterRef("pk"), stage=OuterRef("status"))
    submitted = answers.filter(state=EvidenceState.SUBMITTED)
    just_sent = answers.filter(state=EvidenceState.SENDING, requested_at__gt=clock.now() - SENT_SOON)
    waiting = Dispute.objects.filter(~Exists(submitted), ~Exists(just_sent), status__in=DISPUTE_TO_ANSWER)
    due = list(waiting.order_by("evidence_due_at").values_list("evidence_due_at", flat=True)[: MOST + 1])
    if not due:
        return None
    first = next((moment for moment in due if moment), None)
    address, count = reverse("payments_dispute_modeladmin_index"), len(due)
    if first is None:
        text = ngettext("%(count)s dispute needs a response", "%(count)s disputes need a response", count)
        return Task(text % {"count": in_figures(count)}, address)
    text = ngettext(
        "%(count)s dispute needs a response by %(day)s",
        "%(count)s disputes need a response, the first by %(day)s",
        count,
    )
    return Task(text % {"count": in_figures(count), "day": date(localtime(first), "j F")}, address)


def _refunds() -> Task | None:
    count = counted(_open().filter(kind=DiscrepancyKind.REFUND_BLOCKED))
    text = ngettext("%(count)s refund didn’t go through", "%(count)s refunds didn’t go through", count)
    return _task(count, text, _listed(DiscrepancyKind.REFUND_BLOCKED))


def _by_hand() -> Task | None:
    count = counted(_open().filter(kind=DiscrepancyKind.REFUND_BY_HAND))
    text = ngettext("%(count)s refund to make manually", "%(count)s refunds to make manually", count)
    return _task(count, text, _listed(DiscrepancyKind.REFUND_BY_HAND))


def _differences() -> Task | None:
    count = counted(Discrepancy.objects.open_differences().exclude(kind__in=REFUND_TASKS))
    text = ngettext(
        "%(count)s difference between the ledger and Stripe",
        "%(count)s differences between the ledger and Stripe",
        count,
    )
    return _task(count, text, reverse("reconciliation"))


def _events() -> list[Task | None]:
    """What the ledger could not apply, and what the mirror or a handler could not do; one look at the table."""
    failed = ReceivedEvent.objects.filter(FAILED).aggregate(
        applied=Count("pk", filter=Q(ledger_state=LedgerState.FAILED)),
        copied=Count("pk", filter=Q(mirror_state=MirrorState.FAILED)),
    )
    address, copied = reverse("webhook_health"), failed["copied"]
    applied = failed["applied"]
    return [
        _task(
            applied,
            ngettext(
                "%(count)s Stripe event couldn’t be applied", "%(count)s Stripe events couldn’t be applied", applied
            ),
            address,
        ),
        _task(
            copied,
            ngettext(
                "%(count)s Stripe event couldn’t be copied, or its handler failed",
                "%(count)s Stripe events couldn’t be copied, or their handlers failed",
                copied,
            ),
            address,
        ),
    ]


def _open() -> Any:
    return Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN)


def _task(count: int, text: str, url: str) -> Task | None:
    """`text` has a place for `count`; None where there is nothing to do."""
    return Task(text % {"count": in_figures(count)}, url) if count else None
