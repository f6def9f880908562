"""The ledger to look at. No status is ever edited by hand."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import ModelAdminGroup

from payments.admin.buttons import DisputeButtons, OfPaymentButtons, PaymentButtons
from payments.admin.discrepancies import IgnoreButton
from payments.admin.filters import BookedFilter, DeclineReasonFilter, FunnelStageFilter
from payments.admin.inspection import PaymentPage
from payments.enums import AttemptOutcome
from payments.models import Discrepancy, Dispute, Payment, PaymentAttempt, ReceivedEvent, Refund
from portal.common.listings import DaysFilter, ListingAdmin

Filters = tuple[str | type | tuple[str, type], ...]


def tag(label: str) -> SafeString:
    """A state as Wagtail shows states."""
    return format_html('<span class="w-status">{}</span>', label)


class PaymentAdmin(ListingAdmin):
    """Payments."""

    model = Payment
    menu_icon = "tick-inverse"
    button_helper_class = PaymentButtons
    list_display = ("booking_reference", "purpose", "shown_amount", "state", "created_at")
    list_filter: ClassVar[Filters] = (
        "status",
        "purpose",
        "method",
        "currency",
        "booking__session__service",
        FunnelStageFilter,
        ("booking__created_at", BookedFilter),
        ("created_at", DaysFilter),
        ("succeeded_at", DaysFilter),
    )
    list_export = (
        "booking__reference",
        "purpose",
        "method",
        "status",
        "amount",
        "captured_amount",
        "refunded_amount",
        "disputed_amount",
        "fee_amount",
        "currency",
        "intent_id",
        "charge_id",
        "created_at",
        "succeeded_at",
    )
    money_fields = frozenset({"amount", "captured_amount", "refunded_amount", "disputed_amount", "fee_amount"})
    export_filename = "payments"
    search_fields = ("booking__reference", "intent_id", "charge_id", "receipt_email")
    list_select_related = ("booking",)
    inspect_view_class = PaymentPage

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        found: QuerySet[Payment] = super().get_queryset(request)
        return found.prefetch_related("disputes")

    def booking_reference(self, payment: Payment) -> str:
        """The booking's reference."""
        return payment.booking.reference

    booking_reference.short_description = _("Booking")  # type: ignore[attr-defined]

    def state(self, payment: Payment) -> SafeString:
        """The status in words."""
        return tag(payment.get_status_display())

    state.short_description = _("Status")  # type: ignore[attr-defined]
    state.admin_order_field = "status"  # type: ignore[attr-defined]


class OfPaymentAdmin(ListingAdmin):
    """Rows that belong to a payment; opened there."""

    button_helper_class = OfPaymentButtons
    inspect_view_enabled = False
    list_select_related = ("payment__booking",)

    def currency_of(self, row: Any) -> str:
        return str(row.payment.currency)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request)
        return found.select_related("payment__booking")

    def booking_reference(self, row: Refund | Dispute) -> str:
        """The booking's reference."""
        return row.payment.booking.reference

    booking_reference.short_description = _("Booking")  # type: ignore[attr-defined]


class RefundAdmin(OfPaymentAdmin):
    """Refunds."""

    model = Refund
    menu_icon = "undo"
    list_display = ("booking_reference", "shown_amount", "reason", "state", "created_at")
    list_filter: ClassVar[Filters] = (
        "status",
        "reason",
        "payment__purpose",
        "payment__currency",
        "payment__booking__session__service",
        ("created_at", DaysFilter),
        ("settled_at", DaysFilter),
    )
    list_export = (
        "payment__booking__reference",
        "amount",
        "payment__currency",
        "reason",
        "note",
        "outcome_label",
        "failure_code",
        "stripe_refund_id",
        "created_at",
        "settled_at",
    )
    money_fields = frozenset({"amount"})
    export_filename = "refunds"
    search_fields = ("payment__booking__reference", "stripe_refund_id", "payment__intent_id")

    def state(self, refund: Refund) -> SafeString:
        """A refusal and a refund that the bank sent back are told apart."""
        return tag(refund.outcome_label)

    state.short_description = _("Status")  # type: ignore[attr-defined]
    state.admin_order_field = "status"  # type: ignore[attr-defined]


