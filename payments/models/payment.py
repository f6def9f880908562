"""A payment of a booking's deposit or balance, its attempts and its changes of state."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from payments.enums import (
    CAPTURED,
    LIVE,
    UNPAID,
    AttemptOutcome,
    FunnelStage,
    Method,
    PaymentStatus,
    Purpose,
    RefundReason,
)
from portal.audit.models import AppendOnly, Transition
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.common.money import validate_charge

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)  # sorts before every other moment, on PostgreSQL and SQLite alike


class PaymentQuerySet(QuerySet["Payment"]):
    """Payments by what their status means."""

    def live(self) -> "PaymentQuerySet":
        """Those that stand between the booking and another payment for the same purpose."""
        return self.filter(status__in=LIVE)

    def unpaid(self) -> "PaymentQuerySet":
        """Issued and not paid."""
        return self.filter(status__in=UNPAID)

    def captured(self) -> "PaymentQuerySet":
        """Money came, whatever became of it."""
        return self.filter(status__in=CAPTURED)

    def totals(self) -> dict[str, dict[str, int]]:
        """By currency, in minor units: captured, refunded, disputed, dispute fees and net.

        A dispute fee counts in the currency of the balance that Stripe took it from, which may be another than the
        payment's: then it stands by itself, and is taken off no other currency.
        """
        rows = self.order_by("currency").values("currency")
        sums = {
            row.pop("currency"): row
            for row in rows.annotate(
                captured=Sum("captured_amount"), refunded=Sum("refunded_amount"), disputed=Sum("disputed_amount")
            )
        }
        charged = Q(disputes__isnull=False) & ~Q(disputes__fee_amount=0)
        fees = dict(
            self.filter(charged)
            .order_by()
            .values_list("disputes__settlement_currency")
            .annotate(fees=Sum("disputes__fee_amount"))
        )
        nothing = {"captured": 0, "refunded": 0, "disputed": 0}
        return {
            currency: {
                **(amounts := sums.get(currency, nothing)),
                "dispute_fees": (fee := fees.get(currency, 0)),
                "net": amounts["captured"] - amounts["refunded"] - amounts["disputed"] - fee,
            }
            for currency in sorted({*sums, *fees})
        }


def new_idempotency_key() -> str:
    """A key that names one request to Stripe, however often it is sent."""
    return f"pay-{uuid.uuid4()}"


class Payment(models.Model):
    """One payment. `status` is changed by `payments.domain.transitions.transition()` alone.

    Amounts in minor units of `currency`. `intent_id` is empty until Stripe's answer is recorded.
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="payments", editable=False)
    purpose = models.CharField(_("type"), max_length=10, choices=Purpose, editable=False)
    method = models.CharField(_("payment method"), max_length=10, choices=Method, default=Method.STRIPE, editable=False)
    status = models.CharField(
        _("status"), max_length=20, choices=PaymentStatus, default=PaymentStatus.PENDING, editable=False
    )
    amount = models.PositiveIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    captured_amount = models.PositiveIntegerField(_("amount received"), default=0, editable=False)
    refunded_amount = models.PositiveIntegerField(_("amount refunded"), default=0, editable=False)
    pending_refund_amount = models.PositiveIntegerField(default=0, editable=False)
    disputed_amount = models.PositiveIntegerField(_("amount disputed"), default=0, editable=False)
    fee_amount = models.IntegerField(
        _("Stripe fee"), null=True, editable=False, help_text="Stripe's fee in minor units of the settlement currency."
    )
    settlement_currency = models.CharField(
        max_length=3,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Of the charge's balance transaction.",
    )
    intent_id = models.CharField(
        _("PaymentIntent ID"), max_length=255, unique=True, null=True, blank=True, editable=False
    )
    charge_id = models.CharField(_("charge ID"), max_length=255, blank=True, db_index=True, editable=False)
    balance_transaction_id = models.CharField(max_length=255, blank=True, editable=False)
    payout_id = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The payout that brought the money to the bank, once the mirror knows it.",
    )
    receipt_url = models.URLField(
        max_length=1000, blank=True, default="", db_default="", editable=False, help_text="Stripe's receipt."
    )
    paid_with = models.CharField(
        max_length=60, blank=True, default="", db_default="", editable=False, help_text="Visa …4242, or Cash."
    )
    idempotency_key = models.CharField(max_length=64, unique=True, default=new_idempotency_key, editable=False)
    receipt_email = models.EmailField(blank=True, editable=False)
    metadata = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("date created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    create_requested_at = models.DateTimeField(null=True, editable=False)
    first_attempt_at = models.DateTimeField(null=True, editable=False)
    succeeded_at = models.DateTimeField(_("date paid"), null=True, editable=False)
    known_at = models.DateTimeField(null=True, editable=False, help_text="How fresh our news from Stripe is.")
    return_checked_at = models.DateTimeField(null=True, editable=False)
    close_tried_at = models.DateTimeField(
        default=NEVER, db_default=NEVER, editable=False, help_text="When the sweep last tried to close it."
    )

    objects: ClassVar = PaymentQuerySet.as_manager()

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["booking", "purpose"],
                condition=Q(status__in=sorted(LIVE)),
                name="one_live_payment_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(captured_amount__gte=F("refunded_amount") + F("pending_refund_amount")),
                name="refunds_within_captured",
            ),
        )
        indexes = (
            models.Index(fields=["booking", "status"], name="payment_booking_status"),
            models.Index(fields=["status", "created_at"], name="payment_status_created"),
            models.Index(fields=["created_at"], name="payment_created_at"),
            models.Index(fields=["succeeded_at"], name="payment_succeeded_at"),
            models.Index(fields=["amount", "created_at"], name="payment_amount"),
            models.Index(fields=["currency", "created_at"], name="payment_currency"),
            models.Index(fields=["payout_id"], name="payment_payout", condition=~Q(payout_id="")),
            models.Index(
                fields=["close_tried_at", "id"],
                condition=Q(status__in=sorted(UNPAID)),
                name="payment_unpaid_by_close_tried",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.booking_id} {self.intent_id or '(no intent yet)'}"

    def clean(self) -> None:
        validate_charge(self.amount, self.currency)
        if not self.amount:
            raise ValidationError(_("A payment needs an amount."))

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.clean()
        super().save(*args, **kwargs)

    @property
    def refundable_amount(self) -> int:
        """What can still go back: captured, less refunded and reserved."""
        return self.captured_amount - self.refunded_amount - self.pending_refund_amount

    @property
    def fee_currency(self) -> str:
        """The currency of `fee_amount`: rows from before release 0.2.0 do not name it, and had the payment's."""
        return self.settlement_currency or self.currency

    @property
    def was_taken_back(self) -> bool:
        """Whether staff entered it by mistake and a counter-entry says so: no money came, and none went back.

        Reads its refunds only when all of it went back outside the portal.
        """
        gone = self.method == Method.OFFLINE and self.status == PaymentStatus.REFUNDED
        return gone and any(refund.reason == RefundReason.TAKEN_BACK for refund in self.refunds.all())


_NOTHING: Final = Value("")
REASON: Final = Coalesce(NullIf("decline_code", _NOTHING), NullIf("code", _NOTHING), Value("unknown"))


class PaymentAttempt(AppendOnly):
    """One attempt that the caregiver saw. `reference` is Stripe's: an event for a decline, a charge for a success."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts", editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=AttemptOutcome, editable=False)
    code = models.CharField(_("Stripe code"), max_length=64, blank=True, editable=False)
    decline_code = models.CharField(_("bank’s code"), max_length=64, blank=True, editable=False)
    reference = models.CharField(_("Stripe reference"), max_length=255, unique=True, editable=False)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        ordering = ("occurred_at", "pk")
        indexes = (
            models.Index(fields=["occurred_at"], name="payment_attempt_at"),
            models.Index(REASON, "occurred_at", condition=Q(outcome="failed"), name="payment_attempt_reason"),
        )

    def __str__(self) -> str:
        return f"{self.outcome} {self.reason}"

    @property
    def reason(self) -> str:
        """Why it failed: the bank's reason, or Stripe's code where the bank gave none."""
        return self.decline_code or self.code or "unknown"


class PaymentTransition(Transition):
    """One change of a payment's state."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="transitions", editable=False)

    class Meta:
        ordering = ("occurred_at", "pk")
        indexes = (models.Index(fields=["occurred_at"], name="payment_transition_at"),)


_PAID: Final = Q(status__in=CAPTURED)
_ATTEMPT: Final = _PAID | Q(first_attempt_at__isnull=False)
STAGE_FILTERS: Final[Mapping[FunnelStage, Q]] = {
    FunnelStage.DEPOSIT_PAGE: _ATTEMPT | Q(create_requested_at__isnull=False),
    FunnelStage.ATTEMPT: _ATTEMPT,
    FunnelStage.PAID: _PAID,
    FunnelStage.ATTENDED: _PAID & Q(booking__status=BookingStatus.COMPLETED),
}
