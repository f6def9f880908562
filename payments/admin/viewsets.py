"""The ledger to look at. No status is ever edited by hand."""

from typing import Any, ClassVar

from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup

from payments.admin.buttons import OfPaymentButtons, PaymentButtons
from payments.admin.discrepancies import IgnoreButton
from payments.models import Discrepancy, Payment, ReceivedEvent, Refund
from portal.accounts.models import User
from portal.common.money import formatted


class LookOnly(PermissionHelper):
    """Whoever may view may look; nobody adds, changes or deletes."""

    def user_can_list(self, user: User) -> bool:
        return bool(self.user_has_specific_permission(user, f"view_{self.opts.model_name}"))

    def user_can_inspect_obj(self, user: User, obj: Model) -> bool:
        return self.inspect_view_enabled and self.user_can_list(user)

    def user_can_create(self, user: User) -> bool:
        return False

    def user_can_edit_obj(self, user: User, obj: Model) -> bool:
        return False

    def user_can_delete_obj(self, user: User, obj: Model) -> bool:
        return False


class PaymentAdmin(ModelAdmin):
    """Payments."""

    model = Payment
    menu_icon = "tick-inverse"
    permission_helper_class = LookOnly
    history_view_enabled = False  # the audit trail is the history; Wagtail's view asks no permission
    inspect_view_enabled = True
    button_helper_class = PaymentButtons
    list_display = ("booking_reference", "purpose", "shown_amount", "status_tag", "created_at")
    list_filter = ("status", "purpose", "method", "currency")
    list_export = (
        "booking__reference", "purpose", "method", "status", "amount", "captured_amount", "refunded_amount",
        "currency", "intent_id", "charge_id", "created_at", "succeeded_at",
    )  # fmt: skip
    search_fields = ("booking__reference", "intent_id", "charge_id", "receipt_email")
    list_select_related = ("booking",)
    inspect_view_fields: ClassVar[list[str]] = [
        "booking", "purpose", "method", "status", "amount", "captured_amount", "refunded_amount",
        "pending_refund_amount", "disputed_amount", "fee_amount", "currency", "intent_id", "charge_id",
        "receipt_email", "created_at", "succeeded_at",
    ]  # fmt: skip

    @staticmethod
    def booking_reference(payment: Payment) -> str:
        """The booking's reference."""
        return payment.booking.reference

    @staticmethod
    def shown_amount(payment: Payment) -> str:
        """£11.25."""
        return formatted(payment.amount, payment.currency)

    @staticmethod
    def status_tag(payment: Payment) -> SafeString:
        """The status as Wagtail shows states."""
        return format_html('<span class="w-status">{}</span>', payment.get_status_display())


class RefundAdmin(ModelAdmin):
    """Refunds."""

    model = Refund
    menu_icon = "undo"
    button_helper_class = OfPaymentButtons
    permission_helper_class = LookOnly
    history_view_enabled = False  # the audit trail is the history; Wagtail's view asks no permission
    list_display = ("payment", "amount", "reason", "status", "created_at")
    list_filter = ("status", "reason")


class ReceivedEventAdmin(ModelAdmin):
    """Stripe's events, with what became of them."""

    model = ReceivedEvent
    menu_label = "Stripe events"
    menu_icon = "history"
    permission_helper_class = LookOnly
    history_view_enabled = False  # the audit trail is the history; Wagtail's view asks no permission
    list_display = ("event_id", "type", "ledger_state", "mirror_state", "received_at", "last_error")
    list_filter = ("ledger_state", "mirror_state", "type")
    search_fields = ("event_id", "object_id")


class DiscrepancyAdmin(ModelAdmin):
    """Differences between the ledger and Stripe."""

    model = Discrepancy
    menu_icon = "warning"
    permission_helper_class = LookOnly
    history_view_enabled = False  # the audit trail is the history; Wagtail's view asks no permission
    button_helper_class = IgnoreButton
    list_display = ("kind", "payment", "stripe_object_id", "amount", "currency", "status", "found_at", "closing_note")
    list_export = (
        "kind", "payment_id", "stripe_object_id", "amount", "currency", "status", "found_at", "last_seen_at",
        "closed_at", "closing_note",
    )  # fmt: skip
    search_fields = ("stripe_object_id", "payment__booking__reference")
    list_filter = ("status", "kind")


class FinanceGroup(ModelAdminGroup):
    """The menu."""

    menu_label = "Payments"
    menu_icon = "table"
    menu_order = 160
    items: ClassVar[Any] = (PaymentAdmin, RefundAdmin, ReceivedEventAdmin, DiscrepancyAdmin)