class DisputeAdmin(OfPaymentAdmin):
    """Disputes, the one to answer first on top."""

    model = Dispute
    menu_icon = "warning"
    button_helper_class = DisputeButtons
    list_display = ("booking_reference", "shown_amount", "why", "state", "evidence_due_at", "opened_at")
    list_filter: ClassVar[Filters] = (
        "status",
        "reason",
        "payment__purpose",
        "payment__currency",
        "settlement_currency",
        "payment__booking__session__service",
        ("evidence_due_at", DaysFilter),
        ("opened_at", DaysFilter),
    )
    list_export = (
        "payment__booking__reference",
        "amount",
        "withdrawn_amount",
        "payment__currency",
        "fee",
        "settlement_currency",
        "reason",
        "status",
        "stripe_dispute_id",
        "evidence_due_at",
        "opened_at",
        "closed_at",
    )
    money_fields = frozenset({"amount", "withdrawn_amount"})
    export_filename = "disputes"
    search_fields = ("payment__booking__reference", "stripe_dispute_id", "payment__intent_id")
    ordering = ("closed_at", "evidence_due_at")

    def state(self, dispute: Dispute) -> SafeString:
        """Stripe's state, in words."""
        return tag(dispute.get_status_display())

    state.short_description = _("Status")  # type: ignore[attr-defined]
    state.admin_order_field = "status"  # type: ignore[attr-defined]

    def why(self, dispute: Dispute) -> str:
        """The cardholder's reason."""
        return dispute.reason.replace("_", " ").capitalize()

    why.short_description = _("Reason")  # type: ignore[attr-defined]
    why.admin_order_field = "reason"  # type: ignore[attr-defined]


class PaymentAttemptAdmin(OfPaymentAdmin):
    """Each time somebody tried to pay."""

    model = PaymentAttempt
    menu_label = _("Payment attempts")
    menu_icon = "resubmit"
    list_display = ("booking_reference", "state", "reason", "occurred_at")
    list_filter: ClassVar[Filters] = (
        "outcome",
        DeclineReasonFilter,
        "payment__currency",
        "payment__booking__session__service",
        ("occurred_at", DaysFilter),
    )
    list_export = ("payment__booking__reference", "outcome", "code", "decline_code", "reference", "occurred_at")
    export_filename = "attempts"
    search_fields = ("payment__booking__reference", "reference", "decline_code", "code")

    def state(self, attempt: PaymentAttempt) -> SafeString:
        """How it ended."""
        return tag(attempt.get_outcome_display())

    state.short_description = _("Status")  # type: ignore[attr-defined]
    state.admin_order_field = "outcome"  # type: ignore[attr-defined]

    def reason(self, attempt: PaymentAttempt) -> str:
        """Why it failed, as Stripe says it."""
        return attempt.reason.replace("_", " ") if attempt.outcome == AttemptOutcome.FAILED else ""

    reason.short_description = _("Reason")  # type: ignore[attr-defined]


class ReceivedEventAdmin(ListingAdmin):
    """Stripe's events, with what became of them."""

    model = ReceivedEvent
    menu_label = _("Stripe events")
    menu_icon = "history"
    inspect_view_enabled = False
    list_display = (
        "event_id",
        "type",
        "ledger_state",
        "mirror_state",
        "received_at",
        "last_error",
        "mirror_last_error",
    )
    list_filter: ClassVar[Filters] = ("ledger_state", "mirror_state", "type", ("received_at", DaysFilter))
    list_export = (
        "event_id",
        "type",
        "object_id",
        "ledger_state",
        "mirror_state",
        "created_at",
        "received_at",
        "applied_at",
        "last_error",
        "mirror_last_error",
    )
    export_filename = "stripe-events"
    search_fields = ("event_id", "object_id")


class DiscrepancyAdmin(ListingAdmin):
    """Differences between the ledger and Stripe."""

    model = Discrepancy
    menu_icon = "warning"
    inspect_view_enabled = False
    button_helper_class = IgnoreButton
    list_display = ("kind", "payment", "stripe_object_id", "at_stake", "status", "found_at", "closing_note")
    list_export = (
        "kind",
        "payment_id",
        "stripe_object_id",
        "amount",
        "currency",
        "status",
        "found_at",
        "last_seen_at",
        "closed_at",
        "closing_note",
    )
    export_filename = "discrepancies"
    search_fields = ("stripe_object_id", "payment__booking__reference")
    list_filter: ClassVar[Filters] = ("status", "kind", ("found_at", DaysFilter))
    list_select_related = ("payment",)
    money_fields = frozenset({"amount"})

    def at_stake(self, row: Discrepancy) -> str:
        """The amount that is at stake."""
        return self.shown_amount(row) if row.currency else ""

    at_stake.short_description = _("Amount affected")  # type: ignore[attr-defined]
    at_stake.admin_order_field = "amount"  # type: ignore[attr-defined]


class FinanceGroup(ModelAdminGroup):
    """The menu."""

    menu_label = _("Payments")
    menu_icon = "table"
    menu_order = 160
    items: ClassVar[Any] = (
        PaymentAdmin,
        PaymentAttemptAdmin,
        RefundAdmin,
        DisputeAdmin,
        ReceivedEventAdmin,
        DiscrepancyAdmin,
    )
