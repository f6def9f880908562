"""Finance sends money back, and has a refund that did not go through sent again."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from payments.admin.refund_form import RefundForm, SentRefundForm
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline, retry_refund
from payments.enums import CAPTURED, Method, RefundReason, RefundStatus
from payments.errors import RefundError
from payments.models import Payment, Refund
from payments.refund_sentences import why_blocked
from portal.accounts import reauthentication
from portal.audit.actor import Cause, Source, actor_of
from portal.audit.admin_views import StaffView
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


def refund_refusal(payment: Payment) -> str:
    """Why nothing can be refunded now, as a sentence; empty when it can."""
    if payment.status not in CAPTURED:
        return _("Nothing has been paid yet, so there’s nothing to refund.")
    if not payment.refundable_amount:
        return _("This payment has been refunded in full, or the rest is on its way.")
    return why_blocked(payment)


class RefundView(StaffView):
    """The form; a large amount is shown once more before it is sent."""

    permissions: ClassVar[tuple[str, ...]] = (REFUND,)
    needs_recent_authentication = True
    template_name = "payments/admin/refund.html"
    header_icon = "undo"

    @cached_property
    def payment(self) -> Payment:
        payments = Payment.objects.select_related("booking__caregiver__user")
        return get_object_or_404(payments, pk=self.kwargs["payment_id"])

    def get(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        typed = reauthentication.typed(request)
        return self._not_now(typed) or self._form_page(RefundForm(typed, payment=self.payment))

    def post(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        if not_now := self._not_now(request.POST):
            return not_now
        form = RefundForm(request.POST, payment=self.payment)
        if not form.is_valid() or "change" in request.POST:
            return self._form_page(form)
        return self._confirmation(form) if form.needs_second_look else self._made(form)

    def _not_now(self, data: Mapping[str, Any] | None) -> HttpResponse | None:
        """Back to the payment, where the form was sent before or nothing can be refunded."""
        if data is None or not self._was_sent_before(data):
            if not (refusal := refund_refusal(self.payment)):
                return None
            messages.error(self.request, refusal)
        return redirect(payment_address(self.payment.pk))

    def _was_sent_before(self, data: Mapping[str, Any]) -> bool:
        """Whether the form has made its refund already; then it is said what became of it."""
        form = SentRefundForm(data, payment=self.payment)
        is_valid, token = form.is_valid(), form.cleaned_data.get("token")
        if token is None or not self.payment.refunds.filter(token=token).exists():
            return False
        try:
            refund = self._request(form) if is_valid else None
        except RefundError as error:
            messages.error(self.request, error.sentence)
            return True
        if refund is not None and refund.status in DID_NOT_GO:
            sent = _("You’ve already sent this form, but the refund didn’t go through. See below.")
            messages.warning(self.request, sent)
        else:
            messages.info(self.request, _("You’ve already sent this form. The refund was only made once."))
        return True

    def _form_page(self, form: RefundForm) -> HttpResponse:
        self.page_title = _("Refund booking %(reference)s") % {"reference": self.payment.booking.reference}
        return self.page(form=form, status=422 if form.is_bound and form.errors else 200)

    def _confirmation(self, form: RefundForm) -> HttpResponse:
        minor, reason = form.cleaned_data["amount"], RefundReason(form.cleaned_data["reason"])
        amount = formatted(minor, self.payment.currency)
        self.template_name = "payments/admin/refund_confirm.html"
        self.page_title = _("Refund %(amount)s?") % {"amount": amount}
        return self.page(form=form, amount=amount, minor=minor, reason=reason.label)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        payment, shown = self.payment, super().get_context_data(**context)
        return {
            **shown,
            "payment": payment,
            "left": formatted(payment.refundable_amount, payment.currency),
            "back": payment_address(payment.pk),
            "offline": payment.method == Method.OFFLINE,
        }

    def get_parents(self) -> list[tuple[str, str]]:
        return parents(self.payment)

    def _request(self, form: SentRefundForm) -> Refund:
        data = form.cleaned_data
        return request_refund(
            self.payment.pk,
            amount=data["amount"],
            reason=RefundReason(data["reason"]),
            note=data["note"],
            token=data["token"],
            cause=self.cause,
        )

    def _made(self, form: RefundForm) -> HttpResponse:
        is_offline = self.payment.method == Method.OFFLINE
        try:
            refund = self._request(form)
            if is_offline:
                mark_refunded_offline(refund.pk, amount=refund.amount, cause=self.cause)
        except RefundError as error:
            form.add_error("amount", error.sentence)
            return self._form_page(form)
        amount = {"amount": formatted(refund.amount, self.payment.currency)}
        if is_offline:
            done = _("A refund of %(amount)s outside the portal has been recorded.")
            messages.success(self.request, done % amount)
        elif refund.status in DID_NOT_GO:  # disputed a moment ago
            messages.warning(self.request, _("Stripe can’t refund %(amount)s now. See below.") % amount)
        else:
            done = _("A refund of %(amount)s is on its way. We’ll email the caregiver once Stripe has accepted it.")
            messages.success(self.request, done % amount)
        return redirect(payment_address(self.payment.pk))


def _again(request: HttpRequest, refund_id: int, act: Callable[..., Refund], done: str, **facts: int) -> HttpResponse:
    payment = payment_address(get_object_or_404(Refund, pk=refund_id).payment_id)
    if response := reauthentication.reauthenticate_first(request, back=payment):
        return response
    try:
        act(refund_id, cause=Cause(actor_of(request), Source.STAFF), **facts)
    except RefundError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, done)
    return redirect(payment)


@require_POST
@permission_required(REFUND, raise_exception=True)
def retry(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Have a refund that did not go through sent again."""
    return _again(request, refund_id, retry_refund, _("The refund is being sent again."))


@require_POST
@permission_required(REFUND, raise_exception=True)
def by_hand(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Note that money was returned outside Stripe. `amount` (minor units) is what the page showed as owed."""
    shown = request.POST.get("amount", "")
    amount = int(shown) if shown.isdecimal() and len(shown) <= LONGEST_AMOUNT else 0
    done = _("The refund has been recorded. We’ll email the caregiver to confirm it.")
    return _again(request, refund_id, mark_refunded_offline, done, amount=amount)
