"""A payment's own page: what it is, what went back, what is disputed, and its time line."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail_modeladmin.views import InspectView

from payments.admin.evidence_views import ANSWER, answer_address
from payments.admin.held_at_stripe import held_at_stripe
from payments.admin.refund_views import REFUND, refund_refusal
from payments.admin.timeline import stripe_url, timeline
from payments.domain import evidence as answers
from payments.domain.refunds.followups import last_task, owed_offline, refund_blocker
from payments.domain.refunds.retry import token_of_replacement
from payments.enums import FRAUD_TASKS, DiscrepancyStatus, RefundStatus
from payments.models import Dispute, DisputeEvidence, Payment, Refund
from portal.common.admin_page import breadcrumbs


class PaymentPage(InspectView):  # type: ignore[misc]
    """Read by whoever may view payments; the refund button is finance's."""

    def get_template_names(self) -> list[str]:
        return ["payments/admin/payment.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        payment = (
            Payment.objects.select_related("booking__caregiver__user", "booking__session__service")
            .prefetch_related("discrepancies", "refunds", "disputes__evidence", "attempts")
            .get(pk=self.instance.pk)
        )
        title = _("%(purpose)s for booking %(reference)s") % {
            "purpose": payment.get_purpose_display(),
            "reference": payment.booking.reference,
        }
        may = self.request.user.has_perm(REFUND)
        context: dict[str, Any] = super().get_context_data(
            payment=payment,
            page_title=title,
            header_icon="tick-inverse",
            breadcrumbs_items=breadcrumbs(title, [(self.index_url, _("Payments"))]),
            facts_at_stripe=[
                (label, stripe_id, stripe_url(stripe_id))
                for label, stripe_id in ((_("PaymentIntent"), payment.intent_id), (_("Charge"), payment.charge_id))
                if stripe_id
            ],
            refunds=_refunds(payment),
            disputes=_disputes(payment, may_answer=self.request.user.has_perm(ANSWER)),
            held=held_at_stripe(payment),
            fraud=[task for task in payment.discrepancies.all() if task.kind in FRAUD_TASKS],
            may_refund=may,
            refund_refusal=refund_refusal(payment),
            refund_url=reverse("refund_payment", args=[payment.pk]),
            timeline=timeline(payment),
            **kwargs,
        )
        return context


def _disputes(payment: Payment, *, may_answer: bool) -> list[tuple[Dispute, str, DisputeEvidence | None, str, bool]]:
    """Each with its address at Stripe, its answer, the answer's address, and whether an answer can be written now."""
    shown = []
    for dispute in payment.disputes.all():
        dispute.payment = payment
        answer, open_now = answers.current(dispute), not answers.submission_refusal(dispute)
        address = answer_address(dispute.pk) if may_answer and (answer or open_now) else ""
        shown.append((dispute, stripe_url(dispute.stripe_dispute_id), answer, address, open_now))
    return shown


def _refunds(payment: Payment) -> list[tuple[Refund, str, bool, int]]:
    """Each with its address at Stripe, whether it can be sent again, and what goes by hand (minor units)."""
    refunds = list(payment.refunds.all())
    tokens = {refund.token for refund in refunds}
    by_stripe, shown = not refund_blocker(payment), []
    for refund in refunds:
        waits = _waits(refund, tokens)
        owed = owed_offline(refund, payment) if waits else 0
        shown.append((refund, stripe_url(refund.stripe_refund_id or ""), waits and by_stripe, owed))
    return shown


def _waits(refund: Refund, tokens: set[UUID | None]) -> bool:
    """Whether somebody has to see to it: it failed, no other took its place, and it did not go back in another way."""
    task = last_task(refund)
    settled = task is not None and task.status == DiscrepancyStatus.HEALED
    return refund.status == RefundStatus.FAILED and token_of_replacement(refund) not in tokens and not settled
