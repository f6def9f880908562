"""Finance sends money back, and has a refund that did not go through sent again."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from payments.admin.refund_form import RefundForm, SentRefundForm
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline, retry_refund
from payments.enums import CAPTURED, Method, RefundReason, RefundStatus
from payments.errors import RefundError
from payments.models import Payment, Refund
from payments.refund_sentences import why_blocked
from portal.accounts import reauthentication
from portal.audit.actor import Actor, Cause, Source, actor_of
from portal.common.admin_page import admin_page
from portal.common.money import formatted

REFUND: Final = "payments.add_refund"
DID_NOT_GO: Final = (RefundStatus.FAILED, RefundStatus.CANCELLED)
LONGEST_AMOUNT: Final = 9  # digits of a minor unit that the ledger can hold


def payment_address(payment_id: int) -> str:
    """The payment's page in the admin."""
    return reverse("payments_payment_modeladmin_inspect", args=[payment_id])


def parents(payment: Payment) -> list[tuple[str, str]]:
    """The way back from what is done with a payment."""
    listing = reverse("payments_payment_modeladmin_index")
    return [(listing, _("Payments")), (payment_address(payment.pk), payment.booking.reference)]


def why_not(payment: Payment) -> str:
    """Why nothing can be refunded now, as a sentence; empty when it can."""
    if payment.status not in CAPTURED:
        return _("Nothing has been paid yet, so there’s nothing to refund.")
    if not payment.refundable_amount:
        return _("This payment has been refunded in full, or the rest is on its way.")
    return why_blocked(payment)


@require_http_methods(["GET", "POST"])
@permission_required(REFUND, raise_exception=True)
def refund(request: HttpRequest, payment_id: int) -> HttpResponse:
    """The form; a large amount is shown once more before it is sent. Sending wants a recent authentication."""
    payment = get_object_or_404(Payment.objects.select_related("booking__caregiver__user"), pk=payment_id)
    if request.method == "POST" and (asked := reauthentication.detour(request)):
        return asked
    data = request.POST if request.method == "POST" else reauthentication.typed(request)
    if data is not None and _was_sent_before(request, payment, data):
        return redirect(payment_address(payment_id))
    if refusal := why_not(payment):
        messages.error(request, refusal)
        return redirect(payment_address(payment_id))
    form = RefundForm(data, payment=payment)
    if request.method == "GET" or not form.is_valid() or "change" in request.POST:
        return _page(request, payment, form)
    if form.needs_second_look:
        return _page(request, payment, form, ask_again=True)
    return _made(request, payment, form)


def _was_sent_before(request: HttpRequest, payment: Payment, data: Mapping[str, Any]) -> bool:
    """Whether the form has made its refund already; then it is said what became of it."""
    form = SentRefundForm(data, payment=payment)
    is_valid, token = form.is_valid(), form.cleaned_data.get("token")
    if token is None or not payment.refunds.filter(token=token).exists():
        return False
    try:
        made = _ask(request, payment, form) if is_valid else None
    except RefundError as error:
        messages.error(request, error.sentence)
    else:
        if made is not None and made.status in DID_NOT_GO:
            messages.warning(request, _("You’ve already sent this form, but the refund didn’t go through. See below."))
        else:
            messages.info(request, _("You’ve already sent this form. The refund was only made once."))
    return True


def _page(request: HttpRequest, payment: Payment, form: RefundForm, *, ask_again: bool = False) -> HttpResponse:
    context = {
        "payment": payment,
        "form": form,
        "left": formatted(payment.refundable_amount, payment.currency),
        "back": payment_address(payment.pk),
        "offline": payment.method == Method.OFFLINE,
    }
    if ask_again:
        amount = form.cleaned_data["amount"]
        context |= {
            "amount": formatted(amount, payment.currency),
            "minor": amount,
            "reason": RefundReason(form.cleaned_data["reason"]).label,
        }
    title = (
        _("Refund %(amount)s?") % {"amount": context["amount"]}
        if ask_again
        else _("Refund booking %(reference)s") % {"reference": payment.booking.reference}
    )
    return admin_page(
        request,
        "payments/admin/refund_confirm.html" if ask_again else "payments/admin/refund.html",
        context,
        title=title,
        icon="undo",
        parents=parents(payment),
        status=422 if form.is_bound and form.errors else 200,
    )


def _ask(request: HttpRequest, payment: Payment, form: SentRefundForm) -> Refund:
    data = form.cleaned_data
    return request_refund(
        payment.pk,
        amount=data["amount"],
        reason=RefundReason(data["reason"]),
        note=data["note"],
        token=data["token"],
        cause=Cause(actor_of(request), Source.STAFF),
    )


def _made(request: HttpRequest, payment: Payment, form: RefundForm) -> HttpResponse:
    try:
        made = _ask(request, payment, form)
        if payment.method == Method.OFFLINE:
            mark_refunded_offline(made.pk, amount=made.amount, cause=Cause(actor_of(request), Source.STAFF))
    except RefundError as error:
        form.add_error("amount", error.sentence)
        return _page(request, payment, form)
    amount = formatted(made.amount, payment.currency)
    if payment.method != Method.OFFLINE and made.status in DID_NOT_GO:  # disputed a moment ago
        messages.warning(request, _("Stripe can’t refund %(amount)s now. See below.") % {"amount": amount})
        return redirect(payment_address(payment.pk))
    done = (
        _("A refund of %(amount)s outside the portal has been recorded.")
        if payment.method == Method.OFFLINE
        else _("A refund of %(amount)s is on its way. We’ll email the caregiver once Stripe has accepted it.")
    )
    messages.success(request, done % {"amount": amount})
    return redirect(payment_address(payment.pk))


def _again(request: HttpRequest, refund_id: int, act: Callable[[int, Actor], Refund], done: str) -> HttpResponse:
    found = get_object_or_404(Refund, pk=refund_id)
    if asked := reauthentication.detour(request, back=payment_address(found.payment_id)):
        return asked
    try:
        act(found.pk, actor_of(request))
    except RefundError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, done)
    return redirect(payment_address(found.payment_id))


@require_POST
@permission_required(REFUND, raise_exception=True)
def retry(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Have a refund that did not go through sent again."""
    done = _("The refund is being sent again.")
    return _again(request, refund_id, lambda pk, by: retry_refund(pk, cause=Cause(by, Source.STAFF)), done)


@require_POST
@permission_required(REFUND, raise_exception=True)
def by_hand(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Note that money was returned outside Stripe. `amount` (minor units) is what the page showed as owed."""
    shown = request.POST.get("amount", "")
    amount = int(shown) if shown.isdecimal() and len(shown) <= LONGEST_AMOUNT else 0
    return _again(
        request,
        refund_id,
        lambda pk, by: mark_refunded_offline(pk, amount=amount, cause=Cause(by, Source.STAFF)),
        _("The refund has been recorded. We’ll email the caregiver to confirm it."),
    )
