"""The reconciliation report: what differs, by kind, age and amount; and running it now."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from payments.domain.reconciliation.resolve import RECHECKABLE_KINDS, resolve_one
from payments.enums import DiscrepancyKind, DiscrepancyStatus
from payments.gateway.base import GatewayUnreachable
from payments.models import Discrepancy, ReconciliationRun
from portal.audit.actor import Cause, Source, actor_of
from portal.common.admin_page import admin_page
from portal.common.task_queue import enqueue_now

SEE: Final = "payments.view_discrepancy"
DECIDE: Final = "payments.change_discrepancy"
SHOWN: Final = 50
CHECKED: Final = {
    "intents": gettext_lazy("Payments"),
    "refunds": gettext_lazy("Refunds"),
    "disputes": gettext_lazy("Disputes"),
    "events": gettext_lazy("Stripe events"),
}


class FilterForm(forms.Form):
    """Which discrepancies."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Type"), choices=[("", gettext_lazy("All types")), *DiscrepancyKind.choices], required=False
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[("", gettext_lazy("Any status")), *DiscrepancyStatus.choices],
        required=False,
    )


@require_GET
@permission_required(SEE, raise_exception=True)
def report(request: HttpRequest) -> HttpResponse:
    """Open discrepancies first; `kind` and `status` in the address narrow the list."""
    form = FilterForm(request.GET or {"status": DiscrepancyStatus.OPEN})
    chosen: dict[str, Any] = {}
    if form.is_valid():
        chosen = {name: value for name, value in form.cleaned_data.items() if value}
    discrepancies = Discrepancy.objects.filter(**chosen).select_related("payment__booking")
    still_open = Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN).order_by("kind", "currency")
    totals = still_open.values("kind", "currency").annotate(
        count=Count("pk"), amount=Sum("amount"), oldest=Min("found_at")
    )
    context = {
        "form": form,
        "page": Paginator(discrepancies, SHOWN).get_page(request.GET.get("p")),
        "totals": [{**row, "label": DiscrepancyKind(row["kind"]).label} for row in totals],
        "runs": [_in_words(run) for run in ReconciliationRun.objects.all()[:10]],
        "healable": RECHECKABLE_KINDS,
        "may_decide": request.user.has_perm(DECIDE),
    }
    title = _("Reconciliation")
    return admin_page(request, "payments/admin/reconciliation.html", context, title=title, icon="warning")


def _in_words(run: ReconciliationRun) -> dict[str, Any]:
    """The run with its counts by the kinds' labels, in the order of the kinds."""
    checked = [(str(label), run.seen[name]) for name, label in CHECKED.items() if name in run.seen]
    kinds = [_labelled(counts) for counts in (run.found, run.healed, run.failed)]
    return {"run": run, "columns": [checked, *kinds]}


def _labelled(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(str(kind.label), counts[kind.value]) for kind in DiscrepancyKind if counts.get(kind.value)]


@require_POST
@permission_required(DECIDE, raise_exception=True)
def run_now(request: HttpRequest) -> HttpResponse:
    """Have the worker compare half a year, and heal what was only missed."""
    enqueue_now("payments.tasks.reconcile_half_year")
    messages.success(request, _("Reconciliation has started. The results will appear below when it’s finished."))
    return redirect("reconciliation")


@require_POST
@permission_required(DECIDE, raise_exception=True)
def heal_now(request: HttpRequest, discrepancy_id: int) -> HttpResponse:
    """Look at one open discrepancy again, and heal what was only missed."""
    discrepancy = get_object_or_404(
        Discrepancy.objects.select_related("payment"), pk=discrepancy_id, kind__in=RECHECKABLE_KINDS, status="open"
    )
    try:
        gone = resolve_one(discrepancy, cause=Cause(actor_of(request), Source.STAFF))
    except GatewayUnreachable:
        messages.error(request, _("Stripe didn’t respond, so nothing has changed. Try again in a minute."))
    else:
        if gone:
            messages.success(request, _("The ledger and Stripe now agree, so this has been closed."))
        else:
            messages.warning(
                request,
                _("The ledger and Stripe still differ. Check the payment, then refund or ignore it with a reason."),
            )
    return redirect("reconciliation")
