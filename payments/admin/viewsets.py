"""The ledger to look at. No status is ever edited by hand."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import ModelAdminGroup

from payments import search
from payments.admin.buttons import DisputeButtons, OfPaymentButtons, PaymentButtons
from payments.admin.discrepancies import IgnoreButton
from payments.admin.filters import BookedFilter, DeclineReasonFilter, FunnelStageFilter
from payments.admin.inspection import PaymentPage
from payments.enums import AttemptOutcome
from payments.models import Discrepancy, Dispute, Payment, PaymentAttempt, ReceivedEvent, Refund
from portal.common.date_filters import DateListFilter
from portal.common.listings import ListingAdmin
from portal.common.status_tags import status_tag
from portal.common.value_filters import IndexedValuesFilter

Filters = tuple[str | type | tuple[str, type], ...]


def with_reason(state: SafeString, reason: str) -> SafeString:
    """A state, and what was noted about it."""
    return format_html("{} {}", state, reason) if reason else state


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
        ("currency", IndexedValuesFilter),
        "booking__session__service",
        FunnelStageFilter,
        ("booking__created_at", BookedFilter),
        ("created_at", DateListFilter),
        ("succeeded_at", DateListFilter),
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
    condition = staticmethod(search.payments)
    list_select_related = ("booking",)
    inspect_view_class = PaymentPage

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        payments: QuerySet[Payment] = super().get_queryset(request)
        return payments.prefetch_related("disputes")

    def booking_reference(self, payment: Payment) -> str:
        """The booking's reference."""
        return payment.booking.reference

    booking_reference.short_description = _("Booking")  # type: ignore[attr-defined]


class OfPaymentAdmin(ListingAdmin):
    """Rows that belong to a payment; opened there."""

    button_helper_class = OfPaymentButtons
    inspect_view_enabled = False
    list_select_related = ("payment__booking",)

    def currency_of(self, row: Any) -> str:
        return str(row.payment.currency)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("payment__booking")

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
        ("payment__currency", IndexedValuesFilter),
        "payment__booking__session__service",
        ("created_at", DateListFilter),
        ("settled_at", DateListFilter),
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
    condition = staticmethod(search.refunds)

    def state(self, refund: Refund) -> SafeString:
        """A refusal and a refund that the bank sent back are told apart."""
        return status_tag(refund, label=refund.outcome_label)

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
        ("payment__currency", IndexedValuesFilter),
        "settlement_currency",
        "payment__booking__session__service",
        ("evidence_due_at", DateListFilter),
        ("opened_at", DateListFilter),
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
    condition = staticmethod(search.disputes)
    ordering = ("closed_at", "evidence_due_at")

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
        ("payment__currency", IndexedValuesFilter),
        "payment__booking__session__service",
        ("occurred_at", DateListFilter),
    )
    list_export = ("payment__booking__reference", "outcome", "code", "decline_code", "reference", "occurred_at")
    export_filename = "attempts"
    condition = staticmethod(search.attempts)

    def state(self, attempt: PaymentAttempt) -> SafeString:
        """How it ended."""
        return status_tag(attempt, "outcome")

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
        "applied",
        "copied",
        "received_at",
    )
    list_filter: ClassVar[Filters] = (
        "ledger_state",
        "mirror_state",
        ("type", IndexedValuesFilter),
        ("received_at", DateListFilter),
    )
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
    condition = staticmethod(search.events)

    def applied(self, event: ReceivedEvent) -> SafeString:
        """What the ledger did with it, and why it could not."""
        return with_reason(status_tag(event, "ledger_state"), event.last_error)

    applied.short_description = _("Ledger")  # type: ignore[attr-defined]
    applied.admin_order_field = "ledger_state"  # type: ignore[attr-defined]

    def copied(self, event: ReceivedEvent) -> SafeString:
        """The same of our copy of Stripe's records."""
        return with_reason(status_tag(event, "mirror_state"), event.mirror_last_error)

    copied.short_description = _("Our copy")  # type: ignore[attr-defined]
    copied.admin_order_field = "mirror_state"  # type: ignore[attr-defined]


class DiscrepancyAdmin(ListingAdmin):
    """Differences between the ledger and Stripe."""

    model = Discrepancy
    menu_icon = "warning"
    inspect_view_enabled = False
    button_helper_class = IgnoreButton
    list_display = ("kind", "booking", "stripe_object_id", "at_stake", "state", "found_at")
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
    condition = staticmethod(search.discrepancies)
    list_filter: ClassVar[Filters] = ("status", "kind", ("found_at", DateListFilter))
    list_select_related = ("payment__booking",)
    money_fields = frozenset({"amount"})

    def booking(self, row: Discrepancy) -> str:
        """The booking's reference, where a payment of ours is concerned."""
        return row.payment.booking.reference if row.payment else ""

    booking.short_description = _("Booking")  # type: ignore[attr-defined]

    def state(self, row: Discrepancy) -> SafeString:
        """What became of it, and why."""
        return with_reason(status_tag(row), row.closing_note)

    state.short_description = _("Status")  # type: ignore[attr-defined]
    state.admin_order_field = "status"  # type: ignore[attr-defined]

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
